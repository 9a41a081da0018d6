/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Any charset to UTF-8.  The charsets stand in charset.def.  Those of one byte a character are
 * tables that are filled at the start, so that no converter stays loaded for them; the others keep
 * a converter open for as long as the process lives.  Nothing is opened later: the reader may not.
 *
 * A label is believed unless the bytes say with certainty that it lies.
 */
#include "mail/inside.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LABEL 80
#define UNMAPPED 0xffff
#define SURE_SEQUENCES 4 /* so many sequences of UTF-8 are no accident in another charset */

enum charset_kind {
    UTF8,
    SEVEN,  /* seven bits a byte: the eighth belies the label */
    NARROW, /* a byte a character */
    MULTI,  /* ASCII, and characters of several bytes */
    WIDE,   /* all else */
};

struct charset {
    const char *iconv;
    enum charset_kind kind;
    const char *labels;
};

static const struct charset charsets[] = {
#define CHARSET(iconv, kind, labels) {iconv, kind, labels},
#include "mail/charset.def"
};

#define CHARSET_COUNT (sizeof charsets / sizeof *charsets)

/* What each has once it is loaded; zeros: the C library does not know it.  A converter stays open
 * so that glibc keeps its file loaded: another iconv_open() of the same then opens none. */
static struct {
    iconv_t converter;
    uint16_t *table; /* of NARROW: the characters of the 256 bytes */
} loaded[CHARSET_COUNT];

static struct label {
    const char *text;
    size_t n;
    size_t charset;
} * labels;
static size_t label_count;

/* ---- labels ---- */

static int compare_labels(const void *a, const void *b)
{
    const struct label *one = a, *other = b;
    size_t n = one->n < other->n ? one->n : other->n;
    int order = memcmp(one->text, other->text, n);
    return order ? order : (one->n > other->n) - (one->n < other->n);
}

static bool is_known(size_t charset)
{
    return loaded[charset].converter || loaded[charset].table;
}

static const struct charset *find_label(const char *text, size_t n)
{
    struct label key = {text, n, 0};
    const struct label *label = bsearch(&key, labels, label_count, sizeof *labels, compare_labels);
    return label && is_known(label->charset) ? &charsets[label->charset] : NULL;
}

/* "x-mac-roman", "cslatin1" */
static const struct charset *find_plain(const char *text, size_t n)
{
    const struct charset *charset = find_label(text, n);
    if (!charset && n > 1 && text[0] == 'x')
        charset = find_label(text + 1, n - 1);
    if (!charset && n > 2 && text_starts(text, "cs"))
        charset = find_label(text + 2, n - 2);
    return charset;
}

/* What stands behind a good label is cut off, "iso-2022-jp$ESC", unless it is a number. */
static const struct charset *charset_find(const char *label)
{
    char plain[MAX_LABEL] = "";
    size_t ends[MAX_LABEL], cuts = 0, n = 0;
    bool inside = false;
    for (const char *p = label; *p; p++) {
        if (!isalnum((unsigned char)*p)) {
            inside = false;
            continue;
        }
        if (n == sizeof plain)
            return NULL;
        if (!inside && isalpha((unsigned char)*p))
            ends[cuts++] = n;
        inside = true;
        plain[n++] = (char)tolower((unsigned char)*p);
    }
    const struct charset *charset = find_plain(plain, n);
    while (!charset && cuts > 0 && ends[--cuts] > 0)
        charset = find_plain(plain, ends[cuts]);
    return charset;
}

/* ---- once a process ---- */

static void add_labels(size_t charset)
{
    for (const char *s = charsets[charset].labels; *s; s += strspn(s, " ")) {
        size_t n = strcspn(s, " ");
        labels[label_count++] = (struct label){s, n, charset};
        s += n;
    }
}

static void list_labels(void)
{
    size_t bytes = 0;
    for (size_t i = 0; i < CHARSET_COUNT; i++)
        bytes += strlen(charsets[i].labels) + 1;
    labels = xcalloc(bytes / 2 + 1, sizeof *labels);
    for (size_t i = 0; i < CHARSET_COUNT; i++)
        add_labels(i);
    qsort(labels, label_count, sizeof *labels, compare_labels);
}

static uint16_t character_of(iconv_t cd, char byte)
{
    char *in = &byte;
    uint32_t characters[4] = {0};
    char *out = (char *)characters;
    size_t in_n = 1, room = sizeof characters;
    iconv(cd, NULL, NULL, NULL, NULL);
    bool valid = iconv(cd, &in, &in_n, &out, &room) != (size_t)-1 &&
                 iconv(cd, NULL, NULL, &out, &room) != (size_t)-1;
    bool one = sizeof characters - room == sizeof *characters && characters[0] < UNMAPPED;
    return valid && one ? (uint16_t)characters[0] : UNMAPPED;
}

