/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What an S/MIME signature (RFC 8551) around a mail is worth, as the reader found it: evidence, not
 * a judgement.  The roster is not known here; trust/ joins both.
 */
#ifndef MAIL_SIGNATURE_H
#define MAIL_SIGNATURE_H

#include <stdbool.h>

enum signature_result {
    SIGNATURE_GOOD,           /* all of it, under an authority that is trusted */
    SIGNATURE_UNTRUSTED,      /* whole and sound, but no trusted authority stands behind it: only a
                               * pinned certificate makes it worth something */
    SIGNATURE_OTHER_ADDRESS,  /* the certificate does not have the one From address */
    SIGNATURE_ALTERED,        /* what arrived is not what was signed */
    SIGNATURE_EXPIRED,        /* a certificate was no longer valid when the mail arrived */
    SIGNATURE_NOT_YET_VALID,  /* or not yet */
    SIGNATURE_REVOKED,        /* or was revoked by then */
    SIGNATURE_WRONG_PURPOSE,  /* the certificate is not for signing mail */
    SIGNATURE_WEAK_KEY,       /* RSA below 2048 bits, EC below 256, another kind of key */
    SIGNATURE_WEAK_DIGEST,    /* SHA-1, MD5 and the like, in the mail or between certificates */
    SIGNATURE_BAD_CHAIN,      /* something else is wrong between the certificates */
    SIGNATURE_NO_CERTIFICATE, /* the signer's is not in the mail */
    SIGNATURE_NO_SIGNER,      /* certificates, and nobody who signs */
    SIGNATURE_EMPTY,          /* nothing is signed */
    SIGNATURE_PARTLY,         /* a part is signed, or a message within, but not the mail */
    SIGNATURE_MALFORMED,      /* no S/MIME as RFC 8551 has it */
};
#define SIGNATURE_RESULT_COUNT 16

/* What is known about revoked certificates. */
enum signature_crl {
    SIGNATURE_CRL_NONE,        /* no crl-file, or it was not asked */
    SIGNATURE_CRL_CURRENT,     /* every authority's list was good when the mail arrived */
    SIGNATURE_CRL_MISSING,     /* an authority has no list in the file */
    SIGNATURE_CRL_OUT_OF_DATE, /* a list should have been renewed by then; what it names counts */
};

struct mail_signature {
    enum signature_result result;
    enum signature_crl crl;
    const char *signer;      /* who the certificate is for, in words; NULL: there is none */
    const char *address;     /* its address that From has, else its first one; NULL: it has none */
    const char *issuer;      /* who has issued it, in words */
    const char *fingerprint; /* SHA-256 of it, 64 hexadecimal digits; NULL too where one of several
                              * signers is untrusted: then no pin helps */
    const char *signed_at;   /* when the signer says it was, RFC 3339; NULL: does not say */
    const char *detail;      /* the finding in more words, or NULL */
};

const char *signature_result_to_text(enum signature_result result);
bool signature_result_from_text(const char *s, enum signature_result *result_r);
const char *signature_crl_to_text(enum signature_crl crl);
bool signature_crl_from_text(const char *s, enum signature_crl *crl_r);

#endif
