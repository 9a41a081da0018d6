/* SPDX-License-Identifier: EUPL-1.2 */
#include "config.h"

#include "daemon/supervisor.h"

#include "daemon/channel.h"
#include "daemon/detach.h"
#include "daemon/monotonic.h"
#include "daemon/role.h"
#include "daemon/secret_jobs.h"
#include "daemon/slices.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#define STOP_SECONDS 9 /* TERM promises ten */
#define RESTART_MAX_SECONDS 60
#define STATUS_SECONDS 30
#define HEALTHY_SECONDS 60 /* a role that lived so long is started again at once */
#define ONCE_DEATHS_MAX 4  /* with --once a later try is somebody else's */

struct supervisor;

struct child {
    struct supervisor *supervisor;
    enum role role;
    pid_t pid; /* 0: not running */
    bool ready;
    bool leaving; /* was told to stop, to be started again */
    time_t started;
    int deaths; /* in a row, without a healthy life between */
    struct channel *channel;
    struct event *restart;
    uint64_t pinged, ponged; /* the number of the last PING and PONG */
};

struct supervisor {
    const struct supervisor_options *options;
    struct event_base *base;
    int program; /* our own binary: an upgrade on disk mixes no versions */
    struct slices slices;
    struct child children[ROLE_COUNT];
    struct secret_jobs secret_jobs;
    struct detached detached;
    const char *conf_path; /* absolute */
    struct event *kill_timer;
    struct event *beat; /* asks the roles whether they live; only where somebody wants to know */
    uint64_t beats;
    bool stopping;
    bool send_goes_next; /* when the clerk has gone */
    bool announced;
    int exit_code;
};

static bool is_running(const struct child *child)
{
    return child->pid != 0;
}

static void tell(struct child *child, enum wire_type type)
{
    if (is_running(child))
        channel_send(child->channel, &(struct wire_packet){.type = type, .fd = -1});
}

static void notify_manager(const char *state)
{
#ifdef HAVE_SYSTEMD
    sd_notify(0, state);
#else
    (void)state;
#endif
}

/* ---- the watchdog ------------------------------------------------------------------------------
 */

/* How often the roles are asked: twice as often as the service manager wants to hear, or now and
 * then for the status; 0: never. */
static int64_t beat_interval(void)
{
#ifdef HAVE_SYSTEMD
    uint64_t watchdog;
    if (sd_watchdog_enabled(0, &watchdog) > 0)
        return (int64_t)(watchdog / 2);
#endif
    return getenv("NOTIFY_SOCKET") ? STATUS_SECONDS * INT64_C(1000000) : 0;
}

/* A role that is being started again is none that hangs. */
static bool is_silent(const struct child *child)
{
    return is_running(child) && child->ready && child->ponged != child->pinged;
}

static void ping(struct supervisor *s, struct child *child)
{
    if (!is_running(child) || !child->ready)
        return;
    child->pinged = s->beats;
    channel_send(child->channel,
                 &(struct wire_packet){.type = WIRE_PING, .fd = -1, .as.ping.number = s->beats});
}

static void feed_watchdog_if_all_live(const struct supervisor *s)
{
    for (int role = ROLE_SUPERVISOR + 1; role < ROLE_COUNT; role++)
        if (is_silent(&s->children[role]))
            return;
    notify_manager("WATCHDOG=1");
}

static void on_beat(evutil_socket_t fd, short what, void *context)
{
    struct supervisor *s = context;
    (void)fd, (void)what;
    s->beats++;
    for (int role = ROLE_SUPERVISOR + 1; role < ROLE_COUNT; role++) {
        struct child *child = &s->children[role];
        if (is_silent(child))
            log_event(LOG_ERROR, "role-silent", "name", role_to_text(child->role), NULL);
        else
            ping(s, child);
    }
    feed_watchdog_if_all_live(s); /* where there is nobody to be asked */
}

