# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A mail speaks of an attachment and has none; the reply to its review brings it.  Where the motion is
# in what was sent after, that mail's arrival counts, else the first one's; both are shown, there is one
# number, nobody has to decide, and the office is told so.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

scenario_begin
world_config >"$W/antragd.conf"
scenario_daemon

text_of() { world_fetch "$1" text.utf8 mailbox INBOX subject "$2" | jq -r '.[]."text.utf8"' | tr -s '\r\n ' ' '; }
reviewed() { ctl_json "[.[] | select(.kind == \"review\" and .message == \"$1\").message_id][0]" outbox; }
state_of() { ctl_json ".[] | select(.id == \"$1\") | .state + \" \" + (.motions | join(\" \"))" inbox; }
# deputy and list have so many: all that has no number goes to the chair
are_told() { world_has "$WORLD_LIST" INBOX "$1" && (($(world_count "$WORLD_DEPUTY" INBOX) >= $1)); }
chair_has() { [[ $(text_of "$WORLD_CHAIR" "$1") == *"$2"* ]]; }
sent_review() { ctl_json ".[] | select(.kind == \"review\" and .message == \"$1\").state" outbox | grep -q sent; }
is_held() { [[ $(state_of "$1") == held* ]]; }
office_reads() { [[ $(text_of "$WORLD_OFFICE" 'Bitte entscheiden') == *"Antwort darauf, als eigenes Schreiben registriert"*"$1"* ]]; }
is_later() { (($(date +%s) > $1)); }
# rtf_of: the text on standard input as a word processor keeps it
rtf_of() {
    printf '{\\rtf1\\ansi\\ansicpg1252 '
    sed -e "s/ä/\\\\'e4/g; s/ö/\\\\'f6/g; s/ü/\\\\'fc/g; s/Ü/\\\\'dc/g; s/ß/\\\\'df/g; s/[^ -~]//g" -e 's/$/\\par/'
    printf '}\n'
}
# say MESSAGE-ID IN-REPLY-TO SUBJECT WORDS [FILE]: a mail of the chair's, and a file with it
say() {
    printf '%s\n' "From: <$WORLD_CHAIR>" "To: <$WORLD_MAYOR>" "Date: $(world_header_date)" \
        "Message-ID: <$1>" "Subject: $3" ${2:+"In-Reply-To: <$2>"} 'MIME-Version: 1.0' \
        'Content-Type: multipart/mixed; boundary=b' '' --b 'Content-Type: text/plain; charset=UTF-8' \
        'Content-Transfer-Encoding: 8bit' '' "$4"
    if (($# > 4)); then
        printf '%s\n' --b "Content-Type: application/rtf; name=\"$(basename "$5")\"" \
            'Content-Transfer-Encoding: base64' '' "$(base64 "$5")"
    fi
    printf '%s\n' --b--
}

step 'the letter itself was forgotten'
say first@spd-bedburg-hau.example '' 'Unser Antrag' 'Guten Tag, anbei unser Antrag zur nächsten Sitzung.' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'it is held' is_held m1
wait_for 30 'the sender is told' world_has "$WORLD_CHAIR" INBOX 1
wait_for 30 'the office is told' world_has "$WORLD_OFFICE" INBOX 1
wait_for 5 'the next second' is_later "$(date +%s)"
world_letter unused@spd-bedburg-hau.example | sed '1,/^$/d' | rtf_of >"$W/Antrag.rtf"
say second@spd-bedburg-hau.example "$(reviewed m1)" 'Re: [m1] Eingegangen, noch ohne Nummer' \
    'Hier ist er, Entschuldigung!' "$W/Antrag.rtf" | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 40 'it is registered' are_told 1
expect 'both mails' "registered $(number 1);registered $(number 1)" "$(state_of m1);$(state_of m2)"
expect motions 1 "$(ctl_json length list)"
expect 'the mail whose arrival counts' m2 "$(ctl_json '.[0].inbox_id' list)"
wait_for 30 'the sender is answered' chair_has Eingang "$(number 1)"
expect_match 'the answer shows both' 'Ihre erste E-Mail dazu .m1. war eingegangen' \
    "$(text_of "$WORLD_CHAIR" Eingang)"
wait_for 30 'the office is told' world_has "$WORLD_OFFICE" INBOX 2
expect_match 'the notice' 'Über m1 ist nichts mehr zu entscheiden' "$(text_of "$WORLD_OFFICE" Registriert)"
expect_exit 65 ctl accept m1 --title 'Noch einmal'

step 'the letter is there, its enclosure was forgotten'
world_letter third@spd-bedburg-hau.example '' 's/Integrations/Sport/; s/^Mit freundlichen/Den Lageplan finden Sie in der Anlage.\n\n&/' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'it is held' is_held m3
expect_match 'why' 'attachment missing' "$(ctl_json '.[2].reason' inbox)"
wait_for 30 'the sender is told' sent_review m3
wait_for 5 'the next second' is_later "$(date +%s)"
echo 'Lageplan: hier der Platz, dort der Weg.' | rtf_of >"$W/Lageplan.rtf"
say fourth@spd-bedburg-hau.example "$(reviewed m3)" 'Re: [m3] Eingegangen, noch ohne Nummer' \
    'Pardon!' "$W/Lageplan.rtf" | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 40 'it is registered' are_told 2
expect 'both mails' "registered $(number 2);registered $(number 2)" "$(state_of m3);$(state_of m4)"
expect motions 2 "$(ctl_json length list)"
expect 'the mail whose arrival counts' m3 "$(ctl_json '.[1].inbox_id' list)"
expect 'what happened to the number' 'registered papers-added' \
    "$(ctl_json '[.[] | select(.event | IN("registered", "papers-added")).event] | join(" ")' log "$(number 2)")"
wait_for 30 'the sender is answered' chair_has "$(number 2)" 'Ihre Anlage'
later=$(text_of "$WORLD_CHAIR" "$(number 2)")
expect_match 'the answer shows both' 'Anlage haben Sie nachgereicht .m4.' "$later"
expect_match 'the papers have a receipt' 'Ihre Anlage ist eingegangen' "$later"

step 'a question about a held mail belongs to it'
say fifth@spd-bedburg-hau.example '' 'Noch ein Antrag' 'Anbei noch ein Antrag.' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'it is held' is_held m5
say sixth@spd-bedburg-hau.example '' 'Re: [m5] Eingegangen, noch ohne Nummer' 'Was fehlt denn?' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'it is held' is_held m6
expect_match 'why' 'a reply about m5' "$(ctl_json '.[5].reason' inbox)"

step 'words of thanks are nothing'
say seventh@spd-bedburg-hau.example '' "Re: [$(number 1)] Eingang bestätigt" 'Danke!' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'it is there' inbox_knows 7
expect 'the mail' ignored "$(ctl_json '.[6].state' inbox)"

step 'whoever counts up to a held mail takes it from nobody'
world_letter unused@spd-bedburg-hau.example '' 's/Integrations/Sport/; s/Zentrums/Platzes/' |
    sed -e '1,/^$/d' -e 's/^Antrag.*/Antrag: Trinkbrunnen am Marktplatz/' | rtf_of >"$W/Brunnen.rtf"
say eighth@spd-bedburg-hau.example '' 'Re: [m5] Eingegangen, noch ohne Nummer' 'Hier.' \
    "$W/Brunnen.rtf" | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 40 'it is registered' are_told 3
expect 'both mails' "held ;registered $(number 3)" "$(state_of m5);$(state_of m8)"
expect_match 'its history' "registered as $(number 3): if this is the same, ignore m5" \
    "$(ctl_json '[.[] | select(.event == "answered").text][0]' log m5)"
expect 'what waits' "$(number 3)" "$(ctl_json '.[] | select(.id == "m5").brought' held)"
daemon_stop
in_registry 'UPDATE deliveries SET created_at = created_at - 3600'
scenario_daemon
wait_for 30 'the office is told' office_reads "$(number 3)"
for id in m5 m6; do
    ctl ignore "$id" --reason 'gesehen' --silent >>"$W/log/ignore.log"
done
settle
