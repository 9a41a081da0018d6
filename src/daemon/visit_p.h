/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of a visit share; nobody else includes it. */
#ifndef DAEMON_VISIT_P_H
#define DAEMON_VISIT_P_H

#include "daemon/visit.h"

/* The clerk reads a batch (three tries at worst for each mail) before it says the last word. */
#define CLERK_SECONDS 1800

/* One visit, as it stands. */
struct run {
    const struct visit *visit;
    struct talk *talk;
    struct arena *arena;
    struct visit_report *report;
    const char *folder;           /* that is open */
    struct folder_memory *memory; /* of it */
    bool stays;                   /* nothing can be moved out of it */
    struct mailbox_view view;
    struct mailbox_item *items; /* of the folder, sorted by UID */
    size_t item_count;
    uint32_t *wanted;
    size_t wanted_count;
    uint32_t *to_move;
    size_t to_move_count;
    size_t committed; /* in this round */
};

/* ---- visit.c: all of them return whether to go on; if not, the report says why */

/* err of the report is set; returns false. */
bool visit_failed(struct run *run, enum mailbox_result why);
bool visit_clerk_gone(struct run *run);
/* The clerk's next word, which has to be of this type. */
bool visit_hear(struct run *run, enum wire_type type, struct wire_packet *packet_r);

/* ---- visit_folder.c: of the open folder */

/* Lists it and has the clerk say what is wanted and what is to be moved. */
bool visit_discover(struct run *run);
/* Moves what an earlier visit did not put away.  Where mails stay in the folder for ever, they are
 * marked once. */
bool visit_move_rest(struct run *run);
/* Fetches some of the wanted from *next on, hands them to the clerk, and moves what is settled. */
bool visit_fetch_batch(struct run *run, size_t *next);
const struct mailbox_item *visit_find_item(const struct run *run, uint32_t uid);

/* ---- the other folders; *away_r: the watched one may have news that was not heard */

/* visit_junk.c: mails of listed senders are taken from the folder for junk. */
bool visit_junk(struct run *run, bool *away_r);
/* visit_copies.c: copies that the clerk has for the sent-folder are filed. */
bool visit_copies(struct run *run, bool *away_r);

#endif
