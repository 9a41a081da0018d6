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

struct list_level {
    enum list_style style;
    const char *text; /* "%1.%2": the numbers of the levels, and what stands around them */
    long start;
    bool known;
};

struct list {
    const char *id;
    struct list_level levels[LIST_LEVELS];
    long counts[LIST_LEVELS]; /* the number given last */
    bool begun[LIST_LEVELS];  /* there is one */
};

/* What a paragraph names: a list, which may begin elsewhere. */
struct list_number {
    long id;
    struct list *list;
    long starts[LIST_LEVELS]; /* -1: the list's own */
};

struct list_numbers {
    struct list *lists;
    size_t list_count;
    struct list_number *numbers; /* by id: list_sort() */
    size_t number_count;
};

void list_sort(struct list_numbers *numbers);
/* Counts on; "" where the level has no mark. */
const char *list_next_mark(struct list_numbers *numbers, struct arena *arena, long id, long level);
/* The number as such, without what stands around it. */
void list_add_number(struct text *text, enum list_style style, long number);

#endif
