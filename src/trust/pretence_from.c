/* SPDX-License-Identifier: EUPL-1.2 */
/* How a From field is written, and what in a text looks like an address. */
#include "trust/pretence.h"

#include "mail/address.h"

#include <ctype.h>
#include <string.h>

/* ---- the shape of the field ---- */

struct scan {
    const char *s;
    bool quoted;
    int comment; /* depth */
    bool in_angle;
    bool closed; /* behind the ">" of an address */
    size_t angles, words;
    size_t ats; /* in the address at hand */
    bool has_at;
    struct from_shape *shape;
};

/* Behind the encoded word at s, or NULL where there is none. */
static const char *skip_word(const char *s)
{
    if (s[0] != '=' || s[1] != '?')
        return NULL;
    for (int i = 0; i < 3; i++) {
        s = strchr(s + 1, '?');
        if (!s || s[1] == '=')
            return NULL;
    }
    s = strstr(s + 1, "?=");
    return s ? s + 2 : NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* A comment within an address without brackets: "a(x)@b", "a@(x)b.c". */
static bool splits_address(const char *written, const char *at, int step)
{
    while (at >= written && is_blank(*at))
        at += step;
    return at >= written && (*at == '@' || *at == '.');
}

/* True where c belongs to a quoted string or a comment, or begins or ends one. */
static bool scan_quotes(struct scan *scan, const char *written, char c)
{
    if ((scan->quoted || scan->comment > 0) && c == '\\' && scan->s[1]) {
        scan->s++;
        return true;
    }
    if (c == '"' && scan->comment == 0) {
        scan->shape->odd = scan->shape->odd || scan->in_angle;
        scan->quoted = !scan->quoted;
        return true;
    }
    if (scan->quoted)
        return true;
    if (c == '(') {
        scan->comment++;
        if (scan->in_angle || splits_address(written, scan->s - 1, -1))
            scan->shape->odd = true;
        return true;
    }
    if (scan->comment == 0)
        return false;
    if (c == ')' && --scan->comment == 0 && splits_address(written, scan->s + 1, 1))
        scan->shape->odd = true;
    return true;
}

static void scan_char(struct scan *scan, char c)
{
    bool odd = false;
    if (scan->closed && !is_blank(c) && c != ',' && c != ';')
        odd = true; /* text behind the address */
    switch (c) {
    case '<':
        odd = odd || scan->in_angle;
        scan->in_angle = true;
        scan->angles++;
        scan->ats = 0;
        break;
    case '>':
        odd = odd || !scan->in_angle || scan->ats > 1;
        scan->in_angle = false;
        scan->closed = true;
        break;
    case ':':
        odd = odd || scan->in_angle; /* the end of a route (RFC 5322 section 4.4) */
        scan->shape->group = scan->shape->group || !scan->in_angle;
        break;
    case ',':
        odd = odd || scan->in_angle || (!scan->closed && scan->ats > 1);
        scan->closed = false;
        scan->ats = 0;
        break;
    case '@':
        scan->ats++;
        scan->has_at = true;
        break;
    }
    scan->shape->odd = scan->shape->odd || odd;
}

void from_shape_find(const char *written, struct from_shape *shape_r)
{
    struct scan scan = {.s = written, .shape = shape_r};
    *shape_r = (struct from_shape){.odd = *written == '\0'};
    while (*scan.s) {
        const char *behind = scan.comment == 0 ? skip_word(scan.s) : NULL;
        if (behind) {
            shape_r->odd = shape_r->odd || scan.in_angle || scan.closed;
            scan.words++;
            scan.s = behind;
            continue;
        }
        if (!scan_quotes(&scan, written, *scan.s))
            scan_char(&scan, *scan.s);
        scan.s++;
    }
    if (scan.quoted || scan.comment > 0 || scan.in_angle || (!scan.closed && scan.ats > 1) ||
        (scan.words > 0 && scan.angles == 0 && !scan.has_at))
        shape_r->odd = true;
}

bool pretence_spoils_from(const struct mail *mail)
{
    for (size_t i = 0; i < mail->from_written.n; i++) {
        struct from_shape shape;
        from_shape_find(mail->from_written.v[i], &shape);
        if (shape.odd)
            return true;
    }
    return mail->from_written.n > 1 || texts_has(&mail->defects, "control-in-from");
}

bool pretence_is_group(const struct mail *mail)
{
    for (size_t i = 0; i < mail->from_written.n; i++) {
        struct from_shape shape;
        from_shape_find(mail->from_written.v[i], &shape);
        if (shape.group)
            return true;
    }
    return false;
}

/* ---- addresses in a text ---- */

static bool is_local(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 || strchr("!#$%&*+-/=?^_{|}~.", c);
}

static bool is_host(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 || c == '-' || c == '.';
}

static void find_in(struct arena *arena, const char *s, struct texts *addresses)
{
    for (const char *at = strchr(s, '@'); at; at = strchr(at + 1, '@')) {
        const char *begin = at, *end = at + 1;
        while (begin > s && begin[-1] && is_local(begin[-1]))
            begin--;
        while (*end && is_host(*end))
            end++;
        while (end > at + 1 && (end[-1] == '.' || end[-1] == '-'))
            end--;
        const char *address = arena_strndup(arena, begin, (size_t)(end - begin));
        if (address_is_plain(address) && strchr(address_domain(address), '.') &&
            !texts_has_nocase(addresses, address))
            texts_add(addresses, arena, address);
    }
}

void pretence_find_addresses(struct arena *arena, const char *s, struct texts *addresses)
{
    const char *bare = text_bare(arena, s);
    find_in(arena, s, addresses);
    if (strchr(bare, '@') && !strchr(s, '@')) /* "＠" */
        find_in(arena, bare, addresses);
}
