/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads one file as the part of a mail, and makes ZIP archives in memory, sound ones and others. */
#ifndef TEST_DOCUMENT_CASE_H
#define TEST_DOCUMENT_CASE_H

#include "base/arena.h"
#include "mail/documents.h"

#include <stdbool.h>
#include <stddef.h>

struct document_case {
    struct arena *arena;
    struct texts defects;
    size_t unpacked;
    struct mail_part part;
};

/* From a copy of just its size, so that a read beyond the end is seen. */
void document_case_read(struct document_case *result, const struct document_file *file);
void document_case_free(struct document_case *result);

struct zip_entry {
    const char *name;
    const char *bytes;
    size_t n;      /* 0: as long as the string is */
    bool is_utf8;  /* the name has the flag for UTF-8 */
    bool is_plain; /* stored, not packed */
};

char *zip_make(struct arena *arena, const struct zip_entry *entries, size_t count, size_t *n_r);

/* The general purpose flags of every entry, in both its headers. */
void zip_set_flags(char *zip, size_t n, unsigned flags);
/* Of an archive of one file one that names it so many times. */
char *zip_repeat(struct arena *arena, const char *zip, size_t n, unsigned times, size_t *n_r);

#endif
