/* SPDX-License-Identifier: EUPL-1.2 */
#include "decision/follow.h"

#include "decision/council.h"
#include "decision/describe.h"

const struct motion *follow_read_wish(struct arena *arena, const struct case_file *file)
{
    const struct known_motion *known = file->known->referred;
    struct motion *motion = ARENA_NEW(arena, struct motion);

    *motion = (struct motion){.kind = known->kind,
                              .title = known->title,
                              .consultations = known->consultations,
                              .consultation_count = known->consultation_count,
                              .letter_date = DAY_NONE,
                              .refers_to = known->number,
                              .confidential = known->confidential};
    if (file->reading->wish.kind == WISH_WITHDRAW)
        motion->kind = MOTION_WITHDRAWAL;
    if (file->reading->wish.kind == WISH_REPLACE)
        motion->kind = MOTION_REPLACEMENT;
    return motion;
}

/* Where a council's meetings are known, the day must be one of them. */
static bool may_be_heard(const struct case_file *file, const char *organization, struct day day)
{
    const struct conf_council *council = council_find(file->body, organization);

    if (council == NULL || council->meeting_count == 0)
        return true;
    for (size_t i = 0; i < council->meeting_count; i++) {
        if (council->meetings[i].day.n == day.n)
            return true;
    }
    return false;
}

struct motion_consultation *follow_move_meeting(struct arena *arena, const struct case_file *file)
{
    const struct known_motion *known = file->known->referred;
    const struct wish *wish = &file->reading->wish;
    size_t n = known->consultation_count, moved = 0;
    struct motion_consultation *after = arena_array(arena, n, sizeof *after);

    if (day_is_none(wish->meeting) || (day_is_none(wish->instead) && n != 1))
        return NULL;
    for (size_t i = 0; i < n; i++) {
        after[i] = known->consultations[i];
        if (!day_is_none(wish->instead) && after[i].meeting.n != wish->instead.n)
            continue;
        if (!may_be_heard(file, after[i].organization, wish->meeting))
            return NULL;
        after[i].meeting = wish->meeting;
        moved++;
    }
    return moved == 1 ? after : NULL;
}

/* ---- what it then is --------------------------------------------------------------------------
 */

static void keep_known(const struct known_motion *known, struct motion *motion)
{
    motion->title = known->title;
    motion->consultations = known->consultations;
    motion->consultation_count = known->consultation_count;
}

static void fill_open(const struct known_motion *known, struct motion *motion)
{
    if (motion->title == NULL)
        motion->title = known->title;
    if (motion->consultation_count > 0)
        return;
    motion->consultations = known->consultations;
    motion->consultation_count = known->consultation_count;
}

static void correct(struct arena *arena, const struct case_file *file, struct motion *motion)
{
    struct motion_consultation *moved = follow_move_meeting(arena, file);

    keep_known(file->known->referred, motion);
    if (file->reading->wish.title != NULL)
        motion->title = file->reading->wish.title;
    if (moved != NULL)
        motion->consultations = moved;
}

static void fill(struct arena *arena, const struct case_file *file, enum follow follow,
                 struct motion *motion)
{
    switch (follow) {
    case FOLLOW_NONE:
        break;
    case FOLLOW_REPLACES:
        fill_open(file->known->referred, motion);
        break;
    case FOLLOW_CORRECTS:
        correct(arena, file, motion);
        break;
    case FOLLOW_WITHDRAWS:
    case FOLLOW_LEAVES:
    case FOLLOW_ADDS:
    case FOLLOW_JOINS:
        keep_known(file->known->referred, motion);
        break;
    }
}

static bool is_faction(const struct case_file *file, const char *title,
                       const struct conf_faction *faction)
{
    return faction != NULL && trust_find_faction(file->body, title) == faction;
}

/* Titles of that faction go into a list of their own. */
static void part(struct arena *arena, const struct case_file *file, const struct texts *from,
                 const struct conf_faction *faction, struct texts *own_r, struct texts *others_r)
{
    *own_r = *others_r = (struct texts){0};
    for (size_t i = 0; i < from->n; i++)
        texts_add(is_faction(file, from->v[i], faction) ? own_r : others_r, arena, from->v[i]);
}

static void find_movers(struct arena *arena, const struct case_file *file,
                        struct decided_motion *decided)
{
    const struct known_motion *known = decided->follows;
    const struct conf_faction *speaker = file->verdict->faction;
    bool leaves = decided->follow == FOLLOW_LEAVES, joins = decided->follow == FOLLOW_JOINS;
    struct texts leaving, joining;

    part(arena, file, &known->movers, leaves ? speaker : NULL, &leaving, &decided->movers);
    part(arena, file, &known->named, joins ? speaker : NULL, &joining, &decided->named);
    for (size_t i = 0; i < joining.n; i++)
        texts_add(&decided->movers, arena, joining.v[i]);
    decided->speaks_for = leaves ? leaving : joining;
    if (leaves || joins)
        decided->speaker = speaker->title;
    decided->mover =
        decided->movers.n == 0 ? NULL : trust_find_faction(file->body, decided->movers.v[0]);
}

void follow_describe(struct arena *arena, const struct case_file *file,
                     struct decided_motion *decided)
{
    const struct known_motion *known = decided->follows;
    struct motion *motion = ARENA_NEW(arena, struct motion);
    struct case_file counted = *file;

    *motion = *decided->motion;
    fill(arena, file, decided->follow, motion);
    motion->kind = known->kind;
    motion->confidential = motion->confidential || known->confidential;
    decided->motion = motion;
    decided->number = known->number;
    find_movers(arena, file, decided);
    /* only a new version has an arrival of its own that a deadline is held against */
    if (decided->follow != FOLLOW_REPLACES && decided->follow != FOLLOW_WITHDRAWS)
        counted.arrival.at = known->arrived_at;
    decide_deadlines(arena, &counted, decided);
}
