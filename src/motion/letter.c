/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/letter.h"

#include "motion/pattern.h"

#include <string.h>

/* ---- lines ---- */

/* What a line is, by its own words; the first row that matches counts. */
static const struct {
    enum line_role role;
    enum pattern pattern;
    int rest; /* group of what follows the heading; 0: none */
} roles[] = {
    {LINE_SALUTATION, PATTERN_salutation, 0},
    {LINE_CLOSING, PATTERN_closing, 0},
    {LINE_DATE, PATTERN_place_date, 0},
    {LINE_DATE, PATTERN_date_place, 0},
    {LINE_DECIDES, PATTERN_decides, 0},
    {LINE_DECIDES, PATTERN_decides_here, 0},
    {LINE_RESOLUTION, PATTERN_resolution_heading, 1},
    {LINE_OTHER, PATTERN_reasoning_oral, 0},
    {LINE_REASONING, PATTERN_reasoning_heading, 1},
    {LINE_OTHER, PATTERN_other_heading, 1},
    {LINE_OTHER, PATTERN_reasoning_elsewhere, 0},
    {LINE_QUESTIONS, PATTERN_questions_line, 0},
    {LINE_ASKS, PATTERN_asks_line, 0},
    {LINE_REPLACES, PATTERN_replaces_line, 0},
    {LINE_SUBJECT, PATTERN_subject_line, 1},
    {LINE_LABEL, PATTERN_label_line, 3},
};

static bool is_section(enum line_role role)
{
    return role == LINE_RESOLUTION || role == LINE_REASONING || role == LINE_OTHER;
}

/* A heading may open a long line, the rest of which is its text. */
#define HEADING_PREFIX 40

static const char *rest_of_heading(struct trace *trace, const struct match *match, int group)
{
    const char *rest = trace_group(trace, match, group);
    return trace_trim(trace, rest, strlen(rest));
}

static void set_role(struct trace *trace, struct line *line)
{
    struct match match;
    line->rest = "";
    if (strlen(line->text) > LETTER_MAX_HEADING && memchr(line->text, ':', HEADING_PREFIX) == NULL)
        return;
    if (strlen(line->text) > 16 * LETTER_MAX_HEADING)
        return;
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (!pattern_find(roles[i].pattern, line->text, 0, &match))
            continue;
        line->role = roles[i].role;
        if (roles[i].rest > 0)
            line->rest = rest_of_heading(trace, &match, roles[i].rest);
        /* what stands behind a section's heading is the section's */
        if (is_section(line->role) && *line->rest != '\0')
            line->text = line->rest;
        return;
    }
}

#define CELL_GAP 3 /* blanks */

static size_t gap_at(const char *s)
{
    size_t n = 0;
    bool tab = false;
    for (; s[n] == ' ' || s[n] == '\t'; n++)
        tab = tab || s[n] == '\t';
    return tab || n >= CELL_GAP ? n : 0;
}

static size_t count_characters(const char *s, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)s[i] & 0xC0) != 0x80;
    return count;
}

size_t line_cells(struct trace *trace, const struct line *line, struct cell cells_r[LINE_CELLS])
{
    const char *s = line->raw;
    size_t n = 0;
    while (*s != '\0' && n < LINE_CELLS) {
        s += strspn(s, " \t");
        size_t len = 0;
        while (s[len] != '\0' && (n == LINE_CELLS - 1 || gap_at(s + len) == 0))
            len++;
        char *text = trace_squeeze(trace, s, len);
        if (text[0] != '\0')
            cells_r[n++] = (struct cell){
                .text = text, .column = count_characters(line->raw, (size_t)(s - line->raw))};
        s += len;
    }
    return n;
}

struct reader {
    struct letter *letter;
    size_t size;
    bool gap;
    size_t page_lines; /* lines to be looked at below a page's end */
};

/* A page repeats the first lines of the letter as its header. */
#define PAGE_HEADER_LINES 4

