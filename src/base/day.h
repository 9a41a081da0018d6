/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Days and moments.  Pure arithmetic on the proleptic Gregorian calendar; nothing here asks a
 * clock.
 *
 * A moment is an int64_t: seconds since 1970-01-01T00:00:00Z.  A day is a struct day.  The zone of
 * local times is the process's (measured: glibc has one zone a process); zone_set() sets it once,
 * at the start.
 */
#ifndef BASE_DAY_H
#define BASE_DAY_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define MOMENT_NONE INT64_MIN /* unknown */

/* By less than this clocks are put right every day; what is noted as later was noted by one that
 * went wrong, and says nothing of when it was. */
#define MOMENT_SLACK 3600

struct day {
    int32_t n; /* days since 1970-01-01; DAY_NONE.n is no day */
};

#define DAY_NONE ((struct day){INT32_MIN})

enum weekday { MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY };

bool day_is_none(struct day day);
/* False where there is no such day (31 February) or the year is outside 1900 to 2999. */
bool day_from_ymd(int year, int month, int day, struct day *day_r);
void day_to_ymd(struct day day, int *year_r, int *month_r, int *mday_r);
struct day day_add(struct day day, int days);
enum weekday day_weekday(struct day day);
/* "2015-09-24"; anything else is false. */
bool day_parse(const char *s, struct day *day_r);
char *day_to_text(struct arena *arena, struct day day); /* NULL for no day */
struct day day_easter(int year);                        /* Easter Sunday */

/* "Europe/Berlin"; false where the system does not know the zone. */
bool zone_set(const char *name, struct err *err_r);
struct day moment_day(int64_t moment); /* local day */
int moment_minute(int64_t moment);     /* local minutes since midnight, 0 to 1439 */
/* Local wall clock to moment; an hour that DST skips or repeats goes as mktime(3) decides with
 * tm_isdst -1.  minute may be 1440: the end of the day. */
int64_t moment_from_local(struct day day, int minute);
/* RFC 3339 with the local offset: "2015-08-04T12:03:11+02:00"; NULL for MOMENT_NONE. */
char *moment_to_text(struct arena *arena, int64_t moment);
/* RFC 3339 with the given offset in minutes, for the Date header's own zone. */
char *moment_to_text_offset(struct arena *arena, int64_t moment, int offset_minutes);
/* RFC 5322: "Tue, 04 Aug 2015 12:03:11 +0200", local. */
char *moment_to_mail_date(struct arena *arena, int64_t moment);
/* False, and MOMENT_NONE, for anything but RFC 3339 with seconds and offset. */
bool moment_parse(const char *rfc3339, int64_t *moment_r);
/* The same, and as people write it: "2015-08-04T12:03" or with seconds, local.  What DST skips or
 * repeats is false: that needs its offset. */
bool moment_parse_local(const char *s, int64_t *moment_r);
/* Noted by a clock that was ahead of this one. */
bool moment_is_ahead(int64_t moment, int64_t now);

#endif
