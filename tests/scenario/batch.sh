# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Mails of one batch of which the first moves while the others are still to be settled, and a mail
# that arrives while the batch is in hand: each is registered, none is skipped.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

scenario_begin

step 'three mails wait: the first and the last will move, the one between stays'
letter 1 | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 20 'letter 1 is delivered' world_has "$WORLD_MAYOR" INBOX 1
question between@fremd.example |
    world_mail "$WORLD_STRANGER" "$WORLD_MAYOR"
wait_for 20 'the mail between is delivered' world_has "$WORLD_MAYOR" INBOX 2
letter 2 | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 20 'letter 2 is delivered' world_has "$WORLD_MAYOR" INBOX 3
scenario_daemon
wait_for 30 'both letters are answered' all_is_answered 2
wait_for 10 'both have moved' world_has "$WORLD_MAYOR" Registriert 2
wait_for 10 'the visit is over' logged 'event=visited '
expect 'mails of the first visit' 3 \
    "$(sed -n 's/.*event=visited .*fetched=\([0-9]*\).*/\1/p' "$W/log/antragd.log" | head -n 1)"
expect states 'registered held registered' "$(ctl_json 'sort_by(.uid)|[.[].state]|join(" ")' inbox)"

step 'letter 4 arrives while letter 3 is in hand'
visits=$(grep -c 'event=visited ' "$W/log/antragd.log")
hold reader
letter 3 | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 20 'letter 3 is fetched' kept 4
letter 4 | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 20 'letter 4 is delivered' world_has "$WORLD_MAYOR" INBOX 3
kept 4 || fail 'letter 4 was fetched in the same batch, which proves nothing'
let_go
wait_for 30 'both letters are answered' all_is_answered 4
wait_for 10 'the visit is over' logged 'event=visited ' $((visits + 1))
expect 'mails of that visit' 2 "$(sed -n 's/.*event=visited .*fetched=\([0-9]*\).*/\1/p' \
    "$W/log/antragd.log" | sed -n "$((visits + 1))p")"

scenario_close_books 0
expect numbers "$(numbers 4)" "$(all_numbers)"
expect 'mails left in INBOX' 1 "$(world_count "$WORLD_MAYOR" INBOX)"
