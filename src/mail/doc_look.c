/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How the text looks is said for runs of bytes, in pages of 512 bytes within the main stream; a run
 * has a list of properties, of which few matter to us.
 */
#include "mail/doc_inside.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_SIZE 512
#define MAX_PAGES 20000
#define MAX_STYLES 4000
#define MAX_BASE 12 /* styles upon styles */
#define NO_STYLE 0xfff

enum { TABLE_STYLES = 1, TABLE_CHARACTERS = 12, TABLE_PARAGRAPHS = 13 };

/* The properties, by their codes. */
enum {
    PROPERTY_DELETED = 0x0800,
    PROPERTY_HIDDEN = 0x083c,
    PROPERTY_SPECIAL = 0x0855,
    PROPERTY_SYMBOL = 0x6a09,
    PROPERTY_IN_TABLE = 0x2416,
    PROPERTY_ROW_END = 0x2417,
    PROPERTY_INNER_CELL = 0x244b,
    PROPERTY_INNER_ROW_END = 0x244c,
    PROPERTY_LEVEL = 0x260a,
    PROPERTY_NUMBER = 0x460b,
    PROPERTY_ABOVE = 0xa413,
    PROPERTY_BELOW = 0xa414,
    PROPERTY_TABLE = 0xd608,
    PROPERTY_TABS = 0xc615,
};

struct doc_style {
    uint16_t base;
    struct ole_bytes paragraph; /* its properties */
};

/* Bytes of the main stream that look alike. */
struct run {
    uint32_t begin, end;
    uint16_t style;
    struct ole_bytes list;
};

struct doc_runs {
    struct run *v;
    size_t n;
};

/* ---- lists of properties ---- */

/* Of the value of a property, by the upper three bits of its code; 0: the list says it itself. */
static size_t value_size(uint16_t code)
{
    static const size_t sizes[] = {1, 1, 2, 4, 2, 2, 0, 3};
    return sizes[code >> 13];
}

static size_t long_value_size(struct ole_bytes list, size_t at, uint16_t code)
{
    if (code == PROPERTY_TABLE)
        return (size_t)ole_u16(list, at) + 1;
    if (code == PROPERTY_TABS && ole_u8(list, at) == 255) {
        size_t deleted = ole_u8(list, at + 1);
        return 3 + deleted * 4 + (size_t)ole_u8(list, at + 2 + deleted * 4) * 3;
    }
    return (size_t)ole_u8(list, at) + 1;
}

bool doc_find_property(struct ole_bytes list, uint16_t wanted, uint32_t *value_r)
{
    bool found = false;
    for (size_t at = 0; at + 2 < list.n;) {
        uint16_t code = ole_u16(list, at);
        size_t size = value_size(code);
        at += 2;
        if (size == 0)
            size = long_value_size(list, at, code);
        if (code == wanted) {
            *value_r = ole_u32(list, at);
            if (size < 4)
                *value_r &= ((uint32_t)1 << size * 8) - 1;
            found = true; /* the last one holds */
        }
        at += size;
    }
    return found;
}

static bool is_on(struct ole_bytes list, uint16_t code)
{
    uint32_t value;
    return doc_find_property(list, code, &value) && (value & 1);
}

/* ---- runs ---- */

static void add_run(struct doc *doc, struct doc_runs *runs, struct run run)
{
    if ((runs->n & (runs->n - 1)) == 0)
        runs->v =
            arena_grow(doc->arena, runs->v, runs->n, runs->n ? runs->n * 2 : 1, sizeof *runs->v);
    runs->v[runs->n++] = run;
}

/* Where the page has the properties of its run i, as a word of its own; 0: it has none. */
static struct ole_bytes character_list(struct ole_bytes page, size_t n, size_t i)
{
    size_t at = (size_t)ole_u8(page, (n + 1) * 4 + i) * 2;
    return at ? ole_slice(page, at + 1, ole_u8(page, at)) : (struct ole_bytes){NULL, 0};
}

static struct ole_bytes paragraph_list(struct ole_bytes page, size_t n, size_t i, uint16_t *style_r)
{
    size_t at = (size_t)ole_u8(page, (n + 1) * 4 + i * 13) * 2;
    size_t size = ole_u8(page, at);
    *style_r = 0;
    if (at == 0)
        return (struct ole_bytes){NULL, 0};
    if (size == 0)
        size = (size_t)ole_u8(page, ++at) * 2;
    else
        size = size * 2 - 1;
    if (size < 2)
        return (struct ole_bytes){NULL, 0};
    *style_r = ole_u16(page, at + 1);
    return ole_slice(page, at + 3, size - 2);
}

static void read_page(struct doc *doc, struct doc_runs *runs, struct ole_bytes page,
                      bool is_paragraphs)
{
    size_t n = ole_u8(page, PAGE_SIZE - 1), each = is_paragraphs ? 17 : 5;
    if (n * each + 4 > PAGE_SIZE)
        return;
    for (size_t i = 0; i < n; i++) {
        struct run run = {.begin = ole_u32(page, i * 4), .end = ole_u32(page, i * 4 + 4)};
        run.list =
            is_paragraphs ? paragraph_list(page, n, i, &run.style) : character_list(page, n, i);
        if (run.begin < run.end)
            add_run(doc, runs, run);
    }
}

