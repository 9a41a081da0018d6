/* SPDX-License-Identifier: EUPL-1.2 */
/* What the office decides by replying to a notice. */
#include "pipeline/ruling_inside.h"

#include "base/digest.h"
#include "decision/office.h"
#include "reply/news.h"
#include "reply/words.h"

#include <string.h>

/* A reply on its way to its receipt. */
struct office_reply {
    const struct ruling_context *context;
    const struct message *message;
    const struct known_notice *notice;
    const char *from; /* the office's address */
    struct office_orders orders;
    struct news_order *outcomes; /* as many */
    bool accepted;
};

/* The mails of the notice whose token stands first. */
static struct texts name_mails(struct arena *arena, const struct known_notice *notice)
{
    struct texts ids = {0};

    for (size_t i = 0; i < notice->count; i++) {
        if (notice->grants[i].delivery == notice->delivery)
            texts_add(&ids, arena,
                      arena_printf(arena, "m%lld", (long long)notice->grants[i].message));
    }
    return ids;
}

/* What a clock gave that was ahead is told anew, with a token that is not good for years. */
static bool is_valid(const struct known_grant *grant, int64_t now)
{
    return grant->valid_until >= now && !moment_is_ahead(grant->valid_until - GRANT_SECONDS, now);
}

/* The best of its grants: one that is still good before one that is not. */
static const struct known_grant *find_grant(const struct office_reply *reply, const char *id,
                                            enum news_outcome *outcome_r)
{
    const struct known_grant *found = NULL;
    int64_t message;

    *outcome_r = NEWS_FOREIGN;
    if (!ruling_parse_id(id, 'm', &message))
        return NULL;
    for (size_t i = 0; i < reply->notice->count; i++) {
        const struct known_grant *grant = &reply->notice->grants[i];

        if (grant->message != message || (found != NULL && *outcome_r == NEWS_DONE))
            continue;
        found = grant;
        *outcome_r = grant->used                            ? NEWS_USED
                     : is_valid(grant, reply->context->now) ? NEWS_DONE
                                                            : NEWS_EXPIRED;
    }
    return found;
}

static struct ruling_order make_order(const struct office_order *order)
{
    struct ruling_order made = {.subject = order->id};

    switch (order->verb) {
    case OFFICE_ACCEPT:
        made.verb = RULING_ACCEPT;
        made.faction = order->faction == NULL ? NULL : order->faction->title;
        made.title = order->title;
        break;
    case OFFICE_IGNORE:
        made.verb = RULING_IGNORE;
        made.reason = order->reason;
        break;
    case OFFICE_CITIZEN:
        made.verb = RULING_IGNORE;
        made.receipt = true;
        break;
    }
    return made;
}

/* The same limits as for an order by the socket: it goes that way. */
static bool check_order(struct arena *arena, struct ruling_order *order, struct err *err_r)
{
    struct json *json = ruling_order_to_json(order);
    bool ok = ruling_order_from_json(arena, json, order, err_r);

    json_free(json);
    return ok;
}

static bool is_refusal(const struct err *err)
{
    return err->kind == ERR_DATA || err->kind == ERR_USAGE || err->kind == ERR_NO_INPUT;
}

/* Each order has answers of its own, and so Message-IDs. */
static const char *draw_token(const struct office_reply *reply, size_t i)
{
    struct arena *arena = reply->context->arena;
    const char *seed = arena_printf(arena, "%s order %zu", reply->context->token, i);

    return arena_strndup(arena, digest_hex(arena, seed, strlen(seed)), 32);
}

/* The grant is used and the order carried out, or neither. */
static bool use_and_decide(const struct office_reply *reply, const struct known_grant *grant,
                           const struct ruling_context *context, const struct ruling_order *order,
                           struct json **answer_r, bool *used_r, struct err *err_r)
{
    if (!registry_part_begin(context->registry, err_r))
        return false;
    bool ok = registry_use_grant(context->registry, grant, reply->message->id, used_r, err_r) &&
              (*used_r || ruling_decide(context, order, answer_r, err_r));
    return registry_part_end(context->registry, ok, err_r);
}

