# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A mail that ends its reader each time: after the third time it is unreadable, its bytes are safe, the
# office and its sender are told, and the next mail is read.  When it can be read, it is read again on
# demand.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# The letter in HTML with far too many tags: it passes while only headers and structure are looked at,
# and takes some fifty megabytes when its text is.
long_letter() {
    world_letter long@spd-bedburg-hau.example | sed -e 's|text/plain|text/html|' -e '1,/^$/!s|$|<br>|'
    seq -f '<p><i><b>%g</b></i></p>' 60000
}

# reader_has_room BYTES: what its children inherit and do not set themselves.
reader_has_room() { prlimit --pid "$(daemon_role reader)" --data="$1:"; }

reader_uses() { sed -n 's/^VmData:[[:space:]]*\([0-9]*\) kB$/\1/p' "/proc/$(daemon_role reader)/status"; }

scenario_begin
scenario_daemon
wait_for 20 'the reader runs' daemon_role reader >/dev/null

step 'a mail for which the reader has no room'
reader_has_room $((($(reader_uses) + 10240) * 1024))
long_letter | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 60 'the office is told' world_has "$WORLD_OFFICE" INBOX 1
wait_for 30 'the sender is told' world_has "$WORLD_CHAIR" INBOX 1
expect answers 'notice review' "$(ctl_json '[.[].kind]|sort|join(" ")' outbox)"
expect 'state of the message' unreadable "$(ctl_json '.[0].state' inbox)"
expect 'times it was read' 3 "$(grep -c 'event=reading-failed' "$W/log/antragd.log")"
! logged 'event=role-ended' || fail 'more than a job has ended'
expect 'digest of the bytes' "$(ctl_json '.[0].sha256' inbox)" \
    "$(ctl show m1 --eml | sha256sum | cut -d ' ' -f 1)"
expect 'mails left in INBOX' 1 "$(world_count "$WORLD_MAYOR" INBOX)"
expect_match 'command for the office' 'antragctl reread m1' \
    "$(world_fetch "$WORLD_OFFICE" text.utf8 mailbox INBOX | jq -r '.[0]."text.utf8"')"

step 'the next one'
world_letter next@spd-bedburg-hau.example '' 's/Integrationszentrums/Kulturzentrums/' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the next letter is answered' world_has "$WORLD_LIST" INBOX 1
expect 'state of the next' registered "$(ctl_json '.[1].state' inbox)"

step 'the first one again, with room'
reader_has_room unlimited
expect_exit 0 ctl reread m1
expect 'state of the message' registered "$(ctl_json '.[0].state' inbox)"
wait_for 30 'it is answered' world_has "$WORLD_LIST" INBOX 2

settle
expect numbers "$(numbers 2)" "$(all_numbers)"
