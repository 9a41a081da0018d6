/* SPDX-License-Identifier: EUPL-1.2 */
/* A copy as a file in a folder beside.  Its name follows from its Message-ID, so that it is there
 * once, however often it is filed. */
#include "imap/dir_mailbox.h"

#include "base/file.h"
#include "base/text.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_MAX ((size_t)16 << 20)

static char *file_name(struct arena *arena, const char *message_id)
{
    struct text text;

    text_init(&text, arena);
    for (const unsigned char *s = (const unsigned char *)message_id; *s != '\0'; s++) {
        if (isalnum(*s) || strchr("@-_.", *s) != NULL)
            text_add_char(&text, (char)*s);
        else
            text_addf(&text, "%%%02X", *s);
    }
    text_add(&text, ".eml");
    return text.s;
}

/* Its time of modification is its arrival there. */
static enum mailbox_result write_dated(const char *path, const struct mailbox_copy *copy,
                                       struct err *err_r)
{
    const struct timespec times[2] = {{.tv_sec = (time_t)copy->date},
                                      {.tv_sec = (time_t)copy->date}};
    struct memfd_map map;

    if (!memfd_map(copy->fd, COPY_MAX, &map, err_r))
        return MAILBOX_REFUSED;
    bool ok = file_write_durable(path, map.bytes, map.n, 0600, err_r);
    memfd_unmap(&map);
    if (ok && utimensat(AT_FDCWD, path, times, 0) != 0)
        ok = err_set_errno(err_r, ERR_TRY_AGAIN, "dating %s", path);
    return ok ? MAILBOX_OK : MAILBOX_REFUSED;
}

enum mailbox_result dir_file(struct mailbox *mailbox, const struct mailbox_copy *copy,
                             struct mailbox_filed *filed_r, struct err *err_r)
{
    struct arena *arena = arena_new();
    const char *folder = dir_beside(arena, mailbox, "sent-folder", copy->folder, err_r);
    enum mailbox_result result = MAILBOX_REFUSED;

    if (folder != NULL && file_make_directory(folder, 0700, err_r)) {
        const char *path = arena_printf(arena, "%s/%s", folder, file_name(arena, copy->message_id));

        filed_r->found = access(path, F_OK) == 0;
        result = filed_r->found ? MAILBOX_OK : write_dated(path, copy, err_r);
    }
    arena_free(arena);
    return result;
}
