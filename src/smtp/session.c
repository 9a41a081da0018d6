/* SPDX-License-Identifier: EUPL-1.2 */
#include "smtp/session.h"

#include "base/text.h"
#include "net/secret.h"
#include "net/stream.h"

#include <arpa/inet.h>
#include <libetpan/mailsmtp.h>
#include <libetpan/mailstream.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

/* Exported by libetpan 1.9.4, declared in none of its headers: reads one reply of any number of
 * lines into session->response and gives its code, 0 for none. */
int mailsmtp_read_response(mailsmtp *session);

#define REPLY_MAX 65536 /* bytes of one reply */
#define CONNECT_MS 60000
#define HANDSHAKE_MS 60000
#define BLOCK_MS 180000
#define QUIT_MS 2000

/* RFC 5321 section 4.5.3.2; EHLO, STARTTLS and AUTH have no minimum of their own there. */
static const struct {
    const char *name;
    int timeout_ms;
} stages[] = {
    [SMTP_GREETING] = {"the connection", 300000},
    [SMTP_EHLO] = {"EHLO", 300000},
    [SMTP_STARTTLS] = {"STARTTLS", 300000},
    [SMTP_AUTH] = {"AUTH", 300000},
    [SMTP_MAIL] = {"MAIL", 300000},
    [SMTP_RCPT] = {"RCPT", 300000},
    [SMTP_DATA] = {"DATA", 120000},
    [SMTP_DOT] = {"the end of the mail", 600000},
};

void smtp_result(struct transport_result *result_r, enum transport_outcome outcome,
                 const char *format, ...)
{
    struct err cut; /* for its cutting at a character */
    _Static_assert(sizeof cut.text == sizeof result_r->text, "one text goes into the other");
    va_list args;
    va_start(args, format);
    struct arena *arena = arena_new();
    err_set(&cut, ERR_UNAVAILABLE, "%s", arena_vprintf(arena, format, args));
    arena_free(arena);
    va_end(args);
    result_r->outcome = outcome;
    result_r->code = 0;
    memcpy(result_r->text, cut.text, sizeof cut.text);
}

/* ---- lines and replies ---- */

/* The server's words on one line, as UTF-8 without controls: they go to the registry. */
static void set_words(struct transport_result *result_r, const char *words)
{
    struct arena *arena = arena_new();
    char *clean = text_nfc(arena, words, strlen(words));
    for (char *p = clean; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    smtp_result(result_r, result_r->outcome, "%s", text_trim(arena, clean));
    arena_free(arena);
}

static void set_lost(struct smtp_session *session, enum smtp_stage stage,
                     struct transport_result *result_r)
{
    const char *name = stages[stage].name;
    if (stream_why(session->stream) != STREAM_OK)
        smtp_result(result_r, smtp_outcome(stage, 0), "no answer to %s: %s", name,
                    stream_why_text(session->stream));
    else
        smtp_result(result_r, smtp_outcome(stage, 0), "the answer to %s is not SMTP: %s", name,
                    stream_last_line(session->stream));
}

int smtp_session_read(struct smtp_session *session, enum smtp_stage stage,
                      struct transport_result *result_r)
{
    stream_arm(session->stream, REPLY_MAX, stages[stage].timeout_ms);
    int code = mailsmtp_read_response(session->engine);
    if (code < 200 || code > 599) {
        set_lost(session, stage, result_r);
        return 0;
    }
    result_r->outcome = smtp_outcome(stage, code);
    set_words(result_r, session->engine->response);
    result_r->code = code;
    return code;
}

static bool write_line(struct smtp_session *session, const char *line, int timeout_ms)
{
    mailstream *s = session->engine->stream;
    stream_arm(session->stream, REPLY_MAX, timeout_ms);
    return mailstream_write(s, line, strlen(line)) >= 0 && mailstream_write(s, "\r\n", 2) >= 0 &&
           mailstream_flush(s) >= 0;
}

int smtp_session_command(struct smtp_session *session, enum smtp_stage stage, const char *line,
                         struct transport_result *result_r)
{
    if (text_has_control(line))
        panic("SMTP: a control character in a line for %s", stages[stage].name);
    if (write_line(session, line, stages[stage].timeout_ms))
        return smtp_session_read(session, stage, result_r);
    set_lost(session, stage, result_r);
    return 0;
}

/* Called by libetpan about every 4 kB: the time is limited for a block, not for the mail. */
static void arm_block(size_t current, size_t maximum, void *context)
{
    (void)current;
    (void)maximum;
    struct smtp_session *session = context;
    stream_arm(session->stream, REPLY_MAX, BLOCK_MS);
}

bool smtp_session_data(struct smtp_session *session, const char *bytes, size_t size,
                       struct transport_result *result_r)
{
    /* it always puts a line end before the dot; with our own there would be an empty line more */
    if (size > 0 && bytes[size - 1] == '\n')
        size -= size > 1 && bytes[size - 2] == '\r' ? 2 : 1;
    arm_block(0, size, session);
    if (mailstream_send_data_with_context(session->engine->stream, bytes, size, arm_block,
                                          session) == 0)
        return true;
    smtp_result(result_r, TRANSPORT_DOWN, "link lost within the mail: %s",
                stream_why_text(session->stream));
    return false;
}

/* ---- EHLO ---- */

/* An address literal (RFC 5321 section 4.1.3) of our end. */
static char *own_address(struct arena *arena, int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } own;
    socklen_t size = sizeof own;
    char s[INET6_ADDRSTRLEN];
    memset(&own, 0, sizeof own);
    if (getsockname(fd, &own.any, &size) != 0)
        return arena_strdup(arena, "[127.0.0.1]");
    if (own.any.sa_family == AF_INET && inet_ntop(AF_INET, &own.v4.sin_addr, s, sizeof s) != NULL)
        return arena_printf(arena, "[%s]", s);
    if (own.any.sa_family != AF_INET6)
        return arena_strdup(arena, "[127.0.0.1]");
    if (IN6_IS_ADDR_V4MAPPED(&own.v6.sin6_addr) &&
        inet_ntop(AF_INET, own.v6.sin6_addr.s6_addr + 12, s, sizeof s) != NULL)
        return arena_printf(arena, "[%s]", s);
    if (inet_ntop(AF_INET6, &own.v6.sin6_addr, s, sizeof s) != NULL)
        return arena_printf(arena, "[IPv6:%s]", s);
    return arena_strdup(arena, "[127.0.0.1]");
}

