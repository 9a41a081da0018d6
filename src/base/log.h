/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The log: one event a line in logfmt, "role=clerk event=registered id=m12 number=A/2026/0001".
 * Goes to standard error: with the "<6>" prefixes of sd-daemon(3) where journald reads it, as
 * syslog(3) does where it is a datagram socket (connected to /dev/log), so that a role in a sandbox
 * needs nothing more.
 * Values with blanks, quotes or control characters are quoted and escaped here, so that nothing
 * from a mail can forge a line.  Personal data (addresses, subjects, names) only at LOG_DEBUG; what
 * is an address by its looks, in a server's words for instance, is masked below that level.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>

enum log_level { LOG_ERROR = 3, LOG_WARN = 4, LOG_INFO = 6, LOG_DEBUG = 7 };

/* role stands in every line; level is the least urgent one that is written. */
void log_open(const char *role, enum log_level level);

/* Key and value strings in turns, then NULL; a value NULL leaves its pair out. */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

/* For panic() and fatal(): an event with "text" where the log is open, otherwise, in a command that
 * a human called, "program: text". */
void log_failure(const char *event, const char *text);

/* log_failure() says it there, too, in plain words: a terminal from which we are about to be
 * detached.  -1: no more. */
void log_also_to(int fd);

/* A number as text for log_event, good for the next 16 calls of this thread. */
const char *log_int(int64_t value);

#endif
