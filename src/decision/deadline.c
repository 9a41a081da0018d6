/* SPDX-License-Identifier: EUPL-1.2 */
#include "decision/deadline.h"

#include "decision/say.h"

static const char *const state_names[] = {
    [DEADLINE_IN_TIME] = "in-time",
    [DEADLINE_LATE] = "late",
    [DEADLINE_UNKNOWN] = "unknown",
    [DEADLINE_NONE] = "none",
};

const char *deadline_state_to_text(enum deadline_state state)
{
    return state_names[state];
}

bool deadline_state_from_text(const char *s, enum deadline_state *state_r)
{
    size_t i;

    if (!text_find_word(state_names, sizeof(state_names) / sizeof(state_names[0]), s, &i))
        return false;
    *state_r = (enum deadline_state)i;
    return true;
}

/* ---- which kinds a rule is for ----------------------------------------------------------------
 */

/* Amendments and supplements may come as long as the matter is open; urgency is the council's. */
static bool has_rule_by_default(enum motion_kind kind)
{
    return kind != MOTION_AMENDMENT && kind != MOTION_SUPPLEMENT && kind != MOTION_URGENT;
}

static bool applies_to(const struct conf_deadline *rule, enum motion_kind kind)
{
    if (rule == NULL || rule->kinds.n == 0)
        return has_rule_by_default(kind);
    return texts_has(&rule->kinds, motion_kind_to_text(kind));
}

/* ---- counting ---------------------------------------------------------------------------------
 */

/* Whether a unit may fall on this weekday at all, holidays aside. */
static bool is_unit_weekday(enum conf_unit unit, enum weekday weekday)
{
    switch (unit) {
    case CONF_UNIT_WERKTAGE:
        return weekday != SUNDAY;
    case CONF_UNIT_ARBEITSTAGE:
        return weekday != SATURDAY && weekday != SUNDAY;
    case CONF_UNIT_CALENDAR:
    case CONF_UNIT_HOURS:
        break;
    }
    return true;
}

struct counting {
    struct arena *arena;
    const struct conf_body *body;
    enum conf_unit unit;
    struct texts skipped; /* holidays on which a unit would have fallen */
};

static bool is_counted(struct counting *counting, struct day day)
{
    const char *holiday;

    if (counting->unit == CONF_UNIT_CALENDAR)
        return true;
    if (!is_unit_weekday(counting->unit, day_weekday(day)))
        return false;
    holiday = holiday_name(counting->body, day);
    if (holiday == NULL)
        return true;
    texts_add(&counting->skipped, counting->arena,
              arena_printf(counting->arena, "%s, %s",
                           say_weekday(counting->arena, counting->body->language, day), holiday));
    return false;
}

static struct day count_back(struct counting *counting, struct day day, int units)
{
    while (units-- > 0) {
        do {
            day = day_add(day, -1);
        } while (!is_counted(counting, day));
    }
    return day;
}

static struct day find_last_day(struct counting *counting, const struct conf_deadline *rule,
                                struct day meeting)
{
    switch (rule->count) {
    case CONF_COUNT_BEFORE:
        break;
    case CONF_COUNT_CLEAR:
        /* any day will do as long as n whole units lie behind it */
        return day_add(count_back(counting, meeting, rule->days), -1);
    case CONF_COUNT_INCLUSIVE:
        return count_back(counting, meeting, rule->days - 1);
    }
    return count_back(counting, meeting, rule->days);
}

/* ---- in words ---------------------------------------------------------------------------------
 */

/* "§ 3 Abs. 1 GeschO: 14 Kalendertage" */
static void add_units(struct text *text, const struct say_words *words,
                      const struct conf_deadline *rule)
{
    int plural = rule->days != 1;

    if (rule->text != NULL && *rule->text != '\0')
        text_addf(text, "%s: ", rule->text);
    text_addf(text, "%d ", rule->days);
    if (rule->count == CONF_COUNT_CLEAR && rule->unit != CONF_UNIT_HOURS)
        text_add(text, words->whole[plural]);
    text_add(text, words->units[rule->unit][plural]);
    text_add(text, words->week[rule->unit]);
}

