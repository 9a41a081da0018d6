# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# A letter with an attachment of 30 MB: registered with the attachment's digest, and neither the clerk
# nor the watch makes a copy of it in memory.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# What a role needs above its memory at rest.  The clerk maps the sealed mail of 41 MB once, to take its
# digest and make it durable: 40 MB are measured; a copy besides would make it 80.  The watch, which
# streams it into the seal, needs 0.1 MB.
CLERK_KB=57344 WATCH_KB=8192

# The letter's text, and 30 MB that no other mail has.
large_letter() {
    letter 1 | sed -e '/^Content-T/d' -e '/^MIME-Version/a Content-Type: multipart/mixed; boundary="large"' |
        sed -e '/^$/{p;a --large\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n
            :rest;n;b rest}'
    printf '%s\n' '' '--large' 'Content-Type: image/jpeg; name="lageplan.jpg"' \
        'Content-Disposition: attachment; filename="lageplan.jpg"' 'Content-Transfer-Encoding: base64' ''
    base64 -w 76 "$W/plan"
    echo '--large--'
}

peak() { sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$(daemon_role "$1")/status"; }

scenario_begin
openssl rand -out "$W/plan" 30000000
scenario_daemon
wait_for 10 'the first visit is over' logged 'event=visited '
clerk=$(peak clerk) watch=$(peak watch)
large_letter | put large
wait_for 60 'the letter is answered' all_is_answered 1
wait_for 20 'it has moved' world_has "$WORLD_MAYOR" Registriert 1

step 'memory'
clerk=$(($(peak clerk) - clerk)) watch=$(($(peak watch) - watch))
printf '  above rest: clerk %d KB, watch %d KB\n' "$clerk" "$watch"
((clerk < CLERK_KB)) || fail "the clerk needed $clerk KB more"
((watch < WATCH_KB)) || fail "the watch needed $watch KB more"
! grep -q 'event=role-ended' "$W/log/antragd.log" || fail 'a role has ended'

step 'the attachment'
expect numbers "$(numbers 1)" "$(all_numbers)"
expect 'size and digest' "30000000 $(sha256sum <"$W/plan" | cut -d' ' -f1)" \
    "$(ctl_json '.parts[]|select(.name=="lageplan.jpg")|"\(.size) \(.sha256)"' show m1)"
expect_match 'proof in the acknowledgement' "$(sha256sum <"$W/plan" | cut -c1-32)" \
    "$(world_fetch "$WORLD_CHAIR" text.utf8 mailbox INBOX | jq -r '.[0]."text.utf8"' | tr -d '\r\n ')"
scenario_close_books 0
