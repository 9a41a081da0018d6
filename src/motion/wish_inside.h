/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The kinds of wishes, for wish.c only.  Each says whether the speech is about its kind, rather
 * once too often, and sets what belongs to it; wish->clear only where the words leave no doubt.
 */
#ifndef MOTION_WISH_INSIDE_H
#define MOTION_WISH_INSIDE_H

#include "motion/speech.h"
#include "motion/wish.h"

bool wish_withdraws(const struct speech *speech, struct wish *wish); /* wish_withdraw.c */
bool wish_replaces(const struct speech *speech, struct wish *wish);  /* wish_paper.c */
bool wish_adds(const struct speech *speech, struct wish *wish);
bool wish_corrects(const struct speech *speech, struct wish *wish); /* wish_correct.c */
bool wish_refuses(const struct speech *speech, struct wish *wish);  /* wish_naming.c */
bool wish_consents(const struct speech *speech, struct wish *wish);

/* Whether a sentence makes what all the others say depend on something, or keeps something of what
 * they change. */
bool wish_depends(const struct speech *speech);
/* The same, or it says that it is not true. */
bool wish_is_taken_back(const struct speech *speech);
/* What stands in a sentence that says the same in other words, and what it says no more: "nicht
 * mehr nötig", cut out, so that its "nicht" negates nothing. */
const char *wish_drop_support(struct arena *arena, const char *sentence);

#endif
