/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What erasing leaves in the files beside the rows, in pieces of bounded work:
 *
 *   gathered   mails to the office that told of it among others lose their bytes once they are out
 *   index      FTS5 keeps what was deleted until its segments are merged
 *   raw        the mail's own file, unless another message has the same bytes
 *   log        the write-ahead log holds older states of the pages
 *   gaps       secure_delete overwrites what is freed, and yet a page that was split keeps copies
 * of cells that moved in the space between its pointers and its cells (measured: in one of ten
 * registries).  VACUUM would remove them, and stop the clerk for as long as it takes to write the
 * file anew; so they are overwritten where they are.
 */
#include "registry/erase.h"

#include "registry/private.h"

#define INDEX_PAGES 256
#define GAP_PAGES 2048
#define LOG_MILLISECONDS 100 /* how long the log waits for a reader to end */

static bool count_erasures(struct registry *registry, int64_t *n_r, struct err *err_r)
{
    return statement_get_int(registry, "SELECT count(*) FROM erasures", NULL, 0, n_r, err_r);
}

/* ---- gathered mails */

/* What a clock says that was ahead for a while is no order; events have one. */
#define WHILE_THERE                                                              \
    "(SELECT min(c.seq) FROM events c WHERE c.delivery = deliveries.id) BETWEEN" \
    " (SELECT min(c.seq) FROM events c WHERE c.message = m.id) AND"              \
    " (SELECT max(c.seq) FROM events c WHERE c.message = m.id AND c.event = 'erased')"
/* Which mails such a one told of is not known: of that body, made while the words were there. */
#define GATHERED                                                                            \
    "message IS NULL AND erased_at IS NULL AND EXISTS (SELECT 1 FROM erasures e"            \
    " JOIN messages m ON m.id = e.message WHERE m.body = deliveries.body"                   \
    " AND (deliveries.created_at BETWEEN m.registered_at AND m.erased_at"                   \
    "  OR (max(m.registered_at, deliveries.created_at) > m.erased_at AND " WHILE_THERE "))" \
    " AND (deliveries.kind IN ('notice', 'review') OR deliveries.id IN"                     \
    "  (SELECT g.gathered_in FROM deliveries g WHERE g.message = m.id)))"
#define UNSENT "('waiting', 'queued', 'sending', 'deferred', 'maybe')"

static bool erase_gathered(struct registry *registry, bool *left_r, struct err *err_r)
{
    int64_t unsent;

    if (!registry_step_begin(registry, err_r))
        return false;
    bool ok = statement_run(registry,
                            "UPDATE deliveries SET bytes = x'', subject = '', response = NULL,"
                            " erased_at = unixepoch(), occasion = iif(occasion LIKE 'paced %',"
                            "  'erased o' || id, occasion)"
                            " WHERE state NOT IN " UNSENT " AND " GATHERED,
                            NULL, 0, err_r);
    if (ok && sqlite3_changes(registry->db) > 0)
        registry->scrubbed = 0;
    if (!registry_step_end(registry, ok, err_r) ||
        !statement_get_int(
            registry, "SELECT count(*) FROM deliveries WHERE state IN " UNSENT " AND " GATHERED,
            NULL, 0, &unsent, err_r))
        return false;
    *left_r = *left_r || unsent > 0;
    return true;
}

/* ---- the index */

/* A negative number of pages marks all segments to become one, a positive one goes on with it; when
 * nothing more changes it is done (FTS5, "The 'merge' Command"). */
static bool merge_index(struct registry *registry, bool *left_r, struct err *err_r)
{
    int before = sqlite3_total_changes(registry->db);

    if (!registry_step_begin(registry, err_r))
        return false;
    bool ok =
        STATEMENT_RUN(registry, err_r, "INSERT INTO search (search, rank) VALUES ('merge', ?)",
                      value_int(registry->merging ? INDEX_PAGES : -INDEX_PAGES));
    if (!registry_step_end(registry, ok, err_r))
        return false;
    registry->merging = true;
    *left_r = *left_r || sqlite3_total_changes(registry->db) - before >= 2;
    return true;
}

/* ---- raw mails */

#define ONLY_ERASED                                                         \
    " FROM erasures e JOIN messages m ON m.id = e.message WHERE NOT EXISTS" \
    " (SELECT 1 FROM messages o WHERE o.sha256 = m.sha256 AND o.erased_at IS NULL)"

static bool list_raws(struct registry *registry, struct arena *arena, struct texts *sums,
                      struct err *err_r)
{
    struct statement *s;

    return statement_open(registry, "SELECT DISTINCT m.sha256" ONLY_ERASED, NULL, 0, &s, err_r) &&
           statement_read_texts(s, arena, sums, err_r);
}

static bool remove_raws(struct registry *registry, struct err *err_r)
{
    struct arena *arena = arena_new();
    struct texts sums = {0};
    bool ok = list_raws(registry, arena, &sums, err_r);

    for (size_t i = 0; ok && i < sums.n; i++)
        ok = registry_remove_raw(registry, sums.v[i], err_r);
    arena_free(arena);
    return ok;
}

/* ---- the log */

/* Done when no reader holds an older state; nobody waits long for one. */
static bool empty_log(struct registry *registry, bool *left_r, struct err *err_r)
{
    sqlite3_busy_timeout(registry->db, LOG_MILLISECONDS);
    int code =
        sqlite3_wal_checkpoint_v2(registry->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_busy_timeout(registry->db, REGISTRY_BUSY_MILLISECONDS);
    if (code != SQLITE_OK && code != SQLITE_BUSY)
        return statement_fail(registry, code, err_r);
    *left_r = *left_r || code == SQLITE_BUSY;
    return true;
}

/* ---- all of it */

static bool end_erasures(struct registry *registry, struct err *err_r)
{
    if (!registry_step_begin(registry, err_r))
        return false;
    bool ok = statement_run(registry, "DELETE FROM erasures", NULL, 0, err_r);
    return registry_step_end(registry, ok, err_r);
}

/* What comes later must find the work before it done. */
static bool finish_files(struct registry *registry, bool *left_r, struct err *err_r)
{
    if (!merge_index(registry, left_r, err_r) || !remove_raws(registry, err_r))
        return false;
    bool merged = !*left_r, busy = false;
    if (!empty_log(registry, &busy, err_r))
        return false;
    *left_r = *left_r || busy;
    return !merged || busy || registry_scrub(registry, GAP_PAGES, left_r, err_r);
}

bool registry_finish_erasures(struct registry *registry, bool *left_r, struct err *err_r)
{
    int64_t n;
    bool unsent = false;

    *left_r = registry->in_batch;
    if (registry->in_batch)
        return true;
    if (!count_erasures(registry, &n, err_r))
        return false;
    if (n == 0)
        return true;
    if (!erase_gathered(registry, &unsent, err_r) || !finish_files(registry, left_r, err_r))
        return false;
    bool done = !*left_r && !unsent;
    *left_r = !done;
    return !done || end_erasures(registry, err_r);
}
