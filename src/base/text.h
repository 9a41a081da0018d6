/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Text: UTF-8, NUL-terminated unless a length is given.  Builders, lists and the few properties of
 * Unicode that mail needs.  The only place that sees libunistring.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* A list of strings.  The strings are foreign or live in the arena of the list.  It starts as {0}
 * and grows by texts_add() only, which keeps the room behind v; a list that was copied, or that has
 * a v of its own, must not be added to. */
struct texts {
    const char **v;
    size_t n;
};

void texts_add(struct texts *texts, struct arena *arena, const char *s);
bool texts_has(const struct texts *texts, const char *s);
bool texts_has_nocase(const struct texts *texts, const char *s); /* ASCII and Unicode case folded */

/* A growing string.  text.s is always NUL-terminated; memory is the arena's. */
struct text {
    struct arena *arena;
    char *s;
    size_t len;
    size_t size;
};

void text_init(struct text *text, struct arena *arena);
void text_add(struct text *text, const char *s);
void text_add_bytes(struct text *text, const void *bytes, size_t n);
void text_add_char(struct text *text, char c);
void text_addf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Behind a LF, unless it is the first. */
void text_add_line(struct text *text, const char *line);

bool text_is_ascii(const char *s);
bool text_is_utf8(const char *s, size_t n);
/* Normal form C of n bytes; invalid sequences become U+FFFD, NUL bytes are dropped. */
char *text_nfc(struct arena *arena, const char *s, size_t n);
/* Case folded and NFC, for comparing. */
char *text_fold(struct arena *arena, const char *s);
/* What an eye makes of it: case folded, compatibility forms resolved (fullwidth letters and the
 * like), without accents and without what has no width; for comparing. */
char *text_bare(struct arena *arena, const char *s);
/* Characters that nobody sees (no width, blanks but " ", change of direction, controls) written as
 * "[U+200B]"; NULL where there are none. */
char *text_show_hidden(struct arena *arena, const char *s);
/* Display width in columns of a terminal. */
int text_width(const char *s);

bool text_equal(const char *a, const char *b);        /* NULL equals NULL only */
bool text_equal_nocase(const char *a, const char *b); /* case folded; NULL equals NULL only */
bool text_starts(const char *s, const char *prefix);
/* Makes ASCII's capitals small, where they stand; gives s back.  NULL stays NULL. */
char *text_lower(char *s);
/* Which of n words s is, none of them NULL; false for none of them, and for NULL. i_r may
 * be NULL. */
bool text_find_word(const char *const *words, size_t n, const char *s, size_t *i_r);
/* Runs of white space, no-break spaces included, become one blank; ends trimmed. */
char *text_squeeze(struct arena *arena, const char *s);
char *text_trim(struct arena *arena, const char *s);
/* For a terminal: control characters (C0, C1) and those that turn the direction of writing become
 * U+FFFD, so that nothing from a mail moves the cursor or reorders a line. */
char *text_printable(struct arena *arena, const char *s);
bool text_has_control(const char *s); /* a byte below 0x20 or 0x7f: never to be put in a header */
char *text_join(struct arena *arena, const struct texts *texts, const char *between);
char *text_hex(struct arena *arena, const unsigned char *bytes, size_t n);

#endif
