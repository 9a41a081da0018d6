/* SPDX-License-Identifier: EUPL-1.2 */
/* The wire between roles: what goes in comes out, and nothing but whole messages is taken. */
#include "test.h"

#include "base/file.h"
#include "base/text.h"
#include "daemon/channel.h"
#include "daemon/wire.h"

#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct wire_packet mail = {.type = WIRE_MAIL,
                                        .fd = 0, /* only its presence is encoded */
                                        .as.mail = {.visit = UINT64_MAX,
                                                    .body = "bedburg-hau",
                                                    .mailbox = "Bürgermeister",
                                                    .folder = "",
                                                    .uidvalidity = 1,
                                                    .uid = 4294967295,
                                                    .internaldate = 1438682591}};

static void test_round_trip(void **state)
{
    char buffer[WIRE_MAX];
    struct wire_packet copy;
    struct err err;
    struct arena *arena = arena_new();
    (void)state;
    size_t n = wire_encode(&mail, buffer);
    assert_true(wire_decode(arena, buffer, n, &copy, &err));
    assert_int_equal(copy.type, WIRE_MAIL);
    assert_true(copy.as.mail.visit == UINT64_MAX);
    assert_string_equal(copy.as.mail.mailbox, "Bürgermeister");
    assert_string_equal(copy.as.mail.folder, "");
    assert_int_equal(copy.as.mail.uid, 4294967295);
    arena_free(arena);
}

static void test_every_cut_is_refused(void **state)
{
    char buffer[WIRE_MAX];
    struct wire_packet copy;
    struct err err;
    struct arena *arena = arena_new();
    (void)state;
    size_t n = wire_encode(&mail, buffer);
    for (size_t i = 0; i < n; i++) {
        assert_false(wire_decode(arena, buffer, i, &copy, &err));
        assert_int_equal(err.kind, ERR_DATA);
    }
    buffer[n] = 0;
    assert_false(wire_decode(arena, buffer, n + 1, &copy, &err));
    arena_free(arena);
}

/* Every byte changed to every value: taken or refused, never read out of bounds (ASan watches). */
static void test_every_change_is_safe(void **state)
{
    char buffer[WIRE_MAX];
    struct err err;
    (void)state;
    size_t n = wire_encode(&mail, buffer), refused = 0;
    for (size_t i = 0; i < n; i++)
        for (int value = 0; value < 256; value++) {
            struct arena *arena = arena_new();
            struct wire_packet copy;
            char *changed = arena_alloc(arena, n);
            memcpy(changed, buffer, n);
            changed[i] = (char)value;
            refused += !wire_decode(arena, changed, n, &copy, &err);
            arena_free(arena);
        }
    assert_true(refused > n); /* versions, types, lengths, controls */
}

static void test_texts_are_tamed(void **state)
{
    char buffer[WIRE_MAX];
    struct err err;
    struct wire_packet copy, packet = {.type = WIRE_UNREADABLE,
                                       .fd = -1,
                                       .as.unreadable = {1, "550 no\r\n\xff\x01 such"}};
    struct arena *arena = arena_new();
    (void)state;
    assert_true(wire_decode(arena, buffer, wire_encode(&packet, buffer), &copy, &err));
    assert_string_equal(copy.as.unreadable.why, "550 no  ?  such");
    packet.as.unreadable.why = NULL;
    assert_true(wire_decode(arena, buffer, wire_encode(&packet, buffer), &copy, &err));
    assert_string_equal(copy.as.unreadable.why, "");
    arena_free(arena);
}

static void test_descriptor_travels(void **state)
{
    int pair[2];
    struct err err;
    struct wire_packet sent = mail, taken;
    struct memfd_map map;
    struct arena *arena = arena_new();
    (void)state;
    assert_true(wire_pair(pair, &err));
    assert_true(memfd_from("test", "Antrag", 6, &sent.fd, &err));
    assert_int_equal(wire_send(pair[0], &sent, 0, &err), WIRE_OK);
    assert_int_equal(wire_receive(pair[1], arena, 0, &taken, &err), WIRE_OK);
    assert_true(memfd_map(taken.fd, 6, &map, &err));
    assert_memory_equal(map.bytes, "Antrag", 6);
    memfd_unmap(&map);
    assert_int_equal(wire_receive(pair[1], arena, MSG_DONTWAIT, &taken, &err), WIRE_LATER);
    close(pair[0]);
    assert_int_equal(wire_receive(pair[1], arena, 0, &taken, &err), WIRE_CLOSED);
    close(pair[1]);
    close(sent.fd);
    arena_free(arena);
}

