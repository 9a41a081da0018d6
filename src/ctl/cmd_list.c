/* SPDX-License-Identifier: EUPL-1.2 */
/* antragctl list, show and inbox. */
#include "ctl/ctl.h"
#include "ctl/rows.h"
#include "ctl/table.h"

#include "base/file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- list ------------------------------------------------------------------------------------ */

static bool parse_day(const char *option, const char *s, struct day *day_r, struct err *err_r)
{
    *day_r = DAY_NONE;
    return !s || day_parse(s, day_r) ||
           err_set(err_r, ERR_USAGE, "%s: \"%s\" is no date like 2026-03-19", option, s);
}

static bool make_filter(const struct ctl *ctl, struct motion_filter *filter_r, struct err *err_r)
{
    enum motion_state state;
    *filter_r = (struct motion_filter){.body = ctl->body, .faction = ctl->faction, .state = -1};
    if (ctl->state && !motion_state_from_text(ctl->state, &state))
        return err_set(err_r, ERR_USAGE,
                       "--state: a motion is registered, withdrawn, replaced or void, not \"%s\"",
                       ctl->state);
    if (ctl->state)
        filter_r->state = (int)state;
    return parse_day("--meeting", ctl->meeting, &filter_r->meeting, err_r) &&
           parse_day("--since", ctl->since, &filter_r->since, err_r);
}

static const char *movers(struct ctl *ctl, const struct motion_row *row)
{
    return text_join(ctl->arena, &row->factions, ", ");
}

static const char *meetings(struct ctl *ctl, const struct motion_row *row)
{
    struct texts texts = {0};
    for (size_t i = 0; i < row->consultation_count; i++) {
        const struct motion_row_consultation *c = &row->consultations[i];
        const char *day = day_to_text(ctl->arena, c->meeting);
        texts_add(&texts, ctl->arena,
                  day ? arena_printf(ctl->arena, "%s %s", c->organization, day) : c->organization);
    }
    return text_join(ctl->arena, &texts, ", ");
}

static const char *deadline(struct ctl *ctl, const struct deadline *deadline)
{
    const char *state = deadline_state_to_text(deadline->state);
    const char *day = day_to_text(ctl->arena, deadline->last_day);
    return day ? arena_printf(ctl->arena, "%s (%s)", state, day) : state;
}

static bool is_version(const struct motion_paper *paper)
{
    return text_equal(paper->role, "motion") || text_equal(paper->role, "replacement");
}

/* Of a motion that was replaced the arrivals of all versions, the present one first. */
static const char *arrivals(struct ctl *ctl, const struct motion_row *row)
{
    const char *text = ctl_moment(ctl, row->arrived_at);
    for (size_t i = row->paper_count; i-- > 0;)
        if (is_version(&row->papers[i]))
            text = arena_printf(ctl->arena, "%s, before %s", text,
                                ctl_moment(ctl, row->papers[i].arrived_at));
    return text;
}

static const char *deadlines(struct ctl *ctl, const struct motion_row *row)
{
    const char *text = deadline(ctl, &row->deadline);
    for (size_t i = row->paper_count; i-- > 0;)
        if (is_version(&row->papers[i]))
            text = arena_printf(ctl->arena, "%s, before %s", text,
                                deadline(ctl, &row->papers[i].deadline));
    return text;
}

static void print_motions(struct ctl *ctl, const struct motion_row *rows, size_t count)
{
    static const char *const titles[] = {"NUMBER",  "ARRIVED",  "FACTIONS", "TITLE",
                                         "MEETING", "DEADLINE", "STATE",    NULL};
    struct table *table = table_new(ctl->arena, titles, 3);
    for (size_t i = 0; i < count; i++) {
        const struct motion_row *row = &rows[i];
        const char *cells[] = {row->number,
                               arrivals(ctl, row),
                               movers(ctl, row),
                               rows_title(row),
                               meetings(ctl, row),
                               deadlines(ctl, row),
                               motion_state_to_text(row->state)};
        table_add(table, cells);
    }
    table_print(table, "no motions");
}

