/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/odt_inside.h"

#include <stdlib.h>
#include <string.h>

#define MAX_STYLES 20000
#define MAX_PARENTS 20

static const struct odt_look no_look = {-1, -1, -1, -1, NULL, NULL};

enum odt_space odt_space(const char *uri)
{
    static const char prefix[] = "urn:oasis:names:tc:opendocument:xmlns:";
    static const struct {
        const char *rest;
        enum odt_space space;
    } spaces[] = {
        {"office:1.0", ODT_OFFICE}, {"style:1.0", ODT_STYLE},  {"text:1.0", ODT_TEXT},
        {"table:1.0", ODT_TABLE},   {"drawing:1.0", ODT_DRAW}, {"svg-compatible:1.0", ODT_SVG},
    };
    if (!text_starts(uri, prefix))
        return ODT_OTHER;
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        if (strcmp(uri + sizeof prefix - 1, spaces[i].rest) == 0)
            return spaces[i].space;
    return ODT_OTHER;
}

static size_t hash(const char *s)
{
    size_t h = 5381;
    while (*s)
        h = h * 33 ^ (unsigned char)*s++;
    return h % ODT_HASHES;
}

/* ---- reading ---- */

struct styles_reader {
    struct arena *arena;
    struct odt_styles *styles;
    enum odt_scope automatic; /* the scope of automatic styles */
    enum odt_scope scope;     /* at work */
    struct odt_style *style;
    struct odt_list *list;
    struct odt_level *level;
    size_t depth;
    size_t style_depth; /* where the style or list at work began */
};

static const char *get(struct styles_reader *reader, const struct xml_element *element,
                       const char *name)
{
    return xml_attribute(reader->arena, element, name);
}

/* In twips, -1: it is no length. */
static long length_of(const char *s)
{
    static const struct {
        const char *unit;
        double twips;
    } units[] = {{"cm", 1440 / 2.54}, {"mm", 144 / 2.54}, {"in", 1440},
                 {"pt", 20},          {"pc", 240},        {"px", 15}};
    char *end;
    double value = s ? strtod(s, &end) : -1;
    if (!s || end == s || value < 0 || value > 1000)
        return -1;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(end, units[i].unit) == 0)
            return (long)(value * units[i].twips);
    return -1;
}

static void start_style(struct styles_reader *reader, const struct xml_element *element)
{
    const char *name = get(reader, element, "name"), *family = get(reader, element, "family");
    if (reader->styles->count == MAX_STYLES || !family)
        return;
    reader->styles->count++;
    struct odt_style *style = ARENA_NEW(reader->arena, struct odt_style);
    *style = (struct odt_style){.family = family,
                                .name = name ? name : "",
                                .parent = get(reader, element, "parent-style-name"),
                                .scope = reader->scope,
                                .look = no_look};
    style->look.list = get(reader, element, "list-style-name");
    style->look.master = get(reader, element, "master-page-name");
    struct odt_style **head = &reader->styles->styles[hash(style->name)];
    style->next = *head;
    *head = style;
    reader->style = style;
    reader->style_depth = reader->depth;
}

static void start_list(struct styles_reader *reader, const struct xml_element *element)
{
    const char *name = get(reader, element, "name");
    bool outline = strcmp(element->name, "outline-style") == 0;
    if (reader->styles->count == MAX_STYLES)
        return;
    reader->styles->count++;
    struct odt_list *list = ARENA_NEW(reader->arena, struct odt_list);
    list->name = outline || !name ? "" : name;
    list->scope = reader->scope;
    struct odt_list **head = &reader->styles->lists[hash(list->name)];
    list->next = *head;
    *head = list;
    reader->list = list;
    reader->style_depth = reader->depth;
}

