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
    static const struct {
        const char *part, *family;
    } families[] = {
        {"gruene", "gruene"},
        {"linke", "linke"},
        {"freiewaehler", "freiewaehler"},
        {"piraten", "piraten"},
        {"freiedemokraten", "fdp"},
        {"alternativefuerdeutschland", "afd"},
        {"buendnissahrawagenknecht", "bsw"},
    };
    const char *plain = words_plain(arena, name);
    /* in a longer name the party is only a part of a joint faction */
    if (strpbrk(name, "+|") != NULL || strlen(plain) > 2 * strlen("buendnis90diegruenen"))
        return plain;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (strstr(plain, families[i].part) != NULL)
            return families[i].family;
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

static bool is_short_for(struct arena *arena, const char *acronym, const char *name)
{
    return strchr(acronym, ' ') == NULL && strchr(name, ' ') != NULL &&
           words_are_short(arena, acronym, name);
}

/* "Buergerliste" may stand for "Buergerliste Unser Dorf", "CDU" not for "CDU/FDP". */
static bool is_beginning(const char *name, const char *of)
{
    size_t n = strlen(name);
    return strpbrk(of, "/+|-") == NULL && strncmp(name, of, n) == 0 && of[n] == ' ';
}

static bool is_same(struct arena *arena, const char *a, const char *b)
{
    return text_equal(family(arena, a), family(arena, b)) || is_beginning(a, b) ||
           is_beginning(b, a) || is_short_for(arena, a, b) || is_short_for(arena, b, a);
}

static bool is_known(const struct collector *collector, const char *name)
{
    for (size_t i = 0; i < collector->found->n; i++)
        if (is_same(collector->letter->arena, name, collector->found->v[i]))
            return true;
    return false;
}

/* "Buergerliste Hohenfels" of Hohenfels is the Buergerliste; "Wir fuer Hohenfels" is called so. */
static const char *without_place(const struct collector *collector, const char *name)
{
    const char *place = collector->place;
    size_t n = strlen(name), m = place != NULL ? strlen(place) : 0;
    if (m == 0 || n <= m + 1 || strcmp(name + n - m, place) != 0 || name[n - m - 1] != ' ')
        return name;
    const char *rest = trace_copy(collector->letter->trace, name, n - m - 1);
    return pattern_matches(PATTERN_faction_kind, rest) ? rest : name;
}

