/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * antragctl's deciding commands: the daemon is asked; where none runs, its lock is taken and the
 * same code decides here.
 */
#include "ctl/decide.h"

#include "ctl/ctl.h"
#include "daemon/anchors.h"
#include "daemon/control.h"
#include "daemon/reader_job.h"
#include "pipeline/ruling.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define DECISION_SECONDS 120 /* a mail that is read again may end its reader three times */

/* ---- what is asked --------------------------------------------------------------------------- */

static const char *find_odd_text(const struct ctl *ctl, const struct ruling_order *order)
{
    const char *const texts[] = {order->subject, order->body,  order->reason,  order->faction,
                                 order->kind,    order->title, order->arrived, order->evidence};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i] && !text_is_utf8(texts[i], strlen(texts[i])))
            return texts[i];
    for (size_t i = 0; i < ctl->meetings.n; i++)
        if (!text_is_utf8(ctl->meetings.v[i], strlen(ctl->meetings.v[i])))
            return ctl->meetings.v[i];
    return NULL;
}

static struct ruling_order order_of(const struct ctl *ctl, enum ruling_verb verb)
{
    return (struct ruling_order){.verb = verb,
                                 .subject = ctl->argc > 0 ? ctl->argv[0] : NULL,
                                 .body = ctl->body,
                                 .reason = ctl->reason,
                                 .faction = ctl->faction,
                                 .kind = ctl->kind,
                                 .title = ctl->title,
                                 .meetings = ctl->meetings,
                                 .arrived = ctl->arrived,
                                 .evidence = ctl->evidence,
                                 .silent = ctl->silent,
                                 .receipt = ctl->receipt};
}

static bool check_order(const struct ctl *ctl, const struct ruling_order *order,
                        struct json **request_r, struct ruling_order *order_r, struct err *err_r)
{
    if (find_odd_text(ctl, order))
        return err_set(err_r, ERR_USAGE, "an argument is not UTF-8; use a UTF-8 locale");
    *request_r = ruling_order_to_json(order);
    if (ruling_order_from_json(ctl->arena, *request_r, order_r, err_r))
        return true;
    json_free(*request_r);
    return false;
}

/* ---- without a daemon ------------------------------------------------------------------------ */

static const char *own_login(struct arena *arena)
{
    const struct passwd *row = getpwuid(getuid());
    return row ? arena_strdup(arena, row->pw_name)
               : arena_printf(arena, "uid %lu", (unsigned long)getuid());
}

static const char *fresh_token(struct arena *arena)
{
    unsigned char bytes[32];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        panic("antragctl: no random bytes");
    return text_hex(arena, bytes, sizeof bytes);
}

/* A registry that is not there is not made: only the daemon knows whose it must be. */
static bool open_to_write(struct ctl *ctl, struct err *err_r)
{
    const char *directory = ctl->conf->state_directory;
    registry_close(ctl->registry); /* of the decision before */
    ctl->registry = NULL;
    if (!registry_open(directory, REGISTRY_READ, &ctl->registry, err_r))
        return false;
    registry_close(ctl->registry);
    ctl->registry = NULL;
    return registry_open(directory, REGISTRY_WRITE, &ctl->registry, err_r);
}

static bool settle_reread(const struct ruling_context *context, const struct message *message,
                          struct json **answer_r, struct err *err_r)
{
    if (!registry_begin(context->registry, err_r))
        return false;
    if (!ruling_reread(context, message, answer_r, err_r)) {
        registry_rollback(context->registry);
        return false;
    }
    if (registry_commit(context->registry, err_r))
        return true;
    json_free(*answer_r);
    return false;
}

