/* SPDX-License-Identifier: EUPL-1.2 */
/* Servers that lie, break off, hang or attack: each case is a script for tests/fake/fake_imapd.py,
 * and what the mailbox must make of it. */
#include "config.h"

#include "test.h"

#include "base/file.h"
#include "imap/imap_session.h"
#include "imap/mailbox.h"
#include "peer.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define OPENED(mails) "LOGIN\nSELECT " #mails "\n"
#define GONE_AFTER "C: UID SEARCH UID 5$\nS: * SEARCH\nS: {tag} OK none\n"
#define LISTED_AFTER "C: UID SEARCH UID 5$\nS: * SEARCH 5\nS: {tag} OK one\n"
#define FETCHING "C: UID FETCH 5 \\(UID BODY.PEEK\\[\\]\\)$\n"

enum verb { OPEN, LIST, FETCH, DONE, PARK, PEEK, FILE_COPY };

struct lie {
    const char *name;
    const char *script;
    enum verb verb; /* the verb that meets the lie; those before it succeed */
    enum mailbox_result wanted;
    const char *says; /* is part of the error */
    const char *mail; /* what FETCH gives */
    const char *tls;  /* of the server and of the client: NULL none */
    const char *done_folder;
    size_t items;  /* that LIST gives */
    uint32_t size; /* the hint for FETCH, 0: 100 */
    int wait;      /* suggested seconds */
    bool stirred;  /* that PARK says */
    bool no_idle;  /* that OPEN says */
    bool short_time;
    bool look_first; /* FILE_COPY: an earlier try may have come about */
    bool found;      /* what it says, */
    uint32_t filed;  /* and the UID */
};

struct fixture {
    char *dir;
    char path[8][160];
    int paths;
};

static const char *path_of(struct fixture *f, const char *name)
{
    char *path = f->path[f->paths++ % 8];

    snprintf(path, sizeof f->path[0], "%s/%s", f->dir, name);
    return path;
}

static int begin(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    char template[200];
    const char *tmp = getenv("TMPDIR");
    struct peer openssl;
    struct err err;
    char line[20];

    snprintf(template, sizeof template, "%s/antragd-lies.XXXXXX", tmp != NULL ? tmp : "/tmp");
    f->dir = strdup(mkdtemp(template));
    assert_non_null(f->dir);
    const char *argv[] = {"sh", peer_source("tests/fake/certificates.sh"), f->dir, NULL};
    peer_start(&openssl, argv, line, sizeof line);
    assert_int_equal(peer_stop(&openssl), 0);
    assert_true(file_write_durable(path_of(f, "password"), "geheim\n", 7, 0600, &err));
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    const char *argv[] = {"sh", "-c", "rm -rf \"$0\" && echo gone", f->dir, NULL};
    struct peer rm;
    char line[20];

    peer_start(&rm, argv, line, sizeof line);
    peer_stop(&rm);
    free(f->dir);
    free(f);
    return 0;
}

/* ---- a server and a mailbox on it ---- */

struct session {
    struct peer peer;
    struct conf_mailbox conf;
    struct mailbox *mailbox;
    struct mailbox_view view;
    struct mailbox_item *items;
    struct arena *arena;
    struct err err;
    size_t count;
    bool stirred;
    struct mailbox_filed filed;
    int fd;
};

static enum conf_tls tls_of(const char *name)
{
    if (name == NULL)
        return CONF_TLS_NONE;
    return strcmp(name, "starttls") == 0 ? CONF_TLS_STARTTLS : CONF_TLS_IMPLICIT;
}

static void start(struct session *s, struct fixture *f, const char *tls, const char *cert,
                  const char *script, bool old_tls)
{
    char pem[40], key[40], line[20];

    snprintf(pem, sizeof pem, "%s.pem", cert);
    snprintf(key, sizeof key, "%s.key", cert);
    const char *argv[] = {"python3", peer_source("tests/fake/fake_imapd.py"),
                          "--tls",   tls != NULL ? tls : "none",
                          "--cert",  path_of(f, pem),
                          "--key",   path_of(f, key),
                          script,    old_tls ? "--old-tls" : NULL,
                          NULL};

    memset(s, 0, sizeof *s);
    peer_start(&s->peer, argv, line, sizeof line);
    s->arena = arena_new();
    s->conf = (struct conf_mailbox){
        .name = "rathaus",
        .server = {.host = "localhost",
                   .port = atoi(line),
                   .tls = tls_of(tls),
                   .ca_file = path_of(f, "ca.pem"),
                   .user = "antraege",
                   .password_file = path_of(f, "password")},
        .folder = "INBOX",
        .done_folder = "Registriert",
    };
}

static void make_mailbox(struct session *s, int cancel_fd)
{
    s->mailbox = mailbox_new(&s->conf, cancel_fd);
}

static void stop(struct session *s)
{
    mailbox_free(s->mailbox);
    arena_free(s->arena);
    assert_int_equal(peer_stop(&s->peer), 0);
}

static struct imap_limits *limits_of(struct session *s)
{
    return &imap_of(s->mailbox)->limits;
}

static enum mailbox_result file_copy(struct session *s, bool look_first)
{
    struct mailbox_copy copy = {.folder = "Belege",
                                .message_id = "1@b.example",
                                .date = 1443081600,
                                .look_first = look_first};
    enum mailbox_result result;

    assert_true(memfd_from("copy", "X: y\r\n\r\n", 8, &copy.fd, &s->err));
    result = mailbox_file(s->mailbox, &copy, &s->filed, &s->err);
    close(copy.fd);
    return result;
}

static enum mailbox_result do_verb(struct session *s, enum verb verb, const struct lie *lie)
{
    static const uint32_t uids[] = {9, 5, 6, 7};
    const struct mailbox_item item = {.uid = 5, .size = lie->size ? lie->size : 100};

    switch (verb) {
    case OPEN:
        return mailbox_open(s->mailbox, false, &s->view, &s->err);
    case LIST:
        return mailbox_list(s->mailbox, s->arena, &s->items, &s->count, &s->err);
    case FETCH:
        assert_true(memfd_new("mail", &s->fd, &s->err));
        return mailbox_fetch(s->mailbox, &item, 1000, s->fd, &s->err);
    case DONE:
        return mailbox_done(s->mailbox, uids, 4, &s->err);
    case PARK:
        return mailbox_park(s->mailbox, &s->fd, &s->stirred, &s->err);
    case PEEK:
        assert_true(memfd_new("from", &s->fd, &s->err));
        return mailbox_peek(s->mailbox, &item, 1, &s->fd, &s->err);
    case FILE_COPY:
        return file_copy(s, lie->look_first);
    }
    return MAILBOX_REFUSED;
}

