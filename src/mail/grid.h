/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A table as it stands on paper: cells side by side, so that a wide gap parts the columns, which is
 * what the grammar takes for cells.  Where a cell is prose, the row's cells stand one below the
 * other instead.
 */
#ifndef MAIL_GRID_H
#define MAIL_GRID_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

#define GRID_MAX_CELLS 12  /* side by side; what is more in a row goes below the last one */
#define GRID_MAX_COLUMN 60 /* a wider cell is prose */

struct grid;

struct grid *grid_new(struct arena *arena);
/* Lines with LF between; to the row at work. */
void grid_add_cell(struct grid *grid, const char *cell);
/* Without cells there is no row. */
void grid_end_row(struct grid *grid);
/* Each line ends with LF.  False where it would be more than room bytes; some are there then. */
bool grid_print(const struct grid *grid, struct text *out, size_t room);

#endif
