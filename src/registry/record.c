/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One message with all that follows from it, in one step.  What above this folder was decided is
 * checked against what the registry knows now: an answer that names m12 must become m12's, a number
 * must be the next one.
 */
#include "registry/private.h"

#include <string.h>

bool recording_fail_bug(const struct recording *r, struct err *err_r, const char *what)
{
    return err_set(err_r, ERR_BUG, "mail %lu of %s %s: %s; please report this",
                   (unsigned long)r->entry->raw->uid, r->entry->raw->mailbox, r->entry->raw->folder,
                   what);
}

/* ---- the message */

static const char *sender_name(const struct registry_entry *entry)
{
    const struct mail *mail = entry->reading->mail;

    /* the roster's name counts: a display name is whatever the sender wrote */
    if (entry->verdict != NULL && entry->verdict->member != NULL)
        return entry->verdict->member->name;
    return mail->from.n > 0 ? mail->from.v[0].name : NULL;
}

/* As written; of what a forwarder hands on, the inner one's. */
static const char *sender_address(const struct registry_entry *entry)
{
    const struct mail *mail = entry->reading->mail;

    if (entry->verdict != NULL && entry->verdict->forwarder != NULL)
        return entry->verdict->address;
    return mail->from.n > 0 ? mail->from.v[0].address : NULL;
}

int64_t recording_duplicate_of(const struct registry_entry *entry)
{
    if (entry->decision->state != MESSAGE_DUPLICATE)
        return 0;
    return entry->known->same_bytes != 0 ? entry->known->same_bytes : entry->known->same_mail;
}

const char *recording_reading_text(struct arena *arena, const struct reading *reading)
{
    if (reading == NULL)
        return NULL;
    struct json *json = reading_to_json(reading);
    const char *text = json_print_compact(arena, json);

    json_free(json);
    return text;
}

/* What any row has, readable or not. */
static bool insert_row(struct recording *r, struct err *err_r)
{
    const struct raw_mail *raw = r->entry->raw;
    const struct decision *decision = r->entry->decision;
    const struct reading *reading = r->entry->reading;

    return STATEMENT_RUN(
        r->registry, err_r,
        "INSERT INTO messages (id, body, mailbox, folder, uidvalidity, uid, internaldate,"
        " arrived_at, arrival_basis, registered_at, size, sha256, state, decided_by, reason,"
        " duplicate_of, reading)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        value_int(r->message), value_text(r->body), value_text(raw->mailbox),
        value_text(raw->folder), value_int(raw->uidvalidity), value_int(raw->uid),
        value_moment(raw->internaldate), value_moment(decision->arrival.at),
        value_text(decision->arrival.basis), value_int(r->entry->registered_at),
        value_int((int64_t)(raw->whole ? raw->whole : raw->size)), value_text(r->sha256),
        value_text(message_state_to_text(decision->state)), value_text(decision->row),
        value_text(decision->reason), value_id(recording_duplicate_of(r->entry)),
        value_text(recording_reading_text(r->arena, reading)));
}

static bool insert_part(struct recording *r, size_t position, const struct mail_part *part,
                        struct err *err_r)
{
    return STATEMENT_RUN(
        r->registry, err_r,
        "INSERT INTO parts (message, position, path, type, name, size, sha256, text, telling)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        value_int(r->message), value_int((int64_t)position), value_text(part->path),
        value_text(part->type), value_text(part->name), value_int((int64_t)part->size),
        value_text(part->sha256), value_text(part_text_to_text(part->text)),
        value_int(registry_part_is_telling(r->entry->reading, part)));
}

static bool add_reading(struct recording *r, struct err *err_r)
{
    const struct mail *mail = r->entry->reading->mail;
    const struct verdict *verdict = r->entry->verdict;

    if (!STATEMENT_RUN(
            r->registry, err_r,
            "UPDATE messages SET message_id = ?, sender_name = ?, sender_address = ?,"
            " sender_key = ?, subject = ?, mail_date = ?, body_digest = ?, class = ?, trust = ?"
            " WHERE id = ?",
            value_text(mail->message_id), value_text(sender_name(r->entry)),
            value_text(sender_address(r->entry)),
            value_text(trust_sender_key(r->arena, mail, r->entry->body)), value_text(mail->subject),
            value_moment(mail->date_at), value_text(mail->body_digest),
            value_text(mail_class_to_text(mail->class)),
            value_text(verdict == NULL ? NULL : trust_level_to_text(verdict->level)),
            value_int(r->message)))
        return false;
    for (size_t i = 0; i < mail->part_count; i++) {
        if (!insert_part(r, i, &mail->parts[i], err_r))
            return false;
    }
    return true;
}

