/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/odt_inside.h"

#include <stdlib.h>
#include <string.h>

#define MAX_PARAGRAPHS 20 /* within each other: boxes, notes */
#define MAX_LISTS 20
#define MAX_SPACES 1000 /* of one text:s */

enum element {
    ELEMENT_OTHER, /* what is in it counts, itself it is nothing */
    ELEMENT_SKIP,
    ELEMENT_PARAGRAPH,
    ELEMENT_HEADING,
    ELEMENT_SPAN,
    ELEMENT_SPACES,
    ELEMENT_TAB,
    ELEMENT_BREAK,
    ELEMENT_LIST,
    ELEMENT_ITEM,
    ELEMENT_LIST_HEADER,
    ELEMENT_TABLE,
    ELEMENT_ROW,
    ELEMENT_CELL,
    ELEMENT_BOX,
    ELEMENT_NOTE, /* its body */
    ELEMENT_PAGE_NUMBER,
    ELEMENT_SECTION,
    ELEMENT_HIDDEN, /* a field that says whether */
    ELEMENT_HIDDEN_PARAGRAPH,
    ELEMENT_BODY,
    ELEMENT_MASTER,
    ELEMENT_ASIDE, /* header, footer of a master page */
};

static const struct {
    enum odt_space space;
    const char *name;
    enum element element;
} elements[] = {
    {ODT_TEXT, "p", ELEMENT_PARAGRAPH},
    {ODT_TEXT, "span", ELEMENT_SPAN},
    {ODT_TEXT, "s", ELEMENT_SPACES},
    {ODT_TEXT, "tab", ELEMENT_TAB},
    {ODT_TEXT, "line-break", ELEMENT_BREAK},
    {ODT_TEXT, "h", ELEMENT_HEADING},
    {ODT_TEXT, "list", ELEMENT_LIST},
    {ODT_TEXT, "list-item", ELEMENT_ITEM},
    {ODT_TEXT, "list-header", ELEMENT_LIST_HEADER},
    {ODT_TEXT, "tracked-changes", ELEMENT_SKIP},
    {ODT_TEXT, "note-citation", ELEMENT_SKIP},
    {ODT_TEXT, "note-body", ELEMENT_NOTE},
    {ODT_TEXT, "ruby-text", ELEMENT_SKIP},
    {ODT_TEXT, "placeholder", ELEMENT_SKIP},
    {ODT_TEXT, "script", ELEMENT_SKIP},
    {ODT_TEXT, "page-number", ELEMENT_PAGE_NUMBER},
    {ODT_TEXT, "page-count", ELEMENT_PAGE_NUMBER},
    {ODT_TEXT, "section", ELEMENT_SECTION},
    {ODT_TEXT, "hidden-text", ELEMENT_HIDDEN},
    {ODT_TEXT, "hidden-paragraph", ELEMENT_HIDDEN_PARAGRAPH},
    {ODT_TABLE, "table", ELEMENT_TABLE},
    {ODT_TABLE, "table-row", ELEMENT_ROW},
    {ODT_TABLE, "table-cell", ELEMENT_CELL},
    {ODT_TABLE, "covered-table-cell", ELEMENT_CELL},
    {ODT_DRAW, "text-box", ELEMENT_BOX},
    {ODT_DRAW, "custom-shape", ELEMENT_BOX},
    {ODT_DRAW, "rect", ELEMENT_BOX},
    {ODT_DRAW, "ellipse", ELEMENT_BOX},
    {ODT_DRAW, "circle", ELEMENT_BOX},
    {ODT_DRAW, "caption", ELEMENT_BOX},
    {ODT_DRAW, "polygon", ELEMENT_BOX},
    {ODT_DRAW, "path", ELEMENT_BOX},
    {ODT_DRAW, "object", ELEMENT_SKIP}, /* a formula, a chart */
    {ODT_SVG, "title", ELEMENT_SKIP},   /* of a picture, for those who do not see it */
    {ODT_SVG, "desc", ELEMENT_SKIP},
    {ODT_OFFICE, "annotation", ELEMENT_SKIP},
    {ODT_OFFICE, "annotation-end", ELEMENT_SKIP},
    {ODT_OFFICE, "meta", ELEMENT_SKIP},
    {ODT_OFFICE, "scripts", ELEMENT_SKIP},
    {ODT_OFFICE, "settings", ELEMENT_SKIP},
    {ODT_OFFICE, "styles", ELEMENT_SKIP},
    {ODT_OFFICE, "automatic-styles", ELEMENT_SKIP},
    {ODT_OFFICE, "forms", ELEMENT_SKIP},
    {ODT_OFFICE, "body", ELEMENT_BODY},
    {ODT_STYLE, "master-page", ELEMENT_MASTER},
    {ODT_STYLE, "header", ELEMENT_ASIDE},
    {ODT_STYLE, "footer", ELEMENT_ASIDE},
    {ODT_STYLE, "header-first", ELEMENT_ASIDE},
    {ODT_STYLE, "footer-first", ELEMENT_ASIDE},
    {ODT_STYLE, "header-left", ELEMENT_SKIP},
    {ODT_STYLE, "footer-left", ELEMENT_SKIP},
};

