/* SPDX-License-Identifier: EUPL-1.2 */
/* What is known that bears on a mail.  Only a registered mail makes a duplicate, and only within
 * one body. */
#include "mail/body_sum.h"
#include "registry/private.h"

#include <string.h>

/* What people do not do, and programs do again and again. */
#define LOOP_REVIEWS 2
#define LOOP_SUBJECTS 3
#define LOOP_CONTENTS 1
#define LOOP_HOUR 3600
#define LOOP_WEEK (7 * 86400)

static bool holds_motion(const struct reading *reading, const char *path)
{
    for (size_t i = 0; i < reading->motions.n; i++) {
        if (text_equal(reading->motions.v[i].found_in, path))
            return true;
    }
    return false;
}

/* A paper, whether its text could be taken or not; keys, signatures and packed formats are none. */
static bool is_paper(const struct mail_part *part)
{
    static const char *const beginnings[] = {"application/pdf", "application/msword",
                                             "application/rtf", "application/vnd."};

    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        if (text_starts(part->type, beginnings[i]))
            return true;
    }
    return part->text != PART_NONE && text_starts(part->type, "application/");
}

bool registry_part_is_telling(const struct reading *reading, const struct mail_part *part)
{
    return part->size > 0 &&
           (holds_motion(reading, part->path) || (!part->is_body && is_paper(part)));
}

bool registry_next_message(struct registry *registry, int64_t *id_r, struct err *err_r)
{
    return statement_get_int(
        registry,
        "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'messages'), 0) + 1", NULL,
        0, id_r, err_r);
}

bool registry_next_counter(struct registry *registry, const char *body, int year, int *counter_r,
                           struct err *err_r)
{
    int64_t counter;

    if (!STATEMENT_GET(registry, &counter, err_r,
                       "SELECT coalesce(max(counter), 0) + 1 FROM numbers"
                       " WHERE body = ? AND year = ?",
                       value_text(body), value_int(year)))
        return false;
    *counter_r = (int)counter;
    return true;
}

bool registry_find_number(struct registry *registry, const char *body, const char *number,
                          int64_t *motion_r, struct err *err_r)
{
    return STATEMENT_GET(registry, motion_r, err_r,
                         "SELECT motion FROM numbers WHERE body = ? AND number = ?",
                         value_text(body), value_text(number));
}

/*
 * What a mail is compared by, and with: the messages before this one; of what is registered, where
 * it has come to nothing yet, all of them.  A plus keeps SQLite from going by state, body or id,
 * which would be through all of them for every mail that comes.
 */
struct marks {
    int64_t before;
    int64_t horizon; /* registered before this one; it is beyond all where the mail is still open */
    const char *body;
    const char *sha256;
    const char *message_id;
    const char *sender_key;
    const char *subject;
    int64_t date; /* of its header; MOMENT_NONE: there is none */
    const char *body_digest;
    const char *id_mark; /* of the Message-ID, as an erased mail has it; NULL: there is none */
    /* JSON lists of what a row may have of the same: who sent it, by an earlier roster, too; its
     * content, by an earlier version, too; and of both with the Message-ID, as an erased mail has
     */
    const char *senders, *contents, *mail_marks;
    const char *changes; /* number of the motion that it would change, or NULL */
};

static const char *list_mail_marks(struct arena *arena, const char *message_id,
                                   const struct texts *senders, const struct texts *contents)
{
    struct texts all = {0};

    for (size_t i = 0; i < senders->n; i++) {
        for (size_t k = 0; k < contents->n; k++) {
            const char *mark = registry_mail_mark(arena, message_id, senders->v[i], contents->v[k]);
            if (mark != NULL)
                texts_add(&all, arena, mark);
        }
    }
    return registry_texts_to_json(arena, &all);
}

static struct marks make_marks(struct arena *arena, const struct conf_body *body,
                               const struct raw_mail *raw, const struct mail *mail)
{
    struct marks marks = {
        .body = body->id, .sha256 = text_hex(arena, raw->sha256, DIGEST_SIZE), .date = MOMENT_NONE};
    struct texts senders = {0}, contents = {0};

    if (mail != NULL) {
        marks.message_id = mail->message_id;
        marks.subject = mail->subject;
        marks.date = mail->date_at;
        marks.body_digest = mail->body_digest;
        trust_sender_keys(arena, mail, body, &senders);
        marks.sender_key = senders.n > 0 ? senders.v[0] : NULL;
        texts_add(&contents, arena, mail->body_digest);
        texts_add(&contents, arena, body_sum_exact(arena, mail));
    }
    marks.id_mark = registry_id_mark(arena, marks.message_id);
    marks.senders = registry_texts_to_json(arena, &senders);
    marks.contents = registry_texts_to_json(arena, &contents);
    marks.mail_marks = list_mail_marks(arena, marks.message_id, &senders, &contents);
    return marks;
}

