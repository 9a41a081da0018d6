/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/inside.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Shorter ones may be stubs; a motion is longer. */
#define STUB_MAX 400

/* The length of what is no text at s, of which n bytes are left: C0 but LF and TAB, DEL, C1, and
 * what has no width. */
static size_t nothing_length(const char *s, size_t n)
{
    static const char *const nothing[] = {"\u00ad", "\u200b", "\u2060", "\ufeff"};
    unsigned char c = (unsigned char)*s;
    if (c == 0xc2 && n > 1 && (unsigned char)s[1] >= 0x80 && (unsigned char)s[1] < 0xa0)
        return 2;
    for (size_t i = 0; c >= 0xc2 && i < sizeof nothing / sizeof *nothing; i++) {
        size_t length = strlen(nothing[i]);
        if (length <= n && memcmp(s, nothing[i], length) == 0)
            return length;
    }
    return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f ? 1 : 0;
}

/* A soft hyphen at the end of a line is seen: there the word is parted. */
static bool is_hyphen(const char *s, size_t n)
{
    return n > 2 && memcmp(s, "\u00ad", 2) == 0 && (s[2] == '\n' || s[2] == '\r');
}

/* In normal form at the end: what goes may have stood between a letter and its dots. */
char *text_normalize(struct arena *arena, const char *s, size_t n)
{
    char *text = arena_alloc(arena, n + 1), *to = text;
    for (const char *end = s + n; s < end;) {
        size_t left = (size_t)(end - s), nothing = nothing_length(s, left);
        if (*s == '\r' && left > 1 && s[1] == '\n')
            s++;
        else if (*s == '\r' || *s == '\f' || *s == '\v')
            *to++ = '\n', s++;
        else if (is_hyphen(s, left))
            *to++ = '-', s += 2;
        else if (nothing)
            s += nothing;
        else
            *to++ = *s++;
    }
    return text_nfc(arena, text, (size_t)(to - text));
}

static size_t quote_depth(const char *s)
{
    return strspn(s, ">");
}

char *text_unflow(struct arena *arena, const char *s, bool delsp)
{
    struct text out;
    text_init(&out, arena);
    bool open = false; /* the line before flows into this one */
    size_t depth_before = 0;
    while (*s) {
        size_t depth = quote_depth(s);
        size_t n = strcspn(s, "\n");
        const char *line = s + depth;
        size_t length = n - depth;
        s += n + (s[n] == '\n');
        if (length > 0 && *line == ' ')
            line++, length--;
        bool signature = length == 3 && memcmp(line, "-- ", 3) == 0;
        if (open && (depth != depth_before || signature)) {
            text_add_char(&out, '\n');
            open = false;
        }
        if (!open && depth > 0) {
            for (size_t i = 0; i < depth; i++)
                text_add_char(&out, '>');
            text_add_char(&out, ' ');
        }
        bool flows = length > 0 && line[length - 1] == ' ' && !signature;
        text_add_bytes(&out, line, length - (flows && delsp));
        if (!flows)
            text_add_char(&out, '\n');
        open = flows;
        depth_before = depth;
    }
    return out.s;
}

/* ---- words ---- */

static bool is_letter(const char *s)
{
    return isalnum((unsigned char)*s) || (unsigned char)*s >= 0x80;
}

char *text_plain_quotes(char *s)
{
    static const char quote[] = "\xE2\x80\x99"; /* U+2019 */
    for (char *p = strstr(s, quote); p; p = strstr(p + 1, quote)) {
        *p = '\'';
        memmove(p + 1, p + 3, strlen(p + 3) + 1);
    }
    return s;
}

bool text_has_word(const char *folded, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = strstr(folded, word); p; p = strstr(p + 1, word)) {
        bool starts = p == folded || !is_letter(p - 1);
        if (starts && !is_letter(p + n))
            return true;
    }
    return false;
}

bool text_has_part(const char *folded, const char *const *parts)
{
    for (; *parts; parts++)
        if (strstr(folded, *parts))
            return true;
    return false;
}

const char *sentence_next(struct arena *arena, const char **s)
{
    const char *begin = *s;
    size_t n = strcspn(begin, ".!?;");
    if (*begin == '\0')
        return NULL;
    while (begin[n] && begin[n + 1] && begin[n + 1] != ' ')
        n += 1 + strcspn(begin + n + 1, ".!?;");
    *s = begin + n + (begin[n] != '\0');
    return arena_strndup(arena, begin, n);
}

bool text_has_any(const char *folded, const char *const *words)
{
    for (; *words; words++)
        if (text_has_word(folded, *words))
            return true;
    return false;
}

bool text_is_stub(struct arena *arena, const char *s)
{
    static const char *const cues[] = {
#define STUB_CUE(word) word,
#include "mail/words_mail.def"
        NULL,
    };
    char *squeezed = text_squeeze(arena, s);
    size_t n = strlen(squeezed);
    return n == 0 || (n <= STUB_MAX && text_has_any(text_fold(arena, squeezed), cues));
}

size_t text_visible(const char *s)
{
    size_t n = 0;
    for (; *s; s++)
        n += !isspace((unsigned char)*s);
    return n;
}

static bool is_forward_mark(const char *folded)
{
    static const char *const marks[] = {
#define FORWARD_MARK(word) word,
#include "mail/words_mail.def"
        NULL,
    };
    for (const char *const *mark = marks; *mark; mark++)
        if (text_starts(folded, *mark))
            return true;
    return false;
}

/* "Am 4. August 2015 schrieb Anna Kempen:", on one line. */
static bool is_quote_line(struct arena *arena, const char *folded)
{
    static const struct {
        const char *start, *inside;
    } lines[] = {
#define QUOTE_LINE(start, inside) {start, inside},
#include "mail/words_mail.def"
    };
    const char *line = text_trim(arena, arena_strndup(arena, folded, strcspn(folded, "\n")));
    size_t n = strlen(line);
    for (size_t i = 0; n > 0 && line[n - 1] == ':' && i < sizeof lines / sizeof *lines; i++)
        if (text_starts(line, lines[i].start) && strstr(line, lines[i].inside))
            return true;
    return false;
}

char *text_own_words(struct arena *arena, const char *s)
{
    struct text own;
    text_init(&own, arena);
    for (s = text_fold(arena, s); *s && !is_forward_mark(s) && !is_quote_line(arena, s);) {
        size_t n = strcspn(s, "\n");
        if (*s != '>') {
            text_add_bytes(&own, s, n);
            text_add_char(&own, ' ');
        }
        s += n + (s[n] == '\n');
    }
    return own.len ? text_squeeze(arena, own.s) : arena_strdup(arena, "");
}

bool text_speaks_of_attachment(struct arena *arena, const char *s)
{
    static const char *const cues[] = {
#define ATTACHMENT_CUE(word) word,
#include "mail/words_mail.def"
        NULL,
    };
    return text_has_any(text_own_words(arena, s), cues);
}