/* A host name that mail servers take: with a dot inside, letters, digits and hyphens. */
static bool is_domain(const char *s)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
    const char *dot = strchr(s, '.');
    size_t n = strlen(s);
    return dot != NULL && dot != s && s[n - 1] != '.' && s[strspn(s, allowed)] == '\0';
}

static char *own_name(struct arena *arena, int fd)
{
    char host[256] = "";
    if (gethostname(host, sizeof host - 1) == 0 && is_domain(host))
        return arena_strdup(arena, host);
    return own_address(arena, fd);
}

/* The word at *s, and moves behind it and the blanks. */
static char *next_word(char **s)
{
    char *word = *s;
    *s += strcspn(word, " \t");
    if (**s != '\0')
        *(*s)++ = '\0';
    *s += strspn(*s, " \t");
    return word;
}

static void note_mechanisms(struct smtp_offer *offer, char *words)
{
    const struct {
        const char *name;
        bool *offered;
    } known[] = {
        {"PLAIN", &offer->auth_plain},
        {"LOGIN", &offer->auth_login},
        {"XOAUTH2", &offer->auth_xoauth2},
        {"OAUTHBEARER", &offer->auth_oauthbearer},
    };
    while (*words != '\0') {
        const char *word = next_word(&words);
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (strcasecmp(word, known[i].name) == 0)
                *known[i].offered = true;
    }
}

static void note_offer(struct smtp_offer *offer, char *line)
{
    const struct {
        const char *name;
        bool *offered;
    } known[] = {
        {"STARTTLS", &offer->starttls}, {"DSN", &offer->dsn},       {"8BITMIME", &offer->eight_bit},
        {"SIZE", &offer->size},         {"SMTPUTF8", &offer->utf8},
    };
    line[strcspn(line, "\r")] = '\0';
    const char *word = next_word(&line);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcasecmp(word, known[i].name) == 0)
            *known[i].offered = true;
    if (strcasecmp(word, "SIZE") == 0)
        offer->max_size = strtoull(line, NULL, 10);
    if (strcasecmp(word, "AUTH") == 0)
        note_mechanisms(offer, line);
}

/* The first line is the server's name, each other one an extension. */
static void read_offer(struct arena *arena, struct smtp_offer *offer, const char *response)
{
    *offer = (struct smtp_offer){0};
    char *rest = arena_strdup(arena, response);
    for (bool first = true; rest != NULL; first = false) {
        char *line = strsep(&rest, "\n");
        if (!first)
            note_offer(offer, line);
    }
}

static bool say_ehlo(struct smtp_session *session, struct arena *arena,
                     struct transport_result *result_r)
{
    session->offer = (struct smtp_offer){0};
    char *line = arena_printf(arena, "EHLO %s", own_name(arena, stream_fd(session->stream)));
    if (smtp_session_command(session, SMTP_EHLO, line, result_r) / 100 != 2)
        return false;
    read_offer(arena, &session->offer, session->engine->response);
    return true;
}

