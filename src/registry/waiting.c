/* SPDX-License-Identifier: EUPL-1.2 */
/* Mails that wait for a person, and what office and chairs were told of them. */
#include "registry/erase.h"
#include "registry/private.h"

#include <stdlib.h>
#include <string.h>

/* A paper that would change a motion of the register. */
#define CHANGES                                                 \
    "(o.role IN ('withdrawal', 'replacement', 'correction') OR" \
    " o.decided_by IN ('withdrawal', 'replacement', 'correction'))"
/* The number that an answer to its review brought. */
#define BROUGHT                                                             \
    "(SELECT n.number FROM messages a JOIN documents p ON p.message = a.id" \
    " JOIN motions t ON t.id = p.motion JOIN numbers n ON n.motion = t.id"  \
    " WHERE a.answers = m.id AND p.role = 'motion' AND t.state <> 'void'"   \
    " ORDER BY a.id DESC LIMIT 1)"
/* The document that speaks for the mail: of those that wait one that would change a motion, which
 * no letter beside it hides, else the one with the earliest last day. */
#define DOCUMENT                                                        \
    "(SELECT o.id FROM documents o WHERE o.message = m.id"              \
    " AND o.motion IS NULL AND o.decided_by IS NOT 'ignored-by-person'" \
    " ORDER BY " CHANGES " IS NOT TRUE, o.deadline_day IS NULL,"        \
    " o.deadline_day, o.position LIMIT 1)"
#define MAILS                                                                                \
    "SELECT m.id, m.arrived_at, m.sender_address, m.subject,"                                \
    " coalesce(d.decided_by, m.decided_by), coalesce(d.reason, m.reason), m.mail_date,"      \
    " m.registered_at, m.body, m.trust, d.kind, d.title, d.deadline_state, d.deadline_day,"  \
    " (SELECT v.faction FROM movers v WHERE v.document = d.id ORDER BY v.position LIMIT 1)," \
    " m.state, coalesce(json_extract(m.reading, '$.motions[' || d.position || '].ocr'), 0)," \
    " m.answers, (SELECT a.arrived_at FROM messages a WHERE a.id = m.answers)," BROUGHT      \
    ", EXISTS (SELECT 1 FROM documents o WHERE o.id = d.id AND " CHANGES ")"                 \
    " FROM messages m LEFT JOIN documents d ON d.id = " DOCUMENT
/* By what waits and not through all that is registered: a plus keeps SQLite from going by body. */
#define WAITING                                                                     \
    MAILS                                                                           \
    " WHERE m.id IN (SELECT id FROM messages WHERE state IN ('held', 'unreadable')" \
    "  UNION ALL SELECT message FROM documents WHERE motion IS NULL)"               \
    " AND (m.state IN ('held', 'unreadable')"                                       \
    "  OR (m.state = 'registered' AND d.id IS NOT NULL))"

static bool read_document(struct statement *s, struct arena *arena, struct waiting_mail *row)
{
    enum motion_kind kind;

    row->kind = -1;
    row->deadline = (struct deadline){.last_day = DAY_NONE, .until = MOMENT_NONE};
    if (statement_is_null(s, 10))
        return true;
    if (!motion_kind_from_text(statement_peek_text(s, 10), &kind) ||
        !deadline_state_from_text(statement_peek_text(s, 12), &row->deadline.state))
        return false;
    row->kind = (int)kind;
    row->ocr = statement_int(s, 16) != 0;
    row->title = statement_text(s, arena, 11);
    row->deadline.last_day = statement_day(s, 13);
    return true;
}

static bool read_mail(struct statement *s, struct arena *arena, struct waiting_mail *row)
{
    const char *trust = statement_text(s, arena, 9), *faction = statement_text(s, arena, 14);

    *row = (struct waiting_mail){
        .id = statement_int(s, 0),
        .arrived_at = statement_moment(s, 1),
        .from = statement_text(s, arena, 2),
        .subject = statement_text(s, arena, 3),
        .row = statement_text(s, arena, 4),
        .reason = statement_text(s, arena, 5),
        .mail_date = statement_moment(s, 6),
        .registered_at = statement_moment(s, 7),
        .body = statement_text(s, arena, 8),
        .answers = statement_int(s, 17),
        .answers_at = statement_moment(s, 18),
        .brought = statement_text(s, arena, 19),
        .changes = statement_int(s, 20) != 0,
    };
    if (trust == NULL || strcmp(trust, "unknown") == 0)
        row->faction = faction != NULL ? faction : "";
    return read_document(s, arena, row) &&
           message_state_from_text(statement_peek_text(s, 15), &row->state);
}

