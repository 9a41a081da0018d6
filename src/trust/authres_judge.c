/* SPDX-License-Identifier: EUPL-1.2 */
/* What the fields mean for the one From address, and which of them are believed. */
#include "trust/authres.h"

#include "mail/address.h"
#include "trust/chain.h"
#include "trust/lookalike.h"

#include <string.h>

#include <libpsl.h>

struct judging {
    struct arena *arena;
    const struct conf_body *body;
    const char *domain; /* of the From address */
    struct text evidence;
    struct texts methods; /* that a believed field above spoke of */
    bool none;            /* one of them said that nothing was checked */
    bool means;
    struct authres_finding finding;
};

/* ---- one result ---- */

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

static bool is_same_domain(struct arena *arena, const char *a, const char *b)
{
    return address_equal(arena_printf(arena, "x@%s", a), arena_printf(arena, "x@%s", b));
}

/* RFC 7489 section 3.2; what is a public suffix itself is nobody's but its own. */
static const char *organizational_domain(struct arena *arena, const char *domain)
{
    const char *lower = text_lower(arena_strdup(arena, domain));
    const char *organizational = psl_registrable_domain(psl_builtin(), lower);
    return organizational ? organizational : lower;
}

/* Relaxed (RFC 7489 section 3.1.1): who signs for one domain of an organization may speak for the
 * others. */
static bool is_aligned(struct arena *arena, const char *signer, const char *domain)
{
    return is_same_domain(arena, organizational_domain(arena, signer),
                          organizational_domain(arena, domain));
}

static bool dmarc_means(struct arena *arena, const struct authres_result *result,
                        const char *domain)
{
    const char *from = property(result, "header.from");
    return from && is_same_domain(arena, domain_of(from), domain);
}

static bool dkim_means(struct arena *arena, const struct authres_result *result, const char *domain)
{
    const char *signer = property(result, "header.d");
    if (!signer)
        signer = property(result, "header.i");
    return signer && is_aligned(arena, domain_of(signer), domain);
}

static bool is_dmarc(const struct authres_result *result)
{
    return strcmp(result->method, "dmarc") == 0;
}

/* The only ones that speak of From.  A signature over SHA-1 is none (RFC 8301 section 3.1). */
static bool passes(const struct authres_result *result)
{
    const char *algorithm = property(result, "header.a");
    if (strcmp(result->result, "pass") != 0)
        return false;
    return is_dmarc(result) || (strcmp(result->method, "dkim") == 0 &&
                                !(algorithm && text_equal_nocase(algorithm, "rsa-sha1")));
}

static bool result_means(struct arena *arena, const struct authres_result *result,
                         const char *domain)
{
    return passes(result) && (is_dmarc(result) ? dmarc_means(arena, result, domain)
                                               : dkim_means(arena, result, domain));
}

/* A DMARC that failed is the domain owner's word that DKIM's pass is not enough; Exchange's
 * "compauth" is its own word for the same. */
static bool result_denies(struct arena *arena, const struct authres_result *result,
                          const char *domain)
{
    if (strcmp(result->result, "fail") != 0)
        return false;
    return strcmp(result->method, "compauth") == 0 ||
           (is_dmarc(result) &&
            (!property(result, "header.from") || dmarc_means(arena, result, domain)));
}

static void say_result(struct text *text, const struct authres_result *result)
{
    text_addf(text, "%s=%s", result->method, result->result);
    for (size_t i = 0; i < result->property_count; i++)
        text_addf(text, " %s=%s", result->properties[i].name, result->properties[i].value);
}

static void keep(struct arena *arena, const char **first, const struct authres_result *result)
{
    struct text text;
    if (*first)
        return;
    text_init(&text, arena);
    say_result(&text, result);
    *first = text.s;
}

/* ---- a field that is believed ---- */

static void add_evidence(struct text *text, const struct authres *authres)
{
    if (text->len > 0)
        text_add(text, "; ");
    text_add(text, authres->authserv_id ? authres->authserv_id : "the first field");
    text_add_char(text, ':');
    for (size_t i = 0; i < authres->n; i++) {
        text_add(text, i > 0 ? ", " : " ");
        say_result(text, &authres->results[i]);
    }
    if (authres->n == 0)
        text_add(text, " none");
}

static void believe_result(struct judging *judging, const struct authres_result *result, bool first)
{
    struct arena *arena = judging->arena;
    bool means = result_means(arena, result, judging->domain);
    if (result_denies(arena, result, judging->domain))
        keep(arena, &judging->finding.failed, result);
    if (means && first)
        judging->means = true;
    else if (means && !judging->means)
        keep(arena, &judging->finding.forged, result);
    else if (!means && passes(result) && *judging->domain != '\0')
        keep(arena, &judging->finding.other, result);
}

/* within: above the Received by which the mail entered the town, where no mail brings a field.  A
 * server behind it that checks nothing ("none") takes nothing from what the first one found. */
static void believe(struct judging *judging, const struct authres *authres, bool within)
{
    size_t above = judging->methods.n;
    add_evidence(&judging->evidence, authres);
    for (size_t i = 0; i < authres->n; i++) {
        const char *method = authres->results[i].method;
        const struct texts before = {.v = judging->methods.v, .n = above};
        believe_result(judging, &authres->results[i],
                       (within || !judging->none) && !texts_has(&before, method));
        if (!texts_has(&judging->methods, method))
            texts_add(&judging->methods, judging->arena, method);
    }
    judging->none = judging->none || authres->n == 0;
}

