/* SPDX-License-Identifier: EUPL-1.2 */
#include "daemon/control.h"

#include "daemon/clerk_p.h"
#include "pipeline/ruling.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define REQUEST_MAX ((size_t)64 * 1024)
#define ANSWER_MAX ((size_t)16 * 1024 * 1024)

#define LOGIN_MAX 64
#define GROUPS_MAX 1024

struct connection {
    LIST_ENTRY(connection) next;
    struct clerk *clerk;
    struct bufferevent *link;
    uint64_t id;           /* never given twice */
    char login[LOGIN_MAX]; /* who is at the other end */
    bool allowed;
    uint64_t round; /* waits for this round of visits to end; 0: does not wait */
};

struct control {
    struct evconnlistener *listener;
    char *path;
    gid_t group; /* whose members may decide; (gid_t)-1: there is no such group */
    uint64_t last_id;
    LIST_HEAD(, connection) connections;
};

static bool make_address(const struct conf *conf, struct sockaddr_un *address_r, struct err *err_r)
{
    *address_r = (struct sockaddr_un){.sun_family = AF_UNIX};
    int n = conf->control_socket ? snprintf(address_r->sun_path, sizeof address_r->sun_path, "%s",
                                            conf->control_socket)
                                 : snprintf(address_r->sun_path, sizeof address_r->sun_path,
                                            "%s/" CONTROL_SOCKET, conf->state_directory);
    return (n > 0 && (size_t)n < sizeof address_r->sun_path) ||
           err_set(err_r, ERR_CONFIG,
                   "%s is too long for a socket; set control-socket to a shorter path",
                   conf->control_socket ? conf->control_socket : conf->state_directory);
}

/* ---- who is there ---------------------------------------------------------------------------- */

/*
 * From the files themselves: getpwuid(3) and getgrnam(3) would talk to name services, for which a
 * locked process has no right.  Who is a member of the group the kernel says.
 */
static void find_login(uid_t uid, char *login, size_t size)
{
    FILE *file = fopen("/etc/passwd", "re");
    struct passwd *row;
    snprintf(login, size, "uid %lu", (unsigned long)uid);
    while (file && (row = fgetpwent(file))) {
        if (row->pw_uid == uid) {
            snprintf(login, size, "%s", row->pw_name);
            break;
        }
    }
    if (file)
        fclose(file);
}

static gid_t find_group(const char *name)
{
    FILE *file = fopen("/etc/group", "re");
    struct group *row;
    gid_t group = (gid_t)-1;
    while (file && group == (gid_t)-1 && (row = fgetgrent(file))) {
        if (strcmp(row->gr_name, name) == 0)
            group = row->gr_gid;
    }
    if (file)
        fclose(file);
    return group;
}

static bool is_member(int socket, const struct ucred *peer, gid_t group)
{
    gid_t groups[GROUPS_MAX];
    socklen_t size = sizeof groups;
    if (group == (gid_t)-1)
        return false;
    if (peer->gid == group)
        return true;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups, &size) != 0)
        return false;
    for (size_t i = 0; i < size / sizeof *groups; i++) {
        if (groups[i] == group)
            return true;
    }
    return false;
}

static void identify(struct connection *connection, int socket, gid_t group)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return; /* nobody, who may do nothing */
    find_login(peer.uid, connection->login, sizeof connection->login);
    connection->allowed = peer.uid == 0 || peer.uid == geteuid() || is_member(socket, &peer, group);
}

/* ---- the daemon's side ----------------------------------------------------------------------- */

static void put_mailbox(struct json *mailboxes, struct arena *arena, const struct health *health)
{
    struct json *object = json_object_new();
    json_put_text(object, "body", health->body);
    json_put_text(object, "mailbox", health->mailbox);
    json_put_text(object, "state", health->state);
    json_put_text(object, "text", *health->text ? health->text : NULL);
    json_put_text(object, "since", moment_to_text(arena, health->since));
    json_put_text(object, "retry_at", moment_to_text(arena, health->retry_at));
    json_add(mailboxes, object);
}

