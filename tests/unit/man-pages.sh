#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# The pages of section 7: German and English have the same sections and name the same commands, the
# handbook names every row of the decision table and no other, antragctl(8) every defect of a mail,
# antragd.conf(5) every template, the times that are to be typed are understood, the leaflet's example
# is a motion that is read, its sentences for following up are understood, and the HTML is accessible.
set -eu
: "${srcdir:?}" "${builddir:?}"

dir=$(mktemp -d)
trap 'rm -r "$dir"' EXIT
antragctl=$builddir/antragctl

# ---- what is striking about a sender --------------------------------------------------------------

sed -n 's/.*\[PRETENCE_[A-Z_]*\] = {"\([a-z-]*\)".*/\1/p' "$srcdir/src/trust/pretence.c" | sort >"$dir/words"
test -s "$dir/words"
for page in man man/de; do
    sed -n 's/^\.It Li //p' "$srcdir/$page/antragd-office.7" | tr -d ' ' | tr , '\n' | sort >"$dir/named"
    diff -u "$dir/words" "$dir/named"
done

# ---- sections -------------------------------------------------------------------------------------

# A German section has its English one in a comment above it.
english_sections() { sed -n 's/^\.\(S[hs]\) /\1 /p' "$1"; }
german_sections() {
    awk '/^\.\\" = / { english = substr($0, 7); next }
         /^\.S[hs] / { print substr($1, 2), (english == "" ? "no English section above: " $0 : english)
                       english = "" }' "$1"
}

# What is typed, placeholders of the language left out.
commands() { { grep -o 'antragctl [a-z]*\|--[a-z][a-z-]*\|Fl -[a-z][a-z-]*' "$1" || true; } }
rows_of_page() { sed -n 's/^\.It Cm //p; s/^\.Cm //p' "$1" | tr -d ' ' | tr , '\n'; }

for page in antragd-office antragd-mail; do
    english_sections "$srcdir/man/$page.7" >"$dir/en"
    german_sections "$srcdir/man/de/$page.7" >"$dir/de"
    test -s "$dir/en"
    diff -u "$dir/en" "$dir/de"
    commands "$srcdir/man/$page.7" >"$dir/en"
    commands "$srcdir/man/de/$page.7" >"$dir/de"
    diff -u "$dir/en" "$dir/de"
    rows_of_page "$srcdir/man/$page.7" >"$dir/en"
    rows_of_page "$srcdir/man/de/$page.7" >"$dir/de"
    diff -u "$dir/en" "$dir/de"
done

# ---- the handbook and the decision table ----------------------------------------------------------

sed -n 's/.*{\.name = "\([a-z-]*\)".*/\1/p' "$srcdir/src/decision/decide.c" | sort -u >"$dir/table"
rows_of_page "$srcdir/man/antragd-office.7" | sort -u >"$dir/page"
test -s "$dir/table"
diff -u "$dir/table" "$dir/page"

# ---- templates ------------------------------------------------------------------------------------

for language in de en; do
    find "$srcdir/src/reply/templates/$language" -name '*.txt' -exec basename {} \; | sort >"$dir/files"
    sed -n '/^\.Sh TEMPLATES/,/^\.Sh FILES/s/^\.It Pa //p' "$srcdir/man/antragd.conf.5" | tr -d ' ' |
        tr , '\n' | sort >"$dir/page"
    test -s "$dir/files"
    diff -u "$dir/files" "$dir/page"
done

# ---- what a signature is worth ----------------------------------------------------------------------

sed -n 's/.*\[SIGNATURE_[A-Z_]*\] = "\([a-z-]*\)",.*/\1/p' "$srcdir/src/mail/signature.c" |
    grep -v -x -e none -e current -e missing -e out-of-date | sort >"$dir/words"
sed -n '/^\.Sh SIGN/,/^\.Sh ENV/s/^\.It Cm //p' "$srcdir/man/antragctl.8" | tr -d ' ' | tr , '\n' |
    sort >"$dir/page"
test -s "$dir/words"
diff -u "$dir/words" "$dir/page"

# ---- the defects of a mail ------------------------------------------------------------------------

