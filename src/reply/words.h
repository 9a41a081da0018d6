/* SPDX-License-Identifier: EUPL-1.2 */
/* The words that answers put into their templates, one table a language (words_de.def, ...). */
#ifndef REPLY_WORDS_H
#define REPLY_WORDS_H

#include "conf/conf.h"
#include "decision/deadline.h"
#include "mail/mail.h"
#include "motion/motion.h"
#include "reply/news.h"
#include "reply/reply.h"

/* A row of decide.c in words for a lay person; "{detail}" as in a template. */
struct row_words {
    const char *row;
    const char *reason;
    const char *advice; /* what the sender can do now */
};

struct reply_words {
    const char *language;
    const char *kinds[MOTION_KIND_COUNT];
    const char *trust[4]; /* enum trust_level; "{whose}" as in a template, and "{signer}" */
    const char
        *unproven;      /* the same of TRUST_LISTED where the server was asked, and not convinced */
    const char *failed; /* ... where it denies it */
    const char *unsealed; /* ... where it is signed, and that proves nothing: "{why}" besides */
    const char *signatures[SIGNATURE_RESULT_COUNT]; /* the why; of a good one, that it does not
                                                     * cover what is asked for */
    const char *pretences[PRETENCE_COUNT]; /* "{shown}", "{meant}" as in trust/pretence.h */
    const char *forwarded;    /* the same for what a forwarder handed on; "{forwarder}" besides */
    const char *whose[2];     /* said to the faction itself; in front of its title to others */
    const char *part_text[6]; /* enum part_text */
    const char *deadline[4];  /* enum deadline_state */
    const char *no_date;      /* a consultation without a known meeting */
    const char *on;           /* between a council and the day of its meeting */
    const char *one_of[2];    /* around the "n" of "1 of n in this mail" */
    const char *part;         /* in front of a part's path */
    const char *body_part;    /* the name of a part that has none */
    const char *untitled;
    const char *answers[4];                   /* enum reply_kind */
    const char *reasons[REPORT_REASON_COUNT]; /* enum report_reason; a sentence, or NULL */
    /* in front of what a list says of a mail */
    const char *arrived, *mail_date, *registered, *from, *subject, *title, *reason, *deadline_of,
        *answers_mail, *brought, *attention;
    const char *orders[3];                  /* enum office_verb, as a reply says it */
    const char *outcomes[6];                /* enum news_outcome */
    const char *follows[FOLLOW_COUNT];      /* what became of a number; NULL: it is new */
    const char *some_faction, *some_number; /* in an example, where none is known */
    const struct row_words *rows;           /* the last one has row NULL */
};

/* Never NULL; German where the language is not known. */
const struct reply_words *reply_words(const char *language);

/* NULL where the row has no words. */
const struct row_words *reply_row_words(const char *language, const char *row);

#endif
