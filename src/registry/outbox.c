/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The outbox: deliveries and their attempts.  What is committed before dialling and before the
 * data makes a crash of send tell its own story: without data_at nothing was accepted, with it
 * nobody knows.
 */
#include "registry/private.h"
#include "registry/ruling.h"

#include "base/json.h"

static const char *const state_texts[] = {
    [DELIVERY_WAITING] = "waiting",   [DELIVERY_QUEUED] = "queued",
    [DELIVERY_SENDING] = "sending",   [DELIVERY_SENT] = "sent",
    [DELIVERY_DEFERRED] = "deferred", [DELIVERY_MAYBE] = "maybe",
    [DELIVERY_FAILED] = "failed",     [DELIVERY_BOUNCED] = "bounced",
};

const char *delivery_state_to_text(enum delivery_state state)
{
    return state_texts[state];
}

bool delivery_state_from_text(const char *s, enum delivery_state *state_r)
{
    size_t i;

    if (!text_find_word(state_texts, sizeof state_texts / sizeof *state_texts, s, &i))
        return false;
    *state_r = (enum delivery_state)i;
    return true;
}

#define DELIVERY_COLUMNS                                                                 \
    "SELECT d.id, d.body, d.kind, n.number, d.message, d.recipient, d.envelope_from,"    \
    " d.message_id, d.subject, coalesce(g.state, d.state), d.attempts, d.created_at,"    \
    " d.next_attempt, d.response, length(d.bytes), coalesce(d.resent_at, d.created_at)," \
    " d.filed_at, d.entry IS NOT NULL, d.gathered_in, d.erased_at"
#define DELIVERY_TABLES                           \
    " FROM deliveries d"                          \
    " LEFT JOIN numbers n ON n.motion = d.motion" \
    " LEFT JOIN deliveries g ON g.id = d.gathered_in"
#define DELIVERY_BYTES 20 /* the column behind these, where it is asked for */

static bool read_delivery(struct statement *s, struct arena *arena, bool bytes,
                          struct delivery *row_r)
{
    *row_r = (struct delivery){
        .id = statement_int(s, 0),
        .body = statement_text(s, arena, 1),
        .number = statement_text(s, arena, 3),
        .message = statement_int(s, 4),
        .to = statement_text(s, arena, 5),
        .envelope_from = statement_text(s, arena, 6),
        .message_id = statement_text(s, arena, 7),
        .subject = statement_text(s, arena, 8),
        .attempts = (int)statement_int(s, 10),
        .created_at = statement_int(s, 11),
        .next_attempt = statement_moment(s, 12),
        .response = statement_text(s, arena, 13),
        .size = (size_t)statement_int(s, 14),
        .tried_since = statement_int(s, 15),
        .filed_at = statement_moment(s, 16),
        .daily = statement_int(s, 17) != 0,
        .gathered_in = statement_int(s, 18),
        .erased_at = statement_moment(s, 19),
    };
    if (bytes)
        row_r->bytes = statement_blob(s, arena, DELIVERY_BYTES, &row_r->size);
    return reply_kind_from_text(statement_peek_text(s, 2), &row_r->kind) &&
           delivery_state_from_text(statement_peek_text(s, 9), &row_r->state);
}

static bool read_deliveries(struct registry *registry, struct statement *s, struct arena *arena,
                            bool bytes, struct delivery **rows_r, size_t *count_r,
                            struct err *err_r)
{
    size_t count = 0, room = 0;
    struct delivery *rows = NULL;
    bool known = true;

    while (known && statement_next(s)) {
        rows = registry_grow_rows(arena, rows, count, &room, sizeof *rows);
        known = read_delivery(s, arena, bytes, &rows[count++]);
    }
    *rows_r = rows;
    *count_r = count;
    if (!statement_close(s, err_r))
        return false;
    return known || registry_fail_word(registry, 'o', rows[count - 1].id, err_r);
}

const char *registry_texts_to_json(struct arena *arena, const struct texts *texts)
{
    struct json *array = json_array_new();
    for (size_t i = 0; i < texts->n; i++)
        json_add_text(array, texts->v[i]);
    const char *text = json_print_compact(arena, array);
    json_free(array);
    return text;
}

