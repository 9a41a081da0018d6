/* SPDX-License-Identifier: EUPL-1.2 */
#include "trust/label.h"

#include "base/text.h"

#include <string.h>

static const char *const fillers[] = {
#define FILLER(word) word,
#include "trust/words_de.def"
};

static const char *const councils[] = {
#define COUNCIL(word) word,
#include "trust/words_de.def"
};

static const char *const wheres[] = {
#define WHERE(word) word,
#include "trust/words_de.def"
};

static const struct {
    const char *from; /* UTF-8 */
    const char *to;
} folds[] = {
    {"\xc3\xa4", "ae"},    /* ä: people without the key write ae, and both must meet */
    {"\xc3\xb6", "oe"},    /* ö */
    {"\xc3\xbc", "ue"},    /* ü */
    {"\xc2\xa0", " "},     /* no-break space */
    {"\xe2\x80\x93", " "}, /* dashes and quotation marks */
    {"\xe2\x80\x94", " "}, {"\xe2\x80\x90", " "}, {"\xe2\x80\x91", " "},
    {"\xe2\x80\x9e", " "}, {"\xe2\x80\x9c", " "}, {"\xe2\x80\x9d", " "},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool label_is_word_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (unsigned char)c >= 0x80;
}

/* Adds what stands at s and returns its length in bytes. */
static size_t fold_one(struct text *text, const char *s)
{
    for (size_t i = 0; i < COUNT(folds); i++) {
        if (text_starts(s, folds[i].from)) {
            text_add(text, folds[i].to);
            return strlen(folds[i].from);
        }
    }
    text_add_char(text, label_is_word_byte(*s) ? *s : ' ');
    return 1;
}

char *label_fold(struct arena *arena, const char *s)
{
    struct text text;
    const char *folded = text_fold(arena, s);

    text_init(&text, arena);
    for (const char *at = folded; *at != '\0';)
        at += fold_one(&text, at);
    return text_squeeze(arena, text.s);
}

static bool has_word(const char *const *words, size_t n, const char *word, size_t length)
{
    for (size_t i = 0; i < n; i++) {
        if (strlen(words[i]) == length && memcmp(words[i], word, length) == 0)
            return true;
    }
    return false;
}

/* How much of the word says which faction: "linksfraktion" 5, "ratsfraktion" 0. */
static size_t telling_length(const char *word, size_t length)
{
    static const char fraktion[] = "fraktion";
    size_t tail = sizeof(fraktion) - 1;

    if (has_word(fillers, COUNT(fillers), word, length))
        return 0;
    if (length < tail || memcmp(word + length - tail, fraktion, tail) != 0)
        return length;
    if (has_word(councils, COUNT(councils), word, length - tail))
        return 0;
    return length - tail;
}

char *label_faction(struct arena *arena, const char *s)
{
    struct text text;
    const char *word = label_fold(arena, s);

    text_init(&text, arena);
    while (*word != '\0') {
        size_t length = strcspn(word, " ");
        size_t telling = telling_length(word, length);

        if (text.len > 0 && has_word(wheres, COUNT(wheres), word, length))
            break;
        if (telling > 0 && text.len > 0)
            text_add_char(&text, ' ');
        text_add_bytes(&text, word, telling);
        word += length;
        word += strspn(word, " ");
    }
    return text.s;
}
