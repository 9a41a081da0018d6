/* SPDX-License-Identifier: EUPL-1.2 */
#include "ctl/trial.h"

#include "base/file.h"
#include "daemon/reader_job.h"
#include "smtp/transport.h"
#include "trust/trust.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Of so many waiting mails, the newest, the sender is looked at. */
#define SENDERS_MAX 1000
/* Of larger ones only so much is fetched: the headers. */
#define HEADERS_MAX 65536

/* ---- findings -------------------------------------------------------------------------------- */

const char *finding_state_to_text(enum finding_state state)
{
    static const char *const words[] = {
        [FINDING_OK] = "ok", [FINDING_NOTE] = "note", [FINDING_BROKEN] = "BROKEN"};
    return words[state];
}

void findings_add(struct ctl *ctl, struct findings *findings, const char *subject,
                  enum finding_state state, const char *text, const char *advice)
{
    findings->v =
        arena_grow(ctl->arena, findings->v, findings->n, findings->n + 1, sizeof *findings->v);
    findings->v[findings->n++] = (struct finding){.subject = arena_strdup(ctl->arena, subject),
                                                  .state = state,
                                                  .text = arena_strdup(ctl->arena, text),
                                                  .advice = arena_strdup(ctl->arena, advice)};
    findings->broken = findings->broken || state == FINDING_BROKEN;
}

void findings_print(struct ctl *ctl, const struct findings *findings)
{
    for (size_t i = 0; i < findings->n; i++) {
        const struct finding *finding = &findings->v[i];
        ctl_line(ctl, "%-6s  %s: %s", finding_state_to_text(finding->state), finding->subject,
                 finding->text);
        if (finding->advice)
            ctl_line(ctl, "        %s", finding->advice);
    }
}

/* ---- a mailbox ------------------------------------------------------------------------------- */

/* What one trial of a mailbox works with. */
struct trial {
    struct ctl *ctl;
    const struct conf_body *body;
    const struct conf_mailbox *conf;
    struct mailbox *mailbox;
    struct mailbox_view view;
    struct findings *findings;
    const char *subject;
};

static void say(struct trial *trial, enum finding_state state, const char *text, const char *advice)
{
    findings_add(trial->ctl, trial->findings, trial->subject, state, text, advice);
}

static const char *advice_for(const struct trial *trial, enum mailbox_result result,
                              const struct err *err)
{
    const struct conf_server *server = &trial->conf->server;
    if (server->directory)
        return "Make the directory, readable and writable for the user that antragd runs as.";
    if (result == MAILBOX_DENIED)
        return "Check \"user\" and the password; ask the mail administrators whether this login "
               "may use IMAP. Microsoft 365 and Google take auth = \"xoauth2\" only.";
    if (result == MAILBOX_LOST)
        return "Check \"host\", \"port\" and \"tls\", the network and the firewall between here "
               "and the server.";
    if (strstr(err->text, "folder "))
        return "Check \"folder\": is there one of that name, and may this login open it?";
    if (strstr(err->text, "certificate"))
        return "Set \"ca-file\" to the authority that signed the server's certificate; \"host\" "
               "must be the name in it.";
    return "Correct what is said above in the configuration.";
}

static bool open_it(struct trial *trial)
{
    struct err err;
    enum mailbox_result result = mailbox_open(trial->mailbox, true, &trial->view, &err);
    if (result == MAILBOX_OK)
        return true;
    say(trial, FINDING_BROKEN, err.text, advice_for(trial, result, &err));
    return false;
}

static const char *way_in(const struct trial *trial)
{
    static const char *const tls[] = {
        [CONF_TLS_IMPLICIT] = "TLS", [CONF_TLS_STARTTLS] = "STARTTLS", [CONF_TLS_NONE] = "no TLS"};
    const struct conf_server *server = &trial->conf->server;
    if (server->directory)
        return arena_printf(trial->ctl->arena, "the folder %s can be read", server->directory);
    return arena_printf(trial->ctl->arena, "%s:%d, %s, login as %s, folder %s", server->host,
                        server->port, tls[server->tls], server->user, trial->conf->folder);
}

/* How mails are put away, and how soon new ones are seen. */
static void judge_offer(struct trial *trial)
{
    struct mailbox_offer offer;
    mailbox_get_offer(trial->mailbox, &offer);
    if (!offer.idle)
        say(trial, FINDING_NOTE,
            arena_printf(trial->ctl->arena,
                         "the server has no IDLE; it is asked for new mail every %d seconds",
                         trial->conf->poll),
            NULL);
    if (*trial->conf->done_folder && !offer.move && !offer.uidplus)
        say(trial, FINDING_NOTE,
            "the server has neither MOVE nor UIDPLUS, so registered mails stay in the folder",
            offer.keyword ? "They get the keyword $Registered." : NULL);
    else
        say(trial, FINDING_OK,
            arena_printf(trial->ctl->arena, "the server offers%s%s%s", offer.idle ? " IDLE" : "",
                         offer.move ? " MOVE" : "", offer.uidplus ? " UIDPLUS" : ""),
            NULL);
}

