# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Answers in the town's own words; a template with a mistake is a mistake of the configuration, and a
# daemon that starts with it uses the built-in text and tells the office.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

scenario_begin
mkdir "$W/templates"
chmod 755 "$W/templates"
printf '[{number}] Neues aus dem Rat\nEin Schreiben der Fraktion {mover}: {title}\n' >"$W/templates/confirmation.txt"
CONF_BODY="template-directory = \"$W/templates\"" world_config >"$W/antragd.conf"
expect_exit 0 "$BUILD/antragd" -n -c "$W/antragd.conf"
printf '[{number}] x\n\nGuten Tag {name}\n' >"$W/templates/acknowledgement.txt"
expect_exit 78 "$BUILD/antragd" -n -c "$W/antragd.conf"
grep -q "$W/templates/acknowledgement.txt:3: .*{name}" "$W/log/command.log" ||
    fail 'the mistake is not named'
scenario_daemon

world_letter templates@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the letter is answered' all_is_answered 1
wait_for 30 'the office is told' world_has "$WORLD_OFFICE" INBOX 1
public=$(world_fetch "$WORLD_LIST" text.utf8 mailbox INBOX | jq -r '.[0]."text.utf8"')
expect_match 'to the list' 'Ein Schreiben der Fraktion SPD: Prüfung' "$public"
answer=$(world_fetch "$WORLD_CHAIR" text.utf8 mailbox INBOX | jq -r '.[0]."text.utf8"')
expect_match 'to the faction' 'Nachweis' "$answer"

settle
expect 'mails to the office' 1 "$(world_count "$WORLD_OFFICE" INBOX)"
