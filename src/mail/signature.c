/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/signature.h"

#include "base/text.h"

static const char *const result_words[SIGNATURE_RESULT_COUNT] = {
    [SIGNATURE_GOOD] = "good",
    [SIGNATURE_UNTRUSTED] = "untrusted",
    [SIGNATURE_OTHER_ADDRESS] = "other-address",
    [SIGNATURE_ALTERED] = "altered",
    [SIGNATURE_EXPIRED] = "expired",
    [SIGNATURE_NOT_YET_VALID] = "not-yet-valid",
    [SIGNATURE_REVOKED] = "revoked",
    [SIGNATURE_WRONG_PURPOSE] = "wrong-purpose",
    [SIGNATURE_WEAK_KEY] = "weak-key",
    [SIGNATURE_WEAK_DIGEST] = "weak-digest",
    [SIGNATURE_BAD_CHAIN] = "bad-chain",
    [SIGNATURE_NO_CERTIFICATE] = "no-certificate",
    [SIGNATURE_NO_SIGNER] = "no-signer",
    [SIGNATURE_EMPTY] = "empty",
    [SIGNATURE_PARTLY] = "partly",
    [SIGNATURE_MALFORMED] = "malformed",
};

static const char *const crl_words[] = {
    [SIGNATURE_CRL_NONE] = "none",
    [SIGNATURE_CRL_CURRENT] = "current",
    [SIGNATURE_CRL_MISSING] = "missing",
    [SIGNATURE_CRL_OUT_OF_DATE] = "out-of-date",
};

const char *signature_result_to_text(enum signature_result result)
{
    return result_words[result];
}

bool signature_result_from_text(const char *s, enum signature_result *result_r)
{
    size_t i;
    if (!text_find_word(result_words, sizeof result_words / sizeof *result_words, s, &i))
        return false;
    *result_r = (enum signature_result)i;
    return true;
}

const char *signature_crl_to_text(enum signature_crl crl)
{
    return crl_words[crl];
}

bool signature_crl_from_text(const char *s, enum signature_crl *crl_r)
{
    size_t i;
    if (!text_find_word(crl_words, sizeof crl_words / sizeof *crl_words, s, &i))
        return false;
    *crl_r = (enum signature_crl)i;
    return true;
}
