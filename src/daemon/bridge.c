/* SPDX-License-Identifier: EUPL-1.2 */
#include "daemon/bridge.h"

#include <event2/event.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

struct parcel {
    STAILQ_ENTRY(parcel) next;
    struct arena *arena; /* holds this and the packet's strings */
    struct wire_packet packet;
};

STAILQ_HEAD(parcels, parcel);

struct talk {
    LIST_ENTRY(talk) next;
    struct bridge *bridge;
    uint64_t ticket;
    bool ended;
    struct parcels inbox;
    pthread_cond_t news;
};

struct bridge {
    pthread_mutex_t lock;
    uint64_t last_ticket;
    LIST_HEAD(, talk) talks;
    struct parcels outbox;
    int wake;
    struct event *woken;
    struct channel *clerk;
};

static void add_parcel(struct parcels *to, const struct wire_packet *packet)
{
    struct arena *arena = arena_new();
    struct parcel *parcel = ARENA_NEW(arena, struct parcel);
    parcel->arena = arena;
    wire_copy(arena, packet, &parcel->packet);
    STAILQ_INSERT_TAIL(to, parcel, next);
}

static void empty(struct parcels *parcels)
{
    struct parcel *first;
    while ((first = STAILQ_FIRST(parcels))) {
        STAILQ_REMOVE_HEAD(parcels, next);
        if (first->packet.fd >= 0)
            close(first->packet.fd);
        arena_free(first->arena);
    }
}

/* ---- the loop's side ---------------------------------------------------------------------------
 */

static void on_woken(evutil_socket_t fd, short what, void *context)
{
    struct bridge *bridge = context;
    struct parcels ready = STAILQ_HEAD_INITIALIZER(ready);
    uint64_t count;
    (void)what;
    if (read((int)fd, &count, sizeof count) < 0)
        return;
    pthread_mutex_lock(&bridge->lock);
    STAILQ_CONCAT(&ready, &bridge->outbox);
    pthread_mutex_unlock(&bridge->lock);
    struct parcel *parcel;
    STAILQ_FOREACH(parcel, &ready, next)
    {
        channel_send(bridge->clerk, &parcel->packet);
        parcel->packet.fd = -1;
    }
    empty(&ready);
}

struct bridge *bridge_new(struct event_base *base)
{
    struct bridge *bridge = xcalloc(1, sizeof *bridge);
    pthread_mutex_init(&bridge->lock, NULL);
    LIST_INIT(&bridge->talks);
    STAILQ_INIT(&bridge->outbox);
    bridge->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    bridge->woken = event_new(base, bridge->wake, EV_READ | EV_PERSIST, on_woken, bridge);
    if (bridge->wake < 0 || !bridge->woken || event_add(bridge->woken, NULL) != 0)
        panic("bridge: no event can be made");
    return bridge;
}

void bridge_free(struct bridge *bridge)
{
    if (!bridge)
        return;
    empty(&bridge->outbox);
    event_free(bridge->woken);
    close(bridge->wake);
    pthread_mutex_destroy(&bridge->lock);
    free(bridge);
}

static void end_talks(struct bridge *bridge)
{
    struct talk *talk;
    LIST_FOREACH(talk, &bridge->talks, next)
    {
        talk->ended = true;
        pthread_cond_signal(&talk->news);
    }
}

void bridge_attach(struct bridge *bridge, struct channel *clerk)
{
    pthread_mutex_lock(&bridge->lock);
    end_talks(bridge);
    bridge->clerk = clerk;
    empty(&bridge->outbox); /* meant for the clerk before */
    pthread_mutex_unlock(&bridge->lock);
}

void bridge_deliver(struct bridge *bridge, uint64_t ticket, const struct wire_packet *packet)
{
    struct talk *talk;
    pthread_mutex_lock(&bridge->lock);
    LIST_FOREACH(talk, &bridge->talks, next)
    {
        if (talk->ticket == ticket)
            break;
    }
    if (talk) {
        add_parcel(&talk->inbox, packet);
        pthread_cond_signal(&talk->news);
    }
    pthread_mutex_unlock(&bridge->lock);
    if (!talk && packet->fd >= 0)
        close(packet->fd);
}

/* ---- a worker's side ---------------------------------------------------------------------------
 */

struct talk *bridge_open(struct bridge *bridge)
{
    struct talk *talk = xcalloc(1, sizeof *talk);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&talk->news, &monotonic);
    pthread_condattr_destroy(&monotonic);
    STAILQ_INIT(&talk->inbox);
    talk->bridge = bridge;
    pthread_mutex_lock(&bridge->lock);
    talk->ticket = ++bridge->last_ticket;
    talk->ended = !bridge->clerk;
    LIST_INSERT_HEAD(&bridge->talks, talk, next);
    pthread_mutex_unlock(&bridge->lock);
    return talk;
}

void bridge_close(struct talk *talk)
{
    if (!talk)
        return;
    pthread_mutex_lock(&talk->bridge->lock);
    LIST_REMOVE(talk, next);
    pthread_mutex_unlock(&talk->bridge->lock);
    empty(&talk->inbox);
    pthread_cond_destroy(&talk->news);
    free(talk);
}

uint64_t talk_ticket(const struct talk *talk)
{
    return talk->ticket;
}

void talk_say(struct talk *talk, const struct wire_packet *packet)
{
    struct bridge *bridge = talk->bridge;
    const uint64_t one = 1;
    pthread_mutex_lock(&bridge->lock);
    bool said = !talk->ended;
    if (said)
        add_parcel(&bridge->outbox, packet);
    pthread_mutex_unlock(&bridge->lock);
    if (!said && packet->fd >= 0)
        close(packet->fd);
    if (write(bridge->wake, &one, sizeof one) < 0)
        panic("bridge: the loop cannot be woken");
}

static struct timespec in_seconds(int seconds)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += seconds;
    return at;
}

bool talk_hear(struct talk *talk, struct arena *arena, int seconds, struct wire_packet *packet_r)
{
    struct bridge *bridge = talk->bridge;
    struct timespec until = in_seconds(seconds);
    bool in_time = true;
    pthread_mutex_lock(&bridge->lock);
    while (in_time && !talk->ended && STAILQ_EMPTY(&talk->inbox))
        in_time = pthread_cond_timedwait(&talk->news, &bridge->lock, &until) == 0;
    struct parcel *parcel = talk->ended ? NULL : STAILQ_FIRST(&talk->inbox);
    if (parcel)
        STAILQ_REMOVE_HEAD(&talk->inbox, next);
    pthread_mutex_unlock(&bridge->lock);
    if (!parcel)
        return false;
    wire_copy(arena, &parcel->packet, packet_r);
    arena_free(parcel->arena);
    return true;
}
