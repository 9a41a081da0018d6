/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Parameters of MIME fields.  GMime decodes them too, but takes the plain of "filename" and
 * "filename*" where both are there (RFC 6266 and mail programs: the second), and loses every
 * umlaut of a name whose charset lies.
 */
#include "mail/inside.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define MAX_PARAMS 64
#define MAX_NAME 255
#define MAX_ENDING 10 /* bytes of a name's ending, with its dot */

/* One parameter as it stands: name*3*=value has section 3 and is encoded. */
struct piece {
    const char *name;
    int section; /* -1: not in sections */
    bool encoded;
    const char *value;
};

static const char *skip_blanks(const char *s)
{
    for (;;) {
        while (*s == ' ' || *s == '\t')
            s++;
        if (*s != '(')
            return s;
        int open = 0;
        do {
            open += *s == '(';
            open -= *s == ')';
            if (*s == '\\' && s[1])
                s++;
            s++;
        } while (*s && open > 0);
    }
}

static const char *take_value(struct arena *arena, const char *s, const char **value_r)
{
    struct text value;
    text_init(&value, arena);
    if (*s == '"') {
        for (s++; *s && *s != '"'; s++) {
            if (*s == '\\' && (s[1] == '"' || s[1] == '\\'))
                s++;
            text_add_char(&value, *s);
        }
        *value_r = value.s;
        return s + (*s == '"');
    }
    size_t n = strcspn(s, ";");
    *value_r = text_trim(arena, arena_strndup(arena, s, n));
    return s + n;
}

/* name, name*, name*0, name*0* */
static void read_name(struct arena *arena, const char *s, size_t n, struct piece *piece)
{
    piece->section = -1;
    piece->encoded = n > 0 && s[n - 1] == '*';
    n -= piece->encoded;
    size_t digits = 0;
    while (digits < n && digits < 4 && isdigit((unsigned char)s[n - digits - 1]))
        digits++;
    if (digits > 0 && n > digits + 1 && s[n - digits - 1] == '*') {
        piece->section = 0;
        for (size_t i = n - digits; i < n; i++)
            piece->section = piece->section * 10 + (s[i] - '0');
        n -= digits + 1;
    }
    piece->name = arena_strndup(arena, s, n);
}

static size_t take_pieces(struct arena *arena, const char *s, struct piece pieces[MAX_PARAMS])
{
    size_t n = 0;
    while (*s && n < MAX_PARAMS) {
        s = skip_blanks(s);
        if (*s == ';') {
            s++;
            continue;
        }
        size_t length = strcspn(s, "=; \t");
        const char *after = skip_blanks(s + length);
        if (length == 0 || *after != '=') {
            s += strcspn(s, ";");
            continue;
        }
        read_name(arena, s, length, &pieces[n]);
        s = take_value(arena, skip_blanks(after + 1), &pieces[n].value);
        n++;
    }
    return n;
}

