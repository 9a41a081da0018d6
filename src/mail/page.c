/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/page.h"

#include "mail/grid.h"
#include "mail/mail.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define SPACE_SOFT 100 /* twips: what is less is no gap */
#define SHORT_LINE 60  /* bytes: an address, a name, a role */
/* A line of its own that stands for a soft gap until the page is finished. */
#define SOFT_MARK "\x1e"

enum frame_kind { FRAME_PAGE, FRAME_BOX, FRAME_TABLE, FRAME_CELL };

enum gap { GAP_NONE, GAP_SOFT, GAP_HARD };

/* What grows by itself: the page, a box, a cell.  A table's frame only holds the table. */
struct frame {
    enum frame_kind kind;
    struct text text; /* whole lines; of a table, what flows on from frames too deep */
    struct text line; /* the paragraph at work */
    enum gap gap;     /* owed before the next line */
    struct grid *grid;
};

struct page {
    struct arena *arena;
    struct frame frames[PAGE_MAX_FRAMES];
    size_t depth;    /* index of the frame at work */
    size_t overflow; /* frames beyond PAGE_MAX_FRAMES that are open */
    size_t bytes;
    size_t cells;
    size_t empty; /* paragraphs, outside of cells */
    const char *full;
};

static void frame_init(struct page *page, enum frame_kind kind)
{
    struct frame *frame = &page->frames[page->depth];
    *frame = (struct frame){.kind = kind};
    text_init(&frame->text, page->arena);
    text_init(&frame->line, page->arena);
}

struct page *page_new(struct arena *arena)
{
    struct page *page = ARENA_NEW(arena, struct page);
    page->arena = arena;
    frame_init(page, FRAME_PAGE);
    return page;
}

static struct frame *at_work(struct page *page)
{
    return &page->frames[page->depth];
}

static bool has_room(struct page *page, size_t n)
{
    page->bytes += n;
    if (page->bytes > MAIL_MAX_TEXT && !page->full)
        page->full = "too-much-text";
    return !page->full;
}

const char *page_full(const struct page *page)
{
    return page->full;
}

/* ---- characters ---- */

static const struct {
    unsigned char byte;
    const char *looks;
} symbols[] = {
    {0x2d, "-"},      {0x6c, "\u25cf"}, {0x6e, "\u25a0"}, {0x6f, "\u2610"}, {0x71, "\u2610"},
    {0x76, "\u2756"}, {0x78, "\u2612"}, {0xa7, "\u25aa"}, {0xa8, "\u2610"}, {0xb7, "\u2022"},
    {0xd8, "\u27a2"}, {0xe0, "\u2192"}, {0xf0, "\u21e8"}, {0xfb, "\u2717"}, {0xfc, "\u2713"},
    {0xfd, "\u2612"}, {0xfe, "\u2611"},
};

/* What is in symbol fonts but not here is an ornament. */
static const char *symbol_looks(uint32_t byte)
{
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        if (symbols[i].byte == byte)
            return symbols[i].looks;
    return "";
}

static const struct {
    uint32_t code;
    const char *instead;
} odd_characters[] = {
    {'\n', " "},   {'\r', " "},   {0xa0, " "},  {0xad, ""},   {0x2007, " "}, {0x200b, ""},
    {0x200c, ""},  {0x200d, ""},  {0x200e, ""}, {0x200f, ""}, {0x2011, "-"}, {0x2028, " "},
    {0x2029, " "}, {0x202f, " "}, {0x2060, ""}, {0xfeff, ""},
};

static const char *instead_of(uint32_t code)
{
    if (code >= 0xf020 && code <= 0xf0ff)
        return symbol_looks(code & 0xff);
    if (code < ' ' && code != '\t' && code != '\n' && code != '\r')
        return "";
    for (size_t i = 0; i < sizeof odd_characters / sizeof *odd_characters; i++)
        if (odd_characters[i].code == code)
            return odd_characters[i].instead;
    return NULL;
}

static void add_plain(struct page *page, const char *s, size_t n)
{
    if (has_room(page, n))
        text_add_bytes(&at_work(page)->line, s, n);
}

/* The code point of two or three bytes of UTF-8 at s, as far as odd_characters reach; *n_r bytes.
 */
static uint32_t code_at(const char *s, size_t n, size_t *n_r)
{
    unsigned char a = (unsigned char)s[0];
    *n_r = 1;
    if (a >= 0xc2 && a < 0xe0 && n >= 2) {
        *n_r = 2;
        return (a & 0x1fu) << 6 | ((unsigned char)s[1] & 0x3fu);
    }
    if (a >= 0xe0 && a < 0xf0 && n >= 3) {
        *n_r = 3;
        return (a & 0xfu) << 12 | ((unsigned char)s[1] & 0x3fu) << 6 |
               ((unsigned char)s[2] & 0x3fu);
    }
    return a;
}

