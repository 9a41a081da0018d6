/* SPDX-License-Identifier: EUPL-1.2 */
/* Orders as JSON, and what a good order has. */
#include "pipeline/ruling.h"

#include <string.h>

/* bytes; an answer says all of a reason */
#define REASON_MAX 2000
#define TEXT_MAX 500
#define MEETINGS_MAX 20

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
    TAKES_REASON = 1,
    NEEDS_REASON = 2,
    TAKES_AMENDMENT = 4,
    TAKES_ARRIVAL = 8,
    NO_SUBJECT = 16
};

static const struct verb_row {
    const char *name;
    int flags;
} verbs[] = {
    [RULING_ACCEPT] = {"accept", TAKES_AMENDMENT | TAKES_ARRIVAL},
    [RULING_IGNORE] = {"ignore", TAKES_REASON | NEEDS_REASON},
    [RULING_REREAD] = {"reread", 0},
    [RULING_CORRECT] = {"correct", TAKES_REASON | NEEDS_REASON | TAKES_AMENDMENT},
    [RULING_WITHDRAW] = {"withdraw", TAKES_REASON | NEEDS_REASON},
    [RULING_VOID] = {"void", TAKES_REASON | NEEDS_REASON},
    [RULING_RELEASE] = {"release", 0},
    [RULING_RESEND] = {"resend", 0},
    [RULING_RETRY] = {"retry", NO_SUBJECT},
    [RULING_ERASE] = {"erase", TAKES_REASON},
};

const char *ruling_verb_to_text(enum ruling_verb verb)
{
    return verbs[verb].name;
}

bool ruling_verb_from_text(const char *s, enum ruling_verb *verb_r)
{
    for (size_t i = 0; s != NULL && i < COUNT(verbs); i++) {
        if (strcmp(verbs[i].name, s) == 0) {
            *verb_r = (enum ruling_verb)i;
            return true;
        }
    }
    return false;
}

/* The texts of an order: key, where, how long, which verbs take it. */
static const struct text_row {
    const char *key;
    size_t offset;
    size_t max;
    int flag; /* 0: any verb */
} text_rows[] = {
    {"subject", offsetof(struct ruling_order, subject), TEXT_MAX, 0},
    {"body", offsetof(struct ruling_order, body), TEXT_MAX, 0},
    {"reason", offsetof(struct ruling_order, reason), REASON_MAX, TAKES_REASON},
    {"faction", offsetof(struct ruling_order, faction), TEXT_MAX, TAKES_AMENDMENT},
    {"kind", offsetof(struct ruling_order, kind), TEXT_MAX, TAKES_AMENDMENT},
    {"title", offsetof(struct ruling_order, title), TEXT_MAX, TAKES_AMENDMENT},
    {"arrived", offsetof(struct ruling_order, arrived), TEXT_MAX, TAKES_ARRIVAL},
    {"evidence", offsetof(struct ruling_order, evidence), TEXT_MAX, TAKES_ARRIVAL},
};

static const char **text_of(struct ruling_order *order, const struct text_row *row)
{
    return (const char **)(void *)((char *)order + row->offset);
}

struct json *ruling_order_to_json(const struct ruling_order *order)
{
    struct json *json = json_object_new();
    struct ruling_order copy = *order;

    json_put_text(json, "command", verbs[order->verb].name);
    for (size_t i = 0; i < COUNT(text_rows); i++) {
        const char *text = *text_of(&copy, &text_rows[i]);

        if (text != NULL)
            json_put_text(json, text_rows[i].key, text);
    }
    json_put_texts(json, "meetings", &order->meetings);
    json_put_bool(json, "silent", order->silent);
    json_put_bool(json, "receipt", order->receipt);
    return json;
}

/* NFC, trimmed; empty is as good as not given. */
static bool take_text(struct arena *arena, const struct json *json, const struct verb_row *verb,
                      const struct text_row *row, const char **text_r, struct err *err_r)
{
    const char *raw = json_text(json, row->key);
    char *text;

    *text_r = NULL;
    if (raw == NULL)
        return true;
    text = text_trim(arena, text_nfc(arena, raw, strlen(raw)));
    if (row->flag != 0 && (verb->flags & row->flag) == 0)
        return err_set(err_r, ERR_USAGE, "%s takes no --%s", verb->name, row->key);
    if (strlen(text) > row->max)
        return err_set(err_r, ERR_USAGE, "%s: longer than %zu bytes", row->key, row->max);
    if (text_has_control(text))
        return err_set(err_r, ERR_USAGE, "%s: must be one line without control characters",
                       row->key);
    *text_r = *text == '\0' ? NULL : text;
    return true;
}

static bool take_meetings(struct arena *arena, const struct json *json, const struct verb_row *verb,
                          struct texts *meetings, struct err *err_r)
{
    json_get_texts(json, "meetings", arena, meetings);
    if (meetings->n > 0 && (verb->flags & TAKES_AMENDMENT) == 0)
        return err_set(err_r, ERR_USAGE, "%s takes no --meeting", verb->name);
    if (meetings->n > MEETINGS_MAX)
        return err_set(err_r, ERR_USAGE, "--meeting: more than %d", MEETINGS_MAX);
    for (size_t i = 0; i < meetings->n; i++) {
        if (strlen(meetings->v[i]) > TEXT_MAX || text_has_control(meetings->v[i]))
            return err_set(err_r, ERR_USAGE, "--meeting: must be like Rat=2026-03-19");
    }
    return true;
}

static bool check_order(const struct ruling_order *order, const struct verb_row *verb,
                        struct err *err_r)
{
    if ((order->subject == NULL) != ((verb->flags & NO_SUBJECT) != 0))
        return err_set(err_r, ERR_USAGE, "%s: say which one", verb->name);
    if ((verb->flags & NEEDS_REASON) != 0 && order->reason == NULL && !order->receipt)
        return err_set(err_r, ERR_USAGE, "%s: say why with --reason", verb->name);
    if ((order->arrived == NULL) != (order->evidence == NULL))
        return err_set(err_r, ERR_USAGE,
                       "--arrived and --evidence go together: another time of arrival needs "
                       "something that proves it");
    if (order->silent && order->verb != RULING_IGNORE)
        return err_set(err_r, ERR_USAGE, "%s takes no --silent", verb->name);
    if (order->receipt && (order->verb != RULING_IGNORE || order->silent))
        return err_set(err_r, ERR_USAGE, "--receipt is for ignore, and not with --silent");
    return true;
}

bool ruling_order_from_json(struct arena *arena, const struct json *json,
                            struct ruling_order *order_r, struct err *err_r)
{
    const char *command = json_text(json, "command");

    *order_r = (struct ruling_order){.silent = json_bool(json, "silent"),
                                     .receipt = json_bool(json, "receipt")};
    if (!ruling_verb_from_text(command, &order_r->verb))
        return err_set(err_r, ERR_USAGE, "there is no command \"%s\"", command ? command : "");
    const struct verb_row *verb = &verbs[order_r->verb];
    for (size_t i = 0; i < COUNT(text_rows); i++) {
        if (!take_text(arena, json, verb, &text_rows[i], text_of(order_r, &text_rows[i]), err_r))
            return false;
    }
    return take_meetings(arena, json, verb, &order_r->meetings, err_r) &&
           check_order(order_r, verb, err_r);
}
