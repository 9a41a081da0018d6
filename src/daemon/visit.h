/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One visit to one mailbox, in a worker thread: compare its UIDs with the registry, fetch what is
 * new in batches, hand it to the clerk, move what the clerk has settled, and again until nothing is
 * new; then park.
 */
#ifndef DAEMON_VISIT_H
#define DAEMON_VISIT_H

#include "conf/conf.h"
#include "daemon/bridge.h"
#include "imap/mailbox.h"

struct visit {
    const struct conf_body *body;
    const struct conf_mailbox *conf;
    struct mailbox *mailbox;
    bool park; /* false: close at the end (--once) */
};

enum visit_end {
    VISIT_DONE,
    VISIT_FAILED,     /* why and err of the report say how */
    VISIT_CLERK_GONE, /* not the mailbox's fault */
};

struct visit_report {
    enum visit_end end;
    enum mailbox_result why;
    struct err err;
    int suggested_wait; /* seconds, or 0 */
    int park_fd;        /* -1: to be polled */
    bool stirred;       /* visit again at once */
    size_t fetched;
    size_t left; /* mails that could not be handled now */
};

void visit_run(const struct visit *visit, struct talk *talk, struct visit_report *report_r);

#endif
