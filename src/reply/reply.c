/* SPDX-License-Identifier: EUPL-1.2 */
#include "reply/reply.h"

#include "mail/address.h"
#include "reply/book.h"
#include "reply/render.h"

#include <string.h>

static const char *const kind_names[] = {
    [REPLY_ACKNOWLEDGEMENT] = "acknowledgement",
    [REPLY_REVIEW] = "review",
    [REPLY_CONFIRMATION] = "confirmation",
    [REPLY_NOTICE] = "notice",
};

const char *reply_kind_to_text(enum reply_kind kind)
{
    return kind_names[kind];
}

bool reply_kind_from_text(const char *s, enum reply_kind *kind_r)
{
    size_t i;

    if (!text_find_word(kind_names, sizeof(kind_names) / sizeof(kind_names[0]), s, &i))
        return false;
    *kind_r = (enum reply_kind)i;
    return true;
}

/* ---- who gets what ----------------------------------------------------------------------------
 */

static bool is_active(const struct rendering *rendering, const struct conf_member *member)
{
    return trust_member_is_active(member, rendering->day);
}

static void add_for_member_as(struct rendering *rendering, const struct values *values,
                              enum reply_kind kind, const char *template, const char *number,
                              const struct conf_member *member)
{
    struct values personal = render_for_member(values, member);
    const struct order order = {.kind = kind,
                                .template = template,
                                .to_name = member->name,
                                .to = member->address,
                                .number = number};

    render_add(rendering, &order, &personal);
}

static void add_for_member(struct rendering *rendering, const struct values *values,
                           const char *template, const char *number,
                           const struct conf_member *member)
{
    add_for_member_as(rendering, values, REPLY_ACKNOWLEDGEMENT, template, number, member);
}

/* To those of a faction who want acknowledgements. */
static void add_to_faction(struct rendering *rendering, const struct values *values,
                           const char *template, const char *number,
                           const struct conf_faction *faction)
{
    for (size_t i = 0; faction != NULL && i < faction->member_count; i++) {
        const struct conf_member *member = &faction->members[i];

        if (member->acknowledge && is_active(rendering, member))
            add_for_member(rendering, values, template, number, member);
    }
}

/* The same for all that move the motion. */
static void add_to_movers(struct rendering *rendering, const struct values *values,
                          const char *template, const struct decided_motion *motion)
{
    const struct conf_body *body = rendering->input->body;

    if (motion->movers.n == 0)
        add_to_faction(rendering, values, template, motion->number, motion->mover);
    for (size_t i = 0; i < motion->movers.n; i++)
        add_to_faction(rendering, values, template, motion->number,
                       trust_find_faction(body, motion->movers.v[i]));
}

/* The chairs of a faction that the letter names: told whether they want acknowledgements or not,
 * since somebody else speaks in their name. */
static void add_to_chairs(struct rendering *rendering, const struct values *values,
                          const char *template, const char *number,
                          const struct conf_faction *faction)
{
    for (size_t i = 0; i < faction->member_count; i++) {
        const struct conf_member *member = &faction->members[i];

        if (member->chair && is_active(rendering, member))
            add_for_member(rendering, values, template, number, member);
    }
}

static void add_named(struct rendering *rendering, struct values values, const char *template,
                      const struct decided_motion *motion)
{
    /* not proven to be theirs: what is confidential is not handed on */
    if (motion->motion->confidential)
        values_withhold_title(&values);
    for (size_t i = 0; i < motion->named.n; i++) {
        const struct conf_faction *faction =
            trust_find_faction(rendering->input->body, motion->named.v[i]);

        if (faction != NULL)
            add_to_chairs(rendering, &values, template, motion->number, faction);
    }
}

static bool is_below_list_trust(const struct rendering *rendering)
{
    const struct verdict *verdict = rendering->input->verdict;

    return verdict == NULL || verdict->level < rendering->input->body->list_trust;
}

static void add_to_office(struct rendering *rendering, const struct values *values,
                          const char *template, const char *number)
{
    const struct conf_body *body = rendering->input->body;

    for (size_t i = 0; i < body->office.n; i++) {
        const struct order order = {
            .kind = REPLY_NOTICE, .template = template, .to = body->office.v[i], .number = number};

        render_add(rendering, &order, values);
    }
}

/* The list gets it in its mail of the day. */
static void add_entry(struct rendering *rendering, const struct values *values, struct reply *reply)
{
    const struct reply_input *input = rendering->input;
    const char *heading, *text;

    render_write(rendering, "entry", values, &heading, &text);
    reply->entry =
        text_trim(rendering->arena, arena_printf(rendering->arena, "%s\n%s", heading, text));
    reply->daily_at = book_next(input->body, input->registered_at);
}

