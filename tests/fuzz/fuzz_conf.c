/* SPDX-License-Identifier: EUPL-1.2 */
/* A slice of the configuration, and what is made of it again. */
#include "fuzz.h"

#include "conf/conf.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    const struct conf *conf;
    struct err err;
    if (conf_parse_slice((const char *)data, size, arena, &conf, &err)) {
        const char *text = conf_print(arena, conf, CONF_FOR_ALL);
        if (!conf_parse_slice(text, strlen(text), arena, &conf, &err))
            panic("our own slice is refused: %s", err.text);
    }
    arena_free(arena);
    return 0;
}