/* The first five values of a statement that looks for the same mail, and how it asks for them. */
#define SAME_VALUES(marks, before)                                              \
    value_text((marks)->body), value_int(before), value_text((marks)->senders), \
        value_text((marks)->contents), value_text((marks)->mail_marks)
#define EARLIER "+body = ?1 AND +id < ?2"
#define SAME_SENDER "sender_key IN (SELECT value FROM json_each(?3))"
#define SAME_CONTENT "body_digest IN (SELECT value FROM json_each(?4))"
#define SAME_MARK "mail_mark IN (SELECT value FROM json_each(?5))"

static bool find_same_bytes(struct registry *registry, const struct marks *marks, int64_t *id_r,
                            struct err *err_r)
{
    return STATEMENT_GET(registry, id_r, err_r,
                         "SELECT id FROM messages WHERE sha256 = ? AND body = ? AND id < ?"
                         " AND +state = 'registered' ORDER BY id LIMIT 1",
                         value_text(marks->sha256), value_text(marks->body),
                         value_int(marks->horizon));
}

/*
 * Servers give a mail a Message-ID that has none, and somebody's file of it has none still.  Where
 * one of the two is without, the second in which it was written takes its place.  Who sent what was
 * erased is not known any more.
 */
static bool find_same_date(struct registry *registry, const struct marks *marks, int64_t *id_r,
                           struct err *err_r)
{
    return STATEMENT_GET(registry, id_r, err_r,
                         "SELECT id FROM messages WHERE mail_date = ?7 AND " SAME_CONTENT
                         " AND (" SAME_SENDER " OR erased_at IS NOT NULL)"
                         " AND (?6 IS NULL OR coalesce(message_id, id_mark) IS NULL)"
                         " AND " EARLIER " AND +state = 'registered' ORDER BY id LIMIT 1",
                         SAME_VALUES(marks, marks->horizon), value_text(marks->message_id),
                         value_moment(marks->date));
}

/* Without a sender, equal bytes alone make the same mail. */
static bool find_same_mail(struct registry *registry, const struct marks *marks, int64_t *id_r,
                           struct err *err_r)
{
    if (!STATEMENT_GET(registry, id_r, err_r,
                       "SELECT id FROM messages WHERE ((message_id = ?6 AND " SAME_SENDER
                       " AND " SAME_CONTENT ") OR " SAME_MARK ")"
                       " AND " EARLIER " AND +state = 'registered' ORDER BY id LIMIT 1",
                       SAME_VALUES(marks, marks->horizon), value_text(marks->message_id)))
        return false;
    return *id_r != 0 || marks->sender_key == NULL || find_same_date(registry, marks, id_r, err_r);
}

/* The number of the motion that it would change, or NULL. */
static const char *find_changed(const struct known *known, const struct reading *reading)
{
    enum wish_kind wish = reading->wish.kind;
    bool changes = wish == WISH_WITHDRAW || wish == WISH_REPLACE || wish == WISH_CORRECT;

    for (size_t i = 0; i < reading->motions.n; i++) {
        enum motion_kind kind = reading->motions.v[i].kind;

        changes = changes || kind == MOTION_WITHDRAWAL || kind == MOTION_REPLACEMENT;
    }
    return changes && known->referred != NULL ? known->referred->number : NULL;
}

/* The same words in answer to another motion would change that one: of this one nobody was told. */
#define SAME_CHANGE                                    \
    "(?8 IS NULL OR EXISTS (SELECT 1 FROM documents d" \
    " WHERE d.message = messages.id AND d.refers_to = ?8))"

#define WAS_TOLD              \
    "(told_at IS NOT NULL OR" \
    " EXISTS (SELECT 1 FROM deliveries WHERE message = messages.id))"

/* After a new UIDVALIDITY, or where somebody moved a mail out of the folder and back. */
static bool find_told(struct registry *registry, const struct marks *marks, int64_t *id_r,
                      struct err *err_r)
{
    return STATEMENT_GET(registry, id_r, err_r,
                         "SELECT id FROM messages WHERE " EARLIER " AND state <> 'registered'"
                         " AND " WAS_TOLD " AND (sha256 = ?7 OR (message_id = ?6 AND " SAME_SENDER
                         " AND " SAME_CONTENT " AND " SAME_CHANGE ")"
                         " OR (" SAME_MARK " AND ?8 IS NULL)) ORDER BY id LIMIT 1",
                         SAME_VALUES(marks, marks->before), value_text(marks->message_id),
                         value_text(marks->sha256), value_text(marks->changes));
}

