# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A server that knows one recipient not: that answer fails for good, the others arrive, and the
# office is told once, also over a restart.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

NOBODY=nobody@spd-$WORLD_DOMAIN

scenario_begin
world_config | sed "s|^    member \"$WORLD_CHAIR\" {|    member \"$NOBODY\" { name = \"Nie Mand\" }\n&|" >"$W/antragd.conf"
scenario_daemon

world_letter undeliverable@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the others are answered' all_is_answered 1
wait_for 30 'the office is told' world_has "$WORLD_OFFICE" INBOX 1
expect 'states' 'failed sent sent sent sent' "$(ctl_json '[.[].state]|sort|join(" ")' outbox)"
expect 'the failed one' "$NOBODY" "$(ctl_json '.[]|select(.state=="failed").to' outbox)"
id=$(ctl_json '.[]|select(.state=="failed").id' outbox)
notice=$(world_fetch "$WORLD_OFFICE" text.utf8 mailbox INBOX | jq -r '.[0]."text.utf8"' | tr -s '\r\n ' ' ')
expect_match 'notice' "nicht zugestellt worden: $id, .*$NOBODY" "$notice"
expect_match 'notice' 'Das ist endgültig: .* Mitgliederliste' "$notice"
expect_match 'notice' 'Antwort des Mailservers: .*User unknown' "$notice"
expect_match 'notice' "antragctl resend $id" "$notice"

settle
expect 'mails to the office' 1 "$(world_count "$WORLD_OFFICE" INBOX)"
