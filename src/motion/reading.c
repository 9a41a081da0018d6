/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/reading.h"

#include "motion/body.h"

#include <ctype.h>
#include <string.h>

#define MAX_MOTIONS 200
#define MAX_LIST 200 /* consultations, factions, signatories of one motion */
#define MAX_WHY ((size_t)VALUE_COUNT * MAX_LIST)
#define MAX_DEFECTS 64
#define MAX_WORD 64             /* bytes of a defect, a date */
#define MAX_LINE MAIL_MAX_FIELD /* bytes of a value that a header or a line of a letter holds */
#define MAX_BODY (MAIL_MAX_TEXT * 2)
#define MAX_SIZE ((int64_t)1 << 40)

/* What a found value's offsets count in; NULL: it is not known. */
static const char *found_text(const struct mail *mail, const struct found *found)
{
    if (text_equal(found->part, FOUND_IN_SUBJECT))
        return mail->subject;
    for (size_t i = 0; i < mail->part_count; i++)
        if (text_equal(mail->parts[i].path, found->part))
            return mail->parts[i].content;
    return NULL;
}

static void limit_found(const struct mail *mail, struct found *found)
{
    if (found_text(mail, found) == NULL)
        found->begin = found->end = 0;
}

/* Texts that no longer fit are left out, and the places in them. */
static void limit_content(struct reading *reading)
{
    size_t room = READING_MAX_CONTENT;
    for (size_t i = 0; i < reading->mail->part_count; i++) {
        struct mail_part *part = &reading->mail->parts[i];
        size_t n = part->content ? strlen(part->content) : 0;
        if (n <= room)
            room -= n;
        else
            part->content = NULL;
    }
    for (size_t i = 0; i < reading->motions.n; i++)
        for (size_t k = 0; k < reading->motions.v[i].found_count; k++)
            limit_found(reading->mail, &reading->motions.v[i].found[k]);
}

/* Words may err.  Where they meet a motion, a person judges, and its sender is told; what was
 * doubtful is settled. */
static void doubt_words(struct mail *mail)
{
    if (!mail->worded)
        return;
    mail->class = mail->doubtful ? MAIL_PERSONAL : MAIL_AUTO_REPLY;
    mail->responds = mail->doubtful = false;
}

bool reading_make(struct arena *arena, const char *bytes, size_t n, enum mail_depth depth,
                  struct reading **reading_r, struct err *err_r)
{
    struct reading *reading = ARENA_NEW(arena, struct reading);
    if (!mail_read(arena, bytes, n, depth, &reading->mail, err_r))
        return false;
    motion_preload();
    body_find_forward(arena, reading->mail);
    motion_find(arena, reading->mail, &reading->motions);
    wish_find(arena, reading->mail, &reading->wish);
    if (reading->motions.n > 0)
        doubt_words(reading->mail);
    limit_content(reading);
    *reading_r = reading;
    return true;
}

/* ---- to JSON ---- */

static void put_addresses(struct json *object, const char *key, const struct mail_addresses *list)
{
    struct json *array = json_array_new();
    for (size_t i = 0; i < list->n; i++) {
        struct json *one = json_object_new();
        json_put_text(one, "name", list->v[i].name);
        json_put_text(one, "address", list->v[i].address);
        json_add(array, one);
    }
    json_put(object, key, array);
}

static void put_parts(struct json *object, const struct mail *mail)
{
    struct json *array = json_array_new();
    for (size_t i = 0; i < mail->part_count; i++) {
        const struct mail_part *part = &mail->parts[i];
        struct json *one = json_object_new();
        json_put_text(one, "path", part->path);
        json_put_text(one, "type", part->type);
        json_put_text(one, "name", part->name);
        json_put_int(one, "size", (int64_t)part->size);
        json_put_text(one, "sha256", part->sha256);
        json_put_text(one, "text", part_text_to_text(part->text));
        json_put_bool(one, "is_body", part->is_body);
        json_put_text(one, "content", part->content);
        json_add(array, one);
    }
    json_put(object, "parts", array);
}

