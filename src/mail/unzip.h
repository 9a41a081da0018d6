/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The files of a ZIP archive in memory: APPNOTE.TXT 6.3.  Bounded in their number, their bytes and
 * how much they may grow; what is beyond is said as a defect.  The only file that sees libzip.
 */
#ifndef MAIL_UNZIP_H
#define MAIL_UNZIP_H

#include "mail/documents.h"

/* Entries of one archive; of those that are opened, documents.h says how many. */
#define UNZIP_MAX_ENTRIES 10000
/* A file of more than so many bytes may be so many times as large as what it is packed into. */
#define UNZIP_MAX_UNSUSPECTED ((size_t)1024 * 1024)
#define UNZIP_MAX_RATIO 250

struct unzip;

/* NULL: it is none that can be opened, and documents have been told why. */
struct unzip *unzip_open(struct documents *documents, const struct document_file *file);
void unzip_close(struct unzip *unzip);

size_t unzip_count(const struct unzip *unzip);
/* UTF-8, with directories: nothing that may be used as a path.  "" where there is none. */
const char *unzip_name(struct unzip *unzip, size_t i);
/* Whether there is a file in that folder, which ends with "/". */
bool unzip_has_folder(const struct unzip *unzip, const char *folder);
/* By the whole name, in any case, as OPC has it. */
bool unzip_find(struct unzip *unzip, const char *name, size_t *i_r);
/* At most n bytes from the beginning. */
size_t unzip_peek(struct unzip *unzip, size_t i, char *bytes_r, size_t n);
/* All of it, and a NUL behind, in the arena; or why not. */
enum part_text unzip_read(struct unzip *unzip, size_t i, const char **bytes_r, size_t *n_r);

#endif
