/* SPDX-License-Identifier: EUPL-1.2 */
/* A reading to JSON. */
#include "motion/reading.h"

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

static void put_outlook(struct json *object, const char *key, const struct mail_report *report,
                        bool value)
{
    if (report->outlook == REPORT_UNTOLD)
        json_put_null(object, key);
    else
        json_put_bool(object, key, value);
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
    put_outlook(one, "final", report, report->outlook == REPORT_FINAL);
    put_outlook(one, "hard", report, report_is_dead(report));
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
