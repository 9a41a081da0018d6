/* SPDX-License-Identifier: EUPL-1.2 */
/* antragctl book: the day's book as the office gets it, or what would stand in it now. */
#include "ctl/ctl.h"
#include "ctl/rows.h"
#include "daemon/control.h"
#include "registry/book.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define PATIENCE_SECONDS 10

/* ---- JSON ------------------------------------------------------------------------------------ */

static struct json *motion_to_json(struct ctl *ctl, const struct book_motion *motion)
{
    struct json *object = json_object_new(), *consultations = json_array_new();
    json_put_text(object, "number", motion->number);
    json_put_text(object, "kind", motion_kind_to_text(motion->kind));
    json_put_text(object, "title", motion->title);
    json_put_bool(object, "confidential", motion->confidential);
    json_put_texts(object, "factions", &motion->factions);
    json_put_texts(object, "named", &motion->named);
    json_put_text(object, "state", motion_state_to_text(motion->state));
    json_put_text(object, "arrived_at", moment_to_text(ctl->arena, motion->arrived_at));
    for (size_t i = 0; i < motion->consultation_count; i++) {
        const struct decided_consultation *one = &motion->consultations[i];
        struct json *child = json_object_new();
        json_put_text(child, "organization", one->organization);
        json_put_text(child, "meeting_date", day_to_text(ctl->arena, one->meeting));
        json_put(child, "deadline", rows_deadline_to_json(ctl, &one->deadline));
        json_add(consultations, child);
    }
    json_put(object, "consultations", consultations);
    json_put(object, "deadline", rows_deadline_to_json(ctl, &motion->deadline));
    return object;
}

static struct json *change_to_json(struct ctl *ctl, const struct book_change *change)
{
    struct json *object = json_object_new();
    json_put_text(object, "event", change->event);
    json_put_text(object, "number", change->number);
    json_put_text(object, "title", change->title);
    json_put_text(object, "at", moment_to_text(ctl->arena, change->at));
    json_put_text(object, "actor", change->actor);
    return object;
}

static struct json *count_to_json(const struct book_count *count)
{
    struct json *object = json_object_new();
    json_put_text(object, "state", message_state_to_text(count->state));
    json_put_text(object, "row", count->row);
    json_put_int(object, "count", (int64_t)count->n);
    return object;
}

static struct json *held_to_json(struct ctl *ctl, const struct book_held *held)
{
    struct json *object = json_object_new();
    json_put_text(object, "id", held->id);
    json_put_text(object, "row", held->row);
    json_put_text(object, "arrived_at", moment_to_text(ctl->arena, held->arrived_at));
    json_put_text(object, "registered_at", moment_to_text(ctl->arena, held->registered_at));
    json_put_text(object, "from", held->from);
    json_put_text(object, "subject", held->subject);
    return object;
}

static struct json *answers_to_json(const struct book_answer *rows, size_t count)
{
    struct json *array = json_array_new();
    for (size_t i = 0; i < count; i++) {
        struct json *object = json_object_new();
        json_put_text(object, "id", rows[i].id);
        json_put_text(object, "kind", reply_kind_to_text(rows[i].kind));
        json_put_text(object, "number", rows[i].number);
        json_put_text(object, "to", rows[i].to);
        json_put_text(object, "response", rows[i].response);
        json_add(array, object);
    }
    return array;
}

static struct json *mailbox_to_json(struct ctl *ctl, const struct book *book,
                                    const struct book_mailbox *mailbox)
{
    struct json *object = json_object_new();
    json_put_text(object, "mailbox", mailbox->name);
    json_put_text(object, "folder", mailbox->folder);
    json_put_text(object, "visited_at", moment_to_text(ctl->arena, mailbox->visited_at));
    if (mailbox->counted)
        json_put_int(object, "in_mailbox", (int64_t)mailbox->seen);
    else
        json_put_null(object, "in_mailbox");
    json_put_int(object, "unexplained", (int64_t)mailbox->unexplained);
    json_put_text(object, "trouble", mailbox->trouble);
    json_put_bool(object, "well", book_mailbox_is_well(book, mailbox));
    return object;
}

static void put_happenings(struct ctl *ctl, struct json *object, const struct book *book)
{
    struct json *motions = json_array_new(), *changes = json_array_new();
    struct json *counts = json_array_new();
    for (size_t i = 0; i < book->motion_count; i++)
        json_add(motions, motion_to_json(ctl, &book->motions[i]));
    for (size_t i = 0; i < book->change_count; i++)
        json_add(changes, change_to_json(ctl, &book->changes[i]));
    for (size_t i = 0; i < book->count_count; i++)
        json_add(counts, count_to_json(&book->counts[i]));
    json_put(object, "motions", motions);
    json_put(object, "changes", changes);
    json_put(object, "without_number", counts);
    json_put(object, "failed", answers_to_json(book->failed, book->failed_count));
}