static struct json *motions_to_json(struct ctl *ctl, const struct motion_row *rows, size_t count)
{
    struct json *array = json_array_new();
    for (size_t i = 0; i < count; i++)
        json_add(array, rows_motion_to_json(ctl, &rows[i]));
    return array;
}

bool ctl_list(struct ctl *ctl, int *exit_code_r, struct err *err_r)
{
    struct motion_filter filter;
    struct motion_row *rows;
    size_t count;
    (void)exit_code_r; /* stays 0 */
    if (!make_filter(ctl, &filter, err_r) ||
        !registry_list_motions(ctl->registry, ctl->arena, &filter, &rows, &count, err_r))
        return false;
    if (ctl->json)
        ctl_print_json(ctl, motions_to_json(ctl, rows, count));
    else
        print_motions(ctl, rows, count);
    return true;
}

/* ---- inbox ----------------------------------------------------------------------------------- */

static void print_messages(struct ctl *ctl, const struct message_row *rows, size_t count)
{
    static const char *const titles[] = {"ID",      "ARRIVED", "FROM",   "SUBJECT",
                                         "MOTIONS", "STATE",   "REASON", NULL};
    struct table *table = table_new(ctl->arena, titles, 6);
    for (size_t i = 0; i < count; i++) {
        const struct message_row *row = &rows[i];
        if (!ctl_wants_body(ctl, row->body))
            continue;
        const char *cells[] = {arena_printf(ctl->arena, "m%lld", (long long)row->id),
                               ctl_moment(ctl, row->arrived_at),
                               row->from,
                               row->subject,
                               text_join(ctl->arena, &row->motions, ", "),
                               message_state_to_text(row->state),
                               rows_reason(ctl, row)};
        table_add(table, cells);
    }
    table_print(table, "no messages");
}

static struct json *messages_to_json(struct ctl *ctl, const struct message_row *rows, size_t count)
{
    struct json *array = json_array_new();
    for (size_t i = 0; i < count; i++)
        if (ctl_wants_body(ctl, rows[i].body))
            json_add(array, rows_message_to_json(ctl, &rows[i]));
    return array;
}

bool ctl_inbox(struct ctl *ctl, int *exit_code_r, struct err *err_r)
{
    enum message_state state;
    struct message_row *rows;
    size_t count;
    (void)exit_code_r; /* stays 0 */
    if (ctl->state && !message_state_from_text(ctl->state, &state))
        return err_set(err_r, ERR_USAGE,
                       "--state: a message is registered, held, ignored, unreadable, duplicate or "
                       "vanished, not \"%s\"",
                       ctl->state);
    if (!registry_list_messages(ctl->registry, ctl->arena, ctl->state ? (int)state : -1, 0, &rows,
                                &count, err_r))
        return false;
    if (ctl->json)
        ctl_print_json(ctl, messages_to_json(ctl, rows, count));
    else
        print_messages(ctl, rows, count);
    return true;
}

/* ---- show ------------------------------------------------------------------------------------ */

/* One motion or one message, with its message's history. */
struct shown {
    const struct motion_row *motion; /* NULL: a message was asked for */
    const struct message_row *message;
    const struct event_row *events;
    size_t event_count;
    const struct delivery *deliveries;
    size_t delivery_count;
};

static bool find_motion(struct ctl *ctl, const char *number, struct shown *shown, struct err *err_r)
{
    struct motion_filter filter = {
        .body = ctl->body, .number = number, .meeting = DAY_NONE, .since = DAY_NONE, .state = -1};
    struct motion_row *rows;
    size_t count;
    if (!registry_list_motions(ctl->registry, ctl->arena, &filter, &rows, &count, err_r))
        return false;
    if (count == 0)
        return err_set(err_r, ERR_NO_INPUT, "there is no motion and no message \"%s\"", number);
    if (count > 1)
        return err_set(err_r, ERR_USAGE, "%zu bodies have a motion %s; say which with --body",
                       count, number);
    shown->motion = rows;
    return true;
}

