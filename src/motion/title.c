/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/fields.h"

#include <string.h>

#define TITLE_MAX 400 /* bytes; what is longer is prose */
#define TITLE_MAX_LINES 6

/* ---- the pieces of a title ---- */

static const char *without(const char *s, enum pattern pattern)
{
    struct match match;
    return pattern_find(pattern, s, 0, &match) && match.start[0] == 0 ? s + match.end[0] : s;
}

static char *without_tail(struct trace *trace, const char *s)
{
    struct match match;
    size_t n = pattern_find(PATTERN_title_tail, s, 0, &match) ? match.start[0] : strlen(s);
    return trace_trim(trace, s, n);
}

/* NULL where nothing of a title is left */
static const char *clean_title(struct trace *trace, const char *s)
{
    struct match match;
    s = without_tail(trace, without(trace_squeeze(trace, s, strlen(s)), PATTERN_title_ornament));
    if (pattern_find(PATTERN_quoted_before_attribute, s, 0, &match) ||
        pattern_find(PATTERN_enclosing_quotes, s, 0, &match))
        s = trace_copy(trace, s + match.start[1], match.end[1] - match.start[1]);
    s = trace_squeeze(trace, s, strlen(s));
    return *s != '\0' && strlen(s) <= TITLE_MAX ? s : NULL;
}

/* What follows the label: attributes (meeting, statute, faction, paper) come first, then, behind
 * "auf", "zu" or a colon, the title. */
static const char *title_of_rest(const char *rest)
{
    for (;;) {
        const char *next = without(rest, PATTERN_attribute);
        if (next == rest)
            break;
        rest = next;
    }
    const char *title = without(rest, PATTERN_title_lead);
    bool led = title != rest;
    if (led) {
        const char *more = without(title, PATTERN_attribute);
        if (*without(more, PATTERN_title_lead) == '\0')
            return "";
    }
    title += strspn(title, " ");
    return led || !pattern_matches(PATTERN_continues, title) ? title : "";
}

/* ---- lines of the head ---- */

static bool is_attribute_line(const char *s)
{
    const char *rest = s;
    for (const char *next; (next = without(rest, PATTERN_attribute)) != rest;)
        rest = next;
    return rest != s && strspn(rest, " :.,") == strlen(rest);
}

/* "zur Vorlage 12/2026 – Title", "zu TOP 3 „Title“": what stands behind the attributes. */
static const char *behind_attributes(const char *s)
{
    struct match match;
    const char *rest = s;
    for (const char *next; (next = without(rest, PATTERN_attribute)) != rest;)
        rest = next;
    return rest != s && pattern_find(PATTERN_title_behind_attribute, rest, 0, &match)
               ? rest + match.end[0]
               : s;
}

/* The value of a table's row where its first cell is one of the pattern's words; or NULL. */
static const char *value_of_row(struct trace *trace, const struct line *line, enum pattern key)
{
    struct cell cells[LINE_CELLS];
    if (strlen(line->raw) > LETTER_MAX_HEADING || line_cells(trace, line, cells) != 2)
        return NULL;
    return pattern_matches(key, cells[0].text) ? cells[1].text : NULL;
}

static bool is_no_title(const struct letter *letter, const struct line *line)
{
    return line->role != LINE_PLAIN || strlen(line->text) > TITLE_MAX ||
           pattern_matches(PATTERN_key_value, line->text) ||
           value_of_row(letter->trace, line, PATTERN_key_cell) != NULL ||
           pattern_matches(PATTERN_thread_header, line->text) ||
           pattern_matches(PATTERN_confidential_line, line->text) ||
           pattern_matches(PATTERN_organization_line, line->text) ||
           pattern_matches(PATTERN_address_line, line->text) || is_attribute_line(line->text);
}

/* Converters lose the empty line below a title. */
static bool begins_prose(const struct line *line)
{
    return pattern_matches(PATTERN_list_item, line->text) ||
           pattern_matches(PATTERN_begins_prose, line->text);
}

/* A sentence begins right below the title's line, and its block ends as one. */
static bool begins_sentence(const struct letter *letter, size_t k)
{
    const char *above = letter->lines[k - 1].text;
    const char *last = letter->lines[letter_block_end(letter, k, letter->n) - 1].text;
    return last[strlen(last) - 1] == '.' &&
           !pattern_matches(PATTERN_continues, letter->lines[k].text) &&
           strlen(above) <= TITLE_MAX && !pattern_matches(PATTERN_incomplete, above);
}

