# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# "siehe Anlage": the letter stands in a PDF only.  It is registered and answered; one behind a
# password is held and its sender told why; a small file that asks for hours of work costs seconds.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# pdf_of MORE: the text on standard input as a PDF's page; MORE: drawn last
pdf_of() {
    local content
    content=$(sed -e 's|- ➔ ||' | iconv -t CP1252 | LC_ALL=C sed -e 's/[\\()]/\\&/g' -e 's/.*/(&) Tj T*/')
    content="BT /F 11 Tf 14 TL 70 780 Td"$'\n'"$content"$'\n'"ET ${1:-}"
    printf '%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n'
    printf '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources'
    printf '<</Font<</F 5 0 R>>/XObject<</X 10 0 R>>>>>>endobj\n'
    printf '5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>endobj\n'
    for ((i = 10; i < 25; i++)); do
        printf '%d 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 60/Resources<</XObject<</X %d 0 R>>>>>>stream\n' \
            $i $((i + 1))
        printf '/X Do %.0s' {1..10}
        printf '\nendstream endobj\n'
    done
    printf '4 0 obj<</Length %d>>stream\n' "$(printf %s "$content" | LC_ALL=C wc -c)"
    printf '%s\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%%%EOF\n' "$content"
}

# body_as_pdf MORE: the mail on standard input, its text in a PDF
body_as_pdf() {
    local mail
    mail=$(cat)
    sed -e '/^$/,$d' -e 's|^Content-Type: .*|Content-Type: multipart/mixed; boundary="f"|' \
        -e '/^Content-Transfer-Encoding/d' <<<"$mail"
    printf '%s\n' '' '--f' 'Content-Type: text/plain' '' 'siehe Anlage' '' \
        '--f' 'Content-Type: application/pdf; name="Antrag.pdf"' 'Content-Transfer-Encoding: base64' ''
    sed -e '1,/^$/d' <<<"$mail" | pdf_of "${1:-}" | base64
    printf '%s\n' '--f--'
}

scenario_begin
scenario_daemon

step 'a letter in a PDF'
world_letter pdf@spd-bedburg-hau.example | body_as_pdf | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the letter is answered' all_is_answered 1
expect 'title' 'Prüfung der Einrichtung eines Kommunalen Integrationszentrums im Kreis Kleve' \
    "$(ctl_json '.[0].title' list)"
expect 'meeting' "$WORLD_MEETING" "$(ctl_json '.[0].consultations[0].meeting_date' list)"

step 'one that asks for hours'
world_letter bomb@spd-bedburg-hau.example '' 's/Integrationszentrums/Bildungszentrums/' |
    body_as_pdf '/X Do' | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 60 'it is answered' all_is_answered 2
logged reader-job-died && fail 'the reader was ended'

step 'one behind a password'
{
    world_letter locked@spd-bedburg-hau.example | sed -e '/^$/,$d' -e '/^Content-/d'
    printf '%s\n' 'Content-Type: application/pdf; name="Antrag.pdf"' 'Content-Transfer-Encoding: base64' ''
    base64 <"$(dirname "$0")/../corpus/pdf/user-password.pdf"
} | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'it is held' inbox_knows 3
expect 'why' 'held no motion found: the attachment Antrag.pdf is encrypted' \
    "$(ctl_json '.[]|select(.message_id=="locked@spd-bedburg-hau.example")|"\(.state) \(.reason)"' inbox)"

settle
expect 'motions' 2 "$(ctl_json length list)"
