/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Guards against the traps of libetpan 1.9.4 and of servers that lie.  What is guarded elsewhere:
 * own TLS, no select(), byte budget and deadline (net/stream.c); own greeting, STARTTLS, login and
 * IDLE lines, so that nothing before TLS reaches libetpan's parser (imap_session.c, imap_auth.c,
 * imap_park.c); UID, presence and size of what is fetched (imap_visit.c).
 */
#ifndef IMAP_IMAP_GUARD_H
#define IMAP_IMAP_GUARD_H

#include "base/err.h"

#include <libetpan/libetpan.h>
#include <stdbool.h>
#include <stdint.h>

/* A server may answer CAPABILITY with an empty list or not at all; libetpan's own mailimap_has_*()
 * read through NULL then. */
bool imap_guard_has(const mailimap *session, const char *capability);

/* APPENDLIMIT=N (RFC 7889), bytes; 0: the server tells none. */
uint32_t imap_guard_append_limit(const mailimap *session);

/* libetpan sends arguments as they are: a line end in one would be a command of its own.  what
 * stands in the error. */
bool imap_guard_argument(const char *value, const char *what, struct err *err_r);

/* mailimap_free() on an open stream sends LOGOUT and waits: takes the stream away first. */
void imap_guard_free(mailimap *session);

/* One command and its answer, as mailimap_custom_command(), which puts a blank before the line end
 * that strict servers refuse: MAILIMAP_NO_ERROR for OK, MAILIMAP_ERROR_CUSTOM_COMMAND for NO, else
 * the link is of no more use. */
int imap_guard_run(mailimap *session, const char *command);

/* The keyword may be set: PERMANENTFLAGS holds it or \*. */
bool imap_guard_allows_keyword(const mailimap *session, const char *keyword);

/* INTERNALDATE as a moment; false where it is no date. */
bool imap_guard_date(const struct mailimap_date_time *date, int64_t *moment_r);

/* "Suggested Backoff Time: 299961 milliseconds" (Exchange): seconds, rounded up, at most a day; 0
 * where the text has none. */
int imap_guard_suggested_wait(const char *text);

/* What a server's refusal means, by its response code (RFC 5530, 9051). */
enum imap_refusal {
    IMAP_REFUSAL_PLAIN,  /* none of the following */
    IMAP_REFUSAL_LOGIN,  /* this login will not do */
    IMAP_REFUSAL_PASSES, /* the server's own trouble, later may be better */
};
/* text: what follows the tag, "NO [UNAVAILABLE] ..." or only from the bracket on. */
enum imap_refusal imap_guard_refusal(const char *text);

#endif
