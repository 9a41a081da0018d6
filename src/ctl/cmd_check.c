/* SPDX-License-Identifier: EUPL-1.2 */
/* antragctl check: one line and an exit code for Icinga and Nagios. */
#include "ctl/check.h"
#include "ctl/ctl.h"
#include "daemon/control.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define PATIENCE_SECONDS 10

/* ---- mailboxes ------------------------------------------------------------------------------- */

static int64_t visited_at(const struct registry_counts *counts, const struct conf_body *body,
                          const struct conf_mailbox *mailbox)
{
    for (size_t i = 0; i < counts->visit_count; i++)
        if (strcmp(counts->visits[i].body, body->id) == 0 &&
            strcmp(counts->visits[i].mailbox, mailbox->name) == 0 &&
            strcmp(counts->visits[i].folder, mailbox->folder) == 0)
            return counts->visits[i].visited_at;
    return MOMENT_NONE;
}

/* What the daemon says about it now; NULL where it says nothing, or that all is well. */
static const char *trouble(struct ctl *ctl, const struct json *status, const struct conf_body *body,
                           const struct conf_mailbox *mailbox)
{
    const struct json *list = json_get(status, "mailboxes");
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *one = json_at(list, i);
        if (text_equal(json_text(one, "body"), body->id) &&
            text_equal(json_text(one, "mailbox"), mailbox->name))
            return arena_strdup(ctl->arena, json_text(one, "text"));
    }
    return NULL;
}

static void add_mailboxes(struct ctl *ctl, const struct conf_body *body,
                          const struct registry_counts *counts, const struct json *status,
                          struct check_facts *facts)
{
    for (size_t i = 0; i < body->mailbox_count; i++) {
        const struct conf_mailbox *mailbox = &body->mailboxes[i];
        facts->mailboxes = arena_grow(ctl->arena, facts->mailboxes, facts->mailbox_count,
                                      facts->mailbox_count + 1, sizeof *facts->mailboxes);
        facts->mailboxes[facts->mailbox_count++] = (struct check_mailbox){
            .name = arena_printf(ctl->arena, "%s/%s", body->id, mailbox->name),
            .visited_at = visited_at(counts, body, mailbox),
            .interval = mailbox->renew > mailbox->poll ? mailbox->renew : mailbox->poll,
            .trouble = trouble(ctl, status, body, mailbox)};
    }
}

/* ---- what waits ------------------------------------------------------------------------------ */

static bool is_overdue(const struct ctl *ctl, const struct message_row *row, int64_t now)
{
    const struct conf_body *body = conf_find_body(ctl->conf, row->body);
    return body && now - row->registered_at > (int64_t)body->remind_after * 3600;
}

static bool count_held(struct ctl *ctl, struct check_facts *facts, struct err *err_r)
{
    struct message_row *rows;
    size_t count;
    facts->oldest_held = MOMENT_NONE;
    if (!registry_list_messages(ctl->registry, ctl->arena, MESSAGE_HELD, 0, &rows, &count, err_r))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (ctl->body && strcmp(ctl->body, rows[i].body) != 0)
            continue;
        facts->held++;
        facts->overdue += is_overdue(ctl, &rows[i], facts->now);
        if (facts->oldest_held == MOMENT_NONE || rows[i].registered_at < facts->oldest_held)
            facts->oldest_held = rows[i].registered_at;
    }
    return true;
}

static bool count_answers(struct ctl *ctl, const struct registry_counts *counts,
                          struct check_facts *facts, struct err *err_r)
{
    struct registry_backlog backlog;
    struct unfiled_count unfiled;
    if (!registry_find_backlog(ctl->registry, &backlog, err_r) ||
        !ctl_count_unfiled(ctl, &unfiled, err_r))
        return false;
    facts->unfiled = unfiled.count;
    facts->oldest_unfiled = unfiled.oldest;
    facts->oldest_unsent = backlog.oldest_unsent;
    facts->newest_failure = backlog.newest_failure;
    facts->waiting = counts->deliveries[DELIVERY_WAITING];
    facts->failed = counts->deliveries[DELIVERY_FAILED] + counts->deliveries[DELIVERY_BOUNCED];
    facts->unsent = counts->deliveries[DELIVERY_QUEUED] + counts->deliveries[DELIVERY_SENDING] +
                    counts->deliveries[DELIVERY_DEFERRED] + counts->deliveries[DELIVERY_MAYBE];
    return true;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void check_file(struct ctl *ctl, struct check_facts *facts)
{
    struct err err;
    if (!registry_check(ctl->registry, &err))
        facts->damage = arena_strdup(ctl->arena, err.text);
}

static bool gather(struct ctl *ctl, struct check_facts *facts, struct err *err_r)
{
    struct registry_counts counts;
    struct json *status = NULL;
    struct err silence;
    facts->now = (int64_t)time(NULL);
    if (!ctl_load_conf(ctl, err_r))
        return false;
    facts->running = control_ask(ctl->conf, "status", PATIENCE_SECONDS, &status, &silence);
    if (!facts->running)
        facts->not_running = arena_strdup(ctl->arena, silence.text);
    bool ok = registry_open(ctl->conf->state_directory, REGISTRY_READ, &ctl->registry, err_r);
    if (ok)
        check_file(ctl, facts);
    ok = ok && registry_count(ctl->registry, ctl->arena, &counts, err_r) &&
         count_held(ctl, facts, err_r) && count_answers(ctl, &counts, facts, err_r);
    for (size_t i = 0; ok && i < ctl->conf->body_count; i++)
        if (!ctl->body || strcmp(ctl->body, ctl->conf->bodies[i].id) == 0)
            add_mailboxes(ctl, &ctl->conf->bodies[i], &counts, status, facts);
    json_free(status);
    return ok;
}

static void print_json(struct ctl *ctl, enum check_state state, const char *line)
{
    struct json *object = json_object_new();
    json_put_text(object, "state", check_state_to_text(state));
    json_put_text(object, "text", line);
    ctl_print_json(ctl, object);
}

/* Whatever goes wrong is an answer, too: what asks knows four codes and reads one line. */
bool ctl_check(struct ctl *ctl, int *exit_code_r, struct err *err_r)
{
    struct check_facts facts = {0};
    const char *line;
    enum check_state state;
    if (gather(ctl, &facts, err_r)) {
        state = check_judge(ctl->arena, &facts, &check_defaults, &line);
    } else {
        /* without a registry nothing was ever done; a configuration that nobody can read says
         * nothing about the daemon */
        state = facts.not_running || err_r->kind == ERR_DATA ? CHECK_CRITICAL : CHECK_UNKNOWN;
        line = arena_printf(ctl->arena, "ANTRAGD %s - %s%s", check_state_to_text(state),
                            facts.not_running ? "antragd does not run; " : "", err_r->text);
    }
    if (ctl->json)
        print_json(ctl, state, line);
    else
        puts(line);
    *exit_code_r = (int)state;
    return true;
}
