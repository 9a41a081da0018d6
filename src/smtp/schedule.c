/* SPDX-License-Identifier: EUPL-1.2 */
#include "smtp/schedule.h"

#include "base/day.h"

#include <stddef.h>

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define GIVE_UP_AFTER (5 * 24 * HOUR)

/* by attempts made; the last one goes on */
static const int64_t delays[] = {0,        5 * MINUTE, 15 * MINUTE, 30 * MINUTE,
                                 1 * HOUR, 2 * HOUR,   4 * HOUR,    6 * HOUR};

#define DELAY_COUNT (sizeof delays / sizeof *delays)

/* Between nine and eleven tenths. */
static int64_t jitter(int64_t delay, uint32_t random)
{
    uint64_t tenth = (uint64_t)delay / 10;
    return delay - (int64_t)tenth + (int64_t)((uint64_t)random * (2 * tenth + 1) >> 32);
}

static size_t row_of(int attempts)
{
    return (size_t)attempts < DELAY_COUNT ? (size_t)attempts : DELAY_COUNT - 1;
}

/* Where a clock that was ahead says when it was made, its attempts say how long ago it was. */
static int64_t made_at(int attempts, int64_t created_at, int64_t now)
{
    int64_t age = 0;

    if (!moment_is_ahead(created_at, now))
        return created_at;
    for (int i = 1; i < attempts && age <= GIVE_UP_AFTER; i++)
        age += delays[row_of(i)];
    return now - age;
}

int64_t schedule_next(int attempts, int64_t created_at, int64_t now, uint32_t random)
{
    /* however old, it is tried once: the daemon may have been down for a week */
    if (attempts <= 0)
        return now;
    size_t row = row_of(attempts);
    created_at = made_at(attempts, created_at, now);
    int64_t next, last;
    if (__builtin_add_overflow(now, jitter(delays[row], random), &next) ||
        __builtin_add_overflow(created_at, GIVE_UP_AFTER, &last) || next > last)
        return MOMENT_NONE;
    return next;
}
