/* SPDX-License-Identifier: EUPL-1.2 */
/* antragctl read and explain: what a mail says, and what would be done with it. */
#include "base/file.h"
#include "ctl/ctl.h"
#include "ctl/rows.h"
#include "ctl/why.h"
#include "daemon/anchors.h"
#include "daemon/reader_job.h"
#include "mail/address.h"
#include "pipeline/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static bool file_to_memfd(struct ctl *ctl, const char *path, int *fd_r, struct err *err_r)
{
    char *bytes;
    size_t n;
    return file_read(ctl->arena, path, READER_MAX_MAIL, &bytes, &n, err_r) &&
           memfd_from("mail", bytes, n, fd_r, err_r);
}

/* NO_COLOR: https://no-color.org */
static bool wants_colours(void)
{
    const char *terminal = getenv("TERM"), *none = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && (!none || *none == '\0') && terminal &&
           !text_equal(terminal, "dumb");
}

bool ctl_read(struct ctl *ctl, int *exit_code_r, struct err *err_r)
{
    struct reading *reading;
    int fd;
    (void)exit_code_r; /* stays 0 */
    if (!reader_prepare(ctl->ocr, err_r) || !file_to_memfd(ctl, ctl->argv[0], &fd, err_r))
        return false;
    bool ok = reader_read_apart(ctl->arena, fd, NULL, &reading, err_r);
    close(fd);
    if (reading && ctl->why && !ctl->json)
        why_print(ctl->arena, reading, wants_colours());
    else if (reading)
        ctl_print_json(ctl, reading_to_json(reading)); /* with and without --json */
    return ok || err_add_where(err_r, "%s", ctl->argv[0]);
}

/* ---- explain --------------------------------------------------------------------------------- */

static bool is_addressed_to(const struct mail_addresses *list, const struct conf_mailbox *mailbox)
{
    for (size_t i = 0; i < list->n; i++)
        if (address_is_among(&mailbox->addresses, list->v[i].address))
            return true;
    return false;
}

/* Where a mail in a file would have come in: the mailbox it is addressed to, else the first. */
static bool find_place(const struct ctl *ctl, const struct reading *reading,
                       struct message *message, struct err *err_r)
{
    const struct conf *conf = ctl->conf;
    for (size_t i = 0; i < conf->body_count; i++) {
        const struct conf_body *body = &conf->bodies[i];
        if (!ctl_wants_body(ctl, body->id))
            continue;
        for (size_t k = 0; k < body->mailbox_count; k++) {
            const struct conf_mailbox *mailbox = &body->mailboxes[k];
            bool addressed = reading && (is_addressed_to(&reading->mail->to, mailbox) ||
                                         is_addressed_to(&reading->mail->cc, mailbox));
            if (message->mailbox && !addressed)
                continue;
            message->body = body;
            message->mailbox = mailbox;
            if (addressed)
                return true;
        }
    }
    return message->mailbox ||
           err_set(err_r, ERR_CONFIG, "the configuration has no mailbox to explain it for");
}

/* The mail of a message in the registry, and where it came in. */
static bool stored_mail(struct ctl *ctl, int64_t id, struct message *message, int *fd_r,
                        struct err *err_r)
{
    struct message_row *row;
    size_t count;
    if (!registry_list_messages(ctl->registry, ctl->arena, -1, id, &row, &count, err_r))
        return false;
    if (count == 0)
        return err_set(err_r, ERR_NO_INPUT, "there is no message m%lld", (long long)id);
    if (!rows_check_kept(ctl, row, err_r))
        return false;
    message->body = conf_find_body(ctl->conf, row->body);
    message->mailbox = message->body ? conf_find_mailbox(message->body, row->mailbox) : NULL;
    if (!message->mailbox)
        return err_set(err_r, ERR_CONFIG, "m%lld: mailbox \"%s\" is not in the configuration",
                       (long long)id, row->mailbox);
    message->id = id;
    message->raw.folder = row->folder;
    message->raw.uidvalidity = row->uidvalidity;
    message->raw.uid = row->uid;
    message->raw.internaldate = row->arrived_at;
    char *bytes;
    size_t n;
    int stored;
    if (!registry_open_raw(ctl->registry, row->sha256, &stored, err_r))
        return false;
    const char *path = arena_printf(ctl->arena, "/proc/self/fd/%d", stored);
    bool ok = file_read(ctl->arena, path, READER_MAX_MAIL, &bytes, &n, err_r) &&
              memfd_from("mail", bytes, n, fd_r, err_r);
    close(stored);
    if (ok && row->size > (int64_t)n)
        message->raw.whole = (size_t)row->size;
    return ok;
}

