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

/* The one mail that had a review of these Message-IDs, or that is this one and had one; 0 where
 * there is none, or several. */
static bool find_reviewed(struct registry *registry, struct arena *arena, const char *body,
                          const struct texts *ids, int64_t message, int64_t *id_r,
                          struct err *err_r)
{
    struct statement *s;
    int64_t id = 0;
    size_t n = 0;

    *id_r = 0;
    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT DISTINCT message FROM deliveries WHERE body = ?1"
                        " AND kind = 'review' AND motion IS NULL AND message IS NOT NULL"
                        " AND (message_id IN (SELECT value FROM json_each(?2)) OR message = ?3)",
                        value_text(body), value_text(registry_texts_to_json(arena, ids)),
                        value_id(message)))
        return false;
    while (statement_next(s)) {
        id = statement_int(s, 0);
        n++;
    }
    *id_r = n == 1 ? id : 0;
    return statement_close(s, err_r);
}

/* Programs that name no mail in In-Reply-To name it in References. */
static bool find_answered(struct registry *registry, struct arena *arena, const char *body,
                          const struct reading *reading, int64_t *id_r, struct err *err_r)
{
    const struct mail *mail = reading->mail;

    if (!find_reviewed(registry, arena, body, &mail->in_reply_to, find_id(&reading->wish.numbers),
                       id_r, err_r))
        return false;
    return *id_r != 0 || mail->in_reply_to.n > 0 ||
           find_reviewed(registry, arena, body, &mail->references, 0, id_r, err_r);
}

/* Whether the thread names a review of that mail. */
static bool find_threaded(struct registry *registry, struct arena *arena, const struct mail *mail,
                          struct known_held *held, struct err *err_r)
{
    int64_t n;

    if (!STATEMENT_GET(registry, &n, err_r,
                       "SELECT count(*) FROM deliveries WHERE message = ?1 AND kind = 'review'"
                       " AND motion IS NULL AND message_id IN (SELECT value FROM json_each(?2)"
                       "  UNION SELECT value FROM json_each(?3))",
                       value_int(held->message),
                       value_text(registry_texts_to_json(arena, &mail->in_reply_to)),
                       value_text(registry_texts_to_json(arena, &mail->references))))
        return false;
    held->threaded = n > 0;
    return true;
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

