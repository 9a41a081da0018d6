/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of this folder share. */
#ifndef REGISTRY_PRIVATE_H
#define REGISTRY_PRIVATE_H

#include "registry/registry.h"
#include "registry/statement.h"

#include <sqlite3.h>

#define REGISTRY_FILE "registry.db"
#define REGISTRY_LOCK "lock"
#define REGISTRY_MAILS "mails"
#define REGISTRY_ACTOR "antragd" /* what no person decided */

/* How long SQLite waits for a lock.  A reader meets one while the writer recovers the log of a
 * crash; the writer meets one where a reader found the head of the log half written, and takes the
 * writer's lock to look again.  Both sides hold it for milliseconds. */
#define REGISTRY_BUSY_MILLISECONDS 5000

#define REGISTRY_KEPT_STATEMENTS 160

struct kept_statement {
    const char *sql;
    sqlite3_stmt *stmt;
    bool busy;
};

struct registry {
    enum registry_mode mode;
    char *directory;
    int lock_fd; /* -1: reader */
    sqlite3 *db;
    bool in_batch;
    struct kept_statement kept[REGISTRY_KEPT_STATEMENTS];
    size_t kept_count;
    /* of finish.c: so many pages were looked through; the index is being merged */
    int64_t scrubbed;
    bool merging;
};

/* ---- registry.c */

/*
 * A step: all or nothing, inside a batch or on its own (then durable when it ends).  SQLite may
 * roll back a whole batch by itself when the disk is full; what comes after must not begin to
 * commit by itself then, so that begin fails until registry_rollback().
 */
bool registry_step_begin(struct registry *registry, struct err *err_r);
/* ok false: undoes the step, keeps *err_r and returns false. */
bool registry_step_end(struct registry *registry, bool ok, struct err *err_r);

/*
 * Whether a message m came, or an event e was, before a moment, in SQL; now is that of the clock
 * and MOMENT_SLACK.  Where the clock was ahead when it was noted, that is known once something that
 * was noted after it was before that moment, too.
 */
#define REGISTRY_CAME_BEFORE(before, now)                      \
    "(m.registered_at < " before " OR (m.registered_at > " now \
    " AND EXISTS (SELECT 1 FROM messages l WHERE l.id > m.id AND l.registered_at < " before ")))"
#define REGISTRY_WAS_BEFORE(before, now) \
    "(e.at < " before " OR (e.at > " now \
    " AND EXISTS (SELECT 1 FROM events l WHERE l.seq > e.seq AND l.at < " before ")))"
/* Whether a message m that waits did so before a moment: where it waits again, since then. */
#define REGISTRY_WAITED_BEFORE(before, now)                                           \
    "(" REGISTRY_CAME_BEFORE(                                                         \
        before, now) " AND NOT EXISTS (SELECT 1 FROM events e WHERE e.message = m.id" \
                     "  AND e.event = 'reopened' AND NOT " REGISTRY_WAS_BEFORE(before, now) "))"
/* An event e by which the office was told that m will be erased, since it waits. */
#define REGISTRY_EXPIRY_TOLD                                                   \
    "(e.message = m.id AND e.event = 'expiry-told' AND NOT EXISTS"             \
    " (SELECT 1 FROM events r WHERE r.message = m.id AND r.event = 'reopened'" \
    "  AND r.seq > e.seq))"

/* ---- migrate.c */

/* Brings the schema to ours.  A newer one is ERR_CONFIG; a reader migrates nothing. */
bool registry_migrate(struct registry *registry, struct err *err_r);

/* ---- raw.c */

/* Removes what a writer that was killed left half written.  Needs the lock; nothing depends on
 * it, so that failures are left for the next start. */
void registry_sweep_raw(struct registry *registry);

/* Whether its file has more names than ours. */
bool registry_raw_is_linked(struct registry *registry, const char *sha256_hex);
/* Overwritten, unless it has another name (a backup's), and gone for good; harmless to repeat. */
bool registry_remove_raw(struct registry *registry, const char *sha256_hex, struct err *err_r);
bool registry_has_raw(struct registry *registry, const char *sha256_hex);

/* ---- scrub.c */

/* Overwrites what is left between the cells of so many pages more, registry->scrubbed says how many
 * it were.  The log must be empty. */
bool registry_scrub(struct registry *registry, int64_t max, bool *left_r, struct err *err_r);

/* ---- erase.c */

/* What tells the same mail from others once its words are gone; NULL where one is missing. */
const char *registry_mail_mark(struct arena *arena, const char *message_id, const char *sender_key,
                               const char *body_digest);
const char *registry_id_mark(struct arena *arena, const char *message_id);

/* ---- events.c */