static void put_present(struct ctl *ctl, struct json *object, const struct book *book)
{
    struct json *held = json_array_new(), *mailboxes = json_array_new();
    for (size_t i = 0; i < book->held_count; i++)
        json_add(held, held_to_json(ctl, &book->held[i]));
    for (size_t i = 0; i < book->mailbox_count; i++)
        json_add(mailboxes, mailbox_to_json(ctl, book, &book->mailboxes[i]));
    json_put(object, "held", held);
    json_put(object, "waiting", answers_to_json(book->waiting, book->waiting_count));
    json_put(object, "mailboxes", mailboxes);
    json_put_int(object, "unexplained", (int64_t)book_unexplained(book));
}

static struct json *book_to_json(struct ctl *ctl, const struct conf_body *body,
                                 const struct book *book)
{
    struct json *object = json_object_new();
    json_put_text(object, "body", body->id);
    json_put_text(object, "day", day_to_text(ctl->arena, book->day));
    json_put_text(object, "since", moment_to_text(ctl->arena, book->since));
    json_put_text(object, "until", moment_to_text(ctl->arena, book->until));
    put_happenings(ctl, object, book);
    if (!book->past)
        put_present(ctl, object, book);
    return object;
}

/* ---- for people ------------------------------------------------------------------------------ */

static void print_text(struct ctl *ctl, const char *text)
{
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");
        ctl_line(ctl, "%.*s", (int)n, text);
        text += n + (text[n] != '\0');
    }
}

static void print_book(struct ctl *ctl, const struct conf_body *body, const struct book *book)
{
    const char *subject, *text;
    book_write(ctl->arena, body, book, &subject, &text);
    ctl_line(ctl, "%s", subject);
    puts("");
    print_text(ctl, text);
}

/* ---- all of it ------------------------------------------------------------------------------- */

/* What the daemon says is wrong with the mailboxes, where it runs. */
static void add_troubles(struct ctl *ctl, const struct json *status, const struct conf_body *body,
                         struct book *book)
{
    const struct json *list = json_get(status, "mailboxes");
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *one = json_at(list, i);
        for (size_t k = 0; k < book->mailbox_count; k++)
            if (text_equal(json_text(one, "body"), body->id) &&
                text_equal(json_text(one, "mailbox"), book->mailboxes[k].name))
                book->mailboxes[k].trouble = arena_strdup(ctl->arena, json_text(one, "text"));
    }
}

static bool read_book(struct ctl *ctl, const struct conf_body *body, struct day day,
                      const struct json *status, struct book *book_r, struct err *err_r)
{
    int64_t now = (int64_t)time(NULL);
    if (!day_is_none(day))
        return registry_read_past_book(ctl->registry, ctl->arena, body, day, book_r, err_r);
    if (!registry_read_book(ctl->registry, ctl->arena, body, moment_day(now), now, book_r, err_r))
        return false;
    add_troubles(ctl, status, body, book_r);
    return true;
}

static bool print_all(struct ctl *ctl, struct day day, const struct json *status,
                      struct json *array, struct err *err_r)
{
    bool several = false;
    for (size_t i = 0; i < ctl->conf->body_count; i++) {
        const struct conf_body *body = &ctl->conf->bodies[i];
        struct book book;
        if (!ctl_wants_body(ctl, body->id))
            continue;
        if (!read_book(ctl, body, day, status, &book, err_r))
            return false;
        if (ctl->json) {
            json_add(array, book_to_json(ctl, body, &book));
            continue;
        }
        if (several)
            puts("");
        several = true;
        print_book(ctl, body, &book);
    }
    return true;
}

bool ctl_book(struct ctl *ctl, int *exit_code_r, struct err *err_r)
{
    struct json *status = NULL, *array;
    struct day day = DAY_NONE;
    struct err silence;
    (void)exit_code_r; /* stays 0 */
    if (ctl->day && !day_parse(ctl->day, &day))
        return err_set(err_r, ERR_USAGE, "--day: \"%s\" is not a day; write it like 2015-09-24",
                       ctl->day);
    if (day_is_none(day) && !control_ask(ctl->conf, "status", PATIENCE_SECONDS, &status, &silence))
        status = NULL; /* no daemon: the registry says when mailboxes were visited */
    array = json_array_new();
    bool ok = print_all(ctl, day, status, array, err_r);
    json_free(status);
    if (ok && ctl->json)
        ctl_print_json(ctl, array);
    else
        json_free(array);
    return ok;
}