struct level {
    enum element element;
    bool hidden;
};

struct paragraph {
    const char *style;
    struct odt_look look;
    bool furniture; /* holds a page's number */
    bool hidden;
};

/* A text:list that is open. */
struct open_list {
    struct odt_list *style; /* NULL: the paragraphs' own */
    bool restart;           /* the outermost one that does not go on */
    bool marked;            /* the item at work has its mark */
    long start;             /* what the item says, or -1 */
};

struct text_reader {
    struct odt_text *out;
    struct arena *arena;
    enum odt_scope scope;
    struct page *page; /* NULL: nowhere yet */
    struct page *page_of_note;
    struct level levels[XML_READ_MAX_DEPTH + 1];
    size_t depth;
    bool skips; /* the element that begins is left out */
    struct paragraph paragraphs[MAX_PARAGRAPHS];
    size_t paragraph_count;
    struct open_list lists[MAX_LISTS];
    size_t list_count;
    const char *mark; /* still to be written, or NULL */
    bool blank;       /* a blank was written last: another does not count */
    struct odt_master *master;
    const char *style_before;
    bool contextual_before;
    long below_before;
};

static struct level *level_now(struct text_reader *reader)
{
    return &reader->levels[reader->depth];
}

static struct paragraph *paragraph_now(struct text_reader *reader)
{
    size_t n = reader->paragraph_count;
    return n > 0 && n <= MAX_PARAGRAPHS ? &reader->paragraphs[n - 1] : NULL;
}

static struct open_list *list_now(struct text_reader *reader)
{
    size_t n = reader->list_count;
    return n > 0 && n <= MAX_LISTS ? &reader->lists[n - 1] : NULL;
}

static const char *get(struct text_reader *reader, const struct xml_element *element,
                       const char *name)
{
    return xml_attribute(reader->arena, element, name);
}

static enum element find_element(const struct xml_element *element)
{
    enum odt_space space = odt_space(element->space);
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (elements[i].space == space && strcmp(elements[i].name, element->name) == 0)
            return elements[i].element;
    return ELEMENT_OTHER;
}

/* ---- lists ---- */

static void start_list(struct text_reader *reader, const struct xml_element *element)
{
    const struct open_list *around = list_now(reader);
    const char *name = get(reader, element, "style-name");
    bool goes_on = get(reader, element, "continue-list") ||
                   xml_attribute_is_on(element, "continue-numbering", false);
    if (reader->list_count++ >= MAX_LISTS)
        return;
    struct open_list *list = list_now(reader);
    *list = (struct open_list){.start = -1, .marked = true};
    list->style = name ? odt_find_list(reader->out->styles, name, reader->scope)
                       : (around ? around->style : NULL);
    list->restart = !around && !goes_on;
    if (list->style && list->restart)
        odt_restart_list(list->style);
}

