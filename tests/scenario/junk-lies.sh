# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A server that hangs up whenever the folder for junk is looked into: after three tries that folder is
# let alone, somebody is told, and the watched folder is in IDLE as without it.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

watched=(LOGIN 'SELECT 1' 'C: UID SEARCH ALL' 'S: * SEARCH 5' 'S: {tag} OK done' 'C: UID FETCH 5 '
    'S: * 1 FETCH (UID 5 RFC822.SIZE 80 INTERNALDATE "04-Aug-2015 10:00:00 +0200")'
    'S: {tag} OK done')
# the mail in the watched folder is fetched at the first visit, before all of this
first=("${watched[@]}" 'C: UID FETCH 5 ' 'RAW: * 1 FETCH (UID 5 BODY[] {80}\r\n'
    'RAW: From: a@fremd.example\r\nTo: b@c.example\r\nSubject: x\r\nMessage-ID: <6@x>\r\n\r\nText.\r\n'
    'RAW: )\r\n' 'S: {tag} OK done' 'SELECT 1' 'C: UID SEARCH ALL' 'S: * SEARCH 5'
    'S: {tag} OK done' 'C: UID FETCH 5 '
    'S: * 1 FETCH (UID 5 RFC822.SIZE 80 INTERNALDATE "04-Aug-2015 10:00:00 +0200")'
    'S: {tag} OK done')
hangs_up=('C: EXAMINE "Junk"' 'S: * BYE not that one' CLOSE)

is_let_alone() { logged 'event=junk-folder.*it is let alone'; }
says_idle() { [[ $(ctl status) =~ rathaus:\ idle.*junk-folder ]]; }

scenario_begin
lie implicit "${first[@]}" "${hangs_up[@]}" NEXT "${watched[@]}" "${hangs_up[@]}" NEXT \
    "${watched[@]}" "${hangs_up[@]}" NEXT "${watched[@]}" 'C: IDLE' 'S: + idling' HANG
# shellcheck disable=SC2154 # of lie
CONF_MAILBOX='junk-folder = "Junk"' CONF_IMAP_PORT=$liar_port world_config >"$W/antragd.conf"
scenario_daemon
wait_for 20 'the mail in the watched folder is known' inbox_knows 1
wait_for 60 'the folder for junk is let alone' is_let_alone
wait_for 60 'the watched one is in IDLE' says_idle
expect 'times it was told' 1 "$(grep -c 'event=junk-folder' "$W/log/antragd.log")"
expect 'messages' 1 "$(ctl_json length inbox)"
daemon_stop
honest_again
