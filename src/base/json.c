/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 64

/* struct json is jansson's json_t under a name of our own */

static json_t *tree(struct json *json)
{
    return (json_t *)json;
}

static const json_t *view(const struct json *json)
{
    return (const json_t *)json;
}

static struct json *made(json_t *json)
{
    if (json == NULL)
        panic("JSON value: out of memory or text that is not UTF-8");
    return (struct json *)json;
}

void json_preload(void)
{
    json_object_seed(0);
}

struct json *json_object_new(void)
{
    return made(json_object());
}

struct json *json_array_new(void)
{
    return made(json_array());
}

void json_free(struct json *json)
{
    json_decref(tree(json));
}

static struct json *text_new(const char *text)
{
    return made(text == NULL ? json_null() : json_string(text));
}

void json_put(struct json *object, const char *key, struct json *child)
{
    if (json_object_set_new(tree(object), key, tree(child)) != 0)
        panic("JSON: cannot put \"%s\" into its object", key);
}

void json_put_text(struct json *object, const char *key, const char *text)
{
    json_put(object, key, text_new(text));
}

void json_put_int(struct json *object, const char *key, int64_t value)
{
    json_put(object, key, made(json_integer(value)));
}

void json_put_bool(struct json *object, const char *key, bool value)
{
    json_put(object, key, made(json_boolean(value)));
}

void json_put_null(struct json *object, const char *key)
{
    json_put(object, key, made(json_null()));
}

void json_put_texts(struct json *object, const char *key, const struct texts *texts)
{
    struct json *array = json_array_new();
    for (size_t i = 0; i < texts->n; i++)
        json_add_text(array, texts->v[i]);
    json_put(object, key, array);
}

void json_add(struct json *array, struct json *child)
{
    if (json_array_append_new(tree(array), tree(child)) != 0)
        panic("JSON: cannot add to an array");
}

void json_add_text(struct json *array, const char *text)
{
    json_add(array, text_new(text));
}

static char *print(struct arena *arena, const struct json *json, size_t flags, const char *end)
{
    char *s = json_dumps(view(json), flags | JSON_ENCODE_ANY);
    if (s == NULL)
        panic("JSON: cannot print the tree");
    char *copy = arena_printf(arena, "%s%s", s, end);
    free(s);
    return copy;
}

char *json_print(struct arena *arena, const struct json *json)
{
    return print(arena, json, JSON_INDENT(2), "\n");
}

char *json_print_compact(struct arena *arena, const struct json *json)
{
    return print(arena, json, JSON_COMPACT, "");
}

/* jansson goes 2048 deep, by recursion; ours is a limit that no foreign input needs. */
static bool check_depth(const char *bytes, size_t n, struct err *err_r)
{
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < n; i++) {
        char c = bytes[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{') && ++depth > MAX_DEPTH)
            return err_set(err_r, ERR_DATA, "JSON is nested deeper than %d at byte %zu", MAX_DEPTH,
                           i + 1);
        else if (!quoted && (c == ']' || c == '}') && depth > 0)
            depth--;
    }
    return true;
}

bool json_parse(const char *bytes, size_t n, struct json **json_r, struct err *err_r)
{
    *json_r = NULL;
    if (!check_depth(bytes, n, err_r))
        return false;
    json_error_t error;
    json_t *json = json_loadb(bytes, n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
    if (json == NULL)
        return err_set(err_r, ERR_DATA, "JSON line %d column %d: %s", error.line, error.column,
                       error.text);
    *json_r = made(json);
    return true;
}

const struct json *json_get(const struct json *object, const char *key)
{
    const json_t *json = json_object_get(view(object), key);
    return json_is_null(json) ? NULL : (const struct json *)json;
}

bool json_has(const struct json *object, const char *key)
{
    return json_object_get(view(object), key) != NULL;
}

const char *json_text(const struct json *object, const char *key)
{
    return json_string_value(view(json_get(object, key)));
}

int64_t json_int(const struct json *object, const char *key)
{
    return json_integer_value(view(json_get(object, key)));
}

bool json_is_bool(const struct json *object, const char *key)
{
    return json_is_boolean(view(json_get(object, key)));
}

bool json_bool(const struct json *object, const char *key)
{
    return json_is_true(view(json_get(object, key)));
}

size_t json_count(const struct json *array)
{
    return json_array_size(view(array));
}

const struct json *json_at(const struct json *array, size_t i)
{
    const json_t *json = json_array_get(view(array), i);
    return json_is_null(json) ? NULL : (const struct json *)json;
}

const char *json_text_at(const struct json *array, size_t i)
{
    return json_string_value(view(json_at(array, i)));
}

void json_get_texts(const struct json *object, const char *key, struct arena *arena,
                    struct texts *texts_r)
{
    *texts_r = (struct texts){0};
    const struct json *array = json_get(object, key);
    for (size_t i = 0; i < json_count(array); i++) {
        const char *s = json_text_at(array, i);
        if (s != NULL)
            texts_add(texts_r, arena, arena_strdup(arena, s));
    }
}
