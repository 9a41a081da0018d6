/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "base/text.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_SIZE 65536

/* Runs body in a child whose standard error is a pipe; gives what came, and its wait status. */
static int run(void (*body)(const void *context), const void *context, bool journal,
               char output_r[OUTPUT_SIZE])
{
    int fds[2];
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct stat st;
        char stream[64];
        signal(SIGABRT, SIG_DFL);
        dup2(fds[1], STDERR_FILENO);
        fstat(STDERR_FILENO, &st);
        snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)st.st_dev,
                 (uintmax_t)st.st_ino + !journal);
        setenv("JOURNAL_STREAM", stream, 1);
        body(context);
        _exit(0);
    }
    close(fds[1]);
    size_t n = 0;
    for (ssize_t got; n < OUTPUT_SIZE - 1; n += (size_t)got)
        if ((got = read(fds[0], output_r + n, OUTPUT_SIZE - 1 - n)) <= 0)
            break;
    output_r[n] = '\0';
    close(fds[0]);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void log_value(const void *value)
{
    log_open("clerk", LOG_INFO);
    log_event(LOG_INFO, "test", "v", (const char *)value, "last", "yes", NULL);
}

static void test_values(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        const char *logged; /* NULL: the pair is left out */
    } cases[] = {
        {"A/2026/0001", "A/2026/0001"},
        {"", "\"\""},
        {NULL, NULL},
        {"two words", "\"two words\""},
        {"a=b", "\"a=b\""},
        {"say \"no\"", "\"say \\\"no\\\"\""},
        {"back\\slash", "\"back\\\\slash\""},
        {"x\nlevel=error event=forged", "\"x\\nlevel=error event=forged\""},
        {"x\r\n<0>forged", "\"x\\r\\n<0>forged\""},
        {"tab\tbell\a", "\"tab\\tbell\\x07\""},
        {"esc\x1b[2J", "\"esc\\x1b[2J\""},
        {"\x7f", "\"\\x7f\""},
        {"R\xC3\xA4te", "\"R\xC3\xA4te\""},
        {"no\xC2\xA0"
         "break",
         "\"no\xC2\xA0"
         "break\""},
        {"c1\xC2\x9B", "\"c1\\x9b\""},
        {"line\xE2\x80\xA8separator", "\"line\\u2028separator\""},
        {"bidi\xE2\x80\xAE", "\"bidi\\u202e\""},
        {"bad\xFFutf", "\"bad\\xffutf\""},
        {"cut\xC3", "\"cut\\xc3\""},
        {"\xED\xA0\x80", "\"\\xed\\xa0\\x80\""},
        {"erika@fremd.example", "\"***@fremd.example\""},
        {"550 <k-h.g+x@spd.example>: no such user", "\"550 <***@spd.example>: no such user\""},
        {"a@b.example,c@d.example", "\"***@b.example,***@d.example\""},
        {"j\xC3\xB6rg@fremd.example", "\"***@fremd.example\""},
        {"@ 12 o'clock @ home", "\"@ 12 o'clock @ home\""},
    };
    char output[OUTPUT_SIZE], wanted[256];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(run(log_value, cases[i].value, true, output), 0);
        snprintf(wanted, sizeof wanted, "<6>level=info role=clerk event=test%s%s last=yes\n",
                 cases[i].logged != NULL ? " v=" : "",
                 cases[i].logged != NULL ? cases[i].logged : "");
        assert_string_equal(output, wanted);
    }
}

/* Whatever bytes there are: one line, printable, quotes balanced, and our last pair is the last. */
static void check_forgery(const char *output, const char *name)
{
    size_t n = strlen(output);
    if (n == 0 || strchr(output, '\n') != output + n - 1)
        fail_msg("%s: not one line: %s", name, output);
    bool quoted = false;
    for (size_t i = 0; i + 1 < n; i++) {
        if ((unsigned char)output[i] < 0x20 || output[i] == 0x7f)
            fail_msg("%s: control character", name);
        if (quoted && output[i] == '\\')
            i++;
        else if (output[i] == '"')
            quoted = !quoted;
    }
    if (quoted || strcmp(output + n - 10, " last=yes\n") != 0)
        fail_msg("%s: the end was swallowed: %s", name, output);
}

