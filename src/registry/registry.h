/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The registry: the only place that sees SQLite, and no SQL leaves it.  One process opens it for
 * writing (a lock; a second one is ERR_TRY_AGAIN), others read while it works.  WAL,
 * synchronous=FULL, foreign keys, STRICT tables; migrations by PRAGMA user_version, a newer schema
 * than ours is ERR_CONFIG.
 *
 * Raw mails are files below STATE/mails, named by their SHA-256, durable before the row that names
 * them. Everything read is copied into the caller's arena.  Moments are seconds, UTC.
 */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include "base/err.h"
#include "base/text.h"
#include "decision/decision.h"
#include "mail/raw.h"
#include "reply/reply.h"

struct registry;

enum registry_mode {
    REGISTRY_READ,
    REGISTRY_WRITE,
    REGISTRY_TRIAL, /* a copy in memory: every verb of the database works, and nothing stays */
};

/* REGISTRY_WRITE makes directory (0700) and schema where missing and migrates an older one.
 * REGISTRY_READ of a registry that was never made is ERR_NO_INPUT; REGISTRY_TRIAL then begins
 * empty. */
bool registry_open(const char *state_directory, enum registry_mode mode,
                   struct registry **registry_r, struct err *err_r);
void registry_close(struct registry *registry);

/* ---- the clerk's verbs ------------------------------------------------------------------------
 */

/* Raw bytes durable, by content; harmless to repeat.  raw->sha256 must be their sum. */
bool registry_keep_raw(struct registry *registry, const struct raw_mail *raw, struct err *err_r);
bool registry_open_raw(struct registry *registry, const char *sha256_hex, int *fd_r,
                       struct err *err_r);

/* One transaction for a batch, a savepoint for each message in it. */
bool registry_begin(struct registry *registry, struct err *err_r);
/* Durable when true, all of it rolled back when false. */
bool registry_commit(struct registry *registry, struct err *err_r);
void registry_rollback(struct registry *registry); /* harmless outside of one */

/* All that lies between is undone where ok is false (then false); inside of a batch. */
bool registry_part_begin(struct registry *registry, struct err *err_r);
bool registry_part_end(struct registry *registry, bool ok, struct err *err_r);

/* What is known that bears on this mail.  reading NULL: unreadable.  year: of the arrival, local.
 * Inside begin and commit, and with registry_record() of this mail before the next lookup.
 * message 0: a new one.  Else what was known when that message came, for explaining it again. */
bool registry_lookup(struct registry *registry, struct arena *arena, const struct conf_body *body,
                     const struct raw_mail *raw, const struct reading *reading, int year,
                     int64_t message, struct known *known_r, struct err *err_r);

/* Whether this (body, mailbox, folder, UIDVALIDITY, UID) has a row: its id and state, or 0.  A
 * vanished one counts as none: who asks has the mail in hand. */
bool registry_find_uid(struct registry *registry, const struct raw_mail *raw, int64_t *id_r,
                       enum message_state *state_r, struct err *err_r);

struct registry_entry {
    const struct conf_body *body;
    const struct raw_mail *raw;
    const struct reading *reading; /* NULL: unreadable */
    const struct verdict *verdict; /* NULL where reading is */
    const struct known *known;     /* of registry_lookup in the same transaction */
    const struct decision *decision;
    const struct replies *replies;
    int64_t registered_at;
};

/* Message, documents, motions, numbers, consultations, movers, deliveries, events: all or nothing
 * (its own savepoint).  A UID that has a row is left as it is and true.  An answer of a kind that
 * these bytes have brought this recipient before, under whatever UID, is not made again.
 * ERR_BUG where the decision does not fit what is known now.  ERR_TRY_AGAIN may mean that SQLite
 * rolled back the whole batch (full disk): all else fails likewise until registry_rollback(). */
bool registry_record(struct registry *registry, const struct registry_entry *entry,
                     int64_t *message_r, struct err *err_r);

