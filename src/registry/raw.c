/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Raw mails: STATE/mails/ab/<sha256>.eml.  Touches no database, so that a thread beside the clerk's
 * may call it.
 */
#include "base/file.h"
#include "base/sys.h"
#include "registry/private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool sync_directory(const char *path, struct err *err_r)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot open %s", path);
    bool ok =
        sys.fsync(fd) == 0 || err_set_errno(err_r, ERR_TRY_AGAIN, "cannot make %s durable", path);
    close(fd);
    return ok;
}

/* The directory's own name must be durable before a row relies on what is in it.  It may be there
 * and not yet be durable after a crash, hence at every call. */
static bool make_drawer(const char *mails, const char *drawer, struct err *err_r)
{
    if (mkdir(drawer, 0700) != 0 && errno != EEXIST)
        return err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot make %s", drawer);
    return sync_directory(mails, err_r);
}

static bool check_sum(struct arena *arena, const struct raw_mail *raw, const struct memfd_map *map,
                      struct err *err_r)
{
    const char *sum = digest_hex(arena, map->bytes, map->n);

    if (map->n != raw->size || strcmp(sum, text_hex(arena, raw->sha256, DIGEST_SIZE)) != 0)
        return err_set(err_r, ERR_DATA,
                       "mail %lu of %s %s is not the bytes it is said to be (SHA-256 %s); it is "
                       "fetched again at the next visit",
                       (unsigned long)raw->uid, raw->mailbox, raw->folder, sum);
    return true;
}

/* Written anew even if it is there: what a crash left may be neither whole on the disk nor
 * durable, and a file that went bad is healed by the same mail. */
static bool keep_mapped(struct registry *registry, struct arena *arena, const struct raw_mail *raw,
                        const struct memfd_map *map, struct err *err_r)
{
    const char *hex = text_hex(arena, raw->sha256, DIGEST_SIZE);
    const char *mails = arena_printf(arena, "%s/" REGISTRY_MAILS, registry->directory);
    const char *drawer = arena_printf(arena, "%s/%.2s", mails, hex);
    const char *path = arena_printf(arena, "%s/%s.eml", drawer, hex);

    return check_sum(arena, raw, map, err_r) && make_drawer(mails, drawer, err_r) &&
           file_write_durable(path, map->bytes, map->n, 0600, err_r);
}

bool registry_keep_raw(struct registry *registry, const struct raw_mail *raw, struct err *err_r)
{
    struct memfd_map map;

    if (!memfd_map(raw->fd, raw->size, &map, err_r))
        return false;
    struct arena *arena = arena_new();
    bool ok = keep_mapped(registry, arena, raw, &map, err_r);
    arena_free(arena);
    memfd_unmap(&map);
    return ok;
}

bool registry_open_raw(struct registry *registry, const char *sha256_hex, int *fd_r,
                       struct err *err_r)
{
    *fd_r = -1;
    if (strlen(sha256_hex) != 2 * DIGEST_SIZE ||
        strspn(sha256_hex, "0123456789abcdef") != 2 * DIGEST_SIZE)
        return err_set(err_r, ERR_USAGE, "%.80s is no SHA-256; give 64 hexadecimal digits",
                       sha256_hex);
    struct arena *arena = arena_new();
    const char *path = arena_printf(arena, "%s/" REGISTRY_MAILS "/%.2s/%s.eml", registry->directory,
                                    sha256_hex, sha256_hex);
    *fd_r = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool ok = *fd_r >= 0 || err_set_errno(err_r, errno == ENOENT ? ERR_NO_INPUT : ERR_PERMISSION,
                                          "cannot open the mail %s", path);
    arena_free(arena);
    return ok;
}

/* ---- erasing */

static char *path_of(struct arena *arena, struct registry *registry, const char *sha256_hex)
{
    return arena_printf(arena, "%s/" REGISTRY_MAILS "/%.2s/%s.eml", registry->directory, sha256_hex,
                        sha256_hex);
}

static bool stat_raw(struct registry *registry, const char *sha256_hex, struct stat *st_r)
{
    struct arena *arena = arena_new();
    bool ok = lstat(path_of(arena, registry, sha256_hex), st_r) == 0;

    arena_free(arena);
    return ok;
}

bool registry_has_raw(struct registry *registry, const char *sha256_hex)
{
    struct stat st;

    return stat_raw(registry, sha256_hex, &st);
}

bool registry_raw_is_linked(struct registry *registry, const char *sha256_hex)
{
    struct stat st;

    return stat_raw(registry, sha256_hex, &st) && st.st_nlink > 1;
}

static bool write_zeros(int fd, off_t size, struct err *err_r)
{
    static const char zeros[65536];

    for (off_t done = 0; done < size; done += (off_t)sizeof zeros) {
        size_t n = size - done < (off_t)sizeof zeros ? (size_t)(size - done) : sizeof zeros;

        if (!file_write_all(fd, zeros, n, err_r))
            return false;
    }
    return sys.fsync(fd) == 0 || err_set_errno(err_r, ERR_TRY_AGAIN, "cannot overwrite a mail");
}

/* A file system may write elsewhere than before; where it does not, nothing can be read back. */
static bool overwrite(const char *path, struct err *err_r)
{
    struct stat st;
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0)
        return errno == ENOENT || err_set_errno(err_r, ERR_TRY_AGAIN, "cannot open %s", path);
    bool ok = fstat(fd, &st) == 0 || err_set_errno(err_r, ERR_TRY_AGAIN, "%s", path);
    if (ok && st.st_nlink == 1)
        ok = write_zeros(fd, st.st_size, err_r);
    close(fd);
    return ok;
}

bool registry_remove_raw(struct registry *registry, const char *sha256_hex, struct err *err_r)
{
    struct arena *arena = arena_new();
    const char *path = path_of(arena, registry, sha256_hex);
    const char *drawer =
        arena_printf(arena, "%s/" REGISTRY_MAILS "/%.2s", registry->directory, sha256_hex);
    bool ok = overwrite(path, err_r);

    if (ok && unlink(path) != 0 && errno != ENOENT)
        ok = err_set_errno(err_r, ERR_TRY_AGAIN, "cannot remove %s", path);
    ok = ok && (access(drawer, F_OK) != 0 || sync_directory(drawer, err_r));
    arena_free(arena);
    return ok;
}

/* ---- what a crash left */

/* file_write_durable() writes beside the file, in a hidden one. */
static void sweep_drawer(int mails, const char *drawer)
{
    int fd = openat(mails, drawer, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;

    if (directory == NULL) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while ((entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] == '.' && strstr(entry->d_name, ".eml.") != NULL)
            unlinkat(fd, entry->d_name, 0);
    }
    closedir(directory);
}

void registry_sweep_raw(struct registry *registry)
{
    struct arena *arena = arena_new();
    DIR *mails = opendir(arena_printf(arena, "%s/" REGISTRY_MAILS, registry->directory));
    const struct dirent *entry;

    arena_free(arena);
    if (mails == NULL)
        return;
    while ((entry = readdir(mails)) != NULL) {
        if (entry->d_name[0] != '.')
            sweep_drawer(dirfd(mails), entry->d_name);
    }
    closedir(mails);
}
