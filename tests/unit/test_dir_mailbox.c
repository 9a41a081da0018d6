/* SPDX-License-Identifier: EUPL-1.2 */
/* A folder of .eml files: names keep their UIDs, nothing is lost, nothing is seen twice. */
#include "config.h"

#include "test.h"

#include "base/file.h"
#include "imap/mailbox.h"

#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
    char base[100], in[120], done[120];
    struct conf_mailbox conf;
    struct mailbox *mailbox;
    struct mailbox_view view;
    struct mailbox_item *items;
    struct arena *arena;
    struct err err;
    size_t count;
};

static int begin(void **state)
{
    struct folder *f = calloc(1, sizeof *f);

    strcpy(f->base, "/tmp/antragd-dir.XXXXXX");
    assert_non_null(mkdtemp(f->base));
    snprintf(f->in, sizeof f->in, "%s/in", f->base);
    snprintf(f->done, sizeof f->done, "%s/Spam", f->base);
    assert_int_equal(mkdir(f->in, 0700), 0);
    assert_int_equal(mkdir(f->done, 0700), 0);
    snprintf(f->done, sizeof f->done, "%s/Registriert", f->base);
    f->conf = (struct conf_mailbox){
        .name = "rathaus", .server = {.directory = f->in}, .done_folder = "Registriert"};
    f->mailbox = mailbox_new(&f->conf, -1);
    f->arena = arena_new();
    *state = f;
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)st;
    (void)type;
    (void)walk;
    return remove(path);
}

static int end(void **state)
{
    struct folder *f = *state;

    mailbox_free(f->mailbox);
    arena_free(f->arena);
    nftw(f->base, remove_one, 10, FTW_DEPTH | FTW_PHYS);
    free(f);
    return 0;
}

