/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * From a host name to a connected socket.  getaddrinfo(3) can hang for half a minute and cannot be
 * interrupted, so a thread of its own asks, and whoever does not want to wait any more leaves it
 * behind.
 */
#include "base/arena.h"
#include "net/stream_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* Shared by the thread that asks and the one that waits; the last of them frees it. */
struct question {
    atomic_int holders;
    int done_fd;          /* eventfd */
    atomic_bool answered; /* what the asking thread wrote is to be seen by who reads this */
    char *host;
    char port[8];
    int flags;
    int code; /* of getaddrinfo() */
    struct addrinfo *list;
};

static void question_release(struct question *question)
{
    if (atomic_fetch_sub(&question->holders, 1) > 1)
        return;
    if (question->list != NULL)
        freeaddrinfo(question->list);
    close(question->done_fd);
    free(question->host);
    free(question);
}

static void question_ask(struct question *question)
{
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
        .ai_flags = AI_NUMERICSERV | question->flags,
    };

    question->code = getaddrinfo(question->host, question->port, &hints, &question->list);
}

static void *question_thread(void *argument)
{
    struct question *question = argument;

    question_ask(question);
    atomic_store(&question->answered, true);
    eventfd_write(question->done_fd, 1);
    question_release(question);
    return NULL;
}

/* Signals belong to the threads that expect them. */
static bool question_start(struct question *question)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, old;

    if (pthread_attr_init(&attributes) != 0)
        return false;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    atomic_fetch_add(&question->holders, 1);
    bool started = pthread_create(&thread, &attributes, question_thread, question) == 0;
    if (!started)
        atomic_fetch_sub(&question->holders, 1);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attributes);
    return started;
}

static struct question *question_new(const struct conf_server *server)
{
    struct question *question = xcalloc(1, sizeof *question);

    atomic_init(&question->holders, 1);
    question->host = xstrdup(server->host);
    snprintf(question->port, sizeof question->port, "%d", server->port);
    question->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return question;
}

/* The caller releases the question, whose list it reads. */
static bool resolve(struct stream *stream, struct question *question, struct err *err_r)
{
    if (question->done_fd < 0)
        return err_set_errno(err_r, ERR_TRY_AGAIN, "no descriptor left to ask for the address");
    question->flags = AI_NUMERICHOST;
    question_ask(question);
    if (question->code == 0)
        return true;
    question->flags = 0;
    if (!question_start(question))
        question_ask(question); /* no thread to be had: better to wait than not to know */
    else if (!stream_wait(stream, question->done_fd, POLLIN) || !atomic_load(&question->answered))
        return err_set(err_r, ERR_UNAVAILABLE, "asking for the address: %s",
                       stream_why_text(stream));
    if (question->code == 0)
        return true;
    stream->why = STREAM_BROKEN;
    return err_set(err_r, ERR_UNAVAILABLE, "no address (%s); check the name and the DNS",
                   gai_strerror(question->code));
}

static bool is_loopback(const struct sockaddr *address)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    if (address->sa_family == AF_INET) {
        memcpy(&v4, address, sizeof v4);
        return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
    }
    if (address->sa_family != AF_INET6)
        return false;
    memcpy(&v6, address, sizeof v6);
    return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) ||
           (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr) && v6.sin6_addr.s6_addr[12] == 127);
}

static bool check_clear_text(const struct addrinfo *list, struct err *err_r)
{
    for (const struct addrinfo *a = list; a != NULL; a = a->ai_next) {
        if (!is_loopback(a->ai_addr))
            return err_set(err_r, ERR_CONFIG,
                           "tls = none is only for this machine itself (loopback addresses); use "
                           "implicit or starttls");
    }
    return true;
}

/* A dead peer is noticed within two minutes: by probes while idle, by TCP_USER_TIMEOUT while
 * something of ours is not acknowledged. */
static void set_options(int fd)
{
    static const struct {
        int level, name, value;
    } options[] = {
        {SOL_SOCKET, SO_KEEPALIVE, 1},           {IPPROTO_TCP, TCP_KEEPIDLE, 60},
        {IPPROTO_TCP, TCP_KEEPINTVL, 15},        {IPPROTO_TCP, TCP_KEEPCNT, 4},
        {IPPROTO_TCP, TCP_USER_TIMEOUT, 120000}, {IPPROTO_TCP, TCP_NODELAY, 1},
    };

    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        setsockopt(fd, options[i].level, options[i].name, &options[i].value,
                   sizeof options[i].value);
}

/* 0 or an errno. */
static int connect_one(struct stream *stream, const struct addrinfo *address)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error = 0;
    socklen_t size = sizeof error;

    if (fd < 0)
        return errno;
    set_options(fd);
    if (connect(fd, address->ai_addr, address->ai_addrlen) != 0) {
        error = errno;
        if (error == EINPROGRESS || error == EINTR) {
            error = 0;
            if (!stream_wait(stream, fd, POLLOUT))
                error = stream->why == STREAM_CANCELLED ? ECANCELED : ETIMEDOUT;
            else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
                error = errno;
        }
    }
    if (error == 0)
        stream->fd = fd;
    else
        close(fd);
    return error;
}

/* A silent address must not use up the time of those behind it. */
static bool connect_any(struct stream *stream, const struct addrinfo *list, struct err *err_r)
{
    int64_t deadline = stream->deadline;
    int left = 0, error = EHOSTUNREACH;

    for (const struct addrinfo *a = list; a != NULL; a = a->ai_next)
        left++;
    for (const struct addrinfo *a = list; a != NULL; a = a->ai_next, left--) {
        int64_t now = stream_now();

        stream->deadline = now + (deadline - now) / left;
        stream->why = STREAM_OK;
        error = connect_one(stream, a);
        if (error == 0 || error == ECANCELED)
            break;
    }
    stream->deadline = deadline;
    if (error == 0)
        return true;
    if (stream->why == STREAM_OK)
        stream->why = STREAM_BROKEN;
    if (error == ECANCELED)
        return err_set(err_r, ERR_UNAVAILABLE, "connecting: %s", stream_why_text(stream));
    return err_set(err_r, ERR_UNAVAILABLE,
                   "cannot connect (%s); is the server up, is the port right?", strerror(error));
}

bool stream_connect(struct stream *stream, const struct conf_server *server, struct err *err_r)
{
    struct question *question = question_new(server);
    bool ok = resolve(stream, question, err_r) &&
              (server->tls != CONF_TLS_NONE || check_clear_text(question->list, err_r)) &&
              connect_any(stream, question->list, err_r);

    question_release(question);
    return ok;
}
