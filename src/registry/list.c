/* SPDX-License-Identifier: EUPL-1.2 */
/* What reading commands ask.  No statement here writes. */
#include "registry/private.h"

void *registry_grow_rows(struct arena *arena, void *rows, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return rows;
    size_t more = *room == 0 ? 8 : 2 * *room;
    rows = arena_grow(arena, rows, *room, more, size);
    *room = more;
    return rows;
}

/* CHECKs keep every word one of ours, so that another can only come from a damaged page. */
bool registry_fail_word(struct registry *registry, char letter, int64_t id, struct err *err_r)
{
    return err_set(err_r, ERR_DATA,
                   "registry in %s: %c%lld has a word nobody wrote; the file is damaged, restore "
                   "the last backup",
                   registry->directory, letter, (long long)id);
}

bool registry_list_texts(struct registry *registry, struct arena *arena, const char *sql,
                         int64_t id, struct texts *texts_r, struct err *err_r)
{
    struct statement *s;

    *texts_r = (struct texts){0};
    return STATEMENT_OPEN(registry, &s, err_r, sql, value_int(id)) &&
           statement_read_texts(s, arena, texts_r, err_r);
}

/* ---- messages */

static bool read_message(struct statement *s, struct arena *arena, struct message_row *row_r)
{
    *row_r = (struct message_row){
        .id = statement_int(s, 0),
        .body = statement_text(s, arena, 1),
        .mailbox = statement_text(s, arena, 2),
        .folder = statement_text(s, arena, 3),
        .uidvalidity = (uint32_t)statement_int(s, 4),
        .uid = (uint32_t)statement_int(s, 5),
        .arrived_at = statement_moment(s, 6),
        .registered_at = statement_int(s, 7),
        .arrival_basis = statement_text(s, arena, 8),
        .from = statement_text(s, arena, 9),
        .subject = statement_text(s, arena, 10),
        .message_id = statement_text(s, arena, 11),
        .sha256 = statement_text(s, arena, 12),
        .class = statement_text(s, arena, 13),
        .reason = statement_text(s, arena, 15),
        .trust = statement_text(s, arena, 16),
        .size = statement_int(s, 17),
        .erased_at = statement_moment(s, 18),
        .erased_by = statement_text(s, arena, 19),
        .reading = statement_text(s, arena, 20),
    };
    return message_state_from_text(statement_peek_text(s, 14), &row_r->state);
}

static bool list_numbers(struct registry *registry, struct arena *arena, struct message_row *row,
                         struct err *err_r)
{
    return registry_list_texts(
        registry, arena,
        "SELECT n.number FROM documents d JOIN numbers n ON n.motion = d.motion"
        " WHERE d.message = ? ORDER BY d.position",
        row->id, &row->motions, err_r);
}

#define MESSAGE_COLUMNS                                                                         \
    "SELECT id, body, mailbox, folder, uidvalidity, uid, arrived_at, registered_at,"            \
    " arrival_basis, sender_address, subject, message_id, sha256, class, state, reason, trust," \
    " size, erased_at, erased_by"

static bool open_messages(struct registry *registry, int state, int64_t id, struct statement **s_r,
                          struct err *err_r)
{
    const char *word = state < 0 ? NULL : message_state_to_text((enum message_state)state);

    if (id != 0)
        return STATEMENT_OPEN(registry, s_r, err_r,
                              MESSAGE_COLUMNS ", reading FROM messages WHERE id = ?1"
                                              " AND (?2 IS NULL OR state = ?2)",
                              value_int(id), value_text(word));
    if (word != NULL)
        return STATEMENT_OPEN(registry, s_r, err_r,
                              MESSAGE_COLUMNS ", NULL FROM messages WHERE state = ? ORDER BY id",
                              value_text(word));
    return statement_open(registry, MESSAGE_COLUMNS ", NULL FROM messages ORDER BY id", NULL, 0,
                          s_r, err_r);
}

