/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * JSON: the only place that sees jansson.  A tree is owned by who made or parsed it; putting a
 * child into a parent gives it away.  Getters are forgiving: a key that is missing, null or of
 * another type gives NULL, 0 or false, so that a reader of foreign JSON checks values and not
 * types.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

/* Seeds the hash tables, which opens a file once: for a process that will be locked. */
void json_preload(void);

struct json *json_object_new(void);
struct json *json_array_new(void);
void json_free(struct json *json);

/* text NULL puts null; text must be UTF-8 */
void json_put_text(struct json *object, const char *key, const char *text);
void json_put_int(struct json *object, const char *key, int64_t value);
void json_put_bool(struct json *object, const char *key, bool value);
void json_put_null(struct json *object, const char *key);
void json_put_texts(struct json *object, const char *key, const struct texts *texts);
void json_put(struct json *object, const char *key, struct json *child);
void json_add(struct json *array, struct json *child);
void json_add_text(struct json *array, const char *text);

char *json_print(struct arena *arena, const struct json *json); /* indented, LF at the end */
char *json_print_compact(struct arena *arena, const struct json *json); /* one line, no LF */

/* Strict RFC 8259, at most depth 64; names the position of a mistake. */
bool json_parse(const char *bytes, size_t n, struct json **json_r, struct err *err_r);

/* Borrowed from the tree. */
const char *json_text(const struct json *object, const char *key);
int64_t json_int(const struct json *object, const char *key);
bool json_bool(const struct json *object, const char *key);
const struct json *json_get(const struct json *object, const char *key);
bool json_is_bool(const struct json *object, const char *key);
bool json_has(const struct json *object, const char *key); /* also where it is null */
size_t json_count(const struct json *array);               /* 0 where it is no array */
const struct json *json_at(const struct json *array, size_t i);
const char *json_text_at(const struct json *array, size_t i);
void json_get_texts(const struct json *object, const char *key, struct arena *arena,
                    struct texts *texts_r); /* copies */

#endif
