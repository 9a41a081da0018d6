/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Tables that fit a terminal: columns as wide as their widest cell; on a terminal the one flexible
 * column gives way, elsewhere nothing is cut.
 */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include "base/arena.h"

#include <stddef.h>

struct table;

/* titles end with NULL; flexible: index of the column that may be cut. */
struct table *table_new(struct arena *arena, const char *const *titles, size_t flexible);
/* As many cells as titles; NULL is empty. */
void table_add(struct table *table, const char *const *cells);
/* With no rows prints the text empty instead. */
void table_print(const struct table *table, const char *empty);

/* As many whole characters as fit, the last one an ellipsis where something is missing. */
const char *table_cut(struct arena *arena, const char *s, int width);

#endif
