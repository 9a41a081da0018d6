/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/smime.h"

#include "base/day.h"
#include "base/digest.h"
#include "base/text.h"
#include "mail/address.h"
#include "mail/cms_inside.h"
#include "mail/smime_inside.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#define MAX_SIGNERS 8
#define MAX_CERTIFICATES 64

/* One signature while it is verified. */
struct verifier {
    struct arena *arena;
    const struct smime *smime;
    const char *from;
    const struct authorities *authorities;
    int64_t at;
    struct mail_signature *signature;
    CMS_ContentInfo *cms;
    STACK_OF(X509) * certificates; /* in the mail */
    STACK_OF(CMS_SignerInfo) * signers;
    X509 *signer; /* whose certificate has the From address, else the first one */
    bool untrusted;
};

static bool fail(struct verifier *v, enum signature_result result, const char *detail)
{
    v->signature->result = result;
    v->signature->detail = detail;
    return false;
}

/* ---- what is signed -------------------------------------------------------------------------- */

static const ASN1_OCTET_STRING *enclosed(const struct verifier *v)
{
    ASN1_OCTET_STRING **content = CMS_get0_content(v->cms);
    return content ? *content : NULL;
}

/* RFC 8551 section 2.4: a MIME entity, which is "data".  Where it could be found in two places, it
 * is in neither. */
static bool check_shape(struct verifier *v)
{
    v->cms = cms_parse(v->smime->cms, v->smime->cms_n);
    if (!v->cms || OBJ_obj2nid(CMS_get0_type(v->cms)) != NID_pkcs7_signed)
        return fail(v, SIGNATURE_MALFORMED, "the signature is no CMS SignedData");
    if (OBJ_obj2nid(CMS_get0_eContentType(v->cms)) != NID_pkcs7_data)
        return fail(v, SIGNATURE_MALFORMED, "something else than a mail is signed");
    if (v->smime->detached && enclosed(v))
        return fail(v, SIGNATURE_MALFORMED, "the signature has a content of its own");
    v->signers = CMS_get0_SignerInfos(v->cms);
    v->certificates = CMS_get1_certs(v->cms);
    if (sk_CMS_SignerInfo_num(v->signers) < 1)
        return fail(v, SIGNATURE_NO_SIGNER, NULL);
    if (sk_CMS_SignerInfo_num(v->signers) > MAX_SIGNERS ||
        sk_X509_num(v->certificates) > MAX_CERTIFICATES)
        return fail(v, SIGNATURE_MALFORMED, "too many signers or certificates");
    return true;
}

/* Behind the first empty line; 0 where there is none. */
static size_t find_body(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t end = i + (bytes[i] == '\r' && i + 1 < n);
        if ((i == 0 || bytes[i - 1] == '\n') && bytes[end] == '\n')
            return end + 1;
    }
    return 0;
}

/* Nothing but a header and white space is nothing. */
static bool is_blank(const char *bytes, size_t n)
{
    size_t i = find_body(bytes, n);
    while (i < n && strchr(" \t\r\n", bytes[i]))
        i++;
    return i == n;
}

static bool check_content(struct verifier *v)
{
    const char *bytes = v->smime->content;
    size_t n = v->smime->content_n;
    if (!v->smime->detached) {
        const ASN1_OCTET_STRING *content = enclosed(v);
        bytes = content ? (const char *)ASN1_STRING_get0_data(content) : "";
        n = content ? (size_t)ASN1_STRING_length(content) : 0;
    }
    return !is_blank(bytes, n) || fail(v, SIGNATURE_EMPTY, NULL);
}

/* ---- who signs ------------------------------------------------------------------------------- */

static X509 *certificate_of(CMS_SignerInfo *signer)
{
    X509 *certificate;
    CMS_SignerInfo_get0_algs(signer, NULL, &certificate, NULL, NULL);
    return certificate;
}

static void describe(struct verifier *v, CMS_SignerInfo *signer)
{
    unsigned char *der = NULL;
    struct mail_signature *signature = v->signature;
    v->signer = certificate_of(signer);
    int n = i2d_X509(v->signer, &der);
    if (n > 0)
        signature->fingerprint = digest_hex(v->arena, der, (size_t)n);
    OPENSSL_free(der);
    signature->signer = certificate_name(v->arena, X509_get_subject_name(v->signer));
    signature->issuer = certificate_name(v->arena, X509_get_issuer_name(v->signer));
    signature->signed_at = signer_time(v->arena, signer);
}

static bool has_from(const struct verifier *v, X509 *certificate, const char **address_r)
{
    struct texts addresses = {0};
    certificate_addresses(v->arena, certificate, &addresses);
    *address_r = addresses.n ? addresses.v[0] : NULL;
    for (size_t i = 0; v->from && i < addresses.n; i++) {
        if (!address_is_same_mailbox(addresses.v[i], v->from))
            continue;
        *address_r = addresses.v[i];
        return true;
    }
    return false;
}

