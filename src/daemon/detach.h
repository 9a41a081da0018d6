/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * antragd without -f: the process that was started waits until the daemon is ready, a session of
 * its own, and exits with 0; where the daemon ends before that, with its exit code.  What goes
 * wrong until then is seen on the terminal, everything goes to syslog.
 */
#ifndef DAEMON_DETACH_H
#define DAEMON_DETACH_H

#include "base/err.h"

#include <stdbool.h>

struct detached {
    int told;     /* to the process that waits */
    int terminal; /* the standard error of before; -1 once it is let go */
};

/* Returns in the daemon only, its standard error still the terminal. */
bool detach_begin(struct detached *detached_r, struct err *err_r);
/* The configuration is read: the log goes to syslog, standard input and output nowhere. */
bool detach_log(struct detached *detached, struct err *err_r);
/* A syslog daemon that was started anew has a new socket. */
bool detach_log_again(struct err *err_r);
/* Ready: the process that waits is told, the terminal let go.  Harmless to repeat. */
void detach_end(struct detached *detached);

#endif
