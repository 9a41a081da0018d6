/* SPDX-License-Identifier: EUPL-1.2 */
/* Sending against tests/fake/fake_smtpd.py: a server that follows a script and ends with 0 only if
 * the client said exactly what the script expects. */
#include "test.h"

#include "base/arena.h"
#include "base/text.h"
#include "smtp/transport.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
    struct arena *arena;
    char directory[64]; /* certificates and the password */
    char *fake;         /* path of the server */
} world;

static char *in_world(const char *name)
{
    return arena_printf(world.arena, "%s/%s", world.directory, name);
}

static void write_file(const char *path, const char *s)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, s, strlen(s)), (ssize_t)strlen(s));
    close(fd);
}

/* Two authorities; the first signs a certificate for 127.0.0.1 and one for another host. */
static const char make_certificates[] =
    "set -e; cd \"$0\"\n"
    "new='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2'\n"
    "for ca in ca stranger; do\n"
    "  openssl req -x509 $new -subj /CN=$ca -keyout $ca.key -out $ca.pem\n"
    "done\n"
    "sign() {\n"
    "  openssl req -x509 $new -subj /CN=$1 -CA ca.pem -CAkey ca.key -keyout $1.key -out $1.pem \\\n"
    "    -addext subjectAltName=$2 -addext basicConstraints=critical,CA:FALSE\n"
    "}\n"
    "sign here IP:127.0.0.1,DNS:localhost\n"
    "sign elsewhere DNS:elsewhere.example\n";

