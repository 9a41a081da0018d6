/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What becomes of a motion of the register by a paper, or by a reply's words, that follow it up.
 * Whether it may is the table's to say (case_follow.c, decide.c); here is what it then is.  Pure.
 */
#ifndef DECISION_FOLLOW_H
#define DECISION_FOLLOW_H

#include "decision/decision.h"

/* The paper that a reply without a letter amounts to, about file->known->referred: a withdrawal, a
 * replacement, or for all else one of the motion's own kind. */
const struct motion *follow_read_wish(struct arena *arena, const struct case_file *file);

/* The consultations as the wish corrects them, in the arena; NULL where it asks for no other
 * meeting, or for one that does not fit: a day on which the council is known not to meet, or
 * instead of a meeting that nobody wanted. */
struct motion_consultation *follow_move_meeting(struct arena *arena, const struct case_file *file);

/* decided->follow says what: decided->motion becomes the motion as it stands from then on, with
 * number, movers, named and deadlines.  What the new paper leaves open stays as it was. */
void follow_describe(struct arena *arena, const struct case_file *file,
                     struct decided_motion *decided);

#endif
