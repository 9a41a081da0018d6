/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What happens to one message.  The watch has fetched it, the clerk runs the pipeline; between the
 * two halves the reader reads it in its sandbox.  Everything about one message lives in one arena.
 */
#ifndef PIPELINE_PIPELINE_H
#define PIPELINE_PIPELINE_H

#include "decision/decision.h"
#include "decision/refine.h"
#include "registry/registry.h"
#include "reply/reply.h"

/* One message on its way. */
struct message {
    const struct conf_body *body;
    const struct conf_mailbox *mailbox;
    struct raw_mail raw;
    const struct reading *reading; /* NULL: it cannot be read */
    const char *unreadable;        /* why it cannot be read, in part or at all; NULL: it can */
    const char *failure;           /* why its outcome could not be recorded; else NULL */
    int64_t id;                    /* of one that the registry has, to explain it again; else 0 */
    const struct arrival *arrived; /* what the registry says of it and is to stand; else NULL */
    int64_t completed_by; /* message that brought its attachment, or 0; completed_at: when */
    int64_t completed_at;
    int64_t now;       /* moment of registration */
    const char *token; /* fresh random, as in struct reply_input */
};

/* What was concluded about it. */
struct conclusion {
    struct arrival arrival;
    struct verdict verdict;
    struct known known;
    struct refinements refinements; /* what the body's own words made of the letter */
    struct decision decision;
    struct replies replies;
};

/*
 * Who calls which, from the outside in:
 *
 *   settle      a mail that came        resolve, entry, registry_record()
 *   (reread)    one that is read again  resolve, entry, registry_reread(); pipeline/ruling.h
 *   resolve     what both come to       conclude; complete, where it brings what a held one lacked
 *   complete    that held one           conclude of it, entry, registry_accept(); conclude of this
 *                                       one once more
 *   rescue      after settle failed     conclude, entry, registry_record(): held as not-recorded
 *   conclude    also antragctl explain  arrival, verdict, known, decision, replies; writes nothing
 *   entry       all of the above        the conclusion as the registry keeps it
 */

/* First half: its bytes are durable when this is true.  Fills in raw.sha256 and
 * raw.size. */
bool pipeline_receive(struct registry *registry, struct message *message, struct err *err_r);

/* Second half, inside registry_begin() and registry_commit(): from a reading to rows.  Nothing of
 * it holds, and nobody may be told, before the commit. */
bool pipeline_settle(struct registry *registry, struct arena *arena, const struct message *message,
                     struct conclusion *conclusion_r, int64_t *id_r, struct err *err_r);

/* What the mail comes to, read for the first time or again: its conclusion, and what that changes
 * of other mails, which is done.  pipeline_entry() is what the registry then keeps of it. */
bool pipeline_resolve(struct registry *registry, struct arena *arena, const struct message *message,
                      struct conclusion *conclusion_r, struct err *err_r);
struct registry_entry pipeline_entry(const struct message *message,
                                     const struct conclusion *conclusion);

/* The mail brings the attachment that a held one lacked (decision.brings_paper): the motions of the
 * held one are registered with its own arrival, and the conclusion about this one is drawn anew.
 * Nothing changes where the held one would wait for another reason.  complete.c */
bool pipeline_complete(struct registry *registry, struct arena *arena,
                       const struct message *message, struct conclusion *conclusion,
                       struct err *err_r);

/* What could not be settled because of a mistake of ours, which *err_r tells, is held for a person,
 * with less of what was read of it where that is what fails.  The same transaction; what was begun
 * of the mail is undone before.  False, too, where it may be settled later.  rescue.c */
bool pipeline_rescue(struct registry *registry, struct arena *arena, const struct message *message,
                     struct conclusion *conclusion_r, int64_t *id_r, struct err *err_r);

/* The second half without its last step: what would be done, changing nothing.  registry NULL:
 * there is none yet, so nothing is known. */
bool pipeline_conclude(struct registry *registry, struct arena *arena,
                       const struct message *message, struct conclusion *conclusion_r,
                       struct err *err_r);

#endif
