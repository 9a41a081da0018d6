/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/inside.h"

#include <string.h>
#include <strings.h>

/* The length of the line at s with its line end, which is LF or CRLF. */
static size_t line_length(const char *s, size_t n)
{
    const char *end = memchr(s, '\n', n);
    return end ? (size_t)(end - s) + 1 : n;
}

static bool line_is_empty(const char *s, size_t n)
{
    return (n == 1 && s[0] == '\n') || (n == 2 && s[0] == '\r' && s[1] == '\n');
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool header_check(const char *bytes, size_t n, size_t *body_r, struct err *err_r)
{
    size_t at = 0, field = 0;
    while (at < n) {
        size_t length = line_length(bytes + at, n - at);
        if (line_is_empty(bytes + at, length)) {
            at += length;
            break;
        }
        if (!is_blank(bytes[at]))
            field = 0;
        field += length;
        at += length;
        if (field > MAIL_MAX_FIELD)
            return err_set(err_r, ERR_DATA, "a header field is larger than %d bytes",
                           MAIL_MAX_FIELD);
        if (at > MAIL_MAX_HEADER)
            return err_set(err_r, ERR_DATA, "the header is larger than %d bytes", MAIL_MAX_HEADER);
    }
    *body_r = at;
    return true;
}

static size_t name_length(const char *s, size_t n)
{
    size_t i = 0;
    while (i < n && s[i] > ' ' && s[i] != 0x7f && s[i] != ':')
        i++;
    size_t name = i;
    while (i < n && is_blank(s[i]))
        i++;
    return i < n && s[i] == ':' ? name : 0;
}

bool header_has_field(const char *bytes, size_t n)
{
    for (size_t at = 0; at < n; at += line_length(bytes + at, n - at))
        if (name_length(bytes + at, n - at) > 0)
            return true;
    return false;
}

static size_t field_length(const char *s, size_t n)
{
    size_t length = line_length(s, n);
    while (length < n && is_blank(s[length]))
        length += line_length(s + length, n - length);
    return length;
}

/* ---- what is larger than we read ---- */

/* Whole lines, so far as they fit; of a single one its beginning. */
static size_t cut_length(const char *s, size_t n)
{
    if (n <= MAIL_MAX_FIELD)
        return n;
    const char *end = memrchr(s, '\n', MAIL_MAX_FIELD);
    return end ? (size_t)(end - s) + 1 : MAIL_MAX_FIELD - 1;
}

/* Who sent it: a second From behind a hundred thousand other fields is one. */
static bool names_sender(const char *s, size_t name)
{
    return (name == 4 && strncasecmp(s, "From", 4) == 0) ||
           (name == 6 && strncasecmp(s, "Sender", 6) == 0);
}

char *header_cut(struct arena *arena, const char *bytes, size_t n, size_t *n_r)
{
    const size_t room = MAIL_MAX_HEADER - MAIL_MAX_FIELD;
    size_t at = 0, kept = 0;
    char *out = arena_alloc(arena, n + 1);
    while (at < n && !line_is_empty(bytes + at, line_length(bytes + at, n - at))) {
        const char *s = bytes + at;
        size_t length = field_length(s, n - at);
        size_t cut = cut_length(s, length);
        at += length;
        if (kept + cut + 1 > (names_sender(s, name_length(s, length)) ? MAIL_MAX_HEADER : room))
            continue;
        memcpy(out + kept, s, cut);
        kept += cut;
        if (s[cut - 1] != '\n')
            out[kept++] = '\n';
    }
    memcpy(out + kept, bytes + at, n - at);
    *n_r = kept + n - at;
    return out;
}

/* The line ends go, the blanks after them stay. */
char *field_unfold(struct arena *arena, const char *s, size_t n)
{
    char *out = arena_alloc(arena, n + 1);
    size_t len = 0;
    bool ascii = true;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        ascii = ascii && c < 0x80;
        if (c == '\n' || (c == '\r' && i + 1 < n && s[i + 1] == '\n'))
            continue;
        out[len++] = c < 0x20 || c == 0x7f ? ' ' : s[i];
    }
    if (ascii)
        return out;
    bool bad;
    return charset_to_utf8(arena, NULL, out, len, &len, &bad);
}

static bool has_controls(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool line_end = s[i] == '\n' || (s[i] == '\r' && i + 1 < n && s[i + 1] == '\n');
        if ((((unsigned char)s[i] < ' ' && s[i] != '\t') || s[i] == 0x7f) && !line_end)
            return true;
    }
    return false;
}

void header_split(struct arena *arena, const char *bytes, size_t n, struct fields *fields_r,
                  size_t *odd_r)
{
    size_t room = 0;
    *fields_r = (struct fields){NULL, 0};
    *odd_r = 0;
    for (size_t at = 0, length; at < n; at += length) {
        const char *s = bytes + at;
        if (line_is_empty(s, line_length(s, n - at)))
            break;
        length = field_length(s, n - at);
        size_t name = name_length(s, length);
        if (name == 0) {
            *odd_r += at > 0 || !(length > 5 && memcmp(s, "From ", 5) == 0);
            continue;
        }
        if (fields_r->n == room) {
            size_t more = room ? room * 2 : 32;
            fields_r->v = arena_grow(arena, fields_r->v, room, more, sizeof *fields_r->v);
            room = more;
        }
        const char *colon = memchr(s, ':', length);
        size_t rest = length - (size_t)(colon + 1 - s);
        fields_r->v[fields_r->n++] = (struct field){.name = arena_strndup(arena, s, name),
                                                    .value = field_unfold(arena, colon + 1, rest),
                                                    .controls = has_controls(colon + 1, rest)};
    }
}

const char *field_first(const struct fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->n; i++)
        if (strcasecmp(fields->v[i].name, name) == 0)
            return fields->v[i].value;
    return NULL;
}

size_t field_count(const struct fields *fields, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < fields->n; i++)
        count += strcasecmp(fields->v[i].name, name) == 0;
    return count;
}

const char *value_clean(struct arena *arena, const char *s)
{
    if (!s)
        return NULL;
    char *text = text_normalize(arena, s, strlen(s));
    for (char *p = text; *p; p++)
        if (*p == '\n' || *p == '\t')
            *p = ' ';
    text = text_trim(arena, text);
    return *text ? text : NULL;
}

const char *value_keep(struct arena *arena, const char *s)
{
    struct text text;
    if (!s)
        return NULL;
    text_init(&text, arena);
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s, next = (unsigned char)s[1];
        if (c == 0xc2 && next >= 0x80 && next < 0xa0) {
            text_add(&text, "\ufffd");
            s++;
        } else {
            text_add_char(&text, c < ' ' || c == 0x7f ? ' ' : *s);
        }
    }
    const char *kept = text_trim(arena, text_nfc(arena, text.s, text.len));
    return *kept ? kept : NULL;
}
