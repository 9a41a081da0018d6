/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/speech.h"

#include <string.h>

/* More than this no person writes who wants one thing; what follows is not looked at. */
#define MAX_SENTENCES 60
/* Longer is no sentence; patterns look at so much of it. */
#define MAX_SENTENCE 1200
/* A line that greets or closes is shorter. */
#define MAX_LINE 80
/* Longer is no abbreviation, with the stop. */
#define MAX_ABBREVIATION 8

/* ---- where a sentence ends --------------------------------------------------------------------
 */

static bool is_abbreviation(const char *begin, const char *at)
{
    char word[MAX_ABBREVIATION + 1] = {0};
    size_t n =
        (size_t)(at - begin) + 1 < MAX_ABBREVIATION ? (size_t)(at - begin) + 1 : MAX_ABBREVIATION;

    memcpy(word, at + 1 - n, n);
    const char *s = word;
    while (((unsigned char)*s & 0xC0) == 0x80) /* patterns need UTF-8 */
        s++;
    return pattern_matches(PATTERN_speech_abbreviation, s);
}

/* A stop behind a digit ends a sentence where another begins that is no month: "am 24.09. statt",
 * "am 2. Oktober"; "im Rat am 24.09. Bitte". */
static bool ends_number(const char *at)
{
    return at[1] == '\0' || pattern_find(PATTERN_speech_begins, at + 1, 0, NULL);
}

/* A stop behind a single letter ends none: "z. B.". */
static bool ends_sentence(const char *begin, const char *at)
{
    if (*at == '!' || *at == '?')
        return true;
    if (*at != '.' || at == begin || (at[1] != '\0' && strchr(" \n\t", at[1]) == NULL))
        return false;
    if (at[-1] >= '0' && at[-1] <= '9')
        return ends_number(at);
    if (is_abbreviation(begin, at))
        return false;
    return at - begin < 2 || strchr(" .(", at[-2]) == NULL;
}

static bool is_gap(const char *begin, const char *s)
{
    const char *last = s;

    s += strspn(s, " \t");
    if (s[0] != '\n' || s[1 + strspn(s + 1, " \t")] != '\n')
        return false;
    while (last > begin && strchr(" \t", last[-1]) != NULL)
        last--;
    return last == begin || last[-1] != ':';
}

/* In a quotation nothing ends. */
static const char *skip_quoted(const char *begin, const char *at)
{
    struct match match;

    return pattern_find(PATTERN_speech_quoted_here, begin, (size_t)(at - begin), &match)
               ? begin + match.end[0]
               : at;
}

static const char *find_end(const char *s)
{
    const char *at = s;

    while (*at != '\0') {
        /* the first bytes of quotation marks */
        const char *behind = strchr("\"'\xC2\xE2", *at) != NULL ? skip_quoted(s, at) : at;

        if (behind > at) {
            at = behind;
            continue;
        }
        if (is_gap(s, at))
            return at;
        if (ends_sentence(s, at))
            return at + 1;
        at++;
    }
    return at;
}

/* ---- sentences --------------------------------------------------------------------------------
 */

static char *drop_quoted(struct arena *arena, const char *s)
{
    struct text text;
    struct match match;

    text_init(&text, arena);
    while (pattern_find(PATTERN_speech_quoted, s, 0, &match)) {
        text_add_bytes(&text, s, match.start[0]);
        text_add(&text, "*");
        s += match.end[0];
    }
    text_add(&text, s);
    return text.s;
}

static void add_sentence(struct speech *speech, const char *s, size_t n)
{
    if (n > MAX_SENTENCE) {
        n = MAX_SENTENCE;
        speech->cut = true;
    }
    while (((unsigned char)s[n] & 0xC0) == 0x80)
        n--;
    const char *sentence = text_squeeze(speech->arena, arena_strndup(speech->arena, s, n));
    struct match match;

    if (pattern_find(PATTERN_speech_greets, sentence, 0, &match))
        sentence += match.end[0];
    if (*sentence == '\0')
        return;
    texts_add(&speech->sentences, speech->arena, sentence);
    texts_add(&speech->bare, speech->arena, drop_quoted(speech->arena, sentence));
}