static void put_hops(struct json *object, const struct mail_hop *hops, size_t count)
{
    struct arena *arena = arena_new();
    struct json *array = json_array_new();
    for (size_t i = 0; i < count; i++) {
        struct json *one = json_object_new();
        json_put_text(one, "by", hops[i].by);
        json_put_text(one, "from", hops[i].from);
        json_put_text(one, "at", moment_to_text_offset(arena, hops[i].at, 0));
        json_add(array, one);
    }
    json_put(object, "received", array);
    arena_free(arena);
}

static void put_authres(struct json *object, const char *key, const struct mail_authres *list,
                        size_t count)
{
    struct json *array = json_array_new();
    for (size_t i = 0; i < count; i++) {
        struct json *one = json_object_new();
        json_put_text(one, "value", list[i].value);
        json_put_int(one, "hops_above", (int64_t)list[i].hops_above);
        json_add(array, one);
    }
    json_put(object, key, array);
}

static void put_forwards(struct json *object, const struct mail *mail)
{
    struct json *array = json_array_new();
    for (size_t i = 0; i < mail->forward_count; i++) {
        const struct mail_forward *forward = &mail->forwards[i];
        struct json *one = json_object_new();
        json_put_text(one, "path", forward->path);
        put_addresses(one, "from", &forward->from);
        json_put_text(one, "date", forward->date);
        put_hops(one, forward->hops, forward->hop_count);
        json_add(array, one);
    }
    json_put(object, "forwarded", array);
}

static void put_report(struct json *object, const struct mail_report *report)
{
    if (!report) {
        json_put_null(object, "report");
        return;
    }
    struct json *one = json_object_new();
    json_put_text(one, "action", report_action_to_text(report->action));
    json_put_text(one, "reason", report_reason_to_text(report->reason));
    json_put_text(one, "status", report->status);
    json_put_text(one, "diagnostic", report->diagnostic);
    json_put_text(one, "recipient", report->recipient);
    json_put_text(one, "message_id", report->message_id);
    json_put_text(one, "envelope_id", report->envelope_id);
    json_put(object, "report", one);
}

static void put_signature(struct json *object, const struct mail_signature *signature)
{
    if (!signature) {
        json_put_null(object, "signature");
        return;
    }
    struct json *one = json_object_new();
    json_put_text(one, "result", signature_result_to_text(signature->result));
    json_put_text(one, "signer", signature->signer);
    json_put_text(one, "address", signature->address);
    json_put_text(one, "issuer", signature->issuer);
    json_put_text(one, "fingerprint", signature->fingerprint);
    json_put_text(one, "signed_at", signature->signed_at);
    json_put_text(one, "crl", signature_crl_to_text(signature->crl));
    json_put_text(one, "detail", signature->detail);
    json_put(object, "signature", one);
}

static struct json *mail_to_json(const struct mail *mail)
{
    struct json *object = json_object_new();
    json_put_text(object, "message_id", mail->message_id);
    json_put_text(object, "date", mail->date);
    put_addresses(object, "from", &mail->from);
    put_addresses(object, "sender", &mail->sender);
    put_addresses(object, "to", &mail->to);
    put_addresses(object, "cc", &mail->cc);
    put_addresses(object, "reply_to", &mail->reply_to);
    json_put_text(object, "subject", mail->subject);
    json_put_texts(object, "in_reply_to", &mail->in_reply_to);
    json_put_texts(object, "references", &mail->references);
    json_put_text(object, "class", mail_class_to_text(mail->class));
    json_put_text(object, "text", mail->text);
    put_parts(object, mail);
    json_put_texts(object, "defects", &mail->defects);
    put_hops(object, mail->hops, mail->hop_count);
    put_report(object, mail->report);
    put_authres(object, "authentication_results", mail->authres, mail->authres_count);
    put_authres(object, "authentication_claims", mail->claims, mail->claim_count);
    json_put_texts(object, "from_written", &mail->from_written);
    put_addresses(object, "resent_from", &mail->resent_from);
    put_forwards(object, mail);
    put_signature(object, mail->signature);
    json_put_texts(object, "delivered_to", &mail->delivered_to);
    json_put_text(object, "return_path", mail->return_path);
    json_put_text(object, "body_digest", mail->body_digest);
    json_put_bool(object, "wants_content", mail->wants_content);
    json_put_bool(object, "responds", mail->responds);
    json_put_bool(object, "doubtful", mail->doubtful);
    json_put_bool(object, "suppressed", mail->suppressed);
    return object;
}

