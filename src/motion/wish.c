/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/wish.h"

#include "base/text.h"
#include "motion/body.h"
#include "motion/fields.h"

#include <string.h>

static const char *const kind_words[WISH_KIND_COUNT] = {
    [WISH_NONE] = "none",       [WISH_WITHDRAW] = "withdraw", [WISH_REPLACE] = "replace",
    [WISH_CORRECT] = "correct", [WISH_ADD] = "add",           [WISH_CONSENT] = "consent",
    [WISH_REFUSE] = "refuse",
};

const char *wish_kind_to_text(enum wish_kind kind)
{
    return kind_words[kind];
}

bool wish_kind_from_text(const char *s, enum wish_kind *kind_r)
{
    size_t i;

    if (!text_find_word(kind_words, WISH_KIND_COUNT, s, &i))
        return false;
    *kind_r = (enum wish_kind)i;
    return true;
}

/* ---- sentences --------------------------------------------------------------------------------
 */

/* More than this no person writes who wants one thing; what follows is not looked at. */
#define MAX_SENTENCES 60
/* Longer is no sentence; patterns look at so much of it. */
#define MAX_SENTENCE 1200

struct speech {
    struct arena *arena;
    struct day mailed;
    const char *own;        /* the sender's words */
    struct texts sentences; /* as they stand, blanks squeezed */
    struct texts bare;      /* the same without what stands in quotation marks */
};

/* Longer is none, with the stop. */
#define MAX_ABBREVIATION 8

static bool is_abbreviation(const char *begin, const char *at)
{
    char word[MAX_ABBREVIATION + 1] = {0};
    size_t n =
        (size_t)(at - begin) + 1 < MAX_ABBREVIATION ? (size_t)(at - begin) + 1 : MAX_ABBREVIATION;

    memcpy(word, at + 1 - n, n);
    const char *s = word;
    while (((unsigned char)*s & 0xC0) == 0x80) /* patterns need UTF-8 */
        s++;
    return pattern_matches(PATTERN_wish_abbreviation, s);
}

/* A stop behind a digit or a single letter ends none: "am 24.09. statt", "z. B.". */
static bool ends_sentence(const char *begin, const char *at)
{
    if (*at == '!' || *at == '?')
        return true;
    if (*at != '.' || at == begin || (at[1] != '\0' && strchr(" \n\t", at[1]) == NULL))
        return false;
    if (at[-1] >= '0' && at[-1] <= '9')
        return at[1] == '\0';
    if (is_abbreviation(begin, at))
        return false;
    return at - begin < 2 || strchr(" .(", at[-2]) == NULL;
}

static bool is_gap(const char *s)
{
    s += strspn(s, " \t");
    return s[0] == '\n' && s[1 + strspn(s + 1, " \t")] == '\n';
}

static const char *find_end(const char *s)
{
    for (const char *at = s; *at != '\0'; at++) {
        if (is_gap(at))
            return at;
        if (ends_sentence(s, at))
            return at + 1;
    }
    return s + strlen(s);
}

static char *drop_quoted(struct arena *arena, const char *s)
{
    struct text text;
    struct match match;

    text_init(&text, arena);
    while (pattern_find(PATTERN_wish_quoted, s, 0, &match)) {
        text_add_bytes(&text, s, match.start[0]);
        text_add(&text, "*");
        s += match.end[0];
    }
    text_add(&text, s);
    return text.s;
}

static void part_sentences(struct speech *speech)
{
    const char *s = speech->own;

    while (*s != '\0' && speech->sentences.n < MAX_SENTENCES) {
        const char *end = find_end(s);
        size_t n = (size_t)(end - s) < MAX_SENTENCE ? (size_t)(end - s) : MAX_SENTENCE;
        const char *sentence = text_squeeze(speech->arena, arena_strndup(speech->arena, s, n));

        while (((unsigned char)s[n] & 0xC0) == 0x80)
            sentence = text_squeeze(speech->arena, arena_strndup(speech->arena, s, --n));
        if (*sentence != '\0') {
            texts_add(&speech->sentences, speech->arena, sentence);
            texts_add(&speech->bare, speech->arena, drop_quoted(speech->arena, sentence));
        }
        s = *end == '\0' ? end : end + strspn(end, " \t\n");
    }
}

