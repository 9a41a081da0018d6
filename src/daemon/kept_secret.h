/* SPDX-License-Identifier: EUPL-1.2 */
/* A role's part in secrets that a command gives: asks the supervisor, and keeps the answer until
 * the server refuses it. */
#ifndef DAEMON_KEPT_SECRET_H
#define DAEMON_KEPT_SECRET_H

#include "daemon/wire.h"
#include "net/secret.h"

#include <stdbool.h>

#define KEPT_SECRET_SECONDS 40 /* the command has 30 */

struct kept_secret {
    const char *body;
    const char *mailbox; /* "": the submission */
    /* Sends the question and waits for its answer; false: nobody answers. */
    bool (*ask)(void *role, struct wire_packet *question, struct arena *arena,
                struct wire_packet *answer_r);
    void *role;
    char *word; /* NULL: none yet */
    struct secret_source source;
};

/* Its body, mailbox, ask and role are set; it must not move afterwards. */
void kept_secret_init(struct kept_secret *kept);
void kept_secret_forget(struct kept_secret *kept);

#endif
