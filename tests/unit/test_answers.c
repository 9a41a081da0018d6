/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Answers to our mails as mail programs write them (tests/corpus/answers): what they quote is never
 * read as a motion, nor as a wish.
 */
#include "test.h"

#include "base/file.h"
#include "motion/reading.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define MAX_MAIL (1024 * 1024)

/* What is not listed says thank you and nothing else. */
static const struct {
    const char *name;
    enum wish_kind kind;
    bool asks;
    const char *title; /* of the one motion in it */
} expected[] = {
    {"thunderbird-top", WISH_WITHDRAW, true, NULL},
    {"outlook-block-withdraws", WISH_WITHDRAW, true, NULL},
    {"kmail", WISH_WITHDRAW, true, NULL},
    {"html-alternative", WISH_WITHDRAW, true, NULL},
    {"consents-above", WISH_CONSENT, false, NULL},
    {"forwarded-receipt-question", WISH_NONE, true, NULL},
    {"new-above-receipt", WISH_NONE, true, "Trinkbrunnen auf dem Marktplatz"},
    {"new-above-letter", WISH_NONE, true, "Trinkbrunnen auf dem Marktplatz"},
    {"new-introduced", WISH_NONE, true, "Trinkbrunnen auf dem Marktplatz"},
    {"new-introduced-dense", WISH_NONE, true, "Trinkbrunnen auf dem Marktplatz"},
    {"new-titled", WISH_NONE, true, "Trinkbrunnen auf dem Marktplatz"},
    {"handed-on-below", WISH_NONE, true, "Trinkbrunnen auf dem Marktplatz"},
    {"new-inquiry", WISH_NONE, true, "Zustand der Spielplätze"},
    {"new-quoted-title", WISH_NONE, true, "Trinkbrunnen auf dem Marktplatz"},
    {"new-theme", WISH_NONE, true, "Trinkbrunnen auf dem Marktplatz"},
    {"new-topic-of-subject", WISH_NONE, true, "Umfrage unter Jugendlichen"},
    {"topic-of-subject-alone", WISH_NONE, true, NULL},
    {"new-unnamed", WISH_NONE, true, "Trinkbrunnen auf dem Marktplatz"},
};

/* Who withdraws may be read as a letter that does. */
static bool check_motions(const struct reading *reading, enum wish_kind kind, const char *title)
{
    const struct motions *motions = &reading->motions;

    if (title != NULL)
        return motions->n == 1 && text_equal(motions->v[0].title, title) &&
               !texts_has(&reading->mail->defects, "attachment-missing");
    return motions->n == 0 ||
           (kind == WISH_WITHDRAW && motions->n == 1 && motions->v[0].kind == MOTION_WITHDRAWAL);
}

static bool check(struct arena *arena, const char *name, const struct reading *reading)
{
    size_t i = 0, n = sizeof expected / sizeof expected[0];
    const struct wish *wish = &reading->wish;
    bool asks = false, right;
    enum wish_kind kind = WISH_NONE;
    const char *title = NULL;

    while (i < n && !text_equal(expected[i].name, name))
        i++;
    if (i < n) {
        kind = expected[i].kind;
        asks = expected[i].asks;
        title = expected[i].title;
    }
    right = check_motions(reading, kind, title) &&
            (title != NULL ||
             (wish->kind == kind && wish->asks == asks && (kind == WISH_NONE || wish->clear)));
    if (!right)
        print_message("%s: %zu motions, %s, %s; the text: %s\n", name, reading->motions.n,
                      wish_kind_to_text(wish->kind), wish->asks ? "asks" : "asks nothing",
                      arena_strndup(arena, reading->mail->text, 300));
    return right;
}

static bool read_answer(const char *folder, const char *file)
{
    struct arena *arena = arena_new();
    struct reading *reading;
    struct err err;
    char *bytes;
    size_t n;

    if (!file_read(arena, arena_printf(arena, "%s/%s", folder, file), MAX_MAIL, &bytes, &n, &err) ||
        !reading_make(arena, bytes, n, MAIL_CONTENT, &reading, &err))
        fail_msg("%s: %s", file, err.text);
    bool right = check(arena, arena_strndup(arena, file, strlen(file) - strlen(".eml")), reading);
    arena_free(arena);
    return right;
}

/* A withdrawal in a message that the sender only hands on, however it is packed, is not her own. */
static void test_handed_on(void **state)
{
    static const char *const names[] = {"file", "p7m", "winmail", "zip"};
    struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct reading *reading;
        struct err err;
        char *bytes;
        size_t n;

        if (!file_read(
                arena,
                arena_printf(arena, "%s/tests/corpus/handed-on/%s.eml", getenv("srcdir"), names[i]),
                MAX_MAIL, &bytes, &n, &err) ||
            !reading_make(arena, bytes, n, MAIL_CONTENT, &reading, &err))
            fail_msg("%s: %s", names[i], err.text);
        print_message("%s\n", names[i]);
        assert_int_equal(reading->motions.n, 1);
        assert_int_equal(reading->motions.v[0].kind, MOTION_WITHDRAWAL);
        assert_true(reading->motions.v[0].is_forwarded);
    }
    arena_free(arena);
}

static void test_answers(void **state)
{
    const char *source = getenv("srcdir");
    struct arena *arena = arena_new();
    const char *folder =
        arena_printf(arena, "%s/tests/corpus/answers", source != NULL ? source : ".");
    DIR *directory = opendir(folder);
    size_t count = 0, right = 0;

    (void)state;
    assert_non_null(directory);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (strstr(entry->d_name, ".eml") == NULL)
            continue;
        count++;
        right += read_answer(folder, entry->d_name);
    }
    closedir(directory);
    arena_free(arena);
    print_message("%zu of %zu\n", right, count);
    assert_true(count >= 25);
    assert_int_equal(right, count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_answers),
                                       cmocka_unit_test(test_handed_on)};

    mail_preload();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