static struct json *answer_status(struct connection *connection, struct arena *arena,
                                  const struct json *request)
{
    const struct clerk *clerk = connection->clerk;
    struct json *answer = json_object_new(), *mailboxes = json_array_new();
    (void)request;
    json_put_int(answer, "pid", getppid());
    for (size_t i = 0; i < clerk->health_count; i++)
        put_mailbox(mailboxes, arena, &clerk->health[i]);
    json_put(answer, "mailboxes", mailboxes);
    return answer;
}

/* Answered when the round has ended. */
static struct json *answer_visit(struct connection *connection, struct arena *arena,
                                 const struct json *request)
{
    (void)arena, (void)request;
    bufferevent_set_timeouts(connection->link, NULL, NULL);
    connection->round = clerk_ask_round(connection->clerk);
    return NULL;
}

static struct json *refusal(const char *text, int code)
{
    struct json *answer = json_object_new();
    json_put_text(answer, "error", text);
    json_put_int(answer, "code", code);
    return answer;
}

static struct json *refusal_of(const struct err *err)
{
    return refusal(err->text, err_exit_code(err->kind));
}

/* Mails that are registered now belong in the done-folder, and answers may go. */
static void act_on(struct clerk *clerk, enum ruling_verb verb)
{
    if (verb == RULING_RETRY || verb == RULING_RESEND)
        outbox_forget_hold(clerk);
    if (verb == RULING_ACCEPT || verb == RULING_REREAD)
        clerk_ask_round(clerk);
    outbox_run(clerk);
}

static struct json *decide_now(struct connection *connection, struct arena *arena,
                               const struct ruling_order *order)
{
    struct clerk *clerk = connection->clerk;
    struct ruling_context context = {.registry = clerk->registry,
                                     .arena = arena,
                                     .conf = clerk->conf,
                                     .actor = connection->login,
                                     .now = clerk_now(),
                                     .token = clerk_fresh_token(arena)};
    struct json *answer;
    struct err err;
    if (!ruling_decide(&context, order, &answer, &err))
        return refusal_of(&err);
    act_on(clerk, order->verb);
    return answer;
}

/* What a person decides.  A mail that is read again is answered when it is read. */
static struct json *answer_order(struct connection *connection, struct arena *arena,
                                 const struct json *request)
{
    struct ruling_order order;
    struct err err;
    if (!ruling_order_from_json(arena, request, &order, &err))
        return refusal_of(&err);
    log_event(LOG_INFO, "decision", "command", ruling_verb_to_text(order.verb), "of", order.subject,
              "actor", connection->login, NULL);
    if (order.verb != RULING_REREAD)
        return decide_now(connection, arena, &order);
    if (!intake_reread(connection->clerk, &order, connection->login, connection->id, &err))
        return refusal_of(&err);
    bufferevent_set_timeouts(connection->link, NULL, NULL);
    return NULL;
}

static const struct {
    const char *name;
    struct json *(*answer)(struct connection *connection, struct arena *arena,
                           const struct json *request);
} commands[] = {{"status", answer_status}, {"visit", answer_visit}};

static void say(struct connection *connection, struct arena *arena, struct json *answer)
{
    evbuffer_add_printf(bufferevent_get_output(connection->link), "%s\n",
                        json_print_compact(arena, answer));
    json_free(answer);
}

static struct json *answer_request(struct connection *connection, struct arena *arena,
                                   const char *line)
{
    struct err err;
    struct json *request;
    struct json *answer = NULL;
    size_t i = 0, count = sizeof commands / sizeof *commands;
    if (!connection->allowed) {
        log_event(LOG_WARN, "refused", "login", connection->login, NULL);
        return refusal("you may not ask the daemon; only root, its own user and its group may",
                       err_exit_code(ERR_PERMISSION));
    }
    if (!json_parse(line, strlen(line), &request, &err))
        return refusal_of(&err);
    const char *name = json_text(request, "command");
    while (name && i < count && strcmp(commands[i].name, name) != 0)
        i++;
    answer = i < count && name ? commands[i].answer(connection, arena, request)
                               : answer_order(connection, arena, request);
    json_free(request);
    return answer;
}

