#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# antragd.conf(5) and the table of keys name the same keys, types and defaults; the sample names the
# same keys.
set -eu
: "${srcdir:?}" "${builddir:?}"

rows=$(mktemp -d)
trap 'rm -r "$rows"' EXIT

if ! test -x "$builddir/tests/unit/test_conf_keys"; then
    echo "test_conf_keys is not built (cmocka is missing)"
    exit 77
fi
"$builddir/tests/unit/test_conf_keys" --print | sort -u > "$rows/table"

# .Ss Section body / .It Ic name Pq text / Default: x. | Required. | May be left out.
awk '
    function plain(s) { gsub(/\\&/, "", s); return s }
    /^\.Ss / { section = $NF == "file" ? "file" : $NF }
    /^\.It Ic / {
        name = $3
        type = $0; sub(/^.* Pq /, "", type)
        getline
        if ($0 == "Required.") how = "required"
        else if ($0 == "May be left out.") how = "optional"
        else if ($0 ~ /^Default: .*\.$/) { how = "d" substr(plain($0), 2); sub(/\.$/, "", how) }
        else how = "?" $0
        count = split(section == "servers" ? "submission mailbox" : section, sections, " ")
        for (i = 1; i <= count; i++) print sections[i] "|" name "|" type "|" how
    }' "$srcdir/man/antragd.conf.5" | sort -u > "$rows/manual"

# key = value, commented out or not, in the sections that are open
awk '
    /^ *(# )?[a-z-]+ = / { line = $0; sub(/^ *(# )?/, "", line); split(line, words, " ")
                           print open[depth] "|" words[1]; next }
    /^ *[a-z]+ .*\{( *#.*)?$/ { open[++depth] = $1; next }
    /^ *\}$/ { depth-- }
    BEGIN { depth = 0; open[0] = "file" }' "$srcdir/contrib/antragd.conf.sample" | sort -u > "$rows/sample"
cut -d '|' -f 1,2 "$rows/table" | sort -u > "$rows/names"

test -s "$rows/table"
diff -u "$rows/names" "$rows/sample"
diff -u "$rows/table" "$rows/manual"
echo "$(wc -l < "$rows/table") keys are the same in the table and in the manual"
