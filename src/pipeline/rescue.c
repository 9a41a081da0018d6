/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * No mail is without an outcome because of a mistake of ours.  What was looked up and what is
 * recorded stand in one transaction, so that what could not be recorded now could not be at the
 * next visit either: a person has to see it, who can have it read again once the program is mended.
 */
#include "pipeline/pipeline.h"

static bool record(struct registry *registry, const struct message *message,
                   const struct conclusion *c, int64_t *id_r, struct err *err_r)
{
    const struct registry_entry entry = pipeline_entry(message, c);

    return registry_record(registry, &entry, id_r, err_r);
}

/* With all that was read of it, for whoever accepts it. */
static bool hold_read(struct registry *registry, struct arena *arena, const struct message *message,
                      struct conclusion *c, int64_t *id_r, struct err *err_r)
{
    if (!registry_part_begin(registry, err_r))
        return false;
    bool ok = pipeline_conclude(registry, arena, message, c, err_r) &&
              record(registry, message, c, id_r, err_r);
    return registry_part_end(registry, ok, err_r);
}

/* As if nothing could be read of it, but for when it arrived. */
static bool hold_bare(struct registry *registry, struct arena *arena, const struct message *message,
                      struct conclusion *c, int64_t *id_r, struct err *err_r)
{
    struct message bare = *message;
    struct arrival arrival = c->arrival;

    bare.reading = NULL;
    *c = (struct conclusion){0};
    if (!registry_part_begin(registry, err_r))
        return false;
    bool ok = pipeline_conclude(registry, arena, &bare, c, err_r);
    c->arrival = c->decision.arrival = arrival;
    ok = ok && record(registry, &bare, c, id_r, err_r);
    return registry_part_end(registry, ok, err_r);
}

bool pipeline_rescue(struct registry *registry, struct arena *arena, const struct message *message,
                     struct conclusion *conclusion_r, int64_t *id_r, struct err *err_r)
{
    struct message failed = *message;

    if (err_r->kind != ERR_BUG)
        return false;
    failed.failure = arena_strdup(arena, err_r->text);
    *conclusion_r = (struct conclusion){0};
    return hold_read(registry, arena, &failed, conclusion_r, id_r, err_r) ||
           (err_r->kind == ERR_BUG &&
            hold_bare(registry, arena, &failed, conclusion_r, id_r, err_r));
}
