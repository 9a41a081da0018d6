/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * TLS over the stream's socket.  TLS 1.2 or newer, chain and name always verified, and what is
 * wrong with a certificate said in words that somebody can act on.
 */
#include "base/arena.h"
#include "net/stream_impl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* ---- a BIO whose writing never raises SIGPIPE; OpenSSL's own uses write(2) ---- */

static int bio_write(BIO *bio, const char *bytes, int n)
{
    struct stream *stream = BIO_get_data(bio);
    ssize_t r;

    do {
        r = send(stream->fd, bytes, (size_t)n, MSG_NOSIGNAL);
    } while (r < 0 && errno == EINTR);
    BIO_clear_retry_flags(bio);
    if (r < 0 && (errno == EAGAIN))
        BIO_set_retry_write(bio);
    return (int)r;
}

static int bio_read(BIO *bio, char *bytes, int n)
{
    struct stream *stream = BIO_get_data(bio);
    ssize_t r;

    do {
        r = recv(stream->fd, bytes, (size_t)n, 0);
    } while (r < 0 && errno == EINTR);
    BIO_clear_retry_flags(bio);
    if (r < 0 && (errno == EAGAIN))
        BIO_set_retry_read(bio);
    if (r == 0)
        stream->saw_eof = true;
    return (int)r;
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    struct stream *stream = BIO_get_data(bio);

    (void)number;
    (void)pointer;
    if (command == BIO_CTRL_EOF)
        return stream->saw_eof;
    return command == BIO_CTRL_FLUSH;
}

static BIO *bio_new(struct stream *stream)
{
    BIO *bio;

    stream->bio_method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "antragd");
    if (stream->bio_method == NULL)
        return NULL;
    BIO_meth_set_write(stream->bio_method, bio_write);
    BIO_meth_set_read(stream->bio_method, bio_read);
    BIO_meth_set_ctrl(stream->bio_method, bio_ctrl);
    bio = BIO_new(stream->bio_method);
    if (bio == NULL)
        return NULL;
    BIO_set_data(bio, stream);
    BIO_set_init(bio, 1);
    return bio;
}

/* ---- what is wrong with a certificate, in words ---- */

static void name_of(const X509_NAME *name, char *text_r, size_t size)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;
    long n = 0;

    if (bio != NULL &&
        X509_NAME_print_ex(bio, name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) > 0)
        n = BIO_get_mem_data(bio, &text);
    snprintf(text_r, size, "\"%.*s\"", n > 90 ? 90 : (int)n, n > 0 ? text : "");
    BIO_free(bio);
}

static void date_of(const ASN1_TIME *time, char *text_r, size_t size)
{
    struct tm tm;

    if (ASN1_TIME_to_tm(time, &tm) == 1)
        snprintf(text_r, size, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    else
        snprintf(text_r, size, "an unreadable date");
}

/* The host names it is for, as many as fit. */
static void names_for(X509 *cert, char *text_r, size_t size)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    size_t len = 0;

    snprintf(text_r, size, "no host name at all");
    for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

        if (name->type != GEN_DNS || len + 3 > size)
            continue;
        int n = snprintf(text_r + len, size - len, "%s%.*s", len > 0 ? ", " : "",
                         ASN1_STRING_length(name->d.dNSName),
                         (const char *)ASN1_STRING_get0_data(name->d.dNSName));
        len += n > 0 ? (size_t)n : 0;
    }
    GENERAL_NAMES_free(names);
}

/* Placeholders of the advice: what the text calls %s. */
enum fact { FACT_NONE, FACT_ISSUER, FACT_NAMES, FACT_FROM, FACT_UNTIL };

static const struct advice {
    int error;
    enum fact fact;
    const char *before, *after;
} advices[] = {
    {X509_V_ERR_CERT_HAS_EXPIRED, FACT_UNTIL, "expired on ",
     "; whoever runs the server must renew it"},
    {X509_V_ERR_CERT_NOT_YET_VALID, FACT_FROM, "is valid only from ",
     "; check this machine's clock"},
    {X509_V_ERR_HOSTNAME_MISMATCH, FACT_NAMES, "is for ",
     " and not for the configured host; correct host, or have the certificate changed"},
    {X509_V_ERR_IP_ADDRESS_MISMATCH, FACT_NAMES, "is for ",
     " and not for the configured IP address; give the host's name instead"},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, FACT_ISSUER, "was issued by ",
     ", which ca-file does not contain; put that authority into it if you trust it"},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, FACT_ISSUER, "was issued by ",
     ", which ca-file does not contain; put that authority into it if you trust it"},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, FACT_ISSUER, "was issued by ",
     ", which the server does not send and ca-file does not contain"},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, FACT_ISSUER, "is of the authority ",
     ", which ca-file does not contain; put it into it if you trust it"},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, FACT_NONE, "is signed by itself only",
     "; put it into a ca-file of its own if you trust it"},
};