/* ---- its documents */

/* A number for a motion that has none yet. */
static bool insert_motion(struct recording *r, const struct decided_motion *decided,
                          int64_t *motion_r, struct err *err_r)
{
    int year, month, mday, counter;

    day_to_ymd(moment_day(r->entry->decision->arrival.at), &year, &month, &mday);
    if (!STATEMENT_RUN(r->registry, err_r,
                       "INSERT INTO motions (body, state) VALUES (?, 'registered')",
                       value_text(r->body)))
        return false;
    *motion_r = sqlite3_last_insert_rowid(r->registry->db);
    return registry_next_counter(r->registry, r->body, year, &counter, err_r) &&
           STATEMENT_RUN(r->registry, err_r,
                         "INSERT INTO numbers (body, year, counter, number, motion, given_at)"
                         " VALUES (?, ?, ?, ?, ?, ?)",
                         value_text(r->body), value_int(year), value_int(counter),
                         value_text(decided->number), value_int(*motion_r),
                         value_int(r->entry->registered_at));
}

static const char *document_role(const struct decided_motion *decided)
{
    static const char *const roles[FOLLOW_COUNT] = {
        [FOLLOW_WITHDRAWS] = "withdrawal", [FOLLOW_LEAVES] = "withdrawal",
        [FOLLOW_REPLACES] = "replacement", [FOLLOW_CORRECTS] = "correction",
        [FOLLOW_ADDS] = "papers",          [FOLLOW_JOINS] = "consent",
    };

    if (decided->follow != FOLLOW_NONE)
        return roles[decided->follow];
    if (decided->motion->kind == MOTION_WITHDRAWAL)
        return "withdrawal";
    return decided->motion->kind == MOTION_REPLACEMENT ? "replacement" : "motion";
}

/* Of its number; all but a replacement is a paper beside the present version. */
static int document_version(const struct decided_motion *decided)
{
    if (decided->follow == FOLLOW_NONE)
        return 1;
    return decided->follows->version + (decided->follow == FOLLOW_REPLACES);
}

/* As the letter calls it, where we do not know the number. */
static const char *find_reference(const struct decided_motion *decided)
{
    return decided->follows != NULL ? decided->follows->number : decided->motion->refers_to;
}

static bool insert_document(struct recording *r, size_t position,
                            const struct decided_motion *decided, int64_t motion,
                            int64_t *document_r, struct err *err_r)
{
    const struct motion *said = decided->motion;
    const struct deadline *deadline = &decided->deadline;

    if (!STATEMENT_RUN(
            r->registry, err_r,
            "INSERT INTO documents (message, position, motion, version, role, kind, label, title,"
            " letter_date, refers_to, confidential, found_in, decided_by, reason, deadline_state,"
            " deadline_day, deadline_until, deadline_rule)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            value_int(r->message), value_int((int64_t)position), value_id(motion),
            value_int(document_version(decided)), value_text(document_role(decided)),
            value_text(motion_kind_to_text(said->kind)), value_text(said->label),
            value_text(said->title), value_day(r->arena, said->letter_date),
            value_text(find_reference(decided)), value_int(said->confidential),
            value_text(said->found_in), value_text(decided->row), value_text(decided->reason),
            value_text(deadline_state_to_text(deadline->state)),
            value_day(r->arena, deadline->last_day), value_moment(deadline->until),
            value_text(deadline->rule)))
        return false;
    *document_r = sqlite3_last_insert_rowid(r->registry->db);
    return true;
}

bool recording_insert_consultations(struct recording *r, int64_t document,
                                    const struct decided_motion *decided, struct err *err_r)
{
    for (size_t i = 0; i < decided->consultation_count; i++) {
        const struct decided_consultation *c = &decided->consultations[i];

        if (!STATEMENT_RUN(r->registry, err_r,
                           "INSERT INTO consultations (document, position, organization, meeting,"
                           " deadline_state, deadline_day, deadline_until, deadline_rule)"
                           " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                           value_int(document), value_int((int64_t)i), value_text(c->organization),
                           value_day(r->arena, c->meeting),
                           value_text(deadline_state_to_text(c->deadline.state)),
                           value_day(r->arena, c->deadline.last_day),
                           value_moment(c->deadline.until), value_text(c->deadline.rule)))
            return false;
    }
    return true;
}