void page_add(struct page *page, const char *s, size_t n)
{
    size_t begin = 0, i = 0;
    while (i < n && !page->full) {
        size_t length = 1;
        unsigned char c = (unsigned char)s[i];
        const char *instead = NULL;
        if (c < ' ' || (c >= 0xc2 && c < 0xf0))
            instead = instead_of(code_at(s + i, n - i, &length));
        if (instead) {
            add_plain(page, s + begin, i - begin);
            add_plain(page, instead, strlen(instead));
            begin = i + length;
        }
        i += length;
    }
    if (begin < n)
        add_plain(page, s + begin, n - begin);
}

void page_add_code(struct page *page, uint32_t code)
{
    char s[4];
    size_t n = 0;
    if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        code = 0xfffd;
    if (code < 0x80) {
        s[n++] = (char)code;
    } else {
        int shift = code < 0x800 ? 6 : code < 0x10000 ? 12 : 18;
        s[n++] = (char)((code < 0x800 ? 0xc0 : code < 0x10000 ? 0xe0 : 0xf0) | code >> shift);
        while (shift > 0)
            s[n++] = (char)(0x80 | (code >> (shift -= 6) & 0x3f));
    }
    page_add(page, s, n);
}

void page_add_symbol(struct page *page, unsigned char byte)
{
    const char *looks = symbol_looks(byte);
    add_plain(page, looks, strlen(looks));
}

void page_add_mark(struct page *page, const char *mark)
{
    static const char alphanumeric[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    mark += strspn(mark, " \t");
    size_t n = strcspn(mark, "\t");
    while (n > 0 && mark[n - 1] == ' ')
        n--;
    bool bullet = strcspn(mark, alphanumeric) >= n || (n == 1 && *mark == 'o');
    page_add(page, bullet ? "-" : mark, bullet ? 1 : n);
    page_add(page, " ", 1);
}

/* ---- lines ---- */

static bool is_blank(const char *s)
{
    return s[strspn(s, " \t\n")] == '\0';
}

bool page_at_start(const struct page *page)
{
    return is_blank(page->frames[page->depth].line.s);
}

/* "PAGE \* MERGEFORMAT" and the like. */
bool page_is_number_field(const char *instruction)
{
    static const char *const names[] = {"PAGE", "NUMPAGES", "SECTIONPAGES"};
    instruction += strspn(instruction, " ");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t n = strlen(names[i]);
        if (strncasecmp(instruction, names[i], n) == 0 && !isalpha((unsigned char)instruction[n]))
            return true;
    }
    return false;
}

void page_drop_paragraph(struct page *page)
{
    struct text *line = &at_work(page)->line;
    line->len = 0;
    line->s[0] = '\0';
}

static void owe_gap(struct page *page, enum gap gap)
{
    struct frame *frame = at_work(page);
    if (frame->text.len > 0 && frame->gap < gap)
        frame->gap = gap;
}

static void settle_gap(struct frame *frame)
{
    if (frame->gap == GAP_SOFT && frame->kind != FRAME_CELL)
        text_add(&frame->text, SOFT_MARK "\n");
    else if (frame->gap == GAP_HARD)
        text_add_char(&frame->text, '\n');
    frame->gap = GAP_NONE;
}

/* Lines without blanks at their ends. */
static void add_lines(struct text *out, const char *s)
{
    while (*s) {
        size_t n = strcspn(s, "\n"), length = n;
        while (length > 0 && strchr(" \t", s[length - 1]))
            length--;
        text_add_bytes(out, s, length);
        text_add_char(out, '\n');
        s += n + (s[n] == '\n');
    }
}

void page_break_line(struct page *page)
{
    if (has_room(page, 1))
        text_add_char(&at_work(page)->line, '\n');
}

void page_end_text(struct page *page)
{
    struct frame *frame = at_work(page);
    if (!is_blank(frame->line.s) && has_room(page, 2)) {
        settle_gap(frame);
        add_lines(&frame->text, frame->line.s);
    }
    page_drop_paragraph(page);
}

void page_end_paragraph(struct page *page)
{
    bool empty = page_at_start(page);
    page_end_text(page);
    if (!empty)
        return;
    page->empty += at_work(page)->kind != FRAME_CELL;
    owe_gap(page, GAP_HARD);
}

void page_space(struct page *page, long twips)
{
    if (twips >= SPACE_SOFT)
        owe_gap(page, twips >= PAGE_EMPTY_LINE ? GAP_HARD : GAP_SOFT);
}

