# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A letter of two factions: the sender's own moves, the other one is named and its chair is told.  A
# letter in a faction's name from an unknown address: its chair is told, gathered, and nobody else.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# The chair of the CDU, whose mailbox is there already.
CDU=$WORLD_STRANGER

scenario_begin
world_config | sed "s|^  faction \"SPD\" {|  faction \"CDU\" {\n    member \"$CDU\" { name = \"Erika Mustermann\" role = \"Fraktionsvorsitzende\" }\n  }\n&|" \
    >"$W/antragd.conf"
scenario_daemon

step 'two factions in the letterhead'
world_letter named-1@spd-bedburg-hau.example '' 's/^SPD-Ratsfraktion.*/SPD-Ratsfraktion und CDU-Fraktion/' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the letter is answered' all_is_answered 1
wait_for 30 'the chair of the other faction is told' world_has "$CDU" INBOX 1
expect 'factions and named' 'SPD CDU' \
    "$(ctl_json '.[0]|"\(.factions|join(",")) \(.named|join(","))"' list)"
told=$(world_fetch "$CDU" 'hdr.subject text.utf8' mailbox INBOX)
expect_match subject "=5B$(number 1 | sed s,/,=2F,g)=5D" "$(jq -r '.[0]."hdr.subject"' <<<"$told")"
expect_match 'text' 'Ihre Fraktion als weitere Antragstellerin' "$(jq -r '.[0]."text.utf8"' <<<"$told" | tr -s '\r\n ' ' ')"
public=$(world_fetch "$WORLD_LIST" text.utf8 mailbox INBOX | jq -r '.[0]."text.utf8"' | tr -s '\r\n ' ' ')
expect_match 'to the list' 'CDU' "$public"
[[ $public != *Beek* && $public != *@spd* ]] || fail 'a member is named to the list'

step 'letters in the name of the CDU from nowhere, the second within the hour'
for n in 2 3; do
    world_letter "named-$n@nowhere.example" 'X <x@nowhere.example>' "s/SPD/CDU/;s/Integrations/Kultur$n/" |
        world_mail x@nowhere.example "$WORLD_MAYOR"
    wait_for 30 'it is held' inbox_knows "$n"
    wait_for 30 'the office is told of the first' world_has "$WORLD_OFFICE" INBOX 1
done
wait_for 30 'the chair is told of the first' world_has "$CDU" INBOX 2
expect 'answers to the chair' 'acknowledgement review' \
    "$(ctl_json "[.[]|select(.to==\"$CDU\").kind]|sort|join(\" \")" outbox)"
expect 'the one mail that a gathered review answers' null \
    "$(ctl_json "[.[]|select(.to==\"$CDU\" and .kind==\"review\").message]|tojson" outbox | tr -d '[]')"

step 'both factions from nowhere: nobody is told whose they are'
world_letter named-4@nowhere.example 'X <x@nowhere.example>' \
    's/^SPD-Ratsfraktion.*/SPD-Ratsfraktion und CDU-Fraktion/;s/Integrations/Sport/' |
    world_mail x@nowhere.example "$WORLD_MAYOR"
wait_for 30 'it is held' inbox_knows 4
expect 'motions' 1 "$(ctl_json length list)"

settle
expect 'mails to the chair of the CDU' 2 "$(world_count "$CDU" INBOX)"
all_is_answered 1 || fail 'somebody was told too much'
