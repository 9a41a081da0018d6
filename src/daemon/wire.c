/* SPDX-License-Identifier: EUPL-1.2 */
#include "daemon/wire.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum field_type { FIELD_END, FIELD_U, FIELD_S };

struct field {
    enum field_type type;
    size_t offset; /* in struct wire_packet */
};

struct format {
    const char *name;
    bool carries_fd;
    struct field fields[10]; /* ends with FIELD_END */
};

/* The declared shapes as data; encoder and decoder walk over them. */
#define U(name, field) {FIELD_U, offsetof(struct wire_packet, as.name.field)},
#define S(name, field) {FIELD_S, offsetof(struct wire_packet, as.name.field)},
#define MESSAGE(TYPE, name, fd, fields) [WIRE_##TYPE] = {#name, fd, {fields{FIELD_END, 0}}},
static const struct format formats[WIRE_TYPE_COUNT] = {
#include "daemon/wire_messages.def"
};
#undef MESSAGE
#undef S
#undef U

const char *wire_type_to_text(enum wire_type type)
{
    return formats[type].name;
}

/* ---- encoding ----------------------------------------------------------------------------------
 */

struct writer {
    char *at;
    size_t room;
};

static void put_bytes(struct writer *w, const void *bytes, size_t n)
{
    if (n > w->room)
        panic("wire: a message is longer than %d bytes", WIRE_MAX);
    memcpy(w->at, bytes, n);
    w->at += n;
    w->room -= n;
}

static void put_number(struct writer *w, uint64_t value, int bytes)
{
    unsigned char big_endian[8];
    for (int i = 0; i < bytes; i++)
        big_endian[i] = (unsigned char)(value >> (8 * (bytes - 1 - i)));
    put_bytes(w, big_endian, (size_t)bytes);
}

/* What stands in for a byte that a decoder would refuse: texts of servers and errors must arrive.
 */
static char tame(char c, bool utf8)
{
    unsigned char byte = (unsigned char)c;
    return byte < 0x20 || byte == 0x7f ? ' ' : byte >= 0x80 && !utf8 ? '?' : c;
}

/* NULL goes as "": the messages know no difference. */
static void put_string(struct writer *w, const char *s)
{
    size_t n = s ? strlen(s) : 0;
    bool utf8 = text_is_utf8(s, n);
    if (n > UINT16_MAX)
        panic("wire: a string is longer than %d bytes", UINT16_MAX);
    put_number(w, n, 2);
    for (size_t i = 0; i < n; i++) {
        char c = tame(s[i], utf8);
        put_bytes(w, &c, 1);
    }
}

bool wire_carries_fd(enum wire_type type)
{
    return formats[type].carries_fd;
}

size_t wire_encode(const struct wire_packet *packet, char buffer_r[WIRE_MAX])
{
    const struct format *format = &formats[packet->type];
    struct writer w = {buffer_r, WIRE_MAX};
    if (format->carries_fd != (packet->fd >= 0))
        panic("wire: %s with%s a descriptor", format->name, packet->fd >= 0 ? "" : "out");
    put_number(&w, WIRE_VERSION, 1);
    put_number(&w, packet->type, 1);
    for (const struct field *f = format->fields; f->type != FIELD_END; f++) {
        const char *value = (const char *)packet + f->offset;
        if (f->type == FIELD_U)
            put_number(&w, *(const uint64_t *)(const void *)value, 8);
        else
            put_string(&w, *(const char *const *)(const void *)value);
    }
    return WIRE_MAX - w.room;
}

/* ---- decoding ----------------------------------------------------------------------------------
 */

struct scanner {
    const char *at;
    size_t left;
    bool short_of; /* a field did not fit or was not allowed */
};

static const char *take_bytes(struct scanner *s, size_t n)
{
    if (n > s->left) {
        s->short_of = true;
        return NULL;
    }
    s->at += n;
    s->left -= n;
    return s->at - n;
}

static uint64_t take_number(struct scanner *s, size_t bytes)
{
    const char *at = take_bytes(s, bytes);
    uint64_t value = 0;
    for (size_t i = 0; at && i < bytes; i++)
        value = value << 8 | (unsigned char)at[i];
    return value;
}

static const char *take_string(struct scanner *s, struct arena *arena)
{
    size_t n = take_number(s, 2);
    const char *at = take_bytes(s, n);
    if (!at)
        return "";
    char *copy = arena_strndup(arena, at, n);
    if (strlen(copy) != n || !text_is_utf8(copy, n) || text_has_control(copy))
        s->short_of = true;
    return copy;
}

