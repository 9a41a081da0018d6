/* SPDX-License-Identifier: EUPL-1.2 */
#include "decision/office.h"

#include "trust/label.h"
#include "trust/trust.h"

#include <stdlib.h>
#include <string.h>

#define ORDERS_MAX 200
#define UNCLEAR_MAX 20
#define TOKENS_MAX 20
#define REASON_MIN 3 /* letters */

static const struct {
    const char *word;
    enum office_verb verb;
} verbs[] = {
#define VERB(word, verb) {word, verb},
#include "decision/office_words.def"
};

#define WORDS(name) static const char *const name[]
WORDS(fillers) = {
#define FILLER(word) word,
#include "decision/office_words.def"
};
WORDS(tails) = {
#define TAIL(word) word,
#include "decision/office_words.def"
};
WORDS(greetings) = {
#define GREETING(beginning) beginning,
#include "decision/office_words.def"
};
WORDS(closings) = {
#define CLOSING(beginning) beginning,
#include "decision/office_words.def"
};
WORDS(doubts) = {
#define DOUBT(word) word,
#include "decision/office_words.def"
};
WORDS(examples) = {
#define EXAMPLE(word) word,
#include "decision/office_words.def"
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define IS_ONE_OF(word, table) is_one_of((word), (table), COUNT(table))

static bool is_one_of(const char *word, const char *const *table, size_t n)
{
    size_t i;

    return text_find_word(table, n, word, &i);
}

static bool begins_with_one_of(const char *folded, const char *const *table, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (text_starts(folded, table[i]))
            return true;
    }
    return false;
}

static bool find_verb(const char *word, enum office_verb *verb_r)
{
    for (size_t i = 0; i < COUNT(verbs); i++) {
        if (strcmp(verbs[i].word, word) == 0) {
            *verb_r = verbs[i].verb;
            return true;
        }
    }
    return false;
}

/* "m12" */
static bool is_id(const char *word)
{
    size_t digits = strspn(word + (*word == 'm'), "0123456789");

    return *word == 'm' && word[1] != '0' && digits > 0 && digits < 16 && word[1 + digits] == '\0';
}

/* ---- one line ---------------------------------------------------------------------------------
 */

/* A word as it stands in the line, letters and digits only. */
struct word {
    const char *begin, *end;
    const char *folded;
};

static bool next_word(struct arena *arena, const char *s, struct word *word_r)
{
    const char *folded;

    do {
        while (*s != '\0' && !label_is_word_byte(*s))
            s++;
        word_r->begin = s;
        while (label_is_word_byte(*s))
            s++;
        word_r->end = s;
        if (word_r->begin == s)
            return false;
        folded =
            label_fold(arena, arena_strndup(arena, word_r->begin, (size_t)(s - word_r->begin)));
    } while (*folded == '\0'); /* a dash, a quotation mark */
    word_r->folded = folded;
    return true;
}

/* A line taken apart. */
struct parsed {
    struct texts ids;
    bool has_verb;
    enum office_verb verb;
    const char *before; /* unknown words in front of the verb, or "" */
    const char *rest;   /* from the first word behind the verb that is neither an id nor a filler */
};

static void parse_line(struct arena *arena, const char *line, struct parsed *parsed)
{
    struct text before;
    struct word word;
    const char *s = line;

    *parsed = (struct parsed){.before = "", .rest = ""};
    text_init(&before, arena);
    while (next_word(arena, s, &word)) {
        if (is_id(word.folded)) {
            texts_add(&parsed->ids, arena, word.folded);
        } else if (!parsed->has_verb && find_verb(word.folded, &parsed->verb)) {
            parsed->has_verb = true;
        } else if (parsed->has_verb && (memchr(s, ':', (size_t)(word.begin - s)) != NULL ||
                                        !IS_ONE_OF(word.folded, fillers))) {
            parsed->rest = s;
            break;
        } else if (!IS_ONE_OF(word.folded, fillers) || before.len > 0) {
            text_addf(&before, "%s%.*s", before.len > 0 ? " " : "", (int)(word.end - word.begin),
                      word.begin);
        }
        s = word.end;
    }
    parsed->before = before.len > 0 ? before.s : "";
}

/* ---- a reply ----------------------------------------------------------------------------------
 */

