/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who is told that mails wait for a person: the office of those that are held, gathered, and again
 * of those that nobody decided on; the chairs of a faction of what strangers write in its name.
 *
 * The first mail after a quiet hour is told at once, what comes within the hour when it is over.
 * What would change a motion of the register has an hour of its own, and whatever waits with it
 * goes with it.  A notice has room for WAITING_MAX mails: what has a member's address has it before
 * what has none, and of either what would change a motion, so that no flood of strangers hides a
 * member's mail; what would change a motion stands first in it.  How many were left out is said,
 * and they are told the next time.
 *
 * When the last telling was stands in the registry, and a mail is noted as told in the transaction
 * of its notice: a crash or a restart tells nothing twice and leaves nothing out.
 */
#include "daemon/clerk_p.h"

#include "registry/erase.h"

#include <stdlib.h>
#include <string.h>

#define GATHER_SECONDS 3600 /* between two mails to the office, or to the chairs of one faction */

typedef bool note_verb(struct registry *registry, const char *body, int64_t message, int64_t now,
                       struct err *err_r);

/* Those of the rows that are picked, for a mail and for the notes. */
struct picked {
    struct news_mail *mails;
    int64_t *ids;
    size_t n;
};

static struct picked new_picked(struct arena *arena, size_t room)
{
    return (struct picked){.mails = arena_array(arena, room + 1, sizeof(struct news_mail)),
                           .ids = arena_array(arena, room + 1, sizeof(int64_t))};
}

static void pick(struct arena *arena, const struct conf_body *body, struct picked *picked,
                 const struct waiting_mail *row)
{
    picked->ids[picked->n] = row->id;
    picked->mails[picked->n++] = (struct news_mail){
        .id = arena_printf(arena, "m%lld", (long long)row->id),
        .arrived_at = row->arrived_at,
        .from = row->from,
        .subject = row->subject,
        .brought = row->brought,
        .title = row->title,
        .kind = row->kind < 0
                    ? NULL
                    : waiting_kind(arena, body->language, (enum motion_kind)row->kind, row->ocr),
        .deadline = row->deadline,
        .mail_date = row->mail_date,
        .registered_at = row->registered_at,
        .parts = row->parts,
        .part_count = row->part_count};
}

/* Answers, and a note at each of these mails, in one transaction. */
static bool tell(struct clerk *clerk, const char *body, const struct replies *replies,
                 const struct picked *picked, note_verb *note, struct err *err_r)
{
    struct registry *registry = clerk->registry;
    bool ok = true;

    if (!registry_begin(registry, err_r))
        return false;
    for (size_t i = 0; i < replies->n && ok; i++)
        ok = registry_add_notice(registry, body, &replies->v[i], picked->ids, picked->n,
                                 clerk_now(), err_r);
    for (size_t i = 0; i < picked->n && ok; i++)
        ok = note(registry, body, picked->ids[i], clerk_now(), err_r);
    if (ok)
        return registry_commit(registry, err_r);
    registry_rollback(registry);
    return false;
}

/* Whether one is due whose occasion begins so. */
static bool find_due(struct clerk *clerk, const struct conf_body *body, const char *beginning,
                     bool *due_r, struct err *err_r)
{
    int64_t last, now = clerk_now();

    if (!registry_last_occasion(clerk->registry, body->id, beginning, now, &last, err_r))
        return false;
    *due_r = last == MOMENT_NONE || now >= last + GATHER_SECONDS;
    return true;
}

static const char *occasion_now(struct arena *arena, const char *beginning)
{
    return arena_printf(arena, "%s%s", beginning, moment_to_text(arena, clerk_now()));
}

/* ---- the office -------------------------------------------------------------------------------
 */

/* What of it could mislead, judged anew from what was read; of one that cannot be judged nothing is
 * said, and its reason says it. */
static const struct pretences *find_pretences(struct clerk *clerk, struct arena *arena,
                                              const struct conf_body *body, int64_t message)
{
    struct stored_message stored;
    struct reading *reading;
    struct verdict *verdict = ARENA_NEW(arena, struct verdict);
    struct err err;

    if (!registry_get_message(clerk->registry, arena, message, &stored, &err) ||
        stored.reading == NULL ||
        !reading_from_json(arena, stored.reading, strlen(stored.reading), &reading, &err))
        return NULL;
    trust_judge(arena, reading, body, conf_find_mailbox(body, stored.mailbox),
                moment_day(stored.arrival.at), verdict);
    return &verdict->pretences;
}

