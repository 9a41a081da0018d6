/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reasons and retries in sentences that no table of phrases knows: what failed and how, by two
 * sorts of words that stand together (report_pairs.def).
 */
#include "mail/inside.h"

#include <string.h>

enum thing { USER = 1, BOX = 2, ROOM = 4, DOMAIN = 8, SERVER = 16, MESSAGE = 32 };
enum state { UNKNOWN = 1, FULL = 2, CLOSED = 4, SILENT = 8, LARGE = 16, FORBIDDEN = 32 };

struct sort {
    unsigned kind;
    const char *word;
};

static const struct sort things[] = {
#define PAIR_THING(kind, word) {kind, word},
#include "mail/report_pairs.def"
};

static const struct sort states[] = {
#define PAIR_STATE(kind, word) {kind, word},
#include "mail/report_pairs.def"
};

static const char *const retries[] = {
#define RETRY(word) word,
#include "mail/report_pairs.def"
    NULL,
};

static const char *const goes_on[] = {
#define GOES_ON(word) word,
#include "mail/report_pairs.def"
    NULL,
};

static const char *const given_up[] = {
#define GIVEN_UP(word) word,
#include "mail/report_pairs.def"
    NULL,
};

static const char *const advice[] = {
#define ADVICE(word) word,
#include "mail/report_pairs.def"
    NULL,
};

/* The first that fits counts: where an address is named beside a domain, the domain is meant. */
static const struct {
    unsigned things, state;
    enum report_reason reason;
} pairs[] = {
    {BOX | ROOM, FULL, REPORT_FULL},
    {DOMAIN, UNKNOWN, REPORT_UNKNOWN_HOST},
    {USER | BOX, UNKNOWN, REPORT_UNKNOWN_USER},
    {USER | BOX, CLOSED, REPORT_DISABLED},
    {MESSAGE, LARGE, REPORT_TOO_LARGE},
    {SERVER, SILENT, REPORT_EXPIRED},
    {MESSAGE, FORBIDDEN, REPORT_REFUSED},
};

static unsigned find_kinds(const char *sentence, const struct sort *sorts, size_t n)
{
    unsigned kinds = 0;
    for (size_t i = 0; i < n; i++)
        if (!(kinds & sorts[i].kind) && strstr(sentence, sorts[i].word))
            kinds |= sorts[i].kind;
    return kinds;
}

static bool reason_of_sentence(const char *sentence, enum report_reason *reason_r)
{
    unsigned state = find_kinds(sentence, states, sizeof states / sizeof *states);
    unsigned thing = state ? find_kinds(sentence, things, sizeof things / sizeof *things) : 0;
    for (size_t i = 0; thing && i < sizeof pairs / sizeof *pairs; i++)
        if ((thing & pairs[i].things) && (state & pairs[i].state)) {
            *reason_r = pairs[i].reason;
            return true;
        }
    return false;
}

bool report_find_pair(const char *folded, enum report_reason *reason_r)
{
    struct arena *arena = arena_new();
    bool found = false;
    for (const char *sentence; !found && (sentence = sentence_next(arena, &folded)) != NULL;)
        found = reason_of_sentence(sentence, reason_r);
    arena_free(arena);
    return found;
}

bool report_says_retry(const char *folded)
{
    struct arena *arena = arena_new();
    bool found = false;
    for (const char *sentence; !found && (sentence = sentence_next(arena, &folded)) != NULL;)
        found = text_has_part(sentence, retries) && text_has_part(sentence, goes_on) &&
                !text_has_part(sentence, given_up) && !text_has_part(sentence, advice);
    arena_free(arena);
    return found;
}
