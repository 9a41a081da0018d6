/* SPDX-License-Identifier: EUPL-1.2 */
#include "ctl/table.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define GAP 2
#define FLEXIBLE_MIN 12

struct table {
    struct arena *arena;
    size_t columns;
    size_t flexible;
    const char **cells; /* row by row, the titles first */
    size_t rows;
};

static void add_row(struct table *table, const char *const *cells)
{
    size_t used = table->rows * table->columns;
    table->cells =
        arena_grow(table->arena, table->cells, used, used + table->columns, sizeof *table->cells);
    for (size_t i = 0; i < table->columns; i++)
        table->cells[used + i] = text_printable(table->arena, cells[i] ? cells[i] : "");
    table->rows++;
}

struct table *table_new(struct arena *arena, const char *const *titles, size_t flexible)
{
    struct table *table = ARENA_NEW(arena, struct table);
    table->arena = arena;
    table->flexible = flexible;
    while (titles[table->columns])
        table->columns++;
    add_row(table, titles);
    return table;
}

void table_add(struct table *table, const char *const *cells)
{
    add_row(table, cells);
}

static int column_width(const struct table *table, size_t column)
{
    int widest = 0;
    for (size_t row = 0; row < table->rows; row++) {
        int width = text_width(table->cells[row * table->columns + column]);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static int terminal_width(void)
{
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 0;
}

static void fit(const struct table *table, int *widths)
{
    int terminal = terminal_width(), total = 0;
    for (size_t i = 0; i < table->columns; i++) {
        widths[i] = column_width(table, i);
        total += widths[i] + (i ? GAP : 0);
    }
    int *flexible = &widths[table->flexible];
    if (terminal && total > terminal)
        *flexible -= total - terminal;
    if (*flexible < FLEXIBLE_MIN)
        *flexible = FLEXIBLE_MIN;
}

const char *table_cut(struct arena *arena, const char *s, int width)
{
    if (text_width(s) <= width)
        return s;
    size_t n = strlen(s);
    char *copy = arena_strndup(arena, s, n);
    while (n > 0 && text_width(copy) > width - 1) {
        do
            n--;
        while (n > 0 && ((unsigned char)copy[n] & 0xc0) == 0x80);
        copy[n] = '\0';
    }
    return arena_printf(arena, "%s…", copy);
}

static void print_row(const struct table *table, size_t row, const int *widths)
{
    for (size_t i = 0; i < table->columns; i++) {
        const char *cell =
            table_cut(table->arena, table->cells[row * table->columns + i], widths[i]);
        bool last = i + 1 == table->columns;
        printf("%s%*s", cell, last ? 0 : widths[i] - text_width(cell) + GAP, "");
    }
    putchar('\n');
}

void table_print(const struct table *table, const char *empty)
{
    if (table->rows == 1) {
        puts(empty);
        return;
    }
    int *widths = arena_array(table->arena, table->columns, sizeof *widths);
    fit(table, widths);
    for (size_t row = 0; row < table->rows; row++)
        print_row(table, row, widths);
}
