/* SPDX-License-Identifier: EUPL-1.2 */
#include "smtp/outcome.h"

#include <stddef.h>

/* The link concerns all mails, a sender that is refused too; a recipient or the mail itself only
 * this one. */
static const struct {
    enum transport_outcome lost;
    enum transport_outcome transient;
    enum transport_outcome permanent;
} stages[] = {
    [SMTP_GREETING] = {TRANSPORT_DOWN, TRANSPORT_DOWN, TRANSPORT_BLOCKED},
    [SMTP_EHLO] = {TRANSPORT_DOWN, TRANSPORT_DOWN, TRANSPORT_BLOCKED},
    [SMTP_STARTTLS] = {TRANSPORT_DOWN, TRANSPORT_DOWN, TRANSPORT_BLOCKED},
    [SMTP_AUTH] = {TRANSPORT_DOWN, TRANSPORT_DOWN, TRANSPORT_BLOCKED},
    [SMTP_MAIL] = {TRANSPORT_DOWN, TRANSPORT_DEFERRED, TRANSPORT_BLOCKED},
    [SMTP_RCPT] = {TRANSPORT_DOWN, TRANSPORT_DEFERRED, TRANSPORT_REFUSED},
    [SMTP_DATA] = {TRANSPORT_DOWN, TRANSPORT_DEFERRED, TRANSPORT_REFUSED},
    [SMTP_DOT] = {TRANSPORT_MAYBE, TRANSPORT_DEFERRED, TRANSPORT_REFUSED},
};

static const struct {
    enum smtp_stage stage;
    int code;
    enum transport_outcome outcome;
} exceptions[] = {
    {SMTP_MAIL, 552, TRANSPORT_REFUSED}, {SMTP_RCPT, 552, TRANSPORT_DEFERRED},
    {SMTP_RCPT, 530, TRANSPORT_BLOCKED}, {SMTP_DATA, 530, TRANSPORT_BLOCKED},
    {SMTP_DOT, 530, TRANSPORT_BLOCKED},
};

enum transport_outcome smtp_outcome(enum smtp_stage stage, int code)
{
    for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
        if (exceptions[i].stage == stage && exceptions[i].code == code)
            return exceptions[i].outcome;
    if (stage == SMTP_DOT && code / 100 == 2)
        return TRANSPORT_SENT;
    if (code / 100 == 4)
        return stages[stage].transient;
    if (code / 100 == 5)
        return stages[stage].permanent;
    return stages[stage].lost;
}
