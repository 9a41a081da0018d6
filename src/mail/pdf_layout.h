/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A page's words, each with its box, to lines in the order in which a person reads them.  Pure; no
 * PDF here.
 *
 * A page is cut where its paper is white.  Columns are read one below the other where they are
 * texts of their own: prose on both sides, lines that do not share their height, a sender's details
 * beside an address.  What stands side by side at the same height otherwise, names below a letter,
 * cells of a table, stays in one line, with at least three blanks between and each column at its
 * own place in the line, so that the grammar sees the columns, too.
 */
#ifndef MAIL_PDF_LAYOUT_H
#define MAIL_PDF_LAYOUT_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* Points; y grows downwards. */
struct layout_box {
    double x0, y0, x1, y1;
};

struct layout_word {
    const char
        *text; /* UTF-8 without blanks; a hyphen that was only set at a line's end is U+00AD */
    struct layout_box box;
};

struct layout_line {
    const char *text;
    struct layout_box box;
    bool gap;   /* white space, or another column, stands before it */
    bool first; /* of a column or region */
};

struct layout_lines {
    struct layout_line *v;
    size_t n;
};

/* Words beyond these are left out of a page. */
#define LAYOUT_MAX_WORDS 20000

void layout_page(struct arena *arena, const struct layout_word *words, size_t n, double height,
                 struct layout_lines *lines_r);

#endif
