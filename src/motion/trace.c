/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/trace.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum link_how {
    LINK_COPY,
    LINK_SQUEEZED,   /* runs of white space became a blank, or went where they stood at an end */
    LINK_STANDS_FOR, /* all for all */
};

/* Bytes that were made of others.  A long letter has more links than lines: they are kept small,
 * and no text is as long as these lengths go. */
struct link {
    const char *made;
    const char *from;
    const char *rule;
    uint32_t n;
    uint32_t from_n : 30;
    uint32_t how : 2;
};

struct source {
    const char *path;
    const char *text;
    size_t n;
    size_t offset;
};

struct trace {
    struct arena *arena;
    struct source *sources;
    size_t source_count;
    struct link *links; /* of their own memory: the arena would keep all that grew too small */
    size_t n;
    size_t size;
    bool sorted; /* by made: nothing in an arena is freed, so no two of them share an address */
};

struct splice_piece {
    size_t at;
    const char *from;
    size_t n;
};

struct trace *trace_new(struct arena *arena)
{
    struct trace *trace = ARENA_NEW(arena, struct trace);
    trace->arena = arena;
    return trace;
}

void trace_free(struct trace *trace)
{
    free(trace->links);
    trace->links = NULL;
}

struct arena *trace_arena(const struct trace *trace)
{
    return trace->arena;
}

void trace_add_source(struct trace *trace, const char *path, const char *text, size_t offset)
{
    size_t n = trace->source_count;
    trace->sources = arena_grow(trace->arena, trace->sources, n, n + 1, sizeof *trace->sources);
    trace->sources[n] =
        (struct source){.path = path, .text = text, .n = strlen(text), .offset = offset};
    trace->source_count++;
}

size_t trace_mark(const struct trace *trace)
{
    return trace->n;
}

void trace_forget(struct trace *trace, size_t mark)
{
    trace->n = mark;
}

/* ---- making ---- */

static void grow(struct trace *trace)
{
    size_t size = 2 * trace->size + 256;
    struct link *links = xcalloc(size, sizeof *links);
    if (trace->n > 0)
        memcpy(links, trace->links, trace->n * sizeof *links);
    free(trace->links);
    trace->links = links;
    trace->size = size;
}

static void add_link(struct trace *trace, enum link_how how, const char *made, size_t n,
                     const char *from, size_t from_n, const char *rule)
{
    if (n == 0 || from_n == 0)
        return;
    if (trace->n == trace->size)
        grow(trace);
    trace->links[trace->n++] = (struct link){.made = made,
                                             .from = from,
                                             .rule = rule,
                                             .n = (uint32_t)n,
                                             .from_n = (uint32_t)from_n & (UINT32_MAX >> 2),
                                             .how = how};
    trace->sorted = false;
}

void trace_link(struct trace *trace, const char *made, size_t n, const char *from, const char *rule)
{
    add_link(trace, LINK_COPY, made, n, from, n, rule);
}

char *trace_stand_for(struct trace *trace, char *made, const char *from, size_t n, const char *rule)
{
    add_link(trace, LINK_STANDS_FOR, made, strlen(made), from, n, rule);
    return made;
}

static char *copy(struct trace *trace, const char *s, size_t n, const char *rule)
{
    char *made = arena_strndup(trace->arena, s, n);
    trace_link(trace, made, n, s, rule);
    return made;
}

char *trace_copy(struct trace *trace, const char *s, size_t n)
{
    return copy(trace, s, n, NULL);
}

char *trace_as(struct trace *trace, const char *s, const char *rule)
{
    return s != NULL ? copy(trace, s, strlen(s), rule) : NULL;
}

char *trace_group(struct trace *trace, const struct match *match, int group)
{
    if (!match_has(match, group))
        return arena_strdup(trace->arena, "");
    return copy(trace, match->s + match->start[group], match->end[group] - match->start[group],
                pattern_id(match->pattern));
}

char *trace_squeeze(struct trace *trace, const char *s, size_t n)
{
    const char *from = s[n] == '\0' ? s : arena_strndup(trace->arena, s, n);
    char *made = text_squeeze(trace->arena, from);
    add_link(trace, LINK_SQUEEZED, made, strlen(made), s, n, NULL);
    return made;
}