static void put_consultations(struct json *object, const struct motion *motion, struct arena *arena)
{
    struct json *array = json_array_new();
    for (size_t i = 0; i < motion->consultation_count; i++) {
        struct json *one = json_object_new();
        json_put_text(one, "organization", motion->consultations[i].organization);
        json_put_text(one, "meeting_date", day_to_text(arena, motion->consultations[i].meeting));
        json_add(array, one);
    }
    json_put(object, "consultations", array);
}

static void put_signatories(struct json *object, const struct motion *motion)
{
    struct json *array = json_array_new();
    for (size_t i = 0; i < motion->signatory_count; i++) {
        struct json *one = json_object_new();
        json_put_text(one, "name", motion->signatories[i].name);
        json_put_text(one, "role", motion->signatories[i].role);
        json_put_text(one, "email", motion->signatories[i].email);
        json_add(array, one);
    }
    json_put(object, "signatories", array);
}

static void put_why(struct json *object, const struct motion *motion)
{
    struct json *array = json_array_new();
    for (size_t i = 0; i < motion->found_count; i++) {
        const struct found *found = &motion->found[i];
        struct json *one = json_object_new();
        json_put_text(one, "field", motion_value_name(found->value));
        json_put_int(one, "index", (int64_t)found->index);
        json_put_text(one, "part", found->part);
        json_put_int(one, "begin", (int64_t)found->begin);
        json_put_int(one, "end", (int64_t)found->end);
        json_put_text(one, "rule", found->rule);
        json_add(array, one);
    }
    json_put(object, "why", array);
}

static struct json *motion_to_json(const struct motion *motion, struct arena *arena)
{
    struct json *object = json_object_new();
    json_put_text(object, "kind", motion_kind_to_text(motion->kind));
    json_put_text(object, "label", motion->label);
    json_put_text(object, "title", motion->title);
    put_consultations(object, motion, arena);
    json_put_texts(object, "factions", &motion->factions);
    put_signatories(object, motion);
    json_put_text(object, "letter_date", day_to_text(arena, motion->letter_date));
    json_put_text(object, "place", motion->place);
    json_put_text(object, "addressee", motion->addressee);
    json_put_text(object, "refers_to", motion->refers_to);
    json_put_bool(object, "confidential", motion->confidential);
    json_put_text(object, "resolution", motion->resolution);
    json_put_text(object, "reasoning", motion->reasoning);
    json_put_bool(object, "ocr", motion->is_ocr);
    if (motion->is_forwarded)
        json_put_bool(object, "forwarded", true);
    if (motion->is_doubtful)
        json_put_bool(object, "doubtful", true);
    json_put_text(object, "found_in", motion->found_in);
    put_why(object, motion);
    return object;
}

static struct json *wish_to_json(const struct wish *wish, struct arena *arena)
{
    struct json *object = json_object_new();
    json_put_text(object, "kind", wish_kind_to_text(wish->kind));
    json_put_bool(object, "clear", wish->clear);
    json_put_bool(object, "asks", wish->asks);
    json_put_texts(object, "numbers", &wish->numbers);
    json_put_text(object, "speaker", wish->speaker);
    json_put_text(object, "meeting", day_to_text(arena, wish->meeting));
    json_put_text(object, "instead", day_to_text(arena, wish->instead));
    json_put_text(object, "title", wish->title);
    return object;
}

struct json *reading_to_json(const struct reading *reading)
{
    struct arena *arena = arena_new();
    struct json *object = json_object_new(), *motions = json_array_new();
    json_put_text(object, "schema", READING_SCHEMA);
    json_put(object, "mail", mail_to_json(reading->mail));
    for (size_t i = 0; i < reading->motions.n; i++)
        json_add(motions, motion_to_json(&reading->motions.v[i], arena));
    json_put(object, "motions", motions);
    json_put(object, "wish", wish_to_json(&reading->wish, arena));
    arena_free(arena);
    return object;
}

