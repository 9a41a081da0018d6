/* SPDX-License-Identifier: EUPL-1.2 */
#include "trust/lookalike.h"

#include "base/text.h"
#include "mail/address.h"

#include <stdint.h>
#include <string.h>

static const struct {
    const char *written, *seen;
} likes[] = {
#define LIKE(written, seen) {written, seen},
#include "trust/lookalike.def"
#undef LIKE
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A shorter name is many people's, and one letter makes it another word. */
#define TELLING 8

static const char *replace_all(struct arena *arena, const char *s, const char *from, const char *to)
{
    const char *at = strstr(s, from);
    struct text text;
    if (!at)
        return s;
    text_init(&text, arena);
    for (; at; at = strstr(s, from)) {
        text_add_bytes(&text, s, (size_t)(at - s));
        text_add(&text, to);
        s = at + strlen(from);
    }
    text_add(&text, s);
    return text.s;
}

/* Every member of the roster is looked at for each mail: most are ASCII, and quickly done. */
const char *lookalike_skeleton(struct arena *arena, const char *s)
{
    const char *letters = address_readable(arena, s);
    const char *skeleton = text_is_ascii(letters) ? text_lower(arena_strdup(arena, letters))
                                                  : text_bare(arena, letters);
    bool ascii = text_is_ascii(skeleton);
    for (size_t i = 0; i < COUNT(likes); i++)
        if (!ascii || text_is_ascii(likes[i].written))
            skeleton = replace_all(arena, skeleton, likes[i].written, likes[i].seen);
    return skeleton;
}

bool lookalike_is_same(struct arena *arena, const char *a, const char *b)
{
    return strcmp(lookalike_skeleton(arena, a), lookalike_skeleton(arena, b)) == 0;
}

/* One letter more, less, changed, or two beside each other exchanged. */
static bool differs_by_one(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b), i = 0, tail = 0;
    if (n < m)
        return differs_by_one(b, a);
    if (n - m > 1)
        return false;
    while (i < m && a[i] == b[i])
        i++;
    while (tail < m - i && a[n - 1 - tail] == b[m - 1 - tail])
        tail++;
    if (m - i - tail <= 1 && n - i - tail <= 1)
        return true;
    return n == m && n - i - tail == 2 && a[i] == b[i + 1] && a[i + 1] == b[i];
}

/* Without its last label. */
static const char *stem(struct arena *arena, const char *domain)
{
    const char *dot = strrchr(domain, '.');
    return dot ? arena_strndup(arena, domain, (size_t)(dot - domain)) : domain;
}

static bool ends_below(const char *domain, const char *above)
{
    size_t n = strlen(domain), m = strlen(above);
    return n > m && domain[n - m - 1] == '.' && strcmp(domain + n - m, above) == 0;
}

/* Both are skeletons. */
static bool domain_resembles(struct arena *arena, const char *domain, const char *other,
                             bool telling)
{
    const char *name = stem(arena, other);
    if (strcmp(domain, other) == 0)
        return true;
    if (ends_below(domain, other)) /* a domain below theirs is theirs */
        return false;
    if (strcmp(stem(arena, domain), name) == 0)
        return telling;
    if (telling && (differs_by_one(domain, other) || strstr(domain, name)))
        return true;
    /* "spd.example.evil.example", and with hyphens for dots */
    return strncmp(domain, other, strlen(other)) == 0 ||
           strncmp(replace_all(arena, domain, "-", "."), replace_all(arena, other, "-", "."),
                   strlen(other)) == 0;
}

static const char *local_part(struct arena *arena, const char *address)
{
    const char *at = strrchr(address, '@');
    return at ? arena_strndup(arena, address, (size_t)(at - address)) : address;
}

static bool has_same_letters(const char *a, const char *b)
{
    return strcmp(a, b) == 0 || (strlen(b) >= TELLING && differs_by_one(a, b));
}

bool lookalike_is_of(struct arena *arena, const char *address, const char *other)
{
    const char *seen = lookalike_skeleton(arena, address);
    const char *wanted = lookalike_skeleton(arena, other);
    const char *domain = address_domain(seen), *theirs = address_domain(wanted);
    bool same_local = has_same_letters(local_part(arena, seen), local_part(arena, wanted));
    if (address_equal(address, other) || *domain == '\0' || *theirs == '\0')
        return false;
    if (address_equal(arena_printf(arena, "x@%s", address_domain(address)),
                      arena_printf(arena, "x@%s", address_domain(other))))
        return same_local;
    bool telling = same_local || strlen(stem(arena, theirs)) >= TELLING;
    return domain_resembles(arena, domain, theirs, telling);
}
