/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a mail asks of a motion that it replies about, in its sender's own words: nothing that it
 * quotes counts.  Pure.  Words stand in wish_de.def and the files that it includes.
 *
 * A wish is clear where one sentence says it in words that are all understood, and no other takes
 * it back: no negation, no condition, no question, no "we are thinking of it", no part of the
 * motion only, no other motion.  A correction names the one value that is right, a new version or a
 * paper is in this mail, a refusal is of the own consent.  Whatever acts on a motion by itself acts
 * on a clear wish only, so that words which are not understood count as not clear.
 */
#ifndef MOTION_WISH_H
#define MOTION_WISH_H

#include "base/day.h"
#include "mail/mail.h"

enum wish_kind {
    WISH_NONE,
    WISH_WITHDRAW, /* "wir ziehen unseren Antrag zurück" */
    WISH_REPLACE,  /* "anbei die geänderte Fassung" */
    WISH_CORRECT,  /* "bitte am 24.09. statt am 10.09. behandeln", "der Titel muss lauten: ..." */
    WISH_ADD,      /* "anbei die vergessene Anlage" */
    WISH_CONSENT,  /* "ja, wir sind dabei" */
    WISH_REFUSE,   /* "dem haben wir nicht zugestimmt" */
};
#define WISH_KIND_COUNT 7

struct wish {
    enum wish_kind kind;
    bool clear;
    bool asks;            /* it wants something, of whatever kind; rather once too often */
    struct texts numbers; /* what may be numbers of motions, in the subject and the words */
    const char *speaker;  /* the faction in whose name it withdraws, where it names one; or NULL */
    struct day meeting;   /* correction: where it is to be heard, or DAY_NONE */
    struct day instead;   /* ... and where not, or DAY_NONE: it does not say */
    const char *title;    /* correction: the right one; withdrawal: what it calls the motion in
                           * quotation marks; or NULL */
};

#define WISH_MAX_NUMBERS 8

void wish_find(struct arena *arena, const struct mail *mail, struct wish *wish_r);
/* Of a text that is all the sender's own; mailed: for days without a year, or DAY_NONE.  Without
 * numbers. */
void wish_read(struct arena *arena, const char *text, struct day mailed, struct wish *wish_r);

const char *wish_kind_to_text(enum wish_kind kind);
bool wish_kind_from_text(const char *s, enum wish_kind *kind_r);

#endif
