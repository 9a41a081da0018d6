/* SPDX-License-Identifier: EUPL-1.2 */
/* One job of the reader: bytes in a sealed memfd to a reading as JSON in another. */
#ifndef DAEMON_READER_JOB_H
#define DAEMON_READER_JOB_H

#include "base/err.h"
#include "conf/conf.h"
#include "motion/reading.h"

#define READER_MAX_MAIL ((size_t)256 * 1024 * 1024)
#define READER_MAX_READING ((size_t)64 * 1024 * 1024)

/* Opens what the parsers need, before the process is locked. */
void reader_preload(void);

/* The same once for all jobs of this process, and the model for pictures where `ocr` says so; false
 * where that cannot be had. */
bool reader_prepare(bool ocr, struct err *err_r);

/* How a mail is to be read. */
struct reader_order {
    enum mail_depth depth;
    const struct authorities *authorities; /* by which the job "content" verifies a signature */
    int64_t arrived;                       /* and as of when */
};

/* In a locked process. */
bool reader_job(int mail_fd, const struct reader_order *order, int *json_fd_r, struct err *err_r);

/* The reading in a JSON memfd that a reader made, checked. */
bool reader_take(struct arena *arena, int json_fd, struct reading **reading_r, struct err *err_r);

/* What a signature is verified by: whose authorities, or NULL, and where the mail came in, which
 * says when it arrived (decision/arrival.h). */
struct reader_place {
    const struct authorities *authorities;
    const struct conf_mailbox *mailbox; /* may be NULL: arrived at internaldate */
    int64_t internaldate;
};

/* For programs without a reader role: the whole reading of one mail, made in a child of its own
 * under the same lock; without a place nobody's signature is trusted.  False where that fails;
 * *reading_r is then what the job "head" reads, as it stays in the daemon, or NULL. */
bool reader_read_apart(struct arena *arena, int mail_fd, const struct reader_place *place,
                       struct reading **reading_r, struct err *err_r);

#endif
