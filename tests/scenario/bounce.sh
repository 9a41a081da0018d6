# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# What comes back from a real Postfix after it took our answers: one member's address is gone, one's
# mailbox is full, one's server is late.  Each report is tied to its answer, the office is told why,
# nobody is answered, and the other members have their receipts.  A forged report changes nothing.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

GONE=weg@spd-$WORLD_DOMAIN
FULL=voll@spd-$WORLD_DOMAIN
LATE=spaeter@spd-$WORLD_DOMAIN

# nobody listens there
DOWN='smtp:[127.0.0.1]:1'

# routes TRANSPORT: the late one's, "" for that of all others.
routes() {
    printf '%s' "${1:+$LATE $1$'\n'}" |
        world_as_root tee "$W/postfix/etc/transport" >"$W/log/transport.log"
}

scenario_begin
world_postfix_stop
world_dovecot_stop
for address in "$GONE" "$FULL" "$LATE"; do echo "$address yes"; done |
    world_as_root tee -a "$W/postfix/etc/users" >"$W/log/users.log"
printf '%s\n' "transport_maps = texthash:$W/postfix/etc/transport" 'delay_warning_time = 1s' \
    'recipient_delimiter = +' |
    world_as_root tee -a "$W/postfix/etc/main.cf" >"$W/log/main.log"
routes "$DOWN"
# Dovecot knows the late one as it knows all others, and the full one only here
echo "$LATE:{PLAIN}$WORLD_PASSWORD::::::" >>"$W/dovecot/users"
printf '%s::%s:%s::%s::userdb_quota_rule=*:bytes=1\n' "$FULL" "$(world_as_mail id -u)" \
    "$(world_as_mail id -g)" "$W/mail/full" >"$W/dovecot/full"
printf '%s\n' "userdb {" "  driver = passwd-file" "  args = $W/dovecot/full" "}" \
    'mail_plugins = quota' 'plugin {' '  quota = maildir:User quota' '}' |
    sed -i -e "/^passdb/,/^}/{/^}/r /dev/stdin" -e '}' "$W/dovecot/dovecot.conf"
world_start
export CONF_BODY="bounce-address = \"$WORLD_MAYOR\""
world_config | sed "s|^    member \"$WORLD_CHAIR\" {|$(for a in "$GONE" "$FULL" "$LATE"; do
    printf '    member "%s" { name = "Nie Mand" }\\n' "$a"
done)&|" >"$W/antragd.conf"
scenario_daemon

step 'a motion is answered to five members; three of the answers do not arrive'
world_letter bounce@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the others are answered' all_is_answered 1
state_of() { ctl_json ".[] | select(.to == \"$1\" and .kind == \"acknowledgement\").state" outbox; }
is_bounced() { [[ $(state_of "$1") == bounced ]]; }
wait_for 60 'the report on the address that is gone is tied' is_bounced "$GONE"
wait_for 60 'the report on the full mailbox is tied' is_bounced "$FULL"
has_event() { [[ $(ctl_json ".[] | select(.event == \"$1\").id" log) == o* ]]; }
wait_for 60 'the delay is known' has_event delivery-delayed
expect 'the late one' sent "$(state_of "$LATE")"
expect 'their states' 'ignored ignored ignored registered' \
    "$(ctl_json '[.[].state] | sort | join(" ")' inbox)"
expect_match 'the reason' 'bounce: o[0-9]+ failed: unknown-user' "$(ctl_json '[.[].reason] | join("\n")' inbox)"
expect_match 'the reason' 'bounce: o[0-9]+ failed: full' "$(ctl_json '[.[].reason] | join("\n")' inbox)"

step 'the office is told why'
wait_for 30 'the office is told of both' world_has "$WORLD_OFFICE" INBOX 2
notices=$(world_fetch "$WORLD_OFFICE" text.utf8 mailbox INBOX | jq -r '.[]."text.utf8"' | tr -s '\r\n ' ' ')
expect_match 'notice' "an $GONE. Diese Adresse gibt es nicht oder nicht mehr.* Das ist endgültig" "$notices"
expect_match 'notice' "an $FULL. Das Postfach des Empfängers ist voll.* Das kann vorübergehen" "$notices"

step 'the late answer arrives'
routes ''
world_as_root postfix -c "$W/postfix/etc" reload >>"$W/log/postfix.err" 2>&1
world_as_root postqueue -c "$W/postfix/etc" -f
wait_for 60 'it is there' world_has "$LATE" INBOX 1
expect 'it was sent' sent "$(state_of "$LATE")"

step 'forged reports change nothing'
# forged MESSAGE-ID RECIPIENT
forged() {
    printf '%s\n' 'From: MAILER-DAEMON@mx.example' "To: $WORLD_MAYOR" 'Subject: Undelivered' \
        "Message-ID: <forged-$RANDOM@mx.example>" 'MIME-Version: 1.0' \
        'Content-Type: multipart/report; report-type=delivery-status; boundary=b' '' '--b' '' 'x' \
        '--b' 'Content-Type: message/delivery-status' '' 'Reporting-MTA: dns; mx.example' '' \
        "Final-Recipient: rfc822; $2" 'Action: failed' 'Status: 5.1.1' '--b' \
        'Content-Type: text/rfc822-headers' '' "Message-ID: <$1>" '' '--b--' |
        world_mail '<>' "$WORLD_MAYOR"
}
known=$(ctl_json ".[] | select(.to == \"$WORLD_CHAIR\").message_id" outbox)
forged 'A-1@bedburg-hau.example' "$WORLD_CHAIR"
forged "$known" "$WORLD_DEPUTY"
# who has the answer knows its Message-ID, but a report comes to the mark
forged "$known" "$WORLD_CHAIR"
wait_for 30 'all came in' inbox_knows 7
expect 'the chair' sent "$(state_of "$WORLD_CHAIR")"
expect 'the deputy' sent "$(state_of "$WORLD_DEPUTY")"
expect 'their reasons' 3 \
    "$(ctl_json '[.[] | select(.reason == "bounce: a report on a mail that could not be delivered")] | length' inbox)"
expect 'mails to the office' 2 "$(world_count "$WORLD_OFFICE" INBOX)"

step 'a faction whose address bounced is answered as before'
world_letter again@spd-bedburg-hau.example '' 's/Kommunalen Integrationszentrums/Bürgerbusses/' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'all are answered' all_is_answered 2
wait_for 60 'those that are gone bounce again' world_has "$WORLD_OFFICE" INBOX 4
wait_for 30 'the late one has it, too' world_has "$LATE" INBOX 2

step 'a report that names nothing is known by the address it came to'
wait_for 30 'the deputy has the second one' world_has "$WORLD_DEPUTY" INBOX 2
second=$(ctl_json "[.[] | select(.to == \"$WORLD_DEPUTY\").id][1]" outbox)
back=$(world_fetch "$WORLD_DEPUTY" hdr.return-path mailbox INBOX | jq -r '.[1]."hdr.return-path"')
back=${back#<} back=${back%>}
expect_match 'the return path' "^${WORLD_MAYOR%@*}\\+[0-9a-f]{24}@" "$back"
printf '%s\n' 'From: MAILER-DAEMON@mx.example' "To: $back" 'Subject: failure notice' '' \
    'Sorry, no mailbox here by that name. (#5.1.1)' | world_mail '<>' "$back"
second_is_bounced() {
    [[ $(ctl_json ".[] | select(.id == \"$second\").state" outbox) == bounced ]]
}
wait_for 30 'it is tied' second_is_bounced
wait_for 30 'the office is told' world_has "$WORLD_OFFICE" INBOX 5
settle
