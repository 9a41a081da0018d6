# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A server that takes every connection and then says nothing, with more mailboxes than are visited at a
# time: the mailbox at another server is read all the same, before the first of them is given up; and
# antragd ends when it is asked to.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# stuck_mailboxes COUNT: before the town's own one, so that it would be visited last.
stuck_mailboxes() {
    local i
    for ((i = 1; i <= $1; i++)); do
        printf 'mailbox "stumm-%d" { host = "127.0.0.1" port = %d ca-file = "%s" user = "%s" ' \
            "$i" "$liar_port" "$W/ca/town-ca.pem" "$WORLD_MAYOR"
        printf 'password-file = "%s" addresses = {"stumm-%d@%s"} }\n' "$W/password" "$i" "$WORLD_DOMAIN"
    done
}

scenario_begin
lie none HANG
CONF_BODY=$(stuck_mailboxes 5) world_config >"$W/antragd.conf"
letter 1 | put 1

step 'the other mailbox'
scenario_daemon
wait_for 25 'the letter is answered' all_is_answered 1
! logged 'event=mailbox-failed' || fail 'a mailbox was given up before, which proves nothing'

step 'the end'
begin=$SECONDS
daemon_stop
((SECONDS - begin <= 11)) || fail "it took $((SECONDS - begin)) s"
honest_again
world_config >"$W/antragd.conf"
scenario_close_books 0
