/* SPDX-License-Identifier: EUPL-1.2 */
/* antragctl doctor: tries everything that antragd needs, and says in words what is wrong. */
#include "ctl/ctl.h"
#include "ctl/forgery.h"
#include "ctl/trial.h"
#include "daemon/control.h"
#include "mail/ocr.h"
#include "trust/trust.h"

#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <sysexits.h>
#include <time.h>

#define PATIENCE_SECONDS 10

static void try_state(struct ctl *ctl, struct findings *findings)
{
    const char *directory = ctl->conf->state_directory;
    const char *subject = arena_printf(ctl->arena, "registry in %s", directory);
    struct registry_counts counts;
    struct err err;
    if (!registry_open(directory, REGISTRY_READ, &ctl->registry, &err)) {
        bool fresh = err.kind == ERR_NO_INPUT;
        findings_add(ctl, findings, subject, fresh ? FINDING_NOTE : FINDING_BROKEN, err.text,
                     fresh ? NULL : "antragd cannot work without it; see its log.");
        return;
    }
    if (!registry_check(ctl->registry, &err) ||
        !registry_count(ctl->registry, ctl->arena, &counts, &err))
        findings_add(ctl, findings, subject, FINDING_BROKEN, err.text,
                     "See RESTORING in antragctl(8).");
    else
        findings_add(ctl, findings, subject, FINDING_OK,
                     arena_printf(ctl->arena, "sound, %lld motions", (long long)counts.motions),
                     NULL);
}

/* What a mail was that is only there, nobody knows but who reads it. */
static void try_mails(struct ctl *ctl, struct findings *findings)
{
    const char *subject = arena_printf(ctl->arena, "mails in %s", ctl->conf->state_directory);
    int64_t before = (int64_t)time(NULL) - REGISTRY_UNCLAIMED_SECONDS;
    struct texts paths;
    struct err err;
    if (!ctl->registry)
        return;
    if (!registry_list_unclaimed(ctl->registry, ctl->arena, before, &paths, &err))
        findings_add(ctl, findings, subject, FINDING_NOTE, err.text, NULL);
    else if (paths.n > 0)
        findings_add(
            ctl, findings, subject, FINDING_NOTE,
            arena_printf(ctl->arena, "%zu files are of no message: %s", paths.n,
                         text_join(ctl->arena, &paths, ", ")),
            "antragd was stopped hard between fetching and entering them. What the mailbox "
            "still has is entered when antragd runs; of the rest nothing else is left: "
            "read it, and put it into the mailbox once more or remove the file.");
    else
        findings_add(ctl, findings, subject, FINDING_OK, "each file is of a message", NULL);
}

static void try_daemon(struct ctl *ctl, struct findings *findings)
{
    struct json *status;
    struct err err;
    if (!control_ask(ctl->conf, "status", PATIENCE_SECONDS, &status, &err)) {
        findings_add(ctl, findings, "daemon", FINDING_NOTE, err.text,
                     "Start it: systemctl start antragd");
        return;
    }
    findings_add(
        ctl, findings, "daemon", FINDING_OK,
        arena_printf(ctl->arena, "runs as process %lld", (long long)json_int(status, "pid")), NULL);
    json_free(status);
}

/* Deadlines and arrivals are counted on this clock. */
static void try_clock(struct ctl *ctl, struct findings *findings)
{
    struct timex clock = {0};
    int state = adjtimex(&clock);
    if (state == TIME_ERROR || (clock.status & STA_UNSYNC))
        findings_add(ctl, findings, "clock", FINDING_NOTE,
                     "no time server keeps this machine's clock right",
                     "Install one (apt install systemd-timesyncd, or chrony): arrivals that the "
                     "mail server does not tell are counted on this clock.");
    else
        findings_add(ctl, findings, "clock", FINDING_OK, "kept right by a time server", NULL);
}

