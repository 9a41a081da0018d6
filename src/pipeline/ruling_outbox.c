/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers: release, resend, retry. */
#include "pipeline/ruling_inside.h"

#include "reply/book.h"

#include <string.h>

static bool find_delivery(const struct ruling_context *context, int64_t id,
                          struct delivery **delivery_r, struct err *err_r)
{
    size_t count;

    return registry_list_deliveries(context->registry, context->arena, 0, id, delivery_r, &count,
                                    err_r) &&
           (count == 1 || err_set(err_r, ERR_NO_INPUT, "there is no answer o%lld", (long long)id));
}

static struct json *answers_as_they_are(const struct ruling_context *context, const int64_t *ids,
                                        size_t count)
{
    struct json *answers = json_array_new();
    struct delivery *delivery;
    struct err err;

    for (size_t i = 0; i < count; i++) {
        if (find_delivery(context, ids[i], &delivery, &err))
            answer_add_delivery(context, answers, delivery);
    }
    return answers;
}

/* When the list's next mail of the day is made; of a body without one, now. */
static int64_t next_daily(const struct ruling_context *context, const char *body)
{
    const struct conf_body *conf = conf_find_body(context->conf, body);
    int64_t at = conf == NULL ? MOMENT_NONE : book_next(conf, context->now);

    return at == MOMENT_NONE ? context->now : at;
}

bool ruling_release(const struct ruling_context *context, const struct ruling_order *order,
                    struct json **answer_r, struct err *err_r)
{
    struct motion_row *row = NULL;
    struct delivery *delivery;
    struct ruled_by by = ruling_made_by(context, NULL);
    int64_t id = 0, *ids;
    size_t count;
    bool one = ruling_parse_id(order->subject, 'o', &id);

    if (one ? !find_delivery(context, id, &delivery, err_r)
            : !matter_find_motion(context, order, &row, err_r))
        return false;
    if (!registry_release(context->registry, context->arena, one ? id : 0,
                          row != NULL ? row->body : NULL, row != NULL ? row->number : NULL,
                          next_daily(context, one ? delivery->body : row->body), &by, &ids, &count,
                          err_r))
        return false;
    if (count == 0)
        return err_set(err_r, ERR_DATA, "%s: no answer waits for a person; see outbox",
                       order->subject);
    *answer_r = answer_new(context, "released", 0, row != NULL ? row->number : NULL, NULL);
    json_put(*answer_r, "answers", answers_as_they_are(context, ids, count));
    return true;
}

static bool check_resendable(const struct delivery *delivery, struct err *err_r)
{
    if (delivery->erased_at != MOMENT_NONE)
        return err_set(err_r, ERR_DATA, "o%lld was erased; there is nothing to send",
                       (long long)delivery->id);
    if (delivery->state == DELIVERY_WAITING)
        return err_set(err_r, ERR_DATA, "o%lld waits for a person; let it go with release o%lld",
                       (long long)delivery->id, (long long)delivery->id);
    if (delivery->gathered_in != 0)
        return err_set(err_r, ERR_DATA, "o%lld stands in the list's mail of a day; resend o%lld",
                       (long long)delivery->id, (long long)delivery->gathered_in);
    if (delivery->daily)
        return err_set(err_r, ERR_DATA, "o%lld goes out in the list's next mail of the day",
                       (long long)delivery->id);
    if (delivery->state == DELIVERY_SENDING)
        return err_set(err_r, ERR_TRY_AGAIN, "o%lld is being sent just now",
                       (long long)delivery->id);
    return true;
}

bool ruling_resend(const struct ruling_context *context, const struct ruling_order *order,
                   struct json **answer_r, struct err *err_r)
{
    struct ruled_by by = ruling_made_by(context, NULL);
    struct delivery *delivery;
    int64_t id;

    if (!ruling_parse_id(order->subject, 'o', &id))
        return err_set(err_r, ERR_USAGE, "resend wants an answer such as o34, not \"%s\"",
                       order->subject);
    if (!find_delivery(context, id, &delivery, err_r) || !check_resendable(delivery, err_r) ||
        !registry_resend(context->registry, id, &by, err_r))
        return false;
    *answer_r = answer_new(context, "resent", 0, delivery->number, NULL);
    json_put(*answer_r, "answers", answers_as_they_are(context, &id, 1));
    return true;
}

bool ruling_retry(const struct ruling_context *context, const struct ruling_order *order,
                  struct json **answer_r, struct err *err_r)
{
    struct ruled_by by = ruling_made_by(context, NULL);
    int64_t count;

    (void)order;
    if (!registry_retry(context->registry, &by, &count, err_r))
        return false;
    *answer_r = answer_new(context, "retry", 0, NULL, NULL);
    json_put_int(*answer_r, "count", count);
    return true;
}
