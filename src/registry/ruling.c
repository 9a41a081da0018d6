/* SPDX-License-Identifier: EUPL-1.2 */
#include "registry/ruling.h"

#include "base/digest.h"
#include "registry/private.h"

#include <string.h>

/* In documents.decided_by: a motion that a person left without a number. */
#define IGNORED_BY_PERSON "ignored-by-person"

/* ---- a message as it stands */

static bool read_documents(struct registry *registry, struct arena *arena,
                           struct stored_message *message, struct err *err_r)
{
    size_t room = 0;
    struct statement *s;

    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT position, motion IS NOT NULL, decided_by IS ?2 FROM documents"
                        " WHERE message = ?1 ORDER BY position",
                        value_int(message->id), value_text(IGNORED_BY_PERSON)))
        return false;
    while (statement_next(s)) {
        if (statement_int(s, 1) == 0) {
            message->held_count += statement_int(s, 2) == 0;
            continue;
        }
        message->numbered = registry_grow_rows(arena, message->numbered, message->numbered_count,
                                               &room, sizeof *message->numbered);
        message->numbered[message->numbered_count++] = (size_t)statement_int(s, 0);
    }
    return statement_close(s, err_r);
}

static bool read_row(struct statement *s, struct arena *arena, struct stored_message *message)
{
    *message = (struct stored_message){
        .id = statement_int(s, 0),
        .body = statement_text(s, arena, 1),
        .mailbox = statement_text(s, arena, 2),
        .folder = statement_text(s, arena, 3),
        .uidvalidity = (uint32_t)statement_int(s, 4),
        .uid = (uint32_t)statement_int(s, 5),
        .internaldate = statement_moment(s, 6),
        .arrival = {.at = statement_moment(s, 7),
                    .basis = statement_text(s, arena, 8),
                    .evidence = statement_text(s, arena, 9)},
        .size = (size_t)statement_int(s, 10),
        .sha256 = statement_text(s, arena, 11),
        .row = statement_text(s, arena, 13),
        .reading = statement_text(s, arena, 14),
        .erased_at = statement_moment(s, 15),
        .erased_by = statement_text(s, arena, 16),
    };
    return message_state_from_text(statement_peek_text(s, 12), &message->state);
}

bool registry_get_message(struct registry *registry, struct arena *arena, int64_t id,
                          struct stored_message *message_r, struct err *err_r)
{
    struct statement *s;
    bool found, known = true;

    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT id, body, mailbox, folder, uidvalidity, uid, internaldate,"
                        " arrived_at, arrival_basis, arrival_evidence, size, sha256, state,"
                        " decided_by, reading, erased_at, erased_by FROM messages WHERE id = ?",
                        value_int(id)))
        return false;
    found = statement_next(s);
    if (found)
        known = read_row(s, arena, message_r);
    if (!statement_close(s, err_r))
        return false;
    if (!found)
        return err_set(err_r, ERR_NO_INPUT, "there is no message m%lld", (long long)id);
    if (!known)
        return registry_fail_word(registry, 'm', id, err_r);
    return read_documents(registry, arena, message_r, err_r);
}

bool registry_describe_raw(const struct stored_message *stored, struct raw_mail *raw_r)
{
    *raw_r = (struct raw_mail){.body = stored->body,
                               .mailbox = stored->mailbox,
                               .folder = stored->folder,
                               .uidvalidity = stored->uidvalidity,
                               .uid = stored->uid,
                               .internaldate = stored->internaldate,
                               .fd = -1,
                               .size = stored->size};
    return stored->sha256 == NULL || digest_from_hex(stored->sha256, raw_r->sha256);
}

/* ---- one decision */

/* The event that a decision is; what follows in the step hangs on it. */
static bool add_ruling(struct recording *r, const char *name, const char *number,
                       const struct ruled_by *by, struct err *err_r)
{
    struct event event = {.event = name,
                          .at = by->at,
                          .message = r->message,
                          .body = r->body,
                          .number = number,
                          .actor = by->actor,
                          .text = by->text};

    if (by->via != NULL)
        event.text =
            by->text == NULL ? by->via : arena_printf(r->arena, "%s; %s", by->text, by->via);
    if (!registry_add_event(r->registry, &event, err_r))
        return false;
    r->ruling = sqlite3_last_insert_rowid(r->registry->db);
    return true;
}