/* ---- from JSON: everything is checked, and the first mistake ends it ---- */

struct taker {
    struct arena *arena;
    struct err *err;
    const struct mail *mail; /* for what must name one of its parts */
};

static bool refuse(struct taker *taker, const char *key, const char *what)
{
    return err_set(taker->err, ERR_DATA, "reading: %s %s", key, what);
}

/* Controls that may stand in a text. */
#define IN_LINE ""
#define IN_LINES "\n\t"
#define IN_PAGES "\n\t\f"

/* UTF-8 has been checked by the parser; C0 but those allowed, DEL and C1 may not be there. */
static bool has_control(const char *s, const char *allowed)
{
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if ((c < 0x20 && strchr(allowed, c) == NULL) || c == 0x7f)
            return true;
        if (c == 0xc2 && (unsigned char)s[1] < 0xa0)
            return true;
    }
    return false;
}

static bool check_text(struct taker *taker, const char *key, const char *s, size_t max,
                       const char *allowed)
{
    if (strlen(s) > max)
        return refuse(taker, key, "is too long");
    if (has_control(s, allowed))
        return refuse(taker, key, "has control characters");
    return true;
}

/* NULL where it is missing or null. */
static bool take_value(struct taker *taker, const struct json *object, const char *key, size_t max,
                       const char *allowed, const char **s_r)
{
    const char *s = json_text(object, key);
    *s_r = NULL;
    if (!s)
        return true;
    if (!check_text(taker, key, s, max, allowed))
        return false;
    *s_r = arena_strdup(taker->arena, s);
    return true;
}

static bool take_line(struct taker *taker, const struct json *object, const char *key,
                      const char **s_r)
{
    return take_value(taker, object, key, MAX_LINE, IN_LINE, s_r);
}

static bool take_lines(struct taker *taker, const struct json *object, const char *key,
                       const char **s_r)
{
    return take_value(taker, object, key, MAX_BODY, IN_LINES, s_r);
}

static bool take_count(struct taker *taker, const struct json *object, const char *key, size_t max,
                       const struct json **array_r, size_t *n_r)
{
    *array_r = json_get(object, key);
    *n_r = *array_r ? json_count(*array_r) : 0;
    return *n_r <= max || refuse(taker, key, "has too many entries");
}

static bool take_texts(struct taker *taker, const struct json *object, const char *key, size_t max,
                       size_t max_length, struct texts *texts_r)
{
    const struct json *array;
    size_t n;
    if (!take_count(taker, object, key, max, &array, &n))
        return false;
    for (size_t i = 0; i < n; i++) {
        const char *s = json_text_at(array, i);
        if (!s)
            return refuse(taker, key, "has an entry that is no text");
        if (!check_text(taker, key, s, max_length, IN_LINE))
            return false;
        texts_add(texts_r, taker->arena, arena_strdup(taker->arena, s));
    }
    return true;
}

static bool take_moment(struct taker *taker, const struct json *object, const char *key,
                        const char **text_r, int64_t *moment_r)
{
    *moment_r = MOMENT_NONE;
    if (!take_value(taker, object, key, MAX_WORD, IN_LINE, text_r))
        return false;
    return !*text_r || moment_parse(*text_r, moment_r) || refuse(taker, key, "is no date");
}

static bool take_day(struct taker *taker, const struct json *object, const char *key,
                     struct day *day_r)
{
    const char *s = json_text(object, key);
    *day_r = DAY_NONE;
    return !s || day_parse(s, day_r) || refuse(taker, key, "is no day");
}

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
    if (!take_line(taker, object, key, s_r))
        return false;
    return *s_r && is_sum(*s_r) ? true : refuse(taker, key, "is no SHA-256");
}

