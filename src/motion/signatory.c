/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/fields.h"
#include "motion/words.h"

#include <string.h>

#define SIGNATORY_MAX 100
/* Lines behind the greeting that are looked at. */
#define SIGNING_MAX_LINES 60

/* a person as read, with the place where the name stood */
struct person {
    struct motion_signatory signatory;
    size_t row;
    size_t column;
    size_t block; /* the row behind the last gap */
};

struct signing {
    struct trace *trace;
    struct person persons[SIGNATORY_MAX];
    size_t n;
    size_t block;
};

/* ---- one cell ---- */

static struct person *add_person(struct signing *signing, size_t row, size_t column)
{
    if (signing->n == SIGNATORY_MAX)
        return NULL;
    struct person *person = &signing->persons[signing->n++];
    *person = (struct person){.row = row, .column = column, .block = signing->block};
    return person;
}

static size_t distance(size_t a, size_t b)
{
    return a > b ? a - b : b - a;
}

/* The last person of the column, or of the only column. */
static struct person *last_above(struct signing *signing, size_t column)
{
    struct person *best = NULL;
    for (size_t i = 0; i < signing->n; i++)
        if (distance(signing->persons[i].column, column) <= CELL_SLACK)
            best = &signing->persons[i];
    return best;
}

/* Some write the role above the name. */
static struct person *nameless_above(struct signing *signing, size_t row, size_t column)
{
    struct person *person = last_above(signing, column);
    return person != NULL && person->signatory.name == NULL && person->row + 1 == row &&
                   person->block == signing->block
               ? person
               : NULL;
}

static void add_name(struct signing *signing, const char *name, const char *role, size_t row,
                     size_t column)
{
    struct person *person = role == NULL ? nameless_above(signing, row, column) : NULL;
    if (person == NULL)
        person = add_person(signing, row, column);
    if (person == NULL)
        return;
    person->signatory.name = trace_squeeze(signing->trace, name, strlen(name));
    if (role != NULL)
        person->signatory.role = role;
}

/* The last name of the row, if it has no role yet. */
static struct person *beside(struct signing *signing, size_t row)
{
    struct person *last = signing->n > 0 ? &signing->persons[signing->n - 1] : NULL;
    return last != NULL && last->row == row && last->signatory.role == NULL ? last : NULL;
}

/* A role below several names that have none is theirs ("A und B / Fraktionsvorsitzende"). */
static void give_role(struct signing *signing, const char *role, size_t row, size_t column)
{
    struct person *person = last_above(signing, column);
    if (person == NULL)
        person = beside(signing, row);
    /* the first role counts; who has another one besides is the same person */
    if (person != NULL && person->signatory.name != NULL && person->signatory.role != NULL &&
        person->block == signing->block)
        return;
    if (person == NULL || person->signatory.role != NULL) {
        person = add_person(signing, row, column);
        if (person != NULL)
            person->signatory.role = role;
        return;
    }
    size_t names_row = person->row;
    for (size_t i = 0; i < signing->n; i++) {
        struct person *other = &signing->persons[i];
        if (other == person ||
            (other->row == names_row && distance(other->column, column) <= CELL_SLACK &&
             other->signatory.role == NULL))
            other->signatory.role = role;
    }
}

/* An office's address is nobody's own. */
static void give_email(struct signing *signing, const char *email, size_t column)
{
    struct person *person = last_above(signing, column);
    if (person != NULL && person->signatory.email == NULL &&
        !pattern_matches(PATTERN_office_address, email))
        person->signatory.email = email;
}

static bool is_name(const char *s)
{
    return pattern_matches(PATTERN_name, s) && !pattern_matches(PATTERN_not_a_name, s) &&
           !pattern_matches(PATTERN_role, s);
}

static bool read_together(struct signing *signing, const char *s, size_t row, size_t column)
{
    struct match match;
    struct trace *trace = signing->trace;
    if (!pattern_find(PATTERN_names_together, s, 0, &match) ||
        !is_name(trace_group(trace, &match, 1)) || !is_name(trace_group(trace, &match, 2)))
        return false;
    const char *role = match_has(&match, 3) ? trace_group(trace, &match, 3) : NULL;
    add_name(signing, trace_group(trace, &match, 1), role, row, column);
    add_name(signing, trace_group(trace, &match, 2), role, row, column);
    return true;
}

#define LIST_MAX 12

/* "A (SPD), B (FDP), C" */
static bool read_list(struct signing *signing, const char *s, size_t row, size_t column)
{
    struct match match;
    struct trace *trace = signing->trace;
    const char *names[LIST_MAX];
    size_t n = 0;
    while (*s != '\0') {
        if (n == LIST_MAX || !pattern_find(PATTERN_one_of_names, s, 0, &match) ||
            !is_name(trace_group(trace, &match, 1)))
            return false;
        names[n++] = trace_group(trace, &match, 1);
        s += match.end[0];
    }
    for (size_t i = 0; i < n && n > 1; i++)
        add_name(signing, names[i], NULL, row, column);
    return n > 1;
}

