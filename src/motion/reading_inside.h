/* SPDX-License-Identifier: EUPL-1.2 */
/* What making a reading and taking one share. */
#ifndef MOTION_READING_INSIDE_H
#define MOTION_READING_INSIDE_H

#include "mail/mail.h"
#include "motion/motion.h"

/* What a found value's offsets count in; NULL: it is not known. */
const char *reading_found_text(const struct mail *mail, const struct found *found);

#endif
