/* SPDX-License-Identifier: EUPL-1.2 */
/* Motions: correct, withdraw, void. */
#include "pipeline/ruling_inside.h"

#include <string.h>

static const struct change_row {
    const char *event;
    int state; /* enum motion_state or -1 */
    enum reply_ruling ruling;
} changes[] = {
    [RULING_CORRECT] = {"corrected", -1, REPLY_CORRECTED},
    [RULING_WITHDRAW] = {"withdrawn", MOTION_STATE_WITHDRAWN, REPLY_WITHDRAWN},
    [RULING_VOID] = {"void", MOTION_STATE_VOID, REPLY_VOID},
};

static bool check_changeable(const struct motion_row *row, enum ruling_verb verb, struct err *err_r)
{
    if (row->state == MOTION_STATE_VOID ||
        (row->state == MOTION_STATE_WITHDRAWN && verb == RULING_WITHDRAW))
        return err_set(err_r, ERR_DATA, "%s is %s already", row->number,
                       motion_state_to_text(row->state));
    return true;
}

static void copy_consultations(struct arena *arena, const struct motion_row *row,
                               struct motion *motion, struct decided_motion *decided)
{
    size_t n = row->consultation_count;

    motion->consultations = arena_array(arena, n, sizeof *motion->consultations);
    decided->consultations = arena_array(arena, n, sizeof *decided->consultations);
    motion->consultation_count = decided->consultation_count = n;
    for (size_t i = 0; i < n; i++) {
        const struct motion_row_consultation *one = &row->consultations[i];

        motion->consultations[i] = (struct motion_consultation){one->organization, one->meeting};
        decided->consultations[i] =
            (struct decided_consultation){one->organization, one->meeting, one->deadline};
    }
}

/* The motion as the registry has it. */
static void describe_row(const struct ruling_context *context, const struct matter *matter,
                         const struct motion_row *row, struct decided_motion *decided_r)
{
    struct motion *motion = ARENA_NEW(context->arena, struct motion);

    *motion = (struct motion){.kind = row->kind,
                              .title = row->title,
                              .letter_date = DAY_NONE,
                              .confidential = row->confidential};
    *decided_r = (struct decided_motion){.motion = motion,
                                         .registered = true,
                                         .number = row->number,
                                         .movers = row->factions,
                                         .named = row->named,
                                         .deadline = row->deadline,
                                         .count = 1};
    if (row->factions.n > 0)
        decided_r->mover = trust_find_faction(matter->body, row->factions.v[0]);
    copy_consultations(context->arena, row, motion, decided_r);
}

/* Who moves it is no longer only named. */
static void drop_named(struct arena *arena, struct decided_motion *decided)
{
    struct texts kept = {0};

    for (size_t i = 0; i < decided->named.n; i++) {
        if (!text_equal(decided->named.v[i], decided->mover->title))
            texts_add(&kept, arena, decided->named.v[i]);
    }
    decided->named = kept;
}

static const char *say_meetings(struct arena *arena, const struct decided_motion *motion)
{
    struct texts texts = {0};

    for (size_t i = 0; i < motion->consultation_count; i++) {
        const struct decided_consultation *one = &motion->consultations[i];
        const char *day = day_to_text(arena, one->meeting);

        texts_add(&texts, arena, arena_printf(arena, "%s=%s", one->organization, day ? day : "?"));
    }
    return texts.n == 0 ? "none" : text_join(arena, &texts, ", ");
}

static void add_change(struct text *text, const char *what, const char *before, const char *after)
{
    if (!text_equal(before, after))
        text_addf(text, "; %s: \"%s\", before: \"%s\"", what, after, before);
}

static const char *title_of(const struct decided_motion *motion)
{
    return motion->motion->title == NULL ? "" : motion->motion->title;
}

static const char *mover_of(const struct decided_motion *motion)
{
    return motion->mover == NULL ? "" : motion->mover->title;
}

/* For the history: the reason, and what it was before. */
static const char *say_corrected(struct arena *arena, const char *reason,
                                 const struct decided_motion *before,
                                 const struct decided_motion *after)
{
    struct text text;

    text_init(&text, arena);
    text_add(&text, reason);
    add_change(&text, "title", title_of(before), title_of(after));
    add_change(&text, "kind", motion_kind_to_text(before->motion->kind),
               motion_kind_to_text(after->motion->kind));
    add_change(&text, "faction", mover_of(before), mover_of(after));
    add_change(&text, "meetings", say_meetings(arena, before), say_meetings(arena, after));
    return text.s;
}

/* A motion that is changed: as it was, as it will be. */
struct changing {
    struct matter matter;
    const struct motion_row *row;
    struct decided_motion before, after;
    struct motion_change change;
    const char *text;
};

static bool correct(const struct ruling_context *context, const struct ruling_order *order,
                    struct changing *changing, struct err *err_r)
{
    struct amendment amendment;
    struct case_file file = matter_file(&changing->matter);

    if (!ruling_find_amendment(context, order, changing->matter.body, &amendment, err_r))
        return false;
    decide_correct(context->arena, &file, &amendment, &changing->after);
    if (amendment.mover != NULL && amendment.mover != changing->before.mover) {
        drop_named(context->arena, &changing->after);
        changing->after.movers = (struct texts){0};
        changing->change.movers = true;
    }
    changing->change.corrected = &changing->after;
    changing->text =
        say_corrected(context->arena, order->reason, &changing->before, &changing->after);
    return true;
}

static bool begin_change(const struct ruling_context *context, const struct ruling_order *order,
                         struct changing *changing, struct err *err_r)
{
    struct motion_row *row;

    if (!matter_find_motion(context, order, &row, err_r) ||
        !check_changeable(row, order->verb, err_r) ||
        !matter_find_message(context, row->message, &changing->matter, err_r))
        return false;
    changing->row = row;
    describe_row(context, &changing->matter, row, &changing->before);
    changing->after = changing->before;
    changing->text = order->reason;
    changing->change = (struct motion_change){.number = row->number,
                                              .event = changes[order->verb].event,
                                              .state = changes[order->verb].state,
                                              .message = row->message};
    return order->verb != RULING_CORRECT || correct(context, order, changing, err_r);
}

bool ruling_change(const struct ruling_context *context, const struct ruling_order *order,
                   struct json **answer_r, struct err *err_r)
{
    struct changing changing = {0};
    struct reply_news news = {
        .ruling = changes[order->verb].ruling, .reason = order->reason, .actor = context->actor};
    struct replies replies;
    int64_t ruling;

    if (!begin_change(context, order, &changing, err_r) ||
        !registry_find_confirmation(context->registry, context->arena, changing.row->body,
                                    changing.row->number, &news.confirmation,
                                    &news.confirmation_waits, err_r))
        return false;
    news.former = changing.before.mover;
    struct decision decision = {.state = MESSAGE_REGISTERED,
                                .arrival = changing.matter.arrival,
                                .motions = &changing.after,
                                .motion_count = 1};
    struct reply_input input = matter_input(context, &changing.matter, &decision);
    reply_render_news(context->arena, &input, &news, &replies);
    struct registry_entry entry = matter_entry(context, &changing.matter, &decision, &replies);
    struct ruled_by by = ruling_made_by(context, changing.text);
    if (!registry_change_motion(context->registry, &changing.change, &entry, &by, &ruling, err_r))
        return false;
    int state = changing.change.state;
    *answer_r =
        answer_with_ruled(context,
                          answer_new(context, changing.change.event, 0, changing.row->number,
                                     motion_state_to_text(state < 0 ? changing.row->state
                                                                    : (enum motion_state)state)),
                          ruling);
    return true;
}