static bool find_message(struct ctl *ctl, int64_t id, struct shown *shown, struct err *err_r)
{
    struct message_row *rows;
    size_t count;
    if (!registry_list_messages(ctl->registry, ctl->arena, -1, id, &rows, &count, err_r))
        return false;
    if (count == 0)
        return err_set(err_r, ERR_NO_INPUT, "there is no message m%lld", (long long)id);
    shown->message = rows;
    return true;
}

static bool find_history(struct ctl *ctl, struct shown *shown, struct err *err_r)
{
    const struct motion_row *motion = shown->motion;
    struct event_row *events;
    struct delivery *deliveries;
    if (!registry_list_events(ctl->registry, ctl->arena, motion ? 0 : shown->message->id,
                              motion ? motion->body : NULL, motion ? motion->number : NULL, &events,
                              &shown->event_count, err_r) ||
        !registry_list_deliveries(ctl->registry, ctl->arena, shown->message->id, 0, &deliveries,
                                  &shown->delivery_count, err_r))
        return false;
    shown->events = events;
    shown->deliveries = deliveries;
    return true;
}

/* Of a message's answers, those about this motion. */
static bool concerns(const struct shown *shown, const struct delivery *delivery)
{
    return !shown->motion || text_equal(delivery->number, shown->motion->number);
}

/* NULL: unreadable mails have none. */
static struct json *reading_of(const struct shown *shown)
{
    struct json *reading;
    struct err err;
    const char *text = shown->message->reading;
    return text && json_parse(text, strlen(text), &reading, &err) ? reading : NULL;
}

static struct json *parts_of(const struct json *mail)
{
    struct json *parts = json_array_new();
    const struct json *list = mail ? json_get(mail, "parts") : NULL;
    for (size_t i = 0; list && i < json_count(list); i++) {
        const struct json *part = json_at(list, i);
        struct json *copy = json_object_new();
        json_put_text(copy, "path", json_text(part, "path"));
        json_put_text(copy, "type", json_text(part, "type"));
        json_put_text(copy, "name", json_text(part, "name"));
        json_put_int(copy, "size", json_int(part, "size"));
        json_put_text(copy, "sha256", json_text(part, "sha256"));
        json_put_text(copy, "text", json_text(part, "text"));
        json_add(parts, copy);
    }
    return parts;
}

/* The way of the mail, the last hop first, as its Received fields say. */
static struct json *hops_of(const struct json *mail)
{
    struct json *hops = json_array_new();
    const struct json *list = mail ? json_get(mail, "received") : NULL;
    for (size_t i = 0; list && i < json_count(list); i++) {
        const struct json *hop = json_at(list, i);
        struct json *copy = json_object_new();
        json_put_text(copy, "by", json_text(hop, "by"));
        json_put_text(copy, "from", json_text(hop, "from"));
        json_put_text(copy, "at", json_text(hop, "at"));
        json_add(hops, copy);
    }
    return hops;
}

/* The first address of a field of the reading, or NULL. */
static const char *first_address(const struct json *object, const char *field)
{
    const struct json *list = object ? json_get(object, field) : NULL;
    return list && json_count(list) > 0 ? json_text(json_at(list, 0), "address") : NULL;
}

/* What the mail hands on: whose it is, and its own way. */
static struct json *forwards_of(const struct json *mail)
{
    struct json *forwards = json_array_new();
    const struct json *list = mail ? json_get(mail, "forwarded") : NULL;
    for (size_t i = 0; list && i < json_count(list); i++) {
        const struct json *forward = json_at(list, i);
        struct json *copy = json_object_new();
        json_put_text(copy, "by", first_address(mail, "from"));
        json_put_text(copy, "from", first_address(forward, "from"));
        json_put_text(copy, "date", json_text(forward, "date"));
        json_put(copy, "received", hops_of(forward));
        json_add(forwards, copy);
    }
    return forwards;
}

