/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the files doc*.c share.  doc.c takes the streams and the pieces of text out of the file,
 * doc_look.c knows how paragraphs and letters look, doc_list.c how lists are numbered, doc_text.c
 * makes lines of them.
 *
 * Two ways of counting: a CP is a character of the text, an FC a byte of the stream where it is.
 */
#ifndef MAIL_DOC_INSIDE_H
#define MAIL_DOC_INSIDE_H

#include "base/arena.h"
#include "mail/list.h"
#include "mail/ole.h"
#include "mail/page.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Characters that lie one behind the other. */
struct doc_piece {
    uint32_t cp; /* the first */
    uint32_t end;
    uint32_t fc;
    bool narrow; /* windows-1252, else UTF-16 */
};

struct doc {
    struct arena *arena;
    struct ole_bytes main;  /* the stream WordDocument */
    struct ole_bytes table; /* 0Table or 1Table */
    struct doc_piece *pieces;
    size_t piece_count;
    struct doc_style *styles; /* see doc_look.c */
    size_t style_count;
    struct doc_runs *paragraphs, *characters;
    struct list_numbers numbers;
};

/* The words of the file information block: where a table lies, by its number in FibRgFcLcb97. */
struct ole_bytes doc_table(const struct doc *doc, size_t number);

/* ---- doc_look.c ---- */

struct doc_paragraph {
    bool in_table, row_end;
    bool inner_cell; /* the end of a cell in a table in a table */
    long above, below;
    long number, level; /* of its list; 0: none */
};

struct doc_character {
    bool hidden;     /* or deleted */
    bool special;    /* the character stands for something else */
    unsigned symbol; /* of a symbol font, 0: none */
};

void doc_read_looks(struct doc *doc);
struct doc_paragraph doc_paragraph_at(const struct doc *doc, uint32_t fc);
/* Holds up to *end_r, exclusive. */
struct doc_character doc_character_at(const struct doc *doc, uint32_t fc, uint32_t *end_r);
/* A property of a list of them: its first byte or word; false: it is not there. */
bool doc_find_property(struct ole_bytes list, uint16_t wanted, uint32_t *value_r);

/* ---- doc_list.c ---- */

void doc_read_lists(struct doc *doc);

/* ---- doc_text.c ---- */

/* The characters from one CP to another; an aside (a header) leaves lines with a page's number out.
 */
void doc_add_text(struct doc *doc, struct page *page, uint32_t begin, uint32_t end, bool is_aside);

#endif
