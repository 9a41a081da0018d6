/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/file.h"

#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEALS (F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK)

/* ---- reading ---- */

/* Reads to the end; *n_r > max only says that there is more than max. */
static bool read_to_end(struct arena *arena, int fd, size_t max, char **bytes_r, size_t *n_r)
{
    struct stat st;
    size_t size = 4096;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
        size = (size_t)st.st_size;
    if (size > max)
        size = max;
    size += 2; /* one byte to see that there is more, one NUL */
    char *bytes = arena_alloc(arena, size);
    size_t n = 0;
    while (n <= max) {
        if (n + 1 >= size) {
            size_t bigger = size < max / 2 ? size * 2 : max + 2;
            bytes = arena_grow(arena, bytes, n, bigger, 1);
            size = bigger;
        }
        ssize_t got = read(fd, bytes + n, size - 1 - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    bytes[n] = '\0';
    *bytes_r = bytes;
    *n_r = n;
    return true;
}

static enum err_kind input_kind(void)
{
    return errno == EACCES || errno == EPERM ? ERR_PERMISSION : ERR_NO_INPUT;
}

bool file_read(struct arena *arena, const char *path, size_t max, char **bytes_r, size_t *n_r,
               struct err *err_r)
{
    *bytes_r = NULL;
    *n_r = 0;
    if (max > SIZE_MAX / 4)
        panic("file_read of %s: limit %zu is none", path, max);
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : sys.open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY, 0);
    if (fd < 0)
        return err_set_errno(err_r, input_kind(), "cannot open %s", path);
    char *bytes = NULL;
    size_t n = 0;
    bool ok = read_to_end(arena, fd, max, &bytes, &n);
    if (!ok)
        err_set_errno(err_r, input_kind(), "cannot read %s", path);
    else if (n > max)
        ok = err_set(err_r, ERR_DATA, "%s is larger than %zu bytes", path, max);
    if (!standard)
        close(fd);
    if (!ok)
        return false;
    *bytes_r = bytes;
    *n_r = n;
    return true;
}

/* ---- writing ---- */

bool file_write_all(int fd, const void *bytes, size_t n, struct err *err_r)
{
    const char *p = bytes;
    while (n > 0) {
        ssize_t done = sys.write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot write %zu bytes", n);
        p += done;
        n -= (size_t)done;
    }
    return true;
}

static char *directory_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return arena_strdup(arena, ".");
    return slash == path ? arena_strdup(arena, "/")
                         : arena_strndup(arena, path, (size_t)(slash - path));
}

/* A name made durable is one whose directory has reached the disk (fsync(2), notes). */
static bool sync_directory(const char *path, struct err *err_r)
{
    int fd = sys.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd < 0)
        return err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot open directory %s", path);
    bool ok = sys.fsync(fd) == 0;
    if (!ok)
        err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot fsync directory %s", path);
    close(fd);
    return ok;
}

