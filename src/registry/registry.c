/* SPDX-License-Identifier: EUPL-1.2 */
#include "registry/registry.h"

#include "base/file.h"
#include "base/sys.h"
#include "registry/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * FULL syncs the log at every commit: NORMAL would lose commits at power loss, and answers are sent
 * on the strength of a commit.  secure_delete overwrites what is freed: erased is not only
 * unlisted. recursive_triggers, so that not even REPLACE can go round the triggers that refuse
 * removals.
 */
static const char pragmas_both[] = "PRAGMA trusted_schema = OFF;"
                                   "PRAGMA cell_size_check = ON;"
                                   "PRAGMA mmap_size = 0;"
                                   "PRAGMA temp_store = MEMORY;";
static const char pragmas_write[] = "PRAGMA journal_mode = WAL;"
                                    "PRAGMA synchronous = FULL;"
                                    "PRAGMA foreign_keys = ON;"
                                    "PRAGMA recursive_triggers = ON;"
                                    "PRAGMA secure_delete = ON;"
                                    "PRAGMA journal_size_limit = 67108864;";

static char *path_in(struct arena *arena, const struct registry *registry, const char *name)
{
    return arena_printf(arena, "%s/%s", registry->directory, name);
}

/* flock(2), not a lock of the database: it also keeps two daemons from one mails directory, and
 * goes with the process however that ends. */
static bool take_lock(struct registry *registry, struct arena *arena, struct err *err_r)
{
    const char *path = path_in(arena, registry, REGISTRY_LOCK);

    registry->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (registry->lock_fd < 0)
        return err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot open the lock %s", path);
    if (flock(registry->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno == EWOULDBLOCK)
        return err_set(err_r, ERR_TRY_AGAIN,
                       "another antragd works in %s; stop it or give this one a state-directory "
                       "of its own",
                       registry->directory);
    return err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot lock %s", path);
}

/* SQLite would make the file by the umask; its -wal and -shm take over the mode. */
static bool make_file(const char *path, struct err *err_r)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0 && errno == EEXIST)
        return true;
    if (fd < 0)
        return err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot make %s", path);
    close(fd);
    return true;
}

static bool prepare_directory(struct registry *registry, struct arena *arena, struct err *err_r)
{
    return file_make_directory(registry->directory, 0700, err_r) &&
           take_lock(registry, arena, err_r) &&
           file_make_directory(path_in(arena, registry, REGISTRY_MAILS), 0700, err_r) &&
           make_file(path_in(arena, registry, REGISTRY_FILE), err_r);
}

/* SQL's own comparison without case knows ASCII only; "grüne" must find "GRÜNE". */
static void same_text(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    sqlite3_result_int(context, text_equal_nocase((const char *)sqlite3_value_text(values[0]),
                                                  (const char *)sqlite3_value_text(values[1])));
}

/*
 * A reader opens mode READONLY, but may make the -shm file of the log where no writer runs; SQLite
 * gives it to the owner of the database when root reads.
 */
