/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * SQLite as this folder uses it: statements with fixed texts, prepared once and kept, values bound
 * by type, one place where SQLite's codes become a struct err.
 *
 *     struct statement *s;
 *     if (!STATEMENT_OPEN(registry, &s, err_r, "SELECT id FROM messages WHERE body = ?",
 *                         value_text(body)))
 *         return false;
 *     while (statement_next(s))
 *         use(statement_int(s, 0));
 *     return statement_close(s, err_r);
 *
 * An error in the middle ends the loop and shows at statement_close(), so that nothing between is
 * taken for the whole.
 */
#ifndef REGISTRY_STATEMENT_H
#define REGISTRY_STATEMENT_H

#include "base/day.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct registry;
struct statement;

enum value_type { VALUE_NULL, VALUE_INT, VALUE_TEXT, VALUE_BLOB };

/* Borrowed until statement_close(). */
struct value {
    enum value_type type;
    int64_t n; /* the number, or the size of the blob */
    const void *bytes;
};

struct value value_int(int64_t n);
struct value value_id(int64_t id);         /* 0: NULL */
struct value value_moment(int64_t moment); /* MOMENT_NONE: NULL */
struct value value_text(const char *s);    /* NULL: NULL */
struct value value_blob(const void *bytes, size_t n);
/* ISO 8601; DAY_NONE: NULL */
struct value value_day(struct arena *arena, struct day day);

/* sql must be a constant (its address is the key of the cache); values in the order of ?1, ?2. */
bool statement_open(struct registry *registry, const char *sql, const struct value *values,
                    size_t count, struct statement **statement_r, struct err *err_r);
bool statement_next(struct statement *statement);
/* False where a step failed; the statement is gone in any case. */
bool statement_close(struct statement *statement, struct err *err_r);
/* All of it for a statement without rows. */
bool statement_run(struct registry *registry, const char *sql, const struct value *values,
                   size_t count, struct err *err_r);
/* The first column of the first row, 0 where there is no row or it is NULL. */
bool statement_get_int(struct registry *registry, const char *sql, const struct value *values,
                       size_t count, int64_t *n_r, struct err *err_r);

#define STATEMENT_VALUES(...)            \
    (const struct value[]){__VA_ARGS__}, \
        sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value)
#define STATEMENT_OPEN(registry, statement_r, err_r, sql, ...) \
    statement_open((registry), (sql), STATEMENT_VALUES(__VA_ARGS__), (statement_r), (err_r))
#define STATEMENT_RUN(registry, err_r, sql, ...) \
    statement_run((registry), (sql), STATEMENT_VALUES(__VA_ARGS__), (err_r))
#define STATEMENT_GET(registry, n_r, err_r, sql, ...) \
    statement_get_int((registry), (sql), STATEMENT_VALUES(__VA_ARGS__), (n_r), (err_r))

/* Of the present row; texts and blobs are copied into the arena. */
bool statement_is_null(struct statement *statement, int column);
int64_t statement_int(struct statement *statement, int column);
int64_t statement_moment(struct statement *statement, int column);
struct day statement_day(struct statement *statement, int column);
const char *statement_text(struct statement *statement, struct arena *arena, int column);
const char *statement_blob(struct statement *statement, struct arena *arena, int column,
                           size_t *n_r);
/* Borrowed until the next step. */
const char *statement_peek_text(struct statement *statement, int column);

/* The first column of all rows; the texts are added to what the list has.  The statement is closed
 * with it. */
bool statement_read_texts(struct statement *statement, struct arena *arena, struct texts *texts,
                          struct err *err_r);
bool statement_read_ids(struct statement *statement, struct arena *arena, int64_t **ids_r,
                        size_t *count_r, struct err *err_r);

/* Several statements without values, not kept: schema, pragmas. */
bool statement_script(struct registry *registry, const char *sql, struct err *err_r);

/* Words for the last failure of the connection, what to do included; returns false. */
bool statement_fail(struct registry *registry, int code, struct err *err_r);

/* Ends all kept statements. */
void statement_forget(struct registry *registry);

#endif