static int run_quietly(const char *const argv[])
{
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(null, STDERR_FILENO);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    int status;
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int make_world(void **state)
{
    (void)state;
    const char *srcdir = getenv("srcdir");
    world.arena = arena_new();
    world.fake = arena_printf(world.arena, "%s/tests/fake/fake_smtpd.py", srcdir ? srcdir : ".");
    strcpy(world.directory, "/tmp/antragd-smtp-XXXXXX");
    if (mkdtemp(world.directory) == NULL)
        return -1;
    write_file(in_world("password"), "ge heim\n");
    return run_quietly((const char *[]){"sh", "-c", make_certificates, world.directory, NULL});
}

static int remove_world(void **state)
{
    (void)state;
    int status = run_quietly((const char *[]){"rm", "-rf", world.directory, NULL});
    arena_free(world.arena);
    return status;
}

/* ---- the server ---- */

struct fake {
    pid_t pid;
    FILE *out;
    int port;
};

static void fake_start(struct fake *fake, const char *script, const char *certificate)
{
    int fds[2];
    char *key = arena_printf(world.arena, "%s/%s.key", world.directory, certificate);
    char *pem = arena_printf(world.arena, "%s/%s.pem", world.directory, certificate);
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    pid_t parent = getpid();
    fake->pid = fork();
    assert_true(fake->pid >= 0);
    if (fake->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
        dup2(fds[1], STDOUT_FILENO);
        execlp("python3", "python3", world.fake, "--cert", pem, "--key", key, "-e", script,
               (char *)NULL);
        _exit(127);
    }
    close(fds[1]);
    fake->out = fdopen(fds[0], "r");
    assert_non_null(fake->out);
    assert_int_equal(fscanf(fake->out, "port %d", &fake->port), 1);
    assert_int_equal(fgetc(fake->out), '\n');
}

/* The rest of what it prints, and whether the script was followed. */
static char *fake_end(struct fake *fake, bool *followed_r)
{
    struct text text;
    char buffer[4096];
    size_t n;
    int status;
    text_init(&text, world.arena);
    while ((n = fread(buffer, 1, sizeof buffer, fake->out)) > 0)
        text_add_bytes(&text, buffer, n);
    fclose(fake->out);
    assert_int_equal(waitpid(fake->pid, &status, 0), fake->pid);
    *followed_r = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return text.s;
}

static struct conf_server server_at(int port, enum conf_tls tls, const char *ca)
{
    return (struct conf_server){
        .host = "127.0.0.1",
        .port = port,
        .tls = tls,
        .ca_file = arena_printf(world.arena, "%s/%s.pem", world.directory, ca),
        .password_file = in_world("password"),
    };
}

/* ---- one mail against one script ---- */

static const char small[] = "Message-ID: <m1+2@town.example>\r\n"
                            "Subject: Eingang\r\n"
                            "\r\n"
                            ".\r\n"
                            "..two\r\n"
                            "bare\n"
                            "last\r\n";

#define GREET                       \
    "accept\n"                      \
    "send 220 fake.example ESMTP\n" \
    "expect EHLO (\\[127\\.0\\.0\\.1\\]|[a-z0-9-]+(\\.[a-z0-9-]+)+)\n"
#define READY \
    GREET "send 250-fake.example\nsend 250-SIZE 20000000\nsend 250-8bitmime\nsend 250 DSN\n"
#define ASK_MAIL "expect MAIL FROM:<rat@town\\.example> SIZE=[0-9]+ RET=HDRS ENVID=m1\\+2B2\n"
#define ASK_RCPT                                                   \
    "expect RCPT TO:<s\\+p@party\\.example> NOTIFY=FAILURE,DELAY " \
    "ORCPT=rfc822;s\\+2Bp@party\\.example\n"
#define MAIL ASK_MAIL "send 250 2.1.0 ok\n"
#define RCPT ASK_RCPT "send 250 2.1.5 ok\n"
#define DATA "expect DATA\nsend 354 go on\n"
#define BODY                                       \
    "expect Message-ID: <m1\\+2@town\\.example>\n" \
    "expect Subject: Eingang\n"                    \
    "expect \n"                                    \
    "expect \\.\\.\n"                              \
    "expect \\.\\.\\.two\n"                        \
    "expect bare\n"                                \
    "expect last\n"                                \
    "expect \\.\n"
#define ACCEPT "send 250 2.0.0 queued as 7\n"
#define RESET "expect RSET\nsend 250 2.0.0 ok\n"
/* without any extension: the lines of RFC 821 */
#define BARE_MAIL "expect MAIL FROM:<rat@town\\.example>\nsend 250 ok\n"
#define BARE_RCPT "expect RCPT TO:<s\\+p@party\\.example>\nsend 250 ok\n"
#define LOGIN_READY(auth) GREET "send 250-fake.example\nsend 250 AUTH " auth "\n"
#define TLS_OFFER                                                                         \
    GREET "send 250-fake.example\nsend 250-DSN\nsend 250-AUTH PLAIN\nsend 250 STARTTLS\n" \
          "expect STARTTLS\n"

enum before { BEFORE_NEVER, BEFORE_TRUE, BEFORE_FALSE }; /* whether it is called, what it says */

struct send_case {
    const char *name;
    enum conf_tls tls;
    const char *certificate; /* of the server; NULL: the right one */
    const char *ca;          /* that we trust; NULL: the right one */
    const char *user;
    enum conf_auth auth;
    size_t size; /* of a big mail; 0: the small one */
    const char *script;
    enum transport_outcome outcome;
    int code;
    enum before before;
    const char *words; /* in the result's text */
    const char *said;  /* in the transcript */
};

#define CLEAR .tls = CONF_TLS_NONE
#define IMPLICIT .tls = CONF_TLS_IMPLICIT
#define STARTTLS .tls = CONF_TLS_STARTTLS

static const struct send_case cases[] = {
    {.name = "accepted",
     CLEAR,
     .script = READY MAIL RCPT DATA BODY ACCEPT "eof\n",
     .code = 250,
     .outcome = TRANSPORT_SENT,
     .before = BEFORE_TRUE,
     .words = "2.0.0 queued as 7"},
    {.name = "no extensions",
     CLEAR,
     .script = GREET "send 250 fake.example\n" BARE_MAIL BARE_RCPT DATA BODY ACCEPT "eof\n",
     .code = 250,
     .outcome = TRANSPORT_SENT,
     .before = BEFORE_TRUE},
    {.name = "answers of many lines",
     CLEAR,
     .script = READY ASK_MAIL "send 250-one\nsend 250 two\n" RCPT DATA BODY
                              "send 250-2.0.0 taken\nsend 250 2.0.0 as 8\neof\n",
     .code = 250,
     .outcome = TRANSPORT_SENT,
     .before = BEFORE_TRUE,
     .words = "taken 2.0.0 as 8"},
    {.name = "450 at RCPT",
     CLEAR,
     .script = READY MAIL ASK_RCPT "send 450 4.2.1 greylisted\n" RESET "eof\n",
     .code = 450,
     .outcome = TRANSPORT_DEFERRED,
     .words = "4.2.1 greylisted"},
    {.name = "550 at RCPT",
     CLEAR,
     .script = READY MAIL ASK_RCPT "send 550 5.1.1 no such user\n" RESET "eof\n",
     .code = 550,
     .outcome = TRANSPORT_REFUSED,
     .words = "5.1.1 no such user"},
    {.name = "552 at RCPT is too many recipients",
     CLEAR,
     .script = READY MAIL ASK_RCPT "send 552 too many\n" RESET "eof\n",
     .code = 552,
     .outcome = TRANSPORT_DEFERRED},
    {.name = "421 at MAIL",
     CLEAR,
     .script = READY ASK_MAIL "send 421 4.3.2 going down\neof\n",
     .code = 421,
     .outcome = TRANSPORT_DEFERRED},
    {.name = "421 after MAIL",
     CLEAR,
     .script = READY MAIL ASK_RCPT "send 421 4.3.2 going down\nclose\n",
     .code = 421,
     .outcome = TRANSPORT_DEFERRED},
    {.name = "sender refused",
     CLEAR,
     .script = READY ASK_MAIL "send 550 5.7.60 SendAs denied\n" RESET "eof\n",
     .code = 550,
     .outcome = TRANSPORT_BLOCKED,
     .words = "5.7.60"},
    {.name = "closed at RCPT",
     CLEAR,
     .script = READY MAIL ASK_RCPT "close\n",
     .outcome = TRANSPORT_DOWN,
     .words = "no answer to RCPT"},
    {.name = "no SMTP at RCPT",
     CLEAR,
     .script = READY MAIL ASK_RCPT "send hello\neof\n",
     .outcome = TRANSPORT_DOWN,
     .words = "not SMTP"},
    {.name = "554 at DATA",
     CLEAR,
     .script = READY MAIL RCPT "expect DATA\nsend 554 5.7.1 no\n" RESET "eof\n",
     .code = 554,
     .outcome = TRANSPORT_REFUSED},
    {.name = "250 at DATA",
     CLEAR,
     .script = READY MAIL RCPT "expect DATA\nsend 250 taken\neof\n",
     .outcome = TRANSPORT_DOWN,
     .words = "instead of 354"},
    {.name = "stopped after 354",
     CLEAR,
     .script = READY MAIL RCPT DATA "eof\n",
     .outcome = TRANSPORT_DOWN,
     .before = BEFORE_FALSE},
    {.name = "closed after the dot",
     CLEAR,
     .script = READY MAIL RCPT DATA BODY "close\n",
     .outcome = TRANSPORT_MAYBE,
     .before = BEFORE_TRUE},
    {.name = "reset after the dot",
     CLEAR,
     .script = READY MAIL RCPT DATA BODY "reset\n",
     .outcome = TRANSPORT_MAYBE,
     .before = BEFORE_TRUE},
    {.name = "no SMTP after the dot",
     CLEAR,
     .script = READY MAIL RCPT DATA BODY "send fine\neof\n",
     .outcome = TRANSPORT_MAYBE,
     .before = BEFORE_TRUE},
    {.name = "lost within the mail",
     CLEAR,
     .size = 16000000,
     .script = READY MAIL RCPT DATA "some 100000\nreset\n",
     .outcome = TRANSPORT_DOWN,
     .before = BEFORE_TRUE,
     .words = "within the mail"},
    {.name = "a big one",
     CLEAR,
     .size = 3000000,
     .script = READY MAIL RCPT DATA "data\n" ACCEPT "eof\n",
     .code = 250,
     .outcome = TRANSPORT_SENT,
     .before = BEFORE_TRUE},
    {.name = "451 after the dot",
     CLEAR,
     .script = READY MAIL RCPT DATA BODY "send 451 later\neof\n",
     .code = 451,
     .outcome = TRANSPORT_DEFERRED,
     .before = BEFORE_TRUE},
    {.name = "554 after the dot",
     CLEAR,
     .script = READY MAIL RCPT DATA BODY "send 554 5.7.1 spam\neof\n",
     .code = 554,
     .outcome = TRANSPORT_REFUSED,
     .before = BEFORE_TRUE},
    {.name = "too big for SIZE",
     CLEAR,
     .script = GREET "send 250-fake.example\nsend 250 SIZE 50\neof\n",
     .outcome = TRANSPORT_REFUSED,
     .words = "takes 50"},
    {.name = "greeting 554",
     CLEAR,
     .script = "accept\nsend 554 5.7.1 you are listed\neof\n",
     .code = 554,
     .outcome = TRANSPORT_BLOCKED,
     .words = "you are listed"},
    {.name = "greeting 421",
     CLEAR,
     .script = "accept\nsend 421 4.3.2 busy\neof\n",
     .code = 421,
     .outcome = TRANSPORT_DOWN},
    {.name = "no greeting", CLEAR, .script = "accept\nclose\n", .outcome = TRANSPORT_DOWN},
    {.name = "EHLO refused",
     CLEAR,
     .script = GREET "send 550 5.5.2 who\neof\n",
     .code = 550,
     .outcome = TRANSPORT_BLOCKED,
     .words = "who"},
    {.name = "EHLO not now",
     CLEAR,
     .script = GREET "send 451 4.3.0 later\neof\n",
     .code = 451,
     .outcome = TRANSPORT_DOWN},
    {.name = "controls in the answer",
     CLEAR,
     .script = READY MAIL ASK_RCPT "send 550 a\\x1b[2J\\x07b \\xff\n" RESET "eof\n",
     .code = 550,
     .outcome = TRANSPORT_REFUSED,
     .words = "a [2J b \xEF\xBF\xBD"},

    {.name = "AUTH PLAIN",
     IMPLICIT,
     .user = "antraege",
     .script = "accept\ntls\nsend 220 fake.example\nexpect EHLO .*\nsend 250-fake.example\n"
               "send 250-AUTH LOGIN PLAIN\nsend 250 AUTH=PLAIN\n"
               "expect AUTH PLAIN AGFudHJhZWdlAGdlIGhlaW0=\nsend 235 2.7.0 in\n" BARE_MAIL BARE_RCPT
                   DATA BODY ACCEPT "eof\n",
     .code = 250,
     .outcome = TRANSPORT_SENT,
     .before = BEFORE_TRUE,
     .said = "* tls\n"},
    {.name = "AUTH LOGIN",
     CLEAR,
     .user = "antraege",
     .script = LOGIN_READY(
         "LOGIN CRAM-MD5") "expect AUTH LOGIN\nsend 334 VXNlcm5hbWU6\n"
                           "expect YW50cmFlZ2U=\nsend 334 UGFzc3dvcmQ6\n"
                           "expect Z2UgaGVpbQ==\nsend 235 in\n" BARE_MAIL BARE_RCPT DATA BODY ACCEPT
                           "eof\n",
     .code = 250,
     .outcome = TRANSPORT_SENT,
     .before = BEFORE_TRUE},
    {.name = "AUTH XOAUTH2, token refused",
     CLEAR,
     .user = "antraege",
     .auth = CONF_AUTH_XOAUTH2,
     .script = LOGIN_READY("XOAUTH2") "expect AUTH XOAUTH2 "
                                      "dXNlcj1hbnRyYWVnZQFhdXRoPUJlYXJlciBnZSBoZWltAQE=\n"
                                      "send 334 eyJzdGF0dXMiOiI0MDEifQ==\nexpect \n"
                                      "send 535 5.7.3 expired\neof\n",
     .code = 535,
     .outcome = TRANSPORT_BLOCKED,
     .words = "expired"},
    {.name = "535",
     CLEAR,
     .user = "antraege",
     .script = LOGIN_READY("PLAIN") "expect AUTH PLAIN .*\nsend 535 5.7.8 wrong\neof\n",
     .code = 535,
     .outcome = TRANSPORT_BLOCKED,
     .words = "5.7.8 wrong"},
    {.name = "454 at AUTH",
     CLEAR,
     .user = "antraege",
     .script = LOGIN_READY("PLAIN") "expect AUTH PLAIN .*\nsend 454 4.7.0 later\neof\n",
     .code = 454,
     .outcome = TRANSPORT_DOWN},
    {.name = "no AUTH that we have",
     CLEAR,
     .user = "antraege",
     .script = LOGIN_READY("CRAM-MD5") "eof\n",
     .outcome = TRANSPORT_BLOCKED,
     .words = "does not offer AUTH PLAIN"},

    {.name = "strange CA",
     IMPLICIT,
     .ca = "stranger",
     .script = "accept\ntls\n",
     .outcome = TRANSPORT_BLOCKED,
     .said = "* tls failed"},
    {.name = "certificate of another host",
     IMPLICIT,
     .certificate = "elsewhere",
     .script = "accept\ntls\n",
     .outcome = TRANSPORT_BLOCKED,
     .said = "* tls failed"},
    {.name = "STARTTLS",
     STARTTLS,
     .user = "antraege",
     .script = TLS_OFFER
     "send 220 go\ntls\nexpect EHLO .*\nsend 250-fake.example\nsend 250 AUTH "
     "PLAIN\nexpect AUTH PLAIN .*\nsend 235 in\n" BARE_MAIL BARE_RCPT DATA BODY ACCEPT "eof\n",
     .code = 250,
     .outcome = TRANSPORT_SENT,
     .before = BEFORE_TRUE,
     .said = "* tls\n"},
    {.name = "STARTTLS, login offered in clear text only",
     STARTTLS,
     .user = "antraege",
     .script = TLS_OFFER "send 220 go\ntls\nexpect EHLO .*\nsend 250 fake.example\neof\n",
     .outcome = TRANSPORT_BLOCKED,
     .words = "does not offer AUTH"},
    {.name = "STARTTLS, strange CA",
     STARTTLS,
     .ca = "stranger",
     .script = TLS_OFFER "send 220 go\ntls\n",
     .outcome = TRANSPORT_BLOCKED,
     .said = "* tls failed"},
    {.name = "STARTTLS not offered",
     STARTTLS,
     .user = "antraege",
     .script = LOGIN_READY("PLAIN") "eof\n",
     .outcome = TRANSPORT_BLOCKED,
     .words = "does not offer STARTTLS"},
    {.name = "STARTTLS 454",
     STARTTLS,
     .script = TLS_OFFER "send 454 4.7.0 later\neof\n",
     .code = 454,
     .outcome = TRANSPORT_DOWN},
};

struct call {
    enum before says;
    int count;
};

static bool before_data(void *context)
{
    struct call *call = context;
    call->count++;
    return call->says != BEFORE_FALSE;
}

static char *big_mail(size_t size)
{
    char *bytes = arena_alloc(world.arena, size + 1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = "0123456789abcdef0123456789abcdef0123456789abcdef012345678901234\n"[i % 64];
    memcpy(bytes, "A: b\n\n", 6);
    return bytes;
}

static struct transport_mail mail_of(const char *bytes, size_t size)
{
    return (struct transport_mail){.envelope_from = "rat@town.example",
                                   .to = "s+p@party.example",
                                   .envid = "m1+2",
                                   .bytes = bytes,
                                   .size = size};
}

static void run_case(const struct send_case *c)
{
    struct fake fake;
    fake_start(&fake, c->script, c->certificate == NULL ? "here" : c->certificate);
    struct conf_server server = server_at(fake.port, c->tls, c->ca == NULL ? "ca" : c->ca);
    server.user = c->user;
    server.auth = c->auth;
    struct transport_mail mail =
        c->size == 0 ? mail_of(small, strlen(small)) : mail_of(big_mail(c->size), c->size);
    struct call call = {c->before, 0};
    struct transport_result result;
    struct transport *transport = transport_new(&server, -1);
    transport_send(transport, &mail, before_data, &call, &result);
    transport_free(transport);
    bool followed;
    char *said = fake_end(&fake, &followed);
    if (!followed || result.outcome != c->outcome || result.code != c->code ||
        call.count != (c->before != BEFORE_NEVER) ||
        (c->words != NULL && strstr(result.text, c->words) == NULL) ||
        (c->said != NULL && strstr(said, c->said) == NULL)) {
        if (strlen(said) > 4000)
            said += strlen(said) - 4000;
        fail_msg("%s: outcome %d, not %d; code %d, not %d; before_data %d times; \"%s\"\n%s",
                 c->name, (int)result.outcome, (int)c->outcome, result.code, c->code, call.count,
                 result.text, said);
    }
}

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        run_case(&cases[i]);
}

/* Clear text behind the 220 must not be taken for what comes by TLS: nothing goes out after it. */
static void test_injection(void **state)
{
    (void)state;
    struct fake fake;
    fake_start(&fake,
               TLS_OFFER "raw 220 go\\r\\n250-fake.example\\r\\n250 AUTH PLAIN\\r\\n\n"
                         "eof\n",
               "here");
    struct conf_server server = server_at(fake.port, CONF_TLS_STARTTLS, "ca");
    struct transport_mail mail = mail_of(small, strlen(small));
    struct transport_result result;
    struct transport *transport = transport_new(&server, -1);
    transport_send(transport, &mail, NULL, NULL, &result);
    transport_free(transport);
    bool followed;
    char *said = fake_end(&fake, &followed);
    if (!followed || (result.outcome != TRANSPORT_DOWN && result.outcome != TRANSPORT_BLOCKED))
        fail_msg("outcome %d \"%s\"\n%s", (int)result.outcome, result.text, said);
}

/* ---- more mails on one link ---- */

static void send_small(struct transport *transport, enum transport_outcome wanted)
{
    struct transport_mail mail = mail_of(small, strlen(small));
    struct transport_result result;
    transport_send(transport, &mail, NULL, NULL, &result);
    if (result.outcome != wanted)
        fail_msg("outcome %d \"%s\"", (int)result.outcome, result.text);
}

static void test_kept_link(void **state)
{
    (void)state;
    static const char script[] = READY MAIL RCPT DATA BODY ACCEPT /* one */
        MAIL ASK_RCPT "send 550 no\n" RESET                       /* refused, and on */
            MAIL RCPT DATA BODY ACCEPT "close\n"                  /* the server has enough */
        READY MAIL RCPT DATA BODY ACCEPT                          /* a new link */
            ASK_MAIL "send 421 idle too long\n"                   /* and a farewell */
        READY MAIL RCPT DATA BODY ACCEPT "expect QUIT\nsend 221 bye\neof\n";
    struct fake fake;
    fake_start(&fake, script, "here");
    struct conf_server server = server_at(fake.port, CONF_TLS_NONE, "ca");
    struct transport *transport = transport_new(&server, -1);
    send_small(transport, TRANSPORT_SENT);
    send_small(transport, TRANSPORT_REFUSED);
    send_small(transport, TRANSPORT_SENT);
    send_small(transport, TRANSPORT_SENT);
    send_small(transport, TRANSPORT_SENT);
    transport_close(transport);
    transport_close(transport);
    transport_free(transport);
    transport_free(NULL);
    bool followed;
    char *said = fake_end(&fake, &followed);
    if (!followed)
        fail_msg("%s", said);
}

/* ---- trying without a mail ---- */

static void probe(const char *script, enum transport_outcome wanted,
                  struct transport_offer *offer_r)
{
    struct fake fake;
    fake_start(&fake, script, "here");
    struct conf_server server = server_at(fake.port, CONF_TLS_NONE, "ca");
    struct transport *transport = transport_new(&server, -1);
    struct transport_result result;
    transport_probe(transport, offer_r, &result);
    transport_free(transport);
    bool followed;
    char *said = fake_end(&fake, &followed);
    if (!followed || result.outcome != wanted)
        fail_msg("outcome %d \"%s\"\n%s", (int)result.outcome, result.text, said);
}

static void test_probe(void **state)
{
    (void)state;
    struct transport_offer offer;
    probe(READY RESET "expect QUIT\nsend 221 bye\neof\n", TRANSPORT_SENT, &offer);
    assert_false(offer.tls);
    assert_true(offer.dsn);
    probe("accept\nsend 554 not you\neof\n", TRANSPORT_BLOCKED, &offer);
    probe(READY "expect RSET\nsend 421 busy\nclose\n", TRANSPORT_DEFERRED, &offer);
}

/* ---- cancelling ---- */

struct watcher {
    FILE *out;
    const char *line; /* where the server has said this, cancel */
    int cancel_fd;
};

static void *watch_and_cancel(void *context)
{
    struct watcher *watcher = context;
    char line[1024];
    uint64_t one = 1;
    while (fgets(line, sizeof line, watcher->out) != NULL)
        if (strcmp(line, watcher->line) == 0)
            break;
    assert_int_equal(write(watcher->cancel_fd, &one, sizeof one), sizeof one);
    return NULL;
}

static void cancel_at(const char *script, const char *line, enum transport_outcome wanted)
{
    struct fake fake;
    fake_start(&fake, script, "here");
    struct watcher watcher = {fake.out, line, eventfd(0, EFD_CLOEXEC)};
    struct conf_server server = server_at(fake.port, CONF_TLS_NONE, "ca");
    struct transport *transport = transport_new(&server, watcher.cancel_fd);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, watch_and_cancel, &watcher), 0);
    send_small(transport, wanted);
    pthread_join(thread, NULL);
    /* cancelled stays cancelled */
    send_small(transport, TRANSPORT_DOWN);
    transport_free(transport);
    close(watcher.cancel_fd);
    bool followed;
    char *said = fake_end(&fake, &followed);
    if (!followed)
        fail_msg("%s", said);
}

