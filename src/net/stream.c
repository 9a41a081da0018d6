/* SPDX-License-Identifier: EUPL-1.2 */
#include "config.h"

#include "net/stream.h"

#include "base/arena.h"
#include "net/stream_impl.h"

#include <errno.h>
#include <libetpan/libetpan.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAILSTREAM_BUFFER 16384
#define FIRST_BUDGET (1 << 20)

int64_t stream_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void stream_set_deadline(struct stream *stream, int timeout_ms)
{
    stream->deadline = stream_now() + timeout_ms;
    stream->why = STREAM_OK;
}

static bool fail(struct stream *stream, enum stream_why why)
{
    stream->why = why;
    return false;
}

static int wait_milliseconds(const struct stream *stream)
{
    int64_t left = stream->deadline - stream_now();

    if (left < 0)
        left = 0;
    if (stream->silence > 0 && left > stream->silence)
        left = stream->silence;
    return left > INT_MAX ? INT_MAX : (int)left;
}

/* poll(), not select(): descriptors above 1023 are ordinary here. */
bool stream_wait(struct stream *stream, int fd, short events)
{
    for (;;) {
        struct pollfd fds[2] = {{fd, events, 0}, {stream->cancel_fd, POLLIN, 0}};
        int n = poll(fds, 2, wait_milliseconds(stream));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(stream, STREAM_BROKEN);
        if (n == 0)
            return fail(stream, STREAM_TIMEOUT);
        if (fds[1].revents)
            return fail(stream, STREAM_CANCELLED);
        return true;
    }
}

/* ---- what came last, for errors ---- */

static void add_escaped(char *line, size_t *len, const unsigned char *bytes, size_t n)
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < n && *len + 4 <= STREAM_LINE_MAX; i++) {
        unsigned char c = bytes[i];

        if (c == '\r')
            continue;
        if (c >= 0x20 && c < 0x7f && c != '\\') {
            line[(*len)++] = (char)c;
        } else {
            line[(*len)++] = '\\';
            line[(*len)++] = 'x';
            line[(*len)++] = hex[c >> 4];
            line[(*len)++] = hex[c & 15];
        }
    }
    line[*len] = '\0';
}

/* Looks only at the end of what came, so that a large mail costs nothing here. */
static void remember(struct stream *stream, const unsigned char *bytes, size_t n)
{
    const unsigned char *end = memrchr(bytes, '\n', n);
    size_t len = 0;

    if (end == NULL) {
        add_escaped(stream->partial, &stream->partial_len, bytes, n);
        return;
    }
    const unsigned char *before = memrchr(bytes, '\n', (size_t)(end - bytes));
    if (before != NULL) {
        add_escaped(stream->line, &len, before + 1, (size_t)(end - before - 1));
    } else {
        add_escaped(stream->partial, &stream->partial_len, bytes, (size_t)(end - bytes));
        memcpy(stream->line, stream->partial, sizeof stream->line);
    }
    stream->partial_len = 0;
    stream->partial[0] = '\0';
    add_escaped(stream->partial, &stream->partial_len, end + 1, n - (size_t)(end - bytes) - 1);
}

/* ---- moving bytes ---- */

static ssize_t socket_io(struct stream *stream, void *in, const void *out, size_t n,
                         short *events_r)
{
    for (;;) {
        ssize_t r =
            in != NULL ? recv(stream->fd, in, n, 0) : send(stream->fd, out, n, MSG_NOSIGNAL);

        if (r > 0)
            return r;
        if (r < 0 && errno == EINTR)
            continue;
        *events_r = 0;
        if (r == 0)
            stream->why = STREAM_EOF;
        else if (errno == EAGAIN)
            *events_r = in != NULL ? POLLIN : POLLOUT;
        else
            stream->why = STREAM_BROKEN;
        return -1;
    }
}

/* Gives more than 0 or -1, never 0: libetpan loops for ever on 0. */
static ssize_t move_bytes(struct stream *stream, void *in, const void *out, size_t n)
{
    short events = 0;

    if (stream->fd < 0 || n == 0) {
        stream->why = STREAM_BROKEN;
        return -1;
    }
    for (;;) {
        ssize_t r = stream->ssl != NULL ? stream_tls_io(stream, in, out, n, &events)
                                        : socket_io(stream, in, out, n, &events);
        if (r > 0)
            return r;
        if (events == 0)
            return -1;
        if (in != NULL && stream->polling) {
            stream_tls_rest(stream);
            stream->why = STREAM_AGAIN;
            return -1;
        }
        if (!stream_wait(stream, stream->fd, events))
            return -1;
    }
}

ssize_t stream_read(struct stream *stream, void *bytes_r, size_t n)
{
    if (stream->budget == 0) {
        stream->why = STREAM_OVER_BUDGET;
        return -1;
    }
    /* a server that trickles must not outlive the deadline although no single wait ends there */
    if (!stream->polling && stream_now() >= stream->deadline) {
        stream->why = STREAM_TIMEOUT;
        return -1;
    }
    ssize_t r = move_bytes(stream, bytes_r, NULL, n < stream->budget ? n : stream->budget);

    if (r > 0) {
        stream->budget -= (uint64_t)r;
        remember(stream, bytes_r, (size_t)r);
    }
    return r;
}

bool stream_write(struct stream *stream, const void *bytes, size_t n)
{
    const char *next = bytes;

    while (n > 0) {
        ssize_t r = move_bytes(stream, NULL, next, n);

        if (r < 0)
            return false;
        next += r;
        n -= (size_t)r;
    }
    return true;
}