static bool read_names(struct signing *signing, const char *s, size_t row, size_t column)
{
    struct match match;
    struct trace *trace = signing->trace;
    if (is_name(s)) {
        add_name(signing, trace_as(trace, s, pattern_id(PATTERN_name)), NULL, row, column);
        return true;
    }
    if (pattern_find(PATTERN_name_and_role, s, 0, &match) &&
        is_name(trace_group(trace, &match, 1))) {
        const char *name = trace_group(trace, &match, 1);
        const char *rest = trace_group(trace, &match, 2);
        bool has_role = pattern_find(PATTERN_role, rest, 0, &match);
        add_name(signing, name, has_role ? trace_group(trace, &match, 1) : NULL, row, column);
        return true;
    }
    if (pattern_find(PATTERN_role_and_name, s, 0, &match) &&
        is_name(trace_group(trace, &match, 2))) {
        add_name(signing, trace_group(trace, &match, 2), trace_group(trace, &match, 1), row,
                 column);
        return true;
    }
    return read_together(signing, s, row, column) || read_list(signing, s, row, column);
}

/* The person, without "gez." and without "Fuer die SPD-Fraktion:". */
static const char *without_marks(struct trace *trace, const char *s)
{
    struct match match;
    if (pattern_find(PATTERN_signing_wrapped, s, 0, &match))
        s = trace_group(trace, &match, 1);
    if (pattern_find(PATTERN_signing_prefix, s, 0, &match))
        s += match.end[0];
    if (pattern_find(PATTERN_for_faction_name, s, 0, &match))
        s = trace_group(trace, &match, 1);
    return s;
}

static void read_cell(struct signing *signing, const char *s, size_t row, size_t column)
{
    struct match match;
    struct trace *trace = signing->trace;
    s = without_marks(trace, s);
    if (*s == '\0' || pattern_matches(PATTERN_for_faction, s) ||
        read_names(signing, s, row, column))
        return;
    if (pattern_find(PATTERN_name_and_faction, s, 0, &match) && match_has(&match, 1) &&
        read_names(signing, trace_group(trace, &match, 1), row, column))
        return;
    if (pattern_find(PATTERN_party_behind_name, s, 0, &match) &&
        read_names(signing, trace_copy(trace, s, match.start[0]), row, column))
        return;
    if (pattern_find(PATTERN_role, s, 0, &match))
        give_role(signing, trace_group(trace, &match, 1), row, column);
    else if (pattern_find(PATTERN_email, s, 0, &match))
        give_email(signing, trace_group(trace, &match, 1), column);
}

/* ---- columns that a converter has run together ---- */

#define FLAT_MAX 6

static const char *flat_role(struct trace *trace, const char *s, size_t n)
{
    return trace_as(trace, trace_squeeze(trace, s, n), pattern_id(PATTERN_role_word));
}

/* "A B C D", below it "Vorsitzender CDU Vorsitzende FDP": two names, two roles. */
static size_t split_roles(struct trace *trace, const char *s, const char *roles_r[FLAT_MAX])
{
    struct match match;
    size_t n = 0, from = 0, begin = 0;
    if (!pattern_find(PATTERN_role_word, s, 0, &match) || match.start[0] != 0)
        return 0;
    for (from = match.end[0]; pattern_find(PATTERN_role_word, s, from, &match) && n < FLAT_MAX - 1;
         from = match.end[0]) {
        roles_r[n++] = flat_role(trace, s + begin, match.start[0] - begin);
        begin = match.start[0];
    }
    roles_r[n++] = flat_role(trace, s + begin, strlen(s + begin));
    return n;
}

/* "gez." may stand before each. */
static size_t skip_prefix(const char *s, size_t from)
{
    struct match match;
    from += strspn(s + from, " ");
    return pattern_find(PATTERN_signing_prefix, s + from, 0, &match) ? from + match.end[0] : from;
}

/* Words to names: a title or a "van" goes with what follows; else two words make a name. */
static size_t split_names(struct trace *trace, const char *s, const char *names_r[FLAT_MAX])
{
    struct match match;
    size_t n = 0;
    for (size_t from = skip_prefix(s, 0); pattern_find(PATTERN_flat_name, s, from, &match);
         from = skip_prefix(s, match.end[0])) {
        if (n == FLAT_MAX || match.start[0] != from)
            return 0;
        names_r[n++] = trace_group(trace, &match, 1);
    }
    return n;
}

