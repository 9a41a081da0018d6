/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/fields.h"
#include "motion/words.h"

#include <string.h>

/* More than any motion names. */
#define CONSULTATION_MAX 20
/* How far before a body's name words are looked at (bytes). */
#define LOOK_BACK 240

/* groups of organization */
enum { COORDINATED = 1, STEM = 2, ENDING = 3, ADDITION = 4, SHORT = 5 };

/* A day, and where it is said. */
struct meeting {
    struct day day;
    struct spot spot;
};
static const struct meeting no_meeting = {.day = DAY_NONE};

struct scan {
    const struct letter *letter;
    struct motion *motion;
    const char *s;
    struct day reference; /* what a day without a year lies behind, or DAY_NONE */
    bool heading;         /* heading lines ask by standing there; prose must say so */
    size_t last_end;      /* behind the last body that was asked, and its date; MATCH_NONE: none */
};

static struct scan scan_of(const struct letter *letter, struct motion *motion, const char *s,
                           bool heading)
{
    struct day reference = day_is_none(motion->letter_date) ? letter->mailed : motion->letter_date;
    return (struct scan){letter, motion, s, reference, heading, MATCH_NONE};
}

/* ---- names ---- */

/* "Gemeindevertretersitzung" is one of the Gemeindevertretung. */
static const char *of_members(struct trace *trace, const char *members)
{
    static const struct {
        const char *members;
        const char *body;
    } bodies[] = {
#define BODY_OF(members, body) {members, body},
#include "motion/bodies_de.def"
#undef BODY_OF
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        if (text_equal(members, bodies[i].members))
            return trace_stand_for(trace, arena_strdup(trace_arena(trace), bodies[i].body), members,
                                   strlen(members), "bodies_de");
    return members;
}

static const char *nominative(struct trace *trace, const struct match *match)
{
    static const int groups[] = {COORDINATED, STEM, ADDITION};
    struct splice splice;
    if (match_has(match, SHORT))
        return trace_group(trace, match, SHORT);
    splice_init(&splice, trace);
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        const char *s = trace_group(trace, match, groups[i]);
        if (groups[i] == STEM)
            s = of_members(trace, s);
        splice_add(&splice, s, strlen(s));
    }
    return trace_squeeze(trace, splice_text(&splice), splice.text.len);
}

/* "HFA" and the Haupt- und Finanzausschuss; an A at the end is a committee's. */
static bool is_short_for(struct arena *arena, const char *acronym, const char *name)
{
    static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    size_t n = strlen(acronym);
    return n > 0 && strspn(acronym, capitals) == n &&
           (acronym[n - 1] != 'A' || pattern_matches(PATTERN_is_committee, name)) &&
           strspn(name, capitals) != strlen(name) && words_are_short(arena, acronym, name);
}

/* "Rat" and "Rat der Stadt X" are the same body. */
static bool same_organization(struct arena *arena, const char *a, const char *b)
{
    const char *plain_a = words_plain(arena, a);
    const char *plain_b = words_plain(arena, b);
    if (text_equal(plain_a, plain_b) || is_short_for(arena, a, b) || is_short_for(arena, b, a))
        return true;
    return !pattern_matches(PATTERN_is_committee, a) && !pattern_matches(PATTERN_is_committee, b) &&
           (text_starts(plain_a, plain_b) || text_starts(plain_b, plain_a));
}

static void set_meeting(struct scan *scan, size_t i, const struct meeting *meeting)
{
    scan->motion->consultations[i].meeting = meeting->day;
    if (!day_is_none(meeting->day))
        trace_note(scan->letter->trace, scan->motion, VALUE_MEETING_DATE, i, meeting->spot);
}

static void add(struct scan *scan, const struct match *match, const struct meeting *meeting)
{
    struct motion *motion = scan->motion;
    struct arena *arena = scan->letter->arena;
    const char *organization = nominative(scan->letter->trace, match);
    for (size_t i = 0; i < motion->consultation_count; i++) {
        struct motion_consultation *known = &motion->consultations[i];
        if (!same_organization(arena, known->organization, organization))
            continue;
        if (day_is_none(known->meeting))
            set_meeting(scan, i, meeting);
        return;
    }
    if (motion->consultation_count == CONSULTATION_MAX)
        return;
    if (motion->consultations == NULL)
        motion->consultations = arena_array(arena, CONSULTATION_MAX, sizeof *motion->consultations);
    size_t i = motion->consultation_count++;
    motion->consultations[i].organization = organization;
    set_meeting(scan, i, meeting);
}

