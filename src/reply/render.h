/* SPDX-License-Identifier: EUPL-1.2 */
/* One mail that goes out, from an order and its values.  Private to src/reply. */
#ifndef REPLY_RENDER_H
#define REPLY_RENDER_H

#include "reply/reply.h"
#include "reply/values.h"

struct rendering {
    struct arena *arena;
    const struct reply_input *input;
    struct values common;
    const char *from_name;
    const char *from_address;
    const char *in_reply_to; /* "<id>", or NULL */
    const char *references;
    bool list_begins; /* a confirmation is the first of its thread */
    struct day day;   /* whose members are those of the roster */
    struct replies replies;
};

/* What tells one answer from another. */
struct order {
    enum reply_kind kind;
    const char *template; /* its name */
    const char *to_name;  /* or NULL */
    const char *to;
    const char *number;   /* or NULL */
    const char *occasion; /* or NULL */
    const char *token;    /* or NULL */
    bool gathered;
    bool waiting;
};

void render_begin(struct rendering *rendering, struct arena *arena,
                  const struct reply_input *input);
/* Answers stand in the thread of the mail (RFC 5322 section 3.6.4): its references, then itself;
 * the newest of them, so that a long thread makes no long header. */
void render_thread(struct rendering *rendering, const struct mail *mail);
/* Fills the template; its first line is the subject, the rest is wrapped. */
void render_write(struct rendering *rendering, const char *name, const struct values *values,
                  const char **subject_r, const char **text_r);
void render_add(struct rendering *rendering, const struct order *order,
                const struct values *values);
/* The office is told of the mail together with others that wait (gathered); motion is the one in it
 * that does, or NULL.  held.c */
void render_waiting(struct rendering *rendering, const struct decided_motion *motion);
struct values render_for_member(const struct values *values, const struct conf_member *member);

#endif