static bool check_signers(struct verifier *v)
{
    bool found = false;
    CMS_set1_signers_certs(v->cms, NULL, 0);
    for (int i = 0; i < sk_CMS_SignerInfo_num(v->signers); i++) {
        CMS_SignerInfo *signer = sk_CMS_SignerInfo_value(v->signers, i);
        const char *address;
        if (!certificate_of(signer))
            return fail(v, SIGNATURE_NO_CERTIFICATE, NULL);
        if (found || (!has_from(v, certificate_of(signer), &address) && i > 0))
            continue;
        found = has_from(v, certificate_of(signer), &v->signature->address);
        describe(v, signer);
    }
    return found || fail(v, SIGNATURE_OTHER_ADDRESS,
                         v->from ? NULL : "the mail has not exactly one From address");
}

static bool check_attributes(struct verifier *v)
{
    const ASN1_OBJECT *type = CMS_get0_eContentType(v->cms);
    for (int i = 0; i < sk_CMS_SignerInfo_num(v->signers); i++) {
        CMS_SignerInfo *signer = sk_CMS_SignerInfo_value(v->signers, i);
        const char *weak = signer_weak_digest(signer);
        if (weak)
            return fail(v, SIGNATURE_WEAK_DIGEST, arena_strdup(v->arena, weak));
        if (!signer_names_type(signer, type))
            return fail(v, SIGNATURE_MALFORMED, "the signature is over something else than a mail");
    }
    return true;
}

/* ---- who stands behind them ------------------------------------------------------------------ */

static bool check_chain(struct verifier *v, X509 *certificate)
{
    struct chain_question question = {.arena = v->arena,
                                      .certificate = certificate,
                                      .between = v->certificates,
                                      .authorities = v->authorities,
                                      .at = v->at};
    struct chain_finding finding;
    chain_verify(&question, &finding);
    if (finding.crl > v->signature->crl)
        v->signature->crl = finding.crl;
    v->signature->result = finding.result;
    v->signature->detail = finding.detail;
    v->untrusted = v->untrusted || finding.result == SIGNATURE_UNTRUSTED;
    return finding.result == SIGNATURE_GOOD || finding.result == SIGNATURE_UNTRUSTED;
}

static bool check_chains(struct verifier *v)
{
    int count = sk_CMS_SignerInfo_num(v->signers);
    for (int i = 0; i < count; i++)
        if (!check_chain(v, certificate_of(sk_CMS_SignerInfo_value(v->signers, i))))
            return false;
    if (v->untrusted && count > 1) {
        v->signature->fingerprint = NULL;
        return fail(v, SIGNATURE_UNTRUSTED, "one of several signers");
    }
    return true;
}

/* ---- whether it holds ------------------------------------------------------------------------ */

/* What OpenSSL was not content with; the first error is the closest one. */
static void fail_verifying(struct verifier *v)
{
    unsigned long code, first = ERR_peek_error();
    enum signature_result result = SIGNATURE_MALFORMED;
    const char *reason = ERR_reason_error_string(first);
    while ((code = ERR_get_error()))
        if (ERR_GET_LIB(code) == ERR_LIB_CMS && ERR_GET_REASON(code) == CMS_R_VERIFICATION_FAILURE)
            result = SIGNATURE_ALTERED;
    fail(v, result, reason ? arena_strdup(v->arena, reason) : NULL);
}

/* Of an untrusted signer the own certificate stands in for the authority: all but that is checked
 * as with the others, and the result stays SIGNATURE_UNTRUSTED. */
static bool check_mathematics(struct verifier *v)
{
    X509_STORE *store = chain_store(v->untrusted ? NULL : v->authorities, v->signer, v->at);
    BIO *content = NULL;
    if (v->smime->detached)
        content = BIO_new_mem_buf(v->smime->content, (int)v->smime->content_n);
    ERR_clear_error();
    bool ok = CMS_verify(v->cms, NULL, store, content, NULL, CMS_BINARY) == 1;
    if (!ok)
        fail_verifying(v);
    BIO_free(content);
    X509_STORE_free(store);
    return ok;
}

void smime_verify(struct arena *arena, const struct smime *smime, const char *from,
                  const struct authorities *authorities, int64_t at,
                  struct mail_signature *signature_r)
{
    struct verifier v = {.arena = arena,
                         .smime = smime,
                         .from = from,
                         .authorities = authorities,
                         .at = at,
                         .signature = signature_r};
    *signature_r = (struct mail_signature){.result = SIGNATURE_MALFORMED};
    if (check_shape(&v) && check_content(&v) && check_signers(&v) && check_attributes(&v) &&
        check_chains(&v) && check_mathematics(&v))
        signature_r->result = v.untrusted ? SIGNATURE_UNTRUSTED : SIGNATURE_GOOD;
    sk_X509_pop_free(v.certificates, X509_free);
    CMS_ContentInfo_free(v.cms);
    ERR_clear_error();
}
