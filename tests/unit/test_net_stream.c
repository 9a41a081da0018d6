/* SPDX-License-Identifier: EUPL-1.2 */
/* The stream's waits, limits and memory, on a socket whose other end the test holds.  Certificates
 * are in test_imap_lies. */
#include "config.h"

#include "test.h"

#include "net/stream.h"
#include "peer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <libetpan/libetpan.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct link {
    int listener;
    int peer;
    int cancel;
    struct conf_server server;
    struct stream *stream;
    struct err err;
};

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int begin(void **state)
{
    struct link *l = calloc(1, sizeof *l);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;

    l->cancel = eventfd(0, EFD_CLOEXEC);
    l->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(l->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(l->listener, 5), 0);
    assert_int_equal(getsockname(l->listener, (struct sockaddr *)&address, &size), 0);
    l->server = (struct conf_server){
        .host = "127.0.0.1", .port = ntohs(address.sin_port), .tls = CONF_TLS_NONE};
    if (!stream_open(&l->server, l->cancel, 5000, &l->stream, &l->err))
        fail_msg("%s", l->err.text);
    l->peer = accept(l->listener, NULL, NULL);
    assert_true(l->peer >= 0);
    *state = l;
    return 0;
}

static int end(void **state)
{
    struct link *l = *state;

    stream_close(l->stream);
    if (l->peer >= 0)
        close(l->peer);
    close(l->listener);
    close(l->cancel);
    free(l);
    return 0;
}

static void say(struct link *l, const char *text)
{
    assert_int_equal(write(l->peer, text, strlen(text)), (ssize_t)strlen(text));
}

static ssize_t hear(struct link *l)
{
    char bytes[1000];

    return stream_read(l->stream, bytes, sizeof bytes);
}

static void test_both_ways(void **state)
{
    struct link *l = *state;
    char bytes[10] = "";

    assert_true(stream_write(l->stream, "hello", 5));
    assert_int_equal(read(l->peer, bytes, sizeof bytes), 5);
    assert_string_equal(bytes, "hello");
    say(l, "a line\r\nhalf");
    assert_int_equal(hear(l), 12);
    assert_string_equal(stream_last_line(l->stream), "a line");
    assert_false(stream_is_tls(l->stream));
}

