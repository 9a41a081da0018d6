/* SPDX-License-Identifier: EUPL-1.2 */
/* The tables of words that are no patterns: labels, months, weekdays; and the spelling they share.
 */
#ifndef MOTION_WORDS_H
#define MOTION_WORDS_H

#include "motion/motion.h"

/* Small letters, umlauts as two letters, nothing but letters and digits: "Große Anfrage" becomes
 * "grosseanfrage". */
char *words_plain(struct arena *arena, const char *s);
/* Whether "UWG" may stand for "Unabhaengige Waehlergemeinschaft": the initials of all its words
 * with a capital, in order, and between them other letters of the words. */
bool words_are_short(struct arena *arena, const char *acronym, const char *name);
bool words_kind_of(struct arena *arena, const char *label, enum motion_kind *kind_r);
/* 0: no month */
int words_month(struct arena *arena, const char *name);
bool words_weekday(struct arena *arena, const char *name, enum weekday *weekday_r);

#endif
