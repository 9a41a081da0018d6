/* SPDX-License-Identifier: EUPL-1.2 */
/* What the clerk does by the clock and not because a mail came: who has to be told of what. */
#include "registry/private.h"

static bool add_reply(struct registry *registry, const struct registry_order *order,
                      struct err *err_r)
{
    int64_t known;

    if (!STATEMENT_GET(registry, &known, err_r,
                       "SELECT id FROM deliveries WHERE occasion = ? AND occasion <> ''"
                       " AND body = ? AND recipient_key = ? AND kind = ? AND message IS ?",
                       value_text(registry_occasion(order->reply)), value_text(order->body),
                       value_text(order->recipient_key),
                       value_text(reply_kind_to_text(order->reply->kind)),
                       value_id(order->message)))
        return false;
    return known != 0 || registry_insert_delivery(registry, order, err_r);
}

bool registry_add_reply(struct registry *registry, const char *body, int64_t message,
                        const struct reply *reply, int64_t now, struct err *err_r)
{
    struct registry_order order = {.body = body, .message = message, .reply = reply, .now = now};

    if (!registry_step_begin(registry, err_r))
        return false;
    struct arena *arena = arena_new();
    order.recipient_key = text_fold(arena, reply->to);
    bool ok = (reply->number == NULL ||
               registry_find_number(registry, body, reply->number, &order.motion, err_r)) &&
              add_reply(registry, &order, err_r);
    arena_free(arena);
    return registry_step_end(registry, ok, err_r);
}

bool registry_last_occasion(struct registry *registry, const char *body, const char *beginning,
                            int64_t *at_r, struct err *err_r)
{
    struct statement *s;

    *at_r = MOMENT_NONE;
    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT max(created_at) FROM deliveries WHERE occasion <> ''"
                        " AND substr(occasion, 1, length(?1)) = ?1 AND body = ?2",
                        value_text(beginning), value_text(body)))
        return false;
    if (statement_next(s))
        *at_r = statement_moment(s, 0);
    return statement_close(s, err_r);
}

bool registry_list_paced(struct registry *registry, struct arena *arena, const char *body,
                         int64_t now, struct paced_answers **rows_r, size_t *count_r,
                         struct err *err_r)
{
    struct paced_answers *rows = NULL;
    size_t count = 0, room = 0;
    struct statement *s;

    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT paced_by, count(*), max(due_at) FROM deliveries"
                        " WHERE state = 'queued' AND attempts = 0 AND body = ?1"
                        " AND due_at > created_at AND due_at > ?2 AND paced_by IS NOT NULL"
                        " GROUP BY paced_by",
                        value_text(body), value_int(now)))
        return false;
    while (statement_next(s)) {
        rows = registry_grow_rows(arena, rows, count, &room, sizeof *rows);
        rows[count++] = (struct paced_answers){statement_text(s, arena, 0),
                                               (size_t)statement_int(s, 1), statement_moment(s, 2)};
    }
    *rows_r = rows;
    *count_r = count;
    return statement_close(s, err_r);
}

/* ---- mails that wait */

#define WAITING_COLUMNS                                                               \
    "SELECT m.id, m.arrived_at, m.sender_address, m.subject, m.decided_by, m.reason," \
    " m.mail_date, m.registered_at"

static bool read_waiting(struct statement *s, struct arena *arena, bool claims,
                         struct waiting_mail **rows_r, size_t *count_r, struct err *err_r)
{
    struct waiting_mail *rows = NULL;
    size_t count = 0, room = 0;

    while (statement_next(s)) {
        rows = registry_grow_rows(arena, rows, count, &room, sizeof *rows);
        rows[count++] = (struct waiting_mail){
            .id = statement_int(s, 0),
            .arrived_at = statement_moment(s, 1),
            .from = statement_text(s, arena, 2),
            .subject = statement_text(s, arena, 3),
            .row = statement_text(s, arena, 4),
            .reason = statement_text(s, arena, 5),
            .mail_date = statement_moment(s, 6),
            .registered_at = statement_moment(s, 7),
            .faction = claims ? statement_text(s, arena, 8) : NULL,
            .title = claims ? statement_text(s, arena, 9) : NULL,
        };
    }
    *rows_r = rows;
    *count_r = count;
    return statement_close(s, err_r);
}

