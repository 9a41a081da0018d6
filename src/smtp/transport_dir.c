/* SPDX-License-Identifier: EUPL-1.2 */
#include "smtp/transport_dir.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "smtp/session.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define NAME_MAX_BYTES 200
#define TRIES 1000000

/* The header's value without its blanks, NULL where there is none; folded ones do not occur in what
 * we make ourselves. */
static char *message_id(struct arena *arena, const char *bytes, size_t size)
{
    static const char name[] = "Message-ID:";
    const size_t n = sizeof name - 1;
    const char *end = bytes + size;
    for (const char *line = bytes; line < end;) {
        const char *lf = memchr(line, '\n', (size_t)(end - line));
        const char *next = lf == NULL ? end : lf + 1;
        if (*line == '\r' || *line == '\n')
            return NULL; /* the headers end here */
        if ((size_t)(next - line) > n && strncasecmp(line, name, n) == 0)
            return text_trim(arena, arena_strndup(arena, line + n, (size_t)(next - line) - n));
        line = next;
    }
    return NULL;
}

/* "<a/b@c>" gives "a_b@c"; NULL where nothing is left. */
static char *file_stem(struct arena *arena, const struct transport_mail *mail)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@._+-";
    char *id = message_id(arena, mail->bytes, mail->size);
    if (id == NULL)
        return NULL;
    if (*id == '<')
        id++;
    id[strcspn(id, ">")] = '\0';
    if (strlen(id) > NAME_MAX_BYTES)
        id[NAME_MAX_BYTES] = '\0';
    for (char *p = id; *p != '\0'; p++)
        if (strchr(allowed, *p) == NULL || (p == id && *p == '.'))
            *p = '_';
    return *id == '\0' ? NULL : id;
}

/* Whether the mail may be written there: the name is free, or this same mail has it. */
static bool may_have(struct arena *arena, const char *path, const struct transport_mail *mail,
                     bool may_repeat)
{
    struct err err;
    char *bytes;
    size_t n;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return true;
    return may_repeat && file_read(arena, path, mail->size, &bytes, &n, &err) && n == mail->size &&
           memcmp(bytes, mail->bytes, n) == 0;
}

static char *choose_path(struct arena *arena, const char *directory,
                         const struct transport_mail *mail)
{
    char *stem = file_stem(arena, mail);
    for (unsigned i = 1; i < TRIES; i++) {
        char *path = stem == NULL ? arena_printf(arena, "%s/mail-%06u.eml", directory, i)
                     : i == 1     ? arena_printf(arena, "%s/%s.eml", directory, stem)
                                  : arena_printf(arena, "%s/%s-%u.eml", directory, stem, i);
        if (may_have(arena, path, mail, stem != NULL))
            return path;
    }
    return NULL;
}

static void send_to(struct arena *arena, const char *directory, const struct transport_mail *mail,
                    bool (*before_data)(void *context), void *context,
                    struct transport_result *result_r)
{
    if (access(directory, W_OK | X_OK) != 0) {
        smtp_result(result_r, TRANSPORT_BLOCKED, "cannot write to directory %s: %s", directory,
                    strerror(errno));
        return;
    }
    const char *path = choose_path(arena, directory, mail);
    if (path == NULL) {
        smtp_result(result_r, TRANSPORT_DOWN, "no free name in %s; clear it", directory);
        return;
    }
    if (before_data != NULL && !before_data(context)) {
        smtp_result(result_r, TRANSPORT_DOWN, "stopped before the mail was written");
        return;
    }
    struct err err;
    if (file_write_durable(path, mail->bytes, mail->size, 0640, &err))
        smtp_result(result_r, TRANSPORT_SENT, "written to %s", path);
    else
        smtp_result(result_r, TRANSPORT_DOWN, "%s", err.text);
}

void transport_dir_send(const char *directory, const struct transport_mail *mail,
                        bool (*before_data)(void *context), void *context,
                        struct transport_result *result_r)
{
    struct arena *arena = arena_new();
    send_to(arena, directory, mail, before_data, context, result_r);
    arena_free(arena);
}
