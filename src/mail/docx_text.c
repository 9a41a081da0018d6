/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/docx_inside.h"

#include <stdlib.h>
#include <string.h>

#define MAX_PARAGRAPHS 20 /* within each other: boxes in boxes */
#define MAX_FIELDS 64
#define MAX_INSTRUCTION 200

enum element {
    ELEMENT_OTHER, /* what is in it counts, itself it is nothing */
    ELEMENT_SKIP,
    ELEMENT_PARAGRAPH,
    ELEMENT_PARAGRAPH_LOOK, /* w:pPr */
    ELEMENT_RUN,
    ELEMENT_RUN_LOOK, /* w:rPr */
    ELEMENT_STYLE,
    ELEMENT_VANISH,
    ELEMENT_DELETED, /* or moved away */
    ELEMENT_TEXT,
    ELEMENT_TAB,
    ELEMENT_BREAK,
    ELEMENT_HYPHEN,
    ELEMENT_SYMBOL,
    ELEMENT_PAGE_NUMBER,
    ELEMENT_TABLE,
    ELEMENT_ROW,
    ELEMENT_ROW_LOOK,
    ELEMENT_CELL,
    ELEMENT_BOX,
    ELEMENT_FIELD, /* begins, is parted and ends by one */
    ELEMENT_SIMPLE_FIELD,
    ELEMENT_INSTRUCTION,
    ELEMENT_CONTENT, /* of a content control */
    ELEMENT_PLACEHOLDER,
    ELEMENT_SECTION,
    ELEMENT_HEADER,
    ELEMENT_FOOTER,
    ELEMENT_TITLE_PAGE,
    ELEMENT_ALTERNATIVE,
    ELEMENT_CHOICE,
    ELEMENT_FALLBACK,
    ELEMENT_NOTE,
};

enum space { SPACE_WORD, SPACE_MATH, SPACE_COMPATIBILITY };

static const struct {
    const char *name;
    enum space space;
    enum element element;
} elements[] = {
    {"AlternateContent", SPACE_COMPATIBILITY, ELEMENT_ALTERNATIVE},
    {"Choice", SPACE_COMPATIBILITY, ELEMENT_CHOICE},
    {"Fallback", SPACE_COMPATIBILITY, ELEMENT_FALLBACK},
    {"t", SPACE_MATH, ELEMENT_TEXT},
    {"t", SPACE_WORD, ELEMENT_TEXT},
    {"r", SPACE_WORD, ELEMENT_RUN},
    {"rPr", SPACE_WORD, ELEMENT_RUN_LOOK},
    {"p", SPACE_WORD, ELEMENT_PARAGRAPH},
    {"pPr", SPACE_WORD, ELEMENT_PARAGRAPH_LOOK},
    {"pStyle", SPACE_WORD, ELEMENT_STYLE},
    {"rStyle", SPACE_WORD, ELEMENT_STYLE},
    {"br", SPACE_WORD, ELEMENT_BREAK},
    {"cr", SPACE_WORD, ELEMENT_BREAK},
    {"del", SPACE_WORD, ELEMENT_DELETED},
    {"delInstrText", SPACE_WORD, ELEMENT_SKIP},
    {"delText", SPACE_WORD, ELEMENT_SKIP},
    {"endnote", SPACE_WORD, ELEMENT_NOTE},
    {"fldChar", SPACE_WORD, ELEMENT_FIELD},
    {"fldSimple", SPACE_WORD, ELEMENT_SIMPLE_FIELD},
    {"footerReference", SPACE_WORD, ELEMENT_FOOTER},
    {"footnote", SPACE_WORD, ELEMENT_NOTE},
    {"headerReference", SPACE_WORD, ELEMENT_HEADER},
    {"instrText", SPACE_WORD, ELEMENT_INSTRUCTION},
    {"moveFrom", SPACE_WORD, ELEMENT_DELETED},
    {"noBreakHyphen", SPACE_WORD, ELEMENT_HYPHEN},
    {"pPrChange", SPACE_WORD, ELEMENT_SKIP},
    {"pgNum", SPACE_WORD, ELEMENT_PAGE_NUMBER},
    {"ptab", SPACE_WORD, ELEMENT_TAB},
    {"rPrChange", SPACE_WORD, ELEMENT_SKIP},
    {"rt", SPACE_WORD, ELEMENT_SKIP}, /* a reading above the line */
    {"sdtContent", SPACE_WORD, ELEMENT_CONTENT},
    {"sectPr", SPACE_WORD, ELEMENT_SECTION},
    {"sectPrChange", SPACE_WORD, ELEMENT_SKIP},
    {"showingPlcHdr", SPACE_WORD, ELEMENT_PLACEHOLDER},
    {"sym", SPACE_WORD, ELEMENT_SYMBOL},
    {"tab", SPACE_WORD, ELEMENT_TAB},
    {"tbl", SPACE_WORD, ELEMENT_TABLE},
    {"tblPrChange", SPACE_WORD, ELEMENT_SKIP},
    {"tc", SPACE_WORD, ELEMENT_CELL},
    {"titlePg", SPACE_WORD, ELEMENT_TITLE_PAGE},
    {"tr", SPACE_WORD, ELEMENT_ROW},
    {"trPr", SPACE_WORD, ELEMENT_ROW_LOOK},
    {"txbxContent", SPACE_WORD, ELEMENT_BOX},
    {"vanish", SPACE_WORD, ELEMENT_VANISH},
};

