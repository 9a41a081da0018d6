/* SPDX-License-Identifier: EUPL-1.2 */
/* Below which sentence of a letter's opening the text stands that is asked for. */
#include "motion/letter.h"
#include "motion/pattern.h"

#include <string.h>

static bool ends_with_colon(const char *s)
{
    size_t n = strlen(s);
    return n > 0 && s[n - 1] == ':';
}

static bool asks(const char *s)
{
    return pattern_matches(PATTERN_requests, s) || pattern_matches(PATTERN_asks_line, s);
}

/* Behind the paragraph's first line that ends in a colon; its first line where none does. */
static size_t find_colon(const struct letter *letter, size_t i)
{
    size_t block = letter_block_end(letter, i, letter->sections.begin);
    for (size_t end = i + 1; end <= block; end++)
        if (ends_with_colon(letter->lines[end - 1].text))
            return asks(letter_join(letter, (struct range){i, end})) ? end : i;
    return i;
}

static bool is_heading(const struct line *line)
{
    return line->role == LINE_LABEL || line->role == LINE_SUBJECT || line->role == LINE_DATE;
}

#define HEADING_MAX_LINES 6

/* Behind headings that stand by themselves ("Antrag: X", "Titel: X"), with what they go on in. */
static size_t skip_headings(const struct letter *letter, size_t i)
{
    while (i < letter->sections.begin && is_heading(&letter->lines[i])) {
        size_t last = i + HEADING_MAX_LINES;
        i++;
        while (i < letter->sections.begin && i < last && !letter->lines[i].gap &&
               letter->lines[i].role == LINE_PLAIN)
            i++;
    }
    return i;
}

/* A paragraph that asks for something and ends in a colon: what it asks for stands below.  Where
 * nothing but a heading and another such paragraph stands below, it only introduces that one: "ich
 * reiche einen weiteren Antrag ein:", "Antrag: X", "Die SPD-Fraktion stellt folgenden Antrag:". */
size_t letter_find_asked(const struct letter *letter)
{
    size_t asked = letter->sections.end;
    for (size_t i = letter->opening.begin; i < letter->sections.begin;) {
        size_t end = find_colon(letter, i);
        if (end > i) {
            asked = end;
            i = skip_headings(letter, end);
            if (i == end)
                break;
        } else if (asked < letter->sections.end) {
            break;
        } else {
            i = letter_block_end(letter, i, letter->sections.begin);
        }
    }
    return asked;
}
