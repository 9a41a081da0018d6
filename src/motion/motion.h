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

/* The values of a motion, one by one; those in lists have an index. */
enum motion_value {
    VALUE_KIND,
    VALUE_LABEL,
    VALUE_TITLE,
    VALUE_ORGANIZATION, /* of a consultation */
    VALUE_MEETING_DATE,
    VALUE_FACTION,
    VALUE_NAME, /* of a signatory */
    VALUE_ROLE,
    VALUE_EMAIL,
    VALUE_LETTER_DATE,
    VALUE_PLACE,
    VALUE_ADDRESSEE,
    VALUE_REFERS_TO,
    VALUE_CONFIDENTIAL,
    VALUE_RESOLUTION,
    VALUE_REASONING,
};
#define VALUE_COUNT 16

/* Where a value was found, and by which rule: a pattern's id (patterns_de.def) or a name that
 * stands beside the rule itself. */
struct found {
    enum motion_value value;
    size_t index;     /* in its list; 0 for what is in none */
    const char *part; /* its path, or FOUND_IN_SUBJECT; NULL: in no text, the rule inferred it */
    size_t begin;     /* in bytes of the part's content (mail.h), or of the subject */
    size_t end;       /* behind it; of what goes on in another part: behind the part's text */
    const char *rule;
};
#define FOUND_IN_SUBJECT "subject"

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
    bool is_forwarded;    /* it stands in a mail that the sender hands on: in another's words */
    bool is_doubtful;     /* it withdraws or replaces in words that are not clear (wish.h) */
    struct found *found;  /* one for each value, in the order of enum motion_value */
    size_t found_count;
    struct found_note *notes; /* while it is being found (trace.h) */
    size_t note_count;
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

/* As in the reading: "title", "consultations.meeting_date". */
const char *motion_value_name(enum motion_value value);
bool motion_value_from_name(const char *s, enum motion_value *value_r);
/* How many of it there can be: the length of its list, else 1. */
size_t motion_value_count(const struct motion *motion, enum motion_value value);
/* A value as text, NULL for none.  What is a string in the motion is that string. */
const char *motion_value_text(struct arena *arena, const struct motion *motion,
                              enum motion_value value, size_t index);

#endif
