# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# antragctl doctor --forged-header: whether Authentication-Results that a stranger brings survive the
# town's own Postfix, with and without its header_checks.  The trial mail is ignored, answered by
# nobody, and without being asked for none is sent.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

sent=0
doctor() {
    ctl doctor --forged-header --mx "127.0.0.1:$WORLD_SMTP_PORT" "$@" >"$W/log/doctor.out" 2>&1
}

# expect_word TEXT: doctor said it of the forged header.
expect_word() {
    grep -F 'forged header at bedburg-hau/rathaus' "$W/log/doctor.out" | grep -qF -- "$1" || {
        cat "$W/log/doctor.out"
        fail "doctor does not say \"$1\""
    }
}

# postfix_checks LINE: what Postfix does with fields of mail from outside.
postfix_checks() {
    world_postfix_stop
    printf '%s\n' "$1" >"$W/header_checks"
    world_as_root cp "$W/header_checks" "$W/postfix/etc/header_checks"
    world_postfix_start
}

expect_trial() {
    ((++sent))
    expect 'mails in INBOX' "$sent" "$(world_count "$WORLD_MAYOR" INBOX)"
}

scenario_begin

step 'nobody is believed'
expect_exit 0 doctor
expect_word 'authserv-id is empty'
expect 'mails in INBOX' 0 "$(world_count "$WORLD_MAYOR" INBOX)"

CONF_BODY="authserv-id = {\"$WORLD_MX\"}" world_config >"$W/antragd.conf"

step 'without being asked for'
expect_exit 0 ctl doctor
expect 'mails in INBOX' 0 "$(world_count "$WORLD_MAYOR" INBOX)"

step 'Postfix as it comes'
expect_exit 69 doctor
expect_word 'DANGER'
expect_trial
grep -qF 'header_checks' "$W/log/doctor.out" || fail 'no advice is given'
ctl doctor --json --forged-header --mx "127.0.0.1:$WORLD_SMTP_PORT" >"$W/doctor.json" || true
((++sent))
expect 'what is broken' 'forged header at bedburg-hau/rathaus' \
    "$(jq -r '.[]|select(.broken).subject' "$W/doctor.json")"

step 'the daemon at work'
scenario_daemon
wait_for 30 'both mails have their row' inbox_knows 2
expect 'rows' 'ignored own mail' "$(ctl_json '[.[]|"\(.state) \(.reason)"]|unique|map(.[0:16])|join(",")' inbox)"
expect 'answers' 0 "$(ctl_json length outbox)"

world_as_root sh -c "echo 'header_checks = regexp:$W/postfix/etc/header_checks' >>'$W/postfix/etc/main.cf'"

step 'Postfix removes what is in its name'
postfix_checks "/^Authentication-Results:.*${WORLD_MX//./\\.}/ IGNORE"
expect_exit 0 doctor
expect_word 'removed'
expect_trial

step 'Postfix gives it another name'
postfix_checks "/^Authentication-Results:(.*)/ REPLACE X-Former-Results:\$1"
expect_exit 0 doctor
expect_word 'renamed'
expect_trial

step 'Postfix writes its own above it'
postfix_checks "/^Authentication-Results:/ PREPEND Authentication-Results: $WORLD_MX; dmarc=fail header.from=$WORLD_DOMAIN; dkim=none"
expect_exit 0 doctor
expect_word "only the server's own field"
expect_trial

step 'Postfix puts the seal of a stranger above it'
postfix_checks '/^Authentication-Results:/ PREPEND Received: from a.example by b.example; Tue, 4 Aug 2015 12:00:00 +0200'
expect_exit 0 doctor
expect_word 'is not believed'
expect_trial

step 'Postfix refuses mail in the name of the town'
postfix_checks "/^From:.*$WORLD_DOMAIN/ REJECT that is us"
expect_exit 0 doctor
expect_word '550'
expect_word 'that is us'

step 'nobody listens'
world_port dead
# shellcheck disable=SC2154
expect_exit 0 ctl doctor --forged-header --mx "127.0.0.1:$dead"

step 'none of it was answered'
wait_for 30 'every mail has its row' inbox_knows "$sent"
expect 'states' ignored "$(ctl_json '[.[].state]|unique|join(",")' inbox)"
expect 'answers' 0 "$(ctl_json length outbox)"
