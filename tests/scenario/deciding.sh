# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# What people decide: a stranger's letter accepted for its faction, its confirmation let go, answers
# sent again, a mail ignored, motions corrected, withdrawn and made void; with a daemon and without;
# who may decide, and who may not.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

scenario_begin
mkdir -m 755 "$W/run"
# A group that every system has, instead of one that would have to be made.
{
    printf 'control-socket = "%s/run/control"\ncontrol-group = "nogroup"\n' "$W"
    cat "$W/antragd.conf"
} >"$W/antragd.conf.new"
mv "$W/antragd.conf.new" "$W/antragd.conf"
me=$(id -un)

# decide FILTER COMMAND...: a decision, and what jq makes of its JSON.
decide() {
    local filter=$1
    shift
    ctl "$@" --json 2>>"$W/log/antragctl.log" | jq -er "$filter"
}
subject() {
    world_fetch "$1" hdr.subject.utf8 mailbox INBOX | jq -r '.[-1]."hdr.subject.utf8"'
}
# has_subject USER PATTERN: one of the mails in the INBOX, not only the last.
has_subject() {
    world_fetch "$1" hdr.subject.utf8 mailbox INBOX |
        jq -e --arg pattern "$2" 'any(.[]."hdr.subject.utf8"; test($pattern))' >/dev/null
}
actor() { ctl_json "[.events[] | select(.event == \"$2\") | .actor][-1]" show "$1"; }
is_held() { [[ $(ctl_json ".[] | select(.id == \"$1\").state" inbox) == held ]]; }
moved() { world_has "$WORLD_MAYOR" Registriert "$1"; }

step 'with a daemon: a stranger writes for the SPD'
scenario_daemon
world_letter first@fremd.example "Erika Mustermann <$WORLD_STRANGER>" |
    world_mail "$WORLD_STRANGER" "$WORLD_MAYOR"
wait_for 30 'the office is told' world_has "$WORLD_OFFICE" INBOX 1
wait_for 30 'the chair is told that somebody writes for them' world_has "$WORLD_CHAIR" INBOX 1
arrived=$(ctl_json '.[0].arrived_at' inbox)

step 'accepting it needs its faction, and gives it a number'
expect_exit 64 ctl accept m1
expect_exit 64 ctl accept m1 --faction Piraten
expect_exit 66 ctl accept m77 --faction SPD
expect numbers "$(number 1)" "$(decide '.motions | join(",")' accept m1 --faction SPD)"
wait_for 30 'the faction is answered' world_has "$WORLD_CHAIR" INBOX 2
wait_for 30 'all of the faction' world_has "$WORLD_DEPUTY" INBOX 1
wait_for 30 'the mail is put away' moved 1
expect 'its state' registered "$(ctl_json '.[0].state' inbox)"
expect 'its arrival' "$arrived" "$(ctl_json '.[0].arrived_at' list)"
expect 'its trust' unknown "$(ctl_json '.[0].trust' list)"
expect 'who accepted it' "$me" "$(actor m1 accepted)"
expect_match 'the acknowledgement' "^\[$(number 1)\] Eingang bestätigt" "$(subject "$WORLD_CHAIR")"
expect_exit 65 ctl accept m1 --faction SPD

step 'its confirmation waits for a person'
expect 'the confirmation' waiting \
    "$(ctl_json '.[] | select(.kind == "confirmation").state' outbox)"
expect 'mails to the list' 0 "$(world_count "$WORLD_LIST" INBOX)"
expect 'let go' confirmation "$(decide '.answers[0].kind' release "$(number 1)")"
wait_for 30 'the list is told' world_has "$WORLD_LIST" INBOX 1
expect_exit 65 ctl release "$(number 1)"

step 'an answer is sent once more, as it was'
id=$(ctl_json ".[] | select(.kind == \"acknowledgement\" and .to == \"$WORLD_CHAIR\").id" outbox)
expect 'sent again' queued "$(decide '.answers[0].state' resend "$id")"
wait_for 30 'it comes twice' world_has "$WORLD_CHAIR" INBOX 3
expect 'Message-IDs' 2 "$(world_fetch "$WORLD_CHAIR" hdr.message-id mailbox INBOX |
    jq '[.[]."hdr.message-id"] | unique | length')"

step 'it is corrected'
expect_exit 64 ctl correct "$(number 1)" --title 'Anderer Titel'
expect state registered "$(decide .state correct "$(number 1)" --reason 'Titel verlesen' \
    --title 'Integrationszentrum im Kreis')"
expect 'its title' 'Integrationszentrum im Kreis' "$(ctl_json '.[0].title' list)"
wait_for 30 'the faction is told' world_has "$WORLD_CHAIR" INBOX 4
wait_for 30 'the list is told' world_has "$WORLD_LIST" INBOX 2
expect_match 'to the list' "^\[$(number 1)\] Berichtigt: Integrationszentrum" "$(subject "$WORLD_LIST")"

