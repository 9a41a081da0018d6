/* SPDX-License-Identifier: EUPL-1.2 */
/* Known meetings, to see which one moved.  What a faction holds in its hands stays as it was. */
#include "registry/private.h"

struct meeting {
    const char *council;
    struct day day;
    int minute;
};

struct meetings {
    struct meeting *v;
    size_t n;
};

static bool read_known(struct registry *registry, struct arena *arena, const char *body,
                       struct meetings *known_r, struct err *err_r)
{
    struct statement *s;
    size_t room = 0;

    *known_r = (struct meetings){0};
    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT council, day, minute FROM meetings WHERE body = ?"
                        " ORDER BY council, day",
                        value_text(body)))
        return false;
    while (statement_next(s)) {
        known_r->v = registry_grow_rows(arena, known_r->v, known_r->n, &room, sizeof *known_r->v);
        known_r->v[known_r->n++] = (struct meeting){.council = statement_text(s, arena, 0),
                                                    .day = statement_day(s, 1),
                                                    .minute = (int)statement_int(s, 2)};
    }
    return statement_close(s, err_r);
}

static const struct conf_council *find_council(const struct conf_body *body, const char *name)
{
    for (size_t i = 0; i < body->council_count; i++) {
        if (text_equal(body->councils[i].name, name))
            return &body->councils[i];
    }
    return NULL;
}

static const struct conf_meeting *find_meeting(const struct conf_council *council, struct day day)
{
    for (size_t i = 0; council != NULL && i < council->meeting_count; i++) {
        if (council->meetings[i].day.n == day.n)
            return &council->meetings[i];
    }
    return NULL;
}

static bool was_known(const struct meetings *known, const char *council, struct day day)
{
    for (size_t i = 0; i < known->n; i++) {
        if (known->v[i].day.n == day.n && text_equal(known->v[i].council, council))
            return true;
    }
    return false;
}

/* The one meeting of the council that is new, or DAY_NONE where there is none or several: which one
 * stands for which is not guessed. */
static struct day find_new_day(const struct meetings *known, const struct conf_council *council)
{
    struct day found = DAY_NONE;
    size_t count = 0;

    for (size_t i = 0; council != NULL && i < council->meeting_count; i++) {
        if (was_known(known, council->name, council->meetings[i].day))
            continue;
        found = council->meetings[i].day;
        count++;
    }
    return count == 1 ? found : DAY_NONE;
}

static size_t count_gone(const struct meetings *known, const struct conf_council *council,
                         const char *name, struct day today)
{
    size_t count = 0;

    for (size_t i = 0; i < known->n; i++)
        count += known->v[i].day.n >= today.n && text_equal(known->v[i].council, name) &&
                 find_meeting(council, known->v[i].day) == NULL;
    return count;
}

static const char *say_minute(struct arena *arena, int minute)
{
    return minute < 0 ? "a time not known"
                      : arena_printf(arena, "%02d:%02d", minute / 60, minute % 60);
}

/* What became of the meeting, or NULL: nothing. */
static const char *say_change(struct arena *arena, const struct conf_body *body,
                              const struct meetings *known, const struct meeting *old,
                              struct day today)
{
    const struct conf_council *council = find_council(body, old->council);
    const struct conf_meeting *now = find_meeting(council, old->day);
    const char *day = day_to_text(arena, old->day);
    struct day moved;

    if (old->day.n < today.n || (now != NULL && now->minute == old->minute))
        return NULL; /* what is over may leave the file */
    if (now != NULL)
        return arena_printf(arena, "%s on %s now begins at %s, not at %s", old->council, day,
                            say_minute(arena, now->minute), say_minute(arena, old->minute));
    moved = find_new_day(known, council);
    if (day_is_none(moved) || count_gone(known, council, old->council, today) != 1)
        return arena_printf(arena, "%s on %s is no longer among the known meetings", old->council,
                            day);
    return arena_printf(arena, "%s moved from %s to %s", old->council, day,
                        day_to_text(arena, moved));
}

static bool tell_motions(struct registry *registry, struct arena *arena, const char *body,
                         const struct meeting *old, const char *text, int64_t now, size_t *moved_r,
                         struct err *err_r)
{
    if (!STATEMENT_RUN(registry, err_r,
                       "INSERT INTO events (at, event, message, body, number, actor, text, seal)"
                       " SELECT ?1, 'meeting-moved', d.message, t.body, n.number, ?2, ?3,"
                       " event_seal(?3)"
                       " FROM consultations c JOIN documents d ON d.id = c.document"
                       " JOIN motions t ON t.id = d.motion JOIN numbers n ON n.motion = t.id"
                       " WHERE c.meeting = ?4 AND c.organization = ?5 AND t.body = ?6"
                       " AND t.state = 'registered' AND d.version = t.version",
                       value_int(now), value_text(REGISTRY_ACTOR), value_text(text),
                       value_day(arena, old->day), value_text(old->council), value_text(body)))
        return false;
    *moved_r += (size_t)sqlite3_changes(registry->db);
    return true;
}

static bool keep_meetings(struct registry *registry, struct arena *arena,
                          const struct conf_body *body, struct err *err_r)
{
    if (!STATEMENT_RUN(registry, err_r, "DELETE FROM meetings WHERE body = ?",
                       value_text(body->id)))
        return false;
    for (size_t i = 0; i < body->council_count; i++) {
        const struct conf_council *council = &body->councils[i];

        for (size_t k = 0; k < council->meeting_count; k++) {
            if (!STATEMENT_RUN(registry, err_r,
                               "INSERT INTO meetings (body, council, day, minute)"
                               " VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                               value_text(body->id), value_text(council->name),
                               value_day(arena, council->meetings[k].day),
                               value_int(council->meetings[k].minute)))
                return false;
        }
    }
    return true;
}

static bool note_meetings(struct registry *registry, struct arena *arena,
                          const struct conf_body *body, int64_t now, size_t *moved_r,
                          struct err *err_r)
{
    struct meetings known;

    if (!read_known(registry, arena, body->id, &known, err_r))
        return false;
    for (size_t i = 0; i < known.n; i++) {
        const char *text = say_change(arena, body, &known, &known.v[i], moment_day(now));

        if (text != NULL &&
            !tell_motions(registry, arena, body->id, &known.v[i], text, now, moved_r, err_r))
            return false;
    }
    return keep_meetings(registry, arena, body, err_r);
}

bool registry_note_meetings(struct registry *registry, const struct conf_body *body, int64_t now,
                            size_t *moved_r, struct err *err_r)
{
    *moved_r = 0;
    if (!registry_step_begin(registry, err_r))
        return false;
    struct arena *arena = arena_new();
    bool ok = note_meetings(registry, arena, body, now, moved_r, err_r);
    arena_free(arena);
    return registry_step_end(registry, ok, err_r);
}
