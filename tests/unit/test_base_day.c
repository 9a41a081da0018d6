/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "base/day.h"

#include <string.h>

static int setup(void **state)
{
    struct err err;
    if (!zone_set("Europe/Berlin", &err))
        fail_msg("%s", err.text);
    *state = arena_new();
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static struct day ymd(int year, int month, int mday)
{
    struct day day;
    assert_true(day_from_ymd(year, month, mday, &day));
    return day;
}

static void test_calendar(void **state)
{
    (void)state;
    assert_int_equal(ymd(1970, 1, 1).n, 0);
    assert_int_equal(ymd(1969, 12, 31).n, -1);
    assert_int_equal(ymd(2000, 3, 1).n, 11017);
    /* every day once, forth and back, with its weekday */
    struct day day = ymd(1900, 1, 1);
    assert_int_equal(day_weekday(day), MONDAY);
    struct day last = ymd(2999, 12, 31);
    for (int weekday = MONDAY; day.n <= last.n; day = day_add(day, 1)) {
        int year, month, mday;
        day_to_ymd(day, &year, &month, &mday);
        struct day back = DAY_NONE;
        if (!day_from_ymd(year, month, mday, &back) || back.n != day.n ||
            (int)day_weekday(day) != weekday)
            fail_msg("day %d is not %d-%d-%d", day.n, year, month, mday);
        weekday = (weekday + 1) % 7;
    }
    assert_int_equal(day_weekday(ymd(2015, 9, 24)), THURSDAY);
    assert_true(day_is_none(day_add(DAY_NONE, 1)));
}

static void test_no_such_day(void **state)
{
    (void)state;
    static const int cases[][3] = {
        {2015, 2, 29}, {2015, 2, 31}, {1900, 2, 29}, {2100, 2, 29},  {2015, 4, 31}, {2015, 0, 1},
        {2015, 13, 1}, {2015, 1, 0},  {2015, 1, 32}, {1899, 12, 31}, {3000, 1, 1},  {-1, 1, 1},
    };
    struct day day;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (day_from_ymd(cases[i][0], cases[i][1], cases[i][2], &day))
            fail_msg("%d-%d-%d", cases[i][0], cases[i][1], cases[i][2]);
        assert_true(day_is_none(day));
    }
    ymd(2000, 2, 29);
    ymd(2400, 2, 29);
    ymd(2016, 2, 29);
}

static void test_day_text(void **state)
{
    struct day day;
    assert_true(day_parse("2015-09-24", &day));
    assert_int_equal(day.n, ymd(2015, 9, 24).n);
    assert_string_equal(day_to_text(*state, day), "2015-09-24");
    assert_null(day_to_text(*state, DAY_NONE));
    static const char *wrong[] = {"",           "2015-9-24",   "2015-09-24 ", " 2015-09-24",
                                  "2015/09/24", "2015-02-29",  "24.09.2015",  "2015-09-2x",
                                  "+015-09-24", "2015-09-240", "2015-09",     "2015-09-24T18:00"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (day_parse(wrong[i], &day))
            fail_msg("\"%s\" is a day", wrong[i]);
        assert_true(day_is_none(day));
    }
}

