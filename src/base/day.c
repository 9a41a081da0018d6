/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/day.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DAY_SECONDS 86400
#define FIRST_YEAR 1900
#define LAST_YEAR 2999

static const char weekday_names[][4] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
static const char month_names[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* ---- days ---- */

bool day_is_none(struct day day)
{
    return day.n == DAY_NONE.n;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days before 1 January of the year, counted from 1 January of year 1. */
static int64_t days_before_year(int64_t year)
{
    int64_t y = year - 1;
    return 365 * y + y / 4 - y / 100 + y / 400;
}

bool day_from_ymd(int year, int month, int day, struct day *day_r)
{
    *day_r = DAY_NONE;
    if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12 || day < 1 ||
        day > month_days(year, month))
        return false;
    int64_t n = days_before_year(year) - days_before_year(1970) + day - 1;
    for (int m = 1; m < month; m++)
        n += month_days(year, m);
    day_r->n = (int32_t)n;
    return true;
}

/* The civil-from-days algorithm: years that start in March, eras of 400 years. */
void day_to_ymd(struct day day, int *year_r, int *month_r, int *mday_r)
{
    int64_t z = (int64_t)day.n + 719468; /* from 0000-03-01 */
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t of_era = z - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * of_year + 2) / 153; /* 0 is March */
    *mday_r = (int)(of_year - (153 * month + 2) / 5 + 1);
    *month_r = (int)(month < 10 ? month + 3 : month - 9);
    *year_r = (int)(year_of_era + era * 400 + (*month_r <= 2));
}

struct day day_add(struct day day, int days)
{
    if (day_is_none(day))
        return day;
    int32_t n;
    if (__builtin_add_overflow(day.n, days, &n))
        return DAY_NONE;
    return (struct day){n};
}

enum weekday day_weekday(struct day day)
{
    int n = (int)(((int64_t)day.n + 3) % 7); /* 1970-01-01 was a Thursday */
    return (enum weekday)(n < 0 ? n + 7 : n);
}

/* n digits; -1 where one is none. */
static int read_digits(const char *s, int n)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        value = 10 * value + (s[i] - '0');
    }
    return value;
}

/* The ten characters of a day at the start of s, whatever follows. */
static bool read_day(const char *s, struct day *day_r)
{
    *day_r = DAY_NONE;
    if (strnlen(s, 10) < 10 || s[4] != '-' || s[7] != '-')
        return false;
    return day_from_ymd(read_digits(s, 4), read_digits(s + 5, 2), read_digits(s + 8, 2), day_r);
}

bool day_parse(const char *s, struct day *day_r)
{
    if (read_day(s, day_r) && s[10] == '\0')
        return true;
    *day_r = DAY_NONE;
    return false;
}

char *day_to_text(struct arena *arena, struct day day)
{
    if (day_is_none(day))
        return NULL;
    int year, month, mday;
    day_to_ymd(day, &year, &month, &mday);
    return arena_printf(arena, "%04d-%02d-%02d", year, month, mday);
}

/* Butcher's rule: the Gregorian computus without exceptions. */
struct day day_easter(int year)
{
    int a = year % 19, b = year / 100, c = year % 100;
    int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
    int h = (19 * a + b - d - g + 15) % 30;
    int i = c / 4, k = c % 4;
    int l = (32 + 2 * e + 2 * i - h - k) % 7;
    int m = (a + 11 * h + 22 * l) / 451;
    int n = h + l - 7 * m + 114;
    struct day day;
    day_from_ymd(year, n / 31, n % 31 + 1, &day);
    return day;
}

/* ---- moments ---- */

/* tzset() takes whatever it is given and falls back to UTC in silence: ask the data first. */
static bool zone_is_known(const char *name)
{
    if (name[0] == '\0' || name[0] == '/' || name[0] == ':' || strstr(name, "..") != NULL)
        return false;
    const char *directory = getenv("TZDIR");
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s",
                     directory != NULL ? directory : "/usr/share/zoneinfo", name);
    if (n < 0 || (size_t)n >= sizeof path)
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    char magic[4] = "";
    bool known = read(fd, magic, sizeof magic) == sizeof magic && memcmp(magic, "TZif", 4) == 0;
    close(fd);
    return known;
}

bool zone_set(const char *name, struct err *err_r)
{
    if (!zone_is_known(name))
        return err_set(err_r, ERR_CONFIG,
                       "time zone \"%s\" is not known to this system; take a name as "
                       "Europe/Berlin and install tzdata",
                       name);
    if (setenv("TZ", name, 1) != 0)
        return err_set_errno(err_r, ERR_CONFIG, "cannot set the time zone \"%s\"", name);
    tzset();
    return true;
}

/* Local fields; false where the moment is none or has no year that struct tm can hold. */
static bool local_fields(int64_t moment, struct tm *tm_r)
{
    time_t t = (time_t)moment;
    return moment != MOMENT_NONE && localtime_r(&t, tm_r) != NULL;
}

struct day moment_day(int64_t moment)
{
    struct tm tm;
    struct day day = DAY_NONE;
    if (local_fields(moment, &tm) && tm.tm_year >= FIRST_YEAR - 1900 &&
        tm.tm_year <= LAST_YEAR - 1900)
        day_from_ymd(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, &day);
    return day;
}

int moment_minute(int64_t moment)
{
    struct tm tm;
    return local_fields(moment, &tm) ? tm.tm_hour * 60 + tm.tm_min : 0;
}

