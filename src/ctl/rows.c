/* SPDX-License-Identifier: EUPL-1.2 */
#include "ctl/rows.h"

#define ERASED "(erased)"

static const char *id(struct ctl *ctl, char letter, int64_t number)
{
    return arena_printf(ctl->arena, "%c%lld", letter, (long long)number);
}

static void put_moment(struct ctl *ctl, struct json *object, const char *key, int64_t moment)
{
    json_put_text(object, key, moment_to_text(ctl->arena, moment));
}

struct json *rows_deadline_to_json(struct ctl *ctl, const struct deadline *deadline)
{
    struct json *object = json_object_new();
    json_put_text(object, "state", deadline_state_to_text(deadline->state));
    json_put_text(object, "last_day", day_to_text(ctl->arena, deadline->last_day));
    json_put_text(object, "rule", deadline->rule);
    return object;
}

static struct json *consultations_to_json(struct ctl *ctl, const struct motion_row *row)
{
    struct json *array = json_array_new();
    for (size_t i = 0; i < row->consultation_count; i++) {
        const struct motion_row_consultation *consultation = &row->consultations[i];
        struct json *object = json_object_new();
        json_put_text(object, "organization", consultation->organization);
        json_put_text(object, "meeting_date", day_to_text(ctl->arena, consultation->meeting));
        json_put(object, "deadline", rows_deadline_to_json(ctl, &consultation->deadline));
        json_add(array, object);
    }
    return array;
}

static struct json *sender_to_json(const struct motion_row *row)
{
    struct json *object = json_object_new();
    json_put_text(object, "name", row->sender_name);
    json_put_text(object, "address", row->sender_address);
    return object;
}

static struct json *papers_to_json(struct ctl *ctl, const struct motion_row *row)
{
    struct json *array = json_array_new();
    for (size_t i = 0; i < row->paper_count; i++) {
        const struct motion_paper *paper = &row->papers[i];
        struct json *object = json_object_new();
        json_put_text(object, "role", paper->role);
        json_put_int(object, "version", paper->version);
        json_put_text(object, "id", id(ctl, 'm', paper->message));
        put_moment(ctl, object, "arrived_at", paper->arrived_at);
        json_put(object, "deadline", rows_deadline_to_json(ctl, &paper->deadline));
        json_add(array, object);
    }
    return array;
}

struct json *rows_motion_to_json(struct ctl *ctl, const struct motion_row *row)
{
    struct json *object = json_object_new();
    json_put_text(object, "number", row->number);
    json_put_int(object, "version", row->version);
    json_put_text(object, "body", row->body);
    json_put_text(object, "kind", motion_kind_to_text(row->kind));
    json_put_text(object, "title", row->title);
    json_put_texts(object, "factions", &row->factions);
    json_put_texts(object, "named", &row->named);
    json_put_text(object, "state", motion_state_to_text(row->state));
    json_put_bool(object, "confidential", row->confidential);
    json_put(object, "sender", sender_to_json(row));
    json_put_text(object, "trust", row->trust);
    put_moment(ctl, object, "mail_date", row->mail_date);
    put_moment(ctl, object, "arrived_at", row->arrived_at);
    put_moment(ctl, object, "registered_at", row->registered_at);
    json_put(object, "consultations", consultations_to_json(ctl, row));
    json_put(object, "deadline", rows_deadline_to_json(ctl, &row->deadline));
    json_put_text(object, "message_id", row->message_id);
    json_put_text(object, "sha256", row->sha256);
    json_put_text(object, "inbox_id", id(ctl, 'm', row->message));
    json_put(object, "papers", papers_to_json(ctl, row));
    put_moment(ctl, object, "erased_at", row->erased_at);
    return object;
}

struct json *rows_message_to_json(struct ctl *ctl, const struct message_row *row)
{
    struct json *object = json_object_new();
    json_put_text(object, "id", id(ctl, 'm', row->id));
    json_put_text(object, "body", row->body);
    json_put_text(object, "mailbox", row->mailbox);
    json_put_text(object, "folder", row->folder);
    json_put_int(object, "uidvalidity", row->uidvalidity);
    json_put_int(object, "uid", row->uid);
    put_moment(ctl, object, "arrived_at", row->arrived_at);
    put_moment(ctl, object, "registered_at", row->registered_at);
    json_put_text(object, "from", row->from);
    json_put_text(object, "subject", row->subject);
    json_put_text(object, "message_id", row->message_id);
    json_put_int(object, "size", row->size);
    json_put_text(object, "sha256", row->sha256);
    json_put_text(object, "class", row->class);
    json_put_text(object, "state", message_state_to_text(row->state));
    json_put_text(object, "reason", row->reason);
    json_put_texts(object, "motions", &row->motions);
    put_moment(ctl, object, "erased_at", row->erased_at);
    json_put_text(object, "erased_by", row->erased_by);
    return object;
}

struct json *rows_delivery_to_json(struct ctl *ctl, const struct delivery *row)
{
    struct json *object = json_object_new();
    json_put_text(object, "id", id(ctl, 'o', row->id));
    json_put_text(object, "body", row->body);
    json_put_text(object, "kind", reply_kind_to_text(row->kind));
    json_put_text(object, "number", row->number);
    json_put_text(object, "message", row->message ? id(ctl, 'm', row->message) : NULL);
    json_put_text(object, "to", *row->to ? row->to : NULL);
    json_put_text(object, "state", delivery_state_to_text(row->state));
    json_put_int(object, "attempts", row->attempts);
    put_moment(ctl, object, "next_attempt", row->next_attempt);
    json_put_text(object, "response", row->response);
    if (row->gathered_in != 0)
        json_put_text(object, "gathered_in", id(ctl, 'o', row->gathered_in));
    put_moment(ctl, object, "filed_at", row->filed_at);
    json_put_text(object, "message_id", row->message_id);
    json_put_text(object, "subject", *row->subject ? row->subject : NULL);
    put_moment(ctl, object, "erased_at", row->erased_at);
    return object;
}

const char *rows_title(const struct motion_row *row)
{
    if (row->title)
        return row->title;
    return row->erased_at == MOMENT_NONE ? "(no title)" : ERASED;
}

const char *rows_to(const struct delivery *row)
{
    return *row->to ? row->to : ERASED;
}

const char *rows_reason(struct ctl *ctl, const struct message_row *row)
{
    if (row->erased_at == MOMENT_NONE)
        return row->reason;
    return arena_printf(ctl->arena, "%s%serased on %s by %s", row->reason ? row->reason : "",
                        row->reason ? "; " : "",
                        day_to_text(ctl->arena, moment_day(row->erased_at)), row->erased_by);
}

bool rows_check_kept(struct ctl *ctl, const struct message_row *row, struct err *err_r)
{
    return row->erased_at == MOMENT_NONE ||
           err_set(err_r, ERR_DATA, "m%lld was %s; its bytes are gone", (long long)row->id,
                   rows_reason(ctl, row));
}

struct json *rows_event_to_json(struct ctl *ctl, const struct event_row *row)
{
    struct json *object = json_object_new();
    json_put_int(object, "seq", row->seq);
    put_moment(ctl, object, "at", row->at);
    json_put_text(object, "event", row->event);
    json_put_text(object, "id", row->id);
    json_put_text(object, "number", row->number);
    json_put_text(object, "actor", row->actor);
    json_put_text(object, "text", row->text);
    return object;
}
