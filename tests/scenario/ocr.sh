# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Letters that are pictures, read in the locked process: PNG, JPEG, TIFF, a scanned PDF and one whose
# text has lost its letters.  With `ocr = yes` explain, reread, --dry-run and the daemon read a scan, and
# their answers say OCR; without, it is held.  In a build without tesseract: that is said in words.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

title='Trinkbrunnen am Schulhof der Grundschule'

# scan_mail FILE TYPE ID: a letter of tests/corpus/ocr alone in a mail of the chairman's.
scan_mail() {
    world_letter "$3@spd-bedburg-hau.example" | sed -e '/^$/,$d' -e '/^Content-/d'
    printf '%s\n' "Content-Type: $2; name=\"$1\"" 'Content-Transfer-Encoding: base64' ''
    base64 <"$(dirname "$0")/../corpus/ocr/$1"
}

doctor_says() { expect_match 'doctor on OCR' "$1" "$(ctl_json '.[]|select(.subject=="OCR")|.text' doctor)"; }

configure_ocr() { { world_config && echo "ocr = $1"; } >"$W/antragd.conf"; }

scenario_begin
scan_mail scan.pdf application/pdf scan-1 >"$W/scan.eml"

if ! ctl read --ocr "$W/scan.eml" >/dev/null 2>"$W/log/command.log"; then
    step 'built without tesseract'
    grep -q 'ocr: this antragd is built without tesseract' "$W/log/command.log" ||
        fail 'pictures are not read, and it is not said why'
    doctor_says 'not in this build'
    configure_ocr yes
    expect_exit 78 "$BUILD/antragd" --check -c "$W/antragd.conf"
    exit 0
fi

step 'each kind of picture'
while read -r file type; do
    scan_mail "$file" "$type" "$file" >"$W/one.eml"
    expect "the sentence in $file" true \
        "$(ctl read --ocr "$W/one.eml" | jq '.motions[0].ocr and
            (.mail.parts[0].content|contains("am Schulhof einen Trinkbrunnen\n"))')"
done <<END
letter.png image/png
letter.jpg image/jpeg
letter.tif image/tiff
scan.pdf application/pdf
garbled.pdf application/pdf
END

step 'off: a scan is held'
doctor_says 'but off \(ocr = no\)'
scan_mail scan.pdf application/pdf scan-0 | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 20 'it lies in INBOX' world_has "$WORLD_MAYOR" INBOX 1
"$BUILD/antragd" --once -f -c "$W/antragd.conf" >>"$W/log/antragd.log" 2>&1
expect 'state' held "$(ctl_json '.[0].state' inbox)"

step 'on: it is read by who works without the daemon'
configure_ocr yes
doctor_says '^on: '
expect 'explained' "$title" "$(ctl_json '.reading.motions[0].title' explain m1)"
ctl reread m1 >"$W/log/command.log"
expect 'read again' "$title" "$(ctl_json '.[0].title' list)"
world_mail "$WORLD_CHAIR" "$WORLD_MAYOR" <"$W/scan.eml"
wait_for 20 'another lies in INBOX' world_has "$WORLD_MAYOR" INBOX 2
"$BUILD/antragd" --dry-run -c "$W/antragd.conf" >"$W/log/dry-run.log"
grep -qF "$title" "$W/log/dry-run.log" || fail 'a dry run does not read it'

step 'on: it is read by the daemon, which finds that it knows the letter'
scenario_daemon
wait_for 40 'one was held at first, one registered then, one held' world_has "$WORLD_CHAIR" INBOX 3
expect 'the second' held "$(ctl_json '.[]|select(.message_id|startswith("scan-1")).state' inbox)"
expect 'answers that say OCR' 2 "$(world_fetch "$WORLD_CHAIR" text.utf8 mailbox INBOX |
    jq '[.[]."text.utf8"|select(contains("OCR"))]|length')"
logged reader-job-died && fail 'a reader was ended'

settle
expect 'motions' 1 "$(ctl_json length list)"
