# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# antragctl doctor says in words what is wrong and what to do: a healthy town, a wrong password, a
# certificate of another authority, a folder that is not there, a submission that nobody listens at.
# It counts what waits and what of it is from members, and changes nothing.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

doctor() { ctl doctor >"$W/log/doctor.out" 2>&1; }

# expect_word TEXT: doctor said it.
expect_word() {
    grep -qF -- "$1" "$W/log/doctor.out" || {
        cat "$W/log/doctor.out"
        fail "doctor does not say \"$1\""
    }
}

scenario_begin
world_letter doctor-1@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
printf '%s\n' "From: Erika Mustermann <$WORLD_STRANGER>" "To: <$WORLD_MAYOR>" \
    "Date: $(world_header_date)" 'Message-ID: <doctor-2@fremd.example>' 'Subject: Guten Tag' '' \
    'Wann hat das Rathaus offen?' | world_mail "$WORLD_STRANGER" "$WORLD_MAYOR"
wait_for 20 'both mails lie in INBOX' world_has "$WORLD_MAYOR" INBOX 2

step 'before antragd ever ran'
expect_exit 0 doctor
expect_word 'there is no registry'
expect_word '2 mails in the folder, 2 of them wait, 1 of these from members'
expect_word 'IDLE MOVE UIDPLUS'
expect_word 'submission of bedburg-hau: localhost:'
expect 'mails in INBOX' 2 "$(world_count "$WORLD_MAYOR" INBOX)"
flags=$(world_fetch "$WORLD_MAYOR" flags mailbox INBOX | jq -r '.[].flags')
[[ $flags != *Seen* ]] || fail "a mail was marked as read: $flags"
[[ ! -e $W/state ]] || fail 'it made the state directory'

step 'a healthy town at work'
scenario_daemon
wait_for 30 'the letter is answered' all_is_answered 1
expect_exit 0 doctor
expect_word 'runs as process'
expect_word 'sound, 1 motions'
expect_word '1 mails in the folder, 0 of them wait'
expect_word 'each file is of a message'
expect 'nothing is broken in JSON' false "$(ctl_json '[.[].broken]|any|tojson' doctor)"
daemon_stop

step 'a file that was kept for a mail that never came again'
orphan=$W/state/mails/00/$(printf '%064d' 0).eml
mkdir -p "$W/state/mails/00"
echo 'Subject: Antrag' >"$orphan"
expect_exit 0 doctor
expect_word 'each file is of a message' # it may be on its way
touch -d '-2 hours' "$orphan"
expect_exit 0 doctor
expect_word "1 files are of no message: $orphan"
rm "$orphan"

step 'an office that lives in the watched mailbox'
world_config | sed "s|office = {.*|office = {\"$WORLD_OFFICE\", \"$WORLD_MAYOR\"}|" >"$W/antragd.conf"
expect_exit 0 doctor
expect_word "$WORLD_MAYOR is an address of the body itself"
[[ $(grep -c 'address of the body itself' "$W/log/doctor.out") == 1 ]] || fail 'another address is named, too'

step 'a wrong password'
(umask 077 && echo wrong >"$W/wrong.password")
world_config | sed "s|$W/password|$W/wrong.password|" >"$W/antragd.conf"
expect_exit 69 doctor
expect_word 'the login of'
expect_word 'Check "user" and the password'
expect_word '535' # the submission refuses it, too

step 'another authority'
CONF_CA=$W/ca/stranger-ca.pem world_config >"$W/antragd.conf"
expect_exit 69 doctor
expect_word 'certificate'
expect_word 'Set "ca-file"'

step 'a folder that is not there'
world_config | sed 's|folder = "INBOX"|folder = "Posteingang"|' >"$W/antragd.conf"
expect_exit 69 doctor
expect_word 'Check "folder"'

step 'a junk-folder that is not there'
CONF_MAILBOX='junk-folder = "Spam"' world_config >"$W/antragd.conf"
expect_exit 69 doctor
expect_word 'junk-folder "Spam" is not there'

step 'nobody listens'
world_port dead
# shellcheck disable=SC2154
CONF_SUBMISSION_PORT=$dead CONF_IMAP_PORT=$dead world_config >"$W/antragd.conf"
expect_exit 69 doctor
ctl doctor --json >"$W/doctor.json" || true
expect 'things that are broken' 2 "$(jq '[.[]|select(.broken)]|length' "$W/doctor.json")"
expect_word 'the firewall'

step 'a configuration with a mistake'
world_config | sed 's|time-zone|time-zome|' >"$W/antragd.conf"
expect_exit 78 doctor
expect_word 'time-zome'
