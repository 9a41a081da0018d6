/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the office orders by replying to a notice: "m12 annehmen SPD", "m12 ignorieren: Werbung",
 * "m12 Bürgeranregung", likewise in English, a line each at the top of the reply.  Words stand in
 * office_words.def.  Pure.
 *
 * Only what is said plainly is an order.  A line that is neither an order nor a greeting, an order
 * without its reason, with a question mark, for two mails of which one has another order, or with
 * doubts below it, makes the whole reply unclear: then nothing of it may be done.
 */
#ifndef DECISION_OFFICE_H
#define DECISION_OFFICE_H

#include "conf/conf.h"

/* The row of the decision table by which a mail is such a reply. */
#define OFFICE_ROW "office-decides"

enum office_verb {
    OFFICE_ACCEPT,  /* register it */
    OFFICE_IGNORE,  /* no number, for a reason */
    OFFICE_CITIZEN, /* no number, its sender gets a neutral receipt */
};

struct office_order {
    const char *id; /* "m12" */
    enum office_verb verb;
    const struct conf_faction *faction; /* accept: whose motion it is, or NULL */
    const char *title;                  /* accept: behind a colon, or NULL */
    const char *reason;                 /* ignore: never NULL */
};

struct office_orders {
    struct office_order *v;
    size_t n;
    struct texts unclear; /* lines that were not understood, or not together with others */
};

/* text: the whole reply; what it quotes is not read.  ids: the mails of the notice; where it is
 * one, an order may leave its id out. */
void office_read_orders(struct arena *arena, const struct conf_body *body, const char *text,
                        const struct texts *ids, struct office_orders *orders_r);

/* So many hexadecimal digits behind a "#" are a token. */
#define OFFICE_TOKEN_LENGTH 24
/* All that the text holds, each once. */
void office_find_tokens(struct arena *arena, const char *text, struct texts *tokens);

#endif
