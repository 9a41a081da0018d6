/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A mail was held because it spoke of an attachment and had none; the answer to its review brings
 * it.  The motion's text is in the held mail, so that its arrival counts: it is decided once more
 * as if nothing were missing, and registered if nothing else keeps it.
 */
#include "pipeline/pipeline.h"

#include "registry/ruling.h"

#include <string.h>

struct completion {
    struct registry *registry;
    struct arena *arena;
    const struct message *message; /* that brings the attachment, and what was concluded of it */
    const struct conclusion *by;
    struct stored_message stored; /* the held one, the same */
    struct message held;
    struct conclusion c;
};

/* Without the defect that it was held for. */
static struct reading *forgive(struct arena *arena, const struct reading *reading)
{
    struct reading *whole = ARENA_NEW(arena, struct reading);
    struct mail *mail = ARENA_NEW(arena, struct mail);

    *whole = *reading;
    *mail = *reading->mail;
    mail->defects = (struct texts){0};
    for (size_t i = 0; i < reading->mail->defects.n; i++) {
        if (!text_equal(reading->mail->defects.v[i], "attachment-missing"))
            texts_add(&mail->defects, arena, reading->mail->defects.v[i]);
    }
    whole->mail = mail;
    return whole;
}

static bool read_again(struct completion *completion, struct reading **reading_r, struct err *err_r)
{
    const struct stored_message *stored = &completion->stored;

    if (stored->reading != NULL && reading_from_json(completion->arena, stored->reading,
                                                     strlen(stored->reading), reading_r, err_r))
        return true;
    return err_set(err_r, ERR_BUG, "m%lld: what was read of it cannot be taken again",
                   (long long)stored->id);
}

static bool load(struct completion *completion, struct err *err_r)
{
    struct stored_message *stored = &completion->stored;
    const struct conf_body *body = completion->message->body;
    struct reading *reading;

    if (!registry_get_message(completion->registry, completion->arena,
                              completion->by->known.held->message, stored, err_r) ||
        !read_again(completion, &reading, err_r))
        return false;
    completion->held = (struct message){.body = body,
                                        .mailbox = conf_find_mailbox(body, stored->mailbox),
                                        .reading = forgive(completion->arena, reading),
                                        .id = stored->id,
                                        .arrived = &stored->arrival,
                                        .completed_by = completion->by->known.message,
                                        .completed_at = completion->by->arrival.at,
                                        .now = completion->message->now,
                                        .token = completion->message->token};
    return registry_describe_raw(stored, &completion->held.raw) ||
           err_set(err_r, ERR_BUG, "m%lld: \"%s\" is no SHA-256", (long long)stored->id,
                   stored->sha256);
}

static bool is_whole(const struct decision *decision)
{
    for (size_t i = 0; i < decision->motion_count; i++) {
        if (!decision->motions[i].registered)
            return false;
    }
    return decision->state == MESSAGE_REGISTERED && decision->motion_count > 0;
}

static bool register_held(struct completion *completion, struct err *err_r)
{
    struct conclusion *c = &completion->c;
    const struct registry_entry entry = pipeline_entry(&completion->held, c);
    struct ruled_by by = {.at = completion->held.now,
                          .text = arena_printf(completion->arena, "m%lld brought the attachment",
                                               (long long)completion->held.completed_by)};
    int64_t ruling;

    c->decision.row = "completed";
    c->decision.reason = by.text;
    return registry_accept(completion->registry, completion->held.id, &entry, &by, &ruling, err_r);
}

bool pipeline_complete(struct registry *registry, struct arena *arena,
                       const struct message *message, struct conclusion *conclusion,
                       struct err *err_r)
{
    struct completion completion = {
        .registry = registry, .arena = arena, .message = message, .by = conclusion};

    if (!load(&completion, err_r) ||
        !pipeline_conclude(registry, arena, &completion.held, &completion.c, err_r))
        return false;
    if (!is_whole(&completion.c.decision))
        return true;
    return register_held(&completion, err_r) &&
           pipeline_conclude(registry, arena, message, conclusion, err_r);
}
