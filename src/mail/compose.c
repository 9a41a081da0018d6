/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/compose.h"

#include "base/day.h"
#include "base/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define LINE_FOLD 78  /* RFC 5322 section 2.1.1: should */
#define LINE_HARD 990 /* 998 must, with room for what stands before */
#define WORD_MAX 75   /* RFC 2047 section 2 */
#define QP_LINE 76    /* RFC 2045 section 6.7 */
#define QUOTED_MAX 60 /* a longer name goes as encoded words, which can be folded */

/* A header while it is written. */
struct writer {
    struct text text;
    size_t column;
};

static void write_bytes(struct writer *writer, const char *s, size_t n)
{
    text_add_bytes(&writer->text, s, n);
    writer->column += n;
}

static void write_fold(struct writer *writer)
{
    text_add(&writer->text, "\r\n ");
    writer->column = 1;
}

static void write_end(struct writer *writer)
{
    text_add(&writer->text, "\r\n");
    writer->column = 0;
}

static void write_name(struct writer *writer, const char *name)
{
    write_bytes(writer, name, strlen(name));
    write_bytes(writer, ": ", 2);
}

/* Control characters are blanks: nothing foreign may end a line. */
static char *tame(struct arena *arena, const char *s)
{
    char *copy = arena_strdup(arena, s ? s : "");
    for (char *p = copy; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    return copy;
}

static size_t longest_word(const char *s)
{
    size_t longest = 0;
    while (*s) {
        size_t n = strcspn(s, " ");
        longest = n > longest ? n : longest;
        s += n + (s[n] == ' ');
    }
    return longest;
}

/* ASCII, folded at its blanks.  Runs of blanks keep together: a line of blanks alone is none. */
static void write_ascii(struct writer *writer, const char *s)
{
    while (*s) {
        size_t blanks = strspn(s, " ");
        size_t n = blanks + strcspn(s + blanks, " ");
        bool fits = writer->column + n <= LINE_FOLD;
        if (!fits && blanks > 0 && n > blanks && writer->column > 1) {
            text_add(&writer->text, "\r\n");
            writer->column = 0;
        }
        for (size_t part; n > 0; n -= part, s += part) {
            part = n < LINE_HARD ? n : LINE_HARD;
            write_bytes(writer, s, part);
            if (n > part)
                write_fold(writer);
        }
    }
}

/* ---- RFC 2047 ---- */

static size_t character_length(const char *s)
{
    size_t n = 1;
    while (((unsigned char)s[n] & 0xc0) == 0x80 && n < 4)
        n++;
    return n;
}

/* Q as section 5 (3) allows it even in a phrase. */
static size_t encode_character(const char *s, size_t n, char out[static 13])
{
    static const char hex[] = "0123456789ABCDEF";
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c < 0x80 && isalnum(c)) {
            out[len++] = s[i];
        } else if (c == ' ') {
            out[len++] = '_';
        } else {
            out[len++] = '=';
            out[len++] = hex[c >> 4];
            out[len++] = hex[c & 15];
        }
    }
    out[len] = '\0';
    return len;
}

static void write_encoded(struct writer *writer, const char *s)
{
    static const char head[] = "=?UTF-8?Q?", tail[] = "?=";
    const size_t frame = sizeof head + sizeof tail - 2;
    while (*s) {
        if (writer->column + frame + 12 > LINE_FOLD)
            write_fold(writer);
        size_t room = LINE_FOLD - writer->column;
        room = (room < WORD_MAX ? room : WORD_MAX) - frame;
        write_bytes(writer, head, strlen(head));
        while (*s) {
            char out[13];
            size_t n = character_length(s), len = encode_character(s, n, out);
            if (len > room)
                break;
            write_bytes(writer, out, len);
            room -= len;
            s += n;
        }
        write_bytes(writer, tail, strlen(tail));
        if (*s)
            write_fold(writer);
    }
}

/* May it stand as it is, without anybody decoding it to something else? */
static bool is_literal(const char *s)
{
    size_t n = strlen(s);
    return n > 0 && text_is_ascii(s) && s[0] != ' ' && s[n - 1] != ' ' && !strstr(s, "  ") &&
           !strstr(s, "=?") && longest_word(s) < LINE_FOLD - 20;
}

static void write_text(struct writer *writer, const char *s)
{
    if (*s == '\0')
        return;
    if (is_literal(s))
        write_ascii(writer, s);
    else
        write_encoded(writer, s);
}

/* ---- addresses ---- */

static bool is_phrase(const char *s)
{
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && !strchr(" -_!#$%&'*+/=?^`{|}~", *s))
            return false;
    return true;
}

static void write_quoted(struct writer *writer, const char *s)
{
    write_bytes(writer, "\"", 1);
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            write_bytes(writer, "\\", 1);
        write_bytes(writer, s, 1);
    }
    write_bytes(writer, "\"", 1);
}

