/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "decision/deadline.h"
#include "town.h"

#include <stdio.h>

static struct arena *arena;

static int set_up(void **state)
{
    struct err err;

    (void)state;
    arena = arena_new();
    return zone_set("Europe/Berlin", &err) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

struct vector {
    const char *name;
    const char *land; /* NULL: NW */
    const char *language;
    enum motion_kind kind;
    const char *meeting; /* NULL: not known */
    int minute;          /* of its start, 0: not known */
    int days;
    enum conf_unit unit;
    enum conf_count count;
    int cutoff; /* 0: 24:00 */
    const char *only_kind;
    const char *arrived;
    enum deadline_state state;
    const char *last_day;
    const char *until;
    const char *rule; /* NULL: not compared */
};

#define EVENING 18 * 60

static const struct vector vectors[] = {
    /* the contract's */
    {.name = "14 calendar days before",
     .meeting = "2015-09-24",
     .days = 14,
     .arrived = "2015-08-04T12:03:11+02:00",
     .last_day = "2015-09-10",
     .until = "2015-09-11T00:00:00+02:00",
     .rule = "§ 3 Abs. 1 GeschO: 14 Kalendertage vor dem Sitzungstag; letzter Tag Donnerstag, "
             "10.09.2015, 24:00 Uhr"},
    {.name = "10 werktage before",
     .meeting = "2015-09-24",
     .days = 10,
     .unit = CONF_UNIT_WERKTAGE,
     .arrived = "2015-09-12T23:59:59+02:00",
     .last_day = "2015-09-12",
     .rule = "§ 3 Abs. 1 GeschO: 10 Werktage (Montag bis Samstag ohne Feiertage) vor dem "
             "Sitzungstag; letzter Tag Samstag, 12.09.2015, 24:00 Uhr"},
    {.name = "10 arbeitstage before",
     .meeting = "2015-09-24",
     .days = 10,
     .unit = CONF_UNIT_ARBEITSTAGE,
     .arrived = "2015-09-10T23:59:59+02:00",
     .last_day = "2015-09-10"},
    {.name = "14 calendar days clear",
     .meeting = "2015-09-24",
     .days = 14,
     .count = CONF_COUNT_CLEAR,
     .arrived = "2015-09-09T23:59:59+02:00",
     .last_day = "2015-09-09",
     .rule = "§ 3 Abs. 1 GeschO: 14 volle Kalendertage zwischen Eingang und Sitzungstag; letzter "
             "Tag Mittwoch, 09.09.2015, 24:00 Uhr"},
    {.name = "14 calendar days inclusive",
     .meeting = "2015-09-24",
     .days = 14,
     .count = CONF_COUNT_INCLUSIVE,
     .arrived = "2015-09-11T23:59:59+02:00",
     .last_day = "2015-09-11",
     .rule = "§ 3 Abs. 1 GeschO: 14 Kalendertage, den Sitzungstag mitgezählt; letzter Tag "
             "Freitag, 11.09.2015, 24:00 Uhr"},
    /* the cutoff, to the second */
    {.name = "the last second",
     .meeting = "2015-09-24",
     .days = 14,
     .arrived = "2015-09-10T23:59:59+02:00",
     .last_day = "2015-09-10"},
    {.name = "midnight is too late",
     .meeting = "2015-09-24",
     .days = 14,
     .arrived = "2015-09-11T00:00:00+02:00",
     .state = DEADLINE_LATE,
     .last_day = "2015-09-10"},
    {.name = "in time in another zone's words",
     .meeting = "2015-09-24",
     .days = 14,
     .arrived = "2015-09-10T21:59:59Z",
     .last_day = "2015-09-10"},
    {.name = "late in another zone's words",
     .meeting = "2015-09-24",
     .days = 14,
     .arrived = "2015-09-10T22:00:00Z",
     .state = DEADLINE_LATE,
     .last_day = "2015-09-10"},
    {.name = "a second before noon",
     .meeting = "2015-09-24",
     .days = 14,
     .cutoff = 12 * 60,
     .arrived = "2015-09-10T11:59:59+02:00",
     .last_day = "2015-09-10",
     .until = "2015-09-10T12:00:00+02:00",
     .rule = "§ 3 Abs. 1 GeschO: 14 Kalendertage vor dem Sitzungstag; letzter Tag Donnerstag, "
             "10.09.2015, 12:00 Uhr"},
    {.name = "noon itself",
     .meeting = "2015-09-24",
     .days = 14,
     .cutoff = 12 * 60,
     .arrived = "2015-09-10T12:00:00+02:00",
     .state = DEADLINE_LATE,
     .last_day = "2015-09-10"},
    /* clocks change on 2026-03-29 and 2026-10-25 */
    {.name = "last day is the day the clocks go forward",
     .meeting = "2026-04-12",
     .days = 14,
     .arrived = "2026-03-29T21:59:59Z",
     .last_day = "2026-03-29",
     .until = "2026-03-29T22:00:00Z"},
    {.name = "last day is the day the clocks go back",
     .meeting = "2026-11-08",
     .days = 14,
     .arrived = "2026-10-25T23:00:00Z",
     .state = DEADLINE_LATE,
     .last_day = "2026-10-25",
     .until = "2026-10-25T23:00:00Z"},
    {.name = "cutoff at noon of the day the clocks go back",
     .meeting = "2026-11-08",
     .days = 14,
     .cutoff = 12 * 60,
     .arrived = "2026-10-25T10:59:59Z",
     .last_day = "2026-10-25",
     .until = "2026-10-25T11:00:00Z"},
    {.name = "24 hours over the lost hour",
     .meeting = "2026-03-29",
     .minute = EVENING,
     .days = 24,
     .unit = CONF_UNIT_HOURS,
     .arrived = "2026-03-28T16:00:00Z",
     .last_day = "2026-03-28",
     .until = "2026-03-28T17:00:00+01:00"},
    /* hours */
    {.name = "3 hours before the start, to the second",
     .meeting = "2015-09-24",
     .minute = EVENING,
     .days = 3,
     .unit = CONF_UNIT_HOURS,
     .arrived = "2015-09-24T15:00:00+02:00",
     .last_day = "2015-09-24",
     .rule = "§ 3 Abs. 1 GeschO: 3 Stunden vor Sitzungsbeginn; spätestens Donnerstag, 24.09.2015, "
             "15:00 Uhr"},
    {.name = "3 hours, one second late",
     .meeting = "2015-09-24",
     .minute = EVENING,
     .days = 3,
     .unit = CONF_UNIT_HOURS,
     .arrived = "2015-09-24T15:00:01+02:00",
     .state = DEADLINE_LATE,
     .last_day = "2015-09-24"},
    {.name = "hours without a known start",
     .meeting = "2015-09-24",
     .days = 3,
     .unit = CONF_UNIT_HOURS,
     .arrived = "2015-09-24T10:00:00+02:00",
     .state = DEADLINE_UNKNOWN},
    /* holidays are no werktage: Fronleichnam 2026 is Thursday 4 June */
    {.name = "werktage over Fronleichnam in NW",
     .meeting = "2026-06-08",
     .days = 4,
     .unit = CONF_UNIT_WERKTAGE,
     .arrived = "2026-06-01T10:00:00+02:00",
     .last_day = "2026-06-02",
     .rule = "§ 3 Abs. 1 GeschO: 4 Werktage (Montag bis Samstag ohne Feiertage) vor dem "
             "Sitzungstag; nicht mitgezählt: Donnerstag, 04.06.2026, Fronleichnam; letzter Tag "
             "Dienstag, 02.06.2026, 24:00 Uhr"},
    {.name = "werktage over the same day in HH",
     .land = "HH",
     .meeting = "2026-06-08",
     .days = 4,
     .unit = CONF_UNIT_WERKTAGE,
     .arrived = "2026-06-01T10:00:00+02:00",
     .last_day = "2026-06-03"},
    {.name = "calendar days do not know holidays",
     .meeting = "2026-06-08",
     .days = 4,
     .arrived = "2026-06-01T10:00:00+02:00",
     .last_day = "2026-06-04"},
    {.name = "arbeitstage over Christmas",
     .meeting = "2026-12-29",
     .days = 3,
     .unit = CONF_UNIT_ARBEITSTAGE,
     .arrived = "2026-12-01T10:00:00+01:00",
     .last_day = "2026-12-23"},
    {.name = "2 werktage clear: a Sunday may lie before them",
     .meeting = "2026-06-17",
     .days = 2,
     .unit = CONF_UNIT_WERKTAGE,
     .count = CONF_COUNT_CLEAR,
     .arrived = "2026-06-14T12:00:00+02:00",
     .last_day = "2026-06-14"},
    {.name = "one werktag in the singular",
     .meeting = "2026-06-17",
     .days = 1,
     .unit = CONF_UNIT_WERKTAGE,
     .count = CONF_COUNT_CLEAR,
     .arrived = "2026-06-14T12:00:00+02:00",
     .last_day = "2026-06-15",
     .rule = "§ 3 Abs. 1 GeschO: 1 voller Werktag (Montag bis Samstag ohne Feiertage) zwischen "
             "Eingang und Sitzungstag; letzter Tag Montag, 15.06.2026, 24:00 Uhr"},
    {.name = "a local holiday",
     .meeting = "2026-11-13",
     .days = 2,
     .unit = CONF_UNIT_ARBEITSTAGE,
     .arrived = "2026-11-01T10:00:00+01:00",
     .last_day = "2026-11-10"},
    {.name = "English",
     .language = "en",
     .meeting = "2015-09-24",
     .days = 14,
     .arrived = "2015-08-04T12:03:11+02:00",
     .last_day = "2015-09-10",
     .rule = "§ 3 Abs. 1 GeschO: 14 calendar days before the day of the meeting; last day "
             "Thursday, 10 September 2015, 24:00"},
    /* kinds */
    {.name = "amendments have no deadline",
     .kind = MOTION_AMENDMENT,
     .meeting = "2015-09-24",
     .days = 14,
     .arrived = "2015-09-24T12:00:00+02:00",
     .state = DEADLINE_NONE},
    {.name = "supplements have none",
     .kind = MOTION_SUPPLEMENT,
     .meeting = "2015-09-24",
     .days = 14,
     .arrived = "2015-09-24T12:00:00+02:00",
     .state = DEADLINE_NONE},
    {.name = "urgent motions have none",
     .kind = MOTION_URGENT,
     .meeting = "2015-09-24",
     .days = 14,
     .arrived = "2015-09-24T12:00:00+02:00",
     .state = DEADLINE_NONE},
    {.name = "inquiries have the default rule",
     .kind = MOTION_INQUIRY,
     .meeting = "2015-09-24",
     .days = 14,
     .arrived = "2015-09-24T12:00:00+02:00",
     .state = DEADLINE_LATE,
     .last_day = "2015-09-10"},
    {.name = "a rule for inquiries is none for motions",
     .meeting = "2015-09-24",
     .days = 14,
     .only_kind = "inquiry",
     .arrived = "2015-09-24T12:00:00+02:00",
     .state = DEADLINE_NONE},
    {.name = "a rule may be for amendments",
     .kind = MOTION_AMENDMENT,
     .meeting = "2015-09-24",
     .days = 1,
     .only_kind = "amendment",
     .arrived = "2015-09-23T12:00:00+02:00",
     .last_day = "2015-09-23"},
    {.name = "no meeting is known",
     .days = 14,
     .arrived = "2015-09-24T12:00:00+02:00",
     .state = DEADLINE_UNKNOWN},
};

static void judge(const struct vector *vector, struct deadline *deadline_r)
{
    struct conf_body *body = town_new(arena);
    struct conf_deadline rule = {.set = true,
                                 .days = vector->days,
                                 .unit = vector->unit,
                                 .count = vector->count,
                                 .cutoff = vector->cutoff == 0 ? 1440 : vector->cutoff,
                                 .text = "§ 3 Abs. 1 GeschO"};
    struct day local = town_day("2026-11-11");

    if (vector->land != NULL)
        body->state = vector->land;
    if (vector->language != NULL)
        body->language = vector->language;
    body->holidays = &local;
    body->holiday_count = 1;
    town_set(arena, &rule.kinds, vector->only_kind);
    deadline_judge(arena, body, &rule, vector->kind,
                   vector->meeting == NULL ? DAY_NONE : town_day(vector->meeting),
                   vector->minute == 0 ? -1 : vector->minute, town_moment(vector->arrived),
                   deadline_r);
}

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        const struct vector *vector = &vectors[i];
        struct deadline deadline;

        judge(vector, &deadline);
        print_message("%s\n", vector->name);
        assert_int_equal(deadline.state, vector->state);
        if (vector->last_day == NULL) {
            assert_true(day_is_none(deadline.last_day));
            assert_null(deadline.rule);
            continue;
        }
        assert_string_equal(day_to_text(arena, deadline.last_day), vector->last_day);
        if (vector->until != NULL)
            assert_int_equal(deadline.until, town_moment(vector->until));
        if (vector->rule != NULL)
            assert_string_equal(deadline.rule, vector->rule);
    }
}

