/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "town_judge.h"

void town_judge(struct arena *arena, const struct conf_body *body, const char *bytes, size_t n,
                const struct reading **reading_r, struct conclusion *conclusion_r)
{
    struct reading *reading;
    struct err err;

    if (!reading_make(arena, bytes, n, MAIL_CONTENT, &reading, &err))
        fail_msg("it cannot be read: %s", err.text);
    const struct message message = {
        .body = body,
        .mailbox = &body->mailboxes[0],
        .raw = {.size = n, .fd = -1, .internaldate = town_moment("2015-08-04T12:03:14+02:00")},
        .reading = reading,
        .now = town_moment("2015-08-04T12:03:20+02:00"),
        .token = TOWN_TOKEN,
    };
    *reading_r = reading;
    *conclusion_r = (struct conclusion){0};
    if (!pipeline_conclude(NULL, arena, &message, conclusion_r, &err))
        fail_msg("it is not judged: %s", err.text);
}