static bool read_mails(struct registry *registry, struct statement *s, struct arena *arena,
                       struct waiting_mail **rows_r, size_t *count_r, struct err *err_r)
{
    struct waiting_mail *rows = NULL;
    size_t count = 0, room = 0;
    bool known = true;

    while (known && statement_next(s)) {
        rows = registry_grow_rows(arena, rows, count, &room, sizeof *rows);
        known = read_mail(s, arena, &rows[count++]);
    }
    *rows_r = rows;
    *count_r = count;
    return statement_close(s, err_r) &&
           (known || registry_fail_word(registry, 'm', rows[count - 1].id, err_r));
}

static int compare_days(struct day a, struct day b)
{
    if (day_is_none(a) || day_is_none(b))
        return day_is_none(a) - day_is_none(b);
    return (a.n > b.n) - (a.n < b.n);
}

/* What has a member's address (which may be forged), of that and of the rest what would change a
 * motion, then what is due first by what can still be in time, then as they came.  Anybody can
 * write that he withdraws something, so that this alone lets nobody pass. */
static int compare_urgency(const void *a, const void *b)
{
    const struct waiting_mail *one = a, *other = b;
    const int orders[] = {
        (one->faction != NULL) - (other->faction != NULL),
        other->changes - one->changes,
        (one->deadline.state != DEADLINE_IN_TIME) - (other->deadline.state != DEADLINE_IN_TIME),
        compare_days(one->deadline.last_day, other->deadline.last_day),
        (one->id > other->id) - (one->id < other->id),
    };

    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        if (orders[i] != 0)
            return orders[i];
    }
    return 0;
}

static bool read_urgent_first(struct registry *registry, struct statement *s, struct arena *arena,
                              struct waiting_mail **rows_r, size_t *count_r, struct err *err_r)
{
    if (!read_mails(registry, s, arena, rows_r, count_r, err_r))
        return false;
    if (*count_r > 0)
        qsort(*rows_r, *count_r, sizeof **rows_r, compare_urgency);
    return true;
}

bool registry_list_waiting(struct registry *registry, struct arena *arena, const char *body,
                           int64_t message, struct waiting_mail **rows_r, size_t *count_r,
                           struct err *err_r)
{
    struct statement *s;

    return STATEMENT_OPEN(registry, &s, err_r,
                          WAITING " AND (?1 IS NULL OR m.body = ?1) AND (?2 IS NULL OR m.id = ?2)"
                                  " ORDER BY m.id",
                          value_text(body), value_id(message)) &&
           read_mails(registry, s, arena, rows_r, count_r, err_r);
}

bool registry_list_untold(struct registry *registry, struct arena *arena, const char *body,
                          struct waiting_mail **rows_r, size_t *count_r, struct err *err_r)
{
    struct statement *s;

    return STATEMENT_OPEN(registry, &s, err_r,
                          WAITING " AND m.told_at = 0 AND m.body = ?1 ORDER BY m.id",
                          value_text(body)) &&
           read_urgent_first(registry, s, arena, rows_r, count_r, err_r);
}

bool registry_list_overdue(struct registry *registry, struct arena *arena, const char *body,
                           int64_t told_before, int64_t now, struct waiting_mail **rows_r,
                           size_t *count_r, struct err *err_r)
{
    struct statement *s;

    return STATEMENT_OPEN(registry, &s, err_r,
                          WAITING " AND +m.body = ?1 AND m.told_at IS NOT 0"
                                  " AND coalesce(m.told_at, m.registered_at) NOT BETWEEN ?2 + 1"
                                  "  AND ?3"
                                  " AND NOT EXISTS (SELECT 1 FROM events e WHERE e.message = m.id"
                                  "  AND e.event = 'reminded' AND e.at BETWEEN ?2 + 1 AND ?3)"
                                  " ORDER BY m.id",
                          value_text(body), value_int(told_before),
                          value_int(now + MOMENT_SLACK)) &&
           read_urgent_first(registry, s, arena, rows_r, count_r, err_r);
}

