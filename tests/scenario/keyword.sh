# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# done-folder = "": a registered mail stays where it is, unread, with the keyword; one that is held gets
# none.  Mail that was registered before a restart is marked, too, and nothing is registered twice.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

flags() { world_fetch "$WORLD_MAYOR" flags mailbox INBOX header Message-ID "$1" | jq -r '.[0].flags'; }

inbox_holds() { [[ $(ctl_json length inbox) == "$1" ]]; }

# the keyword is no variable
# shellcheck disable=SC2016
is_marked() { [[ $(flags "$1") == *'$Registered'* ]]; }

scenario_begin
world_config | sed 's/done-folder = .*/done-folder = ""/' >"$W/keyword.conf"
mv "$W/keyword.conf" "$W/antragd.conf"
scenario_daemon

world_letter keyword@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
world_letter stranger@fremd.example "Erika Mustermann <$WORLD_STRANGER>" |
    world_mail "$WORLD_STRANGER" "$WORLD_MAYOR"
wait_for 30 'the letter has its keyword' is_marked keyword@
wait_for 30 'it is confirmed to the list' world_has "$WORLD_LIST" INBOX 1
wait_for 30 'both are settled' inbox_holds 2
expect 'mails in INBOX' 2 "$(world_count "$WORLD_MAYOR" INBOX)"
[[ $(flags keyword@) != *Seen* ]] || fail 'it was marked as read'
! is_marked stranger@ || fail 'the held one has the keyword'

step 'a keyword that somebody took away comes back with the next start, once'
# shellcheck disable=SC2016
world_as_mail doveadm -c "$W/dovecot/dovecot.conf" flags remove -u "$WORLD_MAYOR" '$Registered' \
    mailbox INBOX all
daemon_stop
scenario_daemon
wait_for 30 'the letter has its keyword again' is_marked keyword@
settle
expect motions 1 "$(ctl_json length list)"
expect 'events of a move' 0 "$(ctl_json '[.events[]|select(.event=="moved")]|length' show m1)"
