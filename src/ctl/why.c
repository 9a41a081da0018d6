/* SPDX-License-Identifier: EUPL-1.2 */
#include "ctl/why.h"

#include "ctl/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns of a value that is shown below its text. */
#define VALUE_WIDTH 60

struct mark {
    const struct found *found;
    const char *value;
    const char *motions; /* "1, 3": which ones have it; "" where there is only one */
};

struct page {
    struct arena *arena;
    const char *text;
    const struct mark *marks; /* the text's, by where they begin, the longer ones first */
    size_t n;
    int label_width; /* of the widest */
    bool colours;
};

/* ---- marks ---- */

static bool is_same(const struct mark *a, const struct mark *b)
{
    return a->found->value == b->found->value && a->found->begin == b->found->begin &&
           a->found->end == b->found->end && text_equal(a->found->part, b->found->part) &&
           text_equal(a->found->rule, b->found->rule) && text_equal(a->value, b->value);
}

static void add_mark(struct arena *arena, struct mark *marks, size_t *n, const struct mark *mark)
{
    for (size_t i = 0; i < *n; i++) {
        if (!is_same(&marks[i], mark))
            continue;
        if (!text_equal(marks[i].motions, mark->motions))
            marks[i].motions = arena_printf(arena, "%s, %s", marks[i].motions, mark->motions);
        return;
    }
    marks[(*n)++] = *mark;
}

