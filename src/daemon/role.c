/* SPDX-License-Identifier: EUPL-1.2 */
#include "daemon/role.h"

#include "base/file.h"
#include "base/text.h"

#include <unistd.h>

#define SLICE_MAX (64 * 1024 * 1024)

static const char *const names[ROLE_COUNT] = {
    [ROLE_SUPERVISOR] = "supervisor", [ROLE_CLERK] = "clerk", [ROLE_WATCH] = "watch",
    [ROLE_READER] = "reader",         [ROLE_SEND] = "send",
};

const char *role_to_text(enum role role)
{
    return names[role];
}

bool role_from_text(const char *s, enum role *role_r)
{
    size_t i;
    if (!text_find_word(names, ROLE_COUNT, s, &i))
        return false;
    *role_r = (enum role)i;
    return true;
}

bool role_parse_slice(int fd, struct arena *arena, const struct conf **conf_r, struct err *err_r)
{
    struct memfd_map map;
    if (!memfd_map(fd, SLICE_MAX, &map, err_r))
        return false;
    bool ok = conf_parse_slice(map.bytes, map.n, arena, conf_r, err_r);
    memfd_unmap(&map);
    return ok;
}

static bool has_terminal; /* since START, until READY */

void role_say_ready(void)
{
    if (has_terminal) {
        log_also_to(-1);
        close(ROLE_TERMINAL_FD);
    }
    has_terminal = false;
    role_tell_supervisor(&(struct wire_packet){.type = WIRE_READY, .fd = -1});
}

bool role_receive_start(enum role role, struct arena *arena, struct role_start *start_r,
                        struct err *err_r)
{
    struct wire_packet packet;
    enum wire_result result = wire_receive(ROLE_SUPERVISOR_FD, arena, 0, &packet, err_r);
    if (result == WIRE_BROKEN)
        return false;
    if (result != WIRE_OK || packet.type != WIRE_START)
        return err_set(err_r, ERR_USAGE, "role %s: only the supervisor starts roles",
                       role_to_text(role));
    start_r->once = packet.as.start.once != 0;
    start_r->log_level = (enum log_level)packet.as.start.log_level;
    log_open(role_to_text(role), start_r->log_level);
    has_terminal = packet.as.start.terminal != 0;
    if (has_terminal)
        log_also_to(ROLE_TERMINAL_FD);
    bool ok = role_parse_slice(packet.fd, arena, &start_r->conf, err_r);
    close(packet.fd);
    return ok;
}

void role_tell_supervisor(const struct wire_packet *packet)
{
    struct err err;
    wire_send(ROLE_SUPERVISOR_FD, packet, 0, &err);
}

void role_pong(uint64_t number)
{
    role_tell_supervisor(
        &(struct wire_packet){.type = WIRE_PONG, .fd = -1, .as.pong.number = number});
}
