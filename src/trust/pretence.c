/* SPDX-License-Identifier: EUPL-1.2 */
#include "trust/pretence.h"

#include "mail/address.h"
#include "trust/authres.h"
#include "trust/lookalike.h"
#include "trust/trust.h"

#include <string.h>

#define SHOWN_MAX 300 /* bytes */

/* ---- what is looked at ---- */

struct search {
    struct arena *arena;
    const struct mail *mail;
    const struct conf_body *body;
    const char *address; /* of From, or NULL */
    const struct conf_faction *faction;
    const struct conf_member *member; /* whose address it is, or NULL */
    const struct authres_finding *finding;
    struct pretences *found;
};

/* Of what is longer than any address, the beginning. */
static const char *showable(struct arena *arena, const char *s)
{
    const char *shown = s ? text_show_hidden(arena, s) : "?";
    size_t n = SHOWN_MAX;
    shown = shown ? shown : s;
    if (strlen(shown) <= n)
        return shown;
    while (n > 0 && ((unsigned char)shown[n] & 0xc0) == 0x80)
        n--;
    return arena_printf(arena, "%.*s…", (int)n, shown);
}

/* Each once, with the first that shows it. */
static void add(struct search *search, enum pretence_kind kind, const char *shown,
                const char *meant)
{
    struct pretences *found = search->found;
    if (pretence_has(found, kind))
        return;
    found->v = arena_grow(search->arena, found->v, found->n, found->n + 1, sizeof *found->v);
    found->v[found->n++] =
        (struct pretence){kind, showable(search->arena, shown), showable(search->arena, meant)};
}

/* Calls back with each member until one is found for whom it holds. */
static const struct conf_member *find_member(const struct search *search,
                                             bool (*holds)(const struct search *search,
                                                           const struct conf_member *member,
                                                           const char *s),
                                             const char *s, const struct conf_faction **faction_r)
{
    for (size_t i = 0; i < search->body->faction_count; i++) {
        const struct conf_faction *faction = &search->body->factions[i];
        for (size_t k = 0; k < faction->member_count; k++)
            if (holds(search, &faction->members[k], s)) {
                if (faction_r)
                    *faction_r = faction;
                return &faction->members[k];
            }
    }
    return NULL;
}

static bool is_address_of(const struct search *search, const struct conf_member *member,
                          const char *address)
{
    (void)search;
    return trust_member_has_address(member, address);
}

static const struct conf_member *member_of(const struct search *search, const char *address,
                                           const struct conf_faction **faction_r)
{
    return find_member(search, is_address_of, address, faction_r);
}

/* Of the town's own people. */
static bool is_towns(const struct search *search, const char *address)
{
    const struct conf_body *body = search->body;
    bool own = address_is_among(&body->forwarders, address) ||
               address_is_among(&body->office, address) ||
               address_is_among(&body->mayor.addresses, address);
    for (size_t i = 0; i < body->mailbox_count && !own; i++)
        own = address_is_among(&body->mailboxes[i].addresses, address);
    return own;
}

/* ---- who belongs together ---- */

static bool is_of_domain(const char *address, const char *domain)
{
    return text_equal_nocase(address_domain(address), domain);
}

static size_t count_of_domain(const struct conf_faction *faction, const char *domain)
{
    size_t n = 0;
    for (size_t i = 0; i < faction->member_count; i++)
        n += is_of_domain(faction->members[i].address, domain);
    return n;
}

/* A domain that several of one faction write from and nobody of another: not a freemail's. */
static bool is_factions_domain(const struct search *search, const char *domain)
{
    for (size_t i = 0; i < search->body->faction_count; i++) {
        const struct conf_faction *faction = &search->body->factions[i];
        if (faction != search->faction && count_of_domain(faction, domain) > 0)
            return false;
    }
    return count_of_domain(search->faction, domain) > 1;
}

