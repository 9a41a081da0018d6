/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/html_sheet.h"

#include "mail/inside.h"

#include <string.h>

void sheet_init(struct sheet *sheet, const struct sheet *around)
{
    *sheet = *around;
    text_init(&sheet->text, around->arena);
    sheet->breaks = 0;
    sheet->mark = 0;
    sheet->blank = false;
    sheet->blocks++;
}

void sheet_break(struct sheet *sheet, int breaks)
{
    if (sheet->text.len > sheet->mark && sheet->breaks < breaks)
        sheet->breaks = breaks;
    sheet->blank = false;
}

void sheet_take_back(struct sheet *sheet)
{
    size_t n = sheet->text.len;
    sheet->totals->bytes -= n < sheet->totals->bytes ? n : sheet->totals->bytes;
}

static bool sheet_room(struct sheet *sheet, size_t n)
{
    sheet->totals->bytes += n;
    if (sheet->totals->bytes > MAIL_MAX_TEXT)
        sheet->totals->full = true;
    return !sheet->totals->full;
}

/* Line ends that stand there already, by <br>, pay for those that are owed. */
static void sheet_settle(struct sheet *sheet)
{
    const struct text *text = &sheet->text;
    size_t there = 0;
    while (there < 2 && there < text->len && text->s[text->len - 1 - there] == '\n')
        there++;
    for (; sheet->breaks > (int)there; sheet->breaks--)
        text_add_char(&sheet->text, '\n');
    sheet->breaks = 0;
    if (sheet->blank && text->len > 0 && text->s[text->len - 1] != '\n')
        text_add_char(&sheet->text, ' ');
    sheet->blank = false;
}

void sheet_add(struct sheet *sheet, const char *s, size_t n)
{
    if (n == 0 || !sheet_room(sheet, n))
        return;
    sheet_settle(sheet);
    text_add_bytes(&sheet->text, s, n);
}

void sheet_add_lines(struct sheet *sheet, bool quoted, const char *s)
{
    while (*s) {
        size_t n = strcspn(s, "\n");
        const char *mark = !quoted ? "" : *s == '>' ? ">" : "> ";
        sheet_add(sheet, mark, strlen(mark));
        sheet_add(sheet, s, n);
        sheet->breaks = sheet->breaks > 1 ? sheet->breaks : 1;
        s += n + (s[n] == '\n');
        if (n == 0 && sheet->text.len > 0 && !quoted)
            sheet->breaks = 2;
    }
}

/* ---- characters ---- */

static const struct {
    const char *bytes;
    const char *instead;
} odd_characters[] = {
    {"\u00a0", " "}, {"\u202f", " "}, {"\u2007", " "}, {"\u00ad", ""},
    {"\u200b", ""},  {"\u200c", ""},  {"\u2060", ""},  {"\ufeff", ""},
};

static const char *odd_character(const char *s, size_t *n_r)
{
    if ((unsigned char)*s < 0xc2)
        return NULL;
    for (size_t i = 0; i < sizeof odd_characters / sizeof *odd_characters; i++)
        if (text_starts(s, odd_characters[i].bytes)) {
            *n_r = strlen(odd_characters[i].bytes);
            return odd_characters[i].instead;
        }
    return NULL;
}

void sheet_end_line(struct sheet *sheet)
{
    if (!sheet_room(sheet, 1))
        return;
    sheet->blank = false;
    sheet_settle(sheet);
    if (sheet->text.len > 0)
        text_add_char(&sheet->text, '\n');
}

/* "&#150;": references to C1 are meant as windows-1252, and browsers read them so. */
static bool add_c1(struct sheet *sheet, const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    if (u[0] != 0xc2 || u[1] < 0x80 || u[1] > 0x9f)
        return false;
    size_t n;
    bool bad;
    const char *utf8 =
        charset_to_utf8(sheet->arena, "windows-1252", (const char *)u + 1, 1, &n, &bad);
    if (!bad)
        sheet_add(sheet, utf8, n);
    return true;
}

void sheet_add_characters(struct sheet *sheet, const char *s)
{
    bool pre = sheet->look.pre;
    if (sheet->look.tiny || sheet->look.unseen)
        return;
    while (*s) {
        size_t n = 1;
        const char *instead = odd_character(s, &n);
        if (instead)
            sheet_add(sheet, instead, strlen(instead));
        else if (pre && *s == '\n')
            sheet_end_line(sheet);
        else if (!pre && strchr(" \t\r\n\f", *s))
            sheet->blank = true;
        else if (add_c1(sheet, s))
            n = 2;
        else
            sheet_add(sheet, s,
                      n = 1 + strcspn(s + 1, pre ? "\n\xc2\xe2\xef" : " \t\r\n\f\xc2\xe2\xef"));
        s += n;
    }
}
