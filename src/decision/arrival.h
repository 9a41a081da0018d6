/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * When a mail entered the town: the lowest Received in the unbroken chain of own-servers counted
 * from the top, else INTERNALDATE.  Pure.
 */
#ifndef DECISION_ARRIVAL_H
#define DECISION_ARRIVAL_H

#include "conf/conf.h"
#include "mail/mail.h"

struct arrival {
    int64_t at;
    const char *basis;    /* the host whose Received counts, or "INTERNALDATE" */
    const char *evidence; /* why a person says that it came at another time, or NULL */
};

/* mail may be NULL (unreadable), and mailbox, where the configuration has it no longer:
 * INTERNALDATE then. */
void arrival_find(struct arena *arena, const struct mail *mail, const struct conf_mailbox *mailbox,
                  int64_t internaldate, struct arrival *arrival_r);

#endif
