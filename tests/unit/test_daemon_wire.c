/* SPDX-License-Identifier: EUPL-1.2 */
/* The wire between roles: what goes in comes out, and nothing but whole messages is taken. */
#include "test.h"

#include "base/file.h"
#include "daemon/channel.h"
#include "daemon/wire.h"

#include <event2/event.h>
#include <fcntl.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_every_cut_is_refused),
        cmocka_unit_test(test_every_change_is_safe),
        cmocka_unit_test(test_texts_are_tamed),
        cmocka_unit_test(test_descriptor_travels),
        cmocka_unit_test(test_missing_descriptor_is_refused),
        cmocka_unit_test(test_channel_keeps_order_and_never_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
