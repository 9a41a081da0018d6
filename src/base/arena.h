/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Memory: one idiom for the whole program.
 *
 * What belongs to one message, one command or one configuration lives in one arena and goes with
 * it; nothing in an arena is freed by itself.  Long-lived objects have x_new() and x_free() pairs,
 * and x_free(NULL) does nothing.  All allocation panics instead of returning NULL; all memory is
 * zeroed.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena);

void *arena_alloc(struct arena *arena, size_t size);
/* Zeroed memory for count objects; panics if the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* A bigger copy of an array (old may be NULL); the old one stays until the arena goes. */
void *arena_grow(struct arena *arena, void *old, size_t old_count, size_t count, size_t size);
char *arena_strdup(struct arena *arena, const char *s); /* NULL gives NULL */
char *arena_strndup(struct arena *arena, const char *s, size_t n);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

/* For long-lived objects: calloc and strdup that panic instead of failing; free with free(). */
void *xcalloc(size_t count, size_t size);
char *xstrdup(const char *s); /* NULL gives NULL */

#endif
