/* SPDX-License-Identifier: EUPL-1.2 */
/* RTF to text; what is no RTF becomes it. */
#include "fuzz.h"

#include "mail/rtf.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char head[] = "{\\rtf1 ";
    struct arena *arena = arena_new();
    const char *text, *defect;
    bool has_head = size >= 5 && memcmp(data, head, 5) == 0;
    size_t extra = has_head ? 0 : sizeof head - 1;
    char *rtf = arena_alloc(arena, size + extra);
    memcpy(rtf, head, extra);
    if (size > 0)
        memcpy(rtf + extra, data, size);
    mail_preload();
    rtf_to_text(arena, rtf, size + extra, &text, &defect);
    arena_free(arena);
    return 0;
}
