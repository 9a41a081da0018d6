/* SPDX-License-Identifier: EUPL-1.2 */
/* What became of an answer after it was sent, as the servers on its way report. */
#include "registry/private.h"

#include "registry/statement.h"

#include <string.h>

/* A diagnostic may be as long as a header field; the administrator reads its beginning. */
#define RESPONSE_MAX 500

/* The mark of an answer, by which alone it is found: 24 hexadecimal digits behind a "+". */
static bool is_marked(const char *address)
{
    const char *plus = address == NULL ? NULL : strrchr(address, '+');

    return plus != NULL && strspn(plus + 1, "0123456789abcdef") == 24 && plus[25] == '@';
}

/* Our Message-IDs hold a random token and travel as ENVID, too.  Whoever reports a failure must
 * know one of an answer that did go out, and may only speak of the address it went to.  That is
 * less than it seems: whoever has the answer, and on a list everybody has, can say that it failed.
 * So it is believed only where there is no mark to be asked for, and nothing but a notice to the
 * office follows. */
static bool find_by_id(struct registry *registry, struct arena *arena, const char *body,
                       const struct mail_report *report, const char *message_id,
                       struct known *known, struct err *err_r)
{
    struct statement *s;

    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT id, recipient, envelope_from FROM deliveries"
                        " WHERE message_id = ? AND body = ?"
                        " AND state IN ('sent', 'maybe', 'bounced')",
                        value_text(message_id), value_text(body)))
        return false;
    if (statement_next(s)) {
        const char *to = statement_text(s, arena, 1);

        if (!is_marked(statement_text(s, arena, 2)) &&
            (report->recipient == NULL || text_equal_nocase(report->recipient, to)))
            known->reported = statement_int(s, 0);
    }
    return statement_close(s, err_r);
}

/* By the mark of an answer in the address that it came to, where bounce-address has us put one. */
static bool find_by_address(struct registry *registry, const struct conf_body *body,
                            const char *address, struct known *known, struct err *err_r)
{
    if (address == NULL || known->reported != 0 || strchr(address, '+') == NULL)
        return true;
    return STATEMENT_GET(registry, &known->reported, err_r,
                         "SELECT id FROM deliveries WHERE envelope_from = ? COLLATE NOCASE"
                         " AND body = ? AND state IN ('sent', 'maybe', 'bounced')",
                         value_text(address), value_text(body->id));
}

static bool find_by_addresses(struct registry *registry, const struct conf_body *body,
                              const struct mail *mail, struct known *known, struct err *err_r)
{
    if (body->bounce_address == NULL)
        return true;
    for (size_t i = 0; i < mail->to.n; i++) {
        if (!find_by_address(registry, body, mail->to.v[i].address, known, err_r))
            return false;
    }
    for (size_t i = 0; i < mail->delivered_to.n; i++) {
        if (!find_by_address(registry, body, mail->delivered_to.v[i], known, err_r))
            return false;
    }
    return true;
}

bool registry_find_reported(struct registry *registry, struct arena *arena,
                            const struct conf_body *configured, const struct mail *mail,
                            struct known *known, struct err *err_r)
{
    const struct mail_report *report = mail->report;
    const char *envelope = report == NULL ? NULL : report->envelope_id;
    const char *body = configured->id;

    if (!find_by_addresses(registry, configured, mail, known, err_r))
        return false;
    if (report == NULL || known->reported != 0)
        return true;
    if (report->message_id != NULL &&
        !find_by_id(registry, arena, body, report, report->message_id, known, err_r))
        return false;
    return known->reported != 0 || envelope == NULL ||
           find_by_id(registry, arena, body, report, envelope, known, err_r);
}

/* Bytes of s, cut between characters. */
static size_t cut(const char *s)
{
    size_t n = strnlen(s, RESPONSE_MAX);

    while (n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80)
        n--;
    return n;
}

static bool set_bounced(struct recording *r, const struct mail_report *report, struct err *err_r)
{
    const char *all = report->diagnostic != NULL ? report->diagnostic : "";
    const char *words = text_trim(r->arena, arena_strndup(r->arena, all, cut(all)));

    /* the server's words name the recipient, whom an erased answer does not have any more */
    return STATEMENT_RUN(r->registry, err_r,
                         "UPDATE deliveries SET state = 'bounced', next_attempt = NULL,"
                         " response = ?1 || iif(erased_at IS NULL AND ?2 <> '', ' ' || ?2, '')"
                         " WHERE id = ?3 AND state IN ('sent', 'maybe')",
                         value_text(report_keep(r->arena, report)), value_text(words),
                         value_int(r->entry->known->reported));
}

bool recording_add_report(struct recording *r, struct err *err_r)
{
    static const char *const events[] = {
        [REPORT_FAILED] = "bounced",
        [REPORT_DELAYED] = "delivery-delayed",
        [REPORT_DELIVERED] = "delivery-confirmed",
        [REPORT_COMPLAINED] = "complained",
    };
    const struct mail_report *report = r->entry->reading->mail->report;

    if (report == NULL || r->entry->known->reported == 0)
        return true;
    struct event event = {
        .event = events[report->action],
        .at = r->entry->registered_at,
        .actor = r->actor,
        .message = r->message,
        .delivery = r->entry->known->reported,
        .body = r->body,
        .text = report->action == REPORT_COMPLAINED ? NULL : report_reason_to_text(report->reason),
    };
    return (report->action != REPORT_FAILED || set_bounced(r, report, err_r)) &&
           registry_add_event(r->registry, &event, err_r);
}
