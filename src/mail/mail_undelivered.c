/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is a report on a delivery although its header says automatic answer, list or receipt, or
 * nothing at all: it comes from no mailbox that anybody could answer (RFC 5321 section 4.5.5: a
 * null return path, or the address of a mail system), and says that a mail did not arrive.  And
 * what only pretends to be one.
 */
#include "mail/inside.h"

#include <string.h>
#include <strings.h>

static const char *const denials[] = {
#define DENIAL(word) word,
#include "mail/undelivered_words.def"
    NULL,
};

static const char *const delivers[] = {
#define DELIVER(stem) stem,
#include "mail/undelivered_words.def"
    NULL,
};

static const char *const undelivered[] = {
#define UNDELIVERED(words) words,
#include "mail/undelivered_words.def"
    NULL,
};

static const char *const refusals[] = {
#define REFUSAL(stem) stem,
#include "mail/undelivered_words.def"
    NULL,
};

static const char *const mail_words[] = {
#define MAIL_WORD(stem) stem,
#include "mail/undelivered_words.def"
    NULL,
};

static const char *const your[] = {
#define YOUR(word) word,
#include "mail/undelivered_words.def"
    NULL,
};

static const char *const answer_me[] = {
#define ANSWER_ME(words) words,
#include "mail/undelivered_words.def"
    NULL,
};

/* ---- who sends it ---- */

bool mail_has_null_path(const struct mail *mail)
{
    return mail->return_path && *mail->return_path == '\0';
}

/* RFC 2142, and what mail servers call themselves. */
static bool is_mail_system(const char *address)
{
    static const char *const names[] = {
        "mailer-daemon", "mail-daemon", "mailerdaemon", "mail.daemon", "postmaster", "mdaemon",
        "mailsystem",    "mail-system", "mail.system",  "mailmaster",  "mta",        "smtpd"};
    size_t n = strcspn(address, "@");
    if (n == 0)
        return true; /* "<>", "<@>" */
    if (strncasecmp(address, "microsoftexchange", 17) == 0)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == n && strncasecmp(address, names[i], n) == 0)
            return true;
    return false;
}

static bool is_from_mail_system(const struct mail *mail)
{
    for (size_t i = 0; i < mail->from.n; i++)
        if (is_mail_system(mail->from.v[i].address))
            return true;
    return false;
}

/* ---- what it says ---- */

static bool denies_delivery(const char *s)
{
    return (text_has_part(s, delivers) && text_has_any(s, denials)) ||
           (text_has_part(s, refusals) && text_has_part(s, mail_words));
}

static bool a_sentence_denies(struct arena *arena, const char *folded)
{
    for (const char *sentence; (sentence = sentence_next(arena, &folded)) != NULL;)
        if (denies_delivery(sentence))
            return true;
    return false;
}

/* Absences, calendars and those that want to know who writes have a null return path, too, and a
 * person's address. */
static bool a_clause_denies_yours(struct arena *arena, const char *folded)
{
    for (const char *clause; (clause = clause_next(arena, &folded)) != NULL;)
        if (text_has_any(clause, your) && denies_delivery(clause))
            return true;
    return false;
}

/* "550 5.1.1": a reply code and a status of one class */
static bool has_code(const char *s)
{
    for (const char *p = s; (p = strpbrk(p, "45")) != NULL; p++)
        if (strspn(p, "0123456789") == 3 && (p[3] == ' ' || p[3] == '-') && p[4] == p[0] &&
            p[5] == '.' && strspn(p + 6, "0123456789") > 0 &&
            p[6 + strspn(p + 6, "0123456789")] == '.')
            return true;
    return false;
}

static bool is_own_address(const struct mail *mail, const char *token, size_t n)
{
    for (size_t i = 0; i < mail->to.n; i++)
        if (strncasecmp(mail->to.v[i].address, token, n) == 0 && mail->to.v[i].address[n] == '\0')
            return true;
    return false;
}

