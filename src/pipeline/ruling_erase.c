/* SPDX-License-Identifier: EUPL-1.2 */
/* erase: data protection, and in words what it cannot reach. */
#include "pipeline/ruling_inside.h"

#include "registry/erase.h"

/* As long as a person waits; the rest the clerk does by the clock. */
#define PIECES_MAX 64

/* ---- what is left elsewhere */

/* An entry of "left": what it is, its id, and a sentence for people. */
static struct json *add_left(struct json *left, const char *what, const char *id, const char *text)
{
    struct json *object = json_object_new();

    json_put_text(object, "what", what);
    json_put_text(object, "id", id);
    json_put_text(object, "text", text);
    json_add(left, object);
    return object;
}

static const char *message_id(const struct ruling_context *context, int64_t message)
{
    return arena_printf(context->arena, "m%lld", (long long)message);
}

/* Once it was moved the server knows it by a UID that we do not. */
static void add_place(const struct ruling_context *context, const struct erased_place *place,
                      struct json *left)
{
    const struct conf_body *body = conf_find_body(context->conf, place->body);
    const struct conf_mailbox *mailbox =
        body == NULL ? NULL : conf_find_mailbox(body, place->mailbox);
    bool moved = place->moved && mailbox != NULL && mailbox->done_folder[0] != '\0';
    const char *folder = moved ? mailbox->done_folder : place->folder;
    const char *uid = moved ? "" : arena_printf(context->arena, ", UID %u", (unsigned)place->uid);
    const char *id = place->message_id;
    struct json *object = add_left(
        left, "server", message_id(context, place->message),
        arena_printf(context->arena, "the mail on the server: mailbox %s/%s, folder %s%s%s%s%s",
                     place->body, place->mailbox, folder, uid, id != NULL ? ", Message-ID <" : "",
                     id != NULL ? id : "", id != NULL ? ">" : ""));

    json_put_text(object, "body", place->body);
    json_put_text(object, "mailbox", place->mailbox);
    json_put_text(object, "folder", folder);
    json_put_int(object, "uidvalidity", place->uidvalidity);
    json_put_int(object, "uid", place->uid);
    json_put_text(object, "message_id", id);
}

static void add_sent_folder(const struct ruling_context *context, const struct erasure *erasure,
                            struct json *left)
{
    const struct erased_place *place = &erasure->places[0];
    const struct conf_body *body = conf_find_body(context->conf, place->body);
    const struct conf_mailbox *mailbox =
        body == NULL ? NULL : conf_find_mailbox(body, place->mailbox);

    if (mailbox == NULL || !mailbox->sent_folder || mailbox->sent_folder[0] == '\0')
        return;
    for (size_t i = 0; i < erasure->answer_count; i++) {
        if (erasure->answers[i].kind != REPLY_ACKNOWLEDGEMENT)
            continue;
        add_left(left, "sent-folder", message_id(context, place->message),
                 arena_printf(context->arena,
                              "copies of its acknowledgements: mailbox %s/%s, folder %s",
                              place->body, place->mailbox, mailbox->sent_folder));
        return;
    }
}

static void add_answer(const struct ruling_context *context, const struct delivery *answer,
                       struct json *left)
{
    if (registry_is_unsent(answer->state) || (answer->attempts == 0 && answer->gathered_in == 0))
        return;
    struct json *object =
        add_left(left, "answer", arena_printf(context->arena, "o%lld", (long long)answer->id),
                 arena_printf(context->arena, "the %s sent to %s, Message-ID <%s>",
                              reply_kind_to_text(answer->kind), answer->to, answer->message_id));

    json_put_text(object, "to", answer->to);
    json_put_text(object, "message_id", answer->message_id);
}

static void add_related(const struct ruling_context *context, const struct erasure *erasure,
                        struct json *left)
{
    for (size_t i = 0; i < erasure->related.n; i++) {
        const char *id = erasure->related.v[i];

        add_left(left, "message", id,
                 arena_printf(context->arena,
                              "%s with its answers, which has the same bytes, is about the same "
                              "motion, replies to it or decides it",
                              id));
    }
}

/* Nobody has read them, so that they may be of anybody. */
static void add_unclaimed(const struct ruling_context *context, struct json *left)
{
    int64_t before = context->now - REGISTRY_UNCLAIMED_SECONDS;
    struct texts paths;
    struct err err;

    if (!registry_list_unclaimed(context->registry, context->arena, before, &paths, &err) ||
        paths.n == 0)
        return;
    add_left(left, "unclaimed", NULL,
             arena_printf(context->arena,
                          "files of mails that were fetched and never entered, whosever they are: "
                          "%s",
                          text_join(context->arena, &paths, ", ")));
}

static struct json *list_left(const struct ruling_context *context, const struct erasure *erasure)
{
    struct json *left = json_array_new();

    for (size_t i = 0; i < erasure->place_count; i++)
        add_place(context, &erasure->places[i], left);
    add_sent_folder(context, erasure, left);
    for (size_t i = 0; i < erasure->answer_count; i++)
        add_answer(context, &erasure->answers[i], left);
    add_related(context, erasure, left);
    add_unclaimed(context, left);
    add_left(left, "backups", NULL,
             arena_printf(context->arena, "backups made before now, with their .mails%s",
                          erasure->linked > 0 ? "; one is on this disk" : ""));
    add_left(left, "log", NULL,
             "the log of the system, where the daemon and the mail servers name senders and "
             "recipients");
    return left;
}

/* ---- what was lost by it */

static struct json *list_warnings(const struct ruling_context *context,
                                  const struct erasure *erasure)
{
    struct json *warnings = json_array_new();

    for (size_t i = 0; i < erasure->open.n; i++)
        json_add_text(warnings, arena_printf(context->arena,
                                             "%s is registered and has not been decided as far as "
                                             "is known here: its text is gone, too",
                                             erasure->open.v[i]));
    for (size_t i = 0; i < erasure->answer_count; i++) {
        const struct delivery *answer = &erasure->answers[i];

        if (registry_is_unsent(answer->state) && answer->gathered_in == 0)
            json_add_text(warnings,
                          arena_printf(context->arena, "o%lld, the %s to %s, will not be sent",
                                       (long long)answer->id, reply_kind_to_text(answer->kind),
                                       answer->to));
    }
    return warnings;
}

/* It is erased whatever becomes of this. */
static bool finish(const struct ruling_context *context)
{
    bool left = true;
    struct err err;

    for (int i = 0; i < PIECES_MAX && left; i++) {
        if (!registry_finish_erasures(context->registry, &left, &err))
            return false;
    }
    return !left;
}

bool ruling_erase(const struct ruling_context *context, const struct ruling_order *order,
                  struct json **answer_r, struct err *err_r)
{
    struct ruled_by by = ruling_made_by(context, order->reason);
    struct stored_message stored;
    struct erasure erasure;
    int64_t id;

    if (!ruling_parse_id(order->subject, 'm', &id))
        return err_set(
            err_r, ERR_USAGE,
            "erase wants a message such as m12, not \"%s\"; show %s says which one it is",
            order->subject, order->subject);
    if (!registry_erase(context->registry, context->arena, id, &by, &erasure, err_r) ||
        !registry_get_message(context->registry, context->arena, id, &stored, err_r))
        return false;
    *answer_r = answer_new(context, "erased", id, NULL, message_state_to_text(stored.state));
    json_put_bool(*answer_r, "finished", finish(context));
    json_put(*answer_r, "warnings", list_warnings(context, &erasure));
    json_put(*answer_r, "left", list_left(context, &erasure));
    return true;
}
