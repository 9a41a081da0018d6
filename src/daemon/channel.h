/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A socket to another role inside an event loop: sending never blocks (what does not fit into the
 * socket waits in memory, in order), received packets and the end of the link arrive as calls.
 */
#ifndef DAEMON_CHANNEL_H
#define DAEMON_CHANNEL_H

#include "daemon/wire.h"

struct event_base;
struct channel;

struct channel_handler {
    /* packet and its strings live until the call returns; its descriptor is the handler's to close.
     */
    void (*packet)(void *context, const struct wire_packet *packet);
    /* The peer is gone, talks nonsense or takes no descriptors any more (logged).  The channel is
     * closed; it may be freed now. */
    void (*closed)(void *context);
    void *context;
};

/* Owns the socket. */
struct channel *channel_new(struct event_base *base, int socket,
                            const struct channel_handler *handler);
void channel_free(struct channel *channel);
/* Whether it was closed because the peer talks nonsense or does not listen: it may be alive. */
bool channel_is_broken(const struct channel *channel);

/* Its descriptor, which stays the channel's; -1 where it is closed. */
int channel_socket(const struct channel *channel);

/* Takes the packet's descriptor.  On NULL or a closed channel the packet is dropped: the other side
 * is told everything anew when it is back. */
void channel_send(struct channel *channel, const struct wire_packet *packet);

#endif
