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

step 'an honest mailbox'
world_config >"$W/antragd.conf"
scenario_daemon
world_letter lying@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the letter is answered' all_is_answered 1
expect numbers "$(number 1)" "$(ctl_json '[.[].number]|join(" ")' list)"
for who in "$WORLD_CHAIR" "$WORLD_DEPUTY" "$WORLD_LIST"; do
    expect "mails to $who" 1 "$(world_count "$who" INBOX)"
done
