/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Text documents of LibreOffice and others (OpenDocument 1.3, ISO/IEC 26300), packed or as one flat
 * XML, to text: the first page's header, the body, the notes, the footer.  Tracked changes as if
 * accepted; hidden text, comments and placeholders are left out.
 */
#ifndef MAIL_ODT_H
#define MAIL_ODT_H

#include "mail/unzip.h"

/* What the member "mimetype" says that it is a text. */
#define ODT_TYPE "application/vnd.oasis.opendocument.text"

void odt_read(struct documents *documents, struct unzip *unzip);
document_converter odt_convert_flat;

#endif
