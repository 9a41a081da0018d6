/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/fields.h"

#include <string.h>

/* "Antrags vom 14.01.2026" is named "Antrag vom 14.01.2026". */
static const char *dated(struct trace *trace, const char *s)
{
    struct match match, label;
    if (!pattern_find(PATTERN_reference_dated, s, 0, &match) ||
        !pattern_find(PATTERN_reference_dated_label, s, match.start[0], &label))
        return NULL;
    char *value = arena_printf(trace_arena(trace), "%s vom %s", trace_group(trace, &label, 1),
                               trace_group(trace, &match, 1));
    return trace_stand_for(trace, value, s + label.start[1], match.end[1] - label.start[1],
                           pattern_id(match.pattern));
}

static const char *numbered(struct trace *trace, const char *s)
{
    struct match match;
    if (pattern_find(PATTERN_reference_bare, s, 0, &match) ||
        pattern_find(PATTERN_reference_number, s, 0, &match) ||
        pattern_find(PATTERN_reference_plain_number, s, 0, &match))
        return trace_group(trace, &match, 1);
    return NULL;
}

/* The head without the letterhead's and the address's long lines. */
static const char *head_text(const struct letter *letter)
{
    struct splice splice;
    splice_init(&splice, letter->trace);
    for (size_t i = letter->head.begin;
         i < letter->head.end && splice.text.len < LETTER_MAX_OPENING; i++) {
        size_t n = strlen(letter->lines[i].text);
        if (n > LETTER_MAX_HEADING)
            continue;
        splice_add(&splice, letter->lines[i].text, n);
        splice_add_char(&splice, '\n');
    }
    return splice_text(&splice);
}

const char *refers_in(struct trace *trace, const char *s)
{
    const char *found = numbered(trace, s);
    return found != NULL ? found : dated(trace, s);
}

const char *refers_find(const struct letter *letter, const struct heading *heading)
{
    const char *replaces = letter->replaces != NULL ? letter->replaces : "";
    const char *subject = letter->subject != NULL ? letter->subject : "";
    const char *texts[] = {replaces, heading->phrase, head_text(letter), opening_text(letter),
                           subject};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *found = refers_in(letter->trace, texts[i]);
        if (found != NULL)
            return found;
    }
    return NULL;
}