static void start_item(struct text_reader *reader, const struct xml_element *element)
{
    struct open_list *list = list_now(reader);
    const char *start = get(reader, element, "start-value");
    if (!list)
        return;
    list->marked = false;
    list->start = odt_small_number(start, -1);
}

/* The first paragraph of an item has the mark. */
static void mark_item(struct text_reader *reader, const struct odt_look *look)
{
    struct open_list *list = list_now(reader);
    if (!list || list->marked)
        return;
    if (!list->style)
        list->style = odt_find_list(reader->out->styles, look->list, reader->scope);
    reader->mark =
        odt_next_mark(list->style, reader->arena, (long)reader->list_count - 1, list->start);
    list->marked = true;
    list->start = -1;
}

static void mark_heading(struct text_reader *reader, const struct xml_element *element)
{
    const char *level = get(reader, element, "outline-level");
    struct odt_list *outline = odt_find_list(reader->out->styles, "", ODT_COMMON);
    if (reader->list_count == 0 && level && !xml_attribute_is_on(element, "is-list-header", false))
        reader->mark = odt_next_mark(outline, reader->arena, odt_small_number(level, 0) - 1, -1);
}

/* ---- paragraphs ---- */

static bool is_seen(struct text_reader *reader)
{
    const struct paragraph *paragraph = paragraph_now(reader);
    return reader->page && !level_now(reader)->hidden && !(paragraph && paragraph->hidden);
}

static void start_paragraph(struct text_reader *reader, const struct xml_element *element)
{
    const char *style = get(reader, element, "style-name");
    struct odt_look look = odt_find_look(reader->out->styles, "paragraph", style, reader->scope);
    reader->blank = true;
    reader->mark = NULL;
    if (reader->paragraph_count++ < MAX_PARAGRAPHS)
        *paragraph_now(reader) =
            (struct paragraph){.style = style, .look = look, .hidden = look.hidden > 0};
    if (reader->page == reader->out->body && !reader->out->master)
        reader->out->master = look.master ? look.master : "Standard";
    mark_item(reader, &look);
}

static void space_out(struct text_reader *reader, const struct paragraph *paragraph)
{
    bool same = reader->style_before && paragraph->style
                    ? strcmp(reader->style_before, paragraph->style) == 0
                    : reader->style_before == paragraph->style;
    bool contextual = paragraph->look.contextual > 0;
    if (!(same && reader->contextual_before))
        page_space(reader->page, reader->below_before);
    if (!(same && contextual))
        page_space(reader->page, paragraph->look.above);
    reader->style_before = paragraph->style;
    reader->contextual_before = contextual;
    reader->below_before = paragraph->look.below;
}

static void end_paragraph(struct text_reader *reader)
{
    struct paragraph *paragraph = paragraph_now(reader);
    bool furniture = paragraph && paragraph->furniture;
    if (reader->page) {
        if (furniture && reader->page != reader->out->body)
            page_drop_paragraph(reader->page);
        if (paragraph)
            space_out(reader, paragraph);
        if (furniture || (paragraph && paragraph->hidden))
            page_end_text(reader->page);
        else
            page_end_paragraph(reader->page);
    }
    reader->mark = NULL;
    reader->blank = true;
    reader->paragraph_count--;
}

/* Before anything that is seen. */
static bool enter_text(struct text_reader *reader)
{
    if (!is_seen(reader))
        return false;
    if (reader->mark && *reader->mark)
        page_add_mark(reader->page, reader->mark);
    reader->mark = NULL;
    return true;
}

static void add_spaces(struct text_reader *reader, const struct xml_element *element)
{
    const char *count = get(reader, element, "c");
    long n = count ? strtol(count, NULL, 10) : 1;
    if (!enter_text(reader))
        return;
    for (long i = 0; i < n && i < MAX_SPACES; i++)
        page_add(reader->page, " ", 1);
    reader->blank = false;
}

static void add_tab(struct text_reader *reader)
{
    if (!enter_text(reader))
        return;
    page_add(reader->page, "\t", 1);
    reader->blank = true;
}

