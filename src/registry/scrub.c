/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The gaps of B-tree pages, see finish.c.  Where they are stands in "Database File Format", section
 * 1.6: the page's header and the pointers to its cells grow from its beginning, the cells from its
 * end, and what is between belongs to nobody.
 *
 * They are overwritten in the file itself, by SQLite's own handle of it (a second one would, once
 * closed, end the locks of the first).  Nothing is lost by it whenever it stops: only bytes change
 * that mean nothing, readers read them or not.  What it rests on: the log is empty, no page of ours
 * is cached, and nobody else writes (the lock of the registry, and of the database meanwhile).
 */
#include "registry/private.h"

#include <string.h>

#define PAGE_MAX 65536
/* The first four bytes of an overflow or freelist page are a page's number: below this many pages
 * the first of them is 0, and no B-tree page begins so. */
#define PAGES_MAX INT64_C(0x1000000)

struct gap {
    size_t begin, end;
};

static size_t be16(const unsigned char *bytes)
{
    return (size_t)bytes[0] << 8 | bytes[1];
}

/* Empty where it is no B-tree page, or one that is not as the format says. */
static struct gap find_gap(const unsigned char *page, size_t size, bool first)
{
    enum { INTERIOR_INDEX = 2, INTERIOR_TABLE = 5, LEAF_INDEX = 10, LEAF_TABLE = 13 };
    size_t header = first ? 100 : 0;
    int type = page[header];

    if (type != INTERIOR_INDEX && type != INTERIOR_TABLE && type != LEAF_INDEX &&
        type != LEAF_TABLE)
        return (struct gap){0, 0};
    size_t begin = header + (type < LEAF_INDEX ? 12 : 8) + 2 * be16(page + header + 3);
    size_t end = be16(page + header + 5);
    if (end == 0)
        end = PAGE_MAX;
    return end > size || begin >= end ? (struct gap){0, 0} : (struct gap){begin, end};
}

static bool is_zero(const unsigned char *bytes, size_t n)
{
    return n == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, n - 1) == 0);
}

static int scrub_page(sqlite3_file *file, unsigned char *page, size_t size, int64_t index)
{
    int code = file->pMethods->xRead(file, page, (int)size, index * (int64_t)size);

    if (code != SQLITE_OK)
        return code;
    struct gap gap = find_gap(page, size, index == 0);
    size_t n = gap.end - gap.begin;
    if (is_zero(page + gap.begin, n))
        return SQLITE_OK;
    memset(page + gap.begin, 0, n);
    return file->pMethods->xWrite(file, page + gap.begin, (int)n,
                                  index * (int64_t)size + (int64_t)gap.begin);
}

/* From registry->scrubbed on. */
static int scrub_pages(struct registry *registry, sqlite3_file *file, size_t size, int64_t count,
                       int64_t max)
{
    static unsigned char page[PAGE_MAX];
    int64_t end = registry->scrubbed + max < count ? registry->scrubbed + max : count;
    int code = SQLITE_OK;

    for (int64_t i = registry->scrubbed; code == SQLITE_OK && i < end; i++)
        code = scrub_page(file, page, size, i);
    if (code == SQLITE_OK)
        code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
    if (code == SQLITE_OK)
        registry->scrubbed = end;
    return code;
}

static int scrub(struct registry *registry, int64_t size, int64_t max, bool *left_r)
{
    sqlite3_file *file = NULL;
    sqlite3_int64 bytes = 0;
    int code = sqlite3_file_control(registry->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);

    if (code == SQLITE_OK)
        code = file->pMethods->xFileSize(file, &bytes);
    if (code != SQLITE_OK)
        return code;
    int64_t count = bytes / size < PAGES_MAX ? bytes / size : PAGES_MAX;
    code = scrub_pages(registry, file, (size_t)size, count, max);
    *left_r = *left_r || registry->scrubbed < count;
    return code;
}

bool registry_scrub(struct registry *registry, int64_t max, bool *left_r, struct err *err_r)
{
    int64_t size;

    if (!statement_get_int(registry, "PRAGMA page_size", NULL, 0, &size, err_r))
        return false;
    sqlite3_db_release_memory(registry->db);
    if (!statement_run(registry, "BEGIN IMMEDIATE", NULL, 0, err_r))
        return false;
    int code = scrub(registry, size, max, left_r);
    struct err second;
    statement_run(registry, "ROLLBACK", NULL, 0, &second);
    return code == SQLITE_OK || statement_fail(registry, code, err_r);
}
