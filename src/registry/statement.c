/* SPDX-License-Identifier: EUPL-1.2 */
#include "registry/statement.h"

#include "registry/private.h"

#include <stdlib.h>
#include <string.h>

struct statement {
    struct registry *registry;
    sqlite3_stmt *stmt;
    struct kept_statement *kept; /* NULL: prepared for this once */
    int code;                    /* of the last step */
};

struct value value_int(int64_t n)
{
    return (struct value){.type = VALUE_INT, .n = n};
}

struct value value_id(int64_t id)
{
    return id == 0 ? (struct value){.type = VALUE_NULL} : value_int(id);
}

struct value value_moment(int64_t moment)
{
    return moment == MOMENT_NONE ? (struct value){.type = VALUE_NULL} : value_int(moment);
}

struct value value_text(const char *s)
{
    return (struct value){.type = s == NULL ? VALUE_NULL : VALUE_TEXT, .bytes = s};
}

struct value value_blob(const void *bytes, size_t n)
{
    return (struct value){.type = VALUE_BLOB, .bytes = bytes, .n = (int64_t)n};
}

struct value value_day(struct arena *arena, struct day day)
{
    return value_text(day_to_text(arena, day));
}

/* What SQLite's codes mean to who called, and what a person can do.  The first row that fits
 * counts; a primary code fits all its extended ones. */
static const struct failure {
    int code;
    enum err_kind kind;
    const char *advice;
} failures[] = {
    {SQLITE_READONLY_ROLLBACK, ERR_TRY_AGAIN, "antragd was stopped in the middle, start it once"},
    {SQLITE_READONLY_RECOVERY, ERR_TRY_AGAIN, "antragd was stopped in the middle, start it once"},
    {SQLITE_FULL, ERR_TRY_AGAIN, "make room on its disk, nothing was half done"},
    {SQLITE_BUSY, ERR_TRY_AGAIN, "another program holds it, try again"},
    {SQLITE_LOCKED, ERR_TRY_AGAIN, "another program holds it, try again"},
    {SQLITE_IOERR, ERR_TRY_AGAIN, "look at its disk and the kernel's log"},
    {SQLITE_READONLY, ERR_CANNOT_CREATE, "make the directory writable for the daemon's user"},
    {SQLITE_CANTOPEN, ERR_CANNOT_CREATE, "look at owner and mode of the directory and its files"},
    {SQLITE_PERM, ERR_CANNOT_CREATE, "look at owner and mode of the directory and its files"},
    {SQLITE_CORRUPT, ERR_DATA, "the file is damaged, restore the last backup"},
    {SQLITE_NOTADB, ERR_DATA, "the file is no registry, restore the last backup"},
};

bool statement_fail(struct registry *registry, int code, struct err *err_r)
{
    const char *what = registry->db != NULL ? sqlite3_errmsg(registry->db) : sqlite3_errstr(code);

    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        if (failures[i].code == code || failures[i].code == (code & 0xff))
            return err_set(err_r, failures[i].kind, "registry in %s: %s; %s", registry->directory,
                           what, failures[i].advice);
    }
    return err_set(err_r, ERR_BUG, "registry in %s: %s (%d); please report this",
                   registry->directory, what, code);
}

/* Names its bug itself: a count that does not match would bind NULL silently. */
static void bind_values(sqlite3_stmt *stmt, const struct value *values, size_t count)
{
    if ((size_t)sqlite3_bind_parameter_count(stmt) != count)
        panic("%zu values for: %s", count, sqlite3_sql(stmt));
    for (size_t i = 0; i < count; i++) {
        const struct value *value = &values[i];
        int code = SQLITE_OK;

        switch (value->type) {
        case VALUE_NULL:
            break;
        case VALUE_INT:
            code = sqlite3_bind_int64(stmt, (int)i + 1, value->n);
            break;
        case VALUE_TEXT:
            code = sqlite3_bind_text64(stmt, (int)i + 1, value->bytes, strlen(value->bytes),
                                       SQLITE_STATIC, SQLITE_UTF8);
            break;
        case VALUE_BLOB:
            /* a NULL pointer would bind NULL, an empty answer is still bytes */
            code = sqlite3_bind_blob64(stmt, (int)i + 1, value->bytes != NULL ? value->bytes : "",
                                       (uint64_t)value->n, SQLITE_STATIC);
            break;
        }
        if (code != SQLITE_OK)
            panic("cannot bind value %zu of: %s", i + 1, sqlite3_sql(stmt));
    }
}

static struct kept_statement *kept_find(struct registry *registry, const char *sql)
{
    for (size_t i = 0; i < registry->kept_count; i++) {
        if (registry->kept[i].sql == sql)
            return &registry->kept[i];
    }
    if (registry->kept_count == REGISTRY_KEPT_STATEMENTS)
        return NULL;
    registry->kept[registry->kept_count].sql = sql;
    return &registry->kept[registry->kept_count++];
}

