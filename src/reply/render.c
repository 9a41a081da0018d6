/* SPDX-License-Identifier: EUPL-1.2 */
#include "reply/render.h"

#include "base/digest.h"
#include "mail/address.h"
#include "mail/compose.h"
#include "reply/overrides.h"
#include "reply/template.h"

#include <string.h>

#define COLUMNS 76
#define MAX_REFERENCES 10
#define MAX_ID 250

/* An id from a foreign mail that may stand in our headers. */
static bool is_sound_id(const char *id)
{
    size_t n = id == NULL ? 0 : strlen(id);

    if (n == 0 || n > MAX_ID)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (id[i] <= ' ' || id[i] > '~' || id[i] == '<' || id[i] == '>')
            return false;
    }
    return true;
}

void render_thread(struct rendering *rendering, const struct mail *mail)
{
    const struct texts *old = &mail->references;
    size_t first = old->n > MAX_REFERENCES ? old->n - MAX_REFERENCES : 0;
    struct text text;

    if (!is_sound_id(mail->message_id))
        return;
    rendering->in_reply_to = arena_printf(rendering->arena, "<%s>", mail->message_id);
    text_init(&text, rendering->arena);
    for (size_t i = first; i < old->n; i++) {
        if (is_sound_id(old->v[i]))
            text_addf(&text, "<%s> ", old->v[i]);
    }
    text_add(&text, rendering->in_reply_to);
    rendering->references = text.s;
}

/* Bytes of the mark: 96 bits, and the local part stays below 64 (RFC 5321 section 4.5.3.1.1). */
#define MARK_LENGTH 24

/* Where a report on this answer comes back to.  The mark cannot be told from the Message-ID, which
 * a list shows to all its readers: only a server on the way, and where the answer ends, knows it.
 */
static const char *find_return_path(struct rendering *rendering, const char *message_id)
{
    struct arena *arena = rendering->arena;
    const char *address = rendering->input->body->bounce_address;

    if (address == NULL)
        return rendering->from_address;
    const char *secret = arena_printf(arena, "%s %s", rendering->input->token, message_id);
    const char *mark = digest_hex(arena, secret, strlen(secret));
    return arena_printf(arena, "%.*s+%.*s@%s", (int)strcspn(address, "@"), address, MARK_LENGTH,
                        mark, address_domain(address));
}

/* Lists and offices answer nobody. */
static int find_limit(const struct conf_body *body, enum reply_kind kind)
{
    switch (kind) {
    case REPLY_ACKNOWLEDGEMENT:
        return body->max_answers_per_hour * REPLY_LIMIT_FACTOR;
    case REPLY_REVIEW:
        return body->max_answers_per_hour;
    case REPLY_CONFIRMATION:
    case REPLY_NOTICE:
        break;
    }
    return 0;
}

static bool would_change(const struct decision *decision)
{
    for (size_t i = 0; i < decision->motion_count; i++) {
        if (decision->motions[i].wants != FOLLOW_NONE)
            return true;
    }
    return false;
}

/* Whose mail it is that an answer to it counts for.  A review of what would change a motion counts
 * for itself: many other mails in a faction's name must not put off that it hears of this one. */
static const char *find_faction(struct arena *arena, const struct reply_input *input,
                                enum reply_kind kind)
{
    bool answers = kind == REPLY_ACKNOWLEDGEMENT || kind == REPLY_REVIEW;

    if (!answers || input->verdict == NULL || input->verdict->faction == NULL)
        return NULL;
    const char *title = input->verdict->faction->title;
    return kind == REPLY_REVIEW && input->decision != NULL && would_change(input->decision)
               ? arena_printf(arena, "%s%s", REPLY_WARNING, title)
               : title;
}

/* A list shows its readers one Message-ID, from which the others could be guessed; but an answer to
 * the question whether a faction is rightly named counts because nobody else was asked. */