/* As they came, but for what would change a motion. */
static int compare_coming(const void *a, const void *b)
{
    const struct waiting_mail *one = a, *other = b;

    if (one->changes != other->changes)
        return other->changes - one->changes;
    return (one->id > other->id) - (one->id < other->id);
}

/* Of rows with the most urgent first, which are put into the order of a notice, as many as have
 * room; the row says why each waits, which a person wants to know. */
static struct picked pick_first(struct clerk *clerk, struct arena *arena,
                                const struct conf_body *body, struct waiting_mail *rows,
                                size_t count)
{
    size_t n = count < WAITING_MAX ? count : WAITING_MAX;
    struct picked picked = new_picked(arena, n);

    if (n > 0)
        qsort(rows, n, sizeof *rows, compare_coming);
    for (size_t i = 0; i < n; i++) {
        struct news_mail *mail = &picked.mails[i];

        pick(arena, body, &picked, &rows[i]);
        mail->mail_date = mail->registered_at = MOMENT_NONE;
        mail->row = rows[i].row;
        mail->detail = decide_find_detail(arena, rows[i].row, rows[i].reason);
        mail->reason = rows[i].reason;
        mail->faction = rows[i].faction;
        if (rows[i].answers != 0)
            mail->answers = arena_printf(arena, "m%lld", (long long)rows[i].answers);
        mail->answers_at = rows[i].answers_at;
        mail->pretences = find_pretences(clerk, arena, body, rows[i].id);
    }
    return picked;
}

typedef void news_verb(struct arena *arena, const struct news *news, const struct news_mail *mails,
                       size_t count, size_t left, struct replies *replies_r);

static bool tell_office(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                        const char *beginning, news_verb *say, note_verb *note,
                        struct waiting_mail *rows, size_t count, struct err *err_r)
{
    struct replies replies;
    bool due = false;

    if (count > 0 && !find_due(clerk, body, beginning, &due, err_r))
        return false;
    if (!due)
        return true; /* gathered until then */
    struct picked picked = pick_first(clerk, arena, body, rows, count);
    struct news news = chores_news(arena, body, occasion_now(arena, beginning));
    news.secret = clerk_fresh_token(arena);
    say(arena, &news, picked.mails, picked.n, count - picked.n, &replies);
    return tell(clerk, body->id, &replies, &picked, note, err_r);
}

/* What would change a motion that has a number may be forged: that is told at once, whatever was
 * told within the hour, though itself not more than once in an hour. */
static const char *find_beginning(const struct waiting_mail *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].changes)
            return "urgent ";
    }
    return "held ";
}

bool chores_tell_held(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                      struct err *err_r)
{
    struct waiting_mail *rows;
    size_t count;

    return registry_list_untold(clerk->registry, arena, body->id, &rows, &count, err_r) &&
           tell_office(clerk, arena, body, find_beginning(rows, count), news_held,
                       registry_note_told, rows, count, err_r);
}

bool chores_tell_overdue(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                         struct err *err_r)
{
    int64_t now = clerk_now(), before = now - (int64_t)body->remind_after * 3600;
    struct waiting_mail *rows;
    size_t count;

    return registry_list_overdue(clerk->registry, arena, body->id, before, now, &rows, &count,
                                 err_r) &&
           tell_office(clerk, arena, body, "reminder ", news_reminder, registry_note_reminded, rows,
                       count, err_r);
}

/* ---- what a filter took for junk --------------------------------------------------------------
 */

