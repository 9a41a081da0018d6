/* SPDX-License-Identifier: EUPL-1.2 */
#include "ctl/forgery.h"

#include "base/file.h"
#include "daemon/reader_job.h"
#include "mail/address.h"
#include "mail/compose.h"
#include "smtp/transport.h"
#include "trust/authres.h"
#include "trust/chain.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define SMTP_PORT 25
/* For the mail to arrive; filters take their time. */
#define PATIENCE_SECONDS 90
/* Between looks, at most: a server may have no IDLE, or be slow to tell. */
#define LOOK_SECONDS 5
#define HEADERS_MAX 65536

struct forgery {
    struct ctl *ctl;
    const struct conf_body *body;
    const struct conf_mailbox *conf;
    struct findings *findings;
    const char *subject;
    const char *from; /* the body's own address */
    const char *mark; /* stands in the forged field and nowhere else in the world */
    struct mailbox *mailbox;
    uint32_t next_uid; /* older mails are none of ours */
    int64_t until;     /* seconds of the monotonic clock */
};

static void say(struct forgery *forgery, enum finding_state state, const char *text,
                const char *advice)
{
    findings_add(forgery->ctl, forgery->findings, forgery->subject, state, text, advice);
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec;
}

/* ---- the mail -------------------------------------------------------------------------------- */

static bool draw_mark(struct forgery *forgery)
{
    unsigned char bytes[16];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return false;
    forgery->mark = text_hex(forgery->ctl->arena, bytes, sizeof bytes);
    return true;
}

static void add_field(struct forgery *forgery, struct text *header, const char *id)
{
    const char *domain = address_domain(forgery->from);
    text_addf(header,
              "Authentication-Results: %s%sdmarc=pass header.from=%s;\r\n"
              "\tdkim=pass header.d=%s header.s=%s\r\n",
              id, *id ? "; " : "", domain, domain, forgery->mark);
}

static const char *write_mail(struct forgery *forgery, size_t *n_r)
{
    struct arena *arena = forgery->ctl->arena;
    const struct compose_header extra[] = {{"Auto-Submitted", "auto-generated"},
                                           {"X-Auto-Response-Suppress", "All"}};
    const struct compose compose = {
        .from_address = forgery->from,
        .to_address = forgery->conf->addresses.v[0],
        .subject = "antragctl doctor: a trial, nothing to do",
        .message_id =
            arena_printf(arena, "%s.forged@%s", forgery->mark, address_domain(forgery->from)),
        .date = (int64_t)time(NULL),
        .extra = extra,
        .extra_count = sizeof extra / sizeof *extra,
        .text = "antragctl doctor --forged-header has sent this mail to find out whether the mail "
                "server takes away Authentication-Results that a stranger brings. It may be "
                "deleted.\n"};
    struct text mail;
    size_t n;
    text_init(&mail, arena);
    for (size_t i = 0; i < forgery->body->authserv_id.n; i++)
        add_field(forgery, &mail, forgery->body->authserv_id.v[i]);
    if (chain_is_exchange_online(forgery->body))
        add_field(forgery, &mail, "");
    const char *bytes = compose_mail(arena, &compose, &n);
    text_add_bytes(&mail, bytes, n);
    *n_r = mail.len;
    return mail.s;
}

/* ---- on its way ------------------------------------------------------------------------------ */

/* "HOST" or "HOST:PORT".  Only where the link leaves this machine it is protected. */
static bool find_door(struct forgery *forgery, struct conf_server *server_r)
{
    const char *door = forgery->ctl->mx;
    if (!door && forgery->conf->own_servers.n > 0)
        door = forgery->conf->own_servers.v[0];
    if (!door) {
        say(forgery, FINDING_BROKEN, "no server of the town is known that takes mail from outside",
            "Give it with --mx HOST, or set \"own-servers\" of the mailbox.");
        return false;
    }
    const char *colon = strrchr(door, ':');
    char *end;
    long port = colon ? strtol(colon + 1, &end, 10) : SMTP_PORT;
    if (port < 1 || port > 65535 || (colon && *end)) {
        say(forgery, FINDING_BROKEN, arena_printf(forgery->ctl->arena, "%s has no port", door),
            "Write --mx HOST or --mx HOST:PORT.");
        return false;
    }
    size_t n = colon ? (size_t)(colon - door) : strlen(door);
    const char *host = arena_strndup(forgery->ctl->arena, door, n);
    *server_r = (struct conf_server){
        .set = true,
        .host = host,
        .port = (int)port,
        .tls = conf_host_is_loopback(host) ? CONF_TLS_NONE : CONF_TLS_STARTTLS,
        .ca_file = forgery->conf->server.ca_file,
    };
    return true;
}