/* What searching finds of a message, as its row, documents and reading are now; to be called again
 * after a change of these.  Part of registry_record(). */
bool registry_index_message(struct registry *registry, int64_t message, struct err *err_r);

/* A mail that was seen and gone before it could be fetched; harmless to repeat. */
bool registry_record_vanished(struct registry *registry, const struct raw_mail *raw, int64_t now,
                              struct err *err_r);

/* Which of these UIDs have no row yet (to be fetched), and which are settled, still in the folder
 * and belong in the done-folder (registered, or duplicate of a registered one).  Sorted. */
struct uid_sets {
    size_t seen; /* all of them, each once */
    uint32_t *wanted;
    size_t wanted_count;
    uint32_t *to_move;
    size_t to_move_count;
};
bool registry_compare_uids(struct registry *registry, struct arena *arena, const char *body,
                           const char *mailbox, const char *folder, uint32_t uidvalidity,
                           const uint32_t *uids, size_t count, struct uid_sets *sets_r,
                           struct err *err_r);

/* Notes UIDVALIDITY and UIDNEXT (0: not told) of a visit, before its UIDs are compared.
 * *renewed_r: a new UIDVALIDITY, or UIDNEXT went back; UIDs from UIDNEXT on then count as never
 * seen, since they will name other mails. */
bool registry_note_visit(struct registry *registry, const char *body, const char *mailbox,
                         const char *folder, uint32_t uidvalidity, uint32_t uidnext, int64_t now,
                         bool *renewed_r, struct err *err_r);

/* Mails of these UIDs are in the done-folder now (an event each). */
bool registry_note_moved(struct registry *registry, const char *body, const char *mailbox,
                         const char *folder, uint32_t uidvalidity, const uint32_t *uids,
                         size_t count, int64_t now, struct err *err_r);

/* ---- a folder for junk ------------------------------------------------------------------------
 */

/* As registry_compare_uids(), and *wanted are those of which it has yet to be found out who sent
 * them: a UID that was left alone by the same roster is none, and one that is not there any more is
 * forgotten. */
bool registry_compare_junk(struct registry *registry, struct arena *arena, const char *body,
                           const char *mailbox, const char *folder, uint32_t uidvalidity,
                           const uint32_t *uids, size_t count, const char *roster,
                           struct uid_sets *sets_r, struct err *err_r);
/* Its sender is not on the roster; nothing but the UID is kept.  Harmless to repeat. */
bool registry_leave_alone(struct registry *registry, const struct raw_mail *raw, const char *roster,
                          struct err *err_r);

/* ---- copies of acknowledgements ---------------------------------------------------------------
 */

struct unfiled {
    int64_t delivery; /* 0: there is none */
    const char *message_id;
    int64_t date;      /* of the answer */
    bool may_be_there; /* an earlier try was not heard of again */
    const char *bytes;
    size_t size;
};
/* The next one for this mailbox, to which the mail that caused it had come: one behind after (a
 * delivery, or 0), else the first. */
bool registry_find_unfiled(struct registry *registry, struct arena *arena, const char *body,
                           const char *mailbox, int64_t after, struct unfiled *row_r,
                           struct err *err_r);
/* Committed before the copy goes out. */
bool registry_filing_begin(struct registry *registry, int64_t delivery, int64_t now,
                           struct err *err_r);
/* where: for the event, if it lies there now; NULL: it was refused and is surely not there. */
bool registry_filing_end(struct registry *registry, int64_t delivery, int64_t now,
                         const char *where, struct err *err_r);
/* How many wait, and since when the oldest does (MOMENT_NONE). */
struct unfiled_count {
    int64_t count;
    int64_t oldest;
};
bool registry_count_unfiled(struct registry *registry, const char *body, const char *mailbox,
                            struct unfiled_count *count_r, struct err *err_r);

/* ---- the outbox -------------------------------------------------------------------------------
 */

