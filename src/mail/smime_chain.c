/* SPDX-License-Identifier: EUPL-1.2 */
/* Who stands behind a certificate, at a moment: RFC 5280 section 6, RFC 8550 section 4. */
#include "mail/smime_inside.h"

#include "base/err.h"

#include <stdlib.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/x509_vfy.h>

#define SECURITY_LEVEL 2 /* OpenSSL's word for 112 bits: RSA from 2048, no SHA-1 */
#define RSA_MIN 2048
#define EC_MIN 256

struct authorities {
    X509 **certificates;
    size_t n;
    X509_CRL **crls;
    size_t crl_count;
};

struct authorities *authorities_new(const struct pem_blocks *certificates,
                                    const struct pem_blocks *crls)
{
    struct authorities *a = xcalloc(1, sizeof *a);
    a->certificates = xcalloc(certificates->n + 1, sizeof *a->certificates);
    a->crls = xcalloc(crls->n + 1, sizeof *a->crls);
    for (; a->n < certificates->n; a->n++) {
        const unsigned char *p = certificates->v[a->n].der;
        a->certificates[a->n] = d2i_X509(NULL, &p, (long)certificates->v[a->n].n);
    }
    for (; a->crl_count < crls->n; a->crl_count++) {
        const unsigned char *p = crls->v[a->crl_count].der;
        a->crls[a->crl_count] = d2i_X509_CRL(NULL, &p, (long)crls->v[a->crl_count].n);
    }
    return a;
}

void authorities_free(struct authorities *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->n; i++)
        X509_free(a->certificates[i]);
    for (size_t i = 0; i < a->crl_count; i++)
        X509_CRL_free(a->crls[i]);
    free(a->certificates);
    free(a->crls);
    free(a);
}

/* ---- what it must satisfy -------------------------------------------------------------------- */

/* What stands in the file is trusted, be it a root or not. */
X509_STORE *chain_store(const struct authorities *authorities, X509 *alone, int64_t at)
{
    X509_STORE *store = X509_STORE_new();
    if (!store)
        panic("OpenSSL: no store for certificates");
    X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);
    for (size_t i = 0; authorities && i < authorities->n; i++)
        X509_STORE_add_cert(store, authorities->certificates[i]);
    if (!authorities)
        X509_STORE_add_cert(store, alone);
    X509_VERIFY_PARAM_set_time(param, (time_t)at);
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
    return store;
}

/* OpenSSL's level lets EC keys pass from 224 bits, and knows kinds of keys that we do not want. */
static bool is_strong(X509 *certificate)
{
    const EVP_PKEY *key = X509_get0_pubkey(certificate);
    switch (key ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
        return EVP_PKEY_get_bits(key) >= RSA_MIN;
    case EVP_PKEY_EC:
        return EVP_PKEY_get_bits(key) >= EC_MIN;
    case EVP_PKEY_ED25519:
    case EVP_PKEY_ED448:
        return true;
    default: /* one of OpenSSL's numbers, no enum */
        return false;
    }
}

static bool is_strong_throughout(X509_STORE_CTX *context)
{
    STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
    for (int i = 0; i < sk_X509_num(chain); i++)
        if (!is_strong(sk_X509_value(chain, i)))
            return false;
    return true;
}

/* ---- revoked ones ---------------------------------------------------------------------------- */

struct revocation {
    const struct authorities *authorities;
    int64_t at;
    enum signature_crl crl;
};

static void worsen(struct revocation *revocation, enum signature_crl crl)
{
    if (crl > revocation->crl)
        revocation->crl = crl;
}

/* A certificate that was revoked after the mail had come was good when it came.  (OpenSSL no longer
 * knows here in which list it has found it.) */
static bool was_revoked(X509 *certificate, const struct revocation *revocation)
{
    const struct authorities *authorities = revocation->authorities;
    bool found = false;
    for (size_t i = 0; i < authorities->crl_count; i++) {
        X509_REVOKED *entry;
        struct tm tm;
        if (X509_CRL_get0_by_cert(authorities->crls[i], &entry, certificate) != 1)
            continue;
        found = true;
        if (ASN1_TIME_to_tm(X509_REVOKED_get0_revocationDate(entry), &tm) != 1 ||
            (int64_t)timegm(&tm) <= revocation->at)
            return true;
    }
    return !found;
}

/* Not to know whether a certificate was revoked is a state that is told, and no revocation.  All
 * other errors stay what they are. */