static void hang_up(struct connection *connection)
{
    LIST_REMOVE(connection, next);
    bufferevent_free(connection->link);
    free(connection);
}

static void on_line(struct bufferevent *link, void *context)
{
    struct connection *connection = context;
    struct evbuffer *input = bufferevent_get_input(link);
    char *line;
    while ((line = evbuffer_readln(input, NULL, EVBUFFER_EOL_LF))) {
        struct arena *arena = arena_new();
        struct json *answer = answer_request(connection, arena, line);
        if (answer)
            say(connection, arena, answer);
        arena_free(arena);
        free(line);
    }
    if (evbuffer_get_length(input) > REQUEST_MAX)
        hang_up(connection);
}

void control_round_ended(struct clerk *clerk)
{
    struct connection *connection;
    struct arena *arena = arena_new();
    LIST_FOREACH(connection, &clerk->control->connections, next)
    {
        if (connection->round == 0 || connection->round > clerk->round_ended)
            continue;
        struct json *answer = json_object_new();
        json_put_bool(answer, "failures", clerk->round_failed);
        say(connection, arena, answer);
        connection->round = 0;
    }
    arena_free(arena);
}

void control_reread_done(struct clerk *clerk, uint64_t asker, struct json *answer,
                         const struct err *err)
{
    struct connection *connection;
    struct arena *arena = arena_new();
    if (!answer)
        answer = refusal_of(err);
    else
        act_on(clerk, RULING_REREAD);
    LIST_FOREACH(connection, &clerk->control->connections, next)
    {
        if (connection->id == asker)
            break;
    }
    if (connection)
        say(connection, arena, answer);
    else
        json_free(answer);
    arena_free(arena);
}

static void on_end(struct bufferevent *link, short what, void *context)
{
    (void)link, (void)what;
    hang_up(context);
}

static void on_connection(struct evconnlistener *listener, evutil_socket_t socket,
                          struct sockaddr *address, int length, void *context)
{
    struct clerk *clerk = context;
    const struct timeval patience = {.tv_sec = 30};
    (void)listener, (void)address, (void)length;
    struct bufferevent *link = bufferevent_socket_new(clerk->base, socket, BEV_OPT_CLOSE_ON_FREE);
    if (!link) {
        close((int)socket);
        return;
    }
    struct connection *connection = xcalloc(1, sizeof *connection);
    connection->clerk = clerk;
    connection->link = link;
    connection->id = ++clerk->control->last_id;
    identify(connection, (int)socket, clerk->control->group);
    LIST_INSERT_HEAD(&clerk->control->connections, connection, next);
    bufferevent_setcb(link, on_line, NULL, on_end, connection);
    bufferevent_set_timeouts(link, &patience, &patience);
    bufferevent_enable(link, EV_READ | EV_WRITE);
}

/* Its own user alone may use it from the first moment; the group then, where there is one. */
static void let_group_in(const char *path, gid_t group)
{
    struct err err;
    if (group == (gid_t)-1)
        return;
    if (chown(path, (uid_t)-1, group) == 0 && chmod(path, 0660) == 0)
        return;
    err_set_errno(&err, ERR_PERMISSION, "%s cannot be given to the control-group", path);
    log_event(LOG_WARN, "control", "error", err.text, NULL);
}

bool control_open(struct clerk *clerk, struct err *err_r)
{
    struct sockaddr_un address;
    if (!make_address(clerk->conf, &address, err_r))
        return false;
    unlink(
        address.sun_path); /* of a daemon that was killed; the registry's lock says we are alone */
    mode_t mask = umask(0177);
    struct evconnlistener *listener = evconnlistener_new_bind(
        clerk->base, on_connection, clerk, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 16,
        (struct sockaddr *)&address, sizeof address);
    umask(mask);
    if (!listener)
        return err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot listen on %s", address.sun_path);
    clerk->control = xcalloc(1, sizeof *clerk->control);
    clerk->control->listener = listener;
    clerk->control->path = xstrdup(address.sun_path);
    clerk->control->group = find_group(clerk->conf->control_group);
    let_group_in(address.sun_path, clerk->control->group);
    LIST_INIT(&clerk->control->connections);
    return true;
}