static void add_break(struct text_reader *reader)
{
    if (!enter_text(reader))
        return;
    page_break_line(reader->page);
    reader->blank = true;
}

/* Runs of white space are one blank, at the beginning none. */
static void add_characters(struct text_reader *reader, const char *s, size_t n)
{
    while (n > 0) {
        size_t run = 0;
        while (run < n && !strchr(" \t\r\n", s[run]))
            run++;
        if (run > 0) {
            page_add(reader->page, s, run);
            reader->blank = false;
        } else {
            run = 1;
            if (!reader->blank)
                page_add(reader->page, " ", 1);
            reader->blank = true;
        }
        s += run;
        n -= run;
    }
}

/* ---- pages ---- */

static void start_master(struct text_reader *reader, const struct xml_element *element)
{
    const char *name = get(reader, element, "name");
    struct odt_text *out = reader->out;
    reader->master = NULL;
    if (out->master_count == ODT_MAX_MASTERS)
        return;
    reader->master = &out->masters[out->master_count++];
    *reader->master = (struct odt_master){.name = name ? name : ""};
}

static void start_aside(struct text_reader *reader, const struct xml_element *element)
{
    struct odt_master *master = reader->master;
    const char *name = element->name;
    if (!master || !xml_attribute_is_on(element, "display", true)) {
        reader->skips = true;
        return;
    }
    reader->page = page_new(reader->arena);
    if (strcmp(name, "header") == 0)
        master->header = reader->page;
    else if (strcmp(name, "footer") == 0)
        master->footer = reader->page;
    else if (strcmp(name, "header-first") == 0)
        master->first_header = reader->page;
    else
        master->first_footer = reader->page;
}

/* Notes within notes stay where they are. */
static void start_note(struct text_reader *reader)
{
    if (reader->page != reader->out->body)
        return;
    reader->page_of_note = reader->page;
    reader->page = reader->out->notes;
}

static void end_note(struct text_reader *reader)
{
    if (reader->page == reader->out->notes && reader->page_of_note)
        reader->page = reader->page_of_note;
    reader->blank = false;
}

/* ---- what is met ---- */

static void start_span(struct text_reader *reader, const struct xml_element *element)
{
    const char *style = get(reader, element, "style-name");
    struct odt_look look = odt_find_look(reader->out->styles, "text", style, reader->scope);
    if (look.hidden >= 0)
        level_now(reader)->hidden = look.hidden;
}

/* What is hidden on a condition says whether it is. */
static void start_hidden(struct text_reader *reader, const struct xml_element *element,
                         enum element kind)
{
    const char *display = get(reader, element, "display");
    bool hidden = xml_attribute_is_on(element, "is-hidden", false);
    struct paragraph *paragraph = paragraph_now(reader);
    if (kind == ELEMENT_HIDDEN_PARAGRAPH && hidden && paragraph)
        paragraph->hidden = true;
    else if (kind == ELEMENT_SECTION && display && strcmp(display, "none") == 0)
        reader->skips = true;
    else if (hidden)
        reader->skips = true;
}

static void start_row(struct text_reader *reader, const struct xml_element *element)
{
    const char *visibility = get(reader, element, "visibility");
    if (visibility && strcmp(visibility, "visible"))
        reader->skips = true;
}

static void start_block(struct text_reader *reader, enum element kind,
                        const struct xml_element *element)
{
    if (!reader->page)
        return;
    if (kind == ELEMENT_TABLE)
        page_begin_table(reader->page);
    else if (kind == ELEMENT_ROW)
        start_row(reader, element);
    else if (kind == ELEMENT_CELL)
        page_begin_cell(reader->page);
    else if (kind == ELEMENT_BOX)
        page_begin_box(reader->page);
}