static uint16_t *make_table(const char *name)
{
    iconv_t cd = iconv_open("WCHAR_T", name);
    if (cd == (iconv_t)-1)
        return NULL;
    uint16_t *table = xcalloc(256, sizeof *table);
    for (int i = 0; i < 256; i++)
        table[i] = character_of(cd, (char)i);
    iconv_close(cd);
    return table;
}

void charset_preload(void)
{
    list_labels();
    for (size_t i = 0; i < CHARSET_COUNT; i++) {
        if (charsets[i].kind == NARROW) {
            loaded[i].table = make_table(charsets[i].iconv);
            continue;
        }
        iconv_t cd = iconv_open("UTF-8", charsets[i].iconv);
        loaded[i].converter = cd == (iconv_t)-1 ? NULL : cd;
    }
    if (!charset_find("utf-8") || !charset_find("windows-1252"))
        panic("iconv knows neither UTF-8 nor windows-1252");
}

/* ---- converting ---- */

static void add_character(struct text *out, uint32_t c)
{
    char s[4];
    size_t n = 0;
    if (c < 0x80) {
        s[n++] = (char)c;
    } else if (c < 0x800) {
        s[n++] = (char)(0xc0 | c >> 6);
        s[n++] = (char)(0x80 | (c & 0x3f));
    } else {
        s[n++] = (char)(0xe0 | c >> 12);
        s[n++] = (char)(0x80 | (c >> 6 & 0x3f));
        s[n++] = (char)(0x80 | (c & 0x3f));
    }
    text_add_bytes(out, s, n);
}

static bool convert_narrow(const uint16_t *table, const char *bytes, size_t n, struct text *out)
{
    bool valid = true;
    for (size_t i = 0; i < n; i++) {
        uint16_t c = table[(unsigned char)bytes[i]];
        valid = valid && c != UNMAPPED;
        add_character(out, c == UNMAPPED ? 0xfffd : c);
    }
    return valid;
}

/* U+FFFD for what is invalid.  Opened anew, for a converter that was used may remember the mark of
 * the text before. */
static bool convert_iconv(const char *name, const char *bytes, size_t n, struct text *out)
{
    iconv_t cd = iconv_open("UTF-8", name);
    if (cd == (iconv_t)-1)
        panic("iconv lost %s", name);
    union {
        const char *in;
        char *iconv; /* iconv(3) does not write there */
    } p = {bytes};
    bool valid = true;
    while (n > 0) {
        char buffer[4096], *to = buffer;
        size_t room = sizeof buffer;
        size_t result = iconv(cd, &p.iconv, &n, &to, &room);
        int error = errno;
        text_add_bytes(out, buffer, (size_t)(to - buffer));
        if (result != (size_t)-1 || error == E2BIG)
            continue;
        valid = false;
        text_add(out, "\uFFFD");
        p.in++;
        n--;
    }
    iconv_close(cd);
    return valid;
}

static bool convert(const struct charset *charset, const char *bytes, size_t n, struct text *out)
{
    const uint16_t *table = loaded[charset - charsets].table;
    return table ? convert_narrow(table, bytes, n, out)
                 : convert_iconv(charset->iconv, bytes, n, out);
}

/* ---- what the bytes are ---- */

static bool has_8bit(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)bytes[i] >= 0x80)
            return true;
    return false;
}

/* The length of the UTF-8 sequence at s, 0 where it is none. */
static size_t sequence_length(const unsigned char *s, size_t n)
{
    size_t length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    return s[0] >= 0xc2 && s[0] <= 0xf4 && length <= n && text_is_utf8((const char *)s, length)
               ? length
               : 0;
}

/* Characters above ASCII that are whole, and bytes that are none. */
static void count_sequences(const char *bytes, size_t n, size_t *good_r, size_t *bad_r)
{
    *good_r = *bad_r = 0;
    for (size_t i = 0; i < n;) {
        const unsigned char *s = (const unsigned char *)bytes + i;
        size_t length = *s < 0x80 ? 1 : sequence_length(s, n - i);
        *good_r += length > 1;
        *bad_r += length == 0;
        i += length ? length : 1;
    }
}

/* UTF-8, also with damage, or windows-1252: in UTF-8 nearly all bytes above ASCII fit together. */
static const struct charset *guess(const char *bytes, size_t n)
{
    size_t good, bad;
    count_sequences(bytes, n, &good, &bad);
    return charset_find(bad == 0 || good > bad * 2 ? "utf-8" : "windows-1252");
}

/* UTF-16 by its mark (RFC 2781 section 3.2). */
static const struct charset *find_marked(const char *bytes, size_t n)
{
    if (n < 2 || n % 2 != 0)
        return NULL;
    if (memcmp(bytes, "\xff\xfe", 2) == 0)
        return charset_find("utf-16le");
    return memcmp(bytes, "\xfe\xff", 2) == 0 ? charset_find("utf-16be") : NULL;
}

