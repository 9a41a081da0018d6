/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * HTML to the text that a person sees.  libxml2 makes the tree; this file knows which elements
 * begin a line or a paragraph, what is hidden, and how tables stand on a page.  Runs in the job
 * "content" only.
 */
#include "mail/grid.h"
#include "mail/html_style.h"
#include "mail/inside.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>

#define MAX_TREE 250          /* levels of elements; a page with more is too large */
#define MAX_BLOCK 12          /* tables and quotes within each other that are laid out as such */
#define MAX_TABLE_CELLS 20000 /* of all tables; a page with more is too large */
#define MAX_ATTRIBUTES 1000   /* of one tag: libxml2 compares each with every other */

#define MAX_SHEET_DEPTH 4 /* levels at which a style element is looked for */
#define PARSE_OPTIONS                                                                    \
    (HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | \
     HTML_PARSE_COMPACT)

enum element {
    ELEMENT_INLINE,
    ELEMENT_LINE,  /* begins and ends a line */
    ELEMENT_BLOCK, /* an empty line before and behind it */
    ELEMENT_BREAK,
    ELEMENT_LIST,
    ELEMENT_ITEM,
    ELEMENT_QUOTE,
    ELEMENT_TABLE,
    ELEMENT_PRE,
    ELEMENT_RULE,
    ELEMENT_HIDDEN,
};

static const struct {
    const char *name;
    enum element element;
} elements[] = {
    {"address", ELEMENT_LINE},     {"article", ELEMENT_LINE},  {"aside", ELEMENT_LINE},
    {"blockquote", ELEMENT_QUOTE}, {"body", ELEMENT_LINE},     {"br", ELEMENT_BREAK},
    {"caption", ELEMENT_LINE},     {"center", ELEMENT_LINE},   {"dd", ELEMENT_LINE},
    {"div", ELEMENT_LINE},         {"dl", ELEMENT_BLOCK},      {"dt", ELEMENT_LINE},
    {"fieldset", ELEMENT_BLOCK},   {"footer", ELEMENT_LINE},   {"form", ELEMENT_LINE},
    {"h1", ELEMENT_BLOCK},         {"h2", ELEMENT_BLOCK},      {"h3", ELEMENT_BLOCK},
    {"h4", ELEMENT_BLOCK},         {"h5", ELEMENT_BLOCK},      {"h6", ELEMENT_BLOCK},
    {"header", ELEMENT_LINE},      {"hr", ELEMENT_RULE},       {"li", ELEMENT_ITEM},
    {"main", ELEMENT_LINE},        {"nav", ELEMENT_LINE},      {"ol", ELEMENT_LIST},
    {"p", ELEMENT_BLOCK},          {"pre", ELEMENT_PRE},       {"section", ELEMENT_LINE},
    {"table", ELEMENT_TABLE},      {"td", ELEMENT_LINE},       {"th", ELEMENT_LINE},
    {"tr", ELEMENT_LINE},          {"ul", ELEMENT_LIST},       {"audio", ELEMENT_HIDDEN},
    {"button", ELEMENT_HIDDEN},    {"canvas", ELEMENT_HIDDEN}, {"head", ELEMENT_HIDDEN},
    {"iframe", ELEMENT_HIDDEN},    {"map", ELEMENT_HIDDEN},    {"math", ELEMENT_HIDDEN},
    {"object", ELEMENT_HIDDEN},    {"script", ELEMENT_HIDDEN}, {"select", ELEMENT_HIDDEN},
    {"style", ELEMENT_HIDDEN},     {"svg", ELEMENT_HIDDEN},    {"template", ELEMENT_HIDDEN},
    {"textarea", ELEMENT_HIDDEN},  {"title", ELEMENT_HIDDEN},  {"video", ELEMENT_HIDDEN},
    {"xml", ELEMENT_HIDDEN},
};

/* What all sheets of a page share. */
struct totals {
    bool full;           /* more than is read of one page */
    size_t bytes;        /* of all sheets */
    size_t cells;        /* of tables */
    struct texts hidden; /* classes that the style sheet does not show */
};

/* One block of text while it grows. */
struct sheet {
    struct arena *arena;
    struct text text;
    size_t mark; /* where the mark of an item ended: a paragraph begins there without a break */
    long item;   /* number of the next item, and how it is written: one of "1aAiI-" */
    char style;
    int breaks; /* line ends owed before the next character: 0, 1 or 2 */
    bool blank; /* a blank owed */
    struct look look;
    int blocks; /* tables and quotes around */
    struct totals *totals;
};

