/* SPDX-License-Identifier: EUPL-1.2 */
/* The reader as the clerk sees it: every request has an answer, and a mail that ends a job costs no
 * other one. */
#include "test.h"

#include "base/file.h"
#include "daemon/reader_job.h"
#include "daemon/role.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef WITHOUT_SANDBOX
#define IS_UNLIMITED true
#else
#define IS_UNLIMITED false
#endif

#define SMALL                                                                     \
    "From: a@spd.example\r\nTo: antraege@town.example\r\nSubject: Antrag\r\n\r\n" \
    "Antrag: Ein Baum\r\n"
#define HTML                                                                                 \
    "From: a@spd.example\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>Antrag: " \
    "<b>Ein "                                                                                \
    "Baum</b></p>\r\n"

struct fixture {
    struct arena *arena;
    pid_t pid;
    int supervisor;
    int clerk;
};

static _Noreturn void be_reader(int socket)
{
    static const struct conf conf; /* OCR is off */
    struct role_start start = {.conf = &conf};
    dup2(socket, ROLE_SUPERVISOR_FD);
    exit(reader_main(&start));
}

static void receive(struct fixture *f, int socket, enum wire_type type,
                    struct wire_packet *packet_r)
{
    struct err err;
    assert_int_equal(wire_receive(socket, f->arena, 0, packet_r, &err), WIRE_OK);
    assert_string_equal(wire_type_to_text(packet_r->type), wire_type_to_text(type));
}

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    struct err err;
    int supervisor[2], clerk[2];
    struct wire_packet packet;
    f->arena = arena_new();
    assert_true(wire_pair(supervisor, &err) && wire_pair(clerk, &err));
    alarm(120); /* a test that hangs has failed */
    f->pid = fork();
    if (f->pid == 0) {
        close(supervisor[0]);
        close(clerk[0]);
        be_reader(supervisor[1]);
    }
    close(supervisor[1]);
    f->supervisor = supervisor[0];
    f->clerk = clerk[0];
    packet = (struct wire_packet){.type = WIRE_PEER, .fd = clerk[1], .as.peer.role = ROLE_CLERK};
    assert_int_equal(wire_send(f->supervisor, &packet, 0, &err), WIRE_OK);
    close(clerk[1]);
    receive(f, f->supervisor, WIRE_READY, &packet);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    struct err err;
    int status;
    struct wire_packet stop = {.type = WIRE_STOP, .fd = -1};
    wire_send(f->supervisor, &stop, 0, &err);
    assert_int_equal(waitpid(f->pid, &status, 0), f->pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(f->supervisor);
    close(f->clerk);
    arena_free(f->arena);
    free(f);
    alarm(0);
    return 0;
}

static void ask(struct fixture *f, enum wire_type type, uint64_t ticket, int fd)
{
    struct err err;
    struct wire_packet packet = {.type = type, .fd = fd};
    if (type == WIRE_READ_HEAD)
        packet.as.read_head = (struct wire_read_head){.ticket = ticket};
    else
        packet.as.read_content = (struct wire_read_content){.ticket = ticket, .body = "town"};
    assert_int_equal(wire_send(f->clerk, &packet, 0, &err), WIRE_OK);
    close(fd);
}

static int mail(const char *text)
{
    struct err err;
    int fd;
    assert_true(memfd_from("mail", text, strlen(text), &fd, &err));
    return fd;
}

/* Larger than a job may have memory for. */
static int huge_mail(void)
{
    const size_t size = (size_t)600 << 20;
    struct err err;
    int fd;
    assert_true(memfd_new("mail", &fd, &err));
    assert_int_equal(ftruncate(fd, (off_t)size), 0);
    assert_true(memfd_seal(fd, &err));
    return fd;
}

static void expect_reading(struct fixture *f, uint64_t ticket, bool wants_content)
{
    struct wire_packet packet;
    struct reading *reading;
    struct err err;
    receive(f, f->clerk, WIRE_READING, &packet);
    assert_int_equal(packet.as.reading.ticket, ticket);
    assert_true(reader_take(f->arena, packet.fd, &reading, &err));
    assert_string_equal(reading->mail->from.v[0].address, "a@spd.example");
    assert_int_equal(reading->mail->wants_content, wants_content);
    close(packet.fd);
}