/* Where the title that begins at i ends: at a gap, or where a line is something else. */
static size_t title_end(const struct letter *letter, size_t i, size_t end)
{
    size_t k = i + 1;
    while (k < end && k < i + TITLE_MAX_LINES && !letter->lines[k].gap &&
           !is_no_title(letter, &letter->lines[k]) && !begins_prose(&letter->lines[k]) &&
           !begins_sentence(letter, k))
        k++;
    return k;
}

static char *join_lines(const struct letter *letter, const char *first, struct range more)
{
    struct splice splice;
    splice_init(&splice, letter->trace);
    letter_join_line(&splice, 0, first);
    for (size_t i = more.begin; i < more.end; i++)
        letter_join_line(&splice, 0, letter->lines[i].text);
    return splice_text(&splice);
}

static const char *join_title(const struct letter *letter, struct range block, const char *rule)
{
    return clean_title(letter->trace, trace_as(letter->trace, letter_join(letter, block), rule));
}

static size_t skip_address(const struct letter *letter, size_t i, size_t end)
{
    return letter_block_end(letter, i, end);
}

/* No title stands further below its label than an address and some lines about a meeting. */
#define TITLE_MAX_BELOW 60

/* The first line from i on that can be a title's. */
static size_t next_title_line(const struct letter *letter, size_t i, size_t end)
{
    const size_t last = end - i > TITLE_MAX_BELOW ? i + TITLE_MAX_BELOW : end;
    while (i < last) {
        const struct line *line = &letter->lines[i];
        if (line->role == LINE_SUBJECT && *line->rest != '\0')
            return i;
        if (pattern_matches(PATTERN_address_begins, line->text))
            i = skip_address(letter, i, end);
        else if (is_no_title(letter, line))
            i++;
        else
            return i;
    }
    return end;
}

static const char *title_below(const struct letter *letter, size_t i, size_t end)
{
    i = next_title_line(letter, i, end);
    if (i == end)
        return NULL;
    const struct line *line = &letter->lines[i];
    const char *row = value_of_row(letter->trace, line, PATTERN_title_cell);
    const char *first = line->role == LINE_SUBJECT ? line->rest : behind_attributes(line->text);
    if (row != NULL)
        first = row;
    struct range more = {i + 1, title_end(letter, i, end)};
    return clean_title(
        letter->trace,
        trace_as(letter->trace, join_lines(letter, first, more),
                 line->role == LINE_SUBJECT ? pattern_id(PATTERN_subject_line) : "title_below"));
}

/* Some write the title above the word Antrag. */
static const char *title_above(const struct letter *letter, size_t label)
{
    size_t begin = label;
    while (begin > 0 && !letter->lines[begin].gap)
        begin--;
    if (begin != label)
        return NULL;
    if (begin == 0)
        return NULL;
    for (begin--; begin > 0 && !letter->lines[begin].gap;)
        begin--;
    struct range block = {begin, label};
    for (size_t i = block.begin; i < block.end; i++)
        if (is_no_title(letter, &letter->lines[i]) ||
            pattern_matches(PATTERN_faction_hyphen, letter->lines[i].text) ||
            pattern_matches(PATTERN_address_begins, letter->lines[i].text) ||
            pattern_matches(PATTERN_letterhead_word, letter->lines[i].text))
            return NULL;
    const char *title = join_title(letter, block, "title_above");
    return title != NULL && pattern_matches(PATTERN_three_words, title) ? title : NULL;
}

/* A heading without any label, directly above the salutation and below place and date. */
static const char *title_without_label(const struct letter *letter)
{
    bool dated = false;
    size_t begin = letter->head.end;
    if (begin == 0 || letter->salutation == letter->n)
        return NULL;
    for (begin--; begin > 0 && !letter->lines[begin].gap;)
        begin--;
    for (size_t i = 0; i < begin; i++)
        dated = dated || letter->lines[i].role == LINE_DATE;
    for (size_t i = begin; i < letter->head.end; i++)
        if (is_no_title(letter, &letter->lines[i]) ||
            pattern_matches(PATTERN_address_begins, letter->lines[i].text))
            return NULL;
    struct range block = {begin, letter->head.end};
    return dated && block.end - block.begin <= TITLE_MAX_LINES
               ? join_title(letter, block, "title_without_label")
               : NULL;
}

/* ---- the label's line ---- */

