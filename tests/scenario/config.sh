# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# antragd -n: 0 for a good file; 78 for a bad one, with file and line of each of its mistakes.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# line TEXT: the number of the only line that contains it.
line() { grep -nF "$1" "$W/bad.conf" | cut -d: -f1; }

# bad SED...: the good file with mistakes, judged.
bad() {
    sed "$@" "$W/antragd.conf" >"$W/bad.conf"
    : >"$W/log/command.log"
    expect_exit 78 "$BUILD/antragd" -n -c "$W/bad.conf"
}

said() { expect_match 'the report' "bad\.conf:$(line "$1"):" "$(<"$W/log/command.log")"; }

world_begin
world_config >"$W/antragd.conf"
step 'a good file'
expect_exit 0 "$BUILD/antragd" -n -c "$W/antragd.conf"

step 'one mistake each'
bad 's/  language = "de"/  colour = "blue"/'
said 'colour = "blue"'
bad 's/days = 14/days = "many"/'
said 'days = "many"'
bad 's/state = "NW"/state = "XX"/'
said 'state = "XX"'
bad "s/from = .*/from = \"nobody@nowhere.example\"/"
said 'from = "nobody@nowhere.example"'

step 'three in one run'
bad 's/  language = "de"/  language = "tlh"/; s/days = 14/days = -1/; s/folder = "INBOX"/floder = "INBOX"/'
said 'language = "tlh"'
said 'days = -1'
said 'floder = "INBOX"'

step 'no file'
for option in -n -f --dry-run; do
    expect_exit 66 "$BUILD/antragd" "$option" -c "$W/absent.conf"
done

step 'a password that others can read'
chmod 644 "$W/password"
expect_exit 78 "$BUILD/antragd" -n -c "$W/antragd.conf"
