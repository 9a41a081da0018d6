/* SPDX-License-Identifier: EUPL-1.2 */
/* Programs that a test talks to: they print one line when they are ready and end when their
 * standard input ends. */
#ifndef TESTS_UNIT_PEER_H
#define TESTS_UNIT_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct peer {
    pid_t pid;
    int in;  /* to it */
    int out; /* from it */
};

/* The path of a file of the source tree, in the environment's srcdir. */
const char *peer_source(const char *name);
/* argv[0] is looked up in PATH; line_r gets the first line without its end. */
void peer_start(struct peer *peer, const char *const argv[], char *line_r, size_t size);
/* One more line. */
void peer_read_line(struct peer *peer, char *line_r, size_t size);
/* Ends it and gives its exit code. */
int peer_stop(struct peer *peer);

#endif