static void test_easter(void **state)
{
    /* 1981 and 1954 are the exceptions of Gauss's rule; 1943 and 2038 the latest, 2285 the
     * earliest */
    static const int cases[][3] = {{1943, 4, 25}, {1954, 4, 18}, {1981, 4, 19}, {2000, 4, 23},
                                   {2008, 3, 23}, {2015, 4, 5},  {2024, 3, 31}, {2026, 4, 5},
                                   {2038, 4, 25}, {2285, 3, 22}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(day_to_text(*state, day_easter(cases[i][0])),
                            day_to_text(*state, ymd(cases[i][0], cases[i][1], cases[i][2])));
    for (int year = 1900; year < 3000; year++)
        assert_int_equal(day_weekday(day_easter(year)), SUNDAY);
}

struct moment_case {
    int64_t moment;
    const char *text;
    const char *mail;
    const char *day;
    int minute;
};

/* Around both changes of 2015 and at the ends of days. */
static const struct moment_case moments[] = {
    {1438682591, "2015-08-04T12:03:11+02:00", "Tue, 04 Aug 2015 12:03:11 +0200", "2015-08-04", 723},
    {1427590799, "2015-03-29T01:59:59+01:00", "Sun, 29 Mar 2015 01:59:59 +0100", "2015-03-29", 119},
    {1427590800, "2015-03-29T03:00:00+02:00", "Sun, 29 Mar 2015 03:00:00 +0200", "2015-03-29", 180},
    {1445734799, "2015-10-25T02:59:59+02:00", "Sun, 25 Oct 2015 02:59:59 +0200", "2015-10-25", 179},
    {1445734800, "2015-10-25T02:00:00+01:00", "Sun, 25 Oct 2015 02:00:00 +0100", "2015-10-25", 120},
    {1451602799, "2015-12-31T23:59:59+01:00", "Thu, 31 Dec 2015 23:59:59 +0100", "2015-12-31",
     1439},
    {1451602800, "2016-01-01T00:00:00+01:00", "Fri, 01 Jan 2016 00:00:00 +0100", "2016-01-01", 0},
    {0, "1970-01-01T01:00:00+01:00", "Thu, 01 Jan 1970 01:00:00 +0100", "1970-01-01", 60},
};

static void test_moments(void **state)
{
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        const struct moment_case *c = &moments[i];
        int64_t back;
        assert_string_equal(moment_to_text(*state, c->moment), c->text);
        assert_string_equal(moment_to_mail_date(*state, c->moment), c->mail);
        assert_string_equal(day_to_text(*state, moment_day(c->moment)), c->day);
        assert_int_equal(moment_minute(c->moment), c->minute);
        assert_true(moment_parse(c->text, &back));
        assert_int_equal(back, c->moment);
    }
    assert_string_equal(moment_to_text_offset(*state, 1438682591, -330),
                        "2015-08-04T04:33:11-05:30");
}

static void test_from_local(void **state)
{
    (void)state;
    assert_int_equal(moment_from_local(ymd(2015, 8, 4), 723), 1438682580);
    assert_int_equal(moment_from_local(ymd(2015, 12, 31), 1440), 1451602800);
    assert_int_equal(moment_from_local(ymd(2015, 3, 29), 0), 1427583600);
    /* the day of the change has 23 hours, the other one 25 */
    assert_int_equal(moment_from_local(ymd(2015, 3, 29), 1440) -
                         moment_from_local(ymd(2015, 3, 29), 0),
                     23 * 3600);
    assert_int_equal(moment_from_local(ymd(2015, 10, 25), 1440) -
                         moment_from_local(ymd(2015, 10, 25), 0),
                     25 * 3600);
    /* 02:30 that is skipped or repeated: one of the two that mktime(3) may choose */
    int64_t skipped = moment_from_local(ymd(2015, 3, 29), 150);
    assert_true(skipped == 1427589000 || skipped == 1427592600);
    int64_t repeated = moment_from_local(ymd(2015, 10, 25), 150);
    assert_true(repeated == 1445733000 || repeated == 1445736600);
    assert_true(moment_from_local(DAY_NONE, 0) == MOMENT_NONE);
}

static void test_moment_limits(void **state)
{
    assert_null(moment_to_text(*state, MOMENT_NONE));
    assert_null(moment_to_mail_date(*state, MOMENT_NONE));
    assert_true(day_is_none(moment_day(MOMENT_NONE)));
    static const int64_t far[] = {INT64_MAX, INT64_MIN + 1, 253402300800 + 86400,
                                  -62167219200 - 86400};
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        assert_null(moment_to_text(*state, far[i]));
        assert_null(moment_to_mail_date(*state, far[i]));
        assert_true(day_is_none(moment_day(far[i])));
        moment_minute(far[i]);
    }
}

