# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Batches in which reading a mail ends in every way that a parser knows: killed, a wrong address, an
# endless loop, no memory.  Each message has its outcome, and all others of the batch are registered.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# long_letter N: one of many, in HTML with so many tags that reading it takes a while, and some fifty
# megabytes.
long_letter() {
    letter "$1" | sed -e 's|text/plain|text/html|' -e '1,/^$/!s|$|<br>|'
    seq -f '<p><i><b>%g</b></i></p>' 60000
}

# From now on every job is stopped in the middle of a long letter: none gets past while the one before
# is being looked at.
catch_jobs() {
    coproc catcher { python3 "$WORLD_CONTRIB/../tests/fake/catch_job.py" "$(daemon_role reader)" 50 300 all; }
    catcher_pid=$!
    catch_job 'it does not watch'
}

# The next of them; its process id is in $job.
catch_job() { read -r -t 60 -u "${catcher[0]}" job || fail "no job was caught: $1"; }

# died TIMES: jobs have ended so, and the clerk knows it.
died() { logged 'event=reading-failed ' "$1"; }

# uids_that_died SIGNAL
uids_that_died() {
    sed -n "s/.*event=reading-failed .*uid=\([0-9]*\) .*signal=$1\$/\1/p" "$W/log/antragd.log" |
        tr '\n' ' '
}

scenario_begin
scenario_daemon

step 'one batch: letters 1, 3, 5, 7, and between them the long ones 2, 4, 6'
hold_for_batch
for n in 1 3 5 7; do
    letter "$n" | put "$n"
    ((n == 7)) || long_letter "$((n + 1))" | put "$((n + 1))"
done
let_visit
wait_for 30 'all are fetched' kept 7
catch_jobs
let_go

step 'the first is killed'
catch_job 'letter 2'
kill -KILL "$job"
wait_for 20 'it died' died 1

step 'the second meets a wrong address'
catch_job 'letter 4'
kill -SEGV "$job"
kill -CONT "$job" # a core may be asked for only where it runs
wait_for 20 'it died' died 2

step 'the third never ends'
catch_job 'letter 6'
wait_for 60 'its time is up' died 3
wait_for 5 'it is gone' world_gone "$job"

step 'the first is killed once more, and a third time; the others are left alone'
catch_job 'letter 2 again'
kill -KILL "$job"
wait_for 20 'it died' died 4
for n in 4 6; do
    catch_job "letter $n again"
    done_with=$job
    kill -CONT "$job"
    wait_for 60 "letter $n is read" world_gone "$done_with"
done
catch_job 'letter 2 for the third time'
kill -KILL "$job"
wait_for 20 'it died' died 5
kill "$catcher_pid"

step 'every message has its outcome'
wait_for 60 'all are settled' inbox_knows 7
first=$(ctl_json '.[] | select(.state == "unreadable").uid' inbox)
read -r -a killed <<<"$(uids_that_died 9)"
expect 'the one that died three times' "$first $first $first" "${killed[0]} ${killed[2]} ${killed[3]}"
expect 'mails that died' 3 \
    "$(printf '%s\n' "$first" "${killed[1]}" "$(uids_that_died 11)" | tr -d ' ' | sort -u | wc -l)"
expect states '1 unreadable, 6 registered' "$(ctl_json '[.[].state] |
    "\(map(select(. == "unreadable")) | length) unreadable, \(map(select(. == "registered")) | length) registered"' \
    inbox)"
expect numbers "$(numbers 6)" "$(all_numbers)"
! logged 'event=role-ended' || fail 'more than a job has ended'

step 'a batch with a mail for which there is no memory'
limit=$(($(sed -n 's/^VmData:[[:space:]]*\([0-9]*\) kB$/\1/p' "/proc/$(daemon_role reader)/status") + 10240))
prlimit --pid "$(daemon_role reader)" --data="$((limit * 1024)):"
hold_for_batch
letter 8 | put 8
long_letter 9 | put 9
letter 10 | put 10
let_visit
wait_for 30 'all are fetched' kept 10
let_go
wait_for 60 'all are settled' inbox_knows 10
expect 'unreadable ones' 2 "$(ctl_json '[.[] | select(.state == "unreadable")] | length' inbox)"
expect 'times they were read in vain' 8 "$(grep -c 'event=reading-failed ' "$W/log/antragd.log")"
expect numbers "$(numbers 8)" "$(all_numbers)"
! logged 'event=role-ended' || fail 'more than a job has ended'
prlimit --pid "$(daemon_role reader)" --data=unlimited:

step 'when nobody kills them they are read'
for id in $(ctl_json '.[] | select(.state == "unreadable").id' inbox); do
    expect_exit 0 ctl reread "$id"
done
expect states registered "$(ctl_json '[.[].state] | unique | join(" ")' inbox)"
settle
expect numbers "$(numbers 10)" "$(all_numbers)"