static bool end_ruling(struct recording *r, bool ok, int64_t *ruling_r, struct err *err_r)
{
    ok = registry_step_end(r->registry, ok, err_r);
    arena_free(r->arena);
    *ruling_r = ok ? r->ruling : 0;
    return ok;
}

static struct recording begin_recording(struct registry *registry, int64_t message,
                                        const struct registry_entry *entry,
                                        const struct ruled_by *by)
{
    return (struct recording){.registry = registry,
                              .arena = arena_new(),
                              .entry = entry,
                              .body = entry->body->id,
                              .message = message,
                              .actor = by->actor};
}

static bool check_found(struct recording *r, struct err *err_r)
{
    return sqlite3_changes(r->registry->db) == 1 ||
           err_set(err_r, ERR_BUG, "m%lld has changed since it was looked up; please report this",
                   (long long)r->message);
}

/* ---- accepting */

static bool remove_document(struct recording *r, int64_t position, struct err *err_r)
{
    /* position -1: all of the message's */
    return STATEMENT_RUN(r->registry, err_r,
                         "DELETE FROM consultations WHERE document IN (SELECT id FROM documents"
                         " WHERE message = ?1 AND (?2 < 0 OR position = ?2))",
                         value_int(r->message), value_int(position)) &&
           STATEMENT_RUN(r->registry, err_r,
                         "DELETE FROM movers WHERE document IN (SELECT id FROM documents"
                         " WHERE message = ?1 AND (?2 < 0 OR position = ?2))",
                         value_int(r->message), value_int(position)) &&
           STATEMENT_RUN(r->registry, err_r,
                         "DELETE FROM documents WHERE message = ?1 AND (?2 < 0 OR position = ?2)"
                         " AND motion IS NULL",
                         value_int(r->message), value_int(position));
}

/* Two messages of the same bytes are one mail, and one mail has one number. */
static bool check_bytes(struct recording *r, struct err *err_r)
{
    int64_t other;

    if (r->entry->decision->state != MESSAGE_REGISTERED)
        return true;
    if (!STATEMENT_GET(r->registry, &other, err_r,
                       "SELECT o.id FROM messages m JOIN messages o ON o.sha256 = m.sha256"
                       " AND o.body = m.body AND o.id <> m.id AND o.state = 'registered'"
                       " WHERE m.id = ? ORDER BY o.id LIMIT 1",
                       value_int(r->message)))
        return false;
    return other == 0 ||
           err_set(err_r, ERR_DATA,
                   "m%lld: the same bytes are registered as m%lld already; look with show m%lld",
                   (long long)r->message, (long long)other, (long long)other);
}

static bool accept_row(struct recording *r, struct err *err_r)
{
    const struct decision *decision = r->entry->decision;

    return STATEMENT_RUN(r->registry, err_r,
                         "UPDATE messages SET state = 'registered', decided_by = ?, reason = ?,"
                         " duplicate_of = NULL, arrived_at = ?, arrival_basis = ?,"
                         " arrival_evidence = ? WHERE id = ? AND state <> 'vanished'",
                         value_text(decision->row), value_text(decision->reason),
                         value_moment(decision->arrival.at), value_text(decision->arrival.basis),
                         value_text(decision->arrival.evidence), value_int(r->message)) &&
           check_found(r, err_r);
}

static bool accept_motions(struct recording *r, struct err *err_r)
{
    const struct decision *decision = r->entry->decision;

    for (size_t i = 0; i < decision->motion_count; i++) {
        size_t position = decision->motions[i].position;

        if (!remove_document(r, (int64_t)position, err_r) ||
            !recording_add_document(r, position, &decision->motions[i], err_r))
            return false;
    }
    return true;
}

bool registry_accept(struct registry *registry, int64_t message, const struct registry_entry *entry,
                     const struct ruled_by *by, int64_t *ruling_r, struct err *err_r)
{
    if (!registry_step_begin(registry, err_r))
        return false;
    struct recording r = begin_recording(registry, message, entry, by);
    bool ok = check_bytes(&r, err_r) && recording_check_counter(&r, err_r) &&
              add_ruling(&r, "accepted", NULL, by, err_r) && accept_row(&r, err_r) &&
              accept_motions(&r, err_r) && recording_complete_held(&r, err_r) &&
              recording_add_deliveries(&r, err_r) &&
              registry_index_message(registry, message, err_r);
    return end_ruling(&r, ok, ruling_r, err_r);
}

