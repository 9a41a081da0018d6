/* SPDX-License-Identifier: EUPL-1.2 */
#include "registry/book.h"

#include "registry/private.h"

/* ---- what visits saw */

static bool find_epoch(struct registry *registry, const char *body, const char *mailbox,
                       const char *folder, int64_t *epoch_r, struct err *err_r)
{
    return STATEMENT_GET(registry, epoch_r, err_r,
                         "SELECT id FROM epochs WHERE body = ? AND mailbox = ? AND folder = ?"
                         " ORDER BY id DESC LIMIT 1",
                         value_text(body), value_text(mailbox), value_text(folder));
}

/* Neighbours become one range: of a folder that is new to us there is little to keep. */
static bool keep_unsettled(struct registry *registry, int64_t epoch, const uint32_t *uids,
                           size_t count, struct err *err_r)
{
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && uids[end] == uids[end - 1] + 1; end++)
            ;
        if (!STATEMENT_RUN(registry, err_r,
                           "INSERT INTO unsettled (epoch, first, last) VALUES (?, ?, ?)",
                           value_int(epoch), value_int(uids[i]), value_int(uids[end - 1])))
            return false;
    }
    return true;
}

static bool note_seen(struct registry *registry, int64_t epoch, size_t seen, const uint32_t *wanted,
                      size_t count, struct err *err_r)
{
    return STATEMENT_RUN(registry, err_r, "UPDATE epochs SET seen = ? WHERE id = ?",
                         value_int((int64_t)seen), value_int(epoch)) &&
           STATEMENT_RUN(registry, err_r, "DELETE FROM unsettled WHERE epoch = ?",
                         value_int(epoch)) &&
           keep_unsettled(registry, epoch, wanted, count, err_r);
}

bool registry_note_seen(struct registry *registry, const char *body, const char *mailbox,
                        const char *folder, size_t seen, const uint32_t *wanted, size_t count,
                        struct err *err_r)
{
    int64_t epoch;

    if (!registry_step_begin(registry, err_r))
        return false;
    bool ok = find_epoch(registry, body, mailbox, folder, &epoch, err_r) &&
              note_seen(registry, epoch, seen, wanted, count, err_r);
    return registry_step_end(registry, ok, err_r);
}

/* ---- what happened */

#define IN_BOOK " e.body = ?1 AND e.seq > ?2 AND e.seq <= ?3"
#define BOOK_VALUES(book, body) \
    value_text(body), value_int((book)->first_event), value_int((book)->last_event)

static void copy_motion(struct arena *arena, const struct motion_row *row,
                        struct book_motion *motion_r)
{
    size_t n = row->consultation_count;

    *motion_r = (struct book_motion){
        .number = row->number,
        .kind = row->kind,
        .title = row->title,
        .confidential = row->confidential,
        .factions = row->factions,
        .named = row->named,
        .arrived_at = row->arrived_at,
        .consultations = arena_array(arena, n, sizeof *motion_r->consultations),
        .consultation_count = n,
        .deadline = row->deadline,
        .state = row->state,
    };
    for (size_t i = 0; i < n; i++)
        motion_r->consultations[i] = (struct decided_consultation){
            row->consultations[i].organization, row->consultations[i].meeting,
            row->consultations[i].deadline};
}

static bool read_motions(struct registry *registry, struct arena *arena, const char *body,
                         struct book *book, struct err *err_r)
{
    struct motion_row *rows;
    struct statement *s;

    if (!STATEMENT_OPEN(registry, &s, err_r,
                        REGISTRY_SELECT_MOTIONS
                        " WHERE t.id IN (SELECT g.motion FROM events e"
                        "  JOIN numbers g ON g.body = e.body AND g.number = e.number"
                        "  WHERE e.event = 'registered' AND" IN_BOOK ") ORDER BY t.id",
                        BOOK_VALUES(book, body)) ||
        !registry_read_motions(registry, arena, s, &rows, &book->motion_count, err_r))
        return false;
    book->motions = arena_array(arena, book->motion_count, sizeof *book->motions);
    for (size_t i = 0; i < book->motion_count; i++)
        copy_motion(arena, &rows[i], &book->motions[i]);
    return true;
}