int registry_add_seal(sqlite3 *db);

struct event {
    const char *event;
    int64_t at;
    int64_t message;    /* 0: none */
    int64_t delivery;   /* 0: none */
    const char *body;   /* or NULL */
    const char *number; /* or NULL; needs body */
    const char *actor;  /* NULL: no person, the program itself */
    const char *text;   /* no personal data: events outlive what a person may have erased */
};
bool registry_add_event(struct registry *registry, const struct event *event, struct err *err_r);
/* Columns: seq, at, event, message, delivery, number, actor, text. */
void registry_read_event(struct statement *s, struct arena *arena, struct event_row *row_r);

/* ---- record.c: the pieces of one record, also for what a person decides (ruling.c) */

struct recording {
    struct registry *registry;
    struct arena *arena;
    const struct registry_entry *entry;
    const char *body;
    const char *sha256;
    int64_t message;
    const char *actor; /* NULL: the program itself */
    int64_t ruling;    /* the event of a person's decision that this follows from, or 0 */
};

bool recording_fail_bug(const struct recording *r, struct err *err_r, const char *what);
int64_t recording_duplicate_of(const struct registry_entry *entry);
/* NULL where there is no reading. */
const char *recording_reading_text(struct arena *arena, const struct reading *reading);
/* All that a reading entails, the first one or a later one: its message has a row, and nothing of
 * an earlier reading is left. */
bool recording_enter(struct recording *r, struct err *err_r);
bool recording_add_document(struct recording *r, size_t position,
                            const struct decided_motion *decided, struct err *err_r);
bool recording_insert_consultations(struct recording *r, int64_t document,
                                    const struct decided_motion *decided, struct err *err_r);
bool recording_insert_movers(struct recording *r, int64_t document,
                             const struct decided_motion *decided, struct err *err_r);
bool recording_add_deliveries(struct recording *r, struct err *err_r);
/* Nobody took a number since it was looked up. */
bool recording_check_counter(struct recording *r, struct err *err_r);

/* ---- ruling.c */

/* What waits for a person in it waits no longer. */
bool registry_ignore_rows(struct registry *registry, int64_t message, const char *reason,
                          struct err *err_r);
/* Title, kind, meetings and deadlines of the document become these. */
bool recording_rewrite_document(struct recording *r, int64_t document,
                                const struct decided_motion *corrected, struct err *err_r);
/* The document of the motion's present version. */
bool recording_find_document(struct recording *r, int64_t motion, int64_t *document_r,
                             struct err *err_r);

/* ---- followed.c */

/* The motion that a paper follows becomes what was decided; what is known of it must still hold. */
bool recording_follow(struct recording *r, const struct decided_motion *decided, int version,
                      int64_t *motion_r, struct err *err_r);
/* Title and meetings, in a line. */
const char *registry_say_motion(struct arena *arena, const struct known_motion *known);

/* ---- completed.c */

/* The mail whose review this one answers, by In-Reply-To, References or "[m12]" in its subject,
 * into known. */
bool registry_find_held(struct registry *registry, struct arena *arena, const char *body,
                        const struct reading *reading, struct known *known, struct err *err_r);
/* That the mail answers the review of another one. */
bool recording_add_answered(struct recording *r, struct err *err_r);
/* Where the decision completes it, known->held is of that number and waits no longer; where it
 * brings a motion without that, known->held has a remark and the office is told of it once more. */
bool recording_complete_held(struct recording *r, struct err *err_r);
/* The motion is void: what it completed waits again as it did. */
bool recording_reopen_completed(struct recording *r, int64_t motion, const char *number,
                                struct err *err_r);

/* ---- lookup.c */

/* Whether the same part in another mail means the same motion: the part a motion stands in, and
 * papers.  Not logos, signatures, covering words. */
bool registry_part_is_telling(const struct reading *reading, const struct mail_part *part);
bool registry_next_message(struct registry *registry, int64_t *id_r, struct err *err_r);
bool registry_next_counter(struct registry *registry, const char *body, int year, int *counter_r,
                           struct err *err_r);
bool registry_find_number(struct registry *registry, const char *body, const char *number,
                          int64_t *motion_r, struct err *err_r);

/* ---- report.c */

/* The answer that a mail reports on, into known: by the address it came to, the ENVID or the
 * Message-ID that it returns. */
bool registry_find_reported(struct registry *registry, struct arena *arena,
                            const struct conf_body *body, const struct mail *mail,
                            struct known *known, struct err *err_r);
/* What became of that answer, as its state and an event. */
bool recording_add_report(struct recording *r, struct err *err_r);

/* ---- grants.c */

/* The notice that the mail replies to, by the tokens it bears or by In-Reply-To, into known; what
 * messages from before on have used is unused. */