/* ---- reading again */

static bool reread_row(struct recording *r, struct err *err_r)
{
    const struct decision *decision = r->entry->decision;

    return STATEMENT_RUN(
               r->registry, err_r,
               "UPDATE messages SET arrived_at = ?, arrival_basis = ?, state = ?, decided_by = ?,"
               " reason = ?, duplicate_of = ?, reading = ?, answers = NULL"
               " WHERE id = ? AND state IN ('held', 'unreadable')",
               value_moment(decision->arrival.at), value_text(decision->arrival.basis),
               value_text(message_state_to_text(decision->state)), value_text(decision->row),
               value_text(decision->reason), value_id(recording_duplicate_of(r->entry)),
               value_text(recording_reading_text(r->arena, r->entry->reading)),
               value_int(r->message)) &&
           check_found(r, err_r);
}

static bool forget_reading(struct recording *r, struct err *err_r)
{
    return remove_document(r, -1, err_r) &&
           STATEMENT_RUN(r->registry, err_r, "DELETE FROM parts WHERE message = ?",
                         value_int(r->message));
}

bool registry_reread(struct registry *registry, int64_t message, const struct registry_entry *entry,
                     const struct ruled_by *by, int64_t *ruling_r, struct err *err_r)
{
    if (!registry_step_begin(registry, err_r))
        return false;
    struct recording r = begin_recording(registry, message, entry, by);
    bool ok = check_bytes(&r, err_r) && recording_check_counter(&r, err_r) &&
              add_ruling(&r, "reread", NULL, by, err_r) && forget_reading(&r, err_r) &&
              reread_row(&r, err_r) && recording_enter(&r, err_r);
    return end_ruling(&r, ok, ruling_r, err_r);
}

/* ---- ignoring */

bool registry_ignore_rows(struct registry *registry, int64_t message, const char *reason,
                          struct err *err_r)
{
    return STATEMENT_RUN(registry, err_r,
                         "UPDATE documents SET decided_by = ?, reason = ?"
                         " WHERE message = ? AND motion IS NULL",
                         value_text(IGNORED_BY_PERSON), value_text(reason), value_int(message)) &&
           STATEMENT_RUN(registry, err_r,
                         "UPDATE messages SET state = 'ignored', decided_by = ?, reason = ?"
                         " WHERE id = ? AND state IN ('held', 'unreadable')",
                         value_text(IGNORED_BY_PERSON), value_text(reason), value_int(message));
}

bool registry_ignore(struct registry *registry, int64_t message, const struct registry_entry *entry,
                     const struct ruled_by *by, int64_t *ruling_r, struct err *err_r)
{
    if (!registry_step_begin(registry, err_r))
        return false;
    struct recording r = begin_recording(registry, message, entry, by);
    bool ok = add_ruling(&r, "ignored", NULL, by, err_r) &&
              registry_ignore_rows(registry, message, by->text, err_r) &&
              recording_add_deliveries(&r, err_r);
    return end_ruling(&r, ok, ruling_r, err_r);
}

/* ---- motions */

static bool change_state(struct recording *r, int64_t motion, int state, struct err *err_r)
{
    return state < 0 ||
           STATEMENT_RUN(r->registry, err_r, "UPDATE motions SET state = ? WHERE id = ?",
                         value_text(motion_state_to_text((enum motion_state)state)),
                         value_int(motion));
}

bool recording_find_document(struct recording *r, int64_t motion, int64_t *document_r,
                             struct err *err_r)
{
    return STATEMENT_GET(r->registry, document_r, err_r,
                         "SELECT d.id FROM motions t JOIN documents d ON d.motion = t.id"
                         " AND d.version = t.version AND d.role IN ('motion', 'replacement')"
                         " WHERE t.id = ?",
                         value_int(motion));
}

static bool rewrite_movers(struct recording *r, int64_t document,
                           const struct decided_motion *corrected, struct err *err_r)
{
    return STATEMENT_RUN(r->registry, err_r, "DELETE FROM movers WHERE document = ?",
                         value_int(document)) &&
           recording_insert_movers(r, document, corrected, err_r);
}

