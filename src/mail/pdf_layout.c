/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/pdf_layout.h"

#include "base/text.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SOFT_HYPHEN "\u00ad"

/* Widths in ems.  A blank is a quarter of an em; in justified lines it grows. */
#define BLANK_MAX 0.55      /* wider than this, words may belong to two columns */
#define GUTTER_MIN 0.8      /* between columns of prose */
#define GUTTER_OPEN 1.2     /* between columns that are told by less */
#define CELL_GAP 1.5        /* between cells, where the line's other gaps are smaller */
#define CELL_GAP_SURE 3.0   /* between cells, whatever the others are */
#define CELL_GAP_MARKER 6.0 /* between "1." and its text, at most */
#define CELL_BLANKS 3

#define MAX_DEPTH 12
#define MAX_CELLS 24

/* Words that stand together. */
struct run {
    const char *text;
    struct layout_box box;
};

struct layout {
    struct arena *arena;
    double height;
    struct layout_lines *lines;
    size_t room;
    bool new_column;
};

struct runs {
    struct run **v;
    size_t n;
};

static double box_em(const struct layout_box *box)
{
    return (box->y1 - box->y0) * 0.85;
}

static double box_middle(const struct layout_box *box)
{
    return (box->y0 + box->y1) / 2;
}

static void box_join(struct layout_box *box, const struct layout_box *other)
{
    box->x0 = fmin(box->x0, other->x0);
    box->y0 = fmin(box->y0, other->y0);
    box->x1 = fmax(box->x1, other->x1);
    box->y1 = fmax(box->y1, other->y1);
}

static bool same_height(const struct layout_box *a, const struct layout_box *b)
{
    double overlap = fmin(a->y1, b->y1) - fmax(a->y0, b->y0);
    return overlap > 0.5 * fmin(a->y1 - a->y0, b->y1 - b->y0);
}

static bool ends_with(const char *s, size_t n, const char *end)
{
    size_t len = strlen(end);
    return n >= len && memcmp(s + n - len, end, len) == 0;
}

/* A hyphen that was set for a line's end is none within it. */
static void drop_soft_hyphen(struct text *text)
{
    if (!ends_with(text->s, text->len, SOFT_HYPHEN))
        return;
    text->len -= strlen(SOFT_HYPHEN);
    text->s[text->len] = '\0';
}

