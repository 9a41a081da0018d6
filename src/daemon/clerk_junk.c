/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A folder for junk: the watch brings From fields, the reader reads them (nobody else parses what a
 * stranger wrote), the roster says whether the mail is to be fetched.  Of the others only the UID
 * is kept.
 */
#include "daemon/clerk_p.h"

#include "base/file.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FROM_MAX 65536 /* bytes that the watch may bring of one mail */

bool junk_compare(struct clerk *clerk, struct arena *arena, const struct place_names *names,
                  uint32_t uidvalidity, const uint32_t *uids, size_t count, struct uid_sets *sets_r,
                  struct err *err_r)
{
    chores_refresh(clerk, names->body);
    return registry_compare_junk(clerk->registry, arena, names->body->id, names->mailbox->name,
                                 names->folder, uidvalidity, uids, count,
                                 trust_digest_roster(arena, names->body), sets_r, err_r);
}

static void tell_judged(struct clerk *clerk, uint64_t visit, uint64_t uid, bool listed)
{
    channel_send(
        clerk->peers[ROLE_WATCH],
        &(struct wire_packet){.type = WIRE_JUDGED,
                              .fd = -1,
                              .as.judged = {.visit = visit, .uid = uid, .listed = listed}});
}

static bool is_small(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && st.st_size <= FROM_MAX;
}

void junk_take_sender(struct clerk *clerk, const struct wire_packet *packet)
{
    const struct wire_sender *sender = &packet->as.sender;
    struct place_names names;
    if (clerk->dockets >= CLERK_DOCKETS_MAX || !is_small(packet->fd) ||
        !intake_find_place(clerk, sender->body, sender->mailbox, sender->folder, &names) ||
        !conf_is_junk(names.mailbox, names.folder)) {
        close(packet->fd);
        tell_judged(clerk, sender->visit, sender->uid, false);
        return;
    }
    struct docket *docket = intake_new_docket(clerk, &names, sender->visit, sender->uidvalidity,
                                              sender->uid, sender->internaldate, packet->fd);
    docket->sender_only = true;
    intake_ask_reader(clerk, docket);
}

static bool is_listed(const struct docket *docket)
{
    const struct message *message = &docket->message;
    struct verdict verdict;
    if (!message->reading)
        return false;
    trust_judge(docket->arena, message->reading, message->body, message->mailbox,
                moment_day(message->raw.internaldate), &verdict);
    return verdict.member && verdict.level >= TRUST_LISTED;
}

void junk_judge(struct clerk *clerk, const struct docket *docket)
{
    const struct message *message = &docket->message;
    bool listed = is_listed(docket);
    struct err err;
    if (!listed && !registry_leave_alone(clerk->registry, &message->raw,
                                         trust_digest_roster(docket->arena, message->body), &err))
        log_event(LOG_ERROR, "registry", "error", err.text, NULL);
    tell_judged(clerk, docket->visit, message->raw.uid, listed);
    clerk_finish_if_done(clerk);
}
