# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Servers that are not to be trusted, for reading and for sending: another host's certificate, one that
# has expired, TLS 1.1 at most.  None is told the password; with a good server all goes on.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# certificate DAYS NAMES: the servers' certificate anew, by the same authority.
certificate() {
    printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n' "$2" >"$W/ca/server.ext"
    openssl x509 -req -in "$W/ca/server.csr" -days "$1" -extfile "$W/ca/server.ext" \
        -CA "$W/ca/town-ca.pem" -CAkey "$W/ca/town-ca.key" -CAcreateserial \
        -out "$W/ca/server.pem" >>"$W/log/openssl.log" 2>&1
}

servers_again() {
    world_dovecot_stop
    world_postfix_stop
    world_start
}

# distrusted PATTERN: neither server is told anything; the log says why.
distrusted() {
    : >"$W/log/dovecot.log"
    expect_exit 75 "$BUILD/antragd" -f -c "$W/antragd.conf" --once
    said=$(grep 'event=mailbox-failed' "$W/log/command.log" | tail -n 1)
    expect_match 'what is said of the mailbox' "$1" "$said"
    said=$(grep 'event=answer .*outcome=' "$W/log/command.log" | tail -n 1)
    expect_match 'what is said of the answer' "$1" "$said"
    ! grep -q 'imap-login: Info: Login: ' "$W/log/dovecot.log" || fail 'it logged in at the mailbox'
    ! grep -q 'sasl_username' "$W/log/postfix.log" || fail 'it logged in to send'
    expect messages 1 "$(ctl_json length inbox)"
    daemon_stop
    time_passes 0
}

scenario_begin
world_port dead
# shellcheck disable=SC2154
CONF_SUBMISSION_PORT=$dead world_config >"$W/antragd.conf"
letter 1 | put 1
expect_exit 75 "$BUILD/antragd" -f -c "$W/antragd.conf" --once
expect numbers "$(numbers 1)" "$(all_numbers)"
time_passes 0
letter 2 | put 2
world_config >"$W/antragd.conf"

step 'the certificate of another host'
certificate 30 'DNS:mail.example'
servers_again
distrusted 'certificate.*(name|host)'
# nobody but us can mend it: it shouts, and none of the other answers is tried, now as before
expect_match 'the answer' 'level=error .*outcome=blocked' "$said"
expect 'answers that were tried, each run one' 2 "$(grep -c 'event=answer ' "$W/log/command.log")"

step 'a certificate that has expired'
certificate -1 'DNS:localhost,IP:127.0.0.1'
servers_again
distrusted 'certificate.*expired'

step 'TLS 1.1'
certificate 30 'DNS:localhost,IP:127.0.0.1'
LIAR_OPTIONS=--old-tls lie implicit HANG
openssl s_server -quiet -accept "127.0.0.1:$dead" -cert "$W/ca/server.pem" -key "$W/ca/server.key" \
    -tls1_1 -cipher 'ALL:@SECLEVEL=0' -no_ticket >"$W/log/old-smtp.log" 2>&1 </dev/null {liar_in}>&- {liar_out}<&- &
scenario_undo+=("kill $!")
CONF_IMAP_PORT=$liar_port CONF_SUBMISSION_PORT=$dead world_config >"$W/antragd.conf"
wait_for 10 'the old server listens' world_listens "$dead"
distrusted '(TLS|tls|SSL|protocol|version)'
honest_again

step 'good servers'
servers_again
world_config >"$W/antragd.conf"
scenario_daemon
wait_for 40 'both letters are answered' all_is_answered 2
scenario_close_books 0
expect numbers "$(numbers 2)" "$(all_numbers)"
