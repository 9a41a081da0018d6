/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Handing answers in: one mail to one recipient a transaction, over libetpan's SMTP engine on our
 * stream; EHLO, AUTH, MAIL and RCPT lines are our own (session.h says why).  The link stays open
 * over many mails.  The second kind of submission is a folder the mails are written to.
 */
#ifndef SMTP_TRANSPORT_H
#define SMTP_TRANSPORT_H

#include "base/err.h"
#include "conf/conf.h"

#include <stdbool.h>
#include <stddef.h>

struct transport;
struct secret_source; /* net/secret.h */

enum transport_outcome {
    TRANSPORT_SENT,     /* 250 after the dot: the server has taken responsibility */
    TRANSPORT_DEFERRED, /* 4xx for this mail; others may go on */
    TRANSPORT_REFUSED,  /* 5xx for this recipient or mail: give it up */
    TRANSPORT_MAYBE,    /* link lost after the dot */
    TRANSPORT_DOWN,     /* no server, or lost before the dot: everything waits */
    TRANSPORT_BLOCKED,  /* certificate, login, sender refused: our configuration; hold all and shout
                         */
};

struct transport_mail {
    const char *envelope_from; /* "" is the empty sender of RFC 5321 section 4.5.5 */
    const char *to;
    const char *envid; /* DSN envelope id, or NULL */
    const char *bytes;
    size_t size;
};

struct transport_result {
    enum transport_outcome outcome;
    int code;       /* SMTP reply code, 0: none */
    char text[512]; /* the server's words, or ours */
};

/* server is foreign and must outlive it; cancel_fd readable ends any wait. */
struct transport *transport_new(const struct conf_server *server, int cancel_fd);
/* Who runs the command for its secret: foreign, must outlive it; without it the command is run
 * here. */
void transport_set_secrets(struct transport *transport, const struct secret_source *secrets);
void transport_free(struct transport *transport); /* without farewell */

/* before_data is called after 354 and before the first byte of the mail: false stops there
 * (TRANSPORT_DOWN); NULL: nobody asks.  It is where the clerk commits that from now on the outcome
 * may be unknown. */
void transport_send(struct transport *transport, const struct transport_mail *mail,
                    bool (*before_data)(void *context), void *context,
                    struct transport_result *result_r);
/* All but a mail: connects, begins TLS, logs in, RSET, QUIT.  TRANSPORT_SENT: mails could be handed
 * in; else as of transport_send(). */
struct transport_offer {
    bool tls; /* the link was protected */
    bool dsn;
    size_t max_size; /* 0: not said */
};
void transport_probe(struct transport *transport, struct transport_offer *offer_r,
                     struct transport_result *result_r);

/* QUIT, at most two seconds. */
void transport_close(struct transport *transport);

#endif