static void check_mail(struct session *s, const struct lie *lie)
{
    char bytes[2000];
    ssize_t n = pread(s->fd, bytes, sizeof bytes - 1, 0);

    assert_true(n >= 0);
    bytes[n] = '\0';
    close(s->fd);
    assert_string_equal(bytes, lie->mail != NULL ? lie->mail : "");
}

static void check_result(struct session *s, const struct lie *lie, enum mailbox_result got)
{
    if (got != lie->wanted)
        fail_msg("%s: wanted %d, got %d: %s", lie->name, lie->wanted, got,
                 got != MAILBOX_OK ? s->err.text : "");
    if (lie->says != NULL && strstr(s->err.text, lie->says) == NULL)
        fail_msg("%s: \"%s\" is not in \"%s\"", lie->name, lie->says, s->err.text);
    if (lie->verb == FETCH || lie->verb == PEEK)
        check_mail(s, lie);
    if (lie->verb == FILE_COPY && got == MAILBOX_OK) {
        assert_int_equal(s->filed.found, lie->found);
        assert_int_equal(s->filed.uid, lie->filed);
    }
    if (lie->verb == LIST && got == MAILBOX_OK)
        assert_int_equal(s->count, lie->items);
    if (lie->verb == PARK && got == MAILBOX_OK)
        assert_int_equal(s->stirred, lie->stirred);
    if (lie->verb == OPEN && got == MAILBOX_OK)
        assert_int_equal(s->view.can_idle, !lie->no_idle);
    assert_int_equal(mailbox_suggested_wait(s->mailbox), lie->wait);
}

static void play(struct fixture *f, const struct lie *lie)
{
    struct session s;
    enum mailbox_result got;

    print_message("    %s\n", lie->name);
    start(&s, f, lie->tls, "good", lie->script, false);
    if (lie->done_folder != NULL)
        s.conf.done_folder = lie->done_folder;
    make_mailbox(&s, -1);
    limits_of(&s)->budget = 100000;
    if (lie->short_time)
        limits_of(&s)->command = limits_of(&s)->login = 300;
    got = do_verb(&s, OPEN, lie);
    if (lie->verb != OPEN) {
        if (got != MAILBOX_OK)
            fail_msg("%s: cannot be opened: %s", lie->name, s.err.text);
        got = do_verb(&s, lie->verb, lie);
    }
    check_result(&s, lie, got);
    stop(&s);
}

static void play_all(struct fixture *f, const struct lie *lies, size_t count)
{
    for (size_t i = 0; i < count; i++)
        play(f, &lies[i]);
}

#define PLAY_ALL(state, lies) play_all(*(state), lies, sizeof(lies) / sizeof *(lies))

/* ---- before the login ---- */

static void test_beginnings(void **state)
{
    static const struct lie lies[] = {
        {.name = "PREAUTH in clear text",
         .script = "S: * PREAUTH welcome\nHANG",
         .wanted = MAILBOX_REFUSED,
         .says = "PREAUTH"},
        {.name = "PREAUTH where STARTTLS is wanted",
         .script = "S: * PREAUTH welcome\nHANG",
         .tls = "starttls",
         .wanted = MAILBOX_REFUSED,
         .says = "PREAUTH"},
        {.name = "PREAUTH over TLS",
         .script = "S: * PREAUTH welcome\nHANG",
         .tls = "implicit",
         .wanted = MAILBOX_REFUSED,
         .says = "PREAUTH"},
        {.name = "greeting that would crash the parser",
         .script = "S: * OK [BADCHARSET (\"x\")] hello\nCLOSE",
         .wanted = MAILBOX_LOST},
        {.name = "greeting BYE",
         .script = "S: * BYE too many of you\nCLOSE",
         .wanted = MAILBOX_LOST,
         .says = "* BYE too many of you"},
        {.name = "no IMAP at all",
         .script = "S: 220 mail.example ESMTP\nHANG",
         .wanted = MAILBOX_LOST,
         .says = "220 mail.example ESMTP"},
        {.name = "capabilities before STARTTLS do not count",
         .script =
             "S: * OK [CAPABILITY IMAP4rev1 IDLE MOVE] hello\nC: STARTTLS$\n"
             "S: * CAPABILITY IMAP4rev1 IDLE MOVE\nS: {tag} OK [CAPABILITY IMAP4rev1 IDLE] go\n"
             "TLS\nCAPS X\nAFTERTLS\nSELECT 0\nHANG",
         .tls = "starttls",
         .no_idle = true},
        {.name = "clear text injected behind STARTTLS",
         .script = "S: * OK hello\nC: STARTTLS$\n"
                   "RAW: {tag} OK go\\r\\n* CAPABILITY IMAP4rev1 AUTH=PLAIN EVIL\\r\\n\nHANG",
         .tls = "starttls",
         .wanted = MAILBOX_REFUSED,
         .says = "clear text"},
        {.name = "STARTTLS refused",
         .script = "S: * OK hello\nC: STARTTLS$\nS: {tag} BAD what\nHANG",
         .tls = "starttls",
         .wanted = MAILBOX_REFUSED,
         .says = "BAD what"},
        {.name = "no reply to CAPABILITY",
         .script = "S: * OK hello\nC: CAPABILITY$\nS: {tag} OK that is all\nHANG",
         .wanted = MAILBOX_LOST,
         .says = "IMAP4rev1"},
        {.name = "empty CAPABILITY",
         .script = "S: * OK hello\nC: CAPABILITY$\nS: * CAPABILITY\nS: {tag} OK done\nHANG",
         .wanted = MAILBOX_LOST},
        {.name = "no reply to CAPABILITY after the login",
         .script = "S: * OK hello\nC: CAPABILITY$\nS: * CAPABILITY IMAP4rev1 AUTH=PLAIN\n"
                   "S: {tag} OK done\nC: AUTHENTICATE PLAIN$\nS: +\nA:\nS: {tag} OK in\n"
                   "C: CAPABILITY$\nS: {tag} OK done\nHANG",
         .wanted = MAILBOX_LOST,
         .says = "IMAP4rev1"},
        {.name = "a server that hangs before the greeting",
         .script = "HANG",
         .wanted = MAILBOX_LOST,
         .says = "no answer in time",
         .short_time = true},
        {.name = "an endless line",
         .script = "FLOOD: xxxxxxxxxxxxxxxx",
         .wanted = MAILBOX_LOST,
         .says = "more than it was allowed"},
    };

    PLAY_ALL(state, lies);
}

/* ---- login and folder ---- */

#define AUTHENTICATING                                                               \
    "S: * OK hello\nC: CAPABILITY$\nS: * CAPABILITY IMAP4rev1 AUTH=PLAIN\nS: {tag} " \
    "OK done\nC: AUTHENTICATE PLAIN$\nS: +\nA:\n"

