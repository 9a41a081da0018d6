/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * S/MIME that is one part (RFC 8551 sections 3.4 to 3.7; CMS, RFC 5652): what was signed is taken
 * out and read as a message is; what is encrypted is said to be, and no key is asked for.  Who
 * signed is smime.h's to find out.  With its files the only place that sees OpenSSL's CMS.
 *
 * Damage, and more structure than mail programs write, has the defect "bad-smime".
 */
#ifndef MAIL_CMS_H
#define MAIL_CMS_H

#include "mail/documents.h"

/* Whatever OpenSSL loads at first use. */
void cms_preload(void);

/* Whether n bytes begin as CMS that is signed. */
bool cms_is_signed(const char *bytes, size_t n);

document_converter cms_read;

#endif
