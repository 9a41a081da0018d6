/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the style of an HTML element says about whether its text is seen.  Reads the attributes that
 * mail programs and writers of newsletters use; a style sheet is not read but for its plainest
 * rules: a class that is not shown.
 */
#ifndef MAIL_HTML_STYLE_H
#define MAIL_HTML_STYLE_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

/* How text looks within an element.  Handed down, and taken back by an element that says otherwise:
 * a cell of size 0 may hold paragraphs of size 13. */
struct look {
    bool tiny;   /* too small to be read */
    bool unseen; /* keeps its room, but is not painted, or in the colour of its ground */
    bool pre;    /* line ends and blanks count */
};

/* A declaration block as one string: lower case, no white space.  Borrowed where it is "". */
const char *style_squeeze(struct arena *arena, const char *style);
/* The value of a property of a squeezed style up to its end, which is ";" or NUL; NULL: it has
 * none. The last one counts. */
const char *style_value(const char *style, const char *property);
/* The property has a value that begins so. */
bool style_is(const char *style, const char *property, const char *value);
/* Nothing within such an element is seen. */
bool style_hides(const char *style);
void style_apply(const char *style, struct look *look);

/* The classes that the sheet in n bytes of a style element does not show. */
void style_read_sheet(struct arena *arena, const char *css, struct texts *hidden);
/* One of the classes of a class attribute is among them. */
bool style_class_is(const struct texts *hidden, const char *classes);

#endif