static int compare_marks(const void *a, const void *b)
{
    const struct found *x = ((const struct mark *)a)->found, *y = ((const struct mark *)b)->found;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    if (x->end != y->end)
        return x->end > y->end ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

/* What the motions have in that part; part NULL: in none. */
static size_t collect(struct arena *arena, const struct motions *motions, const char *part,
                      struct mark **marks_r)
{
    size_t n = 0, size = 0;
    for (size_t i = 0; i < motions->n; i++)
        size += motions->v[i].found_count;
    *marks_r = arena_array(arena, size, sizeof **marks_r);
    for (size_t i = 0; i < motions->n; i++) {
        const struct motion *motion = &motions->v[i];
        const char *number = motions->n > 1 ? arena_printf(arena, "%zu", i + 1) : "";
        for (size_t k = 0; k < motion->found_count; k++) {
            const struct found *found = &motion->found[k];
            const char *value = motion_value_text(arena, motion, found->value, found->index);
            if (text_equal(found->part, part))
                add_mark(arena, *marks_r, &n, &(struct mark){found, value ? value : "", number});
        }
    }
    qsort(*marks_r, n, sizeof **marks_r, compare_marks);
    return n;
}

/* The last word says enough: "organization". */
static const char *short_name(const struct mark *mark)
{
    const char *name = motion_value_name(mark->found->value);
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

/* ---- a line ---- */

static const char *colour_of(const struct mark *mark)
{
    static const char *const colours[] = {"31", "32", "33", "34", "35", "36"};
    return colours[(size_t)mark->found->value % (sizeof colours / sizeof colours[0])];
}

static void print_piece(const struct page *page, size_t begin, size_t end)
{
    const struct mark *inner = NULL;
    char *piece = arena_strndup(page->arena, page->text + begin, end - begin);
    for (size_t i = 0; i < page->n && page->marks[i].found->begin <= begin; i++)
        if (page->marks[i].found->end > begin)
            inner = &page->marks[i];
    for (char *tab = piece; (tab = strchr(tab, '\t')) != NULL;)
        *tab = ' ';
    if (page->colours && inner)
        printf("\033[1;%sm%s\033[0m", colour_of(inner), text_printable(page->arena, piece));
    else
        fputs(text_printable(page->arena, piece), stdout);
}

static void print_brackets(const struct page *page, size_t at, size_t line_end)
{
    for (size_t i = 0; i < page->n && page->marks[i].found->begin < at; i++)
        if (page->marks[i].found->end == at)
            putchar(']');
    for (size_t i = 0; i < page->n && at < line_end && page->marks[i].found->begin <= at; i++)
        if (page->marks[i].found->begin == at && page->marks[i].found->end > at)
            printf("[%s: ", short_name(&page->marks[i]));
}

/* Where the next mark begins or ends behind at. */
static size_t next_edge(const struct page *page, size_t at, size_t line_end)
{
    size_t edge = line_end;
    for (size_t i = 0; i < page->n && page->marks[i].found->begin < line_end; i++) {
        const struct found *found = page->marks[i].found;
        if (found->begin > at && found->begin < edge)
            edge = found->begin;
        if (found->end > at && found->end < edge)
            edge = found->end;
    }
    return edge;
}

static const char *label_of(struct arena *arena, const struct mark *mark)
{
    const char *name = motion_value_name(mark->found->value);
    return *mark->motions ? arena_printf(arena, "%s of %s", name, mark->motions) : name;
}

static void print_mark(const struct page *page, const struct mark *mark)
{
    struct arena *arena = page->arena;
    const char *value = text_printable(arena, text_squeeze(arena, mark->value));
    const char *label = arena_printf(arena, "%-*s", page->label_width, label_of(arena, mark));
    if (page->colours)
        label = arena_printf(arena, "\033[1;%sm%s\033[0m", colour_of(mark), label);
    printf("       %s  %s  (%s)\n", label, table_cut(arena, value, VALUE_WIDTH),
           mark->found->rule ? mark->found->rule : "no rule named");
}

static void print_marks(const struct page *page)
{
    for (size_t i = 0; i < page->n; i++)
        print_mark(page, &page->marks[i]);
}

static void print_line(const struct page *page, size_t number, size_t begin, size_t end)
{
    printf(begin < end ? "%5zu  " : "%5zu", number);
    for (size_t at = begin;;) {
        if (!page->colours)
            print_brackets(page, at, end);
        if (at == end)
            break;
        size_t edge = next_edge(page, at, end);
        print_piece(page, at, edge);
        at = edge;
    }
    putchar('\n');
    for (size_t i = 0; i < page->n && page->marks[i].found->begin < end; i++)
        if (page->marks[i].found->begin >= begin)
            print_mark(page, &page->marks[i]);
}

static void print_text(const struct page *page)
{
    size_t begin = 0;
    for (size_t number = 1; page->text[begin] != '\0'; number++) {
        size_t n = strcspn(page->text + begin, "\n\f");
        print_line(page, number, begin, begin + n);
        begin += n + (page->text[begin + n] != '\0');
    }
}

/* ---- all of it ---- */

static struct page make_page(struct arena *arena, const struct motions *motions, const char *path,
                             const char *text, bool colours)
{
    struct mark *marks;
    struct page page = {.arena = arena, .text = text, .colours = colours};
    page.n = collect(arena, motions, path, &marks);
    page.marks = marks;
    for (size_t i = 0; i < page.n; i++) {
        int width = (int)strlen(label_of(arena, &marks[i]));
        page.label_width = width > page.label_width ? width : page.label_width;
    }
    return page;
}

static void print_page(struct arena *arena, const struct motions *motions, const char *path,
                       const char *title, const char *text, bool colours)
{
    struct page page = make_page(arena, motions, path, text, colours);
    bool is_empty = text == NULL || *text == '\0';
    if (page.n == 0 && (is_empty || motions->n > 0))
        return;
    printf("\n%s%s\n", text_printable(arena, title), text ? "" : ", too much text to show");
    if (text != NULL)
        print_text(&page);
    else
        print_marks(&page);
}

static const char *title_of(struct arena *arena, const struct mail_part *part)
{
    return arena_printf(arena, "part %s, %s%s%s", part->path, part->type, part->name ? ", " : "",
                        part->name ? part->name : "");
}

static void print_inferred(struct arena *arena, const struct motions *motions, bool colours)
{
    struct page page = make_page(arena, motions, NULL, NULL, colours);
    if (page.n > 0)
        puts("\nin no text");
    print_marks(&page);
}

static void print_motions(struct arena *arena, const struct motions *motions)
{
    for (size_t i = 0; i < motions->n; i++) {
        const struct motion *motion = &motions->v[i];
        printf("motion %zu  %s \"%s\", part %s%s\n", i + 1, motion_kind_to_text(motion->kind),
               motion->title ? text_printable(arena, motion->title) : "(no title)",
               motion->found_in, motion->is_ocr ? ", read off a picture" : "");
    }
    if (motions->n == 0)
        puts("no motion");
}

void why_print(struct arena *arena, const struct reading *reading, bool colours)
{
    const struct mail *mail = reading->mail;
    print_motions(arena, &reading->motions);
    print_page(arena, &reading->motions, FOUND_IN_SUBJECT, FOUND_IN_SUBJECT, mail->subject,
               colours);
    for (size_t i = 0; i < mail->part_count; i++) {
        const struct mail_part *part = &mail->parts[i];
        print_page(arena, &reading->motions, part->path, title_of(arena, part), part->content,
                   colours);
    }
    print_inferred(arena, &reading->motions, colours);
}
