/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/arena.h"

#include "base/err.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN _Alignof(max_align_t)
#define BLOCK_SIZE 8192

/* Bigger ones get a block of their own, so that they do not waste the rest of the current one.
 * Under AddressSanitizer everything does: only so it sees an access beyond the end. */
#ifdef WITH_SANITIZERS
#define OWN_BLOCK_ABOVE 0
#else
#define OWN_BLOCK_ABOVE (BLOCK_SIZE / 4)
#endif

struct block {
    struct block *next;
    size_t used;
    size_t size;
    max_align_t bytes[];
};

struct arena {
    struct block *own;    /* blocks of one allocation each */
    struct block *shared; /* the first one is being filled */
};

struct arena *arena_new(void)
{
    return xcalloc(1, sizeof(struct arena));
}

static void free_blocks(struct block *block)
{
    while (block != NULL) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_free(struct arena *arena)
{
    if (arena == NULL)
        return;
    free_blocks(arena->own);
    free_blocks(arena->shared);
    free(arena);
}

static struct block *push_block(struct block **list, size_t size)
{
    size_t whole;
    if (__builtin_add_overflow(size, sizeof(struct block), &whole))
        panic("arena: %zu bytes are too many", size);
    struct block *block = xcalloc(1, whole);
    block->size = size;
    block->next = *list;
    *list = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > OWN_BLOCK_ABOVE) {
        struct block *own = push_block(&arena->own, size);
        own->used = size;
        return own->bytes;
    }
    size = size == 0 ? ALIGN : (size + ALIGN - 1) / ALIGN * ALIGN;
    struct block *block = arena->shared;
    if (block == NULL || block->size - block->used < size)
        block = push_block(&arena->shared, BLOCK_SIZE);
    void *p = (char *)block->bytes + block->used;
    block->used += size;
    return p;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t whole;
    if (__builtin_mul_overflow(count, size, &whole))
        panic("arena: %zu objects of %zu bytes are too many", count, size);
    return arena_alloc(arena, whole);
}

void *arena_grow(struct arena *arena, void *old, size_t old_count, size_t count, size_t size)
{
    if (count < old_count)
        panic("arena: array of %zu cannot grow to %zu", old_count, count);
    void *p = arena_array(arena, count, size);
    if (old != NULL && old_count > 0)
        memcpy(p, old, old_count * size);
    return p;
}

static char *copy_string(struct arena *arena, const char *s, size_t len)
{
    char *copy = arena_alloc(arena, len + 1);
    memcpy(copy, s, len);
    return copy;
}

char *arena_strndup(struct arena *arena, const char *s, size_t n)
{
    return s == NULL ? NULL : copy_string(arena, s, strnlen(s, n));
}

char *arena_strdup(struct arena *arena, const char *s)
{
    return s == NULL ? NULL : copy_string(arena, s, strlen(s));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (n < 0)
        panic("cannot format \"%s\"", format);
    char *s = arena_alloc(arena, (size_t)n + 1);
    vsnprintf(s, (size_t)n + 1, format, args);
    return s;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *s = arena_vprintf(arena, format, args);
    va_end(args);
    return s;
}

void *xcalloc(size_t count, size_t size)
{
    void *p = calloc(count > 0 ? count : 1, size > 0 ? size : 1);
    if (p == NULL)
        panic("out of memory: %zu objects of %zu bytes", count, size);
    return p;
}

char *xstrdup(const char *s)
{
    if (s == NULL)
        return NULL;
    size_t size = strlen(s) + 1;
    return memcpy(xcalloc(size, 1), s, size);
}
