/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Mails that were made to be slow or large.  Each is read in a process of its own that may use as
 * much processor time and memory as a job of the reader; one that needs more is killed.
 */
#include "test.h"

#include "motion/reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_SECONDS 5
#define MAX_MEMORY ((rlim_t)512 << 20)

#ifdef WITHOUT_SANDBOX
#define IS_LIMITED false /* a sanitizer has most of the address space to itself */
#else
#define IS_LIMITED true
#endif

#define HEAD "From: a@b.example\nDate: Mon, 09 Feb 2026 09:15:04 +0100\nMessage-ID: <1@b.example>\n"
#define HTML HEAD "Content-Type: text/html; charset=utf-8\n\n"
#define PLAIN HEAD "Content-Type: text/plain; charset=utf-8\n\n"
#define MEGA ((size_t)1 << 20)

/* before, repeated up to so many bytes, behind */
static const struct trap {
    const char *name;
    const char *before, *repeated;
    size_t size;
    const char *behind;
} traps[] = {
    {"lines", PLAIN, "1. x\n", MEGA, ""},
    {"empty lines", PLAIN, "\r", MEGA, ""},
    {"one line", PLAIN, "x", 5 * MEGA, "\n"},
    {"quotes", PLAIN, ">", MEGA, "\n"},
    {"quotes that flow", HEAD "Content-Type: text/plain; format=flowed\n\n", ">>>>>>>>>>>>>>> x \n",
     MEGA, ""},
    {"combining characters", PLAIN "a", "\u0300", MEGA, ""},
    {"UTF-8 twice", PLAIN, "\u00c3\u00bc", MEGA, ""},
    {"no UTF-8", PLAIN, "\xc3", MEGA, ""},
    {"shifts", HEAD "Content-Type: text/plain; charset=iso-2022-jp\n\n", "\x1b$B", MEGA, ""},
    {"tags that do not end", HTML, "<", MEGA, ""},
    {"elements that do not end", HTML, "<div>", MEGA, ""},
    {"ends that have no element", HTML "<div><div><div><div><div><div>", "</x>", MEGA, ""},
    {"an attribute that does not end", HTML "<a b=\"", "x", MEGA, ""},
    {"quotes that do not end", HTML, "<a b=\"", MEGA, ""},
    {"comments that do not end", HTML, "<!-- ", MEGA, ""},
    {"conditions", HTML, "<![if x]>", MEGA, ""},
    {"style sheets that do not end", HTML, "<style>", MEGA, ""},
    {"rules that do not end", HTML "<style>", ".a{", MEGA, "</style>x"},
    {"hidden classes", HTML "<style>", ".a{display:none}", MEGA / 2,
     "</style><p class='a b'>x<p class='c'>y"},
    {"a large style", HTML "<p style=\"", "color:red;", MEGA, "\">x"},
    {"references without end", HTML, "&nbsp", MEGA, ""},
    {"cells", HTML "<table><tr>", "<td>x", MEGA, ""},
    {"tables", HTML, "<table><tr><td>", MEGA, ""},
    {"items", HTML "<ol>", "<li>x", MEGA, ""},
    {"words that do not end", HEAD "Subject: ", "=?utf-8?Q?", 60000, "\n\nx\n"},
    {"question marks", HEAD "Subject: =?utf-8?Q?", "?=41", 60000, "\n\nx\n"},
    {"words of names", HEAD "To: ", "=?utf-8?Q?a?= <", 60000, "\n\nx\n"},
    {"comments of names", HEAD "To: ", "(", 60000, "\n\nx\n"},
    {"recipients", HEAD "To: a@b.example", ",\n a@b.example", MEGA, "\n\nx\n"},
    {"percent signs", HEAD "Content-Disposition: attachment; filename*=utf-8''", "%C3", 60000,
     "\n\nx\n"},
    {"folders", HEAD "Content-Type: application/x-none; name=\"", "a/", 60000, "\"\n\nx\n"},
    {"parameters", HEAD "Content-Type: text/plain", "; a*0*=x", 60000, "\n\nx\n"},
    {"octets", HEAD "Content-Transfer-Encoding: quoted-printable\n\n", "=", 2 * MEGA, ""},
    {"padding", HEAD "Content-Transfer-Encoding: base64\n\n", "=", 2 * MEGA, ""},
    {"boundaries", HEAD "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n", MEGA, ""},
    {"nearly boundaries", HEAD "Content-Type: multipart/mixed; boundary=b\n\n", "--bx\n", MEGA,
     "--b\n\nx\n--b--\n"},
    {"messages in messages", HEAD, "Content-Type: message/rfc822\n\n", MEGA, ""},
};

static char *spring(const struct trap *trap, size_t *n_r)
{
    size_t before = strlen(trap->before), step = strlen(trap->repeated);
    size_t behind = strlen(trap->behind), count = trap->size / step;
    char *mail = malloc(before + count * step + behind + 1);
    assert_non_null(mail);
    memcpy(mail, trap->before, before);
    for (size_t i = 0; i < count; i++)
        memcpy(mail + before + i * step, trap->repeated, step);
    memcpy(mail + before + count * step, trap->behind, behind + 1);
    *n_r = before + count * step + behind;
    return mail;
}

static void limit(int resource, rlim_t most)
{
    struct rlimit limit = {most, most};
    if (setrlimit(resource, &limit) < 0)
        _exit(2);
}

static _Noreturn void read_apart(const char *mail, size_t n)
{
    struct reading *reading;
    struct err err;
    limit(RLIMIT_CPU, MAX_SECONDS);
    limit(RLIMIT_CORE, 0);
    if (IS_LIMITED)
        limit(RLIMIT_AS, MAX_MEMORY);
    struct arena *arena = arena_new();
    bool read = reading_make(arena, mail, n, MAIL_CONTENT, &reading, &err);
    _exit(read ? 0 : 1);
}

static void no_mail_costs_the_reader(void **state)
{
    (void)state;
    bool failed = false;
    mail_preload();
    motion_preload();
    for (size_t i = 0; i < sizeof traps / sizeof *traps; i++) {
        size_t n;
        int status;
        char *mail = spring(&traps[i], &n);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            read_apart(mail, n);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        free(mail);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
            continue;
        print_message("%s: %s %d\n", traps[i].name, WIFSIGNALED(status) ? "signal" : "exit",
                      WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        failed = true;
    }
    assert_false(failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_mail_costs_the_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
