/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Bytes in memory as a stream that dries up when its time is over or memory runs short.  A PDF of
 * some hundred bytes may ask for hours of work (forms that draw forms that draw forms) or for
 * gigabytes, and poppler cannot be told to stop; but whatever it does, it comes back here for the
 * next bytes.
 */
#ifndef MAIL_PDF_STREAM_H
#define MAIL_PDF_STREAM_H

#include <gio/gio.h>
#include <stdbool.h>
#include <stddef.h>

/* Resident memory that a process may gain (kB) before its stream dries up. */
#define PDF_MAX_MEMORY (160 * 1024)

/* bytes stay the caller's.  From the moment on when the process has used that many seconds of
 * processor time, or has grown by PDF_MAX_MEMORY, every read gives nothing. */
GInputStream *pdf_stream_new(const char *bytes, size_t n, double until);
bool pdf_stream_is_dry(GInputStream *stream);

/* Seconds of processor time that this process has used. */
double pdf_seconds_used(void);

#endif
