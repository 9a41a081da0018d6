# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A held mail that nobody has decided on is told again after remind-after, once a period, however
# often antragd is started.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# Every mail and every reminder is so many hours older than it was.
age() {
    in_registry "UPDATE messages
        SET registered_at = registered_at - 3600 * $1, told_at = told_at - 3600 * $1"
    in_registry "UPDATE deliveries SET created_at = created_at - 3600 * $1"
    in_registry "UPDATE events SET at = at - 3600 * $1" events_no_update
}
restart() {
    daemon_stop
    age "$1"
    scenario_daemon
}

# Time passes here without the clock: a reminder is told from the one before by its second, which in
# the world outside is hours later.
other_second() { [[ $(date +%s) != "$1" ]]; }

scenario_begin
CONF_BODY='remind-after = 24' world_config >"$W/antragd.conf"
scenario_daemon

step 'a letter from a stranger'
world_letter remind@fremd.example "Erika Mustermann <$WORLD_STRANGER>" |
    world_mail "$WORLD_STRANGER" "$WORLD_MAYOR"
wait_for 30 'the office is told' world_has "$WORLD_OFFICE" INBOX 1

step '25 hours later'
restart 25
wait_for 30 'the office is reminded' world_has "$WORLD_OFFICE" INBOX 2
reminder=$(world_fetch "$WORLD_OFFICE" text.utf8 mailbox INBOX |
    jq -r '.[]."text.utf8"|select(test("wartet weiter"))' | tr -s '\r\n ' ' ')
expect_match 'reminder' "antragctl accept m1 " "$reminder"
expect_match 'reminder' "Absender: $WORLD_STRANGER" "$reminder"

wait_for 5 'the clock has moved' other_second "$(date +%s)"

step '2 hours later nobody is, after another day somebody is'
restart 2
restart 23
wait_for 30 'the office is reminded' world_has "$WORLD_OFFICE" INBOX 3

settle
expect 'mails to the office' 3 "$(world_count "$WORLD_OFFICE" INBOX)"
