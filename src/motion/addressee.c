/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/fields.h"

#include <string.h>

/* "den Vorsitzenden", "Ersten Buergermeister": as it is called in the nominative. */
static const char *nominative(struct trace *trace, const char *office, bool masculine)
{
    static const struct {
        enum pattern pattern;
        const char *ending; /* of men */
    } weak[] = {
        {PATTERN_weak_ordinal, "r"}, {PATTERN_weak_vorsitzende, "r"}, {PATTERN_weak_president, ""}};
    struct match match;
    for (size_t i = 0; i < sizeof weak / sizeof weak[0]; i++) {
        if (!pattern_find(weak[i].pattern, office, 0, &match))
            continue;
        char *made = arena_printf(trace_arena(trace), "%.*s%s%s", (int)match.end[1], office,
                                  masculine ? weak[i].ending : "", office + match.end[0]);
        office =
            trace_stand_for(trace, made, office, strlen(office), pattern_id(PATTERN_office_line));
    }
    return office;
}

/* groups of office_line */
enum { OFFICE = 1, TAIL = 2 };

/* "Buergermeister der", below it "Gemeinde Tarpenbek" */
static const char *town_of_next_line(const struct letter *letter, size_t i, const char *s)
{
    struct match article, town;
    struct splice splice;
    const char *next = letter->lines[i + 1].text;
    if (!pattern_find(PATTERN_office_article, s, 0, &article) ||
        !pattern_find(PATTERN_town_line, next, 0, &town))
        return "";
    splice_init(&splice, letter->trace);
    splice_add(&splice, s + article.start[0], article.end[0] - article.start[0]);
    splice_add_char(&splice, ' ');
    splice_add(&splice, next, town.end[1]);
    return splice_text(&splice);
}

static const char *office_of_line(const struct letter *letter, size_t i, const char *s)
{
    struct match match;
    struct trace *trace = letter->trace;
    struct splice splice;
    if (strlen(s) > LETTER_MAX_HEADING || !pattern_find(PATTERN_office_line, s, 0, &match))
        return NULL;
    bool alone = i > 0 && !letter->lines[i].gap;
    bool masculine =
        pattern_matches(PATTERN_masculine_address, s) ||
        (alone && pattern_matches(PATTERN_masculine_address, letter->lines[i - 1].text));
    const char *office = nominative(trace, trace_group(trace, &match, OFFICE), masculine);
    const char *tail = trace_group(trace, &match, TAIL);
    if (*tail == '\0' && i + 1 < letter->head.end && !letter->lines[i + 1].gap &&
        pattern_find(PATTERN_office_place_line, letter->lines[i + 1].text, 0, &match))
        tail = trace_group(trace, &match, 1);
    if (*tail == '\0' && i + 1 < letter->head.end && !letter->lines[i + 1].gap)
        tail = town_of_next_line(letter, i, s);
    splice_init(&splice, trace);
    splice_add(&splice, office, strlen(office));
    splice_add_char(&splice, ' ');
    splice_add(&splice, tail, strlen(tail));
    return trace_squeeze(trace, splice_text(&splice), splice.text.len);
}

static const char *office_of_salutation(const struct letter *letter)
{
    struct match match;
    size_t i = letter->salutation;
    if (i == letter->n || !pattern_find_within(PATTERN_office_in_salutation, letter->lines[i].text,
                                               strlen(letter->lines[i].text) < LETTER_MAX_HEADING
                                                   ? strlen(letter->lines[i].text)
                                                   : 0,
                                               &match))
        return NULL;
    return trace_group(letter->trace, &match, 1);
}

const char *addressee_find(const struct letter *letter)
{
    struct cell cells[LINE_CELLS];
    for (size_t i = letter->head.begin; i < letter->head.end; i++) {
        size_t n = line_cells(letter->trace, &letter->lines[i], cells);
        for (size_t c = 0; c < n; c++) {
            const char *office = office_of_line(letter, i, cells[c].text);
            if (office != NULL)
                return office;
        }
    }
    return office_of_salutation(letter);
}
