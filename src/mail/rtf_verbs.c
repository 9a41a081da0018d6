/* SPDX-License-Identifier: EUPL-1.2 */
/* What the control words of Rich Text do. */
#include "mail/rtf_inside.h"

#include <stdlib.h>
#include <string.h>

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

static int compare_verbs(const void *word, const void *row)
{
    return strcmp(word, ((const struct verb_row *)row)->word);
}

static void set_charset(struct rtf *rtf, const char *charset)
{
    if (charset)
        rtf->charset = rtf_group(rtf)->charset = charset;
}

static void skip_binary(struct rtf *rtf, long n)
{
    size_t left = (size_t)(rtf->end - rtf->p);
    rtf->p += n > 0 ? ((size_t)n < left ? (size_t)n : left) : 0;
    (void)rtf_take_skip(rtf);
}

/* What concerns the look of text, and fonts. */
static void do_setting(struct rtf *rtf, enum verb verb, const struct rtf_control *control)
{
    struct rtf_state *state = rtf_group(rtf);
    bool on = !control->has_number || control->number != 0;
    rtf_flush(rtf);
    if (verb == VERB_RESET_PARAGRAPH)
        rtf_reset_paragraph(state);
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

static void do_charset(struct rtf *rtf, enum verb verb, const struct rtf_control *control)
{
    bool in_fonts = rtf_group(rtf)->target == RTF_FONTS;
    rtf_flush(rtf);
    if (verb == VERB_CODE_PAGE)
        set_charset(rtf, rtf_page_charset(control->number));
    else if (verb == VERB_MAC)
        set_charset(rtf, "macintosh");
    else if (verb == VERB_PC)
        set_charset(rtf, "cp437");
    else if (verb == VERB_PCA)
        set_charset(rtf, "cp850");
    else if (verb == VERB_DEFAULT_FONT)
        rtf->default_font = control->number;
    else if (verb == VERB_FONT && in_fonts)
        rtf_begin_font(rtf, control->number);
    else if (verb == VERB_FONT)
        rtf_use_font(rtf, control->number);
    else if (verb == VERB_FONT_CHARSET && in_fonts)
        rtf_set_font_charset(rtf, control->number);
    else if (verb == VERB_FONT_CODE_PAGE && in_fonts && rtf->font_count > 0)
        rtf->fonts[rtf->font_count - 1].charset = rtf_page_charset(control->number);
}

static void end_section(struct rtf *rtf)
{
    if (rtf_group(rtf)->target == RTF_SKIP)
        return;
    rtf_end_block(rtf);
    rtf->section++;
}

/* What ends lines, cells and rows. */
static void do_break(struct rtf *rtf, enum verb verb)
{
    long nesting = rtf_group(rtf)->nesting > 2 ? rtf_group(rtf)->nesting : 2;
    rtf_flush(rtf);
    if (!rtf_is_seen(rtf))
        return;
    if (verb == VERB_PARAGRAPH)
        rtf_end_paragraph(rtf);
    else if (verb == VERB_LINE)
        rtf_break_line(rtf);
    else if (verb == VERB_PAGE)
        rtf_end_block(rtf);
    else if (verb == VERB_CELL)
        rtf_end_cell(rtf, 1);
    else if (verb == VERB_ROW)
        rtf_end_row(rtf, 1);
    else if (verb == VERB_NEST_CELL)
        rtf_end_cell(rtf, nesting);
    else if (verb == VERB_NEST_ROW)
        rtf_end_row(rtf, nesting);
}

static void do_verb(struct rtf *rtf, const struct verb_row *row, const struct rtf_control *control)
{
    switch (row->verb) {
    case VERB_NONE:
        break;
    case VERB_TEXT:
        rtf_add_text(rtf, row->text);
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
        rtf_flush(rtf);
        rtf_group(rtf)->hidden = rtf_group(rtf)->deleted = false;
        rtf_use_font(rtf, rtf->default_font);
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
        rtf_add_unicode(rtf, control->number);
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

void rtf_do_control(struct rtf *rtf, const struct rtf_control *control)
{
    const struct verb_row *row =
        bsearch(control->word, verbs, sizeof verbs / sizeof *verbs, sizeof *verbs, compare_verbs);

    if (row)
        do_verb(rtf, row, control);
}
