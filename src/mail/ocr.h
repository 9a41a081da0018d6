/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reading pictures, with tesseract and its German model; leptonica opens them.  Both are seen here
 * only, and only in a build --with-tesseract.  It is off until ocr_enable(), for the whole process:
 * the model is loaded before the process locks itself.  One thread; no file is opened later: what
 * is written in fonts that a PDF does not bring along is then not drawn.
 */
#ifndef MAIL_OCR_H
#define MAIL_OCR_H

#include "base/arena.h"
#include "base/err.h"
#include "mail/inside.h"

#include <stdbool.h>
#include <stddef.h>

#define OCR_MAX_PIXELS \
    (30 * 1000 * 1000) /* of one picture: A4 with 500 dots an inch is 24 million */
/* Seconds of the processor for all pictures of one mail. */
#define OCR_MAX_SECONDS 12.0

bool ocr_is_built(void);
/* ERR_UNAVAILABLE where this build has no tesseract or its model is not installed. */
bool ocr_enable(struct err *err_r);
bool ocr_is_on(void);

enum ocr_result {
    OCR_TEXT,
    OCR_NOTHING,   /* no letters, or no picture that we open */
    OCR_TOO_LARGE, /* more than OCR_MAX_PIXELS */
    OCR_TOO_SLOW,  /* more than the seconds that were left */
};

/* Says of a mail what kept its pictures from being read. */
void ocr_note(struct reader *reader, enum ocr_result result);

/* A PNG, JPEG or TIFF (its first page).  *seconds: what may still be used; less afterwards. */
enum ocr_result ocr_read_file(struct arena *arena, const char *bytes, size_t n, double *seconds,
                              char **text_r);
/* Grey pixels, a byte each, rows without space between; 0 is black. */
enum ocr_result ocr_read_pixels(struct arena *arena, const unsigned char *grey, int width,
                                int height, int dots_per_inch, double *seconds, char **text_r);

#endif
