/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "base/day.h"
#include "smtp/outcome.h"
#include "smtp/schedule.h"

#define MINUTE 60
#define HOUR 3600
#define DAY 86400
#define NOW 1438682591

static void test_delays(void **state)
{
    (void)state;
    static const struct {
        int attempts;
        int64_t delay;
    } cases[] = {{0, 0},        {1, 5 * MINUTE}, {2, 15 * MINUTE}, {3, 30 * MINUTE},
                 {4, HOUR},     {5, 2 * HOUR},   {6, 4 * HOUR},    {7, 6 * HOUR},
                 {8, 6 * HOUR}, {19, 6 * HOUR}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t delay = cases[i].delay;
        int64_t least = schedule_next(cases[i].attempts, NOW, NOW, 0) - NOW;
        int64_t half = schedule_next(cases[i].attempts, NOW, NOW, UINT32_MAX / 2) - NOW;
        int64_t most = schedule_next(cases[i].attempts, NOW, NOW, UINT32_MAX) - NOW;
        assert_int_equal(least, delay - delay / 10);
        assert_in_range(half, delay - (delay > 0), delay + (delay > 0));
        assert_int_equal(most, delay + delay / 10);
    }
}

static void test_end(void **state)
{
    (void)state;
    /* the sixth hour from now is the last second of the fifth day, or one too late */
    int64_t created = NOW + 6 * HOUR + 6 * HOUR / 10 - 5 * DAY;
    assert_int_equal(schedule_next(9, created, NOW, UINT32_MAX), created + 5 * DAY);
    assert_true(schedule_next(9, created - 1, NOW, UINT32_MAX) == MOMENT_NONE);
    /* never tried: tried, however old */
    assert_int_equal(schedule_next(0, NOW - 30 * DAY, NOW, 7), NOW);
    assert_true(schedule_next(1, NOW - 30 * DAY, NOW, 7) == MOMENT_NONE);
    assert_true(schedule_next(1, NOW, INT64_MAX, 7) == MOMENT_NONE);
    assert_true(schedule_next(INT32_MAX, INT64_MAX, NOW, 7) == MOMENT_NONE);
}

static void test_made_by_a_clock_that_was_ahead(void **state)
{
    (void)state;
    int64_t made = NOW + 1500 * DAY;
    int attempts = 0;
    int64_t at = NOW;
    while ((at = schedule_next(attempts, made, at, UINT32_MAX / 2)) != MOMENT_NONE) {
        assert_true(at <= NOW + 5 * DAY);
        attempts++;
        assert_true(attempts < 100);
    }
    assert_in_range(attempts, 20, 30);
}

/* A mail that always fails: tried in the first hour and in the sixth day no more. */
static void test_whole_life(void **state)
{
    (void)state;
    static const uint32_t randoms[] = {0, UINT32_MAX / 2, UINT32_MAX};
    for (size_t r = 0; r < sizeof randoms / sizeof *randoms; r++) {
        int attempts = 0, first_hour = 0;
        int64_t at = NOW, last = NOW;
        while ((at = schedule_next(attempts, NOW, at, randoms[r])) != MOMENT_NONE) {
            assert_true(at >= last && at <= NOW + 5 * DAY);
            last = at;
            attempts++;
            first_hour += at < NOW + HOUR;
            assert_true(attempts < 100);
        }
        assert_in_range(first_hour, 3, 4);
        assert_in_range(attempts, 22, 30);
        assert_true(last > NOW + 5 * DAY - 7 * HOUR);
    }
}

static void test_outcomes(void **state)
{
    (void)state;
    static const struct {
        enum smtp_stage stage;
        int code;
        enum transport_outcome outcome;
    } cases[] = {
        {SMTP_GREETING, 0, TRANSPORT_DOWN},      {SMTP_GREETING, 421, TRANSPORT_DOWN},
        {SMTP_GREETING, 554, TRANSPORT_BLOCKED}, {SMTP_EHLO, 0, TRANSPORT_DOWN},
        {SMTP_EHLO, 451, TRANSPORT_DOWN},        {SMTP_EHLO, 502, TRANSPORT_BLOCKED},
        {SMTP_STARTTLS, 454, TRANSPORT_DOWN},    {SMTP_STARTTLS, 502, TRANSPORT_BLOCKED},
        {SMTP_AUTH, 0, TRANSPORT_DOWN},          {SMTP_AUTH, 454, TRANSPORT_DOWN},
        {SMTP_AUTH, 530, TRANSPORT_BLOCKED},     {SMTP_AUTH, 534, TRANSPORT_BLOCKED},
        {SMTP_AUTH, 535, TRANSPORT_BLOCKED},     {SMTP_MAIL, 0, TRANSPORT_DOWN},
        {SMTP_MAIL, 421, TRANSPORT_DEFERRED},    {SMTP_MAIL, 451, TRANSPORT_DEFERRED},
        {SMTP_MAIL, 530, TRANSPORT_BLOCKED},     {SMTP_MAIL, 550, TRANSPORT_BLOCKED},
        {SMTP_MAIL, 552, TRANSPORT_REFUSED},     {SMTP_RCPT, 0, TRANSPORT_DOWN},
        {SMTP_RCPT, 450, TRANSPORT_DEFERRED},    {SMTP_RCPT, 530, TRANSPORT_BLOCKED},
        {SMTP_RCPT, 550, TRANSPORT_REFUSED},     {SMTP_RCPT, 552, TRANSPORT_DEFERRED},
        {SMTP_RCPT, 553, TRANSPORT_REFUSED},     {SMTP_DATA, 0, TRANSPORT_DOWN},
        {SMTP_DATA, 451, TRANSPORT_DEFERRED},    {SMTP_DATA, 554, TRANSPORT_REFUSED},
        {SMTP_DATA, 250, TRANSPORT_DOWN},        {SMTP_DOT, 0, TRANSPORT_MAYBE},
        {SMTP_DOT, 250, TRANSPORT_SENT},         {SMTP_DOT, 354, TRANSPORT_MAYBE},
        {SMTP_DOT, 421, TRANSPORT_DEFERRED},     {SMTP_DOT, 452, TRANSPORT_DEFERRED},
        {SMTP_DOT, 552, TRANSPORT_REFUSED},      {SMTP_DOT, 554, TRANSPORT_REFUSED},
        {SMTP_DOT, 999, TRANSPORT_MAYBE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum transport_outcome got = smtp_outcome(cases[i].stage, cases[i].code);
        if (got != cases[i].outcome)
            fail_msg("stage %d code %d: outcome %d, not %d", (int)cases[i].stage, cases[i].code,
                     (int)got, (int)cases[i].outcome);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delays),
        cmocka_unit_test(test_end),
        cmocka_unit_test(test_made_by_a_clock_that_was_ahead),
        cmocka_unit_test(test_whole_life),
        cmocka_unit_test(test_outcomes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
