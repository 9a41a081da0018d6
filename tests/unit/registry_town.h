/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One day of a town, from the first mail to the last answer, as the tests of failures run it.
 * Every step of it may be repeated: run again after any interruption, it ends in the same state.
 */
#ifndef TESTS_UNIT_REGISTRY_TOWN_H
#define TESTS_UNIT_REGISTRY_TOWN_H

#include "registry_case.h"

/* What is promised so far; called each time something was committed. */
enum town_mark {
    TOWN_BATCH = 'B',
    TOWN_DIALLED = 'D',
    TOWN_DATA = 'd',
    TOWN_SENT = 'S',
};
#define TOWN_BATCHES 3
#define TOWN_BATCH_SIZE 2

/* A registry before the first mail, made once and closed. */
const struct case_directory *town_made(void);
void town_made_remove(void);

bool town_run(struct registry *registry, void (*mark)(enum town_mark mark), struct err *err_r);

/* What holds at any moment; fails the test, naming when. */
void town_check(const char *directory, const char *when);
/* It is as town_made(): whatever is done with one ends as with the other. */
void town_check_made(const char *directory, const char *when);
/* What holds at the end of the day. */
void town_check_end(const char *directory, const char *when);
int64_t town_get(const char *directory, const char *sql);

#endif
