/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/fields.h"

#include <string.h>

/* what the text that is being read belongs to */
enum section {
    SECTION_NONE,
    SECTION_ASKED, /* stands below "folgenden Antrag:", without a heading of its own */
    SECTION_RESOLUTION,
    SECTION_REASONING,
};
#define SECTION_COUNT 4

struct sections {
    const struct letter *letter;
    struct texts found[SECTION_COUNT];
    enum section now;
    size_t begin;
    const char *rule; /* why the section that is being read is one */
};

static void end_section(struct sections *sections, size_t end)
{
    if (sections->begin < end && sections->now != SECTION_NONE) {
        struct trace *trace = sections->letter->trace;
        struct range range = {sections->begin, end};
        texts_add(&sections->found[sections->now], sections->letter->arena,
                  trace_as(trace, letter_join(sections->letter, range), sections->rule));
    }
}

static void begin_section(struct sections *sections, enum section section, size_t i,
                          const char *rule)
{
    const struct line *line = &sections->letter->lines[i];
    end_section(sections, i);
    sections->now = section;
    sections->rule = rule;
    /* the heading's own line counts where text follows the heading in it */
    sections->begin = line->role == LINE_DECIDES || *line->rest != '\0' ? i : i + 1;
}

static void begin_asked(struct sections *sections, size_t end, size_t begin, const char *rule)
{
    end_section(sections, end);
    sections->now = SECTION_ASKED;
    sections->begin = begin;
    sections->rule = rule;
}

static bool is_antrag_heading(const struct line *line)
{
    return line->role == LINE_LABEL && text_equal(line->rest, ":");
}

static void read_line(struct sections *sections, size_t i)
{
    const struct line *line = &sections->letter->lines[i];
    switch (line->role) {
    case LINE_RESOLUTION:
        begin_section(sections, SECTION_RESOLUTION, i, pattern_id(PATTERN_resolution_heading));
        return;
    case LINE_DECIDES:
        if (sections->now != SECTION_RESOLUTION)
            begin_section(sections, SECTION_RESOLUTION, i, pattern_id(PATTERN_decides));
        return;
    case LINE_REASONING:
        begin_section(sections, SECTION_REASONING, i, pattern_id(PATTERN_reasoning_heading));
        return;
    case LINE_ASKS:
        /* before the first section the letter itself says what is asked (letter.h) */
        if (i >= sections->letter->sections.begin && sections->now != SECTION_RESOLUTION)
            begin_asked(sections, i, i + 1, pattern_id(PATTERN_asks_line));
        return;
    case LINE_QUESTIONS:
    case LINE_OTHER:
        begin_section(sections, SECTION_NONE, i, NULL);
        return;
    case LINE_LABEL:
        if (is_antrag_heading(line))
            begin_asked(sections, i, i + 1, "antrag_heading");
        return;
    case LINE_PLAIN:
    case LINE_SALUTATION:
    case LINE_CLOSING:
    case LINE_SUBJECT:
    case LINE_REPLACES:
    case LINE_DATE:
        return;
    }
}

static const char *join_sections(struct trace *trace, const struct texts *texts)
{
    struct splice splice;
    splice_init(&splice, trace);
    for (size_t i = 0; i < texts->n; i++) {
        if (i > 0)
            splice_add_char(&splice, '\n');
        splice_add(&splice, texts->v[i], strlen(texts->v[i]));
    }
    return splice_text(&splice);
}

void section_find(const struct letter *letter, struct range range, size_t asked,
                  const char **resolution_r, const char **reasoning_r)
{
    struct sections sections = {.letter = letter, .begin = range.begin};
    for (size_t i = range.begin; i < range.end; i++) {
        if (i == asked)
            begin_asked(&sections, i, i, "asked_below");
        read_line(&sections, i);
    }
    end_section(&sections, range.end);
    const struct texts *resolution = &sections.found[SECTION_RESOLUTION];
    const struct texts *reasoning = &sections.found[SECTION_REASONING];
    if (resolution->n == 0)
        resolution = &sections.found[SECTION_ASKED];
    *resolution_r = resolution->n > 0 ? resolution->v[0] : NULL;
    *reasoning_r = reasoning->n > 0 ? join_sections(letter->trace, reasoning) : NULL;
}
