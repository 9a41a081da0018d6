/* SPDX-License-Identifier: EUPL-1.2 */
/* One mail through all that happens to it, but for the registry: no mail has come before. */
#ifndef TESTS_UNIT_TOWN_JUDGE_H
#define TESTS_UNIT_TOWN_JUDGE_H

#include "pipeline/pipeline.h"

#include "town.h"

#define TOWN_TOKEN "0123456789abcdef0123456789abcdef"

/* In the body's first mailbox since 2015-08-04 12:03:14 in summer time.  A mail that cannot be read
 * fails the test.  *reading_r, what all is judged by, and *conclusion_r live in the arena. */
void town_judge(struct arena *arena, const struct conf_body *body, const char *bytes, size_t n,
                const struct reading **reading_r, struct conclusion *conclusion_r);

#endif
