# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A member writes from a second address: it is hers, the answer goes to the first one, and the same
# paper from the first one is the same.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

SECOND=$WORLD_STRANGER

scenario_begin
world_config | sed "s|^    member \"$WORLD_CHAIR\" {|&\n      addresses = {\"$SECOND\"}|" >"$W/antragd.conf"
scenario_daemon

step 'from the second address, in capitals'
world_letter second-1@fremd.example "W. B. <${SECOND^^}>" >"$W/letter.eml"
world_mail "$SECOND" "$WORLD_MAYOR" <"$W/letter.eml"
wait_for 30 'the letter is answered' all_is_answered 1
expect 'sender' 'Wilhelm van Beek' "$(ctl_json '.[0].sender.name' list)"

step 'the same text from the first one'
sed -e 's/^Message-ID: .*/Message-ID: <second-2@spd.example>/' \
    -e "s/^From: .*/From: Wilhelm van Beek <$WORLD_CHAIR>/" "$W/letter.eml" |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'its sender is told' world_has "$WORLD_CHAIR" INBOX 2
expect_match 'what it is' "^held .*$(number 1)" \
    "$(ctl_json '.[]|select(.message_id=="second-2@spd.example")|"\(.state) \(.reason)"' inbox)"

settle
expect 'mails to the second address' 0 "$(world_count "$SECOND" INBOX)"
expect 'motions' 1 "$(ctl_json length list)"