/* The office is told of what does not go to the list by itself, unless nothing goes anywhere. */
static void ask_for_release(struct rendering *rendering, const struct values *values,
                            const char *number)
{
    const struct conf_body *body = rendering->input->body;

    if (body->answers == CONF_ANSWERS_HOLD || !texts_has(&body->notify, "held"))
        return;
    for (size_t i = 0; i < body->office.n; i++)
        render_add(rendering,
                   &(struct order){.kind = REPLY_NOTICE,
                                   .template = "release",
                                   .to = body->office.v[i],
                                   .number = number,
                                   .occasion = "release"},
                   values);
}

/* already: the office was asked to release an earlier one, which releases this one, too. */
static void add_confirmation(struct rendering *rendering, struct values values,
                             const char *template, const struct decided_motion *motion,
                             bool waiting, bool already)
{
    const struct conf_body *body = rendering->input->body;
    bool confidential = motion->motion->confidential;
    size_t before = rendering->replies.n;
    const struct order order = {
        .kind = REPLY_CONFIRMATION,
        .template = template,
        .to = body->list,
        .number = motion->number,
        .waiting = confidential || waiting,
    };

    if (confidential)
        values_withhold_title(&values);
    render_add(rendering, &order, &values);
    if (rendering->replies.n == before)
        return; /* there is no list */
    if (body->list_mode == CONF_LIST_DAILY)
        add_entry(rendering, &values, &rendering->replies.v[before]);
    if (order.waiting && !already)
        ask_for_release(rendering, &values, motion->number);
}

/* The sender is told only where the roster knows her and no program answers; her roster address,
 * never one of the mail's. */
static void add_review(struct rendering *rendering, const struct values *values,
                       const char *template, const char *occasion)
{
    const struct reply_input *input = rendering->input;
    const struct conf_member *member = input->verdict == NULL ? NULL : input->verdict->member;
    struct values personal;

    if (member == NULL || input->verdict->level < TRUST_LISTED || input->decision->silent ||
        (input->reading != NULL && input->reading->mail->responds))
        return;
    personal = render_for_member(values, member);
    render_add(rendering,
               &(struct order){.kind = REPLY_REVIEW,
                               .template = template,
                               .to_name = member->name,
                               .to = member->address,
                               .occasion = occasion},
               &personal);
}

/* "Ihre Fraktion" is the mover's only where the sender is one of them. */
static void set_motion(const struct rendering *rendering, struct values *values,
                       const struct decided_motion *motion)
{
    const struct verdict *verdict = rendering->input->verdict;

    values_set_motion(values, motion, motion->position + 1, motion->count);
    if (verdict != NULL && verdict->faction != motion->mover)
        values_say_trust_to_others(values);
}

/* Registered, since the roster's address is what the body asks for; a person looks at it all the
 * same. */
static bool is_alarming(const struct rendering *rendering)
{
    const struct reply_input *input = rendering->input;

    return input->verdict != NULL && pretence_alarms(&input->verdict->pretences) &&
           !texts_has(&input->body->notify, "registered");
}

/* The office was asked to decide about a mail that needs no decision any more. */
static bool ends_waiting(const struct rendering *rendering, const struct decided_motion *motion)
{
    const struct reply_input *input = rendering->input;

    return input->known->completed_by != 0 ||
           (input->decision->completes != NULL &&
            text_equal(input->decision->completes, motion->number));
}

static void render_registered(struct rendering *rendering, const struct decided_motion *motion)
{
    struct values values = rendering->common;

    set_motion(rendering, &values, motion);
    add_to_faction(rendering, &values, "acknowledgement", motion->number, motion->mover);
    add_named(rendering, values, "named", motion);
    add_confirmation(rendering, values, "confirmation", motion, is_below_list_trust(rendering),
                     false);
    if (ends_waiting(rendering, motion) ||
        texts_has(&rendering->input->body->notify, is_alarming(rendering) ? "held" : "registered"))
        add_to_office(rendering, &values, "notice", motion->number);
}

/* After the list's own first mail, since the list knows no mail of the faction. */
static void thread_for_list(struct rendering *rendering, const char *confirmation)
{
    rendering->list_begins = false;
    rendering->in_reply_to = arena_printf(rendering->arena, "<%s>", confirmation);
    rendering->references = rendering->in_reply_to;
}

/* What each kind of follow-up is told by. */
static const struct follow_news {
    const char *receipt; /* to the members of the factions that move it */
    bool to_named, to_list;
    bool arrives; /* its own arrival is the one that counts */
} follow_news[FOLLOW_COUNT] = {
    [FOLLOW_WITHDRAWS] = {"withdrawal", true, true, true},
    [FOLLOW_LEAVES] = {"followed", false, true, false},
    [FOLLOW_REPLACES] = {"acknowledgement", true, true, true},
    [FOLLOW_CORRECTS] = {"followed", true, true, false},
    [FOLLOW_ADDS] = {"followed", false, false, false},
    [FOLLOW_JOINS] = {"followed", false, true, false},
};