bool registry_list_messages(struct registry *registry, struct arena *arena, int state, int64_t id,
                            struct message_row **rows_r, size_t *count_r, struct err *err_r)
{
    size_t count = 0, room = 0;
    struct message_row *rows = NULL;
    struct statement *s;
    bool ok = true, known = true;

    if (!open_messages(registry, state, id, &s, err_r))
        return false;
    while (ok && known && statement_next(s)) {
        rows = registry_grow_rows(arena, rows, count, &room, sizeof *rows);
        known = read_message(s, arena, &rows[count]);
        ok = list_numbers(registry, arena, &rows[count++], err_r);
    }
    *rows_r = rows;
    *count_r = count;
    if (!ok) {
        struct err second;
        statement_close(s, &second);
        return false;
    }
    return statement_close(s, err_r) &&
           (known || registry_fail_word(registry, 'm', rows[count - 1].id, err_r));
}

/* ---- motions */

static const char select_motions[] = REGISTRY_SELECT_MOTIONS
    " WHERE (?1 IS NULL OR t.body = ?1) AND (?2 IS NULL OR n.number = ?2)"
    " AND (?3 IS NULL OR EXISTS (SELECT 1 FROM movers WHERE document = d.id"
    " AND same_text(faction, ?3)))"
    " AND (?4 IS NULL OR EXISTS (SELECT 1 FROM consultations WHERE document = d.id"
    " AND meeting = ?4))"
    " AND (?5 IS NULL OR m.arrived_at >= ?5) AND (?6 IS NULL OR t.state = ?6)"
    " ORDER BY t.id";

static bool read_deadline(struct statement *s, struct arena *arena, int column,
                          struct deadline *deadline_r)
{
    *deadline_r = (struct deadline){
        .last_day = statement_day(s, column + 1),
        .until = statement_moment(s, column + 2),
        .rule = statement_text(s, arena, column + 3),
    };
    return deadline_state_from_text(statement_peek_text(s, column), &deadline_r->state);
}

bool registry_read_motion(struct statement *s, struct arena *arena, struct motion_row *row_r)
{
    *row_r = (struct motion_row){
        .number = statement_text(s, arena, 0),
        .version = (int)statement_int(s, 1),
        .body = statement_text(s, arena, 2),
        .title = statement_text(s, arena, 4),
        .confidential = statement_int(s, 6) != 0,
        .sender_name = statement_text(s, arena, 7),
        .sender_address = statement_text(s, arena, 8),
        .trust = statement_text(s, arena, 9),
        .mail_date = statement_moment(s, 10),
        .arrived_at = statement_moment(s, 11),
        .registered_at = statement_int(s, 12),
        .message_id = statement_text(s, arena, 17),
        .sha256 = statement_text(s, arena, 18),
        .message = statement_int(s, 19),
        .erased_at = statement_moment(s, 20),
    };
    return motion_kind_from_text(statement_peek_text(s, 3), &row_r->kind) &&
           motion_state_from_text(statement_peek_text(s, 5), &row_r->state) &&
           read_deadline(s, arena, 13, &row_r->deadline);
}

static bool list_consultations(struct registry *registry, struct arena *arena, int64_t document,
                               struct motion_row *row, struct err *err_r)
{
    size_t room = 0;
    struct statement *s;
    bool known = true;

    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT organization, meeting, deadline_state, deadline_day,"
                        " deadline_until, deadline_rule FROM consultations WHERE document = ?"
                        " ORDER BY position",
                        value_int(document)))
        return false;
    while (known && statement_next(s)) {
        row->consultations = registry_grow_rows(arena, row->consultations, row->consultation_count,
                                                &room, sizeof *row->consultations);
        struct motion_row_consultation *c = &row->consultations[row->consultation_count++];
        c->organization = statement_text(s, arena, 0);
        c->meeting = statement_day(s, 1);
        known = read_deadline(s, arena, 2, &c->deadline);
    }
    return statement_close(s, err_r) &&
           (known || registry_fail_word(registry, 'm', row->message, err_r));
}

