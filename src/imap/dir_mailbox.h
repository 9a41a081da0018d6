/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of the folder kind of mailbox share; only for src/imap. */
#ifndef IMAP_DIR_MAILBOX_H
#define IMAP_DIR_MAILBOX_H

#include "base/arena.h"
#include "imap/mailbox_kind.h"

struct entry {
    uint32_t uid; /* 0: not yet given */
    const char *name;
    uint32_t size;
    int64_t modified;
    int64_t nanoseconds;
    bool present;
};

struct index {
    uint32_t uidvalidity;
    uint32_t next;
    struct entry *entries; /* sorted by name */
    size_t count;
    bool changed;
};

struct dir_mailbox {
    struct mailbox base;
    int watch_fd;        /* inotify, -1: closed, or the system has none left */
    char *beside;        /* path of another folder that is open; NULL: the one that is watched */
    struct arena *arena; /* of the index */
    struct index index;
};

struct dir_mailbox *dir_of(struct mailbox *mailbox);

/* The directory that is open: the one that is watched, or one beside it. */
const char *dir_path(const struct dir_mailbox *dir);
/* "/srv/in" and "Registriert" give "/srv/Registriert"; NULL where it is no plain name.  key: whose
 * value it is. */
char *dir_beside(struct arena *arena, const struct mailbox *mailbox, const char *key,
                 const char *name, struct err *err_r);
bool dir_sync(const char *path);

/* ---- dir_index.c: the names' numbers as a file; all of it in dir->arena */

/* Any program may have put any name there. */
enum mailbox_result dir_index_read(struct dir_mailbox *dir, struct err *err_r);
/* Where it changed, and not in a trial. */
bool dir_index_write(struct dir_mailbox *dir, struct err *err_r);
/* One more, of which nothing is known. */
struct entry *dir_index_add(struct index *index, struct arena *arena);
/* By name, for qsort() and bsearch(). */
int dir_index_compare(const void *a, const void *b);

/* ---- dir_file.c */
enum mailbox_result dir_file(struct mailbox *mailbox, const struct mailbox_copy *copy,
                             struct mailbox_filed *filed_r, struct err *err_r);

#endif
