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

# Commands that undo what a scenario did outside its own directory, before that is removed.
scenario_undo=()
scenario_skipped=0

scenario_end() {
    local status=$? undo
    trap - EXIT
    if ((status && !scenario_skipped)); then
        [[ -z ${W:-} ]] || scenario_show_logs
    fi
    daemon_stop || status=1
    for undo in "${scenario_undo[@]}"; do eval "$undo" || status=1; done
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

# skip WHY: it cannot be played here.  What was begun is ended, and must end well (run).
skip() {
    printf 'SKIPPED: %s\n' "$*"
    scenario_skipped=1
    exit 77
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

# confirm_senders ADDRESS...: what a filter would find out: the town's own mail server confirms who
# writes from these, and antragd believes it.
confirm_senders() {
    local address

    world_postfix_stop
    for address in "$@"; do
        echo "$address PREPEND Authentication-Results: $WORLD_MX; dmarc=pass header.from=${address#*@}"
    done | world_as_root tee "$W/postfix/etc/authres" >"$W/log/authres.log"
    echo "smtpd_sender_restrictions = check_sender_access texthash:$W/postfix/etc/authres" |
        world_as_root tee -a "$W/postfix/etc/main.cf" >>"$W/log/authres.log"
    world_postfix_start
    CONF_BODY="authserv-id = {\"$WORLD_MX\"}" world_config >"$W/antragd.conf"
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

# The whole of the registry as people see it.
scenario_books() { ctl_json tojson list && ctl_json tojson inbox && ctl_json tojson outbox; }

# scenario_close_books EXIT: antragd ends; every mail in the mailboxes is explained, and another run,
# which exits with EXIT (75 where answers wait for a later try), changes nothing.
scenario_close_books() {
    local before
    daemon_stop
    expect 'unexplained mails' 0 "$(ctl_json .unexplained reconcile)"
    before=$(scenario_books)
    expect_exit "$1" "$BUILD/antragd" -f -c "$W/antragd.conf" --once
    expect 'the books after another run' "$before" "$(scenario_books)"
    expect 'unexplained mails after it' 0 "$(ctl_json .unexplained reconcile)"
}

# antragd ends, and a last run does what it left undone: what has not been sent by then is not going
# to be.  Then the books are closed.
settle() {
    daemon_stop
    expect_exit 0 "$BUILD/antragd" -f -c "$W/antragd.conf" --once
    scenario_close_books 0
}

# ---- many mails, slow roles, time ------------------------------------------------------------------

# put NAME: the message on standard input into the mayor's INBOX, past the servers.
put() {
    local inbox=$W/mail/$WORLD_MAYOR
    [[ -d $inbox/new ]] || wait_for 10 'the mailbox is made' world_has "$WORLD_MAYOR" INBOX 0
    cat >"$inbox/tmp/$1"
    [[ $(id -u) != 0 ]] || chown nobody:nogroup "$inbox/tmp/$1"
    mv "$inbox/tmp/$1" "$inbox/new/$1"
}

# letter N: one of many, each a motion of its own.
letter() {
    world_letter "letter-$1@spd-bedburg-hau.example" '' "s/Integrationszentrums/Zentrums Nummer $1/"
}

# question MESSAGE-ID: somebody's mail that is no motion, and stays where people look.
question() {
    printf '%s\n' "From: Erika Mustermann <$WORLD_STRANGER>" "To: <$WORLD_MAYOR>" \
        "Date: $(world_header_date)" "Message-ID: <$1>" 'Subject: Sprechzeiten' '' \
        'Guten Tag, wann ist das Rathaus am Freitag offen?' 'Erika Mustermann'
}

# numbers N: the first N numbers, on one line.
numbers() {
    local i
    for ((i = 1; i <= $1; i++)); do number "$i" && printf ' '; done
}

# all_numbers: those in the register.
all_numbers() { ctl_json '[.[].number]|sort|map(. + " ")|join("")' list; }

role_is_held() { grep -q '^State:[[:space:]]*T' "/proc/$1/status"; }

# hold ROLE: it does nothing until let_go; its process id is in $held.
hold() {
    wait_for 20 "the role $1 runs" daemon_role "$1" >/dev/null
    held=$(daemon_role "$1")
    kill -STOP "$held"
    wait_for 5 "$1 is held" role_is_held "$held"
}

let_go() { kill -CONT "$held"; }

# hold_for_batch: the reader is held, and no visit begins until let_visit: what is put in meanwhile is
# in one batch.  Then let_go is for the reader.
hold_for_batch() {
    hold reader
    reader=$held
    hold clerk
}

let_visit() {
    let_go
    held=$reader
}

# kept_mails: those whose bytes are safe in the state directory, read or not.
kept_mails() { find "${CONF_STATE:-$W/state}" -name '*.eml' | wc -l; }

kept() { [[ $(kept_mails) == "$1" ]]; }

inbox_knows() { [[ $(ctl_json length inbox) == "$1" ]]; }

# logged PATTERN [COUNT]: antragd has said so, so often at least.
logged() { (($(grep -c -- "$1" "$W/log/antragd.log" || true) >= ${2:-1})); }

# in_registry SQL [TRIGGER]: while antragd does not run.  What the trigger forbids is done, too: it
# steps aside, and is put back as it was.
in_registry() {
    python3 -c 'import sqlite3, sys
path, sql, *names = sys.argv[1:]
with sqlite3.connect(path) as registry:
    triggers = [registry.execute("SELECT sql FROM sqlite_schema WHERE type = ? AND name = ?",
                                 ("trigger", name)).fetchone()[0] for name in names]
    for name in names: registry.execute(f"DROP TRIGGER {name}")
    registry.execute(sql)
    for trigger in triggers: registry.execute(trigger)' \
        "${CONF_STATE:-$W/state}/registry.db" "$@"
}

# time_passes SECONDS: all answers that wait for their next attempt are due in SECONDS.
time_passes() {
    in_registry "UPDATE deliveries SET next_attempt = unixepoch() + $1
        WHERE state IN ('queued', 'deferred', 'maybe')"
}

# ---- an IMAP server that follows a script ------------------------------------------------------------

# lie TLS STEP...: a server that plays these steps; its port in $liar_port.  It ends with its
# standard input, which is a descriptor of ours.  LIAR_OPTIONS: more options of fake_imapd.py.
lie() {
    local tls=$1 script
    shift
    script=$(printf '%s\n' "$@")
    mkfifo "$W/liar.in" "$W/liar.out"
    python3 "$WORLD_CONTRIB/../tests/fake/fake_imapd.py" --tls "$tls" --cert "$W/ca/server.pem" \
        --key "$W/ca/server.key" ${LIAR_OPTIONS:+"$LIAR_OPTIONS"} "$script" \
        <"$W/liar.in" >"$W/liar.out" 2>>"$W/log/liar.log" &
    liar_pid=$!
    exec {liar_in}>"$W/liar.in"
    exec {liar_out}<"$W/liar.out"
    # shellcheck disable=SC2034 # for the scenario
    read -r -t 10 -u "$liar_out" liar_port || fail 'the lying server does not start'
    rm "$W/liar.in" "$W/liar.out"
}

honest_again() {
    exec {liar_in}>&- {liar_out}<&-
    wait "$liar_pid" || true
}
