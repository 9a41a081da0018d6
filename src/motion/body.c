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

static bool is_blank(const char *s)
{
    return strspn(s, " \t\r\n") == strlen(s);
}

static bool is_quoted(const char *line)
{
    return line[0] == '>' || (line[0] != '\0' && pattern_matches(PATTERN_thread_quoted, line));
}

static const char *unquoted(const char *line)
{
    if (line[0] != '>')
        return line;
    return line[1] == ' ' ? line + 2 : line + 1;
}

/* ---- where an older message begins ---- */

/* Header fields that stand together: more than that are looked at in none. */
#define BLOCK_MAX 8

static bool is_field(const char *line)
{
    return strlen(line) < MARK_MAX && pattern_matches(PATTERN_thread_header, line);
}

/* Outlook writes no mark, only the old message's header fields.  A memo's head ("Von:", "An:",
 * "Datum:") has neither the time nor an address. */
static bool begins_header_block(const struct walk *walk)
{
    struct walk ahead = *walk;
    bool has_from = false, is_mail = false;
    size_t n = 0;
    do {
        const char *line = ahead.line + strspn(ahead.line, "> ");
        if (!is_field(line))
            break;
        has_from = has_from || pattern_matches(PATTERN_thread_from, line);
        is_mail = is_mail || pattern_matches(PATTERN_thread_mail_field, line);
        n++;
    } while (n < BLOCK_MAX && next_line(&ahead));
    return n >= 2 && has_from && is_mail;
}

/* To the next line that is not empty. */
static bool skip_blanks(struct walk *walk)
{
    while (next_line(walk))
        if (!is_blank(walk->line))
            return true;
    return false;
}

/* A rule may also be drawn for a signature. */
static bool begins_with_rule(const struct walk *walk)
{
    struct walk ahead = *walk;
    return pattern_matches(PATTERN_thread_rule, walk->line) && skip_blanks(&ahead) &&
           begins_header_block(&ahead);
}

/* "Am 01.06.2026 um 10:14 schrieb Nele Rau", "<rau@gruene.example>:" */
static bool begins_wrapped(const struct walk *walk)
{
    struct walk ahead = *walk;
    return pattern_matches(PATTERN_thread_wrapped, walk->line) && next_line(&ahead) &&
           strlen(ahead.line) < MARK_MAX && pattern_matches(PATTERN_thread_wrapped_end, ahead.line);
}

static bool is_bracketed(const struct walk *walk)
{
    return walk->line[0] == '>' && strlen(walk->line) < MARK_MAX &&
           pattern_matches(PATTERN_thread_bracketed, walk->line);
}

/* A line that says that an older message follows. */
static bool is_mark(const struct walk *walk)
{
    return strlen(walk->line) < MARK_MAX && (pattern_matches(PATTERN_thread_begins, walk->line) ||
                                             begins_with_rule(walk) || begins_wrapped(walk));
}

static bool begins_thread(const struct walk *walk, bool fields_count)
{
    return is_mark(walk) || (fields_count && walk->line[0] != '\0' && begins_header_block(walk));
}

/* ---- what the sender wrote ---- */

/* A line without its first bytes. */
static void add_line(struct splice *out, const struct walk *walk, size_t skipped)
{
    splice_add(out, walk->source + skipped, (size_t)(walk->next - walk->source) - skipped);
}

/* Behind the line that names whom it quotes, where quoting marks follow: who answers below the old
 * text, or between its lines, has not ended there. */
static bool skip_attribution(struct walk *walk)
{
    struct walk ahead = *walk;
    if (strlen(walk->line) >= MARK_MAX)
        return false;
    if (begins_wrapped(walk))
        next_line(&ahead);
    else if (!pattern_matches(PATTERN_thread_attribution, walk->line))
        return false;
    struct walk quoted = ahead;
    if (!skip_blanks(&quoted) || !is_quoted(quoted.line))
        return false;
    *walk = ahead;
    return true;
}

/* Behind the end of a mail of ours that is quoted without a mark; NULL: there is none. */
static const char *find_receipt_end(const char *text)
{
    struct match match;
    return pattern_find(PATTERN_receipt_ends, text, 0, &match) ? text + match.end[0] : NULL;
}

static bool begins_receipt(const struct walk *walk, const char *receipt_end)
{
    return receipt_end != NULL && walk->source < receipt_end && strlen(walk->line) < MARK_MAX &&
           pattern_matches(PATTERN_receipt_begins, walk->line);
}

char *body_own_text(struct trace *trace, const char *text, bool quotes)
{
    struct walk walk = {.arena = trace_arena(trace), .next = text};
    const char *receipt_end = find_receipt_end(text);
    struct splice out;
    bool any = false;
    splice_init(&out, trace);
    while (next_line(&walk)) {
        if (text_equal(walk.line, "-- ") || text_equal(walk.line, "--"))
            break;
        if (is_bracketed(&walk))
            break;
        if (is_quoted(walk.line) || skip_attribution(&walk))
            continue;
        if (begins_thread(&walk, quotes || any) || begins_receipt(&walk, receipt_end))
            break;
        any = any || !is_blank(walk.line);
        add_line(&out, &walk, 0);
    }
    return splice_text(&out);
}

/* ---- what the sender hands on ---- */

/* A field that was folded goes on indented, or with more addresses. */
static bool goes_on(const char *line)
{
    return line[0] == ' ' || line[0] == '\t' || pattern_matches(PATTERN_addresses_only, line);
}

static void skip_headers(struct walk *walk)
{
    struct walk at = *walk;
    bool any = false;
    while (next_line(&at)) {
        bool blank = strspn(at.line, " \t>\r") == strlen(at.line);
        bool header = is_field(at.line);
        if (!header && !(blank && !any) && !(any && !blank && goes_on(at.line)))
            break;
        any = any || header;
        *walk = at;
    }
}

/* To behind the line that begins a message handed on, or before the block of fields that does;
 * false where the text hands none on.  quoted: quoting marks say as much as a line. */
static bool find_forward(struct walk *walk, bool forwards, bool quoted)
{
    const char *start;
    for (;;) {
        start = walk->next;
        if (!next_line(walk))
            return false;
        if (begins_thread(walk, true) || (quoted && walk->line[0] == '>'))
            break;
    }
    if (!forwards && !pattern_matches(PATTERN_thread_forwarded, walk->line))
        return false;
    if (!is_mark(walk))
        walk->next = start;
    else if (begins_wrapped(walk))
        next_line(walk);
    return true;
}

char *body_forwarded_text(struct trace *trace, const char *text, bool forwards)
{
    struct walk walk = {.arena = trace_arena(trace), .next = text};
    struct splice out;
    if (!find_forward(&walk, forwards, forwards))
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
    if (mail->forward_count > 0 ||
        !find_forward(&walk, mail->subject != NULL && body_is_forward(mail->subject), false))
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

bool body_hands_on(struct arena *arena, const struct mail *mail)
{
    struct trace *trace = trace_new(arena);
    const char *own = body_own_text(trace, mail->text, body_may_begin_quoted(mail));
    trace_free(trace);
    return pattern_matches(PATTERN_hands_on, own);
}

bool body_is_answer(const char *subject)
{
    return pattern_matches(PATTERN_subject_reply, subject);
}

bool body_is_forward(const char *subject)
{
    return pattern_matches(PATTERN_subject_forward, subject);
}

bool body_may_begin_quoted(const struct mail *mail)
{
    return mail->in_reply_to.n > 0 || (mail->subject != NULL && (body_is_answer(mail->subject) ||
                                                                 body_is_forward(mail->subject)));
}