static const char *find_token(struct rendering *rendering, const struct order *order)
{
    const char *token = rendering->input->token;

    if (!text_equal(order->template, "named"))
        return token;
    token = arena_printf(rendering->arena, "%s named %s", token, order->to);
    return digest_hex(rendering->arena, token, strlen(token));
}

static struct reply *new_reply(struct rendering *rendering, const struct order *order)
{
    struct replies *replies = &rendering->replies;
    struct reply *reply;

    replies->v =
        arena_grow(rendering->arena, replies->v, replies->n, replies->n + 1, sizeof(*replies->v));
    reply = &replies->v[replies->n++];
    *reply = (struct reply){
        .kind = order->kind,
        .to = order->to,
        .number = order->number,
        .occasion = order->occasion,
        .token = order->token,
        .gathered = order->gathered,
        .per_hour = find_limit(rendering->input->body, order->kind),
        .faction = find_faction(rendering->arena, rendering->input, order->kind),
        .waiting = order->waiting || rendering->input->body->answers == CONF_ANSWERS_HOLD,
    };
    reply->message_id =
        arena_printf(rendering->arena, "%.32s.%s.%zu@%s", find_token(rendering, order),
                     order->template, replies->n, address_domain(rendering->from_address));
    reply->envelope_from = find_return_path(rendering, reply->message_id);
    return reply;
}

void render_write(struct rendering *rendering, const char *name, const struct values *values,
                  const char **subject_r, const char **text_r)
{
    const char *language = rendering->input->body->language;
    const char *template = template_choose(rendering->input->body->templates, language, name);
    struct err err;
    char *text;
    size_t n;

    if (template == NULL)
        panic("reply: there is no template %s", name);
    if (!template_fill(rendering->arena, template, values->v, values->n, &text, &err))
        panic("reply: %s/%s: %s", language, name, err.text);
    n = strcspn(text, "\n");
    *subject_r = values_clean(rendering->arena, arena_strndup(rendering->arena, text, n));
    *text_r = template_wrap(rendering->arena, text + n, COLUMNS);
}

static void compose_reply(struct rendering *rendering, const struct order *order,
                          struct reply *reply, const char *text)
{
    /* office and list are told, not answered */
    bool to_list = order->kind == REPLY_CONFIRMATION;
    bool told = to_list || order->kind == REPLY_NOTICE;
    bool unthreaded = to_list && rendering->list_begins;
    const struct compose_header extra[] = {
        {"In-Reply-To", unthreaded ? NULL : rendering->in_reply_to},
        {"References", unthreaded ? NULL : rendering->references},
        {"Auto-Submitted", told ? "auto-generated" : "auto-replied"},
        {"X-Auto-Response-Suppress", "All"},
    };
    const struct compose compose = {
        .from_name = rendering->from_name,
        .from_address = rendering->from_address,
        .to_name = order->to_name,
        .to_address = order->to,
        .subject = reply->subject,
        .message_id = reply->message_id,
        .date = rendering->input->registered_at,
        .language = rendering->input->body->language,
        .extra = extra,
        .extra_count = sizeof(extra) / sizeof(extra[0]),
        .text = text,
    };

    reply->bytes = compose_mail(rendering->arena, &compose, &reply->size);
}

void render_add(struct rendering *rendering, const struct order *order, const struct values *values)
{
    struct reply *reply;
    const char *text;

    if (order->to == NULL || !address_is_plain(order->to))
        return;
    reply = new_reply(rendering, order);
    render_write(rendering, order->template, values, &reply->subject, &text);
    compose_reply(rendering, order, reply, text);
}

void render_begin(struct rendering *rendering, struct arena *arena, const struct reply_input *input)
{
    *rendering = (struct rendering){.arena = arena, .input = input};
    if (!address_split(arena, input->body->from, &rendering->from_name, &rendering->from_address))
        panic("reply: from of body %s was not checked", input->body->id);
}

struct values render_for_member(const struct values *values, const struct conf_member *member)
{
    struct values copy = *values;

    values_set(&copy, "recipient", values_clean(copy.arena, member->name));
    return copy;
}