static enum list_style number_format(const char *format)
{
    static const struct {
        const char *format;
        enum list_style style;
    } formats[] = {{"1", LIST_DECIMAL}, {"a", LIST_LETTER},      {"A", LIST_LETTER_UPPER},
                   {"i", LIST_ROMAN},   {"I", LIST_ROMAN_UPPER}, {"01", LIST_DECIMAL_ZERO}};
    for (size_t i = 0; format && i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].format, format) == 0)
            return formats[i].style;
    return LIST_NONE;
}

long odt_small_number(const char *s, long missing)
{
    long number = s ? strtol(s, NULL, 10) : missing;
    return number < 0 || number > 1000000 ? missing : number;
}

static void start_level(struct styles_reader *reader, const struct xml_element *element)
{
    long i = odt_small_number(get(reader, element, "level"), 0) - 1;
    const char *prefix = get(reader, element, "num-prefix");
    const char *suffix = get(reader, element, "num-suffix");
    bool bullet = strstr(element->name, "bullet") || strstr(element->name, "image");
    if (i < 0 || i >= LIST_LEVELS)
        return;
    reader->list->levels[i] = (struct odt_level){
        .style = bullet ? LIST_BULLET : number_format(get(reader, element, "num-format")),
        .prefix = prefix ? prefix : "",
        .suffix = suffix ? suffix : "",
        .start = odt_small_number(get(reader, element, "start-value"), 1),
        .shown = odt_small_number(get(reader, element, "display-levels"), 1),
        .known = true};
}

static void read_paragraph_look(struct styles_reader *reader, const struct xml_element *element)
{
    struct odt_look *look = &reader->style->look;
    long all = length_of(get(reader, element, "margin"));
    long above = length_of(get(reader, element, "margin-top"));
    long below = length_of(get(reader, element, "margin-bottom"));
    look->above = above >= 0 ? above : all;
    look->below = below >= 0 ? below : all;
    if (get(reader, element, "contextual-spacing"))
        look->contextual = xml_attribute_is_on(element, "contextual-spacing", false);
}

static void read_text_look(struct styles_reader *reader, const struct xml_element *element)
{
    const char *display = get(reader, element, "display");
    if (display)
        reader->style->look.hidden = strcmp(display, "none") == 0;
}

static void start_styles_of(struct styles_reader *reader, const char *name)
{
    if (strcmp(name, "styles") == 0)
        reader->scope = ODT_COMMON;
    else if (strcmp(name, "automatic-styles") == 0)
        reader->scope = reader->automatic;
}

static enum xml_next on_start(void *context, const struct xml_element *element)
{
    struct styles_reader *reader = context;
    enum odt_space space = odt_space(element->space);
    const char *name = element->name;
    reader->depth++;
    if (space == ODT_OFFICE && strcmp(name, "body") == 0)
        return XML_STOP; /* the styles come before it */
    if (space == ODT_OFFICE)
        start_styles_of(reader, name);
    else if (space == ODT_STYLE &&
             (strcmp(name, "style") == 0 || strcmp(name, "default-style") == 0))
        start_style(reader, element);
    else if (space == ODT_TEXT &&
             (strcmp(name, "list-style") == 0 || strcmp(name, "outline-style") == 0))
        start_list(reader, element);
    else if (reader->list && space == ODT_TEXT && strstr(name, "-level-style"))
        start_level(reader, element);
    else if (reader->style && space == ODT_STYLE && strcmp(name, "paragraph-properties") == 0)
        read_paragraph_look(reader, element);
    else if (reader->style && space == ODT_STYLE && strcmp(name, "text-properties") == 0)
        read_text_look(reader, element);
    return XML_GO_ON;
}

static void on_end(void *context)
{
    struct styles_reader *reader = context;
    if (reader->depth == reader->style_depth) {
        reader->style = NULL;
        reader->list = NULL;
    }
    reader->depth--;
}

static void on_text(void *context, const char *s, size_t n)
{
    (void)context, (void)s, (void)n;
}