static void put(struct folder *f, const char *name, const char *text, time_t modified)
{
    char *path = arena_printf(f->arena, "%s/%s", f->in, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const struct timespec times[2] = {{modified, 0}, {modified, 0}};

    assert_true(fd >= 0);
    assert_true(file_write_all(fd, text, strlen(text), &f->err));
    assert_int_equal(futimens(fd, times), 0);
    close(fd);
}

static void expect(struct folder *f, enum mailbox_result wanted, enum mailbox_result got)
{
    if (wanted != got)
        fail_msg("wanted %d, got %d: %s", wanted, got, f->err.text);
}

static void list(struct folder *f, bool read_only)
{
    expect(f, MAILBOX_OK, mailbox_open(f->mailbox, read_only, &f->view, &f->err));
    expect(f, MAILBOX_OK, mailbox_list(f->mailbox, f->arena, &f->items, &f->count, &f->err));
}

/* Another process, later. */
static void restart(struct folder *f)
{
    mailbox_free(f->mailbox);
    f->mailbox = mailbox_new(&f->conf, -1);
}

static bool exists(struct folder *f, const char *directory, const char *name)
{
    return access(arena_printf(f->arena, "%s/%s", directory, name), F_OK) == 0;
}

static char *fetch(struct folder *f, const struct mailbox_item *item, size_t max,
                   enum mailbox_result wanted)
{
    char bytes[1000];
    int fd;

    assert_true(memfd_new("mail", &fd, &f->err));
    expect(f, wanted, mailbox_fetch(f->mailbox, item, max, fd, &f->err));
    ssize_t n = pread(fd, bytes, sizeof bytes, 0);
    assert_true(n >= 0);
    close(fd);
    return arena_strndup(f->arena, bytes, (size_t)n);
}

static void test_list_and_fetch(void **state)
{
    struct folder *f = *state;

    put(f, "b.eml", "Subject: b\n\nsecond\n", 2000);
    put(f, "a.eml", "Subject: a\n\nthird\n", 3000);
    put(f, "c d%\n.eml", "Subject: c\n\nfirst\n", 1000);
    put(f, "note.txt", "not looked at", 1);
    put(f, ".hidden.eml", "not looked at", 1);
    put(f, ".eml", "not looked at", 1);
    assert_int_equal(symlink("/etc/passwd", arena_printf(f->arena, "%s/x.eml", f->in)), 0);
    assert_int_equal(mkdir(arena_printf(f->arena, "%s/d.eml", f->in), 0700), 0);
    list(f, false);
    assert_int_equal(f->count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(f->items[i].uid, i + 1);
        assert_int_equal(f->items[i].internaldate, (i + 1) * 1000);
    }
    assert_int_equal(f->items[0].size, 18);
    assert_string_equal(fetch(f, &f->items[0], 1000, MAILBOX_OK), "Subject: c\n\nfirst\n");
    assert_string_equal(fetch(f, &f->items[2], 1000, MAILBOX_OK), "Subject: a\n\nthird\n");
    assert_string_equal(fetch(f, &f->items[2], 15, MAILBOX_TOO_BIG), "Subject: a\n\n");
    assert_true(f->view.uidvalidity > 0);
}

static void test_names_keep_their_uids(void **state)
{
    struct folder *f = *state;
    uint32_t uidvalidity;

    put(f, "b.eml", "b\n", 2000);
    put(f, "c d%\n.eml", "c\n", 1000);
    list(f, false);
    uidvalidity = f->view.uidvalidity;
    restart(f);
    put(f, "a.eml", "a\n", 1); /* older, but later here */
    put(f, "b.eml", "b, written again\n", 9000);
    list(f, false);
    assert_int_equal(f->view.uidvalidity, uidvalidity);
    assert_int_equal(f->count, 3);
    assert_string_equal(fetch(f, &f->items[0], 1000, MAILBOX_OK), "c\n");
    assert_string_equal(fetch(f, &f->items[1], 1000, MAILBOX_OK), "b, written again\n");
    assert_string_equal(fetch(f, &f->items[2], 1000, MAILBOX_OK), "a\n");
}

static void test_done(void **state)
{
    struct folder *f = *state;
    const uint32_t uids[] = {1, 2, 99};

    put(f, "a.eml", "a\n", 1);
    put(f, "b.eml", "b\n", 2);
    put(f, "c.eml", "c\n", 3);
    list(f, false);
    expect(f, MAILBOX_OK, mailbox_done(f->mailbox, uids, 3, &f->err));
    expect(f, MAILBOX_OK, mailbox_done(f->mailbox, uids, 3, &f->err));
    assert_true(exists(f, f->done, "a.eml") && exists(f, f->done, "b.eml"));
    assert_true(!exists(f, f->in, "a.eml") && exists(f, f->in, "c.eml"));
    fetch(f, &f->items[0], 1000, MAILBOX_GONE);
    list(f, false);
    assert_int_equal(f->count, 1);
    assert_int_equal(f->items[0].uid, 3);

    /* a new mail of an old name has a new UID, and does not push the old one away */
    put(f, "a.eml", "another a\n", 4);
    list(f, false);
    assert_int_equal(f->count, 2);
    assert_int_equal(f->items[1].uid, 4);
    expect(f, MAILBOX_OK, mailbox_done(f->mailbox, &f->items[1].uid, 1, &f->err));
    assert_false(exists(f, f->in, "a.eml"));
    assert_true(
        exists(f, f->done, arena_printf(f->arena, "%u-4-a.eml", (unsigned)f->view.uidvalidity)));
    assert_true(exists(f, f->done, "a.eml"));
}

static void test_no_done_folder(void **state)
{
    struct folder *f = *state;
    uint32_t uid = 1;

    f->conf.done_folder = "";
    put(f, "a.eml", "a\n", 1);
    list(f, false);
    expect(f, MAILBOX_OK, mailbox_done(f->mailbox, &uid, 1, &f->err));
    assert_true(exists(f, f->in, "a.eml"));
    f->conf.done_folder = "../../elsewhere";
    expect(f, MAILBOX_REFUSED, mailbox_done(f->mailbox, &uid, 1, &f->err));
}

static void test_looking_around(void **state)
{
    struct folder *f = *state;
    bool found;

    put(f, "a.eml", "a\n", 1);
    list(f, true);
    expect(f, MAILBOX_OK, mailbox_find_folder(f->mailbox, "nowhere", &found, &f->err));
    assert_false(found);
    expect(f, MAILBOX_OK,
           mailbox_find_folder(f->mailbox, strrchr(f->in, '/') + 1, &found, &f->err));
    assert_true(found);
}

/* ---- other folders ---- */

static void expect_peek(struct folder *f, const struct mailbox_item *item, const char *wanted)
{
    char bytes[200];
    int fd;

    assert_true(memfd_new("from", &fd, &f->err));
    expect(f, MAILBOX_OK, mailbox_peek(f->mailbox, item, 1, &fd, &f->err));
    ssize_t n = pread(fd, bytes, sizeof bytes - 1, 0);
    assert_true(n >= 0);
    bytes[n] = '\0';
    close(fd);
    assert_string_equal(bytes, wanted);
}

/* A folder beside is looked into, one mail of it is put away, and the first one is open again; what
 * came into that meanwhile is told. */
static void test_other_folder(void **state)
{
    struct folder *f = *state;
    struct mailbox_item *items;
    size_t count;
    int fd;
    bool stirred;

    put(f, "a.eml", "Subject: a\n\n", 1000);
    put(f, "../Spam/b.eml", "From: b@c.example\n\nx", 1001);
    put(f, "../Spam/c.eml", "From: d@e.example\n\ny", 1002);
    list(f, false);
    expect(f, MAILBOX_REFUSED, mailbox_examine(f->mailbox, "Nirgends", true, &f->view, &f->err));
    expect(f, MAILBOX_REFUSED, mailbox_examine(f->mailbox, "../in", true, &f->view, &f->err));
    expect(f, MAILBOX_OK, mailbox_examine(f->mailbox, "Spam", true, &f->view, &f->err));
    char *spam = arena_printf(f->arena, "%s/Spam", f->base);
    assert_false(exists(f, spam, ".antragd-uids"));
    expect(f, MAILBOX_OK, mailbox_examine(f->mailbox, "Spam", false, &f->view, &f->err));
    assert_true(exists(f, spam, ".antragd-uids"));
    expect(f, MAILBOX_OK, mailbox_list(f->mailbox, f->arena, &items, &count, &f->err));
    assert_int_equal(count, 2);
    expect_peek(f, &items[0], "From: b@c.example\n\n");
    expect_peek(f, &(struct mailbox_item){.uid = 99}, "");
    expect(f, MAILBOX_REFUSED, mailbox_done(f->mailbox, &items[0].uid, 1, &f->err));
    put(f, "d.eml", "Subject: d\n\n", 1003);
    expect(f, MAILBOX_OK, mailbox_select(f->mailbox, "Spam", &f->view, &f->err));
    expect(f, MAILBOX_OK, mailbox_list(f->mailbox, f->arena, &items, &count, &f->err));
    expect(f, MAILBOX_OK, mailbox_done(f->mailbox, &items[0].uid, 1, &f->err));
    assert_true(exists(f, f->done, "b.eml"));
    assert_true(exists(f, spam, "c.eml"));
    expect(f, MAILBOX_OK, mailbox_park(f->mailbox, &fd, &stirred, &f->err));
    assert_true(stirred);
    list(f, false);
    assert_int_equal(f->count, 2);
}

static void test_filing(void **state)
{
    struct folder *f = *state;
    struct mailbox_copy copy = {
        .folder = "Belege", .message_id = "1/x@b.example", .date = 1443081600};
    struct mailbox_filed filed;
    struct stat st;

    list(f, false);
    assert_true(memfd_from("copy", "X: y\r\n\r\n", 8, &copy.fd, &f->err));
    expect(f, MAILBOX_OK, mailbox_file(f->mailbox, &copy, &filed, &f->err));
    assert_false(filed.found);
    char *path = arena_printf(f->arena, "%s/Belege/1%%2Fx@b.example.eml", f->base);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 8);
    assert_int_equal(st.st_mtim.tv_sec, 1443081600);
    expect(f, MAILBOX_OK, mailbox_file(f->mailbox, &copy, &filed, &f->err));
    assert_true(filed.found);
    copy.folder = "../anderswo";
    expect(f, MAILBOX_REFUSED, mailbox_file(f->mailbox, &copy, &filed, &f->err));
    close(copy.fd);
}

