/* SPDX-License-Identifier: EUPL-1.2 */
/* Copies of what was sent, filed one after the other: the clerk hands out the next when it knows
 * what became of the one before. */
#include "daemon/visit_p.h"

#include "daemon/filing.h"

#include <unistd.h>

/* In one visit that is to be parked; then mail that came meanwhile has its turn. */
#define COPIES_MAX 64

static void ask_for_copy(struct run *run)
{
    const struct visit *v = run->visit;
    talk_say(run->talk, &(struct wire_packet){.type = WIRE_COPY_WANTED,
                                              .fd = -1,
                                              .as.copy_wanted = {.visit = talk_ticket(run->talk),
                                                                 .body = v->body->id,
                                                                 .mailbox = v->conf->name}});
}

static enum filing_outcome outcome_of(enum mailbox_result result, const struct mailbox_filed *filed)
{
    if (result == MAILBOX_OK)
        return filed->found ? FILING_FOUND : FILING_DONE;
    return result == MAILBOX_LOST ? FILING_UNKNOWN : FILING_REFUSED;
}

static void say_filed(struct run *run, uint64_t delivery, enum mailbox_result result,
                      const struct mailbox_filed *filed)
{
    const struct visit *v = run->visit;
    talk_say(run->talk,
             &(struct wire_packet){
                 .type = WIRE_FILED,
                 .fd = -1,
                 .as.filed = {.body = v->body->id,
                              .mailbox = v->conf->name,
                              .delivery = delivery,
                              .outcome = outcome_of(result, filed),
                              .uidvalidity = filed->uidvalidity,
                              .uid = filed->uid,
                              .text = result == MAILBOX_OK ? "" : run->report->err.text}});
}

/* A refusal ends the filing, not the visit: the clerk decides when it is tried again. */
static bool file_one(struct run *run, const struct wire_packet *packet)
{
    const struct mailbox_copy copy = {.folder = run->visit->conf->sent_folder,
                                      .message_id = packet->as.copy.message_id,
                                      .date = (int64_t)packet->as.copy.date,
                                      .fd = packet->fd,
                                      .look_first = packet->as.copy.may_be_there};
    struct mailbox_filed filed;
    enum mailbox_result result =
        mailbox_file(run->visit->mailbox, &copy, &filed, &run->report->err);
    say_filed(run, packet->as.copy.delivery, result, &filed);
    return result != MAILBOX_LOST || visit_failed(run, result);
}

bool visit_copies(struct run *run, bool *away_r)
{
    const char *folder = run->visit->conf->sent_folder;
    if (!folder || !*folder)
        return true;
    for (int filed = 0; filed < COPIES_MAX || !run->visit->park; filed++) {
        struct wire_packet packet;
        ask_for_copy(run);
        if (!talk_hear(run->talk, run->arena, CLERK_SECONDS, &packet))
            return visit_clerk_gone(run);
        if (packet.type == WIRE_NO_COPY)
            return true;
        if (packet.type != WIRE_COPY)
            panic("watch: the clerk said %s for a copy", wire_type_to_text(packet.type));
        *away_r = true;
        bool ok = file_one(run, &packet);
        close(packet.fd);
        if (!ok)
            return false;
    }
    run->report->stirred = true;
    return true;
}
