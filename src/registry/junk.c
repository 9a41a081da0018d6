/* SPDX-License-Identifier: EUPL-1.2 */
/* A folder for junk: which of its mails are nobody's on the roster. */
#include "registry/private.h"

#include <stdlib.h>

#define PLACE "body = ?1 AND mailbox = ?2 AND folder = ?3 AND uidvalidity = ?4"
#define PLACE_VALUES(place)                                                               \
    value_text((place)->body), value_text((place)->mailbox), value_text((place)->folder), \
        value_int((place)->uidvalidity)

bool registry_list_left_alone(struct registry *registry, struct arena *arena,
                              const struct place *place, const char *roster,
                              struct uid_list *list_r, struct err *err_r)
{
    struct uid_list list = {0};
    struct statement *s;
    size_t room = 0;

    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT uid FROM left_alone WHERE " PLACE
                        " AND (?5 IS NULL OR roster = ?5) ORDER BY uid",
                        PLACE_VALUES(place), value_text(roster)))
        return false;
    while (statement_next(s)) {
        list.v = registry_grow_rows(arena, list.v, list.n, &room, sizeof *list.v);
        list.v[list.n++] = (uint32_t)statement_int(s, 0);
    }
    *list_r = list;
    return statement_close(s, err_r);
}

bool registry_forget_left_alone(struct registry *registry, const struct place *place, uint32_t uid,
                                struct err *err_r)
{
    return STATEMENT_RUN(registry, err_r, "DELETE FROM left_alone WHERE " PLACE " AND uid >= ?5",
                         PLACE_VALUES(place), value_int(uid));
}

bool registry_has_uid(const struct uid_list *list, uint32_t uid)
{
    return list->n > 0 && bsearch(&uid, list->v, list->n, sizeof uid, registry_compare_uid) != NULL;
}

/* Sorted; the database has no need of duplicates' order. */
static struct uid_list list_of(struct arena *arena, const uint32_t *uids, size_t count)
{
    struct uid_list list = {arena_array(arena, count + 1, sizeof *uids), count};

    for (size_t i = 0; i < count; i++)
        list.v[i] = uids[i];
    qsort(list.v, list.n, sizeof *list.v, registry_compare_uid);
    return list;
}

static bool forget(struct registry *registry, const struct place *place, uint32_t uid,
                   struct err *err_r)
{
    return STATEMENT_RUN(registry, err_r, "DELETE FROM left_alone WHERE " PLACE " AND uid = ?5",
                         PLACE_VALUES(place), value_int(uid));
}

static bool forget_gone(struct registry *registry, struct arena *arena, const struct place *place,
                        const struct uid_list *there, struct err *err_r)
{
    struct uid_list alone;

    if (!STATEMENT_RUN(registry, err_r,
                       "DELETE FROM left_alone WHERE body = ?1 AND mailbox = ?2 AND folder = ?3"
                       " AND uidvalidity <> ?4",
                       PLACE_VALUES(place)) ||
        !registry_list_left_alone(registry, arena, place, NULL, &alone, err_r))
        return false;
    for (size_t i = 0; i < alone.n; i++)
        if (!registry_has_uid(there, alone.v[i]) && !forget(registry, place, alone.v[i], err_r))
            return false;
    return true;
}

bool registry_compare_junk(struct registry *registry, struct arena *arena, const char *body,
                           const char *mailbox, const char *folder, uint32_t uidvalidity,
                           const uint32_t *uids, size_t count, const char *roster,
                           struct uid_sets *sets_r, struct err *err_r)
{
    const struct place place = {body, mailbox, folder, uidvalidity};
    const struct uid_list there = list_of(arena, uids, count);
    struct uid_list alone;
    size_t kept = 0;

    if (!registry_step_begin(registry, err_r))
        return false;
    bool ok = forget_gone(registry, arena, &place, &there, err_r);
    if (!registry_step_end(registry, ok, err_r) ||
        !registry_compare_uids(registry, arena, body, mailbox, folder, uidvalidity, uids, count,
                               sets_r, err_r) ||
        !registry_list_left_alone(registry, arena, &place, roster, &alone, err_r))
        return false;
    for (size_t i = 0; i < sets_r->wanted_count; i++)
        if (!registry_has_uid(&alone, sets_r->wanted[i]))
            sets_r->wanted[kept++] = sets_r->wanted[i];
    sets_r->wanted_count = kept;
    return true;
}

bool registry_leave_alone(struct registry *registry, const struct raw_mail *raw, const char *roster,
                          struct err *err_r)
{
    const struct place place = {raw->body, raw->mailbox, raw->folder, raw->uidvalidity};

    if (!registry_step_begin(registry, err_r))
        return false;
    bool ok = STATEMENT_RUN(registry, err_r,
                            "INSERT OR REPLACE INTO left_alone"
                            " (body, mailbox, folder, uidvalidity, uid, roster)"
                            " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                            PLACE_VALUES(&place), value_int(raw->uid), value_text(roster));
    return registry_step_end(registry, ok, err_r);
}
