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
#define CLAIM_SECONDS 3600 /* between two mails to the chairs of one faction */

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

static struct news news_of(struct arena *arena, const struct conf_body *body, const char *occasion)
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

/* Answers, and a note at each of these mails, in one transaction. */
static bool tell(struct clerk *clerk, const char *body, const struct replies *replies,
                 const int64_t *ids, size_t count,
                 bool (*note)(struct registry *, const char *, int64_t, int64_t, struct err *),
                 struct err *err_r)
{
    if (!registry_begin(clerk->registry, err_r))
        return false;
    bool ok = add_replies(clerk, body, 0, replies, err_r);
    for (size_t i = 0; i < count && ok; i++)
        ok = note(clerk->registry, body, ids[i], clerk_now(), err_r);
    if (ok)
        return registry_commit(clerk->registry, err_r);
    registry_rollback(clerk->registry);
    return false;
}

/* ---- tables -----------------------------------------------------------------------------------
 */

static void tell_bad(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                     const char *kind, const struct tables_mistake *bad)
{
    struct news news = news_of(arena, body, arena_printf(arena, "%s %s", kind, bad->digest));
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
    struct news news = news_of(arena, body, arena_printf(arena, "failed %s", id));
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
    int64_t last;

    if (!registry_last_occasion(clerk->registry, body->id, beginning, &last, err_r))
        return false;
    if (last != MOMENT_NONE && clerk_now() < last + PACED_SECONDS)
        return true;
    struct news news = news_of(
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

/* ---- mails that wait --------------------------------------------------------------------------
 */

/* Those of the rows that are picked, for a mail and for the notes. */
struct picked {
    struct news_mail *mails;
    int64_t *ids;
    size_t n;
};

static struct picked new_picked(struct arena *arena, size_t room)
{
    return (struct picked){.mails = arena_array(arena, room + 1, sizeof(struct news_mail)),
                           .ids = arena_array(arena, room + 1, sizeof(int64_t))};
}

static void pick(struct arena *arena, struct picked *picked, const struct waiting_mail *row)
{
    picked->ids[picked->n] = row->id;
    picked->mails[picked->n++] =
        (struct news_mail){.id = arena_printf(arena, "m%lld", (long long)row->id),
                           .arrived_at = row->arrived_at,
                           .from = row->from,
                           .subject = row->subject,
                           .title = row->title,
                           .mail_date = row->mail_date,
                           .registered_at = row->registered_at,
                           .parts = row->parts,
                           .part_count = row->part_count};
}

static bool look_for_overdue(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                             struct err *err_r)
{
    int64_t before = clerk_now() - (int64_t)body->remind_after * 3600;
    struct waiting_mail *rows;
    struct replies replies;
    size_t count;

    if (!registry_list_overdue(clerk->registry, arena, body->id, before, &rows, &count, err_r))
        return false;
    if (count == 0)
        return true;
    struct picked picked = new_picked(arena, count);
    for (size_t i = 0; i < count; i++)
        pick(arena, &picked, &rows[i]);
    struct news news = news_of(
        arena, body, arena_printf(arena, "reminder %s", moment_to_text(arena, clerk_now())));
    news_reminder(arena, &news, picked.mails, picked.n, &replies);
    return tell(clerk, body->id, &replies, picked.ids, picked.n, registry_note_reminded, err_r);
}

/* The one faction that all rows from first on of the same mail name, or NULL; *next_r is behind
 * them. */
static const struct conf_faction *find_one_faction(const struct conf_body *body,
                                                   const struct waiting_mail *rows, size_t count,
                                                   size_t first, size_t *next_r)
{
    const struct conf_faction *faction = trust_find_faction(body, rows[first].faction);
    size_t i;

    for (i = first; i < count && rows[i].id == rows[first].id; i++)
        if (trust_find_faction(body, rows[i].faction) != faction)
            faction = NULL;
    *next_r = i;
    return faction;
}

static bool tell_chairs(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                        const struct conf_faction *faction, const struct picked *picked,
                        struct err *err_r)
{
    const char *beginning = arena_printf(arena, "chairs %s ", faction->title);
    struct replies replies;
    int64_t last;

    if (!registry_last_occasion(clerk->registry, body->id, beginning, &last, err_r))
        return false;
    if (last != MOMENT_NONE && clerk_now() < last + CLAIM_SECONDS)
        return true; /* gathered until then */
    struct news news = news_of(
        arena, body, arena_printf(arena, "%s%s", beginning, moment_to_text(arena, clerk_now())));
    news_claim(arena, &news, faction, picked->mails, picked->n, &replies);
    return replies.n == 0 ||
           tell(clerk, body->id, &replies, picked->ids, picked->n, registry_note_claim_told, err_r);
}

static bool look_for_claims(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                            struct err *err_r)
{
    struct waiting_mail *rows;
    size_t count;
    bool ok = registry_list_claims(clerk->registry, arena, body->id, &rows, &count, err_r);

    for (size_t k = 0; ok && count > 0 && k < body->faction_count; k++) {
        struct picked picked = new_picked(arena, count);
        size_t next;
        for (size_t i = 0; i < count; i = next)
            if (find_one_faction(body, rows, count, i, &next) == &body->factions[k])
                pick(arena, &picked, &rows[i]);
        if (picked.n > 0)
            ok = tell_chairs(clerk, arena, body, &body->factions[k], &picked, err_r);
    }
    return ok;
}

/* ---- all of it --------------------------------------------------------------------------------
 */

void chores_run_body(struct clerk *clerk, const struct conf_body *body)
{
    static bool (*const looks[])(struct clerk *, struct arena *, const struct conf_body *,
                                 struct err *) = {
        look_for_failures,
        look_for_paced,
        look_for_overdue,
        look_for_claims,
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

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    struct clerk *clerk = context;
    (void)fd, (void)what;
    chores_run(clerk);
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
    chores->timer = event_new(clerk->base, -1, EV_PERSIST, on_timer, clerk);
    if (!chores->timer)
        panic("clerk: no event can be made");
    evtimer_add(chores->timer, &(struct timeval){.tv_sec = PERIOD_SECONDS});
    if (!read_all(clerk, err_r))
        return false;
    for (size_t i = 0; i < own->body_count; i++)
        if (chores->bodies[i].template_directory)
            read_templates(clerk, &chores->bodies[i]);
    for (size_t i = 0; i < own->body_count; i++)
        chores_run_body(clerk, &chores->bodies[i]);
    return true;
}

void chores_close(struct clerk *clerk)
{
    struct chores *chores = clerk->chores;

    event_free(chores->timer);
    for (size_t i = 0; i < chores->conf.body_count; i++)
        tables_free(chores->tables[i]);
    arena_free(chores->arena);
    free(chores);
}
