/* SPDX-License-Identifier: EUPL-1.2 */
#include "daemon/landlock.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITING                                                                 \
    (READING | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REFER)
/* Everything that the second version of the interface can forbid. */
#define EVERYTHING (((uint64_t)LANDLOCK_ACCESS_FS_REFER << 1) - 1)

void landlock_add_file(struct landlock_paths *paths, struct arena *arena, const char *file)
{
    if (file)
        texts_add(&paths->read, arena, dirname(arena_strdup(arena, file)));
}

void landlock_add_system(struct landlock_paths *paths, struct arena *arena)
{
    static const char *const directories[] = {"/etc", "/usr", "/lib", "/lib64", "/run", "/dev"};
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
        texts_add(&paths->read, arena, directories[i]);
    if (getenv("CREDENTIALS_DIRECTORY"))
        texts_add(&paths->read, arena, getenv("CREDENTIALS_DIRECTORY"));
}

/* glibc has no wrappers for these three. */
static int create_ruleset(const struct landlock_ruleset_attr *attributes, size_t size,
                          uint32_t flags)
{
    return (int)syscall(SYS_landlock_create_ruleset, attributes, size, flags);
}

static bool add_path(int ruleset, const char *path, uint64_t access)
{
    struct landlock_path_beneath_attr beneath = {
        .allowed_access = access, .parent_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (beneath.parent_fd < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES;
    long result = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
    close(beneath.parent_fd);
    return result == 0;
}

static bool add_paths(int ruleset, const struct texts *paths, uint64_t access)
{
    for (size_t i = 0; i < paths->n; i++)
        if (!add_path(ruleset, paths->v[i], access))
            return false;
    return true;
}

bool landlock_enter(const struct landlock_paths *paths, struct err *err_r)
{
    const struct landlock_ruleset_attr attributes = {.handled_access_fs = EVERYTHING};
    int version = create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 2) {
        log_event(LOG_INFO, "landlock", "text", "this kernel has none; seccomp stands alone", NULL);
        return true;
    }
    int ruleset = create_ruleset(&attributes, sizeof attributes, 0);
    bool ok = ruleset >= 0 && add_paths(ruleset, &paths->read, READING) &&
              add_paths(ruleset, &paths->write, WRITING) &&
              prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
              syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    if (!ok)
        err_set_errno(err_r, ERR_UNAVAILABLE, "sandbox: Landlock cannot be put into force");
    if (ruleset >= 0)
        close(ruleset);
    return ok;
}