static bool insert_mover(struct recording *r, int64_t document, size_t position,
                         const char *faction, const char *role, struct err *err_r)
{
    return STATEMENT_RUN(r->registry, err_r,
                         "INSERT INTO movers (document, position, faction, role)"
                         " VALUES (?, ?, ?, ?)",
                         value_int(document), value_int((int64_t)position), value_text(faction),
                         value_text(role));
}

bool recording_insert_movers(struct recording *r, int64_t document,
                             const struct decided_motion *decided, struct err *err_r)
{
    size_t position = 0;

    for (size_t i = 0; i < decided->movers.n; i++) {
        if (!insert_mover(r, document, position++, decided->movers.v[i], "mover", err_r))
            return false;
    }
    if (decided->movers.n == 0 && decided->mover != NULL &&
        !insert_mover(r, document, position++, decided->mover->title, "mover", err_r))
        return false;
    for (size_t i = 0; i < decided->named.n; i++) {
        if (!insert_mover(r, document, position++, decided->named.v[i], "named", err_r))
            return false;
    }
    return true;
}

static bool check_motion(struct recording *r, const struct decided_motion *decided,
                         struct err *err_r)
{
    if ((decided->registered || decided->follow != FOLLOW_NONE) != (decided->number != NULL))
        return recording_fail_bug(r, err_r,
                                  "a motion has a number if and only if it is registered");
    if (decided->registered && strcmp(document_role(decided), "motion") != 0)
        return recording_fail_bug(r, err_r,
                                  "a withdrawal or replacement takes no number of its own");
    return true;
}

static bool find_motion(struct recording *r, const struct decided_motion *decided,
                        int64_t *motion_r, struct err *err_r)
{
    *motion_r = 0;
    if (decided->follow != FOLLOW_NONE)
        return recording_follow(r, decided, document_version(decided), motion_r, err_r);
    return !decided->registered || insert_motion(r, decided, motion_r, err_r);
}

static const char *document_event(const struct decided_motion *decided)
{
    bool done = decided->registered || decided->follow != FOLLOW_NONE;

    return done ? follow_to_event(decided->follow) : "held";
}

/* For the history: whose word it was, what it was before. */
static const char *document_text(struct recording *r, const struct decided_motion *decided)
{
    const char *text = decided->reason != NULL ? decided->reason : decided->row;

    if (decided->speaker != NULL)
        return arena_printf(r->arena, "%s: %s", text, decided->speaker);
    if (decided->follow == FOLLOW_CORRECTS)
        return arena_printf(r->arena, "%s; before: %s", text,
                            registry_say_motion(r->arena, decided->follows));
    return text;
}

bool recording_add_document(struct recording *r, size_t position,
                            const struct decided_motion *decided, struct err *err_r)
{
    int64_t motion = 0, document;
    struct event event = {
        .event = document_event(decided),
        .at = r->entry->registered_at,
        .actor = r->actor,
        .message = r->message,
        .body = r->body,
        .number = decided->number,
        .text = document_text(r, decided),
    };

    return check_motion(r, decided, err_r) && find_motion(r, decided, &motion, err_r) &&
           insert_document(r, position, decided, motion, &document, err_r) &&
           recording_insert_consultations(r, document, decided, err_r) &&
           recording_insert_movers(r, document, decided, err_r) &&
           registry_add_event(r->registry, &event, err_r);
}

/* Where no motion says what became of the message, the message does. */
static bool add_documents(struct recording *r, struct err *err_r)
{
    const struct decision *decision = r->entry->decision;
    struct event event = {
        .event = message_state_to_text(decision->state),
        .at = r->entry->registered_at,
        .actor = r->actor,
        .message = r->message,
        .body = r->body,
        .text = decision->reason != NULL ? decision->reason : decision->row,
    };

    for (size_t i = 0; i < decision->motion_count; i++) {
        if (!recording_add_document(r, i, &decision->motions[i], err_r))
            return false;
    }
    return decision->motion_count > 0 || registry_add_event(r->registry, &event, err_r);
}

static bool add_other_of_id(struct recording *r, struct err *err_r)
{
    struct event event = {
        .event = "same-message-id",
        .at = r->entry->registered_at,
        .actor = r->actor,
        .message = r->message,
        .body = r->body,
        .text = r->entry->known->other_of_id,
    };

    return event.text == NULL || registry_add_event(r->registry, &event, err_r);
}

static bool add_remark(struct recording *r, const char *name, const char *text, struct err *err_r)
{
    struct event event = {
        .event = name,
        .at = r->entry->registered_at,
        .actor = r->actor,
        .message = r->message,
        .body = r->body,
        .text = text,
    };

    return text == NULL || registry_add_event(r->registry, &event, err_r);
}