/* ---- the low driver ---- */

static ssize_t driver_read(mailstream_low *low, void *bytes, size_t n)
{
    return stream_read(low->data, bytes, n);
}

static ssize_t driver_write(mailstream_low *low, const void *bytes, size_t n)
{
    return move_bytes(low->data, NULL, bytes, n);
}

static void close_link(struct stream *stream)
{
    stream_tls_end(stream);
    if (stream->fd >= 0)
        close(stream->fd);
    stream->fd = -1;
}

static int driver_close(mailstream_low *low)
{
    struct stream *stream = low->data;

    if (!stream->keep_open)
        close_link(stream);
    return 0;
}

static int driver_fd(mailstream_low *low)
{
    return ((struct stream *)low->data)->fd;
}

/* mailstream_close() calls close and then free; free has to free the low part itself, too. */
static void driver_free(mailstream_low *low)
{
    struct stream *stream = low->data;

    stream->mailstream = NULL;
    if (!stream->keep_open)
        free(stream);
    free(low);
}

static mailstream_low_driver driver = {
    .mailstream_read = driver_read,
    .mailstream_write = driver_write,
    .mailstream_close = driver_close,
    .mailstream_get_fd = driver_fd,
    .mailstream_free = driver_free,
};

struct _mailstream *stream_mailstream(struct stream *stream)
{
    mailstream_low *low;

    if (stream->mailstream != NULL)
        return stream->mailstream;
    low = mailstream_low_new(stream, &driver);
    if (low == NULL)
        panic("out of memory");
    stream->mailstream = mailstream_new(low, MAILSTREAM_BUFFER);
    if (stream->mailstream == NULL)
        panic("out of memory");
    return stream->mailstream;
}

void stream_release_mailstream(struct stream *stream)
{
    if (stream->mailstream == NULL)
        return;
    if (stream->mailstream->read_buffer_len > 0)
        panic("stream: bytes would be lost with the buffer");
    stream->keep_open = true;
    mailstream_close(stream->mailstream);
    stream->keep_open = false;
}

void stream_close(struct stream *stream)
{
    if (stream == NULL)
        return;
    if (stream->mailstream != NULL) {
        mailstream_close(stream->mailstream);
        return;
    }
    close_link(stream);
    free(stream);
}

/* ---- opening ---- */

bool stream_open(const struct conf_server *server, int cancel_fd, int timeout_ms,
                 struct stream **stream_r, struct err *err_r)
{
    struct stream *stream = xcalloc(1, sizeof *stream);

    stream->fd = -1;
    stream->cancel_fd = cancel_fd;
    stream->host = server->host;
    stream->port = server->port;
    stream->ca_file = server->ca_file;
    stream->budget = FIRST_BUDGET;
    stream_set_deadline(stream, timeout_ms);
    if (!stream_connect(stream, server, err_r) ||
        (server->tls == CONF_TLS_IMPLICIT && !stream_tls_handshake(stream, err_r))) {
        stream_close(stream);
        return err_add_where(err_r, "%s:%d", server->host, server->port);
    }
    *stream_r = stream;
    return true;
}

bool stream_start_tls(struct stream *stream, int timeout_ms, struct err *err_r)
{
    stream_set_deadline(stream, timeout_ms);
    if (stream->ssl != NULL)
        panic("stream: TLS twice");
    if (stream_has_pending(stream)) {
        stream->why = STREAM_TLS;
        err_set(err_r, ERR_PERMISSION,
                "clear text was waiting behind the answer to STARTTLS; somebody between here and "
                "the server may be tampering, use tls = implicit");
    } else if (stream_tls_handshake(stream, err_r)) {
        return true;
    }
    return err_add_where(err_r, "%s:%d", stream->host, stream->port);
}

/* ---- asking and setting ---- */

void stream_arm(struct stream *stream, uint64_t bytes, int timeout_ms)
{
    stream->budget = bytes;
    stream_set_deadline(stream, timeout_ms);
}

void stream_limit_silence(struct stream *stream, int timeout_ms)
{
    stream->silence = timeout_ms;
}

void stream_set_polling(struct stream *stream, bool polling)
{
    stream->polling = polling;
}

enum stream_why stream_why(const struct stream *stream)
{
    return stream->why;
}

const char *stream_why_text(const struct stream *stream)
{
    static const char *const texts[] = {
        [STREAM_OK] = "nothing is wrong with the link",
        [STREAM_AGAIN] = "nothing to read now",
        [STREAM_EOF] = "the server closed the link",
        [STREAM_TIMEOUT] = "no answer in time",
        [STREAM_CANCELLED] = "stopped by us",
        [STREAM_OVER_BUDGET] = "the server sent more than it was allowed to",
        [STREAM_TLS] = "TLS failed",
        [STREAM_BROKEN] = "the link broke",
    };

    return texts[stream->why];
}

int stream_fd(const struct stream *stream)
{
    return stream->fd;
}

bool stream_has_pending(const struct stream *stream)
{
    if (stream->mailstream != NULL && stream->mailstream->read_buffer_len > 0)
        return true;
    return stream->ssl != NULL && SSL_has_pending(stream->ssl);
}

bool stream_is_tls(const struct stream *stream)
{
    return stream->ssl != NULL;
}

const char *stream_last_line(const struct stream *stream)
{
    return stream->line[0] != '\0' ? stream->line : stream->partial;
}
