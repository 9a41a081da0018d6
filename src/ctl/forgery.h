/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * doctor --forged-header: one mail with Authentication-Results in the name of the town's own server
 * goes in by the door that strangers use, and what arrives says whether a stranger would be
 * believed.  The only trial that sends a mail; so it is done only where it was asked for.
 */
#ifndef CTL_FORGERY_H
#define CTL_FORGERY_H

#include "ctl/trial.h"

/* To the mailbox's first address, by ctl->mx ("HOST" or "HOST:PORT"; NULL: the first of its
 * own-servers) without a login.  It comes from the body's own address, so that the daemon ignores
 * it as own mail, with the empty envelope sender, so that nobody is told where it is refused. */
void forgery_try(struct ctl *ctl, const struct conf_body *body, const struct conf_mailbox *mailbox,
                 struct findings *findings);

#endif
