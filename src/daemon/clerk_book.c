/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Once a day and body: the book for the office, and with list-mode "daily" the mail for the list.
 * Both, what they hold and the day they are of are one transaction, so that neither a crash nor a
 * restart makes one twice or leaves something out.
 */
#include "daemon/clerk_p.h"

#include "daemon/monotonic.h"
#include "registry/book.h"

#include <stdlib.h>

/* How long a book that is due waits for mails on their way to get their outcome. */
#define PATIENCE_SECONDS (15 * 60)

/* ---- when ------------------------------------------------------------------------------------ */

static bool is_visiting(const struct clerk *clerk, const struct conf_body *body)
{
    for (size_t i = 0; i < clerk->health_count; i++)
        if (clerk->health[i].visiting && text_equal(clerk->health[i].body, body->id))
            return true;
    return false;
}

/* After a start every mailbox is visited first: what came meanwhile belongs to the book. */
static bool is_settled(const struct clerk *clerk, const struct conf_body *body, struct day day)
{
    int64_t due = moment_from_local(day, body->book_at);
    return (clerk_now() >= due + PATIENCE_SECONDS &&
            monotonic_seconds() >= clerk->started_at + PATIENCE_SECONDS) ||
           (clerk->round_ended > 0 && intake_is_empty(clerk) && !is_visiting(clerk, body));
}

/* The first book of a body begins now, and is not written; so does the next one where all that were
 * made are of days that a clock went ahead to. */
static bool recall(struct clerk *clerk, const struct conf_body *body, struct book_memory *memory,
                   struct err *err_r)
{
    struct day today = book_day(body, clerk_now());
    if ((body->list_mode == CONF_LIST_EACH &&
         !registry_free_entries(clerk->registry, body->id, clerk_now(), err_r)) ||
        !registry_last_book(clerk->registry, body->id, clerk_now(), &memory->day, err_r))
        return false;
    if (day_is_none(memory->day) && !day_is_none(today)) {
        if (!registry_begin_books(clerk->registry, body->id, today, clerk_now(), err_r))
            return false;
        memory->day = today;
    }
    memory->known = true;
    memory->at = clerk_now();
    return true;
}

/* ---- making it ------------------------------------------------------------------------------- */

/* What is due for one body, before it is committed. */
struct due {
    struct book book;
    struct replies to_office;
    struct daily_entry *entries;
    size_t entry_count;
    struct replies to_list;
};

static void add_troubles(const struct clerk *clerk, const struct conf_body *body, struct book *book)
{
    for (size_t i = 0; i < clerk->health_count; i++) {
        const struct health *health = &clerk->health[i];
        for (size_t k = 0; k < book->mailbox_count; k++)
            if (health->text[0] != '\0' && text_equal(health->body, body->id) &&
                text_equal(health->mailbox, book->mailboxes[k].name))
                book->mailboxes[k].trouble = health->text;
    }
}

/* What a clock that was ahead sent of this day does not stand for what is sent in its time. */
static struct news news_of(struct arena *arena, const struct conf_body *body, const char *what,
                           const struct book *book)
{
    const char *day = day_to_text(arena, book->day);
    const char *occasion = book->again ? arena_printf(arena, "%s %s behind %lld", what, day,
                                                      (long long)book->first_event)
                                       : arena_printf(arena, "%s %s", what, day);
    return (struct news){
        .body = body, .now = clerk_now(), .token = clerk_fresh_token(arena), .occasion = occasion};
}

static bool write_book(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                       struct due *due, struct day day, struct err *err_r)
{
    if (!registry_read_book(clerk->registry, arena, body, day, clerk_now(), &due->book, err_r))
        return false;
    add_troubles(clerk, body, &due->book);
    struct news news = news_of(arena, body, "book", &due->book);
    if (!book_is_empty(&due->book))
        book_render(arena, &news, &due->book, &due->to_office);
    return true;
}

static bool write_daily(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                        struct due *due, struct err *err_r)
{
    struct news news = news_of(arena, body, "list", &due->book);
    if (body->list_mode != CONF_LIST_DAILY || body->list == NULL)
        return true;
    if (!registry_list_entries(clerk->registry, arena, body->id, &due->entries, &due->entry_count,
                               err_r))
        return false;
    if (due->entry_count > 0)
        daily_render(arena, &news, due->book.day, due->entries, due->entry_count, &due->to_list);
    return true;
}

static bool add_replies(struct clerk *clerk, const struct conf_body *body,
                        const struct replies *replies, struct err *err_r)
{
    for (size_t i = 0; i < replies->n; i++)
        if (!registry_add_reply(clerk->registry, body->id, 0, &replies->v[i], clerk_now(), err_r))
            return false;
    return true;
}

static bool keep(struct clerk *clerk, const struct conf_body *body, const struct due *due,
                 struct err *err_r)
{
    struct day last = clerk->books[body - clerk->conf->bodies].day;
    if (!registry_begin(clerk->registry, err_r))
        return false;
    bool ok = add_replies(clerk, body, &due->to_office, err_r) &&
              add_replies(clerk, body, &due->to_list, err_r) &&
              (due->to_list.n == 0 ||
               registry_gather(clerk->registry, due->entries, due->entry_count,
                               due->to_list.v[0].message_id, clerk_now(), err_r)) &&
              registry_note_book(clerk->registry, body->id, last, &due->book, err_r);
    if (ok)
        return registry_commit(clerk->registry, err_r);
    registry_rollback(clerk->registry);
    return false;
}

static bool make(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                 struct day day, struct err *err_r)
{
    struct due due = {0};
    if (!write_book(clerk, arena, body, &due, day, err_r) ||
        !write_daily(clerk, arena, body, &due, err_r) || !keep(clerk, body, &due, err_r))
        return false;
    log_event(LOG_INFO, "book", "body", body->id, "day", day_to_text(arena, day), "motions",
              log_int((int64_t)due.book.motion_count), "unexplained",
              log_int((int64_t)book_unexplained(&due.book)), "answers",
              log_int((int64_t)(due.to_office.n + due.to_list.n)), "gathered",
              log_int((int64_t)due.entry_count), NULL);
    return true;
}

bool book_look(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
               struct err *err_r)
{
    struct book_memory *memory = &clerk->books[body - clerk->conf->bodies];
    if ((!memory->known || moment_is_ahead(memory->at, clerk_now())) &&
        !recall(clerk, body, memory, err_r))
        return false;
    struct day day = book_day(body, clerk_now());
    if (day_is_none(day) || (!day_is_none(memory->day) && day.n <= memory->day.n) ||
        !is_settled(clerk, body, day))
        return true;
    if (!make(clerk, arena, body, day, err_r))
        return false;
    memory->day = day;
    memory->at = clerk_now();
    return true;
}

void book_run(struct clerk *clerk)
{
    for (size_t i = 0; i < clerk->conf->body_count; i++) {
        struct arena *arena = arena_new();
        struct err err;
        if (!book_look(clerk, arena, &clerk->conf->bodies[i], &err))
            log_event(LOG_ERROR, "book", "body", clerk->conf->bodies[i].id, "error", err.text,
                      NULL);
        arena_free(arena);
    }
}

/* ---- life ------------------------------------------------------------------------------------ */

void book_open(struct clerk *clerk)
{
    clerk->books = xcalloc(clerk->conf->body_count + 1, sizeof *clerk->books);
    clerk->started_at = monotonic_seconds();
}

void book_close(struct clerk *clerk)
{
    free(clerk->books);
}
