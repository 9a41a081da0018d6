# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A server that crashes libetpan, and with it the watch: its mailbox backs off, the mail of the other one
# is registered and answered all the same.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

watch_died() { [[ $(grep -c 'role-ended.*name=watch.*signal=11' "$W/log/antragd.log" || true) -ge $1 ]]; }
rests() { grep -q 'mailbox-failed.*mailbox=boese.*crashed the watch.*failures=2 ' "$W/log/antragd.log"; }

scenario_begin
lie implicit LOGIN 'C: SELECT ' 'S: * 1 EXISTS' 'S: * OK [PERMANENTFLAGS ((] crash' HANG
CONF_BODY="mailbox \"boese\" {
    host = \"localhost\"
    port = $liar_port
    ca-file = \"$W/ca/town-ca.pem\"
    user = \"boese@bedburg-hau.example\"
    password-file = \"$W/password\"
    addresses = {\"boese@bedburg-hau.example\"}
  }" world_config >"$W/antragd.conf"
scenario_daemon

step 'the watch dies once, and once more after the rest'
wait_for 40 'the watch has died twice' watch_died 2
wait_for 40 'the bad mailbox rests longer' rests

step 'the other mailbox goes on'
world_letter crash@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 60 'the letter is answered' all_is_answered 1
daemon_runs || fail 'the daemon has ended'
! grep -q 'watch-crashed.*mailbox=rathaus.*times=[2-9]' "$W/log/antragd.log" ||
    fail 'the honest mailbox is blamed'

step 'a stop in the middle of a visit is no crash'
daemon_stop
honest_again
world_config >"$W/antragd.conf"
settle
expect motions 1 "$(ctl_json length list)"
