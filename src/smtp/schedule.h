/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * When to try an answer again (RFC 5321 section 4.5.4.1).  Pure: 0, 5, 15, 30 minutes, 1, 2, 4
 * hours, then every 6 hours until 5 days after it was made, each with ten per cent of jitter. Where
 * it was made by a clock that was ahead, the attempts make up the 5 days.
 */
#ifndef SMTP_SCHEDULE_H
#define SMTP_SCHEDULE_H

#include <stdint.h>

/* After this many attempts.  MOMENT_NONE: given up. */
int64_t schedule_next(int attempts, int64_t created_at, int64_t now, uint32_t random);

#endif
