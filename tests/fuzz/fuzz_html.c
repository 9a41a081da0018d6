/* SPDX-License-Identifier: EUPL-1.2 */
/* HTML to text: whatever comes out is UTF-8 in normal form, and within the limit. */
#include "fuzz.h"

#include "mail/inside.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    const char *text;
    bool bad;
    mail_preload();
    char *html = arena_alloc(arena, size + 1);
    memcpy(html, data, size);
    html_visible(html, size);
    if (html_read(arena, NULL, html, size, &text, &bad) == PART_EXTRACTED) {
        size_t n = strlen(text);
        if (!text_is_utf8(text, n) || strcmp(text_normalize(arena, text, n), text) != 0)
            panic("the text is not normal");
        if (n > 2 * (size_t)MAIL_MAX_TEXT)
            panic("the text is too long");
    }
    arena_free(arena);
    return 0;
}
