/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/docx_inside.h"

#include <stdlib.h>
#include <string.h>

#define MAX_STYLES 5000
#define MAX_LISTS 3000
#define MAX_NUMBERS 10000
#define MAX_RELATIONS 2000
#define MAX_BASE 20 /* styles upon styles */

const struct docx_look docx_no_look = {-1, -1, -1, -1, -1, -1};

bool docx_is_word(const char *space)
{
    return strcmp(space, "http://schemas.openxmlformats.org/wordprocessingml/2006/main") == 0 ||
           strcmp(space, "http://purl.oclc.org/ooxml/wordprocessingml/main") == 0;
}

/* The array grows by doubling; at its limit the last one is taken again. */
static void *append(struct arena *arena, void *v, size_t *n, size_t max, size_t size)
{
    if (*n == max)
        return v;
    if ((*n & (*n - 1)) == 0)
        v = arena_grow(arena, v, *n, *n ? *n * 2 : 1, size);
    ++*n;
    return v;
}

static long number_of(struct arena *arena, const struct xml_element *element, const char *name,
                      long missing)
{
    const char *value = xml_attribute(arena, element, name);
    long number = value ? strtol(value, NULL, 10) : missing;
    return number < -1 || number > 1000000 ? missing : number;
}

static void ignore_text(void *context, const char *s, size_t n)
{
    (void)context, (void)s, (void)n;
}

static void ignore_end(void *context)
{
    (void)context;
}

/* ---- relations ---- */

struct relations_reader {
    struct arena *arena;
    const char *folder;
    struct docx_relations *relations;
};

static const char *last_word(const char *uri)
{
    const char *slash = strrchr(uri, '/');
    return slash ? slash + 1 : uri;
}

/* "../media/x" is nothing that we read. */
static const char *part_name(struct arena *arena, const char *folder, const char *target)
{
    if (*target == '/')
        return target + 1;
    return arena_printf(arena, "%s%s", folder, target);
}

static enum xml_next start_relation(void *context, const struct xml_element *element)
{
    struct relations_reader *reader = context;
    struct arena *arena = reader->arena;
    const char *id = xml_attribute(arena, element, "Id");
    const char *type = xml_attribute(arena, element, "Type");
    const char *target = xml_attribute(arena, element, "Target");
    const char *mode = xml_attribute(arena, element, "TargetMode");
    if (strcmp(element->name, "Relationship") || !id || !type || !target ||
        (mode && strcmp(mode, "External") == 0))
        return XML_GO_ON;
    struct docx_relations *relations = reader->relations;
    relations->v = append(arena, relations->v, &relations->n, MAX_RELATIONS, sizeof *relations->v);
    relations->v[relations->n - 1] = (struct docx_relation){
        .id = id, .type = last_word(type), .part = part_name(arena, reader->folder, target)};
    return XML_GO_ON;
}

bool docx_read_relations(struct arena *arena, const char *xml, size_t n, const char *folder,
                         struct docx_relations *relations_r)
{
    static const struct xml_handler handler = {start_relation, ignore_end, ignore_text};
    struct relations_reader reader = {arena, folder, relations_r};
    const char *defect;
    *relations_r = (struct docx_relations){NULL, 0};
    return xml_read(xml, n, &handler, &reader, &defect);
}

/* ---- how paragraphs look ---- */

static void read_spacing(struct docx_look *look, const struct xml_element *element,
                         struct arena *arena)
{
    static const long automatic = 200; /* what a browser would put there, less than a line */
    look->above = number_of(arena, element, "before", look->above);
    look->below = number_of(arena, element, "after", look->below);
    if (xml_attribute_is_on(element, "beforeAutospacing", false))
        look->above = automatic;
    if (xml_attribute_is_on(element, "afterAutospacing", false))
        look->below = automatic;
}

bool docx_look_element(struct docx_look *look, const struct xml_element *element,
                       struct arena *arena)
{
    const char *name = element->name;
    if (strcmp(name, "spacing") == 0)
        read_spacing(look, element, arena);
    else if (strcmp(name, "contextualSpacing") == 0)
        look->contextual = xml_attribute_is_on(element, "val", true);
    else if (strcmp(name, "numId") == 0)
        look->number = number_of(arena, element, "val", -1);
    else if (strcmp(name, "ilvl") == 0)
        look->level = number_of(arena, element, "val", -1);
    else
        return false;
    return true;
}

void docx_look_over(struct docx_look *look, const struct docx_look *over)
{
    look->above = over->above >= 0 ? over->above : look->above;
    look->below = over->below >= 0 ? over->below : look->below;
    look->number = over->number >= 0 ? over->number : look->number;
    look->level = over->level >= 0 ? over->level : look->level;
    look->contextual = over->contextual >= 0 ? over->contextual : look->contextual;
    look->hidden = over->hidden >= 0 ? over->hidden : look->hidden;
}

