/* SPDX-License-Identifier: EUPL-1.2 */
/* The list's mail of the day: confirmations that stand in it instead of going out by themselves. */
#include "registry/book.h"

#include "registry/private.h"

bool registry_list_entries(struct registry *registry, struct arena *arena, const char *body,
                           struct daily_entry **entries_r, size_t *count_r, struct err *err_r)
{
    struct daily_entry *entries = NULL;
    size_t count = 0, room = 0;
    struct statement *s;

    /* the first mail about a motion is its confirmation or the one that has its entry */
    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT d.id, d.entry, (SELECT coalesce(c.message_id, f.message_id)"
                        "  FROM deliveries f LEFT JOIN deliveries c ON c.id = f.gathered_in"
                        "  WHERE f.motion = d.motion AND f.kind = 'confirmation' AND f.id < d.id"
                        "   AND (f.entry IS NULL OR f.gathered_in IS NOT NULL)"
                        "  ORDER BY f.id LIMIT 1)"
                        " FROM deliveries d WHERE d.body = ? AND d.entry IS NOT NULL"
                        "  AND d.gathered_in IS NULL AND d.state = 'queued' ORDER BY d.id",
                        value_text(body)))
        return false;
    while (statement_next(s)) {
        entries = registry_grow_rows(arena, entries, count, &room, sizeof *entries);
        entries[count++] = (struct daily_entry){.delivery = statement_int(s, 0),
                                                .text = statement_text(s, arena, 1),
                                                .earlier = statement_text(s, arena, 2)};
    }
    *entries_r = entries;
    *count_r = count;
    return statement_close(s, err_r);
}

static bool gather_one(struct registry *registry, const struct daily_entry *entry, int64_t mail,
                       int64_t now, struct err *err_r)
{
    struct arena *arena = arena_new();
    bool ok =
        STATEMENT_RUN(registry, err_r,
                      "UPDATE deliveries SET state = 'sent', next_attempt = NULL, gathered_in = ?"
                      " WHERE id = ?",
                      value_int(mail), value_int(entry->delivery)) &&
        STATEMENT_RUN(registry, err_r,
                      "INSERT INTO events (at, event, message, delivery, body, number, actor, text)"
                      " SELECT ?, 'gathered', d.message, d.id, d.body, n.number, ?, ?"
                      " FROM deliveries d LEFT JOIN numbers n ON n.motion = d.motion"
                      " WHERE d.id = ?",
                      value_int(now), value_text(REGISTRY_ACTOR),
                      value_text(arena_printf(arena, "in o%lld", (long long)mail)),
                      value_int(entry->delivery));

    arena_free(arena);
    return ok;
}

static bool gather(struct registry *registry, const struct daily_entry *entries, size_t count,
                   const char *message_id, int64_t now, struct err *err_r)
{
    int64_t mail;

    if (!STATEMENT_GET(registry, &mail, err_r, "SELECT id FROM deliveries WHERE message_id = ?",
                       value_text(message_id)))
        return false;
    if (mail == 0)
        return err_set(err_r, ERR_BUG, "there is no mail of the day; please report this");
    for (size_t i = 0; i < count; i++) {
        if (!gather_one(registry, &entries[i], mail, now, err_r))
            return false;
    }
    return true;
}

bool registry_gather(struct registry *registry, const struct daily_entry *entries, size_t count,
                     const char *message_id, int64_t now, struct err *err_r)
{
    if (!registry_step_begin(registry, err_r))
        return false;
    return registry_step_end(registry, gather(registry, entries, count, message_id, now, err_r),
                             err_r);
}

static bool free_entries(struct registry *registry, const char *body, int64_t now,
                         struct err *err_r)
{
    return STATEMENT_RUN(registry, err_r,
                         "UPDATE deliveries SET entry = NULL,"
                         " next_attempt = CASE state WHEN 'queued' THEN ? END"
                         " WHERE body = ? AND entry IS NOT NULL AND gathered_in IS NULL",
                         value_int(now), value_text(body));
}

bool registry_free_entries(struct registry *registry, const char *body, int64_t now,
                           struct err *err_r)
{
    int64_t count;

    if (!STATEMENT_GET(registry, &count, err_r,
                       "SELECT count(*) FROM deliveries WHERE body = ? AND entry IS NOT NULL"
                       " AND gathered_in IS NULL",
                       value_text(body)))
        return false;
    if (count == 0)
        return true;
    if (!registry_step_begin(registry, err_r))
        return false;
    return registry_step_end(registry, free_entries(registry, body, now, err_r), err_r);
}
