# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Five hundred motions at once: five hundred numbers without a gap, each member acknowledged and the list
# told of each; antragd stays small.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

MANY=500
# Measured: the clerk 21 MB, the watch 18 MB.  What grows with the mails would show.
CLERK_KB=65536 WATCH_KB=65536

# many_letters: as letter 1, with its number in title and Message-ID.
many_letters() {
    local i
    letter 1 >"$W/letter"
    for ((i = 1; i <= MANY; i++)); do
        sed -e "s/letter-1@/letter-$i@/; s/Zentrums Nummer 1/Zentrums Nummer $i/" "$W/letter" >"$W/many/$i"
    done
    [[ $(id -u) != 0 ]] || chown -R nobody:nogroup "$W/many"
    mv "$W"/many/* "$W/mail/$WORLD_MAYOR/new/"
}

# peak ROLE: the most memory it ever had, in KB.
peak() { sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$(daemon_role "$1")/status"; }

all_is_written() { [[ $(find "$W/out" -name '*.eml' | wc -l) == $((3 * MANY)) ]]; }

scenario_begin
mkdir "$W/out" "$W/many"
world_config | sed '/^submission {/,/^}/c submission {\n  directory = "'"$W"'/out"\n}' >"$W/antragd.conf"
world_has "$WORLD_MAYOR" INBOX 0
many_letters
begin=${EPOCHREALTIME/[.,]/}
scenario_daemon
wait_for 200 'all answers are written' all_is_written
took=$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
printf '  %d motions and %d answers in %d.%03d s: %d motions a minute\n' "$MANY" $((3 * MANY)) \
    $((took / 1000)) $((took % 1000)) $((MANY * 60000 / took))
wait_for 30 'all have moved' world_has "$WORLD_MAYOR" INBOX 0

step 'memory'
clerk=$(peak clerk) watch=$(peak watch)
printf '  clerk %d KB, watch %d KB\n' "$clerk" "$watch"
((clerk < CLERK_KB)) || fail "the clerk needed $clerk KB"
((watch < WATCH_KB)) || fail "the watch needed $watch KB"

step 'the register'
scenario_close_books 0
expect numbers "$(numbers "$MANY")" "$(all_numbers)"
for want in "$WORLD_CHAIR" "$WORLD_DEPUTY" "$WORLD_LIST"; do
    expect "answers to $want, each about another number" "$MANY" \
        "$(ctl_json "[.[]|select(.to==\"$want\" and .state==\"sent\").number]|unique|length" outbox)"
done
expect answers $((3 * MANY)) "$(ctl_json length outbox)"
