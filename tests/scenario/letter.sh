# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# The councillors' letter on its whole way: registered, in time, both members and the list answered
# as the contract wants it, the mail put away unread; and nothing of it happens twice.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# answer USER HEADER: a header of the only mail in the user's INBOX.
answer() { world_fetch "$1" "hdr.$2.utf8" mailbox INBOX | jq -er ".[0].\"hdr.$2.utf8\""; }

body_of() { world_fetch "$1" text.utf8 mailbox INBOX | jq -er '.[0]."text.utf8"'; }

scenario_begin
scenario_daemon

step 'the letter arrives'
world_letter letter@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the mail lies in the folder Registriert' world_has "$WORLD_MAYOR" Registriert 1
wait_for 30 'both members and the list are answered' all_is_answered 1
expect 'mails left in INBOX' 0 "$(world_count "$WORLD_MAYOR" INBOX)"
flags=$(world_fetch "$WORLD_MAYOR" flags mailbox Registriert | jq -r '.[0].flags')
[[ $flags != *Seen* ]] || fail "the mail was marked as read: $flags"

step 'the register'
expect motions 1 "$(ctl_json length list)"
last_day=$(date -d "$WORLD_MEETING -14 days" +%F)
for want in \
    ".number=$(number 1)" .state=registered .body=bedburg-hau .trust=listed .version=1 \
    ".title=Prüfung der Einrichtung eines Kommunalen Integrationszentrums im Kreis Kleve" \
    .kind=review-request '.factions|join(",")=SPD' ".sender.address=$WORLD_CHAIR" \
    .consultations[0].organization=Rat ".consultations[0].meeting_date=$WORLD_MEETING" \
    .deadline.state=in-time ".deadline.last_day=$last_day" \
    .message_id=letter@spd-bedburg-hau.example; do
    expect "list: ${want%%=*}" "${want#*=}" "$(ctl_json ".[0]|${want%%=*}" list)"
done
expect 'state of the message' registered "$(ctl_json '.[0].state' inbox)"
expect 'folder of the message' rathaus "$(ctl_json '.[0].mailbox' inbox)"

step 'the acknowledgements'
for member in "$WORLD_CHAIR" "$WORLD_DEPUTY"; do
    expect_match "subject to $member" "^\[$(number 1)\] " "$(answer "$member" subject)"
    expect "Auto-Submitted to $member" auto-replied "$(answer "$member" auto-submitted)"
    expect "In-Reply-To to $member" '<letter@spd-bedburg-hau.example>' \
        "$(answer "$member" in-reply-to)"
    expect "X-Auto-Response-Suppress to $member" All "$(answer "$member" x-auto-response-suppress)"
    expect_match "To of $member" "$member" "$(answer "$member" to)"
    expect_match "From to $member" "$WORLD_MAYOR" "$(answer "$member" from)"
    expect_match "text to $member" 'Nachweis' "$(body_of "$member")"
    expect_match "text to $member" "$(number 1)" "$(body_of "$member")"
done
[[ $(answer "$WORLD_CHAIR" message-id) != "$(answer "$WORLD_DEPUTY" message-id)" ]] ||
    fail 'both acknowledgements have one Message-ID'

step 'the confirmation'
expect 'subject to the list' "[$(number 1)] SPD:" \
    "$(answer "$WORLD_LIST" subject | sed 's/SPD:.*/SPD:/')"
expect_match 'subject to the list' "\(Rat, $(date -d "$WORLD_MEETING" +%d.%m.%Y)\)\$" \
    "$(answer "$WORLD_LIST" subject)"
expect 'Auto-Submitted to the list' auto-generated "$(answer "$WORLD_LIST" auto-submitted)"
confirmation=$(world_fetch "$WORLD_LIST" body mailbox INBOX | jq -r '.[0].body')
for secret in "$WORLD_CHAIR" "$WORLD_DEPUTY" 'van Beek' Gebauer; do
    [[ $confirmation != *"$secret"* ]] || fail "the list is told \"$secret\""
done

step 'the log: one closing line of the message, and its id in those of its answers'
expect 'closing lines' 1 "$(grep -c 'event=message id=m1 .*state=registered' "$W/log/antragd.log")"
expect 'lines of answers' 3 "$(grep -c 'event=answer id=o[1-3] message=m1 outcome=sent' "$W/log/antragd.log")"

step 'the day closes'
expect_exit 0 ctl reconcile
expect_match reconcile '(^|[^0-9])0 unexplained' "$(ctl reconcile)"

step 'once more changes nothing'
before=$(ctl_json 'tojson' list)$(ctl_json 'tojson' inbox)$(ctl_json 'tojson' outbox)
settle
expect 'register after another run' "$before" \
    "$(ctl_json 'tojson' list)$(ctl_json 'tojson' inbox)$(ctl_json 'tojson' outbox)"
all_is_answered 1 || fail 'somebody was answered again'
