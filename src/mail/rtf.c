/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/rtf.h"

#include "mail/rtf_inside.h"

#include <ctype.h>
#include <string.h>

/* What a control word begins. */
static const struct {
    const char *word;
    enum rtf_target target;
} targets[] = {
#define RTF_TARGET(word, target) {word, RTF_##target},
#include "mail/words_rtf.def"
};

/* Marked with \* so that older readers leave them out, but with text within. */
static const char *const open_targets[] = {"nesttableprops", "do", "shpinst", "shpgrp"};

/* ---- groups ---- */

static struct page **page_of(struct rtf *rtf, enum rtf_target target)
{
    switch (target) {
    case RTF_HEADER:
        return &rtf->header;
    case RTF_FOOTER:
        return &rtf->footer;
    case RTF_FIRST_HEADER:
        return &rtf->first_header;
    case RTF_FIRST_FOOTER:
        return &rtf->first_footer;
    case RTF_NOTE:
        return &rtf->notes;
    case RTF_TEXT:
    case RTF_SKIP:
    case RTF_UPR:
    case RTF_FONTS:
    case RTF_BULLET:
    case RTF_BOX:
    case RTF_FIELD:
        return NULL;
    }
    return NULL;
}

static bool is_aside(enum rtf_target target)
{
    return target >= RTF_HEADER;
}

/* Headers of later sections stand on later pages. */
static void begin_aside(struct rtf *rtf, enum rtf_target target)
{
    struct page **page = page_of(rtf, target);
    if (!page)
        return;
    if (rtf->page != rtf->body || (target != RTF_NOTE && *page && rtf->section > 0)) {
        rtf_group(rtf)->target = RTF_SKIP;
        return;
    }
    if (!*page || target != RTF_NOTE)
        *page = page_new(rtf->arena);
    rtf->page = *page;
    rtf_reset_paragraph(rtf_group(rtf));
}

static void begin_target(struct rtf *rtf, enum rtf_target target)
{
    enum rtf_target around = rtf_group(rtf)->target;
    if (around == RTF_SKIP || (around == RTF_UPR) != (target == RTF_TEXT))
        return;
    rtf_group(rtf)->target = target;
    rtf_group(rtf)->begins = true;
    if (is_aside(target)) {
        begin_aside(rtf, target);
    } else if (target == RTF_BOX) {
        page_begin_box(rtf->page);
        rtf->boxes++;
    } else if (target == RTF_FIELD) {
        rtf->field.len = 0;
    } else if (target == RTF_BULLET) {
        rtf->mark.len = 0;
        rtf->mark.s[0] = '\0';
    }
}

static void end_target(struct rtf *rtf, enum rtf_target target)
{
    if (target == RTF_BOX) {
        page_end_box(rtf->page);
        rtf->boxes--;
    } else if (target == RTF_FIELD) {
        rtf->furniture = rtf->furniture || page_is_number_field(rtf->field.len ? rtf->field.s : "");
        rtf->field.len = 0;
    } else if (is_aside(target)) {
        if (rtf->furniture)
            page_drop_paragraph(rtf->page);
        rtf->furniture = false;
        page_end_text(rtf->page);
        rtf->page = rtf->body;
    } else if (target == RTF_BULLET) {
        rtf->has_mark = rtf_is_seen(rtf);
    }
}

static void open_group(struct rtf *rtf)
{
    if (rtf->depth + 1 == RTF_MAX_GROUPS) {
        rtf->failed = true;
        rtf->defect = "too-deep";
        return;
    }
    rtf_flush(rtf);
    rtf->states[rtf->depth + 1] = rtf->states[rtf->depth];
    rtf->depth++;
    rtf_group(rtf)->begins = false;
    rtf->skip = 0;
    rtf->star = false;
    rtf->fresh = true;
}

/* The last brace is the end; what follows it is no RTF. */
static void close_group(struct rtf *rtf)
{
    rtf_flush(rtf);
    rtf->skip = 0;
    rtf->star = rtf->fresh = false;
    if (rtf->depth == 0)
        return;
    enum rtf_target target = rtf_group(rtf)->target;
    if (rtf_group(rtf)->begins)
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
        begin_target(rtf, RTF_SKIP);
        return true;
    }
    return false;
}

static void read_number(struct rtf *rtf, struct rtf_control *control)
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
    struct rtf_control control = {.has_number = false};
    size_t n = 0;
    while (rtf->p < rtf->end && isalpha((unsigned char)*rtf->p)) {
        if (n < RTF_MAX_WORD)
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
    rtf_do_control(rtf, &control);
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
    rtf_add_byte(rtf, (char)byte);
}

static void end_seen_paragraph(struct rtf *rtf)
{
    rtf_flush(rtf);
    if (rtf_is_seen(rtf))
        rtf_end_paragraph(rtf);
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
        rtf_add_text(rtf, " ");
    else if (c == '_')
        rtf_add_text(rtf, "-");
    else if (c == '-')
        (void)rtf_take_skip(rtf); /* a hyphen that is seen only at a line's end */
    else if (c == '\n' || c == '\r')
        end_seen_paragraph(rtf);
    else if (c == '\\' || c == '{' || c == '}')
        rtf_add_byte(rtf, c);
    else if (c == '\t')
        rtf_add_text(rtf, "\t");
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
            rtf_add_text(rtf, "\t");
        else if (c != '\n' && c != '\r' && c != '\0')
            rtf->fresh = false, rtf_add_byte(rtf, c);
    }
    rtf_flush(rtf);
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
    rtf->states[0] = (struct rtf_state){.unicode_skip = 1, .charset = rtf->charset};
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