bool odt_read_styles(struct odt_styles *styles, const char *xml, size_t n, enum odt_scope scope)
{
    static const struct xml_handler handler = {on_start, on_end, on_text};
    struct styles_reader reader = {
        .arena = styles->arena, .styles = styles, .automatic = scope, .scope = ODT_COMMON};
    const char *defect;
    return xml_read(xml, n, &handler, &reader, &defect);
}

/* ---- finding ---- */

static const struct odt_style *find_style(const struct odt_styles *styles, const char *family,
                                          const char *name, enum odt_scope scope)
{
    const struct odt_style *common = NULL;
    for (const struct odt_style *style = styles->styles[hash(name)]; style; style = style->next) {
        if (strcmp(style->name, name) || strcmp(style->family, family))
            continue;
        if (style->scope == scope)
            return style;
        if (style->scope == ODT_COMMON)
            common = style;
    }
    return common;
}

/* What is not said yet. */
static void look_under(struct odt_look *look, const struct odt_look *under)
{
    look->above = look->above < 0 ? under->above : look->above;
    look->below = look->below < 0 ? under->below : look->below;
    look->contextual = look->contextual < 0 ? under->contextual : look->contextual;
    look->hidden = look->hidden < 0 ? under->hidden : look->hidden;
    look->list = look->list ? look->list : under->list;
    look->master = look->master ? look->master : under->master;
}

struct odt_look odt_find_look(const struct odt_styles *styles, const char *family, const char *name,
                              enum odt_scope scope)
{
    struct odt_look look = no_look;
    for (int i = 0; name && i < MAX_PARENTS; i++) {
        const struct odt_style *style = find_style(styles, family, name, scope);
        if (!style)
            break;
        look_under(&look, &style->look);
        name = style->parent;
    }
    const struct odt_style *standard = find_style(styles, family, "", scope);
    if (standard)
        look_under(&look, &standard->look);
    return look;
}

struct odt_list *odt_find_list(const struct odt_styles *styles, const char *name,
                               enum odt_scope scope)
{
    struct odt_list *common = NULL;
    for (struct odt_list *list = name ? styles->lists[hash(name)] : NULL; list; list = list->next) {
        if (strcmp(list->name, name))
            continue;
        if (list->scope == scope)
            return list;
        if (list->scope == ODT_COMMON)
            common = list;
    }
    return common;
}

/* ---- marks ---- */

void odt_restart_list(struct odt_list *list)
{
    for (size_t i = 0; i < LIST_LEVELS; i++)
        list->begun[i] = false;
}

static const char *format_mark(const struct odt_list *list, struct arena *arena, long level)
{
    const struct odt_level *is = &list->levels[level];
    struct text text;
    text_init(&text, arena);
    text_add_bytes(&text, is->prefix, strnlen(is->prefix, 40));
    long first = level + 1 - (is->shown > level + 1 ? level + 1 : is->shown > 0 ? is->shown : 1);
    for (long i = first; i <= level; i++) {
        long count = list->begun[i] ? list->counts[i] : list->levels[i].start;
        if (i > first && text.len > 0)
            text_add_char(&text, '.');
        list_add_number(&text, list->levels[i].style, count);
    }
    text_add_bytes(&text, is->suffix, strnlen(is->suffix, 40));
    return text.s;
}

const char *odt_next_mark(struct odt_list *list, struct arena *arena, long level, long start)
{
    if (!list || level < 0 || level >= LIST_LEVELS || !list->levels[level].known)
        return "";
    if (start >= 0)
        list->counts[level] = start;
    else if (list->begun[level])
        list->counts[level]++;
    else
        list->counts[level] = list->levels[level].start;
    list->begun[level] = true;
    for (long i = level + 1; i < LIST_LEVELS; i++)
        list->begun[i] = false;
    if (list->levels[level].style == LIST_NONE)
        return "";
    return list->levels[level].style == LIST_BULLET ? "-" : format_mark(list, arena, level);
}
