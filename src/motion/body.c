/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/body.h"

#include "base/text.h"
#include "motion/pattern.h"

#include <string.h>

/* Lines longer than this open no thread. */
#define MARK_MAX 300

struct walk {
    struct arena *arena;
    const char *next;
    const char *line; /* NUL-terminated copy, without the quoting mark where unquote is set */
};

static bool next_line(struct walk *walk)
{
    if (*walk->next == '\0')
        return false;
    size_t n = strcspn(walk->next, "\n");
    walk->line = arena_strndup(walk->arena, walk->next, n);
    walk->next += n + (walk->next[n] == '\n');
    return true;
}

/* Outlook writes no mark, only the old message's header fields: "Von:", then "Gesendet:". */
static bool begins_header_block(const struct walk *walk)
{
    struct walk ahead = *walk;
    return pattern_matches(PATTERN_thread_from, walk->line) && next_line(&ahead) &&
           strlen(ahead.line) < MARK_MAX && pattern_matches(PATTERN_thread_header, ahead.line);
}

static bool begins_thread(const struct walk *walk, bool fields_count)
{
    return strlen(walk->line) < MARK_MAX && (pattern_matches(PATTERN_thread_begins, walk->line) ||
                                             (fields_count && begins_header_block(walk)));
}

static bool is_blank(const char *s)
{
    return strspn(s, " \t\r\n") == strlen(s);
}

char *body_own_text(struct arena *arena, const char *text, bool forwards)
{
    struct walk walk = {.arena = arena, .next = text};
    struct text out;
    bool any = false;
    text_init(&out, arena);
    while (next_line(&walk)) {
        if (text_equal(walk.line, "-- ") || text_equal(walk.line, "--") ||
            begins_thread(&walk, forwards || any))
            break;
        if (walk.line[0] == '>')
            continue;
        any = any || !is_blank(walk.line);
        text_add(&out, walk.line);
        text_add_char(&out, '\n');
    }
    return out.s;
}

static const char *unquoted(const char *line)
{
    if (line[0] != '>')
        return line;
    return line[1] == ' ' ? line + 2 : line + 1;
}

static void skip_headers(struct walk *walk)
{
    struct walk at = *walk;
    bool any = false;
    while (next_line(&at)) {
        bool blank = strspn(at.line, " \t>\r") == strlen(at.line);
        bool header = strlen(at.line) < MARK_MAX && pattern_matches(PATTERN_thread_header, at.line);
        if (!header && !(blank && !any))
            break;
        any = any || header;
        *walk = at;
    }
}

char *body_forwarded_text(struct arena *arena, const char *text, const char *subject)
{
    struct walk walk = {.arena = arena, .next = text};
    bool forwards = subject != NULL && body_is_forward(subject);
    struct text out;
    const char *start;
    for (;;) {
        start = walk.next;
        if (!next_line(&walk))
            return NULL;
        if (!begins_thread(&walk, true))
            continue;
        if (pattern_matches(PATTERN_thread_forwarded, walk.line))
            forwards = true;
        break;
    }
    if (!forwards)
        return NULL;
    if (!pattern_matches(PATTERN_thread_begins, walk.line))
        walk.next = start;
    skip_headers(&walk);
    text_init(&out, arena);
    while (next_line(&walk)) {
        text_add(&out, unquoted(walk.line));
        text_add_char(&out, '\n');
    }
    return out.s;
}

bool body_is_answer(const char *subject)
{
    return pattern_matches(PATTERN_subject_reply, subject);
}

bool body_is_forward(const char *subject)
{
    return pattern_matches(PATTERN_subject_forward, subject);
}
