/* SPDX-License-Identifier: EUPL-1.2 */
/* The thresholds of antragctl check. */
#include "test.h"

#include "ctl/check.h"

#include <string.h>

#define NOW INT64_C(1700000000)
#define MINUTES(n) ((int64_t)(n)*60)
#define HOURS(n) ((int64_t)(n)*3600)
#define DAYS(n) ((int64_t)(n)*86400)

/* A healthy town; each case changes what it is about. */
static struct check_mailbox healthy_mailbox = {
    .name = "hau/rathaus", .visited_at = NOW - 20, .interval = 300};
#define HEALTHY                                                                              \
    .now = NOW, .running = true, .mailboxes = &healthy_mailbox, .mailbox_count = 1,          \
    .oldest_held = MOMENT_NONE, .oldest_unsent = MOMENT_NONE, .oldest_unfiled = MOMENT_NONE, \
    .newest_failure = MOMENT_NONE
#define MAILBOX(...)                                        \
    .mailboxes = &(struct check_mailbox)                    \
    {                                                       \
        .name = "hau/rathaus", .interval = 300, __VA_ARGS__ \
    }

/* a case overrides what a healthy town has */
#pragma GCC diagnostic ignored "-Woverride-init"
static const struct check_case {
    const char *name;
    struct check_facts facts;
    enum check_state want;
    const char *word; /* stands in the line */
} cases[] = {
    {"healthy", {HEALTHY}, CHECK_OK, "1 mailboxes, 0 mails held"},
    {"some are held, not for long",
     {HEALTHY, .held = 2, .oldest_held = NOW - HOURS(5)},
     CHECK_OK,
     "2 mails held"},
    {"held too long",
     {HEALTHY, .held = 2, .overdue = 1, .oldest_held = NOW - HOURS(30)},
     CHECK_WARNING,
     "1 mails wait too long for a person, the oldest for 30 h"},
    {"no daemon",
     {HEALTHY, .running = false, .not_running = "no daemon listens"},
     CHECK_CRITICAL,
     "does not run (no daemon listens)"},
    {"damage", {HEALTHY, .damage = "page 7 is bad"}, CHECK_CRITICAL, "page 7 is bad"},
    {"never visited", {HEALTHY, MAILBOX(.visited_at = MOMENT_NONE)}, CHECK_CRITICAL, "never"},
    {"visited last when the clock was ahead",
     {HEALTHY, MAILBOX(.visited_at = NOW + DAYS(900))},
     CHECK_CRITICAL,
     "a clock was ahead"},
    {"visited a moment before too late",
     {HEALTHY, MAILBOX(.visited_at = NOW - MINUTES(15) + 1)},
     CHECK_OK,
     "1 mailboxes"},
    {"visited too long ago",
     {HEALTHY, MAILBOX(.visited_at = NOW - MINUTES(15))},
     CHECK_WARNING,
     "hau/rathaus not visited for 15 min"},
    {"a moment before it is critical",
     {HEALTHY, MAILBOX(.visited_at = NOW - HOURS(1) + 1)},
     CHECK_WARNING,
     "not visited for 59 min"},
    {"visited much too long ago",
     {HEALTHY, MAILBOX(.visited_at = NOW - HOURS(1))},
     CHECK_CRITICAL,
     "not visited for 60 min"},
    {"visited rarely by order",
     {HEALTHY, MAILBOX(.visited_at = NOW - HOURS(2), .interval = 3600)},
     CHECK_OK,
     ""},
    {"three intervals late",
     {HEALTHY, MAILBOX(.visited_at = NOW - HOURS(3), .interval = 3600)},
     CHECK_WARNING,
     "for 3 h"},
    {"six intervals late",
     {HEALTHY, MAILBOX(.visited_at = NOW - HOURS(6), .interval = 3600)},
     CHECK_CRITICAL,
     "for 6 h"},
    {"in trouble since a moment",
     {HEALTHY, MAILBOX(.visited_at = NOW - 20, .trouble = "login refused")},
     CHECK_WARNING,
     "login refused"},
    {"an answer is late, but not yet too late",
     {HEALTHY, .unsent = 1, .oldest_unsent = NOW - HOURS(1) + 1},
     CHECK_OK,
     "unsent=1"},
    {"an answer is too late",
     {HEALTHY, .unsent = 3, .oldest_unsent = NOW - HOURS(1)},
     CHECK_WARNING,
     "3 answers are not handed in yet, the oldest for 60 min"},
    {"an answer is a day late",
     {HEALTHY, .unsent = 3, .oldest_unsent = NOW - DAYS(1)},
     CHECK_CRITICAL,
     "for 24 h"},
    {"a copy is late, but not yet too late",
     {HEALTHY, .unfiled = 1, .oldest_unfiled = NOW - HOURS(6) + 1},
     CHECK_OK,
     "unfiled=1"},
    {"copies are too late",
     {HEALTHY, .unfiled = 2, .oldest_unfiled = NOW - HOURS(6)},
     CHECK_WARNING,
     "2 copies are not in the sent-folder yet, the oldest for 6 h"},
    {"an answer failed",
     {HEALTHY, .failed = 2, .newest_failure = NOW - DAYS(3)},
     CHECK_WARNING,
     "2 answers failed"},
    {"an answer failed a week ago",
     {HEALTHY, .failed = 2, .newest_failure = NOW - DAYS(7)},
     CHECK_OK,
     "failed=2"},
    {"the worst counts, all are told",
     {HEALTHY, .running = false, .not_running = "?", .failed = 1, .newest_failure = NOW - 5},
     CHECK_CRITICAL,
     "does not run (?); 1 answers failed"},
    {"foreign words cannot write performance data",
     {HEALTHY, MAILBOX(.visited_at = NOW, .trouble = "no | held=0\nOK")},
     CHECK_WARNING,
     "no   held=0 OK | mailboxes=1"},
};

static void test_states(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        const char *line;
        enum check_state got = check_judge(arena, &cases[i].facts, &check_defaults, &line);
        const char *head = arena_printf(arena, "ANTRAGD %s - ", check_state_to_text(cases[i].want));
        if (got != cases[i].want || !text_starts(line, head))
            fail_msg("%s: wanted %s, got %s", cases[i].name, check_state_to_text(cases[i].want),
                     line);
        if (!strstr(line, cases[i].word))
            fail_msg("%s: \"%s\" lacks \"%s\"", cases[i].name, line, cases[i].word);
        assert_null(strchr(line, '\n'));
        assert_ptr_equal(strchr(line, '|'), strrchr(line, '|'));
        arena_free(arena);
    }
}

static void test_performance(void **state)
{
    (void)state;
    const struct check_facts facts = {HEALTHY, .held = 4, .oldest_held = NOW - 90, .waiting = 7};
    struct arena *arena = arena_new();
    const char *line;
    check_judge(arena, &facts, &check_defaults, &line);
    assert_string_equal(strchr(line, '|'),
                        "| mailboxes=1 visit_age=20s;900;3600 held=4 held_overdue=0;0 "
                        "held_age=90s waiting=7 failed=0 unsent=0 unsent_age=0s;3600;86400 "
                        "unfiled=0");
    arena_free(arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_performance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
