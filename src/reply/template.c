/* SPDX-License-Identifier: EUPL-1.2 */
#include "reply/template.h"

#include "base/text.h"

#include <string.h>

#define MAX_DEPTH 8

const char *template_find(const char *language, const char *name)
{
    for (size_t i = 0; i < template_count; i++) {
        if (text_equal(template_texts[i].language, language) &&
            text_equal(template_texts[i].name, name))
            return template_texts[i].text;
    }
    return NULL;
}

/* ---- filling ----------------------------------------------------------------------------------
 */

struct filling {
    const struct template_value *values;
    size_t n;
    struct text out;
    struct {
        const char *name;
        bool shown;
    } sections[MAX_DEPTH];
    size_t depth;
};

struct tag {
    char mark;        /* '?', '!', '/' or 0 for a value */
    const char *name; /* in the arena */
    const char *end;  /* behind the closing brace */
};

static bool read_tag(struct arena *arena, const char *at, struct tag *tag_r, struct err *err_r)
{
    const char *name = at + 1;
    size_t n;

    *tag_r = (struct tag){.mark = '\0'};
    if (*name == '?' || *name == '!' || *name == '/')
        tag_r->mark = *name++;
    n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (n == 0 || name[n] != '}')
        return err_set(err_r, ERR_BUG, "template: a brace without a name at \"%.20s\"", at);
    tag_r->name = arena_strndup(arena, name, n);
    tag_r->end = name + n + 1;
    return true;
}

static bool find_value(const struct filling *filling, const char *name, const char **text_r,
                       struct err *err_r)
{
    for (size_t i = 0; i < filling->n; i++) {
        if (text_equal(filling->values[i].name, name)) {
            *text_r = filling->values[i].text == NULL ? "" : filling->values[i].text;
            return true;
        }
    }
    return err_set(err_r, ERR_BUG, "template: there is no value {%s}", name);
}

static bool is_shown(const struct filling *filling)
{
    for (size_t i = 0; i < filling->depth; i++) {
        if (!filling->sections[i].shown)
            return false;
    }
    return true;
}

static bool open_section(struct filling *filling, const struct tag *tag, const char *value,
                         struct err *err_r)
{
    if (filling->depth == MAX_DEPTH)
        return err_set(err_r, ERR_BUG, "template: sections are too deep at {%s}", tag->name);
    filling->sections[filling->depth].name = tag->name;
    filling->sections[filling->depth].shown = (*value != '\0') == (tag->mark == '?');
    filling->depth++;
    return true;
}

static bool close_section(struct filling *filling, const struct tag *tag, struct err *err_r)
{
    if (filling->depth == 0 || !text_equal(filling->sections[filling->depth - 1].name, tag->name))
        return err_set(err_r, ERR_BUG, "template: {/%s} closes nothing", tag->name);
    filling->depth--;
    return true;
}

static bool apply_tag(struct filling *filling, const struct tag *tag, struct err *err_r)
{
    const char *value = "";

    if (!find_value(filling, tag->name, &value, err_r))
        return false;
    if (tag->mark == '/')
        return close_section(filling, tag, err_r);
    if (tag->mark != '\0')
        return open_section(filling, tag, value, err_r);
    if (is_shown(filling))
        text_add(&filling->out, value);
    return true;
}

/* A section's tag alone on its line takes the line with it. */
static const char *behind_tag(const char *start, const char *at, const struct tag *tag)
{
    bool alone = tag->mark != '\0' && (at == start || at[-1] == '\n') && *tag->end == '\n';

    return tag->end + alone;
}

/* *at_r is where it went wrong, or the end. */
static bool fill(struct arena *arena, const char *template, struct filling *filling,
                 const char **at_r, struct err *err_r)
{
    const char *at = template;

    text_init(&filling->out, arena);
    for (; *at != '\0'; *at_r = at) {
        size_t plain = strcspn(at, "{");
        struct tag tag = {0};

        if (is_shown(filling))
            text_add_bytes(&filling->out, at, plain);
        at += plain;
        *at_r = at;
        if (*at == '\0')
            break;
        if (!read_tag(arena, at, &tag, err_r) || !apply_tag(filling, &tag, err_r))
            return false;
        at = behind_tag(template, at, &tag);
    }
    return filling->depth == 0 || err_set(err_r, ERR_BUG, "template: {?%s} is not closed",
                                          filling->sections[filling->depth - 1].name);
}

bool template_fill(struct arena *arena, const char *template, const struct template_value *values,
                   size_t n, char **text_r, struct err *err_r)
{
    struct filling filling = {.values = values, .n = n};
    const char *at = template;

    if (!fill(arena, template, &filling, &at, err_r))
        return false;
    *text_r = filling.out.s;
    return true;
}

bool template_check(struct arena *arena, const char *template, const struct template_value *values,
                    size_t n, size_t *line_r, struct err *err_r)
{
    struct filling filling = {.values = values, .n = n};
    const char *at = template;
    bool good = fill(arena, template, &filling, &at, err_r);

    *line_r = 1;
    for (const char *p = template; p < at && p[1] != '\0'; p++)
        *line_r += *p == '\n';
    return good;
}

/* ---- wrapping ---------------------------------------------------------------------------------
 */

static void add_blanks(struct text *out, size_t n)
{
    while (n-- > 0)
        text_add_char(out, ' ');
}

static void wrap_line(struct arena *arena, struct text *out, const char *line, int columns)
{
    size_t indent = strspn(line, " ");
    size_t hanging = indent == 0 ? 0 : indent + 2;
    int used = (int)indent;
    bool first = true;

    add_blanks(out, indent);
    for (const char *at = line + indent; *at != '\0'; first = false) {
        size_t n = strcspn(at, " ");
        const char *word = arena_strndup(arena, at, n);
        int width = text_width(word);

        if (!first && used + 1 + width > columns) {
            text_add_char(out, '\n');
            add_blanks(out, hanging);
            used = (int)hanging;
        } else if (!first) {
            text_add_char(out, ' ');
            used++;
        }
        text_add(out, word);
        used += width;
        at += n;
        at += strspn(at, " ");
    }
    text_add_char(out, '\n');
}

char *template_wrap(struct arena *arena, const char *text, int columns)
{
    struct text out;
    bool empty = true; /* none at the start either */

    text_init(&out, arena);
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");

        if (strspn(text, " ") >= n) {
            if (!empty)
                text_add_char(&out, '\n');
            empty = true;
        } else {
            wrap_line(arena, &out, arena_strndup(arena, text, n), columns);
            empty = false;
        }
        text += n + (text[n] == '\n');
    }
    while (out.len > 1 && out.s[out.len - 1] == '\n' && out.s[out.len - 2] == '\n')
        out.s[--out.len] = '\0';
    return out.s;
}