static void add_name(struct collector *collector, const char *name)
{
    struct trace *trace = collector->letter->trace;
    struct arena *arena = collector->letter->arena;
    name = without_place(collector, nominative(trace, trace_squeeze(trace, name, strlen(name))));
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

static const enum pattern phrase_patterns[] = {PATTERN_faction_quoted, PATTERN_faction_hyphen,
                                               PATTERN_faction_behind};
#define PHRASE_PATTERNS (sizeof phrase_patterns / sizeof phrase_patterns[0])

/* Where each of them is found next; what lies ahead is not looked for again. */
struct phrases {
    const char *s;
    struct match next[PHRASE_PATTERNS];
    bool found[PHRASE_PATTERNS];
};

static void find_phrase(struct phrases *phrases, size_t i, size_t from)
{
    phrases->found[i] = pattern_find(phrase_patterns[i], phrases->s, from, &phrases->next[i]);
}

static void begin_phrases(struct phrases *phrases, const char *s)
{
    phrases->s = s;
    for (size_t i = 0; i < PHRASE_PATTERNS; i++)
        find_phrase(phrases, i, 0);
}

/* The next "X-Fraktion" or "Fraktion X" at or behind from, whichever comes first. */
static bool next_phrase(struct phrases *phrases, size_t from, struct match *match_r)
{
    bool found = false;
    for (size_t i = 0; i < PHRASE_PATTERNS; i++) {
        if (phrases->found[i] && phrases->next[i].start[0] < from)
            find_phrase(phrases, i, from);
        if (!phrases->found[i] || (found && phrases->next[i].start[0] >= match_r->start[0]))
            continue;
        *match_r = phrases->next[i];
        found = true;
    }
    return found;
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
    struct phrases phrases;
    begin_phrases(&phrases, s);
    for (size_t from = 0; next_phrase(&phrases, from, &match); from = match.end[0])
        if (!pattern_matches(PATTERN_of_others, before_phrase(collector, s, match.start[0])))
            add_list(collector, trace_group(collector->letter->trace, &match, 1));
}

static bool moves(const struct collector *collector, const struct match *match)
{
    const char *before = before_phrase(collector, match->s, match->start[0]);
    const char *after = match->s + match->end[0];
    if (pattern_matches(PATTERN_of_others, before))
        return false;
    return pattern_matches(PATTERN_mover_before, before) ||
           (pattern_matches(PATTERN_subject_article, before) &&
            pattern_matches(PATTERN_mover_behind, after) &&
            !pattern_matches(PATTERN_past_tense, after));
}

/* Prose names others as well: only who stands beside a verb of moving counts. */
static void read_prose(struct collector *collector, const char *s)
{
    struct match match;
    struct trace *trace = collector->letter->trace;
    struct phrases phrases;
    begin_phrases(&phrases, s);
    for (size_t from = 0; next_phrase(&phrases, from, &match); from = match.end[0])
        if (moves(collector, &match))
            add_list(collector, trace_group(trace, &match, 1));
    for (size_t from = 0; pattern_find(PATTERN_faction_named, s, from, &match); from = match.end[0])
        if (moves(collector, &match))
            add_name(collector, trace_group(trace, &match, 1));
    for (size_t from = 0; pattern_find(PATTERN_party_moves, s, from, &match); from = match.end[0])
        if (!pattern_matches(PATTERN_of_others, before_phrase(collector, s, match.start[0])))
            add_list(collector, trace_group(trace, &match, 1));
}

/* ---- places ---- */

/* "SPD | FDP", below it "Fraktionen im Rat" */
static void read_heads(struct collector *collector, const char *s)
{
    struct match match;
    struct trace *trace = collector->letter->trace;
    while (pattern_find(PATTERN_faction_heads, s, 0, &match)) {
        add_name(collector, trace_group(trace, &match, 1));
        s += match.end[0];
    }
    if (pattern_find(PATTERN_faction_head, s, 0, &match))
        add_list(collector, trace_group(trace, &match, 1));
}

/* "UWG Altenwerl", below it "Fraktion im Rat der Stadt Altenwerl"; or the other way round. */
static void read_two_lines(struct collector *collector, const char *above, const char *below)
{
    struct match match;
    struct trace *trace = collector->letter->trace;
    if (pattern_matches(PATTERN_factions_below, below))
        read_heads(collector, above);
    else if (pattern_matches(PATTERN_faction_below, below) &&
             pattern_find(PATTERN_faction_head, above, 0, &match))
        add_list(collector, trace_group(trace, &match, 1));
    if (pattern_matches(PATTERN_faction_word_alone, above) &&
        pattern_find(PATTERN_known_party_alone, below, 0, &match))
        add_list(collector, trace_group(trace, &match, 1));
}

static void read_head_cell(struct collector *collector, const char *s)
{
    struct match match;
    read_movers(collector, s);
    if (pattern_find(PATTERN_faction_in_council, s, 0, &match) ||
        pattern_find(PATTERN_faction_dashed, s, 0, &match))
        add_list(collector, trace_group(collector->letter->trace, &match, 1));
}

static bool ends_letterhead(const struct line *line)
{
    return line->role == LINE_DATE || line->role == LINE_LABEL || line->role == LINE_SUBJECT ||
           pattern_matches(PATTERN_address_begins, line->text);
}

/* The cells of two lines that stand below each other. */
static void read_columns(struct collector *collector, const struct line *line)
{
    struct cell above[LINE_CELLS], below[LINE_CELLS];
    struct trace *trace = collector->letter->trace;
    size_t n = line_cells(trace, &line[0], above), m = line_cells(trace, &line[1], below);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < m; k++)
            if ((n == 1 && m == 1) || cells_align(&above[i], &below[k]))
                read_two_lines(collector, above[i].text, below[k].text);
}

static void read_letterhead(struct collector *collector, size_t begin)
{
    struct cell cells[LINE_CELLS];
    const struct letter *letter = collector->letter;
    for (size_t i = begin; i < letter->head.end; i++) {
        const struct line *line = &letter->lines[i];
        if (ends_letterhead(line))
            return;
        if (strlen(line->text) > LETTER_MAX_HEADING)
            continue;
        size_t n = line_cells(letter->trace, line, cells);
        for (size_t c = 0; c < n; c++)
            read_head_cell(collector, cells[c].text);
        if (i + 1 < letter->head.end && !line[1].gap && strlen(line[1].text) <= LETTER_MAX_HEADING)
            read_columns(collector, line);
    }
}

/* A letterhead that stands beside the address is read below it; below that, who gets a copy. */
static void read_letterhead_beside(struct collector *collector)
{
    const struct letter *letter = collector->letter;
    size_t i = letter->head.begin, end = letter->head.end;
    while (i < end && !pattern_matches(PATTERN_address_begins, letter->lines[i].text))
        i++;
    if (i < end)
        i = letter_block_end(letter, i, end);
    if (i < end && !pattern_matches(PATTERN_signing_ends, letter->lines[i].text))
        read_letterhead(collector, i);
}