static bool reread(struct ruling_context *context, const struct ruling_order *order,
                   struct json **answer_r, struct err *err_r)
{
    struct message message;
    struct reading *reading;
    struct err err;
    if (!reader_prepare(context->conf->ocr, err_r) ||
        !ruling_open_message(context, order, &message, err_r))
        return false;
    struct authorities *authorities = anchors_read(message.body);
    const struct reader_place place = {.authorities = authorities,
                                       .mailbox = message.mailbox,
                                       .internaldate = message.raw.internaldate};
    if (!reader_read_apart(context->arena, message.raw.fd, &place, &reading, &err))
        message.unreadable = arena_strdup(context->arena, err.text);
    authorities_free(authorities);
    message.reading = reading;
    close(message.raw.fd);
    message.raw.fd = -1;
    return settle_reread(context, &message, answer_r, err_r);
}

static bool decide_here(struct ctl *ctl, const struct ruling_order *order, struct json **answer_r,
                        struct err *err_r)
{
    if (!open_to_write(ctl, err_r))
        return false;
    struct ruling_context context = {.registry = ctl->registry,
                                     .arena = ctl->arena,
                                     .conf = ctl->conf,
                                     .actor = own_login(ctl->arena),
                                     .now = (int64_t)time(NULL),
                                     .token = fresh_token(ctl->arena)};
    return order->verb == RULING_REREAD ? reread(&context, order, answer_r, err_r)
                                        : ruling_decide(&context, order, answer_r, err_r);
}

/* ---- what came of it ------------------------------------------------------------------------- */

static void print_answers(struct ctl *ctl, const struct json *answers)
{
    for (size_t i = 0; i < json_count(answers); i++) {
        const struct json *answer = json_at(answers, i);
        ctl_line(ctl, "  %-6s %-16s %-9s %s", json_text(answer, "id"), json_text(answer, "kind"),
                 json_text(answer, "state"), json_text(answer, "to"));
    }
}

/* "A/2026/0001 (withdrawn), A/2026/0002": behind a number that it had before, what became of it. */
static const char *list_motions(struct ctl *ctl, const struct json *answer)
{
    struct texts numbers = {0}, changes = {0}, said = {0};
    json_get_texts(answer, "motions", ctl->arena, &numbers);
    json_get_texts(answer, "changes", ctl->arena, &changes);
    for (size_t i = 0; i < numbers.n; i++) {
        bool is_new = i >= changes.n || strcmp(changes.v[i], follow_to_event(FOLLOW_NONE)) == 0;
        texts_add(&said, ctl->arena,
                  is_new ? numbers.v[i]
                         : arena_printf(ctl->arena, "%s (%s)", numbers.v[i], changes.v[i]));
    }
    return said.n ? text_join(ctl->arena, &said, ", ") : NULL;
}

static void print_plain(struct ctl *ctl, const struct json *answer)
{
    const char *id = json_text(answer, "id"), *number = json_text(answer, "number");
    const char *state = json_text(answer, "state"), *reason = json_text(answer, "reason");
    const char *motions = list_motions(ctl, answer);
    struct text line;
    text_init(&line, ctl->arena);
    text_addf(&line, "%s%s%s",
              number ? number
              : id   ? id
                     : "",
              number || id ? ": " : "", json_text(answer, "event"));
    if (state && strcmp(state, json_text(answer, "event")) != 0)
        text_addf(&line, ", %s", state);
    if (motions)
        text_addf(&line, " as %s", motions);
    if (json_get(answer, "count"))
        text_addf(&line, ", %lld answers are due now", (long long)json_int(answer, "count"));
    ctl_line(ctl, "%s%s%s", line.s, reason ? ": " : "", reason ? reason : "");
    print_answers(ctl, json_get(answer, "answers"));
}

/* What erase could not reach, and what it costs. */
static void print_left(struct ctl *ctl, const struct json *answer)
{
    const struct json *left = json_get(answer, "left");
    struct texts warnings = {0};
    if (!left)
        return;
    json_get_texts(answer, "warnings", ctl->arena, &warnings);
    for (size_t i = 0; i < warnings.n; i++)
        ctl_line(ctl, "  note: %s", warnings.v[i]);
    if (!json_bool(answer, "finished"))
        puts("  The files are still being overwritten; antragd goes on with it every minute.");
    puts("Not erased, since it is out of reach:");
    for (size_t i = 0; i < json_count(left); i++)
        ctl_line(ctl, "  %s", json_text(json_at(left, i), "text"));
}