/* Whether who writes from address may let other stand beside it without anybody being misled. */
static bool is_kin(const struct search *search, const char *other)
{
    const struct conf_faction *faction = NULL;
    const char *domain = search->address ? address_domain(search->address) : "";
    for (size_t i = 0; i < search->mail->from.n; i++)
        if (address_equal(search->mail->from.v[i].address, other))
            return true;
    if (is_towns(search, other))
        return true;
    if (!search->member)
        return is_of_domain(other, domain) && !member_of(search, other, NULL);
    if (member_of(search, other, &faction))
        return faction == search->faction;
    return is_of_domain(other, domain) && is_factions_domain(search, domain);
}

/* The first that is not, or NULL. */
static const char *find_stranger(const struct search *search, const struct mail_addresses *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (!is_kin(search, list->v[i].address))
            return list->v[i].address;
    return NULL;
}

/* ---- the From field ---- */

static const char *first_from(const struct search *search)
{
    return search->mail->from.n > 0 ? search->mail->from.v[0].address : NULL;
}

static void look_at_number(struct search *search)
{
    const struct mail *mail = search->mail;
    struct texts all = {0};
    for (size_t i = 0; i < mail->from.n; i++)
        texts_add(&all, search->arena, mail->from.v[i].address);
    if (mail->from.n > 1 || mail->from_written.n > 1)
        add(search, PRETENCE_SEVERAL_FROM, text_join(search->arena, &all, ", "), NULL);
}

static void look_at_shape(struct search *search)
{
    const struct mail *mail = search->mail;
    const char *from = first_from(search);
    for (size_t i = 0; i < mail->from_written.n; i++) {
        struct from_shape shape;
        from_shape_find(mail->from_written.v[i], &shape);
        if (shape.odd)
            add(search, PRETENCE_ODD_FROM, mail->from_written.v[i], NULL);
        if (shape.group)
            add(search, PRETENCE_GROUP, mail->from_written.v[i], from);
    }
    if (mail->from_written.n == 1 && (!from || !address_is_plain(from)))
        add(search, PRETENCE_ODD_FROM, mail->from_written.v[0], NULL);
}

static void look_for_hidden(struct search *search, const struct mail_addresses *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (text_show_hidden(search->arena, list->v[i].address))
            add(search, PRETENCE_HIDDEN, list->v[i].address, NULL);
}

static void look_for_all_hidden(struct search *search)
{
    const struct mail *mail = search->mail;
    const char *written = mail->from_written.n > 0 ? mail->from_written.v[0] : NULL;
    look_for_hidden(search, &mail->from);
    look_for_hidden(search, &mail->sender);
    look_for_hidden(search, &mail->reply_to);
    if (texts_has(&mail->defects, "control-in-from") || texts_has(&mail->defects, "hidden-in-from"))
        add(search, PRETENCE_HIDDEN, written, NULL);
}

/* ---- the display name ---- */

static bool is_named(const struct search *search, const struct conf_member *member,
                     const char *name)
{
    return !strchr(member->name, '@') && lookalike_is_same(search->arena, member->name, name);
}

static void look_at_name(struct search *search, const char *from, const char *name)
{
    const struct conf_faction *faction = NULL;
    if (find_member(search, is_named, name, &faction) && faction != search->faction)
        add(search, PRETENCE_NAME_OF_MEMBER, name, from);
}

static void look_at_shown(struct search *search, const char *from, const char *shown)
{
    const struct conf_member *member = member_of(search, shown, NULL);
    if (address_equal(shown, from))
        return;
    if (member && member != search->member)
        add(search, PRETENCE_NAME_IS_MEMBER, shown, from);
    else if (!member && !lookalike_is_same(search->arena, shown, from))
        add(search, PRETENCE_NAME_IS_OTHER, shown, from);
}

