/* SPDX-License-Identifier: EUPL-1.2 */
/* JSON of a reader that was taken over. */
#include "fuzz.h"

#include "motion/reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct reading *reading;
    struct err err;
    reading_from_json(arena, (const char *)data, size, &reading, &err);
    arena_free(arena);
    return 0;
}
