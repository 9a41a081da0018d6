/* SPDX-License-Identifier: EUPL-1.2 */
#include "reply/news.h"

#include "decision/say.h"
#include "reply/render.h"
#include "reply/words.h"

#define LENGTH 200
#define MISTAKES_MAX 20
#define MAILS_MAX 50 /* a reminder of more is as good with these */

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

/* Why it failed, in words; NULL where the server's answer does not say. */
static const char *say_reason(struct arena *arena, const struct conf_body *body,
                              const char *response)
{
    if (response == NULL)
        return NULL;
    return reply_words(body->language)->reasons[report_reason_of(arena, response)];
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
    set(&telling, "response", answer->response);
    set(&telling, "reason", say_reason(arena, news->body, answer->response));
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
    set(&telling, "until", say_time(arena, language, moment_to_text(arena, last)));
    tell_office(&telling, "paced", NULL);
    *replies_r = telling.rendering.replies;
}

/* ---- mails that wait --------------------------------------------------------------------------
 */

static void add_line(struct telling *telling, struct text *list, const char *label, const char *s)
{
    const char *shown = values_showable(telling->rendering.arena, s, LENGTH);

    if (shown != NULL && *shown != '\0')
        text_addf(list, "\n    %s: %s", label, shown);
}

static void add_time(struct telling *telling, struct text *list, const char *label, int64_t moment)
{
    struct arena *arena = telling->rendering.arena;
    const char *text = moment_to_text(arena, moment);

    if (text != NULL)
        add_line(telling, list, label, say_time(arena, telling->news->body->language, text));
}

static void add_mail(struct telling *telling, struct text *list, const struct news_mail *mail)
{
    const struct reply_words *words = reply_words(telling->news->body->language);

    text_addf(list, "%s  %s", list->len == 0 ? "" : "\n", mail->id);
    add_time(telling, list, words->arrived, mail->arrived_at);
    add_time(telling, list, words->mail_date, mail->mail_date);
    add_time(telling, list, words->registered, mail->registered_at);
    add_line(telling, list, words->from, mail->from);
    add_line(telling, list, words->subject, mail->subject);
    add_line(telling, list, words->title, mail->title);
    if (mail->part_count > 0)
        text_addf(list, "\n%s",
                  values_say_parts(&telling->rendering.common, mail->parts, mail->part_count));
}

static void set_mails(struct telling *telling, const struct news_mail *mails, size_t count)
{
    struct values *values = &telling->rendering.common;
    struct text list;

    text_init(&list, telling->rendering.arena);
    for (size_t i = 0; i < count && i < MAILS_MAX; i++)
        add_mail(telling, &list, &mails[i]);
    values_set(values, "list", list.s);
    values_set(values, "message", mails[0].id);
    values_set(values, "several",
               count > 1 ? arena_printf(telling->rendering.arena, "%zu", count) : NULL);
}

void news_reminder(struct arena *arena, const struct news *news, const struct news_mail *mails,
                   size_t count, struct replies *replies_r)
{
    struct telling telling;

    *replies_r = (struct replies){0};
    if (count == 0 || !texts_has(&news->body->notify, "held"))
        return;
    begin(&telling, arena, news);
    set_mails(&telling, mails, count);
    tell_office(&telling, "reminder", NULL);
    *replies_r = telling.rendering.replies;
}

void news_claim(struct arena *arena, const struct news *news, const struct conf_faction *faction,
                const struct news_mail *mails, size_t count, struct replies *replies_r)
{
    struct telling telling;

    *replies_r = (struct replies){0};
    if (count == 0)
        return;
    begin(&telling, arena, news);
    set_mails(&telling, mails, count);
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