static size_t characters(const char *s)
{
    size_t n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

/* ---- words to runs --------------------------------------------------------------------------- */

static bool goes_on(const struct layout_box *box, const struct layout_box *word)
{
    double gap = word->x0 - box->x1, em = box_em(word);
    return same_height(box, word) && gap > -0.3 * em && gap < BLANK_MAX * em;
}

static struct run *make_run(struct arena *arena, const struct layout_word *words, size_t n)
{
    struct text text;
    struct run *run = ARENA_NEW(arena, struct run);
    text_init(&text, arena);
    run->box = words[0].box;
    for (size_t i = 0; i < n; i++) {
        if (i > 0) {
            drop_soft_hyphen(&text);
            text_add_char(&text, ' ');
        }
        text_add(&text, words[i].text);
        box_join(&run->box, &words[i].box);
    }
    run->text = text.s;
    return run;
}

static int by_height(const void *a, const void *b)
{
    const struct run *const *p = a, *const *q = b;
    double d = box_middle(&(*p)->box) - box_middle(&(*q)->box);
    if (d == 0)
        d = (*p)->box.x0 - (*q)->box.x0;
    return d < 0 ? -1 : d > 0;
}

static int by_x(const void *a, const void *b)
{
    const struct run *const *p = a, *const *q = b;
    double d = (*p)->box.x0 - (*q)->box.x0;
    return d < 0 ? -1 : d > 0;
}

static struct runs make_runs(struct arena *arena, const struct layout_word *words, size_t n)
{
    struct runs runs = {arena_array(arena, n, sizeof(struct run *)), 0};
    for (size_t i = 0; i < n;) {
        struct layout_box box = words[i].box;
        size_t k = i + 1;
        for (; k < n && goes_on(&box, &words[k].box); k++)
            box_join(&box, &words[k].box);
        runs.v[runs.n++] = make_run(arena, words + i, k - i);
        i = k;
    }
    qsort(runs.v, runs.n, sizeof *runs.v, by_height);
    return runs;
}

/* ---- columns --------------------------------------------------------------------------------- */

/* One line of one side of a gutter. */
struct stripe {
    struct layout_box box;
    size_t characters;
    bool is_contact; /* a postal code, an address of mail or web */
    bool is_key;     /* "Datum:" */
};

struct side {
    struct stripe *v;
    size_t n;
};

/* Where a region is cut: what lies between top and bottom, left and right of x. */
struct band {
    double x, top, bottom;
    size_t score; /* 0: none */
};

static bool is_contact(const char *s)
{
    size_t digits = strspn(s, "0123456789");
    return (digits == 5 && s[5] == ' ') || strchr(s, '@') || strstr(s, "www.");
}

static void add_stripe(struct side *side, const struct run *run)
{
    struct stripe *last = side->n > 0 ? &side->v[side->n - 1] : NULL;
    if (!last || !same_height(&last->box, &run->box)) {
        last = &side->v[side->n++];
        *last = (struct stripe){.box = run->box};
    }
    box_join(&last->box, &run->box);
    last->characters += characters(run->text);
    last->is_contact = last->is_contact || is_contact(run->text);
    last->is_key = ends_with(run->text, strlen(run->text), ":");
}

static int by_value(const void *a, const void *b)
{
    const double *p = a, *q = b;
    return *p < *q ? -1 : *p > *q;
}

static double side_width(const struct side *side)
{
    struct layout_box box = side->v[0].box;
    for (size_t i = 1; i < side->n; i++)
        box_join(&box, &side->v[i].box);
    return box.x1 - box.x0;
}

static double median_width(struct arena *arena, const struct side *side)
{
    double *v = arena_array(arena, side->n, sizeof *v);
    for (size_t i = 0; i < side->n; i++)
        v[i] = side->v[i].box.x1 - side->v[i].box.x0;
    qsort(v, side->n, sizeof *v, by_value);
    return v[side->n / 2];
}

static double mean_characters(const struct side *side)
{
    size_t sum = 0;
    for (size_t i = 0; i < side->n; i++)
        sum += side->v[i].characters;
    return (double)sum / (double)side->n;
}

static size_t count_keys(const struct side *side)
{
    size_t n = 0;
    for (size_t i = 0; i < side->n; i++)
        n += side->v[i].is_key;
    return n;
}

static bool has_contact(const struct side *side)
{
    for (size_t i = 0; i < side->n; i++)
        if (side->v[i].is_contact)
            return true;
    return false;
}

/* Lines that fill their column. */
static bool is_prose(struct arena *arena, const struct side *side)
{
    return side->n >= 4 && mean_characters(side) >= 22 && 2 * count_keys(side) < side->n &&
           median_width(arena, side) >= 0.7 * side_width(side);
}

/* How many lines of a have one of b at their height. */
static size_t count_level(const struct side *a, const struct side *b)
{
    size_t n = 0;
    for (size_t i = 0, k = 0; i < a->n; i++) {
        double middle = box_middle(&a->v[i].box), slack = (a->v[i].box.y1 - a->v[i].box.y0) / 5;
        while (k < b->n && box_middle(&b->v[k].box) < middle - slack)
            k++;
        n += k < b->n && box_middle(&b->v[k].box) <= middle + slack;
    }
    return n;
}

/* The sender's details stand beside the address or at the foot of a page. */
static bool is_margin(const struct layout *page, const struct band *band)
{
    return band->bottom < 0.45 * page->height || band->top > 0.85 * page->height;
}

/* Whether the two sides are read one after the other; more for the better reason. */
static size_t judge_sides(const struct layout *page, const struct band *band,
                          const struct side *left, const struct side *right, double gutter)
{
    const struct side *small = left->n < right->n ? left : right;
    size_t n = small->n;
    if (n < 2 || mean_characters(left) <= 3)
        return 0;
    if (is_prose(page->arena, left) && is_prose(page->arena, right))
        return 2 * n;
    if (gutter < GUTTER_OPEN)
        return 0;
    if (2 * count_level(small, small == left ? right : left) < n)
        return n;
    if (n >= 3 && is_margin(page, band) && (has_contact(left) || has_contact(right)) &&
        2 * count_keys(left) < left->n)
        return n;
    return 0;
}

static struct side gather_side(const struct layout *page, const struct runs *runs,
                               const struct band *band, bool right)
{
    struct side side = {arena_array(page->arena, runs->n, sizeof(struct stripe)), 0};
    for (size_t i = 0; i < runs->n; i++) {
        const struct layout_box *box = &runs->v[i]->box;
        double middle = box_middle(box);
        if ((box->x0 >= band->x) == right && middle >= band->top && middle <= band->bottom)
            add_stripe(&side, runs->v[i]);
    }
    return side;
}

/* Where both sides have something. */
static bool find_overlap(const struct runs *runs, struct band *band, double *gutter_r)
{
    double top[2] = {HUGE_VAL, HUGE_VAL}, bottom[2] = {0, 0}, left = -HUGE_VAL, em = 0;
    for (size_t i = 0; i < runs->n; i++) {
        const struct layout_box *box = &runs->v[i]->box;
        bool right = box->x0 >= band->x;
        top[right] = fmin(top[right], box->y0);
        bottom[right] = fmax(bottom[right], box->y1);
        em = fmax(em, box_em(box));
        if (!right)
            left = fmax(left, box->x1);
    }
    band->top = fmax(top[0], top[1]);
    band->bottom = fmin(bottom[0], bottom[1]);
    *gutter_r = (band->x - left) / em;
    return band->top < band->bottom;
}

/* One side may go on where the other has ended, as long as its lines stay together. */
static void extend_band(const struct runs *runs, struct band *band)
{
    for (size_t i = 0; i < runs->n; i++) {
        const struct layout_box *box = &runs->v[i]->box;
        if (box->y1 > band->bottom && box->y0 < band->bottom + 0.7 * (box->y1 - box->y0))
            band->bottom = box->y1;
    }
    for (size_t i = runs->n; i-- > 0;) {
        const struct layout_box *box = &runs->v[i]->box;
        if (box->y0 < band->top && box->y1 > band->top - 0.7 * (box->y1 - box->y0))
            band->top = box->y0;
    }
}

/* runs: none of them crosses x. */
static void try_band(const struct layout *page, struct runs runs, double x, struct band *best)
{
    struct band band = {.x = x};
    double gutter;
    if (runs.n < 4 || !find_overlap(&runs, &band, &gutter))
        return;
    /* the sides are weighed in an arena of their own: there are many tries */
    struct layout inner = *page;
    inner.arena = arena_new();
    struct side left = gather_side(&inner, &runs, &band, false);
    struct side right = gather_side(&inner, &runs, &band, true);
    if (left.n > 0 && right.n > 0)
        band.score = judge_sides(&inner, &band, &left, &right, gutter);
    arena_free(inner.arena);
    if (band.score <= best->score)
        return;
    extend_band(&runs, &band);
    *best = band;
}

/* The stretches of a region that nothing crosses at x. */
static void try_gutter(const struct layout *page, struct runs runs, double x, struct band *best)
{
    size_t begin = 0;
    for (size_t i = 0; i <= runs.n; i++) {
        const struct layout_box *box = i < runs.n ? &runs.v[i]->box : NULL;
        if (box && (box->x0 >= x || box->x1 <= x - GUTTER_MIN * box_em(box)))
            continue;
        try_band(page, (struct runs){runs.v + begin, i - begin}, x, best);
        begin = i + 1;
    }
}

/* A gutter ends where some run begins. */
static struct band find_columns(const struct layout *page, struct runs runs)
{
    struct band best = {0};
    double last = -HUGE_VAL;
    struct run **sorted = arena_array(page->arena, runs.n, sizeof *sorted);
    memcpy(sorted, runs.v, runs.n * sizeof *sorted);
    qsort(sorted, runs.n, sizeof *sorted, by_x);
    for (size_t i = 0; i < runs.n; i++) {
        if (sorted[i]->box.x0 < last + 1)
            continue;
        last = sorted[i]->box.x0;
        try_gutter(page, runs, last, &best);
    }
    return best;
}

/* ---- lines ----------------------------------------------------------------------------------- */

struct cell {
    const char *text;
    double x0, x1;
    size_t column; /* in a table */
};

struct row {
    struct layout_box box;
    struct cell cells[MAX_CELLS];
    size_t n;
};

static void add_line(struct layout *page, const char *text, const struct layout_box *box)
{
    struct layout_lines *lines = page->lines;
    if (lines->n == page->room) {
        page->room = page->room ? 2 * page->room : 64;
        lines->v = arena_grow(page->arena, lines->v, lines->n, page->room, sizeof *lines->v);
    }
    lines->v[lines->n++] =
        (struct layout_line){.text = text, .box = *box, .first = page->new_column};
    page->new_column = false;
}

/* "1.", "a)", a bullet */
static bool is_marker(const char *s)
{
    size_t n = strlen(s), letters = strcspn(s, "0123456789abcdefghijklmnopqrstuvwxyz"
                                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    return characters(s) <= 4 && (letters == n || strchr(".)", s[n - 1]));
}

static double median_gap(struct run *const *v, size_t n)
{
    double gaps[MAX_CELLS];
    size_t count = 0;
    for (size_t i = 1; i < n && count < MAX_CELLS; i++)
        gaps[count++] = v[i]->box.x0 - v[i - 1]->box.x1;
    qsort(gaps, count, sizeof *gaps, by_value);
    return count ? gaps[count / 2] : 0;
}

/* Whether the gap before v[i] parts cells. */
static bool is_cell_gap(struct run *const *v, size_t n, size_t i, double median)
{
    double em = box_em(&v[i]->box), gap = v[i]->box.x0 - v[i - 1]->box.x1;
    if (i == 1 && is_marker(v[0]->text) && gap < CELL_GAP_MARKER * em)
        return false;
    if (gap >= CELL_GAP_SURE * em)
        return true;
    return gap >= CELL_GAP * em && (n < 4 || gap > 2.2 * median);
}

static void end_cell(struct row *row, struct text *text)
{
    bool soft = ends_with(text->s, text->len, SOFT_HYPHEN);
    drop_soft_hyphen(text);
    if (soft)
        text_add_char(text, '-');
    row->cells[row->n - 1].text = text->s;
}

static struct row make_row(struct arena *arena, struct run **v, size_t n)
{
    struct row row = {.box = v[0]->box, .n = 0};
    struct text text;
    qsort(v, n, sizeof *v, by_x);
    double median = median_gap(v, n);
    for (size_t i = 0; i < n; i++) {
        bool cell = i == 0 || (row.n < MAX_CELLS && is_cell_gap(v, n, i, median));
        if (cell && i > 0)
            end_cell(&row, &text);
        if (cell) {
            text_init(&text, arena);
            row.cells[row.n++] = (struct cell){.x0 = v[i]->box.x0, .x1 = v[i]->box.x1};
        } else {
            drop_soft_hyphen(&text);
            if (v[i]->box.x0 - v[i - 1]->box.x1 > 0.1 * box_em(&v[i]->box))
                text_add_char(&text, ' ');
        }
        text_add(&text, v[i]->text);
        row.cells[row.n - 1].x1 = fmax(row.cells[row.n - 1].x1, v[i]->box.x1);
        box_join(&row.box, &v[i]->box);
    }
    end_cell(&row, &text);
    return row;
}

static struct row *make_rows(struct arena *arena, struct runs runs, size_t *n_r)
{
    struct row *rows = arena_array(arena, runs.n, sizeof *rows);
    size_t n = 0;
    for (size_t i = 0; i < runs.n;) {
        size_t k = i + 1;
        while (k < runs.n && same_height(&runs.v[i]->box, &runs.v[k]->box))
            k++;
        rows[n++] = make_row(arena, runs.v + i, k - i);
        i = k;
    }
    *n_r = n;
    return rows;
}

/* ---- rows with cells, as a table ---- */

/* Columns of a table: stretches of x that do not overlap. */
struct columns {
    struct {
        double x0, x1;
        size_t at; /* characters from the line's begin */
    } v[MAX_CELLS];
    size_t n;
};

/* The cell as a column of its own, or within one; false where it would join two. */
static bool add_column(struct columns *columns, const struct cell *cell)
{
    size_t hit = columns->n, i = 0;
    for (; i < columns->n && columns->v[i].x0 < cell->x1; i++)
        if (columns->v[i].x1 > cell->x0) {
            if (hit < columns->n)
                return false;
            hit = i;
        }
    if (hit < columns->n) {
        columns->v[hit].x0 = fmin(columns->v[hit].x0, cell->x0);
        columns->v[hit].x1 = fmax(columns->v[hit].x1, cell->x1);
        return true;
    }
    if (columns->n == MAX_CELLS)
        return false;
    memmove(columns->v + i + 1, columns->v + i, (columns->n - i) * sizeof *columns->v);
    columns->v[i].x0 = cell->x0;
    columns->v[i].x1 = cell->x1;
    columns->n++;
    return true;
}

static bool add_row_columns(struct columns *columns, const struct row *row)
{
    for (size_t i = 0; i < row->n; i++)
        if (!add_column(columns, &row->cells[i]))
            return false;
    return true;
}

static size_t find_column(const struct columns *columns, const struct cell *cell)
{
    size_t i = 0;
    while (i + 1 < columns->n && columns->v[i].x1 < cell->x0)
        i++;
    return i;
}

static bool is_next_row(const struct row *row)
{
    return row->box.y0 - row[-1].box.y1 <= 2.5 * (row->box.y1 - row->box.y0);
}

/* Rows whose cells stand one below the other. */
static size_t find_table(struct row *rows, size_t n, struct columns *columns_r)
{
    size_t count = 0;
    *columns_r = (struct columns){.n = 0};
    for (; count < n && (count == 0 || is_next_row(&rows[count])); count++) {
        struct columns more = *columns_r;
        if (!add_row_columns(&more, &rows[count]))
            break;
        *columns_r = more;
    }
    for (size_t r = 0; r < count; r++)
        for (size_t i = 0; i < rows[r].n; i++)
            rows[r].cells[i].column = find_column(columns_r, &rows[r].cells[i]);
    return count;
}

/* Rows of as many cells each, set with tabulators that went to other places in each. */
static size_t find_tabbed(struct row *rows, size_t n, struct columns *columns_r)
{
    size_t count = 0;
    *columns_r = (struct columns){.n = rows[0].n};
    for (; count < n && rows[count].n == rows[0].n && (count == 0 || is_next_row(&rows[count]));
         count++)
        for (size_t i = 0; i < rows[count].n; i++)
            rows[count].cells[i].column = i;
    return count;
}

/* Rows that are one table, from the first one on. */
static size_t table_rows(struct row *rows, size_t n, struct columns *columns_r)
{
    size_t count = find_table(rows, n, columns_r);
    if (count == 1 && n > 1 && rows[1].n == rows[0].n && is_next_row(&rows[1]))
        return find_tabbed(rows, n, columns_r);
    return count;
}

static void set_stops(struct columns *columns, const struct row *rows, size_t n)
{
    for (size_t k = 0; k + 1 < columns->n; k++)
        for (size_t r = 0; r < n; r++) {
            size_t end = columns->v[k].at;
            for (size_t i = 0; i < rows[r].n; i++)
                if (rows[r].cells[i].column == k)
                    end += characters(rows[r].cells[i].text) + CELL_BLANKS;
            if (end > columns->v[k + 1].at)
                columns->v[k + 1].at = end;
        }
}

static void write_row(struct layout *page, const struct row *row, const struct columns *columns)
{
    struct text text;
    size_t at = 0;
    text_init(&text, page->arena);
    for (size_t i = 0; i < row->n; i++) {
        size_t stop = columns->v[row->cells[i].column].at;
        if (i > 0 && stop < at + CELL_BLANKS)
            stop = at + CELL_BLANKS;
        for (; at < stop; at++)
            text_add_char(&text, ' ');
        text_add(&text, row->cells[i].text);
        at += characters(row->cells[i].text);
    }
    add_line(page, text.s, &row->box);
}

static void write_rows(struct layout *page, struct runs runs)
{
    size_t n;
    struct row *rows = make_rows(page->arena, runs, &n);
    for (size_t i = 0; i < n;) {
        struct columns columns;
        size_t count = rows[i].n > 1 ? table_rows(rows + i, n - i, &columns) : 0;
        if (count == 0) {
            add_line(page, rows[i].cells[0].text, &rows[i].box);
            i++;
            continue;
        }
        set_stops(&columns, rows + i, count);
        for (size_t k = 0; k < count; k++)
            write_row(page, &rows[i + k], &columns);
        i += count;
    }
}

/* ---- regions --------------------------------------------------------------------------------- */

enum place { PLACE_ABOVE, PLACE_LEFT, PLACE_RIGHT, PLACE_BELOW };

static enum place place_in(const struct band *band, const struct layout_box *box)
{
    double middle = box_middle(box);
    if (middle < band->top)
        return PLACE_ABOVE;
    if (middle > band->bottom)
        return PLACE_BELOW;
    return box->x0 >= band->x ? PLACE_RIGHT : PLACE_LEFT;
}

static void read_region(struct layout *page, struct runs runs, size_t depth)
{
    if (runs.n == 0)
        return;
    struct band band = {0};
    if (depth < MAX_DEPTH)
        band = find_columns(page, runs);
    if (band.score == 0) {
        write_rows(page, runs);
        return;
    }
    struct runs part = {arena_array(page->arena, runs.n, sizeof *part.v), 0};
    for (int place = PLACE_ABOVE; place <= PLACE_BELOW; place++) {
        part.n = 0;
        for (size_t i = 0; i < runs.n; i++)
            if ((int)place_in(&band, &runs.v[i]->box) == place)
                part.v[part.n++] = runs.v[i];
        page->new_column = true;
        read_region(page, part, depth + 1);
    }
}

/* ---- white space between lines --------------------------------------------------------------- */

/* From one line to the next, in heights of the taller. */
static double line_step(const struct layout_line *line)
{
    const struct layout_box *above = &line[-1].box, *box = &line->box;
    return (box->y1 - above->y1) / fmax(box->y1 - box->y0, above->y1 - above->y0);
}

#define USUAL_STEP 1.2 /* where too few lines tell */
#define WIDEST_STEP 2.2

/* The step from line to line within a paragraph: the smallest that occurs often; USUAL_STEP where
 * there is none. */
static double usual_step(struct arena *arena, const struct layout_line *lines, size_t count)
{
    size_t n = 0;
    double *steps = arena_array(arena, count, sizeof *steps);
    for (size_t i = 1; i < count; i++) {
        double step = line_step(&lines[i]);
        if (!lines[i].first && step > 0.7 && step < 3)
            steps[n++] = step;
    }
    qsort(steps, n, sizeof *steps, by_value);
    for (size_t i = 0, k; i < n && steps[i] < WIDEST_STEP; i++) {
        for (k = i; k < n && steps[k] < steps[i] * 1.08; k++)
            ;
        if (k - i >= 2 && 7 * (k - i) >= n)
            return steps[(i + k) / 2];
    }
    return USUAL_STEP;
}

/* A column of prose goes on in the next one. */
static bool ends_sentence(const char *s)
{
    size_t n = strlen(s);
    return n == 0 || strchr(".:;!?)", s[n - 1]) != NULL;
}

static void mark_gap(struct layout_line *line, double usual)
{
    double step = line_step(line);
    bool prose = characters(line[-1].text) >= 30 && !ends_sentence(line[-1].text);
    line->gap = line->first ? !(prose && step < 0) : step < 0 || step > usual * 1.18;
}

/* A column may have steps of its own; where it has too few lines to tell, the page's count. */
static void mark_gaps(struct arena *arena, struct layout_lines *lines)
{
    double usual = usual_step(arena, lines->v, lines->n), own = usual;
    for (size_t i = 0; i < lines->n; i++) {
        size_t end = i + 1;
        if (i == 0 || lines->v[i].first) {
            while (end < lines->n && !lines->v[end].first)
                end++;
            own = end - i > 5 ? usual_step(arena, lines->v + i, end - i) : USUAL_STEP;
        }
        if (i > 0)
            mark_gap(&lines->v[i], own == USUAL_STEP ? usual : own);
    }
}

void layout_page(struct arena *arena, const struct layout_word *words, size_t n, double height,
                 struct layout_lines *lines_r)
{
    struct layout page = {.arena = arena, .height = height, .lines = lines_r};
    *lines_r = (struct layout_lines){NULL, 0};
    if (n == 0)
        return;
    read_region(&page, make_runs(arena, words, n < LAYOUT_MAX_WORDS ? n : LAYOUT_MAX_WORDS), 0);
    mark_gaps(arena, lines_r);
}
