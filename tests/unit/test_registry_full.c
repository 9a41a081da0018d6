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

/* Returns whether the fault was met. */
static bool fail_at(enum fault_kind kind, int at, int error, const char *when)
{
    struct case_directory directory;
    struct err err;

    case_directory_make(&directory);
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

static void sweep(enum fault_kind kind, int stride, int error, const char *name)
{
    int at = 1;
    char when[80];

    do {
        snprintf(when, sizeof when, "%s at step %d", name, at);
        at += stride;
    } while (fail_at(kind, at - stride, error, when));
    print_message("%s: %d steps\n", name, at - 1 - stride);
    assert_true(at > 80);
}

static void test_full_once(void **state)
{
    (void)state;
    sweep(FAULT_ONCE, 1, ENOSPC, "full once");
}

static void test_full_for_ever(void **state)
{
    (void)state;
    sweep(FAULT_EVER, 1, ENOSPC, "full from");
}

static void test_failing_once(void **state)
{
    (void)state;
    sweep(FAULT_ONCE, 1, EIO, "I/O error once");
}

/* A batch whose middle met a full disk fails as a whole and says so at each verb, though SQLite
 * may have rolled it back and would commit what comes after by itself. */
static void test_lost_batch_stays_lost(void **state)
{
    static const struct sample sample = {
        .uid = 1, .from = "a@spd.example", .message_id = "1@x", .motions = 1};
    static const struct sample next = {
        .uid = 2, .from = "a@spd.example", .message_id = "2@x", .text = "b", .motions = 1};
    struct case_directory directory;
    struct registry *registry;
    struct known known;
    struct err err;
    int64_t id;
    int lost = 0;

    (void)state;
    for (int at = 1; at < 40; at++) {
        struct arena *arena = arena_new();
        case_directory_make(&directory);
        if (!registry_open(directory.state, REGISTRY_WRITE, &registry, &err))
            fail_msg("%s", err.text);
        assert_true(registry_begin(registry, &err));
        bool ok = sample_record(registry, arena, &sample, &known, &id, &err);
        assert_true(ok);
        fault_arm(FAULT_ONCE, at, ENOSPC);
        bool second = sample_record(registry, arena, &next, &known, &id, &err);
        bool committed = registry_commit(registry, &err);
        fault_disarm();
        int64_t rows = town_get(directory.state, "SELECT count(*) FROM messages");
        if (rows != (committed ? 1 + second : 0))
            fail_msg("step %d: %s, %lld rows", at, committed ? "committed" : "not committed",
                     (long long)rows);
        lost += !committed;
        registry_close(registry);
        case_directory_remove(&directory);
        arena_free(arena);
    }
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
    return cmocka_run_group_tests(tests, NULL, NULL);
}
