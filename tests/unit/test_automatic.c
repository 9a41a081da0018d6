/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who is answered: automatic mail as programs of four languages send it, ordinary mail that looks
 * like it, and the reports of the corpus; each through reading, judging and answering.  All come
 * from a listed member, which is where an answer would go out.
 */
#include "test.h"

#include "base/file.h"
#include "town_judge.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMBER "wilhelm.vanbeek@spd-bedburg-hau.example"

#define ANSWERS_US "In-Reply-To: <" TOWN_TOKEN ".acknowledgement.1@bedburg-hau.example>\n"
#define MULTIPART(type) "MIME-Version: 1.0\nContent-Type: multipart/" type "; boundary=b\n"
#define PART(type) "--b\nContent-Type: " type "\n"
#define MDN MULTIPART("report; report-type=disposition-notification")
#define MDN_TEXT                                                                                   \
    PART("text/plain")                                                                             \
    "\nGelesen.\n" PART(                                                                           \
        "message/disposition-notification") "\nFinal-Recipient: rfc822; " MEMBER "\nDisposition: " \
                                            "manual-action/MDN-sent-manually; displayed\n--b--\n"
#define DSN MULTIPART("report; report-type=delivery-status")
#define DSN_TEXT                                                                                   \
    PART("text/plain")                                                                             \
    "\nFailed.\n" PART(                                                                            \
        "message/delivery-status") "\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; " \
                                   "x@y.example\nAction: "                                         \
                                   "failed\nStatus: 5.1.1\n\n" PART(                               \
                                       "message/rfc822") "\nSubject: Antrag: "                     \
                                                         "Radweg\nFrom: " MEMBER "\n\n" MOTION     \
                                                         "\n--b--\n"
#define ARF MULTIPART("report; report-type=feedback-report")
#define ARF_TEXT           \
    PART("text/plain")     \
    "\nComplaint.\n" PART( \
        "message/feedback-report") "\nFeedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n--b--\n"
#define CALENDAR MULTIPART("mixed")
#define CALENDAR_TEXT                 \
    PART("text/plain; charset=utf-8") \
    "\nBin dabei.\n" PART(            \
        "text/calendar; method=REPLY") "\nBEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n--b--\n"
#define VOICE "Auto-Submitted: auto-generated\n" MULTIPART("mixed")
#define VOICE_TEXT                    \
    PART("text/plain; charset=utf-8") \
    "\nDauer: 0:42\n" PART("audio/x-wav; name=\"nachricht.wav\"") "\nRIFF\n--b--\n"
#define SCAN "Auto-Submitted: auto-generated\n" MULTIPART("mixed")
#define SCAN_TEXT                     \
    PART("text/plain; charset=utf-8") \
    "\nScan\n" PART("application/pdf; name=\"scan.pdf\"") "\n%PDF-1.4 torn\n--b--\n"
#define SCAN_TIFF "Auto-Submitted: auto-generated\n" MULTIPART("mixed")
#define SCAN_TIFF_TEXT                                                                         \
    PART("text/plain; charset=utf-8")                                                          \
    "\nPlease open the attached document. It was scanned and sent to you by a device.\n" PART( \
        "image/tiff; name=\"scan.tif\"") "\nII*\n--b--\n"
#define FAX_TEXT                            \
    PART("text/plain; charset=utf-8")       \
    "\nSie haben ein Fax erhalten.\n" PART( \
        "application/pdf; name=\"fax.pdf\"") "\n%PDF-1.4 torn\n--b--\n"
#define MOTION                                                                                   \
    "Sehr geehrter Herr Bürgermeister,\n\ndie SPD-Fraktion stellt folgenden Antrag zur "        \
    "Sitzung des Rates am 24.09.2015:\n\nAntrag: Radweg an der Bahnhofstraße\n\n"               \
    "Beschlussvorschlag:\nDer Rat beschließt, an der Bahnhofstraße einen Radweg zu bauen.\n\n" \
    "Mit freundlichen Grüßen\nWilhelm van Beek\nFraktionsvorsitzender\n"

enum wanted {
    WANTED_SILENCE,
    WANTED_ANSWER,
    WANTED_PERSON, /* who asks for nothing: no answer, but nothing of a program's either */
};
#define WANTED_COUNT 3

struct mail_case {
    enum wanted wanted;
    const char *language;
    const char *name;
    const char *header;
    const char *subject;
    const char *text;
};

