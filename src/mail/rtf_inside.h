/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the files rtf*.c share: rtf.c reads groups and words, rtf_verbs.c does what a word says,
 * rtf_text.c keeps the text, its characters and paragraphs, rtf_fonts.c fonts and code pages.
 */
#ifndef MAIL_RTF_INSIDE_H
#define MAIL_RTF_INSIDE_H

#include "mail/flat.h"
#include "mail/inside.h"
#include "mail/page.h"

#define RTF_MAX_GROUPS 200 /* Word itself writes some twenty */
#define RTF_MAX_WORD 32    /* bytes of a control word, by the specification */

/* Where the text of a group goes. */
enum rtf_target {
    RTF_TEXT,
    RTF_SKIP,
    RTF_UPR, /* in a code page; the same in Unicode follows within, as \ud */
    RTF_FONTS,
    RTF_BULLET, /* the mark of a list's item, as text */
    RTF_BOX,
    RTF_FIELD, /* the instruction of a field */
    RTF_HEADER,
    RTF_FOOTER,
    RTF_FIRST_HEADER,
    RTF_FIRST_FOOTER,
    RTF_NOTE,
};

struct rtf_state {
    enum rtf_target target;
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

struct rtf_font {
    long number;
    const char *charset;
    bool symbol;
};

struct rtf {
    struct arena *arena;
    const char *p;
    const char *end;
    struct rtf_state states[RTF_MAX_GROUPS];
    size_t depth; /* index of the group at work */
    const char *charset;
    struct rtf_font *fonts;
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

/* A word with its number; without one, number is the default that the word has. */
struct rtf_control {
    char word[RTF_MAX_WORD + 1];
    bool has_number;
    long number;
};

/* ---- rtf_text.c ---- */

/* The group at work. */
struct rtf_state *rtf_group(struct rtf *rtf);
/* Whether text is seen on paper where we are. */
bool rtf_is_seen(struct rtf *rtf);

/* A byte of the code page at work, text in UTF-8, and the number behind \u. */
void rtf_add_byte(struct rtf *rtf, char c);
void rtf_add_text(struct rtf *rtf, const char *utf8);
void rtf_add_unicode(struct rtf *rtf, long number);
/* The bytes that wait become text; to be called before what they depend on changes. */
void rtf_flush(struct rtf *rtf);
/* Whether what comes now stands only for an \u before it. */
bool rtf_take_skip(struct rtf *rtf);

void rtf_end_paragraph(struct rtf *rtf);
void rtf_break_line(struct rtf *rtf);
void rtf_end_block(struct rtf *rtf); /* a new page or column */
void rtf_end_cell(struct rtf *rtf, long depth);
void rtf_end_row(struct rtf *rtf, long depth);
void rtf_reset_paragraph(struct rtf_state *state);

/* ---- rtf_fonts.c ---- */

/* Of a code page by its number; NULL: not known. */
const char *rtf_page_charset(long page);
void rtf_begin_font(struct rtf *rtf, long number); /* of the font table */
void rtf_set_font_charset(struct rtf *rtf, long number);
void rtf_use_font(struct rtf *rtf, long number);

/* ---- rtf_verbs.c ---- */

void rtf_do_control(struct rtf *rtf, const struct rtf_control *control);

#endif