/* Behind "Einreicher:" persons may stand as well, behind "Fraktionen:" none. */
static void add_submitters(struct collector *collector, const char *list, bool are_factions)
{
    struct match match;
    struct trace *trace = collector->letter->trace;
    for (bool more = true; more;) {
        more = pattern_find(PATTERN_faction_separator, list, 0, &match);
        const char *one = more ? trace_copy(trace, list, match.start[0]) : list;
        if (pattern_matches(PATTERN_faction_alone, one) ||
            (are_factions && pattern_matches(PATTERN_faction_item, one)))
            add_name(collector, one);
        if (more)
            list += match.end[0];
    }
}

/* "Einreicher: Fraktion X", or below the heading "der Fraktionen von X und Y" */
static void read_submitter(struct collector *collector)
{
    struct match match;
    const struct letter *letter = collector->letter;
    for (size_t i = letter->head.begin; i < letter->head.end; i++) {
        const char *s = letter->lines[i].text;
        if (strlen(s) > LETTER_MAX_HEADING)
            continue;
        if (pattern_matches(PATTERN_faction_line, s) && !pattern_matches(PATTERN_address_begins, s))
            read_movers(collector, s);
        if (pattern_matches(PATTERN_member_line, s) &&
            pattern_find(PATTERN_faction_of_member, s, 0, &match))
            add_list(collector, trace_group(letter->trace, &match, 1));
        if (!pattern_find(PATTERN_faction_submitter, s, 0, &match))
            continue;
        const char *who = trace_group(letter->trace, &match, 2);
        read_movers(collector, s);
        add_submitters(collector, who, match_has(&match, 1));
    }
}

static void read_signing_cell(struct collector *collector, const char *s)
{
    struct match match;
    struct trace *trace = collector->letter->trace;
    if (pattern_find(PATTERN_faction_of_signing, s, 0, &match))
        add_list(collector, trace_group(trace, &match, 1));
    for (size_t from = 0; pattern_find(PATTERN_faction_of_role, s, from, &match);
         from = match.end[0])
        add_list(collector, trace_group(trace, &match, 1));
}

static void read_signing(struct collector *collector)
{
    struct cell cells[LINE_CELLS];
    const struct letter *letter = collector->letter;
    for (size_t i = letter->signing.begin; i < letter->signing.end; i++) {
        const struct line *line = &letter->lines[i];
        if (line_ends_signing(line))
            return;
        read_movers(collector, line->text);
        size_t n = line_cells(letter->trace, line, cells);
        for (size_t c = 0; c < n; c++)
            read_signing_cell(collector, cells[c].text);
    }
}

/* ---- where no faction is named ---- */

/* Who writes some lines to the office above the letter has the letterhead below the salutation. */
static void read_letterhead_below(struct collector *collector)
{
    const struct letter *letter = collector->letter;
    for (size_t i = letter->opening.begin; i < letter->opening.end; i++) {
        const char *s = letter->lines[i].text;
        bool alone = letter_block_end(letter, i, letter->n) == i + 1 && letter->lines[i].gap;
        if (alone && strlen(s) <= LETTER_MAX_HEADING && pattern_matches(PATTERN_faction_line, s))
            read_movers(collector, s);
    }
}

/* A member of the council says whose ("Kreisraetin (OEDP)", "SPD, Mitglied des Rates"), or a party
 * stands by itself in the letterhead and below a name. */
static void read_alone(struct collector *collector, const char *s)
{
    static const enum pattern alone[] = {PATTERN_faction_of_member, PATTERN_faction_and_member,
                                         PATTERN_faction_behind_name, PATTERN_faction_label_alone};
    struct match match;
    for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++)
        if (pattern_find(alone[i], s, 0, &match)) {
            add_list(collector, trace_group(collector->letter->trace, &match, 1));
            return;
        }
}

static void read_alone_in(struct collector *collector, struct range range, bool signing)
{
    struct cell cells[LINE_CELLS];
    const struct letter *letter = collector->letter;
    for (size_t i = range.begin; i < range.end; i++) {
        const struct line *line = &letter->lines[i];
        if (signing ? line_ends_signing(line) : ends_letterhead(line))
            return;
        if (strlen(line->text) > LETTER_MAX_HEADING)
            continue;
        size_t n = line_cells(letter->trace, line, cells);
        for (size_t c = 0; c < n; c++)
            read_alone(collector, cells[c].text);
    }
}

void faction_find(const struct letter *letter, const struct heading *heading, const char *place,
                  struct texts *factions_r)
{
    struct collector collector = {letter, place, factions_r};
    read_letterhead(&collector, letter->head.begin);
    read_movers(&collector, heading->phrase);
    read_submitter(&collector);
    if (factions_r->n == 0)
        read_letterhead_beside(&collector);
    read_prose(&collector, opening_text(letter));
    read_signing(&collector);
    if (factions_r->n == 0)
        read_letterhead_below(&collector);
    if (factions_r->n == 0)
        read_alone_in(&collector, letter->head, false);
    if (factions_r->n == 0)
        read_alone_in(&collector, letter->signing, true);
}
