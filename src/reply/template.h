/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Texts with gaps.  {name} becomes a value, {?name}...{/name} stays where the value is not empty,
 * {!name}...{/name} where it is; sections may nest, and one that stands alone on its line leaves no
 * empty line.  Values are plain text: a brace in one means nothing.  Pure.
 *
 * One line of a template is one paragraph; its first line is the mail's subject.
 */
#ifndef REPLY_TEMPLATE_H
#define REPLY_TEMPLATE_H

#include "base/arena.h"
#include "base/err.h"

#include <stddef.h>

struct template_value {
    const char *name;
    const char *text; /* NULL is empty */
};

struct template_text {
    const char *language;
    const char *name;
    const char *text;
};

/* Made from templates/LANGUAGE/NAME.txt. */
extern const struct template_text template_texts[];
extern const size_t template_count;

/* NULL where there is no such template. */
const char *template_find(const char *language, const char *name);

/* False (ERR_BUG) for a name without a value, also in a section that is left out, and for sections
 * that do not fit. */
bool template_fill(struct arena *arena, const char *template, const struct template_value *values,
                   size_t n, char **text_r, struct err *err_r);

/* Whether template_fill() takes it; else the line where it does not, from 1. */
bool template_check(struct arena *arena, const char *template, const struct template_value *values,
                    size_t n, size_t *line_r, struct err *err_r);

/* Wraps each line at this many columns between words; an indented line goes on two columns further
 * in.  Several empty lines become one, none at the end. */
char *template_wrap(struct arena *arena, const char *text, int columns);

#endif
