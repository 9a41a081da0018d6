# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A server that never says in IDLE that there is new mail: IDLE is renewed after its time, the folder is
# read through each time, and so the mail is found.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

idles=('C: IDLE$' 'RAW: + idling\r\n' 'A:' 'S: {tag} OK idled')
empty=('SELECT 0' 'C: UID SEARCH' 'S: * SEARCH' 'S: {tag} OK done')
one=('SELECT 1' 'C: UID SEARCH' 'S: * SEARCH 5' 'S: {tag} OK done' 'C: UID FETCH 5 '
    'S: * 1 FETCH (UID 5 RFC822.SIZE 80 INTERNALDATE "04-Aug-2015 10:00:00 +0200")'
    'S: {tag} OK done' 'C: UID FETCH 5 ' 'RAW: * 1 FETCH (UID 5 BODY[] {80}\r\n'
    'RAW: From: a@fremd.example\r\nTo: b@c.example\r\nSubject: x\r\nMessage-ID: <6@x>\r\n\r\nText.\r\n'
    'RAW: )\r\n' 'S: {tag} OK done')

scenario_begin
lie implicit LOGIN "${empty[@]}" "${idles[@]}" "${empty[@]}" "${idles[@]}" "${empty[@]}" \
    "${idles[@]}" "${one[@]}" 'SAY found' HANG
CONF_IMAP_PORT=$liar_port CONF_MAILBOX='renew = 1' world_config >"$W/antragd.conf"
scenario_daemon
read -r -t 30 -u "$liar_out" said || fail 'the folder is not read through'
expect 'what the server says' found "$said"
wait_for 20 'the mail is known' inbox_knows 1
expect uid 5 "$(ctl_json '.[0].uid' inbox)"
! logged 'event=mailbox-failed' || fail 'the link was lost'
daemon_stop
honest_again
