/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Files of certificates (RFC 5280) and of lists of revoked ones, as PEM (RFC 7468).  Text around
 * the blocks is left out; a block of any other kind is a mistake, most of all a private key.
 */
#ifndef BASE_PEM_H
#define BASE_PEM_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More than all authorities of the world, or the list of revoked ones of a big one. */
#define PEM_MAX_FILE ((size_t)32 * 1024 * 1024)
#define PEM_MAX_BLOCKS 2000

enum pem_kind { PEM_CERTIFICATES, PEM_CRLS };

/* One block, parsed once to see that it is sound. */
struct pem_block {
    const unsigned char *der;
    size_t n;
    const char *fingerprint; /* SHA-256 of the bytes, 64 hexadecimal digits */
    const char *name;        /* of a certificate's subject, of a list's issuer; UTF-8 */
    int64_t until;           /* notAfter, nextUpdate; MOMENT_NONE: it does not say */
};

struct pem_blocks {
    struct pem_block *v;
    size_t n;
};

/* All of n bytes; false (ERR_DATA) where one is damaged, of another kind, or there is none. */
bool pem_parse(struct arena *arena, const char *bytes, size_t n, enum pem_kind kind,
               struct pem_blocks *blocks_r, struct err *err_r);

/* The same of a file; err_r then begins with its path. */
bool pem_read(struct arena *arena, const char *path, enum pem_kind kind,
              struct pem_blocks *blocks_r, struct err *err_r);

#endif
