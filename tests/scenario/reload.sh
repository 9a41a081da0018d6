# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Mistakes in the configuration of a running antragd: told with file and line, and the old one stays; a
# good one holds from then on.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

scenario_begin
cp "$W/antragd.conf" "$W/good.conf"
scenario_daemon

step 'a bad one'
sed 's/days = 14/days = "many"/' "$W/good.conf" >"$W/antragd.conf"
line=$(grep -n 'days = "many"' "$W/antragd.conf" | cut -d: -f1)
expect_exit 78 "$BUILD/antragd" -n -c "$W/antragd.conf"
kill -HUP "$DAEMON_PID"
wait_for 20 'antragd says what is wrong' logged "antragd.conf:$line:.*days"
wait_for 20 'and that the old one stays' logged 'event=reload.*the old one stays'
letter 1 | put 1
wait_for 30 'a letter is answered all the same' all_is_answered 1
! logged 'event=role-ended' || fail 'a role has ended'
! logged 'event=fatal' || fail 'it calls fatal what is none'

step 'a good one, while a letter arrives'
sed 's|number = "A/%Y/%4n"|number = "X/%Y/%4n"|' "$W/good.conf" >"$W/antragd.conf"
kill -HUP "$DAEMON_PID"
letter 2 | put 2
wait_for 40 'it is answered' all_is_answered 2
wait_for 20 'the new configuration holds' logged 'event=ready' 2
letter 3 | put 3
wait_for 40 'the next one is answered' all_is_answered 3
expect 'its number' "X/${WORLD_TODAY%%-*}/0003" \
    "$(ctl_json '.[]|select(.message_id|startswith("letter-3@")).number' list)"
scenario_close_books 0
expect motions 3 "$(ctl_json length list)"
