/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the files of a ruling share; nobody else includes it.  An order is looked up
 * (ruling_matter.c), its words are held against the configuration (ruling_amendment.c), the verb
 * does its work (ruling_message.c, ruling_motion.c, ruling_outbox.c, ruling_erase.c), and
 * ruling_answer.c says what came of it.
 */
#ifndef PIPELINE_RULING_INSIDE_H
#define PIPELINE_RULING_INSIDE_H

#include "pipeline/ruling.h"

#include "registry/ruling.h"

/* A message, or the message of a motion, with what the pure parts want to know of it. */
struct matter {
    struct stored_message stored;
    const struct conf_body *body;
    const struct conf_mailbox *mailbox; /* NULL: no longer in the configuration */
    struct raw_mail raw;
    const struct reading *reading; /* NULL: unreadable */
    struct verdict verdict;
    struct known known;
    struct arrival arrival;
};

/* ---- ruling_matter.c ---- */
/* "m12" with the letter m */
bool ruling_parse_id(const char *s, char letter, int64_t *id_r);
bool matter_find_message(const struct ruling_context *context, int64_t id, struct matter *matter_r,
                         struct err *err_r);
/* The message that the order names. */
bool matter_find_ordered(const struct ruling_context *context, const struct ruling_order *order,
                         struct matter *matter_r, struct err *err_r);
/* The one motion that the order names. */
bool matter_find_motion(const struct ruling_context *context, const struct ruling_order *order,
                        struct motion_row **motion_r, struct err *err_r);
/* Views of a matter; they live as long as what they are made of. */
struct reply_input matter_input(const struct ruling_context *context, const struct matter *matter,
                                const struct decision *decision);
struct registry_entry matter_entry(const struct ruling_context *context,
                                   const struct matter *matter, const struct decision *decision,
                                   const struct replies *replies);
struct case_file matter_file(const struct matter *matter);
struct ruled_by ruling_made_by(const struct ruling_context *context, const char *text);

/* ---- ruling_amendment.c ---- */
/* ERR_USAGE names the option that the configuration does not know. */
bool ruling_find_amendment(const struct ruling_context *context, const struct ruling_order *order,
                           const struct conf_body *body, struct amendment *amendment_r,
                           struct err *err_r);

/* ---- ruling_answer.c ---- */
/* number and state may be NULL, message 0. */
struct json *answer_new(const struct ruling_context *context, const char *event, int64_t message,
                        const char *number, const char *state);
void answer_add_delivery(const struct ruling_context *context, struct json *answers,
                         const struct delivery *delivery);
/* Both add to the answer and give it back. */
struct json *answer_with_ruled(const struct ruling_context *context, struct json *answer,
                               int64_t ruling);
struct json *answer_with_numbers(struct json *answer, const struct decision *decision);

/* ---- the verbs: as ruling_decide() ---- */
typedef bool ruling_act(const struct ruling_context *context, const struct ruling_order *order,
                        struct json **answer_r, struct err *err_r);

ruling_act ruling_accept, ruling_ignore;                /* ruling_message.c */
ruling_act ruling_change;                               /* ruling_motion.c */
ruling_act ruling_release, ruling_resend, ruling_retry; /* ruling_outbox.c */
ruling_act ruling_erase;                                /* ruling_erase.c */

#endif
