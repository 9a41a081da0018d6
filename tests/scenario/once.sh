# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# antragd --once: 0 when all is done, 75 when an answer or a mailbox has to wait for a later try.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

once() { timeout 60 "$BUILD/antragd" -f -c "$W/antragd.conf" --once; }

scenario_begin

step 'an empty mailbox'
expect_exit 0 once

step 'a letter'
world_letter once-1@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 20 'the letter lies in INBOX' world_has "$WORLD_MAYOR" INBOX 1
expect_exit 0 once
expect numbers "$(number 1)" "$(ctl_json '[.[].number]|join(" ")' list)"
expect 'mails in Registriert' 1 "$(world_count "$WORLD_MAYOR" Registriert)"
wait_for 20 'the answers are delivered' all_is_answered 1

step 'no submission server'
world_port dead
# shellcheck disable=SC2154
CONF_SUBMISSION_PORT=$dead world_config >"$W/antragd.conf"
world_letter once-2@spd-bedburg-hau.example '' 's/Integrationszentrums/Bildungszentrums/' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 20 'the letter lies in INBOX' world_has "$WORLD_MAYOR" INBOX 1
expect_exit 75 once
expect 'numbers, registered all the same' "$(number 1) $(number 2)" \
    "$(ctl_json '[.[].number]|sort|join(" ")' list)"
expect 'answers, and those sent' '6 3' \
    "$(ctl_json '"\(length) \(map(select(.state == "sent"))|length)"' outbox)"

step 'answers of a town that has left the configuration'
world_config | sed 's/^body .*/body "kleve" {/' >"$W/antragd.conf"
expect_exit 75 once
expect 'answers that wait for it, beside the one that was tried before' 2 \
    "$(ctl_json '[.[]|select(.state == "deferred" and (.response|test("put it back")))]|length' outbox)"
# the configuration is whole again, but it is not yet time for another try
world_config >"$W/antragd.conf"
expect_exit 75 once

step 'no mailbox'
CONF_IMAP_PORT=$dead world_config >"$W/antragd.conf"
expect_exit 75 once