bool registry_list_misfiled(struct registry *registry, struct arena *arena, const char *body,
                            const char *mailbox, const char *folder, struct waiting_mail **rows_r,
                            size_t *count_r, struct err *err_r)
{
    struct statement *s;

    return STATEMENT_OPEN(registry, &s, err_r,
                          MAILS " WHERE m.body = ?1 AND m.mailbox = ?2 AND m.folder = ?3"
                                " AND m.state IN ('registered', 'held', 'unreadable')"
                                " AND NOT EXISTS (SELECT 1 FROM events e WHERE e.message = m.id"
                                "  AND e.event = 'junk-told') ORDER BY m.id",
                          value_text(body), value_text(mailbox), value_text(folder)) &&
           read_mails(registry, s, arena, rows_r, count_r, err_r);
}

/* ---- what was told */

static bool note(struct registry *registry, const char *name, const char *body, int64_t message,
                 int64_t now, struct err *err_r)
{
    const struct event event = {.event = name, .at = now, .body = body, .message = message};

    if (!registry_step_begin(registry, err_r))
        return false;
    return registry_step_end(registry, registry_add_event(registry, &event, err_r), err_r);
}

bool registry_note_told(struct registry *registry, const char *body, int64_t message, int64_t now,
                        struct err *err_r)
{
    const struct event event = {
        .event = "office-told", .at = now, .body = body, .message = message};

    if (!registry_step_begin(registry, err_r))
        return false;
    bool ok = STATEMENT_RUN(registry, err_r, "UPDATE messages SET told_at = ? WHERE id = ?",
                            value_int(now), value_int(message)) &&
              registry_add_event(registry, &event, err_r);
    return registry_step_end(registry, ok, err_r);
}

/* ---- what will be erased, undecided */

bool registry_list_expiring(struct registry *registry, struct arena *arena, const char *body,
                            int64_t held_before, int64_t now, struct waiting_mail **rows_r,
                            size_t *count_r, struct err *err_r)
{
    struct statement *s;

    return STATEMENT_OPEN(
               registry, &s, err_r,
               WAITING " AND +m.body = ?1 AND " REGISTRY_WAITED_BEFORE(
                   "?2", "?3") " AND m.state <> 'registered' AND m.erased_at IS NULL"
                               " AND NOT EXISTS (SELECT 1 FROM events e WHERE " REGISTRY_EXPIRY_TOLD
                               ")"
                               " ORDER BY m.id LIMIT 50",
               value_text(body), value_moment(held_before), value_int(now + MOMENT_SLACK)) &&
           read_mails(registry, s, arena, rows_r, count_r, err_r);
}

bool registry_note_expiring(struct registry *registry, const char *body, int64_t message,
                            int64_t now, struct err *err_r)
{
    return note(registry, "expiry-told", body, message, now, err_r);
}

/* ---- claims: motions in a faction's name by who is not of it */

static bool read_claims(struct statement *s, struct arena *arena, struct waiting_mail **rows_r,
                        size_t *count_r, struct err *err_r)
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
            .mail_date = statement_moment(s, 4),
            .registered_at = statement_moment(s, 5),
            .faction = statement_text(s, arena, 6),
            .title = statement_text(s, arena, 7),
            .kind = -1,
            .deadline = {.last_day = DAY_NONE, .until = MOMENT_NONE},
        };
    }
    *rows_r = rows;
    *count_r = count;
    return statement_close(s, err_r);
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
                          "SELECT m.id, m.arrived_at, m.sender_address, m.subject, m.mail_date,"
                          " m.registered_at, v.faction, d.title FROM messages m"
                          " JOIN documents d ON d.message = m.id"
                          " JOIN movers v ON v.document = d.id"
                          " WHERE m.state = 'held' AND m.body = ? AND m.trust = 'unknown'"
                          " AND m.class = 'personal' AND m.decided_by = 'unknown-motion'"
                          " AND NOT EXISTS (SELECT 1 FROM events e WHERE e.message = m.id"
                          "  AND e.event = 'chairs-told')"
                          " ORDER BY m.id, d.position, v.position",
                          value_text(body)) &&
           read_claims(s, arena, rows_r, count_r, err_r) &&
           read_all_parts(registry, arena, *rows_r, *count_r, err_r);
}

bool registry_note_reminded(struct registry *registry, const char *body, int64_t message,
                            int64_t now, struct err *err_r)
{
    return note(registry, "reminded", body, message, now, err_r);
}

bool registry_note_claim_told(struct registry *registry, const char *body, int64_t message,
                              int64_t now, struct err *err_r)
{
    return note(registry, "chairs-told", body, message, now, err_r);
}

bool registry_note_misfiled_told(struct registry *registry, const char *body, int64_t message,
                                 int64_t now, struct err *err_r)
{
    return note(registry, "junk-told", body, message, now, err_r);
}
