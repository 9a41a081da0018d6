/* SPDX-License-Identifier: EUPL-1.2 */
/* Bytes to a reading, both jobs, and through JSON as the clerk takes it. */
#include "fuzz.h"

#include "base/json.h"
#include "motion/reading.h"

#include <string.h>

static void round_trip(struct arena *arena, const struct reading *reading)
{
    struct json *json = reading_to_json(reading);
    const char *text = json_print_compact(arena, json);
    struct reading *again;
    struct err err;
    json_free(json);
    if (!reading_from_json(arena, text, strlen(text), &again, &err))
        panic("our own reading is refused: %s", err.text);
}

static void make(const uint8_t *data, size_t size, enum mail_depth depth)
{
    struct arena *arena = arena_new();
    struct reading *reading;
    struct err err;
    if (reading_make(arena, (const char *)data, size, depth, &reading, &err))
        round_trip(arena, reading);
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mail_preload();
    motion_preload();
    make(data, size, MAIL_HEAD);
    make(data, size, MAIL_CONTENT);
    return 0;
}
