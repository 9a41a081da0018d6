/* SPDX-License-Identifier: EUPL-1.2 */
/* Full text: what is indexed of a message, and motions and held mails by words. */
#include "registry/private.h"

#include <string.h>

bool registry_index_message(struct registry *registry, int64_t message, struct err *err_r)
{
    return STATEMENT_RUN(registry, err_r, "DELETE FROM search WHERE rowid = ?",
                         value_int(message)) &&
           STATEMENT_RUN(
               registry, err_r,
               "INSERT INTO search (rowid, title, subject, sender, words, files)"
               " SELECT m.id,"
               " (SELECT group_concat(d.title, char(10)) FROM documents d"
               " WHERE d.message = m.id),"
               " m.subject, coalesce(m.sender_name, '') || ' ' || coalesce(m.sender_address, ''),"
               " coalesce(json_extract(m.reading, '$.mail.text'), '') || char(10) ||"
               " coalesce((SELECT group_concat(json_extract(j.value, '$.content'), char(10))"
               " FROM json_each(m.reading, '$.mail.parts') j"
               " WHERE NOT json_extract(j.value, '$.is_body')), '') || char(10) ||"
               " coalesce((SELECT group_concat("
               "coalesce(json_extract(j.value, '$.resolution'), '') || char(10) ||"
               " coalesce(json_extract(j.value, '$.reasoning'), ''), char(10))"
               " FROM json_each(m.reading, '$.motions') j), ''),"
               " (SELECT group_concat(p.name, char(10)) FROM parts p WHERE p.message = m.id)"
               " FROM messages m WHERE m.id = ? AND m.reading IS NOT NULL",
               value_int(message));
}

/* Words as FTS5 asks for them: each a quoted beginning, all of them required.  What stands between
 * quotation marks is never syntax; a word without letters ("§") FTS5 leaves out by itself. */
static const char *make_question(struct arena *arena, const char *words)
{
    struct text question;
    const char *s = words;

    text_init(&question, arena);
    for (;;) {
        s += strspn(s, " \t\r\n");
        size_t n = strcspn(s, " \t\r\n");
        if (n == 0)
            return question.s;
        text_add(&question, question.len > 0 ? " \"" : "\"");
        for (size_t i = 0; i < n; i++) {
            if (s[i] == '"')
                text_add_char(&question, '"');
            text_add_char(&question, s[i]);
        }
        text_add(&question, "\" *");
        s += n;
    }
}

/*
 * A message that was found stands for what became of it: each of its motions as it is now, each
 * document that still waits for a person, or the mail itself where it is held without any.
 */
static const char select_found[] =
    "WITH found AS MATERIALIZED (SELECT rowid AS message, bm25(search, 10.0, 4.0, 2.0, 1.0, 1.0)"
    " AS score FROM search WHERE search MATCH ?1),"
    " hits AS ("
    "SELECT p.id AS document, p.message AS message, min(f.score) AS score FROM found f"
    " JOIN documents d ON d.message = f.message JOIN motions t ON t.id = d.motion"
    " JOIN documents p ON p.motion = t.id AND p.version = t.version"
    " AND p.role IN ('motion', 'replacement') GROUP BY p.id"
    " UNION ALL SELECT d.id, d.message, f.score FROM found f"
    " JOIN documents d ON d.message = f.message JOIN messages m ON m.id = f.message"
    " WHERE d.motion IS NULL AND m.state IN ('held', 'registered')"
    " UNION ALL SELECT NULL, m.id, f.score FROM found f JOIN messages m ON m.id = f.message"
    " WHERE m.state = 'held' AND NOT EXISTS (SELECT 1 FROM documents WHERE message = m.id))"
    " SELECT n.number, coalesce(t.version, d.version), m.body, coalesce(d.kind, 'motion'),"
    " coalesce(d.title, m.subject), coalesce(t.state, 'registered'), coalesce(d.confidential, 0),"
    " m.sender_name, m.sender_address, m.trust, m.mail_date, m.arrived_at, m.registered_at,"
    " coalesce(d.deadline_state, 'unknown'), d.deadline_day, d.deadline_until, d.deadline_rule,"
    " m.message_id, m.sha256, m.id, m.erased_at, coalesce(d.id, 0)"
    " FROM hits h JOIN messages m ON m.id = h.message LEFT JOIN documents d ON d.id = h.document"
    " LEFT JOIN motions t ON t.id = d.motion LEFT JOIN numbers n ON n.motion = t.id"
    " WHERE (?2 IS NULL OR m.body = ?2) ORDER BY h.score, m.id, d.position";

static bool read_found(struct registry *registry, struct statement *s, struct arena *arena,
                       struct found_row *row_r, bool *known_r, struct err *err_r)
{
    int64_t document = statement_int(s, 21);

    *known_r = registry_read_motion(s, arena, &row_r->motion);
    row_r->has_document = document != 0;
    return registry_list_around_motion(registry, arena, document, &row_r->motion, err_r);
}

bool registry_search(struct registry *registry, struct arena *arena, const char *words,
                     const char *body, struct found_row **rows_r, size_t *count_r,
                     struct err *err_r)
{
    const char *question = make_question(arena, words);
    struct found_row *rows = NULL;
    size_t count = 0, room = 0;
    struct statement *s;
    bool ok = true, known = true;

    *rows_r = NULL;
    *count_r = 0;
    if (question[0] == '\0')
        return err_set(err_r, ERR_USAGE, "there is no word to search for");
    if (!STATEMENT_OPEN(registry, &s, err_r, select_found, value_text(question), value_text(body)))
        return false;
    while (ok && known && statement_next(s)) {
        rows = registry_grow_rows(arena, rows, count, &room, sizeof *rows);
        ok = read_found(registry, s, arena, &rows[count++], &known, err_r);
    }
    *rows_r = rows;
    *count_r = count;
    if (!ok) {
        struct err second;
        statement_close(s, &second);
        return false;
    }
    return statement_close(s, err_r) &&
           (known || registry_fail_word(registry, 'm', rows[count - 1].motion.message, err_r));
}
