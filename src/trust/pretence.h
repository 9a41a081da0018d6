/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a mail pretends to be and is not, or what in it could make a person believe more than is
 * known: named, so that whoever decides sees it.  Pure.
 *
 * A pretence never raises trust, rejects nothing and silences nobody; much of it has honest causes.
 * Only a From that programs read in different ways counts as none (pretence_spoils_from()).
 */
#ifndef TRUST_PRETENCE_H
#define TRUST_PRETENCE_H

#include "conf/conf.h"
#include "mail/mail.h"

enum pretence_kind {
    PRETENCE_FAILED,         /* our server says the mail is not of the domain in From */
    PRETENCE_SEVERAL_FROM,   /* more than one From field, or address in it */
    PRETENCE_ODD_FROM,       /* a From that programs read in different ways */
    PRETENCE_GROUP,          /* a group (RFC 6854) in From */
    PRETENCE_HIDDEN,         /* characters nobody sees, in From, Sender or Reply-To */
    PRETENCE_LOOK_ALIKE,     /* an address that looks like a member's */
    PRETENCE_NAME_IS_MEMBER, /* the display name has a member's address, the mail another */
    PRETENCE_NAME_IS_OTHER,  /* ... some other address */
    PRETENCE_NAME_OF_MEMBER, /* the display name is a member's, the address is not */
    PRETENCE_SENDER,         /* Sender is somebody else, from elsewhere */
    PRETENCE_RESENT,         /* somebody else has sent it once more */
    PRETENCE_REPLY_TO,       /* answers are to go elsewhere */
    PRETENCE_FORGED,         /* Authentication-Results in our name that are not ours */
    PRETENCE_MISPLACED,      /* ... below another server's Received */
    PRETENCE_FOREIGN,        /* ... of a server that is none of ours */
    PRETENCE_OTHER_DOMAIN,   /* what passed, passed for another domain */
};

#define PRETENCE_COUNT 16

struct pretence {
    enum pretence_kind kind;
    const char *shown; /* what the mail shows, hidden characters written out; not too long */
    const char *meant; /* what it is beside: the address it really has, the member's address */
};

struct pretences {
    struct pretence *v;
    size_t n;
};

struct authres_finding;

/* address: that of the one From (of what a forwarder hands on, the forwarder's), or NULL. */
void pretence_find(struct arena *arena, const struct mail *mail, const struct conf_body *body,
                   const char *address, const struct authres_finding *finding,
                   struct pretences *pretences_r);

bool pretence_has(const struct pretences *pretences, enum pretence_kind kind);
/* Whether one of them has hardly an honest cause, so that the office hears of the mail even where
 * it is registered. */
bool pretence_alarms(const struct pretences *pretences);

/* Whether From does not say in a way that all programs share who the mail is from. */
bool pretence_spoils_from(const struct mail *mail);
/* Whether it holds a group: listed, but never more, since servers may look at another address. */
bool pretence_is_group(const struct mail *mail);

/* "name-shows-member" */
const char *pretence_to_text(enum pretence_kind kind);
/* English sentences for the log, "; " between them; NULL for none. */
const char *pretence_describe(struct arena *arena, const struct pretences *pretences);
/* A sentence with "{shown}" and "{meant}" in it. */
const char *pretence_fill(struct arena *arena, const char *sentence,
                          const struct pretence *pretence);

/* ---- pretence_from.c ---- */

/* How a From field is written. */
struct from_shape {
    bool odd; /* route, comment or quotes where the address stands, several brackets, a bracket or
               * quote without its end, an encoded address, text behind it */
    bool group;
};

/* Encoded words as they came. */
void from_shape_find(const char *written, struct from_shape *shape_r);

/* Every "a@b.c" in a text, as a person would see one. */
void pretence_find_addresses(struct arena *arena, const char *s, struct texts *addresses);

#endif