static void walk_children(struct sheet *sheet, const xmlNode *node, int depth);

/* ---- the sheet ---- */

static void sheet_init(struct sheet *sheet, const struct sheet *around)
{
    *sheet = *around;
    text_init(&sheet->text, around->arena);
    sheet->breaks = 0;
    sheet->mark = 0;
    sheet->blank = false;
    sheet->blocks++;
}

static void sheet_break(struct sheet *sheet, int breaks)
{
    if (sheet->text.len > sheet->mark && sheet->breaks < breaks)
        sheet->breaks = breaks;
    sheet->blank = false;
}

/* Its text goes into another sheet, and is counted there once more. */
static void sheet_take_back(struct sheet *sheet)
{
    size_t n = sheet->text.len;
    sheet->totals->bytes -= n < sheet->totals->bytes ? n : sheet->totals->bytes;
}

static bool sheet_room(struct sheet *sheet, size_t n)
{
    sheet->totals->bytes += n;
    if (sheet->totals->bytes > MAIL_MAX_TEXT)
        sheet->totals->full = true;
    return !sheet->totals->full;
}

/* Line ends that stand there already, by <br>, pay for those that are owed. */
static void sheet_settle(struct sheet *sheet)
{
    const struct text *text = &sheet->text;
    size_t there = 0;
    while (there < 2 && there < text->len && text->s[text->len - 1 - there] == '\n')
        there++;
    for (; sheet->breaks > (int)there; sheet->breaks--)
        text_add_char(&sheet->text, '\n');
    sheet->breaks = 0;
    if (sheet->blank && text->len > 0 && text->s[text->len - 1] != '\n')
        text_add_char(&sheet->text, ' ');
    sheet->blank = false;
}

static void sheet_add(struct sheet *sheet, const char *s, size_t n)
{
    if (n == 0 || !sheet_room(sheet, n))
        return;
    sheet_settle(sheet);
    text_add_bytes(&sheet->text, s, n);
}

/* Each line of another sheet, with a mark of quoting before it or without. */
static void sheet_add_lines(struct sheet *sheet, bool quoted, const char *s)
{
    while (*s) {
        size_t n = strcspn(s, "\n");
        const char *mark = !quoted ? "" : *s == '>' ? ">" : "> ";
        sheet_add(sheet, mark, strlen(mark));
        sheet_add(sheet, s, n);
        sheet->breaks = sheet->breaks > 1 ? sheet->breaks : 1;
        s += n + (s[n] == '\n');
        if (n == 0 && sheet->text.len > 0 && !quoted)
            sheet->breaks = 2;
    }
}

/* ---- characters ---- */

static const struct {
    const char *bytes;
    const char *instead;
} odd_characters[] = {
    {"\u00a0", " "}, {"\u202f", " "}, {"\u2007", " "}, {"\u00ad", ""},
    {"\u200b", ""},  {"\u200c", ""},  {"\u2060", ""},  {"\ufeff", ""},
};

static const char *odd_character(const char *s, size_t *n_r)
{
    if ((unsigned char)*s < 0xc2)
        return NULL;
    for (size_t i = 0; i < sizeof odd_characters / sizeof *odd_characters; i++)
        if (text_starts(s, odd_characters[i].bytes)) {
            *n_r = strlen(odd_characters[i].bytes);
            return odd_characters[i].instead;
        }
    return NULL;
}

/* Only the end of a line in a preformatted text, and <br>. */
static void add_line_end(struct sheet *sheet)
{
    if (!sheet_room(sheet, 1))
        return;
    sheet->blank = false;
    sheet_settle(sheet);
    if (sheet->text.len > 0)
        text_add_char(&sheet->text, '\n');
}

/* "&#150;": references to C1 are meant as windows-1252, and browsers read them so. */
static bool add_c1(struct sheet *sheet, const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    if (u[0] != 0xc2 || u[1] < 0x80 || u[1] > 0x9f)
        return false;
    size_t n;
    bool bad;
    const char *utf8 =
        charset_to_utf8(sheet->arena, "windows-1252", (const char *)u + 1, 1, &n, &bad);
    if (!bad)
        sheet_add(sheet, utf8, n);
    return true;
}

static void add_characters(struct sheet *sheet, const char *s)
{
    bool pre = sheet->look.pre;
    if (sheet->look.tiny || sheet->look.unseen)
        return;
    while (*s) {
        size_t n = 1;
        const char *instead = odd_character(s, &n);
        if (instead)
            sheet_add(sheet, instead, strlen(instead));
        else if (pre && *s == '\n')
            add_line_end(sheet);
        else if (!pre && strchr(" \t\r\n\f", *s))
            sheet->blank = true;
        else if (add_c1(sheet, s))
            n = 2;
        else
            sheet_add(sheet, s,
                      n = 1 + strcspn(s + 1, pre ? "\n\xc2\xe2\xef" : " \t\r\n\f\xc2\xe2\xef"));
        s += n;
    }
}

