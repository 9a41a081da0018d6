# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A listed member's letter to somebody else, put into the mayor's mailbox by hand: held, never
# ignored; the member and the office are told.  The same letter sent to the mailbox is registered.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

to_somebody_else='s/^Bürgermeister/Landrat/;s/der Gemeinde Bedburg-Hau/des Kreises Kleve/'

scenario_begin
scenario_daemon

step 'a letter to the district'
world_letter someone-1@spd-bedburg-hau.example '' "$to_somebody_else" |
    sed 's/^To: .*/To: <landrat@kreis-kleve.example>/' |
    world_as_mail doveadm -c "$W/dovecot/dovecot.conf" save -u "$WORLD_MAYOR" -m INBOX \
        >>"$W/log/doveadm.log" 2>&1
wait_for 30 'its sender is told' world_has "$WORLD_CHAIR" INBOX 1
wait_for 30 'the office is told' world_has "$WORLD_OFFICE" INBOX 1
expect_match 'what it is' '^held addressed to someone else: Landrat' \
    "$(ctl_json '.[0]|"\(.state) \(.reason)"' inbox)"
expect 'motions' 0 "$(ctl_json length list)"
review=$(world_fetch "$WORLD_CHAIR" 'hdr.subject text.utf8' mailbox INBOX)
expect_match 'subject' '\[m1\]' "$(jq -r '.[0]."hdr.subject"' <<<"$review")"
expect_match 'text' 'an jemand anderen gerichtet' "$(jq -r '.[0]."text.utf8"' <<<"$review" | tr -s '\r\n ' ' ')"
expect 'mails in INBOX' 1 "$(world_count "$WORLD_MAYOR" INBOX)"

step 'the same, sent to the mailbox'
world_letter someone-2@spd-bedburg-hau.example '' "$to_somebody_else" |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'it is registered' world_has "$WORLD_MAYOR" Registriert 1

settle
