/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * HTML to the text that a person sees.  libxml2 makes the tree, of bytes that are made fit for it
 * before; html_walk.c makes the text of it.  Runs in the job "content" only.
 */
#include "mail/html_walk.h"
#include "mail/inside.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>

#define MAX_ATTRIBUTES 1000 /* of one tag: libxml2 compares each with every other */
#define PARSE_OPTIONS                                                                    \
    (HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | \
     HTML_PARSE_COMPACT)

/* ---- libxml2 ---- */

static void swallow_error(void *context, const char *format, ...)
{
    (void)context;
    (void)format;
}

/* Without memory libxml2 hands out what it has until then; half a letter must not be taken for a
 * whole one. */
static void *have_memory(size_t n)
{
    void *memory = malloc(n);
    if (!memory)
        panic("out of memory: %zu bytes for HTML", n);
    return memory;
}

static void *have_more_memory(void *memory, size_t n)
{
    void *more = realloc(memory, n);
    if (!more && n > 0)
        panic("out of memory: %zu bytes for HTML", n);
    return more;
}

static char *have_copy(const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(have_memory(n), s, n);
}

void html_preload(void)
{
    if (xmlMemSetup(free, have_memory, have_more_memory, have_copy) != 0)
        panic("libxml2 does not take our allocators");
    xmlInitParser();
    xmlSetGenericErrorFunc(NULL, swallow_error);
    htmlDocPtr doc = htmlReadMemory("<p>", 3, NULL, "UTF-8", PARSE_OPTIONS);
    xmlFreeDoc(doc);
}

/* ---- before it is parsed ---- */

/* Where the value behind "=" ends: at its quote, if it has one. */
static const char *skip_quoted(const char *s)
{
    s += strspn(s, " \t\r\n\f");
    const char *end = *s == '"' || *s == '\'' ? strchr(s + 1, *s) : s;
    return end ? end : s + strlen(s);
}

/* "<![if !mso]>" and "<![endif]>": Outlook's, in no comment; to everybody else they are nothing. */
static bool is_condition(const char *s)
{
    if (!text_starts(s, "<!["))
        return false;
    s += 3 + strspn(s + 3, " ");
    return strncasecmp(s, "if ", 3) == 0 || strncasecmp(s, "endif", 5) == 0;
}

static char *behind_tag(char *s)
{
    s += strcspn(s, ">");
    return s + (*s == '>');
}

/* Behind a comment. */
static char *skip_comment(char *s)
{
    char *end = strstr(s, "-->");
    return end ? end + 3 : s + strlen(s);
}

/* What libxml2 would take for something else: Word's <o:p> for <p>, <st1:title> for <title>, and
 * conditions for text.  Names lose the colon, conditions go. */
static size_t tidy(char *html)
{
    char *to = html;
    for (char *s = html; *s;) {
        char *end = s + 1;
        if (text_starts(s, "<!--"))
            end = skip_comment(s);
        else if (is_condition(s))
            s = end = behind_tag(s);
        else if (*s == '<')
            for (end += *end == '/'; isalnum((unsigned char)*end) || *end == ':'; end++)
                if (*end == ':')
                    *end = '-';
        memmove(to, s, (size_t)(end - s));
        to += end - s;
        s = end;
    }
    *to = '\0';
    return (size_t)(to - html);
}

/* Attributes can be parted by little; what may part two is counted. */
static bool tags_are_sane(const char *s)
{
    while ((s = strchr(s, '<'))) {
        size_t parts = 0;
        s++;
        if (!isalpha((unsigned char)*s))
            continue;
        for (; *s && *s != '>'; s += *s != '\0') {
            parts += strchr(" \t\r\n\f/=\"'", *s) != NULL;
            if (*s == '=')
                s = skip_quoted(s + 1);
            if (*s == '>' || *s == '\0')
                break;
        }
        if (parts > MAX_ATTRIBUTES)
            return false;
    }
    return true;
}

/* ---- to text ---- */

/* The deepest element is deeper than libxml2 goes; it stops there without a word. */
static bool was_cut(const xmlParserCtxt *parser)
{
    return parser->lastError.code == XML_ERR_INTERNAL_ERROR || parser->disableSAX;
}

/* Some programs call plain text HTML: without a single tag its lines are lines. */
static bool has_tag(const char *s)
{
    while ((s = strchr(s, '<')))
        if (isalpha((unsigned char)*++s) || *s == '!')
            return true;
    return false;
}