static void test_read_only_writes_nothing(void **state)
{
    struct folder *f = *state;
    uint32_t uid = 1;

    put(f, "a.eml", "a\n", 1);
    list(f, true);
    assert_int_equal(f->count, 1);
    assert_string_equal(fetch(f, &f->items[0], 1000, MAILBOX_OK), "a\n");
    assert_false(exists(f, f->in, ".antragd-uids"));
    expect(f, MAILBOX_REFUSED, mailbox_done(f->mailbox, &uid, 1, &f->err));
    assert_true(exists(f, f->in, "a.eml"));
}

static void write_index(struct folder *f, const char *text)
{
    assert_true(file_write_durable(arena_printf(f->arena, "%s/.antragd-uids", f->in), text,
                                   strlen(text), 0600, &f->err));
}

static void test_damaged_index(void **state)
{
    static const char *const damaged[] = {
        "",
        "uidvalidity 0\nnext 5\n",
        "uidvalidity 7\n",
        "uidvalidity 7\nnext 5\n9 a.eml\n", /* a UID not yet given */
        "uidvalidity 7\nnext 5\n3 a%0x.eml%\n",
        "uidvalidity 7\nnext 5\nwhat\n",
    };
    struct folder *f = *state;

    put(f, "a.eml", "a\n", 1);
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        write_index(f, damaged[i]);
        expect(f, MAILBOX_REFUSED, mailbox_open(f->mailbox, false, &f->view, &f->err));
        assert_non_null(strstr(f->err.text, ".antragd-uids"));
    }
    write_index(f, "uidvalidity 7\nnext 5\n3 a.eml\n");
    list(f, false);
    assert_int_equal(f->view.uidvalidity, 7);
    assert_int_equal(f->items[0].uid, 3);
}

