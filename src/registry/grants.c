/* SPDX-License-Identifier: EUPL-1.2 */
/* What a reply to a notice may decide. */
#include "registry/private.h"

#include "base/digest.h"
#include "decision/office.h"

#include <string.h>

static const char *sum_of(struct arena *arena, const char *token)
{
    return digest_hex(arena, token, strlen(token));
}

static bool add_grants(struct registry *registry, struct arena *arena, const struct reply *reply,
                       const int64_t *mails, size_t count, int64_t now, struct err *err_r)
{
    for (size_t i = 0; i < count; i++) {
        if (!STATEMENT_RUN(registry, err_r,
                           "INSERT INTO grants (token, message, delivery, valid_until)"
                           " SELECT ?, ?, id, ? FROM deliveries WHERE message_id = ?",
                           value_text(sum_of(arena, reply->token)), value_int(mails[i]),
                           value_int(now + GRANT_SECONDS), value_text(reply->message_id)))
            return false;
    }
    return true;
}

bool registry_add_notice(struct registry *registry, const char *body, const struct reply *reply,
                         const int64_t *mails, size_t count, int64_t now, struct err *err_r)
{
    if (!registry_add_reply(registry, body, 0, reply, now, err_r))
        return false;
    if (reply->token == NULL)
        return true;
    struct arena *arena = arena_new();
    bool ok = add_grants(registry, arena, reply, mails, count, now, err_r);
    arena_free(arena);
    return ok;
}

bool registry_use_grant(struct registry *registry, const struct known_grant *grant, int64_t reply,
                        bool *used_r, struct err *err_r)
{
    if (!STATEMENT_RUN(registry, err_r,
                       "UPDATE grants SET used_by = ? WHERE token = ? AND message = ?"
                       " AND used_by IS NULL",
                       value_int(reply), value_text(grant->token), value_int(grant->message)))
        return false;
    *used_r = sqlite3_changes(registry->db) != 1;
    return true;
}

bool registry_was_taken(struct registry *registry, int64_t message, bool *was_r, struct err *err_r)
{
    int64_t receipt;

    if (!STATEMENT_GET(registry, &receipt, err_r,
                       "SELECT d.id FROM messages m JOIN messages o ON o.body = m.body"
                       " AND (o.sha256 = m.sha256 OR (o.message_id = m.message_id"
                       "  AND o.sender_key = m.sender_key AND o.body_digest = m.body_digest))"
                       " JOIN deliveries d ON d.message = o.id AND d.occasion = 'decided'"
                       " WHERE m.id = ? LIMIT 1",
                       value_int(message)))
        return false;
    *was_r = receipt != 0;
    return true;
}

/* ---- what a mail replies to */

static const char *find_sums(struct arena *arena, const struct mail *mail)
{
    struct texts tokens = {0}, sums = {0};

    office_find_tokens(arena, mail->subject != NULL ? mail->subject : "", &tokens);
    office_find_tokens(arena, mail->text, &tokens);
    for (size_t i = 0; i < tokens.n; i++)
        texts_add(&sums, arena, sum_of(arena, tokens.v[i]));
    return registry_texts_to_json(arena, &sums);
}

static bool find_grants(struct registry *registry, struct arena *arena, const char *body,
                        const char *sums, int64_t before, struct known_notice *notice,
                        struct err *err_r)
{
    struct statement *s;
    size_t room = 0;

    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT g.delivery, g.message, g.valid_until, g.used_by < ?3, g.token"
                        " FROM json_each(?1) j JOIN grants g ON g.token = j.value"
                        " JOIN deliveries d ON d.id = g.delivery AND d.body = ?2"
                        " ORDER BY j.key, g.message",
                        value_text(sums), value_text(body), value_int(before)))
        return false;
    while (statement_next(s)) {
        notice->grants =
            registry_grow_rows(arena, notice->grants, notice->count, &room, sizeof *notice->grants);
        notice->grants[notice->count++] =
            (struct known_grant){.delivery = statement_int(s, 0),
                                 .message = statement_int(s, 1),
                                 .valid_until = statement_moment(s, 2),
                                 .used = statement_int(s, 3) != 0,
                                 .token = statement_text(s, arena, 4)};
    }
    return statement_close(s, err_r);
}

static bool find_thread(struct registry *registry, struct arena *arena, const char *body,
                        const struct mail *mail, int64_t *delivery_r, struct err *err_r)
{
    return STATEMENT_GET(registry, delivery_r, err_r,
                         "SELECT d.id FROM json_each(?1) j JOIN deliveries d"
                         " ON d.message_id = j.value AND d.body = ?2 AND d.kind = 'notice'"
                         " AND EXISTS (SELECT 1 FROM grants g WHERE g.delivery = d.id) LIMIT 1",
                         value_text(registry_texts_to_json(arena, &mail->in_reply_to)),
                         value_text(body));
}

bool registry_find_notice(struct registry *registry, struct arena *arena, const char *body,
                          const struct mail *mail, int64_t before, struct known *known,
                          struct err *err_r)
{
    struct known_notice *notice = ARENA_NEW(arena, struct known_notice);

    if (!find_grants(registry, arena, body, find_sums(arena, mail), before, notice, err_r))
        return false;
    if (notice->count > 0)
        notice->delivery = notice->grants[0].delivery;
    else if (!find_thread(registry, arena, body, mail, &notice->delivery, err_r))
        return false;
    if (notice->delivery != 0)
        known->notice = notice;
    return true;
}
