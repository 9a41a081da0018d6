/* SPDX-License-Identifier: EUPL-1.2 */
/* usage: part_texts FILE...: the text of every part of the mail in each FILE, for third_party.py.
 */
#include "base/file.h"
#include "mail/mail.h"

#include <stdio.h>

#define MAIL_MAX ((size_t)64 * 1024 * 1024)

static bool print_texts(const char *path, struct err *err_r)
{
    struct arena *arena = arena_new();
    struct mail *mail;
    char *bytes;
    size_t n;
    bool ok = file_read(arena, path, MAIL_MAX, &bytes, &n, err_r) &&
              mail_read(arena, bytes, n, MAIL_CONTENT, &mail, err_r);
    for (size_t i = 0; ok && i < mail->part_count; i++) {
        if (mail->parts[i].content != NULL)
            puts(mail->parts[i].content);
    }
    arena_free(arena);
    return ok;
}

int main(int argc, char **argv)
{
    struct err err;
    mail_preload();
    for (int i = 1; i < argc; i++) {
        if (!print_texts(argv[i], &err)) {
            fprintf(stderr, "part_texts: %s: %s\n", argv[i], err.text);
            return err_exit_code(err.kind);
        }
    }
    return 0;
}