#define WAITS_TO_BE_SENT                                                    \
    " WHERE d.state IN ('queued', 'deferred', 'maybe') AND d.entry IS NULL" \
    " AND d.body NOT IN (SELECT value FROM json_each(?1))"

bool registry_due(struct registry *registry, struct arena *arena, int64_t now,
                  const struct texts *not_of, size_t max, struct delivery **deliveries_r,
                  size_t *count_r, struct err *err_r)
{
    struct statement *s;

    return STATEMENT_OPEN(registry, &s, err_r,
                          DELIVERY_COLUMNS ", d.bytes" DELIVERY_TABLES WAITS_TO_BE_SENT
                                           " AND d.next_attempt <= ?2"
                                           " ORDER BY d.next_attempt, d.id LIMIT ?3",
                          value_text(registry_texts_to_json(arena, not_of)), value_int(now),
                          value_int((int64_t)max)) &&
           read_deliveries(registry, s, arena, true, deliveries_r, count_r, err_r);
}

bool registry_next_due(struct registry *registry, struct arena *arena, const struct texts *not_of,
                       int64_t *at_r, struct err *err_r)
{
    struct statement *s;

    *at_r = MOMENT_NONE;
    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT min(d.next_attempt) FROM deliveries d" WAITS_TO_BE_SENT,
                        value_text(registry_texts_to_json(arena, not_of))))
        return false;
    if (statement_next(s))
        *at_r = statement_moment(s, 0);
    return statement_close(s, err_r);
}

bool registry_list_deliveries(struct registry *registry, struct arena *arena, int64_t message,
                              int64_t id, struct delivery **rows_r, size_t *count_r,
                              struct err *err_r)
{
    struct statement *s;
    bool ok;

    if (id != 0)
        ok = STATEMENT_OPEN(registry, &s, err_r,
                            DELIVERY_COLUMNS ", d.bytes" DELIVERY_TABLES " WHERE d.id = ?",
                            value_int(id));
    else if (message != 0)
        ok = STATEMENT_OPEN(registry, &s, err_r,
                            DELIVERY_COLUMNS DELIVERY_TABLES " WHERE d.message = ? ORDER BY d.id",
                            value_int(message));
    else
        ok = statement_open(registry, DELIVERY_COLUMNS DELIVERY_TABLES " ORDER BY d.id", NULL, 0,
                            &s, err_r);
    return ok && read_deliveries(registry, s, arena, id != 0, rows_r, count_r, err_r);
}

bool registry_list_untold_failures(struct registry *registry, struct arena *arena, const char *body,
                                   struct delivery **rows_r, size_t *count_r, struct err *err_r)
{
    struct statement *s;

    return STATEMENT_OPEN(
               registry, &s, err_r,
               DELIVERY_COLUMNS DELIVERY_TABLES
               " WHERE d.state IN ('failed', 'bounced') AND d.body = ? AND d.kind <> 'notice'"
               " AND d.erased_at IS NULL"
               " AND NOT EXISTS (SELECT 1 FROM deliveries t WHERE t.body = d.body"
               "  AND t.occasion <> '' AND t.occasion = 'failed o' || d.id)"
               " ORDER BY d.id",
               value_text(body)) &&
           read_deliveries(registry, s, arena, false, rows_r, count_r, err_r);
}

bool registry_list_ruled(struct registry *registry, struct arena *arena, int64_t ruling,
                         struct delivery **rows_r, size_t *count_r, struct err *err_r)
{
    struct statement *s;

    return STATEMENT_OPEN(registry, &s, err_r,
                          DELIVERY_COLUMNS DELIVERY_TABLES " WHERE d.ruling = ? ORDER BY d.id",
                          value_int(ruling)) &&
           read_deliveries(registry, s, arena, false, rows_r, count_r, err_r);
}

/* ---- new ones */

const char *registry_occasion(const struct reply *reply)
{
    return reply->occasion == NULL ? "" : reply->occasion;
}

#define HOUR 3600

/* Whose answers count together; NULL: no limit. */
static const char *paced_by(const struct registry_order *order)
{
    const struct reply *reply = order->reply;

    if (reply->waiting || reply->per_hour == 0)
        return NULL;
    return reply->faction != NULL ? reply->faction : order->recipient_key;
}

