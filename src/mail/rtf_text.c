/* SPDX-License-Identifier: EUPL-1.2 */
/* Characters and paragraphs of Rich Text. */
#include "mail/rtf_inside.h"

#include <string.h>

#define MAX_MARK 40

struct rtf_state *rtf_group(struct rtf *rtf)
{
    return &rtf->states[rtf->depth];
}

bool rtf_is_seen(struct rtf *rtf)
{
    const struct rtf_state *state = rtf_group(rtf);
    static const unsigned unseen =
        1u << RTF_SKIP | 1u << RTF_UPR | 1u << RTF_FONTS | 1u << RTF_FIELD;
    return !(unseen >> state->target & 1) && !state->hidden && !state->deleted;
}

/* Headers, notes and boxes have their tables as lines with tabs. */
static bool has_tables(const struct rtf *rtf)
{
    return rtf->page == rtf->body && rtf->boxes == 0;
}

/* The paragraph may be in another table than the one before, and its mark came before it said so.
 */
static void enter_place(struct rtf *rtf)
{
    const struct rtf_state *state = rtf_group(rtf);
    long depth = state->in_table ? (state->nesting > 1 ? state->nesting : 1) : 0;
    if (has_tables(rtf))
        flat_enter(&rtf->tables, depth);
    if (rtf->has_mark)
        page_add_mark(rtf->page, rtf->mark.s);
    rtf->has_mark = false;
}

/* ---- characters ---- */

static bool is_mark(struct rtf *rtf)
{
    return rtf_group(rtf)->target == RTF_BULLET;
}

/* Of a mark only what is ASCII counts: the rest are bullets. */
static void add_to_mark(struct rtf *rtf, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] < 0x80 && rtf->mark.len < MAX_MARK)
            text_add_char(&rtf->mark, s[i]);
}

static void add_utf8(struct rtf *rtf, const char *s, size_t n)
{
    if (is_mark(rtf)) {
        add_to_mark(rtf, s, n);
        return;
    }
    enter_place(rtf);
    page_add(rtf->page, s, n);
}

static void add_symbols(struct rtf *rtf, const char *s, size_t n)
{
    if (is_mark(rtf))
        return;
    enter_place(rtf);
    for (size_t i = 0; i < n; i++)
        page_add_symbol(rtf->page, (unsigned char)s[i]);
}

static bool is_ascii(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] >= 0x80)
            return false;
    return true;
}

void rtf_flush(struct rtf *rtf)
{
    size_t n = rtf->bytes.len;
    bool bad;
    if (n == 0)
        return;
    rtf->bytes.len = 0;
    if (rtf_group(rtf)->symbol) {
        add_symbols(rtf, rtf->bytes.s, n);
        return;
    }
    if (is_ascii(rtf->bytes.s, n)) {
        add_utf8(rtf, rtf->bytes.s, n);
        return;
    }
    char *utf8 = charset_to_utf8(rtf->arena, rtf_group(rtf)->charset, rtf->bytes.s, n, &n, &bad);
    if (bad && !rtf->defect)
        rtf->defect = "bad-charset";
    add_utf8(rtf, utf8, n);
}

bool rtf_take_skip(struct rtf *rtf)
{
    if (rtf->skip == 0)
        return false;
    rtf->skip--;
    return true;
}

void rtf_add_byte(struct rtf *rtf, char c)
{
    if (rtf_take_skip(rtf))
        return;
    rtf->high = 0;
    if (rtf_group(rtf)->target == RTF_FIELD && rtf->field.len < 256)
        text_add_char(&rtf->field, c);
    else if (rtf_is_seen(rtf))
        text_add_char(&rtf->bytes, c);
    if (rtf->bytes.len >= 4096)
        rtf_flush(rtf);
}

void rtf_add_text(struct rtf *rtf, const char *utf8)
{
    if (rtf_take_skip(rtf) || !rtf_is_seen(rtf))
        return;
    rtf_flush(rtf);
    add_utf8(rtf, utf8, strlen(utf8));
}

void rtf_add_unicode(struct rtf *rtf, long number)
{
    uint32_t code = (uint32_t)(number < 0 ? number + 0x10000 : number);
    rtf->skip = rtf_group(rtf)->unicode_skip;
    if (!rtf_is_seen(rtf))
        return;
    rtf_flush(rtf);
    if (code >= 0xd800 && code < 0xdc00) {
        rtf->high = code;
        return;
    }
    if (rtf->high && code >= 0xdc00 && code < 0xe000)
        code = 0x10000 + ((rtf->high - 0xd800) << 10) + (code - 0xdc00);
    rtf->high = 0;
    if (is_mark(rtf))
        return;
    enter_place(rtf);
    page_add_code(rtf->page, code);
}

/* ---- paragraphs ---- */

/* The number of a page belongs to the paper, not to the letter. */
void rtf_end_paragraph(struct rtf *rtf)
{
    bool in_body = has_tables(rtf);
    rtf_flush(rtf);
    enter_place(rtf);
    if (rtf->furniture && rtf->page != rtf->body)
        page_drop_paragraph(rtf->page);
    rtf->furniture = false;
    page_space(rtf->page, rtf_group(rtf)->above);
    if (in_body)
        page_end_paragraph(rtf->page);
    else
        page_end_text(rtf->page);
    page_space(rtf->page, rtf_group(rtf)->below);
}

void rtf_end_cell(struct rtf *rtf, long depth)
{
    rtf_flush(rtf);
    if (!has_tables(rtf)) {
        page_add(rtf->page, "\t", 1);
        return;
    }
    flat_end_cell(&rtf->tables, depth);
}

void rtf_end_row(struct rtf *rtf, long depth)
{
    rtf_flush(rtf);
    if (!has_tables(rtf)) {
        page_end_text(rtf->page);
        return;
    }
    flat_end_row(&rtf->tables, depth);
}

/* A new page or column. */
void rtf_end_block(struct rtf *rtf)
{
    rtf_flush(rtf);
    enter_place(rtf);
    page_end_text(rtf->page);
    page_space(rtf->page, PAGE_EMPTY_LINE);
}

void rtf_reset_paragraph(struct rtf_state *state)
{
    state->in_table = false;
    state->nesting = 0;
    state->above = state->below = 0;
}

void rtf_break_line(struct rtf *rtf)
{
    enter_place(rtf);
    page_break_line(rtf->page);
}
