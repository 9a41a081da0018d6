/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a report on a delivery says: RFC 3464 and 6533 where the server writes their fields, else
 * the words that qmail, Exim, Exchange and others write for people (report_words.def).
 */
#include "mail/inside.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* More than the longest notice of a server; what follows is the mail it returns. */
#define NOTICE_MAX 20000

static const struct {
    enum report_reason reason;
    const char *words;
} reasons[] = {
#define REASON(reason, words) {reason, words},
#include "mail/report_words.def"
};

static const char *const delay_cues[] = {
#define DELAY_CUE(words) words,
#include "mail/report_words.def"
    NULL,
};

static const char *const copy_marks[] = {
#define COPY_MARK(words) words,
#include "mail/report_words.def"
    NULL,
};

/* RFC 3463: the subject and detail of a status without its class */
static const struct {
    const char *status;
    enum report_reason reason;
} statuses[] = {
    {"1.0", REPORT_UNKNOWN_USER},  {"1.1", REPORT_UNKNOWN_USER}, {"1.3", REPORT_UNKNOWN_USER},
    {"1.10", REPORT_UNKNOWN_USER}, {"1.2", REPORT_UNKNOWN_HOST}, {"1.6", REPORT_MOVED},
    {"2.2", REPORT_FULL},          {"3.1", REPORT_FULL},         {"2.3", REPORT_TOO_LARGE},
    {"3.4", REPORT_TOO_LARGE},     {"4.1", REPORT_EXPIRED},      {"4.2", REPORT_EXPIRED},
    {"4.7", REPORT_EXPIRED},       {"1.7", REPORT_REFUSED},      {"1.8", REPORT_REFUSED},
};

/* ---- collecting the parts ---- */

static const char *header_id(struct arena *arena, const char *bytes, size_t n)
{
    struct fields fields;
    size_t odd;
    header_split(arena, bytes, n, &fields, &odd);
    const char *value = field_first(&fields, "Message-ID");
    return value ? mail_one_id(arena, value) : NULL;
}

void report_collect(struct reader *reader, const char *type, const char *bytes, size_t n)
{
    static const char *const status_types[] = {
        "message/delivery-status", "message/global-delivery-status", "message/feedback-report"};
    static const char *const header_types[] = {"text/rfc822-headers", "message/rfc822-headers",
                                               "message/global-headers"};
    if (n > MAIL_MAX_HEADER)
        n = MAIL_MAX_HEADER;
    if (text_find_word(status_types, sizeof status_types / sizeof *status_types, type, NULL) &&
        !reader->report_fields)
        reader->report_fields = text_normalize(reader->arena, bytes, n);
    else if (text_find_word(header_types, sizeof header_types / sizeof *header_types, type, NULL) &&
             !reader->returned_id)
        reader->returned_id = header_id(reader->arena, bytes, n);
}

/* ---- fields of a delivery status ---- */

/* "Status: 5.1.1", unfolded, in the whole text: a report on us has one recipient. */
static const char *report_field(struct arena *arena, const char *s, const char *name)
{
    size_t n = strlen(name);
    while (s && *s) {
        if (strncasecmp(s, name, n) == 0 && s[n] == ':') {
            const char *end = s + n + 1;
            do
                end += strcspn(end, "\n");
            while (end[0] && (end[1] == ' ' || end[1] == '\t') && *++end);
            return value_clean(arena, field_unfold(arena, s + n + 1, (size_t)(end - s - n - 1)));
        }
        s = strchr(s, '\n');
        s = s ? s + 1 : NULL;
    }
    return NULL;
}

/* "rfc822; a@b.example", "utf-8; ..." */
static const char *after_type(const char *value)
{
    const char *semicolon = value ? strchr(value, ';') : NULL;
    return semicolon ? semicolon + 1 + strspn(semicolon + 1, " \t") : value;
}