static void test_logins(void **state)
{
    static const struct lie lies[] = {
        {.name = "wrong password",
         .script = AUTHENTICATING "S: {tag} NO [AUTHENTICATIONFAILED] no\nHANG",
         .wanted = MAILBOX_DENIED,
         .says = "antraege"},
        {.name = "bare NO",
         .script = AUTHENTICATING "S: {tag} NO no\nHANG",
         .wanted = MAILBOX_DENIED},
        {.name = "expired",
         .script = AUTHENTICATING "S: {tag} NO [EXPIRED] no\nHANG",
         .wanted = MAILBOX_DENIED},
        {.name = "the server's own trouble",
         .script = AUTHENTICATING "S: {tag} NO [UNAVAILABLE] LDAP is down\nHANG",
         .wanted = MAILBOX_LOST,
         .says = "LDAP is down"},
        {.name = "authenticated but not connected",
         .script = AUTHENTICATING "S: {tag} BAD User is authenticated but not connected.\nHANG",
         .wanted = MAILBOX_LOST,
         .says = "not connected"},
        {.name = "throttled at the login",
         .script = AUTHENTICATING "RAW: {tag} NO Request is throttled. Suggested Backoff Time: "
                                  "299961 milliseconds\\r\\n* BYE Connection closed.\\r\\n\nCLOSE",
         .wanted = MAILBOX_LOST,
         .wait = 300},
        {.name = "BYE instead of an answer",
         .script = AUTHENTICATING "S: * BYE shutting down\nCLOSE",
         .wanted = MAILBOX_LOST,
         .says = "shutting down"},
        {.name = "a challenge too many",
         .script = AUTHENTICATING "S: + more\nA:\nS: {tag} NO cancelled\nHANG",
         .wanted = MAILBOX_DENIED},
        {.name = "no way to log in",
         .script = "S: * OK hello\nC: CAPABILITY$\nS: * CAPABILITY IMAP4rev1 LOGINDISABLED\n"
                   "S: {tag} OK done\nHANG",
         .wanted = MAILBOX_REFUSED,
         .says = "no login"},
        {.name = "LOGIN where there is no PLAIN",
         .script =
             "S: * OK hello\nC: CAPABILITY$\nS: * CAPABILITY IMAP4rev1 AUTH=NTLM\nS: {tag} OK "
             "done\n"
             "C: LOGIN \"antraege\" \"geheim\"$\nS: {tag} OK in\n"
             "C: CAPABILITY$\nS: * CAPABILITY IMAP4rev1 IDLE\nS: {tag} OK done\nSELECT 0\nHANG"},
    };

    PLAY_ALL(state, lies);
}

static void test_folders(void **state)
{
    static const struct lie lies[] = {
        {.name = "no UIDVALIDITY",
         .script = "LOGIN\nC: SELECT\nS: * 3 EXISTS\nS: {tag} OK [READ-WRITE] done\nHANG",
         .wanted = MAILBOX_REFUSED,
         .says = "UIDVALIDITY"},
        {.name = "only to be read",
         .script = "LOGIN\nC: SELECT\nS: * 3 EXISTS\nS: * OK [UIDVALIDITY 3] x\n"
                   "S: {tag} OK [READ-ONLY] done\nHANG",
         .wanted = MAILBOX_REFUSED,
         .says = "may only be read"},
        {.name = "no such folder",
         .script = "LOGIN\nC: SELECT\nS: {tag} NO [NONEXISTENT] Unknown Mailbox\nHANG",
         .wanted = MAILBOX_REFUSED,
         .says = "Unknown Mailbox"},
        {.name = "folder not to be had just now",
         .script = "LOGIN\nC: SELECT\nS: {tag} NO [INUSE] locked\nHANG",
         .wanted = MAILBOX_LOST},
        {.name = "throttled at SELECT, with BAD",
         .script = "LOGIN\nC: SELECT\nRAW: {tag} BAD Request is throttled. Suggested Backoff Time: "
                   "1500 milliseconds\\r\\n* BYE\\r\\n\nCLOSE",
         .wanted = MAILBOX_LOST,
         .wait = 2},
        {.name = "a server that hangs in SELECT",
         .script = "LOGIN\nC: SELECT\nS: * 3 EXISTS\nHANG",
         .wanted = MAILBOX_LOST,
         .says = "no answer in time",
         .short_time = true},
        {.name = "somebody else's tag",
         .script = "LOGIN\nC: SELECT\nS: 999 OK done\nHANG",
         .wanted = MAILBOX_LOST},
        {.name = "garbage",
         .script = "LOGIN\nC: SELECT\nS: * )(% \\{what\nS: {tag} OK done\nHANG",
         .wanted = MAILBOX_LOST},
    };

    PLAY_ALL(state, lies);
}

/* ---- listing ---- */

#define TOLD " INTERNALDATE \" 4-Aug-2015 12:03:11 +0200\" RFC822.SIZE 11"

static void test_lists(void **state)
{
    static const struct lie lies[] = {
        {.name = "UIDs twice and in disorder",
         .script =
             OPENED(3) "C: UID SEARCH ALL$\nS: * SEARCH 9 5 6 5\nS: * SEARCH 6\n"
                       "S: {tag} OK done\nC: UID FETCH 5:6,9 \\(UID RFC822.SIZE INTERNALDATE\\)$\n"
                       "S: * 1 FETCH (UID 5" TOLD ")\nS: * 3 FETCH (UID 9" TOLD ")\n"
                       "S: * 2 FETCH (UID 6" TOLD ")\nS: {tag} OK done\nHANG",
         .verb = LIST,
         .items = 3},
        {.name = "mails that nobody asked for, flags, lines without a UID",
         .script =
             OPENED(3) "C: UID SEARCH ALL$\nS: * SEARCH 5 6\nS: {tag} OK done\nC: UID FETCH 5:6 \n"
                       "S: * 1 FETCH (UID 5" TOLD ")\nS: * 3 FETCH (UID 99" TOLD ")\n"
                       "S: * 2 FETCH (FLAGS (\\Seen))\nS: * 2 FETCH (FLAGS () UID 6)\n"
                       "S: * 2 FETCH (RFC822.SIZE 7)\nS: {tag} OK done\nHANG",
         .verb = LIST,
         .items = 1},
        {.name = "there are mails, but none is named",
         .script = OPENED(3) "C: UID SEARCH ALL$\nS: * SEARCH\nS: {tag} OK done\nHANG",
         .verb = LIST,
         .wanted = MAILBOX_LOST,
         .says = "none is named"},
        {.name = "a mail that comes behind the search",
         .script =
             OPENED(0) "C: UID SEARCH ALL$\nS: * SEARCH\nS: * 1 EXISTS\nS: {tag} OK done\nHANG",
         .verb = LIST},
        {.name = "an empty folder, without a SEARCH line",
         .script = OPENED(0) "C: UID SEARCH ALL$\nS: {tag} OK done\nHANG",
         .verb = LIST},
        {.name = "BYE in the middle",
         .script = OPENED(2) "C: UID SEARCH ALL$\nS: * SEARCH 5 6\nS: {tag} OK done\nC: UID FETCH\n"
                             "S: * 1 FETCH (UID 5" TOLD ")\nS: * BYE going down\nCLOSE",
         .verb = LIST,
         .wanted = MAILBOX_LOST,
         .says = "going down"},
        {.name = "NO in the middle",
         .script = OPENED(2) "C: UID SEARCH ALL$\nS: * SEARCH 5 6\nS: {tag} OK done\nC: UID FETCH\n"
                             "S: * 1 FETCH (UID 5" TOLD ")\nS: {tag} NO not today\nHANG",
         .verb = LIST,
         .wanted = MAILBOX_LOST,
         .says = "not today"},
        {.name = "a flood of untagged lines",
         .script = OPENED(2) "C: UID SEARCH ALL$\nFLOOD: * 4 EXISTS\\r\\n",
         .verb = LIST,
         .wanted = MAILBOX_LOST,
         .says = "more than it was allowed"},
        {.name = "a literal of 4 GB",
         .script = OPENED(2) "C: UID SEARCH ALL$\nS: * LIST () \"/\" {4294967295}\nFLOOD: xxxxxxxx",
         .verb = LIST,
         .wanted = MAILBOX_LOST,
         .says = "more than it was allowed"},
    };

    PLAY_ALL(state, lies);
}