/* Without whom it greets, and the clauses that give a reason: "da er nicht mehr nötig ist, ziehen
 * wir ihn zurück". */
static const char *drop_reasons(struct arena *arena, const char *sentence)
{
    struct text text;

    text_init(&text, arena);
    while (*sentence != '\0') {
        size_t n = strcspn(sentence, ",");
        const char *clause = text_trim(arena, arena_strndup(arena, sentence, n));

        if (!pattern_matches(PATTERN_wish_reason, clause) &&
            !pattern_matches(PATTERN_salutation, clause))
            text_addf(&text, "%s%s", text.len > 0 ? ", " : "", clause);
        sentence += n + (sentence[n] == ',');
    }
    return text.s;
}

static bool any_sentence(const struct speech *speech, enum pattern pattern)
{
    for (size_t i = 0; i < speech->bare.n; i++) {
        if (pattern_matches(pattern, speech->bare.v[i]))
            return true;
    }
    return false;
}

/* A sentence that makes all the others depend on something. */
static bool is_conditional(const struct speech *speech)
{
    for (size_t i = 0; i < speech->bare.n; i++) {
        if (pattern_matches(PATTERN_wish_revokes, speech->bare.v[i]) ||
            (pattern_matches(PATTERN_wish_conditions, speech->bare.v[i]) &&
             !pattern_matches(PATTERN_wish_offers, speech->bare.v[i])))
            return true;
    }
    return false;
}

/* ---- each kind of wish ------------------------------------------------------------------------
 */

/* In whose name: false where it is not said in a way that we understand. */
static bool find_speaker(struct speech *speech, const char *sentence, struct wish *wish)
{
    struct match match;

    if (!pattern_matches(PATTERN_wish_by_third, sentence) ||
        pattern_matches(PATTERN_wish_by_us, sentence))
        return true;
    if (!pattern_find(PATTERN_wish_speaker, sentence, 0, &match))
        return false;
    wish->speaker = match_text(&match, match_has(&match, 1) ? 1 : 2, speech->arena);
    return true;
}

static bool withdraws_clearly(struct speech *speech, const char *sentence, struct wish *wish)
{
    const char *rest = drop_reasons(speech->arena, sentence);

    /* what follows a colon may be anybody's words */
    return pattern_matches(PATTERN_wish_withdraws, rest) && strchr(rest, ':') == NULL &&
           pattern_matches(PATTERN_wish_object, rest) &&
           !pattern_matches(PATTERN_wish_withdraws_perhaps, rest) &&
           !pattern_matches(PATTERN_wish_verb_first, sentence) &&
           !pattern_matches(PATTERN_wish_negates, rest) && find_speaker(speech, rest, wish);
}

/* Every sentence that speaks of it must say so: two that differ are not clear. */
static bool wants_withdrawal(struct speech *speech, struct wish *wish)
{
    size_t said = 0, clear = 0;

    for (size_t i = 0; i < speech->bare.n; i++) {
        if (!pattern_matches(PATTERN_wish_withdraw, speech->bare.v[i]))
            continue;
        said++;
        clear += withdraws_clearly(speech, speech->bare.v[i], wish);
    }
    wish->clear = said > 0 && said == clear && !is_conditional(speech) &&
                  !any_sentence(speech, PATTERN_wish_replace);
    return said > 0;
}

static bool wants_replacement(struct speech *speech, struct wish *wish)
{
    bool said = false;

    wish->clear = !is_conditional(speech);
    for (size_t i = 0; i < speech->bare.n; i++) {
        if (!pattern_matches(PATTERN_wish_replace, speech->bare.v[i]))
            continue;
        said = true;
        if (pattern_matches(PATTERN_wish_replaces_perhaps, speech->bare.v[i]))
            wish->clear = false;
    }
    return said;
}

/* The days of a sentence, in order. */
#define MAX_DAYS 3
struct days {
    struct day v[MAX_DAYS];
    size_t at[MAX_DAYS];
    size_t n;
};

static void find_days(const struct speech *speech, const char *sentence, struct days *days_r)
{
    struct match match;
    size_t from = 0;

    *days_r = (struct days){.n = 0};
    while (days_r->n < MAX_DAYS && pattern_find(PATTERN_date, sentence, from, &match)) {
        days_r->v[days_r->n] = date_of_match(speech->arena, &match, 1, speech->mailed);
        days_r->at[days_r->n++] = match.start[0];
        from = match.end[0];
    }
}

