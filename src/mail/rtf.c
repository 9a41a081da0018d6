/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/rtf.h"

#include "mail/flat.h"
#include "mail/inside.h"
#include "mail/page.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MAX_GROUPS 200 /* Word itself writes some twenty */
#define MAX_FONTS 2000
#define MAX_MARK 40
#define MAX_WORD 32 /* bytes of a control word, by the specification */

/* Where the text of a group goes. */
enum target {
    TARGET_TEXT,
    TARGET_SKIP,
    TARGET_UPR, /* in a code page; the same in Unicode follows within, as \ud */
    TARGET_FONTS,
    TARGET_BULLET, /* the mark of a list's item, as text */
    TARGET_BOX,
    TARGET_FIELD, /* the instruction of a field */
    TARGET_HEADER,
    TARGET_FOOTER,
    TARGET_FIRST_HEADER,
    TARGET_FIRST_FOOTER,
    TARGET_NOTE,
};

/* What a control word begins. */
static const struct {
    const char *word;
    enum target target;
} targets[] = {
#define RTF_TARGET(word, target) {word, TARGET_##target},
#include "mail/words_rtf.def"
};

/* Marked with \* so that older readers leave them out, but with text within. */
static const char *const open_targets[] = {"nesttableprops", "do", "shpinst", "shpgrp"};

struct state {
    enum target target;
    bool begins; /* the target is this group's own */
    bool hidden;
    bool deleted;
    int unicode_skip;    /* \uc: characters that stand for one \u in older readers */
    const char *charset; /* of the font */
    bool symbol;         /* a font of symbols */
    bool in_table;       /* \intbl */
    long nesting;        /* \itap: tables around the paragraph */
    long above, below;   /* space, in twips */
};

struct font {
    long number;
    const char *charset;
    bool symbol;
};

struct rtf {
    struct arena *arena;
    const char *p;
    const char *end;
    struct state states[MAX_GROUPS];
    size_t depth; /* index of the group at work */
    const char *charset;
    struct font *fonts;
    size_t font_count;
    long default_font;
    struct text bytes; /* of a code page, before they are UTF-8 */
    int skip;          /* characters behind \u that are still to be left out */
    uint32_t high;     /* first half of a surrogate pair */
    bool star;         /* \* was read */
    bool fresh;        /* nothing but \* in the group so far: its word may be a target */
    struct text field; /* the instruction at work */
    struct text mark;  /* of the list's item that follows */
    bool has_mark;
    struct page *page; /* where text goes now */
    struct page *body, *header, *footer, *first_header, *first_footer, *notes;
    size_t section;
    bool title_page;    /* the first page has a header of its own */
    bool furniture;     /* the paragraph holds a page's number */
    struct flat tables; /* of the body */
    size_t boxes;       /* that are open */
    const char *defect;
    const char *full; /* the same of a page that is full */
    bool failed;
};

static struct state *group(struct rtf *rtf)
{
    return &rtf->states[rtf->depth];
}

