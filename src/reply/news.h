/* SPDX-License-Identifier: EUPL-1.2 */
/* What office and chairs are told although no mail has just arrived.  Pure. */
#ifndef REPLY_NEWS_H
#define REPLY_NEWS_H

#include "decision/office.h"
#include "reply/reply.h"
#include "reply/waiting.h"

/* What all of them need. */
struct news {
    const struct conf_body *body;
    int64_t now;
    const char *token;    /* as in struct reply_input */
    const char *occasion; /* told once for each */
    const char *secret; /* fresh random that stands nowhere else: tokens for replies are drawn from
                           it; NULL: no reply to it decides anything */
};

/* An answer that failed for good, as the registry has it. */
struct news_answer {
    const char *id; /* "o34" */
    enum reply_kind kind;
    const char *number;  /* or NULL */
    const char *message; /* "m12", or NULL */
    const char *to;
    const char *subject;
    const char *response; /* of the server, or NULL */
};
/* To the office, where it is told of what failed. */
void news_failed(struct arena *arena, const struct news *news, const struct news_answer *answer,
                 struct replies *replies_r);

/* To the office, where it is told of what fails: so many answers to mails of this faction (or
 * address) go out later, the last of them at this time. */
void news_paced(struct arena *arena, const struct news *news, const char *whose, size_t count,
                int64_t last, struct replies *replies_r);

/* To the office: these mails wait for a person; left more do, too, of which it is told later.  A
 * reply may decide them where there is a secret. */
void news_held(struct arena *arena, const struct news *news, const struct news_mail *mails,
               size_t count, size_t left, struct replies *replies_r);

/* The same where it is told of what is held, for the second time and more. */
void news_reminder(struct arena *arena, const struct news *news, const struct news_mail *mails,
                   size_t count, size_t left, struct replies *replies_r);

/* To the office: mails of members had lain in the folder for junk. */
void news_misfiled(struct arena *arena, const struct news *news, const char *folder,
                   const struct news_mail *mails, size_t count, struct replies *replies_r);

/* To the office: nobody decided on them, and from that moment on they are erased. */
void news_expiring(struct arena *arena, const struct news *news, const struct news_mail *mails,
                   size_t count, int64_t erased_from, struct replies *replies_r);

/* What became of one order that the office gave by reply. */
enum news_outcome {
    NEWS_DONE,
    NEWS_LEFT,    /* understood, and not done since others were not */
    NEWS_USED,    /* a reply has decided it before */
    NEWS_EXPIRED, /* the token is too old */
    NEWS_FOREIGN, /* the token is another notice's */
    NEWS_REFUSED, /* why says why not */
};
#define NEWS_OUTCOME_COUNT 6

struct news_order {
    const struct office_order *order;
    enum news_outcome outcome;
    const char *why; /* done: the numbers, or NULL; refused: in English */
};

/* To the office: what its reply to notice ("o34") has done and what it has not; unclear are lines
 * that were not understood.  bare: the reply has no token. */
struct news_reply {
    const char *notice;
    const char *from; /* who replied */
    const struct news_order *orders;
    size_t count;
    const struct texts *unclear;
    bool bare;
};
void news_decided(struct arena *arena, const struct news *news, const struct news_reply *reply,
                  struct replies *replies_r);

/* To the chairs of the faction: unknown senders write in its name. */
void news_claim(struct arena *arena, const struct news *news, const struct conf_faction *faction,
                const struct news_mail *mails, size_t count, struct replies *replies_r);

/* To the office: a file of tables or templates cannot be used, what the last good one said goes
 * on. */
void news_bad_file(struct arena *arena, const struct news *news, const char *path,
                   const struct texts *mistakes, struct replies *replies_r);

#endif