int64_t moment_from_local(struct day day, int minute)
{
    if (day_is_none(day))
        return MOMENT_NONE;
    int year, month, mday;
    day_to_ymd(day_add(day, minute / 1440), &year, &month, &mday);
    struct tm tm = {
        .tm_year = year - 1900,
        .tm_mon = month - 1,
        .tm_mday = mday,
        .tm_hour = minute / 60 % 24,
        .tm_min = minute % 60,
        .tm_isdst = -1,
    };
    return mktime(&tm);
}

/* Fields of a moment seen with an offset; false outside the years 0 to 9999, which RFC 3339 and
 * RFC 5322 cannot write. */
static bool offset_fields(int64_t moment, int offset_minutes, struct tm *tm_r)
{
    int64_t shifted;
    if (moment == MOMENT_NONE ||
        __builtin_add_overflow(moment, (int64_t)offset_minutes * 60, &shifted))
        return false;
    time_t t = (time_t)shifted;
    return gmtime_r(&t, tm_r) != NULL && tm_r->tm_year >= -1900 && tm_r->tm_year <= 9999 - 1900;
}

char *moment_to_text_offset(struct arena *arena, int64_t moment, int offset_minutes)
{
    struct tm tm;
    if (!offset_fields(moment, offset_minutes, &tm))
        return NULL;
    int offset = abs(offset_minutes);
    return arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", tm.tm_year + 1900,
                        tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                        offset_minutes < 0 ? '-' : '+', offset / 60, offset % 60);
}

/* Minutes east of Greenwich.  Offsets of old local mean times have seconds, which neither format
 * can write; they go to the full minute. */
static int local_offset(int64_t moment)
{
    struct tm tm;
    return local_fields(moment, &tm) ? (int)(tm.tm_gmtoff / 60) : 0;
}

char *moment_to_text(struct arena *arena, int64_t moment)
{
    return moment_to_text_offset(arena, moment, local_offset(moment));
}

char *moment_to_mail_date(struct arena *arena, int64_t moment)
{
    struct tm tm;
    int offset = local_offset(moment);
    if (!offset_fields(moment, offset, &tm))
        return NULL;
    int minutes = abs(offset);
    return arena_printf(arena, "%s, %02d %s %04d %02d:%02d:%02d %c%02d%02d",
                        weekday_names[(tm.tm_wday + 6) % 7], tm.tm_mday, month_names[tm.tm_mon],
                        tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec, offset < 0 ? '-' : '+',
                        minutes / 60, minutes % 60);
}

/* "Z", "+02:00": seconds east of Greenwich. */
static bool read_offset(const char *s, int64_t *seconds_r)
{
    *seconds_r = 0;
    if ((s[0] == 'Z' || s[0] == 'z') && s[1] == '\0')
        return true;
    if ((s[0] != '+' && s[0] != '-') || strlen(s) != 6 || s[3] != ':')
        return false;
    int hours = read_digits(s + 1, 2), minutes = read_digits(s + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return false;
    *seconds_r = (s[0] == '-' ? -60 : 60) * (int64_t)(hours * 60 + minutes);
    return true;
}

bool moment_parse(const char *rfc3339, int64_t *moment_r)
{
    *moment_r = MOMENT_NONE;
    const char *s = rfc3339;
    struct day day;
    if (!read_day(s, &day) || (s[10] != 'T' && s[10] != 't') || strnlen(s, 20) < 20 ||
        s[13] != ':' || s[16] != ':')
        return false;
    int hour = read_digits(s + 11, 2), minute = read_digits(s + 14, 2);
    int second = read_digits(s + 17, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return false;
    s += 19;
    if (*s == '.') {
        size_t digits = strspn(s + 1, "0123456789");
        if (digits == 0)
            return false;
        s += 1 + digits;
    }
    int64_t offset;
    if (!read_offset(s, &offset))
        return false;
    *moment_r = (int64_t)day.n * DAY_SECONDS + hour * 3600 + minute * 60 + second - offset;
    return true;
}

/* What clocks on the wall show then, as seconds since 1970 on them. */
static bool is_on_the_wall(int64_t moment, int64_t wall)
{
    struct tm tm;
    return local_fields(moment, &tm) && moment + tm.tm_gmtoff == wall;
}

bool moment_parse_local(const char *s, int64_t *moment_r)
{
    if (moment_parse(s, moment_r))
        return true;
    char utc[sizeof "2015-08-04T12:03:11Z"];
    size_t length = strnlen(s, sizeof utc);
    bool to_minute = length == strlen("2015-08-04T12:03");
    int64_t wall;
    if (!to_minute && length != strlen("2015-08-04T12:03:11"))
        return false;
    snprintf(utc, sizeof utc, "%s%s", s, to_minute ? ":00Z" : "Z");
    if (!moment_parse(utc, &wall))
        return false;
    int second = (int)(((wall % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS);
    struct day day = {(int32_t)((wall - second) / DAY_SECONDS)};
    int64_t moment = moment_from_local(day, second / 60) + second % 60;
    if (!is_on_the_wall(moment, wall) || is_on_the_wall(moment - 3600, wall) ||
        is_on_the_wall(moment + 3600, wall))
        return false;
    *moment_r = moment;
    return true;
}

bool moment_is_ahead(int64_t moment, int64_t now)
{
    return moment != MOMENT_NONE && moment - MOMENT_SLACK > now;
}