/* Exchange Online names nobody, so only the first field is its own, and that stands above the
 * Received of the server that took the mail in: what the mail brought never does. */
static bool is_believed(const struct conf_body *body, const struct authres *authres,
                        size_t position, bool above_entry)
{
    if (!authres->authserv_id)
        return position == 0 && above_entry && chain_is_exchange_online(body);
    return texts_has_nocase(&body->authserv_id, authres->authserv_id);
}

/* ---- a field that is not ---- */

static bool is_ours(const struct judging *judging, const char *id)
{
    return id && texts_has_nocase(&judging->body->authserv_id, id);
}

/* The id of one of our servers, or one that looks like it. */
static bool names_us(struct judging *judging, const char *id)
{
    const struct texts *ours = &judging->body->authserv_id;
    for (size_t i = 0; id && i < ours->n; i++)
        if (lookalike_is_same(judging->arena, id, ours->v[i]))
            return true;
    return false;
}

/* The word that stands where the id does, of a field that may be none by the grammar. */
static const char *first_word(struct arena *arena, const char *value)
{
    value += strspn(value, " \t\"");
    return arena_strndup(arena, value, strcspn(value, " \t;(\""));
}

/* ARC-Authentication-Results begin with their instance (RFC 8617 section 4.1.1). */
static const char *skip_instance(const char *value)
{
    const char *s = value + strspn(value, " \t");
    if (strncmp(s, "i=", 2) != 0)
        return value;
    s += 2 + strspn(s + 2, "0123456789 \t");
    return *s == ';' ? s + 1 : value;
}

/* In our name? */
static void look_for_forged(struct judging *judging, const char *value,
                            const struct authres *authres, bool by_a_server)
{
    const char *id = authres ? authres->authserv_id : first_word(judging->arena, value);
    const char **found = by_a_server && is_ours(judging, id) ? &judging->finding.misplaced
                                                             : &judging->finding.forged;
    if (!*found && strchr(value, '=') && strcasestr(value, "pass") && names_us(judging, id))
        *found = value;
}

/* below: a Received of another server stands above it. */
static void disbelieve(struct judging *judging, const char *value, bool below)
{
    struct authres authres;
    bool good = authres_parse(judging->arena, value, &authres);
    look_for_forged(judging, value, good ? &authres : NULL, below);
    for (size_t i = 0; good && i < authres.n && !judging->finding.foreign; i++)
        if (result_means(judging->arena, &authres.results[i], judging->domain) &&
            !names_us(judging, authres.authserv_id))
            judging->finding.foreign = value;
}

/* Others' seals and what attached messages bring are at home in honest mail, as our own seal is
 * above our Received; only what is in our name is not. */
static void disbelieve_claim(struct judging *judging, const struct mail_authres *claim)
{
    struct authres authres;
    const char *value = skip_instance(claim->value);
    bool good = authres_parse(judging->arena, value, &authres);
    look_for_forged(judging, value, good ? &authres : NULL, claim->hops_above < MAIL_MAX_HOPS);
}

/* Somebody may hope that a person, or a program, takes a line of the text for a field.  Of such
 * lines no more are looked at, and no longer ones, than of fields. */
static void look_at_text(struct judging *judging, const char *text)
{
    static const char name[] = "Authentication-Results:";
    size_t lines = 0;
    for (const char *line = text; line && *line && lines < MAIL_MAX_AUTHRES;
         line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncasecmp(line, name, strlen(name)) != 0)
            continue;
        line += strlen(name);
        lines++;
        size_t n = strcspn(line, "\n");
        if (n <= MAIL_MAX_AUTHRES_VALUE)
            disbelieve(judging, arena_strndup(judging->arena, line, n), false);
    }
}

/* ---- all of them ---- */

static void look_at_fields(struct judging *judging, const struct mail *mail, size_t own)
{
    for (size_t i = 0; i < mail->authres_count; i++) {
        struct authres authres;
        const struct mail_authres *field = &mail->authres[i];
        bool within = field->hops_above < own;
        if (field->hops_above <= own && authres_parse(judging->arena, field->value, &authres) &&
            is_believed(judging->body, &authres, i, within))
            believe(judging, &authres, within);
        else
            disbelieve(judging, field->value, field->hops_above > own);
    }
    for (size_t i = 0; i < mail->claim_count; i++)
        if (mail->claims[i].hops_above > own)
            disbelieve_claim(judging, &mail->claims[i]);
}

void authres_judge(struct arena *arena, const struct mail *mail, const struct conf_body *body,
                   const struct conf_mailbox *mailbox, const char *address,
                   struct authres_finding *finding_r)
{
    struct judging judging = {.arena = arena, .body = body, .domain = domain_of(address)};
    text_init(&judging.evidence, arena);
    look_at_fields(&judging, mail, chain_own_hops(mail, body, mailbox));
    look_at_text(&judging, mail->text);
    *finding_r = judging.finding;
    finding_r->authentic = judging.means && !judging.finding.failed;
    if (judging.evidence.len > 0)
        finding_r->evidence = judging.evidence.s;
    if (finding_r->authentic)
        finding_r->other = finding_r->foreign =
            NULL; /* beside that, others may say what they like */
}
