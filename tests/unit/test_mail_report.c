/* SPDX-License-Identifier: EUPL-1.2 */
/* Reports on deliveries: own ones of each kind, and those of the corpus where it is there. */
#include "test.h"

#include "base/file.h"
#include "mail/mail.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define US "To: antraege@stadt.example\nFrom: MAILER-DAEMON@mx.example\n"
#define REPORT(fields)                                                                         \
    US "Subject: Undelivered Mail Returned to Sender\n"                                        \
       "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"           \
       "--b\n\nThe mail system\n\n<a@b.example>: see below\n"                                  \
       "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n" fields \
       "\n--b\nContent-Type: text/rfc822-headers\n\nSubject: Eingang\n"                        \
       "Message-ID: <A-2026-0001@stadt.example>\n\n--b--\n"
#define OURS "A-2026-0001@stadt.example"

static const struct report_case {
    const char *name;
    const char *mail;
    enum report_action action;
    enum report_reason reason;
    const char *status;
    const char *recipient;
    const char *message_id;
    const char *envelope_id;
    bool hard;
} cases[] = {
    {"Postfix",
     REPORT("Original-Envelope-Id: k7+2Bf@x\n\nFinal-Recipient: rfc822; x@b.example\n"
            "Original-Recipient: rfc822;a@b.example\nAction: failed\nStatus: 5.1.1\n"
            "Diagnostic-Code: smtp; 550 5.1.1 <x@b.example>: Recipient address\n"
            "    rejected: User unknown\n"),
     REPORT_FAILED, REPORT_UNKNOWN_USER, "5.1.1", "a@b.example", OURS, "k7+f@x", true},
    {"a delay",
     REPORT("\nFinal-Recipient: rfc822; a@b.example\nAction: delayed\nStatus: 4.4.1\n"
            "Will-Retry-Until: Fri, 6 Mar 2026 10:00:00 +0100\n"),
     REPORT_DELAYED, REPORT_EXPIRED, "4.4.1", "a@b.example", OURS, NULL, false},
    {"delivered",
     REPORT("\nFinal-Recipient: rfc822; a@b.example\nAction: relayed\nStatus: 2.0.0\n"),
     REPORT_DELIVERED, REPORT_OTHER, "2.0.0", "a@b.example", OURS, NULL, false},
    {"full",
     REPORT("\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.0.0\n"
            "Diagnostic-Code: smtp; 552 5.2.2 Mailbox full\n"),
     REPORT_FAILED, REPORT_FULL, "5.2.2", "a@b.example", OURS, NULL, false},
    {"it passes", REPORT("\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 4.1.1\n"),
     REPORT_FAILED, REPORT_UNKNOWN_USER, "4.1.1", "a@b.example", OURS, NULL, false},
    {"RFC 6533",
     US "Subject: Unzustellbar\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\n\nx\n--b\nContent-Type: message/global-delivery-status\n\n"
        "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: utf-8; m\xc3\xbcller@b.example\n"
        "Action: failed\nStatus: 5.7.1\n\n--b\nContent-Type: message/global-headers\n\n"
        "Message-ID: <" OURS ">\n\n--b--\n",
     REPORT_FAILED, REPORT_REFUSED, "5.7.1", "m\xc3\xbcller@b.example", OURS, NULL, true},
    {"the whole mail comes back",
     US "Subject: x\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\n\nx\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
        "Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.2\n\n"
        "--b\nContent-Type: message/rfc822\n\nFrom: antraege@stadt.example\nMessage-ID: <" OURS
        ">\nSubject: y\n\nz\n--b--\n",
     REPORT_FAILED, REPORT_UNKNOWN_HOST, "5.1.2", "a@b.example", OURS, NULL, true},
    {"qmail",
     US "Subject: failure notice\nReturn-Path: <>\n\n"
        "Hi. This is the qmail-send program at mx.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        "<a@b.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        "--- Below this line is a copy of the message.\n\nReturn-Path: <x@y.example>\n"
        "Message-ID: <" OURS ">\nSubject: disk quota 4.2.2\n\ntext\n",
     REPORT_FAILED, REPORT_UNKNOWN_USER, "5.1.1", NULL, OURS, NULL, true},
    {"Exim",
     US "Subject: Mail delivery failed: returning message to sender\n"
        "X-Failed-Recipients: a@b.example\n\n"
        "A message that you sent could not be delivered to one or more of its\n"
        "recipients. This is a permanent error. The following address(es) failed:\n\n"
        "  a@b.example\n    retry timeout exceeded\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\n"
        "Message-Id:\n <" OURS ">\n",
     REPORT_FAILED, REPORT_EXPIRED, NULL, NULL, OURS, NULL, false},
    {"Exim's warning",
     US "Subject: Warning: message 1x-y delayed 24 hours\n"
        "X-Failed-Recipients: a@b.example\n\n"
        "The message has not been delivered yet.\nNo action is required on your "
        "part. Delivery attempts will continue.\n",
     REPORT_DELAYED, REPORT_OTHER, NULL, NULL, NULL, NULL, false},
    {"Exchange, German",
     US "Subject: Unzustellbar: Eingang\nX-MS-Exchange-Message-Is-Ndr:\n\n"
        "Fehler bei der Nachrichtenzustellung an folgende Empf\xc3\xa4nger oder Gruppen:\n\n"
        "a@b.example\nDie eingegebene E-Mail-Adresse konnte nicht gefunden werden.\n\n"
        "Diagnoseinformationen f\xc3\xbcr Administratoren:\n\nGenerierender Server: b.example\n\n"
        "a@b.example\nRemote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'\n\n"
        "Urspr\xc3\xbcngliche Nachrichtenkopfzeilen:\n\nReceived: from x by y\n"
        "Message-ID: <" OURS ">\n",
     REPORT_FAILED, REPORT_UNKNOWN_USER, "5.1.10", NULL, OURS, NULL, true},
    {"a version is no status",
     US "Subject: failure notice\nReturn-Path: <>\n\nThis is mailer 5.1.1.7 on 10.5.1.1\n"
        "Your mail was not taken.\n",
     REPORT_FAILED, REPORT_OTHER, NULL, NULL, NULL, NULL, false},
    {"a complaint",
     US
     "Subject: abuse\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
     "--b\n\nx\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
     "Original-Rcpt-To: <a@b.example>\n\n--b\nContent-Type: message/rfc822\n\n"
     "Message-ID: <" OURS ">\n\nx\n--b--\n",
     REPORT_COMPLAINED, REPORT_OTHER, NULL, "a@b.example", OURS, NULL, false},
    {"nothing but its sender", US "Subject: x\n\n", REPORT_FAILED, REPORT_OTHER, NULL, NULL, NULL,
     NULL, false},
};

