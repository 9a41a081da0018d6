# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# antragd without -f: mistakes are seen where it is started, it exits with 0 only when all is ready, and
# from then on it is alone, with its log at /dev/log.  Needs root, and a machine without syslog.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

if [[ $(id -u) != 0 || -e /dev/log ]]; then
    skip '/dev/log is there already, or we are not root'
fi

is_ready_times() { [[ $(grep -c 'event=ready' "$W/log/syslog.log") == "$1" ]]; }
in_log() { grep -q "$1" "$W/log/syslog.log"; }
start() { "$BUILD/antragd" -c "$W/antragd.conf" >"$W/log/terminal.log" 2>&1 </dev/null; }
on_terminal() { grep -q "$1" "$W/log/terminal.log" || fail "the terminal does not show \"$1\""; }

scenario_begin
mkfifo "$W/ear.in"
# shellcheck disable=SC2034
exec {ear}<>"$W/ear.in" # keeps the pipe open: the ear ends with it

step 'without a syslog it does not start'
expect_exit 69 start
on_terminal '^antragd: cannot log to /dev/log; start syslog, or use -f: '

python3 "$WORLD_CONTRIB/../tests/fake/fake_notify.py" "$W/devlog" <"$W/ear.in" >"$W/log/syslog.log" &
scenario_undo+=("kill $! 2>/dev/null || true") # it holds its own pipe open
wait_for 10 'the ear hears' in_log '^ready$'
ln -sf "$W/devlog" /dev/log

step 'mistakes are seen on the terminal'
cp "$W/antragd.conf" "$W/good.conf"
echo 'nonsense = 1' >>"$W/antragd.conf"
expect_exit 78 start
on_terminal "antragd.conf:[0-9]*: .*nonsense"
cp "$W/good.conf" "$W/antragd.conf"

step 'it starts, and is alone'
start || fail "it exits with $?"
expect 'words on the terminal' '' "$(cat "$W/log/terminal.log")"
head='<30>[A-Z][a-z][a-z] [ 0-9][0-9] [0-9:]\{8\} antragd\[[0-9]*\]: level=info role='
wait_for 10 'the log says that it is ready' in_log "^${head}supervisor event=ready\$"
DAEMON_PID=$(sed -n 's/.*antragd\[\([0-9]*\)\]: .*event=ready$/\1/p' "$W/log/syslog.log")
printf '%s\n' "$DAEMON_PID" >"$W/antragd.pid"
for pid in "$DAEMON_PID" "$(daemon_role watch)" "$(daemon_role reader)"; do
    expect 'standard input' /dev/null "$(readlink "/proc/$pid/fd/0")"
    expect 'standard output' /dev/null "$(readlink "/proc/$pid/fd/1")"
    expect_match 'standard error' '^socket:' "$(readlink "/proc/$pid/fd/2")"
    ! find "/proc/$pid/fd" -lname "$W/log/*" | grep . || fail 'it holds on to the terminal'
done
expect session "$DAEMON_PID" "$(cut -d' ' -f6 "/proc/$DAEMON_PID/stat")"

step 'a second one'
expect_exit 75 start
on_terminal '^antragd: .'

step 'it works'
world_letter detach@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the letter is answered' all_is_answered 1
wait_for 5 'the log says so' in_log "${head}clerk event=message id=m1 .*state=registered"
kill -HUP "$DAEMON_PID"
wait_for 20 'it has reloaded' is_ready_times 2
! in_log '[a-z]@' || fail "an address is in the log: $(grep '[a-z]@' "$W/log/syslog.log")"
settle
rm -f /dev/log
expect motions 1 "$(ctl_json length list)"
