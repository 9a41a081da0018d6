/* SPDX-License-Identifier: EUPL-1.2 */
/* What is said of a motion whoever registers it, the table or a person.  Pure. */
#ifndef DECISION_DESCRIBE_H
#define DECISION_DESCRIBE_H

#include "decision/decision.h"

/* Mover, named factions, councils and deadlines. */
void decide_describe(struct arena *arena, const struct case_file *file, const struct motion *motion,
                     const struct conf_faction *mover, struct decided_motion *decided);

/* Only councils and deadlines, of decided->motion. */
void decide_deadlines(struct arena *arena, const struct case_file *file,
                      struct decided_motion *decided);

/* By the table of a motion: whether it is registered, with the next number, or follows another.
 * decide.c */
void decide_judge(struct arena *arena, const struct case_file *file, int *counter,
                  struct decided_motion *decided);

/* The number that the held mail has with this one, which answers its review; NULL: it waits on.
 * decide.c */
const char *decide_find_completed(const struct case_file *file, const struct decision *decision);

/* Files that may be letters and gave no text. */
void decide_find_unread(struct arena *arena, const struct mail *mail, struct texts *unread);

#endif
