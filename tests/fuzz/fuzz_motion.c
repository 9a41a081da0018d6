/* SPDX-License-Identifier: EUPL-1.2 */
/* A letter's text to motions. */
#include "fuzz.h"

#include "base/text.h"
#include "motion/motion.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    const char *text = text_nfc(arena, (const char *)data, size);
    struct mail_part part = {.path = "1", .type = "text/plain", .size = size, .is_body = true};
    mail_part_set_text(arena, &part, text);
    struct mail mail = {
        .date_at = MOMENT_NONE, .subject = "Antrag", .text = text, .parts = &part, .part_count = 1};
    struct motions motions;
    motion_preload();
    motion_find(arena, &mail, &motions);
    arena_free(arena);
    return 0;
}