static void hear_pong(struct child *child, const struct wire_pong *pong)
{
    struct arena *arena = arena_new();
    child->ponged = pong->number;
    if (child->role == ROLE_CLERK)
        notify_manager(arena_printf(arena, "STATUS=%s", pong->status));
    feed_watchdog_if_all_live(child->supervisor);
    arena_free(arena);
}

static void start_beat(struct supervisor *s)
{
    int64_t us = beat_interval();
    s->beat = event_new(s->base, -1, EV_PERSIST, on_beat, s);
    if (us > 0)
        event_add(s->beat, &(struct timeval){.tv_sec = us / 1000000, .tv_usec = us % 1000000});
}

/* ---- stopping -------------------------------------------------------------------------------- */

static void leave_if_alone(struct supervisor *s)
{
    for (int role = ROLE_SUPERVISOR + 1; role < ROLE_COUNT; role++)
        if (is_running(&s->children[role]))
            return;
    event_base_loopexit(s->base, NULL);
}

static void on_kill_timer(evutil_socket_t fd, short what, void *context)
{
    struct supervisor *s = context;
    (void)fd, (void)what;
    for (int role = ROLE_SUPERVISOR + 1; role < ROLE_COUNT; role++) {
        struct child *child = &s->children[role];
        if (is_running(child) && (s->stopping || child->leaving)) {
            log_event(LOG_WARN, "role-killed", "name", role_to_text(child->role), "text",
                      "did not stop in time", NULL);
            kill(child->pid, SIGKILL);
        }
    }
}

/* Send goes after the clerk, which waits for the answer that is under way. */
static void ask_to_leave(struct supervisor *s)
{
    for (int role = ROLE_SUPERVISOR + 1; role < ROLE_COUNT; role++)
        if (role != ROLE_SEND)
            tell(&s->children[role], WIRE_STOP);
    s->send_goes_next = is_running(&s->children[ROLE_CLERK]);
    if (!s->send_goes_next)
        tell(&s->children[ROLE_SEND], WIRE_STOP);
}

static void stop(struct supervisor *s, int exit_code)
{
    if (s->stopping)
        return;
    s->stopping = true;
    s->exit_code = exit_code;
    notify_manager("STOPPING=1");
    for (int role = ROLE_SUPERVISOR + 1; role < ROLE_COUNT; role++)
        event_del(s->children[role].restart);
    ask_to_leave(s);
    evtimer_add(s->kill_timer, &(struct timeval){.tv_sec = STOP_SECONDS});
    leave_if_alone(s);
}

/* ---- starting -------------------------------------------------------------------------------- */

static _Noreturn void become_role(const struct supervisor *s, enum role role, int socket)
{
    const char *const arguments[] = {"antragd", "-x", role_to_text(role), NULL};
    char *copies[4] = {xstrdup(arguments[0]), xstrdup(arguments[1]), xstrdup(arguments[2]), NULL};
    /* the program may itself have been opened as a descriptor that the role is given */
    int program = fcntl(s->program, F_DUPFD_CLOEXEC, ROLE_TERMINAL_FD + 1);
    if (socket == ROLE_SUPERVISOR_FD)
        fcntl(socket, F_SETFD, 0);
    else if (dup2(socket, ROLE_SUPERVISOR_FD) < 0)
        _exit(71);
    if (s->detached.terminal >= 0 && dup2(s->detached.terminal, ROLE_TERMINAL_FD) < 0)
        _exit(71);
    fexecve(program, copies, environ);
    _exit(71);
}

/* Joins the clerk and another role by a new pair of sockets. */
static void introduce(struct supervisor *s, struct child *other)
{
    struct child *clerk = &s->children[ROLE_CLERK];
    struct err err;
    int pair[2];
    if (!is_running(clerk) || !is_running(other) || other == clerk)
        return;
    if (!wire_pair(pair, &err))
        fatal(&err);
    channel_send(
        clerk->channel,
        &(struct wire_packet){.type = WIRE_PEER, .fd = pair[0], .as.peer.role = other->role});
    channel_send(other->channel, &(struct wire_packet){
                                     .type = WIRE_PEER, .fd = pair[1], .as.peer.role = ROLE_CLERK});
}

