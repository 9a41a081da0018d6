/* SPDX-License-Identifier: EUPL-1.2 */
/* A reading from JSON: everything is checked, and the first mistake ends it. */
#include "motion/reading.h"

#include "motion/reading_inside.h"
#include "motion/taker.h"

#include <ctype.h>
#include <string.h>

#define MAX_MOTIONS 200
#define MAX_LIST 200 /* consultations, factions, signatories of one motion */
#define MAX_WHY ((size_t)VALUE_COUNT * MAX_LIST)
#define MAX_DEFECTS 64
#define MAX_SIZE ((int64_t)1 << 40)

/* 1.2.3 */
static bool is_path(const char *s)
{
    if (strlen(s) > 512)
        return false;
    for (;;) {
        if (!isdigit((unsigned char)*s))
            return false;
        while (isdigit((unsigned char)*s))
            s++;
        if (*s == '\0')
            return true;
        if (*s++ != '.')
            return false;
    }
}

static bool is_sum(const char *s)
{
    return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}

static bool take_sum(struct taker *taker, const struct json *object, const char *key,
                     const char **s_r)
{
    if (!taker_line(taker, object, key, s_r))
        return false;
    return *s_r && is_sum(*s_r) ? true : taker_refuse(taker, key, "is no SHA-256");
}

static bool take_addresses(struct taker *taker, const struct json *object, const char *key,
                           struct mail_addresses *list)
{
    const struct json *array;
    if (!taker_count(taker, object, key, MAIL_MAX_ADDRESSES, &array, &list->n))
        return false;
    list->v = arena_array(taker->arena, list->n, sizeof *list->v);
    for (size_t i = 0; i < list->n; i++) {
        const struct json *one = json_at(array, i);
        if (!taker_line(taker, one, "name", &list->v[i].name) ||
            !taker_line(taker, one, "address", &list->v[i].address))
            return false;
        if (!list->v[i].address)
            return taker_refuse(taker, key, "has an entry without address");
    }
    return true;
}

static bool take_part(struct taker *taker, const struct json *one, struct mail_part *part)
{
    int64_t size = json_int(one, "size");
    if (!taker_line(taker, one, "path", &part->path) ||
        !taker_line(taker, one, "type", &part->type) ||
        !taker_line(taker, one, "name", &part->name) ||
        !taker_value(taker, one, "content", READING_MAX_CONTENT, TAKER_PAGES, &part->content) ||
        !take_sum(taker, one, "sha256", &part->sha256))
        return false;
    if (!part->path || !is_path(part->path))
        return taker_refuse(taker, "path", "is no part number");
    if (!part->type || !strchr(part->type, '/'))
        return taker_refuse(taker, "type", "is no media type");
    if (size < 0 || size > MAX_SIZE)
        return taker_refuse(taker, "size", "is out of range");
    part->size = (size_t)size;
    part->is_body = json_bool(one, "is_body");
    return part_text_from_text(json_text(one, "text"), &part->text) ||
           taker_refuse(taker, "text", "of a part is unknown");
}

static bool take_parts(struct taker *taker, const struct json *object, struct mail *mail)
{
    const struct json *array;
    if (!taker_count(taker, object, "parts", MAIL_MAX_PARTS, &array, &mail->part_count))
        return false;
    mail->parts = arena_array(taker->arena, mail->part_count, sizeof *mail->parts);
    for (size_t i = 0; i < mail->part_count; i++)
        if (!take_part(taker, json_at(array, i), &mail->parts[i]))
            return false;
    return true;
}

static bool take_hops(struct taker *taker, const struct json *object, struct mail_hop **hops_r,
                      size_t *count_r)
{
    const struct json *array;
    if (!taker_count(taker, object, "received", MAIL_MAX_HOPS, &array, count_r))
        return false;
    *hops_r = arena_array(taker->arena, *count_r, sizeof **hops_r);
    for (size_t i = 0; i < *count_r; i++) {
        const struct json *one = json_at(array, i);
        struct mail_hop *hop = &(*hops_r)[i];
        const char *at;
        if (!taker_line(taker, one, "by", &hop->by) ||
            !taker_line(taker, one, "from", &hop->from) ||
            !taker_moment(taker, one, "at", &at, &hop->at))
            return false;
    }
    return true;
}

static bool take_authres(struct taker *taker, const struct json *object, const char *key,
                         struct mail_authres **list_r, size_t *count_r)
{
    const struct json *array;
    if (!taker_count(taker, object, key, MAIL_MAX_AUTHRES, &array, count_r))
        return false;
    *list_r = arena_array(taker->arena, *count_r, sizeof **list_r);
    for (size_t i = 0; i < *count_r; i++) {
        const struct json *one = json_at(array, i);
        struct mail_authres *authres = &(*list_r)[i];
        int64_t hops = json_int(one, "hops_above");
        if (!taker_value(taker, one, "value", MAIL_MAX_AUTHRES_VALUE, TAKER_LINE, &authres->value))
            return false;
        if (!authres->value || hops < 0 || hops > MAIL_MAX_HOPS)
            return taker_refuse(taker, key, "has no value or place");
        authres->hops_above = (size_t)hops;
    }
    return true;
}

