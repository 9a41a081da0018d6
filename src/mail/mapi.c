/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/mapi.h"

#include "mail/inside.h"

#include <string.h>

#define NAMED 0x8000    /* ids from here on have their name behind them */
#define MULTIPLE 0x1000 /* of a type: several values */

/* ---- bytes ----------------------------------------------------------------------------------- */

const char *mapi_take(struct mapi_cursor *cursor, size_t n, size_t *n_r)
{
    const char *bytes = (const char *)cursor->p;
    if (n > cursor->n) {
        cursor->damaged = true;
        n = cursor->n;
    }
    cursor->p += n;
    cursor->n -= n;
    *n_r = n;
    return bytes;
}

static uint32_t take_number(struct mapi_cursor *cursor, size_t n)
{
    size_t got;
    const unsigned char *p = (const unsigned char *)mapi_take(cursor, n, &got);
    uint32_t number = 0;
    for (size_t i = got; i > 0; i--)
        number = number << 8 | p[i - 1];
    return got == n ? number : 0;
}

uint16_t mapi_u16(struct mapi_cursor *cursor)
{
    return (uint16_t)take_number(cursor, 2);
}

uint32_t mapi_u32(struct mapi_cursor *cursor)
{
    return take_number(cursor, 4);
}

static void skip(struct mapi_cursor *cursor, size_t n)
{
    mapi_take(cursor, n, &n);
}

/* Values are filled up to a multiple of four bytes; at the very end some writers do without. */
static void skip_padding(struct mapi_cursor *cursor, size_t n)
{
    size_t padding = (4 - n % 4) % 4;
    skip(cursor, padding < cursor->n ? padding : cursor->n);
}

/* ---- properties ------------------------------------------------------------------------------ */

/* Bytes of one value; of the others each value has its length before it. */
static const struct {
    unsigned type;
    size_t size;
} sizes[] = {
    {MAPI_INT16, 2}, {MAPI_INT32, 4}, {0x0004, 4},       {0x0005, 8}, {0x0006, 8},  {0x0007, 8},
    {0x000a, 4},     {0x0014, 8},     {MAPI_BOOLEAN, 2}, {0x0040, 8}, {0x0048, 16}, {0x0001, 0},
};

static const unsigned with_length[] = {MAPI_OBJECT, MAPI_STRING8, MAPI_UNICODE, MAPI_BINARY};

static bool find_size(unsigned type, size_t *size_r)
{
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (sizes[i].type == type) {
            *size_r = sizes[i].size;
            return true;
        }
    return false;
}

static bool has_length(unsigned type)
{
    for (size_t i = 0; i < sizeof with_length / sizeof *with_length; i++)
        if (with_length[i] == type)
            return true;
    return false;
}

/* A GUID, then a number or a string. */
static void skip_name(struct mapi_cursor *cursor)
{
    skip(cursor, 16);
    bool string = mapi_u32(cursor) != 0;
    uint32_t n = mapi_u32(cursor);
    if (string) {
        skip(cursor, n);
        skip_padding(cursor, n);
    }
}

static void take_fixed(struct mapi_cursor *cursor, size_t size, struct mapi_value *value_r)
{
    struct mapi_cursor number;
    value_r->bytes = mapi_take(cursor, size, &value_r->n);
    number = (struct mapi_cursor){(const unsigned char *)value_r->bytes, value_r->n, false};
    value_r->number = size <= 4 ? take_number(&number, size) : 0;
    skip_padding(cursor, size);
}

static void take_counted(struct mapi_cursor *cursor, struct mapi_value *value_r)
{
    size_t size = mapi_u32(cursor);
    value_r->bytes = mapi_take(cursor, size, &value_r->n);
    skip_padding(cursor, size);
}

/* False where what follows cannot be told from its type. */
static bool take_values(struct mapi_cursor *cursor, unsigned type, struct mapi_value *value_r)
{
    size_t size = 0;
    bool counted = has_length(type & ~MULTIPLE);
    if (!counted && !find_size(type & ~MULTIPLE, &size))
        return false;
    uint32_t count = counted || (type & MULTIPLE) ? mapi_u32(cursor) : 1;
    for (uint32_t i = 0; i < count && cursor->n > 0; i++) {
        struct mapi_value value = {.type = type & ~MULTIPLE, .id = value_r->id};
        if (counted)
            take_counted(cursor, &value);
        else
            take_fixed(cursor, size, &value);
        if (i == 0)
            *value_r = value;
        if (!counted && size == 0)
            break;
    }
    return true;
}

bool mapi_each(const char *bytes, size_t n, mapi_visitor *visit, void *context)
{
    struct mapi_cursor cursor = {(const unsigned char *)bytes, n, false};
    uint32_t count = mapi_u32(&cursor);
    while (count-- > 0 && !cursor.damaged) {
        unsigned type = mapi_u16(&cursor);
        struct mapi_value value = {.id = mapi_u16(&cursor)};
        bool named = value.id >= NAMED;
        if (named)
            skip_name(&cursor);
        if (cursor.damaged || !take_values(&cursor, type, &value))
            return false;
        if (!named && value.type != 0)
            visit(context, &value);
    }
    return !cursor.damaged;
}

/* ---- strings --------------------------------------------------------------------------------- */

/* Those whose name is not "windows-" and the number, or "cp" and the number. */
static const struct {
    uint32_t codepage;
    const char *charset;
} charsets[] = {
    {932, "shift_jis"},     {936, "gbk"},           {949, "euc-kr"},        {950, "big5"},
    {1200, "utf-16le"},     {1201, "utf-16be"},     {10000, "macintosh"},   {20127, "us-ascii"},
    {20866, "koi8-r"},      {20932, "euc-jp"},      {21866, "koi8-u"},      {28591, "iso-8859-1"},
    {28592, "iso-8859-2"},  {28593, "iso-8859-3"},  {28594, "iso-8859-4"},  {28595, "iso-8859-5"},
    {28596, "iso-8859-6"},  {28597, "iso-8859-7"},  {28598, "iso-8859-8"},  {28599, "iso-8859-9"},
    {28603, "iso-8859-13"}, {28605, "iso-8859-15"}, {50220, "iso-2022-jp"}, {50221, "iso-2022-jp"},
    {51932, "euc-jp"},      {51949, "euc-kr"},      {54936, "gb18030"},     {65000, "utf-7"},
    {65001, "utf-8"},
};

const char *mapi_charset(struct arena *arena, uint32_t codepage)
{
    for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++)
        if (charsets[i].codepage == codepage)
            return charsets[i].charset;
    if (codepage >= 1250 && codepage <= 1258)
        return arena_printf(arena, "windows-%u", (unsigned)codepage);
    if (codepage >= 437 && codepage <= 874)
        return arena_printf(arena, "cp%u", (unsigned)codepage);
    return NULL;
}

char *mapi_string(struct arena *arena, const struct mapi_value *value, uint32_t codepage)
{
    size_t n;
    bool bad;
    if (value->type != MAPI_STRING8 && value->type != MAPI_UNICODE)
        return NULL;
    const char *charset = value->type == MAPI_UNICODE ? "utf-16le" : mapi_charset(arena, codepage);
    char *s = charset_to_utf8(arena, charset, value->bytes, value->n, &n, &bad);
    s[strnlen(s, n)] = '\0';
    return s;
}