/* The same content that still waits: that it does is all that can be said again. */
static bool find_told_again(struct registry *registry, const struct marks *marks, int64_t *id_r,
                            struct err *err_r)
{
    if (*id_r != 0)
        return true;
    return STATEMENT_GET(registry, id_r, err_r,
                         "SELECT id FROM messages WHERE +state = 'held' AND body = ?1 AND +id < ?2"
                         " AND " SAME_SENDER " AND " SAME_CONTENT " AND subject IS ?6"
                         " AND " WAS_TOLD " AND " SAME_CHANGE " ORDER BY id LIMIT 1",
                         SAME_VALUES(marks, marks->before), value_text(marks->subject),
                         value_text(NULL), value_text(marks->changes));
}

static bool find_own(struct registry *registry, const struct marks *marks, bool *own_r,
                     struct err *err_r)
{
    int64_t id;

    if (!STATEMENT_GET(registry, &id, err_r,
                       "SELECT id FROM deliveries WHERE message_id = ? AND body = ?",
                       value_text(marks->message_id), value_text(marks->body)))
        return false;
    *own_r = id != 0;
    return true;
}

/* The thread names two reviews of ours. */
static bool count_reviews(struct registry *registry, struct arena *arena, const struct marks *marks,
                          const struct mail *mail, int64_t *reviews_r, struct err *err_r)
{
    return STATEMENT_GET(registry, reviews_r, err_r,
                         "SELECT count(*) FROM deliveries WHERE kind = 'review' AND body = ?1"
                         " AND message_id IN (SELECT value FROM json_each(?2)"
                         "  UNION SELECT value FROM json_each(?3))",
                         value_text(marks->body),
                         value_text(registry_texts_to_json(arena, &mail->references)),
                         value_text(registry_texts_to_json(arena, &mail->in_reply_to)));
}

/* Up to the newest mail this sender had reviews of mails with this subject, or with none, within an
 * hour, and of mails with this very content within a week. */
static bool count_alike(struct registry *registry, const struct marks *marks, int64_t *subject_r,
                        int64_t *content_r, struct err *err_r)
{
    struct statement *s;

    if (!STATEMENT_OPEN(
            registry, &s, err_r,
            "WITH newest (at) AS"
            " (SELECT registered_at FROM messages ORDER BY id DESC LIMIT 1)"
            " SELECT count(CASE WHEN subject IS ?4 AND registered_at > at - ?6 THEN 1 END),"
            " count(CASE WHEN body_digest = ?5 THEN 1 END)"
            " FROM messages, newest WHERE body = ?1 AND id < ?2 AND sender_key = ?3"
            " AND registered_at > at - ?7 AND registered_at <= at + ?8"
            " AND EXISTS (SELECT 1 FROM deliveries d"
            " WHERE d.message = messages.id AND d.kind = 'review')",
            value_text(marks->body), value_int(marks->before), value_text(marks->sender_key),
            value_text(marks->subject), value_text(marks->body_digest), value_int(LOOP_HOUR),
            value_int(LOOP_WEEK), value_int(MOMENT_SLACK)))
        return false;
    if (statement_next(s)) {
        *subject_r = statement_int(s, 0);
        *content_r = statement_int(s, 1);
    }
    return statement_close(s, err_r);
}

/* Of several mails with the same few words, each may have lost another attachment. */
static bool find_loop(struct registry *registry, struct arena *arena, const struct marks *marks,
                      const struct mail *mail, bool *loop_r, struct err *err_r)
{
    bool lacks = texts_has(&mail->defects, "attachment-missing");
    int64_t reviews = 0, subject = 0, content = 0;
    bool ok = count_reviews(registry, arena, marks, mail, &reviews, err_r) &&
              count_alike(registry, marks, &subject, &content, err_r);

    *loop_r = reviews >= LOOP_REVIEWS || subject >= LOOP_SUBJECTS ||
              content >= (lacks ? LOOP_SUBJECTS : LOOP_CONTENTS);
    return ok;
}

static bool find_other_of_id(struct registry *registry, struct arena *arena,
                             const struct marks *marks, const char **id_r, struct err *err_r)
{
    int64_t id;

    if (!STATEMENT_GET(registry, &id, err_r,
                       "SELECT id FROM messages WHERE ((message_id = ?6"
                       "  AND NOT ((coalesce(" SAME_SENDER ", 0) OR sender_key IS ?7)"
                       "   AND coalesce(" SAME_CONTENT ", 0)))"
                       "  OR (id_mark = ?8 AND NOT coalesce(" SAME_MARK ", 0)))"
                       " AND " EARLIER " AND sha256 <> ?9 ORDER BY id LIMIT 1",
                       SAME_VALUES(marks, marks->before), value_text(marks->message_id),
                       value_text(marks->sender_key), value_text(marks->id_mark),
                       value_text(marks->sha256)))
        return false;
    *id_r = id == 0 ? NULL : arena_printf(arena, "m%lld", (long long)id);
    return true;
}