/* ---- elements ---- */

static enum element find_element(const xmlNode *node)
{
    const char *name = (const char *)node->name;
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (strcasecmp(elements[i].name, name) == 0)
            return elements[i].element;
    return ELEMENT_INLINE;
}

/* Borrowed from the tree, "" for an attribute without a value, NULL where it is missing. */
static const char *attribute(const xmlNode *node, const char *name)
{
    for (const xmlAttr *one = node->properties; one; one = one->next)
        if (strcasecmp((const char *)one->name, name) == 0)
            return one->children && one->children->content ? (const char *)one->children->content
                                                           : "";
    return NULL;
}

static bool is_hidden(const struct sheet *sheet, const xmlNode *node, const char *style)
{
    if (attribute(node, "hidden") || find_element(node) == ELEMENT_HIDDEN || style_hides(style))
        return true;
    return !style_value(style, "display") &&
           style_class_is(&sheet->totals->hidden, attribute(node, "class"));
}

/* Takes over what the element says about its text.  False where none of it is seen. */
static bool enter(struct sheet *sheet, const xmlNode *node)
{
    const char *style = style_squeeze(sheet->arena, attribute(node, "style"));
    if (is_hidden(sheet, node, style))
        return false;
    style_apply(style, &sheet->look);
    return true;
}

static bool is_element(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && strcasecmp((const char *)node->name, name) == 0;
}

static void walk_between(struct sheet *sheet, const xmlNode *node, int breaks, int depth)
{
    sheet_break(sheet, breaks);
    walk_children(sheet, node, depth);
    sheet_break(sheet, breaks);
}

static const char *roman(struct arena *arena, long n, bool upper)
{
    static const struct {
        long value;
        const char *lower, *upper;
    } digits[] = {
        {100, "c", "C"}, {90, "xc", "XC"}, {50, "l", "L"},  {40, "xl", "XL"}, {10, "x", "X"},
        {9, "ix", "IX"}, {5, "v", "V"},    {4, "iv", "IV"}, {1, "i", "I"},
    };
    struct text text;
    text_init(&text, arena);
    for (size_t i = 0; i < sizeof digits / sizeof *digits; i++)
        for (; n >= digits[i].value; n -= digits[i].value)
            text_add(&text, upper ? digits[i].upper : digits[i].lower);
    return text.s;
}

/* "1. ", "a) ", "iv. " or "- ": what a browser puts before an item. */
static void add_mark(struct sheet *sheet)
{
    struct arena *arena = sheet->arena;
    long item = sheet->item++;
    char style = sheet->style;
    const char *mark = "- ";
    if ((style == 'a' || style == 'A') && item >= 1 && item <= 26)
        mark = arena_printf(arena, "%c) ", (int)(style + item - 1));
    else if ((style == 'i' || style == 'I') && item >= 1 && item < 400)
        mark = arena_printf(arena, "%s. ", roman(arena, item, style == 'I'));
    else if (style != '-')
        mark = arena_printf(arena, "%ld. ", item);
    if (style != ' ')
        sheet_add(sheet, mark, strlen(mark));
}

static bool take_number(const char *s, long *number_r)
{
    char *end;
    long number = s ? strtol(s, &end, 10) : 0;
    if (!s || end == s || number < 0 || number > 1000000)
        return false;
    *number_r = number;
    return true;
}

static void add_item(struct sheet *sheet, const xmlNode *node, int depth)
{
    take_number(attribute(node, "value"), &sheet->item);
    sheet_break(sheet, 1);
    add_mark(sheet);
    sheet->mark = sheet->text.len;
    walk_children(sheet, node, depth);
    sheet->mark = 0;
    sheet_break(sheet, 1);
}