static void introduce_all(struct supervisor *s, struct child *fresh)
{
    if (fresh->role != ROLE_CLERK) {
        introduce(s, fresh);
        return;
    }
    for (int role = ROLE_CLERK + 1; role < ROLE_COUNT; role++)
        introduce(s, &s->children[role]);
}

static void announce_if_all_ready(struct supervisor *s)
{
    for (int role = ROLE_SUPERVISOR + 1; role < ROLE_COUNT; role++)
        if (!s->children[role].ready)
            return;
    if (s->announced)
        return;
    s->announced = true;
    log_event(LOG_INFO, "ready", NULL);
    notify_manager("READY=1");
    detach_end(&s->detached);
}

static void want_secret(struct child *child, const struct wire_secret_wanted *wanted)
{
    struct supervisor *s = child->supervisor;
    secret_jobs_start(&s->secret_jobs, child->role, s->slices.fds[child->role], child->channel,
                      wanted);
}

/* A role that talks nonsense to the clerk was taken over, or is broken. */
static void distrust(struct supervisor *s, uint64_t role)
{
    if (role <= ROLE_CLERK || role >= ROLE_COUNT || !is_running(&s->children[role]))
        return;
    log_event(LOG_WARN, "role-killed", "name", role_to_text((enum role)role), "text",
              "it talks nonsense to the clerk", NULL);
    kill(s->children[role].pid, SIGKILL);
}

static void on_packet(void *context, const struct wire_packet *packet)
{
    struct child *child = context;
    if (packet->fd >= 0)
        close(packet->fd);
    if (packet->type == WIRE_READY) {
        child->ready = true;
        announce_if_all_ready(child->supervisor);
    } else if (packet->type == WIRE_FINISHED && child->role == ROLE_CLERK) {
        stop(child->supervisor, (int)packet->as.finished.exit_code);
    } else if (packet->type == WIRE_PONG) {
        hear_pong(child, &packet->as.pong);
    } else if (packet->type == WIRE_SECRET_WANTED) {
        want_secret(child, &packet->as.secret_wanted);
    } else if (packet->type == WIRE_DISTRUST && child->role == ROLE_CLERK) {
        distrust(child->supervisor, packet->as.distrust.role);
    } else {
        log_event(LOG_ERROR, "wire", "from", role_to_text(child->role), "error", "unexpected",
                  "type", wire_type_to_text(packet->type), NULL);
    }
}

static void on_closed(void *context)
{
    (void)context; /* its end arrives as SIGCHLD */
}

static void start_again(struct child *child)
{
    bool once = child->supervisor->options->once;
    if (!once && monotonic_seconds() - child->started >= HEALTHY_SECONDS)
        child->deaths = 0;
    int wait = child->deaths ? 1 << (child->deaths < 6 ? child->deaths - 1 : 6) : 0;
    child->deaths++;
    if (wait > RESTART_MAX_SECONDS)
        wait = RESTART_MAX_SECONDS;
    if (once && child->deaths >= ONCE_DEATHS_MAX)
        stop(child->supervisor, EX_TEMPFAIL);
    else
        evtimer_add(child->restart, &(struct timeval){.tv_sec = wait});
}