/* Who has signed, and what could mislead, is kept where a mail is registered, too; of a held one
 * the reason says it. */
static bool add_remarks(struct recording *r, struct err *err_r)
{
    const struct verdict *verdict = r->entry->verdict;

    if (verdict == NULL || r->entry->decision->state != MESSAGE_REGISTERED)
        return true;
    return add_remark(r, "signature", verdict->signature_words, err_r) &&
           add_remark(r, "pretence", pretence_describe(r->arena, &verdict->pretences), err_r);
}

/* ---- its answers */

/*
 * The cause of an answer is the mail, not the row: the same bytes in a second mailbox, or under a
 * new UIDVALIDITY, are held again, and who was answered once is not answered again.
 */
static bool was_answered(struct recording *r, const struct reply *reply, int64_t motion,
                         const char *key, bool *answered_r, struct err *err_r)
{
    int64_t id;

    /* a person's decision is news each time */
    *answered_r = false;
    if (r->ruling != 0)
        return true;
    if (!STATEMENT_GET(r->registry, &id, err_r,
                       "SELECT d.id FROM messages m JOIN deliveries d ON d.message = m.id"
                       " WHERE m.sha256 = ? AND m.body = ? AND d.kind = ?"
                       " AND d.recipient_key = ? AND d.motion IS ? AND d.occasion = ? LIMIT 1",
                       value_text(r->sha256), value_text(r->body),
                       value_text(reply_kind_to_text(reply->kind)), value_text(key),
                       value_id(motion), value_text(registry_occasion(reply))))
        return false;
    *answered_r = id != 0;
    return true;
}

/* The office is to be told of it, with others (registry_list_untold()). */
static bool owe_telling(struct recording *r, struct err *err_r)
{
    return STATEMENT_RUN(r->registry, err_r, "UPDATE messages SET told_at = 0 WHERE id = ?",
                         value_int(r->message));
}

static bool add_delivery(struct recording *r, const struct reply *reply, struct err *err_r)
{
    const char *key = text_fold(r->arena, reply->to);
    int64_t motion = 0;
    bool answered;
    struct event event = {
        .event = "not-repeated",
        .at = r->entry->registered_at,
        .actor = r->actor,
        .message = r->message,
        .body = r->body,
        .number = reply->number,
        .text = reply_kind_to_text(reply->kind),
    };

    if (reply->gathered)
        return owe_telling(r, err_r);
    if (reply->number != NULL &&
        !registry_find_number(r->registry, r->body, reply->number, &motion, err_r))
        return false;
    if (reply->number != NULL && motion == 0)
        return recording_fail_bug(r, err_r, "an answer names a number that was never given");
    if (!was_answered(r, reply, motion, key, &answered, err_r))
        return false;
    if (answered)
        return registry_add_event(r->registry, &event, err_r);
    return registry_insert_delivery(r->registry,
                                    &(struct registry_order){.body = r->body,
                                                             .message = r->message,
                                                             .motion = motion,
                                                             .recipient_key = key,
                                                             .reply = reply,
                                                             .now = r->entry->registered_at,
                                                             .actor = r->actor,
                                                             .ruling = r->ruling},
                                    err_r);
}

bool recording_add_deliveries(struct recording *r, struct err *err_r)
{
    for (size_t i = 0; i < r->entry->replies->n; i++) {
        if (!add_delivery(r, &r->entry->replies->v[i], err_r))
            return false;
    }
    return true;
}

/* ---- all of it */

bool recording_check_counter(struct recording *r, struct err *err_r)
{
    const struct decision *decision = r->entry->decision;
    int year, month, mday, counter;
    bool numbered = false;

    for (size_t i = 0; i < decision->motion_count; i++)
        numbered = numbered || decision->motions[i].registered;
    if (!numbered)
        return true;
    day_to_ymd(moment_day(decision->arrival.at), &year, &month, &mday);
    if (!registry_next_counter(r->registry, r->body, year, &counter, err_r))
        return false;
    return counter == r->entry->known->next_counter ||
           recording_fail_bug(r, err_r, "another mail took its number since it was looked up");
}

static bool check_entry(struct recording *r, struct err *err_r)
{
    int64_t next;

    if (!registry_next_message(r->registry, &next, err_r))
        return false;
    if (r->entry->known->message != next)
        return recording_fail_bug(r, err_r, "another mail took its id since it was looked up");
    if (r->entry->decision->state == MESSAGE_DUPLICATE && recording_duplicate_of(r->entry) == 0)
        return recording_fail_bug(r, err_r, "a duplicate of nothing that is registered");
    r->message = next;
    return recording_check_counter(r, err_r);
}