static bool tell_misfiled(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                          const struct conf_mailbox *mailbox, struct err *err_r)
{
    const char *beginning = arena_printf(arena, "junk %s ", mailbox->name);
    struct waiting_mail *rows;
    struct replies replies;
    size_t count;
    bool due = false;

    if (!registry_list_misfiled(clerk->registry, arena, body->id, mailbox->name,
                                mailbox->junk_folder, &rows, &count, err_r) ||
        (count > 0 && !find_due(clerk, body, beginning, &due, err_r)))
        return false;
    if (!due)
        return true; /* none, or gathered until then */
    struct picked picked = new_picked(arena, count);
    for (size_t i = 0; i < count; i++)
        pick(arena, body, &picked, &rows[i]);
    struct news news = chores_news(arena, body, occasion_now(arena, beginning));
    news_misfiled(arena, &news, mailbox->junk_folder, picked.mails, picked.n, &replies);
    return tell(clerk, body->id, &replies, &picked, registry_note_misfiled_told, err_r);
}

bool chores_tell_misfiled(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                          struct err *err_r)
{
    bool ok = true;

    for (size_t i = 0; i < body->mailbox_count && ok; i++) {
        const char *folder = body->mailboxes[i].junk_folder;
        if (folder && *folder)
            ok = tell_misfiled(clerk, arena, body, &body->mailboxes[i], err_r);
    }
    return ok;
}

#define DAY_SECONDS 86400

/* Nothing that waits for a person is erased unannounced. */
bool chores_tell_expiring(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                          struct err *err_r)
{
    int64_t now = clerk_now();
    int64_t days = body->retention.held_days - RETENTION_NOTICE_DAYS;
    int64_t before = now - (days > 0 ? days : 0) * DAY_SECONDS;
    struct waiting_mail *rows;
    struct replies replies;
    size_t count = 0;

    if (body->retention.held_days > 0 && body->office.n > 0 &&
        !registry_list_expiring(clerk->registry, arena, body->id, before, now, &rows, &count,
                                err_r))
        return false;
    if (count == 0)
        return true;
    struct picked picked = new_picked(arena, count);
    for (size_t i = 0; i < count; i++)
        pick(arena, body, &picked, &rows[i]);
    struct news news = chores_news(arena, body, occasion_now(arena, "expiring "));
    news_expiring(arena, &news, picked.mails, picked.n, now + RETENTION_NOTICE_DAYS * DAY_SECONDS,
                  &replies);
    return tell(clerk, body->id, &replies, &picked, registry_note_expiring, err_r);
}

/* ---- the chairs -------------------------------------------------------------------------------
 */

/* The one faction that all rows from first on of the same mail name, or NULL; *next_r is behind
 * them. */
static const struct conf_faction *find_one_faction(const struct conf_body *body,
                                                   const struct waiting_mail *rows, size_t count,
                                                   size_t first, size_t *next_r)
{
    const struct conf_faction *faction = trust_find_faction(body, rows[first].faction);
    size_t i;

    for (i = first; i < count && rows[i].id == rows[first].id; i++)
        if (trust_find_faction(body, rows[i].faction) != faction)
            faction = NULL;
    *next_r = i;
    return faction;
}

static bool tell_chairs(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                        const struct conf_faction *faction, const struct picked *picked,
                        struct err *err_r)
{
    const char *beginning = arena_printf(arena, "chairs %s ", faction->title);
    struct replies replies;
    bool due;

    if (!find_due(clerk, body, beginning, &due, err_r))
        return false;
    if (!due)
        return true; /* gathered until then */
    struct news news = chores_news(arena, body, occasion_now(arena, beginning));
    news_claim(arena, &news, faction, picked->mails, picked->n, &replies);
    return replies.n == 0 ||
           tell(clerk, body->id, &replies, picked, registry_note_claim_told, err_r);
}

bool chores_tell_claims(struct clerk *clerk, struct arena *arena, const struct conf_body *body,
                        struct err *err_r)
{
    struct waiting_mail *rows;
    size_t count;
    bool ok = registry_list_claims(clerk->registry, arena, body->id, &rows, &count, err_r);

    for (size_t k = 0; ok && count > 0 && k < body->faction_count; k++) {
        struct picked picked = new_picked(arena, count);
        size_t next;
        for (size_t i = 0; i < count; i = next)
            if (find_one_faction(body, rows, count, i, &next) == &body->factions[k])
                pick(arena, body, &picked, &rows[i]);
        if (picked.n > 0)
            ok = tell_chairs(clerk, arena, body, &body->factions[k], &picked, err_r);
    }
    return ok;
}
