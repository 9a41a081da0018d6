/* SPDX-License-Identifier: EUPL-1.2 */
#include "conf/conf_tree.h"

static void print_section(struct text *text, int depth, const struct conf_section *section,
                          const void *object, unsigned audience);

static const char *at(const void *object, size_t offset)
{
    return (const char *)object + offset;
}

static void print_braced(struct text *text, int depth, const struct conf_section *section,
                         const void *object, unsigned audience)
{
    text_addf(text, "%*s%s ", depth * 2, "", section->name);
    if (section->titled) {
        conf_quote(text, *(const char *const *)at(object, section->title_offset));
        text_add_char(text, ' ');
    }
    text_add(text, "{\n");
    print_section(text, depth + 1, section, object, audience);
    text_addf(text, "%*s}\n", depth * 2, "");
}

static void print_child(struct text *text, int depth, const struct conf_child *child,
                        const void *object, unsigned audience)
{
    const struct conf_section *section = child->section;
    const char *element = at(object, child->offset);
    size_t n = 1;

    if (child->many) {
        element = *(const char *const *)at(object, child->offset);
        n = *(const size_t *)at(object, child->count_offset);
    } else if (section->set_offset != CONF_ALWAYS &&
               !*(const bool *)at(element, section->set_offset)) {
        return;
    }
    for (size_t i = 0; i < n; i++)
        print_braced(text, depth, section, element + i * section->size, audience);
}

static void print_section(struct text *text, int depth, const struct conf_section *section,
                          const void *object, unsigned audience)
{
    for (size_t i = 0; i < section->key_count; i++)
        if ((section->keys[i].audience & audience) != 0)
            conf_value_print(text, depth, &section->keys[i], object);
    for (size_t i = 0; i < section->child_count; i++)
        if ((section->children[i].audience & audience) != 0)
            print_child(text, depth, &section->children[i], object, audience);
}

char *conf_print(struct arena *arena, const struct conf *conf, enum conf_audience audience)
{
    struct text text;

    text_init(&text, arena);
    print_section(&text, 0, &conf_root, conf, audience);
    return text.s;
}
