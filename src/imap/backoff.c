/* SPDX-License-Identifier: EUPL-1.2 */
#include "imap/backoff.h"

#define MINUTE 60
#define CAP (15 * MINUTE)

/* Doubles from first to the cap, a quarter up or down, so that many mailboxes of one server do not
 * come back in the same second. */
static int doubling(int first, int failures, uint32_t random)
{
    int base = first;

    for (int i = 1; i < failures && base < CAP; i++)
        base *= 2;
    if (base > CAP)
        base = CAP;
    int wait = base - base / 4 + (int)(random % (uint32_t)(base / 2 + 1));

    return wait > CAP ? CAP : wait;
}

/* Never sooner than the schedule: servers lock accounts. */
static int after_denial(int failures, uint32_t random)
{
    static const int minutes[] = {1, 5, 15, 60};
    int last = (int)(sizeof minutes / sizeof *minutes) - 1;
    int i = failures < 1 ? 0 : failures - 1 > last ? last : failures - 1;
    int wait = minutes[i] * MINUTE;

    return wait + (int)(random % (uint32_t)(wait / 10));
}

int backoff_seconds(enum mailbox_result why, int failures, int suggested, uint32_t random)
{
    int wait = 0;

    switch (why) {
    case MAILBOX_OK:
    case MAILBOX_GONE:
    case MAILBOX_TOO_BIG:
        break;
    case MAILBOX_LOST:
        wait = doubling(5, failures, random);
        break;
    case MAILBOX_REFUSED:
        wait = doubling(MINUTE, failures, random);
        break;
    case MAILBOX_DENIED:
        wait = after_denial(failures, random);
        break;
    }
    if (suggested > 0) {
        int wish = suggested + (int)(random % (uint32_t)(suggested / 10 + 1));

        wait = wish > wait ? wish : wait;
    }
    return wait;
}