/* The daemon does not start where it is on and cannot be had. */
static void try_ocr(struct ctl *ctl, struct findings *findings)
{
    static const char held[] = "a letter that is only a picture is held for a person";
    struct err err;
    if (!ocr_is_built())
        findings_add(ctl, findings, "OCR", FINDING_OK,
                     arena_printf(ctl->arena, "not in this build; %s", held), NULL);
    else if (!ctl->conf->ocr)
        findings_add(ctl, findings, "OCR", FINDING_OK,
                     arena_printf(ctl->arena, "in this build, but off (ocr = no); %s", held), NULL);
    else if (!ocr_enable(&err))
        findings_add(ctl, findings, "OCR", FINDING_BROKEN, err.text,
                     "Install the model, or set ocr = no: antragd does not start like this.");
    else
        findings_add(ctl, findings, "OCR", FINDING_OK, "on: letters that are pictures are read",
                     NULL);
}

/* What comes from there is taken for the program's own, so that it decides nothing. */
static void try_office(struct ctl *ctl, const struct conf_body *body, struct findings *findings)
{
    for (size_t i = 0; i < body->office.n; i++)
        if (trust_is_own_address(body, body->office.v[i]))
            findings_add(ctl, findings, arena_printf(ctl->arena, "office of %s", body->id),
                         FINDING_NOTE,
                         arena_printf(ctl->arena,
                                      "%s is an address of the body itself: it is told "
                                      "what waits, but cannot decide by reply",
                                      body->office.v[i]),
                         "Give the office an address that no mailbox here watches, or decide with "
                         "antragctl held.");
}

static void try_body(struct ctl *ctl, const struct conf_body *body, struct findings *findings)
{
    for (size_t i = 0; i < body->mailbox_count; i++)
        trial_mailbox(ctl, body, &body->mailboxes[i], findings);
    for (size_t i = 0; ctl->forged_header && i < body->mailbox_count; i++)
        forgery_try(ctl, body, &body->mailboxes[i], findings);
    trial_submission(ctl, arena_printf(ctl->arena, "submission of %s", body->id), &body->submission,
                     findings);
    trial_smime(ctl, body, findings);
    try_office(ctl, body, findings);
    if (body->answers == CONF_ANSWERS_HOLD)
        findings_add(ctl, findings, arena_printf(ctl->arena, "answers of %s", body->id),
                     FINDING_NOTE, "they wait for a person (answers = \"hold\")",
                     "antragctl release sends one; answers = \"send\" all that are made from "
                     "then on.");
}

static void examine(struct ctl *ctl, struct findings *findings)
{
    findings_add(ctl, findings, "configuration", FINDING_OK,
                 arena_printf(ctl->arena, "%s has no mistakes", ctl->conf_path), NULL);
    try_clock(ctl, findings);
    try_state(ctl, findings);
    try_mails(ctl, findings);
    try_daemon(ctl, findings);
    try_ocr(ctl, findings);
    for (size_t i = 0; i < ctl->conf->body_count; i++)
        if (!ctl->body || strcmp(ctl->body, ctl->conf->bodies[i].id) == 0)
            try_body(ctl, &ctl->conf->bodies[i], findings);
}

static void print_json(struct ctl *ctl, const struct findings *findings)
{
    struct json *array = json_array_new();
    for (size_t i = 0; i < findings->n; i++) {
        struct json *object = json_object_new();
        json_put_text(object, "subject", findings->v[i].subject);
        json_put_bool(object, "broken", findings->v[i].state == FINDING_BROKEN);
        json_put_text(object, "text", findings->v[i].text);
        json_put_text(object, "advice", findings->v[i].advice);
        json_add(array, object);
    }
    ctl_print_json(ctl, array);
}

bool ctl_doctor(struct ctl *ctl, int *exit_code_r, struct err *err_r)
{
    struct findings findings = {0};
    if (!ctl_load_conf(ctl, err_r))
        return false; /* its mistakes have been printed, each with its line */
    examine(ctl, &findings);
    if (ctl->json)
        print_json(ctl, &findings);
    else
        findings_print(ctl, &findings);
    *exit_code_r = findings.broken ? EX_UNAVAILABLE : EX_OK;
    return true;
}