/* ---- styles ---- */

struct styles_reader {
    struct arena *arena;
    struct docx_styles *styles;
    struct docx_style *style; /* at work, or NULL */
    size_t depth;
    size_t run;   /* depth of the run's properties, 0: outside */
    size_t table; /* depth of what is for tables only, 0: outside */
    bool defaults;
};

static void start_style(struct styles_reader *reader, const struct xml_element *element)
{
    struct docx_styles *styles = reader->styles;
    const char *id = xml_attribute(reader->arena, element, "styleId");
    const char *type = xml_attribute(reader->arena, element, "type");
    styles->v = append(reader->arena, styles->v, &styles->n, MAX_STYLES, sizeof *styles->v);
    reader->style = &styles->v[styles->n - 1];
    *reader->style = (struct docx_style){.id = id ? id : "", .look = docx_no_look};
    reader->style->is_default =
        type && strcmp(type, "paragraph") == 0 && xml_attribute_is_on(element, "default", false);
}

static void style_element(struct styles_reader *reader, const struct xml_element *element)
{
    struct docx_look *look = reader->defaults ? &reader->styles->defaults : NULL;
    if (reader->style)
        look = &reader->style->look;
    if (!look || reader->table)
        return;
    if (strcmp(element->name, "basedOn") == 0 && reader->style)
        reader->style->based_on = xml_attribute(reader->arena, element, "val");
    else if (reader->run && strcmp(element->name, "vanish") == 0)
        look->hidden = xml_attribute_is_on(element, "val", true);
    else if (!reader->run)
        docx_look_element(look, element, reader->arena);
}

static enum xml_next start_styles(void *context, const struct xml_element *element)
{
    struct styles_reader *reader = context;
    const char *name = element->name;
    reader->depth++;
    if (!docx_is_word(element->space))
        return XML_GO_ON;
    if (strcmp(name, "style") == 0)
        start_style(reader, element);
    else if (strcmp(name, "docDefaults") == 0)
        reader->defaults = true;
    else if (strcmp(name, "rPr") == 0 && !reader->run)
        reader->run = reader->depth;
    else if (strcmp(name, "tblStylePr") == 0 && !reader->table)
        reader->table = reader->depth;
    else
        style_element(reader, element);
    return XML_GO_ON;
}

static void end_styles(void *context)
{
    struct styles_reader *reader = context;
    if (reader->depth == reader->run)
        reader->run = 0;
    if (reader->depth == reader->table)
        reader->table = 0;
    if (--reader->depth == 1) { /* a child of the root has ended */
        reader->style = NULL;
        reader->defaults = false;
    }
}

static int compare_styles(const void *a, const void *b)
{
    return strcmp(((const struct docx_style *)a)->id, ((const struct docx_style *)b)->id);
}

static struct docx_style *find_style(const struct docx_styles *styles, const char *id)
{
    struct docx_style key = {.id = id};
    return styles->n ? bsearch(&key, styles->v, styles->n, sizeof key, compare_styles) : NULL;
}

static void resolve_style(struct docx_styles *styles, struct docx_style *style, int depth)
{
    if (style->resolved || depth == MAX_BASE)
        return;
    style->resolved = true; /* also where styles are based on each other in a ring */
    struct docx_look own = style->look;
    struct docx_style *base = style->based_on ? find_style(styles, style->based_on) : NULL;
    if (!base)
        return;
    resolve_style(styles, base, depth + 1);
    style->look = base->look;
    docx_look_over(&style->look, &own);
}

bool docx_read_styles(struct arena *arena, const char *xml, size_t n, struct docx_styles *styles_r)
{
    static const struct xml_handler handler = {start_styles, end_styles, ignore_text};
    struct styles_reader reader = {.arena = arena, .styles = styles_r};
    const char *defect;
    *styles_r = (struct docx_styles){.defaults = docx_no_look};
    if (!xml_read(xml, n, &handler, &reader, &defect))
        return false;
    if (styles_r->n > 0)
        qsort(styles_r->v, styles_r->n, sizeof *styles_r->v, compare_styles);
    for (size_t i = 0; i < styles_r->n; i++)
        resolve_style(styles_r, &styles_r->v[i], 0);
    return true;
}

static const struct docx_style *default_style(const struct docx_styles *styles)
{
    for (size_t i = 0; i < styles->n; i++)
        if (styles->v[i].is_default)
            return &styles->v[i];
    return NULL;
}

struct docx_look docx_style_look(const struct docx_styles *styles, const char *id)
{
    struct docx_look look = styles->defaults;
    const struct docx_style *style = id ? find_style(styles, id) : default_style(styles);
    if (style)
        docx_look_over(&look, &style->look);
    return look;
}

/* ---- numbers ---- */