static bool take_report(struct taker *taker, const struct json *object, struct mail *mail)
{
    const struct json *one = json_get(object, "report");
    if (!json_text(one, "action"))
        return true; /* null: no report */
    struct mail_report *report = mail->report = ARENA_NEW(taker->arena, struct mail_report);
    if (!report_action_from_text(json_text(one, "action"), &report->action) ||
        !report_reason_from_text(json_text(one, "reason"), &report->reason))
        return taker_refuse(taker, "report", "has an unknown word");
    if (json_is_bool(one, "final"))
        report->outlook = json_bool(one, "final") ? REPORT_FINAL : REPORT_PASSING;
    return taker_line(taker, one, "status", &report->status) &&
           taker_line(taker, one, "diagnostic", &report->diagnostic) &&
           taker_line(taker, one, "recipient", &report->recipient) &&
           taker_line(taker, one, "message_id", &report->message_id) &&
           taker_line(taker, one, "envelope_id", &report->envelope_id);
}

static bool take_signature(struct taker *taker, const struct json *object, struct mail *mail)
{
    const struct json *one = json_get(object, "signature");
    int64_t moment;
    if (!json_text(one, "result"))
        return true; /* null: nobody has signed */
    struct mail_signature *signature = ARENA_NEW(taker->arena, struct mail_signature);
    mail->signature = signature;
    if (!signature_result_from_text(json_text(one, "result"), &signature->result) ||
        !signature_crl_from_text(json_text(one, "crl"), &signature->crl))
        return taker_refuse(taker, "signature", "has an unknown word");
    if (!taker_line(taker, one, "signer", &signature->signer) ||
        !taker_line(taker, one, "address", &signature->address) ||
        !taker_line(taker, one, "issuer", &signature->issuer) ||
        !taker_line(taker, one, "fingerprint", &signature->fingerprint) ||
        !taker_moment(taker, one, "signed_at", &signature->signed_at, &moment) ||
        !taker_line(taker, one, "detail", &signature->detail))
        return false;
    return !signature->fingerprint || is_sum(signature->fingerprint) ||
           taker_refuse(taker, "fingerprint", "is no SHA-256");
}

static bool take_forwards(struct taker *taker, const struct json *object, struct mail *mail)
{
    const struct json *array;
    if (!taker_count(taker, object, "forwarded", MAIL_MAX_FORWARDS, &array, &mail->forward_count))
        return false;
    mail->forwards = arena_array(taker->arena, mail->forward_count, sizeof *mail->forwards);
    for (size_t i = 0; i < mail->forward_count; i++) {
        const struct json *one = json_at(array, i);
        struct mail_forward *forward = &mail->forwards[i];
        if (!taker_line(taker, one, "path", &forward->path) ||
            !take_addresses(taker, one, "from", &forward->from) ||
            !taker_moment(taker, one, "date", &forward->date, &forward->date_at) ||
            !take_hops(taker, one, &forward->hops, &forward->hop_count))
            return false;
        if (forward->path && !is_path(forward->path))
            return taker_refuse(taker, "path", "is no part number");
    }
    return true;
}

static bool take_mail_lists(struct taker *taker, const struct json *object, struct mail *mail)
{
    return take_addresses(taker, object, "from", &mail->from) &&
           take_addresses(taker, object, "sender", &mail->sender) &&
           take_addresses(taker, object, "to", &mail->to) &&
           take_addresses(taker, object, "cc", &mail->cc) &&
           take_addresses(taker, object, "reply_to", &mail->reply_to) &&
           take_addresses(taker, object, "resent_from", &mail->resent_from) &&
           taker_texts(taker, object, "from_written", MAIL_MAX_WRITTEN, MAIL_MAX_WRITTEN_VALUE,
                       &mail->from_written) &&
           taker_texts(taker, object, "in_reply_to", MAIL_MAX_IDS, MAIL_MAX_ID,
                       &mail->in_reply_to) &&
           taker_texts(taker, object, "references", MAIL_MAX_IDS, MAIL_MAX_ID, &mail->references) &&
           taker_texts(taker, object, "defects", MAX_DEFECTS, TAKER_MAX_WORD, &mail->defects) &&
           taker_texts(taker, object, "delivered_to", MAIL_MAX_ADDRESSES * 5, TAKER_MAX_LINE,
                       &mail->delivered_to);
}