/* ---- STARTTLS ---- */

/* What we can mend ourselves, certificates and files, holds all; the rest may pass by itself. */
static enum transport_outcome link_outcome(enum err_kind kind)
{
    return kind == ERR_PERMISSION || kind == ERR_CONFIG ? TRANSPORT_BLOCKED : TRANSPORT_DOWN;
}

static bool start_tls(struct smtp_session *session, struct arena *arena,
                      struct transport_result *result_r)
{
    if (!session->offer.starttls) {
        smtp_result(result_r, TRANSPORT_BLOCKED,
                    "%s port %d does not offer STARTTLS; nothing is sent in clear text",
                    session->server->host, session->server->port);
        return false;
    }
    if (smtp_session_command(session, SMTP_STARTTLS, "STARTTLS", result_r) / 100 != 2)
        return false;
    struct err err;
    if (!stream_start_tls(session->stream, HANDSHAKE_MS, &err)) {
        smtp_result(result_r, link_outcome(err.kind), "%s", err.text);
        return false;
    }
    return say_ehlo(session, arena, result_r);
}

/* ---- AUTH ---- */

static char *base64(struct arena *arena, const char *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *s = arena_alloc(arena, (n + 2) / 3 * 4 + 1), *out = s;
    for (size_t i = 0; i < n; i += 3) {
        unsigned long group = 0;
        for (size_t k = 0; k < 3; k++)
            group = group << 8 | (i + k < n ? (unsigned char)bytes[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            *out++ = i + k <= n ? digits[group >> (18 - 6 * k) & 63] : '=';
    }
    return s;
}

/* RFC 4616: nobody, login, password, with NUL between. */
static char *plain_response(struct arena *arena, const struct conf_server *server,
                            const char *secret)
{
    size_t user = strlen(server->user), n = 2 + user + strlen(secret);
    char *s = arena_alloc(arena, n + 1);
    memcpy(s + 1, server->user, user);
    memcpy(s + 2 + user, secret, strlen(secret));
    char *encoded = base64(arena, s, n);
    explicit_bzero(s, n);
    return encoded;
}

static char *encoded_response(struct arena *arena, char *s)
{
    char *encoded = base64(arena, s, strlen(s));
    explicit_bzero(s, strlen(s));
    return encoded;
}

static char *xoauth2_response(struct arena *arena, const struct conf_server *server,
                              const char *secret)
{
    return encoded_response(
        arena, arena_printf(arena, "user=%s\001auth=Bearer %s\001\001", server->user, secret));
}

/* RFC 7628 section 3.1 */
static char *oauthbearer_response(struct arena *arena, const struct conf_server *server,
                                  const char *secret)
{
    return encoded_response(
        arena, arena_printf(arena, "n,a=%s,\001host=%s\001port=%d\001auth=Bearer %s\001\001",
                            server->user, server->host, server->port, secret));
}

/* A 334 after a token carries the reason for refusing it; this answer gets the code (RFC 7628
 * section 3.2.3). */
static const struct {
    const char *name;
    char *(*response)(struct arena *arena, const struct conf_server *server, const char *secret);
    const char *after_334;
} mechanisms[] = {
    [CONF_AUTH_PLAIN] = {"PLAIN", plain_response, "*"},
    [CONF_AUTH_XOAUTH2] = {"XOAUTH2", xoauth2_response, ""},
    [CONF_AUTH_OAUTHBEARER] = {"OAUTHBEARER", oauthbearer_response, "AQ=="},
};

static int auth_at_once(struct smtp_session *session, struct arena *arena, const char *secret,
                        struct transport_result *result_r)
{
    enum conf_auth auth = session->server->auth;
    char *response = mechanisms[auth].response(arena, session->server, secret);
    char *line = arena_printf(arena, "AUTH %s %s", mechanisms[auth].name, response);
    int code = smtp_session_command(session, SMTP_AUTH, line, result_r);
    explicit_bzero(response, strlen(response));
    explicit_bzero(line, strlen(line));
    if (code == 334)
        code = smtp_session_command(session, SMTP_AUTH, mechanisms[auth].after_334, result_r);
    return code;
}

/* AUTH LOGIN has no standard: the server asks for the user, then for the password. */
static int auth_login(struct smtp_session *session, struct arena *arena, const char *secret,
                      struct transport_result *result_r)
{
    const char *user = session->server->user;
    int code = smtp_session_command(session, SMTP_AUTH, "AUTH LOGIN", result_r);
    if (code == 334)
        code =
            smtp_session_command(session, SMTP_AUTH, base64(arena, user, strlen(user)), result_r);
    if (code != 334)
        return code;
    char *line = base64(arena, secret, strlen(secret));
    code = smtp_session_command(session, SMTP_AUTH, line, result_r);
    explicit_bzero(line, strlen(line));
    return code;
}

static bool is_offered(const struct smtp_offer *offer, enum conf_auth auth)
{
    switch (auth) {
    case CONF_AUTH_PLAIN:
        return offer->auth_plain;
    case CONF_AUTH_XOAUTH2:
        return offer->auth_xoauth2;
    case CONF_AUTH_OAUTHBEARER:
        return offer->auth_oauthbearer;
    }
    return false;
}

static bool log_in(struct smtp_session *session, struct arena *arena,
                   struct transport_result *result_r)
{
    const struct conf_server *server = session->server;
    const struct smtp_offer *offer = &session->offer;
    bool at_once = is_offered(offer, server->auth);
    if (!at_once && !(server->auth == CONF_AUTH_PLAIN && offer->auth_login)) {
        smtp_result(result_r, TRANSPORT_BLOCKED,
                    "%s port %d does not offer AUTH %s; check \"auth\"", server->host, server->port,
                    mechanisms[server->auth].name);
        return false;
    }
    struct err err;
    char *secret;
    if (!secret_get(server, session->secrets, session->secret_refused, arena, &secret,
                    &session->secret_fresh, &err)) {
        smtp_result(result_r, link_outcome(err.kind), "%s", err.text);
        return false;
    }
    int code = 0;
    if (session->trying_anew && !session->secret_fresh) /* it would be refused again */
        smtp_result(result_r, TRANSPORT_BLOCKED,
                    "the login of %s is refused, and there is no other "
                    "secret; check it",
                    server->user);
    else if (text_has_control(server->user) || text_has_control(secret))
        smtp_result(result_r, TRANSPORT_BLOCKED, "a control character in user or password");
    else
        code = at_once ? auth_at_once(session, arena, secret, result_r)
                       : auth_login(session, arena, secret, result_r);
    explicit_bzero(secret, strlen(secret));
    session->secret_refused = code == 0 ? session->secret_refused : code / 100 == 5;
    return code / 100 == 2;
}

/* ---- the link ---- */

static bool make_ready(struct smtp_session *session, struct arena *arena,
                       struct transport_result *result_r)
{
    const struct conf_server *server = session->server;
    return smtp_session_read(session, SMTP_GREETING, result_r) / 100 == 2 &&
           say_ehlo(session, arena, result_r) &&
           (server->tls != CONF_TLS_STARTTLS || start_tls(session, arena, result_r)) &&
           (server->user == NULL || log_in(session, arena, result_r));
}

static bool open_once(struct smtp_session *session, struct transport_result *result_r)
{
    struct err err;
    if (!stream_open(session->server, session->cancel_fd, CONNECT_MS, &session->stream, &err)) {
        session->stream = NULL;
        smtp_result(result_r, link_outcome(err.kind), "%s", err.text);
        return false;
    }
    session->engine = mailsmtp_new(0, NULL);
    if (session->engine == NULL)
        panic("out of memory: SMTP session");
    /* not by mailsmtp_connect(), which closes a stream whose greeting it does not like: then
     * nobody can ask it why */
    session->engine->stream = stream_mailstream(session->stream);
    struct arena *arena = arena_new();
    bool ready = make_ready(session, arena, result_r);
    arena_free(arena);
    if (!ready)
        smtp_session_drop(session);
    return ready;
}

/* Where the kept token is refused, a new one is asked for and tried at once: they run out. */
bool smtp_session_open(struct smtp_session *session, struct transport_result *result_r)
{
    bool was_refused = session->secret_refused;
    if (open_once(session, result_r))
        return true;
    bool may_be_old = session->secrets != NULL && session->secret_refused && !was_refused &&
                      !session->secret_fresh && session->server->auth != CONF_AUTH_PLAIN;
    session->trying_anew = may_be_old;
    bool ready = may_be_old && open_once(session, result_r);
    session->trying_anew = false;
    return ready;
}

void smtp_session_drop(struct smtp_session *session)
{
    if (session->stream == NULL)
        return;
    /* mailsmtp_free() says QUIT to a stream that is open, and waits */
    mailstream_close(session->engine->stream);
    session->engine->stream = NULL;
    mailsmtp_free(session->engine);
    session->engine = NULL;
    session->stream = NULL;
    session->offer = (struct smtp_offer){0};
}

void smtp_session_quit(struct smtp_session *session)
{
    if (session->stream == NULL)
        return;
    /* one deadline for both ways */
    if (write_line(session, "QUIT", QUIT_MS))
        mailsmtp_read_response(session->engine);
    smtp_session_drop(session);
}
