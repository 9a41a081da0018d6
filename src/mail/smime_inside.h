/* SPDX-License-Identifier: EUPL-1.2 */
/* What smime.c (a signature), smime_chain.c (who stands behind a certificate) and smime_name.c
 * (whose it is) share. */
#ifndef MAIL_SMIME_INSIDE_H
#define MAIL_SMIME_INSIDE_H

#include "base/text.h"
#include "mail/smime.h"

#include <openssl/cms.h>
#include <openssl/x509.h>

/* ---- smime_chain.c ---- */

struct chain_question {
    struct arena *arena;
    X509 *certificate;
    STACK_OF(X509) * between;              /* that may lead to an authority; may be NULL */
    const struct authorities *authorities; /* may be NULL */
    int64_t at;
};

struct chain_finding {
    enum signature_result result; /* SIGNATURE_UNTRUSTED: nothing else is wrong */
    enum signature_crl crl;
    const char *detail; /* or NULL */
};

void chain_verify(const struct chain_question *question, struct chain_finding *finding_r);

/* Of the authorities; NULL: of the one certificate, which then stands for itself.  For mail that
 * was signed, at that moment. */
X509_STORE *chain_store(const struct authorities *authorities, X509 *alone, int64_t at);

/* ---- smime_name.c ---- */

/* The common name, or what there is. */
const char *certificate_name(struct arena *arena, const X509_NAME *name);
/* All mail addresses it was issued for; those that are not plain are left out. */
void certificate_addresses(struct arena *arena, X509 *certificate, struct texts *addresses_r);
/* When the signer says it was, RFC 3339 in UTC, or NULL. */
const char *signer_time(struct arena *arena, const CMS_SignerInfo *signer);
/* The name of a digest that is too weak, or NULL. */
const char *signer_weak_digest(CMS_SignerInfo *signer);
/* Whether what it signs says, once, that it is of this type; without attributes nothing says so,
 * and nothing need (RFC 5652 section 5.3). */
bool signer_names_type(CMS_SignerInfo *signer, const ASN1_OBJECT *type);

#endif
