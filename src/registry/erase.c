/* SPDX-License-Identifier: EUPL-1.2 */
/* The words of a message leave the rows. */
#include "registry/erase.h"

#include "registry/private.h"

#include <string.h>

bool registry_is_unsent(enum delivery_state state)
{
    switch (state) {
    case DELIVERY_WAITING:
    case DELIVERY_QUEUED:
    case DELIVERY_SENDING:
    case DELIVERY_DEFERRED:
    case DELIVERY_MAYBE:
        return true;
    case DELIVERY_SENT:
    case DELIVERY_FAILED:
    case DELIVERY_BOUNCED:
        return false;
    }
    panic("registry: no such state of an answer");
}

/* ---- what is told before it goes */

static bool read_places(struct registry *registry, struct arena *arena, int64_t message,
                        struct erasure *erasure, struct err *err_r)
{
    size_t room = 0;
    struct statement *s;

    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT id, body, mailbox, folder, uidvalidity, uid,"
                        " sha256, moved_at IS NOT NULL, message_id FROM messages"
                        " WHERE id = ?1 OR (duplicate_of = ?1 AND erased_at IS NULL)"
                        " ORDER BY id <> ?1, id",
                        value_int(message)))
        return false;
    while (statement_next(s)) {
        erasure->places = registry_grow_rows(arena, erasure->places, erasure->place_count, &room,
                                             sizeof *erasure->places);
        erasure->places[erasure->place_count++] =
            (struct erased_place){.message = statement_int(s, 0),
                                  .body = statement_text(s, arena, 1),
                                  .mailbox = statement_text(s, arena, 2),
                                  .folder = statement_text(s, arena, 3),
                                  .uidvalidity = (uint32_t)statement_int(s, 4),
                                  .uid = (uint32_t)statement_int(s, 5),
                                  .sha256 = statement_text(s, arena, 6),
                                  .moved = statement_int(s, 7) != 0,
                                  .message_id = statement_text(s, arena, 8)};
    }
    return statement_close(s, err_r);
}

static bool add_answers(struct registry *registry, struct arena *arena, int64_t message,
                        struct erasure *erasure, size_t *room, struct err *err_r)
{
    struct delivery *rows;
    size_t count;

    if (!registry_list_deliveries(registry, arena, message, 0, &rows, &count, err_r))
        return false;
    for (size_t i = 0; i < count; i++) {
        erasure->answers = registry_grow_rows(arena, erasure->answers, erasure->answer_count, room,
                                              sizeof *erasure->answers);
        erasure->answers[erasure->answer_count++] = rows[i];
    }
    return true;
}

static bool read_answers(struct registry *registry, struct arena *arena, struct erasure *erasure,
                         struct err *err_r)
{
    size_t room = 0;

    for (size_t i = 0; i < erasure->place_count; i++) {
        if (!add_answers(registry, arena, erasure->places[i].message, erasure, &room, err_r))
            return false;
    }
    for (size_t i = 0; i < erasure->answer_count; i++) {
        if (erasure->answers[i].state == DELIVERY_SENDING)
            return err_set(
                err_r, ERR_TRY_AGAIN, "o%lld is being sent just now; erase m%lld when that is over",
                (long long)erasure->answers[i].id, (long long)erasure->places[0].message);
    }
    return true;
}

static bool read_related(struct registry *registry, struct arena *arena, int64_t message,
                         struct erasure *erasure, struct err *err_r)
{
    return registry_list_texts(
               registry, arena,
               "SELECT n.number FROM documents d JOIN motions t ON t.id = d.motion"
               " JOIN numbers n ON n.motion = t.id"
               " WHERE d.message = ? AND t.state = 'registered' ORDER BY d.position",
               message, &erasure->open, err_r) &&
           registry_list_texts(registry, arena,
                               "SELECT 'm' || o.id FROM messages m JOIN messages o ON o.id <> m.id"
                               " AND o.erased_at IS NULL AND o.duplicate_of IS NOT m.id"
                               " AND (o.id IN (SELECT id FROM messages WHERE sha256 = m.sha256)"
                               "  OR o.id IN (SELECT b.message FROM documents a"
                               "   JOIN documents b ON b.motion = a.motion WHERE a.message = m.id)"
                               "  OR o.answers = m.id"
                               "  OR o.id IN (SELECT used_by FROM grants WHERE message = m.id)"
                               "  OR o.id IN (SELECT e.message FROM deliveries d JOIN events e"
                               "   ON e.delivery = d.id WHERE d.message = m.id))"
                               " WHERE m.id = ? ORDER BY o.id",
                               message, &erasure->related, err_r);
}

bool registry_check_words_kept(struct arena *arena, const struct stored_message *stored,
                               struct err *err_r)
{
    return stored->erased_at == MOMENT_NONE ||
           err_set(err_r, ERR_DATA, "m%lld was erased on %s by %s", (long long)stored->id,
                   day_to_text(arena, moment_day(stored->erased_at)), stored->erased_by);
}

