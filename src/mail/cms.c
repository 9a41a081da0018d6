/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/cms.h"

#include "mail/cms_inside.h"
#include "mail/inside.h"

#include <limits.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

/* Each becomes an object of OpenSSL's, some hundred bytes for two of the mail's.  A signed mail of
 * 40 MB written in pieces of 1 kB has half as many. */
#define MAX_ELEMENTS 80000

enum content { CONTENT_OTHER, CONTENT_SIGNED, CONTENT_COMPRESSED, CONTENT_ENCRYPTED };

/* Object identifiers of content types as they are encoded: RFC 5652, 5083, 3274. */
static const struct {
    const char *oid;
    size_t n;
    enum content content;
} contents[] = {
    {"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", 11, CONTENT_SIGNED},
    {"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", 11, CONTENT_ENCRYPTED},
    {"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06", 11, CONTENT_ENCRYPTED},
    {"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17", 13, CONTENT_ENCRYPTED},
    {"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09", 13, CONTENT_COMPRESSED},
};

void cms_preload(void)
{
    if (OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_ADD_ALL_CIPHERS |
                                OPENSSL_INIT_ADD_ALL_DIGESTS | OPENSSL_INIT_LOAD_CONFIG,
                            NULL) != 1)
        panic("OpenSSL does not start");
}

/* The type stands first in the outermost sequence; OpenSSL need not see what is only encrypted. */
static enum content content_of(const char *bytes, size_t n)
{
    const unsigned char *p = (const unsigned char *)bytes;
    long length;
    int tag, class;
    /* of one that is cut off it still says that it is one */
    if (n > LONG_MAX || !(ASN1_get_object(&p, &length, &tag, &class, (long)n) & V_ASN1_CONSTRUCTED))
        return CONTENT_OTHER;
    size_t left = n - (size_t)((const char *)p - bytes);
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++)
        if (tag == V_ASN1_SEQUENCE && left >= contents[i].n &&
            memcmp(p, contents[i].oid, contents[i].n) == 0)
            return contents[i].content;
    return CONTENT_OTHER;
}

/* Every element but those within one that is no structure; no more than MAX_ELEMENTS of them. */
static bool is_bounded(const char *bytes, size_t n)
{
    const unsigned char *p = (const unsigned char *)bytes, *end = p + n;
    for (size_t count = 0; p < end; count++) {
        long length;
        int tag, class;
        int kind = ASN1_get_object(&p, &length, &tag, &class, end - p);
        if ((kind & 0x80) || count == MAX_ELEMENTS)
            return false;
        if (!(kind & V_ASN1_CONSTRUCTED))
            p += length;
    }
    return true;
}

static CMS_ContentInfo *parse(const struct document_file *file)
{
    const unsigned char *p = (const unsigned char *)file->bytes;
    return is_bounded(file->bytes, file->n) ? d2i_CMS_ContentInfo(NULL, &p, (long)file->n) : NULL;
}

CMS_ContentInfo *cms_parse(const char *bytes, size_t n)
{
    const unsigned char *p = (const unsigned char *)bytes;
    if (n > LONG_MAX || !is_bounded(bytes, n))
        return NULL;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)n);
    if (cms && (const char *)p == bytes + n)
        return cms;
    CMS_ContentInfo_free(cms);
    return NULL;
}

bool cms_is_signed(const char *bytes, size_t n)
{
    return content_of(bytes, n) == CONTENT_SIGNED;
}

/* ---- what is in it --------------------------------------------------------------------------- */

/* "Antrag.pdf" of "Antrag.pdf.p7m": some programs sign a file, not a mail. */
static const char *inner_name(struct arena *arena, const char *name)
{
    const char *dot = name ? strrchr(name, '.') : NULL;
    return dot ? arena_strndup(arena, name, (size_t)(dot - name)) : NULL;
}

static void read_content(struct documents *documents, const struct document_file *file,
                         const char *bytes, size_t n)
{
    struct document_file inner = {
        .name = inner_name(documents->arena, file->name), .bytes = bytes, .n = n};
    if (documents_knows_within(&inner))
        documents_read(documents, &inner);
    else
        mail_read_inside(documents, bytes, n);
}

/* Certificates without content, and signatures apart from what they sign, have no text. */
static void read_signed(struct documents *documents, const struct document_file *file,
                        CMS_ContentInfo *cms)
{
    ASN1_OCTET_STRING **content = CMS_get0_content(cms);
    if (content && *content)
        read_content(documents, file, (const char *)ASN1_STRING_get0_data(*content),
                     (size_t)ASN1_STRING_length(*content));
}

/* No more than there is room for; false at damage, and where OpenSSL was built without zlib. */
static bool inflate_all(struct documents *documents, BIO *in, struct text *out)
{
    char piece[4096];
    int n;
    while ((n = BIO_read(in, piece, sizeof piece)) > 0) {
        if (!documents_claim(documents, (size_t)n))
            return false;
        text_add_bytes(out, piece, (size_t)n);
    }
    return n == 0;
}

static void read_compressed(struct documents *documents, const struct document_file *file,
                            CMS_ContentInfo *cms)
{
    struct text out;
    text_init(&out, documents->arena);
    BIO *in = CMS_dataInit(cms, NULL);
    if (in && inflate_all(documents, in, &out))
        read_content(documents, file, out.s, out.len);
    else
        documents_fail(documents, PART_UNREADABLE);
    BIO_free_all(in);
}

static void read_structure(struct documents *documents, const struct document_file *file,
                           enum content content)
{
    CMS_ContentInfo *cms = parse(file);
    if (!cms) {
        documents_fail(documents, PART_UNREADABLE);
        documents_defect(documents, "bad-smime");
    } else if (content == CONTENT_SIGNED) {
        read_signed(documents, file, cms);
    } else {
        read_compressed(documents, file, cms);
    }
    CMS_ContentInfo_free(cms);
}

void cms_read(struct documents *documents, const struct document_file *file)
{
    enum content content = content_of(file->bytes, file->n);
    switch (content) {
    case CONTENT_SIGNED:
    case CONTENT_COMPRESSED:
        read_structure(documents, file, content);
        break;
    case CONTENT_ENCRYPTED:
        documents_fail(documents, PART_ENCRYPTED);
        break;
    case CONTENT_OTHER:
        documents_fail(documents, PART_UNREADABLE);
        documents_defect(documents, "bad-smime");
        break;
    }
    ERR_clear_error();
}
