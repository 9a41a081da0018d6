/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/text.h"

#include "base/err.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>
#include <uniwidth.h>

/* ---- lists ---- */

void texts_add(struct texts *texts, struct arena *arena, const char *s)
{
    /* room is the next power of two: full where n is one */
    if ((texts->n & (texts->n - 1)) == 0) {
        const char **v = arena_array(arena, texts->n > 0 ? 2 * texts->n : 1, sizeof *v);
        for (size_t i = 0; i < texts->n; i++)
            v[i] = texts->v[i];
        texts->v = v;
    }
    texts->v[texts->n++] = s;
}

bool texts_has(const struct texts *texts, const char *s)
{
    for (size_t i = 0; i < texts->n; i++)
        if (text_equal(texts->v[i], s))
            return true;
    return false;
}

bool texts_has_nocase(const struct texts *texts, const char *s)
{
    for (size_t i = 0; i < texts->n; i++)
        if (text_equal_nocase(texts->v[i], s))
            return true;
    return false;
}

/* ---- the builder ---- */

void text_init(struct text *text, struct arena *arena)
{
    *text = (struct text){.arena = arena, .size = 64};
    text->s = arena_alloc(arena, text->size);
}

static void reserve(struct text *text, size_t n)
{
    size_t need;
    if (__builtin_add_overflow(text->len, n, &need) || need > SIZE_MAX / 2 - 1)
        panic("text of %zu and %zu bytes is too long", text->len, n);
    if (need < text->size)
        return;
    size_t size = text->size;
    while (size <= need)
        size *= 2;
    text->s = arena_grow(text->arena, text->s, text->len, size, 1);
    text->size = size;
}

void text_add_bytes(struct text *text, const void *bytes, size_t n)
{
    if (n == 0)
        return;
    reserve(text, n);
    memcpy(text->s + text->len, bytes, n);
    text->len += n;
    text->s[text->len] = '\0';
}

void text_add(struct text *text, const char *s)
{
    text_add_bytes(text, s, strlen(s));
}

void text_add_char(struct text *text, char c)
{
    text_add_bytes(text, &c, 1);
}

void text_addf(struct text *text, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (n < 0)
        panic("cannot format \"%s\"", format);
    reserve(text, (size_t)n);
    vsnprintf(text->s + text->len, (size_t)n + 1, format, args);
    text->len += (size_t)n;
    va_end(args);
}

/* ---- Unicode ---- */

static const uint8_t *u8(const char *s)
{
    return (const uint8_t *)s;
}

void text_add_line(struct text *text, const char *line)
{
    if (text->len > 0)
        text_add_char(text, '\n');
    text_add(text, line);
}

bool text_is_ascii(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s >= 0x80)
            return false;
    return true;
}

bool text_is_utf8(const char *s, size_t n)
{
    return u8_check(u8(s), n) == NULL;
}

/* Takes over what libunistring allocated. */
static char *take(struct arena *arena, uint8_t *bytes, size_t n)
{
    char *s = arena_strndup(arena, (const char *)bytes, n);
    free(bytes);
    return s;
}

/* Valid UTF-8 without NUL. */
static struct text clean(struct arena *arena, const char *s, size_t n)
{
    struct text text;
    text_init(&text, arena);
    if (memchr(s, '\0', n) == NULL && u8_check(u8(s), n) == NULL) {
        text_add_bytes(&text, s, n);
        return text;
    }
    while (n > 0) {
        ucs4_t c;
        int len = u8_mbtouc(&c, u8(s), n);
        if (c == 0xFFFD)
            text_add(&text, "\xEF\xBF\xBD");
        else if (c != 0)
            text_add_bytes(&text, s, (size_t)len);
        s += len;
        n -= (size_t)len;
    }
    return text;
}

/*
 * Nearly all that we read is ASCII, Latin-1 and printers' punctuation: characters that are NFC
 * beside any other of them, and of which the letters alone fold, each by itself.  For these the two
 * functions below need no tables; a test compares both ways.  Gives the bytes of the character at
 * s, 0 for any other.
 */
static size_t plain_length(const char *s)
{
    unsigned char first = (unsigned char)s[0], second = first < 0x80 ? 0 : (unsigned char)s[1];
    if (first < 0x80)
        return 1;
    if (first == 0xC3 ||
        (first == 0xC2 && second != 0xB5)) /* the micro sign folds to a Greek letter */
        return 2;
    if (first != 0xE2)
        return 0;
    /* U+2010 to U+202F: dashes, quotes, bullets, dots */
    bool punctuation = second == 0x80 && (unsigned char)s[2] >= 0x90 && (unsigned char)s[2] <= 0xAF;
    return punctuation || memcmp(s, "€", 3) == 0 ? 3 : 0;
}