/* groups of label_line */
enum { LABEL = 1, LABEL_NEW_VERSION = 2, REST = 3 };

static bool split_label(struct trace *trace, const char *s, const char **label_r,
                        const char **rest_r)
{
    struct match match;
    if (strlen(s) > TITLE_MAX || !pattern_find(PATTERN_label_line, s, 0, &match))
        return false;
    *label_r = trace_group(trace, &match, match_has(&match, LABEL) ? LABEL : LABEL_NEW_VERSION);
    *rest_r = trace_group(trace, &match, REST);
    return true;
}

/* A label line goes on where it breaks off, or where the next line goes on in small letters. */
static size_t phrase_end(const struct letter *letter, size_t i, size_t end)
{
    size_t k = i + 1;
    while (k < end && k < i + TITLE_MAX_LINES && !letter->lines[k].gap) {
        const struct line *line = &letter->lines[k];
        if (line->role != LINE_PLAIN && line->role != LINE_DATE)
            break;
        if (!pattern_matches(PATTERN_continues, line->text) &&
            !pattern_matches(PATTERN_incomplete, line[-1].text))
            break;
        k++;
    }
    return k;
}

/* Label, phrase and title of the label's line at i; false if it is no heading. */
static bool read_label(const struct letter *letter, size_t i, size_t end, struct heading *heading)
{
    const char *label, *rest;
    size_t below = phrase_end(letter, i, end);
    const char *phrase = join_lines(letter, letter->lines[i].text, (struct range){i + 1, below});
    if (!split_label(letter->trace, phrase, &label, &rest))
        return false;
    heading->label = label;
    heading->phrase = phrase;
    const char *title = title_of_rest(rest);
    if (*title == '\0') {
        heading->title = title_below(letter, below, end);
        return true;
    }
    below = title_end(letter, below - 1, end);
    phrase = join_lines(letter, letter->lines[i].text, (struct range){i + 1, below});
    if (split_label(letter->trace, phrase, &label, &rest))
        title = title_of_rest(rest);
    heading->title = clean_title(letter->trace, title);
    return true;
}

/* "Betreff: X" names the title wherever it stands in the head, unless X is "Antrag ...".
 * cells: a row's cell says it as well, where no label has a title. */
static const char *title_of_subject_line(const struct letter *letter, bool cells)
{
    const char *label, *rest;
    for (size_t i = letter->head.begin; i < letter->head.end; i++) {
        const struct line *line = &letter->lines[i];
        const char *said = line->role == LINE_SUBJECT ? line->rest
                           : cells ? value_of_row(letter->trace, line, PATTERN_title_cell)
                                   : NULL;
        if (said != NULL && *said != '\0' && !pattern_matches(PATTERN_meeting_line, said) &&
            !split_label(letter->trace, said, &label, &rest))
            return title_below(letter, i, letter->head.end);
    }
    return NULL;
}

static bool has_label(const struct line *line)
{
    return line->role == LINE_LABEL ||
           (line->role == LINE_SUBJECT && pattern_matches(PATTERN_label_line, line->text));
}

/* Labels of one head that are looked at: a letter has one or two, a mail made to be slow a hundred
 * thousand. */
#define MAX_LABELS 20

/* The first line with a label, and the title of the first that has one; head.end: none. */
static size_t read_head_labels(const struct letter *letter, struct heading *heading)
{
    size_t first = letter->head.end, labels = 0;
    for (size_t i = letter->head.begin; i < letter->head.end && labels < MAX_LABELS; i++) {
        struct heading found = {.asked = heading->asked};
        if (!has_label(&letter->lines[i]))
            continue;
        labels++;
        if (!read_label(letter, i, letter->head.end, &found))
            continue;
        if (first == letter->head.end) {
            first = i;
            *heading = found;
        } else if (heading->title == NULL) {
            heading->title = found.title;
        }
        if (heading->title != NULL)
            return first;
    }
    return first;
}

static void read_head(const struct letter *letter, struct heading *heading)
{
    size_t i = read_head_labels(letter, heading);
    bool labelled = i < letter->head.end;
    for (size_t k = letter->head.begin; k < letter->head.end && !labelled; k++)
        if (strlen(letter->lines[k].text) < TITLE_MAX &&
            pattern_matches(PATTERN_labels_line, letter->lines[k].text))
            heading->phrase = letter->lines[k].text;
    const char *subject = title_of_subject_line(letter, heading->title == NULL);
    if (subject != NULL)
        heading->title = subject;
    if (labelled && heading->title == NULL)
        heading->title = title_above(letter, i);
    if (!labelled && *heading->phrase == '\0' && heading->title == NULL)
        heading->title = title_without_label(letter);
}