static void test_without_rule(void **state)
{
    struct conf_body *body = town_new(arena);
    struct conf_deadline unset = {.set = false};
    struct deadline deadline;

    (void)state;
    deadline_judge(arena, body, &unset, MOTION_MOTION, town_day("2015-09-24"), -1, 0, &deadline);
    assert_int_equal(deadline.state, DEADLINE_UNKNOWN);
    deadline_judge(arena, body, NULL, MOTION_MOTION, town_day("2015-09-24"), -1, 0, &deadline);
    assert_int_equal(deadline.state, DEADLINE_UNKNOWN);
    deadline_judge(arena, body, NULL, MOTION_AMENDMENT, town_day("2015-09-24"), -1, 0, &deadline);
    assert_int_equal(deadline.state, DEADLINE_NONE);
}

static void test_strictest(void **state)
{
    const struct deadline late = {.state = DEADLINE_LATE, .until = 10};
    const struct deadline soon = {.state = DEADLINE_IN_TIME, .until = 20};
    const struct deadline later = {.state = DEADLINE_IN_TIME, .until = 30};
    const struct deadline unknown = {.state = DEADLINE_UNKNOWN, .until = MOMENT_NONE};
    const struct deadline none = {.state = DEADLINE_NONE, .until = MOMENT_NONE};

    (void)state;
    assert_ptr_equal(deadline_strictest(&soon, &late), &late);
    assert_ptr_equal(deadline_strictest(&late, &soon), &late);
    assert_ptr_equal(deadline_strictest(&later, &soon), &soon);
    assert_ptr_equal(deadline_strictest(&soon, &later), &soon);
    assert_ptr_equal(deadline_strictest(&unknown, &later), &later);
    assert_ptr_equal(deadline_strictest(&none, &unknown), &unknown);
}

