# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Mail in a member's name: where the address is enough it is registered, and the member and the
# office learn in words that authentication failed; where it is not, it is held, and only the roster
# hears of it.  A look-alike in A-labels is named.  Whoever forged it hears nothing.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# forged NAME RESULT [FROM [SED]]: a letter with what the town's server found, answers to go elsewhere.
forged() {
    {
        printf 'Return-Path: <%s>\n' "$WORLD_STRANGER"
        printf 'Authentication-Results: %s; %s header.from=spd-%s\n' "$WORLD_MX" "$2" "$WORLD_DOMAIN"
        printf 'Received: from evil.example by %s; %s\n' "$WORLD_MX" "$(world_header_date)"
        printf 'Reply-To: %s\nSender: %s\n' "$WORLD_STRANGER" "$WORLD_STRANGER"
        world_letter "$1@evil.example" "${3:-}" "${4:-}"
    } | put "$1"
}

# text_to USER N: the text of the N-th mail in an INBOX, on one line.
text_to() {
    world_fetch "$1" text.utf8 mailbox INBOX | jq -r ".[$2 - 1].\"text.utf8\"" | tr -s '\r\n ' ' '
}

message_is() { [[ -n $(ctl_json ".[]|select(.id==\"$1\").id" inbox) ]]; }
motions_are() { [[ $(ctl_json length list) == "$1" ]]; }

scenario_begin
CONF_BODY="authserv-id = {\"$WORLD_MX\"}" world_config >"$W/antragd.conf"
scenario_daemon

step 'the address is enough'
forged first dmarc=fail
wait_for 30 'the letter is answered' all_is_answered 1
expect 'state' 'registered listed' "$(ctl_json '.[0]|"\(.state) \(.trust)"' list)"
ack=$(text_to "$WORLD_CHAIR" 1)
expect_match 'acknowledgement' 'Absenderadresse kann gefälscht sein' "$ack"
expect_match 'acknowledgement' 'sagen Sie uns bitte sofort Bescheid' "$ack"
expect_match 'acknowledgement' 'Prüfung ihrer technischen Echtheit ist fehlgeschlagen' "$ack"
wait_for 20 'the office is told' world_has "$WORLD_OFFICE" INBOX 1
notice=$(text_to "$WORLD_OFFICE" 1)
expect_match 'notice' "Antworten sollen an $WORLD_STRANGER gehen" "$notice"
expect_match 'notice' "ob es wirklich von der Fraktion stammt" "$notice"
for word in authentication-failed sender-elsewhere reply-to-elsewhere; do
    expect_match 'log' "$word" "$(ctl log m1)"
    expect_match 'show' "$word" "$(ctl show m1)"
    expect_match 'explain' "$word" "$(ctl explain m1)"
done

step 'a look-alike that its own server confirms'
forged second "dmarc=pass header.from=xn--spd-bedburg-hu-7tl.example; x=y" \
    'Wilhelm van Beek <wilhelm.vanbeek@xn--spd-bedburg-hu-7tl.example>' 's/Integration/Bildung/'
wait_for 30 'the office is told' world_has "$WORLD_OFFICE" INBOX 2
expect 'state' held "$(ctl_json '.[]|select(.id=="m2").state' inbox)"
expect_match 'reason' look-alike "$(ctl_json '.[]|select(.id=="m2").reason' inbox)"
expect_match 'notice' "Adresse eines Mitglieds" "$(text_to "$WORLD_OFFICE" 2)"
expect_match 'pretences in JSON' 'look-alike.*name-of-member' \
    "$(ctl_json '[.pretences[].kind]|join(" ")' explain m2)"

step 'the address is not enough'
daemon_stop
CONF_BODY="authserv-id = {\"$WORLD_MX\"} required-trust = \"authenticated\"" world_config >"$W/antragd.conf"
daemon_start
before=$(world_count "$WORLD_CHAIR" INBOX)
forged third dmarc=fail '' 's/Integration/Sport/'
wait_for 30 'the member is told' world_has "$WORLD_CHAIR" INBOX "$((before + 1))"
expect 'state' 'held listed' "$(ctl_json '.[]|select(.id=="m3")|.state' inbox) $(ctl_json .trust explain m3)"
review=$(text_to "$WORLD_CHAIR" "$((before + 1))")
expect_match 'review' 'Kennung m3' "$review"
expect_match 'review' 'Absenderadresse kann gefälscht sein' "$review"
expect_match 'review' 'Dies ist keine Ablehnung' "$review"
expect_match 'what waits for the office' authentication-failed "$(ctl_json '.[]|select(.id=="m3").reason' inbox)"

step 'two names in From'
forged two dmarc=pass "Wilhelm van Beek <$WORLD_CHAIR>, Erika Mustermann <$WORLD_STRANGER>" 's/Integration/Verkehr/'
wait_for 30 'it is in the register' message_is m4
expect 'state' held "$(ctl_json '.[]|select(.id=="m4").state' inbox)"
expect_match 'reason' 'not exactly one From' "$(ctl_json '.[]|select(.id=="m4").reason' inbox)"

step 'the true member'
forged fourth dmarc=pass '' 's/Integration/Kultur/'
wait_for 30 'it is registered' motions_are 2
expect 'trust' authenticated "$(ctl_json '.[]|select(.message_id=="fourth@evil.example").trust' list)"

settle
expect 'mails to whoever forged it' 0 "$(world_count "$WORLD_STRANGER" INBOX)"
