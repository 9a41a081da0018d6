/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Rich Text Format, as its specification 1.9.1 has it, to text: what is seen on paper, the first
 * page's header above and its footer below.  A reader of our own, because Debian has no library for
 * it.  Also for what Outlook packs into winmail.dat.
 */
#ifndef MAIL_RTF_H
#define MAIL_RTF_H

#include "mail/documents.h"

/* *text_r, UTF-8, only where it is PART_EXTRACTED.  *defect_r is the word for what is missing or
 * was too much, or NULL. */
enum part_text rtf_to_text(struct arena *arena, const char *bytes, size_t n, const char **text_r,
                           const char **defect_r);

document_converter rtf_convert;

#endif
