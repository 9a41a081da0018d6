/* SPDX-License-Identifier: EUPL-1.2 */
#include "daemon/slices.h"

#include "base/file.h"
#include "base/log.h"
#include "reply/overrides.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

static const enum conf_audience audiences[ROLE_COUNT] = {
    [ROLE_CLERK] = CONF_FOR_CLERK,
    [ROLE_WATCH] = CONF_FOR_WATCH,
    [ROLE_SEND] = CONF_FOR_SEND,
    [ROLE_READER] = CONF_FOR_READER,
};

static void print_mistakes(const struct texts *mistakes)
{
    for (size_t i = 0; i < mistakes->n; i++)
        fprintf(stderr, "%s\n", mistakes->v[i]);
}

static void check_templates(struct arena *arena, const struct conf_body *body,
                            struct texts *mistakes)
{
    if (body->template_directory)
        template_set_read(arena, body->template_directory, body->language, mistakes);
}

bool slices_read_conf(const char *conf_path, struct arena *arena, const struct conf **conf_r,
                      struct err *err_r)
{
    struct texts mistakes = {0};
    bool ok = conf_load(conf_path, arena, conf_r, &mistakes, err_r);
    for (size_t i = 0; ok && i < (*conf_r)->body_count; i++)
        check_templates(arena, &(*conf_r)->bodies[i], &mistakes);
    print_mistakes(&mistakes);
    if (ok && mistakes.n > 0)
        return err_set(err_r, ERR_CONFIG, "templates have %zu mistake%s", mistakes.n,
                       mistakes.n == 1 ? "" : "s");
    return ok;
}

/* A damaged table does not keep the daemon from starting: the clerk has the last good one. */
static bool read_own(const char *conf_path, struct arena *arena, const struct conf **conf_r,
                     struct err *err_r)
{
    struct texts mistakes = {0};
    bool ok = conf_load_own(conf_path, arena, conf_r, &mistakes, err_r);
    print_mistakes(&mistakes);
    return ok;
}

static bool write_slices(const char *conf_path, const struct slices *slices, struct err *err_r)
{
    struct arena *arena = arena_new();
    const struct conf *conf;
    bool ok = read_own(conf_path, arena, &conf, err_r);
    for (int role = 0; ok && role < ROLE_COUNT; role++) {
        if (!audiences[role])
            continue;
        const char *text = conf_print(arena, conf, audiences[role]);
        ok = file_write_all(slices->fds[role], text, strlen(text), err_r);
    }
    arena_free(arena);
    return ok;
}

static _Noreturn void child(const char *conf_path, const struct slices *slices)
{
    struct err err;
    if (write_slices(conf_path, slices, &err))
        _exit(0);
    /* not fatal: a running daemon goes on with the configuration before */
    log_event(LOG_ERROR, "configuration", "error", err.text, NULL);
    _exit(err_exit_code(err.kind));
}

static bool wait_for_child(pid_t pid, struct err *err_r)
{
    int status;
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return err_set_errno(err_r, ERR_TRY_AGAIN, "cannot start a process for the configuration");
    if (!WIFEXITED(status))
        return err_set(err_r, ERR_BUG, "reading the configuration ended with signal %d",
                       WTERMSIG(status));
    return WEXITSTATUS(status) == 0 ||
           err_set(err_r, WEXITSTATUS(status) == EX_NOINPUT ? ERR_NO_INPUT : ERR_CONFIG,
                   "the configuration cannot be used (see above)");
}

void slices_close(struct slices *slices)
{
    for (int role = 0; role < ROLE_COUNT; role++) {
        if (slices->fds[role] >= 0)
            close(slices->fds[role]);
        slices->fds[role] = -1;
    }
}

static bool make_empty(struct slices *slices, struct err *err_r)
{
    for (int role = 0; role < ROLE_COUNT; role++)
        slices->fds[role] = -1;
    for (int role = ROLE_SUPERVISOR + 1; role < ROLE_COUNT; role++)
        if (!memfd_new("slice", &slices->fds[role], err_r))
            return false;
    return true;
}

static bool seal_all(const struct slices *slices, struct err *err_r)
{
    for (int role = ROLE_SUPERVISOR + 1; role < ROLE_COUNT; role++)
        if (!memfd_seal(slices->fds[role], err_r))
            return false;
    return true;
}

bool slices_load(const char *conf_path, struct slices *slices, struct err *err_r)
{
    struct slices fresh;
    bool ok = make_empty(&fresh, err_r);
    if (ok) {
        pid_t pid = fork();
        if (pid == 0)
            child(conf_path, &fresh);
        ok = wait_for_child(pid, err_r) && seal_all(&fresh, err_r);
    }
    if (!ok) {
        slices_close(&fresh);
        return false;
    }
    slices_close(slices);
    *slices = fresh;
    return true;
}
