/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers against what people have approved; ANTRAG_GOLDEN=write approves what there is. */
#ifndef TESTS_UNIT_GOLDEN_H
#define TESTS_UNIT_GOLDEN_H

#include "reply/reply.h"

/* To, subject and text of an answer against tests/corpus/replies/NAME.txt. */
void golden_compare(struct arena *arena, const char *name, const struct reply *reply);

#endif
