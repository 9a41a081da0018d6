# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# What the service manager hears: READY, STATUS, the watchdog as long as every role answers, RELOADING
# and READY again, STOPPING.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

heard() { grep -q "$1" "$W/log/notify.log"; }
count() { grep -c "$1" "$W/log/notify.log" || true; }
more_than() { (($(count "$1") > $2)); }
role_is_silent() { grep -q "event=role-silent name=$1\$" "$W/log/antragd.log"; }

scenario_begin
mkfifo "$W/ear.in"
python3 "$WORLD_CONTRIB/../tests/fake/fake_notify.py" "$W/notify" <"$W/ear.in" >"$W/log/notify.log" &
scenario_undo+=("kill $! 2>/dev/null || true") # it holds its own pipe open
exec {ear}>"$W/ear.in"
wait_for 10 'the ear hears' heard '^ready$'

step 'ready, and the watchdog'
export NOTIFY_SOCKET=$W/notify WATCHDOG_USEC=400000
scenario_daemon
unset NOTIFY_SOCKET WATCHDOG_USEC
wait_for 10 READY heard '^READY=1$'
wait_for 10 STATUS heard '^STATUS=1 of 1 mailboxes watched; 0 mails being read; no answer is due$'
wait_for 10 'the watchdog is fed' more_than '^WATCHDOG=1$' 3

for role in reader send watch clerk; do
    step "the $role hangs"
    pid=$(daemon_role "$role")
    kill -STOP "$pid"
    wait_for 10 'it is missed' role_is_silent "$role"
    fed=$(count '^WATCHDOG=1$')
    : >"$W/log/antragd.log"
    wait_for 10 'it is missed again' role_is_silent "$role"
    expect 'the watchdog gets nothing' "$fed" "$(count '^WATCHDOG=1$')"
    kill -CONT "$pid"
    wait_for 10 'the watchdog is fed again' more_than '^WATCHDOG=1$' "$fed"
done

step 'a bad configuration, then a good one'
: >"$W/log/antragd.log"
echo 'nonsense = 1' >>"$W/antragd.conf"
kill -HUP "$DAEMON_PID"
wait_for 10 'it says that it reloads' heard '^RELOADING=1$'
wait_for 10 'it stays ready' heard '^STATUS=the new configuration has mistakes'
sed -i '$d' "$W/antragd.conf"
kill -HUP "$DAEMON_PID"
wait_for 20 'ready once more' daemon_is_ready
expect READY 3 "$(count '^READY=1')"
expect RELOADING 2 "$(count '^RELOADING=1$')"
fed=$(count '^WATCHDOG=1$')
wait_for 10 'the watchdog is fed' more_than '^WATCHDOG=1$' "$fed"

daemon_stop
wait_for 5 STOPPING heard '^STOPPING=1$'
exec {ear}>&-
