/* SPDX-License-Identifier: EUPL-1.2 */
/* What the reader found of an S/MIME signature (mail/signature.h), against the roster. */
#ifndef TRUST_SIGNATURE_H
#define TRUST_SIGNATURE_H

#include "conf/conf.h"
#include "motion/reading.h"

/*
 * Whether it proves that the mail is of this member, who has sent it from address: it is good, or
 * it is whole and its certificate is one that is pinned for just this member, and nothing that we
 * would act on was taken from outside of it (a title or a number that stands in the header only).
 *
 * *words_r: what is to be said of it in English, to stand behind a semicolon; NULL where nobody has
 * signed.
 */
bool signature_proves(struct arena *arena, const struct reading *reading,
                      const struct conf_member *member, const char *address, const char **words_r);

#endif