/* An hour after the one that so many other mails before it were answered, if that is still to come:
 * so the excess goes out as slots become free, in its order.  The answers to one mail count once,
 * and go out together. */
static bool find_due(struct registry *registry, const struct registry_order *order, int64_t *due_r,
                     struct err *err_r)
{
    const char *whose = paced_by(order);
    int64_t earlier = 0;

    *due_r = order->reply->entry == NULL ? order->now : order->reply->daily_at;
    if (whose == NULL)
        return true;
    if (!STATEMENT_GET(registry, &earlier, err_r,
                       "SELECT max(due_at) FROM deliveries WHERE body = ?1 AND paced_by = ?2"
                       " AND kind = ?3 AND due_at > ?4 AND (?5 IS NULL OR message IS NOT ?5)"
                       " AND created_at <= ?7" /* else by a clock that was ahead */
                       " GROUP BY coalesce(message, -id) ORDER BY 1 DESC LIMIT 1 OFFSET ?6",
                       value_text(order->body), value_text(whose),
                       value_text(reply_kind_to_text(order->reply->kind)),
                       value_int(order->now - HOUR), value_id(order->message),
                       value_int(order->reply->per_hour - 1), value_int(order->now + MOMENT_SLACK)))
        return false;
    if (earlier != 0)
        *due_r = earlier + HOUR;
    return true;
}

bool registry_insert_delivery(struct registry *registry, const struct registry_order *order,
                              struct err *err_r)
{
    const struct reply *reply = order->reply;
    enum delivery_state state = reply->waiting ? DELIVERY_WAITING : DELIVERY_QUEUED;
    struct event event = {.event = delivery_state_to_text(state),
                          .at = order->now,
                          .message = order->message,
                          .body = order->body,
                          .number = reply->number,
                          .actor = order->actor,
                          .text = reply_kind_to_text(reply->kind)};

    int64_t due;

    if (!find_due(registry, order, &due, err_r) ||
        !STATEMENT_RUN(
            registry, err_r,
            "INSERT INTO deliveries (body, kind, message, motion, occasion, recipient,"
            " recipient_key, envelope_from, subject, message_id, bytes, state, created_at,"
            " next_attempt, due_at, ruling, paced_by, entry)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
            " iif(?17 IS NULL, ?14, NULL), ?15, ?16, ?17)",
            value_text(order->body), value_text(reply_kind_to_text(reply->kind)),
            value_id(order->message), value_id(order->motion), value_text(registry_occasion(reply)),
            value_text(reply->to), value_text(order->recipient_key),
            value_text(reply->envelope_from), value_text(reply->subject),
            value_text(reply->message_id), value_blob(reply->bytes, reply->size),
            value_text(delivery_state_to_text(state)), value_int(order->now),
            value_moment(reply->waiting ? MOMENT_NONE : due), value_id(order->ruling),
            value_text(paced_by(order)), value_text(reply->entry)))
        return false;
    event.delivery = sqlite3_last_insert_rowid(registry->db);
    return registry_add_event(registry, &event, err_r);
}

/* ---- attempts */

bool registry_add_delivery_event(struct registry *registry, int64_t delivery, const char *name,
                                 const char *text, int64_t now, struct err *err_r)
{
    return STATEMENT_RUN(registry, err_r,
                         "INSERT INTO events (at, event, message, delivery, body, number, actor,"
                         " text, seal) SELECT ?1, ?2, d.message, d.id, d.body, n.number, ?3, ?4,"
                         " event_seal(?4) FROM deliveries d"
                         " LEFT JOIN numbers n ON n.motion = d.motion WHERE d.id = ?5",
                         value_int(now), value_text(name), value_text(REGISTRY_ACTOR),
                         value_text(text), value_int(delivery));
}

/* The statement before must have found its one row. */
static bool check_changed(struct registry *registry, int64_t delivery, const char *expected,
                          struct err *err_r)
{
    return sqlite3_changes(registry->db) == 1 ||
           err_set(err_r, ERR_BUG, "answer o%lld is not %s; please report this",
                   (long long)delivery, expected);
}