static void test_list_values(void **state)
{
    const struct lie none = {.name = "values"};
    struct session s;

    start(&s, *state, NULL, "good",
          OPENED(2) "C: UID SEARCH ALL$\nS: * SEARCH 5 6\nS: {tag} OK done\nC: UID FETCH\n"
                    "S: * 1 FETCH (UID 5" TOLD ")\nS: * 2 FETCH (UID 6 RFC822.SIZE 12)\n"
                    "S: {tag} OK done\nHANG",
          false);
    make_mailbox(&s, -1);
    assert_int_equal(do_verb(&s, OPEN, &none), MAILBOX_OK);
    assert_int_equal(s.view.uidvalidity, 77);
    assert_int_equal(s.view.uidnext, 1000);
    int64_t before = time(NULL);
    assert_int_equal(do_verb(&s, LIST, &none), MAILBOX_OK);
    assert_int_equal(s.count, 2);
    assert_int_equal(s.items[0].uid, 5);
    assert_int_equal(s.items[0].size, 11);
    assert_int_equal(s.items[0].internaldate, 1438682591);
    assert_int_equal(s.items[1].size, 12);
    assert_true(s.items[1].internaldate >= before); /* not told: now */
    stop(&s);
}

/* ---- fetching ---- */

static void test_fetches(void **state)
{
    static const struct lie lies[] = {
        {.name = "the UID behind the body, others' flags around it",
         .script =
             OPENED(1) FETCHING "S: * 4 FETCH (FLAGS (\\Seen) UID 44)\n"
                                "RAW: * 1 FETCH (BODY[] {6}\\r\\na\\r\\nb\\r\\n UID 5)\\r\\n\n"
                                "S: * 4 EXISTS\nS: {tag} OK done\nHANG",
         .verb = FETCH,
         .mail = "a\r\nb\r\n"},
        {.name = "a quoted body",
         .script =
             OPENED(1) FETCHING "S: * 1 FETCH (UID 5 BODY[] \"short\")\nS: {tag} OK done\nHANG",
         .verb = FETCH,
         .mail = "short"},
        {.name = "another mail than the one asked for",
         .script = OPENED(1) FETCHING "RAW: * 1 FETCH (UID 6 BODY[] {3}\\r\\nabc)\\r\\n\n"
                                      "S: {tag} OK done\nHANG",
         .verb = FETCH,
         .wanted = MAILBOX_LOST,
         .says = "another mail"},
        {.name = "another mail and then ours",
         .script = OPENED(1) FETCHING "RAW: * 1 FETCH (UID 6 BODY[] {3}\\r\\nabc)\\r\\n* 2 FETCH "
                                      "(UID 5 BODY[] {3}\\r\\ndef)\\r\\n\nS: {tag} OK done\nHANG",
         .verb = FETCH,
         .wanted = MAILBOX_LOST,
         .says = "another mail"},
        {.name = "a UID that wraps to ours elsewhere",
         .script = OPENED(1) FETCHING "RAW: * 1 FETCH (BODY[] {3}\\r\\nabc)\\r\\n\n"
                                      "S: * 2 FETCH (UID 5)\nS: {tag} OK done\nHANG",
         .verb = FETCH,
         .wanted = MAILBOX_LOST,
         .says = "another mail"},
        {.name = "only a part of the mail",
         .script = OPENED(1) FETCHING "RAW: * 1 FETCH (UID 5 BODY[]<10> {3}\\r\\nabc)\\r\\n\n"
                                      "S: {tag} OK done\nHANG",
         .verb = FETCH,
         .wanted = MAILBOX_LOST,
         .says = "another mail"},
        {.name = "NO after a part",
         .script = OPENED(1) FETCHING "RAW: * 1 FETCH (UID 5 BODY[] {3}\\r\\nabc)\\r\\n\n"
                                      "S: {tag} NO disk trouble\n" LISTED_AFTER "HANG",
         .verb = FETCH,
         .wanted = MAILBOX_LOST,
         .says = "not handed out"},
        {.name = "NO for a mail that has gone",
         .script = OPENED(1) FETCHING "S: {tag} NO no such mail\n" GONE_AFTER "HANG",
         .verb = FETCH,
         .wanted = MAILBOX_GONE},
        {.name = "no body, and the mail has gone",
         .script = OPENED(1) FETCHING "S: {tag} OK done\n" GONE_AFTER "HANG",
         .verb = FETCH,
         .wanted = MAILBOX_GONE},
        {.name = "no body, and the mail is there",
         .script =
             OPENED(1) FETCHING "S: * 1 FETCH (UID 5)\nS: {tag} OK done\n" LISTED_AFTER "HANG",
         .verb = FETCH,
         .wanted = MAILBOX_LOST,
         .says = "not handed out"},
        {.name = "an empty body of a mail that has gone",
         .script = OPENED(1) FETCHING
         "S: * 1 FETCH (UID 5 BODY[] \"\")\nS: {tag} OK done\n" GONE_AFTER "HANG",
         .verb = FETCH,
         .wanted = MAILBOX_GONE},
        {.name = "NIL for a body",
         .script = OPENED(1) FETCHING
         "S: * 1 FETCH (UID 5 BODY[] NIL)\nS: {tag} OK done\n" GONE_AFTER "HANG",
         .verb = FETCH,
         .wanted = MAILBOX_GONE},
        {.name = "link lost in the middle of a literal",
         .script = OPENED(1) FETCHING "RAW: * 1 FETCH (UID 5 BODY[] {300}\\r\\nSecret line\\r\\n\n"
                                      "CLOSE",
         .verb = FETCH,
         .wanted = MAILBOX_LOST,
         .says = "closed the link"},
        {.name = "a server that hangs in the middle of a literal",
         .script = OPENED(1) FETCHING "RAW: * 1 FETCH (UID 5 BODY[] {300}\\r\\nabc\nHANG",
         .verb = FETCH,
         .wanted = MAILBOX_LOST,
         .says = "no answer in time",
         .short_time = true},
        {.name = "more bytes than announced",
         .script = OPENED(1) FETCHING "RAW: * 1 FETCH (UID 5 BODY[] {3}\\r\\nabcdef)\\r\\n\n"
                                      "S: {tag} OK done\nHANG",
         .verb = FETCH,
         .wanted = MAILBOX_LOST},
        {.name = "a length that wraps to 3",
         .script = OPENED(1) FETCHING "RAW: * 1 FETCH (UID 5 BODY[] {4294967299}\\r\\nabcdef\nHANG",
         .verb = FETCH,
         .wanted = MAILBOX_LOST,
         .short_time = true},
        {.name = "a mail of 4 GB",
         .script =
             OPENED(1) FETCHING "RAW: * 1 FETCH (UID 5 BODY[] {4294967295}\\r\\nA: b\\r\\n\\r\\n"
                                "\nFLOOD: xxxxxxxx",
         .verb = FETCH,
         .wanted = MAILBOX_TOO_BIG,
         .mail = "A: b\r\n\r\n"},
        {.name = "a size that was a lie: the mail is too large",
         .script = OPENED(1) FETCHING "RAW: * 1 FETCH (UID 5 BODY[] {1300}\\r\\nA: b\\r\\n\\r\\n\n"
                                      "FILL 1292\nRAW: )\\r\\n\nS: {tag} OK done\nHANG",
         .verb = FETCH,
         .wanted = MAILBOX_TOO_BIG,
         .mail = "A: b\r\n\r\n"},
        {.name = "a size that was a lie: the mail is small",
         .script = OPENED(
             1) "C: UID FETCH 5 \\(UID BODY.PEEK\\[\\]<0.65536>\\)$\n"
                "RAW: * 1 FETCH (UID 5 BODY[]<0> {3}\\r\\nabc)\\r\\n\nS: {tag} OK done\nHANG",
         .verb = FETCH,
         .size = 5000000,
         .mail = "abc"},
        {.name = "BYE instead of an answer",
         .script = OPENED(1) FETCHING "S: * BYE Autologout\nCLOSE",
         .verb = FETCH,
         .wanted = MAILBOX_LOST,
         .says = "Autologout"},
    };

    PLAY_ALL(state, lies);
}

