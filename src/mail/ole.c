/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/ole.h"

#include <string.h>

#define HEADER_SIZE 512
#define HEADER_SECTORS 109 /* of the allocation table that the header names */
#define ENTRY_SIZE 128
#define MINI_SIZE 64    /* bytes of a sector within the stream of small ones */
#define MINI_LIMIT 4096 /* what is smaller lies there */
#define MAX_ENTRIES 20000
#define SECTOR_MAX 0xfffffffau /* what is above has another meaning: free, end */

/* Which sector follows which. */
struct chain {
    uint32_t *next;
    size_t n;
};

struct entry {
    char name[32];
    unsigned type;
    uint32_t left, right, child;
    uint32_t start;
    size_t size;
};

enum { TYPE_STREAM = 2, TYPE_ROOT = 5 };

struct ole {
    struct arena *arena;
    struct ole_bytes file;
    size_t sector; /* bytes */
    struct chain sectors, minis;
    struct ole_bytes small; /* the stream of small ones */
    struct entry *entries;
    size_t count;
    bool *seen; /* entries of the outermost storage */
};

/* ---- bytes ---- */

unsigned ole_u8(struct ole_bytes bytes, size_t at)
{
    return at < bytes.n ? bytes.s[at] : 0;
}

uint16_t ole_u16(struct ole_bytes bytes, size_t at)
{
    return (uint16_t)(ole_u8(bytes, at) | ole_u8(bytes, at + 1) << 8);
}

uint32_t ole_u32(struct ole_bytes bytes, size_t at)
{
    return ole_u16(bytes, at) | (uint32_t)ole_u16(bytes, at + 2) << 16;
}

struct ole_bytes ole_slice(struct ole_bytes bytes, size_t at, size_t n)
{
    if (bytes.n == 0 || at > bytes.n || n > bytes.n - at)
        return (struct ole_bytes){NULL, 0};
    return (struct ole_bytes){bytes.s + at, n};
}

/* ---- sectors ---- */

/* At most n bytes of a sector; fewer where the file ends. */
static struct ole_bytes sector_bytes(const struct ole *ole, uint32_t sector, size_t n)
{
    size_t at = ((size_t)sector + 1) * ole->sector;
    if (sector >= SECTOR_MAX || at >= ole->file.n)
        return (struct ole_bytes){NULL, 0};
    return ole_slice(ole->file, at, n < ole->file.n - at ? n : ole->file.n - at);
}

/* The first size bytes along a chain; empty where it ends before. */
static struct ole_bytes read_chain(const struct ole *ole, uint32_t sector, size_t size)
{
    struct ole_bytes whole = {NULL, 0};
    if (size == 0 || size > ole->file.n)
        return whole;
    unsigned char *copy = arena_alloc(ole->arena, size);
    for (size_t done = 0; done < size;) {
        size_t want = size - done < ole->sector ? size - done : ole->sector;
        struct ole_bytes bytes = sector_bytes(ole, sector, want);
        if (bytes.n < want || sector >= ole->sectors.n)
            return whole;
        memcpy(copy + done, bytes.s, want);
        done += want;
        sector = ole->sectors.next[sector];
    }
    return (struct ole_bytes){copy, size};
}

static struct ole_bytes read_small(const struct ole *ole, uint32_t sector, size_t size)
{
    struct ole_bytes whole = {NULL, 0};
    unsigned char *copy = arena_alloc(ole->arena, size);
    for (size_t done = 0; done < size;) {
        size_t want = size - done < MINI_SIZE ? size - done : MINI_SIZE;
        struct ole_bytes bytes = ole_slice(ole->small, (size_t)sector * MINI_SIZE, want);
        if (bytes.n == 0 || sector >= ole->minis.n)
            return whole;
        memcpy(copy + done, bytes.s, want);
        done += want;
        sector = ole->minis.next[sector];
    }
    return (struct ole_bytes){copy, size};
}

static size_t chain_length(const struct ole *ole, uint32_t sector)
{
    size_t n = 0;
    for (; sector < ole->sectors.n && n < ole->sectors.n; n++)
        sector = ole->sectors.next[sector];
    return n;
}

/* ---- the allocation tables ---- */

static void add_table_sector(struct ole *ole, uint32_t sector, size_t max)
{
    struct ole_bytes bytes = sector_bytes(ole, sector, ole->sector);
    for (size_t i = 0; i + 4 <= bytes.n && ole->sectors.n < max; i += 4)
        ole->sectors.next[ole->sectors.n++] = ole_u32(bytes, i);
}

