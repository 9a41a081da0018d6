/* SPDX-License-Identifier: EUPL-1.2 */
/* What kind of mail it is: a program's or a person's, for whom an answer would be one too many. */
#include "decision/case.h"

#include "base/text.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool has_class(const struct case_file *file, enum mail_class class)
{
    return file->reading != NULL && file->reading->mail->class == class;
}

/* A null return path alone makes no report of somebody's letter. */
bool case_is_bounce(const struct case_file *file)
{
    return has_class(file, MAIL_BOUNCE) &&
           (file->reading->mail->responds || !case_has_something_to_judge(file));
}

/* A person who writes to the return address is read as any other. */
bool case_reports_our_answer(const struct case_file *file)
{
    return file->known->reported != 0 && !has_class(file, MAIL_PERSONAL);
}

bool case_is_disposition(const struct case_file *file)
{
    return has_class(file, MAIL_DISPOSITION);
}

bool case_is_automatic(const struct case_file *file)
{
    return has_class(file, MAIL_AUTO_REPLY) || has_class(file, MAIL_BOUNCE);
}

bool case_is_beyond_doubt(const struct case_file *file)
{
    return file->reading != NULL && !file->reading->mail->doubtful;
}

bool case_is_list(const struct case_file *file)
{
    return has_class(file, MAIL_LIST);
}

/* RFC 2142, RFC 3834 section 2, and what programs that take no mail call themselves. */
static bool is_role(const char *local)
{
    static const char *const whole[] = {"mailer-daemon", "mail-daemon", "postmaster", "listserv",
                                        "majordomo",     "bounce",      "bounces"};
    static const char *const starts[] = {
        "owner-",        "noreply",         "no-reply",        "no_reply",         "donotreply",
        "do-not-reply",  "do_not_reply",    "nicht-antworten", "nichtantworten",   "keine-antwort",
        "nepasrepondre", "ne-pas-repondre", "ne_pas_repondre", "niet-beantwoorden"};
    static const char *const ends[] = {"-request", "-owner",    "-bounces",
                                       "-noreply", "-no-reply", ".noreply"};
    size_t n = strlen(local);

    for (size_t i = 0; i < COUNT(whole); i++) {
        if (text_equal(local, whole[i]))
            return true;
    }
    for (size_t i = 0; i < COUNT(starts); i++) {
        if (text_starts(local, starts[i]))
            return true;
    }
    for (size_t i = 0; i < COUNT(ends); i++) {
        size_t k = strlen(ends[i]);

        if (n > k && text_equal(local + n - k, ends[i]))
            return true;
    }
    return false;
}

bool case_is_of_a_role(const struct case_file *file)
{
    const char *address = case_outer_address(file);
    struct arena *arena;
    bool role;

    if (address == NULL)
        return false;
    arena = arena_new();
    role = is_role(text_fold(arena, arena_strndup(arena, address, strcspn(address, "@"))));
    arena_free(arena);
    return role;
}

/* Postfix gives up at as many (hopcount_limit). */
#define MANY_HOPS 50

bool case_has_many_hops(const struct case_file *file)
{
    return file->reading != NULL && file->reading->mail->hop_count > MANY_HOPS;
}

/* Where an answer may make a program write again.  What may be a motion is answered all the same,
 * since the answer goes to the roster's address, unless the mail itself is an answer; and so is
 * what would change a motion, since who forges that would like it to be hidden. */
bool case_is_not_to_be_told(const struct case_file *file)
{
    const struct mail *mail = file->reading == NULL ? NULL : file->reading->mail;

    if (mail == NULL)
        return false;
    if (mail->responds || (case_is_automatic(file) && mail->in_reply_to.n > 0) ||
        case_has_many_hops(file))
        return true;
    if (!case_has_nothing_to_judge(file))
        return false;
    return case_hands_our_own_on(file) ||
           ((mail->suppressed || file->known->loop) && !case_would_change(file));
}

bool case_is_before_start(const struct case_file *file)
{
    static const struct conf_start none = {.day = DAY_NONE};
    const struct conf_start *start = file->mailbox == NULL ? &none : &file->mailbox->ignore_before;
    struct day day = moment_day(file->arrival.at);

    if (day_is_none(start->day) || day.n != start->day.n)
        return !day_is_none(start->day) && day.n < start->day.n;
    return moment_minute(file->arrival.at) * 60 + (int)(file->arrival.at % 60) < start->second;
}

bool case_is_too_large(const struct case_file *file)
{
    return file->body->max_size > 0 && file->size > file->body->max_size;
}

bool case_has_failed(const struct case_file *file)
{
    return file->failure != NULL;
}

const char *case_name_failure(struct arena *arena, const struct case_file *file)
{
    return arena_strdup(arena, file->failure);
}

bool case_is_unreadable(const struct case_file *file)
{
    return file->reading == NULL || file->unreadable != NULL;
}

const char *case_name_mistake(struct arena *arena, const struct case_file *file)
{
    return arena_strdup(arena, file->unreadable != NULL ? file->unreadable : "no cause is known");
}

/* "o34 failed: unknown-user" */
const char *case_name_report(struct arena *arena, const struct case_file *file)
{
    const struct mail_report *report = file->reading->mail->report;

    if (report == NULL)
        return arena_printf(arena, "an answer to the return address of o%lld",
                            (long long)file->known->reported);
    return arena_printf(arena, "o%lld %s: %s", (long long)file->known->reported,
                        report_action_to_text(report->action),
                        report_reason_to_text(report->reason));
}
