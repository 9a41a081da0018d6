/* SPDX-License-Identifier: EUPL-1.2 */
/* What single values must look like.  An address is checked again, as strictly, where mail is
 * (mail/address.h); here so that the mistake has a line. */
#include "conf/conf_tree.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

/* Bytes that an addr-spec without quotes cannot have (RFC 5321 section 4.1.2, RFC 6531). */
static bool is_address_byte(char c)
{
    return (unsigned char)c > ' ' && c != 0x7f && strchr("()<>[]:;,\\\"", c) == NULL;
}

static bool is_plain_address(const char *s)
{
    const char *at = strchr(s, '@');
    size_t n = strlen(s);

    if (at == NULL || at == s || at[1] == '\0' || strchr(at + 1, '@') != NULL || n > 254)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!is_address_byte(s[i]))
            return false;
    return true;
}

const char *conf_form_address(const char *s)
{
    return is_plain_address(s) ? NULL
                               : "is not a plain address; write it like ratsbuero@town.example";
}

/* Between the last < and a final >, or the whole. */
char *conf_from_address(struct arena *arena, const char *from)
{
    const char *open = strrchr(from, '<');
    size_t n = strlen(from);
    char *address;

    if (open == NULL)
        address = text_trim(arena, from);
    else if (from[n - 1] == '>')
        address =
            text_trim(arena, arena_strndup(arena, open + 1, n - 1 - (size_t)(open + 1 - from)));
    else
        return NULL;
    return is_plain_address(address) ? address : NULL;
}

const char *conf_form_from(const char *s)
{
    struct arena *arena = arena_new();
    bool good = conf_from_address(arena, s) != NULL;

    arena_free(arena);
    return good ? NULL : "is not a sender; write it like \"Ratsbüro <antraege@town.example>\"";
}

const char *conf_form_number(const char *s)
{
    int counters = 0;
    int years = 0;

    for (; *s != '\0'; s++) {
        if (*s != '%')
            continue;
        s++;
        if (*s == 'Y')
            years++;
        else if (*s == 'n' || (*s >= '1' && *s <= '9' && s[1] == 'n')) {
            s += *s != 'n';
            counters++;
        } else if (*s != '%')
            return "has a % that means nothing; write %Y, %n, %4n, or %% for a percent sign";
    }
    if (counters != 1)
        return "must have one counter; write %n, or %4n for at least four digits, once";
    /* counters begin anew each year, and no number may ever be used twice */
    return years > 0 ? NULL : "must have the year; write it like A/%Y/%4n";
}

const char *conf_form_path(const char *s)
{
    return s[0] == '/' ? NULL : "is not an absolute path; begin it with /";
}

const char *conf_form_host(const char *s)
{
    if (*s == '\0')
        return "is empty; write the server's name";
    for (; *s != '\0'; s++)
        if (!isalnum((unsigned char)*s) && strchr("-._:[]", *s) == NULL)
            return "is not a host name; write it like imap.town.example";
    return NULL;
}

const char *conf_form_name(const char *s)
{
    return s[strspn(s, " ")] != '\0' ? NULL : "is empty; write something or leave it out";
}

const char *conf_form_credential(const char *s)
{
    if (*s == '\0' || strchr(s, '/') != NULL || s[0] == '.')
        return "is not a credential's name; write the name given in LoadCredential=";
    return NULL;
}

bool conf_host_is_loopback(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;

    if (text_equal_nocase(host, "localhost") || strcmp(host, "[::1]") == 0)
        return true;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}