static bool is_plain(const struct text *text)
{
    size_t i = 0, len = 1;
    for (; i < text->len && len > 0; i += len)
        len = plain_length(text->s + i);
    return len > 0;
}

/* Of plain text; C3 80 to C3 9E are the capitals, C3 97 the times sign among them. */
static char *fold_plain(struct arena *arena, const struct text *text)
{
    char *folded = arena_alloc(arena, text->len + 1);
    memcpy(folded, text->s, text->len);
    for (char *p = folded; p < folded + text->len; p++) {
        unsigned char c = (unsigned char)*p;
        if (c >= 'A' && c <= 'Z')
            *p = (char)(c + 0x20);
        else if (c == 0xC3 && memcmp(p, "ß", 2) == 0)
            memcpy(p, "ss", 2);
        else if (c == 0xC3 && (unsigned char)p[1] <= 0x9E && (unsigned char)p[1] != 0x97)
            p[1] = (char)((unsigned char)p[1] + 0x20);
    }
    folded[text->len] = '\0';
    return folded;
}

char *text_nfc(struct arena *arena, const char *s, size_t n)
{
    struct text text = clean(arena, s, n);
    if (text.len == 0 || is_plain(&text))
        return text.s;
    size_t len = 0;
    uint8_t *nfc = u8_normalize(UNINORM_NFC, u8(text.s), text.len, NULL, &len);
    if (nfc == NULL)
        panic("cannot normalize %zu bytes of text: %s", text.len, strerror(errno));
    return take(arena, nfc, len);
}

char *text_fold(struct arena *arena, const char *s)
{
    struct text text = clean(arena, s, strlen(s));
    if (text.len == 0)
        return text.s;
    if (is_plain(&text))
        return fold_plain(arena, &text);
    size_t len = 0;
    uint8_t *folded = u8_casefold(u8(text.s), text.len, NULL, UNINORM_NFC, NULL, &len);
    if (folded == NULL)
        panic("cannot fold %zu bytes of text: %s", text.len, strerror(errno));
    return take(arena, folded, len);
}

static bool is_hidden(ucs4_t c)
{
    return uc_is_property(c, UC_PROPERTY_DEFAULT_IGNORABLE_CODE_POINT) ||
           uc_is_general_category(c, UC_CATEGORY_C) ||
           (c != ' ' && uc_is_general_category(c, UC_CATEGORY_Z));
}

char *text_bare(struct arena *arena, const char *s)
{
    struct text text = clean(arena, s, strlen(s)), bare;
    size_t len = 0;
    text_init(&bare, arena);
    if (text.len == 0)
        return bare.s;
    uint8_t *folded = u8_casefold(u8(text.s), text.len, NULL, UNINORM_NFKD, NULL, &len);
    if (folded == NULL)
        panic("cannot fold %zu bytes of text: %s", text.len, strerror(errno));
    const char *at = take(arena, folded, len);
    for (int n; len > 0; at += n, len -= (size_t)n) {
        ucs4_t c;
        n = u8_mbtouc(&c, u8(at), len);
        if (!is_hidden(c) && !uc_is_general_category(c, UC_CATEGORY_Mn))
            text_add_bytes(&bare, at, (size_t)n);
    }
    return bare.s;
}

char *text_show_hidden(struct arena *arena, const char *s)
{
    struct text text;
    bool any = false;
    text_init(&text, arena);
    for (size_t n = strlen(s); n > 0;) {
        ucs4_t c;
        int len = u8_mbtouc(&c, u8(s), n);
        if (is_hidden(c))
            text_addf(&text, "[U+%04X]", (unsigned)c);
        else
            text_add_bytes(&text, s, (size_t)len);
        any = any || is_hidden(c);
        s += len;
        n -= (size_t)len;
    }
    return any ? text.s : NULL;
}

int text_width(const char *s)
{
    int width = 0;
    for (size_t n = strlen(s); n > 0;) {
        ucs4_t c;
        int len = u8_mbtouc(&c, u8(s), n);
        int columns = uc_width(c, "UTF-8");
        width += columns > 0 ? columns : 0;
        s += len;
        n -= (size_t)len;
    }
    return width;
}

static bool is_printable(ucs4_t c)
{
    return !uc_is_general_category(c, UC_CATEGORY_Cc) &&
           !uc_is_property(c, UC_PROPERTY_BIDI_CONTROL);
}

