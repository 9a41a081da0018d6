/* SPDX-License-Identifier: EUPL-1.2 */
#include "conf/conf_tree.h"

#include <string.h>

/* Two departures from libconfuse: a string ends on the line it began on (no value may hold a line
 * end, and a forgotten quote is then reported where it is), and "${X}" is three ordinary
 * characters and a name, not the environment. */

/* A file with a zero byte is no text: one report instead of thousands, and nothing behind it. */
static void stop_at_zero(struct conf_lexer *lexer)
{
    const char *zero = lexer->n > 0 ? memchr(lexer->bytes, 0, lexer->n) : NULL;
    struct conf_place place = lexer->place;

    if (zero == NULL)
        return;
    lexer->n = (size_t)(zero - lexer->bytes);
    for (size_t i = 0; i < lexer->n; i++)
        place.line += lexer->bytes[i] == '\n';
    conf_mistake_add(lexer->reader, place,
                     "a zero byte; this is no text file, and nothing behind it was read");
}

void conf_lex_start(struct conf_lexer *lexer, struct conf_reader *reader, uint32_t file,
                    const char *bytes, size_t n)
{
    *lexer = (struct conf_lexer){
        .reader = reader, .bytes = bytes, .n = n, .place = {.file = file, .line = 1}};
    stop_at_zero(lexer);
    if (lexer->n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        lexer->at = 3;
}

/* The byte i behind the place, or -1 at the end. */
static int peek(const struct conf_lexer *lexer, size_t i)
{
    return i < lexer->n - lexer->at ? (unsigned char)lexer->bytes[lexer->at + i] : -1;
}

static bool is_comment(const struct conf_lexer *lexer)
{
    int next = peek(lexer, 1);

    return peek(lexer, 0) == '#' || (peek(lexer, 0) == '/' && (next == '/' || next == '*'));
}

static void skip_line(struct conf_lexer *lexer)
{
    while (peek(lexer, 0) != -1 && peek(lexer, 0) != '\n')
        lexer->at++;
}

static void skip_long_comment(struct conf_lexer *lexer)
{
    struct conf_place start = lexer->place;

    for (lexer->at += 2; peek(lexer, 0) != -1; lexer->at++) {
        if (peek(lexer, 0) == '*' && peek(lexer, 1) == '/') {
            lexer->at += 2;
            return;
        }
        if (peek(lexer, 0) == '\n')
            lexer->place.line++;
    }
    conf_mistake_add(lexer->reader, start, "the comment does not end; close it with */");
}

static void skip_blanks_and_comments(struct conf_lexer *lexer)
{
    for (;;) {
        int c = peek(lexer, 0);

        if (c == '\n')
            lexer->place.line++;
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            lexer->at++;
        else if (c == '/' && peek(lexer, 1) == '*')
            skip_long_comment(lexer);
        else if (is_comment(lexer))
            skip_line(lexer);
        else
            return;
    }
}

static int digit_value(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 99;
}

/* Up to max digits behind the place; -1 if there is none. */
static int scan_number(struct conf_lexer *lexer, int base, int max)
{
    int value = -1;

    for (int i = 0; i < max && digit_value(peek(lexer, 0)) < base; i++) {
        value = (value < 0 ? 0 : value) * base + digit_value(peek(lexer, 0));
        lexer->at++;
    }
    return value;
}

/* The byte that \nnn or \xhh means; what cannot stand in a value is reported. */
static void add_coded(struct conf_lexer *lexer, struct text *text, int value)
{
    if (value <= 0 || value > 255)
        conf_mistake_add(lexer->reader, lexer->place,
                         "an escaped byte must be from \\001 to \\377; write \\\\ for a backslash");
    else
        text_add_char(text, (char)value);
}

/* Behind the backslash in "…". */
static void scan_escape(struct conf_lexer *lexer, struct text *text)
{
    static const char names[] = "nrbfaetv";
    static const char values[] = "\n\r\b\f\a\033\t\v";
    int c = peek(lexer, 0);
    const char *found = c > 0 ? strchr(names, c) : NULL;

    if (c >= '0' && c <= '9') {
        int value = scan_number(lexer, 8, 3);

        if (value < 0)
            lexer->at++;
        add_coded(lexer, text, value);
        return;
    }
    lexer->at++;
    if (c == '\n') /* goes on in the next line */
        lexer->place.line++;
    else if (c == 'x' && digit_value(peek(lexer, 0)) < 16)
        add_coded(lexer, text, scan_number(lexer, 16, 2));
    else if (found != NULL)
        text_add_char(text, values[found - names]);
    else
        text_add_char(text, (char)c);
}

/* Behind the backslash in '…': it is itself but before ', \ and a line's end. */
static void scan_single_escape(struct conf_lexer *lexer, struct text *text)
{
    int c = peek(lexer, 0);

    if (c == '\n')
        lexer->place.line++;
    else if (c == '\'' || c == '\\')
        text_add_char(text, (char)c);
    else {
        text_add_char(text, '\\');
        text_add_char(text, (char)c);
    }
    lexer->at++;
}

static void scan_string(struct conf_lexer *lexer, struct text *text)
{
    struct conf_place start = lexer->place;
    int quote = peek(lexer, 0);
    int c;

    lexer->at++;
    while ((c = peek(lexer, 0)) != quote) {
        if (c == -1 || c == '\n' || (c == '\\' && peek(lexer, 1) == -1)) {
            lexer->at = c == '\n' ? lexer->at : lexer->n;
            conf_mistake_add(lexer->reader, start,
                             "the string does not end on its line; close it with %c", quote);
            return;
        }
        lexer->at++;
        if (c == '\\' && quote == '"')
            scan_escape(lexer, text);
        else if (c == '\\')
            scan_single_escape(lexer, text);
        else
            text_add_char(text, (char)c);
    }
    lexer->at++;
}

static bool is_word_byte(const struct conf_lexer *lexer)
{
    int c = peek(lexer, 0);

    if (c == '+') /* as in user+folder@town.example */
        return peek(lexer, 1) != '=';
    return c > ' ' && c != 0x7f && strchr("\"'={}(),;*", c) == NULL && !is_comment(lexer);
}

static const char *scan_word(struct conf_lexer *lexer)
{
    size_t start = lexer->at;

    while (is_word_byte(lexer))
        lexer->at++;
    return arena_strndup(lexer->reader->scratch, lexer->bytes + start, lexer->at - start);
}

/* A string without anything special, as nearly all are: NULL if it is not one. */
static const char *scan_simple_string(struct conf_lexer *lexer)
{
    size_t n = 1;
    int c = peek(lexer, n);

    while (c > 0 && c != '\n' && c != '\\' && c != peek(lexer, 0))
        c = peek(lexer, ++n);
    if (c != peek(lexer, 0))
        return NULL;
    lexer->at += n + 1;
    return arena_strndup(lexer->reader->scratch, lexer->bytes + lexer->at - n, n - 1);
}

static const char *scan_any_string(struct conf_lexer *lexer)
{
    const char *simple = scan_simple_string(lexer);
    struct text text;

    if (simple != NULL)
        return simple;
    text_init(&text, lexer->reader->scratch);
    scan_string(lexer, &text);
    return text.s;
}

/* The punctuation at the place, or NULL. */
static const char *find_punctuation(const struct conf_lexer *lexer, enum conf_token_kind *kind_r)
{
    static const struct {
        const char *text;
        enum conf_token_kind kind;
    } rows[] = {
        {"{", CONF_TOKEN_OPEN},        {"}", CONF_TOKEN_CLOSE},  {"(", CONF_TOKEN_PAREN_OPEN},
        {")", CONF_TOKEN_PAREN_CLOSE}, {"=", CONF_TOKEN_EQUALS}, {"+=", CONF_TOKEN_PLUS_EQUALS},
        {",", CONF_TOKEN_COMMA},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *text = rows[i].text;

        if (peek(lexer, 0) == text[0] && (text[1] == '\0' || peek(lexer, 1) == text[1])) {
            *kind_r = rows[i].kind;
            return text;
        }
    }
    return NULL;
}

static void skip_stray(struct conf_lexer *lexer)
{
    int c = peek(lexer, 0);

    if (c == ';')
        conf_mistake_add(lexer->reader, lexer->place, "a ; stands behind no value; take it away");
    else if (c > ' ' && c < 0x7f)
        conf_mistake_add(lexer->reader, lexer->place,
                         "\"%c\" may not stand here; put values in quotes", c);
    else
        conf_mistake_add(lexer->reader, lexer->place,
                         "a byte 0x%02x may not stand here; this must be a text file in UTF-8", c);
    /* one report for a whole run, else a binary file gives one for each of its bytes */
    while (peek(lexer, 0) == c)
        lexer->at++;
}

static const char *only_utf8(struct conf_lexer *lexer, struct conf_place place, const char *s)
{
    if (text_is_utf8(s, strlen(s)))
        return s;
    conf_mistake_add(lexer->reader, place, "not UTF-8; save the file in this encoding");
    return text_nfc(lexer->reader->scratch, s, strlen(s));
}

static void scan_token(struct conf_lexer *lexer, struct conf_token *token_r)
{
    const char *text = find_punctuation(lexer, &token_r->kind);

    if (text != NULL) {
        lexer->at += strlen(text);
        token_r->text = text;
        return;
    }
    if (is_word_byte(lexer)) {
        token_r->kind = CONF_TOKEN_WORD;
        text = scan_word(lexer);
    } else {
        token_r->kind = CONF_TOKEN_STRING;
        text = scan_any_string(lexer);
    }
    token_r->text = only_utf8(lexer, token_r->place, text);
}

static bool at_token(const struct conf_lexer *lexer)
{
    enum conf_token_kind kind;
    int c = peek(lexer, 0);

    return c == '"' || c == '\'' || is_word_byte(lexer) || find_punctuation(lexer, &kind) != NULL;
}

void conf_lex_next(struct conf_lexer *lexer, struct conf_token *token_r)
{
    skip_blanks_and_comments(lexer);
    while (peek(lexer, 0) != -1 && !at_token(lexer)) {
        skip_stray(lexer);
        skip_blanks_and_comments(lexer);
    }
    *token_r = (struct conf_token){
        .kind = CONF_TOKEN_END, .text = "the end of the file", .place = lexer->place};
    if (peek(lexer, 0) != -1)
        scan_token(lexer, token_r);
}
