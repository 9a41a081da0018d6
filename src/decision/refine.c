/* SPDX-License-Identifier: EUPL-1.2 */
#include "decision/refine.h"

#include "decision/council.h"
#include "motion/words.h"
#include "trust/label.h"
#include "trust/trust.h"

#include <string.h>

struct refining {
    struct arena *arena;
    const struct conf_body *body;
    struct day day;
    size_t position; /* of the motion */
    struct refinements *refinements;
};

static void note(struct refining *r, const char *from, const char *to, const char *rule)
{
    struct refinements *all = r->refinements;

    all->v = arena_grow(r->arena, all->v, all->n, all->n + 1, sizeof *all->v);
    all->v[all->n++] = (struct refinement){r->position, from, to, rule};
}

/* ---- councils ---------------------------------------------------------------------------------
 */

/* NULL where none or several may be meant. */
static const struct conf_council *find_by_acronym(const struct refining *r, const char *acronym)
{
    const struct conf_council *found = NULL;

    if (strspn(acronym, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(acronym) || strlen(acronym) < 2)
        return NULL;
    for (size_t i = 0; i < r->body->council_count; i++) {
        const struct conf_council *council = &r->body->councils[i];

        if (!words_are_short(r->arena, acronym, council->name))
            continue;
        if (found != NULL)
            return NULL;
        found = council;
    }
    return found;
}

static const char *refine_organization(struct refining *r, const char *organization)
{
    const struct conf_council *council = council_find(r->body, organization);
    const char *rule = "council-alias";

    if (council == NULL) {
        council = find_by_acronym(r, organization);
        rule = "council-acronym";
    }
    if (council == NULL || text_equal(council->name, organization))
        return organization;
    note(r, organization, council->name, rule);
    return council->name;
}

static struct motion_consultation *find_consultation(struct motion *motion,
                                                     const char *organization)
{
    for (size_t i = 0; i < motion->consultation_count; i++) {
        if (text_equal(motion->consultations[i].organization, organization))
            return &motion->consultations[i];
    }
    return NULL;
}

/* Two names of one council become one consultation, unless each has a day of its own. */
static void refine_consultations(struct refining *r, const struct motion *read,
                                 struct motion *motion)
{
    motion->consultation_count = 0;
    motion->consultations =
        arena_array(r->arena, read->consultation_count, sizeof *motion->consultations);
    for (size_t i = 0; i < read->consultation_count; i++) {
        struct motion_consultation one = read->consultations[i];

        one.organization = refine_organization(r, one.organization);
        struct motion_consultation *known = find_consultation(motion, one.organization);
        if (known == NULL || (!day_is_none(known->meeting) && !day_is_none(one.meeting) &&
                              known->meeting.n != one.meeting.n))
            motion->consultations[motion->consultation_count++] = one;
        else if (day_is_none(known->meeting))
            known->meeting = one.meeting;
    }
}

/* ---- factions ---------------------------------------------------------------------------------
 */

static void add_faction(struct refining *r, struct motion *motion, const char *title)
{
    if (!texts_has(&motion->factions, title))
        texts_add(&motion->factions, r->arena, title);
}

/* "CDU/FWV": the titles of its parts, where each is a faction; false where one is none. */
static bool split(const struct refining *r, const char *label, struct texts *titles_r)
{
    static const char edges[] = "/+|&";

    *titles_r = (struct texts){0};
    while (*label != '\0') {
        size_t n = strcspn(label, edges);
        const struct conf_faction *faction =
            trust_find_faction(r->body, arena_strndup(r->arena, label, n));

        if (faction == NULL)
            return false;
        if (!texts_has(titles_r, faction->title))
            texts_add(titles_r, r->arena, faction->title);
        label += n;
        label += strspn(label, edges);
    }
    return titles_r->n > 1;
}

static void refine_faction(struct refining *r, const char *label, struct motion *motion)
{
    const struct conf_faction *faction = trust_find_faction(r->body, label);
    struct texts titles;

    if (faction != NULL) {
        if (!text_equal(faction->title, label))
            note(r, label, faction->title, "faction-alias");
        add_faction(r, motion, faction->title);
        return;
    }
    if (!split(r, label, &titles)) {
        add_faction(r, motion, label);
        return;
    }
    note(r, label, text_join(r->arena, &titles, ", "), "faction-split");
    for (size_t i = 0; i < titles.n; i++)
        add_faction(r, motion, titles.v[i]);
}

/* Two labels that are no factions, and together they are one. */
static bool refine_pair(struct refining *r, const char *a, const char *b, struct motion *motion)
{
    if (trust_find_faction(r->body, a) != NULL || trust_find_faction(r->body, b) != NULL)
        return false;
    const struct conf_faction *faction =
        trust_find_faction(r->body, arena_printf(r->arena, "%s/%s", a, b));
    if (faction == NULL)
        faction = trust_find_faction(r->body, arena_printf(r->arena, "%s/%s", b, a));
    if (faction == NULL)
        return false;
    note(r, arena_printf(r->arena, "%s, %s", a, b), faction->title, "faction-joined");
    add_faction(r, motion, faction->title);
    return true;
}

static const struct conf_faction *faction_of_name(const struct refining *r, const char *name)
{
    const struct conf_faction *found = NULL;
    const char *key = label_fold(r->arena, name);

    for (size_t i = 0; i < r->body->faction_count; i++) {
        const struct conf_faction *faction = &r->body->factions[i];

        for (size_t k = 0; k < faction->member_count; k++) {
            const struct conf_member *member = &faction->members[k];

            if (!text_equal(label_fold(r->arena, member->name), key) ||
                !trust_member_is_active(member, r->day))
                continue;
            /* a name that two factions have says nothing */
            if (found != NULL && found != faction)
                return NULL;
            found = faction;
        }
    }
    return found;
}

static void refine_by_members(struct refining *r, struct motion *motion)
{
    for (size_t i = 0; i < motion->signatory_count; i++) {
        const char *name = motion->signatories[i].name;
        const struct conf_faction *faction = name == NULL ? NULL : faction_of_name(r, name);

        if (faction == NULL || texts_has(&motion->factions, faction->title))
            continue;
        note(r, name, faction->title, "faction-of-member");
        add_faction(r, motion, faction->title);
    }
}

static void refine_factions(struct refining *r, const struct motion *read, struct motion *motion)
{
    const struct texts *labels = &read->factions;

    motion->factions = (struct texts){0};
    for (size_t i = 0; i < labels->n; i++) {
        if (i + 1 < labels->n && refine_pair(r, labels->v[i], labels->v[i + 1], motion))
            i++;
        else
            refine_faction(r, labels->v[i], motion);
    }
    /* a citizen who happens to bear a member's name moves for nobody */
    if (labels->n == 0 && read->kind != MOTION_CITIZEN_SUGGESTION)
        refine_by_members(r, motion);
}

const struct reading *refine_reading(struct arena *arena, const struct conf_body *body,
                                     struct day day, const struct reading *reading,
                                     struct refinements *refinements_r)
{
    struct refining r = {arena, body, day, 0, refinements_r};
    struct reading *refined;

    *refinements_r = (struct refinements){0};
    if (reading == NULL)
        return NULL;
    refined = ARENA_NEW(arena, struct reading);
    *refined = *reading;
    refined->motions.v = arena_array(arena, reading->motions.n, sizeof *refined->motions.v);
    for (; r.position < reading->motions.n; r.position++) {
        const struct motion *read = &reading->motions.v[r.position];
        struct motion *motion = &refined->motions.v[r.position];

        *motion = *read;
        motion->found = NULL;
        motion->found_count = 0;
        refine_consultations(&r, read, motion);
        refine_factions(&r, read, motion);
    }
    return refined;
}
