/* SPDX-License-Identifier: EUPL-1.2 */
#include "trust/trust.h"

#include "base/digest.h"
#include "base/text.h"
#include "mail/address.h"
#include "trust/authres.h"
#include "trust/label.h"
#include "trust/signature.h"

bool trust_member_is_active(const struct conf_member *member, struct day day)
{
    if (!day_is_none(member->since) && day.n < member->since.n)
        return false;
    return day_is_none(member->until) || day.n <= member->until.n;
}

const char *trust_digest_roster(struct arena *arena, const struct conf_body *body)
{
    struct text all;

    text_init(&all, arena);
    for (size_t i = 0; i < body->faction_count; i++)
        for (size_t k = 0; k < body->factions[i].member_count; k++) {
            const struct conf_member *member = &body->factions[i].members[k];

            text_addf(&all, "%s %s", member->address, text_join(arena, &member->addresses, " "));
            text_addf(&all, " %lld %lld\n", (long long)member->since.n, (long long)member->until.n);
        }
    return digest_hex(arena, all.s, all.len);
}

bool trust_member_has_address(const struct conf_member *member, const char *address)
{
    return address_equal(member->address, address) || address_is_among(&member->addresses, address);
}

/* The member of this address: the one active on the day, else one who was or will be. */
static void find_member(const struct conf_body *body, const char *address, struct day day,
                        struct verdict *verdict)
{
    for (size_t i = 0; i < body->faction_count; i++) {
        const struct conf_faction *faction = &body->factions[i];

        for (size_t k = 0; k < faction->member_count; k++) {
            const struct conf_member *member = &faction->members[k];

            if (!trust_member_has_address(member, address))
                continue;
            verdict->faction = faction;
            verdict->member = member;
            if (trust_member_is_active(member, day))
                return;
        }
    }
}

/* An address in the mail is foreign: only one that is plain may be compared and kept. */
static const char *one_of(const struct mail_addresses *from)
{
    if (from->n != 1 || from->v[0].address == NULL)
        return NULL;
    return address_is_plain(from->v[0].address) ? from->v[0].address : NULL;
}

/* The one that From names, whoever reads it. */
static const char *one_from(const struct mail *mail)
{
    return pretence_spoils_from(mail) ? NULL : one_of(&mail->from);
}

const struct mail_forward *trust_find_forward(const struct mail *mail, const struct conf_body *body)
{
    const char *from = one_from(mail);
    struct verdict outer = {0};

    if (from == NULL || !address_is_among(&body->forwarders, from) || mail->forward_count != 1 ||
        one_of(&mail->forwards[0].from) == NULL)
        return NULL;
    find_member(body, from, DAY_NONE, &outer);
    return outer.member == NULL ? &mail->forwards[0] : NULL;
}

/* *member_r: NULL where it is of none. */
static const char *find_key(struct arena *arena, const struct mail *mail,
                            const struct conf_body *body, const struct conf_member **member_r)
{
    const struct mail_forward *forward = trust_find_forward(mail, body);
    const struct mail_addresses *from = forward != NULL ? &forward->from : &mail->from;
    const char *one = forward == NULL ? one_from(mail) : one_of(from);
    struct verdict verdict = {0};
    struct texts keys = {0};

    if (one != NULL)
        find_member(body, one, DAY_NONE, &verdict);
    *member_r = verdict.member;
    if (verdict.member != NULL)
        return text_fold(arena, verdict.member->address);
    for (size_t i = 0; i < from->n; i++)
        texts_add(&keys, arena, text_fold(arena, from->v[i].address));
    return keys.n == 0 ? NULL : text_join(arena, &keys, ",");
}

const char *trust_sender_key(struct arena *arena, const struct mail *mail,
                             const struct conf_body *body)
{
    const struct conf_member *member;

    return find_key(arena, mail, body, &member);
}

void trust_sender_keys(struct arena *arena, const struct mail *mail, const struct conf_body *body,
                       struct texts *keys_r)
{
    const struct conf_member *member;
    const char *key = find_key(arena, mail, body, &member);

    *keys_r = (struct texts){0};
    if (key != NULL)
        texts_add(keys_r, arena, key);
    for (size_t i = 0; member != NULL && i < member->addresses.n; i++)
        texts_add(keys_r, arena, text_fold(arena, member->addresses.v[i]));
}

static void deny(struct verdict *verdict, const char *reason)
{
    verdict->level = TRUST_UNKNOWN;
    verdict->faction = NULL;
    verdict->member = NULL;
    verdict->reason = reason;
}

/* What the servers say is said of the outer mail: of what a forwarder hands on they know nothing.
 */
static void authenticate(struct arena *arena, const struct mail *mail, const struct conf_body *body,
                         const struct conf_mailbox *mailbox, struct verdict *verdict)
{
    struct authres_finding finding;
    const char *outer = verdict->forwarder != NULL ? verdict->forwarder : verdict->address;

    authres_judge(arena, mail, body, mailbox, outer != NULL ? outer : "", &finding);
    verdict->confirmed = outer != NULL && finding.authentic && !pretence_is_group(mail);
    pretence_find(arena, mail, body, outer, &finding, &verdict->pretences);
    if (verdict->forwarder != NULL)
        return;
    verdict->evidence = finding.evidence;
    if (finding.authentic && verdict->level == TRUST_LISTED && !pretence_is_group(mail))
        verdict->level = TRUST_AUTHENTICATED;
}

