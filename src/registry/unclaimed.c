/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Raw mails without a row.  Where the daemon is killed after a mail's bytes are durable and before
 * its row is, the mail is fetched again and claims its file.  Was it taken out of the folder
 * meanwhile, the file is all that there is of it: it stays, and is named to people.
 */
#include "registry/private.h"

#include "base/digest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENDING ".eml"
#define SUM_LENGTH ((size_t)2 * DIGEST_SIZE)

struct search {
    struct registry *registry;
    struct arena *arena;
    int64_t before; /* younger ones may be claimed yet */
    struct texts *found;
};

/* Its sum, or NULL for any other file. */
static const char *sum_of(struct arena *arena, const char *name)
{
    if (strlen(name) != SUM_LENGTH + strlen(ENDING) || strcmp(name + SUM_LENGTH, ENDING) != 0 ||
        strspn(name, "0123456789abcdef") != SUM_LENGTH)
        return NULL;
    return arena_strndup(arena, name, SUM_LENGTH);
}

static bool add_unclaimed(const struct search *search, int drawer, const char *path,
                          const char *name, struct err *err_r)
{
    const char *sum = sum_of(search->arena, name);
    struct stat st;
    int64_t rows;

    if (sum == NULL)
        return true;
    if (!STATEMENT_GET(search->registry, &rows, err_r,
                       "SELECT EXISTS (SELECT 1 FROM messages WHERE sha256 = ?)", value_text(sum)))
        return false;
    if (rows == 0 && fstatat(drawer, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
        st.st_mtime < search->before)
        texts_add(search->found, search->arena, arena_printf(search->arena, "%s/%s", path, name));
    return true;
}

static bool look_in(const struct search *search, const char *path, struct err *err_r)
{
    DIR *directory = opendir(path);
    const struct dirent *entry;
    bool ok = true;

    if (directory == NULL)
        return errno == ENOTDIR || errno == ENOENT ||
               err_set_errno(err_r, ERR_PERMISSION, "cannot look into %s", path);
    while (ok && (entry = readdir(directory)) != NULL)
        ok = add_unclaimed(search, dirfd(directory), path, entry->d_name, err_r);
    closedir(directory);
    return ok;
}

bool registry_list_unclaimed(struct registry *registry, struct arena *arena, int64_t before,
                             struct texts *paths_r, struct err *err_r)
{
    const struct search search = {registry, arena, before, paths_r};
    const char *mails = arena_printf(arena, "%s/" REGISTRY_MAILS, registry->directory);
    DIR *directory = opendir(mails);
    const struct dirent *entry;
    bool ok = true;

    *paths_r = (struct texts){0};
    if (directory == NULL)
        return errno == ENOENT ||
               err_set_errno(err_r, ERR_PERMISSION, "cannot look into %s", mails);
    while (ok && (entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] != '.')
            ok = look_in(&search, arena_printf(arena, "%s/%s", mails, entry->d_name), err_r);
    }
    closedir(directory);
    return ok;
}