static void a_report_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct report_case *c = &cases[i];
        struct arena *arena = arena_new();
        struct mail *mail;
        struct err err;
        print_message("%s\n", c->name);
        assert_true(mail_read(arena, c->mail, strlen(c->mail), MAIL_HEAD, &mail, &err));
        assert_int_equal(mail->class, MAIL_BOUNCE);
        assert_non_null(mail->report);
        assert_string_equal(report_action_to_text(mail->report->action),
                            report_action_to_text(c->action));
        assert_string_equal(report_reason_to_text(mail->report->reason),
                            report_reason_to_text(c->reason));
        assert_true(text_equal(mail->report->status, c->status));
        assert_true(text_equal(mail->report->recipient, c->recipient));
        assert_true(text_equal(mail->report->message_id, c->message_id));
        assert_true(text_equal(mail->report->envelope_id, c->envelope_id));
        assert_int_equal(mail->report->outlook == REPORT_FINAL, c->hard);
        arena_free(arena);
    }
}

/* ---- more shapes ------------------------------------------------------------------------------
 */

#define MULTIPART(type) "MIME-Version: 1.0\nContent-Type: multipart/" type "; boundary=b\n"
#define PART(type) "--b\nContent-Type: " type "; charset=utf-8\n"

static const struct bounce_case {
    const char *name;
    enum report_action action;
    enum report_reason reason;
    bool hard, tied;
    const char *header;
    const char *text;
} bounces[] = {
#define BOUNCE(name, action, reason, ...) {name, REPORT_##action, REPORT_##reason, __VA_ARGS__},
#include "bounce_cases.def"
};

#define BOUNCES (sizeof bounces / sizeof *bounces)

static const char *write_bounce(struct arena *arena, const struct bounce_case *c)
{
    const char *type = strstr(c->header, "Content-Type:")
                           ? ""
                           : "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n";
    return arena_printf(arena, "%sTo: antraege@stadt.example\nMessage-ID: <1@mx.example>\n%s\n%s",
                        c->header, type, c->text);
}

static bool bounce_is_read(const struct bounce_case *c)
{
    struct arena *arena = arena_new();
    const char *bytes = write_bounce(arena, c);
    struct mail *mail;
    struct err err;
    bool read = mail_read(arena, bytes, strlen(bytes), MAIL_CONTENT, &mail, &err);
    const struct mail_report *report = read ? mail->report : NULL;
    const char *action = report ? report_action_to_text(report->action) : "none";
    const char *reason = report ? report_reason_to_text(report->reason) : "";
    bool tied = report && text_equal(report->message_id, OURS);
    bool hard = report && report->outlook == REPORT_FINAL;
    bool right = report && report->action == c->action && report->reason == c->reason &&
                 hard == c->hard && tied == c->tied;
    print_message("%s %-9s %-12s %-4s %-4s %s\n", right ? "     " : "WRONG", action, reason,
                  hard ? "hard" : "soft", tied ? "tied" : "-", c->name);
    arena_free(arena);
    return right;
}

