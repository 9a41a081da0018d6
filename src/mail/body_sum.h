/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * By what the contents of two mails are compared.  On its way, and where somebody puts a file of it
 * into a folder, a mail may change in how the lines of its texts end and what blank there is behind
 * the last of them; who compares does not see that.  All else is compared byte by byte.
 */
#ifndef MAIL_BODY_SUM_H
#define MAIL_BODY_SUM_H

#include "mail/mail.h"

/* SHA-256 of a text, hexadecimal, as if each line ended with CR LF and the last had something in
 * it. */
char *body_sum_text(struct arena *arena, const char *bytes, size_t n);

/* SHA-256 over the leaf parts' types, names and sums, in order; of texts the one above. */
char *body_sum(struct arena *arena, const struct mail *mail);
/* The same with the sums of all bytes as they are: what earlier versions kept. */
char *body_sum_exact(struct arena *arena, const struct mail *mail);

#endif
