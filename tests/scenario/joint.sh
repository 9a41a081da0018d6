# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A motion of two factions, by replies alone: the named one says yes and moves it from then on, a forged
# withdrawal warns both, one that withdraws leaves it to the other, and the last one withdraws it.  A
# named faction's no changes nothing and is told to the office.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# The chair of the CDU, whose mailbox is there already, and somebody who is neither.
CDU=$WORLD_STRANGER
FORGER=x@nowhere.example

scenario_begin
confirm_senders "$WORLD_CHAIR" "$CDU"
sed -i "s|^  faction \"SPD\" {|  faction \"CDU\" {\n    member \"$CDU\" { name = \"Erika Mustermann\" role = \"Fraktionsvorsitzende\" }\n  }\n&|" \
    "$W/antragd.conf"
scenario_daemon

subjects() { world_fetch "$1" hdr.subject.utf8 mailbox INBOX | jq -r '.[]."hdr.subject.utf8"'; }
told() { [[ $(subjects "$1") == *"$2"* ]]; }
# message_id KIND TO [N]: of our answer of that kind to somebody, the last one or the Nth.
message_id() { ctl_json ".[] | select(.to == \"$2\" and .kind == \"$1\").message_id" outbox | sed -n "${3:-\$}p"; }
# say ENVELOPE-FROM FROM MESSAGE-ID SUBJECT IN-REPLY-TO WORDS
say() {
    printf '%s\n' "From: <$2>" "To: <$WORLD_MAYOR>" "Date: $(world_header_date)" "Message-ID: <$3>" \
        "Subject: $4" ${5:+"In-Reply-To: <$5>"} 'MIME-Version: 1.0' \
        'Content-Type: text/plain; charset=UTF-8' 'Content-Transfer-Encoding: 8bit' '' "$6" |
        world_mail "$1" "$WORLD_MAYOR"
}
movers() { ctl_json '.[0] | (.factions | join(",")) + " " + (.named | join(",")) + " " + .state' list; }
number=$(number 1)

step 'a letter of the SPD names the CDU, which is asked'
world_letter first@spd-bedburg-hau.example '' 's/^SPD-Ratsfraktion.*/SPD-Ratsfraktion und CDU-Fraktion/' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'it is answered' all_is_answered 1
wait_for 30 'the CDU is asked' told "$CDU" 'Ihre Fraktion ist genannt'
expect 'who moves it' 'SPD CDU registered' "$(movers)"
asked=$(message_id acknowledgement "$CDU")

step 'another one than the CDU says yes, and nothing changes'
say "$FORGER" "$WORLD_DEPUTY" second@spd-bedburg-hau.example "Re: [$number]" "$asked" 'Ja, wir sind dabei.'
wait_for 30 'the office is told' world_has "$WORLD_OFFICE" INBOX 1
expect 'who moves it' 'SPD CDU registered' "$(movers)"

step 'the CDU says yes'
say "$CDU" "$CDU" third@fremd.example "Re: [$number] Ihre Fraktion ist genannt" "$asked" \
    $'Ja, wir sind dabei.\n\nErika Mustermann\n\n> Ein Schreiben nennt Ihre Fraktion.'
wait_for 30 'the list is told' told "$WORLD_LIST" "[$number] Weitere Antragstellerin"
wait_for 30 'the CDU has a receipt' told "$CDU" "[$number] Weitere Antragstellerin"
wait_for 30 'so has the SPD' told "$WORLD_CHAIR" "[$number] Weitere Antragstellerin"
expect 'who moves it' 'SPD,CDU  registered' "$(movers)"
expect 'the mail' "registered $number" "$(ctl_json '.[2] | .state + " " + (.motions | join(" "))' inbox)"
expect_match 'the thread of the list' "$(message_id confirmation "$WORLD_LIST" 1)" \
    "$(world_fetch "$WORLD_LIST" hdr.in-reply-to mailbox INBOX | jq -r '.[1]."hdr.in-reply-to"')"

