/* SPDX-License-Identifier: EUPL-1.2 */
/* From the tree to the structs of conf.h. */
#include "conf/conf_tree.h"

#include <string.h>

static void build_node(struct conf_reader *reader, struct conf_node *node, void *object);

static void *at(void *object, size_t offset)
{
    return (char *)object + offset;
}

static void build_keys(struct conf_reader *reader, const struct conf_node *node, void *object)
{
    const struct conf_section *section = node->section;

    for (size_t i = 0; i < section->key_count; i++) {
        conf_value_set_fallback(reader, &section->keys[i], object);
        if (section->keys[i].required && !reader->slice &&
            (node->keys_seen & (UINT64_C(1) << i)) == 0)
            conf_mistake_add(reader, node->place, "%s needs %s = …", conf_node_name(reader, node),
                             section->keys[i].name);
    }
    for (const struct conf_entry *entry = node->entries; entry != NULL; entry = entry->next)
        conf_value_set(reader, node, entry, object);
}

static size_t count_nodes(const struct conf_node *node, const struct conf_child *child)
{
    size_t n = 0;

    for (const struct conf_node *each = node->nodes; each != NULL; each = each->next)
        n += each->child == child;
    return n;
}

static void build_many(struct conf_reader *reader, struct conf_node *node,
                       const struct conf_child *child, void *object)
{
    size_t n = count_nodes(node, child);
    char *array = arena_array(reader->arena, n > 0 ? n : 1, child->section->size);
    char *element = array;

    for (struct conf_node *each = node->nodes; each != NULL; each = each->next) {
        if (each->child != child)
            continue;
        build_node(reader, each, element);
        element += child->section->size;
    }
    memcpy(at(object, child->offset), &array, sizeof array);
    *(size_t *)at(object, child->count_offset) = n;
}

static void build_one(struct conf_reader *reader, struct conf_node *node,
                      const struct conf_child *child, void *object)
{
    struct conf_node *each = node->nodes;

    while (each != NULL && each->child != child)
        each = each->next;
    if (each != NULL) {
        build_node(reader, each, at(object, child->offset));
        return;
    }
    for (size_t i = 0; i < child->section->key_count; i++)
        conf_value_set_fallback(reader, &child->section->keys[i], at(object, child->offset));
}

static void build_node(struct conf_reader *reader, struct conf_node *node, void *object)
{
    const struct conf_section *section = node->section;

    node->object = object;
    if (section->titled)
        *(const char **)at(object, section->title_offset) =
            arena_strdup(reader->arena, node->title);
    if (section->set_offset != CONF_ALWAYS)
        *(bool *)at(object, section->set_offset) = true;
    build_keys(reader, node, object);
    for (size_t i = 0; i < section->child_count; i++) {
        if (section->children[i].many)
            build_many(reader, node, &section->children[i], object);
        else
            build_one(reader, node, &section->children[i], object);
    }
}

struct conf *conf_tree_build(struct conf_reader *reader, struct conf_node *root)
{
    struct conf *conf = ARENA_NEW(reader->arena, struct conf);

    build_node(reader, root, conf);
    return conf;
}
