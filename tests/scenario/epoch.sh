# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# The server forgets its UIDs: a new UIDVALIDITY with all mails kept, then a restored backup whose
# UIDs are given to other mails.  Nobody is answered twice, and no new mail is taken for an old one.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

maildir() { printf '%s' "$W/mail/$WORLD_MAYOR"; }

uidvalidity() { sed -n '1s/.* V\([0-9]*\) .*/\1/p' "$(maildir)/dovecot-uidlist"; }

scenario_begin
world_config | sed 's/done-folder = .*/done-folder = ""/' >"$W/epoch.conf"
mv "$W/epoch.conf" "$W/antragd.conf"
scenario_daemon
letter 1 | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
letter 2 | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
question stranger@fremd.example |
    world_mail "$WORLD_STRANGER" "$WORLD_MAYOR"
wait_for 30 'the letters are answered' all_is_answered 2
wait_for 10 'the third is held' inbox_knows 3
wait_for 10 'the office is told' world_has "$WORLD_OFFICE" INBOX 1

step 'a new UIDVALIDITY'
before=$(uidvalidity)
world_dovecot_stop
rm "$(maildir)"/dovecot-uidlist "$(maildir)"/dovecot.index*
world_dovecot_start
kill -USR1 "$DAEMON_PID"
wait_for 40 'antragd sees it' logged 'event=new-epoch'
[[ $(uidvalidity) != "$before" ]] || fail 'the server has kept its UIDVALIDITY'
wait_for 30 'all three are fetched again' inbox_knows 6
expect states 'duplicate duplicate held held registered registered' \
    "$(ctl_json '[.[].state]|sort|join(" ")' inbox)"
for original in $(ctl_json '.[]|select(.state=="registered").id' inbox); do
    expect "duplicates of $original" 1 \
        "$(ctl_json "[.[]|select(.state==\"duplicate\" and (.reason|test(\"$original\\\\b\")))]|length" inbox)"
done
scenario_close_books 0
expect motions 2 "$(ctl_json length list)"
all_is_answered 2 || fail 'somebody was answered again'
expect "mails to the office" 1 "$(ctl_json '[.[]|select(.kind=="notice")]|length' outbox)"

step 'a restored backup'
world_dovecot_stop
cp -a "$(maildir)" "$W/backup"
world_dovecot_start
scenario_daemon
letter 3 | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'letter 3 is answered' all_is_answered 3
uid=$(ctl_json '.[]|select(.message_id|startswith("letter-3@")).uid' inbox)
world_dovecot_stop
rm -rf "$(maildir)"
mv "$W/backup" "$(maildir)"
world_dovecot_start
kill -USR1 "$DAEMON_PID"
wait_for 40 'antragd sees that UIDNEXT went back' logged 'event=new-epoch'
letter 4 | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 40 'letter 4 is answered' all_is_answered 4
expect 'the UID that was given twice' "$uid" \
    "$(ctl_json '.[]|select(.message_id|startswith("letter-4@")).uid' inbox)"
scenario_close_books 0
expect numbers "$(numbers 4)" "$(all_numbers)"
all_is_answered 4 || fail 'somebody was answered again'
