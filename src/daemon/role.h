/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The roles of antragd: one process each, re-executed ("antragd -x ROLE"), so that each has its own
 * address space, its own slice of the configuration and its own sandbox.  Descriptor 3 of a role is
 * its socket to the supervisor; its first packet is START, peers follow as PEER.
 *
 * A role's main function returns its exit code: 0 after STOP; 69, 73, 75, 77, 78 where it cannot
 * run at all (before READY, the supervisor then stops with the same code); anything else, and any
 * signal, has it started again.
 */
#ifndef DAEMON_ROLE_H
#define DAEMON_ROLE_H

#include "base/arena.h"
#include "base/log.h"
#include "conf/conf.h"
#include "daemon/wire.h"

#include <stdbool.h>

enum role {
    ROLE_SUPERVISOR, /* starts the others; parses neither mail nor network bytes */
    ROLE_CLERK,      /* registry and decisions; no network */
    ROLE_WATCH,      /* IMAP network and logins; no registry */
    ROLE_READER,     /* hostile bytes; no files, no network */
    ROLE_SEND,       /* SMTP network and logins; no registry */
    ROLE_COUNT,
};

#define ROLE_SUPERVISOR_FD 3
#define ROLE_TERMINAL_FD 4 /* where START says so, until READY: for what goes wrong */

const char *role_to_text(enum role role);
bool role_from_text(const char *s, enum role *role_r);

/* What START brings. */
struct role_start {
    const struct conf *conf;
    bool once;
    enum log_level log_level;
};

/* Waits for START and reads its slice; opens the log. */
bool role_receive_start(enum role role, struct arena *arena, struct role_start *start_r,
                        struct err *err_r);

/* A role's slice of the configuration. */
bool role_parse_slice(int fd, struct arena *arena, const struct conf **conf_r, struct err *err_r);

/* Tells the supervisor; a supervisor that is gone is noticed elsewhere. */
void role_tell_supervisor(const struct wire_packet *packet);

/* Tells the supervisor that the role can do its work; a terminal is let go. */
void role_say_ready(void);

/* The answer to PING, where there is nothing to say. */
void role_pong(uint64_t number);

int clerk_main(const struct role_start *start);
int watch_main(const struct role_start *start);
int reader_main(const struct role_start *start);
int send_main(const struct role_start *start);

#endif
