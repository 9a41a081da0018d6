/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Word's files since 2007 (ECMA-376, ISO/IEC 29500, transitional and strict) to text: the first
 * page's header, the body, the notes, the footer.  Tracked changes as if accepted; hidden text,
 * comments, instructions of fields and what only asks to be filled in are left out.
 */
#ifndef MAIL_DOCX_H
#define MAIL_DOCX_H

#include "mail/unzip.h"

#include <stdbool.h>

/* The name of the part that is the document, or NULL: it is no word processor's file. */
const char *docx_find_document(struct unzip *unzip, struct documents *documents);
void docx_read(struct documents *documents, struct unzip *unzip, const char *document);

/* One part's XML alone, as the body of a document without styles and numbers; for tests. */
enum part_text docx_xml_to_text(struct arena *arena, const char *xml, size_t n, const char **text_r,
                                const char **defect_r);

#endif
