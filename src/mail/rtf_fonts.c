/* SPDX-License-Identifier: EUPL-1.2 */
/* Fonts and code pages of Rich Text. */
#include "mail/rtf_inside.h"

#define MAX_FONTS 2000

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

const char *rtf_page_charset(long page)
{
    for (size_t i = 0; i < sizeof code_pages / sizeof *code_pages; i++)
        if (code_pages[i].page == page)
            return code_pages[i].charset;
    return NULL;
}

/* The font that the font table is at. */
void rtf_begin_font(struct rtf *rtf, long number)
{
    if (rtf->font_count == MAX_FONTS)
        return;
    if ((rtf->font_count & (rtf->font_count - 1)) == 0)
        rtf->fonts = arena_grow(rtf->arena, rtf->fonts, rtf->font_count,
                                rtf->font_count ? rtf->font_count * 2 : 1, sizeof *rtf->fonts);
    rtf->fonts[rtf->font_count++] = (struct rtf_font){.number = number};
}

void rtf_set_font_charset(struct rtf *rtf, long number)
{
    if (rtf->font_count == 0)
        return;
    struct rtf_font *font = &rtf->fonts[rtf->font_count - 1];
    font->symbol = number == 2;
    for (size_t i = 0; i < sizeof font_charsets / sizeof *font_charsets; i++)
        if (font_charsets[i].number == number)
            font->charset = rtf_page_charset(font_charsets[i].page);
}

void rtf_use_font(struct rtf *rtf, long number)
{
    struct rtf_state *state = rtf_group(rtf);
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
