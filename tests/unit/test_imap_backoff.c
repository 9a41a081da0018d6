/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "imap/backoff.h"

/* Whatever the random number, the wait is from low to high, and both ends come about. */
static const struct {
    const char *name;
    enum mailbox_result why;
    int failures, suggested, low, high;
} cases[] = {
    {"nothing is wrong", MAILBOX_OK, 0, 0, 0, 0},
    {"a mail has gone", MAILBOX_GONE, 1, 0, 0, 0},
    {"lost once", MAILBOX_LOST, 1, 0, 4, 6},
    {"lost twice", MAILBOX_LOST, 2, 0, 8, 13},
    {"lost five times", MAILBOX_LOST, 5, 0, 60, 100},
    {"lost for hours", MAILBOX_LOST, 50, 0, 675, 900},
    {"lost for ever", MAILBOX_LOST, 2000000000, 0, 675, 900},
    {"not counted", MAILBOX_LOST, 0, 0, 4, 6},
    {"denied once", MAILBOX_DENIED, 1, 0, 60, 65},
    {"denied twice", MAILBOX_DENIED, 2, 0, 300, 329},
    {"denied three times", MAILBOX_DENIED, 3, 0, 900, 989},
    {"denied four times", MAILBOX_DENIED, 4, 0, 3600, 3959},
    {"denied for ever", MAILBOX_DENIED, 1000, 0, 3600, 3959},
    {"refused once", MAILBOX_REFUSED, 1, 0, 45, 75},
    {"refused for ever", MAILBOX_REFUSED, 99, 0, 675, 900},
    {"the server's wish", MAILBOX_LOST, 1, 300, 300, 330},
    {"the server's small wish", MAILBOX_LOST, 50, 1, 675, 900},
};

static void test_waits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int low = 1 << 30, high = 0;

        for (uint32_t random = 0; random < 4000; random++) {
            int wait = backoff_seconds(cases[i].why, cases[i].failures, cases[i].suggested, random);

            low = wait < low ? wait : low;
            high = wait > high ? wait : high;
        }
        if (low != cases[i].low || high != cases[i].high)
            fail_msg("%s: %d to %d", cases[i].name, low, high);
        assert_in_range(
            backoff_seconds(cases[i].why, cases[i].failures, cases[i].suggested, UINT32_MAX), low,
            high);
    }
}

/* RFC-less, but accounts get locked: at most three logins in the first 20 minutes. */
static void test_lock_out(void **state)
{
    int at = 0, logins = 1;

    (void)state;
    for (int failures = 1; at <= 20 * 60; failures++) {
        at += backoff_seconds(MAILBOX_DENIED, failures, 0, 0);
        logins += at <= 20 * 60;
    }
    assert_int_equal(logins, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits),
        cmocka_unit_test(test_lock_out),
    };

    return cmocka_run_group_tests_name("imap_backoff", tests, NULL, NULL);
}
