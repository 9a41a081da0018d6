/* SPDX-License-Identifier: EUPL-1.2 */
#include "reply/words.h"

#define ROW(row, reason, advice) {row, reason, advice},
#define WORD(field, ...)

static const struct row_words rows_de[] = {
#include "reply/words_de.def"
    {NULL, NULL, NULL}};

static const struct row_words rows_en[] = {
#include "reply/words_en.def"
    {NULL, NULL, NULL}};

#undef ROW
#undef WORD
#define ROW(row, reason, advice)
#define WORD(field, ...) .field = __VA_ARGS__,

static const struct reply_words languages[] = {{
#include "reply/words_de.def"
                                                   .rows = rows_de},
                                               {
#include "reply/words_en.def"
                                                   .rows = rows_en}};

const struct reply_words *reply_words(const char *language)
{
    for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++) {
        if (text_equal(languages[i].language, language))
            return &languages[i];
    }
    return &languages[0];
}

const struct row_words *reply_row_words(const char *language, const char *row)
{
    for (const struct row_words *words = reply_words(language)->rows; words->row != NULL; words++) {
        if (text_equal(words->row, row))
            return words;
    }
    return NULL;
}
