/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/digest.h"

#include <string.h>

#include "base/file.h"

#include "base/err.h"
#include "base/text.h"

#include <openssl/evp.h>

/* struct digest is OpenSSL's EVP_MD_CTX under a name of our own */

struct digest *digest_new(void)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
        panic("SHA-256: OpenSSL does not give it");
    return (struct digest *)context;
}

void digest_add(struct digest *digest, const void *bytes, size_t n)
{
    if (EVP_DigestUpdate((EVP_MD_CTX *)digest, bytes, n) != 1)
        panic("SHA-256: cannot add %zu bytes", n);
}

void digest_end(struct digest *digest, unsigned char sum_r[DIGEST_SIZE])
{
    EVP_MD_CTX *context = (EVP_MD_CTX *)digest;
    if (EVP_DigestFinal_ex(context, sum_r, NULL) != 1)
        panic("SHA-256: no sum");
    EVP_MD_CTX_free(context);
}

char *digest_hex(struct arena *arena, const void *bytes, size_t n)
{
    unsigned char sum[DIGEST_SIZE];
    struct digest *digest = digest_new();
    digest_add(digest, bytes, n);
    digest_end(digest, sum);
    return text_hex(arena, sum, sizeof sum);
}

bool digest_memfd(int fd, unsigned char sum_r[DIGEST_SIZE], size_t *n_r, struct err *err_r)
{
    struct memfd_map map;
    if (!memfd_map(fd, SIZE_MAX, &map, err_r))
        return false;
    struct digest *digest = digest_new();
    digest_add(digest, map.bytes, map.n);
    digest_end(digest, sum_r);
    *n_r = map.n;
    memfd_unmap(&map);
    return true;
}

bool digest_from_hex(const char *hex, unsigned char digest_r[DIGEST_SIZE])
{
    static const char digits[] = "0123456789abcdef";

    if (strspn(hex, digits) != 2 * (size_t)DIGEST_SIZE || hex[2 * DIGEST_SIZE] != '\0')
        return false;
    for (size_t i = 0; i < DIGEST_SIZE; i++)
        digest_r[i] = (unsigned char)((strchr(digits, hex[2 * i]) - digits) * 16 +
                                      (strchr(digits, hex[2 * i + 1]) - digits));
    return true;
}
