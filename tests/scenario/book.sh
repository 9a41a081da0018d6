# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Each morning the office gets the day's book, and with list-mode "daily" the list one mail with the
# confirmations of the day: once, however often antragd is started or killed, also when it did not
# run at that time; what must be released comes the day after it was.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

export TZ=Europe/Berlin

# Time passes here without the clock: all books become those of the day before, so that today's is
# due.  What was sent cannot be changed, so that the trigger for it steps aside.
day_passes() {
    in_registry "UPDATE deliveries
        SET occasion = substr(occasion, 1, 5) || date(substr(occasion, 6), '-1 day')
        WHERE occasion GLOB 'book ????-??-??' OR occasion GLOB 'list ????-??-??'" \
        deliveries_same_bytes
    # by a detour, on which no day meets the one before
    in_registry "UPDATE books SET day = '-' || day"
    in_registry "UPDATE books SET day = date(substr(day, 2), '-1 day')"
}
next_morning() {
    daemon_stop
    day_passes
    scenario_daemon
}
book_is_made() { logged 'event=book ' "${1:-1}"; }
# mail_of USER PATTERN: the text of the last mail of that subject, on one line
mail_of() {
    world_fetch "$1" 'hdr.subject.utf8 text.utf8' mailbox INBOX | jq -r --arg pattern "$2" \
        '[.[]|select(."hdr.subject.utf8"|test($pattern))][-1]."text.utf8"' | tr -s '\r\n ' ' '
}
mails_of() {
    world_fetch "$1" hdr.subject.utf8 mailbox INBOX | jq --arg pattern "$2" \
        '[.[]|select(."hdr.subject.utf8"|test($pattern))]|length'
}
has_mails_of() { [[ $(mails_of "$1" "$2") == "$3" ]]; }
faction_has() { world_has "$WORLD_DEPUTY" INBOX "$1"; }
# how often a number stands at the head of an entry of the list's mails
entries_of() {
    world_fetch "$WORLD_LIST" text.utf8 mailbox INBOX | jq -r '.[]."text.utf8"' |
        grep -c "^\[$1\]" || true
}

scenario_begin
CONF_BOOK=$(date -d '-1 minute' +%H:%M)
export CONF_BOOK
CONF_BODY='list-mode = "daily"' world_config >"$W/antragd.conf"
scenario_daemon

step 'the first book begins with the first run: nothing is sent'
world_letter book-1@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
world_letter book-2@spd-bedburg-hau.example '' '1i Nichtöffentlich\n
    s/Integrationszentrums/Bildungszentrums/' | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
world_letter book-3@fremd.example "Erika Mustermann <$WORLD_STRANGER>" |
    world_mail "$WORLD_STRANGER" "$WORLD_MAYOR"
wait_for 30 'the faction is answered' faction_has 2
wait_for 30 'the office is told what must be released' has_mails_of "$WORLD_OFFICE" 'Freigabe nötig' 1
expect 'mails to the list' 0 "$(world_count "$WORLD_LIST" INBOX)"
expect 'confirmations' "queued $(number 1),waiting $(number 2)" \
    "$(ctl_json '[.[]|select(.kind=="confirmation")|"\(.state) \(.number)"]|join(",")' outbox)"
expect 'motions in the open book' "$(number 1),$(number 2)" \
    "$(ctl_json '[.[0].motions[].number]|join(",")' book)"
expect 'held in the open book' m3 "$(ctl_json '[.[0].held[].id]|join(",")' book)"
expect_exit 66 ctl book --day 1999-01-01
expect_exit 64 ctl book --day heute

step 'the clerk is killed as they are made: each comes once'
next_morning
wait_for 30 'the book is made' book_is_made
kill -KILL "$(daemon_role clerk)"
wait_for 30 'the list is told' world_has "$WORLD_LIST" INBOX 1
wait_for 30 'the office has its book' has_mails_of "$WORLD_OFFICE" '^Tagesbuch' 1
book=$(mail_of "$WORLD_OFFICE" '^Tagesbuch')
expect_match 'book' "Registriert: 2 $(number 1) SPD: .* $(number 2) SPD: " "$book"
expect_match 'book' 'warten jetzt: 1 m3 seit weniger als einer Stunde: Antrag von unbekanntem Absender' \
    "$book"