bool ctl_decide(struct ctl *ctl, const struct ruling_order *wanted, struct err *err_r)
{
    struct ruling_order order;
    struct json *request = NULL, *answer;
    if (!check_order(ctl, wanted, &request, &order, err_r))
        return false;
    bool ok = control_send(ctl->conf, request, DECISION_SECONDS, &answer, err_r);
    json_free(request);
    if (!ok && err_r->kind == ERR_UNAVAILABLE)
        ok = decide_here(ctl, &order, &answer, err_r);
    if (!ok)
        return false;
    if (ctl->json) {
        ctl_print_json(ctl, answer);
    } else {
        print_plain(ctl, answer);
        print_left(ctl, answer);
        json_free(answer);
    }
    return true;
}

static bool run_order(struct ctl *ctl, enum ruling_verb verb, struct err *err_r)
{
    const struct ruling_order order = order_of(ctl, verb);
    return ctl_decide(ctl, &order, err_r);
}

/* ---- erase ----------------------------------------------------------------------------------- */

/* Which one it is, as far as who asks may read it. */
static void describe_message(struct ctl *ctl, int64_t id)
{
    struct registry *registry;
    struct message_row *row;
    struct err err;
    size_t count;
    if (!registry_open(ctl->conf->state_directory, REGISTRY_READ, &registry, &err))
        return;
    if (registry_list_messages(registry, ctl->arena, -1, id, &row, &count, &err) && count == 1)
        ctl_line(ctl, "m%lld  %s; from %s, arrived %s, %s%s%s", (long long)id,
                 row->subject ? row->subject : "(no subject)", row->from ? row->from : "-",
                 ctl_moment(ctl, row->arrived_at), message_state_to_text(row->state),
                 row->motions.n ? " as " : "", text_join(ctl->arena, &row->motions, ", "));
    registry_close(registry);
}

/* Like rm(1): a person at a terminal is asked, since nothing brings it back. */
static bool confirm(struct ctl *ctl, struct err *err_r)
{
    char line[16] = "";
    int64_t id;
    if (ctl->yes || ctl->json || !isatty(STDIN_FILENO) || !ctl_parse_id(ctl->argv[0], 'm', &id))
        return true;
    describe_message(ctl, id);
    fputs("Erase it? Nothing brings it back. [y/N] ", stdout);
    fflush(stdout);
    return (fgets(line, sizeof line, stdin) && (line[0] == 'y' || line[0] == 'j')) ||
           err_set(err_r, ERR_USAGE, "%s is not erased", ctl->argv[0]);
}

bool ctl_erase(struct ctl *ctl, int *exit_code_r, struct err *err_r)
{
    (void)exit_code_r; /* stays 0 */
    return confirm(ctl, err_r) && run_order(ctl, RULING_ERASE, err_r);
}

#define COMMAND(name, verb)                                         \
    bool name(struct ctl *ctl, int *exit_code_r, struct err *err_r) \
    {                                                               \
        (void)exit_code_r; /* stays 0 */                            \
        return run_order(ctl, verb, err_r);                         \
    }
COMMAND(ctl_accept, RULING_ACCEPT)
COMMAND(ctl_ignore, RULING_IGNORE)
COMMAND(ctl_reread, RULING_REREAD)
COMMAND(ctl_correct, RULING_CORRECT)
COMMAND(ctl_withdraw, RULING_WITHDRAW)
COMMAND(ctl_void, RULING_VOID)
COMMAND(ctl_release, RULING_RELEASE)
COMMAND(ctl_resend, RULING_RESEND)
COMMAND(ctl_retry, RULING_RETRY)