bool recording_rewrite_document(struct recording *r, int64_t document,
                                const struct decided_motion *corrected, struct err *err_r)
{
    const struct deadline *deadline = &corrected->deadline;

    return STATEMENT_RUN(r->registry, err_r,
                         "UPDATE documents SET kind = ?, title = ?, deadline_state = ?,"
                         " deadline_day = ?, deadline_until = ?, deadline_rule = ? WHERE id = ?",
                         value_text(motion_kind_to_text(corrected->motion->kind)),
                         value_text(corrected->motion->title),
                         value_text(deadline_state_to_text(deadline->state)),
                         value_day(r->arena, deadline->last_day), value_moment(deadline->until),
                         value_text(deadline->rule), value_int(document)) &&
           STATEMENT_RUN(r->registry, err_r, "DELETE FROM consultations WHERE document = ?",
                         value_int(document)) &&
           recording_insert_consultations(r, document, corrected, err_r);
}

static bool correct_motion(struct recording *r, int64_t motion, const struct motion_change *change,
                           struct err *err_r)
{
    int64_t document;

    if (change->corrected == NULL)
        return true;
    return recording_find_document(r, motion, &document, err_r) &&
           recording_rewrite_document(r, document, change->corrected, err_r) &&
           (!change->movers || rewrite_movers(r, document, change->corrected, err_r));
}

bool registry_change_motion(struct registry *registry, const struct motion_change *change,
                            const struct registry_entry *entry, const struct ruled_by *by,
                            int64_t *ruling_r, struct err *err_r)
{
    int64_t motion;

    if (!registry_step_begin(registry, err_r))
        return false;
    struct recording r = begin_recording(registry, change->message, entry, by);
    bool ok = registry_find_number(registry, r.body, change->number, &motion, err_r) &&
              add_ruling(&r, change->event, change->number, by, err_r) &&
              change_state(&r, motion, change->state, err_r) &&
              (change->state != MOTION_STATE_VOID ||
               recording_reopen_completed(&r, motion, change->number, err_r)) &&
              correct_motion(&r, motion, change, err_r) && recording_add_deliveries(&r, err_r) &&
              registry_index_message(registry, change->message, err_r);
    return end_ruling(&r, ok, ruling_r, err_r);
}

bool registry_find_confirmation(struct registry *registry, struct arena *arena, const char *body,
                                const char *number, const char **message_id_r, bool *waiting_r,
                                struct err *err_r)
{
    struct statement *s;

    *message_id_r = NULL;
    *waiting_r = false;
    if (!STATEMENT_OPEN(
            registry, &s, err_r,
            "SELECT coalesce(c.message_id, d.message_id), d.state = 'waiting' FROM numbers n"
            " JOIN deliveries d ON d.motion = n.motion AND d.kind = 'confirmation'"
            " LEFT JOIN deliveries c ON c.id = d.gathered_in"
            " WHERE n.body = ? AND n.number = ? ORDER BY d.id LIMIT 1",
            value_text(body), value_text(number)))
        return false;
    if (statement_next(s)) {
        *message_id_r = statement_text(s, arena, 0);
        *waiting_r = statement_int(s, 1) != 0;
    }
    return statement_close(s, err_r);
}

bool registry_has_receipt(struct registry *registry, int64_t message, bool *has_r,
                          struct err *err_r)
{
    int64_t id;

    if (!STATEMENT_GET(registry, &id, err_r,
                       "SELECT d.id FROM messages m JOIN messages o ON o.body = m.body"
                       " AND (o.sha256 = m.sha256 OR (o.message_id = m.message_id"
                       "  AND o.sender_key = m.sender_key))"
                       " JOIN deliveries d ON d.message = o.id AND d.occasion = ?2"
                       " WHERE m.id = ?1 LIMIT 1",
                       value_int(message), value_text(REPLY_NEUTRAL)))
        return false;
    *has_r = id != 0;
    return true;
}

/* ---- answers */

