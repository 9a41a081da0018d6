/* SPDX-License-Identifier: EUPL-1.2 */
/* One message between roles. */
#include "fuzz.h"

#include "daemon/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct wire_packet packet;
    struct err err;
    wire_decode(arena, (const char *)data, size, &packet, &err);
    arena_free(arena);
    return 0;
}
