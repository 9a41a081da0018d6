/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/doc_inside.h"

#include "mail/flat.h"

#include <string.h>

#define MAX_FIELDS 64
#define MAX_INSTRUCTION 100

/* Characters that are none. */
enum {
    CHARACTER_CELL_END = 0x07,
    CHARACTER_LINE_END = 0x0b,
    CHARACTER_PAGE_END = 0x0c,
    CHARACTER_PARAGRAPH_END = 0x0d,
    CHARACTER_COLUMN_END = 0x0e,
    CHARACTER_FIELD = 0x13,
    CHARACTER_FIELD_RESULT = 0x14,
    CHARACTER_FIELD_END = 0x15,
    CHARACTER_HYPHEN = 0x1e,
    CHARACTER_SOFT_HYPHEN = 0x1f,
    CHARACTER_SYMBOL = 0x28,
};

struct writer {
    struct doc *doc;
    const char *mark; /* of the list's item, still to be written, or NULL */
    struct page *page;
    struct flat tables;
    bool is_aside;
    bool begun;     /* the paragraph has a character */
    bool furniture; /* and a page's number */
    struct doc_paragraph paragraph;
    struct doc_character character;
    uint32_t character_end; /* FC up to which it holds */
    bool in_instruction[MAX_FIELDS];
    size_t fields;
    size_t instructions;
    char instruction[MAX_INSTRUCTION + 1];
    size_t instruction_size;
    uint32_t high; /* first half of a surrogate pair */
};

static void begin_paragraph(struct writer *writer, uint32_t fc)
{
    if (writer->begun)
        return;
    writer->begun = true;
    writer->paragraph = doc_paragraph_at(writer->doc, fc);
    if (!writer->paragraph.row_end)
        flat_enter(&writer->tables, writer->paragraph.in_table ? 1 : 0);
    writer->mark = list_next_mark(&writer->doc->numbers, writer->doc->arena,
                                  writer->paragraph.number, writer->paragraph.level);
}

static void end_paragraph(struct writer *writer)
{
    const struct doc_paragraph *paragraph = &writer->paragraph;
    if (paragraph->inner_cell) {
        page_add(writer->page, "\t", 1); /* tables in tables are lines */
    } else {
        if (writer->furniture && writer->is_aside)
            page_drop_paragraph(writer->page);
        page_space(writer->page, paragraph->above);
        if (writer->furniture)
            page_end_text(writer->page);
        else
            page_end_paragraph(writer->page);
        page_space(writer->page, paragraph->below);
    }
    writer->begun = writer->furniture = false;
}

static void end_cell(struct writer *writer)
{
    if (writer->paragraph.row_end)
        flat_end_row(&writer->tables, 1);
    else
        flat_end_cell(&writer->tables, 1);
    writer->begun = writer->furniture = false;
}

static void end_page(struct writer *writer)
{
    page_end_text(writer->page);
    page_space(writer->page, PAGE_EMPTY_LINE);
    writer->begun = writer->furniture = false;
}

/* ---- fields ---- */

static void begin_field(struct writer *writer)
{
    if (writer->fields == MAX_FIELDS)
        return;
    writer->in_instruction[writer->fields++] = true;
    writer->instructions++;
    writer->instruction_size = 0;
}

static void end_instruction(struct writer *writer)
{
    if (writer->fields == 0 || !writer->in_instruction[writer->fields - 1])
        return;
    writer->in_instruction[writer->fields - 1] = false;
    writer->instructions--;
    writer->instruction[writer->instruction_size] = '\0';
    writer->furniture = writer->furniture || page_is_number_field(writer->instruction);
}

static void end_field(struct writer *writer)
{
    end_instruction(writer);
    if (writer->fields > 0)
        writer->fields--;
}

/* ---- characters ---- */

