/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The day's book and the list's mail of the day, as rows.  A book speaks of the events behind those
 * of the one before, so that none is left out and none told twice, whatever clocks do.
 */
#ifndef REGISTRY_BOOK_H
#define REGISTRY_BOOK_H

#include "registry/registry.h"
#include "reply/book.h"

/* What a visit saw, after registry_note_visit(): so many mails, and the UIDs of those that had no
 * outcome then (sorted). */
bool registry_note_seen(struct registry *registry, const char *body, const char *mailbox,
                        const char *folder, size_t seen, const uint32_t *wanted, size_t count,
                        struct err *err_r);

/* The newest day that has a book; DAY_NONE: none yet, or all of them are of a clock that was ahead
 * of now (moment_is_ahead()), which count for nothing here. */
bool registry_last_book(struct registry *registry, const char *body, int64_t now, struct day *day_r,
                        struct err *err_r);

/* The book that is still open: what happened since the last one, and how things are now.  What is
 * wrong with a mailbox at the moment is the caller's to add. */
bool registry_read_book(struct registry *registry, struct arena *arena,
                        const struct conf_body *body, struct day day, int64_t now,
                        struct book *book_r, struct err *err_r);
/* That of a day, without how things are; ERR_NO_INPUT where it has none. */
bool registry_read_past_book(struct registry *registry, struct arena *arena,
                             const struct conf_body *body, struct day day, struct book *book_r,
                             struct err *err_r);

/* It is the day's, and the next one begins behind it.  last is what registry_last_book() told, or
 * the day of what was noted since: one that a later day has is of a clock that was ahead, whatever
 * time it is by now, and is made anew.  ERR_BUG where the day is none of these. */
bool registry_note_book(struct registry *registry, const char *body, struct day last,
                        const struct book *book, struct err *err_r);
/* The first book of a body begins here: nothing before it is told, but for what happened behind a
 * book of a clock that was ahead. */
bool registry_begin_books(struct registry *registry, const char *body, struct day day, int64_t now,
                          struct err *err_r);

/* What is to stand in the list's next mail of the day, in its order: what waits for a person is not
 * among it. */
bool registry_list_entries(struct registry *registry, struct arena *arena, const char *body,
                           struct daily_entry **entries_r, size_t *count_r, struct err *err_r);
/* They stand in the answer with this Message-ID, in the same transaction that makes it. */
bool registry_gather(struct registry *registry, const struct daily_entry *entries, size_t count,
                     const char *message_id, int64_t now, struct err *err_r);
/* With list-mode "each" again: what was to be gathered goes out by itself. */
bool registry_free_entries(struct registry *registry, const char *body, int64_t now,
                           struct err *err_r);

#endif