static bool send_it(struct forgery *forgery)
{
    struct conf_server server;
    struct transport_result result;
    size_t n;
    if (!find_door(forgery, &server))
        return false;
    const char *bytes = write_mail(forgery, &n);
    const struct transport_mail mail = {
        .envelope_from = "", .to = forgery->conf->addresses.v[0], .bytes = bytes, .size = n};
    struct transport *transport = transport_new(&server, -1);
    transport_send(transport, &mail, NULL, NULL, &result);
    transport_close(transport);
    transport_free(transport);
    if (result.outcome == TRANSPORT_SENT)
        return true;
    say(forgery, FINDING_NOTE,
        arena_printf(forgery->ctl->arena, "%s:%d does not take the mail: %d %s", server.host,
                     server.port, result.code, result.text),
        result.code >= 500
            ? "Where it refuses mail that comes from outside in the town's own name, "
              "that is right, but says nothing of mail in other names."
            : "Give the server that takes mail from outside with --mx HOST[:PORT].");
    return false;
}

/* ---- what arrives ---------------------------------------------------------------------------- */

static bool holds(int fd, const char *mark)
{
    char *bytes = xcalloc(1, HEADERS_MAX + 1);
    ssize_t n = pread(fd, bytes, HEADERS_MAX, 0);
    bool found = n > 0 && memmem(bytes, (size_t)n, mark, strlen(mark)) != NULL;
    free(bytes);
    return found;
}

/* Its header, in *fd_r; false: not there yet, or err_r is set where the link is lost. */
static bool find_it(struct forgery *forgery, int *fd_r, enum mailbox_result *result_r,
                    struct err *err_r)
{
    struct arena *arena = arena_new();
    struct mailbox_item *items;
    size_t count = 0;
    bool found = false;
    *result_r = mailbox_list(forgery->mailbox, arena, &items, &count, err_r);
    for (size_t i = 0; *result_r == MAILBOX_OK && !found && i < count; i++) {
        if (items[i].uid < forgery->next_uid || !memfd_new("mail", fd_r, err_r))
            continue;
        *result_r = mailbox_fetch(forgery->mailbox, &items[i], HEADERS_MAX, *fd_r, err_r);
        if (*result_r == MAILBOX_TOO_BIG || *result_r == MAILBOX_GONE)
            *result_r = MAILBOX_OK;
        found = *result_r == MAILBOX_OK && holds(*fd_r, forgery->mark);
        if (!found)
            close(*fd_r);
        forgery->next_uid = items[i].uid + 1;
    }
    arena_free(arena);
    return found;
}

/* Until the server has news, or it is time to look again. */
static enum mailbox_result wait_for_news(struct forgery *forgery, struct err *err_r)
{
    struct mailbox_view view;
    bool stirred;
    int fd;
    enum mailbox_result result = mailbox_park(forgery->mailbox, &fd, &stirred, err_r);
    if (result != MAILBOX_OK)
        return result;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    int64_t until = now() + LOOK_SECONDS;
    while (!stirred && now() < until && poll(&wait, 1, LOOK_SECONDS * 1000) > 0 &&
           !mailbox_stir(forgery->mailbox))
        ;
    return mailbox_open(forgery->mailbox, true, &view, err_r);
}

/* In the folder that is watched, and at last where filters put what they doubt. */
static bool await_it(struct forgery *forgery, int *fd_r)
{
    struct mailbox_view view;
    struct err err;
    enum mailbox_result result = MAILBOX_OK;
    while (result == MAILBOX_OK) {
        if (find_it(forgery, fd_r, &result, &err))
            return true;
        if (result != MAILBOX_OK || now() >= forgery->until)
            break;
        result = wait_for_news(forgery, &err);
    }
    const char *junk = forgery->conf->junk_folder;
    forgery->next_uid = 0;
    if (result == MAILBOX_OK && junk && *junk &&
        mailbox_examine(forgery->mailbox, junk, true, &view, &err) == MAILBOX_OK &&
        find_it(forgery, fd_r, &result, &err))
        return true;
    say(forgery, FINDING_NOTE,
        result == MAILBOX_OK
            ? arena_printf(forgery->ctl->arena, "the mail did not arrive within %d seconds",
                           PATIENCE_SECONDS)
            : err.text,
        "Look whether a filter holds it, and try again.");
    return false;
}

