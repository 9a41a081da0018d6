/* SPDX-License-Identifier: EUPL-1.2 */
/* Bytes to a reading with its signature verified, both jobs, through JSON as the clerk takes it,
 * and who it is from. */
#include "fuzz.h"

#include "base/json.h"
#include "motion/reading.h"
#include "trust/trust.h"

#include <string.h>

#define ARRIVAL 1770635100 /* while the certificates of the seeds are valid */

/* A town of one member, whose address, name and server mails may play with. */
static void judge(struct arena *arena, const struct reading *reading)
{
    struct conf_member member = {.address = "w.vanbeek@spd-hau.example",
                                 .name = "Wilhelm van Beek",
                                 .since = DAY_NONE,
                                 .until = DAY_NONE};
    struct conf_faction faction = {
        .title = "SPD", .name = "SPD", .members = &member, .member_count = 1};
    struct conf_body body = {.id = "hau", .factions = &faction, .faction_count = 1};
    struct verdict verdict;
    texts_add(&body.authserv_id, arena, "mx.hau.example");
    trust_judge(arena, reading, &body, NULL, (struct day){20000}, &verdict);
    if (!verdict.reason)
        panic("a verdict without a reason");
    for (size_t i = 0; i < verdict.pretences.n; i++)
        if (!text_is_utf8(verdict.pretences.v[i].shown, strlen(verdict.pretences.v[i].shown)))
            panic("a pretence that is not UTF-8");
}

static void round_trip(struct arena *arena, const struct reading *reading)
{
    struct json *json = reading_to_json(reading);
    const char *text = json_print_compact(arena, json);
    struct reading *again;
    struct err err;
    json_free(json);
    if (!reading_from_json(arena, text, strlen(text), &again, &err))
        panic("our own reading is refused: %s", err.text);
    judge(arena, again);
}

static void make(const uint8_t *data, size_t size, enum mail_depth depth)
{
    struct arena *arena = arena_new();
    struct reading *reading;
    struct err err;
    if (reading_make(arena, (const char *)data, size, depth, &reading, &err)) {
        mail_verify(arena, reading->mail, NULL, ARRIVAL);
        round_trip(arena, reading);
    }
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mail_preload();
    motion_preload();
    make(data, size, MAIL_HEAD);
    make(data, size, MAIL_CONTENT);
    return 0;
}