static void find_folder(struct trial *trial, const char *key, const char *folder,
                        enum finding_state missing, const char *advice)
{
    bool found;
    struct err err;
    if (!folder || !*folder)
        return;
    if (mailbox_find_folder(trial->mailbox, folder, &found, &err) != MAILBOX_OK)
        say(trial, FINDING_BROKEN, err.text, NULL);
    else if (!found)
        say(trial, missing, arena_printf(trial->ctl->arena, "%s \"%s\" is not there", key, folder),
            advice);
    else
        say(trial, FINDING_OK, arena_printf(trial->ctl->arena, "%s \"%s\" is there", key, folder),
            NULL);
}

/* A filter may put a member's letter into a folder that nobody looks into. */
static void find_junk(struct trial *trial)
{
    const char *ours = trial->conf->junk_folder;
    struct arena *arena = trial->ctl->arena;
    struct err err;
    char *theirs;
    find_folder(trial, "junk-folder", ours, FINDING_BROKEN,
                "Set \"junk-folder\" to the name that the server has for it.");
    if (mailbox_find_special(trial->mailbox, arena, "\\Junk", &theirs, &err) != MAILBOX_OK)
        say(trial, FINDING_BROKEN, err.text, NULL);
    else if (theirs && !text_equal(theirs, ours ? ours : ""))
        say(trial, FINDING_NOTE,
            arena_printf(arena,
                         "the server has a folder for junk, \"%s\", which is not looked into",
                         theirs),
            arena_printf(arena,
                         "A filter may put a member's letter there; junk-folder = \"%s\" has it "
                         "registered.",
                         theirs));
}

/* ---- what waits in it ------------------------------------------------------------------------ */

struct waiting {
    struct mailbox_item *items; /* that have no row */
    size_t count;
    size_t in_folder;
    size_t old; /* of those waiting, arrived before ignore-before */
    size_t looked_at;
    size_t from_members;
};

static bool is_old(const struct conf_start *start, int64_t at)
{
    struct day day = moment_day(at);
    if (day_is_none(start->day) || day.n != start->day.n)
        return !day_is_none(start->day) && day.n < start->day.n;
    return moment_minute(at) * 60 + (int)(at % 60) < start->second;
}

static const uint32_t *unknown_uids(struct trial *trial, const uint32_t *uids, size_t count,
                                    size_t *count_r)
{
    struct uid_sets sets;
    struct err err;
    *count_r = count;
    if (!trial->ctl->registry)
        return uids;
    if (!registry_compare_uids(trial->ctl->registry, trial->ctl->arena, trial->body->id,
                               trial->conf->name, trial->conf->folder, trial->view.uidvalidity,
                               uids, count, &sets, &err)) {
        say(trial, FINDING_NOTE, err.text, NULL);
        return uids;
    }
    *count_r = sets.wanted_count;
    return sets.wanted;
}

static bool list_waiting(struct trial *trial, struct waiting *waiting_r)
{
    struct ctl *ctl = trial->ctl;
    struct mailbox_item *items;
    size_t count, wanted;
    struct err err;
    enum mailbox_result result = mailbox_list(trial->mailbox, ctl->arena, &items, &count, &err);
    if (result != MAILBOX_OK) {
        say(trial, FINDING_BROKEN, err.text, advice_for(trial, result, &err));
        return false;
    }
    uint32_t *uids = arena_array(ctl->arena, count + 1, sizeof *uids);
    for (size_t i = 0; i < count; i++)
        uids[i] = items[i].uid;
    const uint32_t *unknown = unknown_uids(trial, uids, count, &wanted);
    *waiting_r = (struct waiting){.in_folder = count,
                                  .items = arena_array(ctl->arena, wanted + 1, sizeof *items)};
    for (size_t i = 0; i < count && waiting_r->count < wanted; i++)
        if (items[i].uid == unknown[waiting_r->count])
            waiting_r->items[waiting_r->count++] = items[i];
    return true;
}

static bool is_from_member(struct trial *trial, struct arena *arena, int fd, int64_t arrived)
{
    struct reading *reading;
    struct verdict verdict;
    struct err err;
    if (!memfd_seal(fd, &err) || (!reader_read_apart(arena, fd, NULL, &reading, &err) && !reading))
        return false; /* from whom it is cannot be said */
    trust_judge(arena, reading, trial->body, NULL, moment_day(arrived), &verdict);
    return verdict.member != NULL;
}

/* False where the link is lost. */
static bool look_at_sender(struct trial *trial, const struct mailbox_item *item,
                           struct waiting *waiting)
{
    struct err err;
    int fd;
    if (!memfd_new("mail", &fd, &err))
        return false;
    enum mailbox_result result = mailbox_fetch(trial->mailbox, item, HEADERS_MAX, fd, &err);
    if (result == MAILBOX_OK || result == MAILBOX_TOO_BIG) {
        struct arena *arena = arena_new();
        waiting->looked_at++;
        waiting->from_members += is_from_member(trial, arena, fd, item->internaldate);
        arena_free(arena);
    }
    close(fd);
    return result == MAILBOX_OK || result == MAILBOX_TOO_BIG || result == MAILBOX_GONE;
}

