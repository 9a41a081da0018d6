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

#define READING_SCHEMA "antragd/reading/1"

struct reading {
    struct mail *mail;
    struct motions motions;
};

/* mail_read() and motion_find() in one. */
bool reading_make(struct arena *arena, const char *bytes, size_t n, enum mail_depth depth,
                  struct reading **reading_r, struct err *err_r);

/* The contract's object; fields beyond it are received, forwarded, delivered_to, return_path,
 * body_digest, wants_content in "mail", is_body in its parts, ocr in a motion. */
struct json *reading_to_json(const struct reading *reading);

/* Checks all of it: it comes from a process that hostile bytes may have taken over.  Every text is
 * UTF-8 without controls but LF and TAB, every word of an enum known, every count bounded. */
bool reading_from_json(struct arena *arena, const char *bytes, size_t n, struct reading **reading_r,
                       struct err *err_r);

#endif