enum delivery_state {
    DELIVERY_WAITING,
    DELIVERY_QUEUED,
    DELIVERY_SENDING,
    DELIVERY_SENT,
    DELIVERY_DEFERRED,
    DELIVERY_MAYBE,
    DELIVERY_FAILED,
    DELIVERY_BOUNCED,
};

struct delivery {
    int64_t id; /* "o34" */
    const char *body;
    enum reply_kind kind;
    const char *number; /* or NULL */
    int64_t message;    /* the message that caused it */
    const char *to;
    const char *envelope_from;
    const char *message_id;
    const char *subject;
    enum delivery_state state;
    int attempts;
    int64_t created_at;
    int64_t erased_at;    /* MOMENT_NONE: it was not; then it has no bytes and its texts are "" */
    int64_t tried_since;  /* created_at, unless a person let it go or sent it again later */
    int64_t next_attempt; /* MOMENT_NONE: none due */
    const char *response; /* of the last attempt, or NULL */
    int64_t filed_at;     /* a copy lies in the sent-folder; MOMENT_NONE: none */
    bool daily;           /* it goes out in the list's mail of the day */
    int64_t gathered_in;  /* that mail, once it is made; state is then the mail's */
    const char *bytes;    /* only where asked for */
    size_t size;
};

/* Those due now (queued, deferred, maybe) of all bodies but not_of, oldest first, with bytes. */
bool registry_due(struct registry *registry, struct arena *arena, int64_t now,
                  const struct texts *not_of, size_t max, struct delivery **deliveries_r,
                  size_t *count_r, struct err *err_r);
/* When the next one of all bodies but not_of is due: MOMENT_NONE for never. */
bool registry_next_due(struct registry *registry, struct arena *arena, const struct texts *not_of,
                       int64_t *at_r, struct err *err_r);

/* Committed before dialling: state sending, attempts+1, next_attempt, an attempts row. */
bool registry_attempt_begin(struct registry *registry, int64_t delivery, int64_t now,
                            int64_t next_attempt, struct err *err_r);
/* Committed before the data go out: from now on a lost link means maybe. */
bool registry_attempt_data(struct registry *registry, int64_t delivery, int64_t now,
                           struct err *err_r);

struct attempt_end {
    enum delivery_state state; /* sent, deferred, maybe, failed */
    int code;                  /* SMTP reply, 0: none */
    const char *response;      /* its text, or the error */
    int64_t next_attempt;      /* MOMENT_NONE where sent or failed */
};
bool registry_attempt_end(struct registry *registry, int64_t delivery, int64_t now,
                          const struct attempt_end *end, struct err *err_r);

/* How long an answer that may have arrived waits for its second copy: a receiver folds the second
 * by its Message-ID more surely when the first is there; RFC 5321 section 4.5.4.1 asks for half an
 * hour between attempts anyway. */
#define REGISTRY_MAYBE_SECONDS 1800

/* After a crash of send: what was dialling is queued again (the first time for now, then as
 * planned), what had begun its data is maybe (due after 30 minutes). */
bool registry_recover_attempts(struct registry *registry, int64_t now, struct err *err_r);

/* Answers that a clock which was ahead of now has planned for a time yet to come are due now. */
bool registry_reschedule(struct registry *registry, int64_t now, size_t *count_r,
                         struct err *err_r);

/* ---- what no arriving mail causes ------------------------------------------------------------
 */

/* An answer for an occasion, and for a message where it has one (else 0).  One that was made before
 * for the same occasion is left as it is. */
bool registry_add_reply(struct registry *registry, const char *body, int64_t message,
                        const struct reply *reply, int64_t now, struct err *err_r);

/* Compares the known meetings with those of the last time.  A meeting from today on that is gone or
 * begins at another time adds an event to the motions that wanted to be heard in it, and changes
 * nothing else of them.  *moved_r counts the events. */
bool registry_note_meetings(struct registry *registry, const struct conf_body *body, int64_t now,
                            size_t *moved_r, struct err *err_r);