static void test_no_forgery(void **state)
{
    (void)state;
    char output[OUTPUT_SIZE];
    for (int c = 1; c < 256; c++) {
        char value[] = {'"', (char)c, 'x', ' ', (char)c, '\\', (char)c, '\0'};
        char name[16];
        snprintf(name, sizeof name, "byte %02x", (unsigned)c);
        run(log_value, value, true, output);
        check_forgery(output, name);
    }
}

static void test_long_value(void **state)
{
    (void)state;
    static char value[20000], output[OUTPUT_SIZE];
    static const char *const fillings[] = {"a", "\xC3\xA4", "\n", "\xFF"};
    for (size_t f = 0; f < sizeof fillings / sizeof *fillings; f++) {
        for (size_t i = 0, n = strlen(fillings[f]); i + n < sizeof value; i += n)
            memcpy(value + i, fillings[f], n + 1);
        run(log_value, value, true, output);
        size_t n = strlen(output);
        assert_true(n <= 4096);
        assert_true(text_is_utf8(output, n));
        assert_ptr_equal(strchr(output, '\n'), output + n - 1);
        /* cut and said, or left out and said */
        assert_true(strstr(output, "…\" last=yes\n") != NULL ||
                    strstr(output, "event=test cut=yes\n") != NULL);
    }
}

static void log_many(const void *context)
{
    (void)context;
    char v[1021];
    memset(v, 'v', 1020);
    v[1020] = '\0';
    log_open("clerk", LOG_INFO);
    log_event(LOG_INFO, "test", "a", v, "b", v, "c", v, "d", v, "e", "x", NULL);
}

static void test_full_line(void **state)
{
    (void)state;
    char output[OUTPUT_SIZE];
    run(log_many, NULL, true, output);
    assert_true(strlen(output) <= 4096);
    assert_non_null(strstr(output, " c=v"));
    assert_null(strstr(output, " d="));
    assert_null(strstr(output, " e="));
    assert_string_equal(output + strlen(output) - 10, "v cut=yes\n");
}

static void log_levels(const void *level)
{
    log_open("send", *(const enum log_level *)level);
    log_event(LOG_ERROR, "e", NULL);
    log_event(LOG_WARN, "w", NULL);
    log_event(LOG_INFO, "i", "n", log_int(-5), "m", log_int(INT64_MIN), NULL);
    log_event(LOG_DEBUG, "d", NULL);
}

static void test_levels(void **state)
{
    (void)state;
    char output[OUTPUT_SIZE];
    enum log_level level = LOG_DEBUG;
    run(log_levels, &level, true, output);
    assert_string_equal(output, "<3>level=error role=send event=e\n"
                                "<4>level=warn role=send event=w\n"
                                "<6>level=info role=send event=i n=-5 m=-9223372036854775808\n"
                                "<7>level=debug role=send event=d\n");
    level = LOG_WARN;
    run(log_levels, &level, true, output);
    assert_string_equal(output, "<3>level=error role=send event=e\n"
                                "<4>level=warn role=send event=w\n");
}

static void test_time(void **state)
{
    (void)state;
    char output[OUTPUT_SIZE], rest[64];
    int year, month, day, hour, minute, second, milli;
    /* JOURNAL_STREAM names another stream here */
    run(log_value, "x", false, output);
    assert_int_equal(sscanf(output, "ts=%4d-%2d-%2dT%2d:%2d:%2d.%3dZ %63[^\n]", &year, &month, &day,
                            &hour, &minute, &second, &milli, rest),
                     8);
    assert_true(year >= 2024 && month <= 12 && day <= 31 && hour < 24 && minute < 60);
    assert_string_equal(rest, "level=info role=clerk event=test v=x last=yes");
}

static void *write_lines(void *context)
{
    for (int i = 0; i < 50; i++)
        log_event(LOG_INFO, "line", "thread", log_int((intptr_t)context), "i", log_int(i), NULL);
    return NULL;
}

