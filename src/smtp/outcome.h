/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a reply means for the mail, by the stage at which it came (RFC 5321 section 4.2.1).  Pure.
 *
 * The code's first digit decides, with few exceptions: 552 for a recipient means that there are too
 * many (section 4.5.3.1.10), 552 for MAIL that the mail is too big (RFC 1870), 530 always that we
 * should have logged in.
 */
#ifndef SMTP_OUTCOME_H
#define SMTP_OUTCOME_H

#include "smtp/transport.h"

enum smtp_stage {
    SMTP_GREETING,
    SMTP_EHLO,
    SMTP_STARTTLS,
    SMTP_AUTH,
    SMTP_MAIL,
    SMTP_RCPT,
    SMTP_DATA,
    SMTP_DOT,
};

/* code is not what the stage hopes for; 0, or none that fits, means that the link is lost or out of
 * step.  2xx after the dot is TRANSPORT_SENT. */
enum transport_outcome smtp_outcome(enum smtp_stage stage, int code);

#endif