static const char *without_brackets(struct arena *arena, const char *address)
{
    size_t n = address ? strlen(address) : 0;
    if (n > 2 && address[0] == '<' && address[n - 1] == '>')
        return arena_strndup(arena, address + 1, n - 2);
    return address;
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* RFC 3461 section 4; NULL stays NULL. */
static const char *xtext_decode(struct arena *arena, const char *s)
{
    struct text text;
    text_init(&text, arena);
    for (; s && *s; s++) {
        int high = *s == '+' ? hex_digit(s[1]) : -1;
        int low = high >= 0 ? hex_digit(s[2]) : -1;
        text_add_char(&text, low >= 0 ? (char)(high * 16 + low) : *s);
        s += low >= 0 ? 2 : 0;
    }
    return s ? value_clean(arena, text.s) : NULL;
}

/* ---- words ---- */

/* The notice without the copy of the mail that failed; its first line may be a mark by chance. */
static char *notice_of(struct arena *arena, const char *text)
{
    size_t end = 0;
    for (size_t at = 0; text[at] && at < NOTICE_MAX; end = at) {
        const char *line = text + at;
        bool mark = false;
        for (const char *const *m = copy_marks; *m && at > 0; m++)
            mark = mark || strncasecmp(line, *m, strlen(*m)) == 0;
        if (mark)
            break;
        at += strcspn(line, "\n");
        at += text[at] == '\n';
    }
    return arena_strndup(arena, text, end);
}

/* A digit.digit.digit code with the class 2, 4 or 5, that is no part of an address or version. */
static const char *find_status(struct arena *arena, const char *s)
{
    for (const char *p = s; p && *p; p++) {
        if (!strchr("245", *p) || p[1] != '.' ||
            (p > s && (isalnum((unsigned char)p[-1]) || p[-1] == '.' || p[-1] == '-')))
            continue;
        size_t subject = strspn(p + 2, "0123456789");
        size_t detail = p[2 + subject] == '.' ? strspn(p + 3 + subject, "0123456789") : 0;
        const char *end = p + 3 + subject + detail;
        if (subject == 0 || subject > 3 || detail == 0 || detail > 3 || *end == '.' ||
            isalnum((unsigned char)*end))
            continue;
        return arena_strndup(arena, p, (size_t)(end - p));
    }
    return NULL;
}

/* An SMTP reply code as servers quote it: a number of three digits alone. */
static char find_class(const char *s)
{
    for (const char *p = s; p && *p; p++) {
        if (!strchr("45", *p) || strspn(p, "0123456789") != 3 || !strchr("01235", p[1]) ||
            (p > s && !strchr(" \t\n:'\"(#<", p[-1])) || !strchr(" -\n'", p[3]))
            continue;
        return *p;
    }
    return '\0';
}

static bool says_one_of(const char *folded, const char *const *words)
{
    for (; *words; words++)
        if (strstr(folded, *words))
            return true;
    return false;
}

/* What stands first counts: a report on several recipients is one on its first. */
static bool reason_in(const char *folded, enum report_reason *reason_r)
{
    const char *first = NULL;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        const char *here = strstr(folded, reasons[i].words);
        if (!here || (first && here >= first))
            continue;
        first = here;
        *reason_r = reasons[i].reason;
    }
    return first != NULL;
}

static enum report_reason reason_of(const char *diagnostic, const char *notice, const char *status)
{
    enum report_reason reason;
    if (reason_in(diagnostic, &reason) || reason_in(notice, &reason))
        return reason;
    for (size_t i = 0; status && i < sizeof statuses / sizeof *statuses; i++)
        if (strcmp(status + 2, statuses[i].status) == 0)
            return statuses[i].reason;
    if (status && text_starts(status + 2, "7."))
        return REPORT_REFUSED;
    return REPORT_OTHER;
}

