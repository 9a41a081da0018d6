/* SPDX-License-Identifier: EUPL-1.2 */
#include "document_case.h"

#include "base/err.h"
#include "base/text.h"
#include "mail/inside.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

void document_case_read(struct document_case *result, const struct document_file *file)
{
    struct mail mail = {.date_at = MOMENT_NONE};
    struct documents documents;
    struct document_file copy = *file;
    char *bytes = xcalloc(file->n, 1);
    memcpy(bytes, file->bytes, file->n);
    copy.bytes = bytes;
    *result = (struct document_case){.arena = arena_new()};
    struct reader reader = {.arena = result->arena, .mail = &mail, .depth = MAIL_CONTENT};
    documents_init(&documents, &reader, "1", false);
    documents_read(&documents, &copy);
    documents_finish(&documents, &result->part);
    result->defects = mail.defects;
    result->unpacked = reader.unpacked;
    free(bytes);
}

void document_case_free(struct document_case *result)
{
    arena_free(result->arena);
}

static void add_entry(zip_t *zip, const struct zip_entry *entry)
{
    size_t n = entry->n ? entry->n : strlen(entry->bytes);
    zip_source_t *source = zip_source_buffer(zip, entry->bytes, n, 0);
    zip_int64_t i = zip_file_add(zip, entry->name, source,
                                 entry->is_utf8 ? ZIP_FL_ENC_UTF_8 : ZIP_FL_ENC_CP437);
    if (!source || i < 0 ||
        zip_set_file_compression(zip, (zip_uint64_t)i,
                                 entry->is_plain ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 9) < 0)
        panic("libzip cannot add %s: %s", entry->name, zip_strerror(zip));
}

static char *take_bytes(struct arena *arena, zip_source_t *source, size_t *n_r)
{
    zip_stat_t stat;
    if (zip_source_stat(source, &stat) < 0 || zip_source_open(source) < 0)
        panic("libzip has made nothing");
    *n_r = (size_t)stat.size;
    char *bytes = arena_alloc(arena, *n_r + 1);
    if (zip_source_read(source, bytes, *n_r) != (zip_int64_t)*n_r)
        panic("libzip has lost something");
    zip_source_close(source);
    return bytes;
}

char *zip_make(struct arena *arena, const struct zip_entry *entries, size_t count, size_t *n_r)
{
    zip_error_t error;
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *zip = source ? zip_open_from_source(source, ZIP_TRUNCATE, &error) : NULL;
    if (!zip)
        panic("libzip makes no archive");
    zip_source_keep(source);
    for (size_t i = 0; i < count; i++)
        add_entry(zip, &entries[i]);
    if (zip_close(zip) < 0)
        panic("libzip cannot write: %s", zip_strerror(zip));
    char *bytes = take_bytes(arena, source, n_r);
    zip_source_free(source);
    return bytes;
}

/* The header at p, or NULL: "PK\3\4" is a local one, "PK\1\2" one of the central directory. */
static char *next_header(char *zip, size_t n, char *p, const char *signature)
{
    return memmem(p, n - (size_t)(p - zip), signature, 4);
}

void zip_set_flags(char *zip, size_t n, unsigned flags)
{
    for (char *p = zip; (p = next_header(zip, n, p, "PK\3\4")); p += 4)
        p[6] = (char)flags, p[7] = (char)(flags >> 8);
    for (char *p = zip; (p = next_header(zip, n, p, "PK\1\2")); p += 4)
        p[8] = (char)flags, p[9] = (char)(flags >> 8);
}

static void put_number(char *p, unsigned long number, size_t size)
{
    for (size_t i = 0; i < size; i++)
        p[i] = (char)(number >> 8 * i);
}

char *zip_repeat(struct arena *arena, const char *zip, size_t n, unsigned times, size_t *n_r)
{
    const char *directory = memmem(zip, n, "PK\1\2", 4);
    const char *end = memmem(zip, n, "PK\5\6", 4);
    size_t entry = (size_t)(end - directory);
    struct text text;
    text_init(&text, arena);
    text_add_bytes(&text, zip, (size_t)(directory - zip));
    for (unsigned i = 0; i < times; i++)
        text_add_bytes(&text, directory, entry);
    size_t at = text.len;
    text_add_bytes(&text, end, n - (size_t)(end - zip));
    put_number(text.s + at + 8, times, 2);
    put_number(text.s + at + 10, times, 2);
    put_number(text.s + at + 12, entry * times, 4);
    *n_r = text.len;
    return text.s;
}
