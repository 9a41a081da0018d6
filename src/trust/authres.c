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

/* A value may hold "=" itself (header.b is base64). */
static const char *take_value(struct scanner *scanner)
{
    const char *word = take_word(scanner);
    size_t n = word ? strcspn(scanner->s, " \t;()\"<>,\\") : 0;
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
        const char *property = take_word(scanner);
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

/* Behind the authserv-id: a version may stand there. */
static bool take_version(struct scanner *scanner)
{
    skip(scanner);
    if (!isdigit((unsigned char)*scanner->s))
        return true;
    const char *version = take_word(scanner);
    return version && strspn(version, "0123456789") == strlen(version);
}

static bool take_results(struct scanner *scanner, struct authres *authres)
{
    while (take(scanner, ';')) {
        skip(scanner);
        if (!*scanner->s)
            return !scanner->failed; /* a last ";" with nothing behind it */
        const char *method = take_word(scanner);
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

/* ---- what it means ---- */

static const char *property(const struct authres_result *result, const char *name)
{
    for (size_t i = 0; i < result->property_count; i++)
        if (strcmp(result->properties[i].name, name) == 0)
            return result->properties[i].value;
    return NULL;
}

static const char *domain_of(const char *address)
{
    const char *at = strrchr(address, '@');
    return at ? at + 1 : address;
}

/* Relaxed alignment (RFC 7489 section 3.1.1) in the one direction that needs no list of public
 * suffixes: who signs for a domain may speak for what lies below it. */
static bool is_aligned(const char *signer, const char *domain)
{
    size_t n = strlen(signer), length = strlen(domain);
    if (text_equal_nocase(signer, domain))
        return true;
    return strchr(signer, '.') && length > n && domain[length - n - 1] == '.' &&
           text_equal_nocase(domain + length - n, signer);
}

static bool dmarc_means(const struct authres_result *result, const char *domain)
{
    const char *from = property(result, "header.from");
    return from && text_equal_nocase(domain_of(from), domain);
}

static bool dkim_means(const struct authres_result *result, const char *domain)
{
    const char *signer = property(result, "header.d");
    if (!signer)
        signer = property(result, "header.i");
    return signer && is_aligned(domain_of(signer), domain);
}

static bool result_means(const struct authres_result *result, const char *domain)
{
    if (strcmp(result->result, "pass") != 0)
        return false;
    if (strcmp(result->method, "dmarc") == 0)
        return dmarc_means(result, domain);
    return strcmp(result->method, "dkim") == 0 && dkim_means(result, domain);
}

/* A DMARC that failed is the domain owner's word that DKIM's pass is not enough. */
static bool result_denies(const struct authres_result *result, const char *domain)
{
    const char *from = property(result, "header.from");
    return strcmp(result->method, "dmarc") == 0 && strcmp(result->result, "fail") == 0 &&
           (!from || text_equal_nocase(domain_of(from), domain));
}

static void add_evidence(struct text *text, const struct authres *authres)
{
    if (text->len > 0)
        text_add(text, "; ");
    text_add(text, authres->authserv_id ? authres->authserv_id : "the first field");
    text_add_char(text, ':');
    for (size_t i = 0; i < authres->n; i++) {
        const struct authres_result *result = &authres->results[i];
        text_addf(text, "%s %s=%s", i > 0 ? "," : "", result->method, result->result);
        for (size_t k = 0; k < result->property_count; k++)
            text_addf(text, " %s=%s", result->properties[k].name, result->properties[k].value);
    }
    if (authres->n == 0)
        text_add(text, " none");
}

static bool is_exchange_online(const struct conf_body *body)
{
    return body->authres_profile && strcmp(body->authres_profile, "exchange-online") == 0;
}

/* Exchange Online names nobody, so only the first field is its own: it puts it on top. */
static bool is_believed(const struct conf_body *body, const struct authres *authres,
                        size_t position)
{
    if (!authres->authserv_id)
        return position == 0 && is_exchange_online(body);
    return texts_has_nocase(&body->authserv_id, authres->authserv_id);
}

void authres_judge(struct arena *arena, const struct mail *mail, const struct conf_body *body,
                   const struct conf_mailbox *mailbox, const char *address,
                   struct authres_finding *finding_r)
{
    struct text evidence;
    bool means = false, denies = false;
    size_t own = chain_own_hops(mail, body, mailbox);
    const char *domain = domain_of(address);
    text_init(&evidence, arena);
    for (size_t i = 0; i < mail->authres_count && mail->authres[i].hops_above <= own; i++) {
        struct authres authres;
        if (!authres_parse(arena, mail->authres[i].value, &authres) ||
            !is_believed(body, &authres, i))
            continue;
        add_evidence(&evidence, &authres);
        for (size_t k = 0; k < authres.n; k++) {
            means = means || result_means(&authres.results[k], domain);
            denies = denies || result_denies(&authres.results[k], domain);
        }
    }
    *finding_r = (struct authres_finding){.authentic = means && !denies,
                                          .evidence = evidence.len > 0 ? evidence.s : NULL};
}