struct reader {
    struct arena *arena;
    const struct conf_body *body;
    const struct texts *ids;
    struct office_orders *orders;
    struct office_order *open; /* its reason may go on in the next line; or NULL */
    bool ended;                /* what follows is a signature */
};

static bool fail_line(struct reader *reader, const char *line)
{
    if (reader->orders->unclear.n < UNCLEAR_MAX)
        texts_add(&reader->orders->unclear, reader->arena, line);
    return false;
}

/* Without fillers at either end: "als Antrag der SPD-Fraktion". */
static const char *trim_label(struct arena *arena, const char *s)
{
    struct word word;
    const char *begin = s, *end = s;

    while (next_word(arena, begin, &word) && IS_ONE_OF(word.folded, fillers))
        begin = word.end;
    for (s = begin; next_word(arena, s, &word); s = word.end) {
        if (!IS_ONE_OF(word.folded, fillers))
            end = word.end;
    }
    return end <= begin ? "" : text_trim(arena, arena_strndup(arena, begin, (size_t)(end - begin)));
}

static const struct conf_faction *find_faction(struct reader *reader, const char *label)
{
    const struct conf_faction *faction = trust_find_faction(reader->body, label);

    return faction != NULL ? faction
                           : trust_find_faction(reader->body, trim_label(reader->arena, label));
}

/* A title is what stands behind a colon and is no faction. */
static bool read_title(struct reader *reader, const char *s, struct office_order *order)
{
    order->title = text_squeeze(reader->arena, s);
    return *order->title != '\0';
}

/* "SPD", "als Antrag der SPD", ": SPD", "SPD: Radweg", ": Radweg" */
static bool read_acceptance(struct reader *reader, const struct parsed *parsed,
                            struct office_order *order)
{
    struct arena *arena = reader->arena;
    const char *rest = parsed->rest + strspn(parsed->rest, " \t,;:-");
    bool behind_colon = memchr(parsed->rest, ':', (size_t)(rest - parsed->rest)) != NULL;
    size_t n = strcspn(rest, ":");
    const char *head = arena_strndup(arena, rest, n);

    if (*parsed->before != '\0') {
        order->faction = find_faction(reader, parsed->before);
        return order->faction != NULL && (*trim_label(arena, head) == '\0' ||
                                          (behind_colon && read_title(reader, rest, order)));
    }
    if (*trim_label(arena, head) == '\0')
        return rest[n] == '\0';
    order->faction = find_faction(reader, head);
    if (order->faction == NULL)
        return behind_colon && read_title(reader, rest, order);
    return rest[n] == '\0' || read_title(reader, rest + n + 1, order);
}

static bool read_reason(struct reader *reader, const struct parsed *parsed,
                        struct office_order *order)
{
    struct arena *arena = reader->arena;
    const char *reason = parsed->rest + strspn(parsed->rest, " \t:,;.=-");
    const char *folded = label_fold(arena, reason);

    order->reason = text_squeeze(arena, reason);
    return *parsed->before == '\0' && strlen(folded) >= REASON_MIN && !IS_ONE_OF(folded, examples);
}

static bool read_citizen(struct reader *reader, const struct parsed *parsed)
{
    struct word word;

    for (const char *s = parsed->rest; next_word(reader->arena, s, &word); s = word.end) {
        if (!IS_ONE_OF(word.folded, tails))
            return false;
    }
    return *parsed->before == '\0';
}

static bool read_object(struct reader *reader, const char *line, const struct parsed *parsed,
                        struct office_order *order)
{
    order->verb = parsed->verb;
    switch (parsed->verb) {
    case OFFICE_ACCEPT:
        return strchr(line, '?') == NULL && read_acceptance(reader, parsed, order);
    case OFFICE_IGNORE:
        return read_reason(reader, parsed, order);
    case OFFICE_CITIZEN:
        return strchr(line, '?') == NULL && read_citizen(reader, parsed);
    }
    panic("office: no such verb");
}

static bool is_ordered(const struct office_orders *orders, const char *id)
{
    for (size_t i = 0; i < orders->n; i++) {
        if (text_equal(orders->v[i].id, id))
            return true;
    }
    return false;
}

static bool add_orders(struct reader *reader, const char *line, const struct texts *ids,
                       const struct office_order *order)
{
    struct office_orders *orders = reader->orders;

    for (size_t i = 0; i < ids->n; i++) {
        if (is_ordered(orders, ids->v[i]) || orders->n == ORDERS_MAX)
            return fail_line(reader, line);
        orders->v[orders->n] = *order;
        orders->v[orders->n].id = ids->v[i];
        reader->open = order->verb == OFFICE_IGNORE ? &orders->v[orders->n] : NULL;
        orders->n++;
    }
    if (ids->n > 1)
        reader->open = NULL;
    return true;
}

