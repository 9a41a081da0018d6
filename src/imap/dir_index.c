/* SPDX-License-Identifier: EUPL-1.2 */
/* The names of a folder of .eml files and their numbers, as a file in it. */
#include "imap/dir_mailbox.h"

#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define INDEX_NAME ".antragd-uids"
#define INDEX_MAX (64 << 20)

static char *escape_name(struct arena *arena, const char *name)
{
    struct text text;

    text_init(&text, arena);
    for (const unsigned char *s = (const unsigned char *)name; *s != '\0'; s++) {
        if (*s > 0x20 && *s < 0x7f && *s != '%')
            text_add_char(&text, (char)*s);
        else
            text_addf(&text, "%%%02X", *s);
    }
    return text.s;
}

static char *unescape_name(struct arena *arena, const char *s)
{
    struct text text;
    unsigned byte;

    text_init(&text, arena);
    while (*s != '\0') {
        if (*s == '%') {
            if (sscanf(s, "%%%2X", &byte) != 1 || byte == 0)
                return NULL;
            text_add_char(&text, (char)byte);
            s += 3;
        } else {
            text_add_char(&text, *s++);
        }
    }
    return text.s;
}

int dir_index_compare(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

struct entry *dir_index_add(struct index *index, struct arena *arena)
{
    if (index->count % 256 == 0)
        index->entries = arena_grow(arena, index->entries, index->count, index->count + 256,
                                    sizeof *index->entries);
    return &index->entries[index->count++];
}

/* One line of the file; false where it makes no sense. */
static bool parse_line(struct index *index, struct arena *arena, char *line)
{
    char *end;
    unsigned long uid = strtoul(line, &end, 10);
    struct entry *entry;

    if (end == line || *end != ' ' || uid == 0 || uid >= index->next)
        return false;
    entry = dir_index_add(index, arena);
    entry->uid = (uint32_t)uid;
    entry->name = unescape_name(arena, end + 1);
    return entry->name != NULL && entry->name[0] != '\0';
}

static bool parse_index(struct index *index, struct arena *arena, char *bytes)
{
    char *save = NULL;
    char *line = strtok_r(bytes, "\n", &save);

    if (line == NULL || sscanf(line, "uidvalidity %" SCNu32, &index->uidvalidity) != 1 ||
        index->uidvalidity == 0)
        return false;
    line = strtok_r(NULL, "\n", &save);
    if (line == NULL || sscanf(line, "next %" SCNu32, &index->next) != 1 || index->next == 0)
        return false;
    while ((line = strtok_r(NULL, "\n", &save)) != NULL) {
        if (!parse_line(index, arena, line))
            return false;
    }
    if (index->count > 1)
        qsort(index->entries, index->count, sizeof *index->entries, dir_index_compare);
    return true;
}

enum mailbox_result dir_index_read(struct dir_mailbox *dir, struct err *err_r)
{
    struct arena *arena = dir->arena;
    char *path = arena_printf(arena, "%s/" INDEX_NAME, dir_path(dir));
    char *bytes;
    size_t n;

    dir->index = (struct index){.next = 1};
    if (access(path, F_OK) != 0 && errno == ENOENT) {
        dir->index.uidvalidity = (uint32_t)time(NULL);
        dir->index.changed = true;
        return MAILBOX_OK;
    }
    if (!file_read(arena, path, INDEX_MAX, &bytes, &n, err_r))
        return MAILBOX_REFUSED;
    if (parse_index(&dir->index, arena, bytes))
        return MAILBOX_OK;
    err_set(err_r, ERR_DATA,
            "%s is damaged; remove it, then all mails count as new and known ones "
            "are found out by their content",
            path);
    return MAILBOX_REFUSED;
}

bool dir_index_write(struct dir_mailbox *dir, struct err *err_r)
{
    struct arena *arena = dir->arena;
    struct index *index = &dir->index;
    struct text text;

    if (!index->changed || dir->base.trial)
        return true;
    text_init(&text, arena);
    text_addf(&text, "uidvalidity %" PRIu32 "\nnext %" PRIu32 "\n", index->uidvalidity,
              index->next);
    for (size_t i = 0; i < index->count; i++) {
        if (index->entries[i].present)
            text_addf(&text, "%" PRIu32 " %s\n", index->entries[i].uid,
                      escape_name(arena, index->entries[i].name));
    }
    if (!file_write_durable(arena_printf(arena, "%s/" INDEX_NAME, dir_path(dir)), text.s, text.len,
                            0600, err_r))
        return false;
    index->changed = false;
    return true;
}
