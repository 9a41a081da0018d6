/* SPDX-License-Identifier: EUPL-1.2 */
#include "decision/deadline.h"

#include <string.h>

enum land {
    BW = 1 << 0,
    BY = 1 << 1,
    BE = 1 << 2,
    BB = 1 << 3,
    HB = 1 << 4,
    HH = 1 << 5,
    HE = 1 << 6,
    MV = 1 << 7,
    NI = 1 << 8,
    NW = 1 << 9,
    RP = 1 << 10,
    SL = 1 << 11,
    SN = 1 << 12,
    ST = 1 << 13,
    SH = 1 << 14,
    TH = 1 << 15,
    ALL = (1 << 16) - 1,
};

static const char land_codes[][3] = {"BW", "BY", "BE", "BB", "HB", "HH", "HE", "MV",
                                     "NI", "NW", "RP", "SL", "SN", "ST", "SH", "TH"};

enum rule_kind { RULE_FIXED, RULE_EASTER, RULE_PENANCE };

static const struct holiday {
    enum rule_kind rule;
    int month, mday;
    int offset; /* days after Easter Sunday */
    int laender;
    int from, to; /* years, 0: open */
    const char *name;
} holidays[] = {
#define FIXED(month_, mday_, laender_, from_, to_, name_) \
    {.rule = RULE_FIXED,                                  \
     .month = (month_),                                   \
     .mday = (mday_),                                     \
     .laender = (laender_),                               \
     .from = (from_),                                     \
     .to = (to_),                                         \
     .name = (name_)},
#define EASTER(offset_, laender_, name_) \
    {.rule = RULE_EASTER, .offset = (offset_), .laender = (laender_), .name = (name_)},
#define PENANCE(laender_, name_) {.rule = RULE_PENANCE, .laender = (laender_), .name = (name_)},
#include "decision/holidays.def"
};

static const char local_name[] =
#define LOCAL(name) name
#include "decision/holidays.def"
    ;

static int land_from_code(const char *code)
{
    for (size_t i = 0; code != NULL && i < sizeof(land_codes) / sizeof(land_codes[0]); i++) {
        if (strcmp(code, land_codes[i]) == 0)
            return 1 << i;
    }
    return 0; /* no Land: only local holidays */
}

static struct day penance_day(int year)
{
    struct day day;

    if (!day_from_ymd(year, 11, 22, &day))
        return DAY_NONE;
    while (day_weekday(day) != WEDNESDAY)
        day = day_add(day, -1);
    return day;
}

static struct day holiday_day(const struct holiday *holiday, int year)
{
    struct day day = DAY_NONE;

    if (holiday->rule == RULE_EASTER)
        return day_add(day_easter(year), holiday->offset);
    if (holiday->rule == RULE_PENANCE)
        return penance_day(year);
    if (!day_from_ymd(year, holiday->month, holiday->mday, &day))
        return DAY_NONE;
    return day;
}

static bool is_on(const struct holiday *holiday, int land, struct day day)
{
    int year, month, mday;

    if ((holiday->laender & land) == 0)
        return false;
    day_to_ymd(day, &year, &month, &mday);
    if (year < holiday->from || (holiday->to != 0 && year > holiday->to))
        return false;
    return holiday_day(holiday, year).n == day.n;
}

const char *holiday_name(const struct conf_body *body, struct day day)
{
    int land = land_from_code(body->state);

    for (size_t i = 0; i < sizeof(holidays) / sizeof(holidays[0]); i++) {
        if (is_on(&holidays[i], land, day))
            return holidays[i].name;
    }
    for (size_t i = 0; i < body->holiday_count; i++) {
        if (body->holidays[i].n == day.n)
            return local_name;
    }
    return NULL;
}