/* ---- what it says ---------------------------------------------------------------------------- */

static bool is_kept(const struct mail_authres *list, size_t n, const char *mark)
{
    for (size_t i = 0; i < n; i++)
        if (strstr(list[i].value, mark))
            return true;
    return false;
}

static const char advice_remove[] =
    "Have the server that takes mail from outside remove Authentication-Results in its own name "
    "(RFC 8601 section 5): in Postfix by header_checks, in OpenDKIM by RemoveARFrom, in rspamd by "
    "the routine authentication-results; or leave \"authserv-id\" empty.";

static void judge(struct forgery *forgery, const struct mail *mail)
{
    struct authres_finding finding;
    const char *mark = forgery->mark;
    authres_judge(forgery->ctl->arena, mail, forgery->body, forgery->conf, forgery->from, &finding);
    bool believed = finding.evidence && strstr(finding.evidence, mark);
    if (believed && finding.authentic)
        say(forgery, FINDING_BROKEN,
            "DANGER: the forged field survives where it is believed; anybody can pass as a member",
            advice_remove);
    else if (believed)
        say(forgery, FINDING_NOTE,
            "the forged field survives; only the server's own field above it keeps it from being "
            "believed",
            advice_remove);
    else if (is_kept(mail->authres, mail->authres_count, mark) ||
             is_kept(mail->claims, mail->claim_count, mark))
        say(forgery, FINDING_OK,
            "the forged field is kept, but stands where none of our servers writes, and is not "
            "believed",
            NULL);
    else
        say(forgery, FINDING_OK, "the forged field was renamed on the way, and is not believed",
            NULL);
}

/* The mark is in the Message-ID, too; in the field it is a selector. */
static bool has_field(struct forgery *forgery, int fd)
{
    return holds(fd, arena_printf(forgery->ctl->arena, "header.s=%s", forgery->mark));
}

static void examine(struct forgery *forgery, int fd)
{
    struct reading *reading = NULL;
    struct err err;
    if (!has_field(forgery, fd))
        say(forgery, FINDING_OK, "the forged field was removed on the way", NULL);
    else if (!memfd_seal(fd, &err) ||
             (!reader_read_apart(forgery->ctl->arena, fd, NULL, &reading, &err) && !reading))
        say(forgery, FINDING_NOTE, err.text, NULL);
    else
        judge(forgery, reading->mail);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void send_and_look(struct forgery *forgery)
{
    struct mailbox_view view;
    struct err err;
    int fd;
    if (mailbox_open(forgery->mailbox, true, &view, &err) != MAILBOX_OK) {
        say(forgery, FINDING_NOTE, err.text, "See what is said of the mailbox itself.");
        return;
    }
    forgery->next_uid = view.uidnext;
    if (!send_it(forgery))
        return;
    forgery->until = now() + PATIENCE_SECONDS;
    if (!await_it(forgery, &fd))
        return;
    examine(forgery, fd);
    close(fd);
}

void forgery_try(struct ctl *ctl, const struct conf_body *body, const struct conf_mailbox *mailbox,
                 struct findings *findings)
{
    const char *name;
    struct forgery forgery = {
        .ctl = ctl,
        .body = body,
        .conf = mailbox,
        .findings = findings,
        .subject = arena_printf(ctl->arena, "forged header at %s/%s", body->id, mailbox->name)};
    if (body->authserv_id.n == 0 && !chain_is_exchange_online(body)) {
        say(&forgery, FINDING_OK,
            "nobody's Authentication-Results are believed (authserv-id is empty); no mail was sent",
            NULL);
        return;
    }
    if (mailbox->server.directory || mailbox->addresses.n == 0 ||
        !address_split(ctl->arena, body->from, &name, &forgery.from)) {
        say(&forgery, FINDING_NOTE, "a folder of files, or one without addresses, gets no mail",
            NULL);
        return;
    }
    if (!draw_mark(&forgery)) {
        say(&forgery, FINDING_NOTE, "there are no random numbers", NULL);
        return;
    }
    reader_preload();
    forgery.mailbox = mailbox_new(mailbox, -1);
    send_and_look(&forgery);
    mailbox_close(forgery.mailbox);
    mailbox_free(forgery.mailbox);
}