/* Answers that failed for good or came back, and of which the office was not told.  Notices are
 * none. */
bool registry_list_untold_failures(struct registry *registry, struct arena *arena, const char *body,
                                   struct delivery **rows_r, size_t *count_r, struct err *err_r);

/* A mail that waits for a person: held, unreadable, or registered but for a motion that is held. */
struct waiting_mail {
    int64_t id;
    const char *body;
    enum message_state state;
    int64_t arrived_at;
    const char *from;    /* address, or NULL */
    const char *subject; /* or NULL */
    const char *row;     /* of the decision table */
    const char *reason;  /* or NULL */
    int64_t mail_date;   /* of its Date field, or MOMENT_NONE */
    int64_t registered_at;
    int64_t answers;     /* the held mail whose review it answers, or 0 */
    int64_t answers_at;  /* when that one arrived */
    const char *brought; /* number of a motion that an answer to its own review brought, or NULL */
    /* of the motion in it that speaks for it; enum motion_kind, -1: none was found */
    bool changes; /* it would withdraw, replace or correct one of the register; else it is the one
                     that is due first */
    int kind;
    bool ocr;          /* it was read off a picture */
    const char *title; /* or NULL */
    struct deadline deadline;
    const char *faction;     /* that it names, "" for none; NULL: its sender has one.
                              * registry_list_claims(): as the letter or the roster calls it */
    struct mail_part *parts; /* registry_list_claims(): path, type, name, size, sum and state */
    size_t part_count;
};

/* body NULL, message 0: all. */
bool registry_list_waiting(struct registry *registry, struct arena *arena, const char *body,
                           int64_t message, struct waiting_mail **rows_r, size_t *count_r,
                           struct err *err_r);

/* Those that the office is still to be told of: their recording had a gathered answer.  The most
 * urgent first: what has a member's address, what would change a motion, what is due first. */
bool registry_list_untold(struct registry *registry, struct arena *arena, const char *body,
                          struct waiting_mail **rows_r, size_t *count_r, struct err *err_r);
bool registry_note_told(struct registry *registry, const char *body, int64_t message, int64_t now,
                        struct err *err_r);

/* Those that the office was told of at this moment at the latest, or by a clock that was ahead of
 * now, in the same order. */
bool registry_list_overdue(struct registry *registry, struct arena *arena, const char *body,
                           int64_t told_before, int64_t now, struct waiting_mail **rows_r,
                           size_t *count_r, struct err *err_r);
/* The office was told of it again. */
bool registry_note_reminded(struct registry *registry, const char *body, int64_t message,
                            int64_t now, struct err *err_r);

/* This reply decides what the grant lets it decide; *used_r: it, or another one, did so before, and
 * nothing was changed. */
bool registry_use_grant(struct registry *registry, const struct known_grant *grant, int64_t reply,
                        bool *used_r, struct err *err_r);

/* Whether the same mail, in another mailbox or folder, was taken as the office's reply before. */
bool registry_was_taken(struct registry *registry, int64_t message, bool *was_r, struct err *err_r);

/* A notice to the office, and that a reply which bears its token may decide these mails, for 14
 * days.  Inside registry_begin(). */
bool registry_add_notice(struct registry *registry, const char *body, const struct reply *reply,
                         const int64_t *mails, size_t count, int64_t now, struct err *err_r);

/* Held motions of unknown senders with the factions they name, a row for each motion and faction,
 * of which no chair was told. */
bool registry_list_claims(struct registry *registry, struct arena *arena, const char *body,
                          struct waiting_mail **rows_r, size_t *count_r, struct err *err_r);
/* The chairs of the faction were told of it. */
bool registry_note_claim_told(struct registry *registry, const char *body, int64_t message,
                              int64_t now, struct err *err_r);
/* Mails that lay in the folder for junk, of which the office was not told. */
bool registry_list_misfiled(struct registry *registry, struct arena *arena, const char *body,
                            const char *mailbox, const char *folder, struct waiting_mail **rows_r,
                            size_t *count_r, struct err *err_r);
