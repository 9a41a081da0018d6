# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A letter from an unknown address: held, never registered; the office is told, its sender is not
# answered, nor the list.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

scenario_begin
scenario_daemon

world_letter stranger@fremd.example "Erika Mustermann <$WORLD_STRANGER>" |
    world_mail "$WORLD_STRANGER" "$WORLD_MAYOR"
wait_for 30 'the office is told' world_has "$WORLD_OFFICE" INBOX 1
expect 'state of the message' held "$(ctl_json '.[0].state' inbox)"
expect motions 0 "$(ctl_json length list)"
expect 'mails in INBOX' 1 "$(world_count "$WORLD_MAYOR" INBOX)"
notice=$(world_fetch "$WORLD_OFFICE" 'hdr.auto-submitted text.utf8' mailbox INBOX)
expect Auto-Submitted auto-generated "$(jq -r '.[0]."hdr.auto-submitted"' <<<"$notice")"
expect_match 'text to the office' 'm1[^0-9]' "$(jq -r '.[0]."text.utf8"' <<<"$notice")"

settle
expect "mails to the stranger" 0 "$(world_count "$WORLD_STRANGER" INBOX)"
expect 'mails to the list' 0 "$(world_count "$WORLD_LIST" INBOX)"
