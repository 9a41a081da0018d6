/* SPDX-License-Identifier: EUPL-1.2 */
/* What reading and verifying CMS share; nobody else sees OpenSSL's types. */
#ifndef MAIL_CMS_INSIDE_H
#define MAIL_CMS_INSIDE_H

#include <openssl/cms.h>

/* Of n bytes that are it from the first to the last, and not more structure than we open; else
 * NULL. */
CMS_ContentInfo *cms_parse(const char *bytes, size_t n);

#endif