static void tell_list_of_follow(struct rendering *rendering, struct values values,
                                const struct decided_motion *motion)
{
    const struct known_motion *former = motion->follows;
    bool vouched = rendering->input->decision->vouched &&
                   rendering->input->body->list_trust <= TRUST_AUTHENTICATED;

    if (former->confirmation == NULL)
        return;
    if (!follow_news[motion->follow].arrives)
        values_use_former_arrival(&values);
    thread_for_list(rendering, former->confirmation);
    add_confirmation(rendering, values, "ruled-list", motion,
                     former->confirmation_waits || (!vouched && is_below_list_trust(rendering)),
                     former->confirmation_waits);
}

/* A paper that changes a motion of the register. */
static void render_follow(struct rendering *rendering, const struct decided_motion *motion)
{
    const struct follow_news *news = &follow_news[motion->follow];
    struct values values = rendering->common;

    set_motion(rendering, &values, motion);
    values_set_follow(&values, motion);
    add_to_movers(rendering, &values, news->receipt, motion);
    if (motion->follow == FOLLOW_LEAVES)
        add_to_faction(rendering, &values, news->receipt, motion->number,
                       trust_find_faction(rendering->input->body, motion->speaker));
    if (news->to_named)
        add_named(rendering, values, "follow", motion);
    if (texts_has(&rendering->input->body->notify, "withdrawn"))
        add_to_office(rendering, &values, "follow-notice", motion->number);
    if (news->to_list)
        tell_list_of_follow(rendering, values, motion);
}

/* A withdrawal waits for a person, too; an office may want to hear of it alone. */
static bool is_to_be_told(const struct rendering *rendering, const struct decided_motion *motion)
{
    const struct texts *notify = &rendering->input->body->notify;

    return texts_has(notify, "held") ||
           (motion->motion->kind == MOTION_WITHDRAWAL && texts_has(notify, "withdrawn"));
}

static bool is_to_be_warned(const struct rendering *rendering, const struct conf_member *member)
{
    const struct verdict *verdict = rendering->input->verdict;

    return (member->acknowledge || member->chair) && is_active(rendering, member) &&
           (verdict == NULL || member != verdict->member);
}

static void warn_faction(struct rendering *rendering, const struct values *values,
                         const char *number, const struct conf_faction *faction)
{
    for (size_t i = 0; faction != NULL && i < faction->member_count; i++) {
        if (is_to_be_warned(rendering, &faction->members[i]))
            add_for_member_as(rendering, values, REPLY_REVIEW, "follow-held", number,
                              &faction->members[i]);
    }
}

/* Those whose motion it would change hear of it at once: the mail may be forged.  The sender, if
 * she is one of them, has her review. */
static void warn_movers(struct rendering *rendering, const struct decided_motion *motion)
{
    const struct known_motion *known = motion->follows;
    struct values values = rendering->common;
    struct decided_motion standing = *motion;
    struct motion changed = *motion->motion;

    if (known == NULL || motion->wants == FOLLOW_NONE || known->state != MOTION_STATE_REGISTERED)
        return;
    changed.title = known->title;
    changed.kind = known->kind;
    standing.motion = &changed;
    standing.number = known->number;
    standing.follow = motion->wants;
    values_set_motion(&values, &standing, 1, 1);
    values_set_follow(&values, &standing);
    for (size_t i = 0; i < known->movers.n; i++)
        warn_faction(rendering, &values, known->number,
                     trust_find_faction(rendering->input->body, known->movers.v[i]));
}

static void render_held(struct rendering *rendering, const struct decided_motion *motion)
{
    struct values values = rendering->common;
    /* one answer for each, although none of them has a number yet */
    const char *occasion = motion->count > 1
                               ? arena_printf(rendering->arena, "motion %zu", motion->position + 1)
                               : NULL;

    values_set_motion(&values, motion, motion->position + 1, motion->count);
    values_set_row(&values, motion->row, motion->detail);
    add_review(rendering, &values, "review", occasion);
    warn_movers(rendering, motion);
}

/* The mail as a whole is held or unreadable: one answer for all that is in it. */
static void render_whole(struct rendering *rendering)
{
    const struct decision *decision = rendering->input->decision;
    struct values values = rendering->common;

    values_set_row(&values, decision->row, decision->detail);
    values_set_found(&values, decision);
    add_review(rendering, &values, "review", NULL);
    if (texts_has(&rendering->input->body->notify, "held"))
        render_waiting(rendering, decision->motion_count > 0 ? &decision->motions[0] : NULL);
    for (size_t i = 0; i < decision->motion_count; i++)
        warn_movers(rendering, &decision->motions[i]);
}

