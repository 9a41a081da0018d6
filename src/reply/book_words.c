/* SPDX-License-Identifier: EUPL-1.2 */
#include "reply/book_words.h"

#define WORD(field, ...)
#define EVENT(event, text)
#define BRIEF(row, text) {row, text},

static const struct brief_words rows_de[] = {
#include "reply/book_words_de.def"
    {NULL, NULL}};

static const struct brief_words rows_en[] = {
#include "reply/book_words_en.def"
    {NULL, NULL}};

#undef BRIEF
#undef EVENT
#define BRIEF(row, text)
#define EVENT(event, text) {event, text},

static const struct brief_words events_de[] = {
#include "reply/book_words_de.def"
    {NULL, NULL}};

static const struct brief_words events_en[] = {
#include "reply/book_words_en.def"
    {NULL, NULL}};

#undef EVENT
#undef WORD
#define EVENT(event, text)
#define WORD(field, ...) .field = __VA_ARGS__,

static const struct book_words languages[] = {{
#include "reply/book_words_de.def"
                                                  .rows = rows_de, .events = events_de},
                                              {
#include "reply/book_words_en.def"
                                                  .rows = rows_en, .events = events_en}};

const struct book_words *book_words(const char *language)
{
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        if (text_equal(languages[i].language, language))
            return &languages[i];
    }
    return &languages[0];
}

static const char *find(const struct brief_words *words, const char *row)
{
    for (; words->row != NULL; words++) {
        if (text_equal(words->row, row))
            return words->text;
    }
    return NULL;
}

const char *book_words_find(const char *language, const char *row)
{
    return find(book_words(language)->rows, row);
}

const char *book_brief(const char *language, const char *row)
{
    const char *words = book_words_find(language, row);

    return words != NULL ? words : row;
}

const char *book_event(const char *language, const char *event)
{
    const char *words = find(book_words(language)->events, event);

    return words != NULL ? words : event;
}