static struct json *answers_to_json(const struct replies *replies)
{
    struct json *array = json_array_new();
    for (size_t i = 0; i < replies->n; i++) {
        struct json *object = json_object_new();
        json_put_text(object, "kind", reply_kind_to_text(replies->v[i].kind));
        json_put_text(object, "to", replies->v[i].to);
        json_put_text(object, "subject", replies->v[i].subject);
        json_add(array, object);
    }
    return array;
}

static struct json *refined_to_json(const struct refinements *refinements)
{
    struct json *array = json_array_new();
    for (size_t i = 0; i < refinements->n; i++) {
        struct json *object = json_object_new();
        json_put_int(object, "motion", (int64_t)refinements->v[i].motion);
        json_put_text(object, "from", refinements->v[i].from);
        json_put_text(object, "to", refinements->v[i].to);
        json_put_text(object, "rule", refinements->v[i].rule);
        json_add(array, object);
    }
    return array;
}

static struct json *pretences_to_json(const struct pretences *pretences)
{
    struct json *array = json_array_new();
    for (size_t i = 0; i < pretences->n; i++) {
        struct json *object = json_object_new();
        json_put_text(object, "kind", pretence_to_text(pretences->v[i].kind));
        json_put_text(object, "shown", pretences->v[i].shown);
        json_put_text(object, "meant", pretences->v[i].meant);
        json_add(array, object);
    }
    return array;
}

static void print_json(struct ctl *ctl, const struct message *message, const struct conclusion *c)
{
    struct json *object = json_object_new();
    json_put_text(object, "trust", trust_level_to_text(c->verdict.level));
    json_put_text(object, "trust_reason", c->verdict.reason);
    json_put(object, "pretences", pretences_to_json(&c->verdict.pretences));
    json_put_text(object, "decision", message_state_to_text(c->decision.state));
    json_put_text(object, "reason", c->decision.reason);
    json_put_text(object, "row", c->decision.row);
    json_put(object, "answers", answers_to_json(&c->replies));
    json_put(object, "refined", refined_to_json(&c->refinements));
    if (message->reading)
        json_put(object, "reading", reading_to_json(message->reading));
    else
        json_put_null(object, "reading");
    ctl_print_json(ctl, object);
}

static const char *say_fate(struct arena *arena, const struct decided_motion *decided)
{
    if (decided->follow != FOLLOW_NONE)
        return arena_printf(arena, "%s %s", follow_to_text(decided->follow), decided->number);
    return decided->registered
               ? arena_printf(arena, "registered as %s if it came now", decided->number)
               : "held";
}

static void print_motion(struct ctl *ctl, const struct decided_motion *decided)
{
    const struct motion *motion = decided->motion;
    ctl_line(ctl, "motion    %s \"%s\": %s", motion_kind_to_text(motion->kind),
             motion->title ? motion->title : "(no title)", say_fate(ctl->arena, decided));
    if (decided->reason)
        ctl_line(ctl, "          %s (%s)", decided->reason, decided->row);
    if (decided->deadline.rule)
        ctl_line(ctl, "deadline  %s: %s", deadline_state_to_text(decided->deadline.state),
                 decided->deadline.rule);
}