static void servers_of_all_kinds_are_read(void **state)
{
    size_t wrong = 0;
    (void)state;
    for (size_t i = 0; i < BOUNCES; i++)
        wrong += !bounce_is_read(&bounces[i]);
    print_message("%zu reports, %zu wrong\n", BOUNCES, wrong);
    assert_int_equal(wrong, 0);
}

/* ---- who reports nothing ----------------------------------------------------------------------
 */

static const struct {
    const char *name;
    const char *header;
    const char *text;
} others[] = {
    {"a person", "From: a@b.example\nSubject: Undelivered mail\n", "550 5.1.1 x\n"},
    {"a receipt of what was never read",
     "Return-Path: <>\nFrom: a@b.example\nSubject: x\n" MULTIPART(
         "report; report-type=disposition-notification"),
     PART("text/plain") "\nSubject: Antrag wurde abgelehnt\nwurde ungelesen "
                        "gel\xc3\xb6scht.\n" PART(
                            "message/disposition-notification") "\nFinal-Recipient: rfc822; "
                                                                "a@b.example\n"
                                                                "Disposition: "
                                                                "automatic-action/"
                                                                "MDN-sent-automatically; "
                                                                "deleted\n\n--b--\n"},
    {"a receipt of what was read",
     "Return-Path: <>\nFrom: a@b.example\nSubject: x\n" MULTIPART(
         "report; report-type=disposition-notification"),
     PART("text/plain") "\nThe motion was rejected.\n" PART(
         "message/disposition-notification") "\nFinal-Recipient: rfc822; a@b.example\n"
                                             "Disposition: manual-action/MDN-sent-manually; "
                                             "displayed\n\n--b--\n"},
    {"who fishes for a password",
     "Return-Path: <help@c.example>\nFrom: Mail Delivery System <help@c.example>\n"
     "Subject: Undelivered mail: 3 messages wait\n",
     "3 messages could not be delivered to your mailbox: 552 5.2.2 over quota. Log in to "
     "release.\n"},
    {"the same by HTML",
     "Return-Path: <x@c.example>\nFrom: Postfach <x@c.example>\nSubject: Zustellung nicht "
     "m\xc3\xb6glich\nContent-Type: text/html; charset=utf-8\n",
     "<p>Nachrichten an antraege@stadt.example konnten nicht zugestellt werden. Postfach voll. <a "
     "href=\"http://c.example\">Freigeben</a></p>\n"},
    {"the same from a postmaster",
     "Return-Path: <postmaster@c.example>\nFrom: postmaster@c.example\nSubject: Undelivered "
     "mails\n",
     "You have 4 undelivered mails for antraege@stadt.example. Mailbox quota exceeded.\n"},
    {"an absence in words that nobody knows",
     "Return-Path: <>\nFrom: a@b.example\nSubject: x\nIn-Reply-To: <" OURS ">\n",
     "Bin dann mal weg.\n"},
    {"an invitation that is declined",
     "Return-Path: <>\nFrom: a@b.example\nSubject: Abgelehnt: Klausur\nIn-Reply-To: <" OURS ">\n",
     "Die Einladung von c@b.example wurde abgelehnt.\n"},
    {"an absence that speaks of delivery",
     "Return-Path: <>\nFrom: a@b.example\nSubject: Away\nIn-Reply-To: <" OURS ">\n",
     "I am not in town, so mails will be delivered to nobody. Call c@b.example.\n"},
    {"a motion about letters", "Return-Path: <>\nFrom: a@b.example\nSubject: Antrag: Post\n",
     "Sehr geehrter Herr B\xc3\xbcrgermeister,\n\nIhre Briefe an uns, etwa an c@b.example, werden "
     "nicht zugestellt. Der Rat m\xc3\xb6ge beschlie\xc3\x9f"
     "en, bei der Post nachzufragen.\n"},
    {"an absence",
     "Return-Path: <>\nFrom: a@b.example\nSubject: Urlaub\nAuto-Submitted: "
     "auto-replied (vacation)\n",
     "Ich bin bis Montag nicht da. Eiliges bitte an c@b.example.\n"},
    {"who wants an answer first",
     "Return-Path: <>\nFrom: a@b.example\nSubject: x\nAuto-Submitted: auto-replied\n",
     "Your message to a@b.example was not delivered yet. Please confirm that you wrote it.\n"},
    {"our own mailbox",
     "Return-Path: <>\nFrom: postmaster@stadt.example\nSubject: Postfach fast voll\n"
     "Auto-Submitted: auto-generated\n",
     "Das Postfach antraege@stadt.example ist fast voll. Bald k\xc3\xb6nnen Mails nicht mehr "
     "zugestellt werden.\n"},
};