/* An element that is open. */
struct level {
    enum element element;
    bool hidden; /* handed on to what is within */
    bool taken;  /* of an alternative: one was read; of a row: it was deleted; of a control: asks to
                    be filled in */
};

struct paragraph {
    const char *style;
    struct docx_look look; /* its own, until its properties end */
    const char *mark;      /* still to be written, or NULL */
    bool joins_next;       /* its end is deleted or hidden */
    bool furniture;        /* holds a page's number */
    bool begun;            /* the look is complete */
};

struct text_reader {
    const struct docx_source *source;
    struct arena *arena;
    struct page *page;
    struct level levels[XML_READ_MAX_DEPTH + 1];
    size_t depth;
    bool skips; /* the element that begins is left out */
    struct paragraph paragraphs[MAX_PARAGRAPHS];
    size_t paragraph_count; /* that are open; may be more than there is room for */
    bool in_instruction[MAX_FIELDS];
    size_t field_count;
    size_t instructions; /* fields whose instruction is open: their text is not seen */
    struct text instruction;
    struct docx_section section; /* at work */
    const char *style_before;    /* of the paragraph above, and the space that it wants below */
    bool contextual_before;
    long below_before;
};

static struct level *level_at(struct text_reader *reader, size_t up)
{
    return &reader->levels[reader->depth > up ? reader->depth - up : 0];
}

/* How deep the nearest open element of the kind is, 0: none is open. */
static size_t find_open(struct text_reader *reader, enum element element)
{
    size_t depth = reader->depth;
    while (depth > 0 && reader->levels[depth].element != element)
        depth--;
    return depth;
}

static struct paragraph *paragraph_at_work(struct text_reader *reader)
{
    size_t n = reader->paragraph_count;
    return n > 0 && n <= MAX_PARAGRAPHS ? &reader->paragraphs[n - 1] : NULL;
}

/* ---- elements ---- */

static bool is_in_space(const char *space, enum space wanted)
{
    switch (wanted) {
    case SPACE_WORD:
        return docx_is_word(space);
    case SPACE_MATH:
        return strcmp(space, "http://schemas.openxmlformats.org/officeDocument/2006/math") == 0 ||
               strcmp(space, "http://purl.oclc.org/ooxml/officeDocument/math") == 0;
    case SPACE_COMPATIBILITY:
        return strcmp(space, "http://schemas.openxmlformats.org/markup-compatibility/2006") == 0;
    }
    return false;
}

static enum element find_element(const struct xml_element *element)
{
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (strcmp(elements[i].name, element->name) == 0 &&
            is_in_space(element->space, elements[i].space))
            return elements[i].element;
    return ELEMENT_OTHER;
}

/* ---- paragraphs ---- */

/* Its properties are known: the number it has, and whether it is hidden. */
static void begin_paragraph(struct text_reader *reader, struct paragraph *paragraph)
{
    struct docx_look look = docx_no_look;
    if (paragraph->begun)
        return;
    if (reader->source->styles)
        look = docx_style_look(reader->source->styles, paragraph->style);
    docx_look_over(&look, &paragraph->look);
    paragraph->look = look;
    paragraph->begun = true;
    if (reader->source->numbering)
        paragraph->mark =
            list_next_mark(reader->source->numbering, reader->arena, look.number, look.level);
}

static void start_paragraph(struct text_reader *reader)
{
    if (reader->paragraph_count++ >= MAX_PARAGRAPHS)
        return;
    *paragraph_at_work(reader) = (struct paragraph){.look = docx_no_look};
}

