/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who says so: from a reading and the roster to a verdict.  Pure.
 */
#ifndef TRUST_TRUST_H
#define TRUST_TRUST_H

#include "conf/conf.h"
#include "motion/reading.h"
#include "trust/pretence.h"

struct verdict {
    enum trust_level level;
    const struct conf_faction *faction; /* the sender's own, or NULL */
    const struct conf_member *member;   /* the sender, or NULL */
    const char *address; /* of the one From, or NULL where there is not exactly one; of a mail that
                          * a forwarder hands on, the inner one */
    const char *forwarder; /* the listed forwarder whose word it is that the mail is address's, or
                            * NULL */
    const struct mail_forward *forward; /* what was handed on, where forwarder is */
    bool confirmed; /* the town's mail servers confirm who handed the mail in, on the roster or not
                     */
    const char *evidence; /* what the town's mail servers say of the sender (authres.h), or NULL */
    const struct mail_signature *signature; /* what was found of one, be it worth something or not;
                                             * NULL: there is none */
    const char *signature_words;            /* the same in English, or NULL */
    struct pretences pretences;             /* what could mislead a person, for whoever decides */
    const char *reason;                     /* a sentence in English for the log and explain */
};

/* The roster as of the day of arrival.  Only an addr-spec counts, never a display name; not exactly
 * one From address is TRUST_UNKNOWN.  mailbox: where the mail lies, or NULL. */
void trust_judge(struct arena *arena, const struct reading *reading, const struct conf_body *body,
                 const struct conf_mailbox *mailbox, struct day arrival, struct verdict *verdict_r);

/* What stands behind the reason of whatever is decided, in English: who has signed, or why that
 * counts for nothing, and what could mislead; NULL for nothing. */
const char *trust_remarks(struct arena *arena, const struct verdict *verdict);

/* What a listed forwarder hands on: the one message in a mail whose one From is a forwarder and no
 * member, where that has one plain From; else NULL. */
const struct mail_forward *trust_find_forward(const struct mail *mail,
                                              const struct conf_body *body);

/* Who has sent it, for comparing: the member's first address where one of the roster's addresses is
 * the only From (of what a forwarder hands on), else all of From; case folded, NULL for none. */
const char *trust_sender_key(struct arena *arena, const struct mail *mail,
                             const struct conf_body *body);
/* All that may have been its key, by whatever roster: that one first, then the member's further
 * addresses.  None where it has none. */
void trust_sender_keys(struct arena *arena, const struct mail *mail, const struct conf_body *body,
                       struct texts *keys_r);

/* The body's faction a letter's label means (title, name or alias, without "Fraktion" and its
 * compounds), or NULL. */
const struct conf_faction *trust_find_faction(const struct conf_body *body, const char *label);

/* A sum over who is on the roster, and when: 64 hexadecimal digits. */
const char *trust_digest_roster(struct arena *arena, const struct conf_body *body);

/* Whether the member is on the roster on that day. */
bool trust_member_is_active(const struct conf_member *member, struct day day);

bool trust_member_has_address(const struct conf_member *member, const char *address);

/* Of the body itself: its sender, one of its mailboxes, or the list that its confirmations come
 * back by. */
bool trust_is_own_address(const struct conf_body *body, const char *address);

#endif
