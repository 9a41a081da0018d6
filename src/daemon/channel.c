/* SPDX-License-Identifier: EUPL-1.2 */
#include "daemon/channel.h"

#include "base/log.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

/* As many descriptors may wait for a peer; far more than the roles have in flight, far fewer than a
 * process may have open. */
#define WAITING_FDS_MAX 256

struct waiting {
    STAILQ_ENTRY(waiting) next;
    struct arena *arena; /* holds the strings of the packet, and this */
    struct wire_packet packet;
};

struct channel {
    int socket; /* -1: closed */
    struct event *readable;
    struct event *writable;
    struct channel_handler handler;
    STAILQ_HEAD(, waiting) queue;
    size_t waiting_fds;
    bool broken;
    bool deaf; /* the peer does not take what it is sent; closed at the next turn of the loop */
};

static void drop_first(struct channel *channel)
{
    struct waiting *first = STAILQ_FIRST(&channel->queue);
    STAILQ_REMOVE_HEAD(&channel->queue, next);
    channel->waiting_fds -= first->packet.fd >= 0;
    wire_close_fd(first->packet.fd);
    arena_free(first->arena);
}

static void shut(struct channel *channel)
{
    event_free(channel->readable);
    event_free(channel->writable);
    close(channel->socket);
    channel->socket = -1;
    while (!STAILQ_EMPTY(&channel->queue))
        drop_first(channel);
}

static void lost(struct channel *channel, enum wire_result result, const struct err *err)
{
    channel->broken = result == WIRE_BROKEN;
    if (channel->broken)
        log_event(LOG_ERROR, "wire", "error", err->text, NULL);
    shut(channel);
    channel->handler.closed(channel->handler.context);
}

/* A bounded number of packets a turn, so that a chatty peer starves none. */
static void on_readable(evutil_socket_t socket, short what, void *context)
{
    struct channel *channel = context;
    struct err err;
    (void)what;
    if (channel->deaf) {
        err_set(&err, ERR_UNAVAILABLE, "wire: the other role takes nothing of what it is sent");
        lost(channel, WIRE_BROKEN, &err);
        return;
    }
    for (int i = 0; i < 64; i++) {
        struct wire_packet packet;
        struct arena *arena = arena_new();
        enum wire_result result = wire_receive((int)socket, arena, MSG_DONTWAIT, &packet, &err);
        if (result == WIRE_OK)
            channel->handler.packet(channel->handler.context, &packet);
        arena_free(arena);
        if (result == WIRE_LATER)
            return;
        if (result != WIRE_OK) {
            lost(channel, result, &err);
            return;
        }
    }
}

static void on_writable(evutil_socket_t socket, short what, void *context)
{
    struct channel *channel = context;
    struct err err;
    (void)what;
    while (!STAILQ_EMPTY(&channel->queue)) {
        enum wire_result result =
            wire_send((int)socket, &STAILQ_FIRST(&channel->queue)->packet, MSG_DONTWAIT, &err);
        if (result == WIRE_LATER) {
            event_add(channel->writable, NULL);
            return;
        }
        if (result != WIRE_OK)
            return; /* the reading side hears of it and closes */
        drop_first(channel);
    }
}

struct channel *channel_new(struct event_base *base, int socket,
                            const struct channel_handler *handler)
{
    struct channel *channel = xcalloc(1, sizeof *channel);
    channel->socket = socket;
    channel->handler = *handler;
    STAILQ_INIT(&channel->queue);
    channel->readable = event_new(base, socket, EV_READ | EV_PERSIST, on_readable, channel);
    channel->writable = event_new(base, socket, EV_WRITE, on_writable, channel);
    if (!channel->readable || !channel->writable || event_add(channel->readable, NULL) != 0)
        panic("channel: no event can be made");
    return channel;
}

void channel_free(struct channel *channel)
{
    if (!channel)
        return;
    if (channel->socket >= 0)
        shut(channel);
    free(channel);
}

int channel_socket(const struct channel *channel)
{
    return channel ? channel->socket : -1;
}

bool channel_is_broken(const struct channel *channel)
{
    return channel->broken;
}

static struct waiting *keep(const struct wire_packet *packet)
{
    struct arena *arena = arena_new();
    struct waiting *waiting = ARENA_NEW(arena, struct waiting);
    waiting->arena = arena;
    wire_copy(arena, packet, &waiting->packet);
    return waiting;
}

void channel_send(struct channel *channel, const struct wire_packet *packet)
{
    struct err err;
    if (!channel || channel->socket < 0 || channel->deaf) {
        wire_close_fd(packet->fd);
        return;
    }
    if (STAILQ_EMPTY(&channel->queue) &&
        wire_send(channel->socket, packet, MSG_DONTWAIT, &err) == WIRE_OK) {
        wire_close_fd(packet->fd);
        return;
    }
    if (packet->fd >= 0 && channel->waiting_fds == WAITING_FDS_MAX) {
        wire_close_fd(packet->fd);
        channel->deaf = true;
        event_active(channel->readable, EV_READ, 0);
        return;
    }
    channel->waiting_fds += packet->fd >= 0;
    struct waiting *waiting = keep(packet); /* the macro looks at its argument three times */
    STAILQ_INSERT_TAIL(&channel->queue, waiting, next);
    event_add(channel->writable, NULL);
}
