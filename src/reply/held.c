/* SPDX-License-Identifier: EUPL-1.2 */
/* That a mail waits for a person, as it would be told alone. */
#include "reply/render.h"
#include "reply/waiting.h"
#include "reply/words.h"

static const char *find_from(const struct reply_input *input)
{
    const struct mail *mail = input->reading == NULL ? NULL : input->reading->mail;

    if (input->verdict != NULL && input->verdict->address != NULL)
        return input->verdict->address;
    return mail != NULL && mail->from.n > 0 ? mail->from.v[0].address : NULL;
}

/* The mail that waits, as the office will read of it; motion is the one that waits, or NULL. */
static struct news_mail describe_waiting(const struct rendering *rendering,
                                         const struct decided_motion *motion)
{
    const struct reply_input *input = rendering->input;
    const struct decision *decision = input->decision;
    const struct verdict *verdict = input->verdict;
    const struct mail *mail = input->reading == NULL ? NULL : input->reading->mail;
    struct news_mail waiting = {.arrived_at = decision->arrival.at,
                                .mail_date = MOMENT_NONE,
                                .registered_at = MOMENT_NONE,
                                .deadline = {.last_day = DAY_NONE}};

    waiting.id = arena_printf(rendering->arena, "m%lld", (long long)input->known->message);
    waiting.from = find_from(input);
    waiting.subject = mail != NULL ? mail->subject : NULL;
    waiting.pretences = verdict != NULL ? &verdict->pretences : NULL;
    waiting.row = motion != NULL ? motion->row : decision->row;
    waiting.detail = motion != NULL ? motion->detail : decision->detail;
    if (motion != NULL) {
        waiting.kind = waiting_kind(rendering->arena, input->body->language, motion->motion->kind,
                                    motion->motion->is_ocr);
        waiting.title = motion->motion->title;
        waiting.deadline = motion->deadline;
    }
    if (verdict == NULL || verdict->faction == NULL)
        waiting.faction = motion != NULL && motion->named.n > 0 ? motion->named.v[0] : "";
    return waiting;
}

void render_waiting(struct rendering *rendering, const struct decided_motion *motion)
{
    const struct news_mail waiting = describe_waiting(rendering, motion);
    const struct conf_body *body = rendering->input->body;
    struct values values = rendering->common;

    waiting_set_decidable(&values, &waiting, 1);
    for (size_t i = 0; i < body->office.n; i++)
        render_add(rendering,
                   &(struct order){.kind = REPLY_NOTICE,
                                   .template = "held",
                                   .to = body->office.v[i],
                                   .gathered = true},
                   &values);
}
