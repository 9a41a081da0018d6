# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A copy of every acknowledgement is put into the sent-folder, as it was sent, once: also where it is
# not known whether the last try came about, where the folder is full, and where the watch dies.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

filed() { world_count "$WORLD_MAYOR" Belege; }
has_filed() { [[ $(filed) == "$1" ]]; }
acknowledged() { [[ $(ctl_json '[.[]|select(.kind == "acknowledgement" and .state == "sent")]|length' outbox) == "$1" ]]; }
all_is_filed() { [[ $(ctl_json '[.[]|select(.kind == "acknowledgement" and .filed_at == null)]|length' outbox) == 0 ]]; }
once() { timeout 60 "$BUILD/antragd" -f -c "$W/antragd.conf" --once; }

# Message-IDs in the folder, and those of the acknowledgements.
ids_filed() { world_fetch "$WORLD_MAYOR" hdr.message-id mailbox Belege | jq -r '.[]."hdr.message-id"' | sort | paste -sd ' '; }
ids_sent() { ctl_json '[.[]|select(.kind == "acknowledgement")|"<\(.message_id)>"]|sort|join(" ")' outbox; }

# Dovecot with other rules: lines for its configuration.
dovecot_again() {
    world_dovecot_stop
    cp "$W/dovecot.conf.kept" "$W/dovecot/dovecot.conf"
    printf '%s\n' "$@" >>"$W/dovecot/dovecot.conf"
    world_dovecot_start
}

scenario_begin
cp "$W/dovecot/dovecot.conf" "$W/dovecot.conf.kept"
CONF_MAILBOX='sent-folder = "Belege"' world_config >"$W/antragd.conf"
scenario_daemon

step 'copies of what is sent'
letter 1 | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the letter is answered' all_is_answered 1
wait_for 30 'its acknowledgements are filed' has_filed 2
wait_for 10 'the registry knows' all_is_filed
expect 'copies, by their Message-IDs' "$(ids_sent)" "$(ids_filed)"
expect 'flags of a copy' '\Seen' \
    "$(world_fetch "$WORLD_MAYOR" flags mailbox Belege | jq -r '.[0].flags' | sed 's/ *\\Recent//')"
id=$(ctl_json '[.[]|select(.kind == "acknowledgement")][0].id' outbox)
expect_match 'what the log says of it' 'filed.*Belege, UIDVALIDITY [0-9]+, UID [0-9]+' "$(ctl log "$id")"
# what arrived went through Postfix, which adds to the header only
to=$(ctl_json "[.[]|select(.id == \"$id\")][0].to" outbox)
message_id=$(ctl_json "[.[]|select(.id == \"$id\")][0].message_id" outbox)
expect 'the body of the copy' \
    "$(world_fetch "$to" body mailbox INBOX header message-id "$message_id" | jq -r '.[0].body')" \
    "$(world_fetch "$WORLD_MAYOR" body mailbox Belege header message-id "$message_id" | jq -r '.[0].body')"
date=$(world_fetch "$WORLD_MAYOR" 'hdr.date date.received.unixtime' mailbox Belege header message-id "$message_id")
expect 'its date' "$(date -d "$(jq -r '.[0]."hdr.date"' <<<"$date")" +%s)" \
    "$(jq -r '.[0]."date.received.unixtime"' <<<"$date")"

step 'a watch that dies, and a daemon that is killed, with copies owed'
letter 2 | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'both are sent' acknowledged 4
kill -KILL "$(daemon_role watch)"
wait_for 30 'they are filed' has_filed 4
wait_for 10 'the registry knows' all_is_filed
letter 3 | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'both are sent' acknowledged 6
kill -KILL -- "-$DAEMON_PID"
wait_for 10 "it is gone" world_gone "$DAEMON_PID"
expect_exit 0 once
expect 'copies, by their Message-IDs' "$(ids_sent)" "$(ids_filed)"

step 'a crash after the copy was taken, and one before'
in_registry "UPDATE deliveries SET filing_at = unixepoch(), filed_at = NULL WHERE filed_at IS NOT NULL"
uid=$(world_fetch "$WORLD_MAYOR" uid mailbox Belege | jq -r '.[0].uid')
world_as_mail doveadm -c "$W/dovecot/dovecot.conf" expunge -u "$WORLD_MAYOR" mailbox Belege uid "$uid"
has_filed 5 || fail 'one copy was to be gone'
expect_exit 0 once
expect 'copies, by their Message-IDs' "$(ids_sent)" "$(ids_filed)"
all_is_filed || fail 'the registry does not know'

step 'no room'
dovecot_again 'mail_plugins = quota' 'plugin {' '  quota = count:User quota' '  quota_vsizes = yes' \
    '  quota_rule = *:storage=1K' '  quota_rule2 = INBOX:ignore' '  quota_rule3 = Registriert:ignore' '}'
scenario_daemon
letter 4 | put letter-4
wait_for 30 'both are sent all the same' acknowledged 8
wait_for 30 'the server refuses the copy' logged 'event=not-filed.*OVERQUOTA'
wait_for 20 'the letter is put away all the same' world_has "$WORLD_MAYOR" Registriert 4
expect 'copies' 6 "$(filed)"
expect_match 'what status says' 'copies +2 not filed yet' "$(ctl status)"
daemon_stop
expect_exit 75 once
dovecot_again
expect_exit 0 once
expect 'copies, by their Message-IDs' "$(ids_sent)" "$(ids_filed)"

step 'nothing of it is read as news'
scenario_close_books 0
expect 'copies' 8 "$(filed)"
expect messages 4 "$(ctl_json length inbox)"

step 'a trial files nothing'
in_registry "UPDATE deliveries SET filed_at = NULL"
expect_exit 0 "$BUILD/antragd" -c "$W/antragd.conf" --dry-run
expect 'copies' 8 "$(filed)"

step 'a folder that is watched is none for copies'
CONF_MAILBOX='sent-folder = "inbox"' world_config >"$W/wrong.conf"
expect_exit 78 "$BUILD/antragd" -n -c "$W/wrong.conf"
