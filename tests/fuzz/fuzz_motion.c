/* SPDX-License-Identifier: EUPL-1.2 */
/* A letter's text to motions, and whether each value has a place in it that can be one. */
#include "fuzz.h"

#include "base/err.h"
#include "base/text.h"
#include "motion/motion.h"

#include <string.h>

static bool is_boundary(const char *s, size_t offset)
{
    return ((unsigned char)s[offset] & 0xC0) != 0x80;
}

static void check_place(const struct mail *mail, const struct found *found)
{
    if (!found->part)
        return;
    bool in_subject = text_equal(found->part, FOUND_IN_SUBJECT);
    const char *text = in_subject ? mail->subject : mail->parts[0].content;
    if (found->begin >= found->end || found->end > strlen(text) ||
        !is_boundary(text, found->begin) || !is_boundary(text, found->end))
        panic("%s: no place %zu-%zu in a text of %zu bytes", motion_value_name(found->value),
              found->begin, found->end, strlen(text));
}

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
    for (size_t i = 0; i < motions.n; i++)
        for (size_t k = 0; k < motions.v[i].found_count; k++)
            check_place(&mail, &motions.v[i].found[k]);
    arena_free(arena);
    return 0;
}