/* "am A statt B", "statt B am A", "nicht am B, sondern am A", "von B auf A". */
static bool order_days(const char *sentence, const struct days *days, struct wish *wish)
{
    struct match match;
    bool contrasts = pattern_find(PATTERN_wish_instead, sentence, 0, &match);
    bool first_is_new;

    if (days->n != 2)
        return false;
    if (contrasts)
        first_is_new = match.start[0] > days->at[0] && match.start[0] < days->at[1];
    else if (pattern_find(PATTERN_wish_but, sentence, days->at[0], &match) &&
             match.start[0] < days->at[1] && pattern_matches(PATTERN_wish_moves, sentence))
        first_is_new = false;
    else
        return false;
    if (contrasts && !first_is_new && match.start[0] > days->at[1])
        return false;
    wish->meeting = days->v[first_is_new ? 0 : 1];
    wish->instead = days->v[first_is_new ? 1 : 0];
    return !day_is_none(wish->meeting) && !day_is_none(wish->instead);
}

static bool corrects_meeting(const struct speech *speech, const char *sentence, struct wish *wish)
{
    struct days days;

    if (!pattern_matches(PATTERN_wish_meeting, sentence))
        return false;
    find_days(speech, sentence, &days);
    if (days.n == 1 && pattern_matches(PATTERN_wish_moves, sentence)) {
        wish->meeting = days.v[0];
        return !day_is_none(wish->meeting);
    }
    return order_days(sentence, &days, wish);
}

static const char *strip_title(struct arena *arena, const char *s)
{
    char *title = text_trim(arena, s);
    size_t n = strlen(title);

    while (n > 0 && strchr(" .!", title[n - 1]) != NULL)
        title[--n] = '\0';
    return n < 3 ? NULL : title;
}

static bool speaks_of_title(const char *sentence)
{
    return pattern_matches(PATTERN_wish_title, sentence) &&
           pattern_matches(PATTERN_wish_retitles, sentence);
}

/* The first in quotation marks, else what follows a colon. */
static bool corrects_title(const struct speech *speech, const char *sentence, struct wish *wish)
{
    struct match match, quoted;
    const char *rest;

    if (!speaks_of_title(sentence) || !pattern_find(PATTERN_wish_title, sentence, 0, &match))
        return false;
    rest = sentence + match.end[0];
    if (pattern_find(PATTERN_wish_quoted, rest, 0, &quoted))
        wish->title = strip_title(speech->arena, match_text(&quoted, 1, speech->arena));
    else if (strchr(rest, ':') != NULL)
        wish->title = strip_title(speech->arena, strchr(rest, ':') + 1);
    return wish->title != NULL;
}

static bool corrects_clearly(const struct speech *speech, size_t i, struct wish *wish)
{
    bool title = corrects_title(speech, speech->sentences.v[i], wish);
    bool meeting = !title && corrects_meeting(speech, speech->bare.v[i], wish);

    return (title || meeting) && !pattern_matches(PATTERN_wish_corrects_perhaps, speech->bare.v[i]);
}

static bool speaks_of_correction(const struct speech *speech, size_t i)
{
    const char *sentence = speech->bare.v[i];

    struct days days;

    if (pattern_matches(PATTERN_wish_correct, sentence) || speaks_of_title(sentence))
        return true;
    find_days(speech, sentence, &days);
    return days.n > 0 && pattern_matches(PATTERN_wish_meeting, sentence) &&
           pattern_matches(PATTERN_wish_moves, sentence);
}

static bool wants_correction(struct speech *speech, struct wish *wish)
{
    size_t said = 0, clear = 0;

    for (size_t i = 0; i < speech->bare.n; i++) {
        if (!speaks_of_correction(speech, i))
            continue;
        said++;
        clear += corrects_clearly(speech, i, wish);
    }
    wish->clear = said > 0 && said == clear && !is_conditional(speech);
    return said > 0;
}

