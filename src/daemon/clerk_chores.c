/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the clerk does by the clock: tables that changed are read again, and office and chairs are
 * told of what no arriving mail tells them.  All that was told stands in the registry, so that
 * neither a crash nor a restart tells it twice or not at all.
 */
#include "daemon/clerk_p.h"

#include "base/digest.h"
#include "pipeline/tables.h"
#include "reply/news.h"
#include "reply/overrides.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#define PERIOD_SECONDS 60

struct chores {
    struct arena *arena; /* of bodies and tables */
    struct event *timer;
    struct conf conf;         /* the clerk's: its bodies are the ones below */
    struct conf_body *bodies; /* with what their tables say now */
    struct tables **tables;
};

static void complain(const char *body, const struct err *err)
{
    log_event(LOG_ERROR, "chores", "body", body, "error", err->text, NULL);
}

/* ---- telling ----------------------------------------------------------------------------------
 */

struct news chores_news(struct arena *arena, const struct conf_body *body, const char *occasion)
{
    return (struct news){
        .body = body, .now = clerk_now(), .token = clerk_fresh_token(arena), .occasion = occasion};
}

static bool add_replies(struct clerk *clerk, const char *body, int64_t message,
                        const struct replies *replies, struct err *err_r)
{
    for (size_t i = 0; i < replies->n; i++)
        if (!registry_add_reply(clerk->registry, body, message, &replies->v[i], clerk_now(), err_r))
            return false;
    return true;
}

/* ---- tables -----------------------------------------------------------------------------------
 */

static void tell_bad(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                     const char *kind, const struct tables_mistake *bad)
{
    struct news news = chores_news(arena, body, arena_printf(arena, "%s %s", kind, bad->digest));
    struct replies replies;
    struct err err;

    for (size_t i = 0; i < bad->mistakes.n; i++)
        log_event(LOG_ERROR, "file-refused", "body", body->id, "mistake", bad->mistakes.v[i], NULL);
    news_bad_file(arena, &news, bad->path, &bad->mistakes, &replies);
    if (!add_replies(clerk, body->id, 0, &replies, &err))
        complain(body->id, &err);
}

static void note_meetings(struct clerk *clerk, const struct conf_body *body)
{
    struct err err;
    size_t moved;

    if (!registry_note_meetings(clerk->registry, body, clerk_now(), &moved, &err))
        complain(body->id, &err);
    else if (moved > 0)
        log_event(LOG_INFO, "meetings-moved", "body", body->id, "motions", log_int((int64_t)moved),
                  NULL);
}

static bool refresh(struct clerk *clerk, size_t i, struct err *err_r)
{
    static const char *const kinds[] = {"roster-file", "meetings-file"};
    struct chores *chores = clerk->chores;
    struct arena *arena = arena_new();
    struct tables_news news;
    bool ok = tables_refresh(chores->tables[i], &chores->bodies[i], arena, &news, err_r);

    for (int kind = 0; kind < 2; kind++)
        if (news.bad[kind])
            tell_bad(clerk, arena, &chores->bodies[i], kinds[kind], news.bad[kind]);
    if (news.changed && !news.bad[0] && !news.bad[1])
        log_event(LOG_INFO, "tables-read", "body", chores->bodies[i].id, NULL);
    if (news.changed)
        note_meetings(clerk, &chores->bodies[i]);
    arena_free(arena);
    return ok;
}

void chores_refresh(struct clerk *clerk, const struct conf_body *body)
{
    struct err err;

    if (!refresh(clerk, (size_t)(body - clerk->chores->bodies), &err))
        complain(body->id, &err);
}

/* ---- answers that failed ----------------------------------------------------------------------
 */

static void tell_failed(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                        const struct delivery *delivery)
{
    const char *id = arena_printf(arena, "o%lld", (long long)delivery->id);
    struct news news = chores_news(arena, body, arena_printf(arena, "failed %s", id));
    const struct news_answer answer = {
        .id = id,
        .kind = delivery->kind,
        .number = delivery->number,
        .message = delivery->message == 0
                       ? NULL
                       : arena_printf(arena, "m%lld", (long long)delivery->message),
        .to = delivery->to,
        .subject = delivery->subject,
        .response = delivery->response,
    };
    struct replies replies;
    struct err err;

    news_failed(arena, &news, &answer, &replies);
    if (!add_replies(clerk, body->id, delivery->message, &replies, &err))
        complain(body->id, &err);
}

static bool look_for_failures(struct clerk *clerk, struct arena *arena,
                              const struct conf_body *body, struct err *err_r)
{
    struct delivery *rows;
    size_t count;

    if (!texts_has(&body->notify, "failed"))
        return true;
    if (!registry_list_untold_failures(clerk->registry, arena, body->id, &rows, &count, err_r))
        return false;
    for (size_t i = 0; i < count; i++)
        tell_failed(clerk, arena, body, &rows[i]);
    return true;
}

#define PACED_SECONDS 86400 /* between two mails about one faction */