static void test_no_directory(void **state)
{
    struct folder *f = *state;

    rmdir(f->in);
    expect(f, MAILBOX_REFUSED, mailbox_open(f->mailbox, false, &f->view, &f->err));
    assert_non_null(strstr(f->err.text, f->in));
    assert_int_equal(mkdir(f->in, 0700), 0);
}

static void test_gone_before_fetch(void **state)
{
    struct folder *f = *state;

    put(f, "a.eml", "a\n", 1);
    list(f, false);
    assert_int_equal(unlink(arena_printf(f->arena, "%s/a.eml", f->in)), 0);
    fetch(f, &f->items[0], 1000, MAILBOX_GONE);
}

static void test_park_and_stir(void **state)
{
    struct folder *f = *state;
    bool stirred;
    int fd;

    list(f, false);
    expect(f, MAILBOX_OK, mailbox_park(f->mailbox, &fd, &stirred, &f->err));
    assert_true(fd >= 0);
    assert_false(stirred);
    put(f, "note.txt", "x", 1);
    assert_int_equal(poll(&(struct pollfd){fd, POLLIN, 0}, 1, 0), 1);
    assert_false(mailbox_stir(f->mailbox));
    assert_int_equal(poll(&(struct pollfd){fd, POLLIN, 0}, 1, 0), 0);
    put(f, "a.eml", "a\n", 1);
    assert_int_equal(poll(&(struct pollfd){fd, POLLIN, 0}, 1, 0), 1);
    assert_true(mailbox_stir(f->mailbox));

    /* between list and park: not lost; our own index is no news */
    list(f, false);
    assert_int_equal(f->count, 1);
    expect(f, MAILBOX_OK, mailbox_park(f->mailbox, &fd, &stirred, &f->err));
    assert_false(stirred);
    list(f, false);
    put(f, "b.eml", "b\n", 1);
    expect(f, MAILBOX_OK, mailbox_park(f->mailbox, &fd, &stirred, &f->err));
    assert_true(stirred);
    /* what was parked still knows its mails */
    assert_string_equal(fetch(f, &f->items[0], 1000, MAILBOX_OK), "a\n");
    expect(f, MAILBOX_OK, mailbox_park(f->mailbox, &fd, &stirred, &f->err));
    expect(f, MAILBOX_OK, mailbox_done(f->mailbox, &f->items[0].uid, 1, &f->err));
    assert_true(exists(f, f->done, "a.eml"));
    mailbox_close(f->mailbox);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_list_and_fetch),
        TEST(test_names_keep_their_uids),
        TEST(test_done),
        TEST(test_no_done_folder),
        TEST(test_read_only_writes_nothing),
        TEST(test_other_folder),
        TEST(test_filing),
        TEST(test_damaged_index),
        TEST(test_looking_around),
        TEST(test_no_directory),
        TEST(test_gone_before_fetch),
        TEST(test_park_and_stir),
    };

    return cmocka_run_group_tests_name("dir_mailbox", tests, NULL, NULL);
}
