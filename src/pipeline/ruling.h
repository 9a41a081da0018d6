/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a person decides, from her words to rows and answers: the same code in the clerk, which is
 * asked over the control socket, and in antragctl where no daemon runs.  An order is what was asked
 * for; it travels as JSON.
 */
#ifndef PIPELINE_RULING_H
#define PIPELINE_RULING_H

#include "base/json.h"
#include "pipeline/pipeline.h"

enum ruling_verb {
    RULING_ACCEPT,
    RULING_IGNORE,
    RULING_REREAD,
    RULING_CORRECT,
    RULING_WITHDRAW,
    RULING_VOID,
    RULING_RELEASE,
    RULING_RESEND,
    RULING_RETRY,
    RULING_ERASE,
};

/* The options of antragctl(8); NULL where they were not given. */
struct ruling_order {
    enum ruling_verb verb;
    const char *subject; /* "m12", "o34" or a number */
    const char *body;
    const char *reason;
    const char *faction, *kind, *title;
    struct texts meetings; /* COUNCIL=DATE */
    const char *arrived, *evidence;
    bool silent;
    bool receipt; /* ignored as a citizen's suggestion: its sender is told that it has arrived */
};

const char *ruling_verb_to_text(enum ruling_verb verb);
bool ruling_verb_from_text(const char *s, enum ruling_verb *verb_r);

/* {"command": verb, "subject": ...}; the texts must be UTF-8. */
struct json *ruling_order_to_json(const struct ruling_order *order);
/* Checks all of it (ERR_USAGE): a group may use the socket.  Texts are copied. */
bool ruling_order_from_json(struct arena *arena, const struct json *json,
                            struct ruling_order *order_r, struct err *err_r);

struct ruling_context {
    struct registry *registry; /* for writing */
    struct arena *arena;
    const struct conf *conf;
    const char *actor; /* the login that decides */
    const char *via;   /* how, where not by a command: "by reply to o34"; or NULL */
    int64_t now;
    const char *token; /* fresh random, as in struct reply_input */
};

/*
 * Everything but reread: durable when true.  The answer says what was done: "event", "id",
 * "number", "state", "motions" (numbers) and "answers" (each with "id", "kind", "to", "state"), as
 * far as the verb has them; of accept "changes", for each number follow_to_event(); "count" of
 * retry; of erase "finished", "warnings" and what is "left" elsewhere (each with "what", "id",
 * "text", and where it is).
 */
bool ruling_decide(const struct ruling_context *context, const struct ruling_order *order,
                   struct json **answer_r, struct err *err_r);

/* Reread, first half: the message with its stored bytes in raw.fd, which is the caller's to close
 * and to have read. */
bool ruling_open_message(const struct ruling_context *context, const struct ruling_order *order,
                         struct message *message_r, struct err *err_r);
/* Second half, with message->reading or message->unreadable set, between registry_begin() and
 * registry_commit(): all that the reading entails, as if it were the first one. */
bool ruling_reread(const struct ruling_context *context, const struct message *message,
                   struct json **answer_r, struct err *err_r);

/*
 * Behind pipeline_settle() of a message (message->id is what it became), in the same part of the
 * batch (registry_part_begin()); ruling_reread() does it itself.  Where the message is the office's
 * reply to a notice, does what its words order as the commands do, each decision with the address
 * as its actor, and adds one answer that says what was done and what was not.  What a person may
 * not decide is told there; false is a failure of the registry, and then nothing of it may stay.
 * *accepted_r: a mail has a number now.
 */
bool ruling_take_reply(const struct ruling_context *context, const struct message *message,
                       const struct conclusion *conclusion, bool *accepted_r, struct err *err_r);

#endif
