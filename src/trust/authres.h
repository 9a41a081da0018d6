/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Authentication-Results (RFC 8601): what the town's own mail servers found out about the sender.
 *
 * Anybody can write such a field.  One is believed only if it names an authserv-id of the
 * configuration and stands above the first Received that is none of our servers' (sections 5 and
 * 7.1); that the servers remove forged ones is theirs to do, and antragctl doctor tries it.  Of
 * several that speak of one method the topmost counts, since a server writes above what it gets.
 */
#ifndef TRUST_AUTHRES_H
#define TRUST_AUTHRES_H

#include "conf/conf.h"
#include "mail/mail.h"

/* More in one field than any server writes. */
#define AUTHRES_MAX_RESULTS 50

/* ptype.property=value */
struct authres_property {
    const char *name; /* "header.d", lower case */
    const char *value;
};

struct authres_result {
    const char *method; /* "dkim", lower case */
    const char *result; /* "pass", lower case */
    struct authres_property *properties;
    size_t property_count;
};

struct authres {
    const char *authserv_id; /* lower case; NULL: there is none, as Exchange Online writes it */
    struct authres_result *results;
    size_t n;
};

/* A field's value, unfolded.  False where it is none by the RFC's grammar: nothing of it is then to
 * be believed.  "none" gives no results. */
bool authres_parse(struct arena *arena, const char *value, struct authres *authres_r);

struct authres_finding {
    bool authentic; /* DMARC passed for the domain, or DKIM passed and is aligned with it */
    const char
        *evidence; /* every method's result in the believed fields, "mx.town.example:
                    * dkim=pass header.d=spd.example; spf=fail"; NULL: no field is believed */
    /* What speaks against the mail, as it is written; NULL for none. */
    const char *failed;    /* a believed result by which the mail is not of the domain */
    const char *other;     /* a believed pass, but for another domain */
    const char *forged;    /* says that one of our servers found the mail good, where none of them
                            * writes: below From, in an attached message, in the text, under a name
                            * that only looks like ours; or it contradicts what stands above it */
    const char *misplaced; /* ... below the first Received of another server: forged, or our
                            * own-servers are not complete */
    const char *foreign;   /* says so of another server, which is none of ours */
};

/* For the domain of the one From address ("": there is none); ids compare by their letters
 * (trust/lookalike.h), so that one that only looks like ours is a forged one.  mailbox is where the
 * mail lies, for its own-servers; NULL: no longer known. */
void authres_judge(struct arena *arena, const struct mail *mail, const struct conf_body *body,
                   const struct conf_mailbox *mailbox, const char *address,
                   struct authres_finding *finding_r);

#endif
