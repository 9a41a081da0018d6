# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Each role is killed: idle, and while a letter is on its way and the role held still, so that it
# dies with work in hand.  It is started again, and every letter has one number and one
# acknowledgement a member.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

role_is_new() {
    local pid
    pid=$(daemon_role "$1") && [[ $pid != "$2" ]]
}

role_is_stopped() { grep -q '^State:[[:space:]]*T' "/proc/$1/status"; }

# role_pid NAME: waits for the role to be there.
role_pid() {
    wait_for 20 "the role $1 runs" daemon_role "$1" >/dev/null
    daemon_role "$1"
}

mail_is_there() { (($(world_count "$WORLD_MAYOR" INBOX) + $(world_count "$WORLD_MAYOR" Registriert) == $1)); }

# acknowledgements MEMBER N: different mails about number N in the member's mailbox.
acknowledgements() {
    world_fetch "$1" 'hdr.subject.utf8 hdr.message-id' mailbox INBOX |
        jq --arg n "[$(number "$2")]" \
            '[.[]|select(."hdr.subject.utf8"|startswith($n))|."hdr.message-id"]|unique|length'
}

letter_is_answered() {
    [[ $(acknowledgements "$WORLD_CHAIR" "$1") == 1 && $(acknowledgements "$WORLD_DEPUTY" "$1") == 1 ]]
}

letters=0

# post: the next letter, with a text of its own.
post() {
    letters=$((letters + 1))
    world_letter "kill-$letters@spd-bedburg-hau.example" '' \
        "s/Integrationszentrums/Zentrums Nummer $letters/" | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
    wait_for 20 "letter $letters is delivered" mail_is_there "$letters"
}

scenario_begin
scenario_daemon

for role in clerk watch reader send; do
    step "$role dies idle"
    pid=$(role_pid "$role")
    kill -KILL "$pid"
    wait_for 30 "$role is started again" role_is_new "$role" "$pid"
    post
    wait_for 60 "letter $letters is answered" letter_is_answered "$letters"

    step "$role dies with letter $((letters + 1)) in hand"
    pid=$(role_pid "$role")
    kill -STOP "$pid"
    wait_for 5 "$role is held" role_is_stopped "$pid"
    post
    kill -KILL "$pid"
    wait_for 30 "$role is started again" role_is_new "$role" "$pid"
    wait_for 60 "letter $letters is answered" letter_is_answered "$letters"
done

daemon_runs || fail 'the supervisor has ended'
settle
wanted=$(for ((i = 1; i <= letters; i++)); do number "$i" && echo; done | tr '\n' ' ')
expect numbers "$wanted" "$(ctl_json '[.[].number]|sort|join(" ")+" "' list)"
expect 'states of the messages' registered "$(ctl_json '[.[].state]|unique|join(" ")' inbox)"
expect messages "$letters" "$(ctl_json length inbox)"
for ((i = 1; i <= letters; i++)); do
    letter_is_answered "$i" || fail "letter $i has not one acknowledgement a member"
done
expect_exit 0 ctl reconcile
