/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the roles say to each other: small typed messages over SOCK_SEQPACKET, at most one
 * descriptor with each.  All that is larger than a few hundred bytes (mails, readings, lists of
 * UIDs) goes as a sealed memfd.  Integers are big endian; the shape of every message is declared
 * once in wire_messages.def, from which struct, encoder and checking decoder follow.
 *
 * On the wire: version (1 byte), type (1 byte), then the fields in order: U as 8 bytes, S as 2
 * bytes length and so many bytes of UTF-8 without control characters.  A decoder accepts exactly
 * that.
 */
#ifndef DAEMON_WIRE_H
#define DAEMON_WIRE_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_VERSION 1
#define WIRE_MAX 4096 /* bytes of one message */

#define MESSAGE(TYPE, name, fd, fields) WIRE_##TYPE,
enum wire_type {
#include "daemon/wire_messages.def"
    WIRE_TYPE_COUNT
};
#undef MESSAGE

#define U(name, field) uint64_t field;
#define S(name, field) const char *field;
#define MESSAGE(TYPE, name, fd, fields) \
    struct wire_##name {                \
        fields                          \
    };
#include "daemon/wire_messages.def"
#undef MESSAGE
#undef S
#undef U

/* One message.  fd is owned by the packet; -1: none. */
struct wire_packet {
    enum wire_type type;
    int fd;
    union {
#define MESSAGE(TYPE, name, fd, fields) struct wire_##name name;
#include "daemon/wire_messages.def"
#undef MESSAGE
    } as;
};

const char *wire_type_to_text(enum wire_type type);
/* Whether a descriptor goes with it: never without, and with no other. */
bool wire_carries_fd(enum wire_type type);

/* Panics where a message does not fit into WIRE_MAX: texts are cut before by who makes it. */
size_t wire_encode(const struct wire_packet *packet, char buffer_r[WIRE_MAX]);
/* Strings live in the arena.  False (ERR_DATA) for anything but one whole message of a known type.
 */
bool wire_decode(struct arena *arena, const char *bytes, size_t n, struct wire_packet *packet_r,
                 struct err *err_r);

/* A copy whose strings live in the arena; the descriptor is the same one. */
void wire_copy(struct arena *arena, const struct wire_packet *packet, struct wire_packet *copy_r);

/* Of a packet that may bring none: -1 does nothing. */
void wire_close_fd(int fd);

/* A pair of connected sockets, close-on-exec. */
bool wire_pair(int fds_r[2], struct err *err_r);

enum wire_result {
    WIRE_OK,
    WIRE_LATER, /* would block */
    WIRE_CLOSED,
    WIRE_BROKEN, /* err_r says what */
};

/* Sends one packet; does not close its descriptor.  flags: MSG_DONTWAIT or 0. */
enum wire_result wire_send(int socket, const struct wire_packet *packet, int flags,
                           struct err *err_r);
/* Takes one packet; its descriptor, if any, is the caller's and close-on-exec. */
enum wire_result wire_receive(int socket, struct arena *arena, int flags,
                              struct wire_packet *packet_r, struct err *err_r);

#endif
