/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A folder of .eml files as a mailbox.  A file's name is its identity; the registry wants numbers,
 * so the file .antragd-uids in the folder gives each name a UID: "uidvalidity N", "next N", then
 * "UID NAME" lines with bytes outside printable ASCII as %XX.  A UID is never given twice; the
 * entry of a file that has gone is dropped, so that a later file of the same name is a new mail.
 * Where the index is lost, a new one has another UIDVALIDITY, as an IMAP server would do.
 */
#include "config.h"

#include "base/file.h"
#include "base/text.h"
#include "imap/dir_mailbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SUFFIX ".eml"
#define PEEK_BYTES 65536

struct dir_mailbox *dir_of(struct mailbox *mailbox)
{
    return (struct dir_mailbox *)mailbox;
}

static const char *watched_path(const struct mailbox *mailbox)
{
    return mailbox->conf->server.directory;
}

const char *dir_path(const struct dir_mailbox *dir)
{
    return dir->beside != NULL ? dir->beside : watched_path(&dir->base);
}

char *dir_beside(struct arena *arena, const struct mailbox *mailbox, const char *key,
                 const char *name, struct err *err_r)
{
    const char *directory = watched_path(mailbox);
    size_t n = strlen(directory);

    if (strchr(name, '/') != NULL || name[0] == '.' || name[0] == '\0') {
        err_set(err_r, ERR_CONFIG, "%s %s has to be a plain name beside the directory", key, name);
        return NULL;
    }
    while (n > 1 && directory[n - 1] == '/')
        n--;
    while (n > 0 && directory[n - 1] != '/')
        n--;
    return arena_printf(arena, "%.*s%s", (int)n, directory, name);
}

bool dir_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    return ok;
}

static bool is_mail_name(const char *name)
{
    size_t n = strlen(name), suffix = sizeof SUFFIX - 1;

    return n > suffix && name[0] != '.' && strcmp(name + n - suffix, SUFFIX) == 0;
}

/* ---- the folder ---- */

static struct entry *find_name(const struct index *index, size_t count, const char *name)
{
    const struct entry key = {.name = name};

    if (count == 0)
        return NULL;
    return bsearch(&key, index->entries, count, sizeof *index->entries, dir_index_compare);
}

static struct entry *find_uid(const struct index *index, uint32_t uid)
{
    for (size_t i = 0; i < index->count; i++) {
        if (index->entries[i].uid == uid && index->entries[i].present)
            return &index->entries[i];
    }
    return NULL;
}

static void see_file(struct dir_mailbox *dir, int fd, const char *name, size_t known)
{
    struct stat st;
    struct entry *entry;

    if (!is_mail_name(name) || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(st.st_mode))
        return;
    entry = find_name(&dir->index, known, name);
    if (entry == NULL) {
        entry = dir_index_add(&dir->index, dir->arena);
        entry->name = arena_strdup(dir->arena, name);
    }
    entry->present = true;
    entry->size = st.st_size > UINT32_MAX ? UINT32_MAX : (uint32_t)st.st_size;
    entry->modified = st.st_mtim.tv_sec;
    entry->nanoseconds = st.st_mtim.tv_nsec;
}

