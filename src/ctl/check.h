/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What antragctl check says, from what was found: pure, so that every threshold has its test.  One
 * line with performance data and an exit code, as the Monitoring Plugins' guidelines want it.
 */
#ifndef CTL_CHECK_H
#define CTL_CHECK_H

#include "base/day.h"
#include "base/text.h"
#include "registry/registry.h"

enum check_state { CHECK_OK, CHECK_WARNING, CHECK_CRITICAL, CHECK_UNKNOWN };

struct check_mailbox {
    const char *name;    /* "bedburg-hau/rathaus" */
    int64_t visited_at;  /* MOMENT_NONE: never */
    int interval;        /* seconds between visits as configured */
    const char *trouble; /* what the daemon says is wrong with it, or NULL */
};

struct check_facts {
    int64_t now;
    bool running;
    const char *not_running; /* why we think so; NULL where it runs */
    const char *damage;      /* what the integrity check says, NULL: sound */
    struct check_mailbox *mailboxes;
    size_t mailbox_count;
    int64_t held;            /* messages that wait for a person */
    int64_t overdue;         /* of them, longer than remind-after */
    int64_t oldest_held;     /* registered_at, MOMENT_NONE: none */
    int64_t waiting, failed; /* answers */
    int64_t unsent;          /* answers that are on their way: queued, sending, deferred, maybe */
    int64_t oldest_unsent;   /* created_at of the oldest of them; MOMENT_NONE: none */
    int64_t unfiled;         /* copies that the sent-folders lack */
    int64_t oldest_unfiled;  /* when the oldest of them was sent; MOMENT_NONE: none */
    int64_t newest_failure;  /* created_at; MOMENT_NONE: none */
};

struct check_limits {
    int visit_warning, visit_critical;   /* seconds since the last visit */
    int unsent_warning, unsent_critical; /* seconds an answer is on its way */
    int unfiled_warning;                 /* seconds a copy is not filed */
    int failure_warning;                 /* seconds that a failed answer is told */
};
extern const struct check_limits check_defaults;

/* *line_r: "ANTRAGD WARNING - 1 mail held for 30 hours | held=1 ..." without an end of line. */
enum check_state check_judge(struct arena *arena, const struct check_facts *facts,
                             const struct check_limits *limits, const char **line_r);

const char *check_state_to_text(enum check_state state);

#endif
