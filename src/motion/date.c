/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/fields.h"
#include "motion/words.h"

#include <stdlib.h>
#include <string.h>

/* ---- a day in words or figures ---- */

static int number(struct arena *arena, const struct match *match, int group)
{
    const char *s = match_text(match, group, arena);
    if (*s == '\'')
        s++;
    return atoi(s);
}

/* "26" is 2026: letters of the last century do not come by mail. */
static int full_year(int year)
{
    return year < 100 ? 2000 + year : year;
}

/* the order of the groups in W_DATE */
enum { DAY, MONTH_NUMBER, MONTH_NAME, YEAR, ISO_YEAR, ISO_MONTH, ISO_DAY };

struct day date_of_match(struct arena *arena, const struct match *match, int first)
{
    struct day day = DAY_NONE;
    int year, month, mday;
    if (match_has(match, first + ISO_YEAR)) {
        year = number(arena, match, first + ISO_YEAR);
        month = number(arena, match, first + ISO_MONTH);
        mday = number(arena, match, first + ISO_DAY);
    } else {
        year = full_year(number(arena, match, first + YEAR));
        mday = number(arena, match, first + DAY);
        month = match_has(match, first + MONTH_NUMBER)
                    ? number(arena, match, first + MONTH_NUMBER)
                    : words_month(arena, match_text(match, first + MONTH_NAME, arena));
    }
    return day_from_ymd(year, month, mday, &day) ? day : DAY_NONE;
}

static struct day date_in_text(struct arena *arena, const char *s)
{
    struct match match;
    if (!pattern_find(PATTERN_date, s, 0, &match))
        return DAY_NONE;
    return date_of_match(arena, &match, 1);
}

/* ---- the letter's own ---- */

enum { PLACE = 1, DATE = 2 };

static bool read_date_cell(struct arena *arena, const char *s, struct day *day_r,
                           const char **place_r)
{
    struct match match;
    if (strlen(s) > LETTER_MAX_HEADING || pattern_matches(PATTERN_received_stamp, s) ||
        !pattern_find(PATTERN_place_date, s, 0, &match))
        return false;
    struct day day = date_in_text(arena, match_text(&match, DATE, arena));
    if (day_is_none(day))
        return false;
    const char *place = match_text(&match, PLACE, arena);
    if (*place != '\0' && pattern_matches(PATTERN_not_a_place, place))
        return false;
    *day_r = day;
    *place_r = *place != '\0' ? place : NULL;
    return true;
}

/* A line that only goes on a sentence ("... des Rates am / 24.09.2015") is no date of the letter.
 */
static bool continues_sentence(const struct letter *letter, size_t i)
{
    const struct line *line = &letter->lines[i];
    return i > 0 && !line->gap && strlen(line[-1].text) < LETTER_MAX_HEADING &&
           pattern_matches(PATTERN_date_follows, line[-1].text);
}

static bool read_date_line(const struct letter *letter, size_t i, struct day *day_r,
                           const char **place_r)
{
    struct cell cells[LINE_CELLS];
    const struct line *line = &letter->lines[i];
    if (strlen(line->text) > LETTER_MAX_HEADING || continues_sentence(letter, i))
        return false;
    size_t n = line_cells(letter->arena, line, cells);
    for (size_t c = n; c > 0; c--)
        if (read_date_cell(letter->arena, cells[c - 1].text, day_r, place_r))
            return true;
    return false;
}

static bool read_dates(const struct letter *letter, struct range range, struct day *day_r,
                       const char **place_r)
{
    for (size_t i = range.begin; i < range.end; i++)
        if (read_date_line(letter, i, day_r, place_r))
            return true;
    return false;
}

void date_find_letter(const struct letter *letter, struct day *day_r, const char **place_r)
{
    *day_r = DAY_NONE;
    *place_r = NULL;
    if (!read_dates(letter, letter->head, day_r, place_r))
        read_dates(letter, letter->signing, day_r, place_r);
}
