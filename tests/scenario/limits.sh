# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Mails made to hurt whoever reads them cost little, are told by a word, and their sender is known.
# Where memory ends in antragctl itself, that is an exit code; where reading ends its process, the head is
# shown.
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

step 'a mail whose reading ends: its head is known all the same'
{
    printf '%s\n' "From: <$WORLD_STRANGER>" 'Subject: Frage' 'Content-Type: text/html' ''
    for ((i = 0; i < 200000; i++)); do echo '<p>Guten Tag'; done
} >"$W/slow.eml"
"$BUILD/antragctl" read "$W/slow.eml" >"$W/slow.json" 2>"$W/slow.said" &
reading=$!
job=$(python3 "$(dirname "$0")/../fake/catch_job.py" "$reading" 200 20)
kill -SEGV "$job"
kill -CONT "$job"
code=0
wait "$reading" || code=$?
expect 'the exit code' 65 "$code"
expect_match 'what is said' 'ended a process' "$(<"$W/slow.said")"
expect 'who sent it' "$WORLD_STRANGER Frage" "$(jq -r '.mail|.from[0].address + " " + .subject' "$W/slow.json")"
