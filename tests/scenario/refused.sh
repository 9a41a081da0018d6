# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A submission server that refuses for good, refuses for now, and hangs up after the final dot: the
# office is told of the first, the others are sent again, the last with the same bytes and Message-ID.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# submission STEP...: a server that plays these steps; its port in $submission_port.
submission() {
    printf '%s\n' "$@" >"$W/submission.script"
    mkfifo "$W/submission.out"
    python3 "$WORLD_CONTRIB/../tests/fake/fake_smtpd.py" --cert "$W/ca/server.pem" \
        --key "$W/ca/server.key" --file "$W/submission.script" >"$W/submission.out" &
    submission_pid=$!
    exec {submission_out}<"$W/submission.out"
    read -r -t 10 -u "$submission_out" _ submission_port || fail 'the server does not start'
    rm "$W/submission.out"
}

# submission_ends: the script was played to its end.
submission_ends() {
    wait_for 30 'the server has played its script' world_gone "$submission_pid"
    cat <&"$submission_out" >>"$W/log/submission.log"
    exec {submission_out}<&-
    wait "$submission_pid" || fail 'the client said something else than the script'
}

greeting=(accept tls 'send 220 fake.example ESMTP' 'expect EHLO .*' 'send 250-fake.example'
    'send 250 AUTH PLAIN' 'expect AUTH PLAIN [A-Za-z0-9+/=]+' 'send 235 2.7.0 welcome')

# to USER STEP...: the envelope up to the recipient, who is answered by the first step.
to() {
    local user=$1
    shift
    printf '%s\n' "expect MAIL FROM:<$WORLD_MAYOR>.*" 'send 250 2.1.0 ok' "expect RCPT TO:<$user>.*" "$@"
}

answer_of() { ctl_json ".[]|select(.to==\"$1\" and .kind!=\"notice\")|$2" outbox; }

state_is() { [[ $(answer_of "$1" .state) == "$2" ]]; }

scenario_begin
mapfile -t script < <(
    printf '%s\n' "${greeting[@]}"
    to "$WORLD_CHAIR" 'send 550 5.1.1 nobody of this name' 'expect RSET' 'send 250 2.0.0 ok'
    to "$WORLD_DEPUTY" 'send 451 4.7.1 come again later' 'expect RSET' 'send 250 2.0.0 ok'
    to "$WORLD_LIST" 'send 250 2.1.5 ok' 'expect DATA' 'send 354 go on' "data $W/first" reset
)
submission "${script[@]}"
CONF_SUBMISSION_PORT=$submission_port world_config | sed 's/"failed", //' >"$W/antragd.conf"
letter 1 | put 1

step 'a refusal for good, one for now, a link cut after the dot'
scenario_daemon
wait_for 30 'the list is told perhaps' state_is "$WORLD_LIST" maybe
submission_ends
daemon_stop
expect 'to the chair' 'failed 5.1.1 nobody of this name' "$(answer_of "$WORLD_CHAIR" '.state+" "+.response')"
expect 'to the deputy' 'deferred 4.7.1 come again later' "$(answer_of "$WORLD_DEPUTY" '.state+" "+.response')"
expect attempts '1 1 1' "$(ctl_json '[.[]|select(.kind!="notice").attempts]|map(tostring)|join(" ")' outbox)"
expect 'numbers' "$(numbers 1)" "$(all_numbers)"

step 'a crash changes nothing, and nothing is tried before its time'
world_config >"$W/antragd.conf"
before=$(scenario_books)
expect_exit 75 "$BUILD/antragd" -f -c "$W/antragd.conf" --once
expect 'the answers' "$(tail -n 1 <<<"$before" | jq -c 'map(select(.kind!="notice"))')" \
    "$(ctl_json 'map(select(.kind!="notice"))|tojson' outbox)"
world_has "$WORLD_LIST" INBOX 0 || fail 'the list was told before its time'

step 'the second attempt: the same bytes'
mapfile -t script < <(
    printf '%s\n' "${greeting[@]}"
    to "$WORLD_DEPUTY" 'send 250 2.1.5 ok' 'expect DATA' 'send 354 go on' "data $W/other" 'send 250 2.0.0 taken'
    to "$WORLD_LIST" 'send 250 2.1.5 ok' 'expect DATA' 'send 354 go on' "data $W/second" 'send 250 2.0.0 taken'
    printf '%s\n' 'expect QUIT' 'send 221 2.0.0 bye'
)
submission "${script[@]}"
CONF_SUBMISSION_PORT=$submission_port world_config | sed 's/"failed", //' >"$W/antragd.conf"
time_passes 0
expect_exit 0 "$BUILD/antragd" -f -c "$W/antragd.conf" --once
submission_ends
cmp "$W/first" "$W/second" || fail 'the second attempt has other bytes'
expect 'Message-ID' "Message-ID: <$(answer_of "$WORLD_LIST" .message_id)>" \
    "$(grep -i '^Message-ID:' "$W/second" | tr -d '\r')"
expect 'states' 'failed sent sent' "$(ctl_json '[.[]|select(.kind!="notice").state]|sort|join(" ")' outbox)"

step 'the office is told of the one that failed'
world_config >"$W/antragd.conf"
expect_exit 0 "$BUILD/antragd" -f -c "$W/antragd.conf" --once
wait_for 20 'the notice is delivered' world_has "$WORLD_OFFICE" INBOX 1
expect_match 'notice' "$WORLD_CHAIR" "$(world_fetch "$WORLD_OFFICE" text.utf8 mailbox INBOX | jq -r '.[0]."text.utf8"')"
scenario_close_books 0