static void test_cancel(void **state)
{
    (void)state;
    cancel_at(READY MAIL RCPT DATA "data\neof\n", "* mail of 77 bytes\n", TRANSPORT_MAYBE);
    cancel_at(READY MAIL "expect RCPT TO:.*\neof\n",
              "C: RCPT TO:<s+p@party.example> NOTIFY=FAILURE,DELAY "
              "ORCPT=rfc822;s+2Bp@party.example\n",
              TRANSPORT_DOWN);
    cancel_at("accept\neof\n", "* accepted\n", TRANSPORT_DOWN);
}

/* ---- nothing is sent at all ---- */

static void test_arguments(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        const char *to;
        enum transport_outcome outcome;
    } wrong[] = {
        {"rat@town.example", "a@b.example>\r\nRCPT TO:<c@d.example", TRANSPORT_REFUSED},
        {"rat@town.example", "a b@c.example", TRANSPORT_REFUSED},
        {"rat@town.example", "", TRANSPORT_REFUSED},
        {"rat@town.example\n", "a@b.example", TRANSPORT_BLOCKED},
    };
    /* a port where nobody listens: going there would be TRANSPORT_DOWN */
    struct fake fake;
    bool followed;
    fake_start(&fake, "", "here");
    fake_end(&fake, &followed);
    struct conf_server server = server_at(fake.port, CONF_TLS_NONE, "ca");
    struct transport *transport = transport_new(&server, -1);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct transport_mail mail = mail_of(small, strlen(small));
        struct transport_result result;
        mail.envelope_from = wrong[i].from;
        mail.to = wrong[i].to;
        transport_send(transport, &mail, NULL, NULL, &result);
        assert_int_equal(result.outcome, wrong[i].outcome);
    }
    send_small(transport, TRANSPORT_DOWN);
    transport_free(transport);
}

