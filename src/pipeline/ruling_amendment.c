/* SPDX-License-Identifier: EUPL-1.2 */
/* What a person says of a motion, against the configuration. */
#include "pipeline/ruling_inside.h"

#include "decision/council.h"
#include "trust/trust.h"

#include <string.h>

static const char *list_factions(struct arena *arena, const struct conf_body *body)
{
    struct texts titles = {0};

    for (size_t i = 0; i < body->faction_count; i++)
        texts_add(&titles, arena, body->factions[i].title);
    return text_join(arena, &titles, ", ");
}

static bool find_faction(const struct ruling_context *context, const struct conf_body *body,
                         const char *label, const struct conf_faction **faction_r,
                         struct err *err_r)
{
    *faction_r = label == NULL ? NULL : trust_find_faction(body, label);
    return label == NULL || *faction_r != NULL ||
           err_set(err_r, ERR_USAGE, "--faction: there is no \"%s\"; the configuration has %s",
                   label, list_factions(context->arena, body));
}

static bool find_kind(const char *word, int *kind_r, struct err *err_r)
{
    enum motion_kind kind;

    *kind_r = -1;
    if (word == NULL)
        return true;
    if (!motion_kind_from_text(word, &kind) || kind == MOTION_WITHDRAWAL ||
        kind == MOTION_REPLACEMENT)
        return err_set(err_r, ERR_USAGE,
                       "--kind: \"%s\" is no kind of motion; antragctl(8) lists them", word);
    *kind_r = (int)kind;
    return true;
}

static bool find_meeting(const struct ruling_context *context, const struct conf_body *body,
                         const char *text, struct motion_consultation *consultation_r,
                         struct err *err_r)
{
    const char *equals = strrchr(text, '=');
    const struct conf_council *council;

    if (equals == NULL || !day_parse(equals + 1, &consultation_r->meeting))
        return err_set(err_r, ERR_USAGE, "--meeting: \"%s\" is not like Rat=2026-03-19", text);
    council = council_find(body, arena_strndup(context->arena, text, (size_t)(equals - text)));
    if (council == NULL)
        return err_set(err_r, ERR_USAGE, "--meeting: the configuration has no council \"%.*s\"",
                       (int)(equals - text), text);
    consultation_r->organization = council->name;
    return true;
}

bool ruling_find_amendment(const struct ruling_context *context, const struct ruling_order *order,
                           const struct conf_body *body, struct amendment *amendment_r,
                           struct err *err_r)
{
    struct motion_consultation *consultations =
        arena_array(context->arena, order->meetings.n + 1, sizeof *consultations);

    *amendment_r = (struct amendment){.title = order->title,
                                      .consultations = consultations,
                                      .consultation_count = order->meetings.n};
    if (!find_faction(context, body, order->faction, &amendment_r->mover, err_r) ||
        !find_kind(order->kind, &amendment_r->kind, err_r))
        return false;
    for (size_t i = 0; i < order->meetings.n; i++) {
        if (!find_meeting(context, body, order->meetings.v[i], &consultations[i], err_r))
            return false;
    }
    return true;
}
