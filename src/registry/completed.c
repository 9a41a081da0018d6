/* SPDX-License-Identifier: EUPL-1.2 */
/* A held mail and the answer to its review: which it is, and that it waits no longer. */
#include "registry/private.h"

#include <stdlib.h>
#include <string.h>

/* ---- which mail it is */

/* "m12" of the subject, or 0. */
static int64_t find_id(const struct texts *numbers)
{
    for (size_t i = 0; i < numbers->n; i++) {
        const char *s = numbers->v[i];

        if (s[0] == 'm' && strlen(s) < 18 && s[1] != '\0' &&
            strspn(s + 1, "0123456789") == strlen(s + 1))
            return strtoll(s + 1, NULL, 10);
    }
    return 0;
}

/* The review that is answered, else the mail that the subject names and that had one; 0 where there
 * is none, or several. */
static bool find_reviewed(struct registry *registry, struct arena *arena, const char *body,
                          const struct reading *reading, int64_t *id_r, struct err *err_r)
{
    struct statement *s;
    int64_t id = 0;
    size_t n = 0;

    *id_r = 0;
    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT DISTINCT message FROM deliveries WHERE body = ?1"
                        " AND kind = 'review' AND motion IS NULL AND message IS NOT NULL"
                        " AND (message_id IN (SELECT value FROM json_each(?2)) OR message = ?3)",
                        value_text(body),
                        value_text(registry_texts_to_json(arena, &reading->mail->in_reply_to)),
                        value_id(find_id(&reading->wish.numbers))))
        return false;
    while (statement_next(s)) {
        id = statement_int(s, 0);
        n++;
    }
    *id_r = n == 1 ? id : 0;
    return statement_close(s, err_r);
}

static bool read_titles(struct registry *registry, struct arena *arena, struct known_held *held,
                        struct err *err_r)
{
    return registry_list_texts(registry, arena,
                               "SELECT coalesce(title, '') FROM documents WHERE message = ?"
                               " ORDER BY position",
                               held->message, &held->titles, err_r);
}

static bool read_held(struct registry *registry, struct arena *arena, struct known_held *held,
                      struct err *err_r)
{
    struct statement *s;

    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT state IN ('held', 'unreadable'), decided_by, sender_address,"
                        " arrived_at FROM messages WHERE id = ?",
                        value_int(held->message)))
        return false;
    if (statement_next(s)) {
        held->waits = statement_int(s, 0) != 0;
        held->row = statement_text(s, arena, 1);
        held->sender = statement_text(s, arena, 2);
        held->arrived_at = statement_moment(s, 3);
    }
    return statement_close(s, err_r);
}

bool registry_find_held(struct registry *registry, struct arena *arena, const char *body,
                        const struct reading *reading, struct known *known, struct err *err_r)
{
    struct known_held *held = ARENA_NEW(arena, struct known_held);

    if (!find_reviewed(registry, arena, body, reading, &held->message, err_r))
        return false;
    if (held->message == 0 || held->message >= known->message)
        return true;
    known->held = held;
    return read_held(registry, arena, held, err_r) && read_titles(registry, arena, held, err_r);
}

bool recording_add_answered(struct recording *r, struct err *err_r)
{
    if (!r->entry->decision->about_held)
        return true;
    return STATEMENT_RUN(r->registry, err_r, "UPDATE messages SET answers = ? WHERE id = ?",
                         value_int(r->entry->known->held->message), value_int(r->message));
}

/* ---- that it waits no longer */

/* Its papers are now those of the motion, which no person can register once more. */
static bool give_papers(struct recording *r, int64_t message, int64_t motion, struct err *err_r)
{
    int64_t documents;

    if (!STATEMENT_GET(r->registry, &documents, err_r,
                       "SELECT count(*) FROM documents WHERE message = ?", value_int(message)))
        return false;
    if (documents > 0)
        return STATEMENT_RUN(r->registry, err_r,
                             "UPDATE documents SET motion = ?, role = 'papers' WHERE message = ?"
                             " AND motion IS NULL",
                             value_int(motion), value_int(message));
    return STATEMENT_RUN(r->registry, err_r,
                         "INSERT INTO documents (message, position, motion, version, role, kind,"
                         " confidential, deadline_state)"
                         " SELECT ?1, 0, ?2, version, 'papers', kind, confidential, 'none'"
                         " FROM documents WHERE motion = ?2 AND role = 'motion'",
                         value_int(message), value_int(motion));
}

static bool complete_held(struct recording *r, const char *number, struct err *err_r)
{
    int64_t held = r->entry->known->held->message, motion;
    const char *reason =
        arena_printf(r->arena, "m%lld brought what was missing: %s", (long long)r->message, number);
    struct event event = {.event = "completed",
                          .at = r->entry->registered_at,
                          .actor = r->actor,
                          .message = held,
                          .body = r->body,
                          .number = number,
                          .text = reason};

    return registry_find_number(r->registry, r->body, number, &motion, err_r) &&
           give_papers(r, held, motion, err_r) &&
           STATEMENT_RUN(r->registry, err_r,
                         "UPDATE messages SET state = 'registered', decided_by = 'completed',"
                         " reason = ? WHERE id = ? AND state IN ('held', 'unreadable')",
                         value_text(reason), value_int(held)) &&
           (sqlite3_changes(r->registry->db) == 1 ||
            recording_fail_bug(r, err_r, "a held mail changed since it was looked up")) &&
           registry_add_event(r->registry, &event, err_r);
}

bool recording_complete_held(struct recording *r, struct err *err_r)
{
    const char *number = r->entry->decision->completes;

    return number == NULL || complete_held(r, number, err_r);
}
