/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Logging in: SASL PLAIN (RFC 4616), XOAUTH2, OAUTHBEARER (RFC 7628), or LOGIN where the server
 * knows no PLAIN.  Lines of our own: libetpan would need Cyrus plug-ins and prefer DIGEST-MD5
 * to PLAIN.  The secret goes past every buffer and logger and is wiped.
 */
#include "imap/imap_guard.h"
#include "imap/imap_name.h"
#include "imap/imap_session.h"
#include "net/secret.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct secret {
    const char *user;
    char *word; /* password or token */
    const struct conf_server *server;
};

/* What the mechanisms say at once; *n_r counts its NUL bytes, too. */
static char *say_plain(struct arena *arena, const struct secret *secret, size_t *n_r)
{
    size_t user = strlen(secret->user), word = strlen(secret->word);
    char *bytes = arena_alloc(arena, user + word + 2);

    memcpy(bytes + 1, secret->user, user);
    memcpy(bytes + user + 2, secret->word, word);
    *n_r = user + word + 2;
    return bytes;
}

static char *say_xoauth2(struct arena *arena, const struct secret *secret, size_t *n_r)
{
    char *bytes =
        arena_printf(arena, "user=%s\001auth=Bearer %s\001\001", secret->user, secret->word);

    *n_r = strlen(bytes);
    return bytes;
}

static char *say_oauthbearer(struct arena *arena, const struct secret *secret, size_t *n_r)
{
    char *bytes =
        arena_printf(arena, "n,a=%s,\001host=%s\001port=%d\001auth=Bearer %s\001\001", secret->user,
                     secret->server->host, secret->server->port, secret->word);

    *n_r = strlen(bytes);
    return bytes;
}

static const struct mechanism {
    const char *name;
    char *(*say)(struct arena *arena, const struct secret *secret, size_t *n_r);
    const char *answer; /* to a second challenge: only then comes the final NO */
} mechanisms[] = {
    [CONF_AUTH_PLAIN] = {"PLAIN", say_plain, "*"},
    [CONF_AUTH_XOAUTH2] = {"XOAUTH2", say_xoauth2, ""},
    [CONF_AUTH_OAUTHBEARER] = {"OAUTHBEARER", say_oauthbearer, "AQ=="},
};

static bool send_secret_line(struct imap_mailbox *imap, const char *line)
{
    return stream_write(imap->stream, line, strlen(line)) && stream_write(imap->stream, "\r\n", 2);
}

/* Waits for the tagged line; a "+" is answered first with what is said, then with the mechanism's
 * way to end. */
static bool converse(struct imap_mailbox *imap, const char *first, const char *later,
                     const char **text_r, struct err *err_r)
{
    char tag[16];
    int n = snprintf(tag, sizeof tag, "%d ", imap->tag);
    const char *next = first, *line;

    while ((line = imap_read_line(imap)) != NULL && strncasecmp(line, "* BYE", 5) != 0) {
        if (strncmp(line, tag, (size_t)n) == 0) {
            *text_r = line + n;
            return true;
        }
        if (line[0] != '+')
            continue;
        if (next == NULL || !send_secret_line(imap, next))
            break;
        next = next == first ? later : NULL;
    }
    imap_lost(imap, "logging in", err_r);
    return false;
}

static bool authenticate(struct imap_mailbox *imap, struct arena *arena,
                         const struct secret *secret, const char **text_r, struct err *err_r)
{
    const struct mechanism *mechanism = &mechanisms[secret->server->auth];
    size_t n;
    char *bytes = mechanism->say(arena, secret, &n);
    char *first = imap_name_base64(arena, bytes, n);
    bool ok = false;

    if (imap_send_line(imap, "%d AUTHENTICATE %s", ++imap->tag, mechanism->name))
        ok = converse(imap, first, mechanism->answer, text_r, err_r);
    else
        imap_lost(imap, "logging in", err_r);
    explicit_bzero(bytes, n);
    explicit_bzero(first, strlen(first));
    return ok;
}

static bool login(struct imap_mailbox *imap, struct arena *arena, const struct secret *secret,
                  const char **text_r, struct err *err_r)
{
    char *word = imap_name_quote(arena, secret->word);
    char *line = arena_printf(arena, "%d LOGIN %s %s", ++imap->tag,
                              imap_name_quote(arena, secret->user), word);
    bool ok = false;

    if (send_secret_line(imap, line))
        ok = converse(imap, NULL, NULL, text_r, err_r);
    else
        imap_lost(imap, "logging in", err_r);
    explicit_bzero(word, strlen(word));
    explicit_bzero(line, strlen(line));
    return ok;
}

