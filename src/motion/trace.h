/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Where a value stands in the mail.
 *
 * The grammar works on copies: lines squeezed, lines joined, groups of matches.  Whoever makes a
 * string out of another one says so here, by making it with these functions; a value, which is the
 * last of such copies, can then be followed back to the bytes of the part's text.  Values stay
 * plain strings, and a string that nobody traced only has no place.
 *
 * One trace serves one mail.  What is made with it lives as long as the arena.
 */
#ifndef MOTION_TRACE_H
#define MOTION_TRACE_H

#include "base/text.h"
#include "motion/motion.h"
#include "motion/pattern.h"

#include <stdbool.h>
#include <stddef.h>

struct trace;

struct trace *trace_new(struct arena *arena);
/* Nothing can be followed any more. */
void trace_free(struct trace *trace);
struct arena *trace_arena(const struct trace *trace);

/* A text of the mail, where following ends.  path: the part's, or FOUND_IN_SUBJECT; offset: of the
 * text in the part's content. */
void trace_add_source(struct trace *trace, const char *path, const char *text, size_t offset);

/* Forgets what was made since the mark: no value comes from it. */
size_t trace_mark(const struct trace *trace);
void trace_forget(struct trace *trace, size_t mark);

/* The n bytes at made are those at from.  rule: which rule made them a string of their own; NULL:
 * none, they were only copied. */
void trace_link(struct trace *trace, const char *made, size_t n, const char *from,
                const char *rule);
/* made, all of it, was written for the n bytes at from: "Erster" for "Ersten". */
char *trace_stand_for(struct trace *trace, char *made, const char *from, size_t n,
                      const char *rule);

char *trace_copy(struct trace *trace, const char *s, size_t n);
/* The same as text_squeeze() and text_trim() of the n bytes. */
char *trace_squeeze(struct trace *trace, const char *s, size_t n);
char *trace_trim(struct trace *trace, const char *s, size_t n);
/* A group of a match, "" where it took no part; the rule is the pattern's id. */
char *trace_group(struct trace *trace, const struct match *match, int group);
/* A copy of which the rule is this one; NULL gives NULL. */
char *trace_as(struct trace *trace, const char *s, const char *rule);

/* A text put together out of pieces of others. */
struct splice {
    struct trace *trace;
    struct text text;
    struct splice_piece *pieces;
    size_t n;
    size_t size;
};

void splice_init(struct splice *splice, struct trace *trace);
void splice_add(struct splice *splice, const char *s, size_t n);
/* What belongs to none of the texts: a blank, a line's end. */
void splice_add_char(struct splice *splice, char c);
void splice_drop_last(struct splice *splice); /* one byte */
/* Ends the splice. */
char *splice_text(struct splice *splice);

/* ---- what is found ---- */

/* What trace_note() keeps until trace_finish(). */
struct found_note {
    enum motion_value value;
    size_t index;
    const char *s;
    size_t n;
    const char *rule;
};

/* A place in a traced string, and the rule that matched there; s NULL: none. */
struct spot {
    const char *s;
    size_t n;
    const char *rule;
};

/* From the first to the last of count groups. */
struct spot spot_of_groups(const struct match *match, int first, int count);
struct spot spot_of_match(const struct match *match);

/* Notes where a value that is no string was found, instead of what was noted for it before; index:
 * in its list, else 0. */
void trace_note(struct trace *trace, struct motion *motion, enum motion_value value, size_t index,
                struct spot spot);
/* What was noted for a value, or for a whole list of them, in one motion goes for another, too. */
void trace_share(struct trace *trace, const struct motion *from, enum motion_value value,
                 struct motion *motion);
/* Follows the notes, and the values that are strings, back to the mail: sets motion->found. */
void trace_finish(struct trace *trace, struct motion *motion);

#endif