static void exchange(const char *script, const struct transport_mail *mail,
                     enum transport_outcome wanted)
{
    struct fake fake;
    fake_start(&fake, script, "here");
    struct conf_server server = server_at(fake.port, CONF_TLS_NONE, "ca");
    struct transport_result result;
    struct transport *transport = transport_new(&server, -1);
    transport_send(transport, mail, NULL, NULL, &result);
    transport_free(transport);
    bool followed;
    char *said = fake_end(&fake, &followed);
    if (!followed || result.outcome != wanted)
        fail_msg("outcome %d \"%s\"\n%s", (int)result.outcome, result.text, said);
}

static void test_empty_sender(void **state)
{
    (void)state;
    struct transport_mail mail = mail_of(small, strlen(small));
    mail.envelope_from = "";
    exchange(GREET
             "send 250 fake.example\nexpect MAIL FROM:<>\nsend 250 ok\n" BARE_RCPT DATA BODY ACCEPT
             "eof\n",
             &mail, TRANSPORT_SENT);
}

/* A parameter that the server would find too long is left out: 100 bytes of ENVID, 500 of ORCPT. */
static void test_long_parameters(void **state)
{
    (void)state;
    char address[256], id[128];
    struct transport_mail mail = mail_of(small, strlen(small));
    memset(address, '+', 200);
    memcpy(address + 200, "@party.example", sizeof "@party.example");
    memset(id, 'i', 101);
    id[101] = '\0';
    mail.to = address;
    mail.envid = id;
    exchange(READY "expect MAIL FROM:<rat@town\\.example> SIZE=[0-9]+ RET=HDRS\nsend 250 ok\n"
                   "expect RCPT TO:<\\++@party\\.example> NOTIFY=FAILURE,DELAY\n"
                   "send 250 ok\n" DATA "data\n" ACCEPT "eof\n",
             &mail, TRANSPORT_SENT);
    id[100] = '\0';
    mail.to = address + 40; /* 160 of three bytes each, 13 of the domain, 7 of the type */
    memcpy(address + 200, "@yyyy.example", sizeof "@yyyy.example");
    exchange(
        READY
        "expect MAIL FROM:<rat@town\\.example> SIZE=[0-9]+ RET=HDRS ENVID=i{100}\nsend 250 ok\n"
        "expect RCPT TO:<\\++@yyyy\\.example> NOTIFY=FAILURE,DELAY "
        "ORCPT=rfc822;(\\+2B){160}@yyyy\\.example\nsend 250 ok\n" DATA "data\n" ACCEPT "eof\n",
        &mail, TRANSPORT_SENT);
}