static void fact_text(X509 *cert, enum fact fact, char *text_r, size_t size)
{
    text_r[0] = '\0';
    switch (fact) {
    case FACT_NONE:
        break;
    case FACT_ISSUER:
        name_of(X509_get_issuer_name(cert), text_r, size);
        break;
    case FACT_NAMES:
        names_for(cert, text_r, size);
        break;
    case FACT_FROM:
        date_of(X509_get0_notBefore(cert), text_r, size);
        break;
    case FACT_UNTIL:
        date_of(X509_get0_notAfter(cert), text_r, size);
        break;
    }
}

static void describe(struct stream *stream, X509 *cert, int error)
{
    char subject[100], fact[100];

    name_of(X509_get_subject_name(cert), subject, sizeof subject);
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++) {
        const struct advice *advice = &advices[i];

        if (advice->error != error)
            continue;
        fact_text(cert, advice->fact, fact, sizeof fact);
        snprintf(stream->verify, sizeof stream->verify, "certificate %s %s%s%s", subject,
                 advice->before, fact, advice->after);
        return;
    }
    snprintf(stream->verify, sizeof stream->verify, "certificate %s does not verify: %s", subject,
             X509_verify_cert_error_string(error));
}

/* Never turns a no into a yes. */
static int verify_callback(int ok, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    X509 *cert = X509_STORE_CTX_get_current_cert(store);
    struct stream *stream = ssl != NULL ? SSL_get_app_data(ssl) : NULL;

    if (!ok && stream != NULL && cert != NULL)
        describe(stream, cert, X509_STORE_CTX_get_error(store));
    return ok;
}

/* ---- setting up ---- */

static bool load_authorities(const struct stream *stream, SSL_CTX *context, struct err *err_r)
{
    if (stream->ca_file == NULL)
        return SSL_CTX_set_default_verify_paths(context) == 1 ||
               err_set(err_r, ERR_CONFIG, "the system's certificate authorities cannot be read");
    return SSL_CTX_load_verify_file(context, stream->ca_file) == 1 ||
           err_set(err_r, ERR_CONFIG,
                   "ca-file %s cannot be read as certificates in PEM; correct the path",
                   stream->ca_file);
}

static SSL_CTX *context_new(const struct stream *stream, struct err *err_r)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    if (context == NULL) {
        err_set(err_r, ERR_BUG, "OpenSSL makes no context");
        return NULL;
    }
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, verify_callback);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    if (!load_authorities(stream, context, err_r)) {
        SSL_CTX_free(context);
        return NULL;
    }
    return context;
}

/* ---- contexts that streams share
 * ----------------------------------------------------------------- A bundle of authorities takes
 * 100 ms to parse, and a context with an empty one 30 kB, so that streams with the same ca-file
 * have the same context, until that file changes.
 */

#define SHARED_MAX 8 /* files with authorities; what is beyond is not kept */

static struct shared {
    char *ca_file; /* "": the system's; NULL: free */
    struct stat file;
    SSL_CTX *context;
} shared[SHARED_MAX];
static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER;

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* The one of this name, or a free one, or NULL. */
static struct shared *find_shared(const char *ca_file)
{
    struct shared *unused = NULL;

    for (size_t i = 0; i < SHARED_MAX; i++) {
        if (shared[i].ca_file == NULL)
            unused = unused == NULL ? &shared[i] : unused;
        else if (strcmp(shared[i].ca_file, ca_file) == 0)
            return &shared[i];
    }
    return unused;
}

static void keep_context(struct shared *place, const char *ca_file, const struct stat *file,
                         SSL_CTX *context)
{
    if (place == NULL || context == NULL || SSL_CTX_up_ref(context) != 1)
        return;
    SSL_CTX_free(place->context); /* streams that still have it hold it */
    if (place->ca_file == NULL)
        place->ca_file = xstrdup(ca_file);
    place->file = *file;
    place->context = context;
}

/* The caller's to free. */
static SSL_CTX *context_for(const struct stream *stream, struct err *err_r)
{
    const char *ca_file = stream->ca_file != NULL ? stream->ca_file : "";
    struct stat file = {0};
    SSL_CTX *context;

    bool known = stat(*ca_file != '\0' ? ca_file : X509_get_default_cert_file(), &file) == 0;
    pthread_mutex_lock(&shared_lock);
    struct shared *place = find_shared(ca_file);
    if (known && place != NULL && place->context != NULL && same_file(&place->file, &file) &&
        SSL_CTX_up_ref(place->context) == 1) {
        context = place->context;
    } else {
        context = context_new(stream, err_r);
        if (known)
            keep_context(place, ca_file, &file, context);
    }
    pthread_mutex_unlock(&shared_lock);
    return context;
}

/* An address has no SNI (RFC 6066), and stands in the certificate as an address. */
static bool expect_name(SSL *ssl, const char *host)
{
    unsigned char address[sizeof(struct in6_addr)];

    if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set_tlsext_host_name(ssl, host) == 1 && SSL_set1_host(ssl, host) == 1;
}

