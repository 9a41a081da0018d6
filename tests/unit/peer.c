/* SPDX-License-Identifier: EUPL-1.2 */
#include "config.h"

#include "peer.h"

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

const char *peer_source(const char *name)
{
    static char paths[4][512];
    static int next;
    const char *srcdir = getenv("srcdir");
    char *path = paths[next++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", srcdir != NULL ? srcdir : ".", name);
    return path;
}

static void become(const char *const argv[], int in, int out)
{
    char **arguments = NULL;
    size_t n = 0;

    while (argv[n] != NULL)
        n++;
    arguments = calloc(n + 1, sizeof *arguments);
    for (size_t i = 0; i < n; i++)
        arguments[i] = strdup(argv[i]);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    execvp(arguments[0], arguments);
    _exit(127);
}

void peer_read_line(struct peer *peer, char *line_r, size_t size)
{
    size_t n = 0;
    char c;

    for (;;) {
        ssize_t r = read(peer->out, &c, 1);

        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0)
            fail_msg("a peer ended before it said what was expected");
        if (c == '\n')
            break;
        if (n + 1 < size)
            line_r[n++] = c;
    }
    line_r[n] = '\0';
}

void peer_start(struct peer *peer, const char *const argv[], char *line_r, size_t size)
{
    int to[2], from[2];

    assert_int_equal(pipe2(to, O_CLOEXEC), 0);
    assert_int_equal(pipe2(from, O_CLOEXEC), 0);
    peer->pid = fork();
    assert_true(peer->pid >= 0);
    if (peer->pid == 0)
        become(argv, to[0], from[1]);
    close(to[0]);
    close(from[1]);
    peer->in = to[1];
    peer->out = from[0];
    peer_read_line(peer, line_r, size);
}

int peer_stop(struct peer *peer)
{
    int status = 0;

    close(peer->in);
    close(peer->out);
    while (waitpid(peer->pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