/* A mail's words do not get into the log by way of an error. */
static void test_mail_is_not_quoted(void **state)
{
    const struct lie fetch = {.name = "not quoted"};
    struct session s;

    start(&s, *state, NULL, "good",
          OPENED(1) FETCHING "RAW: * 1 FETCH (UID 5 BODY[] {300}\\r\\nSecret line\\r\\nmore\\r\\n\n"
                             "CLOSE",
          false);
    make_mailbox(&s, -1);
    assert_int_equal(do_verb(&s, OPEN, &fetch), MAILBOX_OK);
    assert_int_equal(do_verb(&s, FETCH, &fetch), MAILBOX_LOST);
    assert_null(strstr(s.err.text, "Secret"));
    assert_null(strstr(s.err.text, "more"));
    close(s.fd);
    stop(&s);
}

/* ---- putting away ---- */

static void test_dones(void **state)
{
    static const struct lie lies[] = {
        {.name = "MOVE, with the folder to be made",
         .script = OPENED(
             4) "C: UID MOVE 5:7,9 \"Registriert\"$\nS: {tag} NO [TRYCREATE] none\n"
                "C: UID SEARCH UID 5:7,9$\nS: * SEARCH 5 6 9\nS: {tag} OK done\n"
                "C: CREATE \"Registriert\"$\nS: {tag} OK done\nC: SUBSCRIBE \"Registriert\"$\n"
                "S: {tag} OK done\nC: UID MOVE 5:6,9 \"Registriert\"$\n"
                "S: * OK [COPYUID 3 5:6,9 1:3] moved\nS: * 1 EXPUNGE\nS: {tag} OK done\nHANG",
         .verb = DONE},
        {.name = "MOVE of what has gone",
         .script = OPENED(4) "C: UID MOVE 5:7,9 \nS: {tag} NO no messages\n"
                             "C: UID SEARCH UID 5:7,9$\nS: * SEARCH\nS: {tag} OK done\nHANG",
         .verb = DONE},
        {.name = "MOVE refused for good",
         .script =
             OPENED(4) "C: UID MOVE 5:7,9 \nS: {tag} NO [OVERQUOTA] full\n"
                       "C: UID SEARCH UID 5:7,9$\nS: * SEARCH 5\nS: {tag} OK done\nC: CREATE\n"
                       "S: {tag} NO exists\nC: UID MOVE 5 \nS: {tag} NO [OVERQUOTA] full\nHANG",
         .verb = DONE,
         .wanted = MAILBOX_REFUSED,
         .says = "full"},
        {.name = "COPY and UID EXPUNGE",
         .script = "CAPS UIDPLUS\n" OPENED(
             4) "C: UID COPY 5:7,9 \"Registriert\"$\nS: {tag} OK done\n"
                "C: UID STORE 5:7,9 \\+FLAGS.SILENT \\(\\\\Deleted\\)$\nS: {tag} OK done\n"
                "C: UID EXPUNGE 5:7,9$\nS: * 1 EXPUNGE\nS: {tag} OK done\nHANG",
         .verb = DONE},
        {.name = "COPY fails: nothing is deleted",
         .script = "CAPS UIDPLUS\n" OPENED(4) "C: UID COPY 5:7,9 \nS: {tag} NO no\n"
                                              "C: UID SEARCH \nS: * SEARCH 5 6 7 9\nS: {tag} OK "
                                              "done\nC: CREATE \nS: {tag} NO no\n"
                                              "C: UID COPY 5:7,9 \nS: {tag} NO no\nHANG",
         .verb = DONE,
         .wanted = MAILBOX_REFUSED},
        {.name = "neither MOVE nor UIDPLUS: a keyword, no EXPUNGE",
         .script = "CAPS X\n" OPENED(4) "C: UID STORE 5:7,9 \\+FLAGS.SILENT \\(\\$Registered\\)$\n"
                                        "S: {tag} OK done\nHANG",
         .verb = DONE},
        {.name = "no done-folder: a keyword",
         .script = OPENED(4) "C: UID STORE 5:7,9 \\+FLAGS.SILENT \\(\\$Registered\\)$\n"
                             "S: {tag} NO cannot\nHANG",
         .verb = DONE,
         .done_folder = ""},
        {.name = "no keyword allowed: nothing",
         .script =
             "LOGIN\nC: SELECT\nS: * OK [UIDVALIDITY 3] x\nS: * OK [PERMANENTFLAGS (\\Seen)] x\n"
             "S: {tag} OK [READ-WRITE] done\nHANG",
         .verb = DONE,
         .done_folder = ""},
        {.name = "a line end in the done-folder's name",
         .script = OPENED(4) "HANG",
         .verb = DONE,
         .done_folder = "x\r\n9 DELETE INBOX",
         .wanted = MAILBOX_REFUSED,
         .says = "control character"},
    };

    PLAY_ALL(state, lies);
}

