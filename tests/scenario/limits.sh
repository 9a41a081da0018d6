# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Mails made to hurt whoever reads them cost little, are told by a word, and their sender is known.
# And where memory ends in antragctl itself, that is an exit code.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

world_begin
step 'the zoo'
python3 "$(dirname "$0")/../fake/zoo.py" "$BUILD/antragctl" "$W" || fail 'not all of them'

step 'a mail for which there is no memory'
truncate -s 200M "$W/large.eml"
(
    ulimit -v 200000
    expect_exit 70 "$BUILD/antragctl" read "$W/large.eml"
)
