/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Deadlines: whether a motion is in time for a meeting, by which rule and counting.  Pure.
 * Computed, shown with the counting and left to people (the council and the mayor decide).
 *
 * Backward periods follow BGB sections 187 and 188 by analogy; section 193 is not applied.
 */
#ifndef DECISION_DEADLINE_H
#define DECISION_DEADLINE_H

#include "conf/conf.h"
#include "motion/motion.h"

enum deadline_state {
    DEADLINE_IN_TIME,
    DEADLINE_LATE,
    DEADLINE_UNKNOWN, /* no meeting or rule known */
    DEADLINE_NONE,    /* no rule for this kind */
};

struct deadline {
    enum deadline_state state;
    struct day last_day; /* DAY_NONE unless a rule was counted */
    int64_t until;       /* the moment it ends, or MOMENT_NONE */
    const char *rule; /* the rule in the body's language: its own text and its counting, or NULL */
};

/* holidays.c: the holiday's name in German, or NULL.  Public holidays of the body's Land, and its
 * local ones. */
const char *holiday_name(const struct conf_body *body, struct day day);

/* For one consultation.  meeting DAY_NONE: unknown.  meeting_minute -1: start not known. */
void deadline_judge(struct arena *arena, const struct conf_body *body,
                    const struct conf_deadline *rule, enum motion_kind kind, struct day meeting,
                    int meeting_minute, int64_t arrived_at, struct deadline *deadline_r);

/* The strictest of several: late before in time, earlier last day before later, known before
 * unknown. */
const struct deadline *deadline_strictest(const struct deadline *a, const struct deadline *b);

const char *deadline_state_to_text(enum deadline_state state);
bool deadline_state_from_text(const char *s, enum deadline_state *state_r);

#endif