static int compare_runs(const void *a, const void *b)
{
    const struct run *x = a, *y = b;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

static struct doc_runs *read_runs(struct doc *doc, size_t table, bool is_paragraphs)
{
    struct doc_runs *runs = ARENA_NEW(doc->arena, struct doc_runs);
    struct ole_bytes list = doc_table(doc, table);
    size_t n = list.n >= 4 ? (list.n - 4) / 8 : 0;
    for (size_t i = 0; i < n && i < MAX_PAGES; i++) {
        size_t at = (size_t)ole_u32(list, (n + 1) * 4 + i * 4) * PAGE_SIZE;
        struct ole_bytes page = ole_slice(doc->main, at, PAGE_SIZE);
        if (page.n > 0)
            read_page(doc, runs, page, is_paragraphs);
    }
    if (runs->n > 0)
        qsort(runs->v, runs->n, sizeof *runs->v, compare_runs);
    return runs;
}

/* The last run that begins at fc or before. */
static const struct run *find_run(const struct doc_runs *runs, uint32_t fc, uint32_t *next_r)
{
    size_t low = 0, high = runs->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (runs->v[middle].begin <= fc)
            low = middle + 1;
        else
            high = middle;
    }
    *next_r = low < runs->n ? runs->v[low].begin : UINT32_MAX;
    return low > 0 && fc < runs->v[low - 1].end ? &runs->v[low - 1] : NULL;
}

/* ---- styles ---- */

/* Of a style, the properties of paragraphs come first; a style of characters has none. */
static void read_style(struct ole_bytes style, size_t fixed, struct doc_style *style_r)
{
    unsigned kind = ole_u16(style, 2) & 0xf;
    size_t at = fixed + 2 + ((size_t)ole_u16(style, fixed) + 1) * 2;
    style_r->base = (uint16_t)(ole_u16(style, 2) >> 4);
    if (kind != 1)
        return;
    size_t size = ole_u16(style, at);
    if (size > 2)
        style_r->paragraph = ole_slice(style, at + 4, size - 2);
}

static void read_styles(struct doc *doc)
{
    struct ole_bytes sheet = doc_table(doc, TABLE_STYLES);
    size_t at = 2 + (size_t)ole_u16(sheet, 0), n = ole_u16(sheet, 2), fixed = ole_u16(sheet, 4);
    if (sheet.n < 6 || n > MAX_STYLES || fixed < 4 || fixed > 64)
        return;
    doc->styles = arena_array(doc->arena, n, sizeof *doc->styles);
    doc->style_count = n;
    for (size_t i = 0; i < n && at + 2 <= sheet.n; i++) {
        size_t size = ole_u16(sheet, at);
        struct ole_bytes style = ole_slice(sheet, at + 2, size);
        doc->styles[i].base = NO_STYLE;
        if (style.n > 0)
            read_style(style, fixed, &doc->styles[i]);
        at += 2 + size + (size & 1);
    }
}

/* The paragraph's own, else its style's, else that of the style's base. */
static long find_value(const struct doc *doc, const struct run *run, uint16_t code)
{
    uint32_t value;
    uint16_t style = run->style;
    if (doc_find_property(run->list, code, &value))
        return (long)value;
    for (int i = 0; i < MAX_BASE && style < doc->style_count; i++) {
        if (doc_find_property(doc->styles[style].paragraph, code, &value))
            return (long)value;
        style = doc->styles[style].base;
    }
    return 0;
}

/* ---- what is asked ---- */

void doc_read_looks(struct doc *doc)
{
    read_styles(doc);
    doc->paragraphs = read_runs(doc, TABLE_PARAGRAPHS, true);
    doc->characters = read_runs(doc, TABLE_CHARACTERS, false);
}

struct doc_paragraph doc_paragraph_at(const struct doc *doc, uint32_t fc)
{
    uint32_t next;
    const struct run *run = find_run(doc->paragraphs, fc, &next);
    struct doc_paragraph paragraph = {.in_table = false};
    if (!run)
        return paragraph;
    paragraph.in_table = is_on(run->list, PROPERTY_IN_TABLE);
    paragraph.row_end = is_on(run->list, PROPERTY_ROW_END);
    paragraph.inner_cell =
        is_on(run->list, PROPERTY_INNER_CELL) || is_on(run->list, PROPERTY_INNER_ROW_END);
    paragraph.above = find_value(doc, run, PROPERTY_ABOVE);
    paragraph.below = find_value(doc, run, PROPERTY_BELOW);
    paragraph.number = find_value(doc, run, PROPERTY_NUMBER);
    paragraph.level = find_value(doc, run, PROPERTY_LEVEL);
    return paragraph;
}

struct doc_character doc_character_at(const struct doc *doc, uint32_t fc, uint32_t *end_r)
{
    uint32_t next, symbol = 0;
    const struct run *run = find_run(doc->characters, fc, &next);
    struct doc_character character = {.hidden = false};
    *end_r = run && run->end < next ? run->end : next;
    if (!run)
        return character;
    character.hidden = is_on(run->list, PROPERTY_HIDDEN) || is_on(run->list, PROPERTY_DELETED);
    character.special = is_on(run->list, PROPERTY_SPECIAL);
    if (doc_find_property(run->list, PROPERTY_SYMBOL, &symbol))
        character.symbol = symbol >> 16;
    return character;
}
