/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A disk that is full, or fails, at its first, second, third ... step, once or from then on.  The
 * answer is right or a declared error in words, nothing is half there, and when there is room
 * again the same handle goes on.
 */
#include "test.h"

#include "registry_case.h"
#include "registry_fault.h"
#include "registry_town.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void no_mark(enum town_mark mark)
{
    (void)mark;
}

static void check_error(const struct err *err, const struct case_directory *directory,
                        const char *when)
{
    if (err->kind != ERR_TRY_AGAIN && err->kind != ERR_CANNOT_CREATE)
        fail_msg("%s: kind %d: %s", when, (int)err->kind, err->text);
    if (strstr(err->text, directory->path) == NULL)
        fail_msg("%s: does not say where: %s", when, err->text);
}

/* Opens with the fault armed, and again with room where that failed. */
static struct registry *open_at_last(const struct case_directory *directory, const char *when)
{
    struct registry *registry;
    struct err err;

    if (registry_open(directory->state, REGISTRY_WRITE, &registry, &err))
        return registry;
    check_error(&err, directory, when);
    fault_disarm();
    if (!registry_open(directory->state, REGISTRY_WRITE, &registry, &err))
        fail_msg("%s, with room again: %s", when, err.text);
    return registry;
}

/* The fault is met in making a registry, or in the day of a town on one that is made.  Both return
 * whether it was met. */
static bool fail_making(enum fault_kind kind, int at, int error, const char *when)
{
    struct case_directory directory;

    case_directory_make(&directory);
    fault_arm(kind, at, error);
    struct registry *registry = open_at_last(&directory, when);
    bool hit = fault.hit;
    fault_disarm();
    registry_close(registry);
    town_check_made(directory.state, when);
    case_directory_remove(&directory);
    return hit;
}

static bool fail_day(enum fault_kind kind, int at, int error, const char *when)
{
    struct case_directory directory;
    struct err err;

    case_directory_copy(town_made(), &directory);
    fault_arm(kind, at, error);
    struct registry *registry = open_at_last(&directory, when);
    if (!town_run(registry, no_mark, &err)) {
        if (!fault.hit)
            fail_msg("%s: failed by itself: %s", when, err.text);
        check_error(&err, &directory, when);
    }
    bool hit = fault.hit;
    fault_disarm();
    town_check(directory.state, when);
    if (!town_run(registry, no_mark, &err))
        fail_msg("%s, with room again: %s", when, err.text);
    town_check_end(directory.state, when);
    registry_close(registry);
    case_directory_remove(&directory);
    return hit;
}

static void sweep_span(bool (*fails)(enum fault_kind kind, int at, int error, const char *when),
                       enum fault_kind kind, int error, const char *name)
{
    int at = 1;
    char when[80];

    do {
        snprintf(when, sizeof when, "%s at step %d", name, at);
    } while (fails(kind, at++, error, when));
    print_message("%s: %d steps\n", name, at - 2);
    assert_true(at > 80);
}

static void sweep(enum fault_kind kind, int error, const char *name)
{
    char making[60];

    snprintf(making, sizeof making, "%s in making it", name);
    sweep_span(fail_making, kind, error, making);
    sweep_span(fail_day, kind, error, name);
}

static void test_full_once(void **state)
{
    (void)state;
    sweep(FAULT_ONCE, ENOSPC, "full once");
}

static void test_full_for_ever(void **state)
{
    (void)state;
    sweep(FAULT_EVER, ENOSPC, "full from");
}

static void test_failing_once(void **state)
{
    (void)state;
    sweep(FAULT_ONCE, EIO, "I/O error once");
}

/* More than SQLite's cache holds, so that it writes before the commit. */
static const char *big_text(struct arena *arena)
{
    size_t n = 4 * 1024 * 1024;
    char *text = arena_alloc(arena, n + 1);

    memset(text, 'x', n);
    return text;
}

static bool take_next(struct registry *registry, struct arena *arena, uint32_t uid,
                      const char *text, struct err *err_r)
{
    const struct sample sample = {.uid = uid, .from = "a@spd.example", .text = text, .motions = 1};
    struct known known;
    int64_t id;

    return sample_record(registry, arena, &sample, &known, &id, err_r);
}

/* Three mails in a batch, the second meets the fault.  Returns whether the batch was lost. */
static bool lose_batch(int at, int error)
{
    struct arena *arena = arena_new();
    struct case_directory directory;
    struct registry *registry;
    struct err err = {.text = ""};

    case_directory_make(&directory);
    if (!registry_open(directory.state, REGISTRY_WRITE, &registry, &err) ||
        !registry_begin(registry, &err) || !take_next(registry, arena, 1, "eins", &err))
        fail_msg("%s", err.text);
    fault_arm(FAULT_ONCE, at, error);
    bool second = take_next(registry, arena, 2, big_text(arena), &err);
    fault_disarm();
    bool third = take_next(registry, arena, 3, "drei", &err);
    bool lost = strstr(err.text, "begin it again") != NULL;
    bool committed = registry_commit(registry, &err);
    int64_t rows = town_get(directory.state, "SELECT count(*) FROM messages");
    if (third == lost || committed == lost || rows != (committed ? 2 + second : 0))
        fail_msg("error %d at step %d: %d, %d, %d, %lld rows", error, at, second, third, committed,
                 (long long)rows);
    registry_close(registry);
    case_directory_remove(&directory);
    arena_free(arena);
    return lost;
}

/* SQLite may roll back a whole batch by itself, and would then commit what comes after record by
 * record.  Here the rest of the batch fails with it and says so. */
static void test_lost_batch_stays_lost(void **state)
{
    int lost = 0;

    (void)state;
    for (int at = 1; at < 24; at++)
        lost += lose_batch(at, ENOSPC) + lose_batch(at, EIO);
    print_message("%d of 46 batches were lost\n", lost);
    assert_true(lost > 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_once),
        cmocka_unit_test(test_full_for_ever),
        cmocka_unit_test(test_failing_once),
        cmocka_unit_test(test_lost_batch_stays_lost),
    };
    struct err err;

    if (!zone_set("Europe/Berlin", &err))
        fatal(&err);
    fault_install();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    town_made_remove();
    return failed;
}