static bool read_changes(struct registry *registry, struct arena *arena, const char *body,
                         struct book *book, struct err *err_r)
{
    struct statement *s;
    size_t room = 0;

    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT e.event, e.number, d.title, e.at, e.actor FROM events e"
                        " JOIN numbers n ON n.body = e.body AND n.number = e.number"
                        " JOIN motions t ON t.id = n.motion"
                        " LEFT JOIN documents d ON d.motion = t.id AND d.version = t.version"
                        "  AND d.role IN ('motion', 'replacement')"
                        " WHERE e.event IN ('corrected', 'replaced', 'withdrawn', 'left',"
                        "  'joined', 'papers-added', 'void',"
                        "  'meeting-moved') AND" IN_BOOK " ORDER BY e.seq",
                        BOOK_VALUES(book, body)))
        return false;
    while (statement_next(s)) {
        book->changes = registry_grow_rows(arena, book->changes, book->change_count, &room,
                                           sizeof *book->changes);
        book->changes[book->change_count++] =
            (struct book_change){.event = statement_text(s, arena, 0),
                                 .number = statement_text(s, arena, 1),
                                 .title = statement_text(s, arena, 2),
                                 .at = statement_moment(s, 3),
                                 .actor = statement_text(s, arena, 4)};
    }
    return statement_close(s, err_r);
}

/* Mails whose first event is in the book and that need nobody, as they stand now. */
static bool read_counts(struct registry *registry, struct arena *arena, const char *body,
                        struct book *book, struct err *err_r)
{
    struct statement *s;
    size_t room = 0;
    bool known = true;

    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT m.state, coalesce(m.decided_by, m.state), count(*) FROM messages m"
                        " WHERE m.state IN ('ignored', 'unreadable', 'duplicate', 'vanished')"
                        "  AND m.id IN (SELECT e.message FROM events e WHERE" IN_BOOK
                        "   AND e.message IS NOT NULL)"
                        "  AND NOT EXISTS (SELECT 1 FROM events o"
                        "   WHERE o.message = m.id AND o.seq <= ?2)"
                        " GROUP BY 1, 2 ORDER BY 3 DESC, 2",
                        BOOK_VALUES(book, body)))
        return false;
    while (known && statement_next(s)) {
        book->counts =
            registry_grow_rows(arena, book->counts, book->count_count, &room, sizeof *book->counts);
        struct book_count *count = &book->counts[book->count_count++];
        *count = (struct book_count){.row = statement_text(s, arena, 1),
                                     .n = (size_t)statement_int(s, 2)};
        known = message_state_from_text(statement_peek_text(s, 0), &count->state);
    }
    return statement_close(s, err_r) &&
           (known || err_set(err_r, ERR_DATA, "registry in %s: a message has no state we know",
                             registry->directory));
}

#define ANSWER_COLUMNS "SELECT d.id, d.kind, n.number, d.recipient, d.response FROM deliveries d"

static bool read_answers(struct registry *registry, struct arena *arena, struct statement *s,
                         struct book_answer **rows_r, size_t *count_r, struct err *err_r)
{
    size_t count = 0, room = 0;
    struct book_answer *rows = NULL;
    bool known = true;

    while (known && statement_next(s)) {
        rows = registry_grow_rows(arena, rows, count, &room, sizeof *rows);
        struct book_answer *row = &rows[count++];
        *row =
            (struct book_answer){.id = arena_printf(arena, "o%lld", (long long)statement_int(s, 0)),
                                 .number = statement_text(s, arena, 2),
                                 .to = statement_text(s, arena, 3),
                                 .response = statement_text(s, arena, 4)};
        known = reply_kind_from_text(statement_peek_text(s, 1), &row->kind);
    }
    *rows_r = rows;
    *count_r = count;
    return statement_close(s, err_r) &&
           (known || err_set(err_r, ERR_DATA, "registry in %s: an answer has no kind we know",
                             registry->directory));
}

static bool read_failed(struct registry *registry, struct arena *arena, const char *body,
                        struct book *book, struct err *err_r)
{
    struct statement *s;

    return STATEMENT_OPEN(registry, &s, err_r,
                          ANSWER_COLUMNS " LEFT JOIN numbers n ON n.motion = d.motion"
                                         " WHERE d.state IN ('failed', 'bounced')"
                                         "  AND d.id IN (SELECT e.delivery FROM events e"
                                         "   WHERE e.event IN ('failed', 'bounced') AND" IN_BOOK
                                         "  ) ORDER BY d.id",
                          BOOK_VALUES(book, body)) &&
           read_answers(registry, arena, s, &book->failed, &book->failed_count, err_r);
}

static bool read_happenings(struct registry *registry, struct arena *arena, const char *body,
                            struct book *book, struct err *err_r)
{
    return read_motions(registry, arena, body, book, err_r) &&
           read_changes(registry, arena, body, book, err_r) &&
           read_counts(registry, arena, body, book, err_r) &&
           read_failed(registry, arena, body, book, err_r);
}

/* ---- how things are */

