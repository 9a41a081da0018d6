/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Text to motions: the grammar.  Pure.  Words of the language stand in tables (words_de.def), code
 * knows none.  The fields are those of the contract's reading ("motions"): UTF-8, NFC, NULL or
 * DAY_NONE for unknown, never guessed.
 */
#ifndef MOTION_MOTION_H
#define MOTION_MOTION_H

#include "base/day.h"
#include "base/text.h"
#include "mail/mail.h"

#include <stdbool.h>
#include <stddef.h>

enum motion_kind {
    MOTION_MOTION,
    MOTION_URGENT,
    MOTION_AMENDMENT,
    MOTION_SUPPLEMENT,
    MOTION_INQUIRY,
    MOTION_REVIEW_REQUEST,
    MOTION_RESOLUTION,
    MOTION_BUDGET,
    MOTION_CONVENING_DEMAND,
    MOTION_WITHDRAWAL,
    MOTION_REPLACEMENT,
    MOTION_CITIZEN_SUGGESTION,
};
#define MOTION_KIND_COUNT 12

struct motion_consultation {
    const char *organization;
    struct day meeting;
};

struct motion_signatory {
    const char *name;
    const char *role;
    const char *email;
};

struct motion {
    enum motion_kind kind;
    const char *label;
    const char *title;
    struct motion_consultation *consultations;
    size_t consultation_count;
    struct texts factions;
    struct motion_signatory *signatories;
    size_t signatory_count;
    struct day letter_date;
    const char *place;
    const char *addressee;
    const char *refers_to;
    bool confidential;
    const char *resolution;
    const char *reasoning;
    const char *found_in; /* the part's path */
    bool is_ocr;          /* its letter was read off a picture */
};

struct motions {
    struct motion *v;
    size_t n;
};

/* Compiles the tables, so that motion_find() works in a locked process.  May be called twice. */
void motion_preload(void);

/* All motions of a mail: of its attachments where they hold any, else of its body. */
void motion_find(struct arena *arena, const struct mail *mail, struct motions *motions_r);

const char *motion_kind_to_text(enum motion_kind kind);
bool motion_kind_from_text(const char *s, enum motion_kind *kind_r);

#endif
