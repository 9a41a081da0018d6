/* SPDX-License-Identifier: EUPL-1.2 */
/* The clock that nobody sets, for how long something lasts. */
#ifndef DAEMON_MONOTONIC_H
#define DAEMON_MONOTONIC_H

#include <stdint.h>
#include <time.h>

static inline int64_t monotonic_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * (int64_t)1000 + now.tv_nsec / 1000000;
}

static inline time_t monotonic_seconds(void)
{
    return (time_t)(monotonic_milliseconds() / 1000);
}

#endif