static void start(struct child *child)
{
    struct supervisor *s = child->supervisor;
    struct err err;
    int pair[2];
    if (!wire_pair(pair, &err))
        fatal(&err);
    child->pid = fork();
    if (child->pid == 0)
        become_role(s, child->role, pair[1]);
    close(pair[1]);
    child->ready = child->leaving = false;
    child->pinged = child->ponged = 0;
    child->started = monotonic_seconds();
    if (child->pid < 0) { /* not for now */
        log_event(LOG_ERROR, "role-not-started", "name", role_to_text(child->role), "error",
                  strerror(errno), NULL);
        close(pair[0]);
        child->pid = 0;
        start_again(child);
        return;
    }
    channel_free(child->channel);
    child->channel =
        channel_new(s->base, pair[0], &(struct channel_handler){on_packet, on_closed, child});
    channel_send(child->channel,
                 &(struct wire_packet){.type = WIRE_START,
                                       .fd = fcntl(s->slices.fds[child->role], F_DUPFD_CLOEXEC, 3),
                                       .as.start = {.once = s->options->once,
                                                    .log_level = s->options->log_level,
                                                    .terminal = s->detached.terminal >= 0}});
    introduce_all(s, child);
}

static void on_restart(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    start(context);
}

/* ---- ends of roles --------------------------------------------------------------------------- */

/* The codes by which a role says that it cannot run at all. */
static bool is_final(int code)
{
    return code == EX_UNAVAILABLE || code == EX_CANTCREAT || code == EX_TEMPFAIL ||
           code == EX_NOPERM || code == EX_CONFIG;
}

static void ended(struct child *child, int status)
{
    struct supervisor *s = child->supervisor;
    bool exited = WIFEXITED(status);
    int code = exited ? WEXITSTATUS(status) : WTERMSIG(status);
    child->pid = 0;
    if (child->role == ROLE_CLERK && s->send_goes_next) {
        s->send_goes_next = false;
        tell(&s->children[ROLE_SEND], WIRE_STOP);
    }
    if (s->stopping) {
        leave_if_alone(s);
        return;
    }
    log_event(child->leaving ? LOG_INFO : LOG_WARN, "role-ended", "name", role_to_text(child->role),
              exited ? "exit" : "signal", log_int(code), NULL);
    if (exited && !child->ready && is_final(code))
        stop(s, code);
    else
        start_again(child);
    child->ready = false;
}

static void on_child(evutil_socket_t fd, short what, void *context)
{
    struct supervisor *s = context;
    struct wire_packet denied;
    pid_t pid;
    int status;
    (void)fd, (void)what;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        enum role role;
        if (secret_jobs_end(&s->secret_jobs, pid, status, &role, &denied))
            channel_send(s->children[role].channel, &denied);
        for (int i = ROLE_SUPERVISOR + 1; i < ROLE_COUNT; i++)
            if (s->children[i].pid == pid)
                ended(&s->children[i], status);
    }
}

/* ---- signals --------------------------------------------------------------------------------- */

static void on_terminate(evutil_socket_t fd, short what, void *context)
{
    struct supervisor *s = context;
    (void)fd, (void)what;
    stop(s, s->options->once ? EX_TEMPFAIL : EX_OK); /* cut short, it has left something */
}

/* sd_notify(3) wants the time of the reload's begin. */
static void notify_reloading(void)
{
    struct arena *arena = arena_new();
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    notify_manager(arena_printf(arena, "RELOADING=1\nMONOTONIC_USEC=%lld",
                                now.tv_sec * 1000000LL + now.tv_nsec / 1000));
    arena_free(arena);
}

/* A good new configuration: every role is asked to stop and starts again with its new slice. */
static void on_hangup(evutil_socket_t fd, short what, void *context)
{
    struct supervisor *s = context;
    struct err err;
    (void)fd, (void)what;
    if (s->stopping)
        return;
    notify_reloading();
    if (!s->options->foreground && !detach_log_again(&err))
        log_event(LOG_ERROR, "reload", "error", err.text, NULL);
    if (!slices_load(s->conf_path, &s->slices, &err)) {
        log_event(LOG_ERROR, "reload", "error", err.text, "text", "the old one stays", NULL);
        notify_manager("READY=1\nSTATUS=the new configuration has mistakes, the old one stays");
        return;
    }
    s->announced = false; /* once more when all are back */
    log_event(LOG_INFO, "reload", NULL);
    for (int role = ROLE_SUPERVISOR + 1; role < ROLE_COUNT; role++) {
        s->children[role].deaths = 0;
        s->children[role].leaving = true;
        s->children[role].ready = false;
    }
    ask_to_leave(s);
    evtimer_add(s->kill_timer, &(struct timeval){.tv_sec = STOP_SECONDS});
}