/* text: "NO [AUTHENTICATIONFAILED] ...".  A bare NO is a refused login; BAD is not: Exchange says
 * "BAD User is authenticated but not connected" when it is busy. */
static enum mailbox_result judge(struct imap_mailbox *imap, const char *text, struct err *err_r)
{
    const struct conf_server *server = &imap->base.conf->server;
    bool no = strncasecmp(text, "NO", 2) == 0;
    int wait = imap_guard_suggested_wait(text);

    if (strncasecmp(text, "OK", 2) == 0)
        return MAILBOX_OK;
    if (wait > 0)
        imap->base.suggested_wait = wait;
    enum imap_refusal refusal = imap_guard_refusal(text);
    if (refusal == IMAP_REFUSAL_PASSES || (refusal == IMAP_REFUSAL_PLAIN && !no))
        return imap_lost(imap, "logging in", err_r);
    err_set(err_r, ERR_PERMISSION,
            "%s:%d: the login of %s is refused (%.200s); check user and secret", server->host,
            server->port, server->user, text);
    imap_drop(imap);
    return MAILBOX_DENIED;
}

static enum mailbox_result no_way(struct imap_mailbox *imap, const char *what, struct err *err_r)
{
    const struct conf_server *server = &imap->base.conf->server;

    err_set(err_r, ERR_CONFIG, "%s:%d: the server offers no %s%s", server->host, server->port, what,
            server->tls == CONF_TLS_NONE ? "; perhaps only with TLS" : "; set another auth");
    imap_drop(imap);
    return MAILBOX_REFUSED;
}

static enum mailbox_result login_with(struct imap_mailbox *imap, struct arena *arena,
                                      const struct secret *secret, struct err *err_r)
{
    const struct mechanism *mechanism = &mechanisms[secret->server->auth];
    const char *text = NULL;
    bool answered;

    if (imap_guard_has(imap->session, arena_printf(arena, "AUTH=%s", mechanism->name)))
        answered = authenticate(imap, arena, secret, &text, err_r);
    else if (secret->server->auth != CONF_AUTH_PLAIN)
        return no_way(imap, mechanism->name, err_r);
    else if (imap_guard_has(imap->session, "LOGINDISABLED"))
        return no_way(imap, "login", err_r);
    else
        answered = login(imap, arena, secret, &text, err_r);
    return answered ? judge(imap, text, err_r) : MAILBOX_LOST;
}

/* A token that has run out meanwhile looks like a wrong one; the same once more would be refused
 * again. */
static bool get_secret(struct imap_mailbox *imap, struct arena *arena, struct secret *secret,
                       enum mailbox_result *result_r, struct err *err_r)
{
    *result_r = MAILBOX_REFUSED;
    if (!imap_guard_argument(secret->user, "user", err_r) ||
        !secret_get(secret->server, imap->base.secrets, imap->secret_refused, arena, &secret->word,
                    &imap->secret_fresh, err_r))
        return false;
    if (imap->trying_anew && !imap->secret_fresh) {
        *result_r = MAILBOX_DENIED;
        explicit_bzero(secret->word, strlen(secret->word));
        return err_set(err_r, ERR_PERMISSION,
                       "%s:%d: the login of %s is refused, and there is no other secret; check it",
                       secret->server->host, secret->server->port, secret->user);
    }
    return true;
}

enum mailbox_result imap_login(struct imap_mailbox *imap, struct err *err_r)
{
    const struct conf_server *server = &imap->base.conf->server;
    struct arena *arena = arena_new();
    struct secret secret = {.user = server->user, .server = server};
    enum mailbox_result result;

    if (get_secret(imap, arena, &secret, &result, err_r)) {
        stream_arm(imap->stream, imap->limits.budget, imap->limits.login);
        if (imap_guard_argument(secret.word, "the password", err_r))
            result = login_with(imap, arena, &secret, err_r);
        explicit_bzero(secret.word, strlen(secret.word));
    }
    if (imap->session != NULL)
        imap->session->imap_tag = imap->tag;
    arena_free(arena);
    return result;
}
