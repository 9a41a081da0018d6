/* SPDX-License-Identifier: EUPL-1.2 */
#include "pipeline/tables.h"

#include "base/digest.h"
#include "base/file.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TABLE_MAX (16u * 1024 * 1024)
#define KINDS 2

enum { ROSTER, MEETINGS };
static const char *const kind_names[KINDS] = {[ROSTER] = "roster", [MEETINGS] = "meetings"};

/* By which a change is seen without reading; all zero: no file. */
struct stamp {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified, changed;
};

struct one {
    const char *path; /* NULL: the body has none */
    char *copy;       /* where the last good one is kept */
    struct stamp stamp;
    bool looked;
    char *bytes; /* of the last good one */
    size_t n;
};

struct tables {
    const struct conf_body *own;
    bool keep;
    struct arena *arena; /* of what the body has now; NULL: its own */
    struct one files[KINDS];
};

/* A body's title may hold anything but controls. */
static char *copy_path(const char *state_directory, const char *body, int kind)
{
    struct arena *arena = arena_new();
    char *path = xstrdup(arena_printf(arena, "%s/tables/%.16s.%s.csv", state_directory,
                                      digest_hex(arena, body, strlen(body)), kind_names[kind]));

    arena_free(arena);
    return path;
}

struct tables *tables_new(const struct conf_body *own, const char *state_directory, bool keep)
{
    struct tables *tables = xcalloc(1, sizeof *tables);

    tables->own = own;
    tables->keep = keep;
    tables->files[ROSTER].path = own->roster_file;
    tables->files[MEETINGS].path = own->meetings_file;
    for (int kind = 0; kind < KINDS; kind++)
        tables->files[kind].copy = copy_path(state_directory, own->id, kind);
    return tables;
}

void tables_free(struct tables *tables)
{
    if (tables == NULL)
        return;
    for (int kind = 0; kind < KINDS; kind++) {
        free(tables->files[kind].copy);
        free(tables->files[kind].bytes);
    }
    arena_free(tables->arena);
    free(tables);
}

/* ---- one file ---------------------------------------------------------------------------------
 */

static struct stamp look_at(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return (struct stamp){0};
    return (struct stamp){.device = st.st_dev,
                          .inode = st.st_ino,
                          .size = st.st_size,
                          .modified = st.st_mtim,
                          .changed = st.st_ctim};
}

static bool is_same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool has_changed(struct one *file)
{
    struct stamp now = look_at(file->path);
    bool changed = !file->looked || now.device != file->stamp.device ||
                   now.inode != file->stamp.inode || now.size != file->stamp.size ||
                   !is_same_time(now.modified, file->stamp.modified) ||
                   !is_same_time(now.changed, file->stamp.changed);

    file->looked = true;
    file->stamp = now;
    return changed;
}

/* Whether the body would be sound with this table alone. */
static bool is_good(const struct tables *tables, int kind, const struct conf_table *table,
                    struct texts *mistakes, struct arena *arena, struct err *err_r)
{
    const struct conf_table none = {0};
    const struct conf_body *joined;
    struct arena *scratch = arena_new();
    struct texts found = {0};
    bool good = conf_join_tables(tables->own, kind == ROSTER ? table : &none,
                                 kind == MEETINGS ? table : &none, scratch, &joined, &found, err_r);

    for (size_t i = 0; i < found.n; i++)
        texts_add(mistakes, arena, arena_strdup(arena, found.v[i]));
    arena_free(scratch);
    return good;
}

static void take(struct one *file, const char *bytes, size_t n)
{
    free(file->bytes);
    file->bytes = xcalloc(1, n + 1);
    memcpy(file->bytes, bytes, n);
    file->n = n;
}

/* Not to have the copy is no reason to stop. */
static void keep_copy(const struct one *file, struct arena *arena)
{
    struct err err;
    char *directory = arena_strdup(arena, file->copy);

    *strrchr(directory, '/') = '\0';
    if (!file_make_directory(directory, 0700, &err) ||
        !file_write_durable(file->copy, file->bytes, file->n, 0600, &err))
        log_event(LOG_WARN, "tables", "path", file->path, "error", err.text, NULL);
}

/* Reads a file that has changed.  Where it is bad, the copy of the last good one has to do. */
static bool read_one(struct tables *tables, int kind, struct arena *arena,
                     struct tables_mistake **bad_r, struct err *err_r)
{
    struct one *file = &tables->files[kind];
    struct conf_table table = {.path = file->path};
    struct tables_mistake *bad = ARENA_NEW(arena, struct tables_mistake);
    struct err err;
    char *bytes;

    *bad = (struct tables_mistake){.path = file->path, .digest = "missing"};
    if (!file_read(arena, file->path, TABLE_MAX, &bytes, &table.n, err_r)) {
        texts_add(&bad->mistakes, arena, arena_strdup(arena, err_r->text));
    } else {
        table.bytes = bytes;
        if (is_good(tables, kind, &table, &bad->mistakes, arena, err_r)) {
            take(file, bytes, table.n);
            if (tables->keep)
                keep_copy(file, arena);
            return true;
        }
        bad->digest = digest_hex(arena, bytes, table.n);
    }
    *bad_r = bad;
    if (file->bytes != NULL)
        return true;
    table.path = file->copy;
    if (!file_read(arena, file->copy, TABLE_MAX, &bytes, &table.n, &err))
        return false; /* the first error is the one to be told */
    table.bytes = bytes;
    if (!is_good(tables, kind, &table, &(struct texts){0}, arena, &err))
        return false;
    take(file, bytes, table.n);
    return true;
}

/* ---- both together ----------------------------------------------------------------------------
 */

static bool join(struct tables *tables, struct conf_body *body, struct err *err_r)
{
    struct arena *fresh = arena_new();
    struct conf_table read[KINDS];
    struct texts mistakes = {0};
    const struct conf_body *joined;

    for (int kind = 0; kind < KINDS; kind++)
        read[kind] = (struct conf_table){.path = tables->files[kind].path,
                                         .bytes = tables->files[kind].bytes,
                                         .n = tables->files[kind].n};
    if (!conf_join_tables(tables->own, &read[ROSTER], &read[MEETINGS], fresh, &joined, &mistakes,
                          err_r)) {
        arena_free(fresh);
        return false;
    }
    body->factions = joined->factions;
    body->faction_count = joined->faction_count;
    body->councils = joined->councils;
    body->council_count = joined->council_count;
    arena_free(tables->arena);
    tables->arena = fresh;
    return true;
}

bool tables_refresh(struct tables *tables, struct conf_body *body, struct arena *arena,
                    struct tables_news *news_r, struct err *err_r)
{
    bool changed = false;

    *news_r = (struct tables_news){0};
    for (int kind = 0; kind < KINDS; kind++) {
        if (tables->files[kind].path == NULL || !has_changed(&tables->files[kind]))
            continue;
        changed = true;
        if (!read_one(tables, kind, arena, &news_r->bad[kind], err_r))
            return false;
    }
    news_r->changed = changed && join(tables, body, err_r);
    return news_r->changed == changed;
}