/* A message that must bring a descriptor and does not, as a peer that was taken over would send it.
 */
static void test_missing_descriptor_is_refused(void **state)
{
    int pair[2];
    char buffer[WIRE_MAX];
    struct err err;
    struct wire_packet taken;
    struct arena *arena = arena_new();
    (void)state;
    assert_true(wire_pair(pair, &err));
    size_t n = wire_encode(&mail, buffer);
    assert_int_equal(send(pair[0], buffer, n, 0), n);
    assert_int_equal(wire_receive(pair[1], arena, 0, &taken, &err), WIRE_BROKEN);
    close(pair[0]);
    close(pair[1]);
    arena_free(arena);
}

static int lowest_free_descriptor(void)
{
    int fd = dup(STDERR_FILENO);
    close(fd);
    return fd;
}

/* As a peer that was taken over would send it: with as many descriptors as it likes. */
static void send_with_descriptors(int socket, const char *bytes, size_t n, size_t count)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(8 * sizeof(int))];
    } space = {0};
    struct iovec part = {(void *)(uintptr_t)bytes, n};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = space.bytes,
                             .msg_controllen = CMSG_SPACE(count * sizeof(int))};
    struct cmsghdr *c = &space.align; /* what CMSG_FIRSTHDR() gives, but never NULL */
    *c = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
                          .cmsg_type = SCM_RIGHTS,
                          .cmsg_len = CMSG_LEN(count * sizeof(int))};
    const int fds[8] = {STDERR_FILENO, STDERR_FILENO, STDERR_FILENO};
    memcpy(CMSG_DATA(c), fds, count * sizeof(int));
    assert_int_equal(sendmsg(socket, &message, 0), n);
}