/* No space between paragraphs of one style that say so. */
static void space_out(struct text_reader *reader, const struct paragraph *paragraph)
{
    bool same = reader->style_before && paragraph->style
                    ? strcmp(reader->style_before, paragraph->style) == 0
                    : reader->style_before == paragraph->style;
    if (!(same && reader->contextual_before))
        page_space(reader->page, reader->below_before);
    if (!(same && paragraph->look.contextual > 0))
        page_space(reader->page, paragraph->look.above);
    reader->style_before = paragraph->style;
    reader->contextual_before = paragraph->look.contextual > 0;
    reader->below_before = paragraph->look.below;
}

static void end_paragraph(struct text_reader *reader)
{
    struct paragraph *paragraph = paragraph_at_work(reader);
    if (paragraph) {
        begin_paragraph(reader, paragraph);
        if (paragraph->furniture && reader->source->is_aside)
            page_drop_paragraph(reader->page);
        if (!paragraph->joins_next) {
            space_out(reader, paragraph);
            if (paragraph->furniture)
                page_end_text(reader->page);
            else
                page_end_paragraph(reader->page);
        }
    } else {
        page_end_paragraph(reader->page);
    }
    reader->paragraph_count--;
}

static bool is_seen(struct text_reader *reader)
{
    return reader->instructions == 0 && !level_at(reader, 0)->hidden;
}

/* Before anything that is seen. */
static bool enter_text(struct text_reader *reader)
{
    struct paragraph *paragraph = paragraph_at_work(reader);
    if (!is_seen(reader))
        return false;
    if (!paragraph)
        return true;
    begin_paragraph(reader, paragraph);
    if (paragraph->mark && *paragraph->mark && page_at_start(reader->page))
        page_add_mark(reader->page, paragraph->mark);
    paragraph->mark = NULL;
    return true;
}

static void set_hidden(struct text_reader *reader, bool hidden)
{
    struct paragraph *paragraph = paragraph_at_work(reader);
    bool in_paragraph_look = level_at(reader, 2)->element == ELEMENT_PARAGRAPH_LOOK;
    if (level_at(reader, 1)->element != ELEMENT_RUN_LOOK)
        return;
    if (in_paragraph_look && paragraph)
        paragraph->joins_next = paragraph->joins_next || hidden;
    else if (!in_paragraph_look)
        level_at(reader, 2)->hidden = hidden;
}

static void set_style(struct text_reader *reader, const struct xml_element *element)
{
    struct paragraph *paragraph = paragraph_at_work(reader);
    const char *id = xml_attribute(reader->arena, element, "val");
    enum element parent = level_at(reader, 1)->element;
    struct docx_look look = docx_no_look;
    if (!id)
        return;
    if (reader->source->styles)
        look = docx_style_look(reader->source->styles, id);
    if (parent == ELEMENT_PARAGRAPH_LOOK && paragraph)
        paragraph->style = id;
    if (look.hidden > 0)
        level_at(reader, 2)->hidden = true; /* the run, or the paragraph */
}

/* Deleted text, the deleted end of a paragraph, a deleted row. */
static void set_deleted(struct text_reader *reader)
{
    struct paragraph *paragraph = paragraph_at_work(reader);
    enum element parent = level_at(reader, 1)->element;
    if (parent == ELEMENT_ROW_LOOK)
        level_at(reader, 2)->taken = true;
    else if (parent == ELEMENT_RUN_LOOK && paragraph)
        paragraph->joins_next = true;
    reader->skips = true;
}

/* ---- fields ---- */

static void note_instruction(struct text_reader *reader, const char *instruction)
{
    struct paragraph *paragraph = paragraph_at_work(reader);
    if (paragraph && instruction && page_is_number_field(instruction))
        paragraph->furniture = true;
}

static void end_instruction(struct text_reader *reader)
{
    bool *open = &reader->in_instruction[reader->field_count - 1];
    if (!*open)
        return;
    *open = false;
    reader->instructions--;
    note_instruction(reader, reader->instruction.s);
}

static void do_field(struct text_reader *reader, const struct xml_element *element)
{
    const char *type = xml_attribute(reader->arena, element, "fldCharType");
    if (!type)
        return;
    if (strcmp(type, "begin") == 0 && reader->field_count < MAX_FIELDS) {
        reader->in_instruction[reader->field_count++] = true;
        reader->instructions++;
        reader->instruction.len = 0;
        reader->instruction.s[0] = '\0';
    } else if (reader->field_count > 0 && strcmp(type, "separate") == 0) {
        end_instruction(reader);
    } else if (reader->field_count > 0 && strcmp(type, "end") == 0) {
        end_instruction(reader);
        reader->field_count--;
    }
}

/* ---- sections ---- */

