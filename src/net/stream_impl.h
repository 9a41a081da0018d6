/* SPDX-License-Identifier: EUPL-1.2 */
/* What the three files of the stream share; nobody else includes it. */
#ifndef NET_STREAM_IMPL_H
#define NET_STREAM_IMPL_H

#include "net/stream.h"

#include <openssl/ssl.h>

#define STREAM_LINE_MAX 200

struct stream {
    int fd;
    int cancel_fd;
    const char *host; /* the configuration's */
    int port;
    const char *ca_file; /* NULL: the system's */
    SSL *ssl;
    BIO_METHOD *bio_method;
    struct _mailstream *mailstream;
    bool keep_open; /* while only the mailstream is being freed */
    bool saw_eof;
    bool polling;
    bool tls_failed; /* no farewell may be sent */
    enum stream_why why;
    int64_t deadline;                  /* CLOCK_MONOTONIC, milliseconds */
    int silence;                       /* milliseconds, 0: none */
    uint64_t budget;                   /* bytes that may still come in */
    char line[STREAM_LINE_MAX + 1];    /* the last whole one, escaped */
    char partial[STREAM_LINE_MAX + 1]; /* what came after it, escaped */
    size_t partial_len;
    char verify[300]; /* what is wrong with which certificate; "": nothing */
};

int64_t stream_now(void); /* CLOCK_MONOTONIC, milliseconds */
void stream_set_deadline(struct stream *stream, int timeout_ms);
/* Waits for POLLIN or POLLOUT on fd, which is the stream's or one that belongs to it. */
bool stream_wait(struct stream *stream, int fd, short events);

/* A connected, non-blocking socket into stream->fd. */
bool stream_connect(struct stream *stream, const struct conf_server *server, struct err *err_r);

bool stream_tls_handshake(struct stream *stream, struct err *err_r);
/* Bytes moved, or -1; then *events_r is what to wait for, or 0 where it failed (stream->why). */
ssize_t stream_tls_io(struct stream *stream, void *in, const void *out, size_t n, short *events_r);
/* Nothing is to be read for a while: gives up the buffers. */
void stream_tls_rest(struct stream *stream);
void stream_tls_end(struct stream *stream);

#endif
