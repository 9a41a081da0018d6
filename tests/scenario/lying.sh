# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Servers that lie to the whole daemon: whatever they say, nothing is registered that was not there,
# nobody is answered, no password is given away, and the daemon lives on to read an honest mailbox.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

failure_is_logged() { grep -q 'event=mailbox-failed' "$W/log/antragd.log"; }

# believes_nothing NAME TLS STEP...
believes_nothing() {
    step "$1"
    shift
    lie "$@"
    CONF_IMAP_PORT=$liar_port world_config >"$W/antragd.conf"
    scenario_daemon
    wait_for 40 'the watch reports the mailbox' failure_is_logged
    daemon_runs || fail 'the daemon has ended'
    daemon_stop
    honest_again
    expect 'motions' 0 "$(ctl_json length list)"
    expect 'messages' 0 "$(ctl_json length inbox)"
}

scenario_begin

believes_nothing 'logged in before we said who we are' implicit 'S: * PREAUTH welcome' HANG
believes_nothing 'more mail after the login, then nothing' implicit LOGIN 'SELECT 1' \
    'C: UID FETCH' 'S: * 1 FETCH (UID 4294967296 RFC822.SIZE 5)' CLOSE
believes_nothing 'a literal that never comes' implicit LOGIN 'SELECT 1' \
    'C: UID FETCH' 'RAW: * 1 FETCH (UID 1 BODY[] {300}\r\nabc' CLOSE

step 'a size that is a guess: the mail is taken as it comes, and the log says so'
lie implicit LOGIN 'SELECT 1' 'C: UID SEARCH' 'S: * SEARCH 5' 'S: {tag} OK done' 'C: UID FETCH 5 ' \
    'S: * 1 FETCH (UID 5 RFC822.SIZE 100 INTERNALDATE "04-Aug-2015 10:00:00 +0200")' \
    'S: {tag} OK done' 'C: UID FETCH 5 ' 'RAW: * 1 FETCH (UID 5 BODY[] {80}\r\n' \
    'RAW: From: a@fremd.example\r\nTo: b@c.example\r\nSubject: x\r\nMessage-ID: <6@x>\r\n\r\nText.\r\n' \
    'RAW: )\r\n' 'S: {tag} OK done' HANG
CONF_IMAP_PORT=$liar_port CONF_STATE=$W/guess world_config >"$W/antragd.conf"
scenario_daemon
wait_for 30 'the mail is known' inbox_knows 1
logged 'event=size-differs mailbox=rathaus uid=5 told=100 got=80$' || fail 'the log says nothing of it'
daemon_stop
honest_again

step 'an honest mailbox'
world_config >"$W/antragd.conf"
scenario_daemon
world_letter lying@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the letter is answered' all_is_answered 1
expect numbers "$(number 1)" "$(ctl_json '[.[].number]|join(" ")' list)"
for who in "$WORLD_CHAIR" "$WORLD_DEPUTY" "$WORLD_LIST"; do
    expect "mails to $who" 1 "$(world_count "$who" INBOX)"
done
