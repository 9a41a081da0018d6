/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a report on a delivery says: RFC 3464 and 6533 where the server writes their fields, else
 * the words that qmail, Exim, Exchange and others write for people (report_words.def).
 */
#include "mail/inside.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* as in the JSON of a reading */
static const char *const action_words[] = {
    [REPORT_FAILED] = "failed",
    [REPORT_DELAYED] = "delayed",
    [REPORT_DELIVERED] = "delivered",
    [REPORT_COMPLAINED] = "complained",
};

static const char *const outlook_words[] = {
    [REPORT_UNTOLD] = NULL,
    [REPORT_PASSING] = "temporarily",
    [REPORT_FINAL] = "permanently",
};

static const char *const reason_words[] = {
    [REPORT_OTHER] = "other",
    [REPORT_UNKNOWN_USER] = "unknown-user",
    [REPORT_UNKNOWN_HOST] = "unknown-host",
    [REPORT_MOVED] = "moved",
    [REPORT_DISABLED] = "disabled",
    [REPORT_FULL] = "full",
    [REPORT_TOO_LARGE] = "too-large",
    [REPORT_REFUSED] = "refused",
    [REPORT_EXPIRED] = "expired",
};

/* ---- collecting the parts ---- */

const char *report_renamed_id(struct arena *arena, const struct fields *fields)
{
    static const char *const names[] = {"X-Microsoft-Original-Message-ID",
                                        "X-Google-Original-Message-ID", "X-Original-Message-ID"};
    const char *value = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !value; i++)
        value = field_first(fields, names[i]);
    return value ? mail_one_id(arena, value) : NULL;
}

static const char *header_id(struct arena *arena, const char *bytes, size_t n)
{
    struct fields fields;
    size_t odd;
    header_split(arena, bytes, n, &fields, &odd);
    const char *renamed = report_renamed_id(arena, &fields);
    const char *value = field_first(&fields, "Message-ID");
    return renamed ? renamed : value ? mail_one_id(arena, value) : NULL;
}

static bool is_disposition(const char *type)
{
    return strcmp(type, "message/disposition-notification") == 0 ||
           strcmp(type, "message/global-disposition-notification") == 0;
}

void report_collect(struct reader *reader, const char *type, const char *bytes, size_t n)
{
    static const char *const status_types[] = {
        "message/delivery-status", "message/global-delivery-status", "message/feedback-report"};
    static const char *const header_types[] = {"text/rfc822-headers", "message/rfc822-headers",
                                               "message/global-headers"};
    if (n > MAIL_MAX_HEADER)
        n = MAIL_MAX_HEADER;
    if (is_disposition(type) && !reader->disposition_fields)
        reader->disposition_fields = text_normalize(reader->arena, bytes, n);
    else if (text_find_word(status_types, sizeof status_types / sizeof *status_types, type, NULL) &&
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
    if (report_says_delay(folded) || (class == '\0' && report_says_retry(folded)))
        return REPORT_DELAYED;
    return class == '2' ? REPORT_DELIVERED : REPORT_FAILED;
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
    const char *fields = reader->report_fields ? reader->report_fields : reader->disposition_fields;
    const char *diagnostic = after_type(report_field(arena, fields, "Diagnostic-Code"));
    const char *words =
        text_squeeze(arena, arena_printf(arena, "%s\n%s", diagnostic ? diagnostic : "", notice));
    const char *folded = text_fold(arena, words);
    report->status = report_find_status(arena, report_field(arena, fields, "Status"));
    const char *told = report_find_status(arena, words);
    /* "5.0.0" only says that it failed */
    if (!report->status || (told && strcmp(report->status + 1, ".0.0") == 0))
        report->status = told ? told : report->status;
    report->diagnostic = diagnostic;
    report->envelope_id = xtext_decode(arena, report_field(arena, fields, "Original-Envelope-Id"));
    const char *recipient = report_field(arena, fields, "Original-Recipient");
    report->recipient = without_brackets(
        arena, after_type(recipient ? recipient : report_field(arena, fields, "Final-Recipient")));
    char class = report->status ? *report->status : report_find_class(words);
    report->action = action_of(report_field(arena, fields, "Action"), folded, class);
    report->reason =
        report_find_reason(text_fold(arena, diagnostic ? diagnostic : ""), folded, report->status);
    if (reader->is_rejection && report->reason == REPORT_OTHER)
        report->reason = REPORT_REFUSED;
    report->outlook = report_find_outlook(report, class, folded);
}

void mail_read_report(struct reader *reader)
{
    struct mail *mail = reader->mail;
    /* a null return path alone is an absence's, too */
    if (mail->class != MAIL_BOUNCE || (!mail->responds && !mail->worded))
        return;
    struct mail_report *report = ARENA_NEW(reader->arena, struct mail_report);
    if (report_field(reader->arena, reader->report_fields, "Feedback-Type"))
        read_feedback(reader, report);
    else
        read_status(reader, report_notice(reader->arena, mail->text), report);
    report->message_id = report_find_id(reader, mail->text);
    mail->report = report;
}

/* ---- a server's answer ---- */

static const char *after_word(const char *s, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(s, word, n) != 0 || (s[n] != ' ' && s[n] != '\0'))
        return NULL;
    return s + n + strspn(s + n, " ");
}

/* Behind the reason, and the word for its outlook. */
static const char *after_reason(const char *kept, enum report_reason *reason_r)
{
    const char *rest = NULL;
    for (size_t i = 0; i < sizeof reason_words / sizeof *reason_words && !rest; i++) {
        rest = after_word(kept, reason_words[i]);
        *reason_r = (enum report_reason)i;
    }
    for (size_t i = 0; rest && i < sizeof outlook_words / sizeof *outlook_words; i++)
        if (outlook_words[i] && after_word(rest, outlook_words[i]))
            rest = after_word(rest, outlook_words[i]);
    return rest;
}

#define KEPT "bounced: "

const char *report_keep(struct arena *arena, const struct mail_report *report)
{
    bool clear = report->reason != REPORT_OTHER && report->reason != REPORT_REFUSED;
    const char *parts[] = {reason_words[report->reason],
                           clear ? NULL : outlook_words[report->outlook], report->status};
    struct text text;
    text_init(&text, arena);
    text_add(&text, KEPT);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i])
            text_addf(&text, "%s%s", i > 0 ? " " : "", parts[i]);
    return text.s;
}

void report_read_response(struct arena *arena, const char *response, struct mail_report *report_r)
{
    const char *folded = text_fold(arena, response), *rest = NULL;
    *report_r =
        (struct mail_report){.action = REPORT_FAILED, .status = report_find_status(arena, folded)};
    if (text_starts(response, KEPT))
        rest = after_reason(response + strlen(KEPT), &report_r->reason);
    if (!rest || report_r->reason == REPORT_OTHER)
        report_r->reason = report_find_reason(folded, "", report_r->status);
    report_r->diagnostic = value_clean(arena, rest ? rest : response);
    char class = report_r->status ? *report_r->status : report_find_class(folded);
    report_r->outlook = report_find_outlook(report_r, class, folded);
}

/* ---- names ---- */

bool report_is_dead(const struct mail_report *report)
{
    return report->action == REPORT_FAILED && report->outlook == REPORT_FINAL &&
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
