/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Copies of the whole: into a file, for a backup, and into memory, for trying out.  SQLite's backup
 * API reads one state of the database whatever the writer does meanwhile.
 */
#include "base/file.h"
#include "base/sys.h"
#include "registry/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_MAX ((size_t)4 * 1024 * 1024 * 1024)

static bool fail_copy(const char *path, int code, const char *words, struct err *err_r)
{
    return err_set(err_r, code == SQLITE_FULL ? ERR_CANNOT_CREATE : ERR_TRY_AGAIN,
                   "copying the registry to %s: %s", path, words);
}

/* All pages of from, as of one moment. */
static bool copy_pages(sqlite3 *from, sqlite3 *to, const char *path, struct err *err_r)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");

    if (backup == NULL)
        return fail_copy(path, sqlite3_errcode(to), sqlite3_errmsg(to), err_r);
    int code = sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
    return code == SQLITE_DONE || fail_copy(path, code, sqlite3_errstr(code), err_r);
}

/* ---- into memory ---- */

bool registry_copy_into_memory(struct registry *registry, const char *path, struct err *err_r)
{
    sqlite3 *from;

    if (access(path, F_OK) != 0 && errno == ENOENT)
        return true; /* never made: an empty one then */
    int code = sqlite3_open_v2(path, &from, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    bool ok = code == SQLITE_OK ? copy_pages(from, registry->db, "memory", err_r)
                                : fail_copy("memory", code, sqlite3_errmsg(from), err_r);
    sqlite3_close(from);
    return ok;
}

/* ---- into a file ---- */

static int note_answer(void *context, int count, char **values, char **names)
{
    char *answer = context;

    (void)names;
    snprintf(answer, 200, "%s", count > 0 && values[0] != NULL ? values[0] : "nothing");
    return SQLITE_ABORT; /* the first row is enough */
}

/* Where an erasure is not finished (finish.c), it is in the copy.  A failure leaves what the
 * original has, and shows below if it is one of the file. */
static void leave_erased(sqlite3 *db)
{
    char pending[200] = "";

    sqlite3_exec(db, "SELECT 1 FROM erasures LIMIT 1", note_answer, pending, NULL);
    if (pending[0] != '\0')
        sqlite3_exec(db, "INSERT INTO search (search) VALUES ('optimize'); VACUUM", NULL, NULL,
                     NULL);
}

/* Without a log of its own, so that the one file is all of it; then looked through. */
static bool finish_copy(sqlite3 *db, const char *path, struct err *err_r)
{
    char answer[200] = "", broken[200] = "";

    sqlite3_exec(db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    leave_erased(db);
    sqlite3_exec(db, "PRAGMA integrity_check(1)", note_answer, answer, NULL);
    sqlite3_exec(db, "PRAGMA foreign_key_check", note_answer, broken, NULL);
    if (strcmp(answer, "ok") == 0 && broken[0] == '\0')
        return true;
    return err_set(err_r, ERR_DATA,
                   "the copy %s is not sound (%s%s); the registry itself may be damaged, see "
                   "antragctl check",
                   path, answer, broken[0] != '\0' ? "; a row refers to nothing" : "");
}

static bool write_copy(struct registry *registry, const char *path, struct err *err_r)
{
    sqlite3 *db;
    int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    bool ok = code == SQLITE_OK
                  ? copy_pages(registry->db, db, path, err_r) && finish_copy(db, path, err_r)
                  : fail_copy(path, code, sqlite3_errmsg(db), err_r);

    sqlite3_close(db);
    return ok;
}

static bool make_durable(const char *path, int flags, struct err *err_r)
{
    int fd = open(path, flags | O_CLOEXEC);
    bool ok = fd >= 0 && sys.fsync(fd) == 0;

    if (!ok)
        err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot make %s durable", path);
    if (fd >= 0)
        close(fd);
    return ok;
}

static const char *directory_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return ".";
    return slash == path ? "/" : arena_strndup(arena, path, (size_t)(slash - path));
}

static bool copy_database(struct registry *registry, struct arena *arena, const char *path,
                          struct err *err_r)
{
    const char *beside = arena_printf(arena, "%s.%ld.tmp", path, (long)getpid());
    int fd = open(beside, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot make %s", beside);
    close(fd);
    bool ok = write_copy(registry, beside, err_r) && make_durable(beside, O_RDONLY, err_r);
    if (ok && rename(beside, path) != 0)
        ok = err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot rename %s", beside);
    if (!ok) {
        unlink(beside);
        return false;
    }
    return make_durable(directory_of(arena, path), O_RDONLY | O_DIRECTORY, err_r);
}

/* ---- the mails beside it ---- */

static bool copy_bytes(struct arena *arena, const char *from, const char *to, struct err *err_r)
{
    char *bytes;
    size_t n;

    return file_read(arena, from, COPY_MAX, &bytes, &n, err_r) &&
           file_write_durable(to, bytes, n, 0600, err_r);
}

/* A mail's file is never written to again, only replaced: a second name for it is as good as a copy
 * where both lie on one disk. */
static bool copy_mail(const char *from, const char *to, bool *missing_r, struct err *err_r)
{
    *missing_r = false;
    if (link(from, to) == 0 || errno == EEXIST)
        return true;
    if (errno == ENOENT && access(from, F_OK) != 0) {
        *missing_r = true;
        return true;
    }
    struct arena *arena = arena_new(); /* a mail may be large: its memory goes with it */
    bool ok = copy_bytes(arena, from, to, err_r);
    arena_free(arena);
    return ok;
}

static bool copy_named(struct registry *registry, struct arena *arena, const char *mails,
                       const char *sha256, struct backup_counts *counts, struct err *err_r)
{
    bool missing;
    const char *from = arena_printf(arena, "%s/" REGISTRY_MAILS "/%.2s/%s.eml", registry->directory,
                                    sha256, sha256);
    const char *drawer = arena_printf(arena, "%s/%.2s", mails, sha256);

    if (mkdir(drawer, 0700) != 0 && errno != EEXIST)
        return err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot make %s", drawer);
    if (!copy_mail(from, arena_printf(arena, "%s/%s.eml", drawer, sha256), &missing, err_r))
        return false;
    counts->mails += !missing;
    counts->missing += missing;
    return true;
}

/* An older backup under this name may have had them. */
static bool forget_erased(struct arena *arena, const char *mails, const struct texts *sums,
                          struct err *err_r)
{
    for (size_t i = 0; i < sums->n; i++) {
        const char *path = arena_printf(arena, "%s/%.2s/%s.eml", mails, sums->v[i], sums->v[i]);

        if (unlink(path) != 0 && errno != ENOENT)
            return err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot remove %s", path);
    }
    return true;
}

/* The directories, at the end and each once: the names in them are what must last. */
static bool make_mails_durable(struct arena *arena, const char *mails, struct err *err_r)
{
    for (int i = 0; i < 256; i++) {
        const char *drawer = arena_printf(arena, "%s/%02x", mails, (unsigned)i);

        if (access(drawer, F_OK) == 0 && !make_durable(drawer, O_RDONLY | O_DIRECTORY, err_r))
            return false;
    }
    return make_durable(mails, O_RDONLY | O_DIRECTORY, err_r) &&
           make_durable(directory_of(arena, mails), O_RDONLY | O_DIRECTORY, err_r);
}

/* The rows that the copy has, not those of now: what came later is the next backup's. */
static const char mails_kept[] = "SELECT DISTINCT sha256 FROM messages WHERE sha256 IS NOT NULL"
                                 " AND erased_at IS NULL ORDER BY sha256";
static const char mails_erased[] = "SELECT DISTINCT sha256 FROM messages m"
                                   " WHERE erased_at IS NOT NULL AND NOT EXISTS (SELECT 1"
                                   " FROM messages o WHERE o.sha256 = m.sha256"
                                   " AND o.erased_at IS NULL) ORDER BY sha256";

static bool list_mails(struct arena *arena, const char *path, const char *query, struct texts *sums,
                       struct err *err_r)
{
    sqlite3 *db;
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(db, query, -1, &stmt, NULL);
    while (code == SQLITE_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
        texts_add(sums, arena, arena_strdup(arena, (const char *)sqlite3_column_text(stmt, 0)));
        code = SQLITE_OK;
    }
    bool ok = code == SQLITE_DONE || fail_copy(path, code, sqlite3_errmsg(db), err_r);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return ok;
}

static bool copy_mails(struct registry *registry, struct arena *arena, const char *path,
                       struct backup_counts *counts_r, struct err *err_r)
{
    const char *mails = arena_printf(arena, "%s.mails", path);
    struct texts sums = {0}, erased = {0};

    if (!list_mails(arena, path, mails_kept, &sums, err_r) ||
        !list_mails(arena, path, mails_erased, &erased, err_r) ||
        !file_make_directory(mails, 0700, err_r))
        return false;
    for (size_t i = 0; i < sums.n; i++) {
        if (!copy_named(registry, arena, mails, sums.v[i], counts_r, err_r))
            return false;
    }
    return forget_erased(arena, mails, &erased, err_r) && make_mails_durable(arena, mails, err_r);
}

bool registry_backup(struct registry *registry, const char *path, struct backup_counts *counts_r,
                     struct err *err_r)
{
    struct arena *arena = arena_new();

    *counts_r = (struct backup_counts){0};
    bool ok = copy_database(registry, arena, path, err_r) &&
              copy_mails(registry, arena, path, counts_r, err_r);
    arena_free(arena);
    return ok;
}
