# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# max-answers-per-hour: of the mails of a faction, whoever of it writes, so many are answered; what is
# beyond waits in the outbox for its hour, the office is told once, and then all of it goes out by
# itself.  A motion is acknowledged at once meanwhile, and so is another faction's mail answered.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

export CONF_BODY='max-answers-per-hour = 2'

# ask N MEMBER: her mail without a motion, each of its own.
ask() {
    printf '%s\n' "From: <$2>" "To: <$WORLD_MAYOR>" "Date: $(world_header_date)" \
        "Message-ID: <ask-$1@spd.example>" "Subject: Frage $1" '' \
        "Guten Tag, wann ist das Rathaus am $1. des Monats offen?" |
        world_mail "$2" "$WORLD_MAYOR"
}

reviews_are() {
    [[ $(ctl_json "[.[] | select(.kind == \"review\" and .state == \"$1\")] | length" outbox) == "$2" ]]
}

told() { world_fetch "$WORLD_OFFICE" hdr.subject mailbox INBOX | grep -c 'Viele Antworten' || true; }

# in_all COUNT: so many mails have come to the two members of the faction together.
in_all() {
    (($(world_count "$WORLD_CHAIR" INBOX) + $(world_count "$WORLD_DEPUTY" INBOX) == $1))
}

scenario_begin
world_config | sed "s|^  faction \"SPD\" {|  faction \"CDU\" {\n    member \"$WORLD_STRANGER\" { name = \"Erika Mustermann\" }\n  }\n&|" >"$W/antragd.conf"
scenario_daemon

step 'four questions of two members, two answers'
ask 1 "$WORLD_CHAIR"
ask 2 "$WORLD_DEPUTY"
wait_for 30 'two are answered' in_all 2
ask 3 "$WORLD_CHAIR"
ask 4 "$WORLD_DEPUTY"
wait_for 30 'all came in' inbox_knows 4
reviews_are queued 2 || fail 'the others are not queued'

step 'another faction is answered at once'
ask 5 "$WORLD_STRANGER"
wait_for 30 'it is answered' world_has "$WORLD_STRANGER" INBOX 1

step 'a motion has its receipt at once'
world_letter many@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'both members have it' in_all 4

step 'the office is told once'
daemon_stop
for _ in 1 2; do expect_exit 75 "$BUILD/antragd" -f -c "$W/antragd.conf" --once; done
expect 'mails of that' 1 "$(told)"
reviews_are queued 2 || fail 'they went out before their hour'

step 'an hour later'
time_passes 0
expect_exit 0 "$BUILD/antragd" -f -c "$W/antragd.conf" --once
in_all 6 || fail 'the excess did not go out'
expect 'mails of that' 1 "$(told)"
settle