static bool attempt_begin(struct registry *registry, int64_t delivery, int64_t now,
                          int64_t next_attempt, struct err *err_r)
{
    return STATEMENT_RUN(registry, err_r,
                         "UPDATE deliveries SET state = 'sending', attempts = attempts + 1,"
                         " next_attempt = ?"
                         " WHERE id = ? AND state IN ('queued', 'deferred', 'maybe')",
                         value_moment(next_attempt), value_int(delivery)) &&
           check_changed(registry, delivery, "due", err_r) &&
           STATEMENT_RUN(registry, err_r,
                         "INSERT INTO attempts (delivery, n, begun_at)"
                         " SELECT id, attempts, ? FROM deliveries WHERE id = ?",
                         value_int(now), value_int(delivery)) &&
           registry_add_delivery_event(registry, delivery, "sending", NULL, now, err_r);
}

bool registry_attempt_begin(struct registry *registry, int64_t delivery, int64_t now,
                            int64_t next_attempt, struct err *err_r)
{
    if (!registry_step_begin(registry, err_r))
        return false;
    bool ok = attempt_begin(registry, delivery, now, next_attempt, err_r);
    return registry_step_end(registry, ok, err_r);
}

bool registry_attempt_data(struct registry *registry, int64_t delivery, int64_t now,
                           struct err *err_r)
{
    if (!registry_step_begin(registry, err_r))
        return false;
    bool ok = STATEMENT_RUN(registry, err_r,
                            "UPDATE attempts SET data_at = ?1 WHERE delivery = ?2"
                            " AND ended_at IS NULL"
                            " AND n = (SELECT attempts FROM deliveries WHERE id = ?2"
                            " AND state = 'sending')",
                            value_int(now), value_int(delivery)) &&
              check_changed(registry, delivery, "being sent", err_r);
    return registry_step_end(registry, ok, err_r);
}

static bool end_attempt_row(struct registry *registry, int64_t delivery, int64_t now,
                            const struct attempt_end *end, struct err *err_r)
{
    return STATEMENT_RUN(registry, err_r,
                         "UPDATE attempts SET ended_at = ?1, state = ?2, code = ?3, response = ?4"
                         " WHERE delivery = ?5 AND ended_at IS NULL",
                         value_int(now), value_text(delivery_state_to_text(end->state)),
                         value_id(end->code), value_text(end->response), value_int(delivery));
}

static bool attempt_end(struct registry *registry, int64_t delivery, int64_t now,
                        const struct attempt_end *end, struct err *err_r)
{
    const char *state = delivery_state_to_text(end->state);

    return STATEMENT_RUN(registry, err_r,
                         "UPDATE deliveries SET state = ?, next_attempt = ?, response = ?"
                         " WHERE id = ? AND state = 'sending'",
                         value_text(state), value_moment(end->next_attempt),
                         value_text(end->response), value_int(delivery)) &&
           check_changed(registry, delivery, "being sent", err_r) &&
           end_attempt_row(registry, delivery, now, end, err_r) &&
           registry_add_delivery_event(registry, delivery, state, end->response, now, err_r);
}

static bool state_ends_attempt(enum delivery_state state)
{
    return state == DELIVERY_SENT || state == DELIVERY_DEFERRED || state == DELIVERY_MAYBE ||
           state == DELIVERY_FAILED;
}

bool registry_attempt_end(struct registry *registry, int64_t delivery, int64_t now,
                          const struct attempt_end *end, struct err *err_r)
{
    if (!state_ends_attempt(end->state))
        return err_set(err_r, ERR_BUG, "an attempt for o%lld cannot end as \"%s\"",
                       (long long)delivery, delivery_state_to_text(end->state));
    if (!registry_step_begin(registry, err_r))
        return false;
    bool ok = attempt_end(registry, delivery, now, end, err_r);
    return registry_step_end(registry, ok, err_r);
}

/* ---- after a crash of send */

struct interrupted {
    int64_t delivery;
    bool data; /* the data had begun */
    int64_t next_attempt;
    int attempts;
};

static bool find_interrupted(struct registry *registry, struct arena *arena,
                             struct interrupted **rows_r, size_t *count_r, struct err *err_r)
{
    size_t count = 0, room = 0;
    struct interrupted *rows = NULL;
    struct statement *s;