static bool open_database(struct registry *registry, struct arena *arena, struct err *err_r)
{
    const char *path = path_in(arena, registry, REGISTRY_FILE);
    static const int flags[] = {
        [REGISTRY_READ] = SQLITE_OPEN_READONLY,
        [REGISTRY_WRITE] = SQLITE_OPEN_READWRITE,
        [REGISTRY_TRIAL] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
    };

    if (registry->mode == REGISTRY_READ && access(path, F_OK) != 0 && errno == ENOENT)
        return err_set(err_r, ERR_NO_INPUT,
                       "there is no registry in %s; antragd makes it when it first runs",
                       registry->directory);
    if (registry->mode == REGISTRY_READ && access(path, R_OK) != 0 && errno == EACCES)
        return err_set_errno(err_r, ERR_PERMISSION, "you may not read the registry in %s",
                             registry->directory);
    int code = sqlite3_open_v2(registry->mode == REGISTRY_TRIAL ? ":memory:" : path, &registry->db,
                               flags[registry->mode] | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        return statement_fail(registry, code, err_r);
    sqlite3_extended_result_codes(registry->db, 1);
    sqlite3_busy_timeout(registry->db, REGISTRY_BUSY_MILLISECONDS);
    sqlite3_db_config(registry->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(registry->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(registry->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_limit(registry->db, SQLITE_LIMIT_ATTACHED, 0);
    code = sqlite3_create_function(registry->db, "same_text", 2,
                                   SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL,
                                   same_text, NULL, NULL);
    if (code == SQLITE_OK)
        code = registry_add_seal(registry->db);
    if (code != SQLITE_OK)
        return statement_fail(registry, code, err_r);
    return registry->mode != REGISTRY_TRIAL || registry_copy_into_memory(registry, path, err_r);
}

static bool set_pragmas(struct registry *registry, struct err *err_r)
{
    if (!statement_script(registry, pragmas_both, err_r))
        return false;
    if (registry->mode == REGISTRY_READ)
        return statement_script(registry, "PRAGMA query_only = ON;", err_r);
    /* the log's files stay when the writer ends, so that a reader need not make them */
    int keep = 1;
    sqlite3_file_control(registry->db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    /* a log that cannot be opened to write this moment is opened to read, for as long as the handle
     * lives, without a word; only a transaction shows it */
    return statement_script(registry, pragmas_write, err_r) &&
           statement_script(registry, "BEGIN IMMEDIATE; ROLLBACK;", err_r);
}

bool registry_check(struct registry *registry, struct err *err_r)
{
    struct statement *s;
    bool sound = false;
    char words[200] = "";

    if (!statement_open(registry, "PRAGMA quick_check(1)", NULL, 0, &s, err_r))
        return false;
    if (statement_next(s)) {
        const char *answer = statement_peek_text(s, 0);
        sound = answer != NULL && strcmp(answer, "ok") == 0;
        snprintf(words, sizeof words, "%s", answer != NULL ? answer : "");
    }
    if (!statement_close(s, err_r))
        return false;
    return sound || err_set(err_r, ERR_DATA,
                            "registry in %s: %s; the file is damaged, restore the last backup",
                            registry->directory, words);
}

/* WAL is a property of the file; without it a reader would block the writer, and a "no" is only
 * told in the answer. */
static bool check_wal(struct registry *registry, struct err *err_r)
{
    struct statement *s;
    bool wal = false;

    if (!statement_open(registry, "PRAGMA journal_mode", NULL, 0, &s, err_r))
        return false;
    if (statement_next(s)) {
        const char *mode = statement_peek_text(s, 0);
        wal = mode != NULL && strcmp(mode, "wal") == 0;
    }
    if (!statement_close(s, err_r))
        return false;
    return wal || err_set(err_r, ERR_CANNOT_CREATE,
                          "registry in %s cannot have a write-ahead log; put the state-directory "
                          "on a local file system",
                          registry->directory);
}

static bool open_all(struct registry *registry, struct arena *arena, struct err *err_r)
{
    bool write = registry->mode == REGISTRY_WRITE;

    return (!write || prepare_directory(registry, arena, err_r)) &&
           open_database(registry, arena, err_r) && set_pragmas(registry, err_r) &&
           (!write || check_wal(registry, err_r)) && registry_migrate(registry, err_r) &&
           (!write || registry_check(registry, err_r));
}

bool registry_open(const char *state_directory, enum registry_mode mode,
                   struct registry **registry_r, struct err *err_r)
{
    struct registry *registry = xcalloc(1, sizeof *registry);
    struct arena *arena = arena_new();

    registry->mode = mode;
    registry->directory = xstrdup(state_directory);
    registry->lock_fd = -1;
    bool ok = open_all(registry, arena, err_r);
    arena_free(arena);
    if (ok && mode == REGISTRY_WRITE)
        registry_sweep_raw(registry);
    if (!ok) {
        registry_close(registry);
        registry = NULL;
    }
    *registry_r = registry;
    return ok;
}

void registry_close(struct registry *registry)
{
    if (registry == NULL)
        return;
    statement_forget(registry);
    sqlite3_close(registry->db);
    /* the lock goes last: nobody else may open before the database is closed */
    if (registry->lock_fd >= 0)
        close(registry->lock_fd);
    free(registry->directory);
    free(registry);
}

/* ---- transactions ------------------------------------------------------------------------------
 */

static bool batch_is_lost(const struct registry *registry)
{
    return registry->in_batch && sqlite3_get_autocommit(registry->db);
}

static bool fail_lost(struct registry *registry, struct err *err_r)
{
    return err_set(err_r, ERR_TRY_AGAIN,
                   "registry in %s: the batch was rolled back after an error; begin it again",
                   registry->directory);
}

bool registry_begin(struct registry *registry, struct err *err_r)
{
    if (registry->in_batch)
        panic("registry_begin() inside a batch");
    if (!statement_run(registry, "BEGIN IMMEDIATE", NULL, 0, err_r))
        return false;
    registry->in_batch = true;
    return true;
}

bool registry_commit(struct registry *registry, struct err *err_r)
{
    if (!registry->in_batch)
        panic("registry_commit() outside of a batch");
    bool ok = batch_is_lost(registry) ? fail_lost(registry, err_r)
                                      : statement_run(registry, "COMMIT", NULL, 0, err_r);
    if (!ok)
        registry_rollback(registry);
    registry->in_batch = false;
    return ok;
}

static void undo(struct registry *registry)
{
    struct err err;

    /* SQLite may have done it already; a failure leaves nothing to undo */
    if (!sqlite3_get_autocommit(registry->db))
        statement_run(registry, "ROLLBACK", NULL, 0, &err);
}

void registry_rollback(struct registry *registry)
{
    undo(registry);
    registry->in_batch = false;
}

bool registry_step_begin(struct registry *registry, struct err *err_r)
{
    if (batch_is_lost(registry))
        return fail_lost(registry, err_r);
    /* IMMEDIATE: SQLite waits for a lock only where nothing has been read yet */
    return statement_run(registry, registry->in_batch ? "SAVEPOINT step" : "BEGIN IMMEDIATE", NULL,
                         0, err_r);
}

bool registry_step_end(struct registry *registry, bool ok, struct err *err_r)
{
    struct err second;

    if (batch_is_lost(registry))
        return ok ? fail_lost(registry, err_r) : false;
    if (ok &&
        statement_run(registry, registry->in_batch ? "RELEASE step" : "COMMIT", NULL, 0, err_r))
        return true;
    if (!registry->in_batch) {
        undo(registry);
    } else if (!statement_run(registry, "ROLLBACK TO step", NULL, 0, &second) ||
               !statement_run(registry, "RELEASE step", NULL, 0, &second)) {
        /* what cannot be undone in part is undone as a whole; the commit will say so */
        undo(registry);
    }
    return false;
}

bool registry_part_begin(struct registry *registry, struct err *err_r)
{
    if (!registry->in_batch)
        panic("registry_part_begin() outside of a batch");
    return registry_step_begin(registry, err_r);
}

bool registry_part_end(struct registry *registry, bool ok, struct err *err_r)
{
    return registry_step_end(registry, ok, err_r);
}