/* ---- frames ---- */

static void begin_frame(struct page *page, enum frame_kind kind)
{
    if (page->overflow > 0 || page->depth + 1 == PAGE_MAX_FRAMES) {
        page->overflow++;
        return;
    }
    page->depth++;
    frame_init(page, kind);
}

/* What a frame that ends holds; NULL where it was one too many and has flowed on, or where another
 * kind is open: the file is odd then. */
static struct frame *end_frame(struct page *page, enum frame_kind kind)
{
    if (page->overflow > 0) {
        page->overflow--;
        page_end_text(page);
        return NULL;
    }
    if (at_work(page)->kind != kind)
        return NULL;
    page_end_text(page);
    return &page->frames[page->depth--];
}

/* A block of lines, parted from what is around it. */
static void add_block(struct page *page, const char *lines)
{
    struct frame *frame = at_work(page);
    if (is_blank(lines))
        return;
    owe_gap(page, GAP_HARD);
    settle_gap(frame);
    text_add(&frame->text, lines);
    owe_gap(page, GAP_HARD);
}

void page_begin_box(struct page *page)
{
    begin_frame(page, FRAME_BOX);
}

void page_end_box(struct page *page)
{
    struct frame *box = end_frame(page, FRAME_BOX);
    if (box)
        add_block(page, box->text.s);
}

void page_begin_table(struct page *page)
{
    page_end_text(page);
    begin_frame(page, FRAME_TABLE);
    if (page->overflow == 0)
        at_work(page)->grid = grid_new(page->arena);
}

void page_begin_cell(struct page *page)
{
    if (page->cells++ == PAGE_MAX_CELLS && !page->full)
        page->full = "too-many-cells";
    if (!page->full)
        begin_frame(page, FRAME_CELL);
}

void page_end_cell(struct page *page)
{
    struct frame *cell = page->full ? NULL : end_frame(page, FRAME_CELL);
    struct grid *grid = cell ? at_work(page)->grid : NULL;
    if (grid)
        grid_add_cell(grid, text_trim(page->arena, cell->text.s));
}

void page_end_row(struct page *page)
{
    if (at_work(page)->kind == FRAME_TABLE && page->overflow == 0)
        grid_end_row(at_work(page)->grid);
}

void page_end_table(struct page *page)
{
    struct frame *frame = page->full ? NULL : end_frame(page, FRAME_TABLE);
    if (!frame)
        return;
    struct text lines;
    text_init(&lines, page->arena);
    grid_end_row(frame->grid);
    size_t room = MAIL_MAX_TEXT - page->bytes;
    bool fits = grid_print(frame->grid, &lines, room);
    has_room(page, fits ? lines.len : room + 1);
    add_block(page, lines.s);
    add_block(page, frame->text.s);
}

/* ---- the end ---- */

/* Where the line that begins at s ends; lines of the page end with LF. */
static size_t line_length(const char *s)
{
    return strcspn(s, "\n");
}

static char *settle_soft_gaps(struct page *page, const char *s)
{
    struct text text;
    size_t before = 0; /* length of the line above */
    text_init(&text, page->arena);
    while (*s) {
        size_t n = line_length(s);
        bool mark = n == 1 && *s == *SOFT_MARK;
        bool leading =
            mark && page->empty > 1 && before <= SHORT_LINE && line_length(s + 2) <= SHORT_LINE;
        if (!mark)
            text_add_bytes(&text, s, n);
        if (!leading)
            text_add_char(&text, '\n');
        before = n;
        s += n + (s[n] == '\n');
    }
    return text.s;
}

static void close_frame(struct page *page)
{
    switch (at_work(page)->kind) {
    case FRAME_PAGE:
        break;
    case FRAME_BOX:
        page_end_box(page);
        break;
    case FRAME_TABLE:
        page_end_table(page);
        break;
    case FRAME_CELL:
        page_end_cell(page);
        break;
    }
}

const char *page_finish(struct page *page)
{
    page->overflow = 0;
    while (page->depth > 0 && !page->full)
        close_frame(page);
    if (page->full)
        return "";
    page_end_text(page);
    return settle_soft_gaps(page, page->frames[0].text.s);
}

const char *page_join(struct arena *arena, const char *const *texts, size_t n)
{
    struct text all;
    text_init(&all, arena);
    for (size_t i = 0; i < n; i++) {
        if (is_blank(texts[i]))
            continue;
        if (all.len > 0)
            text_add_char(&all, '\n');
        text_add(&all, texts[i]);
    }
    return all.s;
}