    if (!statement_open(
            registry,
            "SELECT d.id, a.data_at IS NOT NULL, d.next_attempt, d.attempts FROM deliveries d"
            " LEFT JOIN attempts a ON a.delivery = d.id AND a.n = d.attempts"
            " WHERE d.state = 'sending' ORDER BY d.id",
            NULL, 0, &s, err_r))
        return false;
    while (statement_next(s)) {
        rows = registry_grow_rows(arena, rows, count, &room, sizeof *rows);
        rows[count++] = (struct interrupted){statement_int(s, 0), statement_int(s, 1) != 0,
                                             statement_moment(s, 2), (int)statement_int(s, 3)};
    }
    *rows_r = rows;
    *count_r = count;
    return statement_close(s, err_r);
}

/* A receipt is to come within seconds, so the first interruption costs no waiting; a program that
 * crashes at every attempt keeps to the schedule, and the server its peace. */
static int64_t again_at(const struct interrupted *row, int64_t now)
{
    if (row->data)
        return now + REGISTRY_MAYBE_SECONDS;
    return row->attempts <= 1 || row->next_attempt == MOMENT_NONE ? now : row->next_attempt;
}

static bool recover_one(struct registry *registry, const struct interrupted *row, int64_t now,
                        struct err *err_r)
{
    struct attempt_end end = {
        .state = row->data ? DELIVERY_MAYBE : DELIVERY_QUEUED,
        .response = row->data ? "interrupted while the data went out; it may arrive twice"
                              : "interrupted before the data went out",
        .next_attempt = again_at(row, now),
    };

    return attempt_end(registry, row->delivery, now, &end, err_r);
}

bool registry_recover_attempts(struct registry *registry, int64_t now, struct err *err_r)
{
    struct interrupted *rows = NULL;
    size_t count = 0;

    if (!registry_step_begin(registry, err_r))
        return false;
    struct arena *arena = arena_new();
    bool ok = find_interrupted(registry, arena, &rows, &count, err_r);
    for (size_t i = 0; i < count && ok; i++)
        ok = recover_one(registry, &rows[i], now, err_r);
    arena_free(arena);
    return registry_step_end(registry, ok, err_r);
}

/* ---- after a clock that was ahead */

/* No attempt waits for longer, unless the limit of an hour put it off when it was made. */
#define LONGEST_WAIT (7 * HOUR)

/* What last happened to an answer planned it, but for an order to try all of them at once. */
static bool find_misplanned(struct registry *registry, struct arena *arena, int64_t now,
                            int64_t **ids_r, size_t *count_r, struct err *err_r)
{
    struct statement *s;

    return STATEMENT_OPEN(registry, &s, err_r,
                          "SELECT d.id FROM deliveries d"
                          " WHERE d.state IN ('queued', 'deferred', 'maybe') AND d.entry IS NULL"
                          " AND d.next_attempt > ?1"
                          " AND ((SELECT e.at FROM events e WHERE e.delivery = d.id"
                          "   ORDER BY e.seq DESC LIMIT 1) > ?1"
                          "  OR (d.next_attempt > ?2 AND d.due_at IS NOT d.next_attempt))"
                          " ORDER BY d.next_attempt, d.id",
                          value_int(now + MOMENT_SLACK), value_int(now + LONGEST_WAIT)) &&
           statement_read_ids(s, arena, ids_r, count_r, err_r);
}

static bool reschedule(struct registry *registry, int64_t now, const int64_t *ids, size_t count,
                       struct err *err_r)
{
    for (size_t i = 0; i < count; i++) {
        if (!STATEMENT_RUN(registry, err_r,
                           "UPDATE deliveries SET next_attempt = ?1, due_at = min(due_at, ?1)"
                           " WHERE id = ?2",
                           value_int(now), value_int(ids[i])) ||
            !registry_add_delivery_event(registry, ids[i], "rescheduled", "a clock was ahead", now,
                                         err_r))
            return false;
    }
    return true;
}

bool registry_reschedule(struct registry *registry, int64_t now, size_t *count_r, struct err *err_r)
{
    struct arena *arena = arena_new();
    int64_t *ids;

    *count_r = 0;
    bool ok = find_misplanned(registry, arena, now, &ids, count_r, err_r);
    if (ok && *count_r > 0) {
        ok = registry_step_begin(registry, err_r) &&
             registry_step_end(registry, reschedule(registry, now, ids, *count_r, err_r), err_r);
    }
    arena_free(arena);
    return ok;
}