bool registry_list_overdue(struct registry *registry, struct arena *arena, const char *body,
                           int64_t told_before, struct waiting_mail **rows_r, size_t *count_r,
                           struct err *err_r)
{
    struct statement *s;

    return STATEMENT_OPEN(registry, &s, err_r,
                          WAITING_COLUMNS
                          " FROM messages m WHERE m.body = ?1 AND m.registered_at <= ?2"
                          " AND (m.state IN ('held', 'unreadable')"
                          "  OR (m.state = 'registered'"
                          "   AND m.id IN (SELECT message FROM documents WHERE motion IS NULL)))"
                          " AND NOT EXISTS (SELECT 1 FROM events e WHERE e.message = m.id"
                          "  AND ((e.event = 'reminded' AND e.at > ?2) OR e.event = 'ignored'))"
                          " ORDER BY m.id",
                          value_text(body), value_int(told_before)) &&
           read_waiting(s, arena, false, rows_r, count_r, err_r);
}

static bool read_parts(struct registry *registry, struct arena *arena, struct waiting_mail *row,
                       struct err *err_r)
{
    struct statement *s;
    size_t room = 0;

    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT path, type, name, size, sha256, text FROM parts"
                        " WHERE message = ? ORDER BY position",
                        value_int(row->id)))
        return false;
    while (statement_next(s)) {
        row->parts =
            registry_grow_rows(arena, row->parts, row->part_count, &room, sizeof *row->parts);
        struct mail_part *part = &row->parts[row->part_count++];
        *part = (struct mail_part){.path = statement_text(s, arena, 0),
                                   .type = statement_text(s, arena, 1),
                                   .name = statement_text(s, arena, 2),
                                   .size = (size_t)statement_int(s, 3),
                                   .sha256 = statement_text(s, arena, 4)};
        part_text_from_text(statement_text(s, arena, 5), &part->text);
    }
    return statement_close(s, err_r);
}

static bool read_all_parts(struct registry *registry, struct arena *arena,
                           struct waiting_mail *rows, size_t count, struct err *err_r)
{
    for (size_t i = 0; i < count; i++)
        if (!read_parts(registry, arena, &rows[i], err_r))
            return false;
    return true;
}

bool registry_list_claims(struct registry *registry, struct arena *arena, const char *body,
                          struct waiting_mail **rows_r, size_t *count_r, struct err *err_r)
{
    struct statement *s;

    return STATEMENT_OPEN(registry, &s, err_r,
                          WAITING_COLUMNS
                          ", v.faction, d.title FROM messages m"
                          " JOIN documents d ON d.message = m.id"
                          " JOIN movers v ON v.document = d.id"
                          " WHERE m.state = 'held' AND m.body = ? AND m.trust = 'unknown'"
                          " AND m.class = 'personal' AND m.decided_by = 'unknown-motion'"
                          " AND NOT EXISTS (SELECT 1 FROM events e WHERE e.message = m.id"
                          "  AND e.event = 'chairs-told')"
                          " ORDER BY m.id, d.position, v.position",
                          value_text(body)) &&
           read_waiting(s, arena, true, rows_r, count_r, err_r) &&
           read_all_parts(registry, arena, *rows_r, *count_r, err_r);
}

static bool note(struct registry *registry, const struct event *event, struct err *err_r)
{
    if (!registry_step_begin(registry, err_r))
        return false;
    return registry_step_end(registry, registry_add_event(registry, event, err_r), err_r);
}

bool registry_note_reminded(struct registry *registry, const char *body, int64_t message,
                            int64_t now, struct err *err_r)
{
    return note(registry,
                &(struct event){.event = "reminded", .at = now, .body = body, .message = message},
                err_r);
}

bool registry_note_claim_told(struct registry *registry, const char *body, int64_t message,
                              int64_t now, struct err *err_r)
{
    return note(
        registry,
        &(struct event){.event = "chairs-told", .at = now, .body = body, .message = message},
        err_r);
}
