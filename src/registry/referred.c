/* SPDX-License-Identifier: EUPL-1.2 */
/* Which motion of the register a mail is about. */
#include "registry/private.h"

#include "registry/ruling.h"
#include "registry/statement.h"

#include <string.h>

/* Ids of a thread that are looked at, the newest first. */
#define THREAD_MAX 20

/* The number that everything in the mail agrees on. */
struct search {
    struct registry *registry;
    struct arena *arena;
    const char *body;
    const char *number; /* NULL: none yet */
    bool unclear;       /* two that differ */
};

static bool found(struct search *search, struct statement *s, struct err *err_r)
{
    while (statement_next(s)) {
        const char *number = statement_text(s, search->arena, 0);

        if (search->number != NULL && !text_equal(search->number, number))
            search->unclear = true;
        search->number = number;
    }
    return statement_close(s, err_r);
}

static bool search_number(struct search *search, const char *words, struct err *err_r)
{
    struct statement *s;

    return words == NULL || (STATEMENT_OPEN(search->registry, &s, err_r,
                                            "SELECT number FROM numbers WHERE body = ?1"
                                            " AND number = ?2",
                                            value_text(search->body), value_text(words)) &&
                             found(search, s, err_r));
}

/* What sql says of ?1, the body, and ?2, a JSON list of these ids. */
static bool search_ids(struct search *search, const char *sql, const struct texts *ids,
                       struct err *err_r)
{
    struct statement *s;

    return ids->n == 0 ||
           (STATEMENT_OPEN(search->registry, &s, err_r, sql, value_text(search->body),
                           value_text(registry_texts_to_json(search->arena, ids))) &&
            found(search, s, err_r));
}

/* What the answered mail of ours was about. */
static bool search_thread(struct search *search, const struct texts *ids, struct err *err_r)
{
    size_t first = ids->n > THREAD_MAX ? ids->n - THREAD_MAX : 0;
    const struct texts newest = {.v = ids->v + first, .n = ids->n - first};

    return search_ids(search,
                      "SELECT DISTINCT n.number FROM deliveries d"
                      " JOIN numbers n ON n.motion = d.motion WHERE d.body = ?1"
                      " AND d.message_id IN (SELECT value FROM json_each(?2))",
                      &newest, err_r);
}

/* The motions of a mail that is answered itself. */
static bool search_mails(struct search *search, const struct texts *ids, struct err *err_r)
{
    return search_ids(search,
                      "SELECT DISTINCT n.number FROM messages m"
                      " JOIN documents d ON d.message = m.id"
                      " JOIN numbers n ON n.motion = d.motion WHERE m.body = ?1"
                      " AND m.message_id IN (SELECT value FROM json_each(?2))",
                      ids, err_r);
}

/* The motions of a mail that was held and whose review is answered. */
static bool search_reviews(struct search *search, const struct texts *ids, struct err *err_r)
{
    return search_ids(search,
                      "SELECT DISTINCT n.number FROM deliveries v"
                      " JOIN documents d ON d.message = v.message"
                      " JOIN numbers n ON n.motion = d.motion WHERE v.body = ?1"
                      " AND v.kind = 'review' AND v.motion IS NULL"
                      " AND v.message_id IN (SELECT value FROM json_each(?2))",
                      ids, err_r);
}

static void describe(struct arena *arena, const struct motion_row *row,
                     struct known_motion *known_r)
{
    *known_r = (struct known_motion){.number = row->number,
                                     .version = row->version,
                                     .state = row->state,
                                     .kind = row->kind,
                                     .title = row->title,
                                     .confidential = row->confidential,
                                     .movers = row->factions,
                                     .named = row->named,
                                     .arrived_at = row->arrived_at,
                                     .deadline = row->deadline,
                                     .consultation_count = row->consultation_count};
    known_r->consultations =
        arena_array(arena, row->consultation_count, sizeof *known_r->consultations);
    for (size_t i = 0; i < row->consultation_count; i++) {
        const struct motion_row_consultation *one = &row->consultations[i];

        known_r->consultations[i] = (struct motion_consultation){one->organization, one->meeting};
    }
}

