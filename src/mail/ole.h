/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The streams of a compound file ([MS-CFB], "OLE2") in memory: what Office wrote its files into
 * until 2003.  A reader of our own: libgsf lost memory and broke its own assertions within minutes
 * of fuzzing, and only the way along the sectors is needed.
 */
#ifndef MAIL_OLE_H
#define MAIL_OLE_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OLE_MAGIC "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#define OLE_MAGIC_SIZE 8

/* A window into foreign bytes. */
struct ole_bytes {
    const unsigned char *s;
    size_t n;
};

/* Little endian; 0 beyond the end. */
unsigned ole_u8(struct ole_bytes bytes, size_t at);
uint16_t ole_u16(struct ole_bytes bytes, size_t at);
uint32_t ole_u32(struct ole_bytes bytes, size_t at);
/* Empty where it is not wholly there. */
struct ole_bytes ole_slice(struct ole_bytes bytes, size_t at, size_t n);

struct ole;

/* NULL: damaged, or none.  The bytes must stay. */
struct ole *ole_open(struct arena *arena, const char *bytes, size_t n);
/* The size of a stream of the outermost storage, at most that of the file; false: there is none. */
bool ole_find(const struct ole *ole, const char *name, size_t *size_r);
/* In the arena; empty where it is missing or damaged. */
struct ole_bytes ole_read(struct ole *ole, const char *name);

#endif