/* The first section begins on the first page; the page's own header is used if it is wanted. */
static void refer(struct text_reader *reader, const struct xml_element *element, const char **usual,
                  const char **first)
{
    const char *type = xml_attribute(reader->arena, element, "type");
    const char *id = xml_attribute(reader->arena, element, "id");
    if (!type || strcmp(type, "default") == 0)
        *usual = id;
    else if (strcmp(type, "first") == 0)
        *first = id;
}

static void end_section(struct text_reader *reader)
{
    if (reader->source->section && !reader->source->section->known) {
        *reader->source->section = reader->section;
        reader->source->section->known = true;
    }
}

/* ---- what is met ---- */

static void add_symbol(struct text_reader *reader, const struct xml_element *element)
{
    const char *code = xml_attribute(reader->arena, element, "char");
    unsigned long number = code ? strtoul(code, NULL, 16) : 0;
    if (number == 0 || !enter_text(reader))
        return;
    if (number < 0x100 || (number >= 0xf000 && number < 0xf100))
        page_add_symbol(reader->page, (unsigned char)(number & 0xff));
    else
        page_add_code(reader->page, (uint32_t)number);
}

static void add_break(struct text_reader *reader, const struct xml_element *element)
{
    const char *type = xml_attribute(reader->arena, element, "type");
    if (level_at(reader, 1)->element != ELEMENT_RUN || !enter_text(reader))
        return;
    if (!type || strcmp(type, "textWrapping") == 0) {
        page_break_line(reader->page);
        return;
    }
    page_end_text(reader->page); /* a new page or column */
    page_space(reader->page, PAGE_EMPTY_LINE);
}

/* Elements of this name also describe where tabs stand. */
static void add_tab(struct text_reader *reader)
{
    if (level_at(reader, 1)->element == ELEMENT_RUN && enter_text(reader))
        page_add(reader->page, "\t", 1);
}

static void start_choice(struct text_reader *reader)
{
    struct level *alternative = level_at(reader, 1);
    if (alternative->element == ELEMENT_ALTERNATIVE && alternative->taken)
        reader->skips = true;
    alternative->taken = true;
}

static void start_cell(struct text_reader *reader)
{
    if (level_at(reader, 1)->element == ELEMENT_ROW && level_at(reader, 1)->taken)
        reader->skips = true;
    else
        page_begin_cell(reader->page);
}

/* What parts the notes from the text has a type. */
static void start_note(struct text_reader *reader, const struct xml_element *element)
{
    const char *type = xml_attribute(reader->arena, element, "type");
    if (type && strcmp(type, "normal"))
        reader->skips = true;
}

static void start_content(struct text_reader *reader)
{
    if (level_at(reader, 1)->taken)
        reader->skips = true;
}

/* In w:sdt, w:sdtPr: the control around them asks to be filled in. */
static void set_placeholder(struct text_reader *reader)
{
    level_at(reader, 2)->taken = true;
}

/* What is an element of its own, or a property. */
static void start_single(struct text_reader *reader, enum element kind,
                         const struct xml_element *element)
{
    struct docx_section *section = &reader->section;
    if (kind == ELEMENT_STYLE)
        set_style(reader, element);
    else if (kind == ELEMENT_VANISH)
        set_hidden(reader, xml_attribute_is_on(element, "val", true));
    else if (kind == ELEMENT_TAB)
        add_tab(reader);
    else if (kind == ELEMENT_BREAK)
        add_break(reader, element);
    else if (kind == ELEMENT_HYPHEN && enter_text(reader))
        page_add(reader->page, "-", 1);
    else if (kind == ELEMENT_SYMBOL)
        add_symbol(reader, element);
    else if (kind == ELEMENT_PAGE_NUMBER)
        note_instruction(reader, "PAGE");
    else if (kind == ELEMENT_HEADER)
        refer(reader, element, &section->header, &section->first_header);
    else if (kind == ELEMENT_FOOTER)
        refer(reader, element, &section->footer, &section->first_footer);
    else if (kind == ELEMENT_TITLE_PAGE)
        section->title_page = xml_attribute_is_on(element, "val", true);
    else if (kind == ELEMENT_PLACEHOLDER && xml_attribute_is_on(element, "val", true))
        set_placeholder(reader);
    else if (kind == ELEMENT_SIMPLE_FIELD)
        note_instruction(reader, xml_attribute(reader->arena, element, "instr"));
}

