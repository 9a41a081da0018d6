# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A letter beyond max-size: its headers are fetched, it is held for a person, and the books close.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

large_letter() {
    world_letter large@spd-bedburg-hau.example
    seq -f 'Anlage zum Antrag, Zeile %.0f von dreißigtausend, und so weiter und so fort' 30000
}

scenario_begin
CONF_BODY='max-size = 1' world_config >"$W/antragd.conf"
step 'a letter of nearly two megabytes'
large_letter | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 20 'the letter lies in INBOX' world_has "$WORLD_MAYOR" INBOX 1
expect_exit 0 timeout 60 "$BUILD/antragd" -f -c "$W/antragd.conf" --once
expect 'state of the message' held "$(ctl_json '.[0].state' inbox)"
expect_match 'reason' '^too large' "$(ctl_json '.[0].reason' inbox)"
expect motions 0 "$(ctl_json length list)"
expect 'mails left in INBOX' 1 "$(world_count "$WORLD_MAYOR" INBOX)"
expect 'mails to the list' 0 "$(world_count "$WORLD_LIST" INBOX)"
expect_exit 0 ctl reconcile

step 'once more changes nothing'
expect_exit 0 timeout 60 "$BUILD/antragd" -f -c "$W/antragd.conf" --once
expect messages 1 "$(ctl_json length inbox)"