static bool read_flat(struct signing *signing, const struct line *line, size_t row)
{
    const char *roles[FLAT_MAX];
    const char *names[FLAT_MAX];
    if (strlen(line[0].text) > LETTER_MAX_HEADING || strlen(line[1].text) > LETTER_MAX_HEADING)
        return false;
    size_t n = split_roles(signing->trace, line[1].text, roles);
    if (n < 2 || split_names(signing->trace, line[0].text, names) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        add_name(signing, names[i], roles[i], row, 1000 * i);
    return true;
}

/* ---- the block ---- */

static void read_block(struct signing *signing, const struct letter *letter, struct range range)
{
    struct cell cells[LINE_CELLS];
    for (size_t i = range.begin; i < range.end; i++) {
        const struct line *line = &letter->lines[i];
        if (line_ends_signing(line))
            return;
        if (line->gap)
            signing->block = i;
        size_t n = line_cells(letter->trace, line, cells);
        if (n == 1 && i + 1 < range.end && !line[1].gap && read_flat(signing, line, i)) {
            i++;
            continue;
        }
        for (size_t c = 0; c < n; c++)
            read_cell(signing, cells[c].text, i, cells[c].column);
    }
}

/* "LG Lutz Froehlich" */
static void read_closing_line(struct signing *signing, const struct letter *letter)
{
    struct match match;
    size_t i = letter->signing.begin;
    if (i == 0 || letter->lines[i - 1].role != LINE_CLOSING ||
        strlen(letter->lines[i - 1].text) > LETTER_MAX_HEADING ||
        !pattern_find(PATTERN_closing_name, letter->lines[i - 1].text, 0, &match))
        return;
    const char *name = trace_group(letter->trace, &match, 1);
    if (is_name(name))
        add_name(signing, name, NULL, i - 1, 0);
}

/* Rows first, then columns; insertion, since they are few. */
static void sort_persons(struct signing *signing)
{
    for (size_t i = 1; i < signing->n; i++) {
        struct person person = signing->persons[i];
        size_t k = i;
        for (; k > 0 && signing->persons[k - 1].row > person.row; k--)
            signing->persons[k] = signing->persons[k - 1];
        signing->persons[k] = person;
    }
}

/* ---- the letterhead ---- */

static const char *surname(const char *name)
{
    const char *blank = strrchr(name, ' ');
    return blank != NULL ? blank + 1 : name;
}

static bool address_is_of(struct arena *arena, const char *email, const char *name)
{
    char *local = arena_strndup(arena, email, strcspn(email, "@"));
    return strstr(words_plain(arena, local), words_plain(arena, surname(name))) != NULL;
}

/* A signatory's address may stand below the name in the letterhead. */
static void read_head_email(const struct letter *letter, struct motion_signatory *signatory)
{
    struct match match;
    bool below = false;
    if (signatory->name == NULL || signatory->email != NULL)
        return;
    for (size_t i = letter->head.begin; i < letter->head.end; i++) {
        const char *s = letter->lines[i].text;
        below = below || text_equal(s, signatory->name);
        if (!below || strlen(s) > LETTER_MAX_HEADING || !pattern_find(PATTERN_email, s, 0, &match))
            continue;
        const char *email = trace_group(letter->trace, &match, 1);
        if (address_is_of(letter->arena, email, signatory->name)) {
            signatory->email = email;
            return;
        }
    }
}

/* Nobody signs: who stands in the letterhead with name and office does. */
static void read_head_persons(struct signing *signing, const struct letter *letter)
{
    static const char head_person[] = "head_person";
    for (size_t i = letter->head.begin; i + 1 < letter->head.end; i++) {
        const struct line *line = &letter->lines[i];
        if (line->role == LINE_DATE || line->role == LINE_LABEL || line->role == LINE_SUBJECT)
            return;
        if (strlen(line[0].text) > LETTER_MAX_HEADING || strlen(line[1].text) > LETTER_MAX_HEADING)
            continue;
        if (is_name(line[0].text) && pattern_matches(PATTERN_leading_role, line[1].text))
            add_name(signing, trace_as(letter->trace, line[0].text, head_person),
                     trace_as(letter->trace, line[1].text, head_person), i, 0);
    }
}

void signatory_find(const struct letter *letter, struct motion *motion)
{
    struct signing *signing = ARENA_NEW(letter->arena, struct signing);
    signing->trace = letter->trace;
    struct range range = letter->signing;
    if (range.end > range.begin + SIGNING_MAX_LINES)
        range.end = range.begin + SIGNING_MAX_LINES;
    read_closing_line(signing, letter);
    read_block(signing, letter, range);
    if (signing->n == 0)
        read_head_persons(signing, letter);
    sort_persons(signing);
    motion->signatories = arena_array(letter->arena, signing->n + 1, sizeof *motion->signatories);
    for (size_t i = 0; i < signing->n; i++) {
        motion->signatories[i] = signing->persons[i].signatory;
        read_head_email(letter, &motion->signatories[i]);
    }
    motion->signatory_count = signing->n;
}
