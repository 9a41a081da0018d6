/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Patterns: the grammar's only way to look at text, and the only place that sees PCRE2.
 *
 * Patterns are rows of patterns_de.def, compiled once by pattern_preload().  In them an umlaut or
 * sharp s outside of [] also matches its two letters (ae, oe, ue, ss), as people without a German
 * keyboard write.  Subjects must be UTF-8.  Every match runs under a limit of steps; what would
 * exceed it does not match.
 */
#ifndef MOTION_PATTERN_H
#define MOTION_PATTERN_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum pattern {
#define PATTERN(id, text) PATTERN_##id,
#include "motion/patterns_de.def"
#undef PATTERN
    PATTERN_COUNT
};

#define MATCH_GROUPS 12
#define MATCH_NONE ((size_t)-1)

/* offsets into the subject; MATCH_NONE for a group that took no part */
struct match {
    enum pattern pattern;
    const char *s;
    size_t start[MATCH_GROUPS];
    size_t end[MATCH_GROUPS];
};

void pattern_preload(void);
/* Its name in the table. */
const char *pattern_id(enum pattern pattern);

/* The first match at or behind from; match_r may be NULL. */
bool pattern_find(enum pattern pattern, const char *s, size_t from, struct match *match_r);
bool pattern_matches(enum pattern pattern, const char *s);
/* In the first n bytes only. */
bool pattern_find_within(enum pattern pattern, const char *s, size_t n, struct match *match_r);

bool match_has(const struct match *match, int group);
/* A copy of a group, "" where it took no part. */
char *match_text(const struct match *match, int group, struct arena *arena);

#endif
