/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The stream under libetpan: TCP, and TLS by OpenSSL, as a low driver of its mailstream.  Chain and
 * host name (or IP address) are always verified, TLS is 1.2 or newer, SNI is sent; there is no way
 * to fall back to clear text.  The only place that sees OpenSSL's TLS.
 *
 * Every wait ends: at its deadline, at the byte budget, when the cancel descriptor becomes
 * readable. libetpan's own TLS (it checks no certificate), select() and timeouts are never used.
 */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include "base/err.h"
#include "conf/conf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct _mailstream; /* libetpan's */
struct stream;

/* Why the last operation on it failed. */
enum stream_why {
    STREAM_OK,
    STREAM_AGAIN, /* only while polling without waiting */
    STREAM_EOF,
    STREAM_TIMEOUT,
    STREAM_CANCELLED,
    STREAM_OVER_BUDGET,
    STREAM_TLS, /* certificate or handshake: err_r of the call says which */
    STREAM_BROKEN,
};

/* Connects to server->host (all its addresses in turn) and makes the TLS handshake where it is
 * implicit.  CONF_TLS_NONE is refused unless every address is loopback.  cancel_fd: readable means
 * stop at once; -1: none.  ERR_UNAVAILABLE, ERR_PERMISSION where a certificate does not verify or
 * the server knows no TLS 1.2, ERR_CONFIG where the configuration cannot work (ca-file unreadable,
 * clear text to another machine). */
bool stream_open(const struct conf_server *server, int cancel_fd, int timeout_ms,
                 struct stream **stream_r, struct err *err_r);

/* Upgrades in place after STARTTLS was agreed; fails (ERR_PERMISSION) if clear text waits in a
 * buffer: somebody between us and the server put it there. */
bool stream_start_tls(struct stream *stream, int timeout_ms, struct err *err_r);

/* For mailimap_connect() or mailsmtp_connect(); made at the first call.  Closing the mailstream
 * closes and frees the stream. */
struct _mailstream *stream_mailstream(struct stream *stream);
/* Frees the mailstream (its two buffers are most of the memory) and keeps the link.  Not while
 * bytes wait in a buffer.  The next stream_mailstream() makes a new one. */
void stream_release_mailstream(struct stream *stream);
/* Closes and frees all of it, the mailstream too.  NULL is harmless. */
void stream_close(struct stream *stream);

/* Past the mailstream's buffers: for secrets, and for a parked stream.  Bytes read (never 0), or -1
 * and stream_why(). */
ssize_t stream_read(struct stream *stream, void *bytes_r, size_t n);
bool stream_write(struct stream *stream, const void *bytes, size_t n);

/* Before each command: at most this many bytes in, and at most this long. */
void stream_arm(struct stream *stream, uint64_t bytes, int timeout_ms);
/* A single wait without a byte ends after this long although the deadline is farther away; 0: only
 * the deadline counts. */
void stream_limit_silence(struct stream *stream, int timeout_ms);
/* While true, reading never waits: STREAM_AGAIN instead. */
void stream_set_polling(struct stream *stream, bool polling);
enum stream_why stream_why(const struct stream *stream);
const char *stream_why_text(const struct stream *stream);
int stream_fd(const struct stream *stream);
/* Bytes wait in a buffer: do not sleep on the descriptor. */
bool stream_has_pending(const struct stream *stream);
bool stream_is_tls(const struct stream *stream);
/* The last line received (at most 200 bytes, controls escaped), for errors. */
const char *stream_last_line(const struct stream *stream);

#endif
