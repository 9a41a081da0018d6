# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Data protection on a running daemon: a mail is erased and no file of the state directory, and no
# later backup, has its words; all commands say what became of it, its number goes on, and the same
# mail is known when it comes again.  What is too old goes by itself, and nothing undecided does so
# unannounced.  Somebody asks what is kept about her.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

scenario_begin
mkdir "$W/backup"

# words_in DIRECTORY WORD: how many files there have it, in whatever case.
words_in() { { grep -rilaF -- "$2" "$1" || true; } | wc -l; }
# gone WORD: from all that the daemon keeps.
gone() { expect "files with $1" 0 "$(words_in "$W/state" "$1")"; }
motion() {
    world_letter kuckuck@spd-bedburg-hau.example '' \
        's/Kommunalen Integrationszentrums/Wolkenkuckucksheims/'
}
message() { ctl_json ".[] | select(.id == \"$1\").$2" inbox; }
is_in_state() { [[ $(message "$1" state) == "$2" ]]; }
# left FILTER: of what the last erasing could not reach.
left() { jq -er "[.left[] | $1] | join(\",\")" "$W/erased.json"; }

step 'a motion, its answers and a backup'
scenario_daemon
motion >"$W/source"
world_mail "$WORLD_CHAIR" "$WORLD_MAYOR" <"$W/source"
wait_for 30 'all are answered' all_is_answered 1
wait_for 30 'it is put away' world_has "$WORLD_MAYOR" Registriert 1
all_are_sent() { [[ $(ctl_json '[.[] | select(.state != "sent")] | length' outbox) == 0 ]]; }
wait_for 30 'its answers are noted as sent' all_are_sent
expect_exit 0 ctl backup "$W/backup/registry"
for word in wolkenkuckucksheim "$WORLD_CHAIR"; do
    (($(words_in "$W/state" "$word") > 0)) || fail "$word is nowhere before it is erased"
    (($(words_in "$W/backup" "$word") > 0)) || fail "$word is not in the backup"
done
sum=$(message m1 sha256)

step 'it is erased, and what is out of reach is named'
expect_exit 64 ctl erase
expect_exit 64 ctl erase "$(number 1)"
expect_exit 66 ctl erase m77
mkdir -p "$W/state/mails/00"
touch -d '-2 hours' "$W/state/mails/00/$(printf '%064d' 0).eml"
ctl erase m1 --reason '4-17' --json </dev/null >"$W/erased.json" || fail 'it is not erased'
expect 'its state' registered "$(jq -r .state "$W/erased.json")"
expect 'the files are overwritten' true "$(jq -r .finished "$W/erased.json")"
expect 'the folder on the server' Registriert "$(left 'select(.what == "server").folder')"
expect 'its Message-ID' kuckuck@spd-bedburg-hau.example \
    "$(left 'select(.what == "server").message_id')"
expect_match 'who has answers' "$WORLD_CHAIR" "$(left 'select(.what == "answer").to')"
expect_match 'the list has one' "$WORLD_LIST" "$(left 'select(.what == "answer").to')"
expect 'backups and log' 'backups,log' "$(left 'select(.what == "backups" or .what == "log").what')"
expect_match 'a file that nobody has read' 'mails/00/0+\.eml' \
    "$(left 'select(.what == "unclaimed").text')"
expect_match 'its motion is open' "$(number 1)" "$(jq -r '.warnings[0]' "$W/erased.json")"
gone wolkenkuckucksheim
gone "$WORLD_CHAIR"
gone "$WORLD_DEPUTY"
gone kuckuck@spd-bedburg-hau.example

step 'all commands say so'
expect 'its number' "$(number 1)" "$(ctl_json '.[0].number' list)"
expect 'its title' null "$(ctl_json '.[0].title | tostring' list)"
expect_match 'for people' '\(erased\)' "$(ctl list)"
expect_match 'in the inbox' 'erased on .* by' "$(ctl inbox)"
expect_match 'shown' 'erased on .* by' "$(ctl show m1)"
expect_match 'its motion' 'erased     on .* by' "$(ctl show "$(number 1)")"
expect 'who erased it' "$(id -un)" "$(message m1 erased_by)"
expect 'its sum' "$sum" "$(message m1 sha256)"
expect 'in the history' 4-17 "$(ctl_json '.events[] | select(.event == "erased").text' show m1)"
expect 'found by words' 0 "$(ctl_json length search Wolkenkuckucksheims)"
expect_exit 66 ctl log "$WORLD_CHAIR"
expect_exit 65 ctl show --eml m1
expect_exit 65 ctl explain m1
expect_exit 65 ctl accept m1
expect_exit 65 ctl reread m1
expect_exit 65 ctl resend o1
expect_exit 65 ctl erase m1
expect_exit 0 ctl outbox
expect_exit 0 ctl reconcile

step 'a backup has nothing of it, and an older one of that name neither'
expect_exit 0 ctl backup "$W/backup/registry"
expect 'files with it in the backup' 0 "$(words_in "$W/backup" wolkenkuckucksheim)"
expect 'files with the sender' 0 "$(words_in "$W/backup" "$WORLD_CHAIR")"