/* Numbers of public holidays in the whole of the Land in 2026, as the Laender publish them. */
static const struct {
    const char *land;
    int count;
    const char *own; /* a day that not every Land has, ... */
    const char *name;
    const char * not ; /* ... and one that this Land has not */
} laender[] = {
    {"BW", 12, "2026-01-06", "Heilige Drei Könige", "2026-10-31"},
    {"BY", 12, "2026-01-06", "Heilige Drei Könige", "2026-08-15"},
    {"BE", 10, "2026-03-08", "Internationaler Frauentag", "2026-06-04"},
    {"BB", 12, "2026-04-05", "Ostersonntag", "2026-11-01"},
    {"HB", 10, "2026-10-31", "Reformationstag", "2026-11-18"},
    {"HH", 10, "2026-10-31", "Reformationstag", "2026-06-04"},
    {"HE", 10, "2026-06-04", "Fronleichnam", "2026-11-01"},
    {"MV", 11, "2026-03-08", "Internationaler Frauentag", "2026-01-06"},
    {"NI", 10, "2026-10-31", "Reformationstag", "2026-11-01"},
    {"NW", 11, "2026-06-04", "Fronleichnam", "2026-10-31"},
    {"RP", 11, "2026-11-01", "Allerheiligen", "2026-08-15"},
    {"SL", 12, "2026-08-15", "Mariä Himmelfahrt", "2026-10-31"},
    {"SN", 11, "2026-11-18", "Buß- und Bettag", "2026-06-04"},
    {"ST", 11, "2026-01-06", "Heilige Drei Könige", "2026-03-08"},
    {"SH", 10, "2026-10-31", "Reformationstag", "2026-01-06"},
    {"TH", 11, "2026-09-20", "Weltkindertag", "2026-06-04"},
};

