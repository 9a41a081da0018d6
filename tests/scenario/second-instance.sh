# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A second antragd on the same state directory exits with 75, and the first goes on.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

scenario_begin
scenario_daemon
expect_exit 75 timeout 30 "$BUILD/antragd" -f -c "$W/antragd.conf"
expect_exit 75 timeout 30 "$BUILD/antragd" -f -c "$W/antragd.conf" --once
daemon_runs || fail 'the first has ended'
world_letter second@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the first answers a letter' all_is_answered 1