bool registry_find_notice(struct registry *registry, struct arena *arena, const char *body,
                          const struct mail *mail, int64_t before, struct known *known,
                          struct err *err_r);

/* ---- referred.c */

/* The one motion that a mail is about, into known: by the numbers it names, and by the answers of
 * ours and the mail of the motion that it replies to, where they agree; and whom of a named faction
 * such an answer asked. */
bool registry_find_referred(struct registry *registry, struct arena *arena, const char *body,
                            const struct reading *reading, struct known *known, struct err *err_r);

/* ---- outbox.c */

/* For json_each(): a list as one value of a statement. */
const char *registry_texts_to_json(struct arena *arena, const struct texts *texts);

struct registry_order {
    const char *body;
    int64_t message;           /* 0: none */
    int64_t motion;            /* 0: none */
    const char *recipient_key; /* the address case folded */
    const struct reply *reply;
    int64_t now;
    const char *actor; /* NULL: the program itself */
    int64_t ruling;    /* the event of a person's decision that it follows from, or 0 */
};
/* A row of deliveries and its event. */
bool registry_insert_delivery(struct registry *registry, const struct registry_order *order,
                              struct err *err_r);
/* What happened to it. */
bool registry_add_delivery_event(struct registry *registry, int64_t delivery, const char *name,
                                 const char *text, int64_t now, struct err *err_r);
/* "" for none */
const char *registry_occasion(const struct reply *reply);

/* ---- uids.c */

/* One folder of one mailbox at one UIDVALIDITY. */
struct place {
    const char *body;
    const char *mailbox;
    const char *folder;
    uint32_t uidvalidity;
};
int registry_compare_uid(const void *a, const void *b); /* of uint32_t, for qsort() */

/* The row that speaks for this UID, a vanished one too; 0 where there is none. */
bool registry_find_row(struct registry *registry, const struct raw_mail *raw, int64_t *id_r,
                       enum message_state *state_r, struct err *err_r);

/* ---- junk.c */

struct uid_list {
    uint32_t *v; /* sorted */
    size_t n;
};
/* roster NULL: by whichever. */
bool registry_list_left_alone(struct registry *registry, struct arena *arena,
                              const struct place *place, const char *roster,
                              struct uid_list *list_r, struct err *err_r);
/* Those from uid on. */
bool registry_forget_left_alone(struct registry *registry, const struct place *place, uint32_t uid,
                                struct err *err_r);
bool registry_has_uid(const struct uid_list *list, uint32_t uid);

/* ---- list.c */

/* Room for one more row in an array of the arena that doubles; returns the new array. */
void *registry_grow_rows(struct arena *arena, void *rows, size_t count, size_t *room, size_t size);
/* The first column of what a statement with an id as its one value finds. */
bool registry_list_texts(struct registry *registry, struct arena *arena, const char *sql,
                         int64_t id, struct texts *texts_r, struct err *err_r);
/* A motion as its present version has it. */
#define REGISTRY_SELECT_MOTIONS                                                           \
    "SELECT n.number, t.version, t.body, d.kind, d.title, t.state, d.confidential,"       \
    " m.sender_name, m.sender_address, m.trust, m.mail_date, m.arrived_at, n.given_at,"   \
    " d.deadline_state, d.deadline_day, d.deadline_until, d.deadline_rule, m.message_id," \
    " m.sha256, m.id, m.erased_at, d.id"                                                  \
    " FROM motions t JOIN numbers n ON n.motion = t.id"                                   \
    " JOIN documents d ON d.motion = t.id AND d.version = t.version"                      \
    " AND d.role IN ('motion', 'replacement')"                                            \
    " JOIN messages m ON m.id = d.message"
/* All rows of a statement that begins so, which it closes. */
bool registry_read_motions(struct registry *registry, struct arena *arena, struct statement *s,
                           struct motion_row **rows_r, size_t *count_r, struct err *err_r);
/* Its columns, but the document's id; false: a word that is none of ours. */
bool registry_read_motion(struct statement *s, struct arena *arena, struct motion_row *row_r);
/* Movers and consultations of the document. */
bool registry_list_around_motion(struct registry *registry, struct arena *arena, int64_t document,
                                 struct motion_row *row, struct err *err_r);
/* A word that is none of ours stands with m12 or o34 (ERR_DATA); returns false. */
bool registry_fail_word(struct registry *registry, char letter, int64_t id, struct err *err_r);

/* ---- copy.c */

/* The database in that file, as of now, into the one in memory; nothing where there is no file. */
bool registry_copy_into_memory(struct registry *registry, const char *path, struct err *err_r);

#endif
