/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages: accept, ignore, reread. */
#include "pipeline/ruling_inside.h"

#include "base/file.h"

#include <string.h>
#include <unistd.h>

#define MAIL_MAX ((size_t)256 * 1024 * 1024)

/* ---- accept */

static bool has_number(const struct stored_message *stored, size_t position)
{
    for (size_t i = 0; i < stored->numbered_count; i++) {
        if (stored->numbered[i] == position)
            return true;
    }
    return false;
}

static bool find_open(const struct ruling_context *context, const struct matter *matter,
                      struct open_motions *open_r, struct err *err_r)
{
    size_t count = matter->reading == NULL ? 0 : matter->reading->motions.n;
    size_t *positions = arena_array(context->arena, count + 1, sizeof *positions);

    *open_r = (struct open_motions){.positions = positions};
    for (size_t i = 0; i < count; i++) {
        if (!has_number(&matter->stored, i))
            positions[open_r->count++] = i;
    }
    if (matter->stored.numbered_count > 0 && matter->stored.held_count + open_r->count == 0)
        return err_set(err_r, ERR_DATA, "m%lld is registered already",
                       (long long)matter->stored.id);
    return true;
}

/* A person may know better when a mail came in, if she can say from what. */
static bool set_arrival(const struct ruling_context *context, const struct ruling_order *order,
                        struct matter *matter, struct err *err_r)
{
    if (order->arrived == NULL)
        return true;
    if (!moment_parse_local(order->arrived, &matter->arrival.at))
        return err_set(err_r, ERR_USAGE,
                       "--arrived: \"%s\" is no time like 2026-03-19T23:10, or with seconds and "
                       "offset 2026-03-19T23:10:00+01:00",
                       order->arrived);
    if (matter->arrival.at > context->now)
        return err_set(err_r, ERR_USAGE, "--arrived: %s is yet to come", order->arrived);
    if (matter->stored.numbered_count > 0)
        return err_set(err_r, ERR_DATA,
                       "m%lld is registered in part: its numbers rest on the arrival they have",
                       (long long)matter->stored.id);
    matter->arrival.evidence = order->evidence;
    return true;
}

static bool look_up(const struct ruling_context *context, struct matter *matter, struct err *err_r)
{
    int year, month, mday;

    day_to_ymd(moment_day(matter->arrival.at), &year, &month, &mday);
    return registry_lookup(context->registry, context->arena, matter->body, &matter->raw,
                           matter->reading, year, matter->stored.id, &matter->known, err_r);
}

/* One mail has one number; who means otherwise has seen that it is the same. */
static bool check_same_mail(const struct matter *matter, struct err *err_r)
{
    long long id = (long long)matter->stored.id, other = (long long)matter->known.same_mail;

    return other == 0 || matter->stored.state != MESSAGE_HELD ||
           err_set(err_r, ERR_DATA,
                   "m%lld: the same mail is registered as m%lld already; reread m%lld makes it a "
                   "duplicate",
                   id, other, id);
}

/* For the history: what the person added to what was read. */
static const char *say_accepted(const struct ruling_context *context,
                                const struct ruling_order *order, const struct matter *matter)
{
    struct text text;

    text_init(&text, context->arena);
    if (order->faction != NULL)
        text_addf(&text, "faction %s; ", order->faction);
    if (order->kind != NULL)
        text_addf(&text, "kind %s; ", order->kind);
    if (order->title != NULL)
        text_addf(&text, "title \"%s\"; ", order->title);
    for (size_t i = 0; i < order->meetings.n; i++)
        text_addf(&text, "meeting %s; ", order->meetings.v[i]);
    if (order->arrived != NULL)
        text_addf(&text, "arrived %s instead of %s, by evidence: %s; ",
                  moment_to_text(context->arena, matter->arrival.at),
                  moment_to_text(context->arena, matter->stored.arrival.at), order->evidence);
    if (text.len > 0)
        text.s[text.len - 2] = '\0';
    return text.len > 0 ? text.s : NULL;
}