void control_close(struct clerk *clerk)
{
    if (!clerk->control)
        return;
    while (!LIST_EMPTY(&clerk->control->connections))
        hang_up(LIST_FIRST(&clerk->control->connections));
    evconnlistener_free(clerk->control->listener);
    unlink(clerk->control->path);
    free(clerk->control->path);
    free(clerk->control);
    clerk->control = NULL;
}

/* ---- antragctl's side ------------------------------------------------------------------------ */

static bool dial(const struct conf *conf, int *socket_r, struct err *err_r)
{
    struct sockaddr_un address;
    if (!make_address(conf, &address, err_r))
        return false;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) {
        *socket_r = fd;
        return true;
    }
    if (errno == EACCES || errno == EPERM)
        err_set_errno(err_r, ERR_PERMISSION, "you may not ask the daemon at %s", address.sun_path);
    else
        err_set_errno(err_r, ERR_UNAVAILABLE, "no daemon listens on %s", address.sun_path);
    if (fd >= 0)
        close(fd);
    return false;
}

static bool read_line(int socket, int seconds, struct text *line, struct err *err_r)
{
    for (;;) {
        char bytes[4096];
        struct pollfd ready = {socket, POLLIN, 0};
        ssize_t n = poll(&ready, 1, seconds * 1000) > 0 ? read(socket, bytes, sizeof bytes) : -1;
        if (n <= 0 || line->len > ANSWER_MAX)
            return err_set(err_r, ERR_TRY_AGAIN, "the daemon does not answer");
        text_add_bytes(line, bytes, (size_t)n);
        if (line->s[line->len - 1] == '\n')
            return true;
    }
}

/* The kind that has this exit code; ERR_UNAVAILABLE is kept for "nobody is there". */
static enum err_kind kind_of(int code)
{
    static const enum err_kind kinds[] = {ERR_USAGE,      ERR_DATA,          ERR_NO_INPUT,
                                          ERR_BUG,        ERR_CANNOT_CREATE, ERR_TRY_AGAIN,
                                          ERR_PERMISSION, ERR_CONFIG};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (err_exit_code(kinds[i]) == code)
            return kinds[i];
    }
    return ERR_TRY_AGAIN;
}

static bool take_answer(const struct text *line, struct json **answer_r, struct err *err_r)
{
    if (!json_parse(line->s, line->len, answer_r, err_r))
        return false;
    const char *error = json_text(*answer_r, "error");
    if (!error)
        return true;
    err_set(err_r, kind_of((int)json_int(*answer_r, "code")), "%s", error);
    json_free(*answer_r);
    return false;
}

bool control_send(const struct conf *conf, const struct json *request, int seconds,
                  struct json **answer_r, struct err *err_r)
{
    struct arena *arena = arena_new();
    struct text line;
    int fd;
    bool ok = dial(conf, &fd, err_r);
    if (ok) {
        text_init(&line, arena);
        ok = dprintf(fd, "%s\n", json_print_compact(arena, request)) > 0 ||
             err_set_errno(err_r, ERR_TRY_AGAIN, "the daemon does not listen");
        ok = ok && read_line(fd, seconds, &line, err_r) && take_answer(&line, answer_r, err_r);
        close(fd);
    }
    arena_free(arena);
    return ok;
}

bool control_ask(const struct conf *conf, const char *command, int seconds, struct json **answer_r,
                 struct err *err_r)
{
    struct json *request = json_object_new();
    json_put_text(request, "command", command);
    bool ok = control_send(conf, request, seconds, answer_r, err_r);
    json_free(request);
    return ok;
}