static void add_sentences(struct speech *speech, const char *s)
{
    while (*s != '\0' && speech->sentences.n < MAX_SENTENCES) {
        const char *end = find_end(s);

        add_sentence(speech, s, (size_t)(end - s));
        s = *end == '\0' ? end : end + strspn(end, " \t\n");
    }
    speech->cut = speech->cut || *s != '\0';
}

/* ---- lines ------------------------------------------------------------------------------------
 */

struct reader {
    struct speech *speech;
    struct text block; /* lines that no line of another sort parts */
    bool closed;
};

static void end_block(struct reader *reader)
{
    add_sentences(reader->speech, reader->block.s);
    text_init(&reader->block, reader->speech->arena);
    if (!reader->closed)
        reader->speech->said = reader->speech->sentences.n;
}

/* "Grüß Gott" is no "Gruß", and above the first word nothing closes. */
static bool is_closing(const struct reader *reader, const char *line)
{
    bool first = reader->block.len == 0 && reader->speech->sentences.n == 0;

    return strlen(line) < MAX_LINE && !first && !pattern_matches(PATTERN_speech_greeting, line) &&
           (pattern_matches(PATTERN_closing, line) ||
            pattern_matches(PATTERN_speech_closing, line));
}

static bool is_alone(const char *line)
{
    return strlen(line) < MAX_LINE && (pattern_matches(PATTERN_speech_greeting, line) ||
                                       pattern_matches(PATTERN_speech_thanks, line));
}

static void read_line(struct reader *reader, const char *line)
{
    const char *trimmed = text_trim(reader->speech->arena, line);

    if (is_closing(reader, trimmed)) {
        end_block(reader);
        reader->closed = true;
        return;
    }
    bool alone = is_alone(trimmed);

    if (alone || pattern_matches(PATTERN_speech_item, trimmed))
        end_block(reader);
    text_add_line(&reader->block, line);
    if (alone)
        end_block(reader);
}

void speech_read(struct arena *arena, const char *text, struct day mailed, struct speech *speech_r)
{
    struct reader reader = {.speech = speech_r};

    *speech_r = (struct speech){.arena = arena, .mailed = mailed};
    text_init(&reader.block, arena);
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");

        read_line(&reader, arena_strndup(arena, text, n));
        text += n + (text[n] == '\n');
    }
    end_block(&reader);
}

static bool any(const struct speech *speech, size_t n, enum pattern pattern)
{
    for (size_t i = 0; i < n; i++) {
        if (pattern_matches(pattern, speech->bare.v[i]))
            return true;
    }
    return false;
}

bool speech_matches(const struct speech *speech, enum pattern pattern)
{
    return any(speech, speech->bare.n, pattern);
}

bool speech_says(const struct speech *speech, enum pattern pattern)
{
    return any(speech, speech->said, pattern);
}

/* ---- clauses ----------------------------------------------------------------------------------
 */

static void add_clause(struct arena *arena, const char *s, size_t n, struct texts *clauses_r)
{
    const char *clause = text_trim(arena, arena_strndup(arena, s, n));

    if (*clause != '\0' && !pattern_matches(PATTERN_speech_greeting, clause))
        texts_add(clauses_r, arena, clause);
}

void speech_part_clauses(struct arena *arena, const char *sentence, struct texts *clauses_r)
{
    struct match match;

    *clauses_r = (struct texts){0};
    while (pattern_find(PATTERN_speech_parts, sentence, 0, &match)) {
        add_clause(arena, sentence, match.start[0], clauses_r);
        sentence += match.end[0];
    }
    add_clause(arena, sentence, strlen(sentence), clauses_r);
}