/* A peer that has gone without a word is noticed while nothing is sent, within two minutes. */
static void test_keepalive(void **state)
{
    const struct link *l = *state;
    static const int options[][2] = {
        {IPPROTO_TCP, TCP_KEEPIDLE}, {IPPROTO_TCP, TCP_KEEPINTVL}, {IPPROTO_TCP, TCP_KEEPCNT}};
    int on = 0, values[3];
    socklen_t size = sizeof on;

    assert_int_equal(getsockopt(stream_fd(l->stream), SOL_SOCKET, SO_KEEPALIVE, &on, &size), 0);
    assert_int_equal(on, 1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(
            getsockopt(stream_fd(l->stream), options[i][0], options[i][1], &values[i], &size), 0);
    assert_in_range(values[0] + values[1] * values[2], 1, 120);
}

static void test_last_line(void **state)
{
    struct link *l = *state;
    char *flood = calloc(1, 5001);

    assert_string_equal(stream_last_line(l->stream), "");
    say(l, "no end \x1b[31m\xc3\xbc \\ yet");
    hear(l);
    assert_string_equal(stream_last_line(l->stream), "no end \\x1b[31m\\xc3\\xbc \\x5c yet");
    say(l, " but now\r\nb\r\nc\r\nd");
    hear(l);
    assert_string_equal(stream_last_line(l->stream), "c");
    say(l, "e\n");
    hear(l);
    assert_string_equal(stream_last_line(l->stream), "de");
    memset(flood, 'x', 5000);
    say(l, flood);
    say(l, "\n");
    for (ssize_t got = 0; got < 5001;)
        got += hear(l);
    assert_true(strlen(stream_last_line(l->stream)) <= 200);
    assert_true(strlen(stream_last_line(l->stream)) > 190);
    free(flood);
}

static void test_deadline(void **state)
{
    struct link *l = *state;
    int64_t before = now_ms();

    stream_arm(l->stream, 1000, 100);
    assert_int_equal(hear(l), -1);
    assert_int_equal(stream_why(l->stream), STREAM_TIMEOUT);
    assert_true(now_ms() - before >= 99);
    /* what waits does not help where the time is over: a trickle must end, too */
    say(l, "late");
    assert_int_equal(hear(l), -1);
    stream_arm(l->stream, 1000, 5000);
    assert_int_equal(hear(l), 4);
}

static void test_silence(void **state)
{
    struct link *l = *state;

    stream_arm(l->stream, 1000, 60000);
    stream_limit_silence(l->stream, 50);
    assert_int_equal(hear(l), -1);
    assert_int_equal(stream_why(l->stream), STREAM_TIMEOUT);
}

static void test_budget(void **state)
{
    struct link *l = *state;

    stream_arm(l->stream, 6, 5000);
    say(l, "0123456789");
    assert_int_equal(hear(l), 6);
    assert_int_equal(hear(l), -1);
    assert_int_equal(stream_why(l->stream), STREAM_OVER_BUDGET);
    stream_arm(l->stream, 6, 5000);
    assert_int_equal(stream_why(l->stream), STREAM_OK);
    assert_int_equal(hear(l), 4);
}

static void test_cancel(void **state)
{
    struct link *l = *state;
    struct stream *other;
    int64_t before = now_ms();

    eventfd_write(l->cancel, 1);
    stream_arm(l->stream, 1000, 60000);
    assert_int_equal(hear(l), -1);
    assert_int_equal(stream_why(l->stream), STREAM_CANCELLED);
    l->server.tls = CONF_TLS_IMPLICIT; /* nobody shakes hands */
    assert_false(stream_open(&l->server, l->cancel, 60000, &other, &l->err));
    assert_true(now_ms() - before < 20000);
    assert_int_equal(l->err.kind, ERR_UNAVAILABLE);
}

static void test_polling(void **state)
{
    struct link *l = *state;

    stream_arm(l->stream, 1000, 0);
    stream_set_polling(l->stream, true);
    assert_int_equal(hear(l), -1);
    assert_int_equal(stream_why(l->stream), STREAM_AGAIN);
    say(l, "x");
    assert_int_equal(hear(l), 1);
    close(l->peer);
    l->peer = -1;
    assert_int_equal(hear(l), -1);
    assert_int_equal(stream_why(l->stream), STREAM_EOF);
}

/* The default action of SIGPIPE would end the test. */
static void write_into_nothing(struct stream *stream)
{
    char bytes[4096] = "";

    stream_arm(stream, 1000000, 5000);
    for (int i = 0; i < 100000 && stream_write(stream, bytes, sizeof bytes); i++)
        ;
    assert_true(stream_why(stream) == STREAM_BROKEN || stream_why(stream) == STREAM_EOF);
}

static void test_no_sigpipe(void **state)
{
    struct link *l = *state;

    signal(SIGPIPE, SIG_DFL);
    close(l->peer);
    l->peer = -1;
    write_into_nothing(l->stream);
}

static void test_no_sigpipe_over_tls(void **state)
{
    struct link *l = *state;
    char template[] = "/tmp/antragd-stream.XXXXXX", pem[60], key[60], ca[60], line[20];
    char *dir = mkdtemp(template);
    struct peer tool, server;
    struct stream *stream;

    assert_non_null(dir);
    snprintf(pem, sizeof pem, "%s/good.pem", dir);
    snprintf(key, sizeof key, "%s/good.key", dir);
    snprintf(ca, sizeof ca, "%s/ca.pem", dir);
    const char *make[] = {"sh", peer_source("tests/fake/certificates.sh"), dir, NULL};
    const char *fake[] = {"python3", peer_source("tests/fake/fake_imapd.py"),
                          "--tls",   "implicit",
                          "--cert",  pem,
                          "--key",   key,
                          "CLOSE",   NULL};
    const char *clean[] = {"sh", "-c", "rm -rf \"$0\" && echo gone", dir, NULL};
    peer_start(&tool, make, line, sizeof line);
    peer_stop(&tool);
    peer_start(&server, fake, line, sizeof line);
    l->server.port = atoi(line);
    l->server.tls = CONF_TLS_IMPLICIT;
    l->server.ca_file = ca;
    if (!stream_open(&l->server, -1, 10000, &stream, &l->err))
        fail_msg("%s", l->err.text);
    assert_true(stream_is_tls(stream));
    signal(SIGPIPE, SIG_DFL);
    assert_int_equal(stream_read(stream, line, sizeof line), -1);
    assert_int_equal(stream_why(stream), STREAM_EOF);
    write_into_nothing(stream);
    stream_close(stream);
    peer_stop(&server);
    peer_start(&tool, clean, line, sizeof line);
    peer_stop(&tool);
}

static void test_mailstream(void **state)
{
    struct link *l = *state;
    mailstream *ms = stream_mailstream(l->stream);
    MMAPString *line = mmap_string_new("");

    assert_ptr_equal(stream_mailstream(l->stream), ms);
    stream_arm(l->stream, 1000, 5000);
    say(l, "one\r\ntwo\r\n");
    assert_non_null(mailstream_read_line_remove_eol(ms, line));
    assert_string_equal(line->str, "one");
    assert_true(stream_has_pending(l->stream));
    assert_non_null(mailstream_read_line_remove_eol(ms, line));
    assert_false(stream_has_pending(l->stream));
    /* the buffers go, the link stays */
    stream_release_mailstream(l->stream);
    assert_true(stream_write(l->stream, "x", 1));
    say(l, "three\r\n");
    assert_non_null(mailstream_read_line_remove_eol(stream_mailstream(l->stream), line));
    assert_string_equal(line->str, "three");
    mmap_string_free(line);
    /* closing libetpan's side closes all */
    mailstream_close(stream_mailstream(l->stream));
    l->stream = NULL;
    char c;
    assert_int_equal(read(l->peer, &c, 1), 1);
    assert_int_equal(read(l->peer, &c, 1), 0);
}

/* STARTTLS was answered, and more came with the answer. */
static void test_clear_text_before_tls(void **state)
{
    struct link *l = *state;
    MMAPString *line = mmap_string_new("");

    say(l, "1 OK\r\n* CAPABILITY EVIL\r\n");
    assert_non_null(mailstream_read_line(stream_mailstream(l->stream), line));
    mmap_string_free(line);
    assert_false(stream_start_tls(l->stream, 5000, &l->err));
    assert_int_equal(l->err.kind, ERR_PERMISSION);
}

/* select() would abort the process here. */
static void test_high_descriptor(void **state)
{
    struct link *l = *state;
    struct rlimit limit;
    int high[1100], n = 0;
    struct stream *stream;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_max < 1300) {
        print_message("SKIPPED: at most %lu descriptors allowed here\n",
                      (unsigned long)limit.rlim_max);
        skip();
    }
    limit.rlim_cur = 1300;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    while (n < 1100)
        high[n++] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_true(stream_open(&l->server, l->cancel, 5000, &stream, &l->err));
    assert_true(stream_fd(stream) > 1023);
    stream_arm(stream, 1000, 50);
    assert_int_equal(stream_read(stream, &limit, sizeof limit), -1);
    assert_int_equal(stream_why(stream), STREAM_TIMEOUT);
    stream_close(stream);
    while (n > 0)
        close(high[--n]);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *host;
        int port; /* 0: of a listener that is gone */
        enum conf_tls tls;
        enum err_kind kind;
        const char *says;
    } cases[] = {
        {"192.0.2.1", 143, CONF_TLS_NONE, ERR_CONFIG, "loopback"},
        {"::ffff:192.0.2.1", 143, CONF_TLS_NONE, ERR_CONFIG, "loopback"},
        {"127.0.0.1", 0, CONF_TLS_NONE, ERR_UNAVAILABLE, "cannot connect"},
        {"::1", 0, CONF_TLS_NONE, ERR_UNAVAILABLE, "cannot connect"},
        {"gibt-es-nicht.invalid", 143, CONF_TLS_IMPLICIT, ERR_UNAVAILABLE, "no address"},
    };
    struct link *l = *state;

    close(l->listener);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stream *stream;
        int port = cases[i].port ? cases[i].port : l->server.port;
        const struct conf_server server = {
            .host = cases[i].host, .port = port, .tls = cases[i].tls};

        assert_false(stream_open(&server, -1, 20000, &stream, &l->err));
        if (l->err.kind != cases[i].kind || strstr(l->err.text, cases[i].says) == NULL)
            fail_msg("%s: %d %s", cases[i].host, l->err.kind, l->err.text);
        assert_non_null(strstr(l->err.text, cases[i].host));
    }
    l->listener = -1;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_both_ways),       TEST(test_keepalive),
        TEST(test_last_line),       TEST(test_deadline),
        TEST(test_silence),         TEST(test_budget),
        TEST(test_cancel),          TEST(test_polling),
        TEST(test_no_sigpipe),      TEST(test_no_sigpipe_over_tls),
        TEST(test_mailstream),      TEST(test_clear_text_before_tls),
        TEST(test_high_descriptor), TEST(test_refusals),
    };

    return cmocka_run_group_tests_name("net_stream", tests, NULL, NULL);
}