/* An address from a configuration is plain already; this is the last look. */
static char *tame_address(struct arena *arena, const char *s)
{
    char *copy = tame(arena, s), *to = copy;
    for (const char *p = copy; *p; p++)
        if (!strchr(" <>,;\"()", *p))
            *to++ = *p;
    *to = '\0';
    return copy;
}

static void write_mailbox(struct writer *writer, const char *field, const char *name,
                          const char *address)
{
    struct arena *arena = writer->text.arena;
    char *tamed = text_squeeze(arena, tame(arena, name));
    char *plain = tame_address(arena, address);
    write_name(writer, field);
    if (*tamed == '\0') {
        write_bytes(writer, plain, strlen(plain));
        write_end(writer);
        return;
    }
    if (!is_literal(tamed) || strlen(tamed) > QUOTED_MAX)
        write_encoded(writer, tamed);
    else if (is_phrase(tamed))
        write_ascii(writer, tamed);
    else
        write_quoted(writer, tamed);
    if (writer->column + strlen(plain) + 3 > LINE_FOLD)
        write_fold(writer);
    else
        write_bytes(writer, " ", 1);
    write_bytes(writer, "<", 1);
    write_bytes(writer, plain, strlen(plain));
    write_bytes(writer, ">", 1);
    write_end(writer);
}

/* ---- the other fields ---- */

static void write_field(struct writer *writer, const char *name, const char *value)
{
    if (!value)
        return;
    struct arena *arena = writer->text.arena;
    char *tamed = text_trim(arena, tame(arena, value));
    for (char *p = tamed; *p; p++)
        if ((unsigned char)*p >= 0x80)
            *p = '?';
    write_name(writer, name);
    write_ascii(writer, tamed);
    write_end(writer);
}

static void write_header(struct writer *writer, const struct compose *compose, bool plain)
{
    struct arena *arena = writer->text.arena;
    write_field(writer, "Date", moment_to_mail_date(arena, compose->date));
    write_mailbox(writer, "From", compose->from_name, compose->from_address);
    write_mailbox(writer, "To", compose->to_name, compose->to_address);
    write_name(writer, "Subject");
    write_text(writer, text_trim(arena, tame(arena, compose->subject)));
    write_end(writer);
    write_field(writer, "Message-ID",
                arena_printf(arena, "<%s>", tame_address(arena, compose->message_id)));
    for (size_t i = 0; i < compose->extra_count; i++)
        write_field(writer, compose->extra[i].name, compose->extra[i].value);
    write_field(writer, "MIME-Version", "1.0");
    write_field(writer, "Content-Language", compose->language);
    write_field(writer, "Content-Type",
                plain ? "text/plain; charset=us-ascii" : "text/plain; charset=utf-8");
    write_field(writer, "Content-Transfer-Encoding", plain ? "7bit" : "quoted-printable");
}

/* ---- the body ---- */

/* Short lines of ASCII that no mail server has a reason to change. */
static bool is_7bit(const char *s)
{
    if (!text_is_ascii(s))
        return false;
    while (*s) {
        size_t n = strcspn(s, "\n");
        if (n > LINE_FOLD || *s == '.' || strncmp(s, "From ", 5) == 0 ||
            (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t')))
            return false;
        s += n + (s[n] == '\n');
    }
    return true;
}

static bool qp_literal(const char *line, size_t i, size_t n)
{
    unsigned char c = (unsigned char)line[i];
    if (c == ' ' || c == '\t')
        return i + 1 < n;
    if (i == 0 && (c == '.' || (c == 'F' && n >= 5 && memcmp(line, "From ", 5) == 0)))
        return false;
    return c > 0x20 && c < 0x7f && c != '=';
}

static void write_qp_line(struct writer *writer, const char *line, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool literal = qp_literal(line, i, n);
        if (writer->column + (literal ? 1 : 3) > QP_LINE - 1) {
            text_add(&writer->text, "=\r\n");
            writer->column = 0;
        }
        if (literal) {
            write_bytes(writer, line + i, 1);
        } else {
            text_addf(&writer->text, "=%02X", (unsigned char)line[i]);
            writer->column += 3;
        }
    }
    write_end(writer);
}

/* No controls but LF and TAB. */
static char *tame_body(struct arena *arena, const char *s)
{
    char *copy = arena_strdup(arena, s ? s : "");
    for (char *p = copy; *p; p++)
        if (((unsigned char)*p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7f)
            *p = ' ';
    return copy;
}

char *compose_mail(struct arena *arena, const struct compose *compose, size_t *n_r)
{
    struct writer writer = {.column = 0};
    text_init(&writer.text, arena);
    const char *body = tame_body(arena, compose->text);
    bool plain = is_7bit(body);
    write_header(&writer, compose, plain);
    write_end(&writer);
    while (*body) {
        size_t n = strcspn(body, "\n");
        if (plain) {
            write_bytes(&writer, body, n);
            write_end(&writer);
        } else {
            write_qp_line(&writer, body, n);
        }
        body += n + (body[n] == '\n');
    }
    *n_r = writer.text.len;
    return writer.text.s;
}