static bool take_mail(struct taker *taker, const struct json *object, struct mail **mail_r)
{
    struct mail *mail = ARENA_NEW(taker->arena, struct mail);
    if (!object)
        return taker_refuse(taker, "mail", "is missing");
    if (!taker_value(taker, object, "message_id", MAIL_MAX_ID, TAKER_LINE, &mail->message_id) ||
        !taker_moment(taker, object, "date", &mail->date, &mail->date_at) ||
        !taker_line(taker, object, "subject", &mail->subject) ||
        !taker_lines(taker, object, "text", &mail->text) ||
        !taker_line(taker, object, "return_path", &mail->return_path) ||
        !take_sum(taker, object, "body_digest", &mail->body_digest) ||
        !take_mail_lists(taker, object, mail) || !take_parts(taker, object, mail) ||
        !take_hops(taker, object, &mail->hops, &mail->hop_count) ||
        !take_report(taker, object, mail) ||
        !take_authres(taker, object, "authentication_results", &mail->authres,
                      &mail->authres_count) ||
        !take_authres(taker, object, "authentication_claims", &mail->claims, &mail->claim_count) ||
        !take_forwards(taker, object, mail) || !take_signature(taker, object, mail))
        return false;
    if (!mail->text)
        return taker_refuse(taker, "text", "is missing");
    mail->wants_content = json_bool(object, "wants_content");
    mail->responds = json_bool(object, "responds");
    mail->doubtful = json_bool(object, "doubtful");
    mail->suppressed = json_bool(object, "suppressed");
    *mail_r = mail;
    return mail_class_from_text(json_text(object, "class"), &mail->class) ||
           taker_refuse(taker, "class", "is unknown");
}

static bool take_consultations(struct taker *taker, const struct json *object,
                               struct motion *motion)
{
    const struct json *array;
    size_t n;
    if (!taker_count(taker, object, "consultations", MAX_LIST, &array, &n))
        return false;
    motion->consultation_count = n;
    motion->consultations = arena_array(taker->arena, n, sizeof *motion->consultations);
    for (size_t i = 0; i < n; i++) {
        struct motion_consultation *one = &motion->consultations[i];
        if (!taker_line(taker, json_at(array, i), "organization", &one->organization) ||
            !taker_day(taker, json_at(array, i), "meeting_date", &one->meeting))
            return false;
        if (!one->organization)
            return taker_refuse(taker, "organization", "is missing");
    }
    return true;
}

static bool take_signatories(struct taker *taker, const struct json *object, struct motion *motion)
{
    const struct json *array;
    size_t n;
    if (!taker_count(taker, object, "signatories", MAX_LIST, &array, &n))
        return false;
    motion->signatory_count = n;
    motion->signatories = arena_array(taker->arena, n, sizeof *motion->signatories);
    for (size_t i = 0; i < n; i++) {
        struct motion_signatory *one = &motion->signatories[i];
        if (!taker_line(taker, json_at(array, i), "name", &one->name) ||
            !taker_line(taker, json_at(array, i), "role", &one->role) ||
            !taker_line(taker, json_at(array, i), "email", &one->email))
            return false;
    }
    return true;
}

static bool is_part(const struct mail *mail, const char *path)
{
    for (size_t i = 0; i < mail->part_count; i++)
        if (strcmp(mail->parts[i].path, path) == 0)
            return true;
    return false;
}

static bool take_found_in(struct taker *taker, const struct json *object, struct motion *motion)
{
    if (!taker_line(taker, object, "found_in", &motion->found_in))
        return false;
    return (motion->found_in && is_part(taker->mail, motion->found_in)) ||
           taker_refuse(taker, "found_in", "names no part");
}

/* A pattern's or a rule's name. */
static bool is_rule(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return n > 0 && s[n] == '\0';
}

