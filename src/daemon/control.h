/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The control socket: STATE/control, where antragctl asks the daemon.  One JSON object a line each
 * way:
 * {"command": "status"} gives the daemon's process id and how each mailbox is, {"command": "visit"}
 * has all mailboxes visited now.  Only root and the daemon's user are heard.
 */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include "base/err.h"
#include "base/json.h"

#define CONTROL_SOCKET "control"

/* From antragctl: asks and waits at most so many seconds.  No daemon there: ERR_UNAVAILABLE. */
bool control_ask(const char *state_directory, const char *command, int seconds,
                 struct json **answer_r, struct err *err_r);

#endif
