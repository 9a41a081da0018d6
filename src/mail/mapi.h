/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What Outlook writes in its own form: lists of MAPI properties as TNEF packs them ([MS-OXTNEF]
 * section 2.1.3.4), its compressed RTF ([MS-OXRTFCP]) and the code pages of Windows.  All numbers
 * are little-endian.  A reader of our own, bounded by the bytes it is given; damage is told, and
 * what stood before it is kept.
 */
#ifndef MAIL_MAPI_H
#define MAIL_MAPI_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The bytes from here on, and whether more was asked of them than there is. */
struct mapi_cursor {
    const unsigned char *p;
    size_t n;
    bool damaged;
};

uint16_t mapi_u16(struct mapi_cursor *cursor);
uint32_t mapi_u32(struct mapi_cursor *cursor);
/* n bytes; where fewer are left, those, and *n_r says how many. */
const char *mapi_take(struct mapi_cursor *cursor, size_t n, size_t *n_r);

enum mapi_type {
    MAPI_INT16 = 0x0002,
    MAPI_INT32 = 0x0003,
    MAPI_BOOLEAN = 0x000b,
    MAPI_OBJECT = 0x000d,
    MAPI_STRING8 = 0x001e, /* in the code page of the message */
    MAPI_UNICODE = 0x001f, /* UTF-16LE */
    MAPI_BINARY = 0x0102,
};

/* One property; of several values the first. */
struct mapi_value {
    unsigned type; /* 0: there is none */
    unsigned id;
    const char
        *bytes; /* of strings with the NUL at their end, of objects with their class in front */
    size_t n;
    uint32_t number; /* of types of at most four bytes */
};

/* Every property in turn.  Named ones, whose ids mean nothing by themselves, are passed over. */
typedef void mapi_visitor(void *context, const struct mapi_value *value);
/* False where the list is damaged or ends too early. */
bool mapi_each(const char *bytes, size_t n, mapi_visitor *visit, void *context);

/* A string property as UTF-8; NULL for none.  codepage as mapi_charset() takes it. */
char *mapi_string(struct arena *arena, const struct mapi_value *value, uint32_t codepage);

/* The name of a code page of Windows for charset_to_utf8(); NULL where there is none. */
const char *mapi_charset(struct arena *arena, uint32_t codepage);

/* The bytes of RTF that compressed RTF has unpacked, as far as it is whole, *n_r of them and a NUL;
 * at most max.  False where nothing can be read. *damaged_r: it is cut off, longer than max, or its
 * sum is wrong. */
bool mapi_unpack_rtf(struct arena *arena, const char *bytes, size_t n, size_t max, char **rtf_r,
                     size_t *n_r, bool *damaged_r);

#endif
