/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How much of a mail GMime may see.  It makes an object of each part and of each field before
 * anybody can count them, so that a mail of 20 MB that is nothing but parts takes a gigabyte.
 * What may begin or end a part is counted here first, without a parser: more than there can be.
 */
#include "mail/inside.h"

#include <string.h>

/* A part has one such line before it, a multipart one more behind it; text may have some, too. */
#define MAX_BOUNDARIES (10 * MAIL_MAX_PARTS)
#define MAX_PART_FIELDS 20000                   /* in the headers of all parts together */
#define MAX_PART_HEADERS (16 * MAIL_MAX_HEADER) /* their bytes */

#define BOUNDARY_MAX 200 /* 70 by RFC 2046; programs are seen to write more */

static const char boundary_characters[] = "0123456789abcdefghijklmnopqrstuvwxyz"
                                          "ABCDEFGHIJKLMNOPQRSTUVWXYZ'()+_,-./:=?*";

struct bounds {
    size_t boundaries;
    size_t fields;
    size_t header_bytes;
    bool in_header;
};

/* Two hyphens and what a boundary may be made of, blanks within left out: "-- " before a signature
 * is none, nor is "-- a comment". */
static bool may_be_boundary(const char *s, size_t n)
{
    while (n > 0 && strchr("\r\n\t ", s[n - 1]))
        n--;
    if (n < 3 || n > BOUNDARY_MAX || s[0] != '-' || s[1] != '-')
        return false;
    for (size_t i = 2; i < n; i++)
        if (!s[i] || !strchr(boundary_characters, s[i]))
            return false;
    return true;
}

/* False where it is too much. */
static bool take_line(struct bounds *bounds, const char *s, size_t n)
{
    if (may_be_boundary(s, n)) {
        bounds->in_header = true;
        return ++bounds->boundaries <= MAX_BOUNDARIES;
    }
    if (!bounds->in_header)
        return true;
    if (n <= 2 && (*s == '\n' || *s == '\r')) {
        bounds->in_header = false;
        return true;
    }
    bounds->fields += *s != ' ' && *s != '\t';
    bounds->header_bytes += n;
    return bounds->fields <= MAX_PART_FIELDS && bounds->header_bytes <= MAX_PART_HEADERS;
}

size_t mime_bounded(const char *bytes, size_t n)
{
    struct bounds bounds = {.in_header = false};
    for (size_t at = 0; at < n;) {
        const char *end = memchr(bytes + at, '\n', n - at);
        size_t length = end ? (size_t)(end - bytes) + 1 - at : n - at;
        if (!take_line(&bounds, bytes + at, length))
            return at;
        at += length;
    }
    return n;
}