static struct json *answer_accepted(const struct ruling_context *context, int64_t message,
                                    const struct decision *decision, int64_t ruling)
{
    struct json *answer = answer_new(context, "accepted", message, NULL, "registered");
    struct json *changes = json_array_new();

    for (size_t i = 0; i < decision->motion_count; i++)
        json_add_text(changes, follow_to_event(decision->motions[i].follow));
    json_put(answer_with_numbers(answer, decision), "changes", changes);
    return answer_with_ruled(context, answer, ruling);
}

bool ruling_accept(const struct ruling_context *context, const struct ruling_order *order,
                   struct json **answer_r, struct err *err_r)
{
    struct matter matter;
    struct open_motions open;
    struct amendment amendment;
    struct decision decision;
    struct replies replies;
    int64_t ruling;

    if (!matter_find_ordered(context, order, &matter, err_r) ||
        !find_open(context, &matter, &open, err_r) ||
        !ruling_find_amendment(context, order, matter.body, &amendment, err_r) ||
        !set_arrival(context, order, &matter, err_r) || !look_up(context, &matter, err_r) ||
        !check_same_mail(&matter, err_r))
        return false;
    struct case_file file = matter_file(&matter);
    if (!decide_accept(context->arena, &file, &open, &amendment, &decision, err_r))
        return false;
    struct reply_input input = matter_input(context, &matter, &decision);
    reply_render(context->arena, &input, &replies);
    struct registry_entry entry = matter_entry(context, &matter, &decision, &replies);
    struct ruled_by by = ruling_made_by(context, say_accepted(context, order, &matter));
    if (!registry_accept(context->registry, matter.stored.id, &entry, &by, &ruling, err_r))
        return false;
    *answer_r = answer_accepted(context, matter.stored.id, &decision, ruling);
    return true;
}

/* ---- ignore */

static bool check_ignorable(const struct stored_message *stored, struct err *err_r)
{
    if (stored->state == MESSAGE_HELD || stored->state == MESSAGE_UNREADABLE ||
        (stored->state == MESSAGE_REGISTERED && stored->held_count > 0))
        return true;
    return err_set(err_r, ERR_DATA, "m%lld is %s: nothing in it waits for a person%s",
                   (long long)stored->id, message_state_to_text(stored->state),
                   stored->state == MESSAGE_REGISTERED ? "; use void with its number" : "");
}

static const char *ruling_reason(const struct ruling_order *order)
{
    return order->reason != NULL ? order->reason : "citizen's suggestion";
}

/* A listed sender has her review; who is not on the roster is told at a person's order alone, once,
 * and that it has arrived. */
static bool render_ignored(const struct ruling_context *context, const struct ruling_order *order,
                           const struct matter *matter, const struct reply_input *input,
                           struct replies *replies_r, struct err *err_r)
{
    const struct case_file file = matter_file(matter);
    const struct reply_news news = {.ruling = REPLY_IGNORED,
                                    .reason = ruling_reason(order),
                                    .in_part = matter->stored.state == MESSAGE_REGISTERED};
    bool told;

    *replies_r = (struct replies){0};
    if (!order->receipt || matter->verdict.member != NULL) {
        if (!order->silent)
            reply_render_news(context->arena, input, &news, replies_r);
        return true;
    }
    if (!decide_may_receipt(&file, err_r) ||
        !registry_has_receipt(context->registry, matter->stored.id, &told, err_r))
        return false;
    if (!told)
        reply_render_neutral(context->arena, input, replies_r);
    return true;
}

bool ruling_ignore(const struct ruling_context *context, const struct ruling_order *order,
                   struct json **answer_r, struct err *err_r)
{
    struct matter matter;
    struct replies replies = {0};
    int64_t ruling;

    if (!matter_find_ordered(context, order, &matter, err_r) ||
        !check_ignorable(&matter.stored, err_r))
        return false;
    bool in_part = matter.stored.state == MESSAGE_REGISTERED;
    struct decision decision = {.state = MESSAGE_IGNORED, .arrival = matter.arrival};
    struct reply_input input = matter_input(context, &matter, &decision);
    if (!render_ignored(context, order, &matter, &input, &replies, err_r))
        return false;
    struct registry_entry entry = matter_entry(context, &matter, &decision, &replies);
    struct ruled_by by = ruling_made_by(context, ruling_reason(order));
    if (!registry_ignore(context->registry, matter.stored.id, &entry, &by, &ruling, err_r))
        return false;
    *answer_r = answer_with_ruled(
        context,
        answer_new(context, "ignored", matter.stored.id, NULL, in_part ? "registered" : "ignored"),
        ruling);
    return true;
}