/* Papers and consents change nothing that an older mail could undo. */
static bool find_written_at(struct search *search, int64_t *at_r, struct err *err_r)
{
    struct statement *s;

    *at_r = MOMENT_NONE;
    if (!STATEMENT_OPEN(search->registry, &s, err_r,
                        "SELECT max(min(coalesce(m.mail_date, m.arrived_at), m.arrived_at))"
                        " FROM numbers n JOIN documents d ON d.motion = n.motion"
                        " JOIN messages m ON m.id = d.message WHERE n.body = ? AND n.number = ?"
                        " AND d.role IN ('motion', 'replacement', 'correction')",
                        value_text(search->body), value_text(search->number)))
        return false;
    if (statement_next(s))
        *at_r = statement_moment(s, 0);
    return statement_close(s, err_r);
}

static bool load(struct search *search, struct known *known, struct err *err_r)
{
    struct known_motion *referred = ARENA_NEW(search->arena, struct known_motion);
    struct motion_row *rows;
    struct statement *s;
    size_t count;

    if (!STATEMENT_OPEN(search->registry, &s, err_r,
                        REGISTRY_SELECT_MOTIONS " WHERE n.body = ? AND n.number = ?",
                        value_text(search->body), value_text(search->number)) ||
        !registry_read_motions(search->registry, search->arena, s, &rows, &count, err_r))
        return false;
    if (count != 1)
        return true;
    describe(search->arena, rows, referred);
    known->referred = referred;
    return find_written_at(search, &referred->written_at, err_r) &&
           registry_find_confirmation(search->registry, search->arena, search->body, search->number,
                                      &referred->confirmation, &referred->confirmation_waits,
                                      err_r);
}

/* Whom of a named faction the answered mail asked. */
static bool find_asked(struct search *search, const struct texts *ids, struct texts *asked,
                       struct err *err_r)
{
    for (size_t i = 0; i < ids->n && i < THREAD_MAX; i++) {
        struct statement *s;

        if (strstr(ids->v[i], NAMING_MARK) == NULL)
            continue;
        if (!STATEMENT_OPEN(search->registry, &s, err_r,
                            "SELECT recipient FROM deliveries WHERE message_id = ? AND body = ?",
                            value_text(ids->v[i]), value_text(search->body)) ||
            !statement_read_texts(s, search->arena, asked, err_r))
            return false;
    }
    return true;
}

/* What a mail names: in its subject and words, and in a letter that withdraws or replaces. */
static bool search_names(struct search *search, const struct reading *reading, struct err *err_r)
{
    const struct texts *numbers = &reading->wish.numbers;

    for (size_t i = 0; i < numbers->n; i++) {
        if (!search_number(search, numbers->v[i], err_r))
            return false;
    }
    for (size_t i = 0; i < reading->motions.n; i++) {
        const struct motion *motion = &reading->motions.v[i];

        if ((motion->kind == MOTION_WITHDRAWAL || motion->kind == MOTION_REPLACEMENT) &&
            !search_number(search, motion->refers_to, err_r))
            return false;
    }
    return true;
}

bool registry_find_referred(struct registry *registry, struct arena *arena, const char *body,
                            const struct reading *reading, struct known *known, struct err *err_r)
{
    struct search search = {.registry = registry, .arena = arena, .body = body};
    const struct mail *mail = reading->mail;

    if (!find_asked(&search, &mail->in_reply_to, &known->asked, err_r) ||
        !search_names(&search, reading, err_r) ||
        !search_thread(&search, &mail->in_reply_to, err_r) ||
        !search_thread(&search, &mail->references, err_r))
        return false;
    if (search.number == NULL && (!search_mails(&search, &mail->in_reply_to, err_r) ||
                                  !search_reviews(&search, &mail->in_reply_to, err_r)))
        return false;
    return search.number == NULL || search.unclear || load(&search, known, err_r);
}
