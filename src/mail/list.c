/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/list.h"

#include <stdlib.h>

#define MAX_ROMAN 3999
#define MAX_LETTERS 30 /* "aaa": the letter again for every 26 */

static void add_letters(struct text *text, char first, long number)
{
    long times = (number - 1) / 26 + 1;
    for (long i = 0; i < times && i < MAX_LETTERS; i++)
        text_add_char(text, (char)(first + (number - 1) % 26));
}

static void add_roman(struct text *text, long number, bool upper)
{
    static const struct {
        long value;
        const char *lower, *upper;
    } digits[] = {
        {1000, "m", "M"}, {900, "cm", "CM"}, {500, "d", "D"},  {400, "cd", "CD"}, {100, "c", "C"},
        {90, "xc", "XC"}, {50, "l", "L"},    {40, "xl", "XL"}, {10, "x", "X"},    {9, "ix", "IX"},
        {5, "v", "V"},    {4, "iv", "IV"},   {1, "i", "I"},
    };
    for (size_t i = 0; i < sizeof digits / sizeof *digits; i++)
        for (; number >= digits[i].value; number -= digits[i].value)
            text_add(text, upper ? digits[i].upper : digits[i].lower);
}

void list_add_number(struct text *text, enum list_style style, long number)
{
    bool letter = style == LIST_LETTER || style == LIST_LETTER_UPPER;
    bool roman = style == LIST_ROMAN || style == LIST_ROMAN_UPPER;
    if (style == LIST_NONE || style == LIST_BULLET)
        return;
    if (letter && number > 0)
        add_letters(text, style == LIST_LETTER ? 'a' : 'A', number);
    else if (roman && number > 0 && number <= MAX_ROMAN)
        add_roman(text, number, style == LIST_ROMAN_UPPER);
    else
        text_addf(text, style == LIST_DECIMAL_ZERO ? "%02ld" : "%ld", number);
}

/* ---- counting ---- */

static int compare_numbers(const void *a, const void *b)
{
    const struct list_number *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

void list_sort(struct list_numbers *numbers)
{
    if (numbers->number_count > 0)
        qsort(numbers->numbers, numbers->number_count, sizeof *numbers->numbers, compare_numbers);
}

static struct list_number *find_number(const struct list_numbers *numbers, long id)
{
    struct list_number key = {.id = id};
    return numbers->number_count
               ? bsearch(&key, numbers->numbers, numbers->number_count, sizeof key, compare_numbers)
               : NULL;
}

static void count_on(struct list_number *number, long level)
{
    struct list *list = number->list;
    if (number->starts[level] >= 0) {
        list->counts[level] = number->starts[level];
        number->starts[level] = -1; /* only where the number is used first */
    } else if (!list->begun[level]) {
        list->counts[level] = list->levels[level].start;
    } else {
        list->counts[level]++;
    }
    list->begun[level] = true;
    for (long i = level + 1; i < LIST_LEVELS; i++)
        list->begun[i] = false;
}

static const char *format_mark(struct arena *arena, const struct list *list, const char *format)
{
    struct text text;
    text_init(&text, arena);
    for (const char *p = format; *p && text.len < 100; p++) {
        if (*p != '%' || p[1] < '1' || p[1] > '9') {
            text_add_char(&text, *p);
            continue;
        }
        size_t i = (size_t)(*++p - '1');
        long count = list->begun[i] ? list->counts[i] : list->levels[i].start;
        list_add_number(&text, list->levels[i].style, count);
    }
    return text.s;
}

const char *list_next_mark(struct list_numbers *numbers, struct arena *arena, long id, long level)
{
    struct list_number *number = id > 0 ? find_number(numbers, id) : NULL;
    if (level < 0 || level >= LIST_LEVELS)
        level = 0;
    if (!number || !number->list || !number->list->levels[level].known)
        return "";
    const struct list_level *is = &number->list->levels[level];
    count_on(number, level);
    if (is->style == LIST_NONE)
        return "";
    if (is->style == LIST_BULLET)
        return "-";
    return format_mark(arena, number->list, is->text ? is->text : "");
}
