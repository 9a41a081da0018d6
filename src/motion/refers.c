/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/fields.h"

#include <string.h>

/* "Antrags vom 14.01.2026" is named "Antrag vom 14.01.2026". */
static const char *dated(struct arena *arena, const char *s)
{
    struct match match, label;
    if (!pattern_find(PATTERN_reference_dated, s, 0, &match) ||
        !pattern_find(PATTERN_reference_dated_label, s, match.start[0], &label))
        return NULL;
    return arena_printf(arena, "%s vom %s", match_text(&label, 1, arena),
                        match_text(&match, 1, arena));
}

static const char *numbered(struct arena *arena, const char *s)
{
    struct match match;
    if (pattern_find(PATTERN_reference_bare, s, 0, &match) ||
        pattern_find(PATTERN_reference_number, s, 0, &match))
        return match_text(&match, 1, arena);
    return NULL;
}

/* The head without the letterhead's and the address's long lines. */
static const char *head_text(const struct letter *letter)
{
    struct text text;
    text_init(&text, letter->arena);
    for (size_t i = letter->head.begin; i < letter->head.end && text.len < LETTER_MAX_OPENING;
         i++) {
        if (strlen(letter->lines[i].text) > LETTER_MAX_HEADING)
            continue;
        text_add(&text, letter->lines[i].text);
        text_add_char(&text, '\n');
    }
    return text.s;
}

const char *refers_in(struct arena *arena, const char *s)
{
    const char *found = numbered(arena, s);
    return found != NULL ? found : dated(arena, s);
}

const char *refers_find(const struct letter *letter, const struct heading *heading)
{
    const char *replaces = letter->replaces != NULL ? letter->replaces : "";
    const char *texts[] = {replaces, heading->phrase, head_text(letter), opening_text(letter)};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *found = refers_in(letter->arena, texts[i]);
        if (found != NULL)
            return found;
    }
    return NULL;
}
