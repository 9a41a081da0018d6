# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A confidential motion: the faction gets its title, the confirmation to the list waits for a person
# and says nothing of it.  Below list-trust a confirmation waits, too.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

faction_is_answered() {
    world_has "$WORLD_CHAIR" INBOX "$1" && world_has "$WORLD_DEPUTY" INBOX "$1"
}
waiting() {
    ctl_json '[.[]|select(.state=="waiting")|"\(.kind) \(.number) \(.to)"]|join(",")' outbox
}
# office_is_asked N: once for each number
office_is_asked() {
    [[ $(world_fetch "$WORLD_OFFICE" text.utf8 mailbox INBOX | jq -r '.[]."text.utf8"' |
        grep -o 'antragctl release [^[:space:]]*' | sort) == \
        "$(for ((i = 1; i <= $1; i++)); do printf 'antragctl release %s\n' "$(number "$i")"; done)" ]]
}

scenario_begin
scenario_daemon

step 'a letter that says it is not public'
world_letter confidential-1@spd-bedburg-hau.example '' '1i Nichtöffentlich\n' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the faction is answered' faction_is_answered 1
expect 'confidential' true "$(ctl_json '.[0].confidential' list)"
answer=$(world_fetch "$WORLD_DEPUTY" text.utf8 mailbox INBOX | jq -r '.[0]."text.utf8"')
expect_match 'answer' 'Integrationszentrum' "$answer"
expect_match 'answer' 'Vertraulich: ja' "$answer"
expect 'what waits' "confirmation $(number 1) $WORLD_LIST" "$(waiting)"
subject=$(ctl_json '.[]|select(.kind=="confirmation").subject // ""' outbox) || subject=
[[ $subject != *Integration* ]] || fail 'the title stands in a public subject'
wait_for 30 'the office is told what waits, and the command' office_is_asked 1

step 'list-trust above what is known of the sender'
daemon_stop
CONF_BODY='list-trust = "authenticated"' world_config >"$W/antragd.conf"
scenario_daemon
world_letter confidential-2@spd-bedburg-hau.example '' 's/Integrationszentrums/Bildungszentrums/' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the faction is answered' faction_is_answered 2
expect 'what waits' "confirmation $(number 1) $WORLD_LIST,confirmation $(number 2) $WORLD_LIST" "$(waiting)"

wait_for 30 'the office is told what waits, and the command' office_is_asked 2

settle
expect 'mails to the list' 0 "$(world_count "$WORLD_LIST" INBOX)"
expect 'mails to the office' 2 "$(world_count "$WORLD_OFFICE" INBOX)"
