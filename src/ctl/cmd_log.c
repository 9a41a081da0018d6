/* SPDX-License-Identifier: EUPL-1.2 */
/* antragctl log: what happened, a line each, in order. */
#include "ctl/ctl.h"
#include "ctl/rows.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- which ----------------------------------------------------------------------------------- */

static bool parse_since(const char *s, int64_t *moment_r, struct err *err_r)
{
    struct day day;
    *moment_r = MOMENT_NONE;
    if (!s || moment_parse_local(s, moment_r))
        return true;
    if (day_parse(s, &day)) {
        *moment_r = moment_from_local(day, 0);
        return true;
    }
    return err_set(err_r, ERR_USAGE,
                   "--since: \"%s\" is neither a day like 2026-03-19 nor a time like "
                   "2026-03-19T14:05 or 2026-03-19T14:05:00+01:00",
                   s);
}

static bool make_filter(const struct ctl *ctl, struct event_filter *filter_r, struct err *err_r)
{
    const char *what = ctl->argc ? ctl->argv[0] : NULL;
    *filter_r = (struct event_filter){.body = ctl->body};
    if (!parse_since(ctl->since, &filter_r->since, err_r))
        return false;
    if (!what || ctl_parse_id(what, 'm', &filter_r->message) ||
        ctl_parse_id(what, 'o', &filter_r->delivery))
        return true;
    if (strchr(what, '@'))
        filter_r->address = what;
    else
        filter_r->number = what;
    return true;
}

/* ---- printing -------------------------------------------------------------------------------- */

static void print_event(struct ctl *ctl, const struct event_row *row)
{
    ctl_line(ctl, "%s  %-5s %-14s %-14s %s%s%s", ctl_moment(ctl, row->at), row->id ? row->id : "-",
             row->number ? row->number : "-", row->event, row->text ? row->text : "",
             strcmp(row->actor, "antragd") == 0 ? "" : "  by ",
             strcmp(row->actor, "antragd") == 0 ? "" : row->actor);
}

static void print_events(struct ctl *ctl, const struct event_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        print_event(ctl, &rows[i]);
}

/* A list that does not end is no JSON value: an object a line instead. */
static void print_json_lines(struct ctl *ctl, const struct event_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct json *object = rows_event_to_json(ctl, &rows[i]);
        puts(json_print_compact(ctl->arena, object));
        json_free(object);
    }
}

static void print_json_list(struct ctl *ctl, const struct event_row *rows, size_t count)
{
    struct json *array = json_array_new();
    for (size_t i = 0; i < count; i++)
        json_add(array, rows_event_to_json(ctl, &rows[i]));
    ctl_print_json(ctl, array);
}

/* ---- following ------------------------------------------------------------------------------- */

static void drain(int fd)
{
    char bytes[4096];
    while (read(fd, bytes, sizeof bytes) > 0)
        ;
}

/* What is being committed is written first, made durable then, and can be read last; of the last
 * nobody is told.  After news it is therefore looked again, later and later, in milliseconds. */
static const int again[] = {50, 500, 5000, -1};

/* False when nobody reads us any more. */
static bool wait_for_news(int fd, size_t *quiet)
{
    struct pollfd waits[] = {{fd, POLLIN, 0}, {STDOUT_FILENO, 0, 0}};
    int n = poll(waits, 2, again[*quiet]);
    if (n < 0)
        return errno == EINTR;
    if (waits[1].revents & (POLLERR | POLLHUP))
        return false;
    if (waits[0].revents) {
        drain(fd);
        *quiet = 0;
    } else {
        ++*quiet;
    }
    return true;
}

/* Each look has an arena of its own: it may follow for months. */
static bool look(struct ctl *ctl, struct event_filter *filter, struct err *err_r)
{
    struct event_row *rows;
    size_t count;
    struct arena *whole = ctl->arena;
    ctl->arena = arena_new();
    bool ok = registry_filter_events(ctl->registry, ctl->arena, filter, &rows, &count, err_r);
    if (ok && count) {
        filter->after = rows[count - 1].seq;
        if (ctl->json)
            print_json_lines(ctl, rows, count);
        else
            print_events(ctl, rows, count);
        ok = fflush(stdout) == 0 || err_set_errno(err_r, ERR_CANNOT_CREATE, "standard output");
    }
    arena_free(ctl->arena);
    ctl->arena = whole;
    return ok;
}

static bool follow(struct ctl *ctl, struct event_filter *filter, struct err *err_r)
{
    size_t quiet = 0;
    int fd;
    if (!registry_watch(ctl->registry, &fd, err_r))
        return false;
    bool ok = look(ctl, filter, err_r);
    while (ok && wait_for_news(fd, &quiet))
        ok = look(ctl, filter, err_r);
    close(fd);
    return ok;
}

bool ctl_log(struct ctl *ctl, int *exit_code_r, struct err *err_r)
{
    struct event_filter filter;
    struct event_row *rows;
    size_t count;
    (void)exit_code_r; /* stays 0 */
    if (!make_filter(ctl, &filter, err_r))
        return false;
    if (ctl->follow)
        return follow(ctl, &filter, err_r);
    if (!registry_filter_events(ctl->registry, ctl->arena, &filter, &rows, &count, err_r))
        return false;
    if (count == 0 && ctl->argc && !ctl->since)
        return err_set(err_r, ERR_NO_INPUT, "nothing is known of \"%s\"", ctl->argv[0]);
    if (ctl->json)
        print_json_list(ctl, rows, count);
    else
        print_events(ctl, rows, count);
    return true;
}
