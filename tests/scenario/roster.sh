# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Members and meetings from CSV files that change while antragd runs: a new member counts with the
# next mail, a damaged file leaves what held and is told to the office once, a meeting that moves
# adds an event and changes no receipt.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

title() { printf 's/Integrationszentrums/%szentrums/' "$1"; }

# The deputy is in the file only.
roster() {
    printf '%s\r\n' 'faction,address,name,role' \
        "SPD,$WORLD_DEPUTY,\"Gebauer, Karl-Heinz\",stellv. Fraktionsvorsitzender" "$@"
}
replace() { cat >"$1.new" && chmod 644 "$1.new" && mv "$1.new" "$1"; }

meetings() { printf 'council,date,time\nGemeinderat,%s,18:00\n' "$1"; }

scenario_begin
chmod 711 "$W"
roster | replace "$W/roster.csv"
meetings "$WORLD_MEETING" | replace "$W/meetings.csv"
CONF_BODY="roster-file = \"$W/roster.csv\" meetings-file = \"$W/meetings.csv\"" world_config |
    sed -e "/member \"$WORLD_DEPUTY\"/,/^    }/d" -e '/^    meetings = /d' >"$W/antragd.conf"
expect_exit 0 "$BUILD/antragd" -n -c "$W/antragd.conf"
scenario_daemon

step 'a letter: the member of the file is answered, the meeting of the file is known'
world_letter roster-1@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the letter is answered' all_is_answered 1
expect 'deadline' in-time "$(ctl_json '.[0].deadline.state' list)"
before=$(ctl_json '.[0].consultations' list)

step 'a new member, and the meeting moves'
roster "SPD,$WORLD_STRANGER,Erika Mustermann," | replace "$W/roster.csv"
moved=$(date -d "$WORLD_MEETING + 7 days" +%F)
meetings "$moved" | replace "$W/meetings.csv"
world_letter roster-2@fremd.example "Erika Mustermann <$WORLD_STRANGER>" "$(title Bildungs)" |
    world_mail "$WORLD_STRANGER" "$WORLD_MAYOR"
wait_for 30 'the new member is answered, too' world_has "$WORLD_STRANGER" INBOX 1
expect numbers "$(number 1) $(number 2)" "$(ctl_json '[.[].number]|sort|join(" ")' list)"
expect 'what the first motion is told' "Rat moved from $WORLD_MEETING to $moved" \
    "$(ctl_json '.events[]|select(.event=="meeting-moved").text' show "$(number 1)")"
expect 'its deadline' "$before" \
    "$(ctl_json ".[]|select(.number==\"$(number 1)\").consultations" list)"
expect 'answers to its motion' 3 "$(ctl_json "map(select(.number==\"$(number 1)\"))|length" outbox)"

step 'a damaged file'
roster 'SPD,nobody' | replace "$W/roster.csv"
expect_exit 78 "$BUILD/antragd" -n -c "$W/antragd.conf"
for n in 3 4; do
    world_letter "roster-$n@fremd.example" "Erika Mustermann <$WORLD_STRANGER>" "$(title "Kultur$n")" |
        world_mail "$WORLD_STRANGER" "$WORLD_MAYOR"
    wait_for 30 'a letter by the roster that held' world_has "$WORLD_STRANGER" INBOX $((n - 1))
done
wait_for 30 'the office is told' world_has "$WORLD_OFFICE" INBOX 1
notice=$(world_fetch "$WORLD_OFFICE" 'text.utf8' mailbox INBOX | jq -r '.[0]."text.utf8"')
expect_match 'notice' "$W/roster.csv:3: has 2 fields" "$(tr -s '\r\n ' ' ' <<<"$notice")"
grep -q 'event=file-refused' "$W/log/antragd.log" || fail 'the log does not say it'

step 'a restart with the damaged file'
daemon_stop
scenario_daemon
world_letter roster-5@fremd.example "Erika Mustermann <$WORLD_STRANGER>" "$(title Sport)" |
    world_mail "$WORLD_STRANGER" "$WORLD_MAYOR"
wait_for 30 'a letter by the roster that held' world_has "$WORLD_STRANGER" INBOX 4

step 'without the new member'
roster | replace "$W/roster.csv"
expect_exit 0 "$BUILD/antragd" -n -c "$W/antragd.conf"
world_letter roster-6@fremd.example "Erika Mustermann <$WORLD_STRANGER>" "$(title Wissens)" |
    world_mail "$WORLD_STRANGER" "$WORLD_MAYOR"
wait_for 30 'the letter is held' world_has "$WORLD_OFFICE" INBOX 2
expect 'state' held "$(ctl_json '.[]|select(.message_id=="roster-6@fremd.example").state' inbox)"

settle
expect 'mails to the office' 2 "$(world_count "$WORLD_OFFICE" INBOX)"