static bool names_us(const struct mail *mail, const char *s)
{
    for (size_t i = 0; i < mail->to.n; i++)
        if (strstr(s, mail->to.v[i].address))
            return true;
    return false;
}

/* Whom a mail did not reach: a report on a mail to us goes to who sent it. */
static bool names_another(const struct mail *mail, const char *s)
{
    static const char between[] = " \t\n<>()[]\"',;:";
    while (*s) {
        s += strspn(s, between);
        size_t n = strcspn(s, between);
        while (n > 0 && s[n - 1] == '.')
            n--;
        if (n > 2 && memchr(s + 1, '@', n - 2) && !is_own_address(mail, s, n))
            return true;
        s += n + strspn(s + n, ".");
    }
    return false;
}

static bool says_undelivered(struct reader *reader)
{
    struct arena *arena = reader->arena;
    const char *notice = report_notice(arena, reader->mail->text);
    const char *folded = text_plain_quotes(text_squeeze(
        arena, text_fold(arena, arena_printf(arena, "%s. %s", subject_plain(reader), notice))));
    if (has_code(folded))
        return true;
    if (text_has_part(folded, answer_me) || !names_another(reader->mail, folded))
        return false;
    if (text_has_part(folded, undelivered) || denies_delivery(subject_plain(reader)))
        return true;
    return is_from_mail_system(reader->mail) ? a_sentence_denies(arena, folded)
                                             : a_clause_denies_yours(arena, folded);
}

/* ---- receipts ---- */

/* RFC 5429 section 2.1: a filter may send back what it takes not as a receipt of "deleted"; a
 * person's own program sends such a one for what was never read. */
static bool is_rejection(struct reader *reader)
{
    struct arena *arena = reader->arena;
    const char *submitted = field_first(&reader->fields, "Auto-Submitted");
    if (!reader->disposition_fields || !strstr(reader->disposition_fields, "delete"))
        return false;
    if (submitted && strstr(text_fold(arena, submitted), "rejected"))
        return true;
    const char *notice = report_notice(arena, reader->mail->text);
    return report_says_rejected(text_squeeze(arena, text_fold(arena, notice)));
}

/* ---- the class ---- */

/* A server tells who sent a mail that it did not arrive, not whose mailbox has no room for it. */
bool undelivered_is_on_own_mailbox(const struct reader *reader)
{
    const struct mail *mail = reader->mail;
    if (reader->report_fields || reader->returned_id || mail->forward_count > 0)
        return false;
    const char *notice = report_notice(reader->arena, mail->text);
    return !names_another(mail, notice) && names_us(mail, notice);
}

/* Neither null nor of a mail system, without a part that a server would have written, without the
 * mail it speaks of: whoever wrote it wants to be taken for one. */
bool undelivered_is_pretended(const struct reader *reader)
{
    const struct mail *mail = reader->mail;
    return mail->return_path && !mail_has_null_path(mail) && !is_from_mail_system(mail) &&
           !reader->report_fields && !reader->returned_id && mail->forward_count == 0 &&
           !field_first(&reader->fields, "X-Failed-Recipients");
}

static void make_report(struct mail *mail)
{
    mail->class = MAIL_BOUNCE;
    mail->responds = true;
}

void mail_classify_report(struct reader *reader)
{
    struct mail *mail = reader->mail;
    if (mail->class == MAIL_DISPOSITION) {
        reader->is_rejection = is_rejection(reader);
        if (reader->is_rejection)
            make_report(mail);
        return;
    }
    if (mail->class == MAIL_BOUNCE && mail->responds && !reader->class_by_subject)
        return;
    bool system = is_from_mail_system(mail);
    if ((system || (mail_has_null_path(mail) && !notice_is_letter(reader))) &&
        says_undelivered(reader)) {
        reader->class_by_subject = false;
        make_report(mail);
    }
}