/* A signature is the outer mail's, too.  One that proves nothing takes nothing away: the same mail
 * could have come without it. */
static void look_at_signature(struct arena *arena, const struct reading *reading,
                              struct verdict *verdict)
{
    if (verdict->forwarder != NULL || verdict->level < TRUST_LISTED)
        return;
    verdict->signature = reading->mail->signature;
    if (signature_proves(arena, reading, verdict->member, verdict->address,
                         &verdict->signature_words) &&
        !pretence_is_group(reading->mail))
        verdict->level = TRUST_SIGNED;
}

/* On the day of arrival; "what" is looked up. */
static void look_up(struct arena *arena, const struct conf_body *body, struct day arrival,
                    const char *what, struct verdict *verdict)
{
    if (verdict->address == NULL) {
        deny(verdict, "the mail has not exactly one plain From address");
        return;
    }
    find_member(body, verdict->address, arrival, verdict);
    if (verdict->member == NULL) {
        deny(verdict, arena_printf(arena, "%s is not on the roster", what));
        return;
    }
    if (!trust_member_is_active(verdict->member, arrival)) {
        deny(verdict, arena_printf(arena,
                                   "%s is on the roster of faction %s, but not on the day of "
                                   "arrival",
                                   what, verdict->faction->title));
        return;
    }
    verdict->level = TRUST_LISTED;
    verdict->reason =
        arena_printf(arena, "%s is on the roster of faction %s", what, verdict->faction->title);
}

const char *trust_remarks(struct arena *arena, const struct verdict *verdict)
{
    const char *pretences = pretence_describe(arena, &verdict->pretences);

    if (verdict->signature_words == NULL || pretences == NULL)
        return pretences != NULL ? pretences : verdict->signature_words;
    return arena_printf(arena, "%s; %s", verdict->signature_words, pretences);
}

/* The sentence, what the servers say, and what else there is to say. */
static void give_reason(struct arena *arena, struct verdict *verdict)
{
    const char *remarks = trust_remarks(arena, verdict);

    if (verdict->evidence != NULL)
        verdict->reason = arena_printf(arena, "%s (%s)", verdict->reason, verdict->evidence);
    if (remarks != NULL)
        verdict->reason = arena_printf(arena, "%s; %s", verdict->reason, remarks);
}

void trust_judge(struct arena *arena, const struct reading *reading, const struct conf_body *body,
                 const struct conf_mailbox *mailbox, struct day arrival, struct verdict *verdict_r)
{
    const struct mail_forward *forward = trust_find_forward(reading->mail, body);
    const char *what = "the From address";

    *verdict_r = (struct verdict){.address = one_from(reading->mail)};
    if (forward != NULL) {
        verdict_r->forwarder = verdict_r->address;
        verdict_r->forward = forward;
        verdict_r->address = one_of(&forward->from);
        what = "forwarded by the town's staff; the inner From address";
    }
    look_up(arena, body, arrival, what, verdict_r);
    authenticate(arena, reading->mail, body, mailbox, verdict_r);
    look_at_signature(arena, reading, verdict_r);
    give_reason(arena, verdict_r);
}

static bool means_title(struct arena *arena, const struct conf_faction *faction, const char *key)
{
    return text_equal(label_faction(arena, faction->title), key);
}

static bool means_other_name(struct arena *arena, const struct conf_faction *faction,
                             const char *key)
{
    if (faction->name != NULL && text_equal(label_faction(arena, faction->name), key))
        return true;
    for (size_t i = 0; i < faction->aliases.n; i++) {
        if (text_equal(label_faction(arena, faction->aliases.v[i]), key))
            return true;
    }
    return false;
}

static const struct conf_faction *
find_by(struct arena *arena, const struct conf_body *body, const char *key,
        bool (*means)(struct arena *, const struct conf_faction *, const char *))
{
    for (size_t i = 0; i < body->faction_count; i++) {
        if (means(arena, &body->factions[i], key))
            return &body->factions[i];
    }
    return NULL;
}

const struct conf_faction *trust_find_faction(const struct conf_body *body, const char *label)
{
    struct arena *arena = arena_new();
    const char *key = label_faction(arena, label);
    const struct conf_faction *found = NULL;

    if (*key != '\0') {
        /* a title wins over another faction's alias */
        found = find_by(arena, body, key, means_title);
        if (found == NULL)
            found = find_by(arena, body, key, means_other_name);
    }
    arena_free(arena);
    return found;
}

bool trust_is_own_address(const struct conf_body *body, const char *address)
{
    struct arena *arena = arena_new();
    const char *name, *from;
    bool own = address_split(arena, body->from, &name, &from) && address_equal(from, address);
    arena_free(arena);
    for (size_t i = 0; i < body->mailbox_count && !own; i++)
        own = address_is_among(&body->mailboxes[i].addresses, address);
    return own || (body->list && address_equal(body->list, address));
}
