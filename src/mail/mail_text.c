/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/inside.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

/* Shorter ones may be stubs; a motion is longer. */
#define STUB_MAX 400

/*
 * The charsets we know.  Only these, so that a reading depends neither on what a system has
 * installed nor on whether the sandbox is closed already; a label that is not here is unknown.
 * ISO-8859-1 and ASCII are read as windows-1252, which holds both, as all mail programs do.  A
 * charset that is narrow has a letter for nearly every byte, so that UTF-8 under its label is told
 * by its form.
 */
struct charset {
    const char *label;
    const char *iconv;
    bool narrow;
};

static const struct charset charsets[] = {
    {"utf-8", "UTF-8", false},
    {"utf8", "UTF-8", false},
    {"us-ascii", "CP1252", true},
    {"ascii", "CP1252", true},
    {"ansi_x3.4-1968", "CP1252", true},
    {"iso-8859-1", "CP1252", true},
    {"iso8859-1", "CP1252", true},
    {"iso_8859-1", "CP1252", true},
    {"latin1", "CP1252", true},
    {"latin-1", "CP1252", true},
    {"windows-1252", "CP1252", true},
    {"cp1252", "CP1252", true},
    {"cp-1252", "CP1252", true},
    {"iso-8859-15", "ISO-8859-15", true},
    {"iso8859-15", "ISO-8859-15", true},
    {"iso_8859-15", "ISO-8859-15", true},
    {"latin9", "ISO-8859-15", true},
    {"iso-8859-2", "ISO-8859-2", true},
    {"iso-8859-5", "ISO-8859-5", true},
    {"iso-8859-7", "ISO-8859-7", true},
    {"iso-8859-9", "ISO-8859-9", true},
    {"iso-8859-16", "ISO-8859-16", true},
    {"windows-1250", "CP1250", true},
    {"windows-1251", "CP1251", true},
    {"windows-1253", "CP1253", true},
    {"windows-1254", "CP1254", true},
    {"windows-1257", "CP1257", true},
    {"koi8-r", "KOI8-R", true},
    {"koi8-u", "KOI8-U", true},
    {"macintosh", "MACINTOSH", true},
    {"x-mac-roman", "MACINTOSH", true},
    {"cp437", "IBM437", true},
    {"ibm437", "IBM437", true},
    {"cp850", "IBM850", true},
    {"ibm850", "IBM850", true},
    {"utf-7", "UTF-7", false},
    {"utf-16", "UTF-16", false},
    {"utf-16le", "UTF-16LE", false},
    {"utf-16be", "UTF-16BE", false},
    {"utf-32", "UTF-32", false},
    {"gb2312", "GB18030", false},
    {"gbk", "GB18030", false},
    {"gb18030", "GB18030", false},
    {"big5", "BIG5", false},
    {"euc-kr", "EUC-KR", false},
    {"ks_c_5601-1987", "EUC-KR", false},
    {"shift_jis", "SHIFT_JIS", false},
    {"euc-jp", "EUC-JP", false},
    {"iso-2022-jp", "ISO-2022-JP", false},
};

#define CHARSET_COUNT (sizeof charsets / sizeof *charsets)

/* Open for as long as the process lives: glibc then keeps the converter's file loaded, and another
 * iconv_open() of the same works where no file can be opened.  GMime has its own names for the
 * charsets of encoded words, and so at times another converter. */
static iconv_t held[CHARSET_COUNT], held_by_gmime[CHARSET_COUNT];

void charset_preload(void)
{
    for (size_t i = 0; i < CHARSET_COUNT; i++) {
        held[i] = iconv_open("UTF-8", charsets[i].iconv);
        if (held[i] == (iconv_t)-1)
            panic("iconv knows no %s", charsets[i].iconv);
        held_by_gmime[i] = g_mime_iconv_open("UTF-8", charsets[i].label);
    }
}

static const struct charset *charset_find(const char *label)
{
    for (size_t i = 0; i < CHARSET_COUNT; i++)
        if (strcasecmp(charsets[i].label, label) == 0)
            return &charsets[i];
    return NULL;
}

