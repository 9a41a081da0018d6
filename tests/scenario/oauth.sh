# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Logins by token: XOAUTH2 and OAUTHBEARER at a Dovecot that asks a token check.  The token comes of a
# command, is kept, and is fetched anew when the server refuses it.  Then passwords by command and by
# systemd credential.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# A checker of tokens, which ends with its standard input, a descriptor of ours.
tokens_start() {
    mkfifo "$W/tokens.in" "$W/tokens.out"
    python3 "$WORLD_CONTRIB/../tests/fake/fake_tokens.py" "$W/token" "$WORLD_MAYOR" \
        <"$W/tokens.in" >"$W/tokens.out" 2>>"$W/log/tokens.log" &
    exec {tokens_in}>"$W/tokens.in"
    exec {tokens_out}<"$W/tokens.out"
    read -r -t 10 -u "$tokens_out" tokens_port || fail 'the token check does not start'
}

dovecot_takes_tokens() {
    sed -i 's/driver = passwd-file/&\n  mechanisms = plain login none/' "$W/dovecot/dovecot.conf"
    cat >"$W/dovecot/oauth2.conf" <<END
introspection_mode = get
introspection_url = http://127.0.0.1:$tokens_port/check?token=
username_attribute = username
active_attribute = active
active_value = true
END
    cat >>"$W/dovecot/dovecot.conf" <<END
auth_mechanisms = plain login xoauth2 oauthbearer
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = $W/dovecot/oauth2.conf
}
END
}

# secret_program NAME: prints $W/NAME, and notes each run with what it found in its environment.
secret_program() {
    cat >"$W/$1.sh" <<END
#!/bin/sh
echo "run \$1 \$(env | grep -cv '^PATH=\|^PWD=')" >>"$W/log/$1-runs"
[ -e "$W/broken" ] && { echo 'no token today' >&2; exit 1; }
cat "$W/$1"
END
    chmod 755 "$W/$1.sh"
    : >"$W/log/$1-runs"
}

runs() { wc -l <"$W/log/token-runs"; }

config_with() { world_config | sed "s|password-file = .*|$1|" >"$W/antragd.conf"; }

logged_in() { grep -q "imap-login: Info: Login: .*method=$1" "$W/log/dovecot.log"; }
command_failed() { grep -q 'mailbox-failed.*ended with 1: no token today' "$W/log/antragd.log"; }

world_begin
tokens_start
dovecot_takes_tokens
printf '%s\n' first-token >"$W/token"
secret_program token
secret_program password
world_start
config_with "auth = \"xoauth2\"\n token-command = {\"$W/token.sh\", \"two words\"}"

step 'XOAUTH2 at both servers'
scenario_daemon
world_letter oauth-1@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the letter is answered' all_is_answered 1
wait_for 5 'Dovecot tells of XOAUTH2' logged_in XOAUTH2
expect_match 'Postfix' 'sasl_method=XOAUTH2' "$(cat "$W/log/postfix.log")"
expect 'runs of the command, one a role' 2 "$(runs)"
expect 'arguments and environment' 'run two words 0' "$(sort -u "$W/log/token-runs")"

step 'the token runs out, the server is restarted: a new one is fetched'
printf '%s\n' second-token >"$W/token"
world_dovecot_stop
world_dovecot_start
world_letter oauth-2@spd-bedburg-hau.example '' 's/Integrationszentrums/Familienzentrums/g' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 60 'the second letter is answered' all_is_answered 2
! grep -q 'why=denied' "$W/log/antragd.log" || fail 'a token that ran out counts as a refused login'
runs=$(runs)
((runs == 3 || runs == 4)) || fail "the command ran $runs times" # send may have kept its link

step 'antragctl runs the command itself'
expect unexplained 0 "$(ctl_json .unexplained reconcile)"

step 'a command that fails'
daemon_stop
touch "$W/broken"
scenario_daemon
wait_for 30 'the log says why' command_failed
grep -q 'event=secret-command.*no token today' "$W/log/antragd.log" || fail 'its words are not logged'
rm "$W/broken"
daemon_stop

for auth in oauthbearer plain; do
    step "$auth"
    if [[ $auth == plain ]]; then
        config_with "password-command = {\"$W/password.sh\"}"
    else
        config_with "auth = \"oauthbearer\"\n token-command = {\"$W/token.sh\", \"two words\"}"
    fi
    : >"$W/log/dovecot.log"
    expect_exit 0 "$BUILD/antragd" -f -c "$W/antragd.conf" --once
    wait_for 5 "Dovecot tells of ${auth^^}" logged_in "${auth^^}"
done

step 'a systemd credential'
mkdir "$W/credentials"
(umask 077 && cp "$W/password" "$W/credentials/mail")
config_with 'password-credential = "mail"'
expect_exit 0 env CREDENTIALS_DIRECTORY="$W/credentials" "$BUILD/antragd" -f -c "$W/antragd.conf" --once
expect motions 2 "$(ctl_json length list)"
! grep -q 'first-token\|second-token\|'"$WORLD_PASSWORD" "$W/log/antragd.log" "$W/log/command.log" ||
    fail 'a secret is in the log'
exec {tokens_in}>&- {tokens_out}<&-
