# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# The mayor's secretary forwards letters: a listed forwarder's word counts for whose they are, both
# times are shown, and the same letter by both ways has one number.  Nobody else's word counts.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

SECRETARY=sekretariat@$WORLD_DOMAIN

# attached MESSAGE-ID FROM: hands on the mail on standard input as an attachment
attached() {
    printf '%s\n' "From: Sekretariat <$2>" "To: <$WORLD_MAYOR>" "Date: $(world_header_date)" \
        "Message-ID: <$1>" 'Subject: WG: Antrag' 'MIME-Version: 1.0' \
        'Content-Type: multipart/mixed; boundary="b"' '' '--b' 'Content-Type: text/plain' '' \
        'zur Kenntnis' '--b' 'Content-Type: message/rfc822' ''
    printf 'Received: from mail.spd.example by %s; %s\n' "$WORLD_MX" \
        "$(LC_ALL=C TZ=Europe/Berlin date -R -d '-1 hour')"
    cat
    printf '%s\n' '' '--b--'
}

# inline MESSAGE-ID FROM: as Outlook does it
inline() {
    printf '%s\n' "From: Sekretariat <$2>" "To: <$WORLD_MAYOR>" "Date: $(world_header_date)" \
        "Message-ID: <$1>" 'Subject: WG: Antrag' 'MIME-Version: 1.0' \
        'Content-Type: text/plain; charset=UTF-8' 'Content-Transfer-Encoding: 8bit' '' \
        'zur Kenntnis' '' '-----Ursprüngliche Nachricht-----' \
        "Von: Wilhelm van Beek [mailto:$WORLD_CHAIR]" 'Gesendet: Dienstag, 4. August 2015 12:03' \
        "An: buergermeister@$WORLD_DOMAIN" 'Betreff: Antrag' ''
    sed '1,/^$/d'
}

# as_file: the text of the mail on standard input becomes a file with it; how often a text's last
# line ends does not survive every way.
as_file() {
    sed -e 's|^Content-Type: .*|Content-Type: multipart/mixed; boundary="f"|' \
        -e '/^Content-Transfer-Encoding/d' \
        -e '0,/^$/s||\n--f\nContent-Type: text/plain\n\nAnbei unser Antrag.\n--f\nContent-Type: text/plain; charset=UTF-8; name="Antrag.txt"\nContent-Transfer-Encoding: 8bit\nContent-Disposition: attachment\n|'
    printf '%s\n' '' '--f--'
}

is_held() { [[ $(ctl_json ".[]|select(.message_id==\"$1\").state" inbox) == held ]]; }

scenario_begin
CONF_BODY="forwarders = {\"$SECRETARY\"}" world_config >"$W/antragd.conf"
scenario_daemon

step 'a letter as an attachment'
world_letter forward-1@spd-bedburg-hau.example | as_file >"$W/letter.eml"
attached forward-2@bedburg-hau.example "$SECRETARY" <"$W/letter.eml" |
    world_mail "$SECRETARY" "$WORLD_MAYOR"
wait_for 30 'the faction is answered' all_is_answered 1
expect 'sender' "Wilhelm van Beek $WORLD_CHAIR" \
    "$(ctl_json '.[0].sender|"\(.name) \(.address)"' list)"
answer=$(world_fetch "$WORLD_CHAIR" text.utf8 mailbox INBOX | jq -r '.[0]."text.utf8"' |
    tr -s '\r\n ' ' ')
expect_match 'answer' "Weitergeleitet von $SECRETARY" "$answer"
expect_match 'answer' 'schon hier eingegangen: ' "$answer"
expect_match 'answer' "Vertrauen: von $SECRETARY weitergeleitet" "$answer"
[[ $answer != *'weil die Echtheit'* ]] || fail 'more is said than is known'

expect 'both ways are shown' "$SECRETARY $WORLD_CHAIR $WORLD_MX" \
    "$(ctl_json '.forwarded[0]|"\(.by) \(.from) \(.received[0].by)"' show m1)"
expect_match 'both ways are shown' "handed on  by $SECRETARY, a mail from $WORLD_CHAIR" \
    "$(ctl show "$(number 1)")"

step 'another one in the text'
world_letter forward-3@spd-bedburg-hau.example '' 's/Integrationszentrums/Bildungszentrums/' |
    inline forward-4@bedburg-hau.example "$SECRETARY" | world_mail "$SECRETARY" "$WORLD_MAYOR"
wait_for 30 'the faction is answered' all_is_answered 2

step 'the first one again, by its own sender'
world_mail "$WORLD_CHAIR" "$WORLD_MAYOR" <"$W/letter.eml"
wait_for 30 'its sender is told' world_has "$WORLD_CHAIR" INBOX 3
expect 'what it is' 'held same-content' \
    "$(ctl_json '.[]|select(.message_id=="forward-1@spd-bedburg-hau.example")|"\(.state) \(
        if .reason|test("is registered as") then "same-content" else .reason end)"' inbox)"

step 'forwarded by somebody else'
world_letter forward-5@spd-bedburg-hau.example '' 's/Integrationszentrums/Kulturzentrums/' |
    attached forward-6@fremd.example "$WORLD_STRANGER" | world_mail "$WORLD_STRANGER" "$WORLD_MAYOR"
wait_for 30 'it is held' is_held forward-6@fremd.example
wait_for 30 'the office is told' world_has "$WORLD_OFFICE" INBOX 1
expect 'motions' 2 "$(ctl_json length list)"

settle
expect 'mails to the stranger' 0 "$(world_count "$WORLD_STRANGER" INBOX)"
