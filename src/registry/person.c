/* SPDX-License-Identifier: EUPL-1.2 */
/* Everything kept about an address. */
#include "registry/erase.h"

#include "registry/private.h"

#include <string.h>

static bool list_ids(struct registry *registry, struct arena *arena, const char *sql,
                     const char *keys, struct ids *ids_r, struct err *err_r)
{
    struct statement *s;

    return STATEMENT_OPEN(registry, &s, err_r, sql, value_text(keys)) &&
           statement_read_ids(s, arena, &ids_r->v, &ids_r->n, err_r);
}

/* ?1 is a JSON list of case-folded addresses. */
#define SENT_BY                                          \
    "EXISTS (SELECT 1 FROM json_each(?1) k WHERE instr(" \
    "',' || m.sender_key || ',', ',' || k.value || ',') > 0)"
#define WRITTEN_TO "d.recipient_key IN (SELECT value FROM json_each(?1))"

static const char select_messages[] = "SELECT m.id FROM messages m WHERE " SENT_BY " ORDER BY m.id";

/* Answers to its mails are told with it, whoever got them. */
static const char select_answers[] =
    "SELECT d.id FROM deliveries d LEFT JOIN messages m ON m.id = d.message"
    " WHERE " WRITTEN_TO " OR " SENT_BY " ORDER BY d.id";

static const char select_events[] =
    "SELECT e.seq, e.at, e.event, e.message, e.delivery, e.number, e.actor, e.text FROM events e"
    " LEFT JOIN messages m ON m.id = e.message LEFT JOIN deliveries d ON d.id = e.delivery"
    " WHERE " SENT_BY " OR " WRITTEN_TO
    " OR EXISTS (SELECT 1 FROM json_each(?1) k WHERE instr(lower(e.text), k.value) > 0)"
    " ORDER BY e.seq";

static bool list_events(struct registry *registry, struct arena *arena, const char *keys,
                        struct person *person, struct err *err_r)
{
    size_t room = 0;
    struct statement *s;

    if (!STATEMENT_OPEN(registry, &s, err_r, select_events, value_text(keys)))
        return false;
    while (statement_next(s)) {
        person->events = registry_grow_rows(arena, person->events, person->event_count, &room,
                                            sizeof *person->events);
        registry_read_event(s, arena, &person->events[person->event_count++]);
    }
    return statement_close(s, err_r);
}

static bool has_id(const struct ids *ids, int64_t id)
{
    for (size_t i = 0; i < ids->n; i++) {
        if (ids->v[i] == id)
            return true;
    }
    return false;
}

/* Its words one after another: that is how the index has an address. */
static bool list_mentions(struct registry *registry, struct arena *arena, const char *key,
                          struct person *person, size_t *room, struct err *err_r)
{
    struct statement *s;
    struct text phrase;

    text_init(&phrase, arena);
    text_add_char(&phrase, '"');
    for (const char *c = key; *c != '\0'; c++)
        text_add_char(&phrase, *c == '"' ? ' ' : *c);
    text_add_char(&phrase, '"');
    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid",
                        value_text(phrase.s)))
        return false;
    while (statement_next(s)) {
        int64_t id = statement_int(s, 0);
        struct ids *ids = &person->mentions;

        if (has_id(&person->messages, id) || has_id(ids, id))
            continue;
        ids->v = registry_grow_rows(arena, ids->v, ids->n, room, sizeof *ids->v);
        ids->v[ids->n++] = id;
    }
    return statement_close(s, err_r);
}

bool registry_find_person(struct registry *registry, struct arena *arena,
                          const struct texts *addresses, struct person *person_r, struct err *err_r)
{
    struct texts folded = {0};
    size_t room = 0;

    *person_r = (struct person){0};
    for (size_t i = 0; i < addresses->n; i++)
        texts_add(&folded, arena, text_fold(arena, addresses->v[i]));
    const char *keys = registry_texts_to_json(arena, &folded);
    if (!list_ids(registry, arena, select_messages, keys, &person_r->messages, err_r) ||
        !list_ids(registry, arena, select_answers, keys, &person_r->answers, err_r) ||
        !list_events(registry, arena, keys, person_r, err_r))
        return false;
    for (size_t i = 0; i < folded.n; i++) {
        if (!list_mentions(registry, arena, folded.v[i], person_r, &room, err_r))
            return false;
    }
    return true;
}
