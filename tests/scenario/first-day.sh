# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# The first day on a mailbox that people have lived in: 500 mails lie there, members' letters among
# them, some of them of this very day.  setup, a dry run, the start: nobody is answered, all 500 are
# counted as ignored, nothing is moved; what arrives from then on is registered, and its answers wait
# for a person.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# old_mails COUNT: straight into the mayor's mailbox, from years ago to a minute ago, every other one
# a member's letter, every fifth of those the same letter again.
old_mails() {
    local i folder=$W/mail/$WORLD_MAYOR/cur minutes
    world_letter old@spd-bedburg-hau.example >"$W/member.eml"
    world_letter old@fremd.example "Erika Mustermann <$WORLD_STRANGER>" >"$W/stranger.eml"
    for ((i = 1; i <= $1; i++)); do
        minutes=$((i * i * 4 - 3))
        if ((i % 10 == 0)); then
            cat "$W/member.eml"
        elif ((i % 2)); then
            sed "s/<old@/<old-$i@/" "$W/stranger.eml"
        else
            sed "s/<old@/<old-$i@/; s/Integrationszentrums/Zentrums Nr. $i/" "$W/member.eml"
        fi >"$W/old-mail"
        touch -d "-$minutes minutes" "$W/old-mail"
        mv "$W/old-mail" "$W/old/$i.M${i}P1.town:2,"
    done
    world_as_mail doveadm -c "$W/dovecot/dovecot.conf" mailbox status -u "$WORLD_MAYOR" messages \
        INBOX >>"$W/log/doveadm.log" 2>&1
    [[ $(id -u) != 0 ]] || chown -R nobody:nogroup "$W/old"
    mv "$W"/old/* "$folder/"
}

# A line for each question of setup.
setup_answers() {
    printf '%s\n' "$W/state" 'Gemeinde Bedburg-Hau' '' NW 'Peter Driessen' \
        "Ratsbüro <$WORLD_MAYOR>" "$WORLD_OFFICE" "$WORLD_LIST" Rat 14 \
        localhost implicit "$WORLD_IMAPS_PORT" "$W/ca/town-ca.pem" "$WORLD_MAYOR" "$W/password" \
        INBOX \
        '' '' "$WORLD_SUBMISSIONS_PORT" '' '' '' \
        SPD "$WORLD_CHAIR" 'Wilhelm van Beek' Fraktionsvorsitzender \
        "$WORLD_DEPUTY" 'Karl-Heinz Gebauer' 'stellv. Fraktionsvorsitzender' '' ''
}

nobody_has_mail() {
    local user
    for user in "$WORLD_CHAIR" "$WORLD_DEPUTY" "$WORLD_LIST" "$WORLD_OFFICE" "$WORLD_STRANGER"; do
        world_has "$user" INBOX 0 || fail "$user has mail"
    done
}

inbox_has() { [[ $(ctl_json length inbox) == "$1" ]]; }

world_begin
world_start
mkdir "$W/old"
old_mails 500
expect 'mails in the mailbox' 500 "$(world_count "$WORLD_MAYOR" INBOX)"

step 'setup'
setup_answers >"$W/answers"
ctl setup <"$W/answers" >"$W/log/setup.out" 2>&1 || {
    cat "$W/log/setup.out"
    fail 'setup does not succeed'
}
expect_match setup '500 mails in the folder, 500 of them wait, 250 of these from members' \
    "$(<"$W/log/setup.out")"
expect_match setup '500 arrived before ignore-before' "$(<"$W/log/setup.out")"
expect_exit 73 ctl setup
expect_exit 0 "$BUILD/antragd" -n -c "$W/antragd.conf"

step 'a dry run'
"$BUILD/antragd" -c "$W/antragd.conf" --dry-run >"$W/log/dry-run.out"
expect 'the sum of the dry run' \
    '500 mails wait, 500 ignored; 0 answers would be made.  Nothing was changed, nobody was written to.' \
    "$(tail -n 1 "$W/log/dry-run.out")"
[[ ! -e $W/state ]] || fail 'the dry run made a registry'

step 'the same without ignore-before, to see that it is what protects them'
sed '/ignore-before =/d' "$W/antragd.conf" >"$W/bold.conf"
"$BUILD/antragd" -c "$W/bold.conf" --dry-run >"$W/log/bold.out"
expect_match 'the sum of the bold dry run' '^500 mails wait, 201 registered, 250 held, 49 duplicate; ' \
    "$(tail -n 1 "$W/log/bold.out")"
expect 'motions it would register' 201 "$(grep -c 'registered as A/' "$W/log/bold.out")"
mv "$W/log/bold.out" "$W/log/dry-run.out" "$W" # too long for the logs of a failure

step 'the start'
scenario_daemon
wait_for 60 'all 500 have been seen' inbox_has 500
expect 'states of the messages' '{"ignored":500}' \
    "$(ctl_json 'group_by(.state)|map({(.[0].state):length})|add|tojson' inbox)"
expect answers 0 "$(ctl_json length outbox)"
expect 'mails in INBOX' 500 "$(world_count "$WORLD_MAYOR" INBOX)"
expect_match reconcile '500 in the mailbox.* 500 ignored.* 0 unexplained' "$(ctl reconcile)"
nobody_has_mail

step 'a letter of the first day'
"$BUILD/antragctl" -c "$W/antragd.conf" log --follow >"$W/follow.out" 2>&1 & # $! is its own
follower=$!
scenario_undo+=("kill $follower 2>/dev/null || true")
followed() { grep -q "$1" "$W/follow.out"; }
wait_for 20 'log --follow prints what was' followed ' m500 .*ignored'
world_letter today@spd-bedburg-hau.example '' 's/Integrationszentrums/Bildungszentrums/' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'it lies in Registriert' world_has "$WORLD_MAYOR" Registriert 1
expect numbers "$(number 1)" "$(ctl_json '[.[].number]|join(" ")' list)"
wait_for 20 'log --follow prints what is new' followed "$(number 1) .*registered"
wait_for 20 'and what comes of it' followed ' m501 .*moved'
kill "$follower"
wait "$follower" || true
expect 'answers, all waiting for a person' '3 waiting' \
    "$(ctl_json '"\(length) \([.[].state]|unique|join(" "))"' outbox)"
nobody_has_mail

step 'what an administrator asks next'
ctl check >"$W/log/check.out" || fail "check is not content: $(<"$W/log/check.out")"
expect_match 'performance data' '\| mailboxes=1 .* waiting=3 ' "$(<"$W/log/check.out")"
expect 'what search finds' "$(number 1)" "$(ctl_json '[.[].number]|join(" ")' search bildungsz kleve)"
expect 'what the log says of it' 'registered,waiting' \
    "$(ctl_json '[.[].event]|map(select(. == "registered" or . == "waiting"))|unique|join(",")' \
        log "$(number 1)")"
expect 'meetings that are known' 0 "$(ctl_json length deadlines)"
ctl backup "$W/copy.db" >>"$W/log/command.log"
expect 'mails beside the backup' "$(ctl_json '[.[].sha256]|unique|length' inbox)" \
    "$(find "$W/copy.db.mails" -name '*.eml' | wc -l)"

step 'once more changes nothing'
before=$(ctl_json 'tojson' list)$(ctl_json 'length' inbox)$(ctl_json 'tojson' outbox)
settle
expect 'register after another run' "$before" \
    "$(ctl_json 'tojson' list)$(ctl_json 'length' inbox)$(ctl_json 'tojson' outbox)"
expect 'the dry run then' \
    '0 mails wait; 0 answers would be made.  Nothing was changed, nobody was written to.' \
    "$("$BUILD/antragd" -c "$W/antragd.conf" --dry-run | tail -n 1)"
expect_match reconcile '0 unexplained' "$(ctl reconcile)"
nobody_has_mail
expect_exit 2 ctl check # no daemon
