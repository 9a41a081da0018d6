/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The reading: what one mail says (the contract's reading.md).  Made in the reader's sandbox,
 * handed on as JSON, checked again by who takes it.
 */
#ifndef MOTION_READING_H
#define MOTION_READING_H

#include "base/json.h"
#include "mail/mail.h"
#include "motion/motion.h"
#include "motion/wish.h"

#define READING_SCHEMA "antragd/reading/1"

/* Bytes of the parts' texts that a reading carries, of all parts together.  A part whose text does
 * not fit any more has none. */
#define READING_MAX_CONTENT MAIL_MAX_TEXT

struct reading {
    struct mail *mail;
    struct motions motions;
    struct wish wish; /* what the mail asks of a motion that it replies about */
};

/* mail_read(), motion_find() and wish_find() in one. */
bool reading_make(struct arena *arena, const char *bytes, size_t n, enum mail_depth depth,
                  struct reading **reading_r, struct err *err_r);

/* The contract's object; fields beyond it are received, forwarded, delivered_to, return_path,
 * signature, body_digest, wants_content, responds, suppressed in "mail", is_body and content in its
 * parts, ocr, forwarded, doubtful and why in a motion, and "wish": what is asked of a motion of the
 * register (wish.h), {"kind", "clear", "asks", "numbers", "speaker", "meeting", "instead",
 * "title"}.
 *
 * content is the part's text, null for none.  why says of each value where it was found:
 * {"field": "consultations.organization", "index": 0, "part": "1.2", "begin": 120, "end": 164,
 * "rule": "organization"}.  begin and end are bytes of the content in UTF-8, both 0 where the
 * content is not there.  part is "subject" for the mail's, and null where the rule inferred the
 * value.  rule is null where nobody has named it. */
struct json *reading_to_json(const struct reading *reading);

/* Checks all of it: it comes from a process that hostile bytes may have taken over.  Every text is
 * UTF-8 without controls but LF and TAB, every word of an enum known, every count bounded. */
bool reading_from_json(struct arena *arena, const char *bytes, size_t n, struct reading **reading_r,
                       struct err *err_r);

#endif
