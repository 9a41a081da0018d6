# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Somebody reads in the same mailbox: marks mails as read and unread, moves them away before and
# after they are fetched, moves them back, and marks some for deletion.  Flags decide nothing, what
# went before it was fetched leaves a trace, and nothing of other people's mail is expunged.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# person COMMAND...: doveadm in the mayor's mailbox.
person() {
    local command=$1
    shift
    [[ $command != mailbox && $command != flags ]] || { command="$command $1" && shift; }
    # shellcheck disable=SC2086
    world_as_mail doveadm -c "$W/dovecot/dovecot.conf" $command -u "$WORLD_MAYOR" "$@" \
        >>"$W/log/doveadm.log" 2>&1
}

flags() { world_fetch "$WORLD_MAYOR" flags mailbox "$1" header Message-ID "$2" | jq -r '.[0].flags'; }

state_of() { ctl_json "[.[]|select(.message_id==\"$1\").state]|join(\" \")" inbox; }

scenario_begin
person mailbox create Ablage

step 'mail that somebody has read, and one that waits to be deleted'
letter 1 | put 1
question gone@fremd.example | put 2
wait_for 10 'both are there' world_has "$WORLD_MAYOR" INBOX 2
person flags add '\Seen' mailbox INBOX all
person flags add '\Deleted' mailbox INBOX header Message-ID gone@
scenario_daemon
wait_for 30 'the letter is answered' all_is_answered 1
wait_for 10 'it has moved' world_has "$WORLD_MAYOR" Registriert 1
expect_match 'flags of the letter' 'Seen' "$(flags Registriert letter-1@)"
expect 'state of the other' held "$(state_of gone@fremd.example)"

step 'moved by somebody while it is read, and before it is fetched'
hold_for_batch
for ((i = 2; i <= 20; i++)); do letter "$i" | put "$i.x"; done
let_visit
wait_for 30 'the first batch is fetched' kept 18
person flags add '\Seen' mailbox INBOX header Message-ID letter-4@
person flags remove '\Seen' mailbox INBOX header Message-ID letter-4@
early=$(world_fetch "$WORLD_MAYOR" 'uid hdr.message-id' mailbox INBOX |
    jq -r 'sort_by(.uid|tonumber)|.[1]."hdr.message-id"|ltrimstr("<")|rtrimstr(">")')
late=$(world_fetch "$WORLD_MAYOR" 'uid hdr.message-id' mailbox INBOX |
    jq -r 'sort_by(.uid|tonumber)|.[-1]."hdr.message-id"|ltrimstr("<")|rtrimstr(">")')
person move Ablage mailbox INBOX header Message-ID "$early"
person move Ablage mailbox INBOX header Message-ID "$late"
let_go
wait_for 60 'the others are answered' all_is_answered 19
wait_for 10 'the visit is over' logged 'event=vanished'
expect 'state of the one that was fetched' registered "$(state_of "$early")"
expect 'messages' 21 "$(ctl_json length inbox)"
expect 'what has vanished' 1 "$(ctl_json '[.[]|select(.state=="vanished")]|length' inbox)"
expect 'the one that was not' '' "$(ctl_json "[.[]|select(.message_id==\"$late\").id]|join(\"\")" inbox)"

step 'moved back: the one is a duplicate, the other a motion at last'
person move INBOX mailbox Ablage all
wait_for 30 'the other is answered' all_is_answered 20
wait_for 10 'both have moved' world_has "$WORLD_MAYOR" Registriert 20
expect 'states of the one' 'duplicate registered' \
    "$(ctl_json "[.[]|select(.message_id==\"$early\").state]|sort|join(\" \")" inbox)"
expect 'state of the other' registered "$(state_of "$late")"

scenario_close_books 0
expect numbers "$(numbers 20)" "$(all_numbers)"
all_is_answered 20 || fail 'somebody was answered again'
expect_match 'flags of what waits to be deleted' 'Deleted' "$(flags INBOX gone@)"
expect 'mails in INBOX' 1 "$(world_count "$WORLD_MAYOR" INBOX)"