/* ---- titles in the opening ---- */

static bool is_title_block(const struct letter *letter, struct range block)
{
    if (block.begin >= block.end || block.end - block.begin > TITLE_MAX_LINES)
        return false;
    const char *last = letter->lines[block.end - 1].text;
    for (size_t i = block.begin; i < block.end; i++)
        if (letter->lines[i].role != LINE_PLAIN || strlen(letter->lines[i].text) > TITLE_MAX)
            return false;
    return !pattern_matches(PATTERN_ends_like_sentence, last) &&
           !pattern_matches(PATTERN_list_item, letter->lines[block.begin].text);
}

/* "... folgenden Antrag:", then a block that is no sentence: the title. */
static void read_asked_title(const struct letter *letter, struct heading *heading)
{
    size_t i = heading->asked;
    if (heading->title != NULL || i >= letter->sections.begin)
        return;
    struct range block = {i, letter_block_end(letter, i, letter->sections.begin)};
    if (!is_title_block(letter, block))
        return;
    heading->title = join_title(letter, block, "title_asked");
    heading->asked = block.end < letter->sections.begin ? block.end : letter->sections.end;
}

/* Below an empty line; or "Antrag: X" behind a line that ends a sentence, where mail programs leave
 * no line empty. */
static bool begins_block(const struct letter *letter, size_t i)
{
    const struct line *line = &letter->lines[i];
    return line->gap ||
           (i > 0 && strlen(line[-1].text) <= TITLE_MAX && strlen(line->text) <= TITLE_MAX &&
            pattern_matches(PATTERN_item, line->text) &&
            (line[-1].role == LINE_SALUTATION ||
             pattern_matches(PATTERN_ends_like_sentence, line[-1].text)));
}

/* Directly below the salutation or the sentence that introduces it, it is the heading, not a word
 * of the prose. */
static bool heads_letter(const struct letter *letter, size_t i)
{
    const struct line *line = &letter->lines[i];
    if (i == letter->opening.begin)
        return true;
    return i > letter->opening.begin && i < letter->sections.begin &&
           (line[-1].role == LINE_ASKS || line[-1].role == LINE_QUESTIONS);
}

/* "Titel: X" below the salutation, or below the sentence that introduces it. */
static void read_opening_title(const struct letter *letter, struct heading *heading)
{
    for (size_t i = letter->opening.begin; i < letter->sections.begin; i++) {
        const struct line *line = &letter->lines[i];
        if (heading->title != NULL || (!line->gap && !heads_letter(letter, i)))
            continue;
        if (line->role != LINE_SUBJECT || pattern_matches(PATTERN_label_line, line->text))
            continue;
        size_t end = letter_block_end(letter, i, letter->sections.begin);
        heading->title = title_below(letter, i, end);
        if (heading->title != NULL && heading->asked <= i)
            heading->asked = end < letter->sections.begin ? end : letter->sections.end;
    }
}

static void read_opening_label(const struct letter *letter, struct heading *heading)
{
    for (size_t i = letter->opening.begin; i < letter->sections.end; i++) {
        const struct line *line = &letter->lines[i];
        if (line->role != LINE_LABEL || heading->label != NULL ||
            !(begins_block(letter, i) || heads_letter(letter, i)))
            continue;
        struct heading found = *heading;
        size_t end = letter_block_end(letter, i, letter->sections.end);
        if (!read_label(letter, i, end, &found))
            continue;
        heading->label = found.label;
        if (heads_letter(letter, i) && *heading->phrase == '\0' && found.title != NULL)
            heading->phrase = found.phrase;
        if (found.title != NULL && heading->title == NULL && heading->asked <= i)
            heading->asked = end;
        if (heading->title == NULL)
            heading->title = found.title;
        return;
    }
}

static void read_quoted_title(const struct letter *letter, struct heading *heading)
{
    struct match match;
    for (size_t i = letter->opening.begin; i + 1 < letter->sections.begin; i++) {
        const struct line *line = &letter->lines[i + 1];
        if (strlen(line[-1].text) > TITLE_MAX || strlen(line->text) > TITLE_MAX)
            continue;
        if (pattern_matches(PATTERN_named_in_prose, line[-1].text) &&
            pattern_find(PATTERN_quoted_alone, line->text, 0, &match)) {
            heading->title = clean_title(letter->trace, trace_group(letter->trace, &match, 1));
            return;
        }
    }
    if (pattern_find(PATTERN_quoted_in_prose, opening_text(letter), 0, &match))
        heading->title = clean_title(letter->trace, trace_group(letter->trace, &match, 1));
}

