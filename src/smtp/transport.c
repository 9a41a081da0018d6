/* SPDX-License-Identifier: EUPL-1.2 */
#include "smtp/transport.h"

#include "base/arena.h"
#include "base/text.h"
#include "mail/address.h"
#include "smtp/session.h"
#include "smtp/transport_dir.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENVID_MAX 100 /* RFC 3461 section 4.4 */
#define ORCPT_MAX 500 /* section 4.2, with the type */

struct transport {
    struct smtp_session session;
};

struct transport *transport_new(const struct conf_server *server, int cancel_fd)
{
    struct transport *transport = xcalloc(1, sizeof *transport);
    transport->session.server = server;
    transport->session.cancel_fd = cancel_fd;
    return transport;
}

void transport_set_secrets(struct transport *transport, const struct secret_source *secrets)
{
    transport->session.secrets = secrets;
}

void transport_free(struct transport *transport)
{
    if (transport == NULL)
        return;
    smtp_session_drop(&transport->session);
    free(transport);
}

void transport_close(struct transport *transport)
{
    smtp_session_quit(&transport->session);
}

/* ---- arguments ---- */

static bool has_high_bit(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)bytes[i] >= 0x80)
            return true;
    return false;
}

static bool is_international(const struct transport_mail *mail)
{
    return has_high_bit(mail->envelope_from, strlen(mail->envelope_from)) ||
           has_high_bit(mail->to, strlen(mail->to));
}

/* RFC 3461 section 4: what could end a parameter is written as "+" and two digits. */
static char *xtext(struct arena *arena, const char *s)
{
    struct text text;
    text_init(&text, arena);
    for (; *s != '\0'; s++) {
        if (*s > 0x20 && *s < 0x7f && *s != '+' && *s != '=')
            text_add_char(&text, *s);
        else
            text_addf(&text, "+%02X", (unsigned char)*s);
    }
    return text.s;
}

/* The empty sender is one (RFC 5321 section 4.5.5). */
static bool check_addresses(const struct transport_mail *mail, struct transport_result *result_r)
{
    if (mail->envelope_from[0] != '\0' && !address_is_plain(mail->envelope_from)) {
        smtp_result(result_r, TRANSPORT_BLOCKED, "the sender is no plain address; check \"from\"");
        return false;
    }
    if (!address_is_plain(mail->to)) {
        smtp_result(result_r, TRANSPORT_REFUSED, "the recipient is no plain address");
        return false;
    }
    return true;
}

/* What the server has said that it will not take. */
static bool check_offer(const struct smtp_offer *offer, const struct transport_mail *mail,
                        struct transport_result *result_r)
{
    if (offer->max_size > 0 && mail->size > offer->max_size) {
        smtp_result(result_r, TRANSPORT_REFUSED, "mail of %zu bytes, the server takes %ju",
                    mail->size, (uintmax_t)offer->max_size);
        return false;
    }
    if (is_international(mail) && !offer->utf8) {
        smtp_result(result_r, TRANSPORT_REFUSED,
                    "an address beyond ASCII, and the server does not offer SMTPUTF8");
        return false;
    }
    return true;
}

/* ---- the transaction ---- */

static char *mail_line(struct arena *arena, const struct smtp_offer *offer,
                       const struct transport_mail *mail)
{
    struct text line;
    text_init(&line, arena);
    text_addf(&line, "MAIL FROM:<%s>", mail->envelope_from);
    if (offer->size)
        text_addf(&line, " SIZE=%zu", mail->size);
    if (offer->eight_bit && has_high_bit(mail->bytes, mail->size))
        text_add(&line, " BODY=8BITMIME");
    if (offer->utf8 && is_international(mail))
        text_add(&line, " SMTPUTF8");
    if (!offer->dsn)
        return line.s;
    text_add(&line, " RET=HDRS");
    const char *envid = mail->envid == NULL ? "" : xtext(arena, mail->envid);
    if (envid[0] != '\0' && strlen(envid) <= ENVID_MAX)
        text_addf(&line, " ENVID=%s", envid);
    return line.s;
}

static char *rcpt_line(struct arena *arena, const struct smtp_offer *offer,
                       const struct transport_mail *mail)
{
    struct text line;
    text_init(&line, arena);
    text_addf(&line, "RCPT TO:<%s>", mail->to);
    if (offer->dsn)
        text_add(&line, " NOTIFY=FAILURE,DELAY");
    if (!offer->dsn || has_high_bit(mail->to, strlen(mail->to)))
        return line.s;
    const char *orcpt = arena_printf(arena, "rfc822;%s", xtext(arena, mail->to));
    if (strlen(orcpt) <= ORCPT_MAX)
        text_addf(&line, " ORCPT=%s", orcpt);
    return line.s;
}