static bool take_addresses(struct taker *taker, const struct json *object, const char *key,
                           struct mail_addresses *list)
{
    const struct json *array;
    if (!take_count(taker, object, key, MAIL_MAX_ADDRESSES, &array, &list->n))
        return false;
    list->v = arena_array(taker->arena, list->n, sizeof *list->v);
    for (size_t i = 0; i < list->n; i++) {
        const struct json *one = json_at(array, i);
        if (!take_line(taker, one, "name", &list->v[i].name) ||
            !take_line(taker, one, "address", &list->v[i].address))
            return false;
        if (!list->v[i].address)
            return refuse(taker, key, "has an entry without address");
    }
    return true;
}

static bool take_part(struct taker *taker, const struct json *one, struct mail_part *part)
{
    int64_t size = json_int(one, "size");
    if (!take_line(taker, one, "path", &part->path) ||
        !take_line(taker, one, "type", &part->type) ||
        !take_line(taker, one, "name", &part->name) ||
        !take_value(taker, one, "content", READING_MAX_CONTENT, IN_PAGES, &part->content) ||
        !take_sum(taker, one, "sha256", &part->sha256))
        return false;
    if (!part->path || !is_path(part->path))
        return refuse(taker, "path", "is no part number");
    if (!part->type || !strchr(part->type, '/'))
        return refuse(taker, "type", "is no media type");
    if (size < 0 || size > MAX_SIZE)
        return refuse(taker, "size", "is out of range");
    part->size = (size_t)size;
    part->is_body = json_bool(one, "is_body");
    return part_text_from_text(json_text(one, "text"), &part->text) ||
           refuse(taker, "text", "of a part is unknown");
}

static bool take_parts(struct taker *taker, const struct json *object, struct mail *mail)
{
    const struct json *array;
    if (!take_count(taker, object, "parts", MAIL_MAX_PARTS, &array, &mail->part_count))
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
    if (!take_count(taker, object, "received", MAIL_MAX_HOPS, &array, count_r))
        return false;
    *hops_r = arena_array(taker->arena, *count_r, sizeof **hops_r);
    for (size_t i = 0; i < *count_r; i++) {
        const struct json *one = json_at(array, i);
        struct mail_hop *hop = &(*hops_r)[i];
        const char *at;
        if (!take_line(taker, one, "by", &hop->by) || !take_line(taker, one, "from", &hop->from) ||
            !take_moment(taker, one, "at", &at, &hop->at))
            return false;
    }
    return true;
}