char *trace_trim(struct trace *trace, const char *s, size_t n)
{
    const char *from = arena_strndup(trace->arena, s, n);
    char *made = text_trim(trace->arena, from);
    const char *at = strstr(from, made);
    trace_link(trace, made, strlen(made), s + (at - from), NULL);
    return made;
}

/* ---- splices ---- */

void splice_init(struct splice *splice, struct trace *trace)
{
    *splice = (struct splice){.trace = trace};
    text_init(&splice->text, trace->arena);
}

void splice_add(struct splice *splice, const char *s, size_t n)
{
    struct splice_piece *last = splice->n > 0 ? &splice->pieces[splice->n - 1] : NULL;
    size_t at = splice->text.len;
    text_add_bytes(&splice->text, s, n);
    if (last != NULL && last->from + last->n == s && last->at + last->n == at) {
        last->n += n;
        return;
    }
    if (splice->n == splice->size) {
        splice->size = 2 * splice->size + 16;
        splice->pieces = arena_grow(splice->trace->arena, splice->pieces, splice->n, splice->size,
                                    sizeof *splice->pieces);
    }
    splice->pieces[splice->n++] = (struct splice_piece){.at = at, .from = s, .n = n};
}

void splice_add_char(struct splice *splice, char c)
{
    text_add_char(&splice->text, c);
}

void splice_drop_last(struct splice *splice)
{
    struct splice_piece *last = splice->n > 0 ? &splice->pieces[splice->n - 1] : NULL;
    if (last != NULL && last->at + last->n == splice->text.len)
        last->n--;
    splice->text.s[--splice->text.len] = '\0';
}

char *splice_text(struct splice *splice)
{
    for (size_t i = 0; i < splice->n; i++) {
        const struct splice_piece *piece = &splice->pieces[i];
        trace_link(splice->trace, splice->text.s + piece->at, piece->n, piece->from, NULL);
    }
    return splice->text.s;
}

/* ---- spots ---- */

struct spot spot_of_groups(const struct match *match, int first, int count)
{
    size_t begin = MATCH_NONE, end = 0;
    for (int i = first; i < first + count; i++) {
        if (!match_has(match, i))
            continue;
        begin = match->start[i] < begin ? match->start[i] : begin;
        end = match->end[i] > end ? match->end[i] : end;
    }
    if (begin == MATCH_NONE)
        return (struct spot){.rule = pattern_id(match->pattern)};
    return (struct spot){match->s + begin, end - begin, pattern_id(match->pattern)};
}

struct spot spot_of_match(const struct match *match)
{
    return spot_of_groups(match, 0, 1);
}

/* ---- following ---- */

static int compare_links(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)((const struct link *)a)->made;
    uintptr_t y = (uintptr_t)((const struct link *)b)->made;
    return (x > y) - (x < y);
}

static int compare_address(const void *key, const void *element)
{
    const struct link *link = element;
    uintptr_t p = (uintptr_t)key, made = (uintptr_t)link->made;
    if (p < made)
        return -1;
    return p - made >= link->n;
}

static const struct link *find_link(struct trace *trace, const char *p)
{
    if (!trace->sorted && trace->n > 0)
        qsort(trace->links, trace->n, sizeof *trace->links, compare_links);
    trace->sorted = true;
    return trace->n > 0 ? bsearch(p, trace->links, trace->n, sizeof *trace->links, compare_address)
                        : NULL;
}

static const struct source *find_source(const struct trace *trace, const char *p)
{
    for (size_t i = 0; i < trace->source_count; i++) {
        const struct source *source = &trace->sources[i];
        if ((uintptr_t)p - (uintptr_t)source->text < source->n)
            return source;
    }
    return NULL;
}

static size_t character_length(const char *s)
{
    size_t n = 1;
    while (((unsigned char)s[n] & 0xC0) == 0x80)
        n++;
    return n;
}

/* A blank is white space that stands before the next character. */
static size_t squeezed_offset(const struct link *link, size_t at)
{
    const char *made = link->made, *from = link->from;
    size_t i = 0;
    for (size_t k = 0;;) {
        size_t n = character_length(made + k);
        bool blank = made[k] == ' ';
        while (!blank && i < link->from_n && strncmp(from + i, made + k, n) != 0)
            i += character_length(from + i);
        if (at < k + n)
            return i + (at - k);
        k += n;
        i += blank ? 0 : n;
    }
}

