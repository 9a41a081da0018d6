/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The control socket (control-socket, else STATE/control), where antragctl asks the daemon.  One
 * JSON object a line each way: {"command": "status"} gives the daemon's process id and how each
 * mailbox is, {"command": "visit"} has all mailboxes visited now; all else is an order of a person
 * (pipeline/ruling.h).  An answer {"error": text, "code": sysexits code} is a refusal.
 *
 * Only root, the daemon's user and the members of control-group are heard; the kernel says who is
 * there, and the login stands in the event of each decision.
 */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include "base/err.h"
#include "base/json.h"
#include "conf/conf.h"

#define CONTROL_SOCKET "control"

/* From antragctl: asks and waits at most so many seconds.  ERR_UNAVAILABLE: no daemon is there, and
 * nothing else is; ERR_PERMISSION: who asks may not.  A refusal fails with its own words. */
bool control_send(const struct conf *conf, const struct json *request, int seconds,
                  struct json **answer_r, struct err *err_r);
/* The same for a command without arguments. */
bool control_ask(const struct conf *conf, const char *command, int seconds, struct json **answer_r,
                 struct err *err_r);

#endif
