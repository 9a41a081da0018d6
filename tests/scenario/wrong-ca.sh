# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A server whose certificate another authority signed gets no password: the watch says so and nothing
# is registered; with the right authority the waiting mail arrives.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

refusal_is_logged() { grep -qi 'mailbox-failed.*certificate' "$W/log/antragd.log"; }

scenario_begin
world_letter wrong-ca@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 20 'the letter lies in INBOX' world_has "$WORLD_MAYOR" INBOX 1

step 'the wrong authority'
CONF_CA=$W/ca/stranger-ca.pem world_config >"$W/antragd.conf"
scenario_daemon
wait_for 30 'the watch says that it does not trust the certificate' refusal_is_logged
daemon_stop
expect 'messages in the register' 0 "$(ctl_json length inbox)"
! grep -q 'imap-login: Info: Login: ' "$W/log/dovecot.log" || fail 'it logged in all the same'

step 'the right one'
world_config >"$W/antragd.conf"
scenario_daemon
wait_for 30 'the letter is answered' all_is_answered 1

scenario_close_books 0
expect numbers "$(numbers 1)" "$(all_numbers)"