static void start_element(struct text_reader *reader, enum element kind,
                          const struct xml_element *element)
{
    switch (kind) {
    case ELEMENT_SKIP:
        reader->skips = true;
        break;
    case ELEMENT_DELETED:
        set_deleted(reader);
        break;
    case ELEMENT_PARAGRAPH:
        start_paragraph(reader);
        break;
    case ELEMENT_TABLE:
        page_begin_table(reader->page);
        break;
    case ELEMENT_CELL:
        start_cell(reader);
        break;
    case ELEMENT_BOX:
        page_begin_box(reader->page);
        break;
    case ELEMENT_FIELD:
        do_field(reader, element);
        break;
    case ELEMENT_SECTION:
        reader->section = (struct docx_section){.known = false};
        break;
    case ELEMENT_CHOICE:
    case ELEMENT_FALLBACK:
        start_choice(reader);
        break;
    case ELEMENT_NOTE:
        start_note(reader, element);
        break;
    case ELEMENT_CONTENT:
        start_content(reader);
        break;
    case ELEMENT_OTHER:
    case ELEMENT_PARAGRAPH_LOOK:
    case ELEMENT_RUN:
    case ELEMENT_RUN_LOOK:
    case ELEMENT_TEXT:
    case ELEMENT_ROW:
    case ELEMENT_ROW_LOOK:
    case ELEMENT_INSTRUCTION:
    case ELEMENT_ALTERNATIVE:
        break;
    case ELEMENT_STYLE:
    case ELEMENT_VANISH:
    case ELEMENT_TAB:
    case ELEMENT_BREAK:
    case ELEMENT_HYPHEN:
    case ELEMENT_SYMBOL:
    case ELEMENT_PAGE_NUMBER:
    case ELEMENT_SIMPLE_FIELD:
    case ELEMENT_PLACEHOLDER:
    case ELEMENT_HEADER:
    case ELEMENT_FOOTER:
    case ELEMENT_TITLE_PAGE:
        start_single(reader, kind, element);
        break;
    }
}

/* What says how the paragraph looks, and is in no table of ours. */
static void note_look(struct text_reader *reader, const struct xml_element *element)
{
    struct paragraph *paragraph = paragraph_at_work(reader);
    size_t look = find_open(reader, ELEMENT_PARAGRAPH_LOOK);
    bool is_ours = look > 0 && reader->depth - look < 3 &&
                   find_open(reader, ELEMENT_RUN_LOOK) < look; /* letters are spaced, too */
    if (paragraph && is_ours)
        docx_look_element(&paragraph->look, element, reader->arena);
}

static enum xml_next on_start(void *context, const struct xml_element *element)
{
    struct text_reader *reader = context;
    bool hidden = level_at(reader, 0)->hidden;
    reader->depth++;
    enum element kind = find_element(element);
    *level_at(reader, 0) = (struct level){.element = kind, .hidden = hidden};
    if (kind == ELEMENT_OTHER && docx_is_word(element->space))
        note_look(reader, element);
    start_element(reader, kind, element);
    if (page_full(reader->page))
        return XML_STOP;
    if (!reader->skips)
        return XML_GO_ON;
    reader->skips = false;
    reader->depth--;
    return XML_SKIP;
}

static void end_element(struct text_reader *reader, enum element kind)
{
    struct paragraph *paragraph = paragraph_at_work(reader);
    if (kind == ELEMENT_PARAGRAPH)
        end_paragraph(reader);
    else if (kind == ELEMENT_PARAGRAPH_LOOK && paragraph)
        begin_paragraph(reader, paragraph);
    else if (kind == ELEMENT_TABLE)
        page_end_table(reader->page);
    else if (kind == ELEMENT_ROW)
        page_end_row(reader->page);
    else if (kind == ELEMENT_CELL)
        page_end_cell(reader->page);
    else if (kind == ELEMENT_BOX)
        page_end_box(reader->page);
    else if (kind == ELEMENT_SECTION)
        end_section(reader);
}

static void on_end(void *context)
{
    struct text_reader *reader = context;
    end_element(reader, level_at(reader, 0)->element);
    reader->depth--;
}

static void on_text(void *context, const char *s, size_t n)
{
    struct text_reader *reader = context;
    enum element kind = level_at(reader, 0)->element;
    if (kind == ELEMENT_TEXT && enter_text(reader))
        page_add(reader->page, s, n);
    else if (kind == ELEMENT_INSTRUCTION && reader->instruction.len + n < MAX_INSTRUCTION)
        text_add_bytes(&reader->instruction, s, n);
}

bool docx_read_text(const struct docx_source *source, const char *xml, size_t n, struct page *page,
                    const char **defect_r)
{
    static const struct xml_handler handler = {on_start, on_end, on_text};
    struct text_reader *reader = ARENA_NEW(source->arena, struct text_reader);
    reader->source = source;
    reader->arena = source->arena;
    reader->page = page;
    text_init(&reader->instruction, source->arena);
    return xml_read(xml, n, &handler, reader, defect_r);
}