/* ---- the rows */

/* Of what is told of an event only these words are never a person's. */
#define HARMLESS_EVENTS "('queued', 'waiting', 'not-repeated')"

/* In this order; ?1 is the message.  A column that may hold words is named here, or
 * test_registry_erase says that it was forgotten. */
static const char *const statements[] = {
    "UPDATE parts SET name = NULL WHERE message = ?1",
    "DELETE FROM movers WHERE document IN"
    " (SELECT id FROM documents WHERE message = ?1 AND motion IS NULL)",
    "DELETE FROM consultations WHERE document IN"
    " (SELECT id FROM documents WHERE message = ?1 AND motion IS NULL)",
    "UPDATE documents SET label = NULL, title = NULL, refers_to = NULL, reason = NULL"
    " WHERE message = ?1",
    "DELETE FROM search WHERE rowid = ?1",
    "DELETE FROM completions WHERE message = ?1",
    "UPDATE attempts SET response = NULL WHERE delivery IN"
    " (SELECT id FROM deliveries WHERE message = ?1)",
    /* the trigger lets an event's text go once the message is marked */
    "UPDATE events SET text = NULL, seal = substr(seal, 17) WHERE message = ?1"
    " AND text IS NOT NULL AND event NOT IN " HARMLESS_EVENTS,
    "INSERT INTO erasures (message) VALUES (?1)",
};

static bool read_marks(struct registry *registry, struct arena *arena, int64_t message,
                       const char **mark_r, const char **id_mark_r, struct err *err_r)
{
    struct statement *s;

    *mark_r = *id_mark_r = NULL;
    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT message_id, sender_key, body_digest FROM messages WHERE id = ?",
                        value_int(message)))
        return false;
    if (statement_next(s)) {
        const char *id = statement_text(s, arena, 0);

        *mark_r =
            registry_mail_mark(arena, id, statement_text(s, arena, 1), statement_text(s, arena, 2));
        *id_mark_r = registry_id_mark(arena, id);
    }
    return statement_close(s, err_r);
}

const char *registry_id_mark(struct arena *arena, const char *message_id)
{
    return message_id == NULL ? NULL : digest_hex(arena, message_id, strlen(message_id));
}

const char *registry_mail_mark(struct arena *arena, const char *message_id, const char *sender_key,
                               const char *body_digest)
{
    if (message_id == NULL || sender_key == NULL || body_digest == NULL)
        return NULL;
    const char *all = arena_printf(arena, "%s\n%s\n%s", message_id, sender_key, body_digest);
    return digest_hex(arena, all, strlen(all));
}

/* The reason of a duplicate names its original; any other may quote the mail. */
static bool mark_message(struct registry *registry, struct arena *arena, int64_t message,
                         const struct ruled_by *by, struct err *err_r)
{
    const char *mark, *id_mark;

    return read_marks(registry, arena, message, &mark, &id_mark, err_r) &&
           STATEMENT_RUN(registry, err_r,
                         "UPDATE messages SET message_id = NULL, sender_name = NULL,"
                         " sender_address = NULL, sender_key = NULL, subject = NULL,"
                         " reading = NULL, arrival_evidence = NULL,"
                         " told_at = nullif(told_at, 0),"
                         " reason = iif(state = 'duplicate', reason, NULL),"
                         " mail_mark = ?2, id_mark = ?5, erased_at = ?3, erased_by = ?4"
                         " WHERE id = ?1",
                         value_int(message), value_text(mark), value_int(by->at),
                         value_text(by->actor), value_text(id_mark));
}

/* The key stays unlike any address and any other key. */
static bool erase_answers(struct registry *registry, int64_t message, int64_t at, struct err *err_r)
{
    return STATEMENT_RUN(registry, err_r,
                         "UPDATE deliveries SET bytes = x'', subject = '', recipient = '',"
                         " recipient_key = 'erased o' || id, entry = NULL, paced_by = NULL,"
                         " next_attempt = NULL,"
                         " response = NULL, erased_at = ?2, state = iif(state IN ('waiting',"
                         " 'queued', 'deferred', 'maybe'), 'failed', state)"
                         " WHERE message = ?1 AND erased_at IS NULL",
                         value_int(message), value_int(at));
}

static bool add_event(struct registry *registry, const struct erased_place *place, const char *name,
                      const struct ruled_by *by, struct err *err_r)
{
    return registry_add_event(registry,
                              &(struct event){.event = name,
                                              .at = by->at,
                                              .message = place->message,
                                              .body = place->body,
                                              .actor = by->actor,
                                              .text = by->text},
                              err_r);
}