static void print_shown_json(struct ctl *ctl, const struct shown *shown)
{
    struct json *object = shown->motion ? rows_motion_to_json(ctl, shown->motion)
                                        : rows_message_to_json(ctl, shown->message);
    struct json *events = json_array_new(), *deliveries = json_array_new();
    for (size_t i = 0; i < shown->event_count; i++)
        json_add(events, rows_event_to_json(ctl, &shown->events[i]));
    for (size_t i = 0; i < shown->delivery_count; i++)
        if (concerns(shown, &shown->deliveries[i]))
            json_add(deliveries, rows_delivery_to_json(ctl, &shown->deliveries[i]));
    json_put(object, "events", events);
    json_put(object, "deliveries", deliveries);
    struct json *reading = reading_of(shown);
    const struct json *mail = reading ? json_get(reading, "mail") : NULL;
    json_put(object, "parts", parts_of(mail));
    json_put(object, "received", hops_of(mail));
    json_put(object, "forwarded", forwards_of(mail));
    json_free(reading);
    ctl_print_json(ctl, object);
}

static void print_papers(struct ctl *ctl, const struct motion_row *row)
{
    for (size_t i = 0; i < row->paper_count; i++) {
        const struct motion_paper *paper = &row->papers[i];
        ctl_line(ctl, "paper      m%lld, %s, version %d, arrived %s%s%s", (long long)paper->message,
                 paper->role, paper->version, ctl_moment(ctl, paper->arrived_at),
                 is_version(paper) ? ", deadline " : "",
                 is_version(paper) ? deadline(ctl, &paper->deadline) : "");
    }
}

static void print_motion_head(struct ctl *ctl, const struct motion_row *row,
                              const struct message_row *message)
{
    ctl_line(ctl, "%s  %s", row->number, rows_title(row));
    ctl_line(ctl, "kind       %s%s", motion_kind_to_text(row->kind),
             row->confidential ? ", confidential" : "");
    ctl_line(ctl, "state      %s, version %d", motion_state_to_text(row->state), row->version);
    ctl_line(ctl, "factions   %s", movers(ctl, row));
    if (row->named.n)
        ctl_line(ctl, "named      %s", text_join(ctl->arena, &row->named, ", "));
    if (row->sender_address)
        ctl_line(ctl, "sender     %s <%s>, %s", row->sender_name ? row->sender_name : "",
                 row->sender_address, row->trust);
    ctl_line(ctl, "arrived    %s", ctl_moment(ctl, row->arrived_at));
    ctl_line(ctl, "registered %s", ctl_moment(ctl, row->registered_at));
    for (size_t i = 0; i < row->consultation_count; i++) {
        const struct motion_row_consultation *c = &row->consultations[i];
        const char *day = day_to_text(ctl->arena, c->meeting);
        ctl_line(ctl, "meeting    %s %s: %s%s%s", c->organization, day ? day : "(no date)",
                 deadline_state_to_text(c->deadline.state), c->deadline.rule ? ", " : "",
                 c->deadline.rule ? c->deadline.rule : "");
    }
    ctl_line(ctl, "message    m%lld, SHA-256 %s", (long long)row->message, row->sha256);
    print_papers(ctl, row);
    if (row->erased_at != MOMENT_NONE)
        ctl_line(ctl, "erased     on %s by %s", ctl_moment(ctl, row->erased_at),
                 message->erased_by);
}

static void print_message_head(struct ctl *ctl, const struct message_row *row)
{
    ctl_line(ctl, "m%lld  %s", (long long)row->id, row->subject ? row->subject : "(no subject)");
    const char *reason = rows_reason(ctl, row);
    ctl_line(ctl, "state      %s%s%s", message_state_to_text(row->state), reason ? ": " : "",
             reason ? reason : "");
    ctl_line(ctl, "from       %s", row->from ? row->from : "-");
    ctl_line(ctl, "mailbox    %s/%s %s, UID %u (UIDVALIDITY %u)", row->body, row->mailbox,
             row->folder, row->uid, row->uidvalidity);
    ctl_line(ctl, "arrived    %s (%s)", ctl_moment(ctl, row->arrived_at),
             row->arrival_basis ? row->arrival_basis : "-");
    ctl_line(ctl, "registered %s", ctl_moment(ctl, row->registered_at));
    ctl_line(ctl, "motions    %s",
             row->motions.n ? text_join(ctl->arena, &row->motions, ", ") : "-");
    ctl_line(ctl, "SHA-256    %s", row->sha256);
}

