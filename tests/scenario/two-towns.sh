# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
#
# Two towns, each with its antragd, and each's mailbox a member of a faction in the other: whatever
# one writes, the other answers it once at most, and what the answer causes ends there.  A list that
# hands our confirmation back to us, and an absence notice without any header, cause nothing.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"

NEIGHBOUR=antraege@kranenburg.$WORLD_DOMAIN

# with_member ADDRESS: the configuration on standard input, with one more member.
with_member() { sed "s|^    member \"$WORLD_CHAIR\" {|    member \"$1\" { name = \"Nachbar\" }\\n&|"; }

neighbour_ctl() { "$BUILD/antragctl" -c "$W/neighbour.conf" "$@"; }

neighbour_json() {
    local filter=$1
    shift
    neighbour_ctl "$@" --json 2>>"$W/log/antragctl.log" | jq -er "$filter" 2>>"$W/log/antragctl.log"
}

neighbour_stop() {
    [[ -n ${neighbour_pid:-} ]] || return 0
    kill -TERM "$neighbour_pid" 2>/dev/null || return 0
    wait_for 15 "the neighbour's antragd has ended" world_gone "$neighbour_pid"
    neighbour_pid=
}

both_once() {
    local conf
    for conf in antragd neighbour antragd neighbour; do
        expect_exit 0 "$BUILD/antragd" -f -c "$W/$conf.conf" --once
    done
}

scenario_begin
world_postfix_stop
world_dovecot_stop
echo "$NEIGHBOUR yes" | world_as_root tee -a "$W/postfix/etc/users" >"$W/log/users.log"
printf '%s\n' "$WORLD_LIST $WORLD_LIST, $WORLD_MAYOR" |
    world_as_root tee "$W/postfix/etc/virtual" >"$W/log/virtual.log"
printf '%s\n' "virtual_alias_maps = texthash:$W/postfix/etc/virtual" |
    world_as_root tee -a "$W/postfix/etc/main.cf" >"$W/log/main.log"
world_as_root sed -i "s/^virtual_mailbox_domains = /&${NEIGHBOUR#*@} /" "$W/postfix/etc/main.cf"
echo "$NEIGHBOUR:{PLAIN}$WORLD_PASSWORD::::::" >>"$W/dovecot/users"
world_start
world_config | with_member "$NEIGHBOUR" >"$W/antragd.conf"
world_config | sed -e "s|$WORLD_MAYOR|$NEIGHBOUR|g;s|$WORLD_OFFICE|$WORLD_STRANGER|" -e '/^  list = /d' \
    -e "s|^state-directory = .*|state-directory = \"$W/neighbour\"|" |
    with_member "$WORLD_MAYOR" >"$W/neighbour.conf"
scenario_undo+=(neighbour_stop)
scenario_daemon
setsid "$BUILD/antragd" -v -f -c "$W/neighbour.conf" >"$W/log/neighbour.log" 2>&1 </dev/null &
neighbour_pid=$!
wait_for 20 'the neighbour is ready' grep -q 'event=ready' "$W/log/neighbour.log"

step "the neighbour's motion is acknowledged, and the acknowledgement answered by nobody"
world_letter neighbour@kranenburg.example "Antragseingang <$NEIGHBOUR>" |
    world_mail "$NEIGHBOUR" "$WORLD_MAYOR"
wait_for 30 'it is answered' all_is_answered 1
neighbour_knows() { [[ $(neighbour_json length inbox) == "$1" ]]; }
wait_for 30 'the neighbour has the acknowledgement' neighbour_knows 1
wait_for 30 'the confirmation came back from the list' inbox_knows 2
expect 'the confirmation' ignored "$(ctl_json '.[] | select(.reason | startswith("own")).state' inbox)"
expect "the neighbour's answers to anybody but its office" 0 \
    "$(neighbour_json '[.[] | select(.kind != "notice")] | length' outbox)"

step "a question is answered once, and the answer by nobody"
question 'question@bedburg-hau.example' |
    sed "s/^From: .*/From: <$WORLD_MAYOR>/;s/^To: .*/To: <$NEIGHBOUR>/" |
    world_mail "$WORLD_MAYOR" "$NEIGHBOUR"
reviewed() { [[ $(neighbour_json '[.[] | select(.kind == "review" and .state == "sent")] | length' outbox) == "$1" ]]; }
wait_for 30 'the neighbour answers' reviewed 1
wait_for 30 'the answer has come' inbox_knows 3

step 'an absence notice without a header that says so'
absent() {
    printf '%s\n' "From: <$WORLD_DEPUTY>" "To: <$WORLD_MAYOR>" "Date: $(world_header_date)" \
        "Message-ID: <absent-$1@spd.example>" "Subject: AW: Eingang $(number 1)" \
        'MIME-Version: 1.0' 'Content-Type: text/plain; charset=UTF-8' '' \
        'Ich bin derzeit nicht im Büro. In dringenden Fällen rufen Sie bitte an.' |
        world_mail "$WORLD_DEPUTY" "$WORLD_MAYOR"
}
absent 1
absent 2
wait_for 30 'both came' inbox_knows 5
expect "what they are, and the neighbour's review" 3 "$(ctl_json '[.[] | select(.reason == "automatic mail")] | length' inbox)"

step 'it goes no further'
daemon_stop
neighbour_stop
both_once
expect 'answers of the town' 'acknowledgement acknowledgement acknowledgement confirmation' \
    "$(ctl_json '[.[] | select(.kind != "notice").kind] | sort | join(" ")' outbox)"
expect 'answers of the neighbour' review \
    "$(neighbour_json '[.[] | select(.kind != "notice").kind] | join(" ")' outbox)"
expect "mails in the neighbour's mailbox" 2 "$(neighbour_json length inbox)"
expect 'mails in ours' 5 "$(ctl_json length inbox)"
settle
