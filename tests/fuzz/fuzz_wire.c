/* SPDX-License-Identifier: EUPL-1.2 */
/* One message between roles: what is taken can be handed on. */
#include "fuzz.h"

#include "daemon/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct wire_packet packet, copy;
    struct err err;
    if (size <= WIRE_MAX && wire_decode(arena, (const char *)data, size, &packet, &err)) {
        packet.fd = wire_carries_fd(packet.type) ? 0 : -1; /* which comes beside the bytes */
        wire_copy(arena, &packet, &copy); /* panics where it cannot be said again */
    }
    arena_free(arena);
    return 0;
}
