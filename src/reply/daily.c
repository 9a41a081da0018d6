/* SPDX-License-Identifier: EUPL-1.2 */
#include "reply/book.h"

#include "decision/say.h"
#include "reply/render.h"

/* Of a thread that goes on; the newest count. */
#define THREADS_MAX 10

static void set_entries(struct rendering *rendering, struct day day,
                        const struct daily_entry *entries, size_t count)
{
    struct values *values = &rendering->common;
    struct text text;

    text_init(&text, rendering->arena);
    for (size_t i = 0; i < count; i++)
        text_addf(&text, "%s%s", i > 0 ? "\n\n" : "", entries[i].text);
    values_set(values, "entries", text.s);
    values_set(values, "day", say_day(rendering->arena, values->language, day));
    values_set(values, "several", count > 1 ? arena_printf(rendering->arena, "%zu", count) : NULL);
}

/* Behind those mails that first told the list of what changed now, each once. */
static void set_threads(struct rendering *rendering, const struct daily_entry *entries,
                        size_t count)
{
    struct texts ids = {0};
    struct text text;

    for (size_t i = 0; i < count; i++) {
        if (entries[i].earlier != NULL && !texts_has(&ids, entries[i].earlier))
            texts_add(&ids, rendering->arena, entries[i].earlier);
    }
    if (ids.n == 0)
        return;
    text_init(&text, rendering->arena);
    for (size_t i = ids.n > THREADS_MAX ? ids.n - THREADS_MAX : 0; i < ids.n; i++)
        text_addf(&text, "%s<%s>", text.len > 0 ? " " : "", ids.v[i]);
    rendering->references = text.s;
    rendering->in_reply_to = arena_printf(rendering->arena, "<%s>", ids.v[ids.n - 1]);
}

void daily_render(struct arena *arena, const struct news *news, struct day day,
                  const struct daily_entry *entries, size_t count, struct replies *replies_r)
{
    const struct reply_input input = {
        .body = news->body, .registered_at = news->now, .token = news->token};
    struct rendering rendering;

    render_begin(&rendering, arena, &input);
    values_init_body(&rendering.common, arena, news->body);
    set_entries(&rendering, day, entries, count);
    set_threads(&rendering, entries, count);
    render_add(&rendering,
               &(struct order){.kind = REPLY_CONFIRMATION,
                               .template = "daily",
                               .to = news->body->list,
                               .occasion = news->occasion},
               &rendering.common);
    *replies_r = rendering.replies;
    /* what a body with answers = "hold" keeps back was let go entry by entry */
    for (size_t i = 0; i < replies_r->n; i++)
        replies_r->v[i].waiting = false;
}
