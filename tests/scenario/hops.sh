# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A mail that the town's first server took on the last day and its second one after midnight is in
# time; what strangers wrote below that counts nothing.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# The name by which our own mails are handed to Postfix: the town's filter here.
FILTER=mail.world.example
in_berlin() { TZ=Europe/Berlin LC_ALL=C date "$@"; }

# hops TIME: what the filter wrote, and below it what its peer claims
hops() {
    printf 'Received: from mail.spd.example (mail.spd.example [192.0.2.7])\r\n'
    printf '\tby %s with ESMTPS; %s\r\n' "$FILTER" "$1"
    printf 'Received: from x by %s; Sat, 1 Aug 2015 12:00:00 +0200\r\n' "$WORLD_MX"
}

scenario_begin
yesterday=$(in_berlin -d yesterday +%F)
# 14 days before it was yesterday
WORLD_MEETING=$(date -d "$yesterday + 14 days" +%F)
CONF_MAILBOX='' world_config |
    sed "s|own-servers = {|&\"$FILTER\", |" >"$W/antragd.conf"
scenario_daemon

step 'taken by the filter 30 seconds before midnight'
at="$(in_berlin -d "$yesterday 23:59:30" '+%a, %d %b %Y %T %z')"
{
    hops "$at"
    world_letter hops-1@spd-bedburg-hau.example
} | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the letter is answered' all_is_answered 1
expect 'hops that are shown' "$WORLD_MX $FILTER $WORLD_MX" \
    "$(ctl_json '[.received[].by]|.[-3:]|join(" ")' show m1)"
expect_match 'hops that are shown' "23:59 by $FILTER from mail.spd.example" "$(ctl show m1)"
expect 'deadline' "in-time $yesterday" "$(ctl_json '.[0].deadline|"\(.state) \(.last_day)"' list)"
expect 'arrival' "$(in_berlin -d "$yesterday 23:59:30" +%FT%T%:z)" "$(ctl_json '.[0].arrived_at' list)"
answer=$(world_fetch "$WORLD_CHAIR" text.utf8 mailbox INBOX | jq -r '.[0]."text.utf8"' | tr -s '\r\n ' ' ')
expect_match 'answer' "unser Server $FILTER" "$answer"
expect_match 'answer' '23:59:30 Uhr' "$answer"

step 'taken by the filter after midnight'
at="$(in_berlin -d "$yesterday 24 hours 1 second" '+%a, %d %b %Y %T %z')"
{
    hops "$at"
    world_letter hops-2@spd-bedburg-hau.example '' 's/Integrationszentrums/Bildungszentrums/'
} | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the letter is answered' all_is_answered 2
expect 'deadlines' 'in-time late' "$(ctl_json '[.[].deadline.state]|sort|join(" ")' list)"

settle
