/* SPDX-License-Identifier: EUPL-1.2 */
/* The grammar against the corpus of letters, which lies beside the repository. */
#include "test.h"

#include "motion_compare.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>

#define LETTER_COUNT 40
#define MUST_BE_RIGHT 10
/* Reached; a change of the grammar must not fall below it. */
#define F1_FLOOR 0.9999

static struct json *read_json(struct arena *arena, const char *path)
{
    struct err err;
    struct json *json;
    char *bytes;
    size_t n;
    if (!file_read(arena, path, 1 << 20, &bytes, &n, &err) || !json_parse(bytes, n, &json, &err))
        fail_msg("%s", err.text);
    return json;
}

static bool read_corpus_letter(int number, struct scores *scores)
{
    struct err err;
    struct motions motions;
    size_t n;
    char *text;
    struct arena *arena = arena_new();
    const char *base =
        arena_printf(arena, "%s/../shared/corpus/letters/%02d", getenv("srcdir"), number);
    struct json *expected = read_json(arena, arena_printf(arena, "%s.json", base));
    if (!file_read(arena, arena_printf(arena, "%s.txt", base), 1 << 20, &text, &n, &err))
        fail_msg("%s", err.text);
    motion_read_letter(arena, text, NULL, NULL, &motions);
    bool right = motion_compare(arena_printf(arena, "%02d", number), &motions, expected, scores);
    json_free(expected);
    arena_free(arena);
    return right;
}

static bool corpus_is_there(void)
{
    struct err err;
    char *bytes;
    size_t n;
    struct arena *arena = arena_new();
    const char *path = arena_printf(arena, "%s/../shared/corpus/letters/01.txt", getenv("srcdir"));
    bool there = file_read(arena, path, 1 << 20, &bytes, &n, &err);
    if (!there)
        printf("SKIPPED: the corpus of letters is not there: %s\n", err.text);
    arena_free(arena);
    return there;
}

static void test_letters(void **state)
{
    (void)state;
    struct scores scores = {0};
    int right = 0;
    if (!corpus_is_there())
        skip();
    for (int i = 1; i <= LETTER_COUNT; i++) {
        bool is_right = read_corpus_letter(i, &scores);
        right += is_right;
        if (i == MUST_BE_RIGHT)
            assert_int_equal(right, MUST_BE_RIGHT);
    }
    printf("%d of %d letters wholly right\n", right, LETTER_COUNT);
    assert_true(motion_print_scores(&scores) >= F1_FLOOR);
    assert_int_equal(scores.harmful, 0);
}

/* 29 to 32: newsletter, invitation, thanks, invoice. */
static void test_no_motions(void **state)
{
    (void)state;
    struct scores scores = {0};
    if (!corpus_is_there())
        skip();
    for (int i = 29; i <= 32; i++)
        assert_true(read_corpus_letter(i, &scores));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letters),
        cmocka_unit_test(test_no_motions),
    };
    motion_preload();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