/* ---- who sent it, and copies ---- */

#define PEEKING "C: UID FETCH 5 \\(UID BODY.PEEK\\[HEADER.FIELDS \\(FROM\\)\\]<0.8192>\\)$\n"

static void test_peeks(void **state)
{
    static const struct lie lies[] = {
        {.name = "other mails' senders around it",
         .script = OPENED(3) PEEKING
         "S: * 1 FETCH (UID 4 BODY[HEADER.FIELDS (FROM)]<0> \"From: x\")\n"
         "RAW: * 2 FETCH (BODY[HEADER.FIELDS (FROM)]<0> {9}\\r\\nFrom: y\\r\\n UID 5)\\r\\n\n"
         "S: * 3 FETCH (UID 6 BODY[HEADER.FIELDS (FROM)]<0> \"From: z\")\nS: {tag} OK done\nHANG",
         .verb = PEEK,
         .mail = "From: y\r\n"},
        {.name = "a whole mail for a field",
         .script =
             OPENED(3) PEEKING "S: * 2 FETCH (UID 5 BODY[] \"From: y\")\nS: {tag} OK done\nHANG",
         .verb = PEEK},
        {.name = "said twice",
         .script = OPENED(3) PEEKING
         "S: * 2 FETCH (UID 5 BODY[HEADER.FIELDS (FROM)]<0> \"From: y\")\n"
         "S: * 2 FETCH (UID 5 BODY[HEADER.FIELDS (FROM)]<0> \"From: x\")\nS: {tag} OK done\nHANG",
         .verb = PEEK,
         .mail = "From: y"},
        {.name = "nothing said",
         .script = OPENED(3) PEEKING "S: {tag} OK done\nHANG",
         .verb = PEEK},
        {.name = "a field without end",
         .script = OPENED(3) PEEKING
         "S: * 2 FETCH (UID 5 BODY[HEADER.FIELDS (FROM)]<0> {9000000}\nFILL 200000\nHANG",
         .verb = PEEK,
         .wanted = MAILBOX_LOST},
        {.name = "refused",
         .script = OPENED(3) PEEKING "S: {tag} NO not today\nHANG",
         .verb = PEEK,
         .wanted = MAILBOX_LOST},
    };

    PLAY_ALL(state, lies);
}

#define APPENDING "C: APPEND \"Belege\" \\(.Seen\\) \"24-Sep-2015 08:00:00 \\+0000\" \\{8\\}$\n"
#define TAKEN "S: + go on\nA:\nA:\nA:\n"

static void test_copies(void **state)
{
    static const struct lie lies[] = {
        {.name = "without UIDPLUS",
         .script = OPENED(0) APPENDING TAKEN "S: {tag} OK done\nHANG",
         .verb = FILE_COPY},
        {.name = "news before and after the bytes",
         .script = OPENED(0) APPENDING "S: * 4 EXISTS\n" TAKEN
                                       "S: * 5 EXISTS\nS: {tag} OK [APPENDUID 8 9] done\nHANG",
         .verb = FILE_COPY,
         .filed = 9},
        {.name = "a place that is none",
         .script = OPENED(0) APPENDING TAKEN "S: {tag} OK [APPENDUID 8 ] done\nHANG",
         .verb = FILE_COPY},
        {.name = "no room, said before the bytes",
         .script = OPENED(0) APPENDING "S: {tag} NO [OVERQUOTA] full\nHANG",
         .verb = FILE_COPY,
         .wanted = MAILBOX_REFUSED,
         .says = "[OVERQUOTA] full"},
        {.name = "no room, said after the bytes",
         .script = OPENED(0) APPENDING TAKEN "S: {tag} NO [OVERQUOTA] full\nHANG",
         .verb = FILE_COPY,
         .wanted = MAILBOX_REFUSED,
         .says = "[OVERQUOTA] full"},
        {.name = "BAD",
         .script = OPENED(0) APPENDING "S: {tag} BAD literals here\nHANG",
         .verb = FILE_COPY,
         .wanted = MAILBOX_REFUSED,
         .says = "BAD"},
        {.name = "too large by what the server told",
         .script = "CAPS APPENDLIMIT=7 MOVE\n" OPENED(0) "HANG",
         .verb = FILE_COPY,
         .wanted = MAILBOX_REFUSED,
         .no_idle = true,
         .says = "APPENDLIMIT"},
        {.name = "no folder yet",
         .script = OPENED(0) APPENDING
         "S: {tag} NO [TRYCREATE] none\nC: CREATE \"Belege\"$\nS: {tag} OK done\n"
         "C: SUBSCRIBE \"Belege\"$\nS: {tag} OK done\n" APPENDING TAKEN
         "S: {tag} OK [APPENDUID 1 1] done\nHANG",
         .verb = FILE_COPY,
         .filed = 1},
        {.name = "no folder ever",
         .script = OPENED(0) APPENDING
         "S: {tag} NO [TRYCREATE] none\nC: CREATE \"Belege\"$\nS: {tag} NO never\n" APPENDING
         "S: {tag} NO [TRYCREATE] none\nHANG",
         .verb = FILE_COPY,
         .wanted = MAILBOX_REFUSED,
         .says = "Belege"},
        {.name = "no word that the bytes may come",
         .script = OPENED(0) APPENDING "HANG",
         .verb = FILE_COPY,
         .wanted = MAILBOX_LOST,
         .short_time = true},
        {.name = "BYE instead of it",
         .script = OPENED(0) APPENDING "S: * BYE\nCLOSE",
         .verb = FILE_COPY,
         .wanted = MAILBOX_LOST},
        {.name = "BYE after the bytes",
         .script = OPENED(0) APPENDING TAKEN "S: * BYE\nCLOSE",
         .verb = FILE_COPY,
         .wanted = MAILBOX_LOST},
        {.name = "found where it was filed before",
         .script = OPENED(0) "SELECT 3\nC: UID SEARCH HEADER Message-ID \"1@b.example\"$\n"
                             "S: * SEARCH 12\nS: {tag} OK done\nHANG",
         .verb = FILE_COPY,
         .look_first = true,
         .found = true,
         .filed = 12},
        {.name = "not found",
         .script = OPENED(0) "SELECT 3\nC: UID SEARCH HEADER Message-ID \"1@b.example\"$\n"
                             "S: * SEARCH\nS: {tag} OK done\n" APPENDING TAKEN
                             "S: {tag} OK [APPENDUID 8 13] done\nHANG",
         .verb = FILE_COPY,
         .look_first = true,
         .filed = 13},
        {.name = "no folder to look into",
         .script = OPENED(0) "C: EXAMINE \"Belege\"$\nS: {tag} NO none\n" APPENDING TAKEN
                             "S: {tag} OK [APPENDUID 8 13] done\nHANG",
         .verb = FILE_COPY,
         .look_first = true,
         .filed = 13},
    };

    PLAY_ALL(state, lies);
}

