/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Trying things out for doctor and setup: each trial ends in findings that say in words what is so,
 * and where something is wrong, what to do.  Mailboxes are only looked at (EXAMINE), no mail is
 * sent.
 */
#ifndef CTL_TRIAL_H
#define CTL_TRIAL_H

#include "ctl/ctl.h"
#include "imap/mailbox.h"

enum finding_state {
    FINDING_OK,
    FINDING_NOTE,   /* works, but somebody may want to know */
    FINDING_BROKEN, /* does not work */
};

struct finding {
    const char *subject; /* "mailbox bedburg-hau/rathaus" */
    enum finding_state state;
    const char *text;
    const char *advice; /* what to do, or NULL */
};

struct findings {
    struct finding *v;
    size_t n;
    bool broken; /* one of them is */
};

const char *finding_state_to_text(enum finding_state state);
void findings_add(struct ctl *ctl, struct findings *findings, const char *subject,
                  enum finding_state state, const char *text, const char *advice);
void findings_print(struct ctl *ctl, const struct findings *findings);

/* TLS, login, folder, what the server offers, folders that the configuration names; what waits in
 * the mailbox (all that the registry does not have yet, all of it where there is none) and how much
 * of that is from members. */
void trial_mailbox(struct ctl *ctl, const struct conf_body *body,
                   const struct conf_mailbox *mailbox, struct findings *findings);
/* TLS, EHLO, AUTH, RSET, QUIT. */
void trial_submission(struct ctl *ctl, const char *subject, const struct conf_server *server,
                      struct findings *findings);
/* What of trusted-ca, crl-file and the members' certificates ends soon. */
void trial_smime(struct ctl *ctl, const struct conf_body *body, struct findings *findings);

#endif