/* Beside the file and hidden, so that who lists the directory does not take it for a whole one. */
static char *temporary_name(struct arena *arena, const char *path)
{
    uint64_t random = 0;
    while (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        if (errno != EINTR)
            panic("getrandom: %s", strerror(errno));
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    return arena_printf(arena, "%.*s.%s.%016llx", (int)(name - path), path, name,
                        (unsigned long long)random);
}

static bool fill_and_sync(int fd, const char *path, const void *bytes, size_t n, mode_t mode,
                          struct err *err_r)
{
    if (fchmod(fd, mode) != 0)
        return err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot set the mode of %s", path);
    if (!file_write_all(fd, bytes, n, err_r))
        return err_add_where(err_r, "%s", path);
    if (sys.fsync(fd) != 0)
        return err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot fsync %s", path);
    return true;
}

static bool write_durable(struct arena *arena, const char *path, const void *bytes, size_t n,
                          mode_t mode, struct err *err_r)
{
    const char *temporary = temporary_name(arena, path);
    int fd = sys.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot create %s", temporary);
    bool ok = fill_and_sync(fd, temporary, bytes, n, mode, err_r);
    if (close(fd) != 0 && ok)
        ok = err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot close %s", temporary);
    if (ok && sys.rename(temporary, path) != 0)
        ok = err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot rename %s to %s", temporary, path);
    if (!ok) {
        unlink(temporary);
        return false;
    }
    return sync_directory(directory_of(arena, path), err_r);
}

bool file_write_durable(const char *path, const void *bytes, size_t n, mode_t mode,
                        struct err *err_r)
{
    struct arena *arena = arena_new();
    bool ok = write_durable(arena, path, bytes, n, mode, err_r);
    arena_free(arena);
    return ok;
}

/* ---- directories ---- */

static bool make_one(struct arena *arena, const char *path, mode_t mode, struct err *err_r)
{
    if (mkdir(path, mode) == 0)
        return sync_directory(directory_of(arena, path), err_r);
    int number = errno;
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return true;
    errno = number;
    return err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot make directory %s", path);
}

static bool make_all(struct arena *arena, char *path, mode_t mode, struct err *err_r)
{
    for (char *p = path + 1; path[0] != '\0' && *p != '\0'; p++) {
        if (*p != '/' || p[-1] == '/')
            continue;
        *p = '\0';
        bool ok = make_one(arena, path, mode, err_r);
        *p = '/';
        if (!ok)
            return false;
    }
    return make_one(arena, path, mode, err_r);
}

bool file_make_directory(const char *path, mode_t mode, struct err *err_r)
{
    struct arena *arena = arena_new();
    bool ok = make_all(arena, arena_strdup(arena, path), mode, err_r);
    arena_free(arena);
    return ok;
}

/* ---- sealed memory ---- */

bool memfd_new(const char *name, int *fd_r, struct err *err_r)
{
    *fd_r = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (*fd_r < 0)
        return err_set_errno(err_r, ERR_TRY_AGAIN, "cannot make memory \"%s\"", name);
    return true;
}

bool memfd_seal(int fd, struct err *err_r)
{
    if (fcntl(fd, F_ADD_SEALS, SEALS | F_SEAL_SEAL) != 0)
        return err_set_errno(err_r, ERR_TRY_AGAIN, "cannot seal memory");
    return true;
}

static bool fill_and_seal(int fd, const void *bytes, size_t n, struct err *err_r)
{
    /* the size first: a limit on file sizes shows before anything is written */
    if (sys.ftruncate(fd, (off_t)n) != 0)
        return err_set_errno(err_r, ERR_TRY_AGAIN, "cannot make memory of %zu bytes", n);
    return file_write_all(fd, bytes, n, err_r) && memfd_seal(fd, err_r);
}

bool memfd_from(const char *name, const void *bytes, size_t n, int *fd_r, struct err *err_r)
{
    int fd;
    *fd_r = -1;
    if (!memfd_new(name, &fd, err_r))
        return false;
    if (!fill_and_seal(fd, bytes, n, err_r)) {
        close(fd);
        return err_add_where(err_r, "memory \"%s\"", name);
    }
    *fd_r = fd;
    return true;
}

bool memfd_map(int fd, size_t max, struct memfd_map *map_r, struct err *err_r)
{
    *map_r = (struct memfd_map){.bytes = "", .n = 0};
    int seals = fcntl(fd, F_GET_SEALS);
    if (seals < 0)
        return err_set_errno(err_r, ERR_DATA, "descriptor %d is no memory that can be sealed", fd);
    if ((seals & SEALS) != SEALS)
        return err_set(err_r, ERR_DATA, "memory in descriptor %d is not sealed", fd);
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_set_errno(err_r, ERR_DATA, "memory in descriptor %d", fd);
    if ((uintmax_t)st.st_size > max)
        return err_set(err_r, ERR_DATA, "memory of %jd bytes is larger than %zu",
                       (intmax_t)st.st_size, max);
    if (st.st_size == 0)
        return true;
    /* private, since kernels before 6.7 refuse a shared mapping of what is sealed against writing
     */
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return err_set_errno(err_r, ERR_TRY_AGAIN, "cannot map memory of %jd bytes",
                             (intmax_t)st.st_size);
    *map_r = (struct memfd_map){.bytes = p, .n = (size_t)st.st_size};
    return true;
}

void memfd_unmap(struct memfd_map *map)
{
    /* munmap(2) takes a pointer to what it does not change */
    if (map->n > 0)
        munmap((void *)(uintptr_t)map->bytes, map->n);
    *map = (struct memfd_map){.bytes = "", .n = 0};
}
