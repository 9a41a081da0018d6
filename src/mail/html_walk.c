/* SPDX-License-Identifier: EUPL-1.2 */
/* Which elements begin a line or a paragraph, what is hidden, and how tables stand on a page. */
#include "mail/html_walk.h"

#include "mail/grid.h"
#include "mail/inside.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_TREE 250          /* levels of elements; a page with more is too large */
#define MAX_BLOCK 12          /* tables and quotes within each other that are laid out as such */
#define MAX_TABLE_CELLS 20000 /* of all tables; a page with more is too large */
#define MAX_SHEET_DEPTH 4     /* levels at which a style element is looked for */

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

static void walk_children(struct sheet *sheet, const xmlNode *node, int depth);

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
        sheet_end_line(sheet);
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
            sheet_add_characters(sheet, (const char *)child->content);
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

void html_walk(struct sheet *sheet, const xmlDoc *doc)
{
    read_sheets(sheet, (const xmlNode *)doc, 0);
    walk_children(sheet, (const xmlNode *)doc, 0);
}