static char *trim_lines(struct arena *arena, const char *s)
{
    struct text text;
    text_init(&text, arena);
    while (*s) {
        size_t n = strcspn(s, "\n"), length = n;
        while (length > 0 && s[length - 1] == ' ')
            length--;
        text_add_bytes(&text, s, length);
        if (length == 2 && memcmp(s, "--", 2) == 0)
            text_add_char(&text, ' '); /* a signature follows (RFC 3676 section 4.3) */
        text_add_char(&text, '\n');
        s += n + (s[n] == '\n');
    }
    return text.s;
}

enum part_text html_to_text(struct arena *arena, char *utf8, size_t n, char **text_r)
{
    struct totals totals = {0};
    struct sheet sheet = {.arena = arena, .style = '-', .totals = &totals};
    text_init(&sheet.text, arena);
    if (n > INT32_MAX)
        return PART_TOO_LARGE;
    if (!tags_are_sane(utf8))
        return PART_UNREADABLE;
    sheet.look.pre = !has_tag(utf8);
    n = tidy(utf8);
    htmlParserCtxtPtr parser = htmlNewParserCtxt();
    htmlDocPtr doc = htmlCtxtReadMemory(parser, utf8, (int)n, NULL, "UTF-8", PARSE_OPTIONS);
    totals.full = was_cut(parser);
    if (doc)
        html_walk(&sheet, doc);
    xmlFreeDoc(doc);
    htmlFreeParserCtxt(parser);
    if (totals.full)
        return PART_TOO_LARGE;
    *text_r = trim_lines(arena, sheet.text.s);
    return PART_EXTRACTED;
}

/* ---- without parsing ---- */

/* Behind the tag at s, and behind the element's content where that is never seen. */
static const char *skip_tag(const char *s)
{
    static const char *const unseen[] = {"style", "script", "head", "title", "xml"};
    for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++) {
        size_t n = strlen(unseen[i]);
        if (strncasecmp(s + 1, unseen[i], n) != 0 || isalnum((unsigned char)s[1 + n]))
            continue;
        for (const char *end = strstr(s, "</"); end; end = strstr(end + 2, "</"))
            if (strncasecmp(end + 2, unseen[i], n) == 0)
                return end + 2 + n;
        return s + strlen(s);
    }
    const char *end = text_starts(s, "<!--") ? strstr(s, "-->") : strchr(s, '>');
    return end ? end + 1 : s + strlen(s);
}

size_t html_visible(const char *bytes, size_t n)
{
    size_t visible = 0;
    const char *end = bytes + n;
    for (const char *s = bytes; s < end && *s;) {
        if (*s == '<') {
            s = skip_tag(s);
        } else if (*s == '&') { /* "&nbsp;" is none, the others are one */
            visible += !text_starts(s, "&nbsp;");
            s += 1 + strcspn(s + 1, "; <&");
            s += *s == ';';
        } else {
            visible += !isspace((unsigned char)*s);
            s++;
        }
    }
    return visible;
}

const char *html_charset(struct arena *arena, const char *bytes, size_t n)
{
    const char *head = text_lower(arena_strndup(arena, bytes, n < 2048 ? n : 2048));
    const char *meta = strstr(head, "<meta");
    const char *charset = meta ? strstr(meta, "charset=") : NULL;
    if (!charset)
        return NULL;
    charset += strlen("charset=");
    charset += strspn(charset, "\"' ");
    return arena_strndup(arena, charset, strcspn(charset, "\"' >;/"));
}

/* ---- from bytes ---- */

/* So that the HTML's checks and libxml2 see the same bytes. */
static size_t drop_nul(char *s, size_t n)
{
    size_t to = 0;
    for (size_t i = 0; i < n; i++)
        if (s[i] != '\0')
            s[to++] = s[i];
    s[to] = '\0';
    return to;
}

enum part_text html_read(struct arena *arena, const char *label, const char *bytes, size_t n,
                         const char **text_r, bool *bad_charset_r)
{
    size_t utf8_n;
    char *text;
    if (!label)
        label = html_charset(arena, bytes, n);
    char *utf8 = charset_to_utf8(arena, label, bytes, n, &utf8_n, bad_charset_r);
    utf8_n = drop_nul(utf8, utf8_n);
    enum part_text state = html_to_text(arena, utf8, utf8_n, &text);
    if (state == PART_EXTRACTED)
        *text_r = text_normalize(arena, text, strlen(text));
    return state;
}
