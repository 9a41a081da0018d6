/* SPDX-License-Identifier: EUPL-1.2 */
/* What the tests of the registry share: a directory, mails, and what a town would decide of them.
 */
#ifndef TESTS_UNIT_REGISTRY_CASE_H
#define TESTS_UNIT_REGISTRY_CASE_H

#include "registry/registry.h"

#define CASE_NOW INT64_C(1438682591) /* 2015-08-04T10:03:11Z */

/* A new empty directory below $TMPDIR, and its state directory, not made yet. */
struct case_directory {
    char path[200];
    char state[220];
};
void case_directory_make(struct case_directory *directory);
/* Another one, with copies of all files of the first one's state directory, which nobody has open:
 * cheaper than to make a registry anew. */
void case_directory_copy(const struct case_directory *from, struct case_directory *copy_r);
void case_directory_remove(const struct case_directory *directory);

/* An empty registry in a directory of its own, with which a test of it begins. */
struct registry_case {
    struct case_directory directory;
    struct arena *arena;
    struct registry *registry; /* NULL: none is open */
    struct err err;
};
/* cmocka's fixtures; *state is a struct registry_case. */
int case_set_up(void **state);
int case_tear_down(void **state);
void case_open(struct registry_case *c, enum registry_mode mode);
void case_reopen(struct registry_case *c); /* to write, as after a restart */
void case_must(const struct registry_case *c, bool ok);

/* One mail and what shall be decided of it, unless it is a duplicate. */
struct sample {
    const char *body; /* NULL: "hau" */
    const char *folder;
    uint32_t uidvalidity; /* 0: 7 */
    uint32_t uid;
    const char *message_id;
    const char *from;    /* NULL: none */
    const char *text;    /* NULL: "Guten Tag" */
    const char *subject; /* NULL: the usual one */
    bool no_subject;
    int64_t later; /* seconds: its Date is so much later than that of others */
    bool lacks_attachment;
    const char *attachment;    /* content of a PDF, or NULL */
    const char *references[2]; /* of its header; NULL: none */
    const char *trace;         /* differs on the way: another transport of the same mail */
    enum message_state state;
    size_t motions;      /* so many are registered */
    size_t held_motions; /* and so many held */
    enum motion_kind kind;
    const char *faction; /* NULL: "SPD" */
    bool unreadable;
    bool reviewed; /* a review goes to the sender */
    bool waiting;
    bool daily; /* the list gets it in its mail of the day */
    /* mistakes of the caller */
    int64_t wrong_message;
    int wrong_counter;
    const char *wrong_number;
    const char *same_message_id; /* of every answer */
};

/* Its raw bytes (as a sealed memfd: close raw_r->fd). */
void sample_make_raw(const struct sample *sample, struct arena *arena, struct raw_mail *raw_r);

/* Inside a batch: keeps its bytes, looks it up, decides, records. */
bool sample_record(struct registry *registry, struct arena *arena, const struct sample *sample,
                   struct known *known_r, int64_t *message_r, struct err *err_r);
/* With a batch of its own. */
bool sample_take(struct registry *registry, struct arena *arena, const struct sample *sample,
                 int64_t *message_r, struct err *err_r);
/* In a batch of its own, and it must succeed; its id. */
int64_t case_take(struct registry_case *c, struct sample sample);

#endif