/* Without a mark, by the half of the characters that is zero in all western text. */
static const struct charset *find_unmarked(const char *bytes, size_t n)
{
    size_t zeros[2] = {0, 0};
    for (size_t i = 0; i < n; i++)
        zeros[i % 2] += bytes[i] == '\0';
    return charset_find(zeros[0] > zeros[1] ? "utf-16be" : "utf-16le");
}

/* Whether the bytes cannot be what the label says, and UTF-8 or windows-1252 instead. */
static bool label_lies(const struct charset *charset, const char *bytes, size_t n)
{
    size_t good, bad;
    const uint16_t *table = loaded[charset - charsets].table;
    bool eight = has_8bit(bytes, n);
    switch (charset->kind) {
    case UTF8:
        return eight && !text_is_utf8(bytes, n);
    case SEVEN:
        return eight;
    case NARROW:
        if (table['A'] != 'A') /* EBCDIC, whose letters have the eighth bit */
            return n > 0 && !eight;
        return eight && text_is_utf8(bytes, n);
    case MULTI:
        count_sequences(bytes, n, &good, &bad);
        return bad == 0 && good >= SURE_SEQUENCES;
    case WIDE:
        return text_starts(charset->iconv, "UTF-") && !memchr(bytes, '\0', n) &&
               !find_marked(bytes, n) && text_is_utf8(bytes, n);
    }
    return false;
}

static const struct charset *choose(const char *label, const char *bytes, size_t n, bool *bad_r)
{
    const struct charset *charset = label ? charset_find(label) : NULL;
    bool wide = charset && charset->kind == WIDE;
    bool utf16 = charset && strcmp(charset->iconv, "UTF-16") == 0;
    const struct charset *marked = wide && !utf16 ? NULL : find_marked(bytes, n);
    *bad_r = label &&
             ((marked && !utf16) || (charset ? label_lies(charset, bytes, n) : has_8bit(bytes, n)));
    if (marked)
        return marked;
    if (!charset || *bad_r)
        return guess(bytes, n);
    return utf16 ? find_unmarked(bytes, n) : charset;
}

/* ---- text that was made UTF-8 twice ---- */

/* The byte that windows-1252 has for a character above ASCII at s, whose length is *n_r; -1: none.
 */
static int byte_of(const char *s, size_t *n_r)
{
    const unsigned char *u = (const unsigned char *)s;
    const uint16_t *table = loaded[charset_find("windows-1252") - charsets].table;
    *n_r = u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
    if (u[0] <= 0xc3)
        return (u[0] & 3) << 6 | (u[1] & 0x3f);
    int c = *n_r == 2   ? (u[0] & 0x1f) << 6 | (u[1] & 0x3f)
            : *n_r == 3 ? (u[0] & 0xf) << 12 | (u[1] & 0x3f) << 6 | (u[2] & 0x3f)
                        : UNMAPPED;
    for (int i = 0x80; i < 0xa0 && c != UNMAPPED; i++)
        if (table[i] == c)
            return i;
    return -1;
}

/* "fÃ¼r": UTF-8 that was taken for windows-1252 and made UTF-8 once more.  Certain only where all
 * of the text can be turned back; one true umlaut, and nothing is touched. */
static bool undouble(struct arena *arena, struct text *text)
{
    static const char *const signs[] = {"\u00c3", "\u00c2", "\u00e2"};
    struct text once;
    size_t good, bad;
    if (!strstr(text->s, signs[0]) && !strstr(text->s, signs[1]) && !strstr(text->s, signs[2]))
        return false;
    text_init(&once, arena);
    for (size_t i = 0, n = 1; i < text->len; i += n, n = 1) {
        bool plain = (unsigned char)text->s[i] < 0x80;
        int byte = plain ? text->s[i] : byte_of(text->s + i, &n);
        if (byte < 0)
            return false;
        text_add_char(&once, (char)byte);
    }
    count_sequences(once.s, once.len, &good, &bad);
    if (bad > 0)
        return false;
    *text = once;
    return true;
}

/* Bytes that do not fit their label, but are UTF-8 without a fault. */
static bool is_utf8_instead(const struct charset *charset, const char *bytes, size_t n)
{
    return charset->kind != UTF8 && has_8bit(bytes, n) && text_is_utf8(bytes, n);
}

char *charset_to_utf8(struct arena *arena, const char *label, const char *bytes, size_t n,
                      size_t *n_r, bool *bad_r)
{
    struct text out;
    text_init(&out, arena);
    bool lies;
    const struct charset *charset = choose(label, bytes, n, &lies);
    bool valid = convert(charset, bytes, n, &out);
    if (!valid && is_utf8_instead(charset, bytes, n)) {
        charset = charset_find("utf-8");
        text_init(&out, arena);
        convert(charset, bytes, n, &out);
    }
    if (valid && charset->kind == UTF8 && undouble(arena, &out))
        lies = true;
    *bad_r = lies || (label && !valid);
    *n_r = out.len;
    return out.s;
}
