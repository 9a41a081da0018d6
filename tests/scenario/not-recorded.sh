# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A mail that cannot be recorded as it was decided: it is held at once, with its bytes safe, the office
# and its sender are told, no number is lost, and once the mistake is mended it is read again.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

scenario_begin
scenario_daemon
daemon_stop

step 'the registry does not take its number'
in_registry "CREATE TRIGGER mistake BEFORE INSERT ON numbers BEGIN SELECT RAISE(ABORT, 'wrong'); END"
world_letter one@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
scenario_daemon
wait_for 30 'the office is told' world_has "$WORLD_OFFICE" INBOX 1
wait_for 30 'the sender is told' world_has "$WORLD_CHAIR" INBOX 1
expect 'state of the message' held "$(ctl_json '.[0].state' inbox)"
expect_match 'why' 'a mistake of this program: .*wrong' "$(ctl_json '.[0].reason' inbox)"
logged 'event=settle' || fail 'the log does not say it'
expect 'digest of the bytes' "$(ctl_json '.[0].sha256' inbox)" \
    "$(ctl show m1 --eml | sha256sum | cut -d ' ' -f 1)"
expect_match 'command for the office' 'antragctl reread m1' \
    "$(world_fetch "$WORLD_OFFICE" text.utf8 mailbox INBOX | jq -r '.[0]."text.utf8"')"
expect_exit 70 ctl reread m1
expect 'mails left in INBOX' 1 "$(world_count "$WORLD_MAYOR" INBOX)"
expect_match reconcile '0 unexplained' "$(ctl reconcile)"
daemon_stop

step 'it does again'
in_registry 'DROP TRIGGER mistake'
scenario_daemon
expect_exit 0 ctl reread m1
wait_for 30 'it is answered' world_has "$WORLD_LIST" INBOX 1
expect 'state of the message' registered "$(ctl_json '.[0].state' inbox)"

settle
expect numbers "$(numbers 1)" "$(all_numbers)"
