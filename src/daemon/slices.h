/* SPDX-License-Identifier: EUPL-1.2 */
/* The configuration, parsed and checked in a child of its own and cut into one slice a role. */
#ifndef DAEMON_SLICES_H
#define DAEMON_SLICES_H

#include "base/err.h"
#include "daemon/role.h"

struct slices {
    int fds[ROLE_COUNT]; /* sealed memfds, for conf_parse_slice(); -1: none */
};

/* Mistakes go to standard error, a line each.  False: err_r says how it ended, nothing is changed.
 */
bool slices_load(const char *conf_path, struct slices *slices, struct err *err_r);
void slices_close(struct slices *slices);

/* Prints mistakes, for antragd -n too. */
bool slices_read_conf(const char *conf_path, struct arena *arena, const struct conf **conf_r,
                      struct err *err_r);

#endif
