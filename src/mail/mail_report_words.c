/* SPDX-License-Identifier: EUPL-1.2 */
/* The words and codes of a report on a delivery (report_words.def, RFC 3463). */
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

static const char *const passing_cues[] = {
#define PASSING_CUE(words) words,
#include "mail/report_words.def"
    NULL,
};

static const char *const final_cues[] = {
#define FINAL_CUE(words) words,
#include "mail/report_words.def"
    NULL,
};

static const char *const rejections[] = {
#define REJECTION(words) words,
#include "mail/report_words.def"
    NULL,
};

static const char *const unread[] = {
#define UNREAD(words) words,
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
    {"2.1", REPORT_DISABLED},      {"2.2", REPORT_FULL},         {"3.1", REPORT_FULL},
    {"2.3", REPORT_TOO_LARGE},     {"3.4", REPORT_TOO_LARGE},    {"4.1", REPORT_EXPIRED},
    {"4.2", REPORT_EXPIRED},       {"4.3", REPORT_EXPIRED},      {"4.4", REPORT_UNKNOWN_HOST},
    {"4.5", REPORT_EXPIRED},       {"4.7", REPORT_EXPIRED},      {"1.7", REPORT_REFUSED},
    {"1.8", REPORT_REFUSED},
};

/* ---- words ---- */

/* The first line may be a mark by chance. */
char *report_notice(struct arena *arena, const char *text)
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

/* It is no part of an address or version. */
const char *report_find_status(struct arena *arena, const char *s)
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

/* As servers quote it: a number of three digits alone. */
char report_find_class(const char *s)
{
    for (const char *p = s; p && *p; p++) {
        if (!strchr("45", *p) || strspn(p, "0123456789") != 3 || !strchr("01235", p[1]) ||
            (p > s && !strchr(" \t\n:'\"(#<", p[-1])) || !strchr(" -\n'", p[3]))
            continue;
        return *p;
    }
    return '\0';
}

/* "No further attempts will be made" */
static bool is_denied(const char *text, const char *at)
{
    static const char *const denials[] = {"no ", "not ", "keine ", "aucune ", "geen ", "niet "};
    for (size_t i = 0; i < sizeof denials / sizeof *denials; i++) {
        size_t n = strlen(denials[i]);
        if ((size_t)(at - text) >= n && strncmp(at - n, denials[i], n) == 0)
            return true;
    }
    return false;
}

bool report_says_delay(const char *folded)
{
    for (const char *const *cue = delay_cues; *cue; cue++) {
        const char *at = strstr(folded, *cue);
        if (at && !is_denied(folded, at))
            return true;
    }
    return false;
}

bool report_says_rejected(const char *folded)
{
    return text_has_part(folded, rejections) && !text_has_part(folded, unread);
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

enum report_reason report_find_reason(const char *diagnostic, const char *notice,
                                      const char *status)
{
    enum report_reason reason;
    if (reason_in(diagnostic, &reason) || reason_in(notice, &reason))
        return reason;
    for (size_t i = 0; status && i < sizeof statuses / sizeof *statuses; i++)
        if (strcmp(status + 2, statuses[i].status) == 0)
            return statuses[i].reason;
    if (status && text_starts(status + 2, "7."))
        return REPORT_REFUSED;
    if (report_find_pair(diagnostic, &reason) || report_find_pair(notice, &reason))
        return reason;
    return REPORT_OTHER;
}

/* A status of x.0.0 says no more than a reply code does. */
static bool is_told(const char *status)
{
    return status && strcmp(status + 1, ".0.0") != 0;
}

enum report_outlook report_find_outlook(const struct mail_report *report, char class,
                                        const char *folded)
{
    if (report->action == REPORT_DELAYED)
        return REPORT_PASSING;
    if (report->action != REPORT_FAILED)
        return REPORT_UNTOLD;
    if (class == '4')
        return REPORT_PASSING;
    switch (report->reason) {
    case REPORT_FULL:
    case REPORT_EXPIRED:
        return REPORT_PASSING;
    case REPORT_UNKNOWN_USER:
    case REPORT_UNKNOWN_HOST:
    case REPORT_MOVED:
    case REPORT_DISABLED:
    case REPORT_TOO_LARGE:
        return REPORT_FINAL;
    case REPORT_REFUSED:
    case REPORT_OTHER:
        break;
    }
    if (!is_told(report->status) && text_has_part(folded, passing_cues))
        return REPORT_PASSING;
    return class == '5' || report->reason == REPORT_REFUSED || text_has_part(folded, final_cues)
               ? REPORT_FINAL
               : REPORT_UNTOLD;
}