/* The header names the first sectors of the table, a list of its own the others. */
static void read_sectors(struct ole *ole)
{
    size_t max = ole->file.n / ole->sector + 1, each = ole->sector / 4 - 1;
    ole->sectors.next = arena_array(ole->arena, max, sizeof *ole->sectors.next);
    for (size_t i = 0; i < HEADER_SECTORS; i++)
        add_table_sector(ole, ole_u32(ole->file, 76 + i * 4), max);
    uint32_t more = ole_u32(ole->file, 68);
    for (size_t lists = 0; lists <= max / each && ole->sectors.n < max; lists++) {
        struct ole_bytes list = sector_bytes(ole, more, ole->sector);
        if (list.n < ole->sector)
            break;
        for (size_t i = 0; i < each; i++)
            add_table_sector(ole, ole_u32(list, i * 4), max);
        more = ole_u32(list, each * 4);
    }
}

static void read_minis(struct ole *ole)
{
    uint32_t first = ole_u32(ole->file, 60);
    struct ole_bytes table = read_chain(ole, first, chain_length(ole, first) * ole->sector);
    ole->minis.n = table.n / 4;
    ole->minis.next = arena_array(ole->arena, ole->minis.n, sizeof *ole->minis.next);
    for (size_t i = 0; i < ole->minis.n; i++)
        ole->minis.next[i] = ole_u32(table, i * 4);
}

/* ---- the directory ---- */

static void read_entry(struct ole_bytes bytes, struct entry *entry)
{
    for (size_t i = 0; i < sizeof entry->name - 1; i++) {
        unsigned code = ole_u16(bytes, i * 2);
        entry->name[i] = (char)(code < 0x80 ? code : '?');
    }
    entry->type = ole_u8(bytes, 66);
    entry->left = ole_u32(bytes, 68);
    entry->right = ole_u32(bytes, 72);
    entry->child = ole_u32(bytes, 76);
    entry->start = ole_u32(bytes, 116);
    entry->size = ole_u32(bytes, 120);
}

static bool read_directory(struct ole *ole)
{
    uint32_t first = ole_u32(ole->file, 48);
    struct ole_bytes bytes = read_chain(ole, first, chain_length(ole, first) * ole->sector);
    ole->count = bytes.n / ENTRY_SIZE < MAX_ENTRIES ? bytes.n / ENTRY_SIZE : MAX_ENTRIES;
    ole->entries = arena_array(ole->arena, ole->count, sizeof *ole->entries);
    for (size_t i = 0; i < ole->count; i++)
        read_entry(ole_slice(bytes, i * ENTRY_SIZE, ENTRY_SIZE), &ole->entries[i]);
    return ole->count > 0 && ole->entries[0].type == TYPE_ROOT;
}

/* The entries of the root are a tree; what is seen twice is damage. */
static void walk_root(struct ole *ole)
{
    uint32_t *open = arena_array(ole->arena, ole->count * 2 + 1, sizeof *open);
    size_t n = 0;
    ole->seen = arena_array(ole->arena, ole->count, sizeof *ole->seen);
    open[n++] = ole->entries[0].child;
    while (n > 0) {
        uint32_t i = open[--n];
        if (i >= ole->count || ole->seen[i])
            continue;
        ole->seen[i] = true;
        open[n++] = ole->entries[i].left;
        open[n++] = ole->entries[i].right;
    }
}

struct ole *ole_open(struct arena *arena, const char *bytes, size_t n)
{
    struct ole *ole = ARENA_NEW(arena, struct ole);
    ole->arena = arena;
    ole->file = (struct ole_bytes){(const unsigned char *)bytes, n};
    unsigned shift = ole_u16(ole->file, 30);
    if (n < HEADER_SIZE || memcmp(bytes, OLE_MAGIC, OLE_MAGIC_SIZE) || (shift != 9 && shift != 12))
        return NULL;
    ole->sector = (size_t)1 << shift;
    read_sectors(ole);
    if (!read_directory(ole))
        return NULL;
    read_minis(ole);
    ole->small = read_chain(ole, ole->entries[0].start, ole->entries[0].size);
    walk_root(ole);
    return ole;
}

static const struct entry *find_entry(const struct ole *ole, const char *name)
{
    for (size_t i = 0; i < ole->count; i++)
        if (ole->seen[i] && ole->entries[i].type == TYPE_STREAM &&
            strcmp(ole->entries[i].name, name) == 0)
            return &ole->entries[i];
    return NULL;
}

bool ole_find(const struct ole *ole, const char *name, size_t *size_r)
{
    const struct entry *entry = find_entry(ole, name);
    *size_r = entry ? (entry->size < ole->file.n ? entry->size : ole->file.n) : 0;
    return entry != NULL;
}

struct ole_bytes ole_read(struct ole *ole, const char *name)
{
    const struct entry *entry = find_entry(ole, name);
    if (!entry || entry->size == 0)
        return (struct ole_bytes){NULL, 0};
    return entry->size < MINI_LIMIT ? read_small(ole, entry->start, entry->size)
                                    : read_chain(ole, entry->start, entry->size);
}
