/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * UIDs against rows.  RFC 3501 section 2.3.1.1: mailbox, UIDVALIDITY and UID name one message for
 * ever.  Servers break it in two ways that can be seen: a new UIDVALIDITY, and a UIDNEXT that went
 * back (a restored backup), after which UIDs at and above it will be given to other mails.  Both
 * open an epoch.
 */
#include "registry/private.h"

#include <stdlib.h>

static bool find_row(struct registry *registry, const struct place *place, uint32_t uid,
                     int64_t *id_r, enum message_state *state_r, struct err *err_r)
{
    struct statement *s;
    bool known = true;

    *id_r = 0;
    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT id, state FROM messages WHERE body = ? AND mailbox = ?"
                        " AND folder = ? AND uidvalidity = ? AND uid = ? AND current = 1",
                        value_text(place->body), value_text(place->mailbox),
                        value_text(place->folder), value_int(place->uidvalidity), value_int(uid)))
        return false;
    if (statement_next(s)) {
        *id_r = statement_int(s, 0);
        known = message_state_from_text(statement_peek_text(s, 1), state_r);
    }
    if (!statement_close(s, err_r))
        return false;
    return known || err_set(err_r, ERR_DATA,
                            "registry in %s: message m%lld has no state we know; the file is "
                            "damaged, restore the last backup",
                            registry->directory, (long long)*id_r);
}

bool registry_find_row(struct registry *registry, const struct raw_mail *raw, int64_t *id_r,
                       enum message_state *state_r, struct err *err_r)
{
    struct place place = {raw->body, raw->mailbox, raw->folder, raw->uidvalidity};

    return find_row(registry, &place, raw->uid, id_r, state_r, err_r);
}

bool registry_find_uid(struct registry *registry, const struct raw_mail *raw, int64_t *id_r,
                       enum message_state *state_r, struct err *err_r)
{
    if (!registry_find_row(registry, raw, id_r, state_r, err_r))
        return false;
    if (*id_r != 0 && *state_r == MESSAGE_VANISHED)
        *id_r = 0; /* here it is: not gone after all */
    return true;
}

int registry_compare_uid(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* Sorted, each once: a server may list one twice. */
static uint32_t *sort_uids(struct arena *arena, const uint32_t *uids, size_t count, size_t *n_r)
{
    uint32_t *sorted = arena_array(arena, count + 1, sizeof *sorted);
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        sorted[i] = uids[i];
    qsort(sorted, count, sizeof *sorted, registry_compare_uid);
    for (size_t i = 0; i < count; i++) {
        if (n == 0 || sorted[n - 1] != sorted[i])
            sorted[n++] = sorted[i];
    }
    *n_r = n;
    return sorted;
}

bool registry_compare_uids(struct registry *registry, struct arena *arena, const char *body,
                           const char *mailbox, const char *folder, uint32_t uidvalidity,
                           const uint32_t *uids, size_t count, struct uid_sets *sets_r,
                           struct err *err_r)
{
    struct place place = {body, mailbox, folder, uidvalidity};
    size_t n;
    uint32_t *sorted = sort_uids(arena, uids, count, &n);

    *sets_r = (struct uid_sets){
        .seen = n,
        .wanted = arena_array(arena, n + 1, sizeof(uint32_t)),
        .to_move = arena_array(arena, n + 1, sizeof(uint32_t)),
    };
    for (size_t i = 0; i < n; i++) {
        enum message_state state;
        int64_t id;

        if (!find_row(registry, &place, sorted[i], &id, &state, err_r))
            return false;
        if (id == 0 || state == MESSAGE_VANISHED)
            sets_r->wanted[sets_r->wanted_count++] = sorted[i];
        else if (state == MESSAGE_REGISTERED || state == MESSAGE_DUPLICATE)
            sets_r->to_move[sets_r->to_move_count++] = sorted[i];
    }
    return true;
}

bool registry_reconcile(struct registry *registry, struct arena *arena, const char *body,
                        const char *mailbox, const char *folder, uint32_t uidvalidity,
                        const uint32_t *uids, size_t count, struct reconciliation *r,
                        struct err *err_r)
{
    struct place place = {body, mailbox, folder, uidvalidity};
    struct uid_list alone;
    size_t n;
    uint32_t *sorted = sort_uids(arena, uids, count, &n);

    *r = (struct reconciliation){
        .in_mailbox = n,
        .unexplained_uids = arena_array(arena, n + 1, sizeof(uint32_t)),
    };
    if (!registry_list_left_alone(registry, arena, &place, NULL, &alone, err_r))
        return false;
    for (size_t i = 0; i < n; i++) {
        enum message_state state;
        int64_t id;

        if (!find_row(registry, &place, sorted[i], &id, &state, err_r))
            return false;
        /* "vanished" does not explain a mail that is there */
        if (id == 0 && registry_has_uid(&alone, sorted[i]))
            r->left_alone++;
        else if (id == 0 || state == MESSAGE_VANISHED)
            r->unexplained_uids[r->unexplained++] = sorted[i];
        else
            r->by_state[state]++;
    }
    return true;
}

/* ---- epochs */

struct epoch {
    int64_t id; /* 0: none yet */
    uint32_t uidvalidity;
    uint32_t uidnext;
};

static bool find_epoch(struct registry *registry, const struct place *place, struct epoch *epoch_r,
                       struct err *err_r)
{
    struct statement *s;

    *epoch_r = (struct epoch){0};
    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT id, uidvalidity, uidnext FROM epochs WHERE body = ?"
                        " AND mailbox = ? AND folder = ? ORDER BY id DESC LIMIT 1",
                        value_text(place->body), value_text(place->mailbox),
                        value_text(place->folder)))
        return false;
    if (statement_next(s))
        *epoch_r = (struct epoch){statement_int(s, 0), (uint32_t)statement_int(s, 1),
                                  (uint32_t)statement_int(s, 2)};
    return statement_close(s, err_r);
}

