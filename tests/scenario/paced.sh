# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# max-per-minute: a server that takes so many mails a minute gets them one by one, evenly.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# Moments of the answers in the log, as seconds with a fraction.
moments() {
    sed -n 's/^ts=\([^ ]*\) .*event=answer .*/\1/p' "$W/log/antragd.log" |
        while read -r moment; do date -d "$moment" +%s.%N; done
}

scenario_begin
world_config | sed 's/^submission {/&\n  max-per-minute = 60/' >"$W/antragd.conf"
scenario_daemon
world_letter paced-1@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the answers are delivered' all_is_answered 1

step 'three answers take two intervals of a second'
expect answers 3 "$(moments | wc -l)"
expect 'apart' yes "$(moments | awk '
    NR > 1 && $1 - last < 0.9 { early = 1 }
    { last = $1 }
    END { print early ? "no" : "yes" }')"
