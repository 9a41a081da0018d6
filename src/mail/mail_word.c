/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Encoded words (RFC 2047), and what programs make of them: blanks inside, no end, no padding, a
 * character that begins in one word and ends in the next, words in quotes and in parameters.
 * Nothing but words is changed.
 */
#include "mail/inside.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define MAX_CHARSET 60

/* =?charset*language?encoding?text?= */
struct word {
    const char *charset;
    char encoding; /* 'q' or 'b' */
    const char *text;
    size_t n;
    const char *end; /* behind the word */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_hex(char c)
{
    return isxdigit((unsigned char)c);
}

/* "?=" ends a word, unless it is a bare "?" before an octet, and the word ends later. */
static bool ends_here(const char *s)
{
    if (!is_hex(s[2]) || !is_hex(s[3]))
        return true;
    const char *later = strstr(s + 2, "?=");
    return !later || memchr(s, ' ', (size_t)(later - s));
}

/* The text up to its "?="; without one, up to the next word, or else to the blank. */
static void take_text(struct word *word, const char *s)
{
    const char *next = strstr(s, "=?"), *end = strstr(s, "?=");
    while (next && end && next + 1 == end) /* "=?=": the "=" is of the text */
        next = strstr(next + 2, "=?");
    while (end && (!next || end < next) && !ends_here(end))
        end = strstr(end + 2, "?=");
    word->text = s;
    if (end && (!next || end < next)) {
        word->n = (size_t)(end - s);
        word->end = end + 2;
        return;
    }
    word->n = strcspn(s, " \t\"(),;<>");
    if (next && (size_t)(next - s) < word->n)
        word->n = (size_t)(next - s);
    word->end = s + word->n;
    while (word->n > 0 && s[word->n - 1] == '?')
        word->n--;
}

/* Whether a word begins at s. */
static bool take_word(struct arena *arena, const char *s, struct word *word_r)
{
    if (s[0] != '=' || s[1] != '?')
        return false;
    s += 2;
    size_t n = strcspn(s, "? \t\"()<>,;@");
    if (n == 0 || n > MAX_CHARSET || s[n] != '?')
        return false;
    char encoding = (char)tolower((unsigned char)s[n + 1]);
    if ((encoding != 'q' && encoding != 'b') || s[n + 2] != '?')
        return false;
    *word_r = (struct word){.encoding = encoding};
    take_text(word_r, s + n + 3);
    char *charset = arena_strndup(arena, s, n);
    charset[strcspn(charset, "*")] = '\0'; /* RFC 2231 section 5 */
    word_r->charset = charset;
    return true;
}

static int hex_value(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

static void decode_q(struct text *bytes, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '=' && i + 2 < n && is_hex(s[i + 1]) && is_hex(s[i + 2])) {
            text_add_char(bytes, (char)(hex_value(s[i + 1]) << 4 | hex_value(s[i + 2])));
            i += 2;
        } else {
            text_add_char(bytes, s[i] == '_' ? ' ' : s[i]);
        }
    }
}

static int base64_value(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *p = c ? strchr(digits, c) : NULL;
    return p ? (int)(p - digits) : -1;
}

/* Padding begins anew: some programs join words that were encoded apart. */
static void decode_b(struct text *bytes, const char *s, size_t n)
{
    unsigned bits = 0, count = 0;
    for (size_t i = 0; i < n; i++) {
        int value = base64_value(s[i]);
        if (s[i] == '=')
            bits = count = 0;
        if (value < 0)
            continue;
        bits = bits << 6 | (unsigned)value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            text_add_char(bytes, (char)(bits >> count & 0xff));
        }
    }
}

/* A NUL would end the value for us, not for others. */
static void add_characters(struct text *out, const char *utf8, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (utf8[i] != '\0')
            text_add_char(out, utf8[i]);
}

/* The words from s on that only blanks part; those of one charset are decoded together, so that a
 * character may begin in one and end in the next.  What stands behind them, or NULL. */
static const char *take_words(struct arena *arena, const char *s, struct text *out)
{
    struct word word, next;
    size_t n;
    bool bad, more;
    if (!take_word(arena, s, &word))
        return NULL;
    do {
        struct text bytes;
        text_init(&bytes, arena);
        const char *charset = word.charset;
        do {
            if (word.encoding == 'q')
                decode_q(&bytes, word.text, word.n);
            else
                decode_b(&bytes, word.text, word.n);
            s = word.end;
            more = take_word(arena, s + strspn(s, " \t"), &next);
            if (more)
                word = next;
        } while (more && strcasecmp(word.charset, charset) == 0);
        const char *utf8 = charset_to_utf8(arena, charset, bytes.s, bytes.len, &n, &bad);
        add_characters(out, utf8, n);
    } while (more);
    return s;
}

char *words_decode(struct arena *arena, const char *s)
{
    struct text out;
    text_init(&out, arena);
    while (*s) {
        const char *start = strstr(s, "=?");
        size_t plain = start ? (size_t)(start - s) : strlen(s);
        text_add_bytes(&out, s, plain);
        s += plain;
        const char *behind = start ? take_words(arena, s, &out) : NULL;
        if (behind) {
            s = behind;
        } else if (start) {
            text_add(&out, "=?");
            s += 2;
        }
    }
    return out.s;
}

/* ---- in a field of addresses ---- */

/* An address parser would decode "=?" once more; what has no width parts it until then. */
#define APART "\u2060"

/* What an address parser must not take for its own. */
static void add_quoted(struct text *out, const char *s)
{
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            text_add_char(out, '\\');
        text_add_char(out, is_blank(*s) || (unsigned char)*s < ' ' ? ' ' : *s);
        if (*s == '=' && s[1] == '?')
            text_add(out, APART);
    }
}

static void add_comment(struct text *out, const char *s)
{
    for (; *s; s++)
        if (*s != '(' && *s != ')' && *s != '\\')
            text_add_char(out, *s);
}

char *words_decode_phrases(struct arena *arena, const char *s)
{
    struct text out;
    text_init(&out, arena);
    bool quoted = false;
    int comment = 0;
    while (*s) {
        struct text decoded;
        text_init(&decoded, arena);
        const char *behind = take_words(arena, s, &decoded);
        if (behind && quoted) {
            add_quoted(&out, decoded.s);
        } else if (behind && comment > 0) {
            add_comment(&out, decoded.s);
        } else if (behind) {
            text_add_char(&out, '"');
            add_quoted(&out, decoded.s);
            text_add_char(&out, '"');
        }
        if (behind) {
            s = behind;
            continue;
        }
        if (*s == '\\' && (quoted || comment > 0) && s[1])
            text_add_char(&out, *s++);
        else if (*s == '"' && comment == 0)
            quoted = !quoted;
        else if (!quoted)
            comment += *s == '(' ? 1 : *s == ')' && comment > 0 ? -1 : 0;
        text_add_char(&out, *s);
        if (*s == '=' && s[1] == '?')
            text_add(&out, APART);
        s++;
    }
    return out.s;
}