static bool tell_paced(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                       const struct paced_answers *row, struct err *err_r)
{
    const char *beginning = arena_printf(arena, "paced %s: ", row->whose);
    struct replies replies;
    int64_t last, now = clerk_now();

    if (!registry_last_occasion(clerk->registry, body->id, beginning, now, &last, err_r))
        return false;
    if (last != MOMENT_NONE && now < last + PACED_SECONDS)
        return true;
    struct news news = chores_news(
        arena, body, arena_printf(arena, "%s%s", beginning, moment_to_text(arena, clerk_now())));
    log_event(LOG_WARN, "answers-paced", "body", body->id, "whose", row->whose, NULL);
    news_paced(arena, &news, row->whose, row->count, row->last_due, &replies);
    return add_replies(clerk, body->id, 0, &replies, err_r);
}

static bool look_for_paced(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                           struct err *err_r)
{
    struct paced_answers *rows;
    size_t count;
    bool ok =
        registry_list_paced(clerk->registry, arena, body->id, clerk_now(), &rows, &count, err_r);

    for (size_t i = 0; ok && i < count; i++)
        ok = tell_paced(clerk, arena, body, &rows[i], err_r);
    return ok;
}

/* ---- all of it --------------------------------------------------------------------------------
 */

void chores_run_body(struct clerk *clerk, const struct conf_body *body)
{
    static chore *const looks[] = {
        look_for_failures,    look_for_paced,     chores_tell_held,     chores_tell_overdue,
        chores_tell_expiring, chores_tell_claims, chores_tell_misfiled, book_look,
    };
    struct arena *arena = arena_new();
    struct err err;

    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        if (!looks[i](clerk, arena, body, &err))
            complain(body->id, &err);
    arena_free(arena);
}

void chores_run(struct clerk *clerk)
{
    for (size_t i = 0; i < clerk->conf->body_count; i++) {
        chores_refresh(clerk, &clerk->conf->bodies[i]);
        chores_run_body(clerk, &clerk->conf->bodies[i]);
    }
}

/* A clock that was ahead let answers wait for days that do not come. */
static void look_at_clock(struct clerk *clerk)
{
    struct err err;
    size_t count;

    if (!registry_reschedule(clerk->registry, clerk_now(), &count, &err))
        complain("", &err);
    else if (count > 0)
        log_event(LOG_WARN, "clock-was-ahead", "answers", log_int((int64_t)count), NULL);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    struct clerk *clerk = context;
    (void)fd, (void)what;
    look_at_clock(clerk);
    chores_run(clerk);
    retention_run(clerk);
    outbox_run(clerk);
}

/* ---- life -------------------------------------------------------------------------------------
 */

static bool read_all(struct clerk *clerk, struct err *err_r)
{
    for (size_t i = 0; i < clerk->conf->body_count; i++) {
        if (!refresh(clerk, i, err_r))
            return false;
        note_meetings(clerk, &clerk->chores->bodies[i]);
    }
    return true;
}

/* What is wrong with one falls back to the built-in text, and is told. */
static void read_templates(struct clerk *clerk, struct conf_body *body)
{
    struct arena *arena = arena_new();
    struct tables_mistake bad = {.path = body->template_directory};

    body->templates = template_set_read(clerk->chores->arena, body->template_directory,
                                        body->language, &bad.mistakes);
    if (bad.mistakes.n > 0) {
        const char *all = text_join(arena, &bad.mistakes, "\n");
        bad.digest = digest_hex(arena, all, strlen(all));
        tell_bad(clerk, arena, body, "template-directory", &bad);
    }
    arena_free(arena);
}

bool chores_open(struct clerk *clerk, struct err *err_r)
{
    const struct conf *own = clerk->conf;
    struct chores *chores = xcalloc(1, sizeof *chores);

    chores->arena = arena_new();
    chores->conf = *own;
    chores->bodies = arena_array(chores->arena, own->body_count + 1, sizeof *chores->bodies);
    chores->tables = arena_array(chores->arena, own->body_count + 1, sizeof *chores->tables);
    for (size_t i = 0; i < own->body_count; i++) {
        chores->bodies[i] = own->bodies[i];
        chores->tables[i] = tables_new(&own->bodies[i], own->state_directory, true);
    }
    chores->conf.bodies = chores->bodies;
    clerk->chores = chores;
    clerk->conf = &chores->conf;
    book_open(clerk);
    chores->timer = event_new(clerk->base, -1, EV_PERSIST, on_timer, clerk);
    if (!chores->timer)
        panic("clerk: no event can be made");
    evtimer_add(chores->timer, &(struct timeval){.tv_sec = PERIOD_SECONDS});
    if (!read_all(clerk, err_r))
        return false;
    for (size_t i = 0; i < own->body_count; i++)
        if (chores->bodies[i].template_directory)
            read_templates(clerk, &chores->bodies[i]);
    look_at_clock(clerk);
    for (size_t i = 0; i < own->body_count; i++)
        chores_run_body(clerk, &chores->bodies[i]);
    retention_run(clerk);
    return true;
}

void chores_close(struct clerk *clerk)
{
    struct chores *chores = clerk->chores;

    book_close(clerk);
    event_free(chores->timer);
    for (size_t i = 0; i < chores->conf.body_count; i++)
        tables_free(chores->tables[i]);
    arena_free(chores->arena);
    free(chores);
}
