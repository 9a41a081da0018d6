/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who wrote it: a person, a list, or a program (RFC 3834, 3464, 8098, 2919, 2369).  One table, read
 * from the top; the first row that holds gives the class.  Nothing is lost by a wrong class: it
 * decides about answers only.
 */
#include "mail/inside.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum look {
    LOOK_REPORT,  /* multipart/report with this report-type, or a body of this type */
    LOOK_IS,      /* the field's first word is one of these */
    LOOK_IS_NOT,  /* the field is there, and its first word is none of these */
    LOOK_THERE,   /* the field is there, with or without a value */
    LOOK_NULL,    /* Return-Path: <> */
    LOOK_SENDER,  /* From's local part is one of these */
    LOOK_SUBJECT, /* the subject begins so */
};

struct rule {
    enum mail_class class;
    enum look look;
    const char *field;
    const char *const *words;
    bool confirmed; /* only with a second sign that a program sent it */
};

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const char *const auto_subjects[] = {
#define AUTO_SUBJECT(s) s,
#include "mail/words_mail.def"
    NULL,
};

static const char *const bounce_subjects[] = {
#define BOUNCE_SUBJECT(s) s,
#include "mail/words_mail.def"
    NULL,
};

static const char *const receipt_subjects[] = {
#define RECEIPT_SUBJECT(s) s,
#include "mail/words_mail.def"
    NULL,
};

static const struct rule rules[] = {
    {MAIL_DISPOSITION, LOOK_REPORT, NULL, WORDS("disposition-notification"), false},
    {MAIL_BOUNCE, LOOK_REPORT, NULL, WORDS("delivery-status", "feedback-report"), false},
    {MAIL_BOUNCE, LOOK_THERE, "X-Failed-Recipients", NULL, false},
    {MAIL_BOUNCE, LOOK_THERE, "X-MS-Exchange-Message-Is-Ndr", NULL, false},
    {MAIL_BOUNCE, LOOK_SENDER, NULL, WORDS("mailer-daemon", "mail-daemon"), false},
    {MAIL_BOUNCE, LOOK_SUBJECT, NULL, bounce_subjects, true},
    {MAIL_DISPOSITION, LOOK_SUBJECT, NULL, receipt_subjects, true},
    {MAIL_AUTO_REPLY, LOOK_IS, "Auto-Submitted", WORDS("auto-replied"), false},
    {MAIL_AUTO_REPLY, LOOK_IS, "Precedence", WORDS("auto_reply"), false},
    {MAIL_AUTO_REPLY, LOOK_IS_NOT, "X-Autoreply", WORDS("no"), false},
    {MAIL_AUTO_REPLY, LOOK_THERE, "X-Autorespond", NULL, false},
    {MAIL_AUTO_REPLY, LOOK_THERE, "X-Autoresponse", NULL, false},
    {MAIL_AUTO_REPLY, LOOK_THERE, "X-Mail-Autoreply", NULL, false},
    {MAIL_AUTO_REPLY, LOOK_THERE, "X-Autoreply-From", NULL, false},
    {MAIL_AUTO_REPLY, LOOK_SUBJECT, NULL, auto_subjects, true},
    {MAIL_LIST, LOOK_THERE, "List-Id", NULL, false},
    {MAIL_LIST, LOOK_THERE, "List-Post", NULL, false},
    {MAIL_LIST, LOOK_THERE, "List-Unsubscribe", NULL, false},
    {MAIL_LIST, LOOK_THERE, "List-Help", NULL, false},
    {MAIL_LIST, LOOK_THERE, "List-Subscribe", NULL, false},
    {MAIL_LIST, LOOK_THERE, "List-Owner", NULL, false},
    {MAIL_LIST, LOOK_THERE, "List-Archive", NULL, false},
    {MAIL_AUTO_REPLY, LOOK_IS_NOT, "Auto-Submitted", WORDS("no"), false},
    {MAIL_LIST, LOOK_IS, "Precedence", WORDS("list", "bulk", "junk"), false},
    {MAIL_BOUNCE, LOOK_NULL, NULL, NULL, false},
};

