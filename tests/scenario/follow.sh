# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A faction follows up: a new version becomes version 2 of its number, a withdrawal withdraws it, both
# only where the town's mail server confirmed the sender.  A forged "wir ziehen zurück" changes
# nothing, and the faction hears of it at once.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

scenario_begin
confirm_senders "$WORLD_CHAIR"
scenario_daemon

subjects() { world_fetch "$1" hdr.subject.utf8 mailbox INBOX | jq -r '.[]."hdr.subject.utf8"'; }
# told USER WORDS: whether a mail to her has them in its subject.
told() { [[ $(subjects "$1") == *"$2"* ]]; }
# say ENVELOPE-FROM MESSAGE-ID SUBJECT IN-REPLY-TO: a mail in the chair's name, its text on standard
# input.
say() {
    {
        printf '%s\n' "From: Wilhelm van Beek <$WORLD_CHAIR>" "To: <$WORLD_MAYOR>" \
            "Date: $(world_header_date)" "Message-ID: <$2>" "Subject: $3" ${4:+"In-Reply-To: <$4>"} \
            'MIME-Version: 1.0' 'Content-Type: text/plain; charset=UTF-8' \
            'Content-Transfer-Encoding: 8bit' ''
        cat
    } | world_mail "$1" "$WORLD_MAYOR"
}
number=$(number 1)

step 'a motion is registered, and its sender is authenticated'
world_letter first@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'it is answered' all_is_answered 1
expect 'its trust' authenticated "$(ctl_json '.[0].trust' list)"
first=$(ctl_json '.[0].arrived_at' list)

step 'a forged withdrawal is held, and the faction is warned'
say "$WORLD_STRANGER" forged@fremd.example "Re: [$number]" <<END
Sehr geehrter Herr Bürgermeister,

hiermit ziehen wir unseren Antrag $number zurück.

Mit freundlichen Grüßen

Wilhelm van Beek
END
wait_for 30 'the deputy is warned' told "$WORLD_DEPUTY" "[$number] Rücknahme wird geprüft"
wait_for 30 'whose address it bears is asked' told "$WORLD_CHAIR" '[m2]'
wait_for 30 'the office is told' world_has "$WORLD_OFFICE" INBOX 1
expect 'the motion' 'registered 1' "$(ctl_json '.[0] | .state + " " + (.version | tostring)' list)"
expect 'the mail' held "$(ctl_json '.[1].state' inbox)"
expect 'mails to the list' 1 "$(world_count "$WORLD_LIST" INBOX)"

step 'a new version takes the number of the old one'
world_letter second@spd-bedburg-hau.example '' "1s|^|ersetzt $number\n\n|; s/Kommunalen Integrationszentrums/Integrationszentrums im Kreis/" |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the deputy has her receipt' told "$WORLD_DEPUTY" "[$number] Fassung 2 eingegangen"
wait_for 30 'the list is told' told "$WORLD_LIST" "[$number] Neue Fassung"
wait_for 30 'the office is told' told "$WORLD_OFFICE" "[$number] Neue Fassung"
expect motions 1 "$(ctl_json length list)"
expect 'the motion' 'registered 2' "$(ctl_json '.[0] | .state + " " + (.version | tostring)' list)"
expect 'the mail' 'registered' "$(ctl_json '.[2].state' inbox)"
expect 'its number' "$number" "$(ctl_json '.[2].motions | join(" ")' inbox)"
receipt=$(world_fetch "$WORLD_DEPUTY" text.utf8 mailbox INBOX subject "Fassung 2" | jq -r '.[]."text.utf8"' | tr -s '\r\n ' ' ')
expect_match 'the receipt' "als Fassung 2 unter der Nummer $number" "$receipt"
expect_match 'the receipt' 'diese war eingegangen: ' "$receipt"
expect_match 'the thread of the list' "$(world_fetch "$WORLD_LIST" hdr.message-id mailbox INBOX | jq -r '.[0]."hdr.message-id"')" \
    "$(world_fetch "$WORLD_LIST" hdr.in-reply-to mailbox INBOX | jq -r '.[1]."hdr.in-reply-to"')"
