/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/pem.h"

#include "base/day.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"

#include <string.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

static const struct {
    const char *what;
    const char *many;
    const char *labels[3];
} kinds[] = {
    [PEM_CERTIFICATES] = {"certificate",
                          "certificates",
                          {PEM_STRING_X509, PEM_STRING_X509_OLD, PEM_STRING_X509_TRUSTED}},
    [PEM_CRLS] = {"list of revoked certificates",
                  "lists of revoked certificates",
                  {PEM_STRING_X509_CRL, NULL, NULL}},
};

static bool is_of_kind(enum pem_kind kind, const char *label)
{
    for (int i = 0; i < 3; i++)
        if (kinds[kind].labels[i] && strcmp(kinds[kind].labels[i], label) == 0)
            return true;
    return false;
}

static int64_t moment_of(const ASN1_TIME *time)
{
    struct tm tm;
    return time && ASN1_TIME_to_tm(time, &tm) == 1 ? (int64_t)timegm(&tm) : MOMENT_NONE;
}

static const char *name_of(struct arena *arena, const X509_NAME *name)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *bytes;
    X509_NAME_print_ex(out, name, 0, (XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB));
    long n = BIO_get_mem_data(out, &bytes);
    const char *text = text_nfc(arena, bytes, n > 0 ? (size_t)n : 0);
    BIO_free(out);
    return text;
}

static bool look_into_certificate(struct arena *arena, struct pem_block *block)
{
    const unsigned char *p = block->der;
    X509 *certificate = d2i_X509(NULL, &p, (long)block->n);
    if (!certificate)
        return false;
    /* a "TRUSTED CERTIFICATE" has settings of OpenSSL's behind it */
    block->n = (size_t)(p - block->der);
    block->name = name_of(arena, X509_get_subject_name(certificate));
    block->until = moment_of(X509_get0_notAfter(certificate));
    bool ok = X509_get0_pubkey(certificate) != NULL;
    X509_free(certificate);
    return ok;
}

static bool look_into_crl(struct arena *arena, struct pem_block *block)
{
    const unsigned char *p = block->der;
    X509_CRL *crl = d2i_X509_CRL(NULL, &p, (long)block->n);
    if (!crl)
        return false;
    block->name = name_of(arena, X509_CRL_get_issuer(crl));
    block->until = moment_of(X509_CRL_get0_nextUpdate(crl));
    X509_CRL_free(crl);
    return true;
}

static bool add_block(struct arena *arena, enum pem_kind kind, const unsigned char *der, long n,
                      struct pem_blocks *blocks)
{
    struct pem_block block = {.n = (size_t)n};
    unsigned char *copy = arena_alloc(arena, block.n);
    memcpy(copy, der, block.n);
    block.der = copy;
    if (kind == PEM_CERTIFICATES ? !look_into_certificate(arena, &block)
                                 : !look_into_crl(arena, &block))
        return false;
    block.fingerprint = digest_hex(arena, block.der, block.n);
    blocks->v = arena_grow(arena, blocks->v, blocks->n, blocks->n + 1, sizeof *blocks->v);
    blocks->v[blocks->n++] = block;
    return true;
}

/* False at the end, and at damage, which err_r then names. */
static bool take_next(struct arena *arena, BIO *in, enum pem_kind kind, struct pem_blocks *blocks,
                      bool *bad_r, struct err *err_r)
{
    char *label, *header;
    unsigned char *der;
    long n;
    size_t number = blocks->n + 1;
    if (PEM_read_bio(in, &label, &header, &der, &n) != 1) {
        unsigned long code = ERR_peek_last_error();
        *bad_r = ERR_GET_LIB(code) != ERR_LIB_PEM || ERR_GET_REASON(code) != PEM_R_NO_START_LINE;
        if (*bad_r)
            err_set(err_r, ERR_DATA, "block %zu is no PEM", number);
        return false;
    }
    *bad_r = true;
    if (!is_of_kind(kind, label))
        err_set(err_r, ERR_DATA, "block %zu is a %.40s; only %s belong there", number, label,
                kinds[kind].many);
    else if (number > PEM_MAX_BLOCKS)
        err_set(err_r, ERR_DATA, "there are more than %d blocks", PEM_MAX_BLOCKS);
    else if (!add_block(arena, kind, der, n, blocks))
        err_set(err_r, ERR_DATA, "block %zu is a damaged %s", number, kinds[kind].what);
    else
        *bad_r = false;
    OPENSSL_free(label);
    OPENSSL_free(header);
    OPENSSL_free(der);
    return !*bad_r;
}

bool pem_parse(struct arena *arena, const char *bytes, size_t n, enum pem_kind kind,
               struct pem_blocks *blocks_r, struct err *err_r)
{
    bool bad = false;
    *blocks_r = (struct pem_blocks){0};
    BIO *in = n <= PEM_MAX_FILE ? BIO_new_mem_buf(bytes, (int)n) : NULL;
    if (!in)
        return err_set(err_r, ERR_DATA, "it is too large");
    while (take_next(arena, in, kind, blocks_r, &bad, err_r))
        ;
    BIO_free(in);
    ERR_clear_error();
    if (bad)
        return false;
    return blocks_r->n > 0 ||
           err_set(err_r, ERR_DATA, "there is no %s in it; it must be PEM", kinds[kind].what);
}

bool pem_read(struct arena *arena, const char *path, enum pem_kind kind,
              struct pem_blocks *blocks_r, struct err *err_r)
{
    char *bytes;
    size_t n;
    if (!file_read(arena, path, PEM_MAX_FILE, &bytes, &n, err_r))
        return false; /* which names the path */
    return pem_parse(arena, bytes, n, kind, blocks_r, err_r) || err_add_where(err_r, "%s", path);
}
