/* SPDX-License-Identifier: EUPL-1.2 */
/* The mailbox against a real Dovecot: one visit after the other, as the daemon makes them. */
#include "config.h"

#include "test.h"

#include "base/file.h"
#include "imap/imap_session.h"
#include "imap/mailbox.h"
#include "peer.h"

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct world {
    struct peer dovecot;
    int imaps, imap;
    char ca[200], password[200], user[200], maildir[200];
    struct conf_mailbox conf;
    struct arena *arena;
    struct mailbox *mailbox;
    struct mailbox_view view;
    struct err err;
};

static int begin(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    static const char special[] = "namespace inbox {\n  mailbox \"Müll & Werbung\" {\n"
                                  "    special_use = \\Junk\n    auto = create\n  }\n}\n";
    const char *argv[] = {"bash", peer_source("tests/fake/dovecot.sh"), special, NULL};
    char line[900];

    peer_start(&w->dovecot, argv, line, sizeof line);
    assert_int_equal(sscanf(line, "%d %d %199s %199s %199s %199s", &w->imaps, &w->imap, w->ca,
                            w->password, w->user, w->maildir),
                     6);
    w->conf = (struct conf_mailbox){
        .name = "rathaus",
        .server = {.host = "localhost",
                   .port = w->imaps,
                   .tls = CONF_TLS_IMPLICIT,
                   .ca_file = w->ca,
                   .user = w->user,
                   .password_file = w->password,
                   .auth = CONF_AUTH_PLAIN},
        .folder = "INBOX",
        .done_folder = "Registriert",
    };
    w->arena = arena_new();
    w->mailbox = mailbox_new(&w->conf, -1);
    *state = w;
    return 0;
}

static int end(void **state)
{
    struct world *w = *state;

    mailbox_free(w->mailbox);
    arena_free(w->arena);
    assert_int_equal(peer_stop(&w->dovecot), 0);
    free(w);
    return 0;
}

static void expect(struct world *w, enum mailbox_result wanted, enum mailbox_result got)
{
    if (got != wanted)
        fail_msg("wanted %d, got %d: %s", wanted, got, w->err.text);
}

static void open_it(struct world *w)
{
    expect(w, MAILBOX_OK, mailbox_open(w->mailbox, false, &w->view, &w->err));
}

static size_t list(struct world *w, struct mailbox_item **items_r)
{
    size_t count;

    expect(w, MAILBOX_OK, mailbox_list(w->mailbox, w->arena, items_r, &count, &w->err));
    return count;
}

