/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/grid.h"

#include <string.h>

#define COLUMN_GAP 4

struct row {
    const char *cells[GRID_MAX_CELLS];
    size_t n;
    bool stacked; /* one cell below the other */
};

struct grid {
    struct arena *arena;
    struct row *rows; /* the last one is at work */
    size_t n;
    size_t room;
    int widths[GRID_MAX_CELLS];
    struct text below; /* what is too much for the row at work */
};

struct grid *grid_new(struct arena *arena)
{
    struct grid *grid = ARENA_NEW(arena, struct grid);
    grid->arena = arena;
    grid->room = 4;
    text_init(&grid->below, arena);
    grid->rows = arena_array(arena, grid->room, sizeof *grid->rows);
    return grid;
}

void grid_add_cell(struct grid *grid, const char *cell)
{
    struct row *row = &grid->rows[grid->n];
    if (row->n < GRID_MAX_CELLS) {
        row->cells[row->n++] = cell;
    } else if (*cell) {
        text_add_char(&grid->below, '\n');
        text_add(&grid->below, cell);
    }
}

static void take_below(struct grid *grid, struct row *row)
{
    if (grid->below.len == 0)
        return;
    row->cells[row->n - 1] =
        arena_printf(grid->arena, "%s%s", row->cells[row->n - 1], grid->below.s);
    row->stacked = true;
    text_init(&grid->below, grid->arena);
}

/* A line of so many bytes is wider than any column, and not worth measuring. */
static int line_width(struct arena *arena, const char *s, size_t n)
{
    return n > (size_t)GRID_MAX_COLUMN * 4 ? GRID_MAX_COLUMN + 1
                                           : text_width(arena_strndup(arena, s, n));
}

static int widest_line(struct arena *arena, const char *s)
{
    int widest = 0;
    while (*s && widest <= GRID_MAX_COLUMN) {
        size_t n = strcspn(s, "\n");
        int width = line_width(arena, s, n);
        widest = width > widest ? width : widest;
        s += n + (s[n] == '\n');
    }
    return widest;
}

static void measure_row(struct grid *grid, struct row *row)
{
    int widths[GRID_MAX_CELLS] = {0};
    size_t filled = 0;
    for (size_t i = 0; i < row->n && !row->stacked; i++) {
        widths[i] = widest_line(grid->arena, row->cells[i]);
        filled += *row->cells[i] != '\0';
        row->stacked = widths[i] > GRID_MAX_COLUMN;
    }
    row->stacked = row->stacked || filled < 2;
    for (size_t i = 0; i < row->n && !row->stacked; i++)
        if (widths[i] > grid->widths[i])
            grid->widths[i] = widths[i];
}

void grid_end_row(struct grid *grid)
{
    struct row *row = &grid->rows[grid->n];
    if (row->n == 0)
        return;
    take_below(grid, row);
    measure_row(grid, row);
    grid->n++;
    if (grid->n == grid->room) {
        grid->rows =
            arena_grow(grid->arena, grid->rows, grid->n, grid->room * 2, sizeof *grid->rows);
        grid->room *= 2;
    }
}

static void print_stacked(const struct row *row, struct text *out)
{
    for (size_t i = 0; i < row->n; i++) {
        if (*row->cells[i] == '\0')
            continue;
        text_add(out, row->cells[i]);
        text_add_char(out, '\n');
    }
}

/* The next line of every cell; false where no cell has one. */
static bool print_line(const struct grid *grid, struct row *row, struct text *out)
{
    int owed = 0;
    bool any = false;
    for (size_t i = 0; i < row->n; i++) {
        const char *line = row->cells[i];
        size_t n = strcspn(line, "\n");
        any = any || *line;
        row->cells[i] += n + (line[n] == '\n');
        if (n > 0) {
            for (; owed > 0; owed--)
                text_add_char(out, ' ');
            text_add_bytes(out, line, n);
        }
        owed += grid->widths[i] - line_width(grid->arena, line, n) + COLUMN_GAP;
    }
    if (any)
        text_add_char(out, '\n');
    return any;
}

bool grid_print(const struct grid *grid, struct text *out, size_t room)
{
    size_t end = out->len + room;
    for (size_t i = 0; i < grid->n && out->len <= end; i++) {
        struct row row = grid->rows[i];
        if (row.stacked)
            print_stacked(&row, out);
        else
            while (out->len <= end && print_line(grid, &row, out))
                ;
    }
    return out->len <= end;
}
