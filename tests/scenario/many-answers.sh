# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# max-answers-per-hour: what is beyond waits in the outbox for its hour, the office is told once, and
# then all of it goes out by itself.  A motion is acknowledged at once meanwhile.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

export CONF_BODY='max-answers-per-hour = 2'

# ask N: a member's mail without a motion, each of its own.
ask() {
    printf '%s\n' "From: <$WORLD_CHAIR>" "To: <$WORLD_MAYOR>" "Date: $(world_header_date)" \
        "Message-ID: <ask-$1@spd.example>" "Subject: Frage $1" '' \
        "Guten Tag, wann ist das Rathaus am $1. des Monats offen?" |
        world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
}

reviews_are() {
    [[ $(ctl_json "[.[] | select(.kind == \"review\" and .state == \"$1\")] | length" outbox) == "$2" ]]
}

told() { world_fetch "$WORLD_OFFICE" hdr.subject mailbox INBOX | grep -c 'Viele Antworten' || true; }

scenario_begin
scenario_daemon

step 'four questions, two answers'
for n in 1 2 3 4; do ask "$n"; done
wait_for 30 'all came in' inbox_knows 4
wait_for 30 'two are answered' world_has "$WORLD_CHAIR" INBOX 2
reviews_are queued 2 || fail 'the others are not queued'

step 'a motion has its receipt at once'
world_letter many@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'it is acknowledged' world_has "$WORLD_CHAIR" INBOX 3

step 'the office is told once'
daemon_stop
for _ in 1 2; do expect_exit 75 "$BUILD/antragd" -f -c "$W/antragd.conf" --once; done
expect 'mails of that' 1 "$(told)"
reviews_are queued 2 || fail 'they went out before their hour'

step 'an hour later'
time_passes 0
expect_exit 0 "$BUILD/antragd" -f -c "$W/antragd.conf" --once
expect 'mails in the mailbox' 5 "$(world_count "$WORLD_CHAIR" INBOX)"
expect 'mails of that' 1 "$(told)"
settle
