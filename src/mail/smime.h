/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Verifying S/MIME signatures with OpenSSL's CMS: RFC 8551, 8550, 5652, 5280.  Nothing that OpenSSL
 * checks is turned off; what the RFCs leave open is decided strictly:
 *
 *   - one signer, or all of them good
 *   - the signer's certificate has the From address as an rfc822Name or a SmtpUTF8Mailbox
 *     (RFC 9598); only one that has neither may have it as an emailAddress in its subject (RFC 8550
 *     section 3); the local part exactly, the domain without case (RFC 5280 section 7.5); a common
 *     name counts for nothing
 *   - the signed attributes name the type of what is signed (RFC 5652 section 5.3), which OpenSSL
 *     does not compare
 *   - for signing mail: extended key usage and key usage, where there are any (RFC 8550
 *     section 4.4)
 *   - keys and digests of 112 bits and more: RSA from 2048, EC from 256 bits, no SHA-1 or MD5
 *   - valid when the mail arrived; what the signer says about the time is only kept
 *   - certificates in the mail lead to an authority, and are none; lists of revoked ones in the
 *     mail are not looked at
 */
#ifndef MAIL_SMIME_H
#define MAIL_SMIME_H

#include "base/pem.h"
#include "mail/signature.h"

/* Whom a body trusts, ready for use: opened before a process is locked. */
struct authorities;

/* Of trusted-ca and crl-file; each may be empty. */
struct authorities *authorities_new(const struct pem_blocks *certificates,
                                    const struct pem_blocks *crls);
void authorities_free(struct authorities *authorities);

/* A signature and what it is about. */
struct smime {
    const char *cms; /* DER */
    size_t cms_n;
    bool detached;       /* the content stands beside it, not in it */
    const char *content; /* where it is detached: line ends CR LF */
    size_t content_n;
};

/* from: the one From address, or NULL where there is not exactly one.  authorities may be NULL:
 * then nobody is trusted.  at: when the mail arrived.  What is found lives in the arena. */
void smime_verify(struct arena *arena, const struct smime *smime, const char *from,
                  const struct authorities *authorities, int64_t at,
                  struct mail_signature *signature_r);

#endif
