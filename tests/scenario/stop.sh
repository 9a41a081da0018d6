# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# SIGTERM in the middle of a batch, and while a role does not move at all: antragd ends within ten
# seconds with 0; the next start does the rest, and nothing twice.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# terminate: asks antragd to end, by the clock.
terminate() {
    local pid=$DAEMON_PID begin=${EPOCHREALTIME/[.,]/} took code=0
    rm "$W/antragd.pid"
    kill -TERM "$pid"
    wait_for 15 'antragd has ended' world_gone "$pid"
    took=$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
    wait "$pid" || code=$?
    expect 'exit code' 0 "$code"
    # what the look itself takes on a busy machine is not antragd's
    ((took <= 10500)) || fail "it took $took ms"
    printf '  %d ms\n' "$took"
}

registered() { ctl_json length list || echo 0; }

some_are_registered() { (($(registered) > 0)); }

more_are_kept() { (($(kept_mails) > $(registered))); }

scenario_begin
for ((i = 1; i <= 60; i++)); do letter "$i" | put "$i"; done

step 'in the middle of a batch'
: >"$W/log/antragd.log"
DAEMON_OPTIONS=-v daemon_start
wait_for 30 'some letters are registered' some_are_registered
terminate
registered=$(registered)
expect 'answers that may have arrived or not' 0 \
    "$(ctl_json '[.[]|select(.state=="sending" or .state=="maybe")]|length' outbox)"
printf '  %d of 60 letters are registered\n' "$registered"
((registered < 60)) || fail 'all were registered, which proves nothing'

step 'while the reader does not move'
scenario_daemon
hold reader
# on a fast machine all others may have been read by now
for i in 61 62; do letter "$i" | put "$i"; done
wait_for 30 'a batch is in hand' more_are_kept
terminate
! kill -0 "$held" 2>/dev/null || fail 'the reader is still there'

step 'the rest'
scenario_daemon
wait_for 90 'all letters are answered' all_is_answered 62
scenario_close_books 0
expect numbers "$(numbers 62)" "$(all_numbers)"
all_is_answered 62 || fail 'somebody was answered twice'
world_has "$WORLD_MAYOR" INBOX 0 || fail 'a letter has not moved'
