/* SPDX-License-Identifier: EUPL-1.2 */
/* Events by what they are about, and waiting for more of them. */
#include "registry/private.h"

#include <sys/inotify.h>
#include <unistd.h>

static const char select_events[] =
    "SELECT seq, at, event, message, delivery, number, actor, text FROM events e"
    " WHERE seq > ?1 AND (?2 IS NULL OR at >= ?2) AND (?3 IS NULL OR message = ?3)"
    " AND (?4 IS NULL OR delivery = ?4) AND (?5 IS NULL OR body = ?5)"
    " AND (?6 IS NULL OR number = ?6) AND (?7 IS NULL"
    " OR EXISTS (SELECT 1 FROM messages m WHERE m.id = e.message"
    " AND instr(',' || m.sender_key || ',', ',' || ?7 || ',') > 0)"
    " OR EXISTS (SELECT 1 FROM deliveries d WHERE d.id = e.delivery AND d.recipient_key = ?7))"
    " ORDER BY seq";

bool registry_filter_events(struct registry *registry, struct arena *arena,
                            const struct event_filter *filter, struct event_row **rows_r,
                            size_t *count_r, struct err *err_r)
{
    const char *address = filter->address == NULL ? NULL : text_fold(arena, filter->address);
    struct event_row *rows = NULL;
    size_t count = 0, room = 0;
    struct statement *s;

    if (!STATEMENT_OPEN(registry, &s, err_r, select_events, value_int(filter->after),
                        value_moment(filter->since), value_id(filter->message),
                        value_id(filter->delivery), value_text(filter->body),
                        value_text(filter->number), value_text(address)))
        return false;
    while (statement_next(s)) {
        rows = registry_grow_rows(arena, rows, count, &room, sizeof *rows);
        registry_read_event(s, arena, &rows[count++]);
    }
    *rows_r = rows;
    *count_r = count;
    return statement_close(s, err_r);
}

/* Every commit writes to the log of the database, which is a file in the directory. */
bool registry_watch(struct registry *registry, int *fd_r, struct err *err_r)
{
    *fd_r = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (*fd_r >= 0 && inotify_add_watch(*fd_r, registry->directory,
                                        IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_ONLYDIR) >= 0)
        return true;
    err_set_errno(err_r, ERR_UNAVAILABLE, "cannot watch the registry in %s", registry->directory);
    if (*fd_r >= 0)
        close(*fd_r);
    *fd_r = -1;
    return false;
}
