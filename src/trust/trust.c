/* SPDX-License-Identifier: EUPL-1.2 */
#include "trust/trust.h"

#include "mail/address.h"
#include "trust/label.h"

bool trust_member_is_active(const struct conf_member *member, struct day day)
{
    if (!day_is_none(member->since) && day.n < member->since.n)
        return false;
    return day_is_none(member->until) || day.n <= member->until.n;
}

static bool member_has_address(const struct conf_member *member, const char *address)
{
    if (address_equal(member->address, address))
        return true;
    for (size_t i = 0; i < member->addresses.n; i++) {
        if (address_equal(member->addresses.v[i], address))
            return true;
    }
    return false;
}

/* The member of this address: the one active on the day, else one who was or will be. */
static void find_member(const struct conf_body *body, const char *address, struct day day,
                        struct verdict *verdict)
{
    for (size_t i = 0; i < body->faction_count; i++) {
        const struct conf_faction *faction = &body->factions[i];

        for (size_t k = 0; k < faction->member_count; k++) {
            const struct conf_member *member = &faction->members[k];

            if (!member_has_address(member, address))
                continue;
            verdict->faction = faction;
            verdict->member = member;
            if (trust_member_is_active(member, day))
                return;
        }
    }
}

static void deny(struct verdict *verdict, const char *reason)
{
    verdict->level = TRUST_UNKNOWN;
    verdict->faction = NULL;
    verdict->member = NULL;
    verdict->reason = reason;
}

/* An address in the mail is foreign: only one that is plain may be compared and kept. */
static const char *one_from(const struct mail *mail)
{
    if (mail->from.n != 1 || mail->from.v[0].address == NULL)
        return NULL;
    return address_is_plain(mail->from.v[0].address) ? mail->from.v[0].address : NULL;
}

void trust_judge(struct arena *arena, const struct reading *reading, const struct conf_body *body,
                 struct day arrival, struct verdict *verdict_r)
{
    *verdict_r = (struct verdict){.address = one_from(reading->mail)};
    if (verdict_r->address == NULL) {
        deny(verdict_r, "the mail has not exactly one plain From address");
        return;
    }
    find_member(body, verdict_r->address, arrival, verdict_r);
    if (verdict_r->member == NULL) {
        deny(verdict_r, "the From address is not on the roster");
        return;
    }
    if (!trust_member_is_active(verdict_r->member, arrival)) {
        deny(verdict_r, arena_printf(arena,
                                     "the From address is on the roster of faction %s, but not on "
                                     "the day of arrival",
                                     verdict_r->faction->title));
        return;
    }
    verdict_r->level = TRUST_LISTED;
    verdict_r->reason = arena_printf(arena, "the From address is on the roster of faction %s",
                                     verdict_r->faction->title);
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