static bool is_lost(const struct transport_result *result)
{
    return result->code == 0 || result->code == 421;
}

static bool begin_mail(struct smtp_session *session, struct arena *arena,
                       const struct transport_mail *mail, struct transport_result *result_r)
{
    return smtp_session_command(session, SMTP_MAIL, mail_line(arena, &session->offer, mail),
                                result_r) /
               100 ==
           2;
}

/* A link that was kept may have ended while nobody looked.  That shows at MAIL, where nothing has
 * been handed over yet, so that a new one may be tried at once. */
static bool open_and_begin(struct smtp_session *session, struct arena *arena,
                           const struct transport_mail *mail, struct transport_result *result_r)
{
    if (session->stream != NULL) {
        if (!check_offer(&session->offer, mail, result_r))
            return false;
        if (begin_mail(session, arena, mail, result_r))
            return true;
        if (!is_lost(result_r))
            return false;
        smtp_session_drop(session);
    }
    return smtp_session_open(session, result_r) && check_offer(&session->offer, mail, result_r) &&
           begin_mail(session, arena, mail, result_r);
}

static bool ask_for_data(struct smtp_session *session, struct arena *arena,
                         const struct transport_mail *mail, struct transport_result *result_r)
{
    char *line = rcpt_line(arena, &session->offer, mail);
    if (smtp_session_command(session, SMTP_RCPT, line, result_r) / 100 != 2)
        return false;
    int code = smtp_session_command(session, SMTP_DATA, "DATA", result_r);
    if (code == 354)
        return true;
    if (code / 100 == 2 || code / 100 == 3)
        smtp_result(result_r, TRANSPORT_DOWN, "%d instead of 354 to DATA", code);
    return false;
}

/* Ready for the next MAIL, or no link: after a refusal the server still has the sender. */
static void tidy(struct smtp_session *session, const struct transport_result *result)
{
    struct transport_result ignored;
    if (session->stream == NULL)
        return;
    if (is_lost(result) || smtp_session_command(session, SMTP_MAIL, "RSET", &ignored) / 100 != 2)
        smtp_session_drop(session);
}

static void hand_over(struct smtp_session *session, const struct transport_mail *mail,
                      bool (*before_data)(void *context), void *context,
                      struct transport_result *result_r)
{
    if (before_data != NULL && !before_data(context)) {
        smtp_result(result_r, TRANSPORT_DOWN, "stopped before the mail was sent");
        smtp_session_drop(session); /* the server waits for a mail: there is no other way out */
        return;
    }
    if (!smtp_session_data(session, mail->bytes, mail->size, result_r)) {
        smtp_session_drop(session);
        return;
    }
    smtp_session_read(session, SMTP_DOT, result_r);
    if (is_lost(result_r))
        smtp_session_drop(session);
}

void transport_send(struct transport *transport, const struct transport_mail *mail,
                    bool (*before_data)(void *context), void *context,
                    struct transport_result *result_r)
{
    struct smtp_session *session = &transport->session;
    *result_r = (struct transport_result){.outcome = TRANSPORT_DOWN};
    if (!check_addresses(mail, result_r))
        return;
    if (session->server->directory != NULL) {
        transport_dir_send(session->server->directory, mail, before_data, context, result_r);
        return;
    }
    struct arena *arena = arena_new();
    if (open_and_begin(session, arena, mail, result_r) &&
        ask_for_data(session, arena, mail, result_r))
        hand_over(session, mail, before_data, context, result_r);
    else
        tidy(session, result_r);
    arena_free(arena);
}

/* ---- trying ---- */

static void probe_directory(const char *directory, struct transport_result *result_r)
{
    if (access(directory, W_OK | X_OK) == 0)
        smtp_result(result_r, TRANSPORT_SENT, "mails are written to %s", directory);
    else
        smtp_result(result_r, TRANSPORT_BLOCKED, "cannot write to directory %s: %s", directory,
                    strerror(errno));
}

void transport_probe(struct transport *transport, struct transport_offer *offer_r,
                     struct transport_result *result_r)
{
    struct smtp_session *session = &transport->session;
    *offer_r = (struct transport_offer){0};
    *result_r = (struct transport_result){.outcome = TRANSPORT_DOWN};
    if (session->server->directory != NULL) {
        probe_directory(session->server->directory, result_r);
        return;
    }
    smtp_session_drop(session);
    if (!smtp_session_open(session, result_r))
        return;
    *offer_r = (struct transport_offer){.tls = session->server->tls != CONF_TLS_NONE,
                                        .dsn = session->offer.dsn,
                                        .max_size = (size_t)session->offer.max_size};
    if (smtp_session_command(session, SMTP_MAIL, "RSET", result_r) / 100 == 2)
        smtp_result(result_r, TRANSPORT_SENT, "ready for mails");
    smtp_session_quit(session);
}
