/* SPDX-License-Identifier: EUPL-1.2 */
/* The marks of lists as word processors number them. */
#ifndef MAIL_LIST_H
#define MAIL_LIST_H

#include "base/text.h"

#define LIST_LEVELS 10

enum list_style {
    LIST_NONE,
    LIST_BULLET,
    LIST_DECIMAL,
    LIST_DECIMAL_ZERO, /* 01 */
    LIST_LETTER,
    LIST_LETTER_UPPER,
    LIST_ROMAN,
    LIST_ROMAN_UPPER,
};

/* The number as such, without what stands around it. */
void list_add_number(struct text *text, enum list_style style, long number);

#endif
