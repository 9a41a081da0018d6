#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# antragctl read --why: for each mail of tests/corpus/why the text beside it is what is printed; on a
# terminal colours stand instead of brackets, and nothing else is different.
set -eu
: "${srcdir:?}" "${builddir:?}"

antragctl=$builddir/antragctl
dir=$(mktemp -d)
trap 'rm -r "$dir"' EXIT
count=0

for mail in "$srcdir"/tests/corpus/why/*.eml; do
    "$antragctl" read --why "$mail" >"$dir/why"
    diff -u "${mail%.eml}.txt" "$dir/why"
    "$antragctl" read --why --json "$mail" >"$dir/json"
    "$antragctl" read - <"$mail" | diff -q - "$dir/json"
    count=$((count + 1))
done

if ! command -v script >/dev/null; then
    echo "SKIP: script(1) is missing, so no terminal is looked at"
    exit 77
fi

# What a terminal of that kind gets, without its line ends.
terminal() {
    env TERM="$1" NO_COLOR="$2" script -qec "'$antragctl' read --why '$mail'" /dev/null </dev/null | tr -d '\r'
}
escape=$(printf '\033')
mail=$srcdir/tests/corpus/why/one.eml
terminal xterm '' >"$dir/colours"
grep -q "die $escape\\[1;[0-9]*mSPD$escape\\[0m-Fraktion" "$dir/colours"
sed "s/$escape\\[[0-9;]*m//g" "$dir/colours" >"$dir/bare"
sed 's/\[[a-z_]*: //g; s/]//g' "${mail%.eml}.txt" | diff -u - "$dir/bare"
terminal xterm 1 | diff -u "${mail%.eml}.txt" -
terminal dumb '' | diff -u "${mail%.eml}.txt" -
echo "$count mails"