struct facts {
    const struct reader *reader;
    const char *type;
    const char *report_type;
    bool confirmed;
};

/* The first token of a field, which ends at a blank, a comment or a parameter. */
static bool value_is_one_of(const char *value, const char *const *words)
{
    value += strspn(value, " \t");
    size_t n = strcspn(value, " \t;(");
    for (; *words; words++)
        if (strlen(*words) == n && strncasecmp(value, *words, n) == 0)
            return true;
    return false;
}

static bool value_is_empty(const char *value)
{
    return value[strspn(value, " \t")] == '\0';
}

/* Every field of the name is looked at: a forger may put "no" above the true one. */
static bool field_holds(const struct fields *fields, const struct rule *rule)
{
    for (size_t i = 0; i < fields->n; i++) {
        const char *value = fields->v[i].value;
        if (strcasecmp(fields->v[i].name, rule->field) != 0)
            continue;
        if (rule->look == LOOK_THERE ||
            (rule->look == LOOK_IS && value_is_one_of(value, rule->words)))
            return true;
        if (rule->look == LOOK_IS_NOT && !value_is_empty(value) &&
            !value_is_one_of(value, rule->words))
            return true;
    }
    return false;
}

static bool sender_is_one_of(const struct mail *mail, const char *const *words)
{
    for (; *words; words++)
        for (size_t i = 0; i < mail->from.n; i++) {
            const char *address = mail->from.v[i].address;
            size_t n = strlen(*words);
            if (strncasecmp(address, *words, n) == 0 && (address[n] == '@' || address[n] == '\0'))
                return true;
        }
    return false;
}

static bool subject_starts(const struct facts *facts, const char *const *words)
{
    struct arena *arena = facts->reader->arena;
    const char *subject = facts->reader->mail->subject;
    if (!subject)
        return false;
    char *folded = text_fold(arena, subject);
    for (; *words; words++)
        if (text_starts(folded, text_fold(arena, *words)))
            return true;
    return false;
}

static bool is_report(const struct facts *facts, const char *const *words)
{
    for (; *words; words++) {
        if (strcmp(facts->type, "multipart/report") == 0 && facts->report_type &&
            strcasecmp(facts->report_type, *words) == 0)
            return true;
        if (text_starts(facts->type, "message/") && strcmp(facts->type + 8, *words) == 0)
            return true;
    }
    return false;
}

static bool rule_holds(const struct facts *facts, const struct rule *rule)
{
    const struct mail *mail = facts->reader->mail;
    if (rule->confirmed && !facts->confirmed)
        return false;
    switch (rule->look) {
    case LOOK_REPORT:
        return is_report(facts, rule->words);
    case LOOK_IS:
    case LOOK_IS_NOT:
    case LOOK_THERE:
        return field_holds(&facts->reader->fields, rule);
    case LOOK_NULL:
        return mail->return_path && *mail->return_path == '\0';
    case LOOK_SENDER:
        return sender_is_one_of(mail, rule->words);
    case LOOK_SUBJECT:
        return subject_starts(facts, rule->words);
    }
    return false;
}

/* No one of these makes a mail automatic; each makes a subject that says so credible. */
static bool is_confirmed(const struct reader *reader)
{
    static const char *const fields[] = {
        "X-Auto-Response-Suppress",
        "X-MS-Exchange-Inbox-Rules-Loop",
        "X-MS-Exchange-Generated-Message-Source",
        "Auto-Submitted",
        "X-Autogenerated",
        "X-AutoReply-From",
    };
    const char *path = reader->mail->return_path;
    if (path && (*path == '\0' || strncasecmp(path, "mailer-daemon@", 14) == 0))
        return true;
    if (sender_is_one_of(reader->mail, WORDS("postmaster", "noreply", "no-reply")))
        return true;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (field_first(&reader->fields, fields[i]))
            return true;
    return false;
}

enum mail_class mail_classify(const struct reader *reader, const char *type,
                              const char *report_type)
{
    struct facts facts = {reader, type, report_type, is_confirmed(reader)};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rule_holds(&facts, &rules[i]))
            return rules[i].class;
    return MAIL_PERSONAL;
}
