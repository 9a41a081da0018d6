/* SPDX-License-Identifier: EUPL-1.2 */
/* clang-format off */
/*
 * The life of one message, in the order in which it happens:
 *
 *   mailbox_fetch()      watch    bytes, nothing believed yet       daemon/visit_folder.c, imap/
 *   pipeline_receive()   clerk    durable before anything else      below
 *   reading_make()       reader   hostile bytes to mail, motions    daemon/reader_job.c, mail/, motion/
 *   pipeline_settle()    clerk    from a reading to rows            below
 *   ruling_take_reply()  clerk    what the office orders by it      ruling_reply.c
 *   registry_commit()    clerk    one transaction for a batch       daemon/clerk_intake.c
 *   mailbox_done()       watch    only now; harmless to repeat      daemon/visit_folder.c, imap/
 *   transport_send()     send     same bytes at every attempt       daemon/send.c, smtp/
 */
/* clang-format on */
#include "pipeline/pipeline.h"

bool pipeline_receive(struct registry *registry, struct message *message, struct err *err_r)
{
    struct raw_mail *raw = &message->raw;
    return digest_memfd(raw->fd, raw->sha256, &raw->size, err_r) &&
           registry_keep_raw(registry, raw, err_r);
}

/* When it entered the town, and whom we may say it came from. */
static void judge(struct arena *arena, const struct message *message, struct conclusion *c)
{
    const struct reading *reading = message->reading;
    if (message->arrived)
        c->arrival = *message->arrived;
    else
        arrival_find(arena, reading ? reading->mail : NULL, message->mailbox,
                     message->raw.internaldate, &c->arrival);
    if (reading)
        trust_judge(arena, reading, message->body, message->mailbox, moment_day(c->arrival.at),
                    &c->verdict);
}

/* Seen before?  Which number is next? */
static bool look_up(struct registry *registry, struct arena *arena, const struct message *message,
                    struct conclusion *c, struct err *err_r)
{
    int year, month, mday;
    c->known = (struct known){.message = 1, .next_counter = 1};
    day_to_ymd(moment_day(c->arrival.at), &year, &month, &mday);
    if (registry && !registry_lookup(registry, arena, message->body, &message->raw,
                                     message->reading, year, message->id, &c->known, err_r))
        return false;
    c->known.completed_by = message->completed_by;
    c->known.completed_at = message->completed_at;
    return true;
}

/* What to do, by the visible table; the letter's words first become the body's own. */
static void choose(struct arena *arena, const struct message *message, struct conclusion *c)
{
    const struct reading *reading = refine_reading(arena, message->body, moment_day(c->arrival.at),
                                                   message->reading, &c->refinements);
    struct case_file file = {
        .body = message->body,
        .mailbox = message->mailbox,
        .reading = reading,
        .unreadable = message->unreadable,
        .failure = message->failure,
        .verdict = message->reading ? &c->verdict : NULL,
        .known = &c->known,
        .arrival = c->arrival,
        .junk = conf_is_junk(message->mailbox, message->raw.folder) ? message->raw.folder : NULL,
        .size = message->raw.whole ? message->raw.whole : message->raw.size};
    decide(arena, &file, &c->decision);
}

/* What to say, as the bytes that will be sent. */
static void answer(struct arena *arena, const struct message *message, struct conclusion *c)
{
    struct reply_input input = {.body = message->body,
                                .mailbox = message->mailbox,
                                .raw = &message->raw,
                                .reading = message->reading,
                                .verdict = message->reading ? &c->verdict : NULL,
                                .known = &c->known,
                                .decision = &c->decision,
                                .registered_at = message->now,
                                .token = message->token};
    reply_render(arena, &input, &c->replies);
}

bool pipeline_conclude(struct registry *registry, struct arena *arena,
                       const struct message *message, struct conclusion *conclusion_r,
                       struct err *err_r)
{
    judge(arena, message, conclusion_r);
    if (!look_up(registry, arena, message, conclusion_r, err_r))
        return false;
    choose(arena, message, conclusion_r);
    answer(arena, message, conclusion_r);
    return true;
}

bool pipeline_resolve(struct registry *registry, struct arena *arena, const struct message *message,
                      struct conclusion *conclusion_r, struct err *err_r)
{
    return pipeline_conclude(registry, arena, message, conclusion_r, err_r) &&
           (!conclusion_r->decision.brings_paper ||
            pipeline_complete(registry, arena, message, conclusion_r, err_r));
}

struct registry_entry pipeline_entry(const struct message *message, const struct conclusion *c)
{
    return (struct registry_entry){.body = message->body,
                                   .raw = &message->raw,
                                   .reading = message->reading,
                                   .verdict = message->reading ? &c->verdict : NULL,
                                   .known = &c->known,
                                   .decision = &c->decision,
                                   .replies = &c->replies,
                                   .registered_at = message->now};
}

bool pipeline_settle(struct registry *registry, struct arena *arena, const struct message *message,
                     struct conclusion *conclusion_r, int64_t *id_r, struct err *err_r)
{
    if (!pipeline_resolve(registry, arena, message, conclusion_r, err_r))
        return false;
    const struct registry_entry entry = pipeline_entry(message, conclusion_r);
    return registry_record(registry, &entry, id_r, err_r);
}
