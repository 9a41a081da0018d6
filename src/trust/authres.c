/* SPDX-License-Identifier: EUPL-1.2 */
#include "trust/authres.h"

#include "trust/chain.h"

#include <ctype.h>
#include <string.h>

/* ---- words (RFC 8601 section 2.2) ---- */

struct scanner {
    struct arena *arena;
    const char *s;
    bool failed;
};

/* White space and comments, which nest; a comment without its end fails. */
static void skip(struct scanner *scanner)
{
    int open = 0;
    const char *s = scanner->s;
    for (; *s && (open > 0 || *s == ' ' || *s == '\t' || *s == '('); s++) {
        if (open > 0 && *s == '\\' && s[1])
            s++;
        else if (*s == '(')
            open++;
        else if (*s == ')')
            open--;
    }
    scanner->s = s;
    scanner->failed = scanner->failed || open > 0;
}

static bool take(struct scanner *scanner, char c)
{
    skip(scanner);
    if (*scanner->s != c)
        return false;
    scanner->s++;
    return true;
}

static const char *take_quoted(struct scanner *scanner)
{
    struct text text;
    text_init(&text, scanner->arena);
    const char *s = scanner->s + 1;
    for (; *s && *s != '"'; s++) {
        if (*s == '\\' && s[1])
            s++;
        text_add_char(&text, *s);
    }
    if (*s != '"')
        return NULL;
    scanner->s = s + 1;
    return text.s;
}

/* A token, wider than the RFC's by what real servers leave unquoted ("/", "@", ":", "[", "+"); NULL
 * where there is none. */
static const char *take_word(struct scanner *scanner)
{
    skip(scanner);
    if (*scanner->s == '"')
        return take_quoted(scanner);
    size_t n = strcspn(scanner->s, " \t;=()\"<>,\\");
    if (n == 0)
        return NULL;
    const char *word = arena_strndup(scanner->arena, scanner->s, n);
    scanner->s += n;
    return word;
}

static const char *lower(struct arena *arena, const char *s)
{
    return text_lower(arena_strdup(arena, s));
}

/* ---- a field ---- */

static bool is_keyword(const char *s)
{
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && *s != '-' && *s != '_' && *s != '.')
            return false;
    return true;
}

/* A name of two words with a sign between them, and comments wherever the RFC allows them: "header
 * (h) . (p) from" is "header.from". */
static const char *take_name(struct scanner *scanner, char sign)
{
    const char *name = take_word(scanner);
    for (const char *word; name; name = arena_printf(scanner->arena, "%s%s", name, word)) {
        skip(scanner);
        if (*scanner->s != sign && name[strlen(name) - 1] != sign)
            break;
        if (!(word = take_word(scanner)))
            return NULL;
    }
    return name;
}

/* A value may hold "=" itself (header.b is base64).  A bracket within it is no comment: a domain
 * may be "spd.example(.evil.example", and some servers copy it as it stands. */
static const char *take_value(struct scanner *scanner)
{
    const char *word = take_word(scanner);
    if (!word || *scanner->s == '(')
        return NULL;
    size_t n = strcspn(scanner->s, " \t;()\"<>,\\");
    if (n == 0 || *scanner->s != '=')
        return word;
    const char *rest = arena_strndup(scanner->arena, scanner->s, n);
    scanner->s += n;
    return arena_printf(scanner->arena, "%s%s", word, rest);
}

static void add_property(struct arena *arena, struct authres_result *result, const char *name,
                         const char *value)
{
    if (result->property_count == AUTHRES_MAX_RESULTS)
        return;
    result->properties = arena_grow(arena, result->properties, result->property_count,
                                    result->property_count + 1, sizeof *result->properties);
    result->properties[result->property_count++] = (struct authres_property){name, value};
}

/* method [ / version ] = result, then properties ("reason" is one of them) */
static bool take_result(struct scanner *scanner, const char *method,
                        struct authres_result *result_r)
{
    char *name = arena_strdup(scanner->arena, lower(scanner->arena, method));
    name[strcspn(name, "/")] = '\0';
    if (!*name || !is_keyword(name) || !take(scanner, '='))
        return false;
    const char *result = take_word(scanner);
    if (!result || !is_keyword(result))
        return false;
    *result_r = (struct authres_result){.method = name, .result = lower(scanner->arena, result)};
    skip(scanner);
    while (*scanner->s && *scanner->s != ';') {
        const char *property = take_name(scanner, '.');
        if (!property || !is_keyword(property) || !take(scanner, '='))
            return false;
        const char *value = take_value(scanner);
        if (!value)
            return false;
        add_property(scanner->arena, result_r, lower(scanner->arena, property), value);
        skip(scanner);
    }
    return !scanner->failed;
}

static bool add_result(struct scanner *scanner, const char *method, struct authres *authres)
{
    struct authres_result result;
    if (!take_result(scanner, method, &result) || authres->n == AUTHRES_MAX_RESULTS)
        return false;
    authres->results = arena_grow(scanner->arena, authres->results, authres->n, authres->n + 1,
                                  sizeof *authres->results);
    authres->results[authres->n++] = result;
    return true;
}

/* Behind the authserv-id: a version may stand there.  A field of another one than the first is not
 * to be interpreted (section 2.2). */
static bool take_version(struct scanner *scanner)
{
    skip(scanner);
    if (!isdigit((unsigned char)*scanner->s))
        return true;
    const char *version = take_word(scanner);
    return version && strcmp(version, "1") == 0;
}

static bool take_results(struct scanner *scanner, struct authres *authres)
{
    while (take(scanner, ';')) {
        skip(scanner);
        if (!*scanner->s)
            return !scanner->failed; /* a last ";" with nothing behind it */
        const char *method = take_name(scanner, '/');
        if (!method)
            return false;
        skip(scanner);
        if (strcmp(lower(scanner->arena, method), "none") == 0 && *scanner->s != '=') {
            if (authres->n > 0)
                return false;
            continue;
        }
        if (!add_result(scanner, method, authres))
            return false;
    }
    return *scanner->s == '\0' && !scanner->failed;
}

bool authres_parse(struct arena *arena, const char *value, struct authres *authres_r)
{
    struct scanner scanner = {.arena = arena, .s = value};
    *authres_r = (struct authres){0};
    const char *first = take_word(&scanner);
    if (!first)
        return false;
    skip(&scanner);
    if (*scanner.s == '=') {
        if (!add_result(&scanner, first, authres_r))
            return false;
    } else {
        authres_r->authserv_id = lower(arena, first);
        if (!take_version(&scanner))
            return false;
    }
    return take_results(&scanner, authres_r);
}
