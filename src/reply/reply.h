/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Decision to answers: acknowledgement, review, confirmation, notice, as bytes.  Pure: what is
 * rendered here is what is sent, at every attempt.  Words stand in templates, one set a language.
 */
#ifndef REPLY_REPLY_H
#define REPLY_REPLY_H

#include "decision/decision.h"
#include "mail/raw.h"

enum reply_kind { REPLY_ACKNOWLEDGEMENT, REPLY_REVIEW, REPLY_CONFIRMATION, REPLY_NOTICE };

/* So many more mails are acknowledged with a number than reviewed in an hour: each is of another
 * motion, a faction may have very many before its deadline, and programs that answer each other
 * hand in none. */
#define REPLY_LIMIT_FACTOR 50

#define REPLY_WARNING "! "

struct reply {
    enum reply_kind kind;
    const char *to;            /* one plain address of the roster, the list or the office;
                                  reply_render_neutral()'s alone is another's */
    const char *envelope_from; /* the body's from address, or bounce-address with a mark */
    const char *number;        /* of the motion, or NULL */
    const char *subject;       /* UTF-8 */
    const char *message_id;    /* without < > */
    const char *bytes;
    size_t size;
    const char *occasion; /* what else tells it from other answers to the mail, or NULL */
    int per_hour;         /* so many mails have answers of the kind in an hour; 0: no limit */
    const char *faction;  /* whose mails count together, REPLY_WARNING in front where what would
                             change a motion does; NULL: those that are answered to to */
    const char *token;    /* what a reply to it must bear to decide something, or NULL */
    bool gathered; /* not sent itself: the office hears of this mail with others (news_held()) */
    /* Its paragraph in the list's mail of the day, in which it goes out, and when that is made;
     * NULL where it goes out by itself. */
    const char *entry;
    int64_t daily_at;
    bool waiting; /* for a person: answers = "hold", or a confirmation that must be released */
};

struct replies {
    struct reply *v;
    size_t n;
};

struct reply_input {
    const struct conf_body *body;
    const struct conf_mailbox *mailbox;
    const struct raw_mail *raw;
    const struct reading *reading; /* NULL: unreadable */
    const struct verdict *verdict; /* NULL where reading is */
    const struct known *known;
    const struct decision *decision;
    int64_t registered_at; /* now */
    /* fresh random, [0-9a-f]{64}: the first half is the base of the Message-IDs, the other is told
     * nobody and marks return paths */
    const char *token;
};

/*
 * None for what is ignored or a duplicate, nor for what is held and was answered before.  Of what
 * is held the office has its notice, gathered with others, whoever sent it; its sender has a review
 * only where the roster knows her, at her address there, and no program would take it: a letter
 * that a member's scanner or list sent has one, too, unless the mail is an answer itself.
 */
void reply_render(struct arena *arena, const struct reply_input *input, struct replies *replies_r);

/* What a person decided about something that was answered before. */
enum reply_ruling { REPLY_IGNORED, REPLY_CORRECTED, REPLY_WITHDRAWN, REPLY_VOID };

struct reply_news {
    enum reply_ruling ruling;
    const char *reason;                /* the person's words; the list does not see them */
    const char *actor;                 /* for the office */
    const struct conf_faction *former; /* the mover before a correction, or NULL */
    const char *confirmation; /* Message-ID of the list's first one, or NULL: none was made */
    bool confirmation_waits;  /* then this one waits too */
    bool in_part;             /* ignored: other motions of the mail have numbers */
};

/* Ignored: a review to the sender where the roster knows her.  Else input->decision has the one
 * motion as it now stands; its faction (and the former one), those named, office and list are told,
 * each once.  The recipients are those of the roster at input->registered_at. */
void reply_render_news(struct arena *arena, const struct reply_input *input,
                       const struct reply_news *news, struct replies *replies_r);

/* To the one From address, which is not on the roster, ordered by a person: its mail has arrived.
 * The only answer that goes to an address out of a mail; decide_may_receipt() says when it may. */
#define REPLY_NEUTRAL "neutral" /* its occasion */
void reply_render_neutral(struct arena *arena, const struct reply_input *input,
                          struct replies *replies_r);

const char *reply_kind_to_text(enum reply_kind kind);
bool reply_kind_from_text(const char *s, enum reply_kind *kind_r);

#endif