struct numbering_reader {
    struct arena *arena;
    struct list_numbers *numbering;
    struct list *list; /* at work, or NULL */
    struct list_number *number;
    long level; /* at work, -1: none */
    size_t depth;
};

static const struct {
    const char *format;
    enum list_style style;
} formats[] = {
    {"bullet", LIST_BULLET},
    {"decimal", LIST_DECIMAL},
    {"decimalZero", LIST_DECIMAL_ZERO},
    {"lowerLetter", LIST_LETTER},
    {"upperLetter", LIST_LETTER_UPPER},
    {"lowerRoman", LIST_ROMAN},
    {"upperRoman", LIST_ROMAN_UPPER},
    {"ordinal", LIST_DECIMAL},
    {"none", LIST_NONE},
};

static enum list_style find_format(const char *format)
{
    for (size_t i = 0; format && i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].format, format) == 0)
            return formats[i].style;
    return LIST_BULLET; /* pictures, other scripts */
}

static void start_list(struct numbering_reader *reader, const struct xml_element *element)
{
    struct list_numbers *numbering = reader->numbering;
    const char *id = xml_attribute(reader->arena, element, "abstractNumId");
    numbering->lists = append(reader->arena, numbering->lists, &numbering->list_count, MAX_LISTS,
                              sizeof *numbering->lists);
    reader->list = &numbering->lists[numbering->list_count - 1];
    *reader->list = (struct list){.id = id ? id : ""};
}

static void start_number(struct numbering_reader *reader, const struct xml_element *element)
{
    struct list_numbers *numbering = reader->numbering;
    numbering->numbers = append(reader->arena, numbering->numbers, &numbering->number_count,
                                MAX_NUMBERS, sizeof *numbering->numbers);
    reader->number = &numbering->numbers[numbering->number_count - 1];
    *reader->number = (struct list_number){.id = number_of(reader->arena, element, "numId", -1)};
    for (size_t i = 0; i < LIST_LEVELS; i++)
        reader->number->starts[i] = -1;
}

static void join_number(struct numbering_reader *reader, const struct xml_element *element)
{
    const char *id = xml_attribute(reader->arena, element, "val");
    for (size_t i = 0; id && reader->number && i < reader->numbering->list_count; i++)
        if (strcmp(reader->numbering->lists[i].id, id) == 0)
            reader->number->list = &reader->numbering->lists[i];
}

static void level_element(struct numbering_reader *reader, const struct xml_element *element)
{
    const char *name = element->name;
    if (strcmp(name, "startOverride") == 0 && reader->number)
        reader->number->starts[reader->level] = number_of(reader->arena, element, "val", -1);
    if (!reader->list)
        return;
    struct list_level *level = &reader->list->levels[reader->level];
    if (strcmp(name, "start") == 0)
        level->start = number_of(reader->arena, element, "val", 1);
    else if (strcmp(name, "numFmt") == 0)
        level->style = find_format(xml_attribute(reader->arena, element, "val"));
    else if (strcmp(name, "lvlText") == 0)
        level->text = xml_attribute(reader->arena, element, "val");
}

static void start_level(struct numbering_reader *reader, const struct xml_element *element)
{
    reader->level = number_of(reader->arena, element, "ilvl", -1);
    if (reader->level >= LIST_LEVELS)
        reader->level = -1;
    if (reader->list && reader->level >= 0)
        reader->list->levels[reader->level] =
            (struct list_level){.style = LIST_DECIMAL, .start = 1, .known = true};
}

static enum xml_next start_numbering(void *context, const struct xml_element *element)
{
    struct numbering_reader *reader = context;
    const char *name = element->name;
    reader->depth++;
    if (!docx_is_word(element->space))
        return XML_GO_ON;
    if (strcmp(name, "abstractNum") == 0)
        start_list(reader, element);
    else if (strcmp(name, "num") == 0)
        start_number(reader, element);
    else if (strcmp(name, "abstractNumId") == 0)
        join_number(reader, element);
    else if (strcmp(name, "lvl") == 0 || strcmp(name, "lvlOverride") == 0)
        start_level(reader, element);
    else if (reader->level >= 0)
        level_element(reader, element);
    return XML_GO_ON;
}

static void end_numbering(void *context)
{
    struct numbering_reader *reader = context;
    if (--reader->depth == 1) {
        reader->list = NULL;
        reader->number = NULL;
        reader->level = -1;
    }
}

bool docx_read_numbering(struct arena *arena, const char *xml, size_t n,
                         struct list_numbers *numbering_r)
{
    static const struct xml_handler handler = {start_numbering, end_numbering, ignore_text};
    struct numbering_reader reader = {.arena = arena, .numbering = numbering_r, .level = -1};
    const char *defect;
    *numbering_r = (struct list_numbers){NULL, 0, NULL, 0};
    if (!xml_read(xml, n, &handler, &reader, &defect))
        return false;
    list_sort(numbering_r);
    return true;
}