static void render_motions(struct rendering *rendering)
{
    const struct decision *decision = rendering->input->decision;
    bool told = false;

    for (size_t i = 0; i < decision->motion_count; i++) {
        const struct decided_motion *motion = &decision->motions[i];

        if (motion->registered) {
            render_registered(rendering, motion);
        } else if (motion->follow != FOLLOW_NONE) {
            render_follow(rendering, motion);
        } else {
            render_held(rendering, motion);
            if (!told && is_to_be_told(rendering, motion)) {
                render_waiting(rendering, motion);
                told = true;
            }
        }
    }
}

static bool needs_answers(const struct reply_input *input)
{
    switch (input->decision->state) {
    case MESSAGE_REGISTERED:
        return true;
    case MESSAGE_HELD:
    case MESSAGE_UNREADABLE:
        return input->known->told == 0;
    case MESSAGE_IGNORED:
    case MESSAGE_DUPLICATE:
    case MESSAGE_VANISHED:
        break;
    }
    return false;
}

static void begin_rendering(struct rendering *rendering, struct arena *arena,
                            const struct reply_input *input)
{
    render_begin(rendering, arena, input);
    if (input->reading != NULL)
        render_thread(rendering, input->reading->mail);
    values_init(&rendering->common, arena, input);
}

void reply_render(struct arena *arena, const struct reply_input *input, struct replies *replies_r)
{
    struct rendering rendering;

    *replies_r = (struct replies){0};
    if (!needs_answers(input))
        return;
    begin_rendering(&rendering, arena, input);
    rendering.list_begins = true;
    rendering.day = moment_day(input->decision->arrival.at);
    if (input->decision->whole)
        render_whole(&rendering);
    else
        render_motions(&rendering);
    *replies_r = rendering.replies;
}

/* ---- what a person decided --------------------------------------------------------------------
 */

/* Whom a decision reaches twice (of the moving faction and of one that is named), is told once. */
static bool is_told(const struct rendering *rendering, const struct conf_faction *faction,
                    const struct decided_motion *motion)
{
    if (faction == NULL || faction == motion->mover)
        return true;
    for (size_t i = 0; i < motion->movers.n; i++) {
        if (trust_find_faction(rendering->input->body, motion->movers.v[i]) == faction)
            return true;
    }
    for (size_t i = 0; i < motion->named.n; i++) {
        if (trust_find_faction(rendering->input->body, motion->named.v[i]) == faction)
            return true;
    }
    return false;
}

static void tell_list(struct rendering *rendering, const struct values *values,
                      const struct decided_motion *motion, const struct reply_news *news)
{
    if (news->confirmation == NULL)
        return;
    thread_for_list(rendering, news->confirmation);
    add_confirmation(rendering, *values, "ruled-list", motion, news->confirmation_waits,
                     news->confirmation_waits);
}

static void render_ruled(struct rendering *rendering, const struct reply_news *news)
{
    const struct decided_motion *motion = &rendering->input->decision->motions[0];
    struct values values = rendering->common;

    set_motion(rendering, &values, motion);
    add_to_movers(rendering, &values, "ruled", motion);
    if (!is_told(rendering, news->former, motion))
        add_to_faction(rendering, &values, "ruled", motion->number, news->former);
    add_named(rendering, values, "ruled", motion);
    if (news->ruling != REPLY_WITHDRAWN || texts_has(&rendering->input->body->notify, "withdrawn"))
        add_to_office(rendering, &values, "ruled-notice", motion->number);
    tell_list(rendering, &values, motion, news);
}

void reply_render_news(struct arena *arena, const struct reply_input *input,
                       const struct reply_news *news, struct replies *replies_r)
{
    static const char *const flags[] = {
        [REPLY_CORRECTED] = "corrected", [REPLY_WITHDRAWN] = "withdrawn", [REPLY_VOID] = "void"};
    struct rendering rendering;

    begin_rendering(&rendering, arena, input);
    rendering.day = moment_day(input->registered_at);
    values_set_ruling(&rendering.common, news->reason, news->actor);
    if (news->ruling == REPLY_IGNORED) {
        values_set(&rendering.common, "in_part", news->in_part ? "1" : NULL);
        add_review(&rendering, &rendering.common, "ignored", NULL);
    } else {
        values_set(&rendering.common, flags[news->ruling], "1");
        render_ruled(&rendering, news);
    }
    *replies_r = rendering.replies;
}

void reply_render_neutral(struct arena *arena, const struct reply_input *input,
                          struct replies *replies_r)
{
    struct rendering rendering;

    begin_rendering(&rendering, arena, input);
    render_add(&rendering,
               &(struct order){.kind = REPLY_REVIEW,
                               .template = "neutral",
                               .to = input->verdict->address,
                               .occasion = REPLY_NEUTRAL},
               &rendering.common);
    *replies_r = rendering.replies;
}
