/* SPDX-License-Identifier: EUPL-1.2 */
#include "decision/describe.h"

#include "decision/council.h"

static void find_named(struct arena *arena, const struct case_file *file,
                       struct decided_motion *decided)
{
    const struct texts *labels = &decided->motion->factions;

    for (size_t i = 0; i < labels->n; i++) {
        const struct conf_faction *faction = trust_find_faction(file->body, labels->v[i]);
        const char *title = faction != NULL ? faction->title : text_squeeze(arena, labels->v[i]);

        if ((faction == NULL || faction != decided->mover) && !texts_has(&decided->named, title))
            texts_add(&decided->named, arena, title);
    }
}

/* No last day can be known then, but whether there is a rule for the kind at all. */
static struct deadline judge_without_council(struct arena *arena, const struct case_file *file,
                                             enum motion_kind kind)
{
    const struct conf_deadline *rule = &file->body->deadline;
    struct deadline deadline;

    deadline_judge(arena, file->body, rule->set ? rule : NULL, kind, DAY_NONE, -1, file->arrival.at,
                   &deadline);
    return deadline;
}

static void decide_consultation(struct arena *arena, const struct case_file *file,
                                enum motion_kind kind, const struct motion_consultation *wanted,
                                struct decided_consultation *decided)
{
    const struct conf_council *council = council_find(file->body, wanted->organization);

    decided->organization =
        council != NULL ? council->name : text_squeeze(arena, wanted->organization);
    decided->meeting = wanted->meeting;
    if (council == NULL)
        decided->deadline = judge_without_council(arena, file, kind);
    else
        deadline_judge(arena, file->body, &council->deadline, kind, wanted->meeting,
                       council_meeting_minute(council, wanted->meeting), file->arrival.at,
                       &decided->deadline);
}

void decide_deadlines(struct arena *arena, const struct case_file *file,
                      struct decided_motion *decided)
{
    const struct motion *motion = decided->motion;

    decided->deadline = judge_without_council(arena, file, motion->kind);
    decided->consultation_count = motion->consultation_count;
    decided->consultations =
        arena_array(arena, motion->consultation_count, sizeof(struct decided_consultation));
    for (size_t i = 0; i < motion->consultation_count; i++) {
        struct decided_consultation *one = &decided->consultations[i];

        decide_consultation(arena, file, motion->kind, &motion->consultations[i], one);
        decided->deadline =
            i == 0 ? one->deadline : *deadline_strictest(&decided->deadline, &one->deadline);
    }
}

void decide_describe(struct arena *arena, const struct case_file *file, const struct motion *motion,
                     const struct conf_faction *mover, struct decided_motion *decided)
{
    decided->motion = motion;
    decided->mover = mover;
    find_named(arena, file, decided);
    decide_deadlines(arena, file, decided);
}
