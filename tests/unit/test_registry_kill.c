/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A process that writes the registry is killed before its first, second, third ... step to the
 * disk, and again with half of each write done.  What it had called done must be there, nothing
 * must be half there, and going on must end where an undisturbed day ends.
 */
#include "test.h"

#include "registry_case.h"
#include "registry_fault.h"
#include "registry_town.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int marks_fd = -1;

static void write_mark(enum town_mark mark)
{
    char c = (char)mark;

    if (write(marks_fd, &c, 1) != 1)
        _exit(99);
}

static void no_mark(enum town_mark mark)
{
    (void)mark;
}

/* What is disturbed: making a registry, or the day of a town on one that is made. */
enum span { MAKING, DAY };

static void begin_span(enum span span, struct case_directory *directory_r)
{
    if (span == DAY)
        case_directory_copy(town_made(), directory_r);
    else
        case_directory_make(directory_r);
}

static _Noreturn void run_child(const struct case_directory *directory, enum span span,
                                enum fault_kind kind, int at)
{
    struct registry *registry;
    struct err err;

    fault_arm(kind, at, 0);
    if (!registry_open(directory->state, REGISTRY_WRITE, &registry, &err) ||
        (span == DAY && !town_run(registry, write_mark, &err))) {
        fprintf(stderr, "%s\n", err.text);
        _exit(1);
    }
    registry_close(registry);
    _exit(0);
}

/* Returns whether it was killed; marks_r: what it had called done. */
static bool kill_at(const struct case_directory *directory, enum span span, enum fault_kind kind,
                    int at, const char *when, char marks_r[32])
{
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    marks_fd = fds[1];
    pid_t pid = fork();
    if (pid == 0)
        run_child(directory, span, kind, at);
    close(fds[1]);
    memset(marks_r, 0, 32);
    size_t n = 0;
    ssize_t got;
    while (n < 31 && (got = read(fds[0], marks_r + n, 31 - n)) > 0)
        n += (size_t)got;
    close(fds[0]);
    return fault_has_killed(pid, when);
}

static int64_t count_marks(const char *marks, enum town_mark mark)
{
    int64_t n = 0;

    for (; *marks != '\0'; marks++)
        n += *marks == (char)mark;
    return n;
}

/* A reader comes before any writer has tidied up. */
static void check_reader(const struct case_directory *directory, const char *when, int64_t promised)
{
    struct registry *registry;
    struct message_row *rows;
    size_t count;
    struct err err;

    if (!registry_open(directory->state, REGISTRY_READ, &registry, &err)) {
        /* killed while it was made */
        if ((err.kind != ERR_NO_INPUT && err.kind != ERR_TRY_AGAIN) || promised > 0)
            fail_msg("%s: %s", when, err.text);
        return;
    }
    struct arena *arena = arena_new();
    if (!registry_list_messages(registry, arena, -1, 0, &rows, &count, &err))
        fail_msg("%s: %s", when, err.text);
    if ((int64_t)count < promised)
        fail_msg("%s: %zu messages, but %lld were called done", when, count, (long long)promised);
    arena_free(arena);
    registry_close(registry);
}

static void check_sending(const struct case_directory *directory, const char *when,
                          const char *marks)
{
    static const struct {
        enum town_mark mark;
        const char *sql; /* what must be so at least */
    } promises[] = {
        {TOWN_DIALLED, "SELECT attempts = 1 FROM deliveries WHERE id = 1"},
        {TOWN_DATA, "SELECT state = 'sent' OR (SELECT data_at IS NOT NULL FROM attempts)"
                    " FROM deliveries WHERE id = 1"},
        {TOWN_SENT, "SELECT state = 'sent' FROM deliveries WHERE id = 1"},
    };

    for (size_t i = 0; i < sizeof promises / sizeof *promises; i++) {
        if (count_marks(marks, promises[i].mark) > 0 &&
            town_get(directory->state, promises[i].sql) != 1)
            fail_msg("%s: '%c' was promised", when, promises[i].mark);
    }
}

static struct registry *reopen(const struct case_directory *directory, const char *when)
{
    struct registry *registry;
    struct err err;

