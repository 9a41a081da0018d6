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

struct control {
    struct evconnlistener *listener;
    char *path;
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

/* ---- the daemon's side
 * ------------------------------------------------------------------------------ */

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

static struct json *answer_status(struct clerk *clerk, struct arena *arena)
{
    struct json *answer = json_object_new(), *mailboxes = json_array_new();
    json_put_int(answer, "pid", getppid());
    for (size_t i = 0; i < clerk->health_count; i++)
        put_mailbox(mailboxes, arena, &clerk->health[i]);
    json_put(answer, "mailboxes", mailboxes);
    return answer;
}

static struct json *answer_visit(struct clerk *clerk, struct arena *arena)
{
    struct json *answer = json_object_new();
    (void)arena;
    channel_send(clerk->peers[ROLE_WATCH], &(struct wire_packet){.type = WIRE_VISIT, .fd = -1});
    json_put_bool(answer, "visiting", clerk->peers[ROLE_WATCH] != NULL);
    return answer;
}

static const struct {
    const char *name;
    struct json *(*answer)(struct clerk *clerk, struct arena *arena);
} commands[] = {{"status", answer_status}, {"visit", answer_visit}};

static struct json *answer_request(struct clerk *clerk, struct arena *arena, const char *line)
{
    struct err err;
    struct json *request = NULL, *answer = NULL;
    if (json_parse(line, strlen(line), &request, &err)) {
        const char *name = json_text(request, "command");
        for (size_t i = 0; name && i < sizeof commands / sizeof *commands; i++)
            if (strcmp(commands[i].name, name) == 0)
                answer = commands[i].answer(clerk, arena);
        json_free(request);
    }
    if (!answer) {
        answer = json_object_new();
        json_put_text(answer, "error", "no such command");
    }
    return answer;
}

static void on_line(struct bufferevent *connection, void *context)
{
    struct evbuffer *input = bufferevent_get_input(connection);
    char *line = evbuffer_readln(input, NULL, EVBUFFER_EOL_LF);
    if (!line) {
        if (evbuffer_get_length(input) > REQUEST_MAX)
            bufferevent_free(connection);
        return;
    }
    struct arena *arena = arena_new();
    struct json *answer = answer_request(context, arena, line);
    evbuffer_add_printf(bufferevent_get_output(connection), "%s\n",
                        json_print_compact(arena, answer));
    json_free(answer);
    arena_free(arena);
    free(line);
}

static void on_end(struct bufferevent *connection, short what, void *context)
{
    (void)what, (void)context;
    bufferevent_free(connection);
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
    (void)listener, (void)address, (void)length;
    struct bufferevent *connection =
        is_allowed(socket) ? bufferevent_socket_new(clerk->base, socket, BEV_OPT_CLOSE_ON_FREE)
                           : NULL;
    if (!connection) {
        close((int)socket);
        return;
    }
    bufferevent_setcb(connection, on_line, NULL, on_end, clerk);
    bufferevent_set_timeouts(connection, &(struct timeval){.tv_sec = 30},
                             &(struct timeval){.tv_sec = 30});
    bufferevent_enable(connection, EV_READ | EV_WRITE);
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
    return true;
}

void control_close(struct clerk *clerk)
{
    if (!clerk->control)
        return;
    evconnlistener_free(clerk->control->listener);
    unlink(clerk->control->path);
    free(clerk->control->path);
    free(clerk->control);
    clerk->control = NULL;
}

/* ---- antragctl's side
 * -------------------------------------------------------------------------------- */

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