/* None of them stays open. */
static void test_descriptors_too_many_are_closed(void **state)
{
    static const struct wire_packet plain = {.type = WIRE_READY, .fd = -1};
    static const struct {
        const struct wire_packet *packet; /* NULL: a message of no bytes */
        size_t descriptors;
        enum wire_result wanted;
    } cases[] = {
        {&plain, 1, WIRE_BROKEN}, {&plain, 2, WIRE_BROKEN}, {&plain, 3, WIRE_BROKEN},
        {&mail, 2, WIRE_BROKEN},  {&mail, 3, WIRE_BROKEN},  {NULL, 1, WIRE_CLOSED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int pair[2];
        char buffer[WIRE_MAX];
        struct err err;
        struct wire_packet taken;
        struct arena *arena = arena_new();
        assert_true(wire_pair(pair, &err));
        int before = lowest_free_descriptor();
        size_t n = cases[i].packet ? wire_encode(cases[i].packet, buffer) : 0;
        send_with_descriptors(pair[0], buffer, n, cases[i].descriptors);
        assert_int_equal(wire_receive(pair[1], arena, 0, &taken, &err), cases[i].wanted);
        assert_int_equal(lowest_free_descriptor(), before);
        close(pair[0]);
        close(pair[1]);
        arena_free(arena);
    }
}

/* ---- channel --------------------------------------------------------------------------------- */

#define MANY 2000 /* more than a socket holds */

struct seen {
    struct event_base *base;
    uint64_t next;
    bool closed;
};

static void count_packet(void *context, const struct wire_packet *packet)
{
    struct seen *seen = context;
    assert_int_equal(packet->type, WIRE_SETTLED);
    assert_int_equal(packet->as.settled.visit, seen->next);
    if (++seen->next == MANY)
        event_base_loopbreak(seen->base);
}

static void note_closed(void *context)
{
    struct seen *seen = context;
    seen->closed = true;
    event_base_loopbreak(seen->base);
}

static void test_channel_keeps_order_and_never_blocks(void **state)
{
    int pair[2];
    struct err err;
    struct seen seen = {.base = event_base_new()};
    struct channel_handler handler = {count_packet, note_closed, &seen};
    (void)state;
    assert_true(wire_pair(pair, &err));
    struct channel *a = channel_new(seen.base, pair[0], &handler);
    for (uint64_t i = 0; i < MANY; i++)
        channel_send(
            a, &(struct wire_packet){.type = WIRE_SETTLED, .fd = -1, .as.settled = {.visit = i}});
    struct channel *b = channel_new(seen.base, pair[1], &handler);
    event_base_dispatch(seen.base);
    assert_int_equal(seen.next, MANY);
    channel_free(a);
    event_base_dispatch(seen.base);
    assert_true(seen.closed);
    channel_free(b);
    event_base_free(seen.base);
}

/* A peer that asks and asks and takes no answer: its answers carry descriptors, which are few. */
static void test_channel_gives_up_a_peer_that_does_not_listen(void **state)
{
    int pair[2];
    struct err err;
    struct seen seen = {.base = event_base_new()};
    struct channel_handler handler = {count_packet, note_closed, &seen};
    (void)state;
    assert_true(wire_pair(pair, &err));
    struct channel *channel = channel_new(seen.base, pair[0], &handler);
    int before = lowest_free_descriptor();
    for (int i = 0; i < MANY; i++) {
        int fd = dup(STDERR_FILENO);
        assert_true(fd >= 0);
        channel_send(channel, &(struct wire_packet){.type = WIRE_WANTED, .fd = fd});
    }
    assert_false(seen.closed); /* not from inside of channel_send() */
    event_base_dispatch(seen.base);
    assert_true(seen.closed);
    assert_int_equal(lowest_free_descriptor(), pair[0]);
    assert_true(pair[0] < before);
    channel_free(channel);
    close(pair[1]);
    event_base_free(seen.base);
}

/* ---- the fuzzer's seeds ---- */

/* One of each type, with something in every field. */
static void fill(struct wire_packet *packet)
{
#define U(name, field) packet->as.name.field = 7;
#define S(name, field) packet->as.name.field = "B\xC3\xBCro";
#define MESSAGE(TYPE, name, fd, fields) \
    case WIRE_##TYPE:                   \
        fields break;
    switch (packet->type) {
#include "daemon/wire_messages.def"
    case WIRE_TYPE_COUNT:
        break;
    }
#undef MESSAGE
#undef S
#undef U
}

/* A seed of another shape is refused at once and leads nowhere.  ANTRAG_GOLDEN=write makes them
 * anew, after a change of wire_messages.def. */
static void test_seeds_are_messages(void **state)
{
    struct err err;
    struct arena *arena = arena_new();
    (void)state;
    for (int type = 0; type < WIRE_TYPE_COUNT; type++) {
        char buffer[WIRE_MAX], *seed;
        size_t n, seed_n;
        struct wire_packet packet = {.type = (enum wire_type)type};
        packet.fd = wire_carries_fd(packet.type) ? 0 : -1;
        fill(&packet);
        n = wire_encode(&packet, buffer);
        const char *path = arena_printf(arena, "%s/tests/fuzz/seeds/wire/%s.bin", getenv("srcdir"),
                                        wire_type_to_text(packet.type));
        if (text_equal(getenv("ANTRAG_GOLDEN"), "write"))
            assert_true(file_write_durable(path, buffer, n, 0644, &err));
        if (!file_read(arena, path, WIRE_MAX, &seed, &seed_n, &err))
            fail_msg("%s", err.text);
        if (seed_n != n || memcmp(seed, buffer, n) != 0)
            fail_msg("%s is no message of today", path);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_seeds_are_messages),
        cmocka_unit_test(test_every_cut_is_refused),
        cmocka_unit_test(test_every_change_is_safe),
        cmocka_unit_test(test_texts_are_tamed),
        cmocka_unit_test(test_descriptor_travels),
        cmocka_unit_test(test_missing_descriptor_is_refused),
        cmocka_unit_test(test_descriptors_too_many_are_closed),
        cmocka_unit_test(test_channel_keeps_order_and_never_blocks),
        cmocka_unit_test(test_channel_gives_up_a_peer_that_does_not_listen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
