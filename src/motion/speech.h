/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A text in its sender's own words as sentences and clauses, for those who look at what is wanted
 * (wish.h).  Pure.
 *
 * A sentence ends at its mark, at an empty line unless a colon stands before it, before an item of
 * a list, and around lines that greet or close a letter, which are none.
 */
#ifndef MOTION_SPEECH_H
#define MOTION_SPEECH_H

#include "base/day.h"
#include "base/text.h"
#include "motion/pattern.h"

struct speech {
    struct arena *arena;
    struct day mailed;      /* for days without a year, or DAY_NONE */
    struct texts sentences; /* as they stand, blanks squeezed */
    struct texts bare;      /* the same, with "*" for what stands in quotation marks */
    size_t said;            /* so many of them stand above the closing; below it nothing is said,
                             * but something may be taken back */
    bool cut;               /* there is more than was looked at */
};

/* Of a text that is all the sender's own.  What is too long for somebody who wants one thing is
 * left out. */
void speech_read(struct arena *arena, const char *text, struct day mailed, struct speech *speech_r);

/* Whether any sentence matches, those below the closing too. */
bool speech_matches(const struct speech *speech, enum pattern pattern);
/* The same for those above it. */
bool speech_says(const struct speech *speech, enum pattern pattern);

/* The sentence parted at commas, semicolons, dashes, brackets, colons and at an "und" that a verb
 * follows.  Whom it greets is no clause. */
void speech_part_clauses(struct arena *arena, const char *sentence, struct texts *clauses_r);

#endif
