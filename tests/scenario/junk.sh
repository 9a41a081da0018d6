# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# The folder for junk is looked into for listed senders only: their letters are registered and put
# away as all others, faction and office hear where they lay.  Nothing else in it is touched.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# junk NAME: the message on standard input into the folder for junk.
junk() {
    local folder=$W/mail/$WORLD_MAYOR/.Junk
    [[ -d $folder/tmp ]] || world_as_mail doveadm -c "$W/dovecot/dovecot.conf" mailbox create \
        -u "$WORLD_MAYOR" Junk
    cat >"$folder/tmp/$1"
    [[ $(id -u) != 0 ]] || chown nobody:nogroup "$folder/tmp/$1"
    mv "$folder/tmp/$1" "$folder/new/$1"
}

# stranger N: an unlisted sender's motion, word for word as a member would write it.
stranger() { letter "$1" | sed "s|^From: .*|From: \"$WORLD_CHAIR\" <$WORLD_STRANGER>|"; }

# What lies there but for \Recent, which says only that nobody else has opened the folder since.
in_junk() {
    world_fetch "$WORLD_MAYOR" 'uid flags text' mailbox Junk | jq -c '.[]|.flags |= sub(" ?\\\\Recent"; "")'
}
reconcile_json() { ctl_json "[.mailboxes[]|select(.folder == \"Junk\")][0].$1" reconcile; }
once() { timeout 60 "$BUILD/antragd" -f -c "$W/antragd.conf" --once; }

scenario_begin
CONF_MAILBOX='junk-folder = "Junk" renew = 1740' world_config >"$W/antragd.conf"

step 'a folder that is not there is told once, and keeps nobody waiting'
scenario_daemon
wait_for 20 'it is told' logged 'event=junk-folder.*Junk'
letter 1 | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the letter is answered' all_is_answered 1
expect 'times it was told' 1 "$(grep -c 'event=junk-folder' "$W/log/antragd.log")"
expect_match 'what status says' 'junk-folder' "$(ctl status)"
daemon_stop

step 'a listed sender among others'
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do stranger "$n" | junk "stranger-$n"; done
printf 'Subject: nobody\n\nx\n' | junk nobody
printf 'From: <%s>, <x@fremd.example>\nSubject: two\n\nx\n' "$WORLD_CHAIR" | junk two
printf 'From: =?x?q?%s?=\n <%s>\nReply-To: <%s>\n\nx\n' "$WORLD_CHAIR" "$WORLD_STRANGER" "$WORLD_CHAIR" | junk dressed
before=$(in_junk)
letter 2 | junk letter-2
expect_exit 0 "$BUILD/antragd" -c "$W/antragd.conf" --dry-run
"$BUILD/antragd" -c "$W/antragd.conf" --dry-run >"$W/output"
expect_match 'what a trial says' "registered as $(number 2)" "$(cat "$W/output")"
grep -q '^1 mails wait' "$W/output" || fail 'a trial would handle more'
expect 'mails in the folder for junk, and registered' '24 1' \
    "$(world_count "$WORLD_MAYOR" Junk) $(ctl_json length inbox)"
expect_exit 0 once
wait_for 30 'the letter is answered' all_is_answered 2
expect numbers "$(numbers 2)" "$(all_numbers)"
expect 'mails in Registriert' 2 "$(world_count "$WORLD_MAYOR" Registriert)"
expect 'what lies in the folder for junk' "$before" "$(in_junk)"
expect 'messages known' 2 "$(ctl_json length inbox)"
expect 'where it lay' Junk "$(ctl_json '.[]|select(.message_id == "letter-2@spd-bedburg-hau.example").folder' inbox)"
expect 'mails kept' 2 "$(kept_mails)"
expect 'left alone, and unexplained' '23 0' "$(reconcile_json left_alone) $(reconcile_json unexplained)"
expect_match 'the same in words' '\(Junk\): 23 in junk,.* 23 left alone, 0 unexplained' "$(ctl reconcile)"
id=$(ctl_json '.[]|select(.folder == "Junk").id' inbox)
expect_match 'what explain says' 'Junk' "$(ctl explain "$id")"
wait_for 20 'the office is told' world_has "$WORLD_OFFICE" INBOX 1
world_fetch "$WORLD_OFFICE" body mailbox INBOX | jq -r '.[0].body' >"$W/output"
grep -q "$id" "$W/output" || fail "the notice does not name $id"
world_fetch "$WORLD_CHAIR" text mailbox INBOX | jq -r '.[].text' | grep -q '=22Junk=22\|„Junk“\|=E2=80=9EJunk' ||
    fail 'the receipt does not say where it lay'

step 'who is put on the roster later'
stranger 30 | sed "s|<$WORLD_STRANGER>|<neu@spd-bedburg-hau.example>|" | junk new
expect_exit 0 once
expect 'messages known' 2 "$(ctl_json length inbox)"
sed "s|member \"$WORLD_DEPUTY\" {|member \"neu@spd-bedburg-hau.example\" { name = \"Eva Neu\" acknowledge = no }\n    &|" \
    "$W/antragd.conf" >"$W/new.conf"
mv "$W/new.conf" "$W/antragd.conf"
expect_exit 0 once
wait_for 30 'her letter is answered' all_is_answered 3
expect numbers "$(numbers 3)" "$(all_numbers)"

step 'the same mail in both folders'
scenario_daemon
letter 4 | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the letter is answered' all_is_answered 4
world_fetch "$WORLD_MAYOR" text mailbox Registriert header message-id letter-4@spd-bedburg-hau.example |
    jq -j '.[0].text' | sed 's/\r$//' | junk letter-4
kill -USR1 "$DAEMON_PID"
wait_for 30 'it is known' inbox_knows 5
expect 'its state' duplicate "$(ctl_json '.[]|select(.folder == "Junk" and .state == "duplicate").state' inbox)"
wait_for 20 'it is put away, too' world_has "$WORLD_MAYOR" Junk 23

step 'more than a visit looks at, and a letter behind it'
for ((n = 0; n < 600; n++)); do printf 'From: <%s>\n\n%s\n' "$WORLD_STRANGER" "$n" | junk "0-$n"; done
letter 6 | junk letter-6
kill -USR1 "$DAEMON_PID"
wait_for 60 'the letter is answered' all_is_answered 5
expect 'left alone' "$(world_count "$WORLD_MAYOR" Junk)" "$(reconcile_json left_alone)"
world_as_mail doveadm -c "$W/dovecot/dovecot.conf" expunge -u "$WORLD_MAYOR" mailbox Junk uid "$(
    world_fetch "$WORLD_MAYOR" uid mailbox Junk | jq -r '[.[].uid|tonumber|select(. > 23)]|"\(min):\(max)"')"

step 'the letter of a folder that is looked into by itself'
CONF_MAILBOX='junk-folder = "Junk" renew = 1' world_config >"$W/antragd.conf"
kill -HUP "$DAEMON_PID"
letter 5 | junk letter-5
wait_for 30 'the letter is answered' all_is_answered 6
daemon_stop
expect 'what lies in the folder for junk' "$before" "$(in_junk)"
scenario_close_books 0
