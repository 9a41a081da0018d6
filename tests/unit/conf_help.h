/* SPDX-License-Identifier: EUPL-1.2 */
/* A directory of its own for configurations, and what loading one says. */
#ifndef TESTS_UNIT_CONF_HELP_H
#define TESTS_UNIT_CONF_HELP_H

#include "conf/conf.h"

/* cmocka's group fixtures: the directory is there, with secret, ca.pem and some more files. */
int conf_help_setup(void **state);
int conf_help_teardown(void **state);

/* The directory; "@DIR@" in the texts below stands for it. */
const char *conf_help_directory(void);

/* A file in the directory, mode 0600 or what it says. */
void conf_help_write(const char *name, const char *text);
void conf_help_chmod(const char *name, unsigned mode);
char *conf_help_path(struct arena *arena, const char *name);
/* Of the sources of the program, which the tests may read. */
char *conf_help_read_source(struct arena *arena, const char *path);

/* Copies of s with every old one replaced; the old one must be there. */
char *conf_help_replace(struct arena *arena, const char *s, const char *old, const char *new_one);

/* A small configuration without a mistake; the lines are numbered in its source. */
extern const char conf_help_good[];

/* Writes the text as test.conf and loads it; the mistakes without the directory, a line each:
 * "test.conf:7: …\n", "" if there is none. */
char *conf_help_mistakes(struct arena *arena, const char *text);
const struct conf *conf_help_load(struct arena *arena, const char *text);

#endif