static void others_report_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct arena *arena = arena_new();
        char *bytes = arena_printf(arena, "%sTo: antraege@stadt.example\n\n%s", others[i].header,
                                   others[i].text);
        struct mail *mail;
        struct err err;
        print_message("%s\n", others[i].name);
        assert_true(mail_read(arena, bytes, strlen(bytes), MAIL_CONTENT, &mail, &err));
        assert_null(mail->report);
        arena_free(arena);
    }
}

/* ---- the corpus ---- */

static char folder[4096];

struct score {
    int right, all;
};

static void count(struct score *score, bool right, const char *what, const char *file)
{
    score->all++;
    score->right += right;
    if (!right)
        print_message("  %s %s\n", what, file);
}

static bool reaches(const struct score *score, const char *what, double least)
{
    double share = score->all > 0 ? (double)score->right / score->all : 0;
    print_message("%-32s %d of %d (%.3f)\n", what, score->right, score->all, share);
    return share >= least;
}

/* Column number column of a line of tabs, in the arena. */
static const char *column(struct arena *arena, const char *line, int number)
{
    for (; number > 0; number--) {
        line += strcspn(line, "\t\n");
        line += *line == '\t';
    }
    return arena_strndup(arena, line, strcspn(line, "\t\n"));
}

/* The first line of a file, or NULL. */
static const char *line_of(const char *table, const char *file)
{
    size_t n = strlen(file);
    for (const char *line = table; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, file, n) == 0 && line[n] == '\t')
            return line;
    }
    return NULL;
}

static char *read_all(struct arena *arena, const char *name, size_t *n_r)
{
    char *bytes;
    struct err err;
    if (!file_read(arena, arena_printf(arena, "%s/%s", folder, name), 64 * 1024 * 1024, &bytes, n_r,
                   &err))
        fail_msg("%s", err.text);
    return bytes;
}

struct totals {
    struct score known, tied, hard;
};

static void judge(struct arena *arena, const char *file, const char *expected,
                  const char *correlate, struct totals *totals)
{
    struct mail *mail;
    struct err err;
    size_t n;
    const char *bytes = read_all(arena, file, &n);
    bool read = mail_read(arena, bytes, n, MAIL_CONTENT, &mail, &err);
    const struct mail_report *report = read ? mail->report : NULL;
    count(&totals->known, report != NULL, "not recognised:", file);
    const char *line = line_of(correlate, file);
    if (line && strcmp(column(arena, line, 4), "-") != 0) {
        char *id = arena_strdup(arena, column(arena, line, 5));
        id += *id == '<';
        id[strcspn(id, ">")] = '\0';
        count(&totals->tied, report && text_equal(report->message_id, id), "not tied:", file);
    }
    line = line_of(expected, file);
    if (line && strcmp(column(arena, line, 4), "feedback") != 0)
        count(&totals->hard, /* the corpus calls hard only what makes an address useless */
              report && report_is_dead(report) == (strcmp(column(arena, line, 5), "true") == 0),
              "hard or soft:", file);
}

static void the_reports_of_others_are_read(void **state)
{
    struct totals totals = {0};
    struct dirent *entry;
    size_t n;
    (void)state;
    snprintf(folder, sizeof folder, "%s/../shared/corpus/third-party/bounces", getenv("srcdir"));
    DIR *dir = opendir(folder);
    if (!dir) {
        print_message("SKIPPED: %s is not there\n", folder);
        skip();
    }
    struct arena *arena = arena_new(); /* skip() does not come back to free it */
    const char *expected = read_all(arena, "EXPECTED.tsv", &n);
    const char *correlate = read_all(arena, "CORRELATE.tsv", &n);
    while ((entry = readdir(dir)))
        if (strstr(entry->d_name, ".eml")) {
            struct arena *one = arena_new();
            judge(one, entry->d_name, expected, correlate, &totals);
            arena_free(one);
        }
    closedir(dir);
    bool known = reaches(&totals.known, "recognised as reports", 0.95);
    bool tied = reaches(&totals.tied, "tied to the mail they report on", 0.95);
    bool hard = reaches(&totals.hard, "hard or soft as expected", 0.90);
    assert_true(known && tied && hard);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_is_read),
        cmocka_unit_test(servers_of_all_kinds_are_read),
        cmocka_unit_test(others_report_nothing),
        cmocka_unit_test(the_reports_of_others_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
