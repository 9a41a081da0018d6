/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A word processor's file as text.  Its converter says what it meets, in the order of the file:
 * characters, ends of paragraphs, tables, boxes; here it becomes lines.  An empty paragraph is an
 * empty line.  So is space between paragraphs, unless the writer shows by empty paragraphs how he
 * parts his blocks and both lines are short: then it is only the leading of an address.
 *
 * What begins must end; what is left open when the file ends is closed.  Beyond the limits a page
 * is full and takes no more.
 */
#ifndef MAIL_PAGE_H
#define MAIL_PAGE_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_MAX_CELLS 20000 /* of all tables */
#define PAGE_MAX_FRAMES 16   /* tables and boxes within each other; what is deeper flows on */

struct page;

struct page *page_new(struct arena *arena);

/* UTF-8.  Tabs are tabs; LF and CR are blanks; soft hyphens and what has no width are dropped; the
 * private characters of symbol fonts become what they look like. */
void page_add(struct page *page, const char *s, size_t n);
void page_add_code(struct page *page, uint32_t code);
/* A character of Symbol, Wingdings and the like, by its byte. */
void page_add_symbol(struct page *page, unsigned char byte);
/* What stands before a list's item: numbers and letters as they are, anything else is a bullet.  A
 * blank follows. */
void page_add_mark(struct page *page, const char *mark);
void page_break_line(struct page *page); /* within a paragraph */
void page_end_paragraph(struct page *page);
/* As above; the empty paragraph leaves no line. */
void page_end_text(struct page *page);
/* Space above or below a paragraph, in twentieths of a point. */
#define PAGE_EMPTY_LINE 240
void page_space(struct page *page, long twips);

/* A text box; it stands above the paragraph that it belongs to. */
void page_begin_box(struct page *page);
void page_end_box(struct page *page);

void page_begin_table(struct page *page);
void page_begin_cell(struct page *page);
void page_end_cell(struct page *page);
void page_end_row(struct page *page);
void page_end_table(struct page *page);

/* Nothing but blanks in the paragraph so far. */
bool page_at_start(const struct page *page);
/* The instruction of a field that is the number of a page: it belongs to the paper. */
bool page_is_number_field(const char *instruction);
/* Takes away the paragraph so far. */
void page_drop_paragraph(struct page *page);

/* Why a page is full: a defect's word, or NULL: it is not. */
const char *page_full(const struct page *page);
/* The text; the page takes nothing after it. */
const char *page_finish(struct page *page);
/* The texts that are not "", an empty line between them. */
const char *page_join(struct arena *arena, const char *const *texts, size_t n);

#endif