    if (!registry_open(directory->state, REGISTRY_WRITE, &registry, &err))
        fail_msg("%s: %s", when, err.text);
    return registry;
}

/* What was killed in making it is made when it is opened again. */
static void check_making(const struct case_directory *directory, const char *when)
{
    check_reader(directory, when, 0);
    registry_close(reopen(directory, when));
    town_check_made(directory->state, when);
}

static void check_and_go_on(const struct case_directory *directory, const char *when,
                            const char *marks)
{
    struct registry *registry;
    struct err err;

    check_reader(directory, when, TOWN_BATCH_SIZE * count_marks(marks, TOWN_BATCH));
    registry = reopen(directory, when);
    town_check(directory->state, when);
    check_sending(directory, when, marks);
    if (!town_run(registry, no_mark, &err))
        fail_msg("%s, going on: %s", when, err.text);
    town_check_end(directory->state, when);
    registry_close(registry);
}

static void sweep(enum span span, enum fault_kind kind, int stride, const char *name)
{
    bool killed = true;
    int at = 1;

    for (; killed; at += stride) {
        struct case_directory directory;
        char when[80], marks[32];

        snprintf(when, sizeof when, "%s at step %d", name, at);
        begin_span(span, &directory);
        killed = kill_at(&directory, span, kind, at, when, marks);
        if (span == MAKING)
            check_making(&directory, when);
        else
            check_and_go_on(&directory, when, marks);
        case_directory_remove(&directory);
    }
    print_message("%s: %d steps\n", name, at - 1 - stride);
    /* fewer would mean that the disk is not what is counted */
    assert_true(at > 80);
}

static void test_killed_before(void **state)
{
    (void)state;
    sweep(MAKING, FAULT_KILL, 1, "killed in making it");
    sweep(DAY, FAULT_KILL, 1, "killed");
}

static void test_killed_with_half_a_write(void **state)
{
    (void)state;
    /* pages go out as a short and a long write each: 3 meets both kinds */
    sweep(MAKING, FAULT_TORN, 3, "killed in making it with half of it written");
    sweep(DAY, FAULT_TORN, 3, "killed with half of it written");
}

static void expect_synced(enum town_mark mark)
{
    if (!fault.synced)
        fail_msg("'%c' was called done and not synced", mark);
    fault.synced = false;
}

/* Being killed leaves the kernel's pages; a power cut does not. */
static void test_done_means_synced(void **state)
{
    struct case_directory directory;
    struct registry *registry;
    struct err err;

    (void)state;
    case_directory_make(&directory);
    fault_arm(FAULT_NONE, 0, 0);
    if (!registry_open(directory.state, REGISTRY_WRITE, &registry, &err) ||
        !town_run(registry, expect_synced, &err))
        fail_msg("%s", err.text);
    registry_close(registry);
    case_directory_remove(&directory);
}

static int count_hidden(const char *directory)
{
    struct arena *arena = arena_new();
    glob_t found;
    int n = 0;

    if (glob(arena_printf(arena, "%s/mails/*/.*.eml.*", directory), 0, NULL, &found) == 0)
        n = (int)found.gl_pathc;
    globfree(&found);
    arena_free(arena);
    return n;
}

static void test_half_a_mail_is_swept(void **state)
{
    struct case_directory directory;
    char marks[32];
    int left = 0;

    (void)state;
    for (int at = 1; at < 400 && left == 0; at++) {
        begin_span(DAY, &directory);
        assert_true(kill_at(&directory, DAY, FAULT_TORN, at, "swept", marks));
        left = count_hidden(directory.state);
        check_and_go_on(&directory, "swept", marks);
        assert_int_equal(count_hidden(directory.state), 0);
        case_directory_remove(&directory);
    }
    assert_int_equal(left, 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_done_means_synced),
        cmocka_unit_test(test_half_a_mail_is_swept),
        cmocka_unit_test(test_killed_before),
        cmocka_unit_test(test_killed_with_half_a_write),
    };
    struct err err;

    if (!zone_set("Europe/Berlin", &err))
        fatal(&err);
    fault_install();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    town_made_remove();
    return failed;
}