static bool is_holiday(const struct conf_body *body, struct day day)
{
    return holiday_name(body, day) != NULL;
}

static int count_holidays(const struct conf_body *body, int year)
{
    struct day day;
    int count = 0;

    assert_true(day_from_ymd(year, 1, 1, &day));
    for (int i = 0; i < 365; i++)
        count += is_holiday(body, day_add(day, i));
    return count;
}

static void test_holidays(void **state)
{
    struct conf_body *body = town_new(arena);

    (void)state;
    for (size_t i = 0; i < sizeof(laender) / sizeof(laender[0]); i++) {
        print_message("%s\n", laender[i].land);
        body->state = laender[i].land;
        assert_int_equal(count_holidays(body, 2026), laender[i].count);
        assert_string_equal(holiday_name(body, town_day(laender[i].own)), laender[i].name);
        assert_null(holiday_name(body, town_day(laender[i].not )));
    }
}

/* Where most people of a Bavarian municipality are Catholic, Mariä Himmelfahrt is one more. */
static void test_local_holiday(void **state)
{
    struct conf_body *body = town_new(arena);
    struct day assumption = town_day("2026-08-15");

    (void)state;
    body->state = "BY";
    body->holidays = &assumption;
    body->holiday_count = 1;
    assert_int_equal(count_holidays(body, 2026), 13);
    assert_true(is_holiday(body, assumption));
}

