/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/list.h"

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
