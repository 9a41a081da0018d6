/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Between the worker threads of a role and its event loop: a worker talks to the clerk (or, by a
 * bridge of its own, to the supervisor) as if it had a socket of its own, the loop carries the
 * packets.  A talk has a ticket, by which the answers find their way back.
 */
#ifndef DAEMON_BRIDGE_H
#define DAEMON_BRIDGE_H

#include "daemon/channel.h"

struct bridge;
struct talk;

/* ---- the loop's side ------------------------------------------------------------------------- */

struct bridge *bridge_new(struct event_base *base);
/* Only when no talk is open any more. */
void bridge_free(struct bridge *bridge);
/* The clerk's channel (foreign), or NULL when it is gone: every open talk then ends. */
void bridge_attach(struct bridge *bridge, struct channel *clerk);
/* Hands a packet (and its descriptor) to the talk of this ticket; dropped where there is none. */
void bridge_deliver(struct bridge *bridge, uint64_t ticket, const struct wire_packet *packet);

/* ---- a worker's side ------------------------------------------------------------------------- */

struct talk *bridge_open(struct bridge *bridge);
void bridge_close(struct talk *talk);
uint64_t talk_ticket(const struct talk *talk);
/* Takes the packet's descriptor. */
void talk_say(struct talk *talk, const struct wire_packet *packet);
/* Waits for an answer; false: the clerk is gone, or silent for so many seconds. */
bool talk_hear(struct talk *talk, struct arena *arena, int seconds, struct wire_packet *packet_r);

#endif
