/* SPDX-License-Identifier: EUPL-1.2 */
#include "reply/news.h"

#include "base/digest.h"
#include "decision/say.h"
#include "reply/render.h"
#include "reply/words.h"

#include <string.h>

#define LENGTH 200
#define MISTAKES_MAX 20

struct telling {
    struct reply_input input;
    struct rendering rendering;
    const struct news *news;
};

static void begin(struct telling *telling, struct arena *arena, const struct news *news)
{
    telling->news = news;
    telling->input =
        (struct reply_input){.body = news->body, .registered_at = news->now, .token = news->token};
    render_begin(&telling->rendering, arena, &telling->input);
    values_init_body(&telling->rendering.common, arena, news->body);
}

static void set(struct telling *telling, const char *name, const char *text)
{
    values_set(&telling->rendering.common, name,
               values_showable(telling->rendering.arena, text, LENGTH));
}

static void tell_office(struct telling *telling, const char *template, const char *number)
{
    const struct texts *office = &telling->news->body->office;

    for (size_t i = 0; i < office->n; i++)
        render_add(&telling->rendering,
                   &(struct order){.kind = REPLY_NOTICE,
                                   .template = template,
                                   .to = office->v[i],
                                   .number = number,
                                   .occasion = telling->news->occasion},
                   &telling->rendering.common);
}

/* Why it failed and what helps, as far as the server's answer says. */
static void set_report(struct telling *telling, const char *response)
{
    struct values *values = &telling->rendering.common;
    struct mail_report report;

    if (response == NULL)
        return;
    report_read_response(telling->rendering.arena, response, &report);
    set(telling, "response", report.diagnostic);
    set(telling, "reason", reply_words(telling->news->body->language)->reasons[report.reason]);
    values_set(values, "dead", report_is_dead(&report) ? "1" : NULL);
    values_set(values, "final", report.outlook == REPORT_FINAL ? "1" : NULL);
    values_set(values, "passing", report.outlook == REPORT_PASSING ? "1" : NULL);
}

void news_failed(struct arena *arena, const struct news *news, const struct news_answer *answer,
                 struct replies *replies_r)
{
    struct telling telling;

    *replies_r = (struct replies){0};
    if (!texts_has(&news->body->notify, "failed"))
        return;
    begin(&telling, arena, news);
    set(&telling, "answer", answer->id);
    set(&telling, "answer_kind", reply_words(news->body->language)->answers[answer->kind]);
    set(&telling, "answer_to", answer->to);
    set(&telling, "answer_subject", answer->subject);
    set_report(&telling, answer->response);
    set(&telling, "number", answer->number);
    set(&telling, "message", answer->message);
    tell_office(&telling, "failed", answer->number);
    *replies_r = telling.rendering.replies;
}

void news_paced(struct arena *arena, const struct news *news, const char *whose, size_t count,
                int64_t last, struct replies *replies_r)
{
    const char *language = news->body->language;
    struct telling telling;

    *replies_r = (struct replies){0};
    if (!texts_has(&news->body->notify, "failed"))
        return;
    begin(&telling, arena, news);
    set(&telling, "answer_to", whose);
    set(&telling, "several", arena_printf(arena, "%zu", count));
    set(&telling, "until", say_moment(arena, language, last));
    tell_office(&telling, "paced", NULL);
    *replies_r = telling.rendering.replies;
}

/* ---- mails that wait --------------------------------------------------------------------------
 */

/* 96 bits that only who has the mail in hand knows: the Message-ID stands in logs of servers. */
#define TOKEN_LENGTH 24

static const char *draw_token(struct arena *arena, const struct news *news, const char *to)
{
    const char *seed = arena_printf(arena, "%s %s", news->secret, to);

    return arena_strndup(arena, digest_hex(arena, seed, strlen(seed)), TOKEN_LENGTH);
}

/* To each of the office, with a token of its own. */
static void ask_office(struct telling *telling, const char *template)
{
    struct arena *arena = telling->rendering.arena;
    const struct news *news = telling->news;
    const struct texts *office = &news->body->office;

    for (size_t i = 0; i < office->n; i++) {
        struct values values = telling->rendering.common;
        struct order order = {.kind = REPLY_NOTICE,
                              .template = template,
                              .to = office->v[i],
                              .occasion = news->occasion};

        if (news->secret != NULL)
            order.token = draw_token(arena, news, office->v[i]);
        values_set(&values, "token", order.token);
        render_add(&telling->rendering, &order, &values);
    }
}

static void tell_waiting(struct arena *arena, const struct news *news, const char *template,
                         const struct news_mail *mails, size_t count, size_t left,
                         struct replies *replies_r)
{
    struct telling telling;

    *replies_r = (struct replies){0};
    if (count == 0)
        return;
    begin(&telling, arena, news);
    waiting_set_decidable(&telling.rendering.common, mails, count);
    values_set(&telling.rendering.common, "more",
               left > 0 ? arena_printf(arena, "%zu", left) : NULL);
    ask_office(&telling, template);
    *replies_r = telling.rendering.replies;
}

void news_held(struct arena *arena, const struct news *news, const struct news_mail *mails,
               size_t count, size_t left, struct replies *replies_r)
{
    tell_waiting(arena, news, "held", mails, count, left, replies_r);
}

