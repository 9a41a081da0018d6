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

#include <time.h>

/* What is known of one folder from the visits before; zeroed at first. */
struct folder_memory {
    uint32_t uidvalidity; /* to which all of it belongs */
    bool marked; /* where mails stay in the folder, those settled before have their keyword */
    struct stuck *stuck; /* mails whose fetching ended the link the last time */
    size_t stuck_count;
};

/* What a mailbox's visits know from those before; zeroed at first. */
struct visit_memory {
    struct folder_memory watched;
    struct folder_memory junk;
    time_t junk_next; /* it is looked into, by the monotonic clock */
    int junk_lost;    /* so many times in a row that ended the link */
    bool junk_more;   /* there was more in it than one visit looks at */
    bool no_junk;     /* it cannot be opened */
    bool junk_told;   /* what is wrong with it was said */
};
void visit_forget(struct visit_memory *memory);

struct visit {
    const struct conf_body *body;
    const struct conf_mailbox *conf;
    struct mailbox *mailbox;
    struct visit_memory *memory;
    bool park;  /* false: close at the end (--once) */
    bool whole; /* the folder for junk is due, too */
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
    int crashes;        /* it has to rest because the watch died in so many visits to it */
    int park_fd;        /* -1: to be polled */
    bool stirred;       /* visit again at once */
    size_t fetched;
    bool junk_more;   /* there was more in it than one visit looks at */
    bool no_junk;     /* the folder for junk cannot be looked into */
    size_t left;      /* mails that could not be handled now */
    size_t set_aside; /* of these, those whose fetching ends the link time and again */
};

void visit_run(const struct visit *visit, struct talk *talk, struct visit_report *report_r);

#endif