/* What goes beyond ASCII is announced where the server offers it. */
static void test_beyond_ascii(void **state)
{
    (void)state;
    static const char bytes[] = "A: b\r\n\r\nR\xC3\xA4te\r\n";
    struct transport_mail mail = mail_of(bytes, strlen(bytes));
    exchange(READY "expect MAIL FROM:<rat@town\\.example> SIZE=15 BODY=8BITMIME RET=HDRS "
                   "ENVID=m1\\+2B2\nsend 250 ok\n" RCPT DATA "data\n" ACCEPT "eof\n",
             &mail, TRANSPORT_SENT);
    mail.to = "r\xC3\xA4t@party.example";
    exchange(READY "eof\n", &mail, TRANSPORT_REFUSED);
    exchange(GREET "send 250-fake.example\nsend 250-DSN\nsend 250 SMTPUTF8\n"
                   "expect MAIL FROM:<rat@town\\.example> SMTPUTF8 RET=HDRS ENVID=m1\\+2B2\n"
                   "send 250 ok\n"
                   "expect RCPT TO:<r.+t@party\\.example> NOTIFY=FAILURE,DELAY\nsend 250 ok\n" DATA
                   "data\n" ACCEPT "eof\n",
             &mail, TRANSPORT_SENT);
}

/* A reply without end is not read to its end. */
static void test_endless_reply(void **state)
{
    (void)state;
    struct transport_mail mail = mail_of(small, strlen(small));
    exchange(READY MAIL ASK_RCPT "flood 100000000\n", &mail, TRANSPORT_DOWN);
    exchange("accept\nflood 100000000\n", &mail, TRANSPORT_DOWN);
    exchange(READY MAIL RCPT DATA "data\nflood 100000000\n", &mail, TRANSPORT_MAYBE);
}