static void add_moment(struct text *text, const char *language, struct day day, int minute)
{
    text_addf(text, "%s, %s", say_weekday(text->arena, language, day),
              say_minute(text->arena, language, minute));
}

static const char *say_days_rule(struct counting *counting, const struct conf_deadline *rule,
                                 struct day last_day)
{
    const char *language = counting->body->language;
    const struct say_words *words = say_words(language);
    struct text text;

    text_init(&text, counting->arena);
    add_units(&text, words, rule);
    text_add(&text, words->counts[rule->count]);
    if (counting->skipped.n > 0)
        text_addf(&text, "%s%s", words->skipped,
                  text_join(counting->arena, &counting->skipped, "; "));
    text_add(&text, words->last_day);
    add_moment(&text, language, last_day, rule->cutoff);
    return text.s;
}

static const char *say_hours_rule(struct arena *arena, const char *language,
                                  const struct conf_deadline *rule, int64_t until)
{
    const struct say_words *words = say_words(language);
    struct text text;

    text_init(&text, arena);
    add_units(&text, words, rule);
    text_add(&text, words->before_start);
    text_add(&text, words->latest);
    add_moment(&text, language, moment_day(until), moment_minute(until));
    return text.s;
}

/* ---- the judgement ----------------------------------------------------------------------------
 */

static void judge_days(struct arena *arena, const struct conf_body *body,
                       const struct conf_deadline *rule, struct day meeting, int64_t arrived_at,
                       struct deadline *deadline)
{
    struct counting counting = {.arena = arena, .body = body, .unit = rule->unit};

    deadline->last_day = find_last_day(&counting, rule, meeting);
    deadline->until = moment_from_local(deadline->last_day, rule->cutoff);
    deadline->rule = say_days_rule(&counting, rule, deadline->last_day);
    deadline->state = arrived_at < deadline->until ? DEADLINE_IN_TIME : DEADLINE_LATE;
}

/* Hours are real ones: a night in which the clocks change has one more or less. */
static void judge_hours(struct arena *arena, const struct conf_body *body,
                        const struct conf_deadline *rule, struct day meeting, int minute,
                        int64_t arrived_at, struct deadline *deadline)
{
    if (minute < 0)
        return; /* the start is not known */
    deadline->until = moment_from_local(meeting, minute) - (int64_t)rule->days * 3600;
    deadline->last_day = moment_day(deadline->until);
    deadline->rule = say_hours_rule(arena, body->language, rule, deadline->until);
    /* "at the latest n hours before": the very moment is still n hours before */
    deadline->state = arrived_at <= deadline->until ? DEADLINE_IN_TIME : DEADLINE_LATE;
}

void deadline_judge(struct arena *arena, const struct conf_body *body,
                    const struct conf_deadline *rule, enum motion_kind kind, struct day meeting,
                    int meeting_minute, int64_t arrived_at, struct deadline *deadline_r)
{
    *deadline_r =
        (struct deadline){.state = DEADLINE_UNKNOWN, .last_day = DAY_NONE, .until = MOMENT_NONE};
    if (!applies_to(rule, kind)) {
        deadline_r->state = DEADLINE_NONE;
        return;
    }
    if (rule == NULL || !rule->set || day_is_none(meeting))
        return;
    if (rule->unit == CONF_UNIT_HOURS)
        judge_hours(arena, body, rule, meeting, meeting_minute, arrived_at, deadline_r);
    else
        judge_days(arena, body, rule, meeting, arrived_at, deadline_r);
}

const struct deadline *deadline_strictest(const struct deadline *a, const struct deadline *b)
{
    /* the order of the states is the order of strictness, but late comes before in time */
    static const int ranks[] = {
        [DEADLINE_LATE] = 0,
        [DEADLINE_IN_TIME] = 1,
        [DEADLINE_UNKNOWN] = 2,
        [DEADLINE_NONE] = 3,
    };

    if (ranks[a->state] != ranks[b->state])
        return ranks[a->state] < ranks[b->state] ? a : b;
    return b->until < a->until ? b : a;
}