/* A line of a copied header in the text, perhaps quoted; its value may stand on the next line. */
static const char *id_in_text(struct arena *arena, const char *s)
{
    for (const char *line = s; line && *line;) {
        const char *p = line + strspn(line, "> \t");
        if (strncasecmp(p, "Message-ID:", 11) == 0)
            return mail_one_id(arena, arena_strndup(arena, p + 11, strnlen(p + 11, 1000)));
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    return NULL;
}

/* ---- the report ---- */

static enum report_action action_of(const char *word, const char *folded, char class)
{
    static const struct {
        const char *word;
        enum report_action action;
    } actions[] = {
        {"failed", REPORT_FAILED},     {"failure", REPORT_FAILED},
        {"delayed", REPORT_DELAYED},   {"delivered", REPORT_DELIVERED},
        {"relayed", REPORT_DELIVERED}, {"expanded", REPORT_DELIVERED},
    };
    for (size_t i = 0; word && i < sizeof actions / sizeof *actions; i++)
        if (strncasecmp(word, actions[i].word, strlen(actions[i].word)) == 0)
            return actions[i].action;
    if (says_one_of(folded, delay_cues))
        return REPORT_DELAYED;
    return class == '2' ? REPORT_DELIVERED : REPORT_FAILED;
}

static const char *find_id(struct reader *reader, const char *text)
{
    const struct mail *mail = reader->mail;
    if (reader->returned_id)
        return reader->returned_id;
    for (size_t i = 0; i < mail->forward_count; i++)
        if (mail->forwards[i].message_id)
            return mail->forwards[i].message_id;
    const char *id = id_in_text(reader->arena, reader->report_fields);
    return id ? id : id_in_text(reader->arena, text);
}

static void read_feedback(struct reader *reader, struct mail_report *report)
{
    report->action = REPORT_COMPLAINED;
    report->recipient = without_brackets(
        reader->arena,
        after_type(report_field(reader->arena, reader->report_fields, "Original-Rcpt-To")));
}

static void read_status(struct reader *reader, const char *notice, struct mail_report *report)
{
    struct arena *arena = reader->arena;
    const char *fields = reader->report_fields;
    const char *diagnostic = after_type(report_field(arena, fields, "Diagnostic-Code"));
    const char *words =
        text_squeeze(arena, arena_printf(arena, "%s\n%s", diagnostic ? diagnostic : "", notice));
    const char *folded = text_fold(arena, words);
    report->status = find_status(arena, report_field(arena, fields, "Status"));
    const char *told = find_status(arena, words);
    /* "5.0.0" only says that it failed */
    if (!report->status || (told && strcmp(report->status + 1, ".0.0") == 0))
        report->status = told ? told : report->status;
    report->diagnostic = diagnostic;
    report->envelope_id = xtext_decode(arena, report_field(arena, fields, "Original-Envelope-Id"));
    const char *recipient = report_field(arena, fields, "Original-Recipient");
    report->recipient = without_brackets(
        arena, after_type(recipient ? recipient : report_field(arena, fields, "Final-Recipient")));
    char class = report->status ? *report->status : find_class(words);
    report->action = action_of(report_field(arena, fields, "Action"), folded, class);
    report->reason =
        reason_of(text_fold(arena, diagnostic ? diagnostic : ""), folded, report->status);
}

void mail_read_report(struct reader *reader)
{
    struct mail *mail = reader->mail;
    if (mail->class != MAIL_BOUNCE)
        return;
    struct mail_report *report = ARENA_NEW(reader->arena, struct mail_report);
    if (report_field(reader->arena, reader->report_fields, "Feedback-Type"))
        read_feedback(reader, report);
    else
        read_status(reader, notice_of(reader->arena, mail->text), report);
    report->message_id = find_id(reader, mail->text);
    mail->report = report;
}

/* ---- names ---- */

static const char *const action_words[] = {
    [REPORT_FAILED] = "failed",
    [REPORT_DELAYED] = "delayed",
    [REPORT_DELIVERED] = "delivered",
    [REPORT_COMPLAINED] = "complained",
};

static const char *const reason_words[] = {
    [REPORT_OTHER] = "other",
    [REPORT_UNKNOWN_USER] = "unknown-user",
    [REPORT_UNKNOWN_HOST] = "unknown-host",
    [REPORT_MOVED] = "moved",
    [REPORT_FULL] = "full",
    [REPORT_TOO_LARGE] = "too-large",
    [REPORT_REFUSED] = "refused",
    [REPORT_EXPIRED] = "expired",
};

enum report_reason report_reason_of(struct arena *arena, const char *response)
{
    const char *folded = text_fold(arena, response);
    return reason_of(folded, "", find_status(arena, folded));
}

bool report_is_hard(const struct mail_report *report)
{
    bool passing = report->status && *report->status == '4';
    return report->action == REPORT_FAILED && !passing &&
           (report->reason == REPORT_UNKNOWN_USER || report->reason == REPORT_UNKNOWN_HOST ||
            report->reason == REPORT_MOVED);
}

const char *report_action_to_text(enum report_action action)
{
    return action_words[action];
}

const char *report_reason_to_text(enum report_reason reason)
{
    return reason_words[reason];
}

bool report_action_from_text(const char *s, enum report_action *action_r)
{
    size_t i;
    if (!text_find_word(action_words, sizeof action_words / sizeof *action_words, s, &i))
        return false;
    *action_r = (enum report_action)i;
    return true;
}

bool report_reason_from_text(const char *s, enum report_reason *reason_r)
{
    size_t i;
    if (!text_find_word(reason_words, sizeof reason_words / sizeof *reason_words, s, &i))
        return false;
    *reason_r = (enum report_reason)i;
    return true;
}
