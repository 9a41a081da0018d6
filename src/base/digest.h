/* SPDX-License-Identifier: EUPL-1.2 */
/* SHA-256 (FIPS 180-4), by OpenSSL. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include "base/arena.h"
#include "base/err.h"

#include <stddef.h>

#define DIGEST_SIZE 32

struct digest;

struct digest *digest_new(void);
void digest_add(struct digest *digest, const void *bytes, size_t n);
/* Writes the sum and frees the digest. */
void digest_end(struct digest *digest, unsigned char sum_r[DIGEST_SIZE]);
/* Of n bytes at once, as 64 hexadecimal digits. */
char *digest_hex(struct arena *arena, const void *bytes, size_t n);
/* Back from 64 such digits, small ones; false for anything else. */
bool digest_from_hex(const char *hex, unsigned char digest_r[DIGEST_SIZE]);

/* Of a sealed memfd, with its size. */
bool digest_memfd(int fd, unsigned char sum_r[DIGEST_SIZE], size_t *n_r, struct err *err_r);

#endif
