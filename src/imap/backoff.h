/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * When to try a mailbox again.  Pure.  Lost links: jittered, 5 seconds doubling to 15 minutes.
 * Refused logins: 1, 5, 15 minutes, then hourly (accounts get locked), never sooner.  What a person
 * must put right: 1 minute doubling to 15.  A server's own wish is obeyed, up to a tenth later.
 */
#ifndef IMAP_BACKOFF_H
#define IMAP_BACKOFF_H

#include "imap/mailbox.h"

/* failures in a row, 1 and up; random: any; suggested: seconds or 0.  Gives seconds. */
int backoff_seconds(enum mailbox_result why, int failures, int suggested, uint32_t random);

#endif
