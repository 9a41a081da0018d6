# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A mail beyond max-size: of it only the headers are fetched, it is held with its true size, the office
# is told; it holds up nothing, is explained, and is not fetched again.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# The letter with a million and a half bytes below it.
large_letter() {
    world_letter too-large@spd-bedburg-hau.example
    head -c 1500000 < <(yes 'ein langer Anhang, den niemand braucht, der aber mitgeschickt worden ist')
}

scenario_begin
CONF_BODY='max-size = 1' world_config >"$W/antragd.conf"
large_letter | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 20 'the mail lies in INBOX' world_has "$WORLD_MAYOR" INBOX 1
size=$(world_fetch "$WORLD_MAYOR" size.physical mailbox INBOX | jq -r '.[0]."size.physical"')
scenario_daemon

step 'it is held'
wait_for 30 'the office is told' world_has "$WORLD_OFFICE" INBOX 1
expect state held "$(ctl_json '.[0].state' inbox)"
expect_match reason 'too large' "$(ctl_json '.[0].reason' inbox)"
expect_match size "^(1[5-9])[0-9]{5}$" "$(ctl_json '.[0].size' inbox)"
expect 'sender' "$WORLD_CHAIR" "$(ctl_json '.[0].from' inbox)"
expect_match 'size on the server' "^[0-9]+$" "$size"
kept=$(ctl show m1 --eml | wc -c)
((kept < 65536)) || fail "$kept bytes of it are kept"
expect_match 'explained again' 'too-large' "$(ctl_json .row explain m1)"

step 'the one behind it is registered'
world_letter small@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
is_registered() { [[ $(ctl_json length list) == 1 ]]; }
wait_for 30 'the letter is in the register' is_registered
daemon_stop
expect unexplained 0 "$(ctl_json .unexplained reconcile)"
settle
expect messages 2 "$(ctl_json length inbox)"
expect 'mails in INBOX' 1 "$(world_count "$WORLD_MAYOR" INBOX)"
! grep -q 'mail-stuck\|mailbox-failed' "$W/log/antragd.log" || fail 'the mailbox was left for a while'
