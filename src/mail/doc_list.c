/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/doc_inside.h"

#include <string.h>

#define MAX_LISTS 2000
#define LEVELS 9
#define LIST_SIZE 28   /* LSTF */
#define LEVEL_SIZE 28  /* LVLF */
#define NUMBER_SIZE 16 /* LFO */

enum { TABLE_LISTS = 73, TABLE_NUMBERS = 74 };

static enum list_style number_format(unsigned format)
{
    static const struct {
        unsigned format;
        enum list_style style;
    } formats[] = {
        {0, LIST_DECIMAL}, {1, LIST_ROMAN_UPPER}, {2, LIST_ROMAN},         {3, LIST_LETTER_UPPER},
        {4, LIST_LETTER},  {5, LIST_DECIMAL},     {22, LIST_DECIMAL_ZERO}, {255, LIST_NONE},
    };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i].format == format)
            return formats[i].style;
    return LIST_BULLET;
}

/* UTF-16, in which a character below 9 stands for the number of that level; other than ASCII does
 * not occur around numbers. */
static const char *level_text(struct arena *arena, struct ole_bytes all, size_t at)
{
    struct text text;
    size_t n = ole_u16(all, at);
    text_init(&text, arena);
    for (size_t i = 0; i < n && i < 40; i++) {
        unsigned code = ole_u16(all, at + 2 + i * 2);
        if (code < LEVELS)
            text_addf(&text, "%%%u", code + 1);
        else if (code >= ' ' && code < 0x7f)
            text_add_char(&text, (char)code);
    }
    return text.s;
}

/* Where the next one begins. */
static size_t read_level(struct doc *doc, struct ole_bytes all, size_t at, struct list_level *level)
{
    size_t behind = at + LEVEL_SIZE + ole_u8(all, at + 24) + ole_u8(all, at + 25);
    uint32_t start = ole_u32(all, at);
    *level = (struct list_level){.style = number_format(ole_u8(all, at + 4)),
                                 .text = level_text(doc->arena, all, behind),
                                 .start = start <= 1000000 ? (long)start : 1,
                                 .known = true};
    return behind + 2 + (size_t)ole_u16(all, behind) * 2;
}

/* The levels of all lists follow behind the list of lists, and are not counted in its length. */
static void read_lists(struct doc *doc)
{
    struct ole_bytes table = doc_table(doc, TABLE_LISTS);
    size_t n = ole_u16(table, 0);
    if (table.n < 2 || n > MAX_LISTS || 2 + n * LIST_SIZE > table.n)
        return;
    doc->numbers.lists = arena_array(doc->arena, n, sizeof *doc->numbers.lists);
    doc->numbers.list_count = n;
    size_t at = (size_t)(table.s - doc->table.s) + 2 + n * LIST_SIZE;
    for (size_t i = 0; i < n && at < doc->table.n; i++) {
        bool simple = ole_u8(table, 2 + i * LIST_SIZE + 26) & 1;
        for (size_t level = 0; level < (simple ? 1 : LEVELS) && at < doc->table.n; level++)
            at = read_level(doc, doc->table, at, &doc->numbers.lists[i].levels[level]);
    }
}

static struct list *find_list(struct doc *doc, uint32_t id)
{
    struct ole_bytes table = doc_table(doc, TABLE_LISTS);
    for (size_t i = 0; i < doc->numbers.list_count; i++)
        if (ole_u32(table, 2 + i * LIST_SIZE) == id)
            return &doc->numbers.lists[i];
    return NULL;
}

void doc_read_lists(struct doc *doc)
{
    struct ole_bytes table = doc_table(doc, TABLE_NUMBERS);
    size_t n = ole_u32(table, 0);
    read_lists(doc);
    if (n > MAX_LISTS || 4 + n * NUMBER_SIZE > table.n)
        return;
    doc->numbers.numbers = arena_array(doc->arena, n, sizeof *doc->numbers.numbers);
    doc->numbers.number_count = n;
    for (size_t i = 0; i < n; i++) {
        struct list_number *number = &doc->numbers.numbers[i];
        number->id = (long)i + 1;
        number->list = find_list(doc, ole_u32(table, 4 + i * NUMBER_SIZE));
        for (size_t level = 0; level < LIST_LEVELS; level++)
            number->starts[level] = -1;
    }
}
