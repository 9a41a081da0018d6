# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# What comes back of our own answers, and who answers them without a header that says so: the
# acknowledgement by a redirection and by a forwarding rule, the confirmation by a list that gives it
# a new Message-ID, a tag and a footer, or another From, and a member's autoresponder whose words
# nobody knows.  Each is answered once at most, and everything comes to rest.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# field NAME < JSON of world_fetch: a field of its first mail, on one line.
field() { jq -r ".[0].\"$1\"" | tr -s '\r\n ' ' '; }

answers() { ctl_json '[.[] | select(.kind != "notice")] | length' outbox; }

# returned HEADER FOOTER: the confirmation as a list hands it back.
returned() {
    local confirmation subject
    confirmation=$(world_fetch "$WORLD_LIST" 'hdr.subject text.utf8' mailbox INBOX)
    subject=$(field hdr.subject <<<"$confirmation")
    printf '%s\n' "$1" "To: <$WORLD_LIST>" "Subject: [rat] $subject" "Date: $(world_header_date)" \
        "Message-ID: <list-$RANDOM$RANDOM@lists.example>" 'MIME-Version: 1.0' \
        'Content-Type: text/plain; charset=UTF-8' ''
    jq -r '.[0]."text.utf8"' <<<"$confirmation"
    printf '%s\n' '_______________________________________________' "$2"
}

# forwarded FROM COUNT: her newest mail as a rule of her mailbox hands it on to us.
forwarded() {
    local mail subject
    mail=$(world_fetch "$1" 'hdr.subject text.utf8' mailbox INBOX | jq "[.[$2 - 1]]")
    subject=$(field hdr.subject <<<"$mail")
    printf '%s\n' "From: <$1>" "To: <$WORLD_MAYOR>" "Subject: WG: $subject" \
        "Date: $(world_header_date)" "Message-ID: <forward-$RANDOM$RANDOM@spd.example>" \
        'MIME-Version: 1.0' 'Content-Type: text/plain; charset=UTF-8' '' '' \
        '-----Ursprüngliche Nachricht-----' "Von: Ratsbüro [mailto:$WORLD_MAYOR]" \
        'Gesendet: heute' "An: $1" "Betreff: $subject" ''
    jq -r '.[0]."text.utf8"' <<<"$mail"
}

# robot COUNT: her mailbox answers the mail of that number; it has been away from all grammars.
robot() {
    printf '%s\n' "From: <$WORLD_CHAIR>" "To: <$WORLD_MAYOR>" "Date: $(world_header_date)" \
        "Message-ID: <robot-$1@spd.example>" "Subject: Moin, Moin Nummer $1" 'MIME-Version: 1.0' \
        'Content-Type: text/plain; charset=UTF-8' '' \
        'Hier schnurrt die Katze von Willi. Er selbst ist auf See.' |
        world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
}

scenario_begin
world_postfix_stop
world_dovecot_stop
printf '%s\n' "$WORLD_DEPUTY $WORLD_DEPUTY, $WORLD_MAYOR" |
    world_as_root tee "$W/postfix/etc/virtual" >"$W/log/virtual.log"
printf '%s\n' "virtual_alias_maps = texthash:$W/postfix/etc/virtual" |
    world_as_root tee -a "$W/postfix/etc/main.cf" >"$W/log/main.log"
world_start
scenario_daemon

step 'the acknowledgement comes back by a redirection'
world_letter echo@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the motion is answered' all_is_answered 1
wait_for 30 'the redirected one has come' inbox_knows 2
expect 'what it is' own "$(ctl_json '.[] | select(.state == "ignored").reason' inbox | cut -d' ' -f1)"
expect 'answers' 3 "$(answers)"

step 'the confirmation comes back from lists of all kinds'
wait_for 30 'the list has it' world_has "$WORLD_LIST" INBOX 1
returned "From: Ratsbüro <$WORLD_MAYOR>"$'\n'"List-Id: <rat.lists.example>" 'abbestellen: ...' |
    world_mail 'rat-bounces@lists.example' "$WORLD_MAYOR"
returned "From: Ratsbüro <$WORLD_MAYOR>" 'Liste des Rates' |
    world_mail 'rat-bounces@lists.example' "$WORLD_MAYOR"
returned "From: Ratsbüro via rat <$WORLD_LIST>" 'Liste des Rates' |
    world_mail "$WORLD_LIST" "$WORLD_MAYOR"
returned "From: Ratsbüro via rat <rat@lists.example>"$'\n'"List-Id: <rat.lists.example>" '' |
    world_mail 'rat-bounces@lists.example' "$WORLD_MAYOR"
returned 'From: Ratsbüro via rat <rat@lists.example>' 'Liste des Rates' |
    world_mail 'rat-bounces@lists.example' "$WORLD_MAYOR"
wait_for 30 'all have come' inbox_knows 7
expect 'answers' 3 "$(answers)"

step 'the acknowledgement comes back by a forwarding rule'
forwarded "$WORLD_CHAIR" 1 | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'it has come' inbox_knows 8
expect 'what it is' own "$(ctl_json '.[-1] | .reason' inbox | cut -d' ' -f1)"
expect 'answers' 3 "$(answers)"

step 'an autoresponder that nobody would know is answered once'
reviewed() { [[ $(ctl_json '[.[] | select(.kind == "review" and .state == "sent")] | length' outbox) == 1 ]]; }
robot 1
wait_for 30 'it is answered' reviewed
wait_for 30 'the answer has arrived' world_has "$WORLD_CHAIR" INBOX 2
robot 2
wait_for 30 'it answered the answer' inbox_knows 10
expect 'answers' 4 "$(answers)"

step 'so is a forwarding rule that hands on the answer to a question'
forwarded "$WORLD_CHAIR" 2 | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'it has come' inbox_knows 11
expect 'answers' 4 "$(answers)"
settle
