/* SPDX-License-Identifier: EUPL-1.2 */
#include "daemon/reader_job.h"

#include "base/file.h"
#include "daemon/sandbox.h"
#include "daemon/wire.h"
#include "decision/arrival.h"
#include "mail/ocr.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void reader_preload(void)
{
    json_preload();
    mail_preload();
    motion_preload();
}

bool reader_prepare(bool ocr, struct err *err_r)
{
    bool ok = !ocr || ocr_enable(err_r);
    reader_preload(); /* behind it: pages are then drawn, too */
    return ok;
}

static bool reading_as_memfd(struct arena *arena, const struct reading *reading, int *fd_r,
                             struct err *err_r)
{
    struct json *json = reading_to_json(reading);
    const char *text = json_print_compact(arena, json);
    json_free(json);
    return memfd_from("reading", text, strlen(text), fd_r, err_r);
}

bool reader_job(int mail_fd, const struct reader_order *order, int *json_fd_r, struct err *err_r)
{
    struct memfd_map map;
    if (!memfd_map(mail_fd, READER_MAX_MAIL, &map, err_r))
        return false;
    struct arena *arena = arena_new();
    struct reading *reading;
    bool ok = reading_make(arena, map.bytes, map.n, order->depth, &reading, err_r);
    if (ok && !(order->depth == MAIL_HEAD && reading->mail->sealed))
        mail_verify(arena, reading->mail, order->authorities, order->arrived);
    ok = ok && reading_as_memfd(arena, reading, json_fd_r, err_r);
    arena_free(arena);
    memfd_unmap(&map);
    return ok;
}

bool reader_take(struct arena *arena, int json_fd, struct reading **reading_r, struct err *err_r)
{
    struct memfd_map map;
    if (!memfd_map(json_fd, READER_MAX_READING, &map, err_r))
        return false;
    bool ok = reading_from_json(arena, map.bytes, map.n, reading_r, err_r);
    memfd_unmap(&map);
    return ok;
}

/* ---- apart -------------------------------------------------------------------------------------
 */

static void say(int socket, bool ok, int json_fd, const struct err *err)
{
    struct err ignored;
    struct wire_packet packet = {.type = WIRE_READING, .fd = json_fd};
    if (!ok)
        packet =
            (struct wire_packet){.type = WIRE_UNREADABLE, .fd = -1, .as.unreadable.why = err->text};
    wire_send(socket, &packet, 0, &ignored);
}

static _Noreturn void child(int socket, int mail_fd, const struct reader_order *order)
{
    struct err err;
    int json_fd = -1;
    reader_preload();
    alarm(SANDBOX_JOB_SECONDS);
    bool ok = sandbox_limit_job(&err) && sandbox_enter(SANDBOX_READER_JOB, &err) &&
              reader_job(mail_fd, order, &json_fd, &err);
    say(socket, ok, json_fd, &err);
    _exit(0);
}

static bool take_answer(int socket, struct arena *arena, struct reading **reading_r,
                        struct err *err_r)
{
    struct wire_packet packet;
    enum wire_result result = wire_receive(socket, arena, 0, &packet, err_r);
    if (result == WIRE_CLOSED)
        return err_set(err_r, ERR_DATA, "the mail cannot be read: reading it ended a process");
    if (result != WIRE_OK)
        return false;
    if (packet.type != WIRE_READING)
        return err_set(err_r, ERR_DATA, "the mail cannot be read: %s",
                       packet.type == WIRE_UNREADABLE ? packet.as.unreadable.why : "?");
    bool ok = reader_take(arena, packet.fd, reading_r, err_r);
    close(packet.fd);
    return ok;
}

static bool read_apart(struct arena *arena, int mail_fd, const struct reader_order *order,
                       struct reading **reading_r, struct err *err_r)
{
    int sockets[2];
    if (!wire_pair(sockets, err_r))
        return false;
    pid_t pid = fork();
    if (pid == 0)
        child(sockets[1], mail_fd, order);
    close(sockets[1]);
    bool ok = pid > 0 ? take_answer(sockets[0], arena, reading_r, err_r)
                      : err_set_errno(err_r, ERR_TRY_AGAIN, "cannot start a process");
    close(sockets[0]);
    if (pid > 0)
        waitpid(pid, NULL, 0);
    return ok;
}

static struct reading *read_head_apart(struct arena *arena, int mail_fd)
{
    const struct reader_order order = {.depth = MAIL_HEAD};
    struct reading *reading;
    struct err ignored;
    return read_apart(arena, mail_fd, &order, &reading, &ignored) ? reading : NULL;
}

/* Only a signature wants to know it. */
static int64_t find_arrival(struct arena *arena, int mail_fd, const struct reader_place *place)
{
    struct arrival arrival;
    const struct reading *head =
        place->authorities && place->mailbox ? read_head_apart(arena, mail_fd) : NULL;
    if (!head)
        return place->internaldate;
    arrival_find(arena, head->mail, place->mailbox, place->internaldate, &arrival);
    return arrival.at;
}

bool reader_read_apart(struct arena *arena, int mail_fd, const struct reader_place *place,
                       struct reading **reading_r, struct err *err_r)
{
    static const struct reader_place nowhere = {0};
    place = place ? place : &nowhere;
    const struct reader_order order = {.depth = MAIL_CONTENT,
                                       .authorities = place->authorities,
                                       .arrived = find_arrival(arena, mail_fd, place)};
    if (read_apart(arena, mail_fd, &order, reading_r, err_r))
        return true;
    *reading_r = read_head_apart(arena, mail_fd);
    return false;
}
