/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The life of one message, in the order in which it happens:
 *
 *   mailbox_fetch()      watch    bytes, nothing believed yet             daemon/visit.c, imap/
 *   pipeline_receive()   clerk    durable before anything else            below
 *   reading_make()       reader   hostile bytes to mail and motions       daemon/reader.c, mail/,
 * motion/ pipeline_settle()    clerk    from a reading to rows                  below
 *   registry_commit()    clerk    one transaction for a batch             daemon/clerk.c
 *   mailbox_done()       watch    only now; harmless to repeat            daemon/visit.c
 *   transport_send()     send     same bytes at every attempt             daemon/send.c, smtp/
 */
#include "pipeline/pipeline.h"

#include "base/file.h"

static bool sum(struct raw_mail *raw, struct err *err_r)
{
    struct memfd_map map;
    if (!memfd_map(raw->fd, SIZE_MAX, &map, err_r))
        return false;
    struct digest *digest = digest_new();
    digest_add(digest, map.bytes, map.n);
    digest_end(digest, raw->sha256);
    raw->size = map.n;
    memfd_unmap(&map);
    return true;
}

bool pipeline_receive(struct registry *registry, struct message *message, struct err *err_r)
{
    return sum(&message->raw, err_r) && registry_keep_raw(registry, &message->raw, err_r);
}

bool pipeline_conclude(struct registry *registry, struct arena *arena,
                       const struct message *message, struct conclusion *conclusion_r,
                       struct err *err_r)
{
    struct conclusion *c = conclusion_r;
    const struct reading *reading = message->reading;
    struct arrival arrival;

    /* when it entered the town, and who says that it came from them */
    arrival_find(arena, reading ? reading->mail : NULL, message->mailbox, message->raw.internaldate,
                 &arrival);
    struct day day = moment_day(arrival.at);
    if (reading)
        trust_judge(arena, reading, message->body, day, &c->verdict);

    /* seen before?  which number is next? */
    int year;
    day_to_ymd(day, &year, &(int){0}, &(int){0});
    if (!registry)
        c->known = (struct known){.message = 1, .next_counter = 1};
    else if (!registry_lookup(registry, arena, message->body, &message->raw, reading, year,
                              message->id, &c->known, err_r))
        return false;

    /* what to do, by the visible table */
    struct case_file file = {.body = message->body,
                             .mailbox = message->mailbox,
                             .reading = reading,
                             .unreadable = message->unreadable,
                             .verdict = reading ? &c->verdict : NULL,
                             .known = &c->known,
                             .arrival = arrival,
                             .size = message->whole_size ? message->whole_size : message->raw.size};
    decide(arena, &file, &c->decision);

    /* what to say, as the bytes that will be sent */
    struct reply_input input = {.body = message->body,
                                .mailbox = message->mailbox,
                                .raw = &message->raw,
                                .reading = reading,
                                .verdict = reading ? &c->verdict : NULL,
                                .known = &c->known,
                                .decision = &c->decision,
                                .registered_at = message->now,
                                .token = message->token};
    reply_render(arena, &input, &c->replies);
    return true;
}

bool pipeline_settle(struct registry *registry, struct arena *arena, const struct message *message,
                     struct conclusion *conclusion_r, int64_t *id_r, struct err *err_r)
{
    if (!pipeline_conclude(registry, arena, message, conclusion_r, err_r))
        return false;
    struct registry_entry entry = {.body = message->body,
                                   .raw = &message->raw,
                                   .reading = message->reading,
                                   .verdict = message->reading ? &conclusion_r->verdict : NULL,
                                   .known = &conclusion_r->known,
                                   .decision = &conclusion_r->decision,
                                   .replies = &conclusion_r->replies,
                                   .registered_at = message->now};
    return registry_record(registry, &entry, id_r, err_r);
}
