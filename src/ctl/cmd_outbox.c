/* SPDX-License-Identifier: EUPL-1.2 */
/* antragctl outbox: every answer and what came of it. */
#include "ctl/ctl.h"
#include "ctl/rows.h"
#include "ctl/table.h"

/* Of what it is an answer: a reminder or a gathered review answers no one mail. */
static const char *cause(struct ctl *ctl, const struct delivery *row)
{
    if (row->number)
        return row->number;
    return row->message ? arena_printf(ctl->arena, "m%lld", (long long)row->message) : "-";
}

static void print_deliveries(struct ctl *ctl, const struct delivery *rows, size_t count)
{
    static const char *const titles[] = {"ID",       "KIND", "FOR",           "TO", "STATE",
                                         "ATTEMPTS", "NEXT", "LAST RESPONSE", NULL};
    struct table *table = table_new(ctl->arena, titles, 7);
    for (size_t i = 0; i < count; i++) {
        const struct delivery *row = &rows[i];
        if (!ctl_wants_body(ctl, row->body))
            continue;
        const char *cells[] = {arena_printf(ctl->arena, "o%lld", (long long)row->id),
                               reply_kind_to_text(row->kind),
                               cause(ctl, row),
                               rows_to(row),
                               delivery_state_to_text(row->state),
                               arena_printf(ctl->arena, "%d", row->attempts),
                               ctl_moment(ctl, row->next_attempt),
                               row->response};
        table_add(table, cells);
    }
    table_print(table, "no answers");
}

bool ctl_outbox(struct ctl *ctl, int *exit_code_r, struct err *err_r)
{
    struct delivery *rows;
    size_t count;
    (void)exit_code_r; /* stays 0 */
    if (!registry_list_deliveries(ctl->registry, ctl->arena, 0, 0, &rows, &count, err_r))
        return false;
    if (ctl->json) {
        struct json *array = json_array_new();
        for (size_t i = 0; i < count; i++)
            if (ctl_wants_body(ctl, rows[i].body))
                json_add(array, rows_delivery_to_json(ctl, &rows[i]));
        ctl_print_json(ctl, array);
    } else {
        print_deliveries(ctl, rows, count);
    }
    return true;
}