bool wire_decode(struct arena *arena, const char *bytes, size_t n, struct wire_packet *packet_r,
                 struct err *err_r)
{
    struct scanner s = {bytes, n, false};
    uint64_t version = take_number(&s, 1), type = take_number(&s, 1);
    if (s.short_of || version != WIRE_VERSION || type >= WIRE_TYPE_COUNT)
        return err_set(err_r, ERR_DATA, "wire: version %d type %d is not known", (int)version,
                       (int)type);
    *packet_r = (struct wire_packet){.type = (enum wire_type)type, .fd = -1};
    for (const struct field *f = formats[type].fields; f->type != FIELD_END; f++) {
        char *value = (char *)packet_r + f->offset;
        if (f->type == FIELD_U)
            *(uint64_t *)(void *)value = take_number(&s, 8);
        else
            *(const char **)(void *)value = take_string(&s, arena);
    }
    if (s.short_of || s.left)
        return err_set(err_r, ERR_DATA, "wire: a message \"%s\" has the wrong shape",
                       formats[type].name);
    return true;
}

void wire_copy(struct arena *arena, const struct wire_packet *packet, struct wire_packet *copy_r)
{
    char buffer[WIRE_MAX];
    struct err err;
    size_t n = wire_encode(packet, buffer);
    if (!wire_decode(arena, buffer, n, copy_r, &err))
        panic("%s", err.text);
    copy_r->fd = packet->fd;
}

/* ---- sockets -----------------------------------------------------------------------------------
 */

void wire_close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

bool wire_pair(int fds_r[2], struct err *err_r)
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds_r) == 0)
        return true;
    return err_set_errno(err_r, ERR_TRY_AGAIN, "cannot make a pair of sockets");
}

union fd_space {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
};

static void attach_fd(struct msghdr *message, union fd_space *space, int fd)
{
    if (fd < 0)
        return;
    message->msg_control = space->bytes;
    message->msg_controllen = CMSG_LEN(sizeof fd);
    struct cmsghdr *c = CMSG_FIRSTHDR(message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(c), &fd, sizeof fd);
}

static enum wire_result failed(const char *what, struct err *err_r)
{
    if (errno == EAGAIN)
        return WIRE_LATER;
    if (errno == EPIPE || errno == ECONNRESET)
        return WIRE_CLOSED;
    err_set_errno(err_r, ERR_UNAVAILABLE, "wire: cannot %s", what);
    return WIRE_BROKEN;
}

enum wire_result wire_send(int socket, const struct wire_packet *packet, int flags,
                           struct err *err_r)
{
    char buffer[WIRE_MAX];
    struct iovec part = {buffer, wire_encode(packet, buffer)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    union fd_space space = {0};
    attach_fd(&message, &space, packet->fd);
    ssize_t n;
    do
        n = sendmsg(socket, &message, flags | MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n < 0 ? failed("send", err_r) : WIRE_OK;
}

static int attached_fd(struct msghdr *message)
{
    int fd = -1;
    struct cmsghdr *c = CMSG_FIRSTHDR(message);
    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
        c->cmsg_len == CMSG_LEN(sizeof fd))
        memcpy(&fd, CMSG_DATA(c), sizeof fd);
    return fd;
}

static enum wire_result refuse(int fd, struct err *err_r, const char *what)
{
    if (fd >= 0)
        close(fd);
    if (what)
        err_set(err_r, ERR_DATA, "wire: %s", what);
    return WIRE_BROKEN;
}

enum wire_result wire_receive(int socket, struct arena *arena, int flags,
                              struct wire_packet *packet_r, struct err *err_r)
{
    char buffer[WIRE_MAX];
    struct iovec part = {buffer, sizeof buffer};
    union fd_space space = {0};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = space.bytes,
                             /* not CMSG_SPACE, whose padding has room for a second one */
                             .msg_controllen = CMSG_LEN(sizeof(int))};
    ssize_t n;
    do
        n = recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return failed("receive", err_r);
    int fd = attached_fd(&message);
    if (n == 0) {
        refuse(fd, err_r, NULL);
        return WIRE_CLOSED;
    }
    if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
        return refuse(fd, err_r, "a message was cut");
    if (!wire_decode(arena, buffer, (size_t)n, packet_r, err_r))
        return refuse(fd, err_r, NULL);
    if (formats[packet_r->type].carries_fd != (fd >= 0))
        return refuse(fd, err_r, "a descriptor is missing, or one too many");
    packet_r->fd = fd;
    return WIRE_OK;
}
