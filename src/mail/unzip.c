/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/unzip.h"

#include "mail/inside.h"

#include <string.h>
#include <zip.h>

struct unzip {
    struct documents *documents;
    zip_t *zip;
    size_t count;
};

/* libzip makes room for as many entries as the archive says it has. */
static bool has_few_entries(const char *bytes, size_t n)
{
    static const char signature[] = "PK\1\2";
    const char *end = bytes + n;
    size_t count = 0;
    for (const char *p = bytes; count <= UNZIP_MAX_ENTRIES; p++, count++) {
        p = memmem(p, (size_t)(end - p), signature, 4);
        if (!p)
            return true;
    }
    return false;
}

static zip_t *open_bytes(const struct document_file *file)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(file->bytes, file->n, 0, &error);
    zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
    if (!zip && zip_error_code_zip(&error) == ZIP_ER_MEMORY)
        panic("no memory for a ZIP of %zu bytes", file->n);
    if (!zip && source)
        zip_source_free(source);
    zip_error_fini(&error);
    return zip;
}

static bool stat_entry(struct unzip *unzip, size_t i, zip_stat_t *stat_r)
{
    const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_ENCRYPTION_METHOD;
    zip_stat_init(stat_r);
    return zip_stat_index(unzip->zip, i, 0, stat_r) == 0 && (stat_r->valid & needed) == needed;
}

/* Files that lie over each other are the same packed bytes many times. */
static bool is_disjoint(struct unzip *unzip, size_t n)
{
    zip_stat_t stat;
    for (size_t i = 0; i < unzip->count; i++) {
        if (!stat_entry(unzip, i, &stat))
            continue;
        if (stat.comp_size > n)
            return false;
        n -= stat.comp_size;
    }
    return true;
}

static struct unzip *refuse(struct unzip *unzip, struct documents *documents, const char *word)
{
    if (unzip)
        unzip_close(unzip);
    documents_defect(documents, word);
    documents_fail(documents, PART_TOO_LARGE);
    return NULL;
}

struct unzip *unzip_open(struct documents *documents, const struct document_file *file)
{
    if (!has_few_entries(file->bytes, file->n))
        return refuse(NULL, documents, "too-many-files");
    struct unzip *unzip = ARENA_NEW(documents->arena, struct unzip);
    unzip->documents = documents;
    unzip->zip = open_bytes(file);
    if (!unzip->zip) {
        documents_fail(documents, PART_UNREADABLE);
        return NULL;
    }
    unzip->count = (size_t)zip_get_num_entries(unzip->zip, 0);
    if (!is_disjoint(unzip, file->n))
        return refuse(unzip, documents, "too-much-unpacked");
    return unzip;
}

void unzip_close(struct unzip *unzip)
{
    zip_discard(unzip->zip);
}

size_t unzip_count(const struct unzip *unzip)
{
    return unzip->count;
}

/* ---- names ---- */

/* Umlauts and sharp s of German, in the code pages of DOS and of Windows. */
static bool is_windows_name(const char *s)
{
    static const char dos[] = "\x84\x94\x81\x8e\x99\x9a\xe1";
    static const char windows[] = "\xe4\xf6\xfc\xc4\xd6\xdc\xdf";
    return strpbrk(s, windows) && !strpbrk(s, dos);
}

/* The flag for UTF-8 is often missing where it is UTF-8, and the older standard says code page 437;
 * Windows takes its own for DOS, in German 850.  Both have the same letters for German. */
const char *unzip_name(struct unzip *unzip, size_t i)
{
    struct arena *arena = unzip->documents->arena;
    const char *raw = zip_get_name(unzip->zip, i, ZIP_FL_ENC_RAW);
    if (!raw)
        return "";
    size_t n = strlen(raw);
    if (text_is_utf8(raw, n))
        return arena_strdup(arena, raw);
    bool bad;
    return charset_to_utf8(arena, is_windows_name(raw) ? "windows-1252" : "cp850", raw, n, &n,
                           &bad);
}

bool unzip_find(struct unzip *unzip, const char *name, size_t *i_r)
{
    zip_int64_t i = zip_name_locate(unzip->zip, name, ZIP_FL_ENC_RAW);
    if (i < 0)
        i = zip_name_locate(unzip->zip, name, ZIP_FL_ENC_RAW | ZIP_FL_NOCASE);
    *i_r = i < 0 ? 0 : (size_t)i;
    return i >= 0;
}

bool unzip_has_folder(const struct unzip *unzip, const char *folder)
{
    size_t n = strlen(folder);
    for (size_t i = 0; i < unzip->count; i++) {
        const char *name = zip_get_name(unzip->zip, i, ZIP_FL_ENC_RAW);
        if (name && text_starts(name, folder) && name[n] != '\0')
            return true;
    }
    return false;
}

/* ---- bytes ---- */

/* Fewer than n where the file ends, or is damaged. */
static size_t read_bytes(zip_file_t *file, char *bytes, size_t n)
{
    size_t done = 0;
    while (done < n) {
        zip_int64_t got = zip_fread(file, bytes + done, n - done);
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    return done;
}

size_t unzip_peek(struct unzip *unzip, size_t i, char *bytes_r, size_t n)
{
    zip_file_t *file = zip_fopen_index(unzip->zip, i, 0);
    if (!file)
        return 0;
    n = read_bytes(file, bytes_r, n);
    zip_fclose(file);
    return n;
}

static bool is_bomb(const zip_stat_t *stat)
{
    return stat->size > UNZIP_MAX_UNSUSPECTED && stat->size / UNZIP_MAX_RATIO > stat->comp_size;
}

/* The length and the sum must be those that the archive says: libzip looks at the sum when it comes
 * to the end. */
static bool read_whole(struct unzip *unzip, size_t i, char *bytes, size_t n)
{
    char more;
    zip_file_t *file = zip_fopen_index(unzip->zip, i, 0);
    if (!file)
        return false;
    bool whole = read_bytes(file, bytes, n) == n && zip_fread(file, &more, 1) == 0;
    zip_fclose(file);
    return whole;
}

enum part_text unzip_read(struct unzip *unzip, size_t i, const char **bytes_r, size_t *n_r)
{
    struct documents *documents = unzip->documents;
    zip_stat_t stat;
    if (!stat_entry(unzip, i, &stat))
        return PART_UNREADABLE;
    if (stat.encryption_method != ZIP_EM_NONE)
        return PART_ENCRYPTED;
    if (is_bomb(&stat)) {
        documents_defect(documents, "too-much-unpacked");
        return PART_TOO_LARGE;
    }
    if (!documents_claim(documents, stat.size))
        return PART_TOO_LARGE;
    char *bytes = arena_alloc(documents->arena, stat.size + 1);
    if (!read_whole(unzip, i, bytes, stat.size))
        return PART_UNREADABLE;
    *bytes_r = bytes;
    *n_r = stat.size;
    return PART_EXTRACTED;
}
