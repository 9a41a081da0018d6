/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Mails to a town, from their bytes to rows and answers, and what people decide about them, on a
 * registry of its own.
 */
#ifndef TESTS_UNIT_TOWN_MAILS_H
#define TESTS_UNIT_TOWN_MAILS_H

#include "registry_case.h"
#include "town.h"

#include "pipeline/ruling.h"

#define SPD "wilhelm.vanbeek@spd-bedburg-hau.example"
#define CDU "vorsitz@cdu-bedburg-hau.example"
#define MEMBER_OF_CDU "mitglied@cdu-bedburg-hau.example"
#define STRANGER "erika.mustermann@fremd.example"
#define OFFICE "ratsbuero@bedburg-hau.example"
#define LIST "rat@lists.bedburg-hau.example"

struct fixture {
    struct case_directory directory;
    struct arena *arena;
    struct registry *registry;
    struct conf_body *body;
    struct conf conf;
    unsigned mails;
};

/* Of a cmocka test; *state is the fixture. */
int set_up(void **state);
int tear_down(void **state);
/* Of the group: what reads mail and days is ready. */
int begin_group(void **state);

struct letter {
    const char *from; /* NULL: SPD */
    bool forged;      /* no server has confirmed the sender */
    bool unreadable;  /* it ends the reader */
    const char *subject, *answers;
    const char *text;
    const char *file;  /* a text that is attached, or NULL */
    const char *date;  /* NULL: each a second after the one before */
    const char *head;  /* more fields, each with its line end, above the others; or NULL */
    const char *bytes; /* all of it, instead of what is above; or NULL */
};

/* As the clerk takes it. */
int64_t take_letter(struct fixture *f, const struct letter *letter);
#define TAKE(f, ...) take_letter(f, &(struct letter){__VA_ARGS__})

/* Of SPD, naming CDU: a cycle way, for the Rat on 2015-09-24. */
extern const char motion_text[];
/* Of SPD alone, for the same day. */
extern const char other_text[];

/* The motion's text, and that it has an enclosure. */
const char *enclosing_text(struct fixture *f);
/* A mail with it, whose Message-ID and Date are always the same. */
const char *same_bytes(struct fixture *f);

/* The answer as JSON, or the error with its exit code in front. */
const char *decide_on(struct fixture *f, const struct ruling_order *order);
#define DECIDE(f, ...) decide_on(f, &(struct ruling_order){__VA_ARGS__})
/* The stored bytes are read; they can be by now. */
const char *reread(struct fixture *f, const char *id);

void run_sql(struct fixture *f, const char *script);
/* The office is asked to decide about the mail, and a reply with this subject does. */
#define REPLY_TO_NOTICE "AW: Bitte entscheiden [#0123456789abcdef01234567]"
void give_token(struct fixture *f, int64_t message);

/* The first value that it finds, or "". */
const char *get(struct fixture *f, const char *sql);
void expect(struct fixture *f, const char *sql, const char *wanted);
void expect_part(const char *answer, const char *part);
/* "SPD,CDU (GRÜNE) registered 1" of A/2015/0001 */
void expect_motion(struct fixture *f, const char *wanted);
/* Message-ID of the last answer of this kind. */
const char *answer_to(struct fixture *f, const char *kind, const char *to);
/* The kind of the first answer to the message that went there, or "". */
const char *told(struct fixture *f, int64_t message, const char *to);

#endif
