/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Data protection: what a message said goes, that it came stays.
 *
 * Erasing is one step that takes the words out of the rows; what may still be found in the files
 * beside them (the raw mail, the index of words, freed bytes, the log of the database) goes in
 * bounded pieces of work after it, and the registry remembers until that is done, whatever is
 * killed meanwhile.  Kept are ids, hashes, sizes, times, states, numbers, councils, movers of
 * numbered motions, and who decided what; of events the seal over the text that goes
 * (schema_6.sql).
 */
#ifndef REGISTRY_ERASE_H
#define REGISTRY_ERASE_H

#include "registry/ruling.h"

#define REGISTRY_RETENTION "retention" /* who erases what is older than the town keeps it */

/* A mail on the server, where nothing is ever deleted. */
struct erased_place {
    int64_t message;
    const char *body, *mailbox, *folder;
    uint32_t uidvalidity, uid;
    const char *sha256;
    bool moved;             /* to the done-folder, under a UID that is not known */
    const char *message_id; /* or NULL */
};

/* What was erased, as it was before, for those who have to look where the registry cannot. */
struct erasure {
    struct erased_place *places; /* the message, then its duplicates, which go with it */
    size_t place_count;
    struct delivery *answers; /* of all of them, in their states before; without bytes */
    size_t answer_count;
    size_t linked;     /* raw mails that have another name on this disk: a backup */
    struct texts open; /* numbers of its motions that are registered and not withdrawn */
    /* "m15": messages that stay and have its words, too: with the same bytes, of the same motions,
     * replies to its review, the office's that decided it, reports on its answers */
    struct texts related;
};

/* Whether an answer of this state is yet to go out; erasing its mail cancels it. */
bool registry_is_unsent(enum delivery_state state);

/* What waits for a person in it waits no longer (ignored, silently); answers that have not gone out
 * are failed.  ERR_NO_INPUT where there is none, ERR_DATA where it vanished or was erased before,
 * ERR_TRY_AGAIN while one of its answers is being sent.  by->text may be NULL; it stays. */
bool registry_erase(struct registry *registry, struct arena *arena, int64_t message,
                    const struct ruled_by *by, struct erasure *erasure_r, struct err *err_r);

/* A piece of the work that erasing leaves, some hundredths of a second of it; outside of a batch.
 * *left_r (always, inside of a batch): there is more, now or when who reads the registry, or sends,
 * has ended. */
bool registry_finish_erasures(struct registry *registry, bool *left_r, struct err *err_r);

/* ---- what is too old ------------------------------------------------------------------------- */

/* Moments; MOMENT_NONE: that kind is kept. */
struct retention {
    int64_t ignored_before; /* when it came, or when a person decided so */
    int64_t held_before;    /* when it came; held and unreadable ones */
    int64_t told_before;    /* and of these only such as the office was told of at this moment */
    int64_t now;
};
/* At most max ids, oldest first; and copies of erased mails, which came again.  None whose answers
 * are yet to go out. */
bool registry_list_expired(struct registry *registry, struct arena *arena, const char *body,
                           const struct retention *retention, size_t max, int64_t **ids_r,
                           size_t *count_r, struct err *err_r);
/* Held and unreadable ones that came before that moment, of which the office was not told that they
 * will be erased. */
bool registry_list_expiring(struct registry *registry, struct arena *arena, const char *body,
                            int64_t held_before, int64_t now, struct waiting_mail **rows_r,
                            size_t *count_r, struct err *err_r);
bool registry_note_expiring(struct registry *registry, const char *body, int64_t message,
                            int64_t now, struct err *err_r);

/* ---- who asks what is kept about him ----------------------------------------------------------
 */

struct ids {
    int64_t *v;
    size_t n;
};
struct person {
    struct ids messages; /* that one of these addresses sent, in whatever state */
    struct ids answers;  /* to these, and those to one of the addresses */
    struct ids mentions; /* other messages in which an address stands */
    struct event_row *events;
    size_t event_count;
};
/* All of one person's addresses. */
bool registry_find_person(struct registry *registry, struct arena *arena,
                          const struct texts *addresses, struct person *person_r,
                          struct err *err_r);

#endif