static bool read_held(struct registry *registry, struct arena *arena, const char *body,
                      struct book *book, struct err *err_r)
{
    struct waiting_mail *rows;

    if (!registry_list_waiting(registry, arena, body, 0, &rows, &book->held_count, err_r))
        return false;
    book->held = arena_array(arena, book->held_count, sizeof *book->held);
    for (size_t i = 0; i < book->held_count; i++)
        book->held[i] =
            (struct book_held){.id = arena_printf(arena, "m%lld", (long long)rows[i].id),
                               .row = rows[i].row,
                               .arrived_at = rows[i].arrived_at,
                               .registered_at = rows[i].registered_at,
                               .from = rows[i].from,
                               .subject = rows[i].subject};
    return true;
}

static bool read_waiting(struct registry *registry, struct arena *arena, const char *body,
                         struct book *book, struct err *err_r)
{
    struct statement *s;

    return STATEMENT_OPEN(registry, &s, err_r,
                          ANSWER_COLUMNS " LEFT JOIN numbers n ON n.motion = d.motion"
                                         " WHERE d.state = 'waiting' AND d.body = ? ORDER BY d.id",
                          value_text(body)) &&
           read_answers(registry, arena, s, &book->waiting, &book->waiting_count, err_r);
}

/* Those that were gone before they could be fetched have an outcome, but not if a later visit sees
 * them again. */
static bool read_unexplained(struct registry *registry, int64_t epoch, int64_t *n_r,
                             struct err *err_r)
{
    return STATEMENT_GET(registry, n_r, err_r,
                         "SELECT sum(u.last - u.first + 1 - (SELECT count(*) FROM messages m"
                         "  WHERE m.body = e.body AND m.mailbox = e.mailbox"
                         "   AND m.folder = e.folder AND m.uidvalidity = e.uidvalidity"
                         "   AND m.current = 1 AND m.uid BETWEEN u.first AND u.last"
                         "   AND (m.state <> 'vanished' OR m.registered_at >= e.visited)))"
                         " FROM epochs e JOIN unsettled u ON u.epoch = e.id WHERE e.id = ?",
                         value_int(epoch));
}

static bool read_mailbox(struct registry *registry, const char *body,
                         const struct conf_mailbox *mailbox, struct book_mailbox *row_r,
                         struct err *err_r)
{
    struct statement *s;
    int64_t epoch = 0, unexplained = 0;

    *row_r = (struct book_mailbox){.name = mailbox->name,
                                   .folder = mailbox->folder,
                                   .visited_at = MOMENT_NONE,
                                   .interval = mailbox->renew > mailbox->poll ? mailbox->renew
                                                                              : mailbox->poll};
    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT id, visited, seen FROM epochs WHERE body = ? AND mailbox = ?"
                        " AND folder = ? ORDER BY id DESC LIMIT 1",
                        value_text(body), value_text(mailbox->name), value_text(mailbox->folder)))
        return false;
    if (statement_next(s)) {
        epoch = statement_int(s, 0);
        row_r->visited_at = statement_moment(s, 1);
        row_r->counted = !statement_is_null(s, 2);
        row_r->seen = (size_t)statement_int(s, 2);
    }
    if (!statement_close(s, err_r) || !read_unexplained(registry, epoch, &unexplained, err_r))
        return false;
    row_r->unexplained = (size_t)unexplained;
    return true;
}

static bool read_mailboxes(struct registry *registry, struct arena *arena,
                           const struct conf_body *body, struct book *book, struct err *err_r)
{
    book->mailboxes = arena_array(arena, body->mailbox_count, sizeof *book->mailboxes);
    for (; book->mailbox_count < body->mailbox_count; book->mailbox_count++) {
        if (!read_mailbox(registry, body->id, &body->mailboxes[book->mailbox_count],
                          &book->mailboxes[book->mailbox_count], err_r))
            return false;
    }
    return true;
}

/* ---- books */

static bool find_last_event(struct registry *registry, int64_t *seq_r, struct err *err_r)
{
    return statement_get_int(registry, "SELECT max(seq) FROM events", NULL, 0, seq_r, err_r);
}

bool registry_last_book(struct registry *registry, const char *body, int64_t now, struct day *day_r,
                        struct err *err_r)
{
    struct statement *s;

    *day_r = DAY_NONE;
    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT max(day) FROM books WHERE body = ? AND made_at <= ?",
                        value_text(body), value_int(now + MOMENT_SLACK)))
        return false;
    if (statement_next(s))
        *day_r = statement_day(s, 0);
    return statement_close(s, err_r);
}

