/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/html_style.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MAX_STYLE 4096  /* bytes of one style that are looked at */
#define MAX_HIDDEN 50   /* classes */
#define FAR_AWAY -999.0 /* a text shifted so far to the left is on no screen */

const char *style_squeeze(struct arena *arena, const char *style)
{
    if (!style || !*style)
        return "";
    struct text text;
    text_init(&text, arena);
    for (; *style && text.len < MAX_STYLE; style++)
        if (!isspace((unsigned char)*style))
            text_add_char(&text, (char)tolower((unsigned char)*style));
    return text.s;
}

const char *style_value(const char *style, const char *property)
{
    size_t n = strlen(property);
    const char *value = NULL;
    for (const char *p = style; *p; p += *p == ';') {
        if (strncmp(p, property, n) == 0 && p[n] == ':')
            value = p + n + 1;
        p += strcspn(p, ";");
    }
    return value;
}

bool style_is(const char *style, const char *property, const char *value)
{
    const char *found = style_value(style, property);
    return found && text_starts(found, value);
}

/* A length, "0", "0px", "0.0em"; false where it is none.  *unit_r is what stands behind it. */
static bool take_length(const char *value, double *length_r, const char **unit_r)
{
    char *end;
    if (!value)
        return false;
    if (!isdigit((unsigned char)*value) && *value != '.' && *value != '-')
        return false;
    *length_r = strtod(value, &end);
    *unit_r = end;
    return end != value;
}

static bool is_zero(const char *style, const char *property)
{
    double length;
    const char *unit;
    return take_length(style_value(style, property), &length, &unit) && length == 0;
}

static bool is_far_away(const char *style, const char *property)
{
    double length;
    const char *unit;
    return take_length(style_value(style, property), &length, &unit) && length <= FAR_AWAY;
}

bool style_hides(const char *style)
{
    if (!*style)
        return false;
    bool clipped = style_is(style, "overflow", "hidden") &&
                   (is_zero(style, "height") || is_zero(style, "width"));
    return style_is(style, "display", "none") || style_is(style, "mso-hide", "all") || clipped ||
           is_zero(style, "max-height") || is_zero(style, "opacity") ||
           is_far_away(style, "text-indent") ||
           (style_is(style, "position", "absolute") && is_far_away(style, "left"));
}

/* "0.9em" of nothing is nothing. */
static void apply_size(const char *value, struct look *look)
{
    double size;
    const char *unit;
    if (!take_length(value, &size, &unit)) {
        look->tiny = look->tiny && (!value || text_starts(value, "inherit"));
        return;
    }
    bool relative = *unit == '%' || text_starts(unit, "em") || text_starts(unit, "ex");
    if (size == 0)
        look->tiny = true;
    else if (!relative)
        look->tiny = size <= 1 && (text_starts(unit, "px") || text_starts(unit, "pt"));
}

/* "#fff" and "#ffffff" and "white" are one colour. */
static void take_colour(const char *value, char colour[8])
{
    static const char *const names[][2] = {{"white", "#ffffff"}, {"black", "#000000"}};
    size_t n = strcspn(value, ";!");
    if (n == 4 && value[0] == '#') {
        for (int i = 0; i < 6; i++)
            colour[i + 1] = value[1 + i / 2];
        colour[0] = '#';
        colour[7] = '\0';
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i][0]) == n && strncmp(value, names[i][0], n) == 0) {
            value = names[i][1];
            n = 7;
        }
    n = n < 7 ? n : 7;
    memcpy(colour, value, n);
    colour[n] = '\0';
}

/* Only where one element names both; what shines through from outside is not certain. */
static bool is_colour_of_ground(const char *style, const char *colour)
{
    const char *ground = style_value(style, "background-color");
    char a[8], b[8];
    if (!ground)
        ground = style_value(style, "background");
    if (!ground)
        return false;
    take_colour(colour, a);
    take_colour(ground, b);
    return a[0] == '#' && strcmp(a, b) == 0;
}