step 'it is withdrawn'
expect state withdrawn "$(decide .state withdraw "$(number 1)" --reason 'Schreiben der Fraktion')"
wait_for 30 'the faction is told' world_has "$WORLD_DEPUTY" INBOX 3
wait_for 30 'the list is told' world_has "$WORLD_LIST" INBOX 3
wait_for 30 'the office is told' has_subject "$WORLD_OFFICE" "$(number 1).*Zurückgezogen"
expect 'its state' withdrawn "$(ctl_json '.[0].state' list)"
expect_exit 65 ctl withdraw "$(number 1)" --reason 'noch einmal'
expect 'who withdrew it' "$me" "$(actor "$(number 1)" withdrawn)"

step 'a number is used once: the next letter gets the next one, and that becomes void'
world_letter second@spd-bedburg-hau.example '' 's/Kommunalen Integrationszentrums/Bürgerbusses/' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the list is told' world_has "$WORLD_LIST" INBOX 4
expect state void "$(decide .state void "$(number 2)" --reason 'irrtümlich registriert')"
wait_for 30 'the list is told' world_has "$WORLD_LIST" INBOX 5
expect_match 'to the list' "^\[$(number 2)\] Eintrag aufgehoben" "$(subject "$WORLD_LIST")"
expect_exit 65 ctl correct "$(number 2)" --reason 'zu spät'

step "a member's mail without a motion is ignored, and she is told"
world_letter third@spd-bedburg-hau.example |
    sed -n '1,/^$/p' | { cat; echo 'Wann ist die nächste Sitzung? Bitte um Auskunft.'; } |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'it is held' is_held m3
before=$(world_count "$WORLD_CHAIR" INBOX)
expect_exit 64 ctl ignore m3
expect state ignored "$(decide .state ignore m3 --reason 'kein Antrag')"
wait_for 30 'she is told' has_subject "$WORLD_CHAIR" '^\[m3\] Eingegangen, aber nicht registriert'
expect 'its state' ignored "$(ctl_json '.[2].state' inbox)"
expect_exit 65 ctl reread m3
((before < $(world_count "$WORLD_CHAIR" INBOX))) || fail 'nothing was delivered'

step 'all the same it can be registered later, as what a person says'
expect_exit 64 ctl accept m3
expect numbers "$(number 3)" "$(decide '.motions[0]' accept m3 --title 'Auskunft über Sitzungen' \
    --kind inquiry --meeting "Rat=$WORLD_MEETING")"
expect 'its kind' inquiry "$(ctl_json '.[2].kind' list)"
expect 'its council' Rat "$(ctl_json '.[2].consultations[0].organization' list)"
wait_for 30 'the list is told' world_has "$WORLD_LIST" INBOX 6

step 'a held mail is read again'
world_letter fourth@fremd.example "Erika Mustermann <$WORLD_STRANGER>" |
    world_mail "$WORLD_STRANGER" "$WORLD_MAYOR"
wait_for 30 'it is held' is_held m4
expect state held "$(decide .state reread m4)"
expect 'who had it read' "$me" "$(actor m4 reread)"

step 'who may decide: the group, and nobody else'
if [[ $(id -u) == 0 ]]; then
    as() { setpriv --reuid=nobody --regid="$1" --clear-groups -- "${@:2}"; }
    as_member() { as nogroup "$BUILD/antragctl" -c "$W/antragd.conf" "$@"; }
    as_stranger() { as daemon "$BUILD/antragctl" -c "$W/antragd.conf" "$@"; }
    expect_exit 77 as_stranger void "$(number 3)" --reason 'darf ich nicht'
    chmod 666 "$W/run/control"
    expect_exit 77 as_stranger void "$(number 3)" --reason 'darf ich nicht'
    chmod 660 "$W/run/control"
    expect_exit 0 as_member retry
    expect_exit 0 as_member withdraw "$(number 3)" --reason 'Anruf'
    expect 'who withdrew it' nobody "$(actor "$(number 3)" withdrawn)"
    wait_for 30 'the list is told' world_has "$WORLD_LIST" INBOX 7
fi

step 'without a daemon'
daemon_stop
expect state ignored "$(decide .state ignore m4 --reason 'liegt schon vor' --silent)"
expect_exit 0 ctl retry
id=$(ctl_json "[.[] | select(.to == \"$WORLD_LIST\").id][0]" outbox)
expect 'sent again' queued "$(decide '.answers[0].state' resend "$id")"
[[ $(id -u) != 0 ]] || expect_exit 77 as_stranger retry
lists=$(world_count "$WORLD_LIST" INBOX)
settle
wait_for 30 'it comes twice' world_has "$WORLD_LIST" INBOX $((lists + 1))
expect_exit 0 ctl reconcile
expect motions 3 "$(ctl_json length list)"
expect 'mails to the stranger' 0 "$(world_count "$WORLD_STRANGER" INBOX)"
