/* SPDX-License-Identifier: EUPL-1.2 */
#include "imap/imap_name.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

char *imap_name_quote(struct arena *arena, const char *s)
{
    struct text text;

    text_init(&text, arena);
    text_add_char(&text, '"');
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\')
            text_add_char(&text, '\\');
        text_add_char(&text, *s);
    }
    text_add_char(&text, '"');
    return text.s;
}

/* tail: the last two characters of the alphabet. */
static void add_base64(struct text *text, const unsigned char *bytes, size_t n, const char *tail,
                       bool pad)
{
    static const char most[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    for (size_t i = 0; i < n; i += 3) {
        size_t have = n - i < 3 ? n - i : 3;
        uint32_t group = (uint32_t)bytes[i] << 16;

        group |= have > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        group |= have > 2 ? bytes[i + 2] : 0;
        for (size_t k = 0; k < 4; k++) {
            uint32_t digit = group >> (18 - 6 * k) & 63;

            if (k <= have)
                text_add_char(text, digit < 62 ? most[digit] : tail[digit - 62]);
            else if (pad)
                text_add_char(text, '=');
        }
    }
}

char *imap_name_base64(struct arena *arena, const void *bytes, size_t n)
{
    struct text text;

    text_init(&text, arena);
    add_base64(&text, bytes, n, "+/", true);
    return text.s;
}

/* One code point of valid UTF-8. */
static uint32_t next_point(const unsigned char **s)
{
    const unsigned char *at = *s;
    int more = at[0] >= 0xf0 ? 3 : at[0] >= 0xe0 ? 2 : at[0] >= 0xc0 ? 1 : 0;
    uint32_t point = more == 0 ? at[0] : at[0] & (0x3fU >> more);

    for (int i = 1; i <= more; i++)
        point = point << 6 | (at[i] & 0x3f);
    *s = at + more + 1;
    return point;
}

static void add_utf16(struct text *units, uint32_t point)
{
    if (point >= 0x10000) {
        add_utf16(units, 0xd800 + ((point - 0x10000) >> 10));
        add_utf16(units, 0xdc00 + ((point - 0x10000) & 0x3ff));
        return;
    }
    const unsigned char unit[2] = {(unsigned char)(point >> 8), (unsigned char)point};
    text_add_bytes(units, unit, 2);
}

/* A run outside printable ASCII; returns where it ends. */
static const unsigned char *add_shifted(struct text *text, const unsigned char *s)
{
    struct text units;

    text_init(&units, text->arena);
    while (*s >= 0x80)
        add_utf16(&units, next_point(&s));
    text_add_char(text, '&');
    add_base64(text, (const unsigned char *)units.s, units.len, "+,", false);
    text_add_char(text, '-');
    return s;
}

char *imap_name_folder(struct arena *arena, const char *utf8)
{
    const unsigned char *s = (const unsigned char *)utf8;
    struct text text;

    if (!text_is_utf8(utf8, strlen(utf8)))
        return NULL;
    text_init(&text, arena);
    while (*s != '\0') {
        if (*s >= 0x80) {
            s = add_shifted(&text, s);
            continue;
        }
        text_add_char(&text, (char)*s);
        if (*s == '&')
            text_add_char(&text, '-');
        s++;
    }
    return imap_name_quote(arena, text.s);
}

/* ---- and back ---- */

static int digit_of(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;

    return at != NULL ? (int)(at - digits) : -1;
}

static void add_point(struct text *text, uint32_t point)
{
    if (point < 0x80) {
        text_add_char(text, (char)point);
    } else if (point < 0x800) {
        text_add_char(text, (char)(0xc0 | point >> 6));
        text_add_char(text, (char)(0x80 | (point & 0x3f)));
    } else {
        text_add_char(text, (char)(point < 0x10000 ? 0xe0 | point >> 12 : 0xf0 | point >> 18));
        if (point >= 0x10000)
            text_add_char(text, (char)(0x80 | (point >> 12 & 0x3f)));
        text_add_char(text, (char)(0x80 | (point >> 6 & 0x3f)));
        text_add_char(text, (char)(0x80 | (point & 0x3f)));
    }
}

/* One unit of UTF-16; *high: the first half of a pair, which waits for its second, or 0. */
static bool add_unit(struct text *text, uint32_t unit, uint32_t *high)
{
    bool is_high = unit >= 0xd800 && unit < 0xdc00, is_low = unit >= 0xdc00 && unit < 0xe000;

    if (is_low != (*high != 0))
        return false;
    if (is_low)
        add_point(text, 0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00));
    else if (!is_high)
        add_point(text, unit);
    *high = is_high ? unit : 0;
    return true;
}

/* Behind "&"; returns where the "-" is, or NULL. */
static const char *read_shifted(struct text *text, const char *s)
{
    uint32_t bits = 0, high = 0;
    int count = 0;

    for (; *s != '-'; s++) {
        int digit = digit_of(*s);

        if (digit < 0)
            return NULL;
        bits = bits << 6 | (uint32_t)digit;
        count += 6;
        if (count >= 16) {
            count -= 16;
            if (!add_unit(text, bits >> count & 0xffff, &high))
                return NULL;
            bits &= (1U << count) - 1;
        }
    }
    return high == 0 && bits == 0 ? s : NULL;
}

char *imap_name_read_folder(struct arena *arena, const char *name)
{
    struct text text;

    text_init(&text, arena);
    for (const char *s = name; *s != '\0'; s++) {
        if (*s != '&')
            text_add_char(&text, *s);
        else if (s[1] == '-')
            text_add_char(&text, *s++);
        else if ((s = read_shifted(&text, s + 1)) == NULL)
            return NULL;
    }
    return text_is_utf8(text.s, text.len) && !text_has_control(text.s) ? text.s : NULL;
}

/* ---- sets of UIDs ---- */

char *imap_name_uids(struct arena *arena, const uint32_t *uids, size_t count, size_t max,
                     size_t *next)
{
    struct text text;
    size_t i = *next;

    text_init(&text, arena);
    while (i < count && (text.len == 0 || text.len + 24 < max)) {
        size_t last = i;

        while (last + 1 < count && uids[last + 1] <= uids[last] + 1 && uids[last + 1] >= uids[last])
            last++;
        text_addf(&text, "%s%" PRIu32, text.len > 0 ? "," : "", uids[i]);
        if (uids[last] != uids[i])
            text_addf(&text, ":%" PRIu32, uids[last]);
        i = last + 1;
    }
    *next = i;
    return text.s;
}
