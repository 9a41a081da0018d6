# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A registry that a newer antragd has written: antragd and antragctl refuse it with a clear error and
# leave it as it is.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

version() {
    python3 -c 'import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("PRAGMA user_version").fetchone()[0])' "$W/state/registry.db"
}

# refuses COMMAND...
refuses() {
    : >"$W/log/command.log"
    expect_exit 78 timeout 30 "$@"
    expect_match "what $1 says" 'newer' "$(<"$W/log/command.log")"
    expect_match "what $1 says" "$W/state" "$(<"$W/log/command.log")"
}

scenario_begin
letter 1 | put 1
expect_exit 0 "$BUILD/antragd" -f -c "$W/antragd.conf" --once
wait_for 20 'letter 1 is answered' all_is_answered 1
known=$(version)
in_registry "PRAGMA user_version = $((known + 1))"
letter 2 | put 2

step 'a newer schema'
refuses "$BUILD/antragd" -f -c "$W/antragd.conf" --once
refuses "$BUILD/antragd" -f -c "$W/antragd.conf"
refuses "$BUILD/antragctl" -c "$W/antragd.conf" list
expect 'the schema' $((known + 1)) "$(version)"
world_has "$WORLD_MAYOR" INBOX 1 || fail 'letter 2 is not where it was'

step 'the newer antragd is there'
in_registry "PRAGMA user_version = $known"
expect_exit 0 "$BUILD/antragd" -f -c "$W/antragd.conf" --once
wait_for 20 'letter 2 is answered' all_is_answered 2
scenario_close_books 0
expect numbers "$(numbers 2)" "$(all_numbers)"