static void log_threads(const void *context)
{
    (void)context;
    pthread_t threads[4];
    log_open("watch", LOG_INFO);
    for (intptr_t i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, write_lines, (void *)i);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

static void test_threads(void **state)
{
    (void)state;
    char output[OUTPUT_SIZE];
    bool seen[4][50] = {{false}};
    run(log_threads, NULL, true, output);
    int lines = 0;
    for (char *s = output, *next; (next = strchr(s, '\n')) != NULL; s = next + 1) {
        int thread, i;
        char end;
        *next = '\0';
        assert_int_equal(
            sscanf(s, "<6>level=info role=watch event=line thread=%d i=%d%c", &thread, &i, &end),
            2);
        assert_false(seen[thread][i]);
        seen[thread][i] = true;
        lines++;
    }
    assert_int_equal(lines, 200);
}

static void do_panic(const void *context)
{
    if (context != NULL)
        log_open("clerk", LOG_INFO);
    panic("no such row %d", 7);
}

static void do_fatal(const void *context)
{
    (void)context;
    struct err err;
    err_set(&err, ERR_CONFIG, "antragd.conf:3: what is this");
    fatal(&err);
}

static void test_end(void **state)
{
    (void)state;
    char output[OUTPUT_SIZE];
    int status = run(do_panic, "open", true, output);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_string_equal(output, "<3>level=error role=clerk event=panic text=\"no such row 7\"\n");
    status = run(do_panic, NULL, true, output);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_non_null(strstr(output, "test_base_log: no such row 7\n"));
    status = run(do_fatal, NULL, true, output);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 78);
    assert_non_null(strstr(output, "test_base_log: antragd.conf:3: what is this\n"));
}

static void log_address(const void *level)
{
    log_open("clerk", *(const enum log_level *)level);
    log_event(LOG_INFO, "test", "to", "erika@fremd.example", NULL);
}

static void test_mask_below_debug(void **state)
{
    (void)state;
    static const enum log_level levels[] = {LOG_INFO, LOG_DEBUG};
    char output[OUTPUT_SIZE];
    run(log_address, &levels[0], true, output);
    assert_null(strstr(output, "erika"));
    run(log_address, &levels[1], true, output);
    assert_non_null(strstr(output, " to=erika@fremd.example\n"));
}

/* A datagram a line, with the head that syslog(3) writes and without a line feed. */
static void test_syslog(void **state)
{
    (void)state;
    static const enum log_level level = LOG_INFO;
    int pair[2], status;
    char line[1000];
    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(pair[1], STDERR_FILENO);
        log_address(&level);
        log_address(&level);
        _exit(0);
    }
    for (int i = 0; i < 2; i++) {
        char month[4], rest[200] = "";
        int day, hour, minute, second, id;
        ssize_t n = recv(pair[0], line, sizeof line - 1, 0);
        assert_true(n > 0);
        line[n] = '\0';
        assert_int_equal(sscanf(line, "<30>%3s %d %d:%d:%d antragd[%d]: %199[^\n]", month, &day,
                                &hour, &minute, &second, &id, rest),
                         7);
        assert_int_equal(id, pid);
        assert_string_equal(rest, "level=info role=clerk event=test to=\"***@fremd.example\"");
        assert_null(strchr(line, '\n'));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(pair[0]);
    close(pair[1]);
}

static void fail_aloud(const void *context)
{
    int pair[2];
    char said[100] = "";
    (void)context;
    if (pipe(pair) != 0)
        _exit(1);
    log_open("clerk", LOG_INFO);
    log_also_to(pair[1]);
    log_failure("fatal", "no such file");
    log_also_to(-1);
    log_failure("fatal", "again");
    close(pair[1]);
    if (read(pair[0], said, sizeof said - 1) < 0)
        _exit(1);
    fprintf(stderr, "said: %s", said);
}

static void test_also(void **state)
{
    (void)state;
    char output[OUTPUT_SIZE];
    assert_int_equal(run(fail_aloud, NULL, true, output), 0);
    assert_non_null(strstr(output, "event=fatal text=\"no such file\"\n"));
    assert_non_null(strstr(output, "said: test_base_log: no such file\n"));
    assert_null(strstr(output, "test_base_log: again"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_no_forgery),
        cmocka_unit_test(test_long_value),
        cmocka_unit_test(test_full_line),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_end),
        cmocka_unit_test(test_mask_below_debug),
        cmocka_unit_test(test_syslog),
        cmocka_unit_test(test_also),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