static bool tls_new(struct stream *stream, struct err *err_r)
{
    SSL_CTX *context = context_for(stream, err_r);
    BIO *bio;

    if (context == NULL)
        return false;
    stream->ssl = SSL_new(context);
    SSL_CTX_free(context); /* the SSL holds it */
    bio = bio_new(stream);
    if (stream->ssl == NULL || bio == NULL || !expect_name(stream->ssl, stream->host)) {
        BIO_free(bio);
        return err_set(err_r, ERR_BUG, "OpenSSL does not take the host's name");
    }
    SSL_set_bio(stream->ssl, bio, bio);
    SSL_set_app_data(stream->ssl, stream);
    return true;
}

/* ---- the handshake ---- */

/* Why it failed without a certificate being wrong. */
static bool handshake_error(struct stream *stream, struct err *err_r)
{
    static const struct {
        int reason;
        enum err_kind kind;
        const char *text;
    } reasons[] = {
        {SSL_R_UNSUPPORTED_PROTOCOL, ERR_PERMISSION,
         "the server speaks only TLS older than 1.2, which is not safe; it must be updated"},
        {SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, ERR_PERMISSION,
         "the server speaks only TLS older than 1.2, which is not safe; it must be updated"},
        {SSL_R_WRONG_VERSION_NUMBER, ERR_UNAVAILABLE,
         "this port does not answer in TLS; is it one for tls = starttls?"},
        {SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, ERR_UNAVAILABLE,
         "the server refused the TLS handshake; it may want other ciphers or a client certificate"},
    };
    unsigned long code = ERR_peek_error();
    const char *text = ERR_reason_error_string(code);

    if (stream->why == STREAM_TIMEOUT || stream->why == STREAM_CANCELLED ||
        stream->why == STREAM_EOF)
        return err_set(err_r, ERR_UNAVAILABLE, "TLS handshake: %s", stream_why_text(stream));
    stream->why = STREAM_TLS;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (ERR_GET_REASON(code) == reasons[i].reason)
            return err_set(err_r, reasons[i].kind, "%s", reasons[i].text);
    }
    return err_set(err_r, ERR_UNAVAILABLE, "TLS handshake: %s",
                   text != NULL ? text : "the link broke");
}

static bool events_after(struct stream *stream, int r, short *events_r);

static bool shake_hands(struct stream *stream, struct err *err_r)
{
    short events = 0;

    for (;;) {
        ERR_clear_error();
        int r = SSL_connect(stream->ssl);
        if (r == 1)
            return true;
        if (!events_after(stream, r, &events) || !stream_wait(stream, stream->fd, events))
            break;
    }
    stream->tls_failed = true;
    if (stream->verify[0] == '\0')
        return handshake_error(stream, err_r);
    stream->why = STREAM_TLS;
    return err_set(err_r, ERR_PERMISSION, "%s", stream->verify);
}

bool stream_tls_handshake(struct stream *stream, struct err *err_r)
{
    if (!tls_new(stream, err_r) || !shake_hands(stream, err_r)) {
        if (stream->why == STREAM_OK)
            stream->why = STREAM_TLS;
        ERR_clear_error();
        return false;
    }
    return true;
}

/* ---- moving bytes ---- */

/* False: it failed, stream->why says how. */
static bool events_after(struct stream *stream, int r, short *events_r)
{
    *events_r = 0;
    switch (SSL_get_error(stream->ssl, r)) {
    case SSL_ERROR_WANT_READ:
        *events_r = POLLIN;
        return true;
    case SSL_ERROR_WANT_WRITE:
        *events_r = POLLOUT;
        return true;
    case SSL_ERROR_ZERO_RETURN:
        stream->why = STREAM_EOF;
        return false;
    default:
        stream->tls_failed = true; /* after these SSL_shutdown() is not allowed */
        stream->why = stream->saw_eof ? STREAM_EOF : STREAM_BROKEN;
        return false;
    }
}

ssize_t stream_tls_io(struct stream *stream, void *in, const void *out, size_t n, short *events_r)
{
    int size = n > 1 << 20 ? 1 << 20 : (int)n;

    ERR_clear_error();
    int r = in != NULL ? SSL_read(stream->ssl, in, size) : SSL_write(stream->ssl, out, size);
    if (r > 0)
        return r;
    events_after(stream, r, events_r);
    ERR_clear_error();
    return -1;
}

/* SSL_MODE_RELEASE_BUFFERS keeps the 16 kB into which a record would have been read. */
void stream_tls_rest(struct stream *stream)
{
    if (stream->ssl != NULL)
        SSL_free_buffers(stream->ssl); /* where half a record waits, it does nothing */
}

void stream_tls_end(struct stream *stream)
{
    if (stream->ssl != NULL && !stream->tls_failed)
        SSL_shutdown(stream->ssl); /* our half only, without waiting */
    ERR_clear_error();
    SSL_free(stream->ssl);
    BIO_meth_free(stream->bio_method);
    stream->ssl = NULL;
    stream->bio_method = NULL;
}