bool statement_open(struct registry *registry, const char *sql, const struct value *values,
                    size_t count, struct statement **statement_r, struct err *err_r)
{
    struct kept_statement *kept = kept_find(registry, sql);
    sqlite3_stmt *stmt = NULL;

    if (kept != NULL && kept->busy)
        kept = NULL; /* in use further up: a second one for this once */
    if (kept != NULL)
        stmt = kept->stmt;
    if (stmt == NULL) {
        int code = sqlite3_prepare_v3(registry->db, sql, -1,
                                      kept != NULL ? SQLITE_PREPARE_PERSISTENT : 0, &stmt, NULL);
        if (code != SQLITE_OK)
            return statement_fail(registry, code, err_r);
    }
    if (kept != NULL) {
        kept->stmt = stmt;
        kept->busy = true;
    }
    bind_values(stmt, values, count);
    struct statement *statement = xcalloc(1, sizeof *statement);
    *statement = (struct statement){registry, stmt, kept, SQLITE_OK};
    *statement_r = statement;
    return true;
}

bool statement_next(struct statement *statement)
{
    statement->code = sqlite3_step(statement->stmt);
    return statement->code == SQLITE_ROW;
}

bool statement_close(struct statement *statement, struct err *err_r)
{
    bool ok = statement->code == SQLITE_OK || statement->code == SQLITE_ROW ||
              statement->code == SQLITE_DONE;

    if (!ok)
        statement_fail(statement->registry, statement->code, err_r);
    if (statement->kept != NULL) {
        sqlite3_reset(statement->stmt);
        sqlite3_clear_bindings(statement->stmt);
        statement->kept->busy = false;
    } else {
        sqlite3_finalize(statement->stmt);
    }
    free(statement);
    return ok;
}

bool statement_run(struct registry *registry, const char *sql, const struct value *values,
                   size_t count, struct err *err_r)
{
    struct statement *s;

    if (!statement_open(registry, sql, values, count, &s, err_r))
        return false;
    statement_next(s);
    return statement_close(s, err_r);
}

bool statement_get_int(struct registry *registry, const char *sql, const struct value *values,
                       size_t count, int64_t *n_r, struct err *err_r)
{
    struct statement *s;

    *n_r = 0;
    if (!statement_open(registry, sql, values, count, &s, err_r))
        return false;
    if (statement_next(s))
        *n_r = statement_int(s, 0);
    return statement_close(s, err_r);
}

bool statement_is_null(struct statement *statement, int column)
{
    return sqlite3_column_type(statement->stmt, column) == SQLITE_NULL;
}

int64_t statement_int(struct statement *statement, int column)
{
    return sqlite3_column_int64(statement->stmt, column);
}

int64_t statement_moment(struct statement *statement, int column)
{
    return statement_is_null(statement, column) ? MOMENT_NONE : statement_int(statement, column);
}

const char *statement_peek_text(struct statement *statement, int column)
{
    return (const char *)sqlite3_column_text(statement->stmt, column);
}

struct day statement_day(struct statement *statement, int column)
{
    const char *s = statement_peek_text(statement, column);
    struct day day;

    return s != NULL && day_parse(s, &day) ? day : DAY_NONE;
}

const char *statement_text(struct statement *statement, struct arena *arena, int column)
{
    return arena_strdup(arena, statement_peek_text(statement, column));
}

const char *statement_blob(struct statement *statement, struct arena *arena, int column,
                           size_t *n_r)
{
    const void *bytes = sqlite3_column_blob(statement->stmt, column);

    *n_r = (size_t)sqlite3_column_bytes(statement->stmt, column);
    char *copy = arena_alloc(arena, *n_r + 1);
    if (*n_r > 0)
        memcpy(copy, bytes, *n_r);
    return copy;
}

bool statement_read_texts(struct statement *statement, struct arena *arena, struct texts *texts,
                          struct err *err_r)
{
    while (statement_next(statement))
        texts_add(texts, arena, statement_text(statement, arena, 0));
    return statement_close(statement, err_r);
}

bool statement_read_ids(struct statement *statement, struct arena *arena, int64_t **ids_r,
                        size_t *count_r, struct err *err_r)
{
    size_t room = 0;

    *ids_r = NULL;
    *count_r = 0;
    while (statement_next(statement)) {
        *ids_r = registry_grow_rows(arena, *ids_r, *count_r, &room, sizeof **ids_r);
        (*ids_r)[(*count_r)++] = statement_int(statement, 0);
    }
    return statement_close(statement, err_r);
}

bool statement_script(struct registry *registry, const char *sql, struct err *err_r)
{
    int code = sqlite3_exec(registry->db, sql, NULL, NULL, NULL);

    return code == SQLITE_OK || statement_fail(registry, code, err_r);
}

void statement_forget(struct registry *registry)
{
    for (size_t i = 0; i < registry->kept_count; i++)
        sqlite3_finalize(registry->kept[i].stmt);
    registry->kept_count = 0;
    memset(registry->kept, 0, sizeof registry->kept);
}
