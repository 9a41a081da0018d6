/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Values out of JSON that hostile bytes may have had a hand in.  Each is checked before it is
 * copied, and the first mistake ends it: false, and an ERR_DATA that names the key.
 */
#ifndef MOTION_TAKER_H
#define MOTION_TAKER_H

#include "base/day.h"
#include "base/err.h"
#include "base/json.h"
#include "mail/mail.h"

struct taker {
    struct arena *arena; /* of what is taken */
    struct err *err;
    const struct mail *mail; /* for what must name one of its parts */
};

/* Controls that may stand in a text. */
#define TAKER_LINE ""
#define TAKER_LINES "\n\t"
#define TAKER_PAGES "\n\t\f"

#define TAKER_MAX_WORD 64             /* bytes of a defect, a date */
#define TAKER_MAX_LINE MAIL_MAX_FIELD /* of a value that a header or a line of a letter holds */
#define TAKER_MAX_LINES (MAIL_MAX_TEXT * 2)

/* "reading: KEY WHAT"; returns false. */
bool taker_refuse(struct taker *taker, const char *key, const char *what);

/* At most max bytes, of the controls only those allowed.  NULL where it is missing or null. */
bool taker_value(struct taker *taker, const struct json *object, const char *key, size_t max,
                 const char *allowed, const char **s_r);
/* The same of one line, and of several. */
bool taker_line(struct taker *taker, const struct json *object, const char *key, const char **s_r);
bool taker_lines(struct taker *taker, const struct json *object, const char *key, const char **s_r);

/* An array of at most max entries; borrowed from the tree, NULL where it is missing. */
bool taker_count(struct taker *taker, const struct json *object, const char *key, size_t max,
                 const struct json **array_r, size_t *n_r);
/* At most max lines of at most max_length bytes. */
bool taker_texts(struct taker *taker, const struct json *object, const char *key, size_t max,
                 size_t max_length, struct texts *texts_r);

/* ISO 8601, as it stands there and as seconds; NULL and MOMENT_NONE where it is missing. */
bool taker_moment(struct taker *taker, const struct json *object, const char *key,
                  const char **text_r, int64_t *moment_r);
/* DAY_NONE where it is missing. */
bool taker_day(struct taker *taker, const struct json *object, const char *key, struct day *day_r);

#endif
