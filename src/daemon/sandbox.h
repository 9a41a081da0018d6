/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The sandbox: what each role may ask of the kernel (seccomp).  The policy of all roles stands on
 * one page in sandbox.c.  A call that is not listed kills the process; the supervisor starts the
 * role again and the log says so.
 */
#ifndef DAEMON_SANDBOX_H
#define DAEMON_SANDBOX_H

#include "base/err.h"
#include "daemon/role.h"

enum sandbox {
    SANDBOX_CLERK,
    SANDBOX_WATCH,
    SANDBOX_WATCH_FOLDERS, /* some mailbox is a directory: its files are renamed */
    SANDBOX_READER,        /* the zygote: may fork */
    SANDBOX_READER_JOB,    /* one child of it: may not even that */
    SANDBOX_SEND,
    SANDBOX_SEND_FOLDERS, /* some submission is a directory: files are written */
};

/* For this process and all its threads to come; there is no way back.  In a build with sanitizers
 * it does nothing. */
bool sandbox_enter(enum sandbox sandbox, struct err *err_r);

/* Limits of one job of the reader: memory, processor seconds, descriptors, no core. */
bool sandbox_limit_job(struct err *err_r);

/* Seconds after which a job that does not end is killed. */
#define SANDBOX_JOB_SECONDS 30

#endif