static int hex_digit(char c)
{
    if (isdigit((unsigned char)c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void add_percent(struct text *text, const char *s)
{
    for (; *s; s++) {
        int high = *s == '%' ? hex_digit(s[1]) : -1;
        int low = high >= 0 ? hex_digit(s[2]) : -1;
        if (low < 0) {
            text_add_char(text, *s);
        } else {
            if (high + low > 0) /* a NUL would end the name for us, not for others */
                text_add_char(text, (char)(high * 16 + low));
            s += 2;
        }
    }
}

static const struct piece *find_piece(const struct piece *pieces, size_t n, const char *name,
                                      int section)
{
    for (size_t i = 0; i < n; i++)
        if (pieces[i].section == section && strcasecmp(pieces[i].name, name) == 0 &&
            (section >= 0 || pieces[i].encoded))
            return &pieces[i];
    return NULL;
}

/* "f%C3%BCr.pdf" without a mark that it is encoded, as some web mail writes it; only where octets
 * above ASCII are UTF-8, which is no accident. */
static const char *decode_unmarked(struct arena *arena, const char *value)
{
    struct text text;
    text_init(&text, arena);
    add_percent(&text, value);
    bool ascii = true;
    for (size_t i = 0; i < text.len; i++)
        ascii = ascii && (unsigned char)text.s[i] < 0x80;
    return !ascii && text_is_utf8(text.s, text.len) ? text.s : value;
}

/* Encoded words do not belong here, but Outlook writes them. */
static const char *plain_value(struct arena *arena, const char *value)
{
    if (strstr(value, "=?"))
        return words_decode(arena, value);
    return strchr(value, '%') ? decode_unmarked(arena, value) : value;
}

/* The bytes of all sections, decoded; the first one names the charset (RFC 2231 section 4). */
static const char *join_pieces(struct arena *arena, const struct piece *pieces, size_t n,
                               const char *name)
{
    const struct piece *piece = find_piece(pieces, n, name, -1);
    int section = piece ? -1 : 0;
    if (!piece)
        piece = find_piece(pieces, n, name, 0);
    if (!piece)
        return NULL;
    const char *charset = NULL, *value = piece->value;
    const char *quote = piece->encoded ? strchr(value, '\'') : NULL;
    const char *second = quote ? strchr(quote + 1, '\'') : NULL;
    if (second) {
        charset = arena_strndup(arena, value, (size_t)(quote - value));
        value = second + 1;
    }
    struct text text;
    bool encoded = false;
    text_init(&text, arena);
    for (;;) {
        encoded = encoded || piece->encoded;
        if (piece->encoded)
            add_percent(&text, value);
        else
            text_add(&text, value);
        piece = section < 0 ? NULL : find_piece(pieces, n, name, ++section);
        if (!piece)
            break;
        value = piece->value;
    }
    if (!encoded)
        return plain_value(arena, text.s);
    bool bad;
    size_t length = text.len;
    return charset_to_utf8(arena, charset && *charset ? charset : NULL, text.s, length, &length,
                           &bad);
}

void param_parse(struct arena *arena, const char *raw, struct param_value *value_r)
{
    struct piece pieces[MAX_PARAMS];
    *value_r = (struct param_value){"", NULL, 0};
    if (!raw || strlen(raw) > MAIL_MAX_FIELD)
        return;
    raw = skip_blanks(raw);
    size_t length = strcspn(raw, "; \t(");
    value_r->value = text_lower(arena_strndup(arena, raw, length));
    size_t n = take_pieces(arena, raw + length, pieces);
    value_r->params = arena_array(arena, n, sizeof *value_r->params);
    for (size_t i = 0; i < n; i++) {
        if (param_get(value_r, pieces[i].name))
            continue;
        const char *joined = join_pieces(arena, pieces, n, pieces[i].name);
        value_r->params[value_r->n++] = (struct field){
            .name = pieces[i].name, .value = joined ? joined : plain_value(arena, pieces[i].value)};
    }
}

const char *param_get(const struct param_value *value, const char *name)
{
    for (size_t i = 0; i < value->n; i++)
        if (strcasecmp(value->params[i].name, name) == 0)
            return value->params[i].value;
    return NULL;
}

/* ---- file names ---- */

/* What must not stand in a name, and what stands there instead.  Marks that turn the direction of
 * writing or are not seen go: "gepj.exe" must not look like a picture. */
static const struct {
    const char *bytes;
    const char *instead;
} odd_in_names[] = {
    {"\u200b", ""},  {"\u200c", ""},  {"\u200d", ""}, {"\u200e", ""}, {"\u200f", ""},
    {"\u202a", ""},  {"\u202b", ""},  {"\u202c", ""}, {"\u202d", ""}, {"\u202e", ""},
    {"\u2060", ""},  {"\u2066", ""},  {"\u2067", ""}, {"\u2068", ""}, {"\u2069", ""},
    {"\u206a", ""},  {"\u206b", ""},  {"\u206c", ""}, {"\u206d", ""}, {"\u206e", ""},
    {"\u206f", ""},  {"\u061c", ""},  {"\u180e", ""}, {"\ufeff", ""}, {"\u00ad", ""},
    {"\u2028", " "}, {"\u2029", " "},
};

/* also those that only look so */
static const char *const separators[] = {"/",      "\\",     "\u2044", "\u2215",
                                         "\u29f8", "\uff0f", "\uff3c"};

/* Names that are devices somewhere, whatever ending they have. */
static const char *const devices[] = {
    "con",       "prn",       "aux",       "nul",       "com0",      "com1",      "com2", "com3",
    "com4",      "com5",      "com6",      "com7",      "com8",      "com9",      "lpt0", "lpt1",
    "lpt2",      "lpt3",      "lpt4",      "lpt5",      "lpt6",      "lpt7",      "lpt8", "lpt9",
    "com\u00b9", "com\u00b2", "com\u00b3", "lpt\u00b9", "lpt\u00b2", "lpt\u00b3",
};

static const char *without_folders(const char *name)
{
    const char *last = name;
    for (const char *p = name; *p; p++)
        for (size_t i = 0; i < sizeof separators / sizeof *separators; i++)
            if (text_starts(p, separators[i]))
                last = p + strlen(separators[i]);
    return last;
}

static char *without_odd_characters(struct arena *arena, const char *name)
{
    struct text text;
    text_init(&text, arena);
    while (*name) {
        size_t i = 0, count = sizeof odd_in_names / sizeof *odd_in_names;
        while (i < count && !text_starts(name, odd_in_names[i].bytes))
            i++;
        if (i < count)
            text_add(&text, odd_in_names[i].instead);
        else
            text_add_char(&text, *name);
        name += i < count ? strlen(odd_in_names[i].bytes) : 1;
    }
    return text_squeeze(arena, text.s);
}

/* Neither hidden nor, on some systems, another file's name. */
static char *without_outer_dots(char *name)
{
    name += strspn(name, ". ");
    size_t n = strlen(name);
    while (n > 0 && (name[n - 1] == '.' || name[n - 1] == ' '))
        n--;
    name[n] = '\0';
    return name;
}

static bool is_device(struct arena *arena, const char *name)
{
    char *stem = text_trim(arena, arena_strndup(arena, name, strcspn(name, ".")));
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
        if (strcasecmp(stem, devices[i]) == 0)
            return true;
    return false;
}

static size_t cut_at_character(const char *s, size_t n)
{
    while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
        n--;
    return n;
}

/* At most MAX_NAME bytes; the ending, which tells what the file is, stays. */
static char *without_length(struct arena *arena, char *name)
{
    if (strlen(name) <= MAX_NAME)
        return name;
    const char *dot = strrchr(name, '.');
    const char *ending = dot && strlen(dot) <= MAX_ENDING ? dot : "";
    size_t n = cut_at_character(name, MAX_NAME - strlen(ending));
    return arena_printf(arena, "%.*s%s", (int)n, name, ending);
}

const char *param_safe_name(struct arena *arena, const char *name)
{
    const char *clean = value_clean(arena, name);
    if (!clean)
        return NULL;
    char *safe = without_odd_characters(arena, without_folders(clean));
    safe = without_length(arena, without_outer_dots(safe));
    if (is_device(arena, safe))
        safe = arena_printf(arena, "_%s", safe);
    return *safe ? safe : NULL;
}
