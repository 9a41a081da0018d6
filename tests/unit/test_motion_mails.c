/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Mails of our own, read from their bytes to their motions: threads, forwards, covering notes.  An
 * expectation beside each has its motions and, where it matters, its defects.
 */
#include "test.h"

#include "motion_compare.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

#define MAX_MAIL (1024 * 1024)

static char *read_file(struct arena *arena, const char *path, size_t *n_r)
{
    struct err err;
    char *bytes;
    if (!file_read(arena, path, MAX_MAIL, &bytes, n_r, &err))
        fail_msg("%s", err.text);
    return bytes;
}

/* A list that is empty: there must be none. */
static bool has_defects(const char *name, const struct json *expected, const struct texts *found)
{
    bool right = json_count(expected) > 0 || found->n == 0;
    for (size_t i = 0; i < json_count(expected); i++)
        right = right && texts_has(found, json_text_at(expected, i));
    if (!right)
        print_message("  %s: %zu other defects\n", name, found->n);
    return right;
}

/* Another part than the one where the letter is would show its text elsewhere. */
static bool is_found_in(const char *name, const struct motions *found, const struct json *expected)
{
    const struct json *list = json_get(expected, "motions");
    bool right = true;
    for (size_t i = 0; i < found->n && i < json_count(list); i++) {
        const struct json *one = json_at(list, i);
        right = right && (!json_has(one, "found_in") ||
                          text_equal(found->v[i].found_in, json_text(one, "found_in")));
    }
    if (!right)
        print_message("  %s: found in another part\n", name);
    return right;
}

static bool read_mail(const char *folder, const char *name, struct scores *scores)
{
    struct err err;
    struct json *expected;
    struct mail *mail;
    struct motions found;
    struct arena *arena = arena_new();
    size_t n, json_n;
    char *bytes = read_file(arena, arena_printf(arena, "%s/%s.eml", folder, name), &n);
    char *json = read_file(arena, arena_printf(arena, "%s/%s.json", folder, name), &json_n);
    if (!json_parse(json, json_n, &expected, &err) ||
        !mail_read(arena, bytes, n, MAIL_CONTENT, &mail, &err))
        fail_msg("%s: %s", name, err.text);
    motion_find(arena, mail, &found);
    const struct json *judged = json_get(expected, "mail");
    bool right = motion_compare(name, &found, expected, scores);
    right = is_found_in(name, &found, expected) && right;
    if (json_has(judged, "defects"))
        right = has_defects(name, json_get(judged, "defects"), &mail->defects) && right;
    json_free(expected);
    arena_free(arena);
    return right;
}

static void mails_are_read_right(void **state)
{
    (void)state;
    struct scores scores = {0};
    struct arena *arena = arena_new();
    const char *folder = arena_printf(arena, "%s/tests/corpus/mails", getenv("srcdir"));
    size_t n, right = 0;
    char **names = motion_list_expected(arena, folder, &n);
    for (size_t i = 0; i < n; i++)
        right += read_mail(folder, names[i], &scores);
    arena_free(arena);
    motion_print_scores(&scores);
    assert_true(n > 20);
    assert_int_equal(right, n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mails_are_read_right),
    };
    motion_preload();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
