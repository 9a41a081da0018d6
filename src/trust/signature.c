/* SPDX-License-Identifier: EUPL-1.2 */
#include "trust/signature.h"

#include "mail/address.h"

#include <string.h>

#define MAX_NAME 120 /* bytes of a name that are shown */

/* Why it counts for nothing. */
static const char *const reasons[SIGNATURE_RESULT_COUNT] = {
    [SIGNATURE_GOOD] = "it is another member's",
    [SIGNATURE_UNTRUSTED] = "no trusted authority stands behind the certificate",
    [SIGNATURE_OTHER_ADDRESS] = "the certificate is not for the From address",
    [SIGNATURE_ALTERED] = "the mail was altered after it was signed",
    [SIGNATURE_EXPIRED] = "a certificate had expired when the mail arrived",
    [SIGNATURE_NOT_YET_VALID] = "a certificate was not yet valid when the mail arrived",
    [SIGNATURE_REVOKED] = "the certificate had been revoked when the mail arrived",
    [SIGNATURE_WRONG_PURPOSE] = "the certificate is not for signing mail",
    [SIGNATURE_WEAK_KEY] = "a key is too weak",
    [SIGNATURE_WEAK_DIGEST] = "a digest is too weak",
    [SIGNATURE_BAD_CHAIN] = "the certificates do not lead to a trusted authority",
    [SIGNATURE_NO_CERTIFICATE] = "the signer's certificate is not in the mail",
    [SIGNATURE_NO_SIGNER] = "nobody has signed",
    [SIGNATURE_EMPTY] = "nothing is signed",
    [SIGNATURE_PARTLY] = "only a part of the mail is signed",
    [SIGNATURE_MALFORMED] = "it is no S/MIME",
};

static const char *const crls[] = {
    [SIGNATURE_CRL_NONE] = "",
    [SIGNATURE_CRL_CURRENT] = ", and is not revoked",
    [SIGNATURE_CRL_MISSING] =
        ", of which is not known whether it is revoked: an authority has no list in crl-file",
    [SIGNATURE_CRL_OUT_OF_DATE] =
        ", of which is not known whether it is revoked: the list in crl-file is out of date",
};

/* All parts with a text are signed. */
static bool is_in_text(const struct mail *mail, const char *s)
{
    if (strstr(mail->text, s) != NULL)
        return true;
    for (size_t i = 0; i < mail->part_count; i++)
        if (mail->parts[i].content != NULL && strstr(mail->parts[i].content, s) != NULL)
            return true;
    return false;
}

/* A wish for a motion whose number no signed word names.  One that is not clear changes nothing by
 * itself: any letter has words that may be one. */
static bool takes_wish_from_header(const struct reading *reading)
{
    const struct wish *wish = &reading->wish;

    if (wish->kind == WISH_NONE || !wish->clear)
        return false;
    for (size_t i = 0; i < wish->numbers.n; i++)
        if (is_in_text(reading->mail, wish->numbers.v[i]))
            return false;
    return true;
}

/* A value of a motion that stands in the Subject, and nowhere else. */
static bool is_in_subject_only(struct arena *arena, const struct mail *mail,
                               const struct found *found)
{
    if (!text_equal(found->part, FOUND_IN_SUBJECT) || mail->subject == NULL)
        return false;
    return found->end <= found->begin ||
           !is_in_text(
               mail, arena_strndup(arena, mail->subject + found->begin, found->end - found->begin));
}

/* Headers are not signed.  Whoever has an old signed mail can give it a new Subject, or let it
 * reply to another motion. */
static bool takes_from_header(struct arena *arena, const struct reading *reading)
{
    if (takes_wish_from_header(reading))
        return true;
    for (size_t i = 0; i < reading->motions.n; i++) {
        const struct motion *motion = &reading->motions.v[i];

        for (size_t k = 0; k < motion->found_count; k++)
            if (is_in_subject_only(arena, reading->mail, &motion->found[k]))
                return true;
    }
    return false;
}

static bool is_pinned(const struct mail_signature *signature, const struct conf_member *member)
{
    return signature->fingerprint != NULL &&
           texts_has(&member->fingerprints, signature->fingerprint);
}

/* Anybody can put words of ours into the name in a certificate: between quotes they are seen to be
 * a name. */
static const char *quote(struct arena *arena, const char *name)
{
    struct text text;
    size_t n = strnlen(name, MAX_NAME);

    text_init(&text, arena);
    text_add_char(&text, '"');
    while (!text_is_utf8(name, n))
        n--;
    for (size_t i = 0; i < n; i++)
        text_add_char(&text, name[i] == '"' ? '\'' : name[i]);
    text_add(&text, name[n] == '\0' ? "\"" : "…\"");
    return text.s;
}

static const char *deny(struct arena *arena, const struct mail_signature *signature,
                        const char *why)
{
    return arena_printf(arena, "its S/MIME signature%s%s counts for nothing: %s%s%s%s",
                        signature->signer != NULL ? " by " : "",
                        signature->signer != NULL ? quote(arena, signature->signer) : "", why,
                        signature->detail != NULL ? " (" : "",
                        signature->detail != NULL ? signature->detail : "",
                        signature->detail != NULL ? ")" : "");
}

static const char *name_signer(struct arena *arena, const struct mail_signature *signature,
                               bool pinned)
{
    return arena_printf(
        arena, "signed by %s with a certificate of %s%s%s%s", quote(arena, signature->signer),
        quote(arena, signature->issuer), pinned ? ", which is the one on file for the member" : "",
        crls[signature->crl],
        signature->signed_at != NULL
            ? arena_printf(arena, ", as the signer says at %s", signature->signed_at)
            : "");
}

bool signature_proves(struct arena *arena, const struct reading *reading,
                      const struct conf_member *member, const char *address, const char **words_r)
{
    const struct mail_signature *signature = reading->mail->signature;
    bool pinned, good, outside;

    *words_r = NULL;
    if (signature == NULL)
        return false;
    pinned = signature->result == SIGNATURE_UNTRUSTED && is_pinned(signature, member);
    good = (pinned || signature->result == SIGNATURE_GOOD) && signature->signer != NULL &&
           signature->issuer != NULL && signature->address != NULL &&
           address_is_same_mailbox(signature->address, address);
    outside = good && takes_from_header(arena, reading);
    if (!good)
        *words_r = deny(arena, signature, reasons[signature->result]);
    else if (outside)
        *words_r = deny(arena, signature,
                        "what is asked for stands in the header only, which is not signed");
    else
        *words_r = name_signer(arena, signature, pinned);
    return good && !outside;
}