static bool read_order(struct reader *reader, const char *line, const struct parsed *parsed)
{
    struct office_order order = {0};
    const struct texts *ids = parsed->ids.n > 0 ? &parsed->ids : reader->ids;

    if (!parsed->has_verb || (parsed->ids.n == 0 && reader->ids->n != 1) ||
        !read_object(reader, line, parsed, &order))
        return fail_line(reader, line);
    return add_orders(reader, line, ids, &order);
}

/* Below the orders nothing may cast doubt on them. */
static void read_end(struct reader *reader, const char *line)
{
    struct parsed parsed;
    struct word word;
    size_t n = strlen(line);

    parse_line(reader->arena, line, &parsed);
    if (parsed.ids.n > 0 || parsed.has_verb || strchr(line, '?') != NULL) {
        fail_line(reader, line);
        return;
    }
    for (const char *s = line; next_word(reader->arena, s, &word); s = word.end) {
        if (IS_ONE_OF(word.folded, doubts)) {
            fail_line(reader, line);
            return;
        }
    }
    if (!begins_with_one_of(label_fold(reader->arena, line), closings, COUNT(closings)) &&
        (line[n - 1] == '.' || line[n - 1] == '!'))
        fail_line(reader, line); /* a sentence is no signature */
}

static void read_line(struct reader *reader, const char *line, bool below_gap)
{
    const char *folded = label_fold(reader->arena, line);
    struct parsed parsed;
    bool any = reader->orders->n > 0;

    reader->ended = reader->ended || begins_with_one_of(folded, closings, COUNT(closings));
    if (reader->ended) {
        read_end(reader, line);
        return;
    }
    parse_line(reader->arena, line, &parsed);
    if (parsed.ids.n > 0 || (parsed.has_verb && reader->open == NULL)) {
        read_order(reader, line, &parsed);
    } else if (!any && begins_with_one_of(folded, greetings, COUNT(greetings))) {
        return;
    } else if (any && !below_gap && reader->open != NULL) {
        reader->open->reason = arena_printf(reader->arena, "%s %s", reader->open->reason, line);
    } else if (any && below_gap) {
        reader->ended = true;
        read_end(reader, line);
    } else {
        fail_line(reader, line);
    }
}

/* Where the signature (RFC 3676 section 4.3) or the answered mail begins: what is below either is
 * not at the top. */
static bool ends_own_words(const char *line)
{
    static const char *const starts[] = {
#define QUOTE(beginning) beginning,
#include "decision/office_words.def"
    };

    if (text_starts(line, "Am ") || text_starts(line, "On "))
        return strstr(line, " schrieb") != NULL || strstr(line, " wrote") != NULL;
    return text_equal(line, "--") || begins_with_one_of(line, starts, COUNT(starts));
}

void office_read_orders(struct arena *arena, const struct conf_body *body, const char *text,
                        const struct texts *ids, struct office_orders *orders_r)
{
    struct reader reader = {.arena = arena, .body = body, .ids = ids, .orders = orders_r};
    bool below_gap = false;

    *orders_r = (struct office_orders){.v = arena_array(arena, ORDERS_MAX, sizeof *orders_r->v)};
    for (const char *s = text; *s != '\0';) {
        size_t n = strcspn(s, "\n");
        const char *line = text_squeeze(arena, arena_strndup(arena, s, n));

        if (ends_own_words(line))
            return;
        if (*line != '\0')
            read_line(&reader, line, below_gap);
        below_gap = *line == '\0';
        s += n + (s[n] == '\n');
    }
}

/* ---- tokens -----------------------------------------------------------------------------------
 */

void office_find_tokens(struct arena *arena, const char *text, struct texts *tokens)
{
    for (const char *s = text; (s = strchr(s, '#')) != NULL;) {
        size_t n = strspn(++s, "0123456789abcdef");
        const char *token = arena_strndup(arena, s, n);

        if (n == OFFICE_TOKEN_LENGTH && tokens->n < TOKENS_MAX && !texts_has(tokens, token))
            texts_add(tokens, arena, token);
    }
}
