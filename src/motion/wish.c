/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/wish.h"

#include "base/text.h"
#include "motion/body.h"
#include "motion/wish_inside.h"

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

/* ---- what is common to all --------------------------------------------------------------------
 */

const char *wish_drop_support(struct arena *arena, const char *sentence)
{
    struct text text;
    struct match match;

    text_init(&text, arena);
    while (pattern_find(PATTERN_wish_support, sentence, 0, &match) && match.end[0] > 0) {
        text_add_bytes(&text, sentence, match.start[0]);
        sentence += match.end[0];
    }
    text_add(&text, sentence);
    return text.s;
}

static bool depends(const char *sentence)
{
    return pattern_matches(PATTERN_wish_revokes, sentence) ||
           pattern_matches(PATTERN_wish_asks_leave, sentence) ||
           (pattern_matches(PATTERN_wish_conditions, sentence) &&
            !pattern_matches(PATTERN_wish_offers, sentence));
}

static bool disowns(const char *sentence)
{
    return pattern_matches(PATTERN_wish_disowns, sentence);
}

static bool any_sentence(const struct speech *speech, bool (*test)(const char *sentence))
{
    for (size_t i = 0; i < speech->bare.n; i++) {
        if (test(wish_drop_support(speech->arena, speech->bare.v[i])))
            return true;
    }
    return false;
}

bool wish_depends(const struct speech *speech)
{
    return any_sentence(speech, depends);
}

bool wish_is_taken_back(const struct speech *speech)
{
    return wish_depends(speech) || any_sentence(speech, disowns);
}

/* ---- each kind of wish ------------------------------------------------------------------------
 */

/* What changes most comes first; the first that is spoken of is what the words are about. */
static const struct {
    enum wish_kind kind;
    bool (*wants)(const struct speech *speech, struct wish *wish);
} wishes[] = {
    {WISH_WITHDRAW, wish_withdraws}, {WISH_REPLACE, wish_replaces}, {WISH_CORRECT, wish_corrects},
    {WISH_ADD, wish_adds},           {WISH_REFUSE, wish_refuses},   {WISH_CONSENT, wish_consents},
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

static bool asks_anything(const char *text)
{
    return pattern_matches(PATTERN_wish_asks, text) || pattern_matches(PATTERN_wish_moves, text);
}

/* A wish of these kinds that nobody understands is still one. */
static bool is_change(enum wish_kind kind)
{
    return kind == WISH_WITHDRAW || kind == WISH_REPLACE || kind == WISH_CORRECT ||
           kind == WISH_ADD;
}

void wish_read(struct arena *arena, const char *text, struct day mailed, struct wish *wish_r)
{
    struct speech speech;

    *wish_r = (struct wish){.meeting = DAY_NONE, .instead = DAY_NONE};
    speech_read(arena, text, mailed, &speech);
    wish_r->asks = asks_anything(text);
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++) {
        if (!wishes[i].wants(&speech, wish_r))
            continue;
        wish_r->kind = wishes[i].kind;
        wish_r->asks = wish_r->asks || is_change(wish_r->kind);
        return;
    }
    wish_r->clear = false;
}

void wish_find(struct arena *arena, const struct mail *mail, struct wish *wish_r)
{
    struct trace *trace = trace_new(arena);
    size_t in_subject;
    const char *own =
        body_own_text(trace, beginning(arena, mail->text), body_may_begin_quoted(mail));

    trace_free(trace);
    wish_read(arena, own, day_of(arena, mail->date), wish_r);
    add_bracketed(arena, &wish_r->numbers, mail->subject);
    add_named(arena, &wish_r->numbers, mail->subject);
    in_subject = wish_r->numbers.n;
    add_named(arena, &wish_r->numbers, own);
    /* what the words name and the subject does not is another motion */
    if (in_subject > 0 && wish_r->numbers.n > in_subject)
        wish_r->clear = false;
}
