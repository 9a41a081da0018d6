/* SPDX-License-Identifier: EUPL-1.2 */
/* A reading for people who ask why: the texts of the mail with what was found in them marked. */
#ifndef CTL_WHY_H
#define CTL_WHY_H

#include "motion/reading.h"

/* Prints the texts that hold values, line by line, and below each line the values that begin in it
 * with their rules; then the values that stand in no text.  Where there is no motion, all texts.
 * colours: for marks; otherwise they are [field: value]. */
void why_print(struct arena *arena, const struct reading *reading, bool colours);

#endif
