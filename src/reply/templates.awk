# SPDX-License-Identifier: EUPL-1.2
# Templates to C: awk -f templates.awk DIR/LANGUAGE/NAME.txt ... > templates.c
# The texts must stand in the program: the role that renders opens no files.

function start(path,    n, parts)
{
    if (open_text)
        print "    },"
    n = split(path, parts, "/")
    sub(/\.txt$/, "", parts[n])
    printf "    {\n     .language = \"%s\",\n     .name = \"%s\",\n     .text =\n", parts[n - 1], parts[n]
    open_text = 1
}

BEGIN {
    print "/* Made by templates.awk from the texts in templates/; edit those. */"
    print "#include \"reply/template.h\"\n"
    print "const struct template_text template_texts[] = {"
}
FNR == 1 { start(FILENAME) }
{
    gsub(/\\/, "\\\\")
    gsub(/"/, "\\\"")
    printf "         \"%s\\n\"\n", $0
}
END {
    if (open_text)
        print "    },"
    print "};\n"
    print "const size_t template_count = sizeof(template_texts) / sizeof(template_texts[0]);"
}