static bool is_page_header(const struct reader *reader, const char *text)
{
    const struct letter *letter = reader->letter;
    for (size_t i = 0; i < letter->n && i < PAGE_HEADER_LINES; i++)
        if (text_equal(letter->lines[i].text, text))
            return true;
    return false;
}

/* "Seite 1 von 2", alone or in a footer's column. */
static bool has_page_number(const struct reader *reader, const char *raw)
{
    struct cell cells[LINE_CELLS];
    const struct line line = {.raw = raw};
    if (strlen(raw) >= LETTER_MAX_HEADING)
        return false;
    size_t n = line_cells(reader->letter->trace, &line, cells);
    for (size_t i = 0; i < n; i++)
        if (pattern_matches(n == 1 ? PATTERN_page_line : PATTERN_page_cell, cells[i].text))
            return true;
    return false;
}

static bool belongs_to_page(struct reader *reader, const char *text, const char *raw)
{
    if (has_page_number(reader, raw)) {
        reader->page_lines = PAGE_HEADER_LINES;
        return true;
    }
    if (reader->page_lines == 0)
        return false;
    reader->page_lines--;
    return is_page_header(reader, text);
}

static void push_line(struct reader *reader, const char *text, const char *raw)
{
    struct letter *letter = reader->letter;
    if (letter->n == LETTER_MAX_LINES)
        return;
    if (letter->n == reader->size) {
        reader->size = 2 * reader->size + 64;
        letter->lines = arena_grow(letter->arena, letter->lines, letter->n, reader->size,
                                   sizeof *letter->lines);
    }
    struct line *line = &letter->lines[letter->n++];
    *line = (struct line){.text = text, .raw = raw, .gap = reader->gap};
    reader->gap = false;
    set_role(letter->trace, line);
}

/* "Sehr geehrte Frau Meier, die SPD-Fraktion bittet ...": two lines in one. */
static bool push_salutation(struct reader *reader, const char *text)
{
    struct match match;
    struct trace *trace = reader->letter->trace;
    if (!pattern_matches(PATTERN_salutation, text) ||
        !pattern_find(PATTERN_salutation_sentence, text, 0, &match))
        return false;
    const char *sentence = trace_group(trace, &match, 2);
    text = trace_group(trace, &match, 1);
    push_line(reader, text, text);
    reader->gap = true;
    push_line(reader, sentence, sentence);
    return true;
}

/* Plain text made of HTML has *bold* and _underlined_ words. */
static const char *without_emphasis(struct trace *trace, const char *s)
{
    enum { STARRED = 1, UNDERLINED = 2 };
    struct splice splice;
    struct match match;
    size_t at = 0;
    if (strpbrk(s, "*_") == NULL)
        return s;
    splice_init(&splice, trace);
    while (pattern_find(PATTERN_emphasis, s, at, &match)) {
        int group = match_has(&match, STARRED) ? STARRED : UNDERLINED;
        splice_add(&splice, s + at, match.start[0] - at);
        splice_add(&splice, s + match.start[group], match.end[group] - match.start[group]);
        at = match.end[0];
    }
    splice_add(&splice, s + at, strlen(s) - at);
    return splice_text(&splice);
}

/* "A N T R A G": a word whose letters stand apart. */
static const char *without_spacing(struct trace *trace, const char *s)
{
    struct splice splice;
    if (strlen(s) > LETTER_MAX_HEADING || !pattern_matches(PATTERN_spaced_word, s))
        return s;
    splice_init(&splice, trace);
    for (; *s != '\0'; s++)
        if (*s != ' ')
            splice_add(&splice, s, 1);
    return splice_text(&splice);
}

static void add_line(struct reader *reader, const char *raw)
{
    raw = without_emphasis(reader->letter->trace, raw);
    raw = without_spacing(reader->letter->trace, raw);
    const char *text = trace_squeeze(reader->letter->trace, raw, strlen(raw));
    if (text[0] == '\0') {
        reader->gap = true;
        return;
    }
    if (!belongs_to_page(reader, text, raw) && !push_salutation(reader, text))
        push_line(reader, text, raw);
}