/* How items are written: by the style, the type, or the kind of the list. */
static char list_style(struct sheet *sheet, const xmlNode *node)
{
    static const struct {
        const char *name;
        char style;
    } styles[] = {
        {"lower-alpha", 'a'}, {"lower-latin", 'a'}, {"upper-alpha", 'A'}, {"upper-latin", 'A'},
        {"lower-roman", 'i'}, {"upper-roman", 'I'}, {"decimal", '1'},     {"disc", '-'},
        {"circle", '-'},      {"square", '-'},      {"none", ' '},
    };
    const char *style = style_squeeze(sheet->arena, attribute(node, "style"));
    const char *value = style_value(style, "list-style-type");
    const char *type = attribute(node, "type");
    if (!value)
        value = style_value(style, "list-style");
    for (size_t i = 0; value && i < sizeof styles / sizeof *styles; i++)
        if (text_starts(value, styles[i].name))
            return styles[i].style;
    if (type && *type && strchr("1aAiI", *type) && type[1] == '\0')
        return *type;
    return is_element(node, "ul") ? '-' : '1';
}

static void add_list(struct sheet *sheet, const xmlNode *node, int depth)
{
    long item = sheet->item;
    char style = sheet->style;
    bool inner = sheet->mark > 0; /* within an item: no empty line around */
    sheet->item = 1;
    take_number(attribute(node, "start"), &sheet->item);
    sheet->style = list_style(sheet, node);
    walk_between(sheet, node, inner ? 1 : 2, depth);
    sheet->item = item;
    sheet->style = style;
}

/* The button that indents writes the same element as an answer: no border, or only a margin. */
static bool is_indented(struct sheet *sheet, const xmlNode *node)
{
    const char *style = style_squeeze(sheet->arena, attribute(node, "style"));
    const char *class = attribute(node, "class");
    if (attribute(node, "cite") || attribute(node, "type") || (class && strstr(class, "quote")))
        return false;
    if (style_is(style, "border", "none") || style_is(style, "border", "0"))
        return true;
    return strstr(style, "margin") && !strstr(style, "border-left");
}

static void add_quote(struct sheet *sheet, const xmlNode *node, int depth)
{
    struct sheet inner;
    if (is_indented(sheet, node)) {
        walk_between(sheet, node, 2, depth);
        return;
    }
    sheet_init(&inner, sheet);
    walk_children(&inner, node, depth);
    sheet_take_back(&inner);
    sheet_break(sheet, 2);
    sheet_add_lines(sheet, true, inner.text.s);
    sheet_break(sheet, 2);
}

/* Word writes the mark of an item into the text: a character of a symbol font, or a number, and
 * blanks up to the text. */
static void add_word_mark(struct sheet *sheet, const xmlNode *node, int depth)
{
    struct sheet inner;
    sheet_init(&inner, sheet);
    walk_children(&inner, node, depth);
    sheet_take_back(&inner);
    const char *mark = text_trim(sheet->arena, inner.text.s);
    if (*mark == '\0')
        return;
    bool number = isdigit((unsigned char)*mark) || strpbrk(mark, ".)");
    sheet_add(sheet, number ? mark : "-", number ? strlen(mark) : 1);
    sheet_add(sheet, " ", 1);
    sheet->mark = sheet->text.len;
}

/* ---- tables ---- */

static char *read_cell(struct sheet *sheet, const xmlNode *cell, int depth)
{
    struct sheet inner;
    sheet_init(&inner, sheet);
    if (enter(&inner, cell))
        walk_children(&inner, cell, depth);
    sheet_take_back(&inner);
    return text_trim(sheet->arena, inner.text.s);
}

static void read_row(struct sheet *sheet, const xmlNode *tr, struct grid *grid, int depth)
{
    for (const xmlNode *cell = tr->children; cell && !sheet->totals->full; cell = cell->next) {
        if (!is_element(cell, "td") && !is_element(cell, "th"))
            continue;
        grid_add_cell(grid, read_cell(sheet, cell, depth));
        if (++sheet->totals->cells > MAX_TABLE_CELLS)
            sheet->totals->full = true;
    }
    grid_end_row(grid);
}

static void read_rows(struct sheet *sheet, const xmlNode *node, struct grid *grid, int depth)
{
    for (const xmlNode *child = node->children; child && !sheet->totals->full;
         child = child->next) {
        struct look look = sheet->look;
        bool row = is_element(child, "tr");
        bool rows =
            is_element(child, "tbody") || is_element(child, "thead") || is_element(child, "tfoot");
        if ((row || rows) && enter(sheet, child)) {
            if (row)
                read_row(sheet, child, grid, depth + 1);
            else
                read_rows(sheet, child, grid, depth + 1);
        }
        sheet->look = look;
    }
}

