/* SPDX-License-Identifier: EUPL-1.2 */
/* What a reply to a notice may decide. */
#include "registry/private.h"

#include "base/digest.h"

#include <string.h>

#define VALID_SECONDS (INT64_C(14) * 86400)

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
                           value_int(now + VALID_SECONDS), value_text(reply->message_id)))
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
