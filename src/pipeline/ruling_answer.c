/* SPDX-License-Identifier: EUPL-1.2 */
/* What came of an order, as JSON. */
#include "pipeline/ruling_inside.h"

struct json *answer_new(const struct ruling_context *context, const char *event, int64_t message,
                        const char *number, const char *state)
{
    struct json *answer = json_object_new();

    json_put_text(answer, "event", event);
    if (message != 0)
        json_put_text(answer, "id", arena_printf(context->arena, "m%lld", (long long)message));
    if (number != NULL)
        json_put_text(answer, "number", number);
    if (state != NULL)
        json_put_text(answer, "state", state);
    return answer;
}

void answer_add_delivery(const struct ruling_context *context, struct json *answers,
                         const struct delivery *delivery)
{
    struct json *object = json_object_new();

    json_put_text(object, "id", arena_printf(context->arena, "o%lld", (long long)delivery->id));
    json_put_text(object, "kind", reply_kind_to_text(delivery->kind));
    json_put_text(object, "to", delivery->to);
    json_put_text(object, "state", delivery_state_to_text(delivery->state));
    json_add(answers, object);
}

/* What is committed stays so, even where it cannot be told in full. */
struct json *answer_with_ruled(const struct ruling_context *context, struct json *answer,
                               int64_t ruling)
{
    struct json *answers = json_array_new();
    struct delivery *rows;
    size_t count;
    struct err err;

    if (registry_list_ruled(context->registry, context->arena, ruling, &rows, &count, &err)) {
        for (size_t i = 0; i < count; i++)
            answer_add_delivery(context, answers, &rows[i]);
    }
    json_put(answer, "answers", answers);
    return answer;
}

struct json *answer_with_numbers(struct json *answer, const struct decision *decision)
{
    struct json *numbers = json_array_new();

    for (size_t i = 0; i < decision->motion_count; i++) {
        if (decision->motions[i].number != NULL)
            json_add_text(numbers, decision->motions[i].number);
    }
    json_put(answer, "motions", numbers);
    return answer;
}
