# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# max-per-minute: a server that takes so many mails a minute gets them one by one, evenly, also where
# two bodies hand them in with one login.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

# Moments of the answers in the log, as seconds with a fraction.
moments() {
    sed -n 's/^ts=\([^ ]*\) .*event=answer .*/\1/p' "$W/log/antragd.log" |
        while read -r moment; do date -d "$moment" +%s.%N; done
}

are_apart() {
    awk 'NR > 1 && $1 - last < 0.9 { early = 1 }
        { last = $1 }
        END { print early ? "no" : "yes" }'
}

scenario_begin
world_config | sed 's/^submission {/&\n  max-per-minute = 60/' >"$W/antragd.conf"
scenario_daemon
world_letter paced-1@spd-bedburg-hau.example | world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'the answers are delivered' all_is_answered 1

step 'three answers take two intervals of a second'
expect answers 3 "$(moments | wc -l)"
expect 'apart' yes "$(moments | are_apart)"

step 'a second body with the same login takes its turn'
daemon_stop
mkdir "$W/in"
world_letter paced-2@spd-bedburg-hau.example '' 's/Integrationszentrums/Bildungszentrums/' \
    >"$W/in/letter.eml"
[[ $(id -u) != 0 ]] || chown -R nobody:nogroup "$W/in"
cat >>"$W/antragd.conf" <<END
body "kranenburg" {
  name = "Gemeinde Kranenburg"
  from = "antraege@$WORLD_DOMAIN"
  book-at = ""
  mayor { offices = {"Bürgermeister"} addresses = {"$WORLD_MAYOR"} }
  mailbox "in" {
    directory = "$W/in"
    done-folder = ""
    addresses = {"antraege@$WORLD_DOMAIN"}
  }
  faction "SPD" {
    member "$WORLD_CHAIR" { name = "Wilhelm van Beek" role = "Fraktionsvorsitzender" }
    member "$WORLD_DEPUTY" { name = "Karl-Heinz Gebauer" }
  }
}
END
world_letter paced-3@spd-bedburg-hau.example '' 's/Integrationszentrums/Kulturzentrums/' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
scenario_daemon
wait_for 30 'the faction is answered by both' world_has "$WORLD_DEPUTY" INBOX 3
wait_for 30 'the list is told' world_has "$WORLD_LIST" INBOX 2
expect answers 5 "$(moments | wc -l)"
expect 'apart' yes "$(moments | are_apart)"