expect_match 'book' 'Auf Freigabe warten jetzt: .*antragctl release o' "$book"
expect_match 'book' 'rathaus \(INBOX\): zuletzt besucht ' "$book"
expect_match 'book' 'Die Bücher sind geschlossen: 0 ungeklärt' "$book"
list=$(mail_of "$WORLD_LIST" '^Gemeinde Bedburg-Hau: Eingänge')
expect_match 'list' "Eingang bestätigt, nicht beschlossen. \[$(number 1)\] SPD: " "$list"
[[ $list != *"$(number 2)"* ]] || fail 'what must be released is told'
[[ $list != *@spd* ]] || fail 'an address is told'
expect 'the confirmation is with the mail of the day' sent \
    "$(ctl_json ".[]|select(.kind==\"confirmation\" and .number==\"$(number 1)\").state" outbox)"
expect 'it stands in that mail' "$(ctl_json '.[]|select(.subject|test("Eingänge")).id' outbox)" \
    "$(ctl_json ".[]|select(.kind==\"confirmation\" and .number==\"$(number 1)\").gathered_in" outbox)"
expect "the day's book is kept" "$(number 1),$(number 2)" \
    "$(ctl_json '[.[0].motions[].number]|join(",")' book --day "$(date -d '-1 minute' +%F)")"

step 'what is released, corrected and withdrawn comes the next morning'
id=$(ctl_json '.[]|select(.number!=null and .state=="waiting").id' outbox)
expect 'let go' queued "$(ctl release "$(number 2)" --json | jq -r '.answers[0].state')"
expect_exit 65 ctl resend "$id"
expect_exit 0 ctl withdraw "$(number 1)" --reason 'Schreiben der Fraktion'
wait_for 30 'the faction is told' faction_has 3
expect 'mails to the list' 1 "$(world_count "$WORLD_LIST" INBOX)"
next_morning
wait_for 30 'the list is told' world_has "$WORLD_LIST" INBOX 2
list=$(mail_of "$WORLD_LIST" '\(2\)')
expect_match 'list' "\[$(number 2)\] SPD: Prüfantrag Titel: nichtöffentlich, wird hier nicht" "$list"
expect_match 'list' "\[$(number 1)\] Zurückgezogen: SPD: " "$list"
[[ $list != *Bildungszentrum* ]] || fail 'a confidential title is told'
first=$(world_fetch "$WORLD_LIST" hdr.message-id mailbox INBOX | jq -r '.[0]."hdr.message-id"')
expect 'its thread' "$first" \
    "$(world_fetch "$WORLD_LIST" hdr.references mailbox INBOX | jq -r '.[1]."hdr.references"')"
wait_for 30 'the office has its book' has_mails_of "$WORLD_OFFICE" '^Tagesbuch' 2
expect_match 'book' "Registriert: 0 Geändert: $(number 1) zurückgezogen: " \
    "$(mail_of "$WORLD_OFFICE" '^Tagesbuch')"

step 'a clock that was ahead had a book made of a day that is yet to come: the next one comes as ever'
daemon_stop
day_passes
in_registry "INSERT INTO books SELECT body, '2099-01-01', made_at, last_event, last_event, 4070908800
    FROM books ORDER BY last_event DESC LIMIT 1"
scenario_daemon
wait_for 30 'the day has its book' book_is_made

step 'on a day on which nothing happens nobody is told'
next_morning
wait_for 30 'the day has its book' book_is_made
settle
expect 'books' 2 "$(mails_of "$WORLD_OFFICE" '^Tagesbuch')"
expect 'mails to the list' 2 "$(world_count "$WORLD_LIST" INBOX)"
expect 'entries' '2 1' "$(entries_of "$(number 1)") $(entries_of "$(number 2)")"

step 'with list-mode "each" again, what was to be gathered goes out by itself'
scenario_daemon
world_letter book-4@spd-bedburg-hau.example '' 's/Integrationszentrums/Kulturzentrums/' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the faction is answered' faction_has 4
daemon_stop
world_config >"$W/antragd.conf"
scenario_daemon
wait_for 30 'the list is told' world_has "$WORLD_LIST" INBOX 3
settle
expect 'mails to the list' 3 "$(world_count "$WORLD_LIST" INBOX)"
