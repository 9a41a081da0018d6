#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# antragctl setup, from answers on standard input, with folders of .eml files as servers: what it
# writes is a good configuration that says what was answered; what is wrong is asked again; it
# overwrites nothing, and leaves nothing behind where the answers end too early.
set -eu
: "${srcdir:?}" "${builddir:?}"

dir=$(mktemp -d)
trap 'rm -r "$dir"' EXIT
mkdir "$dir/in" "$dir/out" "$dir/etc"
conf=$dir/etc/antragd.conf
antragctl=$builddir/antragctl

fail() {
    echo "$*" >&2
    cat "$dir/log" >&2
    exit 1
}

mail() {
    printf '%s\r\n' "From: <$1>" 'To: <antraege@hau.example>' "Message-ID: <$2>" \
        'Date: Tue, 04 Aug 2015 12:00:00 +0200' 'Subject: Hallo' '' 'Guten Tag' >"$dir/in/$2.eml"
    touch -d 2015-08-04T12:00:00 "$dir/in/$2.eml"
}
mail eva@spd.example one
mail Eva@SPD.example two
mail erika@fremd.example three

# One answer a line; an address that is none and a Land that is none are asked again.
answers() {
    printf '%s\n' "$dir/state" \
        'Gemeinde "Klein" Hau' '' 'XX' 'nw' 'NW' 'Peter \ Driessen' \
        'not an address' 'Rathaus <antraege@hau.example>' 'buero@hau.example' '' 'Rat' '14' \
        "$dir/in" "$dir/${1:-out}" \
        SPD eva@spd.example 'Eva Beispiel' Fraktionsvorsitzende '' \
        CDU bernd@cdu.example 'Bernd Muster' '' '' ''
}
setup() { "$antragctl" -c "$conf" setup >"$dir/log" 2>&1; }

# ---- all goes well ----
answers | setup || fail 'setup does not succeed'
"$builddir/antragd" -n -c "$conf" >>"$dir/log" 2>&1 || fail 'the configuration has mistakes'
grep -q '3 mails in the folder, 3 of them wait, 2 of these from members' "$dir/log" ||
    fail 'it does not count what waits'
grep -q '3 arrived before ignore-before' "$dir/log" || fail 'it does not say that they are left alone'
for line in 'name = "Gemeinde \\"Klein\\" Hau"' 'body "hau" {' 'state = "NW"' \
    'name = "Peter \\\\ Driessen"' 'from = "Rathaus <antraege@hau.example>"' \
    'addresses = {"antraege@hau.example"}' 'office = {"buero@hau.example"}' 'answers = "hold"' \
    "ignore-before = \"$(TZ=Europe/Berlin date +%Y-%m-%dT)" 'days = 14' 'faction "CDU" {' \
    'member "eva@spd.example" {' 'role = "Fraktionsvorsitzende"'; do
    grep -q "$line" "$conf" || fail "the configuration lacks: $line"
done
if grep -q 'list =' "$conf"; then fail 'an empty answer is written down'; fi
if grep -q 'this has to be answered' "$dir/log"; then fail 'the answers do not fit the questions'; fi
for said in 'that is no mail address\|write it like' 'two letters' 'antragd -c .* --dry-run' \
    'change "answers"' 'change "ignore-before"'; do
    grep -q "$said" "$dir/log" || fail "setup does not say: $said"
done
[ "$(ls "$dir/etc")" = antragd.conf ] || fail 'something lies beside the configuration'
[ ! -e "$dir/in/.antragd-uids" ] || fail 'it wrote into the mailbox'
[ ! -e "$dir/state" ] || fail 'it made the registry'

# ---- it overwrites nothing ----
cp "$conf" "$dir/before"
code=0
answers | setup || code=$?
[ "$code" = 73 ] || fail "a configuration that is there: exit $code"
cmp -s "$conf" "$dir/before" || fail 'the configuration was changed'
rm "$conf"

# ---- something does not work: stop, or mend it, or write it all the same ----
code=0
{ answers nowhere; echo q; } | setup || code=$?
[ "$code" = 69 ] || fail "a folder that is not there: exit $code"
[ -z "$(ls "$dir/etc")" ] || fail 'it wrote a configuration that does not work'
{ answers nowhere; printf '%s\n' s "$dir/out"; } | setup || fail 'mending does not help'
grep -q "directory = \"$dir/out\"" "$conf" || fail 'the mended answer is not in the configuration'
rm "$conf"
{ answers nowhere; echo w; } | setup || fail 'it does not write when told so'
grep -q "directory = \"$dir/nowhere\"" "$conf" || fail 'what was told is not in the configuration'
rm "$conf"

# ---- the answers end ----
code=0
answers | head -n 9 | setup || code=$?
[ "$code" = 64 ] || fail "answers that end too early: exit $code"
[ -z "$(ls "$dir/etc")" ] || fail 'it left something behind'
