/* SPDX-License-Identifier: EUPL-1.2 */
#include "registry/private.h"

#include "base/digest.h"

#define SALT_SIZE 16

/* SQL's event_seal(text): random bytes, and the sum of these and the text; NULL of NULL. */
static void seal_text(sqlite3_context *context, int count, sqlite3_value **values)
{
    unsigned char seal[SALT_SIZE + DIGEST_SIZE];
    const void *text = sqlite3_value_text(values[0]);
    struct digest *digest;

    (void)count;
    if (text == NULL)
        return;
    sqlite3_randomness(SALT_SIZE, seal);
    digest = digest_new();
    digest_add(digest, seal, SALT_SIZE);
    digest_add(digest, text, (size_t)sqlite3_value_bytes(values[0]));
    digest_end(digest, seal + SALT_SIZE);
    sqlite3_result_blob(context, seal, sizeof seal, SQLITE_TRANSIENT);
}

int registry_add_seal(sqlite3 *db)
{
    return sqlite3_create_function(db, "event_seal", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL,
                                   seal_text, NULL, NULL);
}

bool registry_add_event(struct registry *registry, const struct event *event, struct err *err_r)
{
    return STATEMENT_RUN(
        registry, err_r,
        "INSERT INTO events (at, event, message, delivery, body, number, actor, text, seal)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, event_seal(?8))",
        value_int(event->at), value_text(event->event), value_id(event->message),
        value_id(event->delivery), value_text(event->body), value_text(event->number),
        value_text(event->actor != NULL ? event->actor : REGISTRY_ACTOR), value_text(event->text));
}

void registry_read_event(struct statement *s, struct arena *arena, struct event_row *row_r)
{
    int64_t message = statement_int(s, 3);
    int64_t delivery = statement_int(s, 4);

    *row_r = (struct event_row){
        .seq = statement_int(s, 0),
        .at = statement_int(s, 1),
        .event = statement_text(s, arena, 2),
        .id = delivery != 0  ? arena_printf(arena, "o%lld", (long long)delivery)
              : message != 0 ? arena_printf(arena, "m%lld", (long long)message)
                             : NULL,
        .number = statement_text(s, arena, 5),
        .actor = statement_text(s, arena, 6),
        .text = statement_text(s, arena, 7),
    };
}

#define EVENT_COLUMNS "SELECT seq, at, event, message, delivery, number, actor, text FROM events"

/* Three questions, three statements: each has its index. */
static bool open_events(struct registry *registry, int64_t message, const char *body,
                        const char *number, struct statement **s_r, struct err *err_r)
{
    if (message != 0)
        return STATEMENT_OPEN(registry, s_r, err_r, EVENT_COLUMNS " WHERE message = ? ORDER BY seq",
                              value_int(message));
    if (number != NULL)
        return STATEMENT_OPEN(registry, s_r, err_r,
                              EVENT_COLUMNS " WHERE body = ? AND number = ? ORDER BY seq",
                              value_text(body), value_text(number));
    return statement_open(registry, EVENT_COLUMNS " ORDER BY seq", NULL, 0, s_r, err_r);
}

bool registry_list_events(struct registry *registry, struct arena *arena, int64_t message,
                          const char *body, const char *number, struct event_row **rows_r,
                          size_t *count_r, struct err *err_r)
{
    struct event_row *rows = NULL;
    size_t count = 0, room = 0;
    struct statement *s;

    if (!open_events(registry, message, body, number, &s, err_r))
        return false;
    while (statement_next(s)) {
        rows = registry_grow_rows(arena, rows, count, &room, sizeof *rows);
        registry_read_event(s, arena, &rows[count++]);
    }
    *rows_r = rows;
    *count_r = count;
    return statement_close(s, err_r);
}
