/* SPDX-License-Identifier: EUPL-1.2 */
/* antragctl reconcile and status. */
#include "ctl/ctl.h"
#include "daemon/control.h"
#include "imap/mailbox.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define VISIT_SECONDS 300

/* ---- reconcile ------------------------------------------------------------------------------- */

/* How one mailbox stands; error NULL: it was looked into. */
struct standing {
    const struct conf_body *body;
    const struct conf_mailbox *mailbox;
    const char *folder; /* one of the mailbox's */
    struct reconciliation sums;
    const char *error;
};

struct books {
    struct standing *standings;
    size_t count;
    size_t unexplained;
    bool complete; /* every mailbox could be looked into */
};

static bool is_junk(const struct standing *standing)
{
    return standing->folder == standing->mailbox->junk_folder;
}

/* A folder for junk that is not there holds no mail, which is worth a word. */
static bool open_folder(struct mailbox *mailbox, struct standing *standing, bool *there_r,
                        struct mailbox_view *view_r, struct err *err_r)
{
    *there_r = true;
    if (mailbox_open(mailbox, true, view_r, err_r) != MAILBOX_OK)
        return false;
    if (!is_junk(standing))
        return true;
    if (mailbox_find_folder(mailbox, standing->folder, there_r, err_r) != MAILBOX_OK)
        return false;
    if (!*there_r)
        standing->error = "there is no such folder";
    return !*there_r ||
           mailbox_examine(mailbox, standing->folder, true, view_r, err_r) == MAILBOX_OK;
}

static bool compare(struct ctl *ctl, struct mailbox *mailbox, struct standing *standing,
                    struct err *err_r)
{
    struct mailbox_view view;
    struct mailbox_item *items;
    size_t count;
    bool there;
    if (!open_folder(mailbox, standing, &there, &view, err_r))
        return false;
    if (!there)
        return true;
    if (mailbox_list(mailbox, ctl->arena, &items, &count, err_r) != MAILBOX_OK)
        return false;
    uint32_t *uids = arena_array(ctl->arena, count + 1, sizeof *uids);
    for (size_t i = 0; i < count; i++)
        uids[i] = items[i].uid;
    return registry_reconcile(ctl->registry, ctl->arena, standing->body->id,
                              standing->mailbox->name, standing->folder, view.uidvalidity, uids,
                              count, &standing->sums, err_r);
}

static void look_into(struct ctl *ctl, struct standing *standing, struct books *books)
{
    struct err err;
    struct mailbox *mailbox = mailbox_new(standing->mailbox, -1);
    standing->error = NULL;
    if (compare(ctl, mailbox, standing, &err)) {
        books->unexplained += standing->sums.unexplained;
        mailbox_close(mailbox);
    } else {
        standing->error = arena_strdup(ctl->arena, err.text);
        books->complete = false;
    }
    mailbox_free(mailbox);
}

static void add_standing(struct ctl *ctl, struct books *books, const struct conf_body *body,
                         const struct conf_mailbox *mailbox, const char *folder)
{
    books->standings = arena_grow(ctl->arena, books->standings, books->count, books->count + 1,
                                  sizeof *books->standings);
    struct standing *standing = &books->standings[books->count++];
    *standing = (struct standing){.body = body, .mailbox = mailbox, .folder = folder};
    look_into(ctl, standing, books);
}

static void add_body(struct ctl *ctl, struct books *books, const struct conf_body *body)
{
    for (size_t i = 0; i < body->mailbox_count; i++) {
        const struct conf_mailbox *mailbox = &body->mailboxes[i];
        add_standing(ctl, books, body, mailbox, mailbox->folder);
        if (mailbox->junk_folder && *mailbox->junk_folder)
            add_standing(ctl, books, body, mailbox, mailbox->junk_folder);
    }
}

static void close_books(struct ctl *ctl, struct books *books)
{
    const struct conf *conf = ctl->conf;
    *books = (struct books){.complete = true};
    for (size_t i = 0; i < conf->body_count; i++)
        if (ctl_wants_body(ctl, conf->bodies[i].id))
            add_body(ctl, books, &conf->bodies[i]);
}

/* What came in a moment ago is the daemon's to explain: it visits, then the books are closed again.
 */
static void let_daemon_visit(struct ctl *ctl, struct books *books)
{
    struct json *answer;
    struct err err;
    if (books->unexplained == 0 || !control_ask(ctl->conf, "visit", VISIT_SECONDS, &answer, &err))
        return;
    json_free(answer);
    close_books(ctl, books);
}

static struct json *standing_to_json(const struct standing *standing)
{
    struct json *object = json_object_new(), *uids = json_array_new();
    json_put_text(object, "body", standing->body->id);
    json_put_text(object, "mailbox", standing->mailbox->name);
    json_put_text(object, "folder", standing->folder);
    json_put_text(object, "error", standing->error);
    json_put_int(object, "in_mailbox", (int64_t)standing->sums.in_mailbox);
    for (int i = MESSAGE_REGISTERED; i <= MESSAGE_VANISHED; i++)
        json_put_int(object, message_state_to_text((enum message_state)i),
                     (int64_t)standing->sums.by_state[i]);
    json_put_int(object, "left_alone", (int64_t)standing->sums.left_alone);
    json_put_int(object, "unexplained", (int64_t)standing->sums.unexplained);
    for (size_t i = 0; i < standing->sums.unexplained; i++) {
        struct json *uid = json_object_new();
        json_put_int(uid, "uid", standing->sums.unexplained_uids[i]);
        json_add(uids, uid);
    }
    json_put(object, "unexplained_uids", uids);
    return object;
}