bool registry_note_misfiled_told(struct registry *registry, const char *body, int64_t message,
                                 int64_t now, struct err *err_r);
/* A faction (or an address of none) whose answers are beyond the limit, and how many are to go out
 * later. */
struct paced_answers {
    const char *whose;
    size_t count;
    int64_t last_due;
};
bool registry_list_paced(struct registry *registry, struct arena *arena, const char *body,
                         int64_t now, struct paced_answers **rows_r, size_t *count_r,
                         struct err *err_r);

/* When an answer was made last whose occasion begins so; MOMENT_NONE: never.  What is later than
 * now was made by a clock that was ahead and does not count. */
bool registry_last_occasion(struct registry *registry, const char *body, const char *beginning,
                            int64_t now, int64_t *at_r, struct err *err_r);

/* ---- reading ----------------------------------------------------------------------------------
 */

struct message_row {
    int64_t id;
    const char *body, *mailbox, *folder;
    uint32_t uidvalidity, uid;
    int64_t arrived_at, registered_at;
    const char *arrival_basis;
    const char *from, *subject, *message_id;
    const char *sha256;
    int64_t size;      /* of the mail; of one too large only the headers are kept */
    const char *class; /* NULL: unreadable */
    enum message_state state;
    const char *reason;
    const char *trust;    /* NULL: unreadable */
    struct texts motions; /* numbers */
    int64_t erased_at;    /* MOMENT_NONE: it was not; else its words are NULL */
    const char *erased_by;
    const char *reading; /* JSON, only of registry_show_message */
};

struct motion_row_consultation {
    const char *organization;
    struct day meeting;
    struct deadline deadline;
};

/* A paper of a motion beside its present version: a former version, a withdrawal, a correction,
 * what came after or before it. */
struct motion_paper {
    const char *role; /* documents.role */
    int version;      /* that it is, or that it came to */
    int64_t message;
    int64_t arrived_at;
    struct deadline deadline; /* of a version */
};

struct motion_row {
    const char *number;
    int version;
    const char *body;
    enum motion_kind kind;
    const char *title;
    struct texts factions, named;
    enum motion_state state;
    bool confidential;
    const char *sender_name, *sender_address;
    const char *trust;
    int64_t mail_date; /* moment of the Date header, or MOMENT_NONE */
    int64_t arrived_at, registered_at;
    struct motion_row_consultation *consultations;
    size_t consultation_count;
    struct deadline deadline;
    const char *message_id, *sha256;
    int64_t message;
    struct motion_paper *papers; /* in the order of their arrival */
    size_t paper_count;
    int64_t erased_at; /* of the message, or MOMENT_NONE */
};

struct event_row {
    int64_t seq;
    int64_t at;
    const char *event;
    const char *id; /* "m12", "o34" or NULL */
    const char *number;
    const char *actor;
    const char *text;
};

/* Empty criteria (NULL, DAY_NONE, -1) do not restrict. */
struct motion_filter {
    const char *body;
    const char *number;
    const char *faction;
    struct day meeting;
    struct day since;
    int state; /* enum motion_state or -1 */
};

bool registry_list_motions(struct registry *registry, struct arena *arena,
                           const struct motion_filter *filter, struct motion_row **rows_r,
                           size_t *count_r, struct err *err_r);
/* state -1: all; id 0: all */
bool registry_list_messages(struct registry *registry, struct arena *arena, int state, int64_t id,
                            struct message_row **rows_r, size_t *count_r, struct err *err_r);
/* message 0: all.  Without bytes, but for one delivery (id not 0). */
bool registry_list_deliveries(struct registry *registry, struct arena *arena, int64_t message,
                              int64_t id, struct delivery **rows_r, size_t *count_r,
                              struct err *err_r);
