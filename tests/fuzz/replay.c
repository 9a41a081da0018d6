/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs a fuzz target over files: those named, else its seeds; and over every cut of the small ones.
 */
#include "fuzz.h"

#include "base/arena.h"
#include "base/file.h"

#include <dirent.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED_MAX ((size_t)16 * 1024 * 1024)
#define CUT_MAX 4096

static void replay(const char *path)
{
    struct arena *arena = arena_new();
    char *bytes;
    size_t n;
    struct err err;
    if (!file_read(arena, path, SEED_MAX, &bytes, &n, &err))
        fatal(&err);
    /* a copy of its own for each length, so that a read beyond the end is seen */
    for (size_t cut = n < CUT_MAX ? 0 : n; cut <= n; cut++) {
        uint8_t *copy = malloc(cut ? cut : 1);
        if (!copy)
            panic("no memory for a seed");
        memcpy(copy, bytes, cut);
        LLVMFuzzerTestOneInput(copy, cut);
        free(copy);
    }
    arena_free(arena);
}

static int is_seed(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* "…/fuzz_mail" has its seeds in tests/fuzz/seeds/mail. */
static int replay_seeds(struct arena *arena, char *program)
{
    const char *source = getenv("srcdir"), *name = basename(program);
    const char *folder = arena_printf(arena, "%s/tests/fuzz/seeds/%s", source ? source : ".",
                                      name + strlen("fuzz_"));
    struct dirent **entries;
    int count = scandir(folder, &entries, is_seed, alphasort);
    for (int i = 0; i < count; i++) {
        replay(arena_printf(arena, "%s/%s", folder, entries[i]->d_name));
        free(entries[i]);
    }
    if (count > 0)
        free(entries);
    printf("%s: %d seeds\n", name, count);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE; /* no seed: a test that tests nothing */
}

int main(int argc, char **argv)
{
    struct arena *arena = arena_new();
    int code = EXIT_SUCCESS;
    for (int i = 1; i < argc; i++)
        replay(argv[i]);
    if (argc == 1)
        code = replay_seeds(arena, argv[0]);
    arena_free(arena);
    return code;
}