static void print_standing(struct ctl *ctl, const struct standing *standing)
{
    const struct reconciliation *sums = &standing->sums;
    const char *where = arena_printf(ctl->arena, "%s/%s (%s)", standing->body->id,
                                     standing->mailbox->name, standing->folder);
    struct text line;
    if (standing->error) {
        ctl_line(ctl, "%s: cannot be looked into: %s", where, standing->error);
        return;
    }
    text_init(&line, ctl->arena);
    for (int i = MESSAGE_REGISTERED; i <= MESSAGE_VANISHED; i++)
        text_addf(&line, ", %zu %s", sums->by_state[i],
                  message_state_to_text((enum message_state)i));
    if (is_junk(standing))
        text_addf(&line, ", %zu left alone", sums->left_alone);
    ctl_line(ctl, "%s: %zu in %s%s, %zu unexplained", where, sums->in_mailbox,
             is_junk(standing) ? "junk" : "the mailbox", line.s, sums->unexplained);
}

static void print_books(struct ctl *ctl, const struct books *books)
{
    if (ctl->json) {
        struct json *object = json_object_new(), *mailboxes = json_array_new();
        for (size_t i = 0; i < books->count; i++)
            json_add(mailboxes, standing_to_json(&books->standings[i]));
        json_put(object, "mailboxes", mailboxes);
        json_put_int(object, "unexplained", (int64_t)books->unexplained);
        ctl_print_json(ctl, object);
        return;
    }
    for (size_t i = 0; i < books->count; i++)
        print_standing(ctl, &books->standings[i]);
}

bool ctl_reconcile(struct ctl *ctl, int *exit_code_r, struct err *err_r)
{
    struct books books;
    close_books(ctl, &books);
    let_daemon_visit(ctl, &books);
    print_books(ctl, &books);
    if (!books.complete)
        return err_set(err_r, ERR_UNAVAILABLE,
                       "not every mailbox could be looked into, so the books stay open");
    *exit_code_r = books.unexplained ? EX_DATAERR : EX_OK;
    return true;
}

/* ---- status ---------------------------------------------------------------------------------- */

static struct json *counts_to_json(struct ctl *ctl, const struct registry_counts *counts)
{
    struct json *object = json_object_new();
    struct json *messages = json_object_new(), *answers = json_object_new();
    for (int i = MESSAGE_REGISTERED; i <= MESSAGE_VANISHED; i++)
        json_put_int(messages, message_state_to_text((enum message_state)i), counts->messages[i]);
    for (int i = DELIVERY_WAITING; i <= DELIVERY_BOUNCED; i++)
        json_put_int(answers, delivery_state_to_text((enum delivery_state)i),
                     counts->deliveries[i]);
    json_put_int(object, "motions", counts->motions);
    json_put(object, "messages", messages);
    json_put(object, "answers", answers);
    json_put_text(object, "last_message_at", moment_to_text(ctl->arena, counts->last_message_at));
    return object;
}

static void print_counts(struct ctl *ctl, const struct registry_counts *counts,
                         const struct unfiled_count *unfiled)
{
    printf("motions   %lld\nmessages ", (long long)counts->motions);
    for (int i = MESSAGE_REGISTERED; i <= MESSAGE_VANISHED; i++)
        if (counts->messages[i])
            printf(" %lld %s", (long long)counts->messages[i],
                   message_state_to_text((enum message_state)i));
    printf("\nanswers  ");
    for (int i = DELIVERY_WAITING; i <= DELIVERY_BOUNCED; i++)
        if (counts->deliveries[i])
            printf(" %lld %s", (long long)counts->deliveries[i],
                   delivery_state_to_text((enum delivery_state)i));
    if (unfiled->count > 0)
        printf("\ncopies    %lld not filed yet, the oldest since %s", (long long)unfiled->count,
               ctl_moment(ctl, unfiled->oldest));
    printf("\nlast mail %s\n", ctl_moment(ctl, counts->last_message_at));
}

static void print_mailboxes(struct ctl *ctl, const struct json *mailboxes)
{
    for (size_t i = 0; i < json_count(mailboxes); i++) {
        const struct json *mailbox = json_at(mailboxes, i);
        const char *text = json_text(mailbox, "text");
        ctl_line(ctl, "mailbox   %s/%s: %s since %s%s%s", json_text(mailbox, "body"),
                 json_text(mailbox, "mailbox"), json_text(mailbox, "state"),
                 json_text(mailbox, "since"), text ? ": " : "", text ? text : "");
    }
}

bool ctl_status(struct ctl *ctl, int *exit_code_r, struct err *err_r)
{
    struct registry_counts counts;
    struct unfiled_count unfiled;
    struct json *daemon = NULL;
    struct err none;
    (void)exit_code_r; /* stays 0 */
    if (!registry_count(ctl->registry, ctl->arena, &counts, err_r) ||
        !ctl_count_unfiled(ctl, &unfiled, err_r))
        return false;
    bool running = control_ask(ctl->conf, "status", 10, &daemon, &none);
    if (ctl->json) {
        struct json *object = counts_to_json(ctl, &counts);
        json_put_int(object, "unfiled", unfiled.count);
        json_put_text(object, "unfiled_since", moment_to_text(ctl->arena, unfiled.oldest));
        json_put_bool(object, "running", running);
        if (running)
            json_put(object, "daemon", daemon);
        ctl_print_json(ctl, object);
        return true;
    }
    if (running)
        printf("daemon    running (process %lld)\n", (long long)json_int(daemon, "pid"));
    else
        ctl_line(ctl, "daemon    not running: %s", none.text);
    print_mailboxes(ctl, json_get(daemon, "mailboxes"));
    print_counts(ctl, &counts, &unfiled);
    json_free(daemon);
    return true;
}
