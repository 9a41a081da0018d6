# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Both servers by STARTTLS; the mail server is restarted while the mailbox is parked, and once more while
# it is away for a while: no mail is lost, none is registered twice.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

lost() { [[ $(grep -c 'mailbox-failed.*why=lost' "$W/log/antragd.log" || true) -ge $1 ]]; }

letter() {
    world_letter "restart-$1@spd-bedburg-hau.example" '' "s/Integrationszentrums/Zentrums Nr. $1/g" |
        world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
}

scenario_begin
CONF_IMAP_PORT=$WORLD_IMAP_PORT CONF_SUBMISSION_PORT=$WORLD_SUBMISSION_PORT world_config |
    sed 's/tls = "implicit"/tls = "starttls"/' >"$W/starttls.conf"
mv "$W/starttls.conf" "$W/antragd.conf"
scenario_daemon
step 'by STARTTLS'
letter 1
wait_for 30 'the first letter is answered' all_is_answered 1
grep -q 'imap-login: Info: Login: .* TLS' "$W/log/dovecot.log" || fail 'no TLS at Dovecot'

step 'restarted'
world_dovecot_stop
world_dovecot_start
wait_for 10 'the watch has noticed' lost 1
letter 2
wait_for 40 'the second letter is answered' all_is_answered 2

step 'away for a while'
world_dovecot_stop
wait_for 40 'the watch tries in vain' lost 3
letter 3
world_dovecot_start
wait_for 90 'the third letter is answered' all_is_answered 3
daemon_stop
expect unexplained 0 "$(ctl_json .unexplained reconcile)"
settle
expect motions 3 "$(ctl_json length list)"
expect 'mails left in INBOX' 0 "$(world_count "$WORLD_MAYOR" INBOX)"
