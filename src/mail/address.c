/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/address.h"

#include "base/text.h"

#include <string.h>

#define ADDRESS_MAX 254 /* RFC 5321 section 4.5.3.1.3, without the brackets */

bool address_equal(const char *a, const char *b)
{
    return a && b && text_equal_nocase(a, b);
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