/*
 * A withdrawn or void motion may be handed in again; whoever sends a replaced one again has the old
 * paper in hand.  Who sent what was erased is not known any more, and hardly anybody else has its
 * very bytes.  The document that stood in the same part is the best answer to "which".
 */
static bool find_same_part(struct registry *registry, struct arena *arena,
                           const struct marks *marks, const char *part_sha256,
                           const char **number_r, struct err *err_r)
{
    struct statement *s;

    if (!STATEMENT_OPEN(registry, &s, err_r,
                        "SELECT n.number FROM parts p CROSS JOIN messages m" /* in this order */
                        " ON m.id = p.message"
                        " JOIN documents d ON d.message = m.id JOIN motions t ON t.id = d.motion"
                        " JOIN numbers n ON n.motion = t.id"
                        " WHERE p.sha256 = ?1 AND p.telling = 1 AND m.body = ?2"
                        " AND (" SAME_SENDER " OR m.erased_at IS NOT NULL)"
                        " AND m.state = 'registered'"
                        " AND (?4 IS NULL OR m.message_id IS NOT ?4)"
                        " AND t.state IN ('registered', 'replaced') AND m.id < ?5"
                        " ORDER BY d.found_in IS NOT p.path, m.id, d.position LIMIT 1",
                        value_text(part_sha256), value_text(marks->body),
                        value_text(marks->senders), value_text(marks->message_id),
                        value_int(marks->horizon)))
        return false;
    if (statement_next(s))
        *number_r = statement_text(s, arena, 0);
    return statement_close(s, err_r);
}

static bool find_same_content(struct registry *registry, struct arena *arena,
                              const struct marks *marks, const struct reading *reading,
                              const char **number_r, struct err *err_r)
{
    *number_r = NULL;
    for (size_t i = 0; i < reading->mail->part_count && *number_r == NULL; i++) {
        const struct mail_part *part = &reading->mail->parts[i];

        if (registry_part_is_telling(reading, part) &&
            !find_same_part(registry, arena, marks, part->sha256, number_r, err_r))
            return false;
    }
    return true;
}

/* A mail that waited is decided by what is known when it is read again; another is explained by
 * what was known when it came. */
static bool find_horizon(struct registry *registry, int64_t message, int64_t *horizon_r,
                         struct err *err_r)
{
    int64_t open;

    if (!STATEMENT_GET(registry, &open, err_r,
                       "SELECT count(*) FROM messages WHERE id = ?"
                       " AND +state IN ('held', 'unreadable')",
                       value_int(message)))
        return false;
    *horizon_r = open != 0 ? INT64_MAX : message;
    return true;
}

bool registry_lookup(struct registry *registry, struct arena *arena, const struct conf_body *body,
                     const struct raw_mail *raw, const struct reading *reading, int year,
                     int64_t message, struct known *known_r, struct err *err_r)
{
    struct marks marks = make_marks(arena, body, raw, reading == NULL ? NULL : reading->mail);

    *known_r = (struct known){.message = message};
    if (message == 0 && !registry_next_message(registry, &known_r->message, err_r))
        return false;
    marks.before = known_r->message;
    if (!find_horizon(registry, marks.before, &marks.horizon, err_r) ||
        !registry_next_counter(registry, body->id, year, &known_r->next_counter, err_r) ||
        !find_same_bytes(registry, &marks, &known_r->same_bytes, err_r))
        return false;
    if (reading == NULL)
        return find_told(registry, &marks, &known_r->told, err_r);
    if (!registry_find_reported(registry, arena, body, reading->mail, known_r, err_r) ||
        !registry_find_referred(registry, arena, body->id, reading, known_r, err_r) ||
        !registry_find_notice(registry, arena, body->id, reading->mail, marks.horizon, known_r,
                              err_r) ||
        !registry_find_held(registry, arena, body->id, reading, known_r, err_r))
        return false;
    marks.changes = find_changed(known_r, reading);
    return find_told(registry, &marks, &known_r->told, err_r) &&
           /* a forged reply that waits must not silence the office's own with the same words */
           (known_r->notice != NULL || find_told_again(registry, &marks, &known_r->told, err_r)) &&
           find_own(registry, &marks, &known_r->own, err_r) &&
           find_loop(registry, arena, &marks, reading->mail, &known_r->loop, err_r) &&
           find_same_mail(registry, &marks, &known_r->same_mail, err_r) &&
           find_other_of_id(registry, arena, &marks, &known_r->other_of_id, err_r) &&
           find_same_content(registry, arena, &marks, reading, &known_r->same_content, err_r);
}
