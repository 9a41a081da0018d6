/* SPDX-License-Identifier: EUPL-1.2 */
/* A winmail.dat, as the only part of a mail. */
#include "fuzz.h"

#include "base/text.h"
#include "mail/mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct text text;
    struct mail *mail;
    struct err err;
    mail_preload();
    text_init(&text, arena);
    text_add(&text, "From: a@b.example\nContent-Type: application/ms-tnef\n"
                    "Content-Transfer-Encoding: binary\n\n");
    text_add_bytes(&text, data, size);
    if (!mail_read(arena, text.s, text.len, MAIL_CONTENT, &mail, &err))
        panic("%s", err.text);
    arena_free(arena);
    return 0;
}