static bool is_character(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

static bool is_place(const char *s, int64_t begin, int64_t end)
{
    if (s == NULL)
        return begin == 0 && end == 0;
    return begin >= 0 && begin < end && (uint64_t)end <= strlen(s) && is_character(s[begin]) &&
           is_character(s[end]);
}

static bool take_place(struct taker *taker, const struct json *one, struct found *found)
{
    int64_t begin = json_int(one, "begin"), end = json_int(one, "end");
    if (!taker_line(taker, one, "part", &found->part))
        return false;
    if (found->part && !text_equal(found->part, FOUND_IN_SUBJECT) &&
        !is_part(taker->mail, found->part))
        return taker_refuse(taker, "why", "names no part");
    if (!is_place(reading_found_text(taker->mail, found), begin, end))
        return taker_refuse(taker, "why", "has a place outside the text");
    found->begin = (size_t)begin;
    found->end = (size_t)end;
    return true;
}

static bool take_found(struct taker *taker, const struct json *one, const struct motion *motion,
                       struct found *found)
{
    int64_t index = json_int(one, "index");
    if (!motion_value_from_name(json_text(one, "field"), &found->value))
        return taker_refuse(taker, "why", "has an unknown field");
    if (index < 0 || (uint64_t)index >= motion_value_count(motion, found->value))
        return taker_refuse(taker, "why", "has an index that is out of range");
    found->index = (size_t)index;
    if (!taker_value(taker, one, "rule", TAKER_MAX_WORD, TAKER_LINE, &found->rule))
        return false;
    if (found->rule && !is_rule(found->rule))
        return taker_refuse(taker, "why", "has a rule that is no name");
    return take_place(taker, one, found);
}

static bool take_why(struct taker *taker, const struct json *object, struct motion *motion)
{
    const struct json *array;
    if (!taker_count(taker, object, "why", MAX_WHY, &array, &motion->found_count))
        return false;
    motion->found = arena_array(taker->arena, motion->found_count, sizeof *motion->found);
    for (size_t i = 0; i < motion->found_count; i++)
        if (!take_found(taker, json_at(array, i), motion, &motion->found[i]))
            return false;
    return true;
}

static bool take_motion(struct taker *taker, const struct json *object, struct motion *motion)
{
    if (!motion_kind_from_text(json_text(object, "kind"), &motion->kind))
        return taker_refuse(taker, "kind", "is unknown");
    motion->confidential = json_bool(object, "confidential");
    motion->is_ocr = json_bool(object, "ocr");
    motion->is_forwarded = json_bool(object, "forwarded");
    motion->is_doubtful = json_bool(object, "doubtful");
    return taker_line(taker, object, "label", &motion->label) &&
           taker_line(taker, object, "title", &motion->title) &&
           take_consultations(taker, object, motion) &&
           taker_texts(taker, object, "factions", MAX_LIST, TAKER_MAX_LINE, &motion->factions) &&
           take_signatories(taker, object, motion) &&
           taker_day(taker, object, "letter_date", &motion->letter_date) &&
           taker_line(taker, object, "place", &motion->place) &&
           taker_line(taker, object, "addressee", &motion->addressee) &&
           taker_line(taker, object, "refers_to", &motion->refers_to) &&
           taker_lines(taker, object, "resolution", &motion->resolution) &&
           taker_lines(taker, object, "reasoning", &motion->reasoning) &&
           take_found_in(taker, object, motion) && take_why(taker, object, motion);
}

/* Readings that were kept before there were wishes have none, and may ask for anything. */
static bool take_wish(struct taker *taker, const struct json *object, struct wish *wish)
{
    *wish = (struct wish){.asks = true, .meeting = DAY_NONE, .instead = DAY_NONE};
    if (object == NULL)
        return true;
    if (!wish_kind_from_text(json_text(object, "kind"), &wish->kind))
        return taker_refuse(taker, "wish", "is of an unknown kind");
    wish->clear = json_bool(object, "clear");
    wish->asks = json_bool(object, "asks");
    return taker_texts(taker, object, "numbers", WISH_MAX_NUMBERS, TAKER_MAX_LINE,
                       &wish->numbers) &&
           taker_line(taker, object, "speaker", &wish->speaker) &&
           taker_day(taker, object, "meeting", &wish->meeting) &&
           taker_day(taker, object, "instead", &wish->instead) &&
           taker_line(taker, object, "title", &wish->title);
}

static bool take_reading(struct taker *taker, const struct json *object, struct reading *reading)
{
    const char *schema = json_text(object, "schema");
    const struct json *array;
    if (!schema || strcmp(schema, READING_SCHEMA) != 0)
        return taker_refuse(taker, "schema", "is not " READING_SCHEMA);
    if (!take_mail(taker, json_get(object, "mail"), &reading->mail) ||
        !taker_count(taker, object, "motions", MAX_MOTIONS, &array, &reading->motions.n))
        return false;
    taker->mail = reading->mail;
    reading->motions.v = arena_array(taker->arena, reading->motions.n, sizeof *reading->motions.v);
    for (size_t i = 0; i < reading->motions.n; i++)
        if (!take_motion(taker, json_at(array, i), &reading->motions.v[i]))
            return false;
    return take_wish(taker, json_get(object, "wish"), &reading->wish);
}

bool reading_from_json(struct arena *arena, const char *bytes, size_t n, struct reading **reading_r,
                       struct err *err_r)
{
    struct taker taker = {arena, err_r, NULL};
    struct json *json;
    if (!json_parse(bytes, n, &json, err_r))
        return err_add_where(err_r, "reading");
    struct reading *reading = ARENA_NEW(arena, struct reading);
    bool ok = take_reading(&taker, json, reading);
    json_free(json);
    if (ok)
        *reading_r = reading;
    return ok;
}