/* New files get their UIDs in the order in which they came. */
static int compare_arrival(const void *a, const void *b)
{
    const struct entry *x = *(const struct entry *const *)a, *y = *(const struct entry *const *)b;

    if (x->modified != y->modified)
        return x->modified < y->modified ? -1 : 1;
    if (x->nanoseconds != y->nanoseconds)
        return x->nanoseconds < y->nanoseconds ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void give_uids(struct dir_mailbox *dir)
{
    struct index *index = &dir->index;
    struct entry **fresh = arena_array(dir->arena, index->count, sizeof *fresh);
    size_t n = 0;

    for (size_t i = 0; i < index->count; i++) {
        struct entry *entry = &index->entries[i];

        if (entry->uid == 0)
            fresh[n++] = entry;
        if (entry->uid == 0 || !entry->present)
            index->changed = true;
    }
    qsort(fresh, n, sizeof *fresh, compare_arrival);
    for (size_t i = 0; i < n; i++)
        fresh[i]->uid = index->next++;
}

static enum mailbox_result read_folder(struct dir_mailbox *dir, struct err *err_r)
{
    const char *path = dir_path(dir);
    DIR *stream = opendir(path);
    size_t known = dir->index.count;
    struct dirent *item;

    if (stream == NULL) {
        err_set_errno(err_r, ERR_CONFIG, "directory %s", path);
        return MAILBOX_REFUSED;
    }
    while ((item = readdir(stream)) != NULL)
        see_file(dir, dirfd(stream), item->d_name, known);
    closedir(stream);
    give_uids(dir);
    if (!dir_index_write(dir, err_r))
        return MAILBOX_REFUSED;
    if (dir->index.count > 1)
        qsort(dir->index.entries, dir->index.count, sizeof *dir->index.entries, dir_index_compare);
    return MAILBOX_OK;
}

/* Index and folder, read afresh: other programs put files there. */
static enum mailbox_result look(struct dir_mailbox *dir, struct err *err_r)
{
    enum mailbox_result result;

    arena_free(dir->arena);
    dir->arena = arena_new();
    result = dir_index_read(dir, err_r);
    return result == MAILBOX_OK ? read_folder(dir, err_r) : result;
}

/* After a park nothing is known any more. */
static enum mailbox_result look_if_needed(struct dir_mailbox *dir, struct err *err_r)
{
    return dir->arena != NULL ? MAILBOX_OK : look(dir, err_r);
}

/* ---- news ---- */

/* Takes all that waits; true where a mail is among it. */
static bool take_events(struct dir_mailbox *dir)
{
    union {
        struct inotify_event event;
        char bytes[8192];
    } buffer;
    bool news = false;
    ssize_t n;

    if (dir->watch_fd < 0)
        return false;
    while ((n = read(dir->watch_fd, buffer.bytes, sizeof buffer.bytes)) > 0) {
        for (ssize_t at = 0; at < n;) {
            struct inotify_event event;

            memcpy(&event, buffer.bytes + at, sizeof event);
            const char *name = buffer.bytes + at + sizeof event;
            /* an overflow, or the folder itself gone, has no name */
            news = news || event.len == 0 || is_mail_name(name);
            at += (ssize_t)(sizeof event + event.len);
        }
    }
    return news;
}

/* Where the system has no watches left the folder is visited by the clock. */
static void watch_folder(struct dir_mailbox *dir)
{
    if (dir->watch_fd >= 0)
        return;
    dir->watch_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (dir->watch_fd >= 0 &&
        inotify_add_watch(dir->watch_fd, watched_path(&dir->base),
                          IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF |
                              IN_ONLYDIR) < 0) {
        close(dir->watch_fd);
        dir->watch_fd = -1;
    }
}

/* ---- the verbs ---- */

static enum mailbox_result open_here(struct dir_mailbox *dir, struct mailbox_view *view_r,
                                     struct err *err_r)
{
    enum mailbox_result result = look(dir, err_r);

    if (result == MAILBOX_OK)
        *view_r = (struct mailbox_view){
            .uidvalidity = dir->index.uidvalidity,
            .uidnext = dir->index.next,
            .can_idle = dir->watch_fd >= 0,
        };
    return result;
}

/* Of what was open nothing is known any more. */
static void leave(struct dir_mailbox *dir)
{
    arena_free(dir->arena);
    dir->arena = NULL;
    dir->index = (struct index){0};
    free(dir->beside);
    dir->beside = NULL;
}

static enum mailbox_result dir_open_other(struct mailbox *mailbox, struct mailbox_view *view_r,
                                          struct err *err_r)
{
    struct dir_mailbox *dir = dir_of(mailbox);
    struct arena *arena = arena_new();
    const char *path = dir_beside(arena, mailbox, "folder", mailbox->folder, err_r);

    leave(dir);
    if (path != NULL)
        dir->beside = xstrdup(path);
    arena_free(arena);
    return path != NULL ? open_here(dir, view_r, err_r) : MAILBOX_REFUSED;
}

static enum mailbox_result dir_open(struct mailbox *mailbox, struct mailbox_view *view_r,
                                    struct err *err_r)
{
    struct dir_mailbox *dir = dir_of(mailbox);

    leave(dir);
    watch_folder(dir); /* before looking, so that nothing comes unseen in between */
    return open_here(dir, view_r, err_r);
}

static int compare_items(const void *a, const void *b)
{
    uint32_t x = ((const struct mailbox_item *)a)->uid, y = ((const struct mailbox_item *)b)->uid;

    return x < y ? -1 : x > y;
}

static enum mailbox_result dir_list(struct mailbox *mailbox, struct arena *arena,
                                    struct mailbox_item **items_r, size_t *count_r,
                                    struct err *err_r)
{
    struct dir_mailbox *dir = dir_of(mailbox);
    enum mailbox_result result;
    size_t n = 0;

    if (dir->beside == NULL)
        take_events(dir); /* what they tell is seen now */
    result = look(dir, err_r);
    if (result != MAILBOX_OK)
        return result;
    struct mailbox_item *items = arena_array(arena, dir->index.count, sizeof *items);
    for (size_t i = 0; i < dir->index.count; i++) {
        const struct entry *entry = &dir->index.entries[i];

        if (entry->present)
            items[n++] = (struct mailbox_item){
                .uid = entry->uid, .size = entry->size, .internaldate = entry->modified};
    }
    qsort(items, n, sizeof *items, compare_items);
    *items_r = items;
    *count_r = n;
    return MAILBOX_OK;
}

static enum mailbox_result gone(uint32_t uid, struct err *err_r)
{
    err_set(err_r, ERR_NO_INPUT, "mail %" PRIu32 " is not there any more", uid);
    return MAILBOX_GONE;
}

/* At most max bytes; *more_r: there were more. */
static bool copy_bytes(int from, int to, size_t max, bool *more_r, struct err *err_r)
{
    char bytes[65536];
    size_t got = 0;

    *more_r = false;
    for (;;) {
        ssize_t n = read(from, bytes, sizeof bytes);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set_errno(err_r, ERR_TRY_AGAIN, "reading");
        if (n == 0)
            return true;
        size_t part = (size_t)n < max - got ? (size_t)n : max - got;
        if (!file_write_all(to, bytes, part, err_r))
            return false;
        got += part;
        if (part < (size_t)n) {
            *more_r = true;
            return true;
        }
    }
}

/* Whoever writes into the folder should rename a whole file into it; who does not is noticed where
 * the file changes under our hands. */
static enum mailbox_result copy_file(int from, const struct entry *entry, size_t max, int to,
                                     struct err *err_r)
{
    struct stat before, after;
    bool more;

    if (fstat(from, &before) != 0 || !S_ISREG(before.st_mode)) {
        err_set(err_r, ERR_TRY_AGAIN, "%s is no ordinary file", entry->name);
        return MAILBOX_LOST;
    }
    if (!copy_bytes(from, to, max, &more, err_r))
        return MAILBOX_LOST;
    if (more) {
        err_set(err_r, ERR_DATA, "%s has more than %zu bytes", entry->name, max);
        return MAILBOX_TOO_BIG;
    }
    if (fstat(from, &after) != 0 || after.st_size != before.st_size ||
        after.st_mtim.tv_sec != before.st_mtim.tv_sec ||
        after.st_mtim.tv_nsec != before.st_mtim.tv_nsec) {
        err_set(err_r, ERR_TRY_AGAIN, "%s is still being written", entry->name);
        return MAILBOX_LOST;
    }
    return MAILBOX_OK;
}

static enum mailbox_result dir_fetch(struct mailbox *mailbox, const struct mailbox_item *item,
                                     size_t max, int fd, struct err *err_r)
{
    struct dir_mailbox *dir = dir_of(mailbox);
    enum mailbox_result result = look_if_needed(dir, err_r);

    if (result != MAILBOX_OK)
        return result;
    const struct entry *entry = find_uid(&dir->index, item->uid);
    if (entry == NULL)
        return gone(item->uid, err_r);
    struct arena *arena = arena_new();
    int from = open(arena_printf(arena, "%s/%s", dir_path(dir), entry->name),
                    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    arena_free(arena);
    if (from < 0 && errno == ENOENT)
        return gone(item->uid, err_r);
    if (from < 0) {
        err_set_errno(err_r, ERR_PERMISSION, "%s cannot be read; correct its mode", entry->name);
        return MAILBOX_REFUSED;
    }
    result = copy_file(from, entry, max, fd, err_r);
    close(from);
    return result;
}

/* A file of the same name in the done-folder is another mail: ours gets its UID before the name. */
static bool move_file(struct dir_mailbox *dir, struct arena *arena, const struct entry *entry,
                      const char *target, struct err *err_r)
{
    char *from = arena_printf(arena, "%s/%s", dir_path(dir), entry->name);
    char *to = arena_printf(arena, "%s/%s", target, entry->name);
    int r = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);

    if (r != 0 && errno == EEXIST) {
        to = arena_printf(arena, "%s/%" PRIu32 "-%" PRIu32 "-%s", target, dir->index.uidvalidity,
                          entry->uid, entry->name);
        r = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
    }
    if (r == 0 || errno == ENOENT)
        return true;
    return err_set_errno(err_r, ERR_PERMISSION, "cannot move %s to %s", entry->name, target);
}

static enum mailbox_result dir_done(struct mailbox *mailbox, const uint32_t *uids, size_t count,
                                    struct err *err_r)
{
    struct dir_mailbox *dir = dir_of(mailbox);
    const char *done = mailbox->conf->done_folder;
    enum mailbox_result result = MAILBOX_OK;

    if (done == NULL || done[0] == '\0')
        return MAILBOX_OK;
    result = look_if_needed(dir, err_r);
    struct arena *arena = arena_new();
    char *target = dir_beside(arena, mailbox, "done-folder", done, err_r);
    if (result == MAILBOX_OK && (target == NULL || !file_make_directory(target, 0700, err_r)))
        result = MAILBOX_REFUSED;
    for (size_t i = 0; i < count && result == MAILBOX_OK; i++) {
        const struct entry *entry = find_uid(&dir->index, uids[i]);

        if (entry != NULL && !move_file(dir, arena, entry, target, err_r))
            result = MAILBOX_REFUSED;
    }
    if (result == MAILBOX_OK && !(dir_sync(target) && dir_sync(dir_path(dir)))) {
        err_set_errno(err_r, ERR_TRY_AGAIN, "writing %s out", target);
        result = MAILBOX_LOST;
    }
    arena_free(arena);
    return result;
}

static void dir_get_offer(const struct mailbox *mailbox, struct mailbox_offer *offer_r)
{
    (void)mailbox;
    *offer_r = (struct mailbox_offer){true, true, true, true};
}

static enum mailbox_result dir_find_folder(struct mailbox *mailbox, const char *folder,
                                           bool *found_r, struct err *err_r)
{
    struct arena *arena = arena_new();
    const char *path = dir_beside(arena, mailbox, "folder", folder, err_r);
    enum mailbox_result result = path != NULL ? MAILBOX_OK : MAILBOX_REFUSED;
    struct stat st;

    *found_r = path != NULL && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    arena_free(arena);
    return result;
}

/* The headers of a file are here already; who reads them looks at From only. */
static enum mailbox_result dir_peek(struct mailbox *mailbox, const struct mailbox_item *items,
                                    size_t count, const int *fds, struct err *err_r)
{
    enum mailbox_result result = MAILBOX_OK;

    for (size_t i = 0; i < count && result == MAILBOX_OK; i++) {
        result = dir_fetch(mailbox, &items[i], PEEK_BYTES, fds[i], err_r);
        if (result == MAILBOX_GONE)
            result = MAILBOX_OK;
        else if (result == MAILBOX_OK || result == MAILBOX_TOO_BIG)
            result = mailbox_cut_to_headers(fds[i], err_r) ? MAILBOX_OK : MAILBOX_LOST;
    }
    return result;
}

static bool dir_can_move(const struct mailbox *mailbox)
{
    (void)mailbox;
    return true;
}

static bool dir_stir(struct mailbox *mailbox)
{
    struct dir_mailbox *dir = dir_of(mailbox);

    return dir->watch_fd < 0 || take_events(dir);
}

static enum mailbox_result dir_park(struct mailbox *mailbox, int *fd_r, bool *stirred_r,
                                    struct err *err_r)
{
    struct dir_mailbox *dir = dir_of(mailbox);

    (void)err_r;
    leave(dir);
    *fd_r = dir->watch_fd;
    *stirred_r = take_events(dir);
    return MAILBOX_OK;
}

static void dir_close(struct mailbox *mailbox)
{
    struct dir_mailbox *dir = dir_of(mailbox);

    leave(dir);
    if (dir->watch_fd >= 0)
        close(dir->watch_fd);
    dir->watch_fd = -1;
}

static void dir_free(struct mailbox *mailbox)
{
    dir_close(mailbox);
    free(mailbox);
}

struct mailbox *dir_mailbox_new(void)
{
    static const struct mailbox_kind kind = {
        .open = dir_open,
        .open_other = dir_open_other,
        .list = dir_list,
        .fetch = dir_fetch,
        .peek = dir_peek,
        .file = dir_file,
        .done = dir_done,
        .can_move = dir_can_move,
        .get_offer = dir_get_offer,
        .find_folder = dir_find_folder,
        .park = dir_park,
        .stir = dir_stir,
        .close = dir_close,
        .free = dir_free,
    };
    struct dir_mailbox *dir = xcalloc(1, sizeof *dir);

    dir->base.kind = &kind;
    dir->watch_fd = -1;
    return &dir->base;
}
