/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a person decides, as rows.  Each verb is one step (its own transaction outside of a batch)
 * and leaves an event that names who decided; answers that follow from it name that event.
 * Numbers that were given stay given.
 */
#ifndef REGISTRY_RULING_H
#define REGISTRY_RULING_H

#include "registry/registry.h"

/* Who decided, when, and in which words. */
struct ruled_by {
    const char *actor;
    int64_t at;
    const char *text; /* or NULL */
    const char *via;  /* how, where not by a command: "by reply to o34"; or NULL */
};

/* A message as it stands. */
struct stored_message {
    int64_t id;
    const char *body, *mailbox, *folder;
    uint32_t uidvalidity, uid;
    int64_t internaldate;
    struct arrival arrival;
    size_t size;
    const char *sha256; /* NULL: vanished */
    enum message_state state;
    const char *row;     /* of the decision table */
    const char *reading; /* JSON, NULL: unreadable */
    size_t *numbered;    /* positions of its motions that have a number */
    size_t numbered_count;
    size_t held_count; /* of its motions that wait for a person */
    int64_t erased_at; /* MOMENT_NONE: it was not */
    const char *erased_by;
};

/* ERR_NO_INPUT where there is none. */
bool registry_get_message(struct registry *registry, struct arena *arena, int64_t id,
                          struct stored_message *message_r, struct err *err_r);

/* The mail as it came, without its bytes (fd -1); borrows the strings.  False: its sum is no
 * SHA-256. */
bool registry_describe_raw(const struct stored_message *stored, struct raw_mail *raw_r);

/* ERR_DATA where it was erased, and by whom. */
bool registry_check_words_kept(struct arena *arena, const struct stored_message *stored,
                               struct err *err_r);

/* Registers what the entry's decision says of this message, the rest of it stays as it is.  Its
 * arrival is the decision's.  ERR_DATA where the same bytes are registered as another message. */
bool registry_accept(struct registry *registry, int64_t message, const struct registry_entry *entry,
                     const struct ruled_by *by, int64_t *ruling_r, struct err *err_r);

/* Puts a new reading and decision in the place of those of a message without numbers, with all that
 * they entail.  ERR_DATA as with registry_accept(). */
bool registry_reread(struct registry *registry, int64_t message, const struct registry_entry *entry,
                     const struct ruled_by *by, int64_t *ruling_r, struct err *err_r);

/* What waits for a person in this message waits no longer; the message is ignored unless some of
 * its motions have numbers.  by->text is the reason. */
bool registry_ignore(struct registry *registry, int64_t message, const struct registry_entry *entry,
                     const struct ruled_by *by, int64_t *ruling_r, struct err *err_r);

struct motion_change {
    const char *number;
    const char *event;                      /* "corrected", "withdrawn", "void" */
    int state;                              /* enum motion_state, or -1: stays */
    const struct decided_motion *corrected; /* or NULL: stays */
    bool movers;                            /* its movers are corrected, too */
    int64_t message;                        /* of its present version */
};
/* Of the entry only body, replies and registered_at count. */
bool registry_change_motion(struct registry *registry, const struct motion_change *change,
                            const struct registry_entry *entry, const struct ruled_by *by,
                            int64_t *ruling_r, struct err *err_r);

/* The first confirmation to the list about a motion: its Message-ID, NULL where there was none, and
 * whether it still waits for a person. */
bool registry_find_confirmation(struct registry *registry, struct arena *arena, const char *body,
                                const char *number, const char **message_id_r, bool *waiting_r,
                                struct err *err_r);

/* Waiting answers are queued: one (delivery not 0), or all about a motion.  count 0: none waits.
 * gathered_at: when the list's next mail of the day is made, for those that go out in it. */
bool registry_release(struct registry *registry, struct arena *arena, int64_t delivery,
                      const char *body, const char *number, int64_t gathered_at,
                      const struct ruled_by *by, int64_t **deliveries_r, size_t *count_r,
                      struct err *err_r);

/* An answer that has gone out or failed, or is deferred, is queued once more as it is.  The caller
 * has looked at its state. */
bool registry_resend(struct registry *registry, int64_t delivery, const struct ruled_by *by,
                     struct err *err_r);

/* All that would be tried later is due now. */
bool registry_retry(struct registry *registry, const struct ruled_by *by, int64_t *count_r,
                    struct err *err_r);

/* Whether the sender of these bytes was told before that they arrived (REPLY_NEUTRAL). */
bool registry_has_receipt(struct registry *registry, int64_t message, bool *has_r,
                          struct err *err_r);

/* The answers that follow from a decision, without bytes. */
bool registry_list_ruled(struct registry *registry, struct arena *arena, int64_t ruling,
                         struct delivery **rows_r, size_t *count_r, struct err *err_r);

#endif
