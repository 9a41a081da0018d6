# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A folder of .eml files as mailbox, with one for junk and one for copies beside it.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

once() { timeout 60 "$BUILD/antragd" -f -c "$W/antragd.conf" --once; }

# files FOLDER: the mails in it.
files() { find "$W/$1" -name '*.eml' -printf '%f\n' | sort | paste -sd ' '; }

world_begin
mkdir "$W/in" "$W/out" "$W/Spam"
CONF_MAILBOX='junk-folder = "Spam" sent-folder = "Belege"' world_config |
    sed -e '/^submission {/,/^}/c submission {\n  directory = "'"$W"'/out"\n}' \
        -e '/^  mailbox /,/^  }/{/ host =/d; / port =/d; / tls =/d; / ca-file =/d; / user =/d; / password-file =/d
            s|folder = "INBOX"|directory = "'"$W"'/in"|}' >"$W/antragd.conf"

letter 1 >"$W/in/1.eml"
letter 2 >"$W/Spam/2.eml"
letter 3 | sed "s|^From: .*|From: <$WORLD_STRANGER>|" >"$W/Spam/3.eml"

step 'a trial'
"$BUILD/antragd" -c "$W/antragd.conf" --dry-run >"$W/output"
grep -q '^2 mails wait, 2 registered' "$W/output" || fail "a trial says $(cat "$W/output")"
expect 'what it wrote beside the mails' '' "$(find "$W/Spam" "$W/in" -name '.*' -type f)"
[[ ! -e $W/Belege ]] || fail 'it made a folder'

step 'the letters and their copies'
expect_exit 0 once
expect numbers "$(numbers 2)" "$(all_numbers)"
expect 'what is put away' '1.eml 2.eml' "$(files Registriert)"
expect 'what is left alone' 3.eml "$(files Spam)"
expect 'copies' 4 "$(files Belege | wc -w)"
for copy in "$W"/Belege/*.eml; do
    id=$(basename "$copy" .eml)
    sent=$(grep -l "^Message-ID: <$id>" "$W"/out/*.eml) || fail "$id was not sent"
    # what a submission writes has lines of its own at the top
    sed -n '/^From: /,$p' "$sent" | cmp -s - <(sed -n '/^From: /,$p' "$copy") || fail "$id is not as it was sent"
    expect 'its time' "$(date -d "$(sed -n 's/^Date: //p' "$copy" | tr -d '\r')" +%s)" "$(stat -c %Y "$copy")"
done

step 'a crash before the registry knew'
before=$(find "$W/Belege" -name '*.eml' -printf '%f %i\n' | sort)
in_registry "UPDATE deliveries SET filing_at = unixepoch(), filed_at = NULL WHERE filed_at IS NOT NULL"
expect_exit 0 once
expect 'copies' "$before" "$(find "$W/Belege" -name '*.eml' -printf '%f %i\n' | sort)"
expect 'those the registry lacks' 0 "$(ctl_json .unfiled status)"
scenario_close_books 0
expect 'left alone' 1 "$(ctl_json '[.mailboxes[].left_alone]|add' reconcile)"