static const struct mail_case cases[] = {
#define AUTO(...) {WANTED_SILENCE, __VA_ARGS__},
#define LETTER(...) {WANTED_ANSWER, __VA_ARGS__},
#define TALK(...) {WANTED_PERSON, __VA_ARGS__},
#include "automatic_cases.def"
#include "automatic_more.def"
#include "automatic_near.def"
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

static int set_up(void **state)
{
    struct err err;

    (void)state;
    mail_preload();
    return zone_set("Europe/Berlin", &err) ? 0 : -1;
}

static const char *write_mail(struct arena *arena, const struct mail_case *one)
{
    const char *type = strstr(one->header, "Content-Type:") != NULL
                           ? ""
                           : "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
                             "Content-Transfer-Encoding: 8bit\n";
    const char *path =
        strstr(one->header, "Return-Path:") != NULL ? "" : "Return-Path: <" MEMBER ">\n";
    const char *from =
        strstr(one->header, "From:") == one->header ? "" : "From: Wilhelm van Beek <" MEMBER ">\n";

    return arena_printf(arena,
                        "%s%sReceived: from mail.example by mx.bedburg-hau.example;\n"
                        " Tue, 04 Aug 2015 12:03:14 +0200\n"
                        "%sTo: <antraege@bedburg-hau.example>\nSubject: %s\n"
                        "Date: Tue, 04 Aug 2015 12:03:11 +0200\nMessage-ID: <1@mail.example>\n"
                        "%s\n%s",
                        path, one->header, from, one->subject, type, one->text);
}

struct outcome {
    const char *class;
    const char *row;
    size_t answers; /* to members */
};

static size_t count_answers(const struct replies *replies)
{
    size_t answers = 0;

    for (size_t i = 0; i < replies->n; i++)
        answers +=
            replies->v[i].kind == REPLY_ACKNOWLEDGEMENT || replies->v[i].kind == REPLY_REVIEW;
    return answers;
}

static struct outcome conclude(struct arena *arena, const struct conf_body *body, const char *bytes,
                               size_t n)
{
    const struct reading *reading;
    struct conclusion c;

    town_judge(arena, body, bytes, n, &reading, &c);
    return (struct outcome){mail_class_to_text(reading->mail->class), c.decision.row,
                            count_answers(&c.replies)};
}

/* A town where the one who sent this is a member. */
static const struct conf_body *make_town_of(struct arena *arena, const char *bytes, size_t n)
{
    struct conf_body *body = town_new(arena);
    struct mail *mail;
    struct err err;

    if (!mail_read(arena, bytes, n, MAIL_HEAD, &mail, &err))
        fail_msg("it cannot be read: %s", err.text);
    if (mail->from.n > 0)
        body->factions[0].members[0].address = mail->from.v[0].address;
    return body;
}

static const char *word_of(enum wanted wanted)
{
    switch (wanted) {
    case WANTED_SILENCE:
        return "silent";
    case WANTED_ANSWER:
        return "answered";
    case WANTED_PERSON:
        return "person";
    }
    return "?";
}

static bool is_right(enum wanted wanted, const struct outcome *outcome)
{
    switch (wanted) {
    case WANTED_SILENCE:
        return outcome->answers == 0;
    case WANTED_ANSWER:
        return outcome->answers > 0;
    case WANTED_PERSON:
        return strcmp(outcome->class, "personal") == 0;
    }
    return false;
}

static bool judge(const struct mail_case *one)
{
    struct arena *arena = arena_new();
    const char *bytes = write_mail(arena, one);
    struct outcome outcome = conclude(arena, town_new(arena), bytes, strlen(bytes));
    bool right = is_right(one->wanted, &outcome);

    print_message("%s %s %-10s %-12s %-20s %s\n", right ? "     " : "WRONG", one->language,
                  word_of(one->wanted), outcome.class, outcome.row, one->name);
    arena_free(arena);
    return right;
}

static void programs_are_not_answered_and_people_are(void **state)
{
    size_t wrong = 0, counts[WANTED_COUNT] = {0};

    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        wrong += !judge(&cases[i]);
        counts[cases[i].wanted]++;
    }
    print_message("%zu automatic mails, %zu to be answered, %zu of people besides, %zu wrong\n",
                  counts[0], counts[1], counts[2], wrong);
    assert_int_equal(wrong, 0);
    assert_true(counts[0] >= 60 && counts[1] >= 20);
}

/* ---- the reports of the corpus, even where their sender is on the roster ----------------------
 */

static bool is_silent(const char *folder, const char *name)
{
    struct arena *arena = arena_new();
    char *bytes;
    size_t n;
    struct err err;

    if (!file_read(arena, arena_printf(arena, "%s/%s", folder, name), 4 << 20, &bytes, &n, &err))
        fail_msg("%s", err.text);
    struct outcome outcome = conclude(arena, make_town_of(arena, bytes, n), bytes, n);
    bool silent = outcome.answers == 0;

    if (!silent)
        print_message("answered: %s (%s, %s)\n", name, outcome.class, outcome.row);
    arena_free(arena);
    return silent;
}

static void no_report_is_answered(void **state)
{
    char folder[1024];
    struct dirent *entry;
    size_t all = 0, silent = 0;

    (void)state;
    snprintf(folder, sizeof folder, "%s/../shared/corpus/third-party/bounces", getenv("srcdir"));
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        print_message("SKIPPED: %s is not there\n", folder);
        skip();
    }
    while ((entry = readdir(dir)) != NULL) {
        if (strstr(entry->d_name, ".eml") == NULL)
            continue;
        all++;
        silent += is_silent(folder, entry->d_name);
    }
    closedir(dir);
    print_message("%zu of %zu reports are not answered\n", silent, all);
    assert_true(all > 0);
    assert_int_equal(silent, all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_are_not_answered_and_people_are),
        cmocka_unit_test(no_report_is_answered),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