static const char *hop_moment(struct ctl *ctl, const struct json *hop)
{
    int64_t moment;
    const char *text = json_text(hop, "at");
    return text && moment_parse(text, &moment) ? ctl_moment(ctl, moment) : "-";
}

static void print_hops(struct ctl *ctl, const char *label, const struct json *hops)
{
    for (size_t i = 0; i < json_count(hops); i++) {
        const struct json *hop = json_at(hops, i);
        const char *by = json_text(hop, "by"), *from = json_text(hop, "from");
        ctl_line(ctl, "%-10s %s by %s from %s", i == 0 ? label : "", hop_moment(ctl, hop),
                 by ? by : "-", from ? from : "-");
    }
}

static void print_forwards(struct ctl *ctl, const struct json *forwards)
{
    for (size_t i = 0; i < json_count(forwards); i++) {
        const struct json *forward = json_at(forwards, i);
        const char *by = json_text(forward, "by"), *from = json_text(forward, "from");
        const char *date = json_text(forward, "date");
        ctl_line(ctl, "handed on  by %s, a mail from %s of %s", by ? by : "-", from ? from : "-",
                 date ? date : "-");
        print_hops(ctl, "its way", json_get(forward, "received"));
    }
}

static void print_way(struct ctl *ctl, const struct shown *shown)
{
    struct json *reading = reading_of(shown);
    const struct json *mail = reading ? json_get(reading, "mail") : NULL;
    struct json *hops = hops_of(mail), *forwards = forwards_of(mail);
    print_hops(ctl, "received", hops);
    print_forwards(ctl, forwards);
    json_free(hops);
    json_free(forwards);
    json_free(reading);
}

static void print_shown(struct ctl *ctl, const struct shown *shown)
{
    if (shown->motion)
        print_motion_head(ctl, shown->motion, shown->message);
    else
        print_message_head(ctl, shown->message);
    print_way(ctl, shown);
    puts("\nanswers");
    for (size_t i = 0; i < shown->delivery_count; i++) {
        const struct delivery *d = &shown->deliveries[i];
        if (concerns(shown, d))
            ctl_line(ctl, "  o%-5lld %-16s %-9s %s", (long long)d->id, reply_kind_to_text(d->kind),
                     delivery_state_to_text(d->state), rows_to(d));
    }
    puts("\nhistory");
    for (size_t i = 0; i < shown->event_count; i++) {
        const struct event_row *e = &shown->events[i];
        ctl_line(ctl, "  %s  %-14s %s", ctl_moment(ctl, e->at), e->event, e->text ? e->text : "");
    }
}

static bool print_eml(struct ctl *ctl, const struct shown *shown, struct err *err_r)
{
    char buffer[65536];
    ssize_t n;
    int fd;
    if (!registry_open_raw(ctl->registry, shown->message->sha256, &fd, err_r))
        return false;
    bool ok = true;
    while (ok && (n = read(fd, buffer, sizeof buffer)) > 0)
        ok = file_write_all(STDOUT_FILENO, buffer, (size_t)n, err_r);
    if (ok && n < 0)
        ok = err_set_errno(err_r, ERR_NO_INPUT, "the mail is not whole: cannot read it to its end");
    close(fd);
    return ok;
}

bool ctl_show(struct ctl *ctl, int *exit_code_r, struct err *err_r)
{
    struct shown shown = {0};
    int64_t id;
    (void)exit_code_r; /* stays 0 */
    if (!ctl_parse_id(ctl->argv[0], 'm', &id)) {
        if (!find_motion(ctl, ctl->argv[0], &shown, err_r))
            return false;
        id = shown.motion->message;
    }
    if (!find_message(ctl, id, &shown, err_r))
        return false;
    if (ctl->eml)
        return rows_check_kept(ctl, shown.message, err_r) && print_eml(ctl, &shown, err_r);
    if (!find_history(ctl, &shown, err_r))
        return false;
    if (ctl->json)
        print_shown_json(ctl, &shown);
    else
        print_shown(ctl, &shown);
    return true;
}