/* U+FFFD for what is invalid; true where everything was valid. */
static bool convert(const char *from, const char *bytes, size_t n, struct text *out)
{
    iconv_t cd = iconv_open("UTF-8", from);
    if (cd == (iconv_t)-1)
        panic("iconv lost %s", from);
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

/* UTF-8 with damage, rather than another charset: most of the bytes above ASCII fit together. */
static bool mostly_utf8(const char *bytes, size_t n)
{
    size_t good = 0, bad = 0;
    for (size_t i = 0; i < n;) {
        const unsigned char *s = (const unsigned char *)bytes + i;
        size_t length = *s < 0x80 ? 1 : sequence_length(s, n - i);
        good += length > 1;
        bad += length == 0;
        i += length ? length : 1;
    }
    return good > bad * 2;
}

static char *as_utf8_or_windows(struct arena *arena, const char *bytes, size_t n, size_t *n_r)
{
    struct text out;
    text_init(&out, arena);
    convert(mostly_utf8(bytes, n) || text_is_utf8(bytes, n) ? "UTF-8" : "CP1252", bytes, n, &out);
    *n_r = out.len;
    return out.s;
}

char *charset_to_utf8(struct arena *arena, const char *label, const char *bytes, size_t n,
                      size_t *n_r, bool *bad_r)
{
    const struct charset *charset = label ? charset_find(label) : NULL;
    bool eight = has_8bit(bytes, n);
    bool utf8 = eight && text_is_utf8(bytes, n);
    *bad_r = label && !charset && eight;
    if (!charset)
        return as_utf8_or_windows(arena, bytes, n, n_r);
    bool ascii = strstr(charset->label, "ascii") || strcasecmp(label, "ansi_x3.4-1968") == 0;
    bool lies = (charset->narrow && utf8) || (ascii && eight) ||
                (strcmp(charset->iconv, "UTF-8") == 0 && eight && !utf8);
    if (lies) {
        *bad_r = true;
        return as_utf8_or_windows(arena, bytes, n, n_r);
    }
    struct text out;
    text_init(&out, arena);
    *bad_r = !convert(charset->iconv, bytes, n, &out);
    *n_r = out.len;
    return out.s;
}

/* What may not stand in a text: C0 but LF and TAB, DEL, C1. */
static size_t control_length(const char *s)
{
    unsigned char c = (unsigned char)*s;
    if (c == 0xc2 && (unsigned char)s[1] >= 0x80 && (unsigned char)s[1] < 0xa0)
        return 2;
    return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f ? 1 : 0;
}

char *text_normalize(struct arena *arena, const char *s, size_t n)
{
    char *text = text_nfc(arena, s, n);
    if (text_starts(text, "\ufeff"))
        text += strlen("\ufeff");
    char *to = text;
    for (const char *p = text; *p;) {
        size_t control = control_length(p);
        if (*p == '\r' && p[1] == '\n')
            p++;
        else if (*p == '\r' || *p == '\f' || *p == '\v')
            *to++ = '\n', p++;
        else if (control)
            p += control;
        else
            *to++ = *p++;
    }
    *to = '\0';
    return text;
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

static bool has_word(const char *folded, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = strstr(folded, word); p; p = strstr(p + 1, word)) {
        bool starts = p == folded || !is_letter(p - 1);
        if (starts && !is_letter(p + n))
            return true;
    }
    return false;
}

static bool has_any_word(struct arena *arena, const char *s, const char *const *words)
{
    char *folded = text_fold(arena, s);
    for (; *words; words++)
        if (has_word(folded, text_fold(arena, *words)))
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
    return n == 0 || (n <= STUB_MAX && has_any_word(arena, squeezed, cues));
}

static bool is_forward_mark(struct arena *arena, const char *line)
{
    static const char *const marks[] = {
#define FORWARD_MARK(word) word,
#include "mail/words_mail.def"
        NULL,
    };
    char *folded = text_fold(arena, line);
    for (const char *const *mark = marks; *mark; mark++)
        if (text_starts(folded, text_fold(arena, *mark)))
            return true;
    return false;
}

/* Only what the writer says himself: no quotes, nothing below a signature or a forwarded head. */
static char *own_words(struct arena *arena, const char *s)
{
    struct text own;
    text_init(&own, arena);
    while (*s) {
        size_t n = strcspn(s, "\n");
        const char *line = arena_strndup(arena, s, n);
        s += n + (s[n] == '\n');
        if (*line == '>')
            continue;
        if (is_forward_mark(arena, line))
            break;
        text_add(&own, line);
        text_add_char(&own, ' ');
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
    return has_any_word(arena, own_words(arena, s), cues);
}
