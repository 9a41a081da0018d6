/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * HTML to the text that a person sees.  libxml2 makes the tree; this file knows which elements
 * begin a line or a paragraph, what is hidden, and how tables stand on a page.  Runs in the job
 * "content" only.
 */
#include "mail/inside.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>

#define MAX_TREE 250  /* levels of elements; what lies deeper is not read */
#define MAX_BLOCK 12  /* tables and quotes within each other that are laid out as such */
#define MAX_CELLS 12  /* columns side by side */
#define MAX_COLUMN 60 /* a wider cell is prose, and cells of prose stand one below the other */
#define COLUMN_GAP 4
#define MAX_TABLE_CELLS 20000 /* of all tables; a page with more is too large */
#define MAX_ATTRIBUTES 1000   /* of one tag: libxml2 compares each with every other */

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

/* What a style says that hides: the property, then the value; blanks removed, lower case. */
static const char *const hiding[] = {
    "display:none", "visibility:hidden", "visibility:collapse", "mso-hide:all",
    "font-size:0",  "max-height:0",      "opacity:0",
};

/* One block of text while it grows. */
struct sheet {
    struct arena *arena;
    struct text text;
    size_t mark; /* where the mark of an item ended: a paragraph begins there without a break */
    long item;   /* number of the next item, and how it is written: '1', 'a', 'A' or '-' */
    char style;
    int breaks; /* line ends owed before the next character: 0, 1 or 2 */
    bool blank; /* a blank owed */
    bool pre;
    int blocks;    /* tables and quotes around */
    bool *full;    /* more than MAIL_MAX_TEXT in all sheets */
    size_t *all;   /* bytes of all sheets */
    size_t *cells; /* table cells so far */
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

static bool sheet_room(struct sheet *sheet, size_t n)
{
    *sheet->all += n;
    if (*sheet->all > MAIL_MAX_TEXT)
        *sheet->full = true;
    return !*sheet->full;
}

static void sheet_settle(struct sheet *sheet)
{
    for (; sheet->breaks > 0; sheet->breaks--)
        text_add_char(&sheet->text, '\n');
    bool inside = sheet->text.len > 0 && sheet->text.s[sheet->text.len - 1] != '\n';
    if (sheet->blank && inside)
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

/* Each line of another sheet, with something before it. */
static void sheet_add_lines(struct sheet *sheet, const char *prefix, const char *s)
{
    while (*s) {
        size_t n = strcspn(s, "\n");
        sheet_add(sheet, prefix, strlen(prefix));
        sheet_add(sheet, s, n);
        sheet->breaks = sheet->breaks > 1 ? sheet->breaks : 1;
        s += n + (s[n] == '\n');
        if (n == 0 && sheet->text.len > 0 && *prefix == '\0')
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

static void add_pre(struct sheet *sheet, const char *s)
{
    while (*s) {
        size_t n = strcspn(s, "\n");
        sheet_add(sheet, s, n);
        if (s[n] == '\n' && sheet_room(sheet, 1)) {
            sheet_settle(sheet);
            text_add_char(&sheet->text, '\n');
            n++;
        }
        s += n;
    }
}

static void add_characters(struct sheet *sheet, const char *s)
{
    if (sheet->pre) {
        add_pre(sheet, s);
        return;
    }
    while (*s) {
        size_t n = 1;
        const char *instead = odd_character(s, &n);
        if (instead)
            sheet_add(sheet, instead, strlen(instead));
        else if (strchr(" \t\r\n\f", *s))
            sheet->blank = true;
        else
            sheet_add(sheet, s, n = 1 + strcspn(s + 1, " \t\r\n\f\xc2\xe2\xef"));
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

static char *squeeze_style(struct arena *arena, const char *style)
{
    struct text text;
    text_init(&text, arena);
    for (; *style && text.len < 4096; style++)
        if (!isspace((unsigned char)*style))
            text_add_char(&text, (char)tolower((unsigned char)*style));
    return text.s;
}

/* "font-size:0px" hides, "font-size:0.9em" does not, nor does "xfont-size:0". */
static bool style_has(const char *style, const char *what)
{
    size_t n = strlen(what);
    bool number = isdigit((unsigned char)what[n - 1]);
    for (const char *p = strstr(style, what); p; p = strstr(p + 1, what)) {
        bool starts = p == style || p[-1] == ';';
        const char *rest = p + n;
        if (number && *rest == '.')
            rest += 1 + strspn(rest + 1, "0");
        bool ends = !number || !isdigit((unsigned char)*rest);
        if (starts && ends)
            return true;
    }
    return false;
}

static bool is_hidden(struct sheet *sheet, const xmlNode *node)
{
    const char *style = attribute(node, "style");
    if (attribute(node, "hidden") || find_element(node) == ELEMENT_HIDDEN)
        return true;
    if (!style)
        return false;
    style = squeeze_style(sheet->arena, style);
    for (size_t i = 0; i < sizeof hiding / sizeof *hiding; i++)
        if (style_has(style, hiding[i]))
            return true;
    return false;
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

/* "1. ", "a) " or "- ": what a browser puts before an item. */
static void add_mark(struct sheet *sheet)
{
    long item = sheet->item++;
    if (sheet->style == '-') {
        sheet_add(sheet, "- ", 2);
        return;
    }
    bool letter = sheet->style != '1' && item >= 1 && item <= 26;
    char *mark = letter ? arena_printf(sheet->arena, "%c) ", (int)(sheet->style + item - 1))
                        : arena_printf(sheet->arena, "%ld. ", item);
    sheet_add(sheet, mark, strlen(mark));
}

static void add_item(struct sheet *sheet, const xmlNode *node, int depth)
{
    sheet_break(sheet, 1);
    add_mark(sheet);
    sheet->mark = sheet->text.len;
    walk_children(sheet, node, depth);
    sheet->mark = 0;
    sheet_break(sheet, 1);
}

static void add_list(struct sheet *sheet, const xmlNode *node, int depth)
{
    long item = sheet->item;
    char style = sheet->style;
    const char *start = attribute(node, "start"), *type = attribute(node, "type");
    sheet->item = start ? strtol(start, NULL, 10) : 1;
    if (sheet->item < 0 || sheet->item > 1000000)
        sheet->item = 1;
    sheet->style = is_element(node, "ul")                   ? '-'
                   : type && (*type == 'a' || *type == 'A') ? *type
                                                            : '1';
    walk_between(sheet, node, 2, depth);
    sheet->item = item;
    sheet->style = style;
}

static void add_quote(struct sheet *sheet, const xmlNode *node, int depth)
{
    struct sheet inner;
    sheet_init(&inner, sheet);
    walk_children(&inner, node, depth);
    *sheet->all -= inner.text.len < *sheet->all ? inner.text.len : *sheet->all;
    sheet_break(sheet, 2);
    sheet_add_lines(sheet, "> ", inner.text.s);
    sheet_break(sheet, 2);
}

/* ---- tables ---- */

/* The cells of one row as text. */
struct row {
    char *cells[MAX_CELLS];
    size_t n;
    bool stacked; /* prose, or too many cells: one below the other */
};

struct table {
    struct row *rows;
    size_t n;
    size_t room;
    int widths[MAX_CELLS];
};

static int widest_line(struct arena *arena, const char *s)
{
    int widest = 0;
    while (*s) {
        size_t n = strcspn(s, "\n");
        if (n > (size_t)MAX_COLUMN * 4)
            return MAX_COLUMN + 1;
        int width = text_width(arena_strndup(arena, s, n));
        widest = width > widest ? width : widest;
        s += n + (s[n] == '\n');
    }
    return widest;
}

static char *read_cell(struct sheet *sheet, const xmlNode *cell, int depth)
{
    struct sheet inner;
    sheet_init(&inner, sheet);
    if (!is_hidden(sheet, cell))
        walk_children(&inner, cell, depth);
    *sheet->all -= inner.text.len < *sheet->all ? inner.text.len : *sheet->all;
    return text_trim(sheet->arena, inner.text.s);
}

static void measure_row(struct sheet *sheet, struct table *table, struct row *row)
{
    int widths[MAX_CELLS] = {0};
    size_t filled = 0;
    for (size_t i = 0; i < row->n; i++) {
        widths[i] = widest_line(sheet->arena, row->cells[i]);
        filled += *row->cells[i] != '\0';
        row->stacked = row->stacked || widths[i] > MAX_COLUMN;
    }
    row->stacked = row->stacked || filled < 2;
    for (size_t i = 0; i < row->n && !row->stacked; i++)
        if (widths[i] > table->widths[i])
            table->widths[i] = widths[i];
}

static void read_row(struct sheet *sheet, const xmlNode *tr, struct table *table, int depth)
{
    if (table->n == table->room) {
        size_t room = table->room ? table->room * 2 : 8;
        table->rows = arena_grow(sheet->arena, table->rows, table->n, room, sizeof *table->rows);
        table->room = room;
    }
    struct row *row = &table->rows[table->n++];
    struct text rest; /* what is too much for one row */
    text_init(&rest, sheet->arena);
    for (const xmlNode *cell = tr->children; cell && !*sheet->full; cell = cell->next) {
        if (!is_element(cell, "td") && !is_element(cell, "th"))
            continue;
        char *text = read_cell(sheet, cell, depth);
        ++*sheet->cells;
        if (row->n < MAX_CELLS) {
            row->cells[row->n++] = text;
        } else if (*text) {
            text_add_char(&rest, '\n');
            text_add(&rest, text);
        }
    }
    if (rest.len > 0) {
        row->cells[MAX_CELLS - 1] =
            arena_printf(sheet->arena, "%s%s", row->cells[MAX_CELLS - 1], rest.s);
        row->stacked = true;
    }
    measure_row(sheet, table, row);
}

static void pad(struct sheet *sheet, int columns)
{
    for (; columns > 0; columns--)
        sheet_add(sheet, " ", 1);
}

/* The first line of every cell, then the second, as they stand on the page. */
static void add_row(struct sheet *sheet, const struct table *table, struct row *row)
{
    bool more = true;
    while (more && !*sheet->full) {
        int owed = 0;
        more = false;
        for (size_t i = 0; i < row->n; i++) {
            size_t n = strcspn(row->cells[i], "\n");
            const char *line = arena_strndup(sheet->arena, row->cells[i], n);
            row->cells[i] += n + (row->cells[i][n] == '\n');
            more = more || *row->cells[i];
            if (n > 0) {
                pad(sheet, owed);
                sheet_add(sheet, line, n);
                owed = 0;
            }
            owed += table->widths[i] - text_width(line) + COLUMN_GAP;
        }
        sheet->breaks = sheet->breaks > 1 ? sheet->breaks : 1;
    }
}

static void add_table_rows(struct sheet *sheet, const xmlNode *node, struct table *table, int depth)
{
    for (const xmlNode *child = node->children; child && !*sheet->full; child = child->next) {
        if (child->type != XML_ELEMENT_NODE || is_hidden(sheet, child))
            continue;
        if (*sheet->cells > MAX_TABLE_CELLS)
            return;
        if (is_element(child, "tr"))
            read_row(sheet, child, table, depth + 1);
        else if (is_element(child, "tbody") || is_element(child, "thead") ||
                 is_element(child, "tfoot"))
            add_table_rows(sheet, child, table, depth + 1);
    }
}

static void add_table(struct sheet *sheet, const xmlNode *node, int depth)
{
    struct table table = {NULL, 0, 0, {0}};
    add_table_rows(sheet, node, &table, depth);
    sheet_break(sheet, 2);
    for (size_t i = 0; i < table.n; i++) {
        struct row *row = &table.rows[i];
        if (!row->stacked) {
            add_row(sheet, &table, row);
            continue;
        }
        for (size_t j = 0; j < row->n; j++) {
            sheet_break(sheet, 1);
            sheet_add_lines(sheet, "", row->cells[j]);
        }
    }
    sheet_break(sheet, 2);
}

/* ---- the walk ---- */

static void add_break(struct sheet *sheet)
{
    if (!sheet_room(sheet, 1))
        return;
    sheet->blank = false;
    sheet_settle(sheet);
    if (sheet->text.len > 0)
        text_add_char(&sheet->text, '\n');
}

static void walk_element(struct sheet *sheet, const xmlNode *node, int depth)
{
    bool pre = sheet->pre;
    enum element element = find_element(node);
    if (sheet->blocks >= MAX_BLOCK && (element == ELEMENT_TABLE || element == ELEMENT_QUOTE))
        element = ELEMENT_LINE;
    switch (element) {
    case ELEMENT_INLINE:
        walk_children(sheet, node, depth);
        break;
    case ELEMENT_LINE:
        walk_between(sheet, node, 1, depth);
        break;
    case ELEMENT_BLOCK:
        walk_between(sheet, node, 2, depth);
        break;
    case ELEMENT_PRE:
        sheet->pre = true;
        walk_between(sheet, node, 2, depth);
        sheet->pre = pre;
        break;
    case ELEMENT_BREAK:
        add_break(sheet);
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
    if (depth >= MAX_TREE)
        return;
    for (const xmlNode *child = node->children; child && !*sheet->full; child = child->next) {
        if ((child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE) &&
            child->content)
            add_characters(sheet, (const char *)child->content);
        else if (child->type == XML_ELEMENT_NODE && !is_hidden(sheet, child))
            walk_element(sheet, child, depth + 1);
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
    htmlDocPtr doc = htmlReadMemory("<p>", 3, NULL, "UTF-8",
                                    HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING);
    xmlFreeDoc(doc);
}

/* Where the value behind "=" ends: at its quote, if it has one. */
static const char *skip_quoted(const char *s)
{
    s += strspn(s, " \t\r\n\f");
    const char *end = *s == '"' || *s == '\'' ? strchr(s + 1, *s) : s;
    return end ? end : s + strlen(s);
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

enum part_text html_to_text(struct arena *arena, const char *utf8, size_t n, char **text_r)
{
    bool full = false;
    size_t all = 0, cells = 0;
    struct sheet sheet = {
        .arena = arena, .style = '-', .full = &full, .all = &all, .cells = &cells};
    text_init(&sheet.text, arena);
    if (n > INT32_MAX)
        return PART_TOO_LARGE;
    if (!tags_are_sane(utf8))
        return PART_UNREADABLE;
    htmlDocPtr doc = htmlReadMemory(utf8, (int)n, NULL, "UTF-8",
                                    HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                        HTML_PARSE_NONET | HTML_PARSE_COMPACT);
    if (doc)
        walk_children(&sheet, (const xmlNode *)doc, 0);
    xmlFreeDoc(doc);
    if (full || cells > MAX_TABLE_CELLS)
        return PART_TOO_LARGE;
    *text_r = trim_lines(arena, sheet.text.s);
    return PART_EXTRACTED;
}

const char *html_charset(struct arena *arena, const char *bytes, size_t n)
{
    char *head = arena_strndup(arena, bytes, n < 2048 ? n : 2048);
    for (char *p = head; *p; p++)
        *p = (char)tolower((unsigned char)*p);
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