/* ---- one mention ---- */

static char *text_before(const struct scan *scan, size_t offset)
{
    size_t begin = offset > LOOK_BACK ? offset - LOOK_BACK : 0;
    while (begin < offset && ((unsigned char)scan->s[begin] & 0xC0) == 0x80)
        begin++;
    return trace_copy(scan->letter->trace, scan->s + begin, offset - begin);
}

/* The day that a date without a year has where a later one ("am 5.3. und am 19.3.2026") has it. */
static struct day day_before_later(const struct scan *scan, const struct match *match)
{
    struct match later;
    struct arena *arena = scan->letter->arena;
    for (size_t from = match->end[0]; pattern_find(PATTERN_date, match->s, from, &later);
         from = later.end[0]) {
        if (!date_has_year(&later, 1))
            continue;
        struct day end = date_of_match(arena, &later, 1, DAY_NONE);
        if (day_is_none(end))
            return DAY_NONE;
        struct day day = date_of_match(arena, match, 1, day_add(end, -DATE_NEAR));
        return day.n <= end.n ? day : DAY_NONE;
    }
    return DAY_NONE;
}

static struct meeting meeting_of_match(const struct scan *scan, const struct match *match)
{
    struct day day = date_of_match(scan->letter->arena, match, 1, scan->reference);
    if (day_is_none(day) && !date_has_year(match, 1))
        day = day_before_later(scan, match);
    return (struct meeting){day, spot_of_groups(match, 1, DATE_GROUPS)};
}

/* "in der Ratssitzung vom 12.03.": one that is still to come, and no minutes. */
static bool is_to_come(const struct scan *scan, const struct match *match)
{
    struct day day = date_of_match(scan->letter->arena, match, 1, scan->reference);
    return !day_is_none(day) && !day_is_none(scan->reference) && day.n >= scan->reference.n;
}

/* The day that stands behind the body, *end_r behind it. */
static struct meeting day_behind(const struct scan *scan, const struct match *organization,
                                 const char *before, size_t *end_r)
{
    struct match match;
    size_t end = organization->end[0];
    const char *after = scan->s + end;
    bool meets = pattern_matches(PATTERN_ends_with_meeting,
                                 match_text(organization, 0, scan->letter->arena)) ||
                 pattern_matches(PATTERN_meeting_before, before);
    *end_r = end;
    if ((scan->heading && pattern_find(PATTERN_date_in_table, after, 0, &match)) ||
        pattern_find(PATTERN_date_behind_organization, after, 0, &match) ||
        (meets && pattern_find(PATTERN_date_of_meeting, after, 0, &match) &&
         is_to_come(scan, &match))) {
        *end_r = end + match.end[0];
        struct meeting meeting = meeting_of_match(scan, &match);
        /* "am 21.04. und 19.05.2026": which one, is not said */
        if (pattern_matches(PATTERN_another_date, scan->s + *end_r))
            meeting.day = DAY_NONE;
        return meeting;
    }
    return no_meeting;
}

/* "am 12.03.2026 im Rat", or a table's row that begins with the day. */
static bool day_before(const struct scan *scan, const char *before, struct meeting *meeting_r)
{
    struct match match;
    if (!pattern_find(PATTERN_date_before_organization, before, 0, &match) &&
        !(scan->heading && pattern_find(PATTERN_date_before_in_table, before, 0, &match)))
        return false;
    *meeting_r = meeting_of_match(scan, &match);
    return true;
}

static size_t last_match(enum pattern pattern, const char *s)
{
    struct match match;
    size_t last = 0;
    for (size_t from = 0; pattern_find(pattern, s, from, &match) && match.end[0] > from;
         from = match.end[0])
        last = match.end[0];
    return last;
}

/* Whether the words before a body ask for something, rather than tell what was. */
static bool is_asked(const struct scan *scan, const char *before, size_t end)
{
    if (pattern_matches(PATTERN_not_asked_before, before))
        return false;
    if (pattern_matches(PATTERN_report_only, scan->s + end) && !scan->heading)
        return false;
    size_t past = last_match(PATTERN_past_word, before);
    size_t request = last_match(PATTERN_request_word, before);
    if (past > request)
        return false;
    return scan->heading || request > 0 || pattern_matches(PATTERN_request_word, scan->s + end);
}