static void test_moment_parse(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        int64_t moment;
    } right[] = {
        {"2015-08-04T10:03:11Z", 1438682591},      {"2015-08-04t10:03:11z", 1438682591},
        {"2015-08-04T10:03:11.99Z", 1438682591},   {"2015-08-04T10:03:11-00:00", 1438682591},
        {"2015-08-04T04:33:11-05:30", 1438682591}, {"2016-12-31T23:59:60Z", 1483228800},
    };
    int64_t moment;
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        if (!moment_parse(right[i].s, &moment) || moment != right[i].moment)
            fail_msg("%s gives %jd", right[i].s, (intmax_t)moment);
    }
    static const char *wrong[] = {
        "",
        "2015-08-04",
        "2015-08-04T10:03Z",
        "2015-08-04T10:03:11",
        "2015-08-04 10:03:11Z",
        "2015-08-04T24:00:00Z",
        "2015-08-04T10:60:00Z",
        "2015-08-04T10:03:61Z",
        "2015-08-04T10:03:11.Z",
        "2015-08-04T10:03:11+0200",
        "2015-08-04T10:03:11+24:00",
        "2015-08-04T10:03:11Zx",
        "2015-02-30T10:03:11Z",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (moment_parse(wrong[i], &moment))
            fail_msg("\"%s\" is a moment", wrong[i]);
        assert_true(moment == MOMENT_NONE);
    }
}

static void test_moment_parse_local(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        int64_t moment;
    } right[] = {
        {"2015-08-04T10:03:11Z", 1438682591}, {"2015-08-04T12:03:11", 1438682591},
        {"2015-08-04t12:03", 1438682580},     {"2015-12-31T00:00", 1451516400},
        {"1969-12-31T23:59:59", -3601},       {"2015-03-29T03:00", 1427590800},
        {"2015-10-25T03:00", 1445738400},     {"2015-10-25T02:30:00+02:00", 1445733000},
    };
    int64_t moment;
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        if (!moment_parse_local(right[i].s, &moment) || moment != right[i].moment)
            fail_msg("%s gives %jd", right[i].s, (intmax_t)moment);
    }
    static const char *wrong[] = {
        "",
        "gestern",
        "2015-08-04",
        "2015-08-04T12",
        "2015-08-04T12:0Z",
        "2015-08-04T12:03Z",
        "2015-08-04 12:03",
        "2015-08-04T24:00",
        "2015-02-29T12:00",
        "2015-08-04T12:03:1",
        "2015-08-04T12:03:11.5",
        "2015-03-29T02:30",    /* skipped */
        "2015-10-25T02:30:00", /* repeated */
        "2015-08-04T12:03:11+02",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (moment_parse_local(wrong[i], &moment))
            fail_msg("\"%s\" is a moment", wrong[i]);
        assert_true(moment == MOMENT_NONE);
    }
}

static void test_zone(void **state)
{
    struct err err;
    static const char *wrong[] = {"",  "Europe/Bedburg", "../etc/passwd", "/etc/localtime",
                                  ":", "Europe",         "zone.tab"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (zone_set(wrong[i], &err))
            fail_msg("\"%s\" is a zone", wrong[i]);
        assert_int_equal(err.kind, ERR_CONFIG);
    }
    /* refused ones changed nothing */
    assert_string_equal(moment_to_text(*state, 0), "1970-01-01T01:00:00+01:00");
    assert_true(zone_set("UTC", &err));
    assert_string_equal(moment_to_text(*state, 0), "1970-01-01T00:00:00+00:00");
    assert_string_equal(moment_to_mail_date(*state, 0), "Thu, 01 Jan 1970 00:00:00 +0000");
}

/* test_base_day TIME: whether a person may write it so. */
static int say_moment(const char *s)
{
    struct err err;
    int64_t moment;
    return zone_set("Europe/Berlin", &err) && moment_parse_local(s, &moment) ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return say_moment(argv[1]);
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_calendar),      T(test_no_such_day),  T(test_day_text),
        T(test_easter),        T(test_moments),      T(test_from_local),
        T(test_moment_limits), T(test_moment_parse), T(test_moment_parse_local),
        T(test_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
