/* SPDX-License-Identifier: EUPL-1.2 */
#include "decision/asks.h"

#include "base/text.h"
#include "trust/label.h"

#include <string.h>

static const char *const asking[] = {
#define ASKS(word) word,
#include "decision/asks_words.def"
#undef ASKS
};

static const struct {
    const char *start;
    const char *inside; /* NULL: the start is enough */
} quotes[] = {
#define QUOTE_START(start) {start, NULL},
#define QUOTE_BOTH(start, inside) {start, inside},
#include "decision/quote_words.def"
};

static bool starts_quotation(const char *line)
{
    size_t n = strlen(line);

    for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
        if (!text_starts(line, quotes[i].start))
            continue;
        if (quotes[i].inside == NULL)
            return true;
        if (n > 0 && line[n - 1] == ':' && strstr(line, quotes[i].inside) != NULL)
            return true;
    }
    return false;
}

/* The lines that the sender wrote herself. */
static char *own_words(struct arena *arena, const char *text)
{
    struct text own;

    text_init(&own, arena);
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");
        const char *line = text_trim(arena, arena_strndup(arena, text, n));

        if (starts_quotation(line))
            break;
        if (*line != '>')
            text_addf(&own, "%s\n", line);
        text += n + (text[n] == '\n');
    }
    return own.s;
}

static bool is_asking(const char *word)
{
    for (size_t i = 0; i < sizeof(asking) / sizeof(asking[0]); i++) {
        if (text_starts(word, asking[i]))
            return true;
    }
    return false;
}

bool asks_something(const char *text)
{
    struct arena *arena = arena_new();
    const char *own = own_words(arena, text);
    bool asks = strchr(own, '?') != NULL;
    const char *word = label_fold(arena, own);

    while (!asks && *word != '\0') {
        asks = is_asking(word);
        word += strcspn(word, " ");
        word += strspn(word, " ");
    }
    arena_free(arena);
    return asks;
}