/* "A/2026/0001 withdrawn, A/2026/0002": what was done, in the language of the body. */
static const char *say_done(const struct office_reply *reply, const struct json *answer)
{
    struct arena *arena = reply->context->arena;
    const struct reply_words *words = reply_words(reply->message->body->language);
    struct texts numbers = {0}, changes = {0}, said = {0};

    json_get_texts(answer, "motions", arena, &numbers);
    json_get_texts(answer, "changes", arena, &changes);
    for (size_t i = 0; i < numbers.n; i++) {
        enum follow follow;
        bool known = i < changes.n && follow_from_event(changes.v[i], &follow);
        const char *word = known ? words->follows[follow] : NULL;

        texts_add(&said, arena,
                  word == NULL ? numbers.v[i] : arena_printf(arena, "%s %s", numbers.v[i], word));
    }
    return said.n == 0 ? NULL : text_join(arena, &said, ", ");
}

static bool rule_one(struct office_reply *reply, size_t i, const struct known_grant *grant,
                     struct news_order *outcome, struct err *err_r)
{
    struct arena *arena = reply->context->arena;
    struct ruling_context context = *reply->context;
    struct ruling_order order = make_order(&reply->orders.v[i]);
    struct json *answer = NULL;
    bool used = false;

    context.actor = reply->from;
    context.via = arena_printf(arena, "by reply to o%lld", (long long)grant->delivery);
    context.token = draw_token(reply, i);
    if (!check_order(arena, &order, err_r) ||
        !use_and_decide(reply, grant, &context, &order, &answer, &used, err_r)) {
        outcome->outcome = NEWS_REFUSED;
        outcome->why = arena_strdup(arena, err_r->text);
        return is_refusal(err_r);
    }
    if (used) {
        outcome->outcome = NEWS_USED;
        return true;
    }
    outcome->why = say_done(reply, answer);
    json_free(answer);
    reply->accepted = reply->accepted || order.verb == RULING_ACCEPT;
    return true;
}

/* Where one line is unclear nothing is done. */
static bool rule_all(struct office_reply *reply, struct err *err_r)
{
    for (size_t i = 0; i < reply->orders.n; i++) {
        struct news_order *outcome = &reply->outcomes[i];
        const struct known_grant *grant =
            find_grant(reply, reply->orders.v[i].id, &outcome->outcome);

        outcome->order = &reply->orders.v[i];
        if (reply->orders.unclear.n > 0)
            outcome->outcome = NEWS_LEFT;
        if (outcome->outcome == NEWS_DONE && !rule_one(reply, i, grant, outcome, err_r))
            return false;
    }
    return true;
}

/* One answer, whatever became of it. */
static bool add_receipt(const struct office_reply *reply, struct err *err_r)
{
    const struct ruling_context *context = reply->context;
    const struct news news = {.body = reply->message->body,
                              .now = context->now,
                              .token = context->token,
                              .occasion = "decided"};
    const struct news_reply said = {
        .notice = arena_printf(context->arena, "o%lld", (long long)reply->notice->delivery),
        .from = reply->from,
        .orders = reply->outcomes,
        .count = reply->orders.n,
        .unclear = &reply->orders.unclear,
        .bare = reply->notice->count == 0};
    struct replies replies;

    news_decided(context->arena, &news, &said, &replies);
    for (size_t i = 0; i < replies.n; i++) {
        if (!registry_add_reply(context->registry, news.body->id, reply->message->id, &replies.v[i],
                                context->now, err_r))
            return false;
    }
    return true;
}

bool ruling_take_reply(const struct ruling_context *context, const struct message *message,
                       const struct conclusion *conclusion, bool *accepted_r, struct err *err_r)
{
    struct office_reply reply = {
        .context = context, .message = message, .notice = conclusion->known.notice};
    struct texts ids;
    bool taken;

    *accepted_r = false;
    if (!text_equal(conclusion->decision.row, OFFICE_ROW))
        return true;
    if (!registry_was_taken(context->registry, message->id, &taken, err_r))
        return false;
    if (taken)
        return true;
    reply.from = text_fold(context->arena, conclusion->verdict.address);
    ids = name_mails(context->arena, reply.notice);
    office_read_orders(context->arena, message->body, message->reading->mail->text, &ids,
                       &reply.orders);
    if (reply.orders.n == 0 && reply.orders.unclear.n == 0)
        texts_add(&reply.orders.unclear, context->arena, "-");
    reply.outcomes = arena_array(context->arena, reply.orders.n + 1, sizeof *reply.outcomes);
    if (!rule_all(&reply, err_r) || !add_receipt(&reply, err_r))
        return false;
    *accepted_r = reply.accepted;
    return true;
}
