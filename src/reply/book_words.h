/* SPDX-License-Identifier: EUPL-1.2 */
/* The words of the day's book, one table a language (book_words_de.def, ...). */
#ifndef REPLY_BOOK_WORDS_H
#define REPLY_BOOK_WORDS_H

#include "decision/decision.h"

/* A row of decide.c, or another reason, in the few words of a list. */
struct brief_words {
    const char *row;
    const char *text;
};

struct book_words {
    const char *language;
    const char *states[4];            /* enum motion_state, of a motion that is not what it was */
    const char *confidential;         /* behind a title */
    const char *named;                /* in front of factions that are only named */
    const char *hours[3];             /* age: less than one, one, several ("#" is the number) */
    const char *days;                 /* the same, several */
    const char *visited;              /* in front of a time */
    const char *never;                /* visited */
    const char *seen;                 /* "#" mails */
    const char *unexplained;          /* "#" of them */
    const char *uncounted;            /* instead of both */
    const char *late;                 /* visited too long ago */
    const char *trouble;              /* in front of what is wrong */
    const char *by;                   /* in front of who decided */
    const char *more;                 /* "#" lines that are left out */
    const struct brief_words *events; /* of struct book_change */
    const struct brief_words *rows;   /* the last one of both has row NULL */
};

/* Never NULL; German where the language is not known. */
const struct book_words *book_words(const char *language);

/* NULL where the row has no words. */
const char *book_words_find(const char *language, const char *row);
/* The row itself where it has none. */
const char *book_brief(const char *language, const char *row);
const char *book_event(const char *language, const char *event);

#endif
