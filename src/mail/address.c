/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/address.h"

#include "base/text.h"

#include <glib.h>
#include <string.h>

#define ADDRESS_MAX 254 /* RFC 5321 section 4.5.3.1.3, without the brackets */

/* ---- labels ---- */

#define ACE "xn--"
#define DOMAIN_LABEL_MAX 63

/* One that stands for letters of ASCII alone, or for such as no U-label has, is a trick. */
static const char *readable_label(struct arena *arena, const char *label)
{
    if (g_ascii_strncasecmp(label, ACE, strlen(ACE)) != 0 || strlen(label) > DOMAIN_LABEL_MAX)
        return label;
    char *letters = g_hostname_to_unicode(label);
    const char *readable = letters ? arena_strdup(arena, letters) : label;
    g_free(letters);
    bool sound = !text_is_ascii(readable) && !text_has_control(readable) &&
                 !strpbrk(readable, ".@ ") &&
                 strcmp(text_nfc(arena, readable, strlen(readable)), readable) == 0;
    return sound ? readable : label;
}

const char *address_readable(struct arena *arena, const char *address)
{
    const char *s = address_domain(address);
    struct text text;
    if (*s == '\0')
        return address;
    text_init(&text, arena);
    text_add_bytes(&text, address, (size_t)(s - address));
    for (;;) {
        size_t n = strcspn(s, ".");
        text_add(&text, readable_label(arena, arena_strndup(arena, s, n)));
        if (s[n] == '\0')
            return text.s;
        text_add_char(&text, '.');
        s += n + 1;
    }
}

/* ---- comparing ---- */

static size_t count_wide(const char *s)
{
    size_t n = 0;
    for (; *s; s++)
        n += (unsigned char)*s >= 0xc0;
    return n;
}

static bool equal_letters(const char *a, const char *b)
{
    return text_equal_nocase(a, b) && count_wide(a) == count_wide(b);
}

bool address_equal(const char *a, const char *b)
{
    if (!a || !b || equal_letters(a, b))
        return a && b;
    if (text_is_ascii(a) == text_is_ascii(b))
        return false; /* of two that are ASCII only, or both not, neither is the other's A-label */
    struct arena *arena = arena_new();
    const char *letters = address_readable(arena, a), *others = address_readable(arena, b);
    bool equal = equal_letters(text_nfc(arena, letters, strlen(letters)),
                               text_nfc(arena, others, strlen(others)));
    arena_free(arena);
    return equal;
}

bool address_is_among(const struct texts *addresses, const char *address)
{
    for (size_t i = 0; i < addresses->n; i++)
        if (address_equal(addresses->v[i], address))
            return true;
    return false;
}

bool address_is_same_mailbox(const char *a, const char *b)
{
    const char *domain_a = address_domain(a), *domain_b = address_domain(b);
    size_t n = (size_t)(domain_a - a);
    return *domain_a && *domain_b && n == (size_t)(domain_b - b) && strncmp(a, b, n) == 0 &&
           text_equal_nocase(domain_a, domain_b);
}

bool address_is_plain(const char *s)
{
    if (!s)
        return false;
    size_t n = strlen(s);
    const char *at = strchr(s, '@');
    if (n > ADDRESS_MAX || !at || at == s || at[1] == '\0' || strchr(at + 1, '@'))
        return false;
    return !text_has_control(s) && text_is_utf8(s, n) && !strpbrk(s, " <>()[]\",;:\\");
}

/* The display name without its quotes; NULL where nothing is left. */
static const char *clean_name(struct arena *arena, const char *s, size_t n)
{
    char *name = text_trim(arena, arena_strndup(arena, s, n));
    n = strlen(name);
    if (n < 2 || name[0] != '"' || name[n - 1] != '"')
        return *name ? name : NULL;
    char *to = name;
    for (const char *p = name + 1; p < name + n - 1; p++) {
        if (*p == '\\' && p + 1 < name + n - 1)
            p++;
        *to++ = *p;
    }
    *to = '\0';
    return *name ? name : NULL;
}

bool address_split(struct arena *arena, const char *s, const char **name_r, const char **address_r)
{
    const char *open = strrchr(s, '<');
    *name_r = NULL;
    if (text_has_control(s))
        return false;
    if (!open) {
        *address_r = text_trim(arena, s);
        return address_is_plain(*address_r);
    }
    const char *close = strchr(open, '>');
    if (!close || close[1 + strspn(close + 1, " ")])
        return false;
    *address_r = arena_strndup(arena, open + 1, (size_t)(close - open - 1));
    *name_r = clean_name(arena, s, (size_t)(open - s));
    return address_is_plain(*address_r);
}

const char *address_domain(const char *address)
{
    const char *at = address ? strrchr(address, '@') : NULL;
    return at ? at + 1 : "";
}