void style_apply(const char *style, struct look *look)
{
    if (!*style)
        return;
    const char *size = style_value(style, "font-size");
    const char *visibility = style_value(style, "visibility");
    const char *colour = style_value(style, "color");
    const char *space = style_value(style, "white-space");
    if (size)
        apply_size(size, look);
    if (visibility)
        look->unseen = text_starts(visibility, "hidden") || text_starts(visibility, "collapse");
    if (colour && (text_starts(colour, "transparent") || is_colour_of_ground(style, colour)))
        look->unseen = true;
    else if (colour && !visibility && look->unseen)
        look->unseen = false;
    if (space)
        look->pre = text_starts(space, "pre") || text_starts(space, "break-spaces");
}

/* ---- style sheets ---- */

/* Behind the block that begins at s, which is "{". */
static const char *skip_block(const char *s)
{
    int open = 0;
    for (; *s; s++) {
        open += *s == '{';
        open -= *s == '}';
        if (open == 0)
            return s + 1;
    }
    return s;
}

/* ".preheader" and "td.preheader", nothing that depends on where the element stands. */
static void add_selector(struct arena *arena, const char *s, size_t n, struct texts *hidden)
{
    const char *dot = memchr(s, '.', n);
    if (!dot || hidden->n == MAX_HIDDEN)
        return;
    size_t length = 0, left = n - (size_t)(dot + 1 - s);
    while (length < left && (isalnum((unsigned char)dot[1 + length]) || dot[1 + length] == '-' ||
                             dot[1 + length] == '_'))
        length++;
    for (const char *p = s; p < dot; p++)
        if (!isalnum((unsigned char)*p))
            return;
    if (length > 0 && length == left)
        texts_add(hidden, arena, arena_strndup(arena, dot + 1, length));
}

static void add_selectors(struct arena *arena, const char *s, size_t n, struct texts *hidden)
{
    const char *end = s + n;
    while (s < end) {
        while (s < end && (isspace((unsigned char)*s) || *s == ','))
            s++;
        const char *comma = memchr(s, ',', (size_t)(end - s));
        size_t length = (size_t)((comma ? comma : end) - s), trimmed = length;
        while (trimmed > 0 && isspace((unsigned char)s[trimmed - 1]))
            trimmed--;
        add_selector(arena, s, trimmed, hidden);
        s += length;
    }
}

/* Without comments, and without the marks of one that old programs were to take it for. */
static char *without_comments(struct arena *arena, const char *css)
{
    struct text text;
    text_init(&text, arena);
    while (*css) {
        if (text_starts(css, "/*")) {
            const char *end = strstr(css + 2, "*/");
            css = end ? end + 2 : css + strlen(css);
        } else if (text_starts(css, "<!--")) {
            css += 4;
        } else if (text_starts(css, "-->")) {
            css += 3;
        } else {
            text_add_char(&text, *css++);
        }
    }
    return text.s;
}

void style_read_sheet(struct arena *arena, const char *css, struct texts *hidden)
{
    for (const char *s = without_comments(arena, css); *s;) {
        size_t n = strcspn(s, "{;");
        if (s[n] != '{') {
            s += n + (s[n] == ';');
            continue;
        }
        const char *end = skip_block(s + n);
        bool at = s[strspn(s, " \t\r\n\f")] == '@'; /* holds on some screens only */
        if (!at && end - s > (ptrdiff_t)n + 2) {
            const char *block = arena_strndup(arena, s + n + 1, (size_t)(end - s) - n - 2);
            if (style_hides(style_squeeze(arena, block)))
                add_selectors(arena, s, n, hidden);
        }
        s = end;
    }
}

bool style_class_is(const struct texts *hidden, const char *classes)
{
    for (size_t i = 0; classes && i < hidden->n; i++) {
        size_t n = strlen(hidden->v[i]);
        for (const char *p = strstr(classes, hidden->v[i]); p; p = strstr(p + 1, hidden->v[i])) {
            bool starts = p == classes || isspace((unsigned char)p[-1]);
            if (starts && (p[n] == '\0' || isspace((unsigned char)p[n])))
                return true;
        }
    }
    return false;
}
