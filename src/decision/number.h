/* SPDX-License-Identifier: EUPL-1.2 */
/* Numbers of motions: "A/%Y/%4n" with year and counter.  Pure. */
#ifndef DECISION_NUMBER_H
#define DECISION_NUMBER_H

#include "base/arena.h"

#include <stdbool.h>

/* Needs %n (or %Nn with N digits at least, 1 to 9) exactly once and the year, %Y: counters begin
 * anew each year, and no number may come twice.  %% is a percent sign; no control characters. */
bool number_format_is_valid(const char *format);
char *number_format(struct arena *arena, const char *format, int year, int counter);

#endif