/* Nobody can decide any more what it was. */
static bool conclude(struct registry *registry, struct arena *arena,
                     const struct erased_place *place, const struct ruled_by *by, struct err *err_r)
{
    struct stored_message stored;

    if (!registry_get_message(registry, arena, place->message, &stored, err_r))
        return false;
    if (stored.state != MESSAGE_HELD && stored.state != MESSAGE_UNREADABLE &&
        stored.held_count == 0)
        return true;
    return registry_ignore_rows(registry, place->message, NULL, err_r) &&
           add_event(registry, place, "ignored", by, err_r);
}

static bool erase_one(struct registry *registry, struct arena *arena,
                      const struct erased_place *place, const struct ruled_by *by,
                      struct err *err_r)
{
    /* before the rest, since the texts of events go */
    if (!mark_message(registry, arena, place->message, by, err_r))
        return false;
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        if (!STATEMENT_RUN(registry, err_r, statements[i], value_int(place->message)))
            return false;
    }
    return erase_answers(registry, place->message, by->at, err_r) &&
           conclude(registry, arena, place, by, err_r) &&
           add_event(registry, place, "erased", by, err_r);
}

static bool check_erasable(struct registry *registry, struct arena *arena, int64_t message,
                           struct err *err_r)
{
    struct stored_message stored;

    if (!registry_get_message(registry, arena, message, &stored, err_r))
        return false;
    if (stored.state == MESSAGE_VANISHED)
        return err_set(err_r, ERR_DATA,
                       "m%lld vanished before it could be fetched; nothing of it is kept",
                       (long long)message);
    return registry_check_words_kept(arena, &stored, err_r);
}

static bool erase(struct registry *registry, struct arena *arena, int64_t message,
                  const struct ruled_by *by, struct erasure *erasure, struct err *err_r)
{
    if (!check_erasable(registry, arena, message, err_r) ||
        !read_places(registry, arena, message, erasure, err_r) ||
        !read_answers(registry, arena, erasure, err_r) ||
        !read_related(registry, arena, message, erasure, err_r))
        return false;
    for (size_t i = 0; i < erasure->place_count; i++) {
        erasure->linked += registry_raw_is_linked(registry, erasure->places[i].sha256);
        if (!erase_one(registry, arena, &erasure->places[i], by, err_r))
            return false;
    }
    return true;
}

bool registry_erase(struct registry *registry, struct arena *arena, int64_t message,
                    const struct ruled_by *by, struct erasure *erasure_r, struct err *err_r)
{
    *erasure_r = (struct erasure){0};
    if (!registry_step_begin(registry, err_r))
        return false;
    bool ok =
        registry_step_end(registry, erase(registry, arena, message, by, erasure_r, err_r), err_r);
    registry->scrubbed = 0; /* what was looked through has new gaps */
    registry->merging = false;
    return ok;
}

/* ---- what is too old */

bool registry_list_expired(struct registry *registry, struct arena *arena, const char *body,
                           const struct retention *retention, size_t max, int64_t **ids_r,
                           size_t *count_r, struct err *err_r)
{
    struct statement *s;

    return STATEMENT_OPEN(
               registry, &s, err_r,
               "SELECT m.id FROM messages m WHERE m.body = ?1 AND m.erased_at IS NULL"
               " AND ((m.state = 'ignored' AND " REGISTRY_CAME_BEFORE(
                   "?2",
                   "?6") "   AND NOT EXISTS (SELECT 1 FROM events e WHERE e.message = m.id"
                         "    AND e.event = 'ignored' AND NOT " REGISTRY_WAS_BEFORE(
                             "?2",
                             "?6") "))"
                                   "  OR (m.state IN ('held', 'unreadable') "
                                   "AND " REGISTRY_WAITED_BEFORE(
                                       "?3",
                                       "?6") "   AND EXISTS (SELECT 1 FROM events e "
                                             "WHERE " REGISTRY_EXPIRY_TOLD
                                             "    AND " REGISTRY_WAS_BEFORE(
                                                 "?4 + 1",
                                                 "?6") "))"
                                                       "  OR (m.state = 'duplicate' AND EXISTS "
                                                       "(SELECT 1 FROM messages o"
                                                       "   WHERE o.id = m.duplicate_of AND "
                                                       "o.erased_at IS NOT NULL)))"
                                                       " AND NOT EXISTS (SELECT 1 FROM deliveries "
                                                       "d WHERE d.message = m.id"
                                                       "  AND d.state IN ('waiting', 'queued', "
                                                       "'sending', 'deferred', 'maybe'))"
                                                       " ORDER BY m.id LIMIT ?5",
               value_text(body), value_moment(retention->ignored_before),
               value_moment(retention->held_before), value_moment(retention->told_before),
               value_int((int64_t)max), value_int(retention->now + MOMENT_SLACK)) &&
           statement_read_ids(s, arena, ids_r, count_r, err_r);
}
