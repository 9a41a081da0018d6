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

bool date_has_year(const struct match *match, int first)
{
    return match_has(match, first + YEAR) || match_has(match, first + ISO_YEAR);
}

static struct day complete(int month, int mday, struct day reference)
{
    struct day day;
    int year, reference_month, reference_mday;
    if (day_is_none(reference))
        return DAY_NONE;
    day_to_ymd(reference, &year, &reference_month, &reference_mday);
    for (int i = 0; i < 2; i++)
        if (day_from_ymd(year + i, month, mday, &day) && day.n >= reference.n)
            return day.n - reference.n <= DATE_NEAR ? day : DAY_NONE;
    return DAY_NONE;
}

static int month_of_match(struct arena *arena, const struct match *match, int first)
{
    return match_has(match, first + MONTH_NUMBER)
               ? number(arena, match, first + MONTH_NUMBER)
               : words_month(arena, match_text(match, first + MONTH_NAME, arena));
}

static struct day day_of_match(struct arena *arena, const struct match *match, int first,
                               struct day reference)
{
    struct day day = DAY_NONE;
    int year, month, mday;
    if (match_has(match, first + ISO_YEAR)) {
        year = number(arena, match, first + ISO_YEAR);
        month = number(arena, match, first + ISO_MONTH);
        mday = number(arena, match, first + ISO_DAY);
    } else {
        mday = number(arena, match, first + DAY);
        month = month_of_match(arena, match, first);
        if (!match_has(match, first + YEAR))
            return complete(month, mday, reference);
        year = full_year(number(arena, match, first + YEAR));
    }
    return day_from_ymd(year, month, mday, &day) ? day : DAY_NONE;
}

/* Behind a weekday's name up to the date there are few characters ("Donnerstag, dem "). */
#define WEEKDAY_BACK 32

static bool has_other_weekday(struct arena *arena, const char *s, size_t offset, struct day day)
{
    struct match match;
    enum weekday weekday;
    size_t begin = offset > WEEKDAY_BACK ? offset - WEEKDAY_BACK : 0;
    while (begin < offset && ((unsigned char)s[begin] & 0xC0) == 0x80)
        begin++;
    const char *before = arena_strndup(arena, s + begin, offset - begin);
    return pattern_find(PATTERN_weekday_before, before, 0, &match) &&
           words_weekday(arena, match_text(&match, 1, arena), &weekday) &&
           weekday != day_weekday(day);
}

struct day date_of_match(struct arena *arena, const struct match *match, int first,
                         struct day reference)
{
    struct day day = day_of_match(arena, match, first, reference);
    const struct spot spot = spot_of_groups(match, first, DATE_GROUPS);
    if (!day_is_none(day) && has_other_weekday(arena, match->s, (size_t)(spot.s - match->s), day))
        return DAY_NONE;
    return day;
}

/* ---- the letter's own ---- */

/* the two orders of the line, and the groups of place and date */
static const struct {
    enum pattern pattern;
    int place, date;
} date_lines[] = {{PATTERN_place_date, 1, 2}, {PATTERN_date_place, 2, 1}};

static bool read_date_cell_as(struct trace *trace, const char *s, size_t kind,
                              struct motion *motion)
{
    struct match match, date;
    if (!pattern_find(date_lines[kind].pattern, s, 0, &match) ||
        !pattern_find(PATTERN_date, s, match.start[date_lines[kind].date], &date))
        return false;
    struct day day = date_of_match(trace_arena(trace), &date, 1, DAY_NONE);
    if (day_is_none(day))
        return false;
    const char *place = trace_group(trace, &match, date_lines[kind].place);
    if (*place != '\0' && pattern_matches(PATTERN_not_a_place, place))
        return false;
    motion->letter_date = day;
    motion->place = *place != '\0' ? place : NULL;
    trace_note(trace, motion, VALUE_LETTER_DATE, 0, spot_of_groups(&date, 1, DATE_GROUPS));
    return true;
}

static bool read_date_cell(struct trace *trace, const char *s, struct motion *motion)
{
    if (strlen(s) > LETTER_MAX_HEADING || pattern_matches(PATTERN_received_stamp, s))
        return false;
    for (size_t i = 0; i < sizeof date_lines / sizeof date_lines[0]; i++)
        if (read_date_cell_as(trace, s, i, motion))
            return true;
    return false;
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
    if (strlen(line->text) > LETTER_MAX_HEADING || continues_sentence(letter, i) ||
        pattern_matches(PATTERN_meeting_row, line->text))
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

/* "Lindhoevel, den 09.02.2026" may stand above the greeting; a mere date is there another one. */
static void read_last_line(const struct letter *letter, struct motion *motion)
{
    size_t i = letter->sections.end;
    if (i <= letter->opening.begin || letter->lines[i - 1].role != LINE_DATE ||
        pattern_matches(PATTERN_date_alone, letter->lines[i - 1].text))
        return;
    read_date_line(letter, i - 1, motion);
}

void date_find_letter(const struct letter *letter, struct motion *motion)
{
    motion->letter_date = DAY_NONE;
    motion->place = NULL;
    if (!read_dates(letter, letter->head, motion) && !read_dates(letter, letter->signing, motion))
        read_last_line(letter, motion);
}