static void test_holidays_of_years(void **state)
{
    struct conf_body *body = town_new(arena);

    (void)state;
    assert_string_equal(holiday_name(body, town_day("2017-10-31")), "Reformationstag");
    assert_string_equal(holiday_name(body, town_day("2024-03-29")), "Karfreitag");
    assert_string_equal(holiday_name(body, town_day("2024-05-30")), "Fronleichnam");
    body->state = "BE";
    assert_false(is_holiday(body, town_day("2018-03-08")));
    assert_true(is_holiday(body, town_day("2025-05-08")));
    assert_false(is_holiday(body, town_day("2026-05-08")));
    body->state = "SN";
    assert_true(is_holiday(body, town_day("2022-11-16")));
    assert_true(is_holiday(body, town_day("2023-11-22")));
    assert_false(is_holiday(body, town_day("2023-11-15")));
}

static void test_words(void **state)
{
    enum deadline_state read;

    (void)state;
    for (int i = DEADLINE_IN_TIME; i <= DEADLINE_NONE; i++) {
        assert_true(
            deadline_state_from_text(deadline_state_to_text((enum deadline_state)i), &read));
        assert_int_equal(read, i);
    }
    assert_string_equal(deadline_state_to_text(DEADLINE_IN_TIME), "in-time");
    assert_false(deadline_state_from_text("in time", &read));
    assert_false(deadline_state_from_text(NULL, &read));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),       cmocka_unit_test(test_without_rule),
        cmocka_unit_test(test_strictest),     cmocka_unit_test(test_holidays),
        cmocka_unit_test(test_local_holiday), cmocka_unit_test(test_holidays_of_years),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