/* The other documents of its number. */
static bool list_papers(struct registry *registry, struct arena *arena, int64_t document,
                        struct motion_row *row, struct err *err_r)
{
    size_t room = 0;
    struct statement *s;
    bool known = true;

    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT o.role, o.version, o.message, m.arrived_at, o.deadline_state,"
                        " o.deadline_day, o.deadline_until, o.deadline_rule FROM documents d"
                        " JOIN documents o ON o.motion = d.motion AND o.id <> d.id"
                        " JOIN messages m ON m.id = o.message WHERE d.id = ?"
                        " ORDER BY m.arrived_at, o.id",
                        value_int(document)))
        return false;
    while (known && statement_next(s)) {
        row->papers =
            registry_grow_rows(arena, row->papers, row->paper_count, &room, sizeof *row->papers);
        struct motion_paper *paper = &row->papers[row->paper_count++];
        paper->role = statement_text(s, arena, 0);
        paper->version = (int)statement_int(s, 1);
        paper->message = statement_int(s, 2);
        paper->arrived_at = statement_moment(s, 3);
        known = read_deadline(s, arena, 4, &paper->deadline);
    }
    return statement_close(s, err_r) &&
           (known || registry_fail_word(registry, 'm', row->message, err_r));
}

bool registry_list_around_motion(struct registry *registry, struct arena *arena, int64_t document,
                                 struct motion_row *row, struct err *err_r)
{
    return registry_list_texts(registry, arena,
                               "SELECT faction FROM movers WHERE document = ? AND role = 'mover'"
                               " ORDER BY position",
                               document, &row->factions, err_r) &&
           registry_list_texts(registry, arena,
                               "SELECT faction FROM movers WHERE document = ? AND role = 'named'"
                               " ORDER BY position",
                               document, &row->named, err_r) &&
           list_consultations(registry, arena, document, row, err_r) &&
           list_papers(registry, arena, document, row, err_r);
}

static bool open_motions(struct registry *registry, struct arena *arena,
                         const struct motion_filter *filter, struct statement **s_r,
                         struct err *err_r)
{
    int64_t since = day_is_none(filter->since) ? MOMENT_NONE : moment_from_local(filter->since, 0);
    const char *state =
        filter->state < 0 ? NULL : motion_state_to_text((enum motion_state)filter->state);

    return STATEMENT_OPEN(registry, s_r, err_r, select_motions, value_text(filter->body),
                          value_text(filter->number), value_text(filter->faction),
                          value_day(arena, filter->meeting), value_moment(since),
                          value_text(state));
}

bool registry_read_motions(struct registry *registry, struct arena *arena, struct statement *s,
                           struct motion_row **rows_r, size_t *count_r, struct err *err_r)
{
    size_t count = 0, room = 0;
    struct motion_row *rows = NULL;
    bool ok = true, known = true;

    while (ok && known && statement_next(s)) {
        rows = registry_grow_rows(arena, rows, count, &room, sizeof *rows);
        known = registry_read_motion(s, arena, &rows[count]);
        ok = registry_list_around_motion(registry, arena, statement_int(s, 21), &rows[count++],
                                         err_r);
    }
    *rows_r = rows;
    *count_r = count;
    if (!ok) {
        struct err second;
        statement_close(s, &second);
        return false;
    }
    return statement_close(s, err_r) &&
           (known || registry_fail_word(registry, 'm', rows[count - 1].message, err_r));
}

bool registry_list_motions(struct registry *registry, struct arena *arena,
                           const struct motion_filter *filter, struct motion_row **rows_r,
                           size_t *count_r, struct err *err_r)
{
    struct statement *s;

    return open_motions(registry, arena, filter, &s, err_r) &&
           registry_read_motions(registry, arena, s, rows_r, count_r, err_r);
}

/* ---- counts */

