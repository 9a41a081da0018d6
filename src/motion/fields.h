/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The fields of a motion, a file each.  They read a letter and give what the contract calls the
 * field, NULL or DAY_NONE where the letter does not say it; none of them guesses.
 *
 * A value that is a string is made of the letter's by trace.h, so that where it stands and which
 * rule found it are known without more words; for one that is none (a day, the kind) they are
 * noted.
 */
#ifndef MOTION_FIELDS_H
#define MOTION_FIELDS_H

#include "motion/letter.h"
#include "motion/motion.h"
#include "motion/pattern.h"

/* ---- dates (date.c) ---- */

/* Number of groups in words_de.def's W_DATE. */
#define DATE_GROUPS 7
/* How many days behind the reference a day without a year may lie: farther away, and the same day
 * of the year before would be as near. */
#define DATE_NEAR 183
bool date_has_year(const struct match *match, int first);
/* The day that the groups from first on hold.  One without a year is the next such day behind the
 * reference, if that is near enough to be meant (DAY_NONE: there is no reference).  DAY_NONE where
 * a weekday stands before it that the day is not. */
struct day date_of_match(struct arena *arena, const struct match *match, int first,
                         struct day reference);
/* The letter's own line of place and date. */
void date_find_letter(const struct letter *letter, struct motion *motion);

/* ---- headings and titles (title.c) ---- */

/* what the heading lines, or one item of several motions, say */
struct heading {
    const char *label;  /* as written, in the nominative, or NULL */
    const char *title;  /* or NULL */
    const char *phrase; /* the label's lines, joined; "" for none */
    size_t asked;       /* where the text that is asked for begins below "folgenden Antrag:"; the
                         * sections' end if there is none */
};

void title_find(const struct letter *letter, struct heading *heading_r);
/* Of a mail's subject "Antrag: X"; NULL if it is none. */
const char *title_of_subject(struct trace *trace, const char *subject);
/* Items such as "1. Antrag: ..." or "Haushaltsantrag Nr. 2: ..."; 0 or at least two. */
#define TITLE_MAX_ITEMS 200
struct item {
    struct heading heading;
    struct range range; /* the lines below the heading */
};
size_t title_find_items(const struct letter *letter, struct item **items_r);

/* ---- the rest ---- */

/* consultation.c */
void consultation_find(const struct letter *letter, const struct heading *heading,
                       const char *resolution, struct motion *motion);
/* faction.c */
void faction_find(const struct letter *letter, const struct heading *heading, const char *place,
                  struct texts *factions_r);
/* signatory.c */
void signatory_find(const struct letter *letter, struct motion *motion);
/* addressee.c */
const char *addressee_find(const struct letter *letter);
/* section.c: what stands under Beschlussvorschlag and Begruendung within the range */
void section_find(const struct letter *letter, struct range range, size_t asked,
                  const char **resolution_r, const char **reasoning_r);
/* refers.c: the number or the date of another paper; in() looks at one text only */
const char *refers_in(struct trace *trace, const char *s);
const char *refers_find(const struct letter *letter, const struct heading *heading);

/* kind.c */
bool kind_is_motion(const struct letter *letter, const struct motion *motion,
                    const struct heading *heading);
/* Whether it says what it is, and that it is none: an invitation, an answer to a motion. */
bool kind_is_something_else(const struct letter *letter);
/* Whether words that announce a replacement make one of this kind. */
bool kind_is_replaced(enum motion_kind kind, const char *announcement);
void kind_find(const struct letter *letter, const struct heading *heading, struct motion *motion);
/* The opening's prose as flowing text, cut at LETTER_MAX_OPENING. */
const char *opening_text(const struct letter *letter);

#endif