/* ---- parking ---- */

static void test_parks(void **state)
{
    static const struct lie lies[] = {
        {.name = "EXISTS before the +",
         .script = OPENED(1) "C: IDLE$\nS: * 2 EXISTS\nS: * 1 RECENT\nS: + idling\nHANG",
         .verb = PARK,
         .stirred = true},
        {.name = "EXISTS right behind the +",
         .script = OPENED(1) "C: IDLE$\nRAW: + idling\\r\\n* 2 EXISTS\\r\\n\nHANG",
         .verb = PARK,
         .stirred = true},
        {.name = "nothing new",
         .script =
             OPENED(1) "C: IDLE$\nRAW: * OK wait\\r\\n+ idling\\r\\n* OK Still here\\r\\n\nHANG",
         .verb = PARK},
        {.name = "IDLE refused",
         .script = OPENED(1) "C: IDLE$\nS: {tag} BAD what is that\nHANG",
         .verb = PARK},
        {.name = "BYE instead of the +",
         .script = OPENED(1) "C: IDLE$\nS: * BYE enough\nCLOSE",
         .verb = PARK,
         .wanted = MAILBOX_LOST,
         .says = "enough"},
        {.name = "no + at all",
         .script = OPENED(1) "C: IDLE$\nHANG",
         .verb = PARK,
         .wanted = MAILBOX_LOST,
         .says = "no answer in time",
         .short_time = true},
        {.name = "no IDLE", .script = "CAPS MOVE\n" OPENED(1) "HANG", .verb = PARK},
    };

    PLAY_ALL(state, lies);
}

/* Told before IDLE begins, so that IDLE has no news: only the next visit would find it. */
static void test_parks_behind_news(void **state)
{
    static const struct {
        const char *script;
        bool stirred;
    } cases[] = {
        {OPENED(0) "C: UID SEARCH ALL$\nS: * SEARCH\nS: * 1 EXISTS\nS: {tag} OK done\n"
                   "C: IDLE$\nS: + idling\nHANG",
         true},
        {OPENED(0) "C: UID SEARCH ALL$\nS: * SEARCH\nS: {tag} OK done\nC: IDLE$\nS: + idling\nHANG",
         false},
        {OPENED(1) "C: UID SEARCH ALL$\nS: * SEARCH 5\nS: {tag} OK done\nC: UID FETCH 5\n"
                   "S: * 1 FETCH (UID 5" TOLD ")\nS: * 2 EXISTS\nS: {tag} OK done\n"
                   "C: IDLE$\nS: + idling\nHANG",
         true},
        {OPENED(1) "C: UID SEARCH ALL$\nS: * SEARCH 5\nS: {tag} OK done\nC: UID FETCH 5\n"
                   "S: * 1 FETCH (UID 5" TOLD ")\nS: * 1 EXPUNGE\nS: {tag} OK done\n"
                   "C: IDLE$\nS: + idling\nHANG",
         false},
    };
    const struct lie none = {.name = "news before IDLE"};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct session s;

        start(&s, *state, "implicit", "good", cases[i].script, false);
        make_mailbox(&s, -1);
        assert_int_equal(do_verb(&s, OPEN, &none), MAILBOX_OK);
        assert_int_equal(do_verb(&s, LIST, &none), MAILBOX_OK);
        assert_int_equal(do_verb(&s, PARK, &none), MAILBOX_OK);
        assert_int_equal(s.stirred, cases[i].stirred);
        stop(&s);
    }
}

static bool readable(int fd)
{
    struct pollfd wait = {fd, POLLIN, 0};

    return poll(&wait, 1, 10000) == 1;
}

/* News in pieces, keep-alives, DONE, and what comes after. */
static void test_stir(void **state)
{
    const struct lie none = {.name = "stir"};
    char word[20];
    struct session s;

    start(&s, *state, "implicit", "good",
          OPENED(1) "C: IDLE$\nS: + idling\nS: * OK Still here\nSAY one\nHANG", false);
    make_mailbox(&s, -1);
    assert_int_equal(do_verb(&s, OPEN, &none), MAILBOX_OK);
    assert_int_equal(do_verb(&s, PARK, &none), MAILBOX_OK);
    peer_read_line(&s.peer, word, sizeof word);
    assert_true(s.fd >= 0);
    assert_null(imap_of(s.mailbox)->session);
    assert_false(mailbox_stir(s.mailbox));
    stop(&s);

    start(&s, *state, "implicit", "good",
          OPENED(1) "C: IDLE$\nS: + idling\nRAW: * 2 EXI\nSAY half\nRAW: STS\\r\\n\nA:\n"
                    "S: * 3 EXISTS\nS: {tag} OK idle ended\nSELECT 3\nC: IDLE$\nS: + idling\n"
                    "S: * BYE tired\nCLOSE",
          false);
    make_mailbox(&s, -1);
    assert_int_equal(do_verb(&s, OPEN, &none), MAILBOX_OK);
    assert_int_equal(do_verb(&s, PARK, &none), MAILBOX_OK);
    while (!s.stirred && !mailbox_stir(s.mailbox))
        assert_true(readable(s.fd));
    assert_int_equal(do_verb(&s, OPEN, &none), MAILBOX_OK);
    assert_int_equal(do_verb(&s, PARK, &none), MAILBOX_OK);
    while (!s.stirred && !mailbox_stir(s.mailbox))
        assert_true(readable(s.fd));
    assert_int_equal(do_verb(&s, LIST, &none), MAILBOX_LOST);
    stop(&s);
}