/* Where the next book begins, whatever the clock said when the last one was made. */
static bool find_beginning(struct registry *registry, const char *body, struct book *book,
                           bool *first_r, struct err *err_r)
{
    struct arena *arena = arena_new();
    struct statement *s;
    bool ok = STATEMENT_OPEN(registry, &s, err_r,
                             "SELECT max(last_event), max(iif(made_at <= ?2, made_at, NULL)),"
                             " max(day = ?3) FROM books WHERE body = ?1",
                             value_text(body), value_int(book->until + MOMENT_SLACK),
                             value_day(arena, book->day));

    *first_r = true;
    if (ok && statement_next(s)) {
        *first_r = statement_is_null(s, 0);
        book->first_event = statement_int(s, 0);
        book->since = statement_moment(s, 1);
        book->again = statement_int(s, 2) != 0;
    }
    ok = ok && statement_close(s, err_r);
    arena_free(arena);
    return ok;
}

bool registry_read_book(struct registry *registry, struct arena *arena,
                        const struct conf_body *body, struct day day, int64_t now,
                        struct book *book_r, struct err *err_r)
{
    bool first;

    *book_r = (struct book){.day = day, .since = MOMENT_NONE, .until = now};
    return find_beginning(registry, body->id, book_r, &first, err_r) &&
           find_last_event(registry, &book_r->last_event, err_r) &&
           read_happenings(registry, arena, body->id, book_r, err_r) &&
           read_held(registry, arena, body->id, book_r, err_r) &&
           read_waiting(registry, arena, body->id, book_r, err_r) &&
           read_mailboxes(registry, arena, body, book_r, err_r);
}

static bool find_book(struct registry *registry, struct arena *arena, const char *body,
                      struct day day, struct book *book_r, struct err *err_r)
{
    struct statement *s;

    *book_r = (struct book){.day = DAY_NONE, .past = true};
    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT since, made_at, first_event, last_event FROM books"
                        " WHERE body = ? AND day = ?",
                        value_text(body), value_day(arena, day)))
        return false;
    if (statement_next(s)) {
        book_r->day = day;
        book_r->since = statement_moment(s, 0);
        book_r->until = statement_moment(s, 1);
        book_r->first_event = statement_int(s, 2);
        book_r->last_event = statement_int(s, 3);
    }
    return statement_close(s, err_r);
}

bool registry_read_past_book(struct registry *registry, struct arena *arena,
                             const struct conf_body *body, struct day day, struct book *book_r,
                             struct err *err_r)
{
    if (!find_book(registry, arena, body->id, day, book_r, err_r))
        return false;
    if (day_is_none(book_r->day))
        return err_set(err_r, ERR_NO_INPUT,
                       "%s has no book of %s; without --day the open one shows", body->id,
                       day_to_text(arena, day));
    return read_happenings(registry, arena, body->id, book_r, err_r);
}

/* A day has one book that counts.  Which do was asked when the clock was mended: once the time has
 * come that one of a clock ahead was made at, made_at no longer tells it from others. */
static bool insert_book(struct registry *registry, const char *body, struct day last,
                        const struct book *book, struct err *err_r)
{
    struct arena *arena = arena_new();
    bool ok =
        STATEMENT_RUN(registry, err_r,
                      "INSERT INTO books (body, day, since, first_event, last_event, made_at)"
                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (body, day) DO UPDATE"
                      " SET since = excluded.since, first_event = excluded.first_event,"
                      " last_event = excluded.last_event, made_at = excluded.made_at"
                      " WHERE ?7 IS NULL OR books.day > ?7",
                      value_text(body), value_day(arena, book->day), value_moment(book->since),
                      value_int(book->first_event), value_int(book->last_event),
                      value_int(book->until), value_day(arena, last));

    if (ok && sqlite3_changes(registry->db) != 1)
        ok = err_set(err_r, ERR_BUG, "%s has a book of %s; please report this", body,
                     day_to_text(arena, book->day));
    arena_free(arena);
    return ok;
}

bool registry_note_book(struct registry *registry, const char *body, struct day last,
                        const struct book *book, struct err *err_r)
{
    if (!registry_step_begin(registry, err_r))
        return false;
    return registry_step_end(registry, insert_book(registry, body, last, book, err_r), err_r);
}

bool registry_begin_books(struct registry *registry, const char *body, struct day day, int64_t now,
                          struct err *err_r)
{
    struct book book = {.day = day, .since = MOMENT_NONE, .until = now};
    bool first;

    if (!find_beginning(registry, body, &book, &first, err_r) ||
        (first && !find_last_event(registry, &book.first_event, err_r)))
        return false;
    book.last_event = book.first_event;
    return registry_note_book(registry, body, DAY_NONE, &book, err_r);
}
