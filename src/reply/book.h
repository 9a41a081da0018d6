/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The day's book for the office, and the list's mail of the day.  Pure: the registry gives the
 * values (registry/book.h), what is rendered is what is sent.
 */
#ifndef REPLY_BOOK_H
#define REPLY_BOOK_H

#include "reply/news.h"

/* A motion that got its number. */
struct book_motion {
    const char *number;
    enum motion_kind kind;
    const char *title; /* or NULL */
    bool confidential;
    struct texts factions, named;
    int64_t arrived_at;
    struct decided_consultation *consultations;
    size_t consultation_count;
    struct deadline deadline; /* the strictest */
    enum motion_state state;  /* as it is now */
};

/* What became of one later. */
struct book_change {
    const char *event; /* the registry's name: "corrected", "withdrawn", ... */
    const char *number;
    const char *title; /* or NULL */
    int64_t at;
    const char *actor; /* who decided it; of what nobody decided, the program */
};

/* Mails of the time by what they came to, and why. */
struct book_count {
    enum message_state state;
    const char *row; /* of the decision table */
    size_t n;
};

/* A mail that waits for a person now. */
struct book_held {
    const char *id; /* "m12" */
    const char *row;
    int64_t arrived_at;
    int64_t registered_at;
    const char *from;    /* or NULL */
    const char *subject; /* or NULL */
};

struct book_answer {
    const char *id; /* "o34" */
    enum reply_kind kind;
    const char *number;   /* or NULL */
    const char *to;       /* an address */
    const char *response; /* of a failed one: the server's words, or NULL */
};

/* One folder as the last visit saw it. */
struct book_mailbox {
    const char *name, *folder;
    int64_t visited_at;  /* MOMENT_NONE: never */
    bool counted;        /* that visit told what it saw */
    size_t seen;         /* so many mails */
    size_t unexplained;  /* of them, without an outcome up to now */
    int interval;        /* seconds from visit to visit, at most */
    const char *trouble; /* what is wrong with it now, or NULL: nothing, or nobody knows */
};

struct book {
    struct day day;
    bool again;                      /* a clock that was ahead had made one of this day */
    int64_t since, until;            /* of what happened; since MOMENT_NONE: the beginning */
    int64_t first_event, last_event; /* the same in events: behind the first, up to the last */
    bool past;                       /* what holds "now" below is left out */
    struct book_motion *motions;
    size_t motion_count;
    struct book_change *changes;
    size_t change_count;
    struct book_count *counts;
    size_t count_count;
    struct book_answer *failed;
    size_t failed_count;
    /* now */
    struct book_held *held;
    size_t held_count;
    struct book_answer *waiting; /* for a person to let them go */
    size_t waiting_count;
    struct book_mailbox *mailboxes;
    size_t mailbox_count;
};

size_t book_unexplained(const struct book *book);

/* Whether the mailbox needs somebody to look: never or too long not visited, in trouble, mails
 * without an outcome. */
bool book_mailbox_is_well(const struct book *book, const struct book_mailbox *mailbox);

/* Nothing happened and nothing is wrong.  What waits since earlier days is no news. */
bool book_is_empty(const struct book *book);

/* As the office gets it. */
void book_write(struct arena *arena, const struct conf_body *body, const struct book *book,
                const char **subject_r, const char **text_r);
/* To the office. */
void book_render(struct arena *arena, const struct news *news, const struct book *book,
                 struct replies *replies_r);

/* One paragraph of the list's mail of the day, as it was rendered with its confirmation. */
struct daily_entry {
    int64_t delivery; /* "o34" */
    const char *text;
    const char *earlier; /* Message-ID of the list's first mail about the motion, or NULL */
};
/* To the list.  All of it may go: what must wait for a person is not among the entries. */
void daily_render(struct arena *arena, const struct news *news, struct day day,
                  const struct daily_entry *entries, size_t count, struct replies *replies_r);

/* The newest day whose book is due: today from book_at on, else yesterday; DAY_NONE without
 * book_at. */
struct day book_day(const struct conf_body *body, int64_t now);
/* When the next one is due. */
int64_t book_next(const struct conf_body *body, int64_t now);

#endif
