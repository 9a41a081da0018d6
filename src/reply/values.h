/* SPDX-License-Identifier: EUPL-1.2 */
/* What is known of a mail and its motions, as the words that templates ask for.  Pure. */
#ifndef REPLY_VALUES_H
#define REPLY_VALUES_H

#include "reply/reply.h"
#include "reply/template.h"

#define VALUES_MAX 128

/* Copied by assignment: what is common first, then a copy for each motion and recipient. */
struct values {
    struct arena *arena;
    const char *language;
    struct template_value v[VALUES_MAX];
    size_t n;
};

/* Every name that any template may use, and what the mail as a whole says. */
void values_init(struct values *values, struct arena *arena, const struct reply_input *input);

/* The names alone. */
void values_init_names(struct values *values, struct arena *arena, const char *language);

/* The same for an answer that no mail caused: only what the body says. */
void values_init_body(struct values *values, struct arena *arena, const struct conf_body *body);

/* One motion; position "1 of 3" where there are several. */
void values_set_motion(struct values *values, const struct decided_motion *motion, size_t position,
                       size_t count);

/* What the paper that follows does, or would, and what the register had before. */
void values_set_follow(struct values *values, const struct decided_motion *motion);

/* {arrival} is the motion's, not that of the paper that follows. */
void values_use_former_arrival(struct values *values);

/* The motion's title stands in no public mail. */
void values_withhold_title(struct values *values);

/* What of a mail could mislead, in words. */
const char *values_say_pretence(const struct values *values, const struct pretence *pretence);

/* Why a row of the decision table holds a mail, in words; NULL where it has none. */
const char *values_say_reason(const struct values *values, const char *row, const char *detail);

/* The reason and the advice of a row of the decision table. */
void values_set_row(struct values *values, const char *row, const char *detail);

/* The motions of the mail as a list, for a mail about all of them. */
void values_set_found(struct values *values, const struct decision *decision);

/* The words of a person's decision and who made it. */
void values_set_ruling(struct values *values, const char *reason, const char *actor);

/* {trust} as those read it who are not of the sender's faction. */
void values_say_trust_to_others(struct values *values);

/* text NULL: empty.  A name that no template knows is a panic. */
void values_set(struct values *values, const char *name, const char *text);

/* What a stranger may have written, made showable and not longer than n characters. */
const char *values_showable(struct arena *arena, const char *s, size_t n);

/* On one line, without control characters and changes of direction; NULL stays NULL. */
char *values_clean(struct arena *arena, const char *s);

/* "Rat am Donnerstag, 24.09.2015" */
const char *values_say_consultation(const struct values *values,
                                    const struct decided_consultation *one);

/* Name, type, size and sum of each part, two lines a part. */
const char *values_say_parts(const struct values *values, const struct mail_part *parts,
                             size_t count);

#endif
