/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the town keeps no longer than it said is erased, a few mails at a time, and what erasing
 * leaves in the files is worked off a piece at a time: mails and answers go on meanwhile.  No
 * looking back is needed after a restart, the registry knows what is too old and what is left.
 */
#include "daemon/clerk_p.h"

#include "daemon/monotonic.h"
#include "registry/erase.h"

#define DAY_SECONDS 86400
#define PERIOD_SECONDS 3600 /* less often than once a piece of work ends, or it never would */
#define ERASED_AT_ONCE 20
#define PIECES_AT_ONCE 8

static void complain(const char *body, const struct err *err)
{
    log_event(LOG_ERROR, "retention", "body", body, "error", err->text, NULL);
}

static int64_t days_ago(int64_t now, int days)
{
    return days == 0 ? MOMENT_NONE : now - (int64_t)days * DAY_SECONDS;
}

static bool erase_one(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                      int64_t message, struct err *err_r)
{
    const struct ruled_by by = {.actor = REGISTRY_RETENTION, .at = clerk_now()};
    struct erasure erasure;

    if (!registry_erase(clerk->registry, arena, message, &by, &erasure, err_r))
        return false;
    log_event(LOG_INFO, "erased", "body", body->id, "message", log_int(message), "actor", by.actor,
              NULL);
    return true;
}

/* *more_r: as many as may be at once. */
static bool erase_expired(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                          bool *more_r, struct err *err_r)
{
    int64_t now = clerk_now(), *ids;
    const struct retention retention = {
        .now = now,
        .ignored_before = days_ago(now, body->retention.ignored_days),
        .held_before = days_ago(now, body->retention.held_days),
        .told_before = days_ago(now, RETENTION_NOTICE_DAYS),
    };
    size_t count;

    if (!registry_list_expired(clerk->registry, arena, body->id, &retention, ERASED_AT_ONCE, &ids,
                               &count, err_r))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!erase_one(clerk, arena, body, ids[i], err_r))
            return false;
    }
    *more_r = *more_r || count == ERASED_AT_ONCE;
    return true;
}

static void erase_all_expired(struct clerk *clerk)
{
    bool more = false;

    for (size_t i = 0; i < clerk->conf->body_count; i++) {
        struct arena *arena = arena_new();
        struct err err;

        if (!erase_expired(clerk, arena, &clerk->conf->bodies[i], &more, &err))
            complain(clerk->conf->bodies[i].id, &err);
        arena_free(arena);
    }
    clerk->retention_due = monotonic_seconds() + (more ? 0 : PERIOD_SECONDS);
}

void retention_run(struct clerk *clerk)
{
    bool left = true;
    struct err err;

    if (monotonic_seconds() >= clerk->retention_due)
        erase_all_expired(clerk);
    for (int i = 0; i < PIECES_AT_ONCE && left; i++) {
        if (!registry_finish_erasures(clerk->registry, &left, &err)) {
            complain("", &err);
            return;
        }
    }
}
