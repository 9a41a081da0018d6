/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Correcting.  It needs that something is wrong or to be changed, and the one value that is right:
 * each day or title of a sentence is right, wrong or another's by the words beside it.
 */
#include "motion/fields.h"
#include "motion/wish_inside.h"
#include "motion/words.h"

#include <string.h>

/* ---- values, and which of them is right -------------------------------------------------------
 */

/* More than so many in all leave a doubt. */
#define MAX_VALUES 6

/* an old one is wrong, too, but only tells of a change */
enum mark { MARK_RIGHT, MARK_OPEN, MARK_WRONG, MARK_OLD, MARK_OTHER };

struct value {
    size_t start, end; /* in its sentence */
    enum mark mark;
    struct day day; /* or */
    const char *title;
};

struct values {
    struct value v[MAX_VALUES];
    size_t n;
};

static size_t last_match(enum pattern pattern, const char *s)
{
    struct match match;
    size_t from = 0, last = 0;

    while (pattern_find(pattern, s, from, &match) && match.end[0] > from) {
        last = match.start[0] + 1;
        from = match.start[0] + 1;
        while (((unsigned char)s[from] & 0xC0) == 0x80)
            from++;
    }
    return last;
}

/* The word that stands nearest before it says what it is. */
static enum mark mark_before(const char *before)
{
    size_t wrong = last_match(PATTERN_corr_not, before);
    size_t right = last_match(PATTERN_corr_but, before);

    if (pattern_matches(PATTERN_corr_other_day, before))
        return MARK_OTHER;
    if (wrong > right)
        return MARK_WRONG;
    return right > 0 ? MARK_RIGHT : MARK_OPEN;
}

/* "den 10.9. auf den 24.9.": what stood first is the old one. */
static void mark_shifted(struct values *values, size_t i)
{
    values->v[i].mark = MARK_RIGHT;
    if (i > 0 && values->v[i - 1].mark == MARK_OPEN)
        values->v[i - 1].mark = MARK_OLD;
}

static bool has_mark(const struct values *values, enum mark mark)
{
    for (size_t i = 0; i < values->n; i++) {
        if (values->v[i].mark == mark)
            return true;
    }
    return false;
}

static void mark_values(struct arena *arena, const char *s, struct values *values)
{
    for (size_t i = 0; i < values->n; i++) {
        struct value *value = &values->v[i];
        size_t begin = i > 0 ? values->v[i - 1].end : 0;
        const char *before = arena_strndup(arena, s + begin, value->start - begin);

        value->mark = mark_before(before);
        if (pattern_matches(PATTERN_corr_is_not, s + value->end))
            value->mark = MARK_WRONG;
        else if (value->mark <= MARK_OPEN && pattern_matches(PATTERN_corr_to, before))
            mark_shifted(values, i);
    }
}

static void mark_open_wrong(struct values *values)
{
    for (size_t i = 0; i < values->n; i++) {
        if (values->v[i].mark == MARK_OPEN)
            values->v[i].mark = MARK_WRONG;
    }
}

static void add_values(const struct values *values, struct values *all)
{
    for (size_t i = 0; i < values->n && all->n < MAX_VALUES; i++)
        all->v[all->n++] = values->v[i];
}

/* ---- meetings ---------------------------------------------------------------------------------
 */

/* What stands for a day in corr_bare. */
#define DAY_MARK "#"

static int month_of(struct arena *arena, const struct match *match)
{
    return words_month(arena, match_text(match, match->end[2] > match->start[2] ? 2 : 3, arena));
}

/* Days in English, or without a stop, as German writes them. */
static const char *write_days(struct arena *arena, const char *s)
{
    struct text text;
    struct match match;

    text_init(&text, arena);
    while (pattern_find(PATTERN_corr_day_in_words, s, 0, &match)) {
        const char *mday = match_text(&match, match.end[1] > match.start[1] ? 1 : 4, arena);

        text_add_bytes(&text, s, match.start[0]);
        text_addf(&text, "%s.%d.%s", mday, month_of(arena, &match), match_text(&match, 5, arena));
        s += match.end[0];
    }
    text_add(&text, s);
    return text.s;
}

static void find_days(const struct speech *speech, const char *sentence, struct values *values_r)
{
    struct match match;
    size_t from = 0;

    *values_r = (struct values){.n = 0};
    while (values_r->n < MAX_VALUES && pattern_find(PATTERN_date, sentence, from, &match)) {
        values_r->v[values_r->n++] = (struct value){
            .start = match.start[0],
            .end = match.end[0],
            .day = date_of_match(speech->arena, &match, 1, speech->mailed),
        };
        from = match.end[0];
    }
    mark_values(speech->arena, sentence, values_r);
}

