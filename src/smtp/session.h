/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One SMTP link from connecting to ready for MAIL: greeting, EHLO, STARTTLS, AUTH.  libetpan's
 * engine reads the replies; every line that goes out is our own, since libetpan cuts long ones and
 * gives a bare host name in EHLO.  Seen by transport.c only.
 */
#ifndef SMTP_SESSION_H
#define SMTP_SESSION_H

#include "base/arena.h"
#include "conf/conf.h"
#include "smtp/outcome.h"
#include "smtp/transport.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mailsmtp;      /* libetpan's */
struct secret_source; /* net/secret.h */
struct stream;

/* What the server offers (RFC 5321 section 4.1.1.1); of the link as it is now: an offer made in
 * clear text is forgotten when TLS begins. */
struct smtp_offer {
    bool starttls;
    bool dsn;
    bool eight_bit;
    bool size;
    bool utf8;
    uint64_t max_size; /* 0: not said */
    bool auth_plain;
    bool auth_login;
    bool auth_xoauth2;
    bool auth_oauthbearer;
};

struct smtp_session {
    const struct conf_server *server;
    int cancel_fd;
    const struct secret_source *secrets; /* or NULL */
    bool secret_refused;                 /* the last one given */
    bool secret_fresh;                   /* it was not given before */
    bool trying_anew;                    /* only with a fresh one, servers lock accounts */
    struct stream *stream;               /* NULL: no link */
    struct mailsmtp *engine;
    struct smtp_offer offer;
};

/* From nothing to ready for MAIL.  False: *result_r says why, and there is no link. */
bool smtp_session_open(struct smtp_session *session, struct transport_result *result_r);

/* Sends one line (without its end) and reads the reply.  Gives the code, 0 for none, and sets the
 * whole of *result_r for the case that it is not the one hoped for. */
int smtp_session_command(struct smtp_session *session, enum smtp_stage stage, const char *line,
                         struct transport_result *result_r);
/* The mail and the dot.  False: it was not written completely; *result_r as above. */
bool smtp_session_data(struct smtp_session *session, const char *bytes, size_t size,
                       struct transport_result *result_r);
int smtp_session_read(struct smtp_session *session, enum smtp_stage stage,
                      struct transport_result *result_r);

/* Closes the link without a word. */
void smtp_session_drop(struct smtp_session *session);
/* QUIT first, at most two seconds. */
void smtp_session_quit(struct smtp_session *session);

/* Sets outcome, code 0 and text, cut at a character. */
void smtp_result(struct transport_result *result_r, enum transport_outcome outcome,
                 const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
