/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The supervisor: starts the roles, hands each its slice of the configuration and its sockets,
 * starts again what dies, stops all.  It has no sandbox (filters pass through exec to the roles)
 * and parses neither mail nor network bytes; the configuration is parsed in a short-lived child.
 */
#ifndef DAEMON_SUPERVISOR_H
#define DAEMON_SUPERVISOR_H

#include "base/log.h"

#include <stdbool.h>

struct supervisor_options {
    const char *conf_path;
    bool once;
    bool foreground; /* else it detaches when it is ready, and logs to syslog */
    enum log_level log_level;
};

/* Runs until SIGTERM, SIGINT, or --once is done.  Gives the exit code. */
int supervisor_run(const struct supervisor_options *options);

#endif