static bool is_coordinated(const struct scan *scan, size_t start)
{
    if (scan->last_end == MATCH_NONE || start < scan->last_end)
        return false;
    char *between =
        arena_strndup(scan->letter->arena, scan->s + scan->last_end, start - scan->last_end);
    return strlen(between) < LOOK_BACK && pattern_matches(PATTERN_coordinated, between);
}

/* "im Sportausschuss zu beraten", "zur Ratssitzung", "dass der Rat beschliesst" */
static bool has_cue(const struct scan *scan, const struct match *match, const char *before)
{
    const char *after = scan->s + match->end[0];
    if (pattern_matches(PATTERN_asked_before, before))
        return true;
    if (pattern_matches(PATTERN_that_before, before) &&
        pattern_matches(PATTERN_decides_behind, after))
        return true;
    if (scan->heading && pattern_matches(PATTERN_asked_in_heading, before))
        return true;
    if (!pattern_matches(PATTERN_at_organization, before))
        return false;
    return pattern_matches(PATTERN_ends_with_meeting, match_text(match, 0, scan->letter->arena)) ||
           pattern_matches(PATTERN_deliberates_behind, after);
}

static void read_mention(struct scan *scan, const struct match *match)
{
    size_t end, start = match->start[0];
    const char *before = text_before(scan, start);
    struct meeting meeting = day_behind(scan, match, before, &end);
    bool dated = end > match->end[0] || day_before(scan, before, &meeting);
    bool cue = dated || has_cue(scan, match, before);
    if (!is_coordinated(scan, start) && (!cue || !is_asked(scan, before, end)))
        return;
    if (!dated && pattern_matches(PATTERN_is_person, scan->s + match->end[0]))
        return;
    add(scan, match, &meeting);
    scan->last_end = end;
}

/* ---- the places to look at ---- */

static void scan_text(const struct letter *letter, struct motion *motion, const char *s,
                      bool heading)
{
    struct match match;
    struct scan scan = scan_of(letter, motion, s, heading);
    for (size_t from = 0; pattern_find(PATTERN_organization, s, from, &match); from = match.end[0])
        read_mention(&scan, &match);
}

static void scan_sentences(const struct letter *letter, struct motion *motion, const char *s)
{
    struct match match;
    size_t from = 0;
    while (pattern_find(PATTERN_sentence_end, s, from, &match)) {
        scan_text(letter, motion, trace_copy(letter->trace, s + from, match.start[0] - from),
                  false);
        from = match.end[0];
    }
    scan_text(letter, motion, s + from, false);
}

/* A table's row; not the second half of "Haupt- und / Finanzausschuss am 17.03.2026". */
static bool is_meeting_row(const struct letter *letter, size_t i)
{
    const struct line *line = &letter->lines[i];
    return pattern_matches(PATTERN_meeting_row, line->text) &&
           (i == 0 || line->gap || strlen(line[-1].text) > LETTER_MAX_HEADING ||
            !pattern_matches(PATTERN_incomplete, line[-1].text));
}

/* Lines of the head that only name meetings, and the label's own lines. */
static void scan_head(const struct letter *letter, const struct heading *heading,
                      struct motion *motion)
{
    if (*heading->phrase != '\0')
        scan_text(letter, motion, heading->phrase, true);
    for (size_t i = letter->head.begin; i < letter->head.end; i++) {
        const struct line *line = &letter->lines[i];
        if (strlen(line->text) > LETTER_MAX_HEADING || line->role == LINE_LABEL)
            continue;
        if (pattern_matches(PATTERN_meeting_line, line->text) || is_meeting_row(letter, i) ||
            pattern_matches(PATTERN_mentions_meeting, line->text) ||
            pattern_matches(PATTERN_labels_line, line->text))
            scan_text(letter, motion, line->text, true);
    }
}

/* Below the head, rows of a table of meetings that are still to come. */
static void scan_rows(const struct letter *letter, struct motion *motion)
{
    struct match match;
    for (size_t i = letter->head.end; i < letter->sections.end; i++) {
        const char *s = letter->lines[i].text;
        struct scan scan = scan_of(letter, motion, s, true);
        if (strlen(s) <= LETTER_MAX_HEADING && is_meeting_row(letter, i) &&
            pattern_find(PATTERN_date, s, 0, &match) && is_to_come(&scan, &match))
            scan_text(letter, motion, s, true);
    }
}

/* ---- a day that stands apart from its body ---- */

