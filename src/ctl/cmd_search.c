/* SPDX-License-Identifier: EUPL-1.2 */
/* antragctl search and deadlines. */
#include "ctl/ctl.h"
#include "ctl/rows.h"
#include "ctl/table.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- search ---------------------------------------------------------------------------------- */

static const char *operands(struct ctl *ctl)
{
    struct texts words = {0};
    for (int i = 0; i < ctl->argc; i++)
        texts_add(&words, ctl->arena, ctl->argv[i]);
    return text_join(ctl->arena, &words, " ");
}

/* As list has it; what is held has neither number nor version. */
static struct json *found_to_json(struct ctl *ctl, const struct found_row *row)
{
    struct json *object = rows_motion_to_json(ctl, &row->motion);
    if (row->motion.number)
        return object;
    json_put_null(object, "version");
    json_put_text(object, "state", message_state_to_text(MESSAGE_HELD));
    if (!row->has_document)
        json_put_null(object, "kind");
    return object;
}

static void print_found(struct ctl *ctl, const struct found_row *rows, size_t count)
{
    static const char *const titles[] = {"NUMBER", "ARRIVED", "FROM", "TITLE", "STATE", NULL};
    struct table *table = table_new(ctl->arena, titles, 3);
    for (size_t i = 0; i < count; i++) {
        const struct motion_row *row = &rows[i].motion;
        const char *id = arena_printf(ctl->arena, "m%lld", (long long)row->message);
        const char *factions = text_join(ctl->arena, &row->factions, ", ");
        const char *cells[] = {row->number ? row->number : id, ctl_moment(ctl, row->arrived_at),
                               *factions ? factions : row->sender_address, rows_title(row),
                               row->number ? motion_state_to_text(row->state)
                                           : message_state_to_text(MESSAGE_HELD)};
        table_add(table, cells);
    }
    table_print(table, "nothing found");
}

bool ctl_search(struct ctl *ctl, int *exit_code_r, struct err *err_r)
{
    struct found_row *rows;
    size_t count;
    (void)exit_code_r; /* stays 0 */
    if (!registry_search(ctl->registry, ctl->arena, operands(ctl), ctl->body, &rows, &count, err_r))
        return false;
    if (!ctl->json) {
        print_found(ctl, rows, count);
        return true;
    }
    struct json *array = json_array_new();
    for (size_t i = 0; i < count; i++)
        json_add(array, found_to_json(ctl, &rows[i]));
    ctl_print_json(ctl, array);
    return true;
}

/* ---- deadlines ------------------------------------------------------------------------------- */

struct due {
    const struct conf_body *body;
    const struct conf_council *council;
    const struct conf_meeting *meeting;
    struct deadline deadline; /* of a motion that arrived now */
};

/* The rule may be for some kinds only: for the first it is for. */
static void count_back(struct ctl *ctl, struct due *due, int64_t now)
{
    for (int kind = 0; kind < MOTION_KIND_COUNT; kind++) {
        deadline_judge(ctl->arena, due->body, &due->council->deadline, (enum motion_kind)kind,
                       due->meeting->day, due->meeting->minute, now, &due->deadline);
        if (due->deadline.state != DEADLINE_NONE)
            return;
    }
}

static int compare_dues(const void *a, const void *b)
{
    const struct due *x = a, *y = b;
    if (x->meeting->day.n != y->meeting->day.n)
        return x->meeting->day.n < y->meeting->day.n ? -1 : 1;
    return strcmp(x->council->name, y->council->name);
}

static void add_council(struct ctl *ctl, const struct conf_body *body,
                        const struct conf_council *council, struct due **dues, size_t *count)
{
    for (size_t i = 0; i < council->meeting_count; i++) {
        *dues = arena_grow(ctl->arena, *dues, *count, *count + 1, sizeof **dues);
        struct due *due = &(*dues)[(*count)++];
        *due = (struct due){.body = body, .council = council, .meeting = &council->meetings[i]};
        count_back(ctl, due, (int64_t)time(NULL));
    }
}

static struct due *list_dues(struct ctl *ctl, size_t *count_r)
{
    struct due *dues = NULL;
    *count_r = 0;
    for (size_t i = 0; i < ctl->conf->body_count; i++) {
        const struct conf_body *body = &ctl->conf->bodies[i];
        if (ctl->body && strcmp(ctl->body, body->id) != 0)
            continue;
        for (size_t k = 0; k < body->council_count; k++)
            add_council(ctl, body, &body->councils[k], &dues, count_r);
    }
    if (*count_r > 1)
        qsort(dues, *count_r, sizeof *dues, compare_dues);
    return dues;
}

static const char *meeting_text(struct ctl *ctl, const struct conf_meeting *meeting)
{
    const char *day = day_to_text(ctl->arena, meeting->day);
    return meeting->minute < 0 ? day
                               : arena_printf(ctl->arena, "%s %02d:%02d", day, meeting->minute / 60,
                                              meeting->minute % 60);
}

static struct json *due_to_json(struct ctl *ctl, const struct due *due)
{
    struct json *object = json_object_new();
    json_put_text(object, "body", due->body->id);
    json_put_text(object, "organization", due->council->name);
    json_put_text(object, "meeting_date", day_to_text(ctl->arena, due->meeting->day));
    json_put_text(object, "start",
                  due->meeting->minute < 0
                      ? NULL
                      : moment_to_text(ctl->arena,
                                       moment_from_local(due->meeting->day, due->meeting->minute)));
    json_put(object, "deadline", rows_deadline_to_json(ctl, &due->deadline));
    json_put_text(object, "until", moment_to_text(ctl->arena, due->deadline.until));
    return object;
}

static void print_dues(struct ctl *ctl, const struct due *dues, size_t count)
{
    static const char *const titles[] = {"LAST DAY", "NOW", "MEETING", "COUNCIL", "COUNTING", NULL};
    struct table *table = table_new(ctl->arena, titles, 4);
    for (size_t i = 0; i < count; i++) {
        const struct deadline *deadline = &dues[i].deadline;
        const char *last = day_to_text(ctl->arena, deadline->last_day);
        const char *cells[] = {last ? last : "-", deadline_state_to_text(deadline->state),
                               meeting_text(ctl, dues[i].meeting), dues[i].council->name,
                               deadline->rule ? deadline->rule : "no rule is configured"};
        table_add(table, cells);
    }
    table_print(table, "no meeting is known; see \"meetings\" in antragd.conf(5)");
}

bool ctl_deadlines(struct ctl *ctl, int *exit_code_r, struct err *err_r)
{
    size_t count;
    struct due *dues = list_dues(ctl, &count);
    (void)exit_code_r, (void)err_r;
    if (!ctl->json) {
        print_dues(ctl, dues, count);
        return true;
    }
    struct json *array = json_array_new();
    for (size_t i = 0; i < count; i++)
        json_add(array, due_to_json(ctl, &dues[i]));
    ctl_print_json(ctl, array);
    return true;
}