void news_reminder(struct arena *arena, const struct news *news, const struct news_mail *mails,
                   size_t count, size_t left, struct replies *replies_r)
{
    bool wanted = texts_has(&news->body->notify, "held");

    tell_waiting(arena, news, "reminder", mails, wanted ? count : 0, left, replies_r);
}

/* False: there is none of which to tell. */
static bool begin_list(struct telling *telling, struct arena *arena, const struct news *news,
                       const struct news_mail *mails, size_t count, struct replies *replies_r)
{
    *replies_r = (struct replies){0};
    if (count == 0)
        return false;
    begin(telling, arena, news);
    waiting_set_mails(&telling->rendering.common, mails, count);
    return true;
}

void news_misfiled(struct arena *arena, const struct news *news, const char *folder,
                   const struct news_mail *mails, size_t count, struct replies *replies_r)
{
    struct telling telling;

    if (!begin_list(&telling, arena, news, mails, count, replies_r))
        return;
    set(&telling, "path", folder);
    tell_office(&telling, "junk", NULL);
    *replies_r = telling.rendering.replies;
}

void news_expiring(struct arena *arena, const struct news *news, const struct news_mail *mails,
                   size_t count, int64_t erased_from, struct replies *replies_r)
{
    struct telling telling;

    if (!begin_list(&telling, arena, news, mails, count, replies_r))
        return;
    set(&telling, "until", say_moment(arena, news->body->language, erased_from));
    tell_office(&telling, "expiring", NULL);
    *replies_r = telling.rendering.replies;
}

/* ---- what a reply decided ---------------------------------------------------------------------
 */

static void add_order(struct telling *telling, struct text *list, const struct news_order *one)
{
    struct arena *arena = telling->rendering.arena;
    const struct reply_words *words = reply_words(telling->news->body->language);
    const struct office_order *order = one->order;

    text_addf(list, "%s  %s %s", list->len == 0 ? "" : "\n", order->id, words->orders[order->verb]);
    if (order->faction != NULL)
        text_addf(list, " %s", order->faction->title);
    if (order->title != NULL || order->reason != NULL)
        text_addf(
            list, ": %s",
            values_showable(arena, order->title != NULL ? order->title : order->reason, LENGTH));
    text_addf(list, "\n    %s", words->outcomes[one->outcome]);
    if (one->why != NULL)
        text_addf(list, ": %s", values_showable(arena, one->why, LENGTH));
}

static const char *list_unclear(struct arena *arena, const struct texts *lines)
{
    struct text list;

    text_init(&list, arena);
    for (size_t i = 0; i < lines->n; i++)
        text_addf(&list, "%s  %s", i == 0 ? "" : "\n", values_showable(arena, lines->v[i], LENGTH));
    return list.s;
}

void news_decided(struct arena *arena, const struct news *news, const struct news_reply *reply,
                  struct replies *replies_r)
{
    struct telling telling;
    struct values *values = &telling.rendering.common;
    struct text list;
    bool done = false;

    begin(&telling, arena, news);
    text_init(&list, arena);
    for (size_t i = 0; i < reply->count; i++) {
        add_order(&telling, &list, &reply->orders[i]);
        done = done || reply->orders[i].outcome == NEWS_DONE;
    }
    values_set(values, "list", list.s);
    values_set(values, "mistakes", list_unclear(arena, reply->unclear));
    values_set(values, "answer", reply->notice);
    values_set(values, "done", done ? "1" : NULL);
    values_set(values, "bare", reply->bare ? "1" : NULL);
    set(&telling, "from", reply->from);
    tell_office(&telling, "decided", NULL);
    *replies_r = telling.rendering.replies;
}

void news_claim(struct arena *arena, const struct news *news, const struct conf_faction *faction,
                const struct news_mail *mails, size_t count, struct replies *replies_r)
{
    struct telling telling;

    if (!begin_list(&telling, arena, news, mails, count, replies_r))
        return;
    set(&telling, "faction", faction->title);
    for (size_t i = 0; i < faction->member_count; i++) {
        const struct conf_member *member = &faction->members[i];
        struct values values = render_for_member(&telling.rendering.common, member);

        if (member->chair && trust_member_is_active(member, moment_day(news->now)))
            render_add(&telling.rendering,
                       &(struct order){.kind = REPLY_REVIEW,
                                       .template = "claim",
                                       .to_name = member->name,
                                       .to = member->address,
                                       .occasion = news->occasion},
                       &values);
    }
    *replies_r = telling.rendering.replies;
}

/* ---- files ------------------------------------------------------------------------------------
 */

void news_bad_file(struct arena *arena, const struct news *news, const char *path,
                   const struct texts *mistakes, struct replies *replies_r)
{
    struct telling telling;
    struct text list;

    begin(&telling, arena, news);
    text_init(&list, arena);
    for (size_t i = 0; i < mistakes->n && i < MISTAKES_MAX; i++)
        text_addf(&list, "%s  %s", i == 0 ? "" : "\n",
                  values_showable(arena, mistakes->v[i], 2 * LENGTH));
    if (mistakes->n > MISTAKES_MAX)
        text_add(&list, "\n  …");
    set(&telling, "path", path);
    values_set(&telling.rendering.common, "mistakes", list.s);
    tell_office(&telling, "bad-file", NULL);
    *replies_r = telling.rendering.replies;
}
