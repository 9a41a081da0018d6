/* SPDX-License-Identifier: EUPL-1.2 */
/* A town, its roster and one letter, for tests of judging and answering. */
#ifndef TESTS_UNIT_TOWN_H
#define TESTS_UNIT_TOWN_H

#include "decision/decision.h"

struct day town_day(const char *iso);
int64_t town_moment(const char *rfc3339);

/* Gemeinde Bedburg-Hau: SPD, CDU and GRÜNE, the Rat, an office and a list.  In the arena; a test
 * may change what it likes. */
struct conf_body *town_new(struct arena *arena);

/* A member's personal mail to the mayor with one motion of the SPD for the Rat. */
struct reading *town_letter(struct arena *arena);

/* One more motion, a copy of the first. */
struct motion *town_add_motion(struct arena *arena, struct reading *reading);

void town_set(struct arena *arena, struct texts *texts, const char *first);

#endif
