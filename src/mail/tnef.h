/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * TNEF, Outlook's winmail.dat ([MS-OXTNEF]): a message and its attachments as a row of attributes.
 * The attachments are read as files of the part, an attached message as a winmail.dat within it.
 * Of the message's forms the plain text counts, then the HTML, then the RTF.
 *
 * Damage (a length beyond the end, a wrong sum) has the defect "bad-tnef"; what could be read is
 * read.
 */
#ifndef MAIL_TNEF_H
#define MAIL_TNEF_H

#include "mail/documents.h"

#define TNEF_MAGIC "\x78\x9f\x3e\x22"

document_converter tnef_read;

#endif
