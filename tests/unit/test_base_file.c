/* SPDX-License-Identifier: EUPL-1.2 */
/* Every system call of the durable paths fails once, and from then on: afterwards the file is the
 * old or the new one, never half, and nothing is left beside it. */
#include "test.h"

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define OLD "the old file"
#define NEW_SIZE 10000

static struct {
    struct sys_calls real;
    int calls;
    int fail_at; /* 0: never */
    bool for_ever;
    bool short_writes;
    int injected;
} fault;

static bool fails(void)
{
    fault.calls++;
    bool now = fault.fail_at > 0 &&
               (fault.for_ever ? fault.calls >= fault.fail_at : fault.calls == fault.fail_at);
    fault.injected += now;
    if (now)
        errno = EIO;
    return now;
}

static int fault_open(const char *path, int flags, mode_t mode)
{
    return fails() ? -1 : fault.real.open(path, flags, mode);
}

static ssize_t fault_write(int fd, const void *bytes, size_t n)
{
    if (fails())
        return -1;
    if (fault.short_writes && fault.calls % 3 == 0) {
        errno = EINTR;
        return -1;
    }
    return fault.real.write(fd, bytes, fault.short_writes && n > 4000 ? 4000 : n);
}

static int fault_fsync(int fd)
{
    return fails() ? -1 : fault.real.fsync(fd);
}

static int fault_rename(const char *from, const char *to)
{
    return fails() ? -1 : fault.real.rename(from, to);
}

static int fault_ftruncate(int fd, off_t length)
{
    return fails() ? -1 : fault.real.ftruncate(fd, length);
}

static void arm(int fail_at, bool for_ever, bool short_writes)
{
    fault.calls = fault.injected = 0;
    fault.fail_at = fail_at;
    fault.for_ever = for_ever;
    fault.short_writes = short_writes;
}

static int install(void **state)
{
    (void)state;
    fault.real = sys;
    sys = (struct sys_calls){.open = fault_open,
                             .write = fault_write,
                             .fsync = fault_fsync,
                             .rename = fault_rename,
                             .ftruncate = fault_ftruncate};
    return 0;
}

struct place {
    struct arena *arena;
    char directory[64];
    char *path;
    char new_bytes[NEW_SIZE];
};

static int setup(void **state)
{
    struct place *place = xcalloc(1, sizeof *place);
    place->arena = arena_new();
    strcpy(place->directory, "/tmp/antragd-file-XXXXXX");
    if (mkdtemp(place->directory) == NULL)
        return -1;
    place->path = arena_printf(place->arena, "%s/file", place->directory);
    memset(place->new_bytes, 'n', NEW_SIZE);
    *state = place;
    arm(0, false, false);
    return 0;
}

/* Removes the directory; gives how many files were in it. */
static int empty(const char *path)
{
    DIR *dir = opendir(path);
    int n = 0;
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        unlinkat(dirfd(dir), entry->d_name, 0);
        n++;
    }
    closedir(dir);
    return n;
}

static int teardown(void **state)
{
    struct place *place = *state;
    empty(place->directory);
    rmdir(place->directory);
    arena_free(place->arena);
    free(place);
    return 0;
}

/* Without the functions under test. */
static size_t raw_read(const char *path, char *bytes, size_t size)
{
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return SIZE_MAX;
    size_t n = fread(bytes, 1, size, f);
    fclose(f);
    return n;
}

static void raw_write(const char *path, const char *s)
{
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    fputs(s, f);
    fclose(f);
}

static bool is_old(const struct place *place)
{
    char bytes[NEW_SIZE + 1];
    size_t n = raw_read(place->path, bytes, sizeof bytes);
    return n == strlen(OLD) && memcmp(bytes, OLD, n) == 0;
}

static bool is_new(const struct place *place)
{
    char bytes[NEW_SIZE + 1];
    size_t n = raw_read(place->path, bytes, sizeof bytes);
    return n == NEW_SIZE && memcmp(bytes, place->new_bytes, n) == 0;
}

/* All n-th calls in turn, until one run has gone without a fault. */
static void fail_each_write(struct place *place, bool for_ever, bool short_writes)
{
    int runs = 0;
    do {
        struct err err = {.text = ""};
        raw_write(place->path, OLD);
        arm(++runs, for_ever, short_writes);
        bool ok = file_write_durable(place->path, place->new_bytes, NEW_SIZE, 0640, &err);
        int injected = fault.injected;
        arm(0, false, false);
        if (ok ? !is_new(place) : !is_old(place) && !is_new(place))
            fail_msg("call %d: %s, and the file is neither", runs, ok ? "success" : err.text);
        if (ok != (injected == 0))
            fail_msg("call %d: injected %d, success %d", runs, injected, ok);
        if (!ok)
            assert_true(err.kind == ERR_CANNOT_CREATE && err.text[0] != '\0');
        assert_int_equal(empty(place->directory), 1);
        if (injected == 0)
            break;
    } while (runs < 1000);
    /* open, write, fsync, rename, open and fsync of the directory */
    assert_true(runs > 6 && runs < 1000);
}

static void test_faults(void **state)
{
    fail_each_write(*state, false, false);
    fail_each_write(*state, true, false);
    fail_each_write(*state, false, true);
    fail_each_write(*state, true, true);
}