/* Another day than the one known makes both doubtful. */
static bool agree(struct meeting *known, const struct meeting *meeting)
{
    if (known->spot.s != NULL && known->day.n != meeting->day.n) {
        known->day = DAY_NONE;
        return false;
    }
    *known = *meeting;
    return true;
}

static bool read_apart(struct scan *scan, enum pattern pattern, const char *s,
                       struct meeting *meeting)
{
    struct match match;
    scan->s = s;
    for (size_t from = 0; pattern_find(pattern, s, from, &match); from = match.end[0]) {
        struct meeting found = meeting_of_match(scan, &match);
        if (!agree(meeting, &found))
            return false;
    }
    return true;
}

/* "Antrag zur Sitzung am 12.05.2026", "Sitzungsdatum: 12.05.2026": the meeting of the only body
 * that is asked. */
static void find_apart(const struct letter *letter, const struct heading *heading,
                       struct motion *motion)
{
    struct scan scan = scan_of(letter, motion, "", true);
    struct meeting meeting = no_meeting;
    if (motion->consultation_count != 1 || !day_is_none(motion->consultations[0].meeting) ||
        !read_apart(&scan, PATTERN_meeting_in_prose, heading->phrase, &meeting) ||
        !read_apart(&scan, PATTERN_meeting_in_prose, opening_text(letter), &meeting))
        return;
    for (size_t i = letter->head.begin; i < letter->sections.begin; i++) {
        const char *s = letter->lines[i].text;
        if (strlen(s) <= LETTER_MAX_HEADING &&
            !read_apart(&scan, PATTERN_meeting_day_line, s, &meeting))
            return;
    }
    set_meeting(&scan, 0, &meeting);
}

/* ---- bodies that are named elsewhere ---- */

/* "Der Rat beschliesst": asked to decide, though nobody says when. */
static void scan_resolution(const struct letter *letter, const char *resolution,
                            struct motion *motion)
{
    struct match match, organization;
    struct scan scan = scan_of(letter, motion, resolution, false);
    size_t n = strnlen(resolution, LETTER_MAX_HEADING);
    while (n > 0 && ((unsigned char)resolution[n] & 0xC0) == 0x80)
        n--;
    const char *first = trace_copy(letter->trace, resolution, n);
    if (!pattern_find(PATTERN_decided_by, first, 0, &match) ||
        !pattern_find(PATTERN_organization, first, 0, &organization) ||
        organization.start[0] > strlen("Der ") || organization.end[0] > match.end[0])
        return;
    size_t end;
    struct meeting meeting = day_behind(&scan, &organization, "", &end);
    add(&scan, &organization, &meeting);
}

/* "... verlangen wir, den Rat einzuberufen" */
static void scan_convening(const struct letter *letter, struct motion *motion)
{
    struct match match;
    const char *s = opening_text(letter);
    struct scan scan = scan_of(letter, motion, s, false);
    for (size_t from = 0; pattern_find(PATTERN_convened, s, from, &match);
         from = match.start[0] + 1) {
        struct match organization;
        size_t begin = match.start[0] + strcspn(s + match.start[0], " ") + 1;
        if (pattern_find(PATTERN_organization, s, begin, &organization) &&
            organization.start[0] == begin) {
            add(&scan, &organization, &no_meeting);
            return;
        }
    }
}

/* Nobody says where to deliberate, but a paragraph begins with who decides. */
static void scan_paragraphs(const struct letter *letter, struct motion *motion)
{
    size_t end = letter->sections.end;
    size_t begin = letter->salutation == letter->n ? letter->head.begin : letter->opening.begin;
    for (size_t i = begin; i < end && motion->consultation_count == 0;
         i = letter_block_end(letter, i, end))
        scan_resolution(letter, letter->lines[i].text, motion);
}

void consultation_find(const struct letter *letter, const struct heading *heading,
                       const char *resolution, struct motion *motion)
{
    scan_head(letter, heading, motion);
    scan_sentences(letter, motion, opening_text(letter));
    scan_rows(letter, motion);
    if (resolution != NULL)
        scan_resolution(letter, resolution, motion);
    if (heading->title != NULL && pattern_matches(PATTERN_says_convene, heading->title))
        scan_text(letter, motion, heading->title, true);
    if (motion->consultation_count == 0)
        scan_paragraphs(letter, motion);
    if (motion->kind == MOTION_CONVENING_DEMAND && motion->consultation_count == 0)
        scan_convening(letter, motion);
    find_apart(letter, heading, motion);
}