static int hear_error(int ok, X509_STORE_CTX *context)
{
    struct revocation *revocation = X509_STORE_CTX_get_app_data(context);
    if (ok)
        return ok;
    switch (X509_STORE_CTX_get_error(context)) {
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
        worsen(revocation, SIGNATURE_CRL_MISSING);
        return 1;
    case X509_V_ERR_CRL_HAS_EXPIRED:
        worsen(revocation, SIGNATURE_CRL_OUT_OF_DATE);
        return 1;
    case X509_V_ERR_CRL_NOT_YET_VALID: /* made after the mail had come */
        return 1;
    case X509_V_ERR_CERT_REVOKED:
        return was_revoked(X509_STORE_CTX_get_current_cert(context), revocation) ? 0 : 1;
    default: /* one of OpenSSL's numbers, no enum */
        return 0;
    }
}

/* ---- the chain ------------------------------------------------------------------------------- */

static const struct {
    int error;
    enum signature_result result;
} errors[] = {
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, SIGNATURE_UNTRUSTED},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, SIGNATURE_UNTRUSTED},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, SIGNATURE_UNTRUSTED},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, SIGNATURE_UNTRUSTED},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, SIGNATURE_UNTRUSTED},
    {X509_V_ERR_CERT_UNTRUSTED, SIGNATURE_UNTRUSTED},
    {X509_V_ERR_CERT_HAS_EXPIRED, SIGNATURE_EXPIRED},
    {X509_V_ERR_CERT_NOT_YET_VALID, SIGNATURE_NOT_YET_VALID},
    {X509_V_ERR_CERT_REVOKED, SIGNATURE_REVOKED},
    {X509_V_ERR_INVALID_PURPOSE, SIGNATURE_WRONG_PURPOSE},
    {X509_V_ERR_EE_KEY_TOO_SMALL, SIGNATURE_WEAK_KEY},
    {X509_V_ERR_CA_KEY_TOO_SMALL, SIGNATURE_WEAK_KEY},
    {X509_V_ERR_CA_MD_TOO_WEAK, SIGNATURE_WEAK_DIGEST},
};

static enum signature_result result_of(int error)
{
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (errors[i].error == error)
            return errors[i].result;
    return SIGNATURE_BAD_CHAIN;
}

static void prepare(X509_STORE_CTX *context, const struct chain_question *question, bool alone,
                    struct revocation *revocation, X509_STORE *store)
{
    bool asks_crls = !alone && question->authorities && question->authorities->crl_count > 0;
    if (X509_STORE_CTX_init(context, store, question->certificate, question->between) != 1 ||
        X509_STORE_CTX_set_default(context, "smime_sign") != 1)
        panic("OpenSSL: a chain cannot be verified");
    X509_STORE_CTX_set_app_data(context, revocation);
    X509_STORE_CTX_set_verify_cb(context, hear_error);
    if (!asks_crls)
        return;
    for (size_t i = 0; i < question->authorities->crl_count; i++)
        X509_STORE_add_crl(store, question->authorities->crls[i]);
    X509_STORE_CTX_set_flags(context, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    revocation->crl = SIGNATURE_CRL_CURRENT;
}

/* Under the authorities, or alone: then whatever does not need an authority is still looked at. */
static void verify(const struct chain_question *question, bool alone,
                   struct chain_finding *finding_r)
{
    struct revocation revocation = {.authorities = question->authorities, .at = question->at};
    X509_STORE *store =
        chain_store(alone ? NULL : question->authorities, question->certificate, question->at);
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    prepare(context, question, alone, &revocation, store);
    bool ok = X509_verify_cert(context) == 1;
    int error = X509_STORE_CTX_get_error(context);
    *finding_r = (struct chain_finding){.crl = revocation.crl};
    if (!ok) {
        finding_r->result = result_of(error);
        finding_r->detail =
            arena_strdup(question->arena, X509_verify_cert_error_string((long)error));
    } else if (!is_strong_throughout(context)) {
        finding_r->result = SIGNATURE_WEAK_KEY;
    }
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
}

void chain_verify(const struct chain_question *question, struct chain_finding *finding_r)
{
    struct chain_finding alone;
    if (question->authorities)
        verify(question, false, finding_r);
    else
        *finding_r = (struct chain_finding){.result = SIGNATURE_UNTRUSTED};
    if (finding_r->result != SIGNATURE_UNTRUSTED)
        return;
    finding_r->crl = SIGNATURE_CRL_NONE; /* there is no authority to ask */
    verify(question, true, &alone);
    if (alone.result != SIGNATURE_GOOD)
        *finding_r = alone;
}