static void test_write(void **state)
{
    struct place *place = *state;
    struct err err;
    struct stat st;
    mode_t mask = umask(077);
    assert_true(file_write_durable(place->path, place->new_bytes, NEW_SIZE, 0644, &err));
    umask(mask);
    assert_true(is_new(place));
    assert_int_equal(stat(place->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    assert_true(file_write_durable(place->path, "", 0, 0600, &err));
    assert_int_equal(raw_read(place->path, (char[1]){0}, 1), 0);

    char *missing = arena_printf(place->arena, "%s/no/file", place->directory);
    assert_false(file_write_durable(missing, "x", 1, 0600, &err));
    assert_int_equal(err.kind, ERR_CANNOT_CREATE);
}

static void test_read(void **state)
{
    struct place *place = *state;
    struct err err;
    char *bytes;
    size_t n;
    raw_write(place->path, OLD);
    assert_true(file_read(place->arena, place->path, strlen(OLD), &bytes, &n, &err));
    assert_int_equal(n, strlen(OLD));
    assert_string_equal(bytes, OLD);
    assert_false(file_read(place->arena, place->path, strlen(OLD) - 1, &bytes, &n, &err));
    assert_int_equal(err.kind, ERR_DATA);
    assert_false(file_read(place->arena, place->directory, 100, &bytes, &n, &err));
    assert_int_equal(err.kind, ERR_NO_INPUT);
    unlink(place->path);
    assert_false(file_read(place->arena, place->path, 100, &bytes, &n, &err));
    assert_int_equal(err.kind, ERR_NO_INPUT);
    assert_non_null(strstr(err.text, place->path));
    /* no size known before: a pipe's end, longer than the first buffer */
    int fds[2];
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    assert_int_equal(write(fds[1], place->new_bytes, NEW_SIZE), NEW_SIZE);
    close(fds[1]);
    char *path = arena_printf(place->arena, "/proc/self/fd/%d", fds[0]);
    assert_true(file_read(place->arena, path, NEW_SIZE, &bytes, &n, &err));
    close(fds[0]);
    assert_int_equal(n, NEW_SIZE);
    assert_memory_equal(bytes, place->new_bytes, NEW_SIZE);
}

static void test_directory(void **state)
{
    struct place *place = *state;
    struct err err;
    struct stat st;
    char *path = arena_printf(place->arena, "%s/a//b/c/", place->directory);
    assert_true(file_make_directory(path, 0700, &err));
    assert_true(file_make_directory(path, 0700, &err));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    raw_write(place->path, OLD);
    assert_false(file_make_directory(place->path, 0700, &err));
    assert_false(file_make_directory(arena_printf(place->arena, "%s/x", place->path), 0700, &err));
    assert_int_equal(err.kind, ERR_CANNOT_CREATE);
    assert_false(file_make_directory("", 0700, &err));
    for (const char *const *s = (const char *const[]){"a/b/c", "a/b", "a", NULL}; *s != NULL; s++)
        rmdir(arena_printf(place->arena, "%s/%s", place->directory, *s));
}

static void test_memfd(void **state)
{
    (void)state;
    struct err err;
    struct memfd_map map;
    int fd;
    assert_true(memfd_from("mail", "bytes", 5, &fd, &err));
    assert_true(memfd_map(fd, 5, &map, &err));
    assert_int_equal(map.n, 5);
    assert_memory_equal(map.bytes, "bytes", 5);
    memfd_unmap(&map);
    memfd_unmap(&map);
    assert_false(memfd_map(fd, 4, &map, &err));
    assert_int_equal(err.kind, ERR_DATA);
    assert_int_equal(write(fd, "x", 1), -1);
    assert_int_equal(ftruncate(fd, 0), -1);
    assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
    close(fd);

    assert_true(memfd_from("empty", NULL, 0, &fd, &err));
    assert_true(memfd_map(fd, 0, &map, &err));
    assert_string_equal(map.bytes, "");
    memfd_unmap(&map);
    close(fd);
}

static void test_memfd_unsealed(void **state)
{
    struct place *place = *state;
    struct err err;
    struct memfd_map map;
    static const int partial[] = {0, F_SEAL_WRITE, F_SEAL_WRITE | F_SEAL_GROW,
                                  F_SEAL_GROW | F_SEAL_SHRINK, F_SEAL_WRITE | F_SEAL_SHRINK};
    for (size_t i = 0; i < sizeof partial / sizeof *partial; i++) {
        int fd;
        assert_true(memfd_new("mail", &fd, &err));
        assert_int_equal(write(fd, "x", 1), 1);
        assert_int_equal(fcntl(fd, F_ADD_SEALS, partial[i]), 0);
        assert_false(memfd_map(fd, 100, &map, &err));
        assert_int_equal(err.kind, ERR_DATA);
        assert_true(memfd_seal(fd, &err));
        assert_true(memfd_map(fd, 100, &map, &err));
        memfd_unmap(&map);
        close(fd);
    }
    raw_write(place->path, OLD);
    int fd = open(place->path, O_RDONLY | O_CLOEXEC);
    assert_false(memfd_map(fd, 100, &map, &err));
    close(fd);
}

static int count_descriptors(void)
{
    int n = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n;
}

static void test_memfd_faults(void **state)
{
    struct place *place = *state;
    int before = count_descriptors();
    int runs = 0, injected;
    do {
        struct err err;
        int fd;
        arm(++runs, false, false);
        bool ok = memfd_from("mail", place->new_bytes, NEW_SIZE, &fd, &err);
        injected = fault.injected;
        arm(0, false, false);
        assert_int_equal(ok, injected == 0);
        assert_true(ok ? fd >= 0 : fd == -1);
        if (ok)
            close(fd);
        assert_int_equal(count_descriptors(), before);
    } while (injected > 0);
    assert_true(runs > 2);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {T(test_faults),      T(test_write), T(test_read),
                                       T(test_directory),   T(test_memfd), T(test_memfd_unsealed),
                                       T(test_memfd_faults)};
    return cmocka_run_group_tests(tests, install, NULL);
}
