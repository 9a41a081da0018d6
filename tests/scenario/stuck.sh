# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A mail at which the server hangs up each time: after three tries the one behind it is fetched first,
# and somebody is told.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

wanted=(LOGIN 'SELECT 2' 'C: UID SEARCH' 'S: * SEARCH 5 6' 'S: {tag} OK done' 'C: UID FETCH 5:6 '
    'S: * 1 FETCH (UID 5 RFC822.SIZE 100 INTERNALDATE "04-Aug-2015 10:00:00 +0200")'
    'S: * 2 FETCH (UID 6 RFC822.SIZE 80 INTERNALDATE "04-Aug-2015 10:00:00 +0200")'
    'S: {tag} OK done')
hangs_up=("${wanted[@]}" 'C: UID FETCH 5 ' 'S: * BYE not this one' CLOSE)

is_stuck() { grep -q 'event=mail-stuck .* uid=5 ' "$W/log/antragd.log"; }
one_is_known() { [[ $(ctl_json length inbox) == 1 ]]; }

scenario_begin
lie implicit "${hangs_up[@]}" NEXT "${hangs_up[@]}" NEXT "${hangs_up[@]}" NEXT \
    "${wanted[@]}" 'C: UID FETCH 6 ' 'RAW: * 2 FETCH (UID 6 BODY[] {80}\r\n' \
    'RAW: From: a@fremd.example\r\nTo: b@c.example\r\nSubject: x\r\nMessage-ID: <6@x>\r\n\r\nText.\r\n' \
    'RAW: )\r\n' 'S: {tag} OK done' HANG
CONF_IMAP_PORT=$liar_port world_config >"$W/antragd.conf"
scenario_daemon
wait_for 60 'the watch gives one mail up for now' is_stuck
wait_for 60 'the mail behind it is known' one_is_known
expect uid 6 "$(ctl_json '.[0].uid' inbox)"
daemon_stop
honest_again
