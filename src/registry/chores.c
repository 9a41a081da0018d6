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
                            int64_t now, int64_t *at_r, struct err *err_r)
{
    struct statement *s;

    *at_r = MOMENT_NONE;
    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT max(created_at) FROM deliveries WHERE occasion <> ''"
                        " AND occasion >= ?1 AND occasion < ?1 || char(0x10FFFF) AND body = ?2"
                        " AND created_at <= ?3",
                        value_text(beginning), value_text(body), value_int(now)))
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
                        "SELECT ltrim(paced_by, '" REPLY_WARNING
                        "') AS whose, count(*), max(due_at)"
                        " FROM deliveries"
                        " WHERE state = 'queued' AND attempts = 0 AND body = ?1"
                        " AND due_at > created_at AND due_at > ?2"
                        " AND +paced_by IS NOT NULL" /* its index holds all that ever were */
                        " GROUP BY whose",
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
