# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Held mails: the first is told at once, what comes within the hour is gathered, over a kill and a
# restart.  The office decides by replying to the notice; a forged reply, a token that was used, one of
# another notice and unclear words decide nothing, and the office hears of it.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# The office and a stranger write from servers that the town's own can confirm.
scenario_begin
confirm_senders "$WORLD_OFFICE"
scenario_daemon

office_has() { world_has "$WORLD_OFFICE" INBOX "$1"; }
subjects() { world_fetch "$WORLD_OFFICE" hdr.subject.utf8 mailbox INBOX | jq -r '.[]."hdr.subject.utf8"'; }
# subject N: of the Nth mail to the office.
subject() { subjects | sed -n "${1}p"; }
# text WORDS: what stands in the office's last mail whose subject has these.
text() {
    world_fetch "$WORLD_OFFICE" 'hdr.subject.utf8 text.utf8' mailbox INBOX |
        jq -r --arg words "$1" '[.[] | select(."hdr.subject.utf8" | contains($words))] | last | ."text.utf8"' |
        tr -s '\r\n ' ' '
}
state_of() { ctl_json ".[] | select(.id == \"$1\").state" inbox; }
is_state() { [[ $(state_of "$1") == "$2" ]]; }
# told WORDS: a mail to the office has them in its text.
told() { [[ $(world_fetch "$WORLD_OFFICE" text.utf8 mailbox INBOX | jq -r '.[]."text.utf8"' | tr -s '\r\n ' ' ') == *"$1"* ]]; }
# reply ENVELOPE-FROM MESSAGE-ID SUBJECT: a mail in the office's name, its text on standard input.
reply() {
    {
        printf '%s\n' "From: Ratsbüro <$WORLD_OFFICE>" "To: <$WORLD_MAYOR>" \
            "Date: $(world_header_date)" "Message-ID: <$2>" "Subject: AW: $3" \
            'MIME-Version: 1.0' 'Content-Type: text/plain; charset=UTF-8' \
            'Content-Transfer-Encoding: 8bit' ''
        cat
    } | world_mail "$1" "$WORLD_MAYOR"
}
# The hour is over.
an_hour_passes() {
    in_registry 'UPDATE deliveries SET created_at = created_at - 3600'
}

step 'the first is told at once, the others when the hour is over, whatever dies meanwhile'
world_letter one@fremd.example "Erika Mustermann <$WORLD_STRANGER>" |
    world_mail "$WORLD_STRANGER" "$WORLD_MAYOR"
wait_for 30 'the office is told' office_has 1
first=$(subject 1)
expect_match 'its subject' '\[m1\] .*\[#[0-9a-f]{24}\]' "$first"
question two@fremd.example | world_mail "$WORLD_STRANGER" "$WORLD_MAYOR"
wait_for 30 'the second is held' inbox_knows 2
world_letter three@fremd.example "Erika Mustermann <$WORLD_STRANGER>" 's/Integrationszentrums/Zentrums/' |
    world_mail "$WORLD_STRANGER" "$WORLD_MAYOR"
wait_for 30 'the third is held' inbox_knows 3
kill -KILL "$(daemon_role clerk)"
daemon_stop
scenario_daemon
# what a start finds to tell is in the outbox before antragd is ready, and on its way at best
expect 'notices to the office' 1 "$(ctl_json '[.[] | select(.kind == "notice")] | length' outbox)"
daemon_stop
an_hour_passes
scenario_daemon
wait_for 30 'the office is told of the others' office_has 2
second=$(subject 2)
expect_match 'its subject' '\[m2\] .*2 E-Mails \[#[0-9a-f]{24}\]' "$second"
expect_match 'its text' 'm2 .*m3 .*letzter Tag' "$(text '[m2] Bitte')"
expect_match 'its commands' "antragctl accept m3 --faction 'SPD'" "$(text '[m2] Bitte')"

step 'what is forged, unclear or of another notice decides nothing'
reply "$WORLD_STRANGER" forged@fremd.example "$first" <<<'m1 annehmen SPD'
wait_for 30 'the forged one is there' inbox_knows 4
expect 'the forged reply' held "$(state_of m4)"
reply "$WORLD_OFFICE" unclear@bedburg-hau.example "$first" <<<'m1 vielleicht annehmen'
wait_for 30 'the office is asked again' told 'Nicht verstanden haben wir: m1 vielleicht annehmen'
reply "$WORLD_OFFICE" other@bedburg-hau.example "$first" <<<'m3 annehmen SPD'
wait_for 30 'the office hears of it' told 'Das Kennwort gehört nicht zu dieser E-Mail'
expect motions 0 "$(ctl_json length list)"
expect 'the letters' 'held held' "$(state_of m1) $(state_of m3)"

step 'plain words decide, once'
reply "$WORLD_OFFICE" decides@bedburg-hau.example "$first" <<END
annehmen SPD

Mit freundlichen Grüßen
Sabine Kurz

Am heutigen Tag schrieb Ratsbüro:
> m1 ignorieren: Begründung
END
wait_for 30 'the office has its receipt' told "m1 annehmen SPD getan: $(number 1)"
expect 'the letter' registered "$(state_of m1)"
expect 'its arrival' "$(ctl_json '.[] | select(.id == "m1").arrived_at' inbox)" "$(ctl_json '.[0].arrived_at' list)"
expect 'who decided' "$WORLD_OFFICE" "$(ctl_json '.[] | select(.event == "accepted").actor' log m1)"
expect_match 'how' 'by reply to o[0-9]+' "$(ctl_json '.[] | select(.event == "accepted").text' log m1)"
reply "$WORLD_OFFICE" again@bedburg-hau.example "$first" <<<'m1 annehmen SPD'
wait_for 30 'the office hears of the used token' told 'mit diesem Kennwort schon entschieden'
expect motions 1 "$(ctl_json length list)"
reply "$WORLD_OFFICE" several@bedburg-hau.example "$second" <<<$'m2 Bürgeranregung\nm3 ignorieren: wie m1'
wait_for 30 'the stranger has her receipt' world_has "$WORLD_STRANGER" INBOX 1
wait_for 30 'the third is decided' is_state m3 ignored
expect 'the question' ignored "$(state_of m2)"

step 'the rest is decided at a terminal'
expect 'what waits' m4 "$(ctl_json '[.[].id] | join(" ")' held)"
printf 'i\ngefälscht\n' | script -qec "'$BUILD/antragctl' -c '$W/antragd.conf' held" /dev/null >"$W/log/held.log"
expect 'the forged reply' ignored "$(state_of m4)"
expect_match 'why' 'gefälscht' "$(ctl_json '.[] | select(.event == "ignored").text' log m4)"

settle
expect 'mails to the stranger' 1 "$(world_count "$WORLD_STRANGER" INBOX)"
expect 'events of decisions' 3 "$(ctl_json '[.[] | select(.actor == "'"$WORLD_OFFICE"'" and (.event | IN("accepted", "ignored")))] | length' log)"
