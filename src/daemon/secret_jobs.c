/* SPDX-License-Identifier: EUPL-1.2 */
#include "daemon/secret_jobs.h"

#include "base/file.h"
#include "net/secret.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static struct wire_packet denied(uint64_t ticket, const char *text)
{
    return (struct wire_packet){
        .type = WIRE_SECRET_DENIED, .fd = -1, .as.secret_denied = {.ticket = ticket, .text = text}};
}

/* ---- in the child ---------------------------------------------------------------------------- */

static const struct conf_server *find_server(const struct conf *conf,
                                             const struct wire_secret_wanted *wanted)
{
    const struct conf_body *body = conf_find_body(conf, wanted->body);
    if (!body || *wanted->mailbox == '\0')
        return body ? &body->submission : NULL;
    const struct conf_mailbox *mailbox = conf_find_mailbox(body, wanted->mailbox);
    return mailbox ? &mailbox->server : NULL;
}

static bool find_secret(int slice, struct arena *arena, const struct wire_secret_wanted *wanted,
                        char **secret_r, struct err *err_r)
{
    const struct conf *conf;
    const struct conf_server *server = NULL;
    if (role_parse_slice(slice, arena, &conf, err_r))
        server = find_server(conf, wanted);
    else
        return false;
    if (!server)
        return err_set(err_r, ERR_BUG, "no such server in the configuration");
    return secret_run_command(server, arena, secret_r, err_r);
}

static struct wire_packet make_answer(int slice, struct arena *arena,
                                      const struct wire_secret_wanted *wanted)
{
    struct wire_packet packet = {.type = WIRE_SECRET, .as.secret.ticket = wanted->ticket};
    struct err err;
    char *secret;
    if (!find_secret(slice, arena, wanted, &secret, &err) ||
        !memfd_from("secret", secret, strlen(secret), &packet.fd, &err))
        return denied(wanted->ticket, arena_strdup(arena, err.text));
    return packet;
}

/* libevent's handlers would wake the supervisor. */
static void forget_handlers(void)
{
    for (int i = 1; i < NSIG; i++)
        if (i != SIGPIPE)
            signal(i, SIG_DFL);
}

static _Noreturn void answer(int slice, int socket, const struct wire_secret_wanted *wanted)
{
    struct err err;
    struct arena *arena = arena_new();
    forget_handlers();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct wire_packet packet = make_answer(slice, arena, wanted);
    _exit(wire_send(socket, &packet, 0, &err) == WIRE_OK ? 0 : 75);
}

/* ---- in the supervisor ----------------------------------------------------------------------- */

static struct secret_job *find_job(struct secret_jobs *jobs, pid_t pid)
{
    for (int i = 0; i < SECRET_JOBS_MAX; i++)
        if (jobs->jobs[i].pid == pid)
            return &jobs->jobs[i];
    return NULL;
}

void secret_jobs_start(struct secret_jobs *jobs, enum role role, int slice, struct channel *channel,
                       const struct wire_secret_wanted *wanted)
{
    struct secret_job *job = find_job(jobs, 0);
    pid_t pid = job ? fork() : -1;
    if (pid == 0)
        answer(slice, channel_socket(channel), wanted);
    if (pid > 0) {
        *job = (struct secret_job){.pid = pid, .role = role, .ticket = wanted->ticket};
        return;
    }
    struct wire_packet packet = denied(wanted->ticket, "too many commands for secrets run already");
    channel_send(channel, &packet);
}

bool secret_jobs_end(struct secret_jobs *jobs, pid_t pid, int status, enum role *role_r,
                     struct wire_packet *denied_r)
{
    struct secret_job *job = find_job(jobs, pid);
    if (!job)
        return false;
    *role_r = job->role;
    *denied_r = denied(job->ticket, "what ran the command for the secret has died");
    *job = (struct secret_job){0};
    return status != 0;
}
