/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The other direction: one text mail as bytes, valid under RFC 5322, 2045 and 2047.  Lines end in
 * CRLF, header lines are folded at 78, the body is quoted-printable where 7bit does not do. Control
 * characters in values become blanks, so that nothing foreign ever starts a header.
 */
#ifndef MAIL_COMPOSE_H
#define MAIL_COMPOSE_H

#include "base/arena.h"

#include <stddef.h>
#include <stdint.h>

struct compose_header {
    const char *name;
    const char *value; /* ASCII, verbatim apart from folding; NULL: left out */
};

struct compose {
    const char *from_name; /* UTF-8 or NULL */
    const char *from_address;
    const char *to_name;
    const char *to_address;
    const char *subject;                /* UTF-8 */
    const char *message_id;             /* without < > */
    int64_t date;                       /* moment, written with the local offset */
    const char *language;               /* Content-Language, or NULL */
    const struct compose_header *extra; /* Auto-Submitted and the like, in order */
    size_t extra_count;
    const char *text; /* UTF-8, LF */
};

/* The mail's bytes, *n_r of them, without the last CRLF doubled. */
char *compose_mail(struct arena *arena, const struct compose *compose, size_t *n_r);

#endif