static bool wants_addition(struct speech *speech, struct wish *wish)
{
    bool said = false;

    wish->clear = !is_conditional(speech);
    for (size_t i = 0; i < speech->bare.n; i++) {
        const char *sentence = speech->bare.v[i];

        if (!pattern_matches(PATTERN_wish_paper, sentence) ||
            !pattern_matches(PATTERN_wish_brings, sentence))
            continue;
        said = true;
        if (pattern_matches(PATTERN_wish_brings_later, sentence))
            wish->clear = false;
    }
    return said;
}

static bool refuses(struct speech *speech, struct wish *wish)
{
    bool said = any_sentence(speech, PATTERN_wish_no);

    wish->clear = said && !any_sentence(speech, PATTERN_wish_yes_perhaps);
    return said;
}

static bool consents(struct speech *speech, struct wish *wish)
{
    bool said = any_sentence(speech, PATTERN_wish_yes);

    wish->clear = said && !any_sentence(speech, PATTERN_wish_yes_perhaps);
    return said;
}

/* What changes most comes first; the first that is spoken of is what the words are about. */
static const struct {
    enum wish_kind kind;
    bool (*wants)(struct speech *speech, struct wish *wish);
} wishes[] = {
    {WISH_WITHDRAW, wants_withdrawal},
    {WISH_REPLACE, wants_replacement},
    {WISH_CORRECT, wants_correction},
    {WISH_ADD, wants_addition},
    {WISH_REFUSE, refuses},
    {WISH_CONSENT, consents},
};

/* ---- numbers ----------------------------------------------------------------------------------
 */

static void add_number(struct arena *arena, struct texts *numbers, const char *number)
{
    number = text_squeeze(arena, number);
    if (*number != '\0' && numbers->n < WISH_MAX_NUMBERS && !texts_has(numbers, number))
        texts_add(numbers, arena, number);
}

/* What stands in brackets in the subject is as we write it, whatever a town's numbers look like. */
static void add_bracketed(struct arena *arena, struct texts *numbers, const char *subject)
{
    while (subject != NULL && (subject = strchr(subject, '[')) != NULL) {
        size_t n = strcspn(++subject, "]");

        if (subject[n] == ']')
            add_number(arena, numbers, arena_strndup(arena, subject, n));
    }
}

static void add_named(struct arena *arena, struct texts *numbers, const char *s)
{
    struct match match;
    size_t from = 0;

    while (s != NULL && pattern_find(PATTERN_reference_bare, s, from, &match)) {
        add_number(arena, numbers, match_text(&match, 1, arena));
        from = match.end[0];
    }
}

/* ---- the mail ---------------------------------------------------------------------------------
 */

static struct day day_of(struct arena *arena, const char *date)
{
    struct day day;
    const size_t n = strlen("2015-08-04");

    if (date == NULL || strnlen(date, n) < n || !day_parse(arena_strndup(arena, date, n), &day))
        return DAY_NONE;
    return day;
}

/* Nobody wants something in a text longer than this (bytes). */
#define MAX_TEXT 100000

static const char *beginning(struct arena *arena, const char *text)
{
    size_t n = text == NULL ? 0 : strnlen(text, MAX_TEXT);

    while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    return arena_strndup(arena, text == NULL ? "" : text, n);
}

void wish_read(struct arena *arena, const char *text, struct day mailed, struct wish *wish_r)
{
    struct speech speech = {.arena = arena, .mailed = mailed, .own = text};

    *wish_r = (struct wish){.meeting = DAY_NONE, .instead = DAY_NONE};
    part_sentences(&speech);
    wish_r->asks = pattern_matches(PATTERN_wish_asks, text);
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++) {
        if (!wishes[i].wants(&speech, wish_r))
            continue;
        wish_r->kind = wishes[i].kind;
        return;
    }
    wish_r->clear = false;
}

void wish_find(struct arena *arena, const struct mail *mail, struct wish *wish_r)
{
    struct trace *trace = trace_new(arena);
    const char *own =
        body_own_text(trace, beginning(arena, mail->text), body_may_begin_quoted(mail));

    trace_free(trace);
    wish_read(arena, own, day_of(arena, mail->date), wish_r);
    add_bracketed(arena, &wish_r->numbers, mail->subject);
    add_named(arena, &wish_r->numbers, mail->subject);
    add_named(arena, &wish_r->numbers, own);
}