step 'a forged withdrawal warns both'
say "$FORGER" "$WORLD_CHAIR" forged@nowhere.example "Re: [$number]" '' 'Wir ziehen den Antrag zurück.'
wait_for 30 'the deputy is warned' told "$WORLD_DEPUTY" "[$number] Rücknahme wird geprüft"
wait_for 30 'the CDU is warned' told "$CDU" "[$number] Rücknahme wird geprüft"
expect 'who moves it' 'SPD,CDU  registered' "$(movers)"

step 'so does a stranger who knows the number'
say "$FORGER" "$FORGER" stranger@nowhere.example "[$number]" '' 'Wir ziehen den Antrag zurück.'
warned() { [[ $(subjects "$CDU" | grep -c 'wird geprüft') == "$1" ]]; }
wait_for 30 'the CDU is warned again' warned 2
expect 'who moves it' 'SPD,CDU  registered' "$(movers)"

step 'the SPD withdraws, and the motion stands for the CDU'
say "$WORLD_CHAIR" "$WORLD_CHAIR" fourth@spd-bedburg-hau.example "Re: [$number]" \
    "$(message_id acknowledgement "$WORLD_CHAIR" 1)" 'Hiermit ziehen wir unseren Antrag zurück.'
wait_for 30 'the list is told' told "$WORLD_LIST" "[$number] Eine Fraktion zieht zurück"
wait_for 30 'the CDU is told' told "$CDU" "[$number] Rücknahme einer Fraktion"
wait_for 30 'the SPD has a receipt' told "$WORLD_CHAIR" "[$number] Rücknahme einer Fraktion"
expect 'who moves it' 'CDU  registered' "$(movers)"

step 'the SPD has no say in it any more'
say "$WORLD_CHAIR" "$WORLD_CHAIR" fifth@spd-bedburg-hau.example "Re: [$number]" '' \
    'Der Titel muss lauten: „Etwas ganz anderes“'
wait_for 30 'it is held' inbox_knows 7
expect 'the mail' 'held' "$(ctl_json '.[6].state' inbox)"

step 'the CDU corrects the title and withdraws'
say "$CDU" "$CDU" sixth@fremd.example "Re: [$number]" '' 'Der Titel muss lauten: „Ein Platz für alle“'
wait_for 30 'the list is told' told "$WORLD_LIST" "[$number] Berichtigt: Ein Platz für alle"
expect 'its title' 'Ein Platz für alle' "$(ctl_json '.[0].title' list)"
say "$CDU" "$CDU" seventh@fremd.example "Re: [$number]" '' 'Wir ziehen den Antrag zurück.'
wait_for 30 'the list is told' told "$WORLD_LIST" "[$number] Zurückgezogen"
expect 'who moves it' 'CDU  withdrawn' "$(movers)"
expect 'what happened' 'registered joined left corrected withdrawn' \
    "$(ctl_json '[.[] | select(.event | IN("registered", "joined", "left", "corrected", "withdrawn")).event] | join(" ")' log "$number")"

step "a named faction's no"
world_letter eighth@spd-bedburg-hau.example '' 's/^SPD-Ratsfraktion.*/SPD-Ratsfraktion und CDU-Fraktion/; s/Integrations/Sport/' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the CDU is asked' told "$CDU" "[$(number 2)] Ihre Fraktion ist genannt"
say "$CDU" "$CDU" ninth@fremd.example "Re: [$(number 2)]" "$(message_id acknowledgement "$CDU")" \
    'Nein, dem haben wir nicht zugestimmt.'
wait_for 30 'it is held' inbox_knows 11
expect 'the mail' 'held' "$(ctl_json '.[10].state' inbox)"
expect_match 'why' "does not move $(number 2)" "$(ctl_json '.[10].reason' inbox)"
expect 'mails to the forger' 0 "$(ctl_json "[.[] | select(.to == \"$FORGER\")] | length" outbox)"
for id in m2 m4 m5 m7 m11; do
    ctl ignore "$id" --reason 'gesehen' --silent >>"$W/log/ignore.log"
done
settle
