/* SPDX-License-Identifier: EUPL-1.2 */
/* Strings as IMAP wants them (RFC 3501, 4.3 and 5.1.3). */
#ifndef IMAP_IMAP_NAME_H
#define IMAP_IMAP_NAME_H

#include "base/arena.h"

#include <stddef.h>
#include <stdint.h>

/* A quoted string; the caller has refused control characters. */
char *imap_name_quote(struct arena *arena, const char *s);
/* A folder's name, UTF-8, in modified UTF-7 and quoted; NULL where it is no UTF-8. */
char *imap_name_folder(struct arena *arena, const char *utf8);
/* Back from modified UTF-7, as a server names it; NULL where it is none, or has control characters.
 * A name that is UTF-8 already (RFC 6855) stays. */
char *imap_name_read_folder(struct arena *arena, const char *name);
/* "3:5,9": only the UIDs that are given, which are sorted.  Begins at *next of them and goes on to
 * max bytes; *next is then where to go on. */
char *imap_name_uids(struct arena *arena, const uint32_t *uids, size_t count, size_t max,
                     size_t *next);
/* Base64 (RFC 4648) of n bytes. */
char *imap_name_base64(struct arena *arena, const void *bytes, size_t n);

#endif