/* What stands in a table outside of its rows: a caption, or what a writer forgot to put in. */
static void add_table(struct sheet *sheet, const xmlNode *node, int depth)
{
    struct grid *grid = grid_new(sheet->arena);
    struct text lines;
    sheet_break(sheet, 2);
    for (const xmlNode *child = node->children; child; child = child->next)
        if (is_element(child, "caption") && enter(sheet, child))
            walk_between(sheet, child, 1, depth);
    read_rows(sheet, node, grid, depth);
    text_init(&lines, sheet->arena);
    if (!grid_print(grid, &lines, MAIL_MAX_TEXT))
        sheet->totals->full = true;
    sheet_add_lines(sheet, false, lines.s);
    sheet_break(sheet, 2);
}

/* ---- the walk ---- */

static bool is_word_mark(struct sheet *sheet, const xmlNode *node)
{
    const char *style = attribute(node, "style");
    return style && strcasestr(style, "mso-list") &&
           style_is(style_squeeze(sheet->arena, style), "mso-list", "ignore");
}

/* Outlook's paragraphs have no space between them; an empty one is an empty line. */
static int breaks_of(struct sheet *sheet, const xmlNode *node)
{
    const char *class = attribute(node, "class");
    const char *style = style_squeeze(sheet->arena, attribute(node, "style"));
    if (!is_element(node, "p"))
        return 2;
    if (style_is(style, "margin", "0") || style_is(style, "margin-bottom", "0"))
        return 1;
    bool spaced = style_value(style, "margin") || style_value(style, "margin-bottom") ||
                  style_value(style, "margin-top");
    return class && text_starts(class, "Mso") && !spaced ? 1 : 2;
}

/* GMX and web.de mark what is answered by a name. */
static enum element kind_of(struct sheet *sheet, const xmlNode *node)
{
    enum element element = find_element(node);
    const char *name = element == ELEMENT_LINE ? attribute(node, "name") : NULL;
    if (name && strcasecmp(name, "quote") == 0)
        element = ELEMENT_QUOTE;
    if (sheet->blocks >= MAX_BLOCK && (element == ELEMENT_TABLE || element == ELEMENT_QUOTE))
        element = ELEMENT_LINE;
    return element;
}

static void walk_element(struct sheet *sheet, const xmlNode *node, int depth)
{
    switch (kind_of(sheet, node)) {
    case ELEMENT_INLINE:
        if (is_word_mark(sheet, node))
            add_word_mark(sheet, node, depth);
        else
            walk_children(sheet, node, depth);
        break;
    case ELEMENT_LINE:
        walk_between(sheet, node, 1, depth);
        break;
    case ELEMENT_BLOCK:
        walk_between(sheet, node, breaks_of(sheet, node), depth);
        break;
    case ELEMENT_PRE:
        sheet->look.pre = true;
        walk_between(sheet, node, 2, depth);
        break;
    case ELEMENT_BREAK:
        add_line_end(sheet);
        break;
    case ELEMENT_LIST:
        add_list(sheet, node, depth);
        break;
    case ELEMENT_ITEM:
        add_item(sheet, node, depth);
        break;
    case ELEMENT_QUOTE:
        add_quote(sheet, node, depth);
        break;
    case ELEMENT_TABLE:
        add_table(sheet, node, depth);
        break;
    case ELEMENT_RULE:
        sheet_break(sheet, 2);
        break;
    case ELEMENT_HIDDEN:
        break;
    }
}

static void walk_children(struct sheet *sheet, const xmlNode *node, int depth)
{
    if (depth >= MAX_TREE && node->children)
        sheet->totals->full = true;
    for (const xmlNode *child = node->children; child && !sheet->totals->full;
         child = child->next) {
        struct look look = sheet->look;
        if ((child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE) &&
            child->content)
            add_characters(sheet, (const char *)child->content);
        else if (child->type == XML_ELEMENT_NODE && enter(sheet, child))
            walk_element(sheet, child, depth + 1);
        sheet->look = look;
    }
}

/* The classes that the page's own style sheets do not show; these stand near the top. */
static void read_sheets(struct sheet *sheet, const xmlNode *node, int depth)
{
    for (const xmlNode *child = node->children; child && depth < MAX_SHEET_DEPTH;
         child = child->next) {
        if (!is_element(child, "style"))
            read_sheets(sheet, child, depth + 1);
        else if (child->children && child->children->content)
            style_read_sheet(sheet->arena, (const char *)child->children->content,
                             &sheet->totals->hidden);
    }
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
    if (doc) {
        read_sheets(&sheet, (const xmlNode *)doc, 0);
        walk_children(&sheet, (const xmlNode *)doc, 0);
    }
    xmlFreeDoc(doc);
    htmlFreeParserCtxt(parser);
    if (totals.full)
        return PART_TOO_LARGE;
    *text_r = trim_lines(arena, sheet.text.s);
    return PART_EXTRACTED;
}

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