/* The sentence with a mark for each day: their stops end nothing. */
static const char *mark_days(struct arena *arena, const char *sentence, const struct values *days)
{
    struct text text;
    size_t at = 0;

    text_init(&text, arena);
    for (size_t i = 0; i < days->n; at = days->v[i++].end) {
        text_add_bytes(&text, sentence + at, days->v[i].start - at);
        text_add(&text, DAY_MARK);
    }
    text_add(&text, sentence + at);
    return text.s;
}

/* ---- titles -----------------------------------------------------------------------------------
 */

/* What is longer is what a council is to resolve (bytes). */
#define MAX_TITLE 160

/* NULL for what can be none: a day, a text. */
static const char *strip_title(struct arena *arena, const char *s)
{
    char *title = text_trim(arena, s);
    size_t n = strlen(title);
    struct match day;

    while (n > 0 && strchr(" .!", title[n - 1]) != NULL)
        title[--n] = '\0';
    if (n < 3 || n > MAX_TITLE || (pattern_find(PATTERN_date, title, 0, &day) && day.start[0] == 0))
        return NULL;
    return title;
}

static void add_title(struct arena *arena, struct values *values, const char *title, size_t start,
                      size_t end)
{
    title = strip_title(arena, title);
    if (title != NULL && values->n < MAX_VALUES)
        values->v[values->n++] = (struct value){.start = start, .end = end, .title = title};
}

/* Those in quotation marks, else what follows the last colon. */
static void find_titles(struct arena *arena, const char *sentence, struct values *values_r)
{
    struct match match;
    size_t from = 0;

    *values_r = (struct values){.n = 0};
    while (pattern_find(PATTERN_speech_quoted, sentence, from, &match)) {
        add_title(arena, values_r, match_text(&match, 1, arena), match.start[0], match.end[0]);
        from = match.end[0];
    }
    const char *colon = strrchr(sentence, ':');
    if (from == 0 && colon != NULL && !pattern_matches(PATTERN_corr_not, sentence))
        add_title(arena, values_r, colon + 1, (size_t)(colon + 1 - sentence), strlen(sentence));
    mark_values(arena, sentence, values_r);
}

/* ---- all that is said -------------------------------------------------------------------------
 */

struct correction {
    bool about_title, about_meeting; /* something is wrong with it, or to be changed */
    bool doubted;
    bool ordered;    /* that it be changed, of nothing else than these two */
    bool contrasted; /* a day that is wrong beside one that is right */
    bool ambiguous;  /* two days or titles are right */
    struct values days, titles;
    struct day meeting, instead;
    const char *title;
};

static void set_day(struct correction *correction, struct day *day, struct day value)
{
    if (day_is_none(value) || (!day_is_none(*day) && day->n != value.n))
        correction->ambiguous = true;
    *day = value;
}

static void take_days(struct correction *correction)
{
    const struct values *days = &correction->days;

    for (size_t i = 0; i < days->n; i++) {
        switch (days->v[i].mark) {
        case MARK_RIGHT:
        case MARK_OPEN:
            set_day(correction, &correction->meeting, days->v[i].day);
            break;
        case MARK_WRONG:
        case MARK_OLD:
            if (!day_is_none(days->v[i].day))
                set_day(correction, &correction->instead, days->v[i].day);
            break;
        case MARK_OTHER:
            break;
        }
    }
}

static void take_titles(struct correction *correction)
{
    const struct values *titles = &correction->titles;

    for (size_t i = 0; i < titles->n; i++) {
        if (titles->v[i].mark != MARK_RIGHT && titles->v[i].mark != MARK_OPEN)
            continue;
        if (correction->title != NULL && !text_equal(correction->title, titles->v[i].title))
            correction->ambiguous = true;
        correction->title = titles->v[i].title;
    }
}

static bool changes(const char *s)
{
    return pattern_matches(PATTERN_corr_wrong, s) || pattern_matches(PATTERN_corr_order, s);
}

/* In its own words, or in those of the sentence that it goes on. */
static bool is_of(const struct speech *speech, size_t i, enum pattern subject)
{
    if (pattern_matches(subject, speech->bare.v[i]))
        return true;
    return i > 0 && pattern_matches(subject, speech->bare.v[i - 1]) &&
           pattern_matches(PATTERN_corr_goes_on, speech->bare.v[i]);
}

