/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which Received fields (RFC 5321 section 4.4) the town's own servers wrote.  They stand on top;
 * below the one by which a stranger handed the mail in, everything was written by strangers, also a
 * field that claims to be ours.
 */
#ifndef TRUST_CHAIN_H
#define TRUST_CHAIN_H

#include "conf/conf.h"
#include "mail/mail.h"

/* Of mail->hops, how many from the top were written by servers (host names, any case). */
size_t chain_count(const struct mail *mail, const struct texts *servers);

/* The same for judging: servers that write Authentication-Results are ours, too, and where
 * own-servers is not configured the first field is, since our server delivered the mail.  With the
 * profile of Exchange Online its servers are.  mailbox may be NULL. */
size_t chain_own_hops(const struct mail *mail, const struct conf_body *body,
                      const struct conf_mailbox *mailbox);

/* By the body's authres-profile. */
bool chain_is_exchange_online(const struct conf_body *body);

#endif