static bool add_delivery_event(struct registry *registry, int64_t delivery, const char *name,
                               const struct ruled_by *by, struct err *err_r)
{
    return STATEMENT_RUN(
        registry, err_r,
        "INSERT INTO events (at, event, message, delivery, body, number, actor,"
        " text, seal) SELECT ?1, ?2, d.message, d.id, d.body, n.number, ?3, ?4, event_seal(?4)"
        " FROM deliveries d LEFT JOIN numbers n ON n.motion = d.motion WHERE d.id = ?5",
        value_int(by->at), value_text(name), value_text(by->actor), value_text(by->text),
        value_int(delivery));
}

static bool find_waiting(struct registry *registry, struct arena *arena, int64_t delivery,
                         const char *body, const char *number, int64_t **deliveries_r,
                         size_t *count_r, struct err *err_r)
{
    struct statement *s;

    return STATEMENT_OPEN(registry, &s, err_r,
                          "SELECT d.id FROM deliveries d LEFT JOIN numbers n ON n.motion = d.motion"
                          " WHERE d.state = 'waiting'"
                          " AND (d.id = ?1 OR (?1 IS NULL AND n.body = ?2 AND n.number = ?3))"
                          " ORDER BY d.id",
                          value_id(delivery), value_text(body), value_text(number)) &&
           statement_read_ids(s, arena, deliveries_r, count_r, err_r);
}

static bool release_all(struct registry *registry, const int64_t *deliveries, size_t count,
                        int64_t gathered_at, const struct ruled_by *by, struct err *err_r)
{
    for (size_t i = 0; i < count; i++) {
        if (!STATEMENT_RUN(registry, err_r,
                           "UPDATE deliveries SET state = 'queued', resent_at = ?1,"
                           " next_attempt = iif(entry IS NULL, ?1, ?2) WHERE id = ?3",
                           value_int(by->at), value_int(gathered_at), value_int(deliveries[i])) ||
            !add_delivery_event(registry, deliveries[i], "released", by, err_r))
            return false;
    }
    return true;
}

bool registry_release(struct registry *registry, struct arena *arena, int64_t delivery,
                      const char *body, const char *number, int64_t gathered_at,
                      const struct ruled_by *by, int64_t **deliveries_r, size_t *count_r,
                      struct err *err_r)
{
    if (!registry_step_begin(registry, err_r))
        return false;
    bool ok = find_waiting(registry, arena, delivery, body, number, deliveries_r, count_r, err_r) &&
              release_all(registry, *deliveries_r, *count_r, gathered_at, by, err_r);
    return registry_step_end(registry, ok, err_r);
}

static bool requeue(struct registry *registry, int64_t delivery, const struct ruled_by *by,
                    struct err *err_r)
{
    if (!STATEMENT_RUN(registry, err_r,
                       "UPDATE deliveries SET state = 'queued', next_attempt = ?1, resent_at = ?1"
                       " WHERE id = ?2 AND state NOT IN ('waiting', 'sending')",
                       value_int(by->at), value_int(delivery)))
        return false;
    if (sqlite3_changes(registry->db) != 1)
        return err_set(err_r, ERR_BUG, "o%lld cannot be sent again as it is; please report this",
                       (long long)delivery);
    return add_delivery_event(registry, delivery, "resent", by, err_r);
}

bool registry_resend(struct registry *registry, int64_t delivery, const struct ruled_by *by,
                     struct err *err_r)
{
    if (!registry_step_begin(registry, err_r))
        return false;
    return registry_step_end(registry, requeue(registry, delivery, by, err_r), err_r);
}

static bool hurry(struct registry *registry, const struct ruled_by *by, int64_t *count_r,
                  struct err *err_r)
{
    struct event event = {.event = "retry", .at = by->at, .actor = by->actor, .text = by->text};

    if (!STATEMENT_RUN(registry, err_r,
                       "UPDATE deliveries SET next_attempt = ?1 WHERE state IN ('queued',"
                       " 'deferred', 'maybe') AND entry IS NULL"
                       " AND (paced_by IS NULL OR due_at <= ?1)",
                       value_int(by->at)))
        return false;
    *count_r = sqlite3_changes(registry->db);
    return registry_add_event(registry, &event, err_r);
}

bool registry_retry(struct registry *registry, const struct ruled_by *by, int64_t *count_r,
                    struct err *err_r)
{
    *count_r = 0;
    if (!registry_step_begin(registry, err_r))
        return false;
    return registry_step_end(registry, hurry(registry, by, count_r, err_r), err_r);
}