/* last: it is the last byte of a value; of what stands for other bytes it is the last of these. */
static const char *step(const struct link *link, const char *p, bool last)
{
    size_t at = (size_t)(p - link->made);
    switch ((enum link_how)link->how) {
    case LINK_COPY:
        break;
    case LINK_SQUEEZED:
        at = squeezed_offset(link, at);
        break;
    case LINK_STANDS_FOR:
        at = last ? link->from_n - 1 : 0;
        break;
    }
    return link->from + at;
}

/* The source that the byte at *p comes from, and *p there.  *rule_r: the last rule on the way,
 * where none is set. */
static const struct source *follow(struct trace *trace, const char **p, bool last,
                                   const char **rule_r)
{
    const struct source *source;
    while ((source = find_source(trace, *p)) == NULL) {
        const struct link *link = find_link(trace, *p);
        if (link == NULL)
            return NULL;
        if (*rule_r == NULL)
            *rule_r = link->rule;
        *p = step(link, *p, last);
    }
    return source;
}

static struct found locate(struct trace *trace, const struct found_note *note)
{
    struct found found = {.value = note->value, .index = note->index, .rule = note->rule};
    if (note->s == NULL || note->n == 0)
        return found;
    const char *begin = note->s, *last = note->s + note->n - 1;
    const char *rule = note->rule;
    const struct source *source = follow(trace, &begin, false, &found.rule);
    const struct source *end = follow(trace, &last, true, &rule);
    if (source == NULL || end == NULL || end < source || (source == end && begin > last))
        return found;
    if (source != end)
        last = source->text + source->n - 1;
    found.part = source->path;
    found.begin = source->offset + (size_t)(begin - source->text);
    found.end = source->offset + (size_t)(last - source->text) + 1;
    return found;
}

/* ---- notes ---- */

static void add_note(struct trace *trace, struct motion *motion, const struct found_note *note)
{
    size_t n = motion->note_count;
    /* a copy: a letter's motions share what was noted before they part */
    motion->notes = arena_grow(trace->arena, motion->notes, n, n + 1, sizeof *motion->notes);
    motion->notes[n] = *note;
    motion->note_count++;
}

void trace_note(struct trace *trace, struct motion *motion, enum motion_value value, size_t index,
                struct spot spot)
{
    struct found_note note = {value, index, spot.s, spot.n, spot.rule};
    for (size_t i = 0; i < motion->note_count; i++) {
        if (motion->notes[i].value != value || motion->notes[i].index != index)
            continue;
        motion->notes[i] = note;
        return;
    }
    add_note(trace, motion, &note);
}

void trace_share(struct trace *trace, const struct motion *from, enum motion_value value,
                 struct motion *motion)
{
    for (size_t i = 0; i < from->note_count; i++) {
        const struct found_note *note = &from->notes[i];
        if (note->value == value)
            trace_note(trace, motion, value, note->index,
                       (struct spot){note->s, note->n, note->rule});
    }
}

static const struct found_note *find_note(const struct motion *motion, enum motion_value value,
                                          size_t index)
{
    for (size_t i = 0; i < motion->note_count; i++)
        if (motion->notes[i].value == value && motion->notes[i].index == index)
            return &motion->notes[i];
    return NULL;
}

static void add_found(struct trace *trace, struct motion *motion, enum motion_value value,
                      size_t index)
{
    const char *text = motion_value_text(trace->arena, motion, value, index);
    const struct found_note *note = find_note(motion, value, index);
    struct found_note itself = {.value = value, .index = index, .s = text};
    if (text == NULL)
        return;
    itself.n = strlen(text);
    motion->found[motion->found_count++] = locate(trace, note != NULL ? note : &itself);
}

void trace_finish(struct trace *trace, struct motion *motion)
{
    size_t n = 0;
    for (int value = 0; value < VALUE_COUNT; value++)
        n += motion_value_count(motion, (enum motion_value)value);
    motion->found = arena_array(trace->arena, n, sizeof *motion->found);
    for (int value = 0; value < VALUE_COUNT; value++)
        for (size_t i = 0; i < motion_value_count(motion, (enum motion_value)value); i++)
            add_found(trace, motion, (enum motion_value)value, i);
    motion->notes = NULL;
    motion->note_count = 0;
}