/* Into a maildir as an MDA would: written beside it, then renamed into new. */
static void deliver(struct world *w, const char *folder, const char *name, const char *bytes,
                    size_t n)
{
    char from[500], to[500];
    struct stat st;
    int fd;

    snprintf(from, sizeof from, "%s%s/tmp/%s", w->maildir, folder, name);
    snprintf(to, sizeof to, "%s%s/new/%s", w->maildir, folder, name);
    assert_int_equal(stat(w->maildir, &st), 0);
    fd = open(from, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_true(file_write_all(fd, bytes, n, &w->err));
    assert_int_equal(fchown(fd, st.st_uid, st.st_gid), 0);
    close(fd);
    assert_int_equal(rename(from, to), 0);
}

static void deliver_text(struct world *w, const char *name, const char *text)
{
    deliver(w, "", name, text, strlen(text));
}

static char *fetch(struct world *w, const struct mailbox_item *item, size_t *n_r)
{
    struct memfd_map map;
    int fd;

    assert_true(memfd_new("mail", &fd, &w->err));
    expect(w, MAILBOX_OK, mailbox_fetch(w->mailbox, item, 64 << 20, fd, &w->err));
    assert_true(memfd_seal(fd, &w->err));
    assert_true(memfd_map(fd, 64 << 20, &map, &w->err));
    char *bytes = arena_strndup(w->arena, map.bytes, map.n);
    *n_r = map.n;
    memfd_unmap(&map);
    close(fd);
    return bytes;
}

static void wait_stirred(struct world *w, int fd)
{
    struct pollfd wait = {fd, POLLIN, 0};

    do {
        assert_int_equal(poll(&wait, 1, 20000), 1);
    } while (!mailbox_stir(w->mailbox));
}

/* The maildir exists once somebody has logged in. */
static void test_visits(void **state)
{
    struct world *w = *state;
    struct mailbox_item *items;
    size_t n;
    int fd;
    bool stirred;
    uint32_t uids[3];

    open_it(w);
    assert_true(w->view.uidvalidity > 0);
    assert_true(w->view.can_idle);
    assert_int_equal(list(w, &items), 0);

    size_t large = 3 << 20;
    char *mail = malloc(large);
    memset(mail, 'x', large);
    memcpy(mail, "Subject: large\n\n", 16);
    for (size_t i = 100; i < large; i += 77)
        mail[i] = '\n';
    deliver_text(w, "1.a", "From: a@b.example\nSubject: first\n\nGr\xc3\xbc\xc3\x9f\x65\n");
    deliver_text(w, "2.b", "Subject: second\n\n* 1 FETCH (UID 99)\n");
    deliver(w, "", "3.c", mail, large);
    open_it(w);
    assert_int_equal(list(w, &items), 3);
    assert_true(items[0].uid < items[1].uid && items[1].uid < items[2].uid);
    assert_true(items[0].internaldate > 1700000000);
    assert_string_equal(fetch(w, &items[0], &n),
                        "From: a@b.example\r\nSubject: first\r\n\r\nGr\xc3\xbc\xc3\x9f\x65\r\n");
    assert_string_equal(fetch(w, &items[1], &n), "Subject: second\r\n\r\n* 1 FETCH (UID 99)\r\n");
    fetch(w, &items[2], &n);
    assert_int_equal(n, items[2].size);
    assert_true(n > large);
    free(mail);

    for (int i = 0; i < 3; i++)
        uids[i] = items[i].uid;
    expect(w, MAILBOX_OK, mailbox_done(w->mailbox, uids, 2, &w->err));
    assert_int_equal(list(w, &items), 1);
    expect(w, MAILBOX_OK, mailbox_done(w->mailbox, uids, 3, &w->err)); /* two are not there */
    expect(w, MAILBOX_OK, mailbox_done(w->mailbox, uids, 3, &w->err)); /* harmless to repeat */
    assert_int_equal(list(w, &items), 0);
    assert_true(memfd_new("mail", &fd, &w->err));
    expect(w, MAILBOX_GONE,
           mailbox_fetch(w->mailbox, &(struct mailbox_item){.uid = uids[0], .size = 9}, 1000, fd,
                         &w->err));
    close(fd);

    expect(w, MAILBOX_OK, mailbox_park(w->mailbox, &fd, &stirred, &w->err));
    assert_true(fd >= 0);
    assert_false(stirred);
    assert_false(mailbox_stir(w->mailbox));
    deliver_text(w, "4.d", "Subject: fourth\n\nnews\n");
    wait_stirred(w, fd);
    open_it(w);
    assert_int_equal(list(w, &items), 1);
    assert_true(items[0].uid > uids[2]);
    assert_string_equal(fetch(w, &items[0], &n), "Subject: fourth\r\n\r\nnews\r\n");

    /* parked and visited again without news, and what was moved has arrived unread */
    expect(w, MAILBOX_OK, mailbox_park(w->mailbox, &fd, &stirred, &w->err));
    assert_int_equal(list(w, &items), 1);
    mailbox_close(w->mailbox);
    w->conf.folder = "Registriert";
    open_it(w);
    assert_int_equal(list(w, &items), 3);
    assert_string_equal(fetch(w, &items[1], &n), "Subject: second\r\n\r\n* 1 FETCH (UID 99)\r\n");
    mailbox_close(w->mailbox);
}

static void test_read_only(void **state)
{
    struct world *w = *state;
    struct mailbox_item *items;
    uint32_t uid = 1;

    expect(w, MAILBOX_OK, mailbox_open(w->mailbox, true, &w->view, &w->err));
    list(w, &items);
    expect(w, MAILBOX_REFUSED, mailbox_done(w->mailbox, &uid, 1, &w->err));
    mailbox_close(w->mailbox);
}

static void test_starttls_and_umlauts(void **state)
{
    struct world *w = *state;
    struct mailbox_item *items;

    w->conf.server.port = w->imap;
    w->conf.server.tls = CONF_TLS_STARTTLS;
    w->conf.server.host = "127.0.0.1";
    w->conf.done_folder = "Anträge & \"Erledigtes\" €𝄞";
    open_it(w);
    deliver_text(w, "5.e", "Subject: fifth\n\nx\n");
    open_it(w);
    assert_true(list(w, &items) >= 1);
    expect(w, MAILBOX_OK, mailbox_done(w->mailbox, &items[0].uid, 1, &w->err));
    mailbox_close(w->mailbox);
    w->conf.folder = w->conf.done_folder;
    open_it(w);
    assert_int_equal(list(w, &items), 1);
    mailbox_close(w->mailbox);
}

static void expect_folder(struct world *w, const char *folder, bool wanted)
{
    bool found;

    expect(w, MAILBOX_OK, mailbox_find_folder(w->mailbox, folder, &found, &w->err));
    if (found != wanted)
        fail_msg("folder %s is %s", folder, found ? "there" : "not there");
}

static void test_looking_around(void **state)
{
    struct world *w = *state;
    struct mailbox_offer offer;
    struct mailbox_item *items;

    w->conf.folder = "INBOX";
    expect(w, MAILBOX_OK, mailbox_open(w->mailbox, true, &w->view, &w->err));
    mailbox_get_offer(w->mailbox, &offer);
    assert_true(offer.idle && offer.move && offer.uidplus);
    expect_folder(w, "Registriert", true);
    expect_folder(w, "Anträge & \"Erledigtes\" €𝄞", true);
    expect_folder(w, "Gibt es nicht", false);
    char *junk, *trash;
    expect(w, MAILBOX_OK, mailbox_find_special(w->mailbox, w->arena, "\\Junk", &junk, &w->err));
    assert_string_equal(junk, "Müll & Werbung");
    expect(w, MAILBOX_OK, mailbox_find_special(w->mailbox, w->arena, "\\Trash", &trash, &w->err));
    assert_null(trash);
    list(w, &items); /* of the folder that is open, as before */
    mailbox_close(w->mailbox);
    bool found;
    expect(w, MAILBOX_LOST, mailbox_find_folder(w->mailbox, "Registriert", &found, &w->err));
}

static void test_too_big(void **state)
{
    struct world *w = *state;
    struct mailbox_item *items, lie;
    struct memfd_map map;
    int fd;

    w->conf.folder = "INBOX";
    open_it(w);
    char *mail = calloc(1, 200001);
    memset(mail, 'y', 200000);
    memcpy(mail, "Subject: big\nX: y\n\n", 19);
    deliver_text(w, "6.f", mail);
    free(mail);
    open_it(w);
    size_t count = list(w, &items);
    assert_true(count >= 1);
    lie = items[count - 1];
    for (int turn = 0; turn < 2; turn++) { /* told by the size, then by surprise */
        assert_true(memfd_new("mail", &fd, &w->err));
        expect(w, MAILBOX_TOO_BIG, mailbox_fetch(w->mailbox, &lie, 100000, fd, &w->err));
        assert_true(memfd_seal(fd, &w->err));
        assert_true(memfd_map(fd, 1 << 20, &map, &w->err));
        assert_int_equal(map.n, 22);
        assert_memory_equal(map.bytes, "Subject: big\r\nX: y\r\n\r\n", 22);
        memfd_unmap(&map);
        close(fd);
        list(w, &items); /* the link lives */
        lie.size = 10;
    }
    mailbox_close(w->mailbox);
}

static void test_denied(void **state)
{
    struct world *w = *state;

    w->conf.server.user = "nobody@fremd.example";
    expect(w, MAILBOX_DENIED, mailbox_open(w->mailbox, false, &w->view, &w->err));
    assert_non_null(strstr(w->err.text, "AUTHENTICATIONFAILED"));
    w->conf.server.user = w->user;
}

static void test_no_such_folder(void **state)
{
    struct world *w = *state;

    w->conf.folder = "Gibt es nicht";
    expect(w, MAILBOX_REFUSED, mailbox_open(w->mailbox, false, &w->view, &w->err));
    assert_non_null(strstr(w->err.text, "Gibt es nicht"));
    w->conf.folder = "INBOX";
}

/* ---- other folders ---- */

#define OTHER "Übersortiertes & \"Belege\""

static struct mailbox_filed put_copy(struct world *w, const char *folder, const char *id,
                                     const char *bytes, bool look_first)
{
    struct mailbox_copy copy = {
        .folder = folder, .message_id = id, .date = 1443081600, .look_first = look_first};
    struct mailbox_filed filed;

    assert_true(memfd_from("copy", bytes, strlen(bytes), &copy.fd, &w->err));
    expect(w, MAILBOX_OK, mailbox_file(w->mailbox, &copy, &filed, &w->err));
    close(copy.fd);
    return filed;
}

/* Filed into a folder that was not there, once, as it was, seen, with its date. */
static void test_filing(void **state)
{
    static const char first[] =
        "From: a@b.example\r\nMessage-ID: <1@b.example>\r\n\r\nGr\xc3\xbc\xc3\x9f\x65\r\n";
    struct world *w = *state;
    struct mailbox_item *items;
    struct mailbox_filed filed;
    size_t n;

    w->conf.folder = "INBOX";
    open_it(w);
    size_t before = list(w, &items);
    filed = put_copy(w, OTHER, "1@b.example", first, true); /* nothing to be found in no folder */
    assert_false(filed.found);
    assert_true(filed.uid > 0 && filed.uidvalidity > 0);
    uint32_t uid = filed.uid;
    filed = put_copy(w, OTHER, "1@b.example", first, true);
    assert_true(filed.found);
    assert_int_equal(filed.uid, uid);
    filed = put_copy(w, OTHER, "2@b.example", "Message-ID: <2@b.example>\r\n\r\nx\r\n", true);
    assert_false(filed.found);

    expect(w, MAILBOX_OK, mailbox_examine(w->mailbox, OTHER, false, &w->view, &w->err));
    assert_int_equal(list(w, &items), 2);
    assert_int_equal(items[0].internaldate, 1443081600);
    assert_string_equal(fetch(w, &items[0], &n), first);
    open_it(w);
    assert_int_equal(list(w, &items), before);
    mailbox_close(w->mailbox);
}

static void test_no_room(void **state)
{
    struct world *w = *state;
    struct mailbox_copy copy = {.folder = "Über/nicht//da", .message_id = "3@b.example"};
    struct mailbox_filed filed;
    struct mailbox_item *items;

    open_it(w);
    assert_true(memfd_from("copy", "x\r\n", 3, &copy.fd, &w->err));
    expect(w, MAILBOX_REFUSED, mailbox_file(w->mailbox, &copy, &filed, &w->err));
    close(copy.fd);
    assert_non_null(strstr(w->err.text, "refuses"));
    list(w, &items); /* the link lives */
    mailbox_close(w->mailbox);
}

static void expect_from(int fd, const char *wanted)
{
    char bytes[300];
    ssize_t n = pread(fd, bytes, sizeof bytes - 1, 0);

    assert_true(n >= 0);
    bytes[n] = '\0';
    assert_string_equal(bytes, wanted);
    close(fd);
}

/* Looked into without a mark, and one mail of it put away. */
static void test_other_folder(void **state)
{
    struct world *w = *state;
    struct mailbox_item *items, asked[3];
    int fds[3];

    w->conf.done_folder = "Registriert";
    open_it(w);
    expect(w, MAILBOX_REFUSED,
           mailbox_examine(w->mailbox, "Gibt es nicht", false, &w->view, &w->err));
    put_copy(w, "Junk", "1@b.example", "To: x@y.example\r\nFrom: A <a@b.example>\r\n\r\nx\r\n",
             false);
    put_copy(w, "Junk", "2@b.example", "Subject: nobody's\r\n\r\nFrom: no@header.example\r\n",
             false);
    expect(w, MAILBOX_OK, mailbox_examine(w->mailbox, "Junk", false, &w->view, &w->err));
    assert_int_equal(list(w, &items), 2);
    memcpy(asked, items, 2 * sizeof *asked);
    asked[2] = (struct mailbox_item){.uid = items[1].uid + 7};
    for (int i = 0; i < 3; i++)
        assert_true(memfd_new("from", &fds[i], &w->err));
    expect(w, MAILBOX_OK, mailbox_peek(w->mailbox, asked, 3, fds, &w->err));
    expect_from(fds[0], "From: A <a@b.example>\r\n\r\n");
    expect_from(fds[1], "\r\n");
    expect_from(fds[2], "");
    expect(w, MAILBOX_REFUSED, mailbox_done(w->mailbox, &items[0].uid, 1, &w->err));
    expect(w, MAILBOX_OK, mailbox_select(w->mailbox, "Junk", &w->view, &w->err));
    expect(w, MAILBOX_OK, mailbox_done(w->mailbox, &items[0].uid, 1, &w->err));
    assert_int_equal(list(w, &items), 1);
    open_it(w); /* and back */
    mailbox_close(w->mailbox);
}

#define MANY 8
#define PARKED_BYTES 26000 /* 22 kB of TLS and what is ours */

static size_t heap(void)
{
    return mallinfo2().uordblks;
}

/* Ten thousand parked mailboxes are to fit into a small machine. */
static void test_parked_is_small(void **state)
{
    struct world *w = *state;
    struct mailbox *many[MANY + 1];
    size_t before = 0;
    int fd;
    bool stirred;

    mailbox_close(w->mailbox);
    for (int i = 0; i <= MANY; i++) {
        if (i == 1)
            before = heap(); /* the first one has loaded the authorities for all */
        many[i] = mailbox_new(&w->conf, -1);
        expect(w, MAILBOX_OK, mailbox_open(many[i], false, &w->view, &w->err));
        expect(w, MAILBOX_OK, mailbox_park(many[i], &fd, &stirred, &w->err));
    }
    size_t each = (heap() - before) / MANY;
    if (before == 0)
        puts("SKIPPED: this build cannot say how much memory is taken");
    else if (each > PARKED_BYTES)
        fail_msg("a parked mailbox takes %zu bytes", each);
    else
        print_message("a parked mailbox takes %zu bytes\n", each);
    /* and wakes up all the same */
    for (int i = 0; i <= MANY; i++) {
        expect(w, MAILBOX_OK, mailbox_open(many[i], false, &w->view, &w->err));
        mailbox_close(many[i]);
        mailbox_free(many[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_visits),
        cmocka_unit_test(test_read_only),
        cmocka_unit_test(test_starttls_and_umlauts),
        cmocka_unit_test(test_looking_around),
        cmocka_unit_test(test_too_big),
        cmocka_unit_test(test_denied),
        cmocka_unit_test(test_no_such_folder),
        cmocka_unit_test(test_filing),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_other_folder),
        cmocka_unit_test(test_parked_is_small),
    };

    if (system("command -v dovecot >/dev/null") != 0) {
        puts("SKIPPED: dovecot is not installed (or not in PATH); on Debian: dovecot-imapd");
        return 77;
    }
    return cmocka_run_group_tests_name("imap_dovecot", tests, begin, end);
}
