/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The supervisor's part in secrets that a command gives: each is run by a short-lived child, which
 * finds the command in the role's own slice of the configuration and hands what it printed straight
 * to that role.  The supervisor itself sees neither command nor secret.
 */
#ifndef DAEMON_SECRET_JOBS_H
#define DAEMON_SECRET_JOBS_H

#include "daemon/channel.h"
#include "daemon/role.h"

#include <stdbool.h>
#include <sys/types.h>

#define SECRET_JOBS_MAX 8 /* at once: a role gone wild starts no more */

struct secret_jobs {
    struct secret_job {
        pid_t pid; /* 0: free */
        enum role role;
        uint64_t ticket;
    } jobs[SECRET_JOBS_MAX];
};

/* channel and slice are the role's.  It gets SECRET or SECRET_DENIED. */
void secret_jobs_start(struct secret_jobs *jobs, enum role role, int slice, struct channel *channel,
                       const struct wire_secret_wanted *wanted);
/* A child has ended.  True: it was one of these and did not answer; *role_r is to be told so. */
bool secret_jobs_end(struct secret_jobs *jobs, pid_t pid, int status, enum role *role_r,
                     struct wire_packet *denied_r);

#endif
