# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A full disk and a read-only one: a clear error, nothing answered, nothing lost; with room again
# antragd goes on by itself.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

world_begin
mkdir "$W/small"
mount -t tmpfs -o size=4m,mode=711 small "$W/small" 2>>"$W/log/mount.log" ||
    skip 'a small file system can only be mounted by root'
scenario_undo+=("umount $W/small")
export CONF_STATE=$W/small/state
world_start
world_config >"$W/antragd.conf"
scenario_daemon
letter 1 | put 1
wait_for 30 'letter 1 is answered' all_is_answered 1

step 'a full disk'
head -c 8M /dev/zero >"$W/small/filler" 2>/dev/null || true
letter 2 | put 2
wait_for 30 'antragd says so' logged 'level=error .*[Nn]o space\|level=error .*full'
daemon_runs || fail 'the daemon has ended'
expect numbers "$(numbers 1)" "$(all_numbers)"
world_has "$WORLD_MAYOR" INBOX 1 || fail 'letter 2 is not where it was'
all_is_answered 1 || fail 'letter 2 was answered'

step 'room again'
rm "$W/small/filler"
kill -USR1 "$DAEMON_PID"
wait_for 60 'letter 2 is answered' all_is_answered 2
scenario_close_books 0

step 'a read-only one'
mount -o remount,ro "$W/small"
letter 3 | put 3
: >"$W/log/command.log"
code=0
timeout 60 "$BUILD/antragd" -f -c "$W/antragd.conf" --once >>"$W/log/command.log" 2>&1 || code=$?
[[ $code == 7[1-8] ]] || fail "it exits with $code"
expect_match 'what it says' "$W/small/state.*[Rr]ead-only" "$(<"$W/log/command.log")"
expect numbers "$(numbers 2)" "$(all_numbers)"
world_has "$WORLD_MAYOR" INBOX 1 || fail 'letter 3 is not where it was'

step 'writable again'
mount -o remount,rw "$W/small"
scenario_daemon
wait_for 40 'letter 3 is answered' all_is_answered 3
scenario_close_books 0
expect numbers "$(numbers 3)" "$(all_numbers)"
