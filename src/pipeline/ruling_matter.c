/* SPDX-License-Identifier: EUPL-1.2 */
/* What an order is about, from the registry, as the pure parts want it. */
#include "pipeline/ruling_inside.h"

#include "base/file.h"
#include "decision/refine.h"
#include "trust/trust.h"

#include <stdlib.h>
#include <string.h>

bool ruling_parse_id(const char *s, char letter, int64_t *id_r)
{
    char *end;

    if (s[0] != letter || s[1] < '1' || s[1] > '9' || strlen(s) > 18)
        return false;
    *id_r = strtoll(s + 1, &end, 10);
    return *end == '\0';
}

static bool find_body(const struct ruling_context *context, struct matter *matter,
                      struct err *err_r)
{
    const struct stored_message *stored = &matter->stored;

    matter->body = conf_find_body(context->conf, stored->body);
    if (matter->body == NULL)
        return err_set(err_r, ERR_CONFIG, "m%lld: body \"%s\" is not in the configuration",
                       (long long)stored->id, stored->body);
    matter->mailbox = conf_find_mailbox(matter->body, stored->mailbox);
    return true;
}

static bool find_reading(const struct ruling_context *context, struct matter *matter,
                         struct err *err_r)
{
    const char *text = matter->stored.reading;
    struct refinements refinements;
    struct reading *reading;

    if (text == NULL)
        return true;
    if (!reading_from_json(context->arena, text, strlen(text), &reading, err_r))
        return err_add_where(err_r, "reading of m%lld in the registry",
                             (long long)matter->stored.id);
    matter->reading = refine_reading(context->arena, matter->body, moment_day(matter->arrival.at),
                                     reading, &refinements);
    trust_judge(context->arena, reading, matter->body, matter->mailbox,
                moment_day(matter->arrival.at), &matter->verdict);
    return true;
}

bool matter_find_message(const struct ruling_context *context, int64_t id, struct matter *matter,
                         struct err *err_r)
{
    *matter = (struct matter){.verdict = {.level = TRUST_UNKNOWN}, .known = {.message = id}};
    if (!registry_get_message(context->registry, context->arena, id, &matter->stored, err_r))
        return false;
    if (matter->stored.state == MESSAGE_VANISHED)
        return err_set(err_r, ERR_DATA,
                       "m%lld vanished before it could be fetched; there is nothing to decide",
                       (long long)id);
    matter->arrival = matter->stored.arrival;
    if (!find_body(context, matter, err_r) || !find_reading(context, matter, err_r))
        return false;
    if (!registry_describe_raw(&matter->stored, &matter->raw))
        panic("registry: \"%s\" is no SHA-256", matter->stored.sha256);
    return true;
}

bool matter_find_ordered(const struct ruling_context *context, const struct ruling_order *order,
                         struct matter *matter, struct err *err_r)
{
    int64_t id;

    if (!ruling_parse_id(order->subject, 'm', &id))
        return err_set(err_r, ERR_USAGE, "%s wants a message such as m12, not \"%s\"",
                       ruling_verb_to_text(order->verb), order->subject);
    return matter_find_message(context, id, matter, err_r) &&
           registry_check_words_kept(context->arena, &matter->stored, err_r);
}

bool matter_find_motion(const struct ruling_context *context, const struct ruling_order *order,
                        struct motion_row **motion_r, struct err *err_r)
{
    struct motion_filter filter = {.body = order->body,
                                   .number = order->subject,
                                   .meeting = DAY_NONE,
                                   .since = DAY_NONE,
                                   .state = -1};
    size_t count;

    if (!registry_list_motions(context->registry, context->arena, &filter, motion_r, &count, err_r))
        return false;
    if (count == 0)
        return err_set(err_r, ERR_NO_INPUT, "there is no motion \"%s\"", order->subject);
    return count == 1 ||
           err_set(err_r, ERR_USAGE, "%zu bodies have a motion %s; say which with --body", count,
                   order->subject);
}

/* ---- the structs that the pure parts and the registry want */

struct reply_input matter_input(const struct ruling_context *context, const struct matter *matter,
                                const struct decision *decision)
{
    return (struct reply_input){.body = matter->body,
                                .mailbox = matter->mailbox,
                                .raw = &matter->raw,
                                .reading = matter->reading,
                                .verdict = matter->reading == NULL ? NULL : &matter->verdict,
                                .known = &matter->known,
                                .decision = decision,
                                .registered_at = context->now,
                                .token = context->token};
}

struct registry_entry matter_entry(const struct ruling_context *context,
                                   const struct matter *matter, const struct decision *decision,
                                   const struct replies *replies)
{
    return (struct registry_entry){.body = matter->body,
                                   .raw = &matter->raw,
                                   .reading = matter->reading,
                                   .verdict = matter->reading == NULL ? NULL : &matter->verdict,
                                   .known = &matter->known,
                                   .decision = decision,
                                   .replies = replies,
                                   .registered_at = context->now};
}

struct case_file matter_file(const struct matter *matter)
{
    return (struct case_file){
        .body = matter->body,
        .mailbox = matter->mailbox,
        .reading = matter->reading,
        .verdict = &matter->verdict,
        .known = &matter->known,
        .arrival = matter->arrival,
        .junk = conf_is_junk(matter->mailbox, matter->raw.folder) ? matter->raw.folder : NULL,
        .size = matter->raw.size};
}

struct ruled_by ruling_made_by(const struct ruling_context *context, const char *text)
{
    return (struct ruled_by){
        .actor = context->actor, .at = context->now, .text = text, .via = context->via};
}
