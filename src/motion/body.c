/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/body.h"

#include "base/text.h"
#include "mail/address.h"
#include "motion/pattern.h"

#include <string.h>

/* Lines longer than this open no thread. */
#define MARK_MAX 300

struct walk {
    struct arena *arena;
    const char *next;
    const char *source; /* the line in the text */
    const char *line;   /* NUL-terminated copy of it */
};

static bool next_line(struct walk *walk)
{
    if (*walk->next == '\0')
        return false;
    size_t n = strcspn(walk->next, "\n");
    walk->source = walk->next;
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

/* A line without its first bytes. */
static void add_line(struct splice *out, const struct walk *walk, size_t skipped)
{
    splice_add(out, walk->source + skipped, (size_t)(walk->next - walk->source) - skipped);
}

char *body_own_text(struct trace *trace, const char *text, bool forwards)
{
    struct walk walk = {.arena = trace_arena(trace), .next = text};
    struct splice out;
    bool any = false;
    splice_init(&out, trace);
    while (next_line(&walk)) {
        if (text_equal(walk.line, "-- ") || text_equal(walk.line, "--") ||
            begins_thread(&walk, forwards || any))
            break;
        if (walk.line[0] == '>')
            continue;
        any = any || !is_blank(walk.line);
        add_line(&out, &walk, 0);
    }
    return splice_text(&out);
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

/* To behind the line that begins a message handed on, or before the block of fields that does;
 * false where the text hands none on. */
static bool find_forward(struct walk *walk, const char *subject)
{
    bool forwards = subject != NULL && body_is_forward(subject);
    const char *start;
    for (;;) {
        start = walk->next;
        if (!next_line(walk))
            return false;
        if (begins_thread(walk, true))
            break;
    }
    if (!forwards && !pattern_matches(PATTERN_thread_forwarded, walk->line))
        return false;
    if (!pattern_matches(PATTERN_thread_begins, walk->line))
        walk->next = start;
    return true;
}

char *body_forwarded_text(struct trace *trace, const char *text, const char *subject)
{
    struct walk walk = {.arena = trace_arena(trace), .next = text};
    struct splice out;
    if (!find_forward(&walk, subject))
        return NULL;
    skip_headers(&walk);
    splice_init(&out, trace);
    while (next_line(&walk))
        add_line(&out, &walk, (size_t)(unquoted(walk.line) - walk.line));
    return splice_text(&out);
}

/* The one address in "Name <a@b>", "Name [mailto:a@b]", "a@b"; NULL where there is none or are
 * several. */
static const char *find_address(struct arena *arena, const char *s)
{
    static const char edges[] = "<>[]() \t,;\"*";
    const char *found = NULL;
    while (*s != '\0') {
        size_t n = strcspn(s, edges);
        const char *word = arena_strndup(arena, s, n);
        if (text_starts(word, "mailto:"))
            word += strlen("mailto:");
        if (address_is_plain(word)) {
            if (found != NULL && !address_equal(found, word))
                return NULL;
            found = word;
        }
        s += n;
        s += strspn(s, edges);
    }
    return found;
}

static const char *find_name(struct arena *arena, const char *s)
{
    const char *name = text_trim(arena, arena_strndup(arena, s, strcspn(s, "<[(*")));
    return *name == '\0' || strchr(name, '@') != NULL ? NULL : name;
}

static void add_forward(struct arena *arena, struct mail *mail, const char *value)
{
    const char *address = find_address(arena, value);
    struct mail_forward *forward;
    if (address == NULL)
        return;
    forward = ARENA_NEW(arena, struct mail_forward);
    *forward = (struct mail_forward){.from = {.v = ARENA_NEW(arena, struct mail_address), .n = 1},
                                     .date_at = MOMENT_NONE};
    forward->from.v[0] = (struct mail_address){.name = find_name(arena, value), .address = address};
    mail->forwards = forward;
    mail->forward_count = 1;
}

void body_find_forward(struct arena *arena, struct mail *mail)
{
    struct walk walk = {.arena = arena, .next = mail->text};
    if (mail->forward_count > 0 || !find_forward(&walk, mail->subject))
        return;
    while (next_line(&walk)) {
        const char *line = unquoted(walk.line);
        if (strlen(line) < MARK_MAX && pattern_matches(PATTERN_thread_from, line)) {
            add_forward(arena, mail, strchr(line, ':') + 1);
            return;
        }
        if (!is_blank(line) && !pattern_matches(PATTERN_thread_header, line))
            return;
    }
}

bool body_is_answer(const char *subject)
{
    return pattern_matches(PATTERN_subject_reply, subject);
}

bool body_is_forward(const char *subject)
{
    return pattern_matches(PATTERN_subject_forward, subject);
}
