# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# The submission server is away: the motion is registered all the same, its answers wait, and are
# delivered once each when it is back.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

states() { ctl_json '[.[].state]|sort|join(" ")' outbox; }

scenario_begin
letter 1 | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 20 'letter 1 is delivered' world_has "$WORLD_MAYOR" INBOX 1

step 'down'
world_postfix_stop
scenario_daemon
wait_for 30 'the first answer is put off' logged 'event=answer .*outcome=down'
wait_for 10 'the mail has moved all the same' world_has "$WORLD_MAYOR" Registriert 1
letter 2 | put 2
wait_for 30 'letter 2 is registered, too' inbox_knows 2
expect numbers "$(numbers 2)" "$(all_numbers)"
expect 'the others are not tried at a server that is away' 1 \
    "$(grep -c 'event=answer ' "$W/log/antragd.log")"
expect states 'deferred queued queued queued queued queued' "$(states)"
at=$(ctl_json '.[]|select(.state=="deferred").next_attempt' outbox)
expect_match 'seconds until the next attempt' '^(2[6-9]|3[0-3])[0-9]$' $(($(date -d "$at" +%s) - $(date +%s)))
daemon_stop
before=$(ctl_json tojson list)$(ctl_json tojson inbox)
expect_exit 75 "$BUILD/antragd" -f -c "$W/antragd.conf" --once
expect 'the register after another run' "$before" "$(ctl_json tojson list)$(ctl_json tojson inbox)"
all_is_answered 0 || fail 'somebody was answered'

step 'up: the timer of antragd tries again'
world_postfix_start
time_passes 3
scenario_daemon
! logged 'event=answer ' || fail 'an answer did not wait for its time'
wait_for 40 'all is answered' all_is_answered 2
scenario_close_books 0
expect states 'sent sent sent sent sent sent' "$(states)"
expect numbers "$(numbers 2)" "$(all_numbers)"
all_is_answered 2 || fail 'somebody was answered again'
