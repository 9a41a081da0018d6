/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/fields.h"
#include "motion/words.h"

#include <string.h>

#define FACTION_MAX 20
#define LOOK_BACK 160

struct collector {
    const struct letter *letter;
    const char *place;
    struct texts *found;
};

/* ---- names ---- */

/* "GRÜNE" and "Bündnis 90/Die Grünen" are one party, however it is spelt. */
static const char *family(struct arena *arena, const char *name)
{
    static const char *const families[] = {"gruene", "linke", "freiewaehler", "piraten"};
    const char *plain = words_plain(arena, name);
    /* in a longer name the party is only a part of a joint faction */
    if (strpbrk(name, "+|") != NULL || strlen(plain) > 2 * strlen("buendnis90diegruenen"))
        return plain;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (strstr(plain, families[i]) != NULL)
            return families[i];
    return plain;
}

/* "der Freien Wähler" are the Freie Wähler. */
static const char *nominative(struct trace *trace, const char *name)
{
    struct match match;
    if (!pattern_find(PATTERN_weak_faction, name, 0, &match))
        return name;
    struct splice splice;
    splice_init(&splice, trace);
    splice_add(&splice, match.s + match.start[1], match.end[1] - match.start[1]);
    splice_add(&splice, match.s + match.start[2], match.end[2] - match.start[2]);
    return splice_text(&splice);
}

static bool is_known(const struct collector *collector, const char *name)
{
    struct arena *arena = collector->letter->arena;
    const char *mine = family(arena, name);
    for (size_t i = 0; i < collector->found->n; i++)
        if (text_equal(mine, family(arena, collector->found->v[i])))
            return true;
    return false;
}

static void add_name(struct collector *collector, const char *name)
{
    struct trace *trace = collector->letter->trace;
    struct arena *arena = collector->letter->arena;
    name = nominative(trace, trace_squeeze(trace, name, strlen(name)));
    if (*name == '\0' || is_known(collector, name) || collector->found->n == FACTION_MAX)
        return;
    /* "Fraktion HÜRTH" is the place, not the party */
    if (collector->place != NULL &&
        text_equal(words_plain(arena, name), words_plain(arena, collector->place)))
        return;
    texts_add(collector->found, arena, name);
}

/* "CDU-, FDP- und UWG" are three, "CDU/FWV" is one. */
static void add_list(struct collector *collector, const char *list)
{
    struct match match;
    struct trace *trace = collector->letter->trace;
    size_t from = 0;
    while (pattern_find(PATTERN_faction_separator, list, from, &match) && match.end[0] > from) {
        add_name(collector, trace_copy(trace, list + from, match.start[0] - from));
        from = match.end[0];
    }
    add_name(collector, list + from);
}

/* ---- phrases ---- */

/* The next "X-Fraktion" or "Fraktion X" at or behind from, whichever comes first. */
static bool next_phrase(const char *s, size_t from, struct match *match_r)
{
    struct match hyphen, behind;
    bool has_hyphen = pattern_find(PATTERN_faction_hyphen, s, from, &hyphen);
    bool has_behind = pattern_find(PATTERN_faction_behind, s, from, &behind);
    if (!has_hyphen && !has_behind)
        return false;
    *match_r = has_hyphen && (!has_behind || hyphen.start[0] <= behind.start[0]) ? hyphen : behind;
    return true;
}

static char *before_phrase(const struct collector *collector, const char *s, size_t offset)
{
    size_t begin = offset > LOOK_BACK ? offset - LOOK_BACK : 0;
    while (begin < offset && ((unsigned char)s[begin] & 0xC0) == 0x80)
        begin++;
    return arena_strndup(collector->letter->arena, s + begin, offset - begin);
}

/* All phrases of a text in which only movers are named.  Behind "zum Antrag" others are. */
static void read_movers(struct collector *collector, const char *s)
{
    struct match match;
    for (size_t from = 0; next_phrase(s, from, &match); from = match.end[0])
        if (!pattern_matches(PATTERN_of_others, before_phrase(collector, s, match.start[0])))
            add_list(collector, trace_group(collector->letter->trace, &match, 1));
}

