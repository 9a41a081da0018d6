/* SPDX-License-Identifier: EUPL-1.2 */
/* A role with network reads what it needs and nothing of the registry. */
#include "test.h"

#include "daemon/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum wish { READ, WRITE };

static const struct {
    const char *name;
    const char *path; /* below the temporary directory */
    enum wish wish;
    bool allowed;
} cases[] = {
    {"a secret", "etc/password", READ, true},
    {"a secret that was replaced", "etc/fresh", READ, true},
    {"no writing of secrets", "etc/password", WRITE, false},
    {"a folder of mails", "mails/a.eml", READ, true},
    {"a new mail", "mails/b.eml", WRITE, true},
    {"the registry", "state/registry.db", READ, false},
    {"no writing of the registry", "state/registry.db", WRITE, false},
};
#define CASE_COUNT (sizeof cases / sizeof *cases)

static void touch(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
}

/* Bit i of the exit code of a locked child: whether case i went as it should. */
static void child(struct arena *arena, const char *top)
{
    struct landlock_paths paths = {0};
    struct err err;
    landlock_add_file(&paths, arena, arena_printf(arena, "%s/etc/password", top));
    texts_add(&paths.write, arena, arena_printf(arena, "%s/mails", top));
    texts_add(&paths.read, arena, "/nowhere/at/all");
    if (!landlock_enter(&paths, &err))
        _exit(255);
    for (size_t i = 0; i < CASE_COUNT; i++) {
        const char *path = arena_printf(arena, "%s/%s", top, cases[i].path);
        int fd = cases[i].wish == READ ? open(path, O_RDONLY | O_CLOEXEC)
                                       : open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if ((fd >= 0) != cases[i].allowed)
            _exit((int)i + 1);
        if (fd >= 0)
            close(fd);
    }
    _exit(0);
}

static void test_paths(void **state)
{
    static const char *const folders[] = {"etc", "mails", "state"};
    struct arena *arena = arena_new();
    char top[] = "/tmp/antragd-landlock.XXXXXX";
    int status;
    (void)state;
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) < 2) {
        puts("SKIPPED: this kernel has no Landlock");
        skip();
    }
    assert_non_null(mkdtemp(top));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(mkdir(arena_printf(arena, "%s/%s", top, folders[i]), 0700), 0);
    touch(arena_printf(arena, "%s/etc/password", top));
    touch(arena_printf(arena, "%s/etc/fresh", top));
    touch(arena_printf(arena, "%s/mails/a.eml", top));
    touch(arena_printf(arena, "%s/state/registry.db", top));
    pid_t pid = fork();
    if (pid == 0)
        child(arena, top);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) <= (int)CASE_COUNT)
        fail_msg("%s", cases[WEXITSTATUS(status) - 1].name);
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(system(arena_printf(arena, "rm -rf '%s'", top)), 0);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_paths)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
