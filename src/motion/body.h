/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A mail's body is more than the letter in it: a signature below "-- " (RFC 3676 section 4.3),
 * quoted lines, the thread that it answers or forwards.
 */
#ifndef MOTION_BODY_H
#define MOTION_BODY_H

#include "base/arena.h"
#include "mail/mail.h"
#include "motion/trace.h"

#include <stdbool.h>

/* What the sender wrote, traced.  quotes: the mail says that it answers or forwards, so header
 * fields at its very beginning are the old mail's; otherwise they are a letterhead's. */
char *body_own_text(struct trace *trace, const char *text, bool quotes);
/* Whether the mail says so, in its subject or by In-Reply-To. */
bool body_may_begin_quoted(const struct mail *mail);
/* What the sender hands on, traced, without the old headers and one level of quoting marks; NULL if
 * nothing is handed on.  What was handed on before is found in it by the same function.  forwards:
 * the mail says so, or it was handed on itself; otherwise only a line that says "weitergeleitet"
 * counts. */
char *body_forwarded_text(struct trace *trace, const char *text, bool forwards);
/* Whether the sender says that what stands below is handed on. */
bool body_hands_on(struct arena *arena, const struct mail *mail);
/* Whether the subject is one of an answer. */
bool body_is_answer(const char *subject);
bool body_is_forward(const char *subject);

/* Adds the message that the mail's text hands on ("-----Weitergeleitete Nachricht-----", "Von:
 * ..."), where none is attached. */
void body_find_forward(struct arena *arena, struct mail *mail);

#endif