step 'its number goes on'
expect_exit 0 ctl withdraw "$(number 1)" --reason 'Schreiben der Fraktion'
wait_for 30 'the list is told' world_has "$WORLD_LIST" INBOX 2
expect 'its state' withdrawn "$(ctl_json '.[0].state' list)"

step 'the same mail again is its duplicate, is not answered, and goes by itself'
answers=$(world_count "$WORLD_CHAIR" INBOX)
motion | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'it is known' is_in_state m2 duplicate
expect_match 'of which' '^m1' "$(message m2 reason)"
daemon_stop
scenario_daemon
is_erased() { [[ $(message "$1" erased_by) == retention ]]; }
wait_for 30 'it is erased, too' is_erased m2
gone wolkenkuckucksheim
expect 'answers to the chair' "$answers" "$(world_count "$WORLD_CHAIR" INBOX)"

step 'so is the file of it that somebody puts into the folder, without its last newline'
head -c -1 "$W/source" >"$W/cut"
world_as_mail doveadm -c "$W/dovecot/dovecot.conf" save -u "$WORLD_MAYOR" -m INBOX <"$W/cut"
wait_for 30 'it is known' is_in_state m3 duplicate
expect_match 'of which' '^m1' "$(message m3 reason)"
grep -v '^Message-ID:' "$W/cut" |
    world_as_mail doveadm -c "$W/dovecot/dovecot.conf" save -u "$WORLD_MAYOR" -m INBOX
wait_for 30 'it is known without its Message-ID' is_in_state m4 duplicate
expect 'numbers' 1 "$(ctl_json length list)"
sed 's/Wolkenkuckucksheims/Luftschlosses/' "$W/source" |
    world_as_mail doveadm -c "$W/dovecot/dovecot.conf" save -u "$WORLD_MAYOR" -m INBOX
wait_for 30 'other words under its Message-ID are another mail' is_in_state m5 registered
expect_match 'and that is told' 'm1 has the same Message-ID' "$(message m5 reason)"

step 'what nobody decided on is announced, and goes two weeks later; what was ignored goes at once'
question frage@fremd.example | world_mail "$WORLD_STRANGER" "$WORLD_MAYOR"
wait_for 30 'a question is held' is_in_state m6 held
question hinweis@fremd.example | sed 's/Sprechzeiten/Gartenzwergweitwurf/' |
    world_mail "$WORLD_STRANGER" "$WORLD_MAYOR"
wait_for 30 'another' is_in_state m7 held
expect_exit 0 ctl ignore m7 --reason 'kein Antrag' --silent
age() { in_registry "UPDATE messages SET registered_at = registered_at - $2 * 86400 WHERE id = $1"; }
daemon_stop
age 6 181
age 7 31
in_registry 'UPDATE events SET at = at - 31 * 86400 WHERE message = 7' events_no_update
scenario_daemon
wait_for 30 'what was ignored is erased' is_erased m7
gone Gartenzwergweitwurf
announced() {
    world_fetch "$WORLD_OFFICE" hdr.subject.utf8 mailbox INBOX |
        jq -e 'any(.[]."hdr.subject.utf8"; test("^\\[m6\\] Wird gelöscht"))' >/dev/null
}
wait_for 30 'the office is told of the other' announced
expect 'it is still there' held "$(message m6 state)"
daemon_stop
in_registry 'UPDATE events SET at = at - 15 * 86400 WHERE message = 6' events_no_update
scenario_daemon
wait_for 30 'then it is erased' is_erased m6
expect 'its state' ignored "$(message m6 state)"
gone frage@fremd.example

step 'somebody asks what is kept about her'
world_letter anfrage@fremd.example "Erika Mustermann <$WORLD_STRANGER>" |
    world_mail "$WORLD_STRANGER" "$WORLD_MAYOR"
wait_for 30 'a letter of hers is held' is_in_state m8 held
expect_exit 0 ctl person "$WORLD_STRANGER" --export "$W/backup/hers"
expect 'for her alone' 700 "$(stat -c %a "$W/backup/hers")"
grep -q anfrage@fremd.example "$W/backup/hers/m8.eml" || fail 'her letter is not among the files'
expect 'what is told of it' m8.eml \
    "$(jq -r '.messages[] | select(.id == "m8").file' "$W/backup/hers/index.json")"
grep -q m8 "$W/backup/hers/index.txt" || fail 'the list for people does not name it'
expect_match 'what nobody has read is named' 'mails/00/0+\.eml' "$(cat "$W/backup/hers/index.txt")"
expect_exit 73 ctl person "$WORLD_STRANGER" --export "$W/backup/hers"
expect_exit 66 ctl person niemand@fremd.example --export "$W/backup/nobody"
expect 'a member, by his second address' SPD \
    "$(ctl_json '.roster[0].faction' person "${WORLD_CHAIR^^}")"

step 'without a daemon'
daemon_stop
expect_exit 0 ctl erase m8
gone anfrage@fremd.example
expect 'its state' ignored "$(message m8 state)"
scenario_close_books 0
