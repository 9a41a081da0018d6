# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Sourced first by every scenario: the mail world, and how a scenario speaks and ends.  BUILD is the
# directory with the built programs.  A scenario that fails shows its logs before all is removed.

set -euo pipefail

: "${BUILD:?the directory of the build must be in BUILD}"

# shellcheck source=contrib/world
. "$(dirname "${BASH_SOURCE[0]}")/../../contrib/world"

scenario_show_logs() {
    local log
    for log in "$W"/log/*; do
        [[ -s $log ]] || continue
        printf -- '--- %s\n' "${log##*/}"
        tail -n 60 "$log"
    done
}

scenario_end() {
    local status=$?
    trap - EXIT
    if ((status)); then
        [[ -z ${W:-} ]] || scenario_show_logs
    fi
    world_end || status=1
    exit "$status"
}

trap scenario_end EXIT
# Where a command fails that nobody looks at, and where fail() was called from.
set -E
trap 'printf "FAILED: %s (line %s)\n" "$BASH_COMMAND" "$(line_of_scenario "$LINENO")"' ERR

# line_of_scenario LINE: where the scenario itself was at LINE of what runs now.
line_of_scenario() {
    # the frames of this function and of the scenario's own top level frame us
    local depth=${#BASH_LINENO[@]}
    if ((depth > 2)); then printf '%s' "${BASH_LINENO[depth - 2]}"; else printf '%s' "$1"; fi
}
trap 'exit 130' INT
trap 'exit 143' TERM

step() { printf '* %s\n' "$*"; }

fail() {
    printf 'FAILED: %s (line %s)\n' "$*" "$(line_of_scenario 0)"
    exit 1
}

# expect WHAT WANTED GOT
expect() {
    [[ $2 == "$3" ]] || fail "$1: wanted \"$2\", got \"$3\""
}

# expect_match WHAT PATTERN GOT: a bash regular expression.
expect_match() {
    [[ $3 =~ $2 ]] || fail "$1: wanted something like \"$2\", got \"$3\""
}

# expect_exit CODE COMMAND...: its output goes to $W/log/command.log.
expect_exit() {
    local wanted=$1 code=0
    shift
    "$@" >>"$W/log/command.log" 2>&1 || code=$?
    [[ $code == "$wanted" ]] || fail "\"$*\" exits with $code, not with $wanted"
}

# The servers run and the town has its configuration; antragd does not run yet.
scenario_begin() {
    world_begin
    world_start
    world_config >"$W/antragd.conf"
}

daemon_is_ready() { grep -q 'event=ready' "$W/log/antragd.log"; }

# antragd runs and says that it is ready.
scenario_daemon() {
    : >"$W/log/antragd.log"
    DAEMON_OPTIONS=-v daemon_start
    wait_for 20 'antragd says that it is ready' daemon_is_ready
}

# A number of this town; the year is that of the arrival.
number() { printf 'A/%s/%04d' "${WORLD_TODAY%%-*}" "$1"; }

# The mail has been handled, and all its answers are delivered.
all_is_answered() {
    world_has "$WORLD_CHAIR" INBOX "$1" && world_has "$WORLD_DEPUTY" INBOX "$1" &&
        world_has "$WORLD_LIST" INBOX "$1"
}

# antragd ends, and a last run finds nothing that it left undone: what has not been sent by then is
# not going to be.
settle() {
    daemon_stop
    expect_exit 0 "$BUILD/antragd" -f -c "$W/antragd.conf" --once
}

# ---- an IMAP server that follows a script ------------------------------------------------------------

# lie TLS STEP...: a server that plays these steps; its port in $liar_port.  It ends with its
# standard input, which is a descriptor of ours.
lie() {
    local tls=$1 script
    shift
    script=$(printf '%s\n' "$@")
    mkfifo "$W/liar.in" "$W/liar.out"
    python3 "$WORLD_CONTRIB/../tests/fake/fake_imapd.py" --tls "$tls" --cert "$W/ca/server.pem" \
        --key "$W/ca/server.key" "$script" \
        <"$W/liar.in" >"$W/liar.out" 2>>"$W/log/liar.log" &
    liar_pid=$!
    exec {liar_in}>"$W/liar.in"
    exec {liar_out}<"$W/liar.out"
    read -r -t 10 -u "$liar_out" liar_port || fail 'the lying server does not start'
    rm "$W/liar.in" "$W/liar.out"
}

honest_again() {
    exec {liar_in}>&- {liar_out}<&-
    wait "$liar_pid" || true
}