char *text_printable(struct arena *arena, const char *s)
{
    struct text text;
    text_init(&text, arena);
    for (size_t n = strlen(s); n > 0;) {
        ucs4_t c;
        int len = u8_mbtouc(&c, u8(s), n);
        if (is_printable(c))
            text_add_bytes(&text, s, (size_t)len);
        else
            text_add(&text, "\xef\xbf\xbd");
        s += len;
        n -= (size_t)len;
    }
    return text.s;
}

/* ---- comparing ---- */

bool text_equal(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return strcmp(a, b) == 0;
}

static unsigned char ascii_lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : c;
}

char *text_lower(char *s)
{
    for (char *p = s; p && *p; p++)
        *p = (char)ascii_lower((unsigned char)*p);
    return s;
}

/* 1 equal, 0 not, -1 where one has a character beyond ASCII before they differ. */
static int compare_ascii(const char *a, const char *b)
{
    for (;; a++, b++) {
        unsigned char x = ascii_lower((unsigned char)*a), y = ascii_lower((unsigned char)*b);
        if (x >= 0x80 || y >= 0x80)
            return -1;
        if (x != y) {
            /* a combining character may follow and join with the base letter, or a letter beyond
             * ASCII may fold to several of ASCII: only pure ASCII decides here */
            for (; *a != '\0' || *b != '\0'; a += *a != '\0', b += *b != '\0')
                if ((unsigned char)*a >= 0x80 || (unsigned char)*b >= 0x80)
                    return -1;
            return 0;
        }
        if (x == '\0')
            return 1;
    }
}

bool text_equal_nocase(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    int ascii = compare_ascii(a, b);
    if (ascii >= 0)
        return ascii;
    struct arena *arena = arena_new();
    bool equal = strcmp(text_fold(arena, a), text_fold(arena, b)) == 0;
    arena_free(arena);
    return equal;
}

bool text_find_word(const char *const *words, size_t n, const char *s, size_t *i_r)
{
    for (size_t i = 0; s && i < n; i++) {
        if (strcmp(words[i], s) != 0)
            continue;
        if (i_r)
            *i_r = i;
        return true;
    }
    return false;
}

bool text_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* ---- white space and the like ---- */

/* Length of the white space character at s, 0 where none is. */
static size_t blank_length(const char *s, size_t n)
{
    if (n == 0)
        return 0;
    ucs4_t c;
    int len = u8_mbtouc(&c, u8(s), n);
    return uc_is_property_white_space(c) ? (size_t)len : 0;
}

static const char *skip_blanks(const char *s)
{
    size_t n = strlen(s), len;
    while ((len = blank_length(s, n)) > 0) {
        s += len;
        n -= len;
    }
    return s;
}

char *text_squeeze(struct arena *arena, const char *s)
{
    struct text text;
    text_init(&text, arena);
    s = skip_blanks(s);
    for (size_t n = strlen(s); n > 0;) {
        size_t blank = 0, len;
        while ((len = blank_length(s, n)) > 0) {
            blank += len;
            s += len;
            n -= len;
        }
        if (n == 0)
            break;
        if (blank > 0)
            text_add_char(&text, ' ');
        ucs4_t c;
        len = (size_t)u8_mbtouc(&c, u8(s), n);
        text_add_bytes(&text, s, len);
        s += len;
        n -= len;
    }
    return text.s;
}

char *text_trim(struct arena *arena, const char *s)
{
    s = skip_blanks(s);
    size_t end = 0;
    for (size_t i = 0, n = strlen(s); i < n;) {
        size_t blank = blank_length(s + i, n - i);
        if (blank > 0) {
            i += blank;
            continue;
        }
        ucs4_t c;
        i += (size_t)u8_mbtouc(&c, u8(s + i), n - i);
        end = i;
    }
    return arena_strndup(arena, s, end);
}

bool text_has_control(const char *s)
{
    for (; *s != '\0'; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            return true;
    return false;
}

char *text_join(struct arena *arena, const struct texts *texts, const char *between)
{
    struct text text;
    text_init(&text, arena);
    for (size_t i = 0; i < texts->n; i++) {
        if (i > 0)
            text_add(&text, between);
        text_add(&text, texts->v[i]);
    }
    return text.s;
}

char *text_hex(struct arena *arena, const unsigned char *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    if (n > SIZE_MAX / 2 - 1)
        panic("%zu bytes are too many for hexadecimal digits", n);
    char *hex = arena_alloc(arena, 2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    return hex;
}
