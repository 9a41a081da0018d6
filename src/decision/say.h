/* SPDX-License-Identifier: EUPL-1.2 */
/* Days and times in words, in the body's language ("de", "en"; others as "de").  Pure. */
#ifndef DECISION_SAY_H
#define DECISION_SAY_H

#include "base/day.h"
#include "conf/conf.h"

/* One language's words (say_de.def, say_en.def). */
struct say_words {
    const char *language;
    const char *weekdays[7];
    const char *months[12];      /* NULL: days are written in digits, 10.09.2015 */
    const char *oclock;          /* behind a time of day */
    const char *winter, *summer; /* names of UTC+1 and UTC+2 */
    const char *thousands;       /* between groups of three digits */
    const char *bytes;           /* the unit of a size */
    const char *units[4][2];     /* enum conf_unit: one, several */
    const char *whole[2];        /* in front of units that are counted clear */
    const char *week[4];         /* enum conf_unit: which days count, or "" */
    const char *counts[3];       /* enum conf_count: where the units lie */
    const char *before_start;    /* the same for hours */
    const char *skipped;         /* in front of the holidays left out */
    const char *last_day;        /* in front of the last day */
    const char *latest;          /* the same for hours */
};

const struct say_words *say_words(const char *language);

char *say_day(struct arena *arena, const char *language, struct day day);     /* 10.09.2015 */
char *say_weekday(struct arena *arena, const char *language, struct day day); /* Donnerstag, … */
char *say_minute(struct arena *arena, const char *language, int minute);      /* 24:00 Uhr */
/* "04.08.2015, 12:03:11 Uhr (MESZ, UTC+02:00)" of an RFC 3339 text, in its own offset; text that is
 * none comes back as it is. */
char *say_time(struct arena *arena, const char *language, const char *rfc3339);
/* The same of a moment, in local time; NULL of MOMENT_NONE. */
char *say_moment(struct arena *arena, const char *language, int64_t moment);
char *say_size(struct arena *arena, const char *language, size_t size); /* 152.345 Bytes */

#endif