/* ---- a folder instead of a server ---- */

static void assert_file(const char *path, const char *bytes)
{
    char got[1024];
    FILE *f = fopen(path, "re");
    if (f == NULL)
        fail_msg("no %s", path);
    size_t n = fread(got, 1, sizeof got - 1, f);
    fclose(f);
    got[n] = '\0';
    assert_string_equal(got, bytes);
}

static enum transport_outcome put(struct transport *transport, const char *bytes, struct call *call)
{
    struct transport_mail mail = mail_of(bytes, strlen(bytes));
    struct transport_result result;
    transport_send(transport, &mail, before_data, call, &result);
    return result.outcome;
}

static int count_files(const char *directory)
{
    int n = 0;
    DIR *dir = opendir(directory);
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    return n;
}

static void test_directory(void **state)
{
    (void)state;
    char *out = in_world("out");
    struct conf_server server = {.directory = out};
    struct transport *transport = transport_new(&server, -1);
    struct call call = {BEFORE_TRUE, 0}, stop = {BEFORE_FALSE, 0};
    struct transport_offer offer;
    struct transport_result result;
    assert_int_equal(put(transport, small, &call), TRANSPORT_BLOCKED); /* not there yet */
    transport_probe(transport, &offer, &result);
    assert_int_equal(result.outcome, TRANSPORT_BLOCKED);
    assert_int_equal(mkdir(out, 0700), 0);
    transport_probe(transport, &offer, &result);
    assert_int_equal(result.outcome, TRANSPORT_SENT);
    assert_int_equal(put(transport, small, &stop), TRANSPORT_DOWN);
    assert_int_equal(count_files(out), 0);
    assert_int_equal(put(transport, small, &call), TRANSPORT_SENT);
    assert_int_equal(put(transport, small, &call), TRANSPORT_SENT); /* the same: one file */
    assert_int_equal(count_files(out), 1);
    assert_file(in_world("out/m1+2@town.example.eml"), small);

    static const char other[] = "message-id:<m1+2@town.example>\n\nother\n";
    static const char hostile[] = "A: b\r\nMessage-ID: <../../etc/passwd>\r\n\r\nx\r\n";
    static const char none[] = "A: b\r\n\r\nMessage-ID: <late@town.example>\r\n";
    assert_int_equal(put(transport, other, &call), TRANSPORT_SENT);
    assert_int_equal(put(transport, hostile, &call), TRANSPORT_SENT);
    assert_int_equal(put(transport, none, &call), TRANSPORT_SENT);
    assert_int_equal(put(transport, none, &call), TRANSPORT_SENT);
    assert_file(in_world("out/m1+2@town.example-2.eml"), other);
    assert_file(in_world("out/_._.._etc_passwd.eml"), hostile);
    assert_file(in_world("out/mail-000001.eml"), none);
    assert_file(in_world("out/mail-000002.eml"), none);
    assert_int_equal(count_files(out), 5);
    assert_int_equal(call.count, 6);
    transport_close(transport);
    transport_free(transport);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),           cmocka_unit_test(test_injection),
        cmocka_unit_test(test_kept_link),       cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_arguments),       cmocka_unit_test(test_empty_sender),
        cmocka_unit_test(test_long_parameters), cmocka_unit_test(test_beyond_ascii),
        cmocka_unit_test(test_endless_reply),   cmocka_unit_test(test_directory),
        cmocka_unit_test(test_probe),
    };
    return cmocka_run_group_tests(tests, make_world, remove_world);
}
