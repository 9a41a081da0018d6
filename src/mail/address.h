/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Mail addresses (RFC 5321 section 4.1.2 addr-spec, ASCII or SMTPUTF8).  Compared as addresses: the
 * whole of it without case, as the contract says, and a domain's A-labels (RFC 5890) as the letters
 * they stand for.  A letter beyond ASCII never equals one within, as the long s does an
 * "s" without case: that would be another's domain.
 */
#ifndef MAIL_ADDRESS_H
#define MAIL_ADDRESS_H

#include "base/text.h"

#include <stdbool.h>

bool address_equal(const char *a, const char *b);
bool address_is_among(const struct texts *addresses, const char *address);
/* The same as certificates compare them (RFC 5280 section 7.5): the local part exactly, the domain
 * without case. */
bool address_is_same_mailbox(const char *a, const char *b);
/* One plain addr-spec that may stand in an SMTP command: no controls, blanks, brackets, quotes;
 * exactly one "@", both sides non-empty, at most 254 bytes. */
bool address_is_plain(const char *s);
/* "Name <a@b>" or "a@b" as people write it in a configuration; false if it is neither. */
bool address_split(struct arena *arena, const char *s, const char **name_r, const char **address_r);
/* The same with the domain's A-labels as letters; those that stand for nothing stay. */
const char *address_readable(struct arena *arena, const char *address);
const char *address_domain(const char *address); /* behind the "@", or "" */

#endif