static const char *epoch_reason(const struct epoch *last, uint32_t uidvalidity, uint32_t uidnext)
{
    if (last->id == 0)
        return "first";
    if (last->uidvalidity != uidvalidity)
        return "uidvalidity";
    return uidnext != 0 && uidnext < last->uidnext ? "uidnext" : NULL;
}

static bool open_epoch(struct registry *registry, const struct place *place, uint32_t uidnext,
                       const char *reason, int64_t now, struct err *err_r)
{
    return STATEMENT_RUN(registry, err_r,
                         "INSERT INTO epochs (body, mailbox, folder, uidvalidity, uidnext, reason,"
                         " opened, visited) VALUES (?, ?, ?, ?, ?, ?, ?7, ?7)",
                         value_text(place->body), value_text(place->mailbox),
                         value_text(place->folder), value_int(place->uidvalidity),
                         value_int(uidnext), value_text(reason), value_int(now));
}

/* UIDs from uidnext on will name other mails.  At worst (a server that told an old UIDNEXT) mails
 * that are still there are fetched once more, and are duplicates. */
static bool give_up_uids(struct registry *registry, const struct place *place, uint32_t uidnext,
                         struct err *err_r)
{
    return uidnext == 0 ||
           (STATEMENT_RUN(registry, err_r,
                          "UPDATE messages SET current = 0 WHERE body = ? AND mailbox = ?"
                          " AND folder = ? AND uidvalidity = ? AND uid >= ? AND current = 1",
                          value_text(place->body), value_text(place->mailbox),
                          value_text(place->folder), value_int(place->uidvalidity),
                          value_int(uidnext)) &&
            registry_forget_left_alone(registry, place, uidnext, err_r));
}

static bool renew_epoch(struct registry *registry, const struct place *place,
                        const struct epoch *last, uint32_t uidnext, const char *reason, int64_t now,
                        struct err *err_r)
{
    struct arena *arena = arena_new();
    struct event event = {
        .event = "renewed",
        .at = now,
        .body = place->body,
        .text = arena_printf(arena, "%s %s: UIDVALIDITY %lu, UIDNEXT %lu; before %lu, %lu",
                             place->mailbox, place->folder, (unsigned long)place->uidvalidity,
                             (unsigned long)uidnext, (unsigned long)last->uidvalidity,
                             (unsigned long)last->uidnext),
    };
    bool ok = open_epoch(registry, place, uidnext, reason, now, err_r) &&
              give_up_uids(registry, place, uidnext, err_r) &&
              registry_add_event(registry, &event, err_r);

    arena_free(arena);
    return ok;
}

static bool note_visit(struct registry *registry, const struct place *place, uint32_t uidnext,
                       int64_t now, bool *renewed_r, struct err *err_r)
{
    struct epoch last;

    if (!find_epoch(registry, place, &last, err_r))
        return false;
    const char *reason = epoch_reason(&last, place->uidvalidity, uidnext);
    if (reason == NULL)
        return STATEMENT_RUN(registry, err_r,
                             "UPDATE epochs SET uidnext = max(uidnext, ?), visited = ?"
                             " WHERE id = ?",
                             value_int(uidnext), value_int(now), value_int(last.id));
    if (last.id == 0)
        return open_epoch(registry, place, uidnext, reason, now, err_r);
    *renewed_r = true;
    return renew_epoch(registry, place, &last, uidnext, reason, now, err_r);
}

bool registry_note_visit(struct registry *registry, const char *body, const char *mailbox,
                         const char *folder, uint32_t uidvalidity, uint32_t uidnext, int64_t now,
                         bool *renewed_r, struct err *err_r)
{
    struct place place = {body, mailbox, folder, uidvalidity};

    *renewed_r = false;
    if (!registry_step_begin(registry, err_r))
        return false;
    bool ok = note_visit(registry, &place, uidnext, now, renewed_r, err_r);
    return registry_step_end(registry, ok, err_r);
}

/* ---- moved */

static bool note_moved_one(struct registry *registry, const struct place *place, uint32_t uid,
                           int64_t now, struct err *err_r)
{
    struct event event = {.event = "moved", .at = now, .body = place->body};

    if (!STATEMENT_GET(registry, &event.message, err_r,
                       "SELECT id FROM messages WHERE body = ? AND mailbox = ? AND folder = ?"
                       " AND uidvalidity = ? AND uid = ? AND current = 1 AND moved_at IS NULL",
                       value_text(place->body), value_text(place->mailbox),
                       value_text(place->folder), value_int(place->uidvalidity), value_int(uid)))
        return false;
    return event.message == 0 ||
           (STATEMENT_RUN(registry, err_r, "UPDATE messages SET moved_at = ? WHERE id = ?",
                          value_int(now), value_int(event.message)) &&
            registry_add_event(registry, &event, err_r));
}

bool registry_note_moved(struct registry *registry, const char *body, const char *mailbox,
                         const char *folder, uint32_t uidvalidity, const uint32_t *uids,
                         size_t count, int64_t now, struct err *err_r)
{
    struct place place = {body, mailbox, folder, uidvalidity};
    bool ok = true;

    if (!registry_step_begin(registry, err_r))
        return false;
    for (size_t i = 0; i < count && ok; i++)
        ok = note_moved_one(registry, &place, uids[i], now, err_r);
    return registry_step_end(registry, ok, err_r);
}