/* ---- reread */

static bool check_rereadable(const struct stored_message *stored, struct err *err_r)
{
    return stored->state == MESSAGE_HELD || stored->state == MESSAGE_UNREADABLE ||
           err_set(err_r, ERR_DATA, "m%lld is %s; only what is held or unreadable is read again",
                   (long long)stored->id, message_state_to_text(stored->state));
}

static bool open_bytes(const struct ruling_context *context, const struct stored_message *stored,
                       int *fd_r, struct err *err_r)
{
    char *bytes;
    size_t n;
    int fd;

    if (!registry_open_raw(context->registry, stored->sha256, &fd, err_r))
        return false;
    const char *path = arena_printf(context->arena, "/proc/self/fd/%d", fd);
    bool ok = file_read(context->arena, path, MAIL_MAX, &bytes, &n, err_r) &&
              memfd_from("mail", bytes, n, fd_r, err_r);
    close(fd);
    return ok;
}

bool ruling_open_message(const struct ruling_context *context, const struct ruling_order *order,
                         struct message *message_r, struct err *err_r)
{
    struct matter matter;

    if (!matter_find_ordered(context, order, &matter, err_r) ||
        !check_rereadable(&matter.stored, err_r))
        return false;
    if (matter.mailbox == NULL)
        return err_set(err_r, ERR_CONFIG, "m%lld: mailbox \"%s\" is not in the configuration",
                       (long long)matter.stored.id, matter.stored.mailbox);
    *message_r = (struct message){.body = matter.body,
                                  .mailbox = matter.mailbox,
                                  .raw = matter.raw,
                                  .id = matter.stored.id,
                                  .now = context->now,
                                  .token = context->token};
    return open_bytes(context, &matter.stored, &message_r->raw.fd, err_r);
}

/* Who was told that it is held for this reason knows it. */
static void leave_out_known(const struct stored_message *before, struct conclusion *c)
{
    if (c->decision.state == before->state && text_equal(c->decision.row, before->row))
        c->replies = (struct replies){0};
}

static struct json *answer_reread(const struct ruling_context *context,
                                  const struct message *message, const struct decision *decision,
                                  int64_t ruling)
{
    struct json *answer =
        answer_new(context, "reread", message->id, NULL, message_state_to_text(decision->state));

    answer_with_ruled(context, answer_with_numbers(answer, decision), ruling);
    if (decision->reason != NULL)
        json_put_text(answer, "reason", decision->reason);
    return answer;
}

static bool reread(const struct ruling_context *context, const struct message *message,
                   struct conclusion *c, int64_t *ruling_r, struct err *err_r)
{
    struct stored_message stored;
    bool accepted;

    /* another person may have decided while it was being read */
    if (!registry_get_message(context->registry, context->arena, message->id, &stored, err_r) ||
        !check_rereadable(&stored, err_r) ||
        !pipeline_resolve(context->registry, context->arena, message, c, err_r))
        return false;
    leave_out_known(&stored, c);
    const struct registry_entry entry = pipeline_entry(message, c);
    struct ruled_by by = ruling_made_by(context, message_state_to_text(c->decision.state));
    return registry_reread(context->registry, message->id, &entry, &by, ruling_r, err_r) &&
           ruling_take_reply(context, message, c, &accepted, err_r);
}

bool ruling_reread(const struct ruling_context *context, const struct message *message,
                   struct json **answer_r, struct err *err_r)
{
    struct conclusion c = {0};
    int64_t ruling;

    if (!registry_part_begin(context->registry, err_r) ||
        !registry_part_end(context->registry, reread(context, message, &c, &ruling, err_r), err_r))
        return false;
    *answer_r = answer_reread(context, message, &c.decision, ruling);
    return true;
}
