/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * usage: readings SECONDS FILE...
 * Has the mails in FILE... read over and over by a reader role, zygote, sandbox and all, asked as
 * the clerk asks it: first the head, then, where that says so, the content; the answers are parsed
 * as the clerk does.  Then once more while a thread looks at the memory of the jobs.  Prints
 * {"readings": N, "bytes": N, "seconds": S, "private": BYTES}; private is the most that a job had
 * of memory that no other process has, its mail included.
 */
#include "base/file.h"
#include "daemon/reader_job.h"
#include "daemon/role.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define IN_FLIGHT 16 /* as many wait in a socket without filling it */
#define MEMORY_SECONDS 1.0

struct bench {
    pid_t pid;
    int supervisor;
    int clerk;
    int *mails; /* sealed, as the watch hands them on */
    size_t *sizes;
    size_t mail_count;
    uint64_t asked;
    uint64_t read;
    size_t bytes;
};

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- the reader ------------------------------------------------------------------------------ */

static _Noreturn void be_reader(int socket)
{
    static const struct conf conf; /* OCR is off */
    struct role_start start = {.conf = &conf};
    dup2(socket, ROLE_SUPERVISOR_FD);
    exit(reader_main(&start));
}

static void receive(int socket, struct arena *arena, struct wire_packet *packet_r)
{
    struct err err;
    if (wire_receive(socket, arena, 0, packet_r, &err) != WIRE_OK)
        panic("readings: the reader says nothing");
}

static void start_reader(struct bench *b)
{
    struct err err;
    int supervisor[2], clerk[2];
    struct arena *arena = arena_new();
    struct wire_packet packet;
    if (!wire_pair(supervisor, &err) || !wire_pair(clerk, &err))
        fatal(&err);
    b->pid = fork();
    if (b->pid == 0) {
        close(supervisor[0]);
        close(clerk[0]);
        be_reader(supervisor[1]);
    }
    close(supervisor[1]);
    b->supervisor = supervisor[0];
    b->clerk = clerk[0];
    packet = (struct wire_packet){.type = WIRE_PEER, .fd = clerk[1], .as.peer.role = ROLE_CLERK};
    wire_send(b->supervisor, &packet, 0, &err);
    close(clerk[1]);
    receive(b->supervisor, arena, &packet); /* READY */
    arena_free(arena);
}

static void stop_reader(struct bench *b)
{
    struct err err;
    wire_send(b->supervisor, &(struct wire_packet){.type = WIRE_STOP, .fd = -1}, 0, &err);
    waitpid(b->pid, NULL, 0);
}

/* ---- readings -------------------------------------------------------------------------------- */

/* A ticket names the mail and how often it was asked for. */
static void ask(struct bench *b, uint64_t ticket, bool content)
{
    struct err err;
    struct wire_packet packet = {.fd = b->mails[ticket % b->mail_count]};
    if (content)
        packet.type = WIRE_READ_CONTENT, packet.as.read_content.ticket = ticket;
    else
        packet.type = WIRE_READ_HEAD, packet.as.read_head.ticket = ticket;
    if (wire_send(b->clerk, &packet, 0, &err) != WIRE_OK)
        fatal(&err);
}

/* True: the mail is read; false: its content was asked for. */
static bool take(struct bench *b, const struct wire_packet *packet, struct arena *arena, bool head)
{
    struct err err;
    struct reading *reading;
    uint64_t ticket = packet->as.reading.ticket;
    if (packet->type != WIRE_READING || !reader_take(arena, packet->fd, &reading, &err))
        panic("readings: a mail is not read");
    close(packet->fd);
    if (head && reading->mail->wants_content) {
        ask(b, ticket, true);
        return false;
    }
    b->read++;
    b->bytes += b->sizes[ticket % b->mail_count];
    return true;
}

/* What is in flight is answered in the order in which it was asked for. */
static void read_for(struct bench *b, double seconds)
{
    bool heads[IN_FLIGHT];
    size_t first = 0, waiting = 0;
    double end = seconds_now() + seconds;
    while (waiting > 0 || seconds_now() < end) {
        while (waiting < IN_FLIGHT && seconds_now() < end) {
            ask(b, b->asked++, false);
            heads[(first + waiting++) % IN_FLIGHT] = true;
        }
        struct arena *arena = arena_new();
        struct wire_packet packet;
        bool head = heads[first];
        receive(b->clerk, arena, &packet);
        first = (first + 1) % IN_FLIGHT;
        waiting--;
        if (!take(b, &packet, arena, head))
            heads[(first + waiting++) % IN_FLIGHT] = false;
        arena_free(arena);
    }
}

/* ---- memory ---------------------------------------------------------------------------------- */

struct look {
    pid_t reader;
    _Atomic bool end;
    size_t most;
};

/* 0: it has ended. */
static size_t private_of(long pid)
{
    char path[64], line[256];
    size_t kilobytes, sum = 0;
    snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file)) {
        if (sscanf(line, "Private_Clean: %zu kB", &kilobytes) == 1 ||
            sscanf(line, "Private_Dirty: %zu kB", &kilobytes) == 1)
            sum += kilobytes * 1024;
    }
    if (file)
        fclose(file);
    return sum;
}

static void *look_at_jobs(void *context)
{
    struct look *look = context;
    char path[64];
    long child;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", look->reader, look->reader);
    while (!look->end) {
        FILE *file = fopen(path, "re");
        while (file && fscanf(file, "%ld", &child) == 1) {
            size_t now = private_of(child);
            look->most = now > look->most ? now : look->most;
        }
        if (file)
            fclose(file);
    }
    return NULL;
}

static size_t measure_memory(struct bench *b)
{
    struct look look = {.reader = b->pid};
    pthread_t thread;
    if (pthread_create(&thread, NULL, look_at_jobs, &look) != 0)
        panic("readings: no thread can be made");
    read_for(b, MEMORY_SECONDS);
    look.end = true;
    pthread_join(thread, NULL);
    return look.most;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void load_mails(struct bench *b, char **paths, size_t count)
{
    struct err err;
    b->mails = xcalloc(count, sizeof *b->mails);
    b->sizes = xcalloc(count, sizeof *b->sizes);
    b->mail_count = count;
    for (size_t i = 0; i < count; i++) {
        struct arena *arena = arena_new();
        char *bytes;
        if (!file_read(arena, paths[i], READER_MAX_MAIL, &bytes, &b->sizes[i], &err) ||
            !memfd_from("mail", bytes, b->sizes[i], &b->mails[i], &err))
            fatal(&err);
        arena_free(arena);
    }
}

int main(int argc, char **argv)
{
    struct bench b = {0};
    if (argc < 3) {
        fputs("usage: readings SECONDS FILE...\n", stderr);
        return 64;
    }
    start_reader(&b);
    load_mails(&b, argv + 2, (size_t)argc - 2);
    double begin = seconds_now();
    read_for(&b, atof(argv[1]));
    double seconds = seconds_now() - begin;
    uint64_t read = b.read;
    size_t bytes = b.bytes;
    printf("{\"readings\": %ju, \"bytes\": %zu, \"seconds\": %.3f, \"private\": %zu}\n",
           (uintmax_t)read, bytes, seconds, measure_memory(&b));
    stop_reader(&b);
    return 0;
}
