# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A role that was taken over says what no role says: the clerk hangs up, and the role is started
# afresh.  A role that does not stop when it is told to, for a new configuration, is ended.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

role_is_new() {
    local pid
    pid=$(daemon_role "$1") && [[ $pid != "$2" ]]
}

role_is_stopped() { grep -q '^State:[[:space:]]*T' "/proc/$1/status"; }

scenario_begin
scenario_daemon

for role in reader send; do
    step "$role says nonsense"
    pid=$(daemon_role "$role")
    python3 "$WORLD_CONTRIB/../tests/fake/nonsense.py" "$pid" >>"$W/log/nonsense.log"
    wait_for 20 "$role is started afresh" role_is_new "$role" "$pid"
done
world_letter nonsense@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the letter is answered' all_is_answered 1

step 'a new configuration, and a watch that hangs'
pid=$(daemon_role watch)
kill -STOP "$pid"
wait_for 5 'it is held' role_is_stopped "$pid"
kill -HUP "$DAEMON_PID"
wait_for 30 'it is started afresh' role_is_new watch "$pid"
world_letter hang@spd-bedburg-hau.example '' 's/Integrationszentrums/Bildungszentrums/' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the letter is answered' all_is_answered 2