/* Of a message, a motion (body and number), or all (0, NULL). */
bool registry_list_events(struct registry *registry, struct arena *arena, int64_t message,
                          const char *body, const char *number, struct event_row **rows_r,
                          size_t *count_r, struct err *err_r);

/* Empty criteria (0, NULL, MOMENT_NONE) do not restrict. */
struct event_filter {
    int64_t after; /* only events with a higher seq */
    int64_t since;
    int64_t message, delivery;
    const char *body, *number;
    const char *address; /* of mails this address sent, and answers it was sent */
};
bool registry_filter_events(struct registry *registry, struct arena *arena,
                            const struct event_filter *filter, struct event_row **rows_r,
                            size_t *count_r, struct err *err_r);
/* *fd_r becomes readable (inotify(7)) whenever something is being committed, which may be a moment
 * before it can be read: look again a little later.  The caller reads it empty and closes it. */
bool registry_watch(struct registry *registry, int *fd_r, struct err *err_r);

/* A motion, or what is held: then motion.number is NULL, its state and version mean nothing, and
 * without a document neither does its kind. */
struct found_row {
    struct motion_row motion;
    bool has_document;
};
/* Those that have, in title, subject, sender, text or names of attachments, words that begin with
 * each of the words; best first.  body NULL: all. */
bool registry_search(struct registry *registry, struct arena *arena, const char *words,
                     const char *body, struct found_row **rows_r, size_t *count_r,
                     struct err *err_r);

/* The database in one file without any beside it, and the mails its rows name in path.mails/, laid
 * out as in the state directory; linked where that is possible.  Replaces an older one. */
/* A file of a mail that nothing claimed for so long is of none that is on its way. */
#define REGISTRY_UNCLAIMED_SECONDS 3600
/* Paths of raw mails that no row names, not written since that moment.  They were fetched, the
 * daemon was killed before they were entered, and the server did not have them any more: nothing
 * else is left of them.  Looks at every file there. */
bool registry_list_unclaimed(struct registry *registry, struct arena *arena, int64_t before,
                             struct texts *paths_r, struct err *err_r);

struct backup_counts {
    size_t mails;
    size_t missing; /* rows whose mail is not there any more */
};
bool registry_backup(struct registry *registry, const char *path, struct backup_counts *counts_r,
                     struct err *err_r);

/* Whether the file is sound (ERR_DATA); reads all of it. */
bool registry_check(struct registry *registry, struct err *err_r);

/* How the UIDs of one folder stand against the registry, for reconcile. */
struct reconciliation {
    size_t in_mailbox;
    size_t by_state[6]; /* enum message_state */
    size_t left_alone;  /* in a folder for junk */
    size_t unexplained;
    uint32_t *unexplained_uids;
};
bool registry_reconcile(struct registry *registry, struct arena *arena, const char *body,
                        const char *mailbox, const char *folder, uint32_t uidvalidity,
                        const uint32_t *uids, size_t count, struct reconciliation *r,
                        struct err *err_r);

/* Counts for status. */
struct registry_counts {
    int64_t messages[6]; /* enum message_state */
    int64_t motions;
    int64_t deliveries[8];   /* enum delivery_state */
    int64_t last_message_at; /* registered_at of the newest, or MOMENT_NONE */
    struct {
        const char *body, *mailbox, *folder;
        int64_t visited_at;
    } * visits;
    size_t visit_count;
};
bool registry_count(struct registry *registry, struct arena *arena, struct registry_counts *r,
                    struct err *err_r);

/* Answers that give cause for concern, by when they were made; MOMENT_NONE: none. */
struct registry_backlog {
    int64_t oldest_unsent;  /* queued, sending, deferred, maybe */
    int64_t newest_failure; /* failed, bounced */
};
bool registry_find_backlog(struct registry *registry, struct registry_backlog *r,
                           struct err *err_r);

const char *delivery_state_to_text(enum delivery_state state);
bool delivery_state_from_text(const char *s, enum delivery_state *state_r);

#endif
