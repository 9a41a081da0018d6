# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Every role has locked itself; the supervisor, whose children would inherit it, has not.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# status PID FIELD
status() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"; }

scenario_begin
scenario_daemon
world_letter sandbox@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the letter is answered' all_is_answered 1
expect 'whether the daemon runs' true "$(ctl_json .running status)"

# A container may have put a filter on everything, which then counts for us too.
filters=$(status $$ Seccomp_filters)
expect "the supervisor's filters" "$filters" "$(status "$DAEMON_PID" Seccomp_filters)"
for role in clerk watch reader send; do
    pid=$(daemon_role "$role") || fail "the role $role does not run"
    expect "Seccomp of $role" 2 "$(status "$pid" Seccomp)"
    expect "NoNewPrivs of $role" 1 "$(status "$pid" NoNewPrivs)"
    (($(status "$pid" Seccomp_filters) > filters)) || fail "$role has no filter of its own"
done
! grep 'event=role-ended' "$W/log/antragd.log" || fail 'a role has ended'