static bool count_messages(struct registry *registry, struct registry_counts *r, struct err *err_r)
{
    struct statement *s;
    enum message_state state;

    if (!statement_open(registry, "SELECT state, count(*) FROM messages GROUP BY state", NULL, 0,
                        &s, err_r))
        return false;
    while (statement_next(s)) {
        if (message_state_from_text(statement_peek_text(s, 0), &state))
            r->messages[state] = statement_int(s, 1);
    }
    return statement_close(s, err_r);
}

static bool count_deliveries(struct registry *registry, struct registry_counts *r,
                             struct err *err_r)
{
    struct statement *s;
    enum delivery_state state;

    if (!statement_open(registry, "SELECT state, count(*) FROM deliveries GROUP BY state", NULL, 0,
                        &s, err_r))
        return false;
    while (statement_next(s)) {
        if (delivery_state_from_text(statement_peek_text(s, 0), &state))
            r->deliveries[state] = statement_int(s, 1);
    }
    return statement_close(s, err_r);
}

static bool find_last_message(struct registry *registry, struct registry_counts *r,
                              struct err *err_r)
{
    struct statement *s;

    r->last_message_at = MOMENT_NONE;
    if (!statement_open(registry, "SELECT registered_at FROM messages ORDER BY id DESC LIMIT 1",
                        NULL, 0, &s, err_r))
        return false;
    if (statement_next(s))
        r->last_message_at = statement_int(s, 0);
    return statement_close(s, err_r);
}

static bool list_visits(struct registry *registry, struct arena *arena, struct registry_counts *r,
                        struct err *err_r)
{
    size_t room = 0;
    struct statement *s;

    if (!statement_open(registry,
                        "SELECT body, mailbox, folder, visited FROM epochs e WHERE id ="
                        " (SELECT max(id) FROM epochs WHERE body = e.body"
                        " AND mailbox = e.mailbox AND folder = e.folder)"
                        " ORDER BY body, mailbox, folder",
                        NULL, 0, &s, err_r))
        return false;
    while (statement_next(s)) {
        r->visits = registry_grow_rows(arena, r->visits, r->visit_count, &room, sizeof *r->visits);
        size_t i = r->visit_count++;
        r->visits[i].body = statement_text(s, arena, 0);
        r->visits[i].mailbox = statement_text(s, arena, 1);
        r->visits[i].folder = statement_text(s, arena, 2);
        r->visits[i].visited_at = statement_int(s, 3);
    }
    return statement_close(s, err_r);
}

bool registry_count(struct registry *registry, struct arena *arena, struct registry_counts *r,
                    struct err *err_r)
{
    *r = (struct registry_counts){0};
    return count_messages(registry, r, err_r) && count_deliveries(registry, r, err_r) &&
           statement_get_int(registry, "SELECT count(*) FROM motions", NULL, 0, &r->motions,
                             err_r) &&
           find_last_message(registry, r, err_r) && list_visits(registry, arena, r, err_r);
}

static bool get_moment(struct registry *registry, const char *sql, int64_t *moment_r,
                       struct err *err_r)
{
    struct statement *s;

    *moment_r = MOMENT_NONE;
    if (!statement_open(registry, sql, NULL, 0, &s, err_r))
        return false;
    if (statement_next(s))
        *moment_r = statement_moment(s, 0);
    return statement_close(s, err_r);
}

bool registry_find_backlog(struct registry *registry, struct registry_backlog *r, struct err *err_r)
{
    return get_moment(registry,
                      "SELECT min(created_at) FROM deliveries"
                      " WHERE state IN ('queued', 'sending', 'deferred', 'maybe')"
                      " AND entry IS NULL",
                      &r->oldest_unsent, err_r) &&
           get_moment(registry,
                      "SELECT max(created_at) FROM deliveries WHERE state IN ('failed', 'bounced')"
                      " AND erased_at IS NULL",
                      &r->newest_failure, err_r);
}