/* It was thought gone and is here after all: the row stays as history, the UID is the mail's. */
static bool release_uid(struct recording *r, int64_t vanished, struct err *err_r)
{
    return vanished == 0 ||
           STATEMENT_RUN(r->registry, err_r, "UPDATE messages SET current = 0 WHERE id = ?",
                         value_int(vanished));
}

bool recording_enter(struct recording *r, struct err *err_r)
{
    return (r->entry->reading == NULL || (add_reading(r, err_r) && recording_add_report(r, err_r) &&
                                          recording_add_answered(r, err_r))) &&
           add_documents(r, err_r) && recording_complete_held(r, err_r) &&
           add_other_of_id(r, err_r) && add_remarks(r, err_r) &&
           recording_add_deliveries(r, err_r) &&
           registry_index_message(r->registry, r->message, err_r);
}

static bool record(struct recording *r, int64_t vanished, struct err *err_r)
{
    return check_entry(r, err_r) && release_uid(r, vanished, err_r) && insert_row(r, err_r) &&
           recording_enter(r, err_r);
}

/* Its bytes were kept when it came; they may have gone with a mail of the same bytes that was
 * erased while it was being read. */
static bool check_raw(struct recording *r, struct err *err_r)
{
    int64_t erased;

    if (r->registry->mode != REGISTRY_WRITE)
        return true;
    if (!STATEMENT_GET(r->registry, &erased, err_r,
                       "SELECT count(*) FROM messages WHERE sha256 = ? AND erased_at IS NOT NULL",
                       value_text(r->sha256)))
        return false;
    return erased == 0 || registry_has_raw(r->registry, r->sha256) ||
           err_set(err_r, ERR_TRY_AGAIN,
                   "mail %lu of %s %s was erased in another copy meanwhile; it is fetched again",
                   (unsigned long)r->entry->raw->uid, r->entry->raw->mailbox,
                   r->entry->raw->folder);
}

static bool record_if_new(struct recording *r, struct err *err_r)
{
    enum message_state state;
    int64_t id;

    if (!registry_find_row(r->registry, r->entry->raw, &id, &state, err_r))
        return false;
    if (id != 0 && state != MESSAGE_VANISHED) {
        r->message = id;
        return true;
    }
    return check_raw(r, err_r) && record(r, id, err_r);
}

bool registry_record(struct registry *registry, const struct registry_entry *entry,
                     int64_t *message_r, struct err *err_r)
{
    struct recording r = {
        .registry = registry,
        .entry = entry,
        .body = entry->body->id,
    };

    if (!registry_step_begin(registry, err_r))
        return false;
    r.arena = arena_new();
    r.sha256 = text_hex(r.arena, entry->raw->sha256, DIGEST_SIZE);
    bool ok = registry_step_end(registry, record_if_new(&r, err_r), err_r);
    arena_free(r.arena);
    *message_r = ok ? r.message : 0;
    return ok;
}

static bool insert_vanished(struct registry *registry, const struct raw_mail *raw, int64_t now,
                            struct err *err_r)
{
    static const char reason[] = "gone from the server before it could be fetched";
    struct event event = {.event = "vanished", .at = now, .body = raw->body, .text = reason};

    if (!STATEMENT_RUN(registry, err_r,
                       "INSERT INTO messages (body, mailbox, folder, uidvalidity, uid,"
                       " internaldate, arrived_at, arrival_basis, registered_at, size, state,"
                       " reason) VALUES (?, ?, ?, ?, ?, ?7, ?7, 'INTERNALDATE', ?6, ?8,"
                       " 'vanished', ?9)",
                       value_text(raw->body), value_text(raw->mailbox), value_text(raw->folder),
                       value_int(raw->uidvalidity), value_int(raw->uid), value_int(now),
                       value_moment(raw->internaldate), value_int((int64_t)raw->size),
                       value_text(reason)))
        return false;
    event.message = sqlite3_last_insert_rowid(registry->db);
    return registry_add_event(registry, &event, err_r);
}

bool registry_record_vanished(struct registry *registry, const struct raw_mail *raw, int64_t now,
                              struct err *err_r)
{
    enum message_state state;
    int64_t id = 0;

    if (!registry_step_begin(registry, err_r))
        return false;
    bool ok = registry_find_row(registry, raw, &id, &state, err_r) &&
              (id != 0 || insert_vanished(registry, raw, now, err_r));
    return registry_step_end(registry, ok, err_r);
}