static bool is_seen(struct rtf *rtf)
{
    const struct state *state = group(rtf);
    static const unsigned unseen =
        1u << TARGET_SKIP | 1u << TARGET_UPR | 1u << TARGET_FONTS | 1u << TARGET_FIELD;
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
    const struct state *state = group(rtf);
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
    return group(rtf)->target == TARGET_BULLET;
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

static void flush_bytes(struct rtf *rtf)
{
    size_t n = rtf->bytes.len;
    bool bad;
    if (n == 0)
        return;
    rtf->bytes.len = 0;
    if (group(rtf)->symbol) {
        add_symbols(rtf, rtf->bytes.s, n);
        return;
    }
    if (is_ascii(rtf->bytes.s, n)) {
        add_utf8(rtf, rtf->bytes.s, n);
        return;
    }
    char *utf8 = charset_to_utf8(rtf->arena, group(rtf)->charset, rtf->bytes.s, n, &n, &bad);
    if (bad && !rtf->defect)
        rtf->defect = "bad-charset";
    add_utf8(rtf, utf8, n);
}

static bool is_skipped(struct rtf *rtf)
{
    if (rtf->skip == 0)
        return false;
    rtf->skip--;
    return true;
}

static void add_byte(struct rtf *rtf, char c)
{
    if (is_skipped(rtf))
        return;
    rtf->high = 0;
    if (group(rtf)->target == TARGET_FIELD && rtf->field.len < 256)
        text_add_char(&rtf->field, c);
    else if (is_seen(rtf))
        text_add_char(&rtf->bytes, c);
    if (rtf->bytes.len >= 4096)
        flush_bytes(rtf);
}

static void add_text(struct rtf *rtf, const char *utf8)
{
    if (is_skipped(rtf) || !is_seen(rtf))
        return;
    flush_bytes(rtf);
    add_utf8(rtf, utf8, strlen(utf8));
}

static void add_unicode(struct rtf *rtf, long number)
{
    uint32_t code = (uint32_t)(number < 0 ? number + 0x10000 : number);
    rtf->skip = group(rtf)->unicode_skip;
    if (!is_seen(rtf))
        return;
    flush_bytes(rtf);
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

/* ---- fonts and code pages ---- */

static const struct {
    long page;
    const char *charset;
} code_pages[] = {
    {437, "cp437"},         {850, "cp850"},         {932, "shift_jis"},     {936, "gbk"},
    {949, "euc-kr"},        {950, "big5"},          {1250, "windows-1250"}, {1251, "windows-1251"},
    {1252, "windows-1252"}, {1253, "windows-1253"}, {1254, "windows-1254"}, {1257, "windows-1257"},
    {10000, "macintosh"},   {65001, "utf-8"},
};

static const struct {
    long number; /* of \fcharset */
    long page;
} font_charsets[] = {
    {0, 1252},   {77, 10000}, {128, 932},  {129, 949},  {134, 936}, {136, 950}, {161, 1253},
    {162, 1254}, {186, 1257}, {204, 1251}, {238, 1250}, {254, 437}, {255, 850},
};

static const char *code_page_charset(long page)
{
    for (size_t i = 0; i < sizeof code_pages / sizeof *code_pages; i++)
        if (code_pages[i].page == page)
            return code_pages[i].charset;
    return NULL;
}

/* The font that the font table is at. */
static void begin_font(struct rtf *rtf, long number)
{
    if (rtf->font_count == MAX_FONTS)
        return;
    if ((rtf->font_count & (rtf->font_count - 1)) == 0)
        rtf->fonts = arena_grow(rtf->arena, rtf->fonts, rtf->font_count,
                                rtf->font_count ? rtf->font_count * 2 : 1, sizeof *rtf->fonts);
    rtf->fonts[rtf->font_count++] = (struct font){.number = number};
}

static void set_font_charset(struct rtf *rtf, long number)
{
    if (rtf->font_count == 0)
        return;
    struct font *font = &rtf->fonts[rtf->font_count - 1];
    font->symbol = number == 2;
    for (size_t i = 0; i < sizeof font_charsets / sizeof *font_charsets; i++)
        if (font_charsets[i].number == number)
            font->charset = code_page_charset(font_charsets[i].page);
}

static void use_font(struct rtf *rtf, long number)
{
    struct state *state = group(rtf);
    state->charset = rtf->charset;
    state->symbol = false;
    for (size_t i = 0; i < rtf->font_count; i++) {
        if (rtf->fonts[i].number != number)
            continue;
        state->symbol = rtf->fonts[i].symbol;
        if (rtf->fonts[i].charset)
            state->charset = rtf->fonts[i].charset;
        return;
    }
}

/* ---- paragraphs ---- */

/* The number of a page belongs to the paper, not to the letter. */
static void end_paragraph(struct rtf *rtf)
{
    bool in_body = has_tables(rtf);
    flush_bytes(rtf);
    enter_place(rtf);
    if (rtf->furniture && rtf->page != rtf->body)
        page_drop_paragraph(rtf->page);
    rtf->furniture = false;
    page_space(rtf->page, group(rtf)->above);
    if (in_body)
        page_end_paragraph(rtf->page);
    else
        page_end_text(rtf->page);
    page_space(rtf->page, group(rtf)->below);
}

static void end_cell(struct rtf *rtf, long depth)
{
    flush_bytes(rtf);
    if (!has_tables(rtf)) {
        page_add(rtf->page, "\t", 1);
        return;
    }
    flat_end_cell(&rtf->tables, depth);
}

static void end_row(struct rtf *rtf, long depth)
{
    flush_bytes(rtf);
    if (!has_tables(rtf)) {
        page_end_text(rtf->page);
        return;
    }
    flat_end_row(&rtf->tables, depth);
}

/* ---- control words ---- */

enum verb {
    VERB_NONE,
    VERB_TEXT,
    VERB_PARAGRAPH,
    VERB_LINE,
    VERB_PAGE,
    VERB_SECTION,
    VERB_CELL,
    VERB_ROW,
    VERB_NEST_CELL,
    VERB_NEST_ROW,
    VERB_RESET_PARAGRAPH,
    VERB_RESET_CHARACTER,
    VERB_IN_TABLE,
    VERB_NESTING,
    VERB_ABOVE,
    VERB_BELOW,
    VERB_HIDDEN,
    VERB_DELETED,
    VERB_UNICODE,
    VERB_UNICODE_SKIP,
    VERB_BINARY,
    VERB_CODE_PAGE,
    VERB_MAC,
    VERB_PC,
    VERB_PCA,
    VERB_FONT,
    VERB_DEFAULT_FONT,
    VERB_FONT_CHARSET,
    VERB_FONT_CODE_PAGE,
    VERB_TITLE_PAGE,
    VERB_PAGE_NUMBER,
};

static const struct verb_row {
    const char *word;
    enum verb verb;
    const char *text; /* of VERB_TEXT */
} verbs[] = {
#define RTF_VERB(word, verb, text) {word, VERB_##verb, text},
#include "mail/words_rtf.def"
};

/* A word with its number; without one, number is the default that the word has. */
struct control {
    char word[MAX_WORD + 1];
    bool has_number;
    long number;
};

static int compare_verbs(const void *word, const void *row)
{
    return strcmp(word, ((const struct verb_row *)row)->word);
}

static void reset_paragraph(struct state *state)
{
    state->in_table = false;
    state->nesting = 0;
    state->above = state->below = 0;
}

static void set_charset(struct rtf *rtf, const char *charset)
{
    if (charset)
        rtf->charset = group(rtf)->charset = charset;
}

static void skip_binary(struct rtf *rtf, long n)
{
    size_t left = (size_t)(rtf->end - rtf->p);
    rtf->p += n > 0 ? ((size_t)n < left ? (size_t)n : left) : 0;
    (void)is_skipped(rtf);
}

/* What concerns the look of text, and fonts. */
static void do_setting(struct rtf *rtf, enum verb verb, const struct control *control)
{
    struct state *state = group(rtf);
    bool on = !control->has_number || control->number != 0;
    flush_bytes(rtf);
    if (verb == VERB_RESET_PARAGRAPH)
        reset_paragraph(state);
    else if (verb == VERB_IN_TABLE)
        state->in_table = on;
    else if (verb == VERB_NESTING)
        state->nesting = control->number;
    else if (verb == VERB_ABOVE)
        state->above = control->number;
    else if (verb == VERB_BELOW)
        state->below = control->number;
    else if (verb == VERB_HIDDEN)
        state->hidden = on;
    else if (verb == VERB_DELETED)
        state->deleted = on;
    else if (verb == VERB_UNICODE_SKIP)
        state->unicode_skip =
            control->number < 0 || control->number > 16 ? 1 : (int)control->number;
    else if (verb == VERB_TITLE_PAGE && rtf->section == 0)
        rtf->title_page = true;
}

static void do_charset(struct rtf *rtf, enum verb verb, const struct control *control)
{
    bool in_fonts = group(rtf)->target == TARGET_FONTS;
    flush_bytes(rtf);
    if (verb == VERB_CODE_PAGE)
        set_charset(rtf, code_page_charset(control->number));
    else if (verb == VERB_MAC)
        set_charset(rtf, "macintosh");
    else if (verb == VERB_PC)
        set_charset(rtf, "cp437");
    else if (verb == VERB_PCA)
        set_charset(rtf, "cp850");
    else if (verb == VERB_DEFAULT_FONT)
        rtf->default_font = control->number;
    else if (verb == VERB_FONT && in_fonts)
        begin_font(rtf, control->number);
    else if (verb == VERB_FONT)
        use_font(rtf, control->number);
    else if (verb == VERB_FONT_CHARSET && in_fonts)
        set_font_charset(rtf, control->number);
    else if (verb == VERB_FONT_CODE_PAGE && in_fonts && rtf->font_count > 0)
        rtf->fonts[rtf->font_count - 1].charset = code_page_charset(control->number);
}

/* A new page or column. */
static void end_block(struct rtf *rtf)
{
    flush_bytes(rtf);
    enter_place(rtf);
    page_end_text(rtf->page);
    page_space(rtf->page, PAGE_EMPTY_LINE);
}

static void end_section(struct rtf *rtf)
{
    if (group(rtf)->target == TARGET_SKIP)
        return;
    end_block(rtf);
    rtf->section++;
}

/* What ends lines, cells and rows. */
static void do_break(struct rtf *rtf, enum verb verb)
{
    long nesting = group(rtf)->nesting > 2 ? group(rtf)->nesting : 2;
    flush_bytes(rtf);
    if (!is_seen(rtf))
        return;
    if (verb == VERB_PARAGRAPH)
        end_paragraph(rtf);
    else if (verb == VERB_LINE)
        enter_place(rtf), page_break_line(rtf->page);
    else if (verb == VERB_PAGE)
        end_block(rtf);
    else if (verb == VERB_CELL)
        end_cell(rtf, 1);
    else if (verb == VERB_ROW)
        end_row(rtf, 1);
    else if (verb == VERB_NEST_CELL)
        end_cell(rtf, nesting);
    else if (verb == VERB_NEST_ROW)
        end_row(rtf, nesting);
}

static void do_verb(struct rtf *rtf, const struct verb_row *row, const struct control *control)
{
    switch (row->verb) {
    case VERB_NONE:
        break;
    case VERB_TEXT:
        add_text(rtf, row->text);
        break;
    case VERB_PARAGRAPH:
    case VERB_LINE:
    case VERB_PAGE:
    case VERB_CELL:
    case VERB_ROW:
    case VERB_NEST_CELL:
    case VERB_NEST_ROW:
        do_break(rtf, row->verb);
        break;
    case VERB_SECTION:
        end_section(rtf);
        break;
    case VERB_RESET_CHARACTER:
        flush_bytes(rtf);
        group(rtf)->hidden = group(rtf)->deleted = false;
        use_font(rtf, rtf->default_font);
        break;
    case VERB_RESET_PARAGRAPH:
    case VERB_IN_TABLE:
    case VERB_NESTING:
    case VERB_ABOVE:
    case VERB_BELOW:
    case VERB_HIDDEN:
    case VERB_DELETED:
    case VERB_UNICODE_SKIP:
    case VERB_TITLE_PAGE:
        do_setting(rtf, row->verb, control);
        break;
    case VERB_UNICODE:
        add_unicode(rtf, control->number);
        break;
    case VERB_BINARY:
        skip_binary(rtf, control->number);
        break;
    case VERB_CODE_PAGE:
    case VERB_MAC:
    case VERB_PC:
    case VERB_PCA:
    case VERB_FONT:
    case VERB_DEFAULT_FONT:
    case VERB_FONT_CHARSET:
    case VERB_FONT_CODE_PAGE:
        do_charset(rtf, row->verb, control);
        break;
    case VERB_PAGE_NUMBER:
        rtf->furniture = true;
        break;
    }
}

/* ---- groups ---- */

static struct page **page_of(struct rtf *rtf, enum target target)
{
    switch (target) {
    case TARGET_HEADER:
        return &rtf->header;
    case TARGET_FOOTER:
        return &rtf->footer;
    case TARGET_FIRST_HEADER:
        return &rtf->first_header;
    case TARGET_FIRST_FOOTER:
        return &rtf->first_footer;
    case TARGET_NOTE:
        return &rtf->notes;
    case TARGET_TEXT:
    case TARGET_SKIP:
    case TARGET_UPR:
    case TARGET_FONTS:
    case TARGET_BULLET:
    case TARGET_BOX:
    case TARGET_FIELD:
        return NULL;
    }
    return NULL;
}

static bool is_aside(enum target target)
{
    return target >= TARGET_HEADER;
}

/* Headers of later sections stand on later pages. */
static void begin_aside(struct rtf *rtf, enum target target)
{
    struct page **page = page_of(rtf, target);
    if (!page)
        return;
    if (rtf->page != rtf->body || (target != TARGET_NOTE && *page && rtf->section > 0)) {
        group(rtf)->target = TARGET_SKIP;
        return;
    }
    if (!*page || target != TARGET_NOTE)
        *page = page_new(rtf->arena);
    rtf->page = *page;
    reset_paragraph(group(rtf));
}

static void begin_target(struct rtf *rtf, enum target target)
{
    enum target around = group(rtf)->target;
    if (around == TARGET_SKIP || (around == TARGET_UPR) != (target == TARGET_TEXT))
        return;
    group(rtf)->target = target;
    group(rtf)->begins = true;
    if (is_aside(target)) {
        begin_aside(rtf, target);
    } else if (target == TARGET_BOX) {
        page_begin_box(rtf->page);
        rtf->boxes++;
    } else if (target == TARGET_FIELD) {
        rtf->field.len = 0;
    } else if (target == TARGET_BULLET) {
        rtf->mark.len = 0;
        rtf->mark.s[0] = '\0';
    }
}

static void end_target(struct rtf *rtf, enum target target)
{
    if (target == TARGET_BOX) {
        page_end_box(rtf->page);
        rtf->boxes--;
    } else if (target == TARGET_FIELD) {
        rtf->furniture = rtf->furniture || page_is_number_field(rtf->field.len ? rtf->field.s : "");
        rtf->field.len = 0;
    } else if (is_aside(target)) {
        if (rtf->furniture)
            page_drop_paragraph(rtf->page);
        rtf->furniture = false;
        page_end_text(rtf->page);
        rtf->page = rtf->body;
    } else if (target == TARGET_BULLET) {
        rtf->has_mark = is_seen(rtf);
    }
}

static void open_group(struct rtf *rtf)
{
    if (rtf->depth + 1 == MAX_GROUPS) {
        rtf->failed = true;
        rtf->defect = "too-deep";
        return;
    }
    flush_bytes(rtf);
    rtf->states[rtf->depth + 1] = rtf->states[rtf->depth];
    rtf->depth++;
    group(rtf)->begins = false;
    rtf->skip = 0;
    rtf->star = false;
    rtf->fresh = true;
}

/* The last brace is the end; what follows it is no RTF. */
static void close_group(struct rtf *rtf)
{
    flush_bytes(rtf);
    rtf->skip = 0;
    rtf->star = rtf->fresh = false;
    if (rtf->depth == 0)
        return;
    enum target target = group(rtf)->target;
    if (group(rtf)->begins)
        end_target(rtf, target);
    rtf->depth--;
    if (rtf->depth == 0)
        rtf->end = rtf->p;
}

/* ---- reading ---- */

static bool is_open_target(const char *word)
{
    for (size_t i = 0; i < sizeof open_targets / sizeof *open_targets; i++)
        if (strcmp(open_targets[i], word) == 0)
            return true;
    return false;
}

/* The word may begin a target; \* before a word that we do not know: the group is left out. */
static bool take_target(struct rtf *rtf, const char *word)
{
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        if (strcmp(targets[i].word, word) == 0) {
            begin_target(rtf, targets[i].target);
            return true;
        }
    if (rtf->star && !is_open_target(word)) {
        begin_target(rtf, TARGET_SKIP);
        return true;
    }
    return false;
}

static void read_number(struct rtf *rtf, struct control *control)
{
    bool minus = rtf->p < rtf->end && *rtf->p == '-';
    const char *digits = rtf->p + minus;
    if (digits >= rtf->end || !isdigit((unsigned char)*digits))
        return;
    control->has_number = true;
    for (rtf->p = digits; rtf->p < rtf->end && isdigit((unsigned char)*rtf->p); rtf->p++)
        if (control->number < 100000000)
            control->number = control->number * 10 + (*rtf->p - '0');
    if (minus)
        control->number = -control->number;
}

static void read_word(struct rtf *rtf)
{
    struct control control = {.has_number = false};
    size_t n = 0;
    while (rtf->p < rtf->end && isalpha((unsigned char)*rtf->p)) {
        if (n < MAX_WORD)
            control.word[n++] = *rtf->p;
        rtf->p++;
    }
    read_number(rtf, &control);
    if (rtf->p < rtf->end && *rtf->p == ' ')
        rtf->p++;
    bool fresh = rtf->fresh;
    rtf->fresh = false;
    if (fresh && take_target(rtf, control.word))
        return;
    const struct verb_row *row =
        bsearch(control.word, verbs, sizeof verbs / sizeof *verbs, sizeof *verbs, compare_verbs);
    if (row)
        do_verb(rtf, row, &control);
}

static int hex_digit(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

static void read_hex(struct rtf *rtf)
{
    if (rtf->end - rtf->p < 2 || !isxdigit((unsigned char)rtf->p[0]) ||
        !isxdigit((unsigned char)rtf->p[1]))
        return;
    int byte = hex_digit(rtf->p[0]) * 16 + hex_digit(rtf->p[1]);
    rtf->p += 2;
    add_byte(rtf, (char)byte);
}

/* Behind the backslash. */
static void read_control(struct rtf *rtf)
{
    char c = rtf->p < rtf->end ? *rtf->p : ' ';
    if (isalpha((unsigned char)c)) {
        read_word(rtf);
        return;
    }
    rtf->p += rtf->p < rtf->end;
    if (c == '*') {
        rtf->star = true;
        return;
    }
    rtf->fresh = false;
    if (c == '\'')
        read_hex(rtf);
    else if (c == '~')
        add_text(rtf, " ");
    else if (c == '_')
        add_text(rtf, "-");
    else if (c == '-')
        (void)is_skipped(rtf); /* a hyphen that is seen only at a line's end */
    else if (c == '\n' || c == '\r')
        do_break(rtf, VERB_PARAGRAPH);
    else if (c == '\\' || c == '{' || c == '}')
        add_byte(rtf, c);
    else if (c == '\t')
        add_text(rtf, "\t");
}

static void read_all(struct rtf *rtf)
{
    while (rtf->p < rtf->end && !rtf->failed && !page_full(rtf->page)) {
        char c = *rtf->p++;
        if (c == '{')
            open_group(rtf);
        else if (c == '}')
            close_group(rtf);
        else if (c == '\\')
            read_control(rtf);
        else if (c == '\t')
            add_text(rtf, "\t");
        else if (c != '\n' && c != '\r' && c != '\0')
            rtf->fresh = false, add_byte(rtf, c);
    }
    flush_bytes(rtf);
}

static const char *finish(struct rtf *rtf, struct page *page)
{
    const char *text = page ? page_finish(page) : "";
    if (page && page_full(page))
        rtf->full = page_full(page);
    return text;
}

static const char *whole_text(struct rtf *rtf)
{
    struct page *header = rtf->title_page ? rtf->first_header : rtf->header;
    struct page *footer = rtf->title_page ? rtf->first_footer : rtf->footer;
    if (rtf->page == rtf->body)
        flat_enter(&rtf->tables, 0);
    const char *texts[] = {finish(rtf, header), finish(rtf, rtf->body), finish(rtf, rtf->notes),
                           finish(rtf, footer)};
    return page_join(rtf->arena, texts, sizeof texts / sizeof *texts);
}

enum part_text rtf_to_text(struct arena *arena, const char *bytes, size_t n, const char **text_r,
                           const char **defect_r)
{
    struct rtf *rtf = ARENA_NEW(arena, struct rtf);
    *rtf = (struct rtf){.arena = arena, .p = bytes, .end = bytes + n, .charset = "windows-1252"};
    rtf->states[0] = (struct state){.unicode_skip = 1, .charset = rtf->charset};
    rtf->page = rtf->body = page_new(arena);
    rtf->tables.page = rtf->body;
    text_init(&rtf->bytes, arena);
    text_init(&rtf->field, arena);
    text_init(&rtf->mark, arena);
    *defect_r = NULL;
    if (n < 5 || memcmp(bytes, "{\\rtf", 5) != 0)
        return PART_UNREADABLE;
    read_all(rtf);
    if (rtf->depth > 0 && !rtf->defect)
        rtf->defect = "truncated";
    *text_r = rtf->failed ? "" : whole_text(rtf);
    *defect_r = rtf->full ? rtf->full : rtf->defect;
    if (rtf->full)
        return PART_TOO_LARGE;
    return rtf->failed ? PART_UNREADABLE : PART_EXTRACTED;
}

void rtf_convert(struct documents *documents, const struct document_file *file)
{
    const char *text, *defect;
    enum part_text state = rtf_to_text(documents->arena, file->bytes, file->n, &text, &defect);
    if (defect)
        documents_defect(documents, defect);
    if (state == PART_EXTRACTED)
        documents_add(documents, text, strlen(text));
    else
        documents_fail(documents, state);
}
