/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Automatic mail of which no header says so: absence notices, receipts, tickets, answers to
 * invitations.  Its words are known, but people use them too, and a motion may be about them.  So a
 * phrase decides alone only where no person writes it; else nothing may be asked, or there must be
 * a second sign; and what is worded like a motion stays a person's.
 */
#include "mail/inside.h"

#include <string.h>

/* Bytes: as far as a notice says what it is, and as far as it goes at all. */
#define OPENING_MAX 400
#define NOTICE_MAX 4000
#define SHORT_MAX 600 /* a subject is enough for so few words */

static const char *const sure[] = {
#define NOTICE_SURE(s) s,
#include "mail/notice_words.def"
    NULL,
};

static const char *const clear[] = {
#define NOTICE_CLEAR(s) s,
#include "mail/notice_words.def"
    NULL,
};

static const char *const selves[] = {"ich", "wir",  "i",  "i'm", "we",
                                     "je",  "nous", "ik", "wij", NULL};

static const char *const openings[] = {
#define NOTICE_OPENING(s) s,
#include "mail/notice_words.def"
    NULL,
};

static const char *const signs[] = {
#define NOTICE_SIGN(s) s,
#include "mail/notice_words.def"
    NULL,
};

static const char *const titles[] = {
#define NOTICE_TITLE(s) s,
#include "mail/notice_words.def"
    NULL,
};

static const char *const subjects[] = {
#define NOTICE_SUBJECT(s) s,
#include "mail/notice_words.def"
    NULL,
};

static const char *const receipt_texts[] = {
#define RECEIPT_TEXT(s) s,
#include "mail/notice_words.def"
    NULL,
};

static const char *const bounce_texts[] = {
#define BOUNCE_TEXT(s) s,
#include "mail/notice_words.def"
    NULL,
};

static const char *const calendar_subjects[] = {
#define CALENDAR_SUBJECT(s) s,
#include "mail/notice_words.def"
    NULL,
};

static const char *const letter_texts[] = {
#define LETTER_TEXT(s) s,
#include "mail/notice_words.def"
    NULL,
};

struct notice {
    const struct reader *reader;
    const char *subject; /* both case folded */
    const char *own;     /* the writer's own words on one line */
    const char *opening; /* their beginning */
    bool asks;           /* with a question mark among them */
};

/* iTIP (RFC 5546): an answer or a counter-proposal; a request asks a person. */
static bool is_calendar_answer(const struct notice *notice)
{
    const struct mail *mail = notice->reader->mail;
    bool calendar = false;
    for (size_t i = 0; i < mail->part_count; i++) {
        const struct mail_part *part = &mail->parts[i];
        calendar = calendar || strcmp(part->type, "text/calendar") == 0;
        if (part->content && strstr(part->content, "BEGIN:VCALENDAR") &&
            (strstr(part->content, "METHOD:REPLY") || strstr(part->content, "METHOD:COUNTER")))
            return true;
    }
    return (calendar || *notice->own == '\0') && subject_starts(notice->reader, calendar_subjects);
}

/* A subject that automatic answers have, and a text that goes with it: whoever is absent speaks of
 * himself. */
static bool is_titled(const struct notice *notice)
{
    bool sure_subject = subject_starts(notice->reader, mail_auto_subjects);
    if (sure_subject && !notice->reader->has_attachment && strlen(notice->own) <= SHORT_MAX &&
        text_has_any(notice->own, selves))
        return true;
    return (sure_subject || subject_starts(notice->reader, titles)) &&
           (*notice->own == '\0' || text_has_any(notice->opening, openings) ||
            text_has_any(notice->own, signs));
}

static bool is_likely(const struct notice *notice)
{
    if (text_has_any(notice->own, clear))
        return true;
    return text_has_any(notice->opening, openings) &&
           (notice->reader->mail->in_reply_to.n > 0 || text_has_any(notice->own, signs) ||
            text_has_any(notice->subject, subjects));
}

static bool is_notice(const struct notice *notice)
{
    return text_has_any(notice->own, sure) || is_calendar_answer(notice) ||
           (!notice->asks && (is_titled(notice) || is_likely(notice)));
}

static bool is_receipt(const struct notice *notice)
{
    return subject_starts(notice->reader, mail_receipt_subjects) &&
           text_has_any(notice->own, receipt_texts);
}

/* The fields of a report (RFC 3464) that somebody handed on without a question of his own. */
static bool is_handed_on_report(const struct notice *notice)
{
    const char *text = notice->reader->mail->text;
    return strstr(text, "\n> Reporting-MTA:") && strstr(text, "\n> Final-Recipient:") &&
           !notice->asks;
}

static bool is_failure(const struct notice *notice)
{
    if (is_handed_on_report(notice))
        return true;
    return subject_starts(notice->reader, mail_bounce_subjects) &&
           text_has_any(notice->own, bounce_texts);
}

static struct notice look_at(struct reader *reader)
{
    struct arena *arena = reader->arena;
    const struct mail *mail = reader->mail;
    struct notice notice = {
        .reader = reader,
        .subject = mail->subject ? text_fold(arena, mail->subject) : "",
        .own = text_own_words(arena, mail->text),
    };
    notice.asks = strchr(notice.own, '?') != NULL;
    notice.opening = arena_strndup(arena, notice.own, strnlen(notice.own, OPENING_MAX));
    return notice;
}

/* Header fields are beyond doubt, subjects and a null return path are not. */
static bool is_open(const struct reader *reader)
{
    const struct mail *mail = reader->mail;
    return mail->class == MAIL_PERSONAL || (mail->class == MAIL_BOUNCE && !mail->responds) ||
           reader->class_by_subject;
}

void mail_classify_text(struct reader *reader)
{
    struct mail *mail = reader->mail;
    if (!is_open(reader))
        return;
    struct notice notice = look_at(reader);
    bool letter = text_has_any(notice.own, letter_texts);
    if (reader->class_by_subject && letter) {
        mail->class = MAIL_PERSONAL;
        mail->responds = false;
    }
    if (reader->class_by_subject || letter || strlen(notice.own) > NOTICE_MAX)
        return;
    if (is_failure(&notice))
        mail->class = MAIL_BOUNCE;
    else if (is_receipt(&notice))
        mail->class = MAIL_DISPOSITION;
    else if (is_notice(&notice))
        mail->class = MAIL_AUTO_REPLY;
    else
        return;
    mail->worded = true;
    /* a copier's mail says, too, that nobody is to answer it */
    mail->responds = !reader->has_attachment || mail->in_reply_to.n > 0;
}