static void split_lines(struct letter *letter, const char *text)
{
    struct reader reader = {.letter = letter, .gap = true};
    while (*text != '\0' && letter->n < LETTER_MAX_LINES) {
        size_t n = strcspn(text, "\n\f\v\r");
        if (n > 0)
            add_line(&reader, trace_copy(letter->trace, text, n));
        else
            reader.gap = true;
        text += n;
        if (*text == '\f')
            reader.page_lines = PAGE_HEADER_LINES;
        if (*text != '\0')
            text++;
    }
}

bool cells_align(const struct cell *a, const struct cell *b)
{
    size_t distance = a->column > b->column ? a->column - b->column : b->column - a->column;
    return distance <= CELL_SLACK;
}

/* ---- flowing text ---- */

static bool is_letter_byte(unsigned char c)
{
    return c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "Klein-" before "denkmale" was one word, "Oster-" before "und Herbstferien" was not, and
 * "CDU-" before "Fraktion" keeps its hyphen. */
void letter_join_line(struct splice *splice, size_t paragraph, const char *line)
{
    const struct text *text = &splice->text;
    bool hyphen = text->len >= paragraph + 2 && text->s[text->len - 1] == '-' &&
                  is_letter_byte((unsigned char)text->s[text->len - 2]);
    if (text->len > paragraph) {
        bool conjunction = pattern_matches(PATTERN_conjunction, line);
        if (hyphen && !conjunction && pattern_matches(PATTERN_continues, line))
            splice_drop_last(splice);
        else if (!hyphen || conjunction)
            splice_add_char(splice, ' ');
    }
    splice_add(splice, line, strlen(line));
}

/* Some converters put an empty line below each line: small letters go on the sentence above. */
static bool goes_on(const struct line *line)
{
    return pattern_matches(PATTERN_continues, line->text) &&
           !pattern_matches(PATTERN_ends_like_sentence, line[-1].text);
}

static bool begins_paragraph(const struct line *line)
{
    if (strlen(line->text) < LETTER_MAX_HEADING && pattern_matches(PATTERN_list_item, line->text))
        return true;
    return line->gap && !goes_on(line);
}

char *letter_join(const struct letter *letter, struct range range)
{
    struct splice splice;
    size_t paragraph = 0;
    splice_init(&splice, letter->trace);
    for (size_t i = range.begin; i < range.end; i++) {
        const struct line *line = &letter->lines[i];
        if (i > range.begin && (begins_paragraph(line) || line[-1].role == LINE_DECIDES)) {
            splice_add_char(&splice, '\n');
            paragraph = splice.text.len;
        }
        letter_join_line(&splice, paragraph, line->text);
    }
    return splice_text(&splice);
}

size_t letter_block_end(const struct letter *letter, size_t i, size_t end)
{
    if (i < end)
        i++;
    while (i < end && !letter->lines[i].gap)
        i++;
    return i;
}

/* ---- sentences that open a decision ---- */

#define DECIDES_MAX_LINES 3

/* "Der Rat der Stadt Lindhoevel moege in seiner naechsten", "Sitzung beschliessen:": one line. */
static void join_wrapped_decision(struct letter *letter, size_t i)
{
    struct line *line = &letter->lines[i];
    struct splice splice;
    size_t k = i + 1;
    if (line->role != LINE_PLAIN || strlen(line->text) > LETTER_MAX_HEADING ||
        !pattern_matches(PATTERN_decides_wrapped, line->text))
        return;
    splice_init(&splice, letter->trace);
    letter_join_line(&splice, 0, line->text);
    for (; k < letter->n && k < i + DECIDES_MAX_LINES && !letter->lines[k].gap &&
           !is_section(letter->lines[k].role);
         k++) {
        letter_join_line(&splice, 0, letter->lines[k].text);
        if (pattern_matches(PATTERN_decides, splice.text.s))
            break;
    }
    const char *joined = splice_text(&splice);
    if (k == letter->n || !pattern_matches(PATTERN_decides, joined))
        return;
    line->text = joined;
    line->role = LINE_DECIDES;
    memmove(line + 1, &letter->lines[k + 1], (letter->n - k - 1) * sizeof *line);
    letter->n -= k - i;
}

/* ---- zones ---- */

static size_t find_role(const struct letter *letter, enum line_role role, size_t from)
{
    for (size_t i = from; i < letter->n; i++)
        if (letter->lines[i].role == role)
            return i;
    return letter->n;
}

static bool begins_section(const struct line *line)
{
    return is_section(line->role) || line->role == LINE_DECIDES;
}

static bool is_prose(const struct line *line)
{
    return line->role == LINE_PLAIN || line->role == LINE_ASKS || line->role == LINE_QUESTIONS;
}

/* Without a salutation the head ends where prose begins that asks for something; a second label
 * alone in its line ("Antrag:") heads what is asked for. */
static size_t head_end_without_salutation(const struct letter *letter)
{
    bool labelled = false;
    for (size_t i = 0; i < letter->n; i++) {
        const struct line *line = &letter->lines[i];
        if (line->role == LINE_RESOLUTION || line->role == LINE_REASONING ||
            line->role == LINE_DECIDES || line->role == LINE_CLOSING)
            return i;
        if (labelled && line->role == LINE_LABEL && text_equal(line->rest, ":"))
            return i;
        labelled = labelled || line->role == LINE_LABEL;
        if (!line->gap || !is_prose(line))
            continue;
        struct range block = {i, letter_block_end(letter, i, letter->n)};
        if (block.end - block.begin > 12)
            continue;
        if (pattern_matches(PATTERN_requests, letter_join(letter, block)) ||
            pattern_matches(PATTERN_decided_by, line->text))
            return i;
    }
    return letter->n;
}

static void find_head(struct letter *letter)
{
    size_t i = find_role(letter, LINE_SALUTATION, 0);
    letter->salutation = i;
    if (i == letter->n) {
        i = head_end_without_salutation(letter);
        letter->head = (struct range){0, i};
        letter->opening.begin = i;
        return;
    }
    letter->head = (struct range){0, i};
    while (i < letter->n && letter->lines[i].role == LINE_SALUTATION)
        i++;
    letter->opening.begin = i;
}

static bool is_signing_line(const struct letter *letter, const struct line *line)
{
    static const enum pattern signs[] = {
        PATTERN_name,         PATTERN_name_and_role,    PATTERN_names_together,
        PATTERN_role,         PATTERN_role_and_name,    PATTERN_party_behind_name,
        PATTERN_one_of_names, PATTERN_for_faction,      PATTERN_for_faction_name,
        PATTERN_party_alone,  PATTERN_name_and_faction, PATTERN_signing_faction,
    };
    struct cell cells[LINE_CELLS];
    struct match match;
    size_t n = line_cells(letter->trace, line, cells);
    for (size_t c = 0; c < n; c++) {
        const char *s = cells[c].text;
        if (strlen(s) > 120)
            return false;
        if (pattern_matches(PATTERN_signing_heading, s))
            continue;
        if (pattern_find(PATTERN_signing_wrapped, s, 0, &match))
            s = trace_group(letter->trace, &match, 1);
        if (pattern_find(PATTERN_signing_prefix, s, 0, &match))
            s += match.end[0];
        bool found = *s == '\0';
        for (size_t k = 0; k < sizeof signs / sizeof signs[0] && !found; k++)
            found = pattern_matches(signs[k], s);
        if (!found || (pattern_matches(PATTERN_ends_like_sentence, s) &&
                       !pattern_matches(PATTERN_for_faction, s)))
            return false;
    }
    return n > 0;
}

/* Converters may lose all empty lines. */
static bool letter_has_gaps(const struct letter *letter)
{
    for (size_t i = 1; i < letter->n; i++)
        if (letter->lines[i].gap)
            return true;
    return false;
}

bool line_ends_signing(const struct line *line)
{
    /* a heading's text is only what follows it */
    const char *s = line->role == LINE_OTHER ? line->raw + strspn(line->raw, " \t") : line->text;
    return strlen(s) > LETTER_MAX_HEADING || pattern_matches(PATTERN_signing_ends, s);
}

/* Nobody greets: the last blocks that hold nothing but names and roles. */
static size_t signing_without_greeting(const struct letter *letter)
{
    size_t begin = letter->n;
    bool has_gaps = letter_has_gaps(letter);
    for (size_t i = letter->n; i > letter->opening.begin; i--) {
        const struct line *line = &letter->lines[i - 1];
        if (strlen(line->text) > LETTER_MAX_HEADING ||
            (line->role != LINE_DATE && !is_signing_line(letter, line) &&
             !pattern_matches(PATTERN_email, line->text)))
            break;
        if (line->gap || !has_gaps)
            begin = i - 1;
    }
    return begin;
}

/* Who writes neither salutation nor greeting nor heading has a head all the same: it ends behind
 * the last line that is one of a head. */
static void cut_head(struct letter *letter)
{
    size_t i = letter->n;
    if (letter->opening.begin < letter->n)
        return;
    while (i > 0 && letter->lines[i - 1].role == LINE_PLAIN)
        i--;
    letter->opening.begin = i;
    letter->opening.begin = signing_without_greeting(letter);
    if (letter->opening.begin > i)
        letter->head.end = letter->opening.begin;
}

static void find_signing(struct letter *letter)
{
    cut_head(letter);
    size_t i = find_role(letter, LINE_CLOSING, letter->opening.begin);
    letter->signing.end = letter->n;
    letter->signing.begin = i < letter->n ? i + 1 : signing_without_greeting(letter);
    letter->sections.end = i < letter->n ? i : letter->signing.begin;
}

static void find_opening(struct letter *letter)
{
    size_t i = letter->opening.begin;
    while (i < letter->sections.end && !begins_section(&letter->lines[i]))
        i++;
    letter->sections.begin = i;
    letter->asked = letter_find_asked(letter);
    letter->opening.end = letter->asked < i ? letter->asked : i;
}

static bool has_label(const struct line *line)
{
    return line->role == LINE_LABEL ||
           (line->role == LINE_SUBJECT && pattern_matches(PATTERN_label_line, line->text));
}

/* "Neufassung des Antrags ..." is itself the label where the letter has no other. */
static void find_replaces(struct letter *letter)
{
    bool labelled = false;
    for (size_t i = 0; i < letter->sections.begin; i++) {
        if (letter->lines[i].role == LINE_REPLACES && letter->replaces == NULL)
            letter->replaces = letter->lines[i].text;
        labelled = labelled || has_label(&letter->lines[i]);
    }
    for (size_t i = 0; i < letter->n; i++) {
        struct line *line = &letter->lines[i];
        if (line->role != LINE_REPLACES)
            continue;
        bool is_label = !labelled && pattern_matches(PATTERN_label_line, line->text);
        if (is_label)
            line->role = LINE_LABEL;
        else if (i >= letter->sections.begin)
            line->role = LINE_PLAIN;
    }
}

struct letter *letter_read(struct trace *trace, const char *text)
{
    struct letter *letter = ARENA_NEW(trace_arena(trace), struct letter);
    letter->arena = trace_arena(trace);
    letter->trace = trace;
    split_lines(letter, text);
    for (size_t i = 0; i < letter->n; i++)
        join_wrapped_decision(letter, i);
    find_head(letter);
    find_signing(letter);
    find_opening(letter);
    find_replaces(letter);
    return letter;
}
