/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A sheet: the text of a page while it grows, with the line ends and blanks that are owed before
 * its next character.  Cells and quotes are sheets of their own.
 */
#ifndef MAIL_HTML_SHEET_H
#define MAIL_HTML_SHEET_H

#include "mail/html_style.h"

/* What all sheets of a page share. */
struct totals {
    bool full;           /* more than is read of one page */
    size_t bytes;        /* of all sheets */
    size_t cells;        /* of tables */
    struct texts hidden; /* classes that the style sheet does not show */
};

/* One block of text while it grows. */
struct sheet {
    struct arena *arena;
    struct text text;
    size_t mark; /* where the mark of an item ended: a paragraph begins there without a break */
    long item;   /* number of the next item, and how it is written: one of "1aAiI-" */
    char style;
    int breaks; /* line ends owed before the next character: 0, 1 or 2 */
    bool blank; /* a blank owed */
    struct look look;
    int blocks; /* tables and quotes around */
    struct totals *totals;
};

/* One within another, in its look. */
void sheet_init(struct sheet *sheet, const struct sheet *around);
/* Line ends are owed: 1, or 2 for an empty line. */
void sheet_break(struct sheet *sheet, int breaks);
/* Its text goes into another sheet, and is counted there once more. */
void sheet_take_back(struct sheet *sheet);
void sheet_add(struct sheet *sheet, const char *s, size_t n);
/* Each line of another sheet, with a mark of quoting before it or without. */
void sheet_add_lines(struct sheet *sheet, bool quoted, const char *s);
/* Only the end of a line in a preformatted text, and <br>. */
void sheet_end_line(struct sheet *sheet);
/* Text of the page: white space is one blank, or stands as it is where the look says so. */
void sheet_add_characters(struct sheet *sheet, const char *s);

#endif
