/* SPDX-License-Identifier: EUPL-1.2 */
/* A first configuration: what setup has asked for, and how it is written down. */
#ifndef CTL_SETUP_H
#define CTL_SETUP_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Texts as answered; "" is none. */
struct setup_server {
    const char *host; /* or a folder, from its "/" on */
    const char *tls, *port, *ca_file;
    const char *user;
    const char *password_file;
};

struct setup_member {
    const char *address, *name, *role;
};

struct setup_faction {
    const char *title;
    struct setup_member *members;
    size_t member_count;
};

struct setup_answers {
    const char *state_directory;
    const char *id, *name, *land, *mayor;
    const char *from, *office, *list;
    const char *council, *days; /* "0": no deadline */
    struct setup_server mailbox, submission;
    const char *folder;
    struct setup_faction *factions;
    size_t faction_count;
};

bool setup_is_directory(const struct setup_server *server);

/* The file, whole.  now: what arrived earlier is left alone. */
char *setup_write(struct arena *arena, const struct setup_answers *answers, int64_t now);

#endif