/* ---- cancelling ---- */

struct canceller {
    struct peer *peer;
    int fd;
};

static void *cancel_when_told(void *argument)
{
    struct canceller *c = argument;
    char word[20];

    peer_read_line(c->peer, word, sizeof word);
    eventfd_write(c->fd, 1);
    return NULL;
}

static void test_cancel(void **state)
{
    const struct lie none = {.name = "cancel"};
    struct canceller c = {.fd = eventfd(0, EFD_CLOEXEC)};
    struct session s;
    pthread_t thread;

    start(&s, *state, "implicit", "good", "LOGIN\nC: SELECT\nSAY now\nHANG", false);
    make_mailbox(&s, c.fd);
    c.peer = &s.peer;
    assert_int_equal(pthread_create(&thread, NULL, cancel_when_told, &c), 0);
    time_t before = time(NULL);
    assert_int_equal(do_verb(&s, OPEN, &none), MAILBOX_LOST);
    assert_true(time(NULL) - before < 20);
    assert_non_null(strstr(s.err.text, "stopped by us"));
    pthread_join(thread, NULL);
    stop(&s);
    close(c.fd);
}

/* ---- certificates ---- */

static void test_certificates(void **state)
{
    static const struct {
        const char *name, *tls, *cert, *ca, *host, *says;
        bool old_tls;
        enum mailbox_result wanted;
    } cases[] = {
        {"good", "implicit", "good", "ca.pem", "localhost", NULL, false, MAILBOX_OK},
        {"good by its address", "implicit", "good", "ca.pem", "127.0.0.1", NULL, false, MAILBOX_OK},
        {"unknown authority", "implicit", "good", "stranger-ca.pem", "localhost", "CN = Town CA",
         false, MAILBOX_REFUSED},
        {"another host", "implicit", "other-host", "ca.pem", "localhost",
         "mail.example, imap.example", false, MAILBOX_REFUSED},
        {"another address", "implicit", "other-host", "ca.pem", "127.0.0.1", "IP address", false,
         MAILBOX_REFUSED},
        {"expired", "implicit", "expired", "ca.pem", "localhost", "expired on 20", false,
         MAILBOX_REFUSED},
        {"signed by itself", "implicit", "alone", "ca.pem", "localhost", "signed by itself", false,
         MAILBOX_REFUSED},
        {"unknown authority after STARTTLS", "starttls", "good", "stranger-ca.pem", "localhost",
         "CN = Town CA", false, MAILBOX_REFUSED},
        {"TLS 1.1", "implicit", "good", "ca.pem", "localhost", "older than 1.2", true,
         MAILBOX_REFUSED},
        {"no TLS on this port", "none", "good", "ca.pem", "localhost", "starttls", false,
         MAILBOX_LOST},
        {"no such file of authorities", "implicit", "good", "no.pem", "localhost", "no.pem", false,
         MAILBOX_REFUSED},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct lie none = {.name = cases[i].name};
        const char *script = cases[i].wanted == MAILBOX_OK           ? OPENED(0) "HANG"
                             : strcmp(cases[i].tls, "starttls") == 0 ? "S: * OK x\nC: STARTTLS$\n"
                                                                       "S: {tag} OK done\nTLS\nHANG"
                                                                     : "S: * OK x\nHANG";
        struct session s;

        print_message("    %s\n", cases[i].name);
        start(&s, *state, cases[i].tls, cases[i].cert, script, cases[i].old_tls);
        s.conf.server.tls =
            strcmp(cases[i].tls, "starttls") == 0 ? CONF_TLS_STARTTLS : CONF_TLS_IMPLICIT;
        s.conf.server.ca_file = path_of(*state, cases[i].ca);
        s.conf.server.host = cases[i].host;
        make_mailbox(&s, -1);
        enum mailbox_result got = do_verb(&s, OPEN, &none);
        if (got != cases[i].wanted)
            fail_msg("%s: wanted %d, got %d: %s", cases[i].name, cases[i].wanted, got, s.err.text);
        if (cases[i].says != NULL && strstr(s.err.text, cases[i].says) == NULL)
            fail_msg("%s: \"%s\" is not in \"%s\"", cases[i].name, cases[i].says, s.err.text);
        if (got != MAILBOX_OK)
            print_message("      %s\n", s.err.text);
        stop(&s);
    }
}

static void copy_file(struct fixture *f, const char *from, const char *to)
{
    struct arena *arena = arena_new();
    struct err err;
    char *bytes;
    size_t n;

    assert_true(file_read(arena, path_of(f, from), 100000, &bytes, &n, &err));
    assert_true(file_write_durable(path_of(f, to), bytes, n, 0600, &err));
    arena_free(arena);
}

/* Streams share what was read from a ca-file, but not for longer than it stays as it is. */
static void test_authority_changes(void **state)
{
    static const struct {
        const char *ca;
        enum mailbox_result wanted;
    } steps[] = {
        {"ca.pem", MAILBOX_OK},
        {"stranger-ca.pem", MAILBOX_REFUSED},
        {"ca.pem", MAILBOX_OK},
    };
    struct fixture *f = *state;
    struct session s;

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        start(&s, f, "implicit", "good",
              steps[i].wanted == MAILBOX_OK ? "LOGIN\nSELECT 0\nHANG\n" : "HANG\n", false);
        copy_file(f, steps[i].ca, "changing.pem");
        s.conf.server.ca_file = path_of(f, "changing.pem");
        make_mailbox(&s, -1);
        enum mailbox_result got = mailbox_open(s.mailbox, false, &s.view, &s.err);
        if (got != steps[i].wanted)
            fail_msg("step %zu: %d: %s", i, got, s.err.text);
        stop(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beginnings),
        cmocka_unit_test(test_logins),
        cmocka_unit_test(test_folders),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_list_values),
        cmocka_unit_test(test_fetches),
        cmocka_unit_test(test_mail_is_not_quoted),
        cmocka_unit_test(test_dones),
        cmocka_unit_test(test_peeks),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_parks),
        cmocka_unit_test(test_parks_behind_news),
        cmocka_unit_test(test_stir),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_certificates),
        cmocka_unit_test(test_authority_changes),
    };

    if (system("command -v python3 >/dev/null && command -v openssl >/dev/null") != 0) {
        puts("SKIPPED: python3 or openssl is not installed");
        return 77;
    }
    return cmocka_run_group_tests_name("imap_lies", tests, begin, end);
}
