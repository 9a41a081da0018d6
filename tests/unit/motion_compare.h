/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Compares what motion_find() made of a letter with a JSON of expectations: a key that is left out
 * is not judged, lists are complete and in order, null means must be null, texts are equal after
 * every run of white space became one blank.
 */
#ifndef TESTS_UNIT_MOTION_COMPARE_H
#define TESTS_UNIT_MOTION_COMPARE_H

#include "motion/motion.h"

#include "base/json.h"

#include <stdbool.h>

enum field {
    FIELD_MOTIONS,
    FIELD_KIND,
    FIELD_LABEL,
    FIELD_TITLE,
    FIELD_CONSULTATIONS,
    FIELD_FACTIONS,
    FIELD_SIGNATORIES,
    FIELD_LETTER_DATE,
    FIELD_PLACE,
    FIELD_ADDRESSEE,
    FIELD_REFERS_TO,
    FIELD_CONFIDENTIAL,
    FIELD_RESOLUTION,
    FIELD_REASONING,
};
#define FIELD_COUNT 14

struct score {
    int right;
    int wrong;   /* said something, and not what is expected */
    int missing; /* said nothing where something is expected */
};

struct scores {
    struct score fields[FIELD_COUNT];
    int harmful; /* a wrong date, a wrong faction, an invented motion */
};

/* Adds to scores_r and prints each difference; whether all was right. */
bool motion_compare(const char *name, const struct motions *found, const struct json *expected,
                    struct scores *scores_r);
/* Every NAME of the folder's NAME.json, sorted; the arena's. */
char **motion_list_expected(struct arena *arena, const char *folder, size_t *n_r);
/* The table, and F1 over all values that are expected or said. */
double motion_print_scores(const struct scores *scores);
/* A letter as the body of a mail; subject and date (RFC 3339) may be NULL. */
void motion_read_letter(struct arena *arena, const char *text, const char *subject,
                        const char *date, struct motions *motions_r);

#endif
