#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Completion of antragctl(8): a small register is made from a folder of mails, and bash is asked what
# it proposes.
set -euo pipefail
: "${srcdir:?}" "${builddir:?}"

srcdir=$(cd "$srcdir" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
PATH=$builddir:$PATH

mkdir "$dir/in" "$dir/out"
cat >"$dir/antragd.conf" <<END
state-directory = "$dir/state"
submission { directory = "$dir/out" }
body "bedburg-hau" {
  name = "Gemeinde Bedburg-Hau"
  from = "antraege@bedburg-hau.example"
  mayor { offices = {"Bürgermeister"} }
  mailbox "rathaus" { directory = "$dir/in" addresses = {"antraege@bedburg-hau.example"} }
  council "Rat" { deadline { days = 14 } }
  faction "Die Roten" {
    aliases = {"SPD"}
    member "wilhelm.vanbeek@spd-bedburg-hau.example" { name = "Wilhelm van Beek" }
  }
}
END
# letter NAME FROM: the seed letter as that person's mail, arrived in 2015.
letter() {
    {
        printf '%s\n' "From: $2" 'To: antraege@bedburg-hau.example' 'Subject: Post' \
            "Message-ID: <$1@spd.example>" 'MIME-Version: 1.0' 'Content-Type: text/plain; charset=utf-8' \
            'Content-Transfer-Encoding: 8bit' ''
        cat "$srcdir/tests/corpus/seed-letter.txt"
    } >"$dir/in/$1.eml"
    touch -d '2015-08-05T10:00:00Z' "$dir/in/$1.eml"
}
letter 1 wilhelm.vanbeek@spd-bedburg-hau.example
letter 2 stranger@fremd.example
"$builddir/antragd" -f -c "$dir/antragd.conf" --once >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }

# shellcheck source=contrib/antragctl.bash-completion
. "$srcdir/contrib/antragctl.bash-completion"
compopt() { printf 'files\n' >>"$dir/compopt"; }
tests=0

# proposes WANTED WORD...: what bash proposes for the last word of the line, blanks between.
proposes() {
    local wanted=$1
    shift
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    rm -f "$dir/compopt"
    _antragctl
    tests=$((tests + 1))
    if [[ ${COMPREPLY[*]-} != "$wanted" ]]; then
        printf 'FAILED: for "%s" bash proposes "%s" instead of "%s"\n' "$*" "${COMPREPLY[*]-}" "$wanted" >&2
        exit 1
    fi
}
c=(antragctl -c "$dir/antragd.conf")

commands=$(antragctl --help | sed -n 's/^  \([a-z]*\) .*/\1/p')
[[ $commands == *inbox* ]]
proposes "${commands//$'\n'/ }" antragctl ''
proposes 'inbox' antragctl inb
proposes '-c --config --json --body --help --version' "${c[@]}" -
proposes '' antragctl -c ''
[[ -s $dir/compopt ]]
proposes '--faction --meeting --since --state --json' "${c[@]}" list --
proposes '--state' "${c[@]}" --json list --st
proposes 'withdrawn' "${c[@]}" list --state w
proposes 'registered replaced' "${c[@]}" list --state re
proposes 'held' "${c[@]}" inbox --state h
proposes 'm1 m2' "${c[@]}" show m
proposes '' "${c[@]}" show o
proposes 'A/2015/0001' "${c[@]}" show A
proposes 'o1' "${c[@]}" log o1
proposes 'm1 m2' "${c[@]}" explain ''
[[ -s $dir/compopt ]]
proposes 'm2' "${c[@]}" accept ''
proposes 'm2' "${c[@]}" ignore --reason 'Kein Antrag' m
proposes 'A/2015/0001' "${c[@]}" withdraw ''
proposes 'o1' "${c[@]}" resend o1
proposes 'Die\ Roten' "${c[@]}" list --faction Die
proposes 'Die\ Roten' "${c[@]}" list --faction 'Die\ R'
proposes 'urgent-motion' "${c[@]}" accept m2 --kind u
proposes 'bedburg-hau' "${c[@]}" list --body ''
proposes '2015-09-24' "${c[@]}" list --meeting ''
proposes '' "${c[@]}" list --since ''
proposes '' antragctl -c "$dir/none.conf" show ''
proposes '--why --ocr --json' "${c[@]}" read --
proposes '' "${c[@]}" read ''
[[ -s $dir/compopt ]]
echo "$tests lines"
