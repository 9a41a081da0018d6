/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/pattern.h"

#include "base/err.h"
#include "base/text.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdint.h>
#include <string.h>

#include "motion/words_de.def"

/* Far above what a letter needs (some hundred steps a line), far below what one notices. */
#define STEP_LIMIT 200000
#define DEPTH_LIMIT 20000
#define HEAP_LIMIT_KIB 4096

static const struct {
    const char *id;
    const char *text;
} sources[PATTERN_COUNT] = {
#define PATTERN(id, text) {#id, text},
#include "motion/patterns_de.def"
#undef PATTERN
};

/* Words of which a pattern needs one; a line without any is not searched.  Worth it for patterns
 * that begin with something as common as a capital letter. */
#define CUES_MAX 2
static const char *const cues[PATTERN_COUNT][CUES_MAX] = {
    [PATTERN_faction_hyphen] = {"raktion", "ruppe"},
    [PATTERN_confidential] = {"ffentlich", "vertraulich"},
    [PATTERN_email] = {"@"},
};

static pcre2_code *codes[PATTERN_COUNT];
static pcre2_match_data *match_data;
static pcre2_match_context *match_context;

/* letters that have a spelling without umlauts */
static const struct {
    const char *letter;
    const char *both;
} spellings[] = {
    {"ä", "(?:ä|ae)"}, {"ö", "(?:ö|oe)"},    {"ü", "(?:ü|ue)"}, {"Ä", "(?:Ä|Ae|AE)"},
    {"Ö", "(?:Ö|Oe)"}, {"Ü", "(?:Ü|Ue|UE)"}, {"ß", "(?:ß|ss)"},
};

static size_t add_spelling(struct text *out, const char *s)
{
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        if (!text_starts(s, spellings[i].letter))
            continue;
        text_add(out, spellings[i].both);
        return strlen(spellings[i].letter);
    }
    text_add_char(out, *s);
    return 1;
}

static const char *with_spellings(struct arena *arena, const char *s)
{
    struct text out;
    bool in_class = false;
    text_init(&out, arena);
    while (*s != '\0') {
        if (*s == '\\' && s[1] != '\0') {
            text_add_bytes(&out, s, 2);
            s += 2;
            continue;
        }
        if (*s == '[' || *s == ']')
            in_class = *s == '[';
        if (in_class)
            text_add_char(&out, *s++);
        else
            s += add_spelling(&out, s);
    }
    return out.s;
}

static pcre2_code *compile(struct arena *arena, const char *id, const char *source)
{
    int error;
    PCRE2_SIZE offset;
    PCRE2_UCHAR message[128];
    if (strstr(source, "(?&") != NULL)
        source = arena_printf(arena, "%s%s", source, W_DEFINITIONS);
    const char *text = with_spellings(arena, source);
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_UCP,
                                     &error, &offset, NULL);
    if (code == NULL) {
        pcre2_get_error_message(error, message, sizeof message);
        panic("pattern %s: %s at \"%s\"", id, (const char *)message, text + offset);
    }
    return code;
}

void pattern_preload(void)
{
    if (match_context != NULL)
        return;
    struct arena *arena = arena_new();
    for (size_t i = 0; i < PATTERN_COUNT; i++)
        codes[i] = compile(arena, sources[i].id, sources[i].text);
    arena_free(arena);
    match_data = pcre2_match_data_create(MATCH_GROUPS, NULL);
    match_context = pcre2_match_context_create(NULL);
    if (match_data == NULL || match_context == NULL)
        panic("out of memory");
    pcre2_set_match_limit(match_context, STEP_LIMIT);
    pcre2_set_depth_limit(match_context, DEPTH_LIMIT);
    pcre2_set_heap_limit(match_context, HEAP_LIMIT_KIB);
}

const char *pattern_id(enum pattern pattern)
{
    return sources[pattern].id;
}

static void copy_groups(struct match *match_r, const char *s, int count)
{
    const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(match_data);
    match_r->s = s;
    for (int i = 0; i < MATCH_GROUPS; i++) {
        bool has = i < count && offsets[2 * i] != PCRE2_UNSET;
        match_r->start[i] = has ? offsets[2 * i] : MATCH_NONE;
        match_r->end[i] = has ? offsets[2 * i + 1] : MATCH_NONE;
    }
}

/* ASCII only is case folded: a cue has no other letters.  A cue behind n does no harm. */
static bool has_cue(enum pattern pattern, const char *s)
{
    for (size_t i = 0; i < CUES_MAX && cues[pattern][i] != NULL; i++) {
        if (strcasestr(s, cues[pattern][i]) != NULL)
            return true;
    }
    return cues[pattern][0] == NULL;
}

static bool find(enum pattern pattern, const char *s, size_t n, size_t from, struct match *match_r)
{
    if (codes[pattern] == NULL)
        panic("pattern %s is used before motion_preload()", sources[pattern].id);
    if (from > n || !has_cue(pattern, s + from))
        return false;
    int count = pcre2_match(codes[pattern], (PCRE2_SPTR)s, n, from, PCRE2_NO_UTF_CHECK, match_data,
                            match_context);
    if (count < 0)
        return false;
    if (match_r != NULL) {
        match_r->pattern = pattern;
        copy_groups(match_r, s, count > 0 ? count : MATCH_GROUPS);
    }
    return true;
}

bool pattern_find(enum pattern pattern, const char *s, size_t from, struct match *match_r)
{
    return find(pattern, s, strlen(s), from, match_r);
}

bool pattern_matches(enum pattern pattern, const char *s)
{
    return find(pattern, s, strlen(s), 0, NULL);
}

bool pattern_find_within(enum pattern pattern, const char *s, size_t n, struct match *match_r)
{
    return find(pattern, s, n, 0, match_r);
}

bool match_has(const struct match *match, int group)
{
    return match->start[group] != MATCH_NONE;
}

char *match_text(const struct match *match, int group, struct arena *arena)
{
    if (!match_has(match, group))
        return arena_strdup(arena, "");
    return arena_strndup(arena, match->s + match->start[group],
                         match->end[group] - match->start[group]);
}