static void look_at_names(struct search *search)
{
    const struct mail *mail = search->mail;
    const char *from = search->address ? search->address : first_from(search);
    struct texts shown = {0};
    if (!from)
        return;
    for (size_t i = 0; i < mail->from.n; i++)
        if (mail->from.v[i].name) {
            look_at_name(search, from, mail->from.v[i].name);
            pretence_find_addresses(search->arena, mail->from.v[i].name, &shown);
        }
    for (size_t i = 0; mail->from.n == 1 && i < mail->from_written.n; i++)
        pretence_find_addresses(search->arena, mail->from_written.v[i], &shown);
    for (size_t i = 0; i < shown.n; i++)
        look_at_shown(search, from, shown.v[i]);
}

/* ---- addresses that look like others ---- */

/* The member's address that this one looks like, or NULL. */
static const char *find_model(const struct search *search, const char *address)
{
    for (size_t i = 0; i < search->body->faction_count; i++)
        for (size_t k = 0; k < search->body->factions[i].member_count; k++) {
            const struct conf_member *member = &search->body->factions[i].members[k];
            if (lookalike_is_of(search->arena, address, member->address))
                return member->address;
            for (size_t m = 0; m < member->addresses.n; m++)
                if (lookalike_is_of(search->arena, address, member->addresses.v[m]))
                    return member->addresses.v[m];
        }
    return NULL;
}

static void look_for_models(struct search *search, const struct mail_addresses *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const char *model = member_of(search, list->v[i].address, NULL)
                                ? NULL
                                : find_model(search, list->v[i].address);
        if (model)
            add(search, PRETENCE_LOOK_ALIKE, list->v[i].address, model);
    }
}

/* ---- the fields beside From ---- */

static void look_beside(struct search *search)
{
    const struct mail *mail = search->mail;
    const char *from = search->address ? search->address : first_from(search);
    static const enum pretence_kind kinds[] = {PRETENCE_SENDER, PRETENCE_RESENT, PRETENCE_REPLY_TO};
    const struct mail_addresses *lists[] = {&mail->sender, &mail->resent_from, &mail->reply_to};
    if (mail->class == MAIL_LIST) /* a list puts itself there */
        return;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *stranger = find_stranger(search, lists[i]);
        if (stranger)
            add(search, kinds[i], stranger, from);
    }
}

/* ---- what servers say ---- */

static void look_at_results(struct search *search)
{
    const struct authres_finding *finding = search->finding;
    const char *domain = search->address ? address_domain(search->address) : NULL;
    if (finding->failed)
        add(search, PRETENCE_FAILED, finding->failed, domain);
    if (finding->forged)
        add(search, PRETENCE_FORGED, finding->forged, NULL);
    if (finding->misplaced)
        add(search, PRETENCE_MISPLACED, finding->misplaced, NULL);
    if (finding->foreign)
        add(search, PRETENCE_FOREIGN, finding->foreign, NULL);
    if (finding->other)
        add(search, PRETENCE_OTHER_DOMAIN, finding->other, domain);
}

void pretence_find(struct arena *arena, const struct mail *mail, const struct conf_body *body,
                   const char *address, const struct authres_finding *finding,
                   struct pretences *pretences_r)
{
    struct search search = {.arena = arena,
                            .mail = mail,
                            .body = body,
                            .address = address,
                            .finding = finding,
                            .found = pretences_r};
    *pretences_r = (struct pretences){0};
    if (address)
        search.member = member_of(&search, address, &search.faction);
    look_at_results(&search);
    look_at_number(&search);
    look_at_shape(&search);
    look_for_all_hidden(&search);
    look_for_models(&search, &mail->from);
    look_at_names(&search);
    look_beside(&search);
}

bool pretence_has(const struct pretences *pretences, enum pretence_kind kind)
{
    for (size_t i = 0; i < pretences->n; i++)
        if (pretences->v[i].kind == kind)
            return true;
    return false;
}

/* ---- in words ---- */