sed -n '/^ \* Defects/,/^ \*\//s/^ \*   \([a-z-][a-z-]*\) .*/\1/p' "$srcdir/src/mail/mail.h" >"$dir/list"
sed -n '/^\.Sh DEFECTS/,/^\.Sh SIGN/s/^\.It Cm //p' "$srcdir/man/antragctl.8" >"$dir/page"
test -s "$dir/list"
diff -u "$dir/list" "$dir/page"
# and every word that the code says
grep -ho '_defect([^;]*"[a-z-]*")' "$srcdir"/src/mail/*.c | sed 's/.*"\(.*\)")/\1/' | sort -u >"$dir/said"
test -s "$dir/said"
grep -vxFf "$dir/page" "$dir/said" >"$dir/unlisted" || true
diff -u /dev/null "$dir/unlisted"

# ---- the example letter and the sentences ---------------------------------------------------------

# mail TEXT...: as a mail program would send it.
mail() {
    printf '%s\n' 'From: Erika Beispiel <vorsitz@spd.example>' 'To: antraege@town.example' \
        'Date: Tue, 03 Mar 2026 10:00:00 +0100' 'Message-ID: <1@spd.example>' 'MIME-Version: 1.0' \
        'Content-Type: text/plain; charset=utf-8' 'Content-Transfer-Encoding: 8bit' \
        'Subject: Post' ''
    cat
}

example() {
    awk '/^\.\\" example$/ { next_display = 1 }
         /^\.Ed$/ { inside = 0 }
         inside
         /^\.Bd / && next_display { inside = 1; next_display = 0 }' "$1"
}

# value NAME: of the reading's first motion, from standard input.
value() {
    python3 -c '
import json, sys
motions = json.load(sys.stdin)["motions"]
print(motions[0]["'"$1"'"] if motions else "no motion")'
}

# expect WHAT WANTED GOT
expect() {
    if test "$2" != "$3"; then
        echo "$1: wanted \"$2\", got \"$3\"" >&2
        exit 1
    fi
}

if ! command -v python3 >/dev/null; then
    echo "SKIP: python3 is missing, so the example and the HTML are not looked at"
    exit 77
fi

example "$srcdir/man/antragd-mail.7" >"$dir/letter"
example "$srcdir/man/de/antragd-mail.7" | diff -u "$dir/letter" -
mail <"$dir/letter" >"$dir/letter.eml"
"$antragctl" read "$dir/letter.eml" >"$dir/reading"
expect 'kind of the example' motion "$(value kind <"$dir/reading")"
expect 'title of the example' 'Beleuchtung des Schulwegs an der Bahnstraße' "$(value title <"$dir/reading")"
expect 'factions of the example' "['SPD']" "$(value factions <"$dir/reading")"
expect 'council of the example' "[{'organization': 'Rat', 'meeting_date': '2026-03-26'}]" \
    "$(value consultations <"$dir/reading")"
expect 'addressee of the example' 'Bürgermeisterin der Stadt Musterhausen' "$(value addressee <"$dir/reading")"

# What the leaflet tells a faction to write is read as what it is.
read_value() { mail | "$antragctl" read - | value "$1"; }
for page in man/antragd-mail.7 man/de/antragd-mail.7; do
    tr '\n' ' ' <"$srcdir/$page" >"$dir/page"
    for sentence in 'Die SPD-Fraktion zieht den Antrag A/2026/0001 zurück' \
        'Neufassung des Antrags A/2026/0001 für die Sitzung' Nichtöffentlich; do
        if ! grep -qF "$sentence" "$dir/page"; then
            echo "$page no longer says \"$sentence\"; check below what it says instead" >&2
            exit 1
        fi
    done
done
expect 'withdrawing' withdrawal "$(read_value kind <<END
Sehr geehrte Frau Bürgermeisterin,

Die SPD-Fraktion zieht den Antrag A/2026/0001 zurück.

Mit freundlichen Grüßen
Erika Beispiel
END
)"
sed 's,^Antrag für die,Neufassung des Antrags A/2026/0001 für die,' "$dir/letter" >"$dir/replacing"
expect 'replacing' replacement "$(read_value kind <"$dir/replacing")"
expect 'replacing' A/2026/0001 "$(read_value refers_to <"$dir/replacing")"
sed 's/^Antrag für/Nichtöffentlich\n\n&/' "$dir/letter" >"$dir/confidential"
expect 'confidential' True "$(read_value confidential <"$dir/confidential")"
expect 'confidential' 'Beleuchtung des Schulwegs an der Bahnstraße' "$(read_value title <"$dir/confidential")"

# ---- times that are to be typed -------------------------------------------------------------------

if test -x "$builddir/tests/unit/test_base_day"; then
    for page in man/antragd-office.7 man/de/antragd-office.7 man/antragctl.8; do
        grep -ho '20[0-9-]*T[0-9:+]*' "$srcdir/$page" >"$dir/times"
        while read -r time; do
            if ! "$builddir/tests/unit/test_base_day" "$time"; then
                echo "$page: $time is not understood" >&2
                exit 1
            fi
        done <"$dir/times"
    done
fi

# ---- leaflets -------------------------------------------------------------------------------------

if ! command -v mandoc >/dev/null; then
    echo "SKIP: mandoc is missing, so no leaflet is made"
    exit 77
fi
cat >"$dir/look.py" <<'END'
import html.parser, sys

class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.ranks, self.ids, self.links, self.text = [], [], [], [], {}
    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "html": self.language = attributes.get("lang")
        if tag in ("h1", "h2", "h3", "h4"): self.ranks.append(int(tag[1]))
        if "id" in attributes: self.ids.append(attributes["id"])
        if attributes.get("href", "").startswith("#"): self.links.append(attributes["href"][1:])
        if tag not in ("meta", "br", "link", "img", "hr"): self.open.append(tag)
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, "</%s> closes something else at %s" % (tag, self.getpos())
    def handle_data(self, data):
        if self.open: self.text[self.open[-1]] = self.text.get(self.open[-1], "") + data

page = Page()
page.feed(open(sys.argv[1], encoding="utf-8").read())
assert not page.open, page.open
assert page.language == sys.argv[2], page.language
assert page.text["title"] == page.text["h1"] == sys.argv[3], page.text["title"]
assert page.ranks[0] == 1 and page.ranks.count(1) == 1 and page.ranks.count(2) > 5, page.ranks
assert all(b <= a + 1 for a, b in zip(page.ranks, page.ranks[1:])), "a rank of headings is left out"
assert len(set(page.ids)) == len(page.ids), "an id is there twice"
assert all(link in page.ids for link in page.links), "a link leads nowhere"
END
for page in man/antragd-office.7 man/antragd-mail.7 man/de/antragd-office.7 man/de/antragd-mail.7; do
    case $page in */de/*) language=de ;; *) language=en ;; esac
    "$srcdir/man/leaflet" "$srcdir/$page" >"$dir/page.html"
    python3 "$dir/look.py" "$dir/page.html" "$language" "$(sed -n 's/^\.\\" leaflet: //p' "$srcdir/$page")"
done
echo "$(wc -l <"$dir/table") rows, the same in the table and in the handbook; 4 leaflets"
