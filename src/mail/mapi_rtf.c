/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Compressed RTF ([MS-OXRTFCP]): runs of up to 17 bytes out of the 4096 last ones, which begin with
 * what most RTF begins with.
 */
#include "mail/mapi.h"

#include <string.h>

#define WINDOW 4096
#define HEADER 16

enum {
    COMPRESSED = 0x75465a4c,   /* "LZFu" */
    UNCOMPRESSED = 0x414c454d, /* "MELA" */
};

/* [MS-OXRTFCP] section 2.2.2.1; the window goes on behind it */
static const char beginning[] =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    "\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    "\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

struct unpacking {
    char *out;
    size_t n;
    size_t max;
    unsigned char window[WINDOW];
    size_t at; /* in the window */
};

/* CRC-32 without the inversions at its ends, as [MS-OXRTFCP] section 2.1.3.2 has it. */
static uint32_t crc(const unsigned char *p, size_t n)
{
    uint32_t sum = 0;
    while (n-- > 0) {
        sum ^= *p++;
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0xedb88320U : 0);
    }
    return sum;
}

static bool put(struct unpacking *unpacking, unsigned char c)
{
    if (unpacking->n == unpacking->max)
        return false;
    unpacking->out[unpacking->n++] = (char)c;
    unpacking->window[unpacking->at] = c;
    unpacking->at = (unpacking->at + 1) % WINDOW;
    return true;
}

/* Twelve bits of place, four of length; one that points at itself is the end. */
static bool put_run(struct unpacking *unpacking, unsigned pair, bool *end_r)
{
    size_t from = pair >> 4, length = (pair & 15) + 2;
    *end_r = from == unpacking->at;
    for (size_t i = 0; !*end_r && i < length; i++)
        if (!put(unpacking, unpacking->window[(from + i) % WINDOW]))
            return false;
    return true;
}

/* Eight runs or bytes, and before them a bit for each.  False at damage. */
static bool unpack_eight(struct unpacking *unpacking, struct mapi_cursor *in, bool *end_r)
{
    size_t got;
    unsigned bits = *(const unsigned char *)mapi_take(in, 1, &got);
    for (int bit = 0; bit < 8 && !*end_r; bit++) {
        bool run = bits >> bit & 1;
        const unsigned char *p = (const unsigned char *)mapi_take(in, run ? 2 : 1, &got);
        if (in->damaged)
            return false;
        if (run ? !put_run(unpacking, (unsigned)p[0] << 8 | p[1], end_r) : !put(unpacking, *p))
            return false;
    }
    return true;
}

/* False where no end came. */
static bool unpack(struct unpacking *unpacking, struct mapi_cursor *in)
{
    bool end = false;
    memcpy(unpacking->window, beginning, sizeof beginning - 1);
    unpacking->at = sizeof beginning - 1;
    while (!end && in->n > 0)
        if (!unpack_eight(unpacking, in, &end))
            return false;
    return end;
}

/* No run makes more of its two bytes and its bit than this many bytes each. */
static size_t room_for(uint32_t packed, uint32_t unpacked, size_t max)
{
    size_t most = (size_t)packed * 9;
    size_t room = unpacked < most ? unpacked : most;
    return room < max ? room : max;
}

static bool unpack_body(struct unpacking *unpacking, struct mapi_cursor *in, bool compressed)
{
    size_t got;
    if (compressed)
        return unpack(unpacking, in);
    const char *bytes = mapi_take(in, unpacking->max, &got);
    memcpy(unpacking->out, bytes, got);
    unpacking->n = got;
    return !in->damaged;
}

bool mapi_unpack_rtf(struct arena *arena, const char *bytes, size_t n, size_t max, char **rtf_r,
                     size_t *n_r, bool *damaged_r)
{
    struct mapi_cursor in = {(const unsigned char *)bytes, n, false};
    uint32_t packed = mapi_u32(&in), raw = mapi_u32(&in), kind = mapi_u32(&in);
    uint32_t sum = mapi_u32(&in);
    if (in.damaged || (kind != COMPRESSED && kind != UNCOMPRESSED))
        return false;
    /* the first number counts the three others, too */
    bool cut = packed < HEADER - 4 || packed - (HEADER - 4) > in.n;
    if (!cut)
        in.n = packed - (HEADER - 4);
    bool wrong = kind == COMPRESSED && crc(in.p, in.n) != sum;
    struct unpacking *unpacking = ARENA_NEW(arena, struct unpacking);
    unpacking->max = room_for((uint32_t)in.n, raw, max);
    unpacking->out = arena_alloc(arena, unpacking->max + 1);
    bool whole = unpack_body(unpacking, &in, kind == COMPRESSED);
    *rtf_r = unpacking->out;
    *n_r = unpacking->n;
    *damaged_r = cut || wrong || !whole || unpacking->n != raw;
    return unpacking->n > 0;
}