static const struct {
    const char *word, *sentence;
    bool alarms;
} words[PRETENCE_COUNT] = {
    [PRETENCE_FAILED] = {"authentication-failed",
                         "our mail server found that it is not from {meant} ({shown})", true},
    [PRETENCE_SEVERAL_FROM] = {"several-from", "From names more than one sender ({shown})", false},
    [PRETENCE_ODD_FROM] = {"odd-from",
                           "From is written so that programs see different senders ({shown})",
                           false},
    [PRETENCE_GROUP] = {"group-from", "From names a group ({shown})", true},
    [PRETENCE_HIDDEN] = {"hidden-characters",
                         "there are characters that nobody sees in the sender ({shown})", true},
    [PRETENCE_LOOK_ALIKE] = {"look-alike",
                             "{shown} only looks like {meant}, the address of a member", false},
    [PRETENCE_NAME_IS_MEMBER] = {"name-shows-member",
                                 "the display name shows {shown}, the address of a member, but the "
                                 "mail is from {meant}",
                                 true},
    [PRETENCE_NAME_IS_OTHER] = {"name-shows-address",
                                "the display name shows the address {shown}, but the mail is from "
                                "{meant}",
                                false},
    [PRETENCE_NAME_OF_MEMBER] = {"name-of-member",
                                 "the display name is that of the member {shown}, the address "
                                 "{meant} is not theirs",
                                 false},
    [PRETENCE_SENDER] = {"sender-elsewhere", "Sender is {shown}, but From is {meant}", false},
    [PRETENCE_RESENT] = {"resent-elsewhere", "sent once more by {shown}, but From is {meant}",
                         false},
    [PRETENCE_REPLY_TO] = {"reply-to-elsewhere",
                           "answers are to go to {shown} (Reply-To), but From is {meant}", false},
    [PRETENCE_FORGED] = {"forged-results",
                         "it brings Authentication-Results in the name of our mail server, which "
                         "are not believed ({shown})",
                         true},
    [PRETENCE_MISPLACED] = {"misplaced-results",
                            "Authentication-Results in the name of our mail server stand below "
                            "another server's Received, and are not believed; are own-servers "
                            "complete? ({shown})",
                            false},
    [PRETENCE_FOREIGN] = {"foreign-results",
                          "it brings Authentication-Results of a server that is none of ours, "
                          "which are not believed ({shown})",
                          false},
    [PRETENCE_OTHER_DOMAIN] = {"other-domain",
                               "our mail server found it to be from another domain than {meant} "
                               "({shown})",
                               false},
};

bool pretence_alarms(const struct pretences *pretences)
{
    for (size_t i = 0; i < pretences->n; i++)
        if (words[pretences->v[i].kind].alarms)
            return true;
    return false;
}

const char *pretence_to_text(enum pretence_kind kind)
{
    return words[kind].word;
}

const char *pretence_fill(struct arena *arena, const char *sentence,
                          const struct pretence *pretence)
{
    struct text text;
    text_init(&text, arena);
    while (*sentence) {
        size_t n = strcspn(sentence, "{");
        text_add_bytes(&text, sentence, n);
        sentence += n;
        if (text_starts(sentence, "{shown}"))
            text_add(&text, pretence->shown);
        else if (text_starts(sentence, "{meant}"))
            text_add(&text, pretence->meant);
        sentence += *sentence ? strlen("{shown}") : 0;
    }
    return text.s;
}

const char *pretence_describe(struct arena *arena, const struct pretences *pretences)
{
    struct texts sentences = {0};
    for (size_t i = 0; i < pretences->n; i++) {
        const struct pretence *one = &pretences->v[i];
        texts_add(&sentences, arena,
                  arena_printf(arena, "%s: %s", words[one->kind].word,
                               pretence_fill(arena, words[one->kind].sentence, one)));
    }
    return sentences.n > 0 ? text_join(arena, &sentences, "; ") : NULL;
}