static void read_title(const struct speech *speech, size_t i, struct correction *correction)
{
    struct values titles;

    find_titles(speech->arena, speech->sentences.v[i], &titles);
    add_values(&titles, &correction->titles);
    correction->about_title |= has_mark(&titles, MARK_WRONG) || changes(speech->bare.v[i]) ||
                               pattern_matches(PATTERN_corr_doubt, speech->bare.v[i]);
}

/* Of nothing but days, or says of one that it is wrong. */
static bool is_of_days(const char *sentence, const char *marked, const struct values *days)
{
    return days->n > 0 && (pattern_matches(PATTERN_corr_bare, marked) ||
                           pattern_matches(PATTERN_corr_is_not, sentence + days->v[0].end) ||
                           pattern_matches(PATTERN_corr_meeting, marked));
}

static bool doubts_day(const char *s, const struct values *days)
{
    return (days->n > 0 || pattern_matches(PATTERN_corr_date_word, s)) &&
           pattern_matches(PATTERN_corr_doubt, s);
}

static void read_meeting(const struct speech *speech, size_t i, struct correction *correction)
{
    const char *s = write_days(speech->arena, speech->bare.v[i]);
    const char *marked;
    struct values days;

    find_days(speech, s, &days);
    marked = mark_days(speech->arena, s, &days);
    if (!is_of(speech, i, PATTERN_corr_meeting) && !is_of_days(s, marked, &days))
        return;
    correction->about_meeting |=
        changes(marked) || has_mark(&days, MARK_WRONG) || doubts_day(s, &days);
    if (!pattern_matches(PATTERN_corr_of_else, s))
        add_values(&days, &correction->days);
}

static void read_sentence(const struct speech *speech, size_t i, struct correction *correction)
{
    const char *s = speech->bare.v[i];

    if (pattern_matches(PATTERN_corr_that_is_not, s)) {
        mark_open_wrong(&correction->days);
        mark_open_wrong(&correction->titles);
    }
    correction->ordered |= changes(s) && !pattern_matches(PATTERN_corr_of_else, s);
    if (is_of(speech, i, PATTERN_corr_title))
        read_title(speech, i, correction);
    else
        read_meeting(speech, i, correction);
    correction->doubted |= pattern_matches(PATTERN_corr_doubt, s) &&
                           (changes(s) || pattern_matches(PATTERN_corr_meeting, s) ||
                            pattern_matches(PATTERN_corr_title, s));
}

static bool is_past(const struct speech *speech, struct day day)
{
    return !day_is_none(day) && !day_is_none(speech->mailed) && day.n < speech->mailed.n;
}

/* What is called right makes the others wrong of which nothing is said. */
static void settle(struct correction *correction)
{
    if (has_mark(&correction->days, MARK_RIGHT))
        mark_open_wrong(&correction->days);
    if (has_mark(&correction->titles, MARK_RIGHT))
        mark_open_wrong(&correction->titles);
    correction->ambiguous = correction->days.n == MAX_VALUES || correction->titles.n == MAX_VALUES;
    correction->contrasted = has_mark(&correction->days, MARK_WRONG);
    take_days(correction);
    take_titles(correction);
}

/* Whatever is spoken of must have its value, and not the same as before. */
static bool is_complete(const struct speech *speech, const struct correction *correction)
{
    bool meeting = !day_is_none(correction->meeting), title = correction->title != NULL;

    return (meeting || title) && (title || !correction->about_title) &&
           (meeting || !correction->about_meeting) && !is_past(speech, correction->meeting) &&
           (!meeting || correction->meeting.n != correction->instead.n);
}

/* Who says what is right, and not of what, corrects something, but nobody knows what. */
static bool states_day(const struct speech *speech, struct wish *wish)
{
    wish->clear = false;
    return speech_matches(speech, PATTERN_corr_states_day);
}

bool wish_corrects(const struct speech *speech, struct wish *wish)
{
    struct correction correction = {.meeting = DAY_NONE, .instead = DAY_NONE};

    for (size_t i = 0; i < speech->said; i++)
        read_sentence(speech, i, &correction);
    settle(&correction);
    if (!correction.about_title && !correction.about_meeting &&
        !speech_matches(speech, PATTERN_corr_speaks))
        return states_day(speech, wish);
    wish->clear = (correction.ordered || correction.contrasted) && !correction.doubted &&
                  !correction.ambiguous && is_complete(speech, &correction) &&
                  !wish_depends(speech);
    wish->meeting = correction.meeting;
    wish->instead = correction.instead;
    wish->title = correction.title;
    return true;
}
