/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Word's files of 1997 to 2003 ([MS-DOC]) to text: the first page's header, what stands in boxes,
 * the body, the notes, the footer.  Hidden and deleted text and the instructions of fields are left
 * out.  An OLE2 file that is another program's is none; one that wraps an encrypted DOCX is
 * encrypted.
 */
#ifndef MAIL_DOC_H
#define MAIL_DOC_H

#include "mail/documents.h"

document_converter doc_convert;

#endif