    if (!find_answered(registry, arena, body, reading, &held->message, err_r))
        return false;
    if (held->message == 0 || held->message >= known->message)
        return true;
    known->held = held;
    return find_threaded(registry, arena, reading->mail, held, err_r) &&
           read_held(registry, arena, held, err_r) && read_titles(registry, arena, held, err_r);
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

/* So that it waits as before where the number turns out to be nothing. */
static bool keep_as_it_was(struct recording *r, int64_t message, int64_t motion, struct err *err_r)
{
    return STATEMENT_RUN(r->registry, err_r,
                         "INSERT INTO completions (message, motion, state, decided_by, reason)"
                         " SELECT id, ?2, state, decided_by, reason FROM messages"
                         " WHERE id = ?1 AND state IN ('held', 'unreadable')",
                         value_int(message), value_int(motion)) &&
           (sqlite3_changes(r->registry->db) == 1 ||
            recording_fail_bug(r, err_r, "a held mail changed since it was looked up"));
}

static struct event new_event(const struct recording *r, const char *name, int64_t held,
                              const char *number, const char *text)
{
    return (struct event){.event = name,
                          .at = r->entry->registered_at,
                          .actor = r->actor,
                          .message = held,
                          .body = r->body,
                          .number = number,
                          .text = text};
}

static bool complete_held(struct recording *r, const char *number, struct err *err_r)
{
    int64_t held = r->entry->known->held->message, motion;
    const char *reason =
        arena_printf(r->arena, "m%lld brought what was missing: %s", (long long)r->message, number);
    struct event event = new_event(r, "completed", held, number, reason);

    return registry_find_number(r->registry, r->body, number, &motion, err_r) &&
           keep_as_it_was(r, held, motion, err_r) && give_papers(r, held, motion, err_r) &&
           STATEMENT_RUN(r->registry, err_r,
                         "UPDATE messages SET state = 'registered', decided_by = 'completed',"
                         " reason = ? WHERE id = ?",
                         value_text(reason), value_int(held)) &&
           registry_add_event(r->registry, &event, err_r);
}

/* The first that has a number of its own, or NULL. */
static const char *find_brought(const struct decision *decision)
{
    for (size_t i = 0; i < decision->motion_count; i++) {
        if (decision->motions[i].registered)
            return decision->motions[i].number;
    }
    return NULL;
}

/* The mail still waits: whoever decides has to know, and to compare. */
static bool remark_answer(struct recording *r, const char *number, struct err *err_r)
{
    int64_t held = r->entry->known->held->message;
    struct event event =
        new_event(r, "answered", held, number,
                  arena_printf(r->arena,
                               "m%lld answers its review and is registered as %s: if this"
                               " is the same, ignore m%lld",
                               (long long)r->message, number, (long long)held));

    return registry_add_event(r->registry, &event, err_r) &&
           STATEMENT_RUN(r->registry, err_r,
                         "UPDATE messages SET told_at = 0 WHERE id = ? AND told_at > 0",
                         value_int(held));
}

bool recording_complete_held(struct recording *r, struct err *err_r)
{
    const struct decision *decision = r->entry->decision;
    const char *brought = find_brought(decision);

    if (decision->completes != NULL)
        return complete_held(r, decision->completes, err_r);
    return brought == NULL || !decision->about_held || !r->entry->known->held->waits ||
           remark_answer(r, brought, err_r);
}

/* ---- that it waits again */

/* What was added for it goes, what was its own is its own again. */
static bool take_papers(struct registry *registry, int64_t motion, struct err *err_r)
{
    return STATEMENT_RUN(registry, err_r,
                         "DELETE FROM documents WHERE motion = ?1 AND role = 'papers'"
                         " AND decided_by IS NULL"
                         " AND message IN (SELECT message FROM completions WHERE motion = ?1)",
                         value_int(motion)) &&
           STATEMENT_RUN(registry, err_r,
                         "UPDATE documents SET motion = NULL, role ="
                         " iif(kind IN ('withdrawal', 'replacement'), kind, 'motion')"
                         " WHERE motion = ?1 AND role = 'papers'"
                         " AND message IN (SELECT message FROM completions WHERE motion = ?1)",
                         value_int(motion));
}

static bool wait_again(struct recording *r, int64_t message, const char *number, struct err *err_r)
{
    struct event event = new_event(r, "reopened", message, number,
                                   arena_printf(r->arena, "%s is void: it waits again", number));

    return STATEMENT_RUN(r->registry, err_r,
                         "UPDATE messages SET state = c.state, decided_by = c.decided_by,"
                         " reason = c.reason, told_at = iif(told_at IS NULL, NULL, 0)"
                         " FROM completions c WHERE c.message = messages.id AND messages.id = ?",
                         value_int(message)) &&
           STATEMENT_RUN(r->registry, err_r, "DELETE FROM completions WHERE message = ?",
                         value_int(message)) &&
           registry_add_event(r->registry, &event, err_r);
}

bool recording_reopen_completed(struct recording *r, int64_t motion, const char *number,
                                struct err *err_r)
{
    int64_t *messages;
    size_t count;
    struct statement *s;

    if (!STATEMENT_OPEN(r->registry, &s, err_r,
                        "SELECT message FROM completions WHERE motion = ? ORDER BY message",
                        value_int(motion)) ||
        !statement_read_ids(s, r->arena, &messages, &count, err_r) ||
        (count > 0 && !take_papers(r->registry, motion, err_r)))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!wait_again(r, messages[i], number, err_r))
            return false;
    }
    return true;
}