static void print_plain(struct ctl *ctl, const struct conclusion *c)
{
    const struct decision *decision = &c->decision;
    ctl_line(ctl, "decision  %s", message_state_to_text(decision->state));
    ctl_line(ctl, "row       %s", decision->row);
    ctl_line(ctl, "reason    %s", decision->reason ? decision->reason : "-");
    ctl_line(ctl, "trust     %s: %s", trust_level_to_text(c->verdict.level),
             c->verdict.reason ? c->verdict.reason : "-");
    ctl_line(ctl, "arrival   %s (%s)", ctl_moment(ctl, decision->arrival.at),
             decision->arrival.basis);
    for (size_t i = 0; i < c->refinements.n; i++)
        ctl_line(ctl, "refined   %s: %s (%s)", c->refinements.v[i].from, c->refinements.v[i].to,
                 c->refinements.v[i].rule);
    for (size_t i = 0; i < decision->motion_count; i++)
        print_motion(ctl, &decision->motions[i]);
    for (size_t i = 0; i < c->replies.n; i++)
        ctl_line(ctl, "answer    %s to %s: %s", reply_kind_to_text(c->replies.v[i].kind),
                 c->replies.v[i].to, c->replies.v[i].subject);
}

/* A registry that was never made knows nothing; explain works all the same. */
static bool open_registry(struct ctl *ctl, bool *made_r, struct err *err_r)
{
    *made_r = registry_open(ctl->conf->state_directory, REGISTRY_READ, &ctl->registry, err_r);
    return *made_r || err_r->kind == ERR_NO_INPUT;
}

static void read_it(struct ctl *ctl, int fd, struct message *message)
{
    struct err err;
    struct reading *reading;
    struct authorities *authorities = message->body ? anchors_read(message->body) : NULL;
    const struct reader_place place = {.authorities = authorities,
                                       .mailbox = message->mailbox,
                                       .internaldate = message->raw.internaldate};
    if (!reader_read_apart(ctl->arena, fd, &place, &reading, &err))
        message->unreadable = arena_strdup(ctl->arena, err.text);
    message->reading = reading;
    authorities_free(authorities);
}

/* Whose authorities count for a mail in a file is known when it was read once. */
static bool place_it(struct ctl *ctl, int fd, struct message *message, struct err *err_r)
{
    if (message->mailbox)
        return true;
    if (!find_place(ctl, message->reading, message, err_r))
        return false;
    if (message->reading && message->reading->mail->signature)
        read_it(ctl, fd, message);
    return true;
}

static bool explain(struct ctl *ctl, struct message *message, int fd, struct err *err_r)
{
    struct conclusion conclusion = {0};
    read_it(ctl, fd, message);
    if (!place_it(ctl, fd, message, err_r))
        return false;
    message->raw.body = message->body->id;
    message->raw.mailbox = message->mailbox->name;
    if (!message->raw.folder)
        message->raw.folder = message->mailbox->folder;
    message->raw.fd = -1;
    message->token = "00000000000000000000000000000000"
                     "00000000000000000000000000000000";
    if (!digest_memfd(fd, message->raw.sha256, &message->raw.size, err_r) ||
        !pipeline_conclude(ctl->registry, ctl->arena, message, &conclusion, err_r))
        return false;
    if (ctl->json)
        print_json(ctl, message, &conclusion);
    else
        print_plain(ctl, &conclusion);
    return true;
}

bool ctl_explain(struct ctl *ctl, int *exit_code_r, struct err *err_r)
{
    struct message message = {.now = (int64_t)time(NULL)};
    int64_t id;
    int fd;
    bool made;
    (void)exit_code_r; /* stays 0 */
    if (!reader_prepare(ctl->conf->ocr, err_r) || !open_registry(ctl, &made, err_r))
        return false;
    message.raw.internaldate = message.now;
    bool stored = made && ctl_parse_id(ctl->argv[0], 'm', &id);
    if (stored ? !stored_mail(ctl, id, &message, &fd, err_r)
               : !file_to_memfd(ctl, ctl->argv[0], &fd, err_r))
        return false;
    bool ok = explain(ctl, &message, fd, err_r);
    close(fd);
    return ok;
}