/* ---- the mail's subject ---- */

enum { SUBJECT_LABEL = 1, SUBJECT_TITLE = 2 };

static bool match_subject(const char *subject, struct match *match_r)
{
    return subject != NULL && strlen(subject) <= TITLE_MAX &&
           pattern_find(PATTERN_subject_title, subject, 0, match_r);
}

const char *title_of_subject(struct trace *trace, const char *subject)
{
    struct match match;
    return match_subject(subject, &match)
               ? clean_title(trace, trace_group(trace, &match, SUBJECT_TITLE))
               : NULL;
}

static void read_subject(const struct letter *letter, struct heading *heading)
{
    struct match match;
    if (!match_subject(letter->subject, &match))
        return;
    heading->title = title_of_subject(letter->trace, letter->subject);
    if (heading->label == NULL)
        heading->label = trace_group(letter->trace, &match, SUBJECT_LABEL);
}

static void read_label_in_prose(const struct letter *letter, struct heading *heading)
{
    struct match match;
    if (pattern_find(PATTERN_label_in_prose, opening_text(letter), 0, &match))
        heading->label = trace_group(letter->trace, &match, 1);
}

void title_find(const struct letter *letter, struct heading *heading_r)
{
    *heading_r = (struct heading){.phrase = "", .asked = letter->asked};
    read_head(letter, heading_r);
    read_opening_title(letter, heading_r);
    read_opening_label(letter, heading_r);
    if (heading_r->label == NULL)
        read_label_in_prose(letter, heading_r);
    read_asked_title(letter, heading_r);
    if (heading_r->title == NULL)
        read_quoted_title(letter, heading_r);
    if (heading_r->title == NULL)
        read_subject(letter, heading_r);
}

/* ---- several motions in one letter ---- */

/* "Antrag 1", its title in the block below. */
static size_t item_heading_end(const struct letter *letter, size_t i)
{
    size_t end = letter_block_end(letter, i, letter->sections.end);
    bool alone = end == i + 1 && pattern_matches(PATTERN_item_alone, letter->lines[i].text);
    return alone ? letter_block_end(letter, end, letter->sections.end) : end;
}

/* The item's range begins below its title. */
static size_t item_begin(const struct letter *letter, size_t i, size_t end)
{
    if (pattern_matches(PATTERN_item_alone, letter->lines[i].text))
        return title_end(letter, next_title_line(letter, i + 1, end), end);
    return title_end(letter, i, end);
}

static bool is_item(const struct letter *letter, size_t i)
{
    const struct line *line = &letter->lines[i];
    if (line->role != LINE_LABEL)
        return false;
    if (pattern_matches(PATTERN_item_alone, line->text))
        return true;
    /* in the head "Antrag: ..." is the letter's heading */
    return pattern_matches(i < letter->opening.begin ? PATTERN_item_numbered : PATTERN_item,
                           line->text);
}

static bool read_item(const struct letter *letter, size_t i, struct item *item)
{
    size_t end = item_heading_end(letter, i);
    if (!is_item(letter, i) || !read_label(letter, i, end, &item->heading) ||
        item->heading.title == NULL)
        return false;
    const char *title = item->heading.title;
    if (title[strlen(title) - 1] == '.')
        return false;
    item->range.begin = item_begin(letter, i, end);
    item->heading.asked = item->range.begin;
    return true;
}

size_t title_find_items(const struct letter *letter, struct item **items_r)
{
    size_t n = 0;
    struct item *items = arena_array(letter->arena, TITLE_MAX_ITEMS, sizeof *items);
    size_t first = letter->salutation == letter->n ? letter->head.begin : letter->opening.begin;
    for (size_t i = first; i < letter->sections.end && n < TITLE_MAX_ITEMS; i++) {
        items[n] = (struct item){.heading = {.phrase = ""}};
        if (!read_item(letter, i, &items[n]))
            continue;
        if (n > 0)
            items[n - 1].range.end = i;
        n++;
    }
    if (n > 0)
        items[n - 1].range.end = letter->sections.end;
    *items_r = items;
    return n >= 2 ? n : 0;
}