static void on_user(evutil_socket_t fd, short what, void *context)
{
    struct supervisor *s = context;
    (void)fd, (void)what;
    tell(&s->children[ROLE_WATCH], WIRE_VISIT);
}

static const struct {
    int number;
    event_callback_fn call;
} signals[] = {
    {SIGTERM, on_terminate}, {SIGINT, on_terminate}, {SIGCHLD, on_child},
    {SIGHUP, on_hangup},     {SIGUSR1, on_user},
};
#define SIGNAL_COUNT (sizeof signals / sizeof *signals)

/* ---- the whole ------------------------------------------------------------------------------- */

static void make_children(struct supervisor *s)
{
    for (int role = ROLE_SUPERVISOR + 1; role < ROLE_COUNT; role++) {
        struct child *child = &s->children[role];
        child->supervisor = s;
        child->role = (enum role)role;
        child->restart = evtimer_new(s->base, on_restart, child);
    }
}

static void release(struct supervisor *s, struct event **signal_events)
{
    for (int role = ROLE_SUPERVISOR + 1; role < ROLE_COUNT; role++) {
        channel_free(s->children[role].channel);
        event_free(s->children[role].restart);
    }
    for (size_t i = 0; i < SIGNAL_COUNT; i++)
        event_free(signal_events[i]);
    event_free(s->kill_timer);
    event_free(s->beat);
    event_base_free(s->base);
    slices_close(&s->slices);
    close(s->program);
}

static void loop(struct supervisor *s)
{
    struct event *signal_events[SIGNAL_COUNT];
    s->base = event_base_new();
    s->kill_timer = evtimer_new(s->base, on_kill_timer, s);
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        signal_events[i] = evsignal_new(s->base, signals[i].number, signals[i].call, s);
        event_add(signal_events[i], NULL);
    }
    make_children(s);
    start_beat(s);
    for (int role = ROLE_SUPERVISOR + 1; role < ROLE_COUNT; role++)
        start(&s->children[role]);
    event_base_dispatch(s->base);
    release(s, signal_events);
}

/* The process that goes on is another one than was started. */
static void detach(struct supervisor *s)
{
    struct err err;
    char *path = realpath(s->conf_path, NULL);
    if (path) /* else the configuration's own error says it */
        s->conf_path = path;
    if (!detach_begin(&s->detached, &err))
        fatal(&err);
}

static void open_program(struct supervisor *s)
{
    struct err err;
    s->program = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (s->program >= 0)
        return;
    err_set_errno(&err, ERR_UNAVAILABLE, "cannot open our own program; is /proc mounted?");
    fatal(&err);
}

int supervisor_run(const struct supervisor_options *options)
{
    struct err err;
    struct supervisor s = {
        .options = options, .conf_path = options->conf_path, .detached.terminal = -1};
    for (int role = 0; role < ROLE_COUNT; role++)
        s.slices.fds[role] = -1;
    if (options->foreground)
        log_open(role_to_text(ROLE_SUPERVISOR), options->log_level);
    else
        detach(&s);
    open_program(&s);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!slices_load(s.conf_path, &s.slices, &err) ||
        (!options->foreground && !detach_log(&s.detached, &err)))
        fatal(&err);
    log_open(role_to_text(ROLE_SUPERVISOR), options->log_level);
    loop(&s);
    log_event(LOG_INFO, "stopped", "exit", log_int(s.exit_code), NULL);
    return s.exit_code;
}