static void test_batch(void **state)
{
    struct fixture *f = *state;
    for (uint64_t ticket = 1; ticket <= 100; ticket++)
        ask(f, WIRE_READ_HEAD, ticket, mail(SMALL));
    for (uint64_t ticket = 1; ticket <= 100; ticket++)
        expect_reading(f, ticket, false);
}

static void test_content(void **state)
{
    struct fixture *f = *state;
    ask(f, WIRE_READ_HEAD, 1, mail(HTML));
    expect_reading(f, 1, true);
    ask(f, WIRE_READ_CONTENT, 2, mail(HTML));
    ask(f, WIRE_READ_HEAD, 3, mail(SMALL));
    expect_reading(f, 2, false);
    expect_reading(f, 3, false);
}

static void test_a_mail_that_cannot_be_mapped_costs_no_other(void **state)
{
    struct fixture *f = *state;
    struct wire_packet packet;
    ask(f, WIRE_READ_HEAD, 1, mail(SMALL));
    ask(f, WIRE_READ_HEAD, 2, huge_mail());
    ask(f, WIRE_READ_HEAD, 3, mail(SMALL));
    expect_reading(f, 1, false);
    receive(f, f->clerk, WIRE_UNREADABLE, &packet);
    assert_int_equal(packet.as.unreadable.ticket, 2);
    expect_reading(f, 3, false);
}

/* Base64 without end: decoding it needs more memory than a job has. */
static int greedy_mail(void)
{
    static const char head[] = "From: a@spd.example\r\nMIME-Version: 1.0\r\n"
                               "Content-Transfer-Encoding: base64\r\n\r\n";
    const size_t block = (size_t)1 << 20;
    struct err err;
    int fd;
    char *bytes = xcalloc(1, block);
    memset(bytes, 'A', block);
    for (size_t i = 76; i < block; i += 77)
        bytes[i] = '\n';
    assert_true(memfd_new("mail", &fd, &err));
    assert_true(file_write_all(fd, head, sizeof head - 1, &err));
    for (int i = 0; i < 240; i++)
        assert_true(file_write_all(fd, bytes, block, &err));
    free(bytes);
    assert_true(memfd_seal(fd, &err));
    return fd;
}

static void test_a_job_that_dies_costs_no_other_mail(void **state)
{
    struct fixture *f = *state;
    struct wire_packet packet;
    if (IS_UNLIMITED) {
        puts("SKIPPED: a build with sanitizers does not limit a job's memory");
        skip();
    }
    ask(f, WIRE_READ_HEAD, 1, mail(SMALL));
    ask(f, WIRE_READ_HEAD, 2, greedy_mail());
    ask(f, WIRE_READ_HEAD, 3, mail(SMALL));
    expect_reading(f, 1, false);
    receive(f, f->clerk, WIRE_DIED, &packet);
    assert_int_equal(packet.as.died.ticket, 2);
    expect_reading(f, 3, false);
}

/* Wherever a mail may name a charset, the C library may look for the converter's file. */
static void test_no_charset_ends_a_job(void **state)
{
    static const char *const charsets[] = {"IBM1047",     "ISO-8859-14",     "EUC-TW",  "TSCII",
                                           "csIBM037",    "ISO-2022-CN-EXT", "unknown", "KOI8-T",
                                           "windows-31j", "../../x",         "UTF-7"};
    struct fixture *f = *state;
    size_t count = sizeof charsets / sizeof *charsets;
    for (size_t i = 0; i < count; i++) {
        const char *name = charsets[i];
        ask(f, WIRE_READ_HEAD, i,
            mail(arena_printf(f->arena,
                              "From: =?%s?Q?abc?= <a@spd.example>\r\nSubject: =?%s?B?YWJj?=\r\n"
                              "To: \"=?%s?Q?abc?=\" <b@town.example>\r\n"
                              "Content-Type: text/plain; charset=\"%s\"; name*=%s''%%41bc\r\n"
                              "Content-Disposition: attachment; filename*0*=%s''%%c1;\r\n"
                              " filename*1=\"=?%s?Q?abc?=\"\r\n\r\na\xc1z\r\n",
                              name, name, name, name, name, name, name)));
    }
    for (size_t i = 0; i < count; i++)
        expect_reading(f, i, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_batch, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_charset_ends_a_job, setup, teardown),
        cmocka_unit_test_setup_teardown(test_content, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_job_that_dies_costs_no_other_mail, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_mail_that_cannot_be_mapped_costs_no_other, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
