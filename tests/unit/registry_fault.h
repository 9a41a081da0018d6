/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A disk that fails.  Every call that changes a disk is a step: those of the table of system calls,
 * those of SQLite (sqlite3_vfs.xSetSystemCall), and fsync(2) and fdatasync(2) of both.  At the n-th
 * step the process dies or the call fails.  Writes to memory (memfd) are no steps.
 */
#ifndef TESTS_UNIT_REGISTRY_FAULT_H
#define TESTS_UNIT_REGISTRY_FAULT_H

#include <stdbool.h>
#include <sys/types.h>

enum fault_kind {
    FAULT_NONE,
    FAULT_KILL, /* SIGKILL before the call */
    FAULT_TORN, /* SIGKILL after half of what it was to write */
    FAULT_ONCE, /* this call fails with error */
    FAULT_EVER, /* this one and all after it */
};

struct fault {
    enum fault_kind kind;
    int at; /* from 1 */
    int error;
    int steps; /* so many were seen */
    bool hit;
    bool synced; /* a sync came after the last write */
};
extern struct fault fault;

void fault_install(void); /* before the first registry is opened */
void fault_arm(enum fault_kind kind, int at, int error);
void fault_disarm(void);

/* Waits for the child: true where the fault has killed it.  Fails the test where it ended otherwise
 * than with 0, naming when. */
bool fault_has_killed(pid_t child, const char *when);

#endif
