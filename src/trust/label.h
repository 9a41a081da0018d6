/* SPDX-License-Identifier: EUPL-1.2 */
/* Names of factions and councils made comparable: letters write them in many ways.  Pure. */
#ifndef TRUST_LABEL_H
#define TRUST_LABEL_H

#include "base/arena.h"

#include <stdbool.h>

/* Case folded, umlauts as two letters, everything but letters and digits one blank:
 * "BÜNDNIS 90/DIE GRÜNEN" becomes "buendnis 90 die gruenen". */
char *label_fold(struct arena *arena, const char *s);

/* The same without the words that only say "a faction" (words_de.def): "SPD-Ratsfraktion" becomes
 * "spd".  "" where nothing else is there. */
char *label_faction(struct arena *arena, const char *s);

/* Part of a word: a letter or digit of ASCII, or a byte of any other character. */
bool label_is_word_byte(char c);

#endif
