/* SPDX-License-Identifier: EUPL-1.2 */
#include "daemon/control.h"

#include "daemon/clerk_p.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define REQUEST_MAX 4096
#define ANSWER_MAX ((size_t)16 * 1024 * 1024)

struct connection {
    LIST_ENTRY(connection) next;
    struct clerk *clerk;
    struct bufferevent *link;
    uint64_t round; /* waits for this round of visits to end; 0: does not wait */
};

struct control {
    struct evconnlistener *listener;
    char *path;
    LIST_HEAD(, connection) connections;
};

static bool make_address(const char *state_directory, struct sockaddr_un *address_r,
                         struct err *err_r)
{
    *address_r = (struct sockaddr_un){.sun_family = AF_UNIX};
    int n = snprintf(address_r->sun_path, sizeof address_r->sun_path, "%s/" CONTROL_SOCKET,
                     state_directory);
    return (n > 0 && (size_t)n < sizeof address_r->sun_path) ||
           err_set(err_r, ERR_CONFIG, "state-directory \"%s\" is too long for a socket in it",
                   state_directory);
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

static struct json *answer_status(struct connection *connection, struct arena *arena)
{
    const struct clerk *clerk = connection->clerk;
    struct json *answer = json_object_new(), *mailboxes = json_array_new();
    json_put_int(answer, "pid", getppid());
    for (size_t i = 0; i < clerk->health_count; i++)
        put_mailbox(mailboxes, arena, &clerk->health[i]);
    json_put(answer, "mailboxes", mailboxes);
    return answer;
}

/* Answered when the round has ended. */
static struct json *answer_visit(struct connection *connection, struct arena *arena)
{
    struct clerk *clerk = connection->clerk;
    (void)arena;
    connection->round = ++clerk->round;
    bufferevent_set_timeouts(connection->link, NULL, NULL);
    channel_send(
        clerk->peers[ROLE_WATCH],
        &(struct wire_packet){.type = WIRE_VISIT, .fd = -1, .as.visit.round = connection->round});
    return NULL;
}

static const struct {
    const char *name;
    struct json *(*answer)(struct connection *connection, struct arena *arena);
} commands[] = {{"status", answer_status}, {"visit", answer_visit}};

static void say(struct connection *connection, struct arena *arena, struct json *answer)
{
    evbuffer_add_printf(bufferevent_get_output(connection->link), "%s\n",
                        json_print_compact(arena, answer));
    json_free(answer);
}

static struct json *refusal(const char *text)
{
    struct json *answer = json_object_new();
    json_put_text(answer, "error", text);
    return answer;
}

static struct json *answer_request(struct connection *connection, struct arena *arena,
                                   const char *line)
{
    struct err err;
    struct json *request;
    struct json *answer = NULL;
    size_t i = 0, count = sizeof commands / sizeof *commands;
    if (!json_parse(line, strlen(line), &request, &err))
        return refusal(err.text);
    const char *name = json_text(request, "command");
    while (name && i < count && strcmp(commands[i].name, name) != 0)
        i++;
    answer = name && i < count ? commands[i].answer(connection, arena) : refusal("no such command");
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

static void on_end(struct bufferevent *link, short what, void *context)
{
    (void)link, (void)what;
    hang_up(context);
}

static bool is_allowed(evutil_socket_t socket)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt((int)socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           (peer.uid == 0 || peer.uid == geteuid());
}

static void on_connection(struct evconnlistener *listener, evutil_socket_t socket,
                          struct sockaddr *address, int length, void *context)
{
    struct clerk *clerk = context;
    const struct timeval patience = {.tv_sec = 30};
    (void)listener, (void)address, (void)length;
    struct bufferevent *link =
        is_allowed(socket) ? bufferevent_socket_new(clerk->base, socket, BEV_OPT_CLOSE_ON_FREE)
                           : NULL;
    if (!link) {
        close((int)socket);
        return;
    }
    struct connection *connection = xcalloc(1, sizeof *connection);
    connection->clerk = clerk;
    connection->link = link;
    LIST_INSERT_HEAD(&clerk->control->connections, connection, next);
    bufferevent_setcb(link, on_line, NULL, on_end, connection);
    bufferevent_set_timeouts(link, &patience, &patience);
    bufferevent_enable(link, EV_READ | EV_WRITE);
}

bool control_open(struct clerk *clerk, struct err *err_r)
{
    struct sockaddr_un address;
    if (!make_address(clerk->conf->state_directory, &address, err_r))
        return false;
    unlink(
        address.sun_path); /* of a daemon that was killed; the registry's lock says we are alone */
    struct evconnlistener *listener = evconnlistener_new_bind(
        clerk->base, on_connection, clerk, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 16,
        (struct sockaddr *)&address, sizeof address);
    if (!listener)
        return err_set_errno(err_r, ERR_CANNOT_CREATE, "cannot listen on %s", address.sun_path);
    chmod(address.sun_path, 0600);
    clerk->control = xcalloc(1, sizeof *clerk->control);
    clerk->control->listener = listener;
    clerk->control->path = xstrdup(address.sun_path);
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

static bool dial(const char *state_directory, int *socket_r, struct err *err_r)
{
    struct sockaddr_un address;
    if (!make_address(state_directory, &address, err_r))
        return false;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) {
        *socket_r = fd;
        return true;
    }
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

bool control_ask(const char *state_directory, const char *command, int seconds,
                 struct json **answer_r, struct err *err_r)
{
    struct arena *arena = arena_new();
    struct text line;
    int fd;
    bool ok = dial(state_directory, &fd, err_r);
    if (ok) {
        text_init(&line, arena);
        ok = dprintf(fd, "{\"command\": \"%s\"}\n", command) > 0 ||
             err_set_errno(err_r, ERR_TRY_AGAIN, "the daemon does not listen");
        ok = ok && read_line(fd, seconds, &line, err_r) &&
             json_parse(line.s, line.len, answer_r, err_r);
        close(fd);
    }
    arena_free(arena);
    return ok;
}
