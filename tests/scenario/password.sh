# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A wrong password: the logins slow down, so that no account is locked, and the log shouts; with the
# right one the waiting mail is registered.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

denials() { grep -c 'event=mailbox-failed.*why=denied' "$W/log/antragd.log" || true; }

denied() { (($(denials) >= $1)); }

# retry_in N: seconds to the next login after the Nth.
retry_in() { sed -n 's/.*event=mailbox-failed.*why=denied.*retry_in=\([0-9]*\).*/\1/p' "$W/log/antragd.log" | sed -n "$1p"; }

scenario_begin
letter 1 | put 1
printf 'not-the-password\n' >"$W/password"
scenario_daemon

step 'three logins, each asked for by hand after the first'
for ((i = 1; i <= 3; i++)); do
    ((i == 1)) || kill -USR1 "$DAEMON_PID"
    wait_for 30 "login $i is refused" denied "$i"
done
# minutes 1, 5 and 15, never sooner: by itself antragd would log in at 0, 1 and 6, and not before 21
for ((i = 1; i <= 3; i++)); do
    minutes=(0 1 5 15)
    wait=$(retry_in "$i")
    ((wait >= 60 * minutes[i] && wait <= 66 * minutes[i])) ||
        fail "after login $i it waits $wait seconds, not ${minutes[i]} minutes"
done
expect 'logins' 3 "$(denials)"
expect 'its level' error "$(sed -n 's/.*level=\([a-z]*\) .*why=denied.*/\1/p' "$W/log/antragd.log" | uniq)"
! grep -q 'not-the-password' "$W/log/antragd.log" || fail 'the log holds the password'
expect messages 0 "$(ctl_json length inbox)"
daemon_stop

step 'the right one'
printf '%s\n' "$WORLD_PASSWORD" >"$W/password"
scenario_daemon
wait_for 40 'the letter is answered' all_is_answered 1
scenario_close_books 0