static void look_at_senders(struct trial *trial, struct waiting *waiting)
{
    reader_preload(); /* once here, not in each child */
    for (size_t i = 0; i < waiting->count; i++)
        waiting->old += is_old(&trial->conf->ignore_before, waiting->items[i].internaldate);
    size_t first = waiting->count > SENDERS_MAX ? waiting->count - SENDERS_MAX : 0;
    for (size_t i = first; i < waiting->count; i++)
        if (!look_at_sender(trial, &waiting->items[i], waiting))
            return;
}

static void count_waiting(struct trial *trial)
{
    struct waiting waiting;
    if (!list_waiting(trial, &waiting))
        return;
    look_at_senders(trial, &waiting);
    struct text text;
    text_init(&text, trial->ctl->arena);
    text_addf(&text, "%zu mails in the folder, %zu of them wait, %zu of these from members",
              waiting.in_folder, waiting.count, waiting.from_members);
    if (waiting.looked_at < waiting.count)
        text_addf(&text, " (among the newest %zu)", waiting.looked_at);
    bool some_old = waiting.old > 0;
    if (some_old)
        text_addf(&text, "; %zu arrived before ignore-before and will be left alone", waiting.old);
    bool answers = waiting.count > waiting.old && trial->body->answers == CONF_ANSWERS_SEND &&
                   waiting.from_members > 0;
    say(trial, answers ? FINDING_NOTE : FINDING_OK, text.s,
        answers ? "Those from members will be answered as soon as antragd sees them; "
                  "antragd --dry-run shows how. Set \"ignore-before\" where that is not wanted."
                : NULL);
}

void trial_mailbox(struct ctl *ctl, const struct conf_body *body,
                   const struct conf_mailbox *mailbox, struct findings *findings)
{
    struct trial trial = {.ctl = ctl,
                          .body = body,
                          .conf = mailbox,
                          .mailbox = mailbox_new(mailbox, -1),
                          .findings = findings,
                          .subject =
                              arena_printf(ctl->arena, "mailbox %s/%s", body->id, mailbox->name)};
    if (open_it(&trial)) {
        say(&trial, FINDING_OK, way_in(&trial), NULL);
        if (!mailbox->server.directory)
            judge_offer(&trial);
        find_folder(&trial, "done-folder", mailbox->done_folder, FINDING_NOTE,
                    "It is made when the first mail is put away.");
        find_junk(&trial);
        find_folder(&trial, "sent-folder", mailbox->sent_folder, FINDING_NOTE,
                    "It is made when the first copy is filed.");
        count_waiting(&trial);
        mailbox_close(trial.mailbox);
    }
    mailbox_free(trial.mailbox);
}

/* ---- submission ------------------------------------------------------------------------------ */

static const char *submission_advice(const struct conf_server *server,
                                     const struct transport_result *result)
{
    if (server->directory)
        return "Make the directory, writable for the user that antragd runs as.";
    if (result->code >= 530 && result->code <= 538)
        return "Check \"user\" and the password of the submission; the login must be allowed to "
               "send.";
    if (result->outcome == TRANSPORT_BLOCKED && strstr(result->text, "certificate"))
        return "Set \"ca-file\" to the authority that signed the server's certificate; \"host\" "
               "must be the name in it.";
    if (result->outcome == TRANSPORT_BLOCKED)
        return "Correct what is said above in the configuration.";
    return "Check \"host\", \"port\" and \"tls\" of the submission, the network and the firewall.";
}

void trial_submission(struct ctl *ctl, const char *subject, const struct conf_server *server,
                      struct findings *findings)
{
    struct transport *transport = transport_new(server, -1);
    struct transport_offer offer;
    struct transport_result result;
    transport_probe(transport, &offer, &result);
    transport_free(transport);
    if (result.outcome != TRANSPORT_SENT) {
        const char *code = result.code ? arena_printf(ctl->arena, "%d ", result.code) : "";
        findings_add(ctl, findings, subject, FINDING_BROKEN,
                     arena_printf(ctl->arena, "%s%s", code, result.text),
                     submission_advice(server, &result));
        return;
    }
    if (server->directory) {
        findings_add(ctl, findings, subject, FINDING_OK, result.text, NULL);
        return;
    }
    findings_add(ctl, findings, subject, FINDING_OK,
                 arena_printf(ctl->arena, "%s:%d, %s, %s%s", server->host, server->port,
                              offer.tls ? "TLS" : "no TLS", server->user ? "login as " : "no login",
                              server->user ? server->user : ""),
                 NULL);
    if (!offer.dsn)
        findings_add(ctl, findings, subject, FINDING_NOTE,
                     "the server has no DSN, so that bounces carry less to recognise them by",
                     NULL);
}
