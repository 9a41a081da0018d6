/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Where the password or token of a login comes from: a file, a systemd credential, or a command
 * (password-command, token-command).  A process that may not start commands has a source that
 * lets another one run them.
 */
#ifndef NET_SECRET_H
#define NET_SECRET_H

#include "base/arena.h"
#include "base/err.h"
#include "conf/conf.h"

#include <stdbool.h>

/* Whose command says the secrets of one server. */
struct secret_source {
    /* anew: one that was kept will not do, the server has refused it.  *fresh_r: it is another one
     * than was given the last time. */
    bool (*get)(void *context, bool anew, struct arena *arena, char **secret_r, bool *fresh_r,
                struct err *err_r);
    void *context;
};

/* The secret without its line end; who asked wipes it.  source NULL: a command is run right here.
 * What comes of a file or credential is never fresh: it is what a person has put there. */
bool secret_get(const struct conf_server *server, const struct secret_source *source, bool anew,
                struct arena *arena, char **secret_r, bool *fresh_r, struct err *err_r);

/* Runs the server's command: without a shell, with nothing but PATH in its environment, for at most
 * 30 seconds.  It must end with 0 and have printed exactly one line; each line of its standard
 * error goes to the log. */
bool secret_run_command(const struct conf_server *server, struct arena *arena, char **secret_r,
                        struct err *err_r);

#endif