/* Prose names others as well: only who stands beside a verb of moving counts. */
static void read_prose(struct collector *collector, const char *s)
{
    struct match match;
    for (size_t from = 0; next_phrase(s, from, &match); from = match.end[0]) {
        const char *before = before_phrase(collector, s, match.start[0]);
        const char *after = s + match.end[0];
        bool moves = pattern_matches(PATTERN_mover_before, before) ||
                     (pattern_matches(PATTERN_subject_article, before) &&
                      pattern_matches(PATTERN_mover_behind, after) &&
                      !pattern_matches(PATTERN_past_tense, after));
        if (moves && !pattern_matches(PATTERN_of_others, before))
            add_list(collector, trace_group(collector->letter->trace, &match, 1));
    }
}

/* ---- places ---- */

/* "UWG Altenwerl", below it "Fraktion im Rat der Stadt Altenwerl"; or the other way round. */
static void read_two_lines(struct collector *collector, const char *above, const char *below)
{
    struct match match;
    if (pattern_matches(PATTERN_faction_below, below) &&
        pattern_find(PATTERN_faction_head, above, 0, &match))
        add_list(collector, trace_group(collector->letter->trace, &match, 1));
    if (pattern_matches(PATTERN_faction_word_alone, above) &&
        pattern_find(PATTERN_known_party_alone, below, 0, &match))
        add_list(collector, trace_group(collector->letter->trace, &match, 1));
}

static void read_head_cell(struct collector *collector, const char *s)
{
    struct match match;
    read_movers(collector, s);
    if (pattern_find(PATTERN_faction_in_council, s, 0, &match))
        add_list(collector, trace_group(collector->letter->trace, &match, 1));
}

static bool ends_letterhead(const struct line *line)
{
    return line->role == LINE_DATE || line->role == LINE_LABEL || line->role == LINE_SUBJECT ||
           pattern_matches(PATTERN_address_begins, line->text);
}

static void read_letterhead(struct collector *collector)
{
    struct cell cells[LINE_CELLS];
    const struct letter *letter = collector->letter;
    for (size_t i = letter->head.begin; i < letter->head.end; i++) {
        const struct line *line = &letter->lines[i];
        if (ends_letterhead(line))
            return;
        if (strlen(line->text) > LETTER_MAX_HEADING)
            continue;
        size_t n = line_cells(letter->trace, line, cells);
        for (size_t c = 0; c < n; c++)
            read_head_cell(collector, cells[c].text);
        if (i + 1 < letter->head.end && !line[1].gap)
            read_two_lines(collector, line->text, line[1].text);
    }
}

/* "Einreicher: Fraktion X", or below the heading "der Fraktionen von X und Y" */
static void read_submitter(struct collector *collector)
{
    struct match match, list;
    const struct letter *letter = collector->letter;
    for (size_t i = letter->head.begin; i < letter->head.end; i++) {
        const char *s = letter->lines[i].text;
        if (strlen(s) > LETTER_MAX_HEADING)
            continue;
        if (pattern_matches(PATTERN_faction_line, s))
            read_movers(collector, s);
        if (!pattern_find(PATTERN_faction_submitter, s, 0, &match))
            continue;
        const char *who = trace_group(letter->trace, &match, 1);
        read_movers(collector, who);
        if (pattern_find(PATTERN_faction_list, who, 0, &list) && list.start[0] == 0)
            add_list(collector, trace_group(letter->trace, &list, 1));
    }
}

static void read_signing(struct collector *collector)
{
    struct match match;
    const struct letter *letter = collector->letter;
    for (size_t i = letter->signing.begin; i < letter->signing.end; i++) {
        const char *s = letter->lines[i].text;
        if (strlen(s) > LETTER_MAX_HEADING || pattern_matches(PATTERN_signing_ends, s))
            return;
        read_movers(collector, s);
        for (size_t from = 0; pattern_find(PATTERN_faction_of_role, s, from, &match);
             from = match.end[0])
            add_list(collector, trace_group(letter->trace, &match, 1));
    }
}

void faction_find(const struct letter *letter, const struct heading *heading, const char *place,
                  struct texts *factions_r)
{
    struct collector collector = {letter, place, factions_r};
    read_letterhead(&collector);
    read_movers(&collector, heading->phrase);
    read_submitter(&collector);
    read_prose(&collector, opening_text(letter));
    read_signing(&collector);
}
