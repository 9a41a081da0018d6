# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# The same mail again is a duplicate and answers nobody; another text under the same Message-ID is a
# motion of its own.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

scenario_begin
scenario_daemon

step 'the letter, twice'
world_letter again@spd-bedburg-hau.example >"$W/letter.eml"
world_mail "$WORLD_CHAIR" "$WORLD_MAYOR" <"$W/letter.eml"
wait_for 30 'the letter is answered' all_is_answered 1
world_mail "$WORLD_CHAIR" "$WORLD_MAYOR" <"$W/letter.eml"
wait_for 30 'the duplicate lies in Registriert too' world_has "$WORLD_MAYOR" Registriert 2
expect 'states of the messages' 'duplicate registered' \
    "$(ctl_json '[.[].state]|sort|join(" ")' inbox)"
first=$(ctl_json '.[]|select(.state=="registered").id' inbox)
expect_match 'reason of the duplicate' "$first" \
    "$(ctl_json '.[]|select(.state=="duplicate").reason' inbox)"
expect motions 1 "$(ctl_json length list)"

step 'another text under the same Message-ID'
world_letter again@spd-bedburg-hau.example '' 's/Integrationszentrums/Bildungszentrums/' |
    world_mail "$WORLD_CHAIR" "$WORLD_MAYOR"
wait_for 30 'it lies in Registriert' world_has "$WORLD_MAYOR" Registriert 3
wait_for 30 'it is answered' all_is_answered 2
expect numbers "$(number 1) $(number 2)" "$(ctl_json '[.[].number]|sort|join(" ")' list)"

settle
all_is_answered 2 || fail 'the duplicate was answered'
