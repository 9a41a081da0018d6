/* SPDX-License-Identifier: EUPL-1.2 */
/* Mails that wait for a person, as a list in an answer.  Pure. */
#ifndef REPLY_WAITING_H
#define REPLY_WAITING_H

#include "reply/values.h"

/* One of them; strings may be NULL, moments MOMENT_NONE: then nothing is said of it. */
struct news_mail {
    const char *answers; /* "m7", the held mail whose review it answers, or NULL */
    int64_t answers_at;  /* when that one arrived */
    const char *brought; /* number of a motion that an answer to its own review brought, or NULL */
    const char *id;      /* "m12", never NULL */
    int64_t arrived_at;
    int64_t mail_date; /* of its Date field */
    int64_t registered_at;
    const char *from;
    const char *subject;
    const char *title; /* of a motion in it */
    const char *kind;  /* of that, in words */
    const char *row;   /* of the decision table, which says why it waits */
    const char *detail;
    const char *reason; /* the table's sentence, for a row of an older table */
    struct deadline deadline;
    const char *faction; /* where the sender belongs to none: that the letter names, or "" */
    const struct pretences *pretences; /* what could mislead whoever decides */
    const struct mail_part *parts;
    size_t part_count;
};

/* So many stand in one answer at most. */
#define WAITING_MAX 100

/* The motion in it, and whether it was read off a picture. */
const char *waiting_kind(struct arena *arena, const char *language, enum motion_kind kind,
                         bool ocr);

/* Sets {list}, {message} (the first one's id) and {several} (how many, if more than one). */
void waiting_set_mails(struct values *values, const struct news_mail *mails, size_t count);

/* The same with the commands by which each is decided, {short_subject} of one alone, and {faction},
 * whose motion the first one would be, where its sender does not say so. */
void waiting_set_decidable(struct values *values, const struct news_mail *mails, size_t count);

#endif
