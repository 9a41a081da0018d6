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

/* ---- the letter's own ---- */

enum { PLACE = 1, DATE = 2 };

static bool read_date_cell(struct trace *trace, const char *s, struct motion *motion)
{
    struct match match, date;
    if (strlen(s) > LETTER_MAX_HEADING || pattern_matches(PATTERN_received_stamp, s) ||
        !pattern_find(PATTERN_place_date, s, 0, &match))
        return false;
    struct day day = DAY_NONE;
    if (pattern_find(PATTERN_date, trace_group(trace, &match, DATE), 0, &date))
        day = date_of_match(trace_arena(trace), &date, 1);
    if (day_is_none(day))
        return false;
    const char *place = trace_group(trace, &match, PLACE);
    if (*place != '\0' && pattern_matches(PATTERN_not_a_place, place))
        return false;
    motion->letter_date = day;
    motion->place = *place != '\0' ? place : NULL;
    trace_note(trace, motion, VALUE_LETTER_DATE, 0, spot_of_groups(&date, 1, DATE_GROUPS));
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

static bool read_date_line(const struct letter *letter, size_t i, struct motion *motion)
{
    struct cell cells[LINE_CELLS];
    const struct line *line = &letter->lines[i];
    if (strlen(line->text) > LETTER_MAX_HEADING || continues_sentence(letter, i))
        return false;
    size_t n = line_cells(letter->trace, line, cells);
    for (size_t c = n; c > 0; c--)
        if (read_date_cell(letter->trace, cells[c - 1].text, motion))
            return true;
    return false;
}

static bool read_dates(const struct letter *letter, struct range range, struct motion *motion)
{
    for (size_t i = range.begin; i < range.end; i++)
        if (read_date_line(letter, i, motion))
            return true;
    return false;
}

void date_find_letter(const struct letter *letter, struct motion *motion)
{
    motion->letter_date = DAY_NONE;
    motion->place = NULL;
    if (!read_dates(letter, letter->head, motion))
        read_dates(letter, letter->signing, motion);
}
