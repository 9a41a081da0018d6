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
        s += *s == '"';
    } else {
        size_t n = strcspn(s, ";");
        text_add_bytes(&value, s, n);
        s += n;
    }
    *value_r = value.len ? text_trim(arena, value.s) : "";
    return s;
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
    text_init(&text, arena);
    for (;;) {
        if (piece->encoded)
            add_percent(&text, value);
        else
            text_add(&text, value);
        piece = section < 0 ? NULL : find_piece(pieces, n, name, ++section);
        if (!piece)
            break;
        value = piece->value;
    }
    bool bad;
    size_t length = text.len;
    return charset_to_utf8(arena, charset && *charset ? charset : NULL, text.s, length, &length,
                           &bad);
}

static const char *plain_piece(struct arena *arena, const char *value)
{
    if (!strstr(value, "=?"))
        return value;
    /* Encoded words do not belong here, but Outlook writes them. */
    char *decoded = g_mime_utils_header_decode_text(NULL, value);
    const char *copy = arena_strdup(arena, decoded);
    g_free(decoded);
    return copy;
}

void param_parse(struct arena *arena, const char *raw, struct param_value *value_r)
{
    struct piece pieces[MAX_PARAMS];
    *value_r = (struct param_value){"", NULL, 0};
    if (!raw || strlen(raw) > MAIL_MAX_FIELD)
        return;
    raw = skip_blanks(raw);
    size_t length = strcspn(raw, "; \t(");
    char *value = arena_strndup(arena, raw, length);
    for (char *p = value; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    value_r->value = value;
    size_t n = take_pieces(arena, raw + length, pieces);
    value_r->params = arena_array(arena, n, sizeof *value_r->params);
    for (size_t i = 0; i < n; i++) {
        if (param_get(value_r, pieces[i].name))
            continue;
        const char *joined = join_pieces(arena, pieces, n, pieces[i].name);
        value_r->params[value_r->n++] =
            (struct field){pieces[i].name, joined ? joined : plain_piece(arena, pieces[i].value)};
    }
}

const char *param_get(const struct param_value *value, const char *name)
{
    for (size_t i = 0; i < value->n; i++)
        if (strcasecmp(value->params[i].name, name) == 0)
            return value->params[i].value;
    return NULL;
}

/* Marks that turn the direction of writing or are not seen: "gepj.exe" must not look like a
 * picture. */
static size_t invisible_length(const char *s)
{
    static const char *const marks[] = {
        "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d",
        "\u202e", "\u2066", "\u2067", "\u2068", "\u2069", "\u061c", "\ufeff", "\u00ad",
    };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (text_starts(s, marks[i]))
            return strlen(marks[i]);
    return 0;
}

static size_t cut_at_character(const char *s, size_t n)
{
    while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
        n--;
    return n;
}

const char *param_safe_name(struct arena *arena, const char *name)
{
    name = value_clean(arena, name);
    if (!name)
        return NULL;
    for (const char *p = name; *p; p++)
        if (*p == '/' || *p == '\\')
            name = p + 1;
    struct text text;
    text_init(&text, arena);
    while (*name) {
        size_t skip = invisible_length(name);
        if (skip == 0)
            text_add_char(&text, *name);
        name += skip ? skip : 1;
    }
    if (text.len == 0)
        return NULL;
    char *squeezed = text_squeeze(arena, text.s);
    if (strlen(squeezed) > MAX_NAME)
        squeezed[cut_at_character(squeezed, MAX_NAME)] = '\0';
    if (*squeezed == '\0' || strcmp(squeezed, ".") == 0 || strcmp(squeezed, "..") == 0)
        return NULL;
    return squeezed;
}