static void start_element(struct text_reader *reader, enum element kind,
                          const struct xml_element *element)
{
    switch (kind) {
    case ELEMENT_OTHER:
        break;
    case ELEMENT_SKIP:
        reader->skips = true;
        break;
    case ELEMENT_PARAGRAPH:
        start_paragraph(reader, element);
        break;
    case ELEMENT_HEADING:
        start_paragraph(reader, element);
        mark_heading(reader, element);
        break;
    case ELEMENT_SPAN:
        start_span(reader, element);
        break;
    case ELEMENT_SPACES:
        add_spaces(reader, element);
        break;
    case ELEMENT_TAB:
        add_tab(reader);
        break;
    case ELEMENT_BREAK:
        add_break(reader);
        break;
    case ELEMENT_LIST:
        start_list(reader, element);
        break;
    case ELEMENT_ITEM:
        start_item(reader, element);
        break;
    case ELEMENT_LIST_HEADER:
        if (list_now(reader))
            list_now(reader)->marked = true;
        break;
    case ELEMENT_TABLE:
    case ELEMENT_ROW:
    case ELEMENT_CELL:
    case ELEMENT_BOX:
        start_block(reader, kind, element);
        break;
    case ELEMENT_NOTE:
        start_note(reader);
        break;
    case ELEMENT_PAGE_NUMBER:
        if (paragraph_now(reader))
            paragraph_now(reader)->furniture = true;
        break;
    case ELEMENT_SECTION:
    case ELEMENT_HIDDEN:
    case ELEMENT_HIDDEN_PARAGRAPH:
        start_hidden(reader, element, kind);
        break;
    case ELEMENT_BODY:
        reader->page = reader->out->body;
        break;
    case ELEMENT_MASTER:
        start_master(reader, element);
        break;
    case ELEMENT_ASIDE:
        start_aside(reader, element);
        break;
    }
}

static enum xml_next on_start(void *context, const struct xml_element *element)
{
    struct text_reader *reader = context;
    bool hidden = level_now(reader)->hidden;
    reader->depth++;
    enum element kind = find_element(element);
    *level_now(reader) = (struct level){.element = kind, .hidden = hidden};
    start_element(reader, kind, element);
    if (reader->page && page_full(reader->page))
        return XML_STOP;
    if (!reader->skips)
        return XML_GO_ON;
    reader->skips = false;
    reader->depth--;
    return XML_SKIP;
}

static void end_block(struct text_reader *reader, enum element kind)
{
    if (!reader->page)
        return;
    if (kind == ELEMENT_TABLE)
        page_end_table(reader->page);
    else if (kind == ELEMENT_ROW)
        page_end_row(reader->page);
    else if (kind == ELEMENT_CELL)
        page_end_cell(reader->page);
    else if (kind == ELEMENT_BOX)
        page_end_box(reader->page);
}

static void end_element(struct text_reader *reader, enum element kind)
{
    if (kind == ELEMENT_PARAGRAPH || kind == ELEMENT_HEADING)
        end_paragraph(reader);
    else if (kind == ELEMENT_LIST)
        reader->list_count--;
    else if (kind == ELEMENT_NOTE)
        end_note(reader);
    else if (kind == ELEMENT_ASIDE || kind == ELEMENT_BODY)
        reader->page = NULL;
    else
        end_block(reader, kind);
}

static void on_end(void *context)
{
    struct text_reader *reader = context;
    end_element(reader, level_now(reader)->element);
    reader->depth--;
}

static void on_text(void *context, const char *s, size_t n)
{
    struct text_reader *reader = context;
    if (reader->paragraph_count == 0)
        return;
    bool only_blanks = reader->blank && strspn(s, " \t\r\n") >= n;
    if (!only_blanks && enter_text(reader))
        add_characters(reader, s, n);
}

bool odt_read_text(struct odt_text *text, const char *xml, size_t n, enum odt_scope scope,
                   const char **defect_r)
{
    static const struct xml_handler handler = {on_start, on_end, on_text};
    struct text_reader *reader = ARENA_NEW(text->arena, struct text_reader);
    reader->out = text;
    reader->arena = text->arena;
    reader->scope = scope;
    return xml_read(xml, n, &handler, reader, defect_r);
}
