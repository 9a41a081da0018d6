# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A folder of .eml files as mailbox, and one as submission: no mail server at all.  Registered mails
# go to the folder beside it, the rest stays; what is no .eml is left alone.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# drop NAME: the message on standard input, complete at once.
drop() { cat >"$W/in/.$1" && mv "$W/in/.$1" "$W/in/$1"; }

has_written() { [[ $(find "$W/out" -name '*.eml' | wc -l) == "$1" ]]; }

# replies TO: the files of the submission that go to an address.
replies() { grep -lx "To: .*<\{0,1\}$1>\{0,1\}.\{0,1\}" "$W"/out/*.eml | wc -l; }

# The mailbox and the submission as folders, without the lines about a server.
folders() {
    world_config | sed -e '/^submission {/,/^}/c submission {\n  directory = "'"$W"'/out"\n}' \
        -e '/^  mailbox /,/^  }/{/ host =/d; / port =/d; / tls =/d; / ca-file =/d; / user =/d; / password-file =/d
            s|folder = "INBOX"|folder = "INBOX"\n    directory = "'"$W"'/in"\n    poll = 1|}'
}

world_begin
mkdir "$W/in" "$W/out"
folders >"$W/antragd.conf"
expect_exit 0 "$BUILD/antragd" -n -c "$W/antragd.conf"

step 'what is there at the start'
letter 1 | drop 1.eml
question question@fremd.example | drop question.eml
letter 3 | drop notes.txt
touch -d '2 hours ago' "$W/in/1.eml"
scenario_daemon
wait_for 30 'the answers to letter 1 are written' has_written 4
expect 'arrival, which is the time of the file' "$(find "$W" -name 1.eml -printf '%T@' | cut -d. -f1)" \
    "$(date -d "$(ctl_json '.[0].arrived_at' list)" +%s)"

step 'what comes later, in the words of the body'
letter 2 | sed 's/Sitzung des Rates/Sitzung des HFA/' >"$W/2.eml"
expect_match 'what the configuration makes of HFA' 'refined +HFA: Haupt- und Finanzausschuss \(council-alias\)' \
    "$(ctl explain "$W/2.eml")"
expect 'the same as JSON' council-alias "$(ctl_json '.refined[0].rule' explain "$W/2.eml")"
expect 'what the letter says' HFA \
    "$(ctl_json '.motions[0].consultations[0].organization' read "$W/2.eml")"
drop 2.eml <"$W/2.eml"
wait_for 30 'the answers to letter 2 are written' has_written 7
expect 'the council in the register' 'Haupt- und Finanzausschuss' "$(ctl_json \
    ".[]|select(.number==\"$(number 2)\").consultations[0].organization" list)"
wait_for 10 'letter 2 has moved' test ! -e "$W/in/2.eml"
expect 'mails in the done-folder' '1.eml 2.eml' \
    "$(find "$W/Registriert" -type f -name '*.eml' -printf '%f\n' | sort | paste -sd ' ')"
expect 'what stays' 'notes.txt question.eml' \
    "$(find "$W/in" -maxdepth 1 -type f ! -name '.*' -printf '%f\n' | sort | paste -sd ' ')"
for who in "$WORLD_CHAIR" "$WORLD_DEPUTY" "$WORLD_LIST"; do
    expect "mails to $who" 2 "$(replies "$who")"
done

step 'what a mail says moves no cursor and turns no line'
# RIGHT-TO-LEFT OVERRIDE, CSI, and a line of its own in the name
printf '%s\n' "From: =?utf-8?Q?Eva_=E2=80=AEgro.tsnre?= <$WORLD_STRANGER>" "To: <$WORLD_MAYOR>" \
    "Date: $(world_header_date)" 'Message-ID: <turn@fremd.example>' \
    'Subject: =?utf-8?Q?Frage_=E2=80=AEfdp.exe=C2=9B2J_=E2=81=A6?=' '' 'Guten Tag' | drop turn.eml
wait_for 30 'it is known' inbox_knows 4
id=$(ctl_json '.[]|select(.message_id=="turn@fremd.example").id' inbox)
for command in "show $id" "log $id" inbox "explain $W/in/turn.eml"; do
    # shellcheck disable=SC2086
    ctl $command >"$W/output"
    ! LC_ALL=C.UTF-8 grep -P '[\x{80}-\x{9f}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]' \
        "$W/output" || fail "\"$command\" hands it to the terminal"
done
expect_match 'the subject as it is shown' 'Frage .fdp' "$(ctl show "$id")"
scenario_close_books 0
expect numbers "$(numbers 2)" "$(all_numbers)"
# The office was told of a held mail within the hour: the second one waits to be told with others.
has_written 7 || fail 'somebody was answered again'