/* What windows-1252 has between 0x80 and 0x9f. */
static uint32_t widen(unsigned char byte)
{
    static const uint16_t codes[] = {
        0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
        0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
    };
    return byte >= 0x80 && byte < 0xa0 ? codes[byte - 0x80] : byte;
}

static void add_wide(struct writer *writer, uint32_t code)
{
    if (code >= 0xd800 && code < 0xdc00) {
        writer->high = code;
        return;
    }
    if (writer->high && code >= 0xdc00 && code < 0xe000)
        code = 0x10000 + ((writer->high - 0xd800) << 10) + (code - 0xdc00);
    writer->high = 0;
    page_add_code(writer->page, code);
}

static bool is_seen(const struct writer *writer)
{
    return writer->instructions == 0 && !writer->character.hidden;
}

static void add_mark(struct writer *writer)
{
    if (writer->mark && *writer->mark && page_at_start(writer->page))
        page_add_mark(writer->page, writer->mark);
    writer->mark = NULL;
}

static void add_visible(struct writer *writer, uint32_t code)
{
    const struct doc_character *character = &writer->character;
    if (is_seen(writer) && code >= ' ')
        add_mark(writer);
    if (writer->instructions > 0) {
        if (writer->instruction_size < MAX_INSTRUCTION && code < 0x80)
            writer->instruction[writer->instruction_size++] = (char)code;
    } else if (character->hidden) {
        return;
    } else if (character->special && code == CHARACTER_SYMBOL) {
        page_add_symbol(writer->page, (unsigned char)(character->symbol & 0xff));
    } else if (code == CHARACTER_HYPHEN) {
        page_add(writer->page, "-", 1);
    } else if (code >= ' ' || code == '\t') {
        add_wide(writer, code);
    }
}

static void add_character(struct writer *writer, uint32_t code)
{
    switch (code) {
    case CHARACTER_PARAGRAPH_END:
        if (!writer->character.hidden)
            end_paragraph(writer);
        break;
    case CHARACTER_CELL_END:
        end_cell(writer);
        break;
    case CHARACTER_LINE_END:
        if (is_seen(writer))
            page_break_line(writer->page);
        break;
    case CHARACTER_PAGE_END:
    case CHARACTER_COLUMN_END:
        end_page(writer);
        break;
    case CHARACTER_FIELD:
        begin_field(writer);
        break;
    case CHARACTER_FIELD_RESULT:
        end_instruction(writer);
        break;
    case CHARACTER_FIELD_END:
        end_field(writer);
        break;
    default: /* not one of an enumeration */
        add_visible(writer, code);
    }
}

static void add_piece(struct writer *writer, const struct doc_piece *piece, uint32_t begin,
                      uint32_t end)
{
    uint32_t size = piece->narrow ? 1 : 2;
    uint32_t fc = piece->fc + (begin - piece->cp) * size;
    writer->character_end = 0;
    for (; begin < end && !page_full(writer->page); begin++, fc += size) {
        if (fc >= writer->character_end)
            writer->character = doc_character_at(writer->doc, fc, &writer->character_end);
        begin_paragraph(writer, fc);
        add_character(writer, piece->narrow ? widen((unsigned char)ole_u8(writer->doc->main, fc))
                                            : ole_u16(writer->doc->main, fc));
    }
}

void doc_add_text(struct doc *doc, struct page *page, uint32_t begin, uint32_t end, bool is_aside)
{
    struct writer writer = {.doc = doc, .page = page, .is_aside = is_aside};
    writer.tables.page = page;
    for (size_t i = 0; i < doc->piece_count; i++) {
        const struct doc_piece *piece = &doc->pieces[i];
        uint32_t from = begin > piece->cp ? begin : piece->cp;
        uint32_t to = end < piece->end ? end : piece->end;
        if (from < to)
            add_piece(&writer, piece, from, to);
    }
    if (!page_full(page)) {
        if (writer.furniture && is_aside)
            page_drop_paragraph(page);
        flat_enter(&writer.tables, 0);
    }
}
