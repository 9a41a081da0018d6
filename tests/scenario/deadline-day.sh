# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A faction hands in fifteen motions on the last day: each member has fifteen receipts at once, though
# the limit against loops is as low as one mail an hour.  What is beyond fifty times the limit waits in
# the outbox, is registered and confirmed to the list all the same, and goes out in its hour.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

export CONF_BODY='max-answers-per-hour = 1'

hand_in() {
    world_letter "last-day-$1@spd-bedburg-hau.example" '' "s/Kommunalen Integrationszentrums/Radwegs Nummer $1/" |
        sed "s/^Subject: .*/Subject: Antrag Radweg Nummer $1/" | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
}

scenario_begin
scenario_daemon

step 'fifteen motions, thirty receipts'
for n in {1..15}; do hand_in "$n"; done
wait_for 60 'the chair has all' world_has "$WORLD_CHAIR" INBOX 15
wait_for 30 'the deputy has all' world_has "$WORLD_DEPUTY" INBOX 15
wait_for 30 'the list has all' world_has "$WORLD_LIST" INBOX 15

step 'the fifty-first is registered at once, and its receipts wait'
for n in {16..50}; do hand_in "$n"; done
wait_for 60 'the chair has fifty' world_has "$WORLD_CHAIR" INBOX 50
wait_for 30 'the deputy has fifty' world_has "$WORLD_DEPUTY" INBOX 50
hand_in 51
wait_for 30 'it is confirmed to the list' world_has "$WORLD_LIST" INBOX 51
expect 'numbers' 51 "$(ctl_json length list)"
queued() { ctl_json '[.[] | select(.kind == "acknowledgement" and .state == "queued")] | length' outbox; }
expect 'receipts that wait' 2 "$(queued)"
daemon_stop
expect_exit 75 "$BUILD/antragd" -f -c "$W/antragd.conf" --once

step 'an hour later'
time_passes 0
expect_exit 0 "$BUILD/antragd" -f -c "$W/antragd.conf" --once
expect 'receipts that wait' 0 "$(queued)"
expect 'receipts of the chair' 51 "$(world_count "$WORLD_CHAIR" INBOX)"
expect 'receipts of the deputy' 51 "$(world_count "$WORLD_DEPUTY" INBOX)"
settle