[[ $first != "$(ctl_json '.[0].arrived_at' list)" ]] || fail 'the new version has no arrival of its own'

expect 'both arrivals are kept' "$first" "$(ctl_json '.[0].papers[] | select(.role == "motion").arrived_at' list)"
expect 'and both deadlines' 'true' "$(ctl_json '.[0] | [.deadline, .papers[0].deadline] | all(.state != null)' list)"
ctl show "$number" >"$W/log/show.log"
expect_match 'what show prints' 'paper  *m1, motion, version 1, arrived' "$(grep '^paper' "$W/log/show.log")"

step 'an answer to the receipt withdraws it'
receipt=$(ctl_json ".[] | select(.to == \"$WORLD_CHAIR\" and .kind == \"acknowledgement\").message_id" outbox | tail -1)
say "$WORLD_CHAIR" third@spd-bedburg-hau.example "Re: [$number] Fassung 2 eingegangen" "$receipt" <<'END'
Sehr geehrter Herr Bürgermeister,

wir ziehen unseren Antrag zurück.

Mit freundlichen Grüßen

Wilhelm van Beek
END
wait_for 30 'the deputy has her receipt' told "$WORLD_DEPUTY" "[$number] Rücknahme registriert"
wait_for 30 'the list is told' told "$WORLD_LIST" "[$number] Zurückgezogen"
expect 'the motion' 'withdrawn 2' "$(ctl_json '.[0] | .state + " " + (.version | tostring)' list)"
expect 'what happened' 'registered replaced withdrawn' \
    "$(ctl_json '[.[] | select(.event | IN("registered", "replaced", "withdrawn")).event] | join(" ")' log "$number")"

step 'what is held is carried out when a person accepts it, if its words are clear'
other=$(number 2)
world_letter fourth@spd-bedburg-hau.example '' 's/Kommunalen Integrationszentrums/Jugendzentrums/' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the deputy has her receipt' told "$WORLD_DEPUTY" "[$other] Eingang"
say "$WORLD_STRANGER" fifth@fremd.example "Re: [$other]" <<<'Wir überlegen, unseren Antrag zurückzuziehen.'
say "$WORLD_STRANGER" sixth@fremd.example "Re: [$other]" <<<"Hiermit ziehen wir unseren Antrag $other zurück."
wait_for 30 'both are there' inbox_knows 7
expect 'both are held' 'held held' "$(ctl_json '[.[5:7][].state] | join(" ")' inbox)"
unclear=$(ctl_json '.[] | select(.message_id == "fifth@fremd.example").id' inbox)
clear=$(ctl_json '.[] | select(.message_id == "sixth@fremd.example").id' inbox)
code=0
ctl accept "$unclear" >"$W/log/unclear.log" 2>&1 || code=$?
expect 'what accept says' 65 "$code"
expect_match 'which command' "use withdraw $other --reason" "$(<"$W/log/unclear.log")"
expect 'the motion' registered "$(ctl_json ".[] | select(.number == \"$other\").state" list)"
ctl accept "$clear" >"$W/log/accept.log"
expect_match 'what was done' "$clear: accepted, registered as $other \(withdrawn\)" "$(<"$W/log/accept.log")"
wait_for 30 'the deputy has her receipt' told "$WORLD_DEPUTY" "[$other] Rücknahme registriert"
wait_for 30 'the list is told' told "$WORLD_LIST" "[$other] Zurückgezogen"
expect 'the motion' withdrawn "$(ctl_json ".[] | select(.number == \"$other\").state" list)"
expect 'who decided' "$(id -un)" "$(ctl_json '.[] | select(.event == "withdrawn").actor' log "$other")"
daemon_stop
expect_exit 0 ctl reread "$unclear"
expect 'the other mail, read again without a daemon' held "$(ctl_json ".[] | select(.id == \"$unclear\").state" inbox)"
scenario_daemon
ctl ignore "$unclear" --reason 'nicht klar' --silent >>"$W/log/ignore.log"

ctl ignore m2 --reason 'gefälscht' --silent >"$W/log/ignore.log"
settle
expect 'mails to the stranger' 0 "$(world_count "$WORLD_STRANGER" INBOX)"
