/* SPDX-License-Identifier: EUPL-1.2 */
/* Whose certificate it is, and what a signer says. */
#include "mail/smime_inside.h"

#include "base/day.h"
#include "mail/address.h"
#include "mail/inside.h"

#include <string.h>
#include <time.h>

#include <openssl/objects.h>
#include <openssl/x509v3.h>

/* NULL where it is no text, or one with a NUL in it: what stands behind that could be hidden. */
static const char *text_of(struct arena *arena, const ASN1_STRING *string)
{
    unsigned char *utf8;
    int n = ASN1_STRING_to_UTF8(&utf8, string);
    if (n < 0)
        return NULL;
    const char *text = memchr(utf8, '\0', (size_t)n)
                           ? NULL
                           : value_clean(arena, arena_strndup(arena, (char *)utf8, (size_t)n));
    OPENSSL_free(utf8);
    return text;
}

const char *certificate_name(struct arena *arena, const X509_NAME *name)
{
    static const int kinds[] = {NID_commonName, NID_pkcs9_emailAddress, NID_organizationalUnitName,
                                NID_organizationName};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        int at = X509_NAME_get_index_by_NID(name, kinds[i], -1);
        const char *text =
            at < 0 ? NULL : text_of(arena, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
        if (text)
            return text;
    }
    return "(no name)";
}

static void add_address(struct arena *arena, const ASN1_STRING *string, struct texts *addresses)
{
    const char *text = string ? text_of(arena, string) : NULL;
    if (text && address_is_plain(text))
        texts_add(addresses, arena, text);
}

/* An rfc822Name, or the same for addresses beyond ASCII. */
static const ASN1_STRING *address_in(const GENERAL_NAME *name)
{
    if (name->type == GEN_EMAIL)
        return name->d.rfc822Name;
    if (name->type == GEN_OTHERNAME &&
        OBJ_obj2nid(name->d.otherName->type_id) == NID_id_on_SmtpUTF8Mailbox &&
        name->d.otherName->value->type == V_ASN1_UTF8STRING)
        return name->d.otherName->value->value.utf8string;
    return NULL;
}

void certificate_addresses(struct arena *arena, X509 *certificate, struct texts *addresses_r)
{
    bool has_alternative = false;
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const ASN1_STRING *address = address_in(sk_GENERAL_NAME_value(names, i));
        has_alternative = has_alternative || address;
        add_address(arena, address, addresses_r);
    }
    GENERAL_NAMES_free(names);
    if (has_alternative)
        return;
    const X509_NAME *subject = X509_get_subject_name(certificate);
    for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_pkcs9_emailAddress, at)) >= 0;)
        add_address(arena, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)), addresses_r);
}

const char *signer_time(struct arena *arena, const CMS_SignerInfo *signer)
{
    int at = CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1);
    X509_ATTRIBUTE *attribute = at < 0 ? NULL : CMS_signed_get_attr(signer, at);
    const ASN1_TYPE *value = attribute ? X509_ATTRIBUTE_get0_type(attribute, 0) : NULL;
    struct tm tm;
    if (!value || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME) ||
        ASN1_TIME_to_tm(value->value.asn1_string, &tm) != 1)
        return NULL;
    return moment_to_text_offset(arena, (int64_t)timegm(&tm), 0);
}

static bool is_weak(int digest)
{
    static const int weak[] = {NID_md2,       NID_md4,      NID_md5, NID_sha1,
                               NID_ripemd160, NID_md5_sha1, NID_mdc2};
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++)
        if (digest == weak[i])
            return true;
    return false;
}

/* It is named twice: for the content, and mostly within the signature's algorithm. */
const char *signer_weak_digest(CMS_SignerInfo *signer)
{
    X509_ALGOR *digest, *signature;
    int named, inner = NID_undef;
    CMS_SignerInfo_get0_algs(signer, NULL, NULL, &digest, &signature);
    named = OBJ_obj2nid(digest->algorithm);
    OBJ_find_sigid_algs(OBJ_obj2nid(signature->algorithm), &inner, NULL);
    if (is_weak(named))
        return OBJ_nid2sn(named);
    return is_weak(inner) ? OBJ_nid2sn(inner) : NULL;
}

bool signer_names_type(CMS_SignerInfo *signer, const ASN1_OBJECT *type)
{
    enum { ONCE_WITH_ONE_VALUE = -3 };
    if (CMS_signed_get_attr_count(signer) <= 0)
        return true;
    const ASN1_OBJECT *named = CMS_signed_get0_data_by_OBJ(
        signer, OBJ_nid2obj(NID_pkcs9_contentType), ONCE_WITH_ONE_VALUE, V_ASN1_OBJECT);
    return named && OBJ_cmp(named, type) == 0;
}