static bool take_authres(struct taker *taker, const struct json *object, const char *key,
                         struct mail_authres **list_r, size_t *count_r)
{
    const struct json *array;
    if (!take_count(taker, object, key, MAIL_MAX_AUTHRES, &array, count_r))
        return false;
    *list_r = arena_array(taker->arena, *count_r, sizeof **list_r);
    for (size_t i = 0; i < *count_r; i++) {
        const struct json *one = json_at(array, i);
        struct mail_authres *authres = &(*list_r)[i];
        int64_t hops = json_int(one, "hops_above");
        if (!take_value(taker, one, "value", MAIL_MAX_AUTHRES_VALUE, IN_LINE, &authres->value))
            return false;
        if (!authres->value || hops < 0 || hops > MAIL_MAX_HOPS)
            return refuse(taker, key, "has no value or place");
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
        return refuse(taker, "report", "has an unknown word");
    return take_line(taker, one, "status", &report->status) &&
           take_line(taker, one, "diagnostic", &report->diagnostic) &&
           take_line(taker, one, "recipient", &report->recipient) &&
           take_line(taker, one, "message_id", &report->message_id) &&
           take_line(taker, one, "envelope_id", &report->envelope_id);
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
        return refuse(taker, "signature", "has an unknown word");
    if (!take_line(taker, one, "signer", &signature->signer) ||
        !take_line(taker, one, "address", &signature->address) ||
        !take_line(taker, one, "issuer", &signature->issuer) ||
        !take_line(taker, one, "fingerprint", &signature->fingerprint) ||
        !take_moment(taker, one, "signed_at", &signature->signed_at, &moment) ||
        !take_line(taker, one, "detail", &signature->detail))
        return false;
    return !signature->fingerprint || is_sum(signature->fingerprint) ||
           refuse(taker, "fingerprint", "is no SHA-256");
}

static bool take_forwards(struct taker *taker, const struct json *object, struct mail *mail)
{
    const struct json *array;
    if (!take_count(taker, object, "forwarded", MAIL_MAX_FORWARDS, &array, &mail->forward_count))
        return false;
    mail->forwards = arena_array(taker->arena, mail->forward_count, sizeof *mail->forwards);
    for (size_t i = 0; i < mail->forward_count; i++) {
        const struct json *one = json_at(array, i);
        struct mail_forward *forward = &mail->forwards[i];
        if (!take_line(taker, one, "path", &forward->path) ||
            !take_addresses(taker, one, "from", &forward->from) ||
            !take_moment(taker, one, "date", &forward->date, &forward->date_at) ||
            !take_hops(taker, one, &forward->hops, &forward->hop_count))
            return false;
        if (forward->path && !is_path(forward->path))
            return refuse(taker, "path", "is no part number");
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
           take_texts(taker, object, "from_written", MAIL_MAX_WRITTEN, MAIL_MAX_WRITTEN_VALUE,
                      &mail->from_written) &&
           take_texts(taker, object, "in_reply_to", MAIL_MAX_IDS, MAIL_MAX_ID,
                      &mail->in_reply_to) &&
           take_texts(taker, object, "references", MAIL_MAX_IDS, MAIL_MAX_ID, &mail->references) &&
           take_texts(taker, object, "defects", MAX_DEFECTS, MAX_WORD, &mail->defects) &&
           take_texts(taker, object, "delivered_to", MAIL_MAX_ADDRESSES * 5, MAX_LINE,
                      &mail->delivered_to);
}

static bool take_mail(struct taker *taker, const struct json *object, struct mail **mail_r)
{
    struct mail *mail = ARENA_NEW(taker->arena, struct mail);
    if (!object)
        return refuse(taker, "mail", "is missing");
    if (!take_value(taker, object, "message_id", MAIL_MAX_ID, IN_LINE, &mail->message_id) ||
        !take_moment(taker, object, "date", &mail->date, &mail->date_at) ||
        !take_line(taker, object, "subject", &mail->subject) ||
        !take_lines(taker, object, "text", &mail->text) ||
        !take_line(taker, object, "return_path", &mail->return_path) ||
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
        return refuse(taker, "text", "is missing");
    mail->wants_content = json_bool(object, "wants_content");
    mail->responds = json_bool(object, "responds");
    mail->doubtful = json_bool(object, "doubtful");
    mail->suppressed = json_bool(object, "suppressed");
    *mail_r = mail;
    return mail_class_from_text(json_text(object, "class"), &mail->class) ||
           refuse(taker, "class", "is unknown");
}

static bool take_consultations(struct taker *taker, const struct json *object,
                               struct motion *motion)
{
    const struct json *array;
    size_t n;
    if (!take_count(taker, object, "consultations", MAX_LIST, &array, &n))
        return false;
    motion->consultation_count = n;
    motion->consultations = arena_array(taker->arena, n, sizeof *motion->consultations);
    for (size_t i = 0; i < n; i++) {
        struct motion_consultation *one = &motion->consultations[i];
        if (!take_line(taker, json_at(array, i), "organization", &one->organization) ||
            !take_day(taker, json_at(array, i), "meeting_date", &one->meeting))
            return false;
        if (!one->organization)
            return refuse(taker, "organization", "is missing");
    }
    return true;
}

static bool take_signatories(struct taker *taker, const struct json *object, struct motion *motion)
{
    const struct json *array;
    size_t n;
    if (!take_count(taker, object, "signatories", MAX_LIST, &array, &n))
        return false;
    motion->signatory_count = n;
    motion->signatories = arena_array(taker->arena, n, sizeof *motion->signatories);
    for (size_t i = 0; i < n; i++) {
        struct motion_signatory *one = &motion->signatories[i];
        if (!take_line(taker, json_at(array, i), "name", &one->name) ||
            !take_line(taker, json_at(array, i), "role", &one->role) ||
            !take_line(taker, json_at(array, i), "email", &one->email))
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
    if (!take_line(taker, object, "found_in", &motion->found_in))
        return false;
    return (motion->found_in && is_part(taker->mail, motion->found_in)) ||
           refuse(taker, "found_in", "names no part");
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
    if (!take_line(taker, one, "part", &found->part))
        return false;
    if (found->part && !text_equal(found->part, FOUND_IN_SUBJECT) &&
        !is_part(taker->mail, found->part))
        return refuse(taker, "why", "names no part");
    if (!is_place(found_text(taker->mail, found), begin, end))
        return refuse(taker, "why", "has a place outside the text");
    found->begin = (size_t)begin;
    found->end = (size_t)end;
    return true;
}

static bool take_found(struct taker *taker, const struct json *one, const struct motion *motion,
                       struct found *found)
{
    int64_t index = json_int(one, "index");
    if (!motion_value_from_name(json_text(one, "field"), &found->value))
        return refuse(taker, "why", "has an unknown field");
    if (index < 0 || (uint64_t)index >= motion_value_count(motion, found->value))
        return refuse(taker, "why", "has an index that is out of range");
    found->index = (size_t)index;
    if (!take_value(taker, one, "rule", MAX_WORD, IN_LINE, &found->rule))
        return false;
    if (found->rule && !is_rule(found->rule))
        return refuse(taker, "why", "has a rule that is no name");
    return take_place(taker, one, found);
}

static bool take_why(struct taker *taker, const struct json *object, struct motion *motion)
{
    const struct json *array;
    if (!take_count(taker, object, "why", MAX_WHY, &array, &motion->found_count))
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
        return refuse(taker, "kind", "is unknown");
    motion->confidential = json_bool(object, "confidential");
    motion->is_ocr = json_bool(object, "ocr");
    motion->is_forwarded = json_bool(object, "forwarded");
    motion->is_doubtful = json_bool(object, "doubtful");
    return take_line(taker, object, "label", &motion->label) &&
           take_line(taker, object, "title", &motion->title) &&
           take_consultations(taker, object, motion) &&
           take_texts(taker, object, "factions", MAX_LIST, MAX_LINE, &motion->factions) &&
           take_signatories(taker, object, motion) &&
           take_day(taker, object, "letter_date", &motion->letter_date) &&
           take_line(taker, object, "place", &motion->place) &&
           take_line(taker, object, "addressee", &motion->addressee) &&
           take_line(taker, object, "refers_to", &motion->refers_to) &&
           take_lines(taker, object, "resolution", &motion->resolution) &&
           take_lines(taker, object, "reasoning", &motion->reasoning) &&
           take_found_in(taker, object, motion) && take_why(taker, object, motion);
}

/* Readings that were kept before there were wishes have none, and may ask for anything. */
static bool take_wish(struct taker *taker, const struct json *object, struct wish *wish)
{
    *wish = (struct wish){.asks = true, .meeting = DAY_NONE, .instead = DAY_NONE};
    if (object == NULL)
        return true;
    if (!wish_kind_from_text(json_text(object, "kind"), &wish->kind))
        return refuse(taker, "wish", "is of an unknown kind");
    wish->clear = json_bool(object, "clear");
    wish->asks = json_bool(object, "asks");
    return take_texts(taker, object, "numbers", WISH_MAX_NUMBERS, MAX_LINE, &wish->numbers) &&
           take_line(taker, object, "speaker", &wish->speaker) &&
           take_day(taker, object, "meeting", &wish->meeting) &&
           take_day(taker, object, "instead", &wish->instead) &&
           take_line(taker, object, "title", &wish->title);
}

static bool take_reading(struct taker *taker, const struct json *object, struct reading *reading)
{
    const char *schema = json_text(object, "schema");
    const struct json *array;
    if (!schema || strcmp(schema, READING_SCHEMA) != 0)
        return refuse(taker, "schema", "is not " READING_SCHEMA);
    if (!take_mail(taker, json_get(object, "mail"), &reading->mail) ||
        !take_count(taker, object, "motions", MAX_MOTIONS, &array, &reading->motions.n))
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
