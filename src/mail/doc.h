/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Word's files of 1997 to 2003 ([MS-DOC]) to text: the first page's header, what stands in boxes,
 * the body, the notes, the footer.  Hidden and deleted text and the instructions of fields are left
 * out.  An OLE2 file that is another program's is none; one that wraps an encrypted DOCX is
 * encrypted.  The only file that sees libgsf.
 */
#ifndef MAIL_DOC_H
#define MAIL_DOC_H

#include "mail/documents.h"

#define DOC_MAGIC "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8

void doc_preload(void);
document_converter doc_convert;

#endif
