/* SPDX-License-Identifier: EUPL-1.2 */
/* Copies of acknowledgements for the sent-folder.  An answer that was sent has its copy owed until
 * it is filed, whatever happens to it later. */
#include "registry/private.h"

/* Bytes that a person had erased are owed to nobody. */
#define UNFILED                                                                                   \
    " FROM deliveries d JOIN messages m ON m.id = d.message"                                      \
    " WHERE d.kind = 'acknowledgement' AND d.filed_at IS NULL AND d.state IN ('sent', 'bounced')" \
    " AND d.body = ?1 AND m.mailbox = ?2 AND length(d.bytes) > 0"

static bool find_behind(struct registry *registry, struct arena *arena, const char *body,
                        const char *mailbox, int64_t after, struct unfiled *row_r,
                        struct err *err_r)
{
    struct statement *s;

    *row_r = (struct unfiled){0};
    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT d.id, d.message_id, d.created_at, d.filing_at IS NOT NULL,"
                        " d.bytes" UNFILED " AND d.id > ?3 ORDER BY d.id LIMIT 1",
                        value_text(body), value_text(mailbox), value_int(after)))
        return false;
    if (statement_next(s)) {
        *row_r = (struct unfiled){.delivery = statement_int(s, 0),
                                  .message_id = statement_text(s, arena, 1),
                                  .date = statement_int(s, 2),
                                  .may_be_there = statement_int(s, 3) != 0};
        row_r->bytes = statement_blob(s, arena, 4, &row_r->size);
    }
    return statement_close(s, err_r);
}

/* In two steps, so that neither sorts all that wait: the first time that is years of them. */
bool registry_find_unfiled(struct registry *registry, struct arena *arena, const char *body,
                           const char *mailbox, int64_t after, struct unfiled *row_r,
                           struct err *err_r)
{
    if (!find_behind(registry, arena, body, mailbox, after, row_r, err_r))
        return false;
    return row_r->delivery != 0 || after == 0 ||
           find_behind(registry, arena, body, mailbox, 0, row_r, err_r);
}

bool registry_count_unfiled(struct registry *registry, const char *body, const char *mailbox,
                            struct unfiled_count *count_r, struct err *err_r)
{
    struct statement *s;

    *count_r = (struct unfiled_count){.oldest = MOMENT_NONE};
    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT count(*), min((SELECT max(a.ended_at) FROM attempts a"
                        "  WHERE a.delivery = d.id AND a.state = 'sent'))" UNFILED,
                        value_text(body), value_text(mailbox)))
        return false;
    if (statement_next(s))
        *count_r = (struct unfiled_count){statement_int(s, 0), statement_moment(s, 1)};
    return statement_close(s, err_r);
}

bool registry_filing_begin(struct registry *registry, int64_t delivery, int64_t now,
                           struct err *err_r)
{
    if (!registry_step_begin(registry, err_r))
        return false;
    bool ok = STATEMENT_RUN(registry, err_r, "UPDATE deliveries SET filing_at = ? WHERE id = ?",
                            value_int(now), value_int(delivery));
    return registry_step_end(registry, ok, err_r);
}

static bool note_filed(struct registry *registry, int64_t delivery, int64_t now, const char *where,
                       struct err *err_r)
{
    return STATEMENT_RUN(registry, err_r,
                         "UPDATE deliveries SET filing_at = NULL, filed_at = ? WHERE id = ?",
                         value_int(now), value_int(delivery)) &&
           registry_add_delivery_event(registry, delivery, "filed", where, now, err_r);
}

bool registry_filing_end(struct registry *registry, int64_t delivery, int64_t now,
                         const char *where, struct err *err_r)
{
    if (!registry_step_begin(registry, err_r))
        return false;
    bool ok = where != NULL ? note_filed(registry, delivery, now, where, err_r)
                            : STATEMENT_RUN(registry, err_r,
                                            "UPDATE deliveries SET filing_at = NULL WHERE id = ?",
                                            value_int(delivery));
    return registry_step_end(registry, ok, err_r);
}
