/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion_compare.h"

#include "test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[FIELD_COUNT] = {
    [FIELD_MOTIONS] = "(motions)",
    [FIELD_KIND] = "kind",
    [FIELD_LABEL] = "label",
    [FIELD_TITLE] = "title",
    [FIELD_CONSULTATIONS] = "consultations",
    [FIELD_FACTIONS] = "factions",
    [FIELD_SIGNATORIES] = "signatories",
    [FIELD_LETTER_DATE] = "letter_date",
    [FIELD_PLACE] = "place",
    [FIELD_ADDRESSEE] = "addressee",
    [FIELD_REFERS_TO] = "refers_to",
    [FIELD_CONFIDENTIAL] = "confidential",
    [FIELD_RESOLUTION] = "resolution",
    [FIELD_REASONING] = "reasoning",
};

struct comparison {
    struct arena *arena;
    const char *name;
    struct scores *scores;
    bool right;
};

static const char *squeezed(struct arena *arena, const char *s)
{
    return s != NULL ? text_squeeze(arena, s) : NULL;
}

static bool compare_text(struct comparison *comparison, enum field field, const char *found,
                         const char *expected)
{
    struct score *score = &comparison->scores->fields[field];
    found = squeezed(comparison->arena, found);
    expected = squeezed(comparison->arena, expected);
    if (text_equal(found, expected)) {
        score->right++;
        return true;
    }
    if (found != NULL)
        score->wrong++;
    if (expected != NULL)
        score->missing++;
    comparison->right = false;
    printf("  %s %s: found    %s\n", comparison->name, names[field],
           found != NULL ? found : "null");
    printf("  %*s %s: expected %s\n", (int)strlen(comparison->name), "", names[field],
           expected != NULL ? expected : "null");
    return false;
}

/* ---- lists as text, so that one comparison does for all ---- */

static const char *show_consultations(struct arena *arena, const struct motion *motion)
{
    struct text text;
    text_init(&text, arena);
    for (size_t i = 0; i < motion->consultation_count; i++) {
        const char *day = day_to_text(arena, motion->consultations[i].meeting);
        text_addf(&text, "%s (%s); ", motion->consultations[i].organization, day ? day : "null");
    }
    return text.len > 0 ? text.s : NULL;
}

static const char *show_expected_consultations(struct arena *arena, const struct json *list)
{
    struct text text;
    text_init(&text, arena);
    for (size_t i = 0; i < json_count(list); i++) {
        const char *day = json_text(json_at(list, i), "meeting_date");
        text_addf(&text, "%s (%s); ", json_text(json_at(list, i), "organization"),
                  day ? day : "null");
    }
    return text.len > 0 ? text.s : NULL;
}

static void show_signatory(struct text *text, const char *name, const char *role, const char *email)
{
    text_addf(text, "%s, %s, %s; ", name ? name : "null", role ? role : "null",
              email ? email : "null");
}

static const char *show_signatories(struct arena *arena, const struct motion *motion)
{
    struct text text;
    text_init(&text, arena);
    for (size_t i = 0; i < motion->signatory_count; i++)
        show_signatory(&text, motion->signatories[i].name, motion->signatories[i].role,
                       motion->signatories[i].email);
    return text.len > 0 ? text.s : NULL;
}

static const char *show_expected_signatories(struct arena *arena, const struct json *list)
{
    struct text text;
    text_init(&text, arena);
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *one = json_at(list, i);
        show_signatory(&text, json_text(one, "name"), json_text(one, "role"),
                       json_text(one, "email"));
    }
    return text.len > 0 ? text.s : NULL;
}

static const char *show_list(struct arena *arena, const struct texts *texts)
{
    return texts->n > 0 ? text_join(arena, texts, "; ") : NULL;
}

/* ---- what does harm ---- */

static bool has_foreign_faction(const struct texts *found, const struct texts *expected)
{
    for (size_t i = 0; i < found->n; i++)
        if (!texts_has(expected, found->v[i]))
            return true;
    return false;
}

static bool has_foreign_day(struct arena *arena, const struct motion *motion,
                            const struct json *list)
{
    for (size_t i = 0; i < motion->consultation_count; i++) {
        const char *day = day_to_text(arena, motion->consultations[i].meeting);
        bool known = day == NULL;
        for (size_t k = 0; k < json_count(list) && !known; k++)
            known = text_equal(day, json_text(json_at(list, k), "meeting_date"));
        if (!known)
            return true;
    }
    return false;
}

static void count_harm(struct comparison *comparison, const char *what)
{
    comparison->scores->harmful++;
    printf("  %s HARMFUL: %s\n", comparison->name, what);
}

/* ---- one motion ---- */

static void compare_lists(struct comparison *comparison, const struct motion *motion,
                          const struct json *expected)
{
    struct arena *arena = comparison->arena;
    const struct json *list = json_get(expected, "consultations");
    if (list != NULL) {
        compare_text(comparison, FIELD_CONSULTATIONS, show_consultations(arena, motion),
                     show_expected_consultations(arena, list));
        if (has_foreign_day(arena, motion, list))
            count_harm(comparison, "a meeting's day that is not expected");
    }
    if (json_get(expected, "factions") != NULL) {
        struct texts factions = {0};
        json_get_texts(expected, "factions", arena, &factions);
        compare_text(comparison, FIELD_FACTIONS, show_list(arena, &motion->factions),
                     show_list(arena, &factions));
        if (has_foreign_faction(&motion->factions, &factions))
            count_harm(comparison, "a faction that is not expected");
    }
    list = json_get(expected, "signatories");
    if (list != NULL)
        compare_text(comparison, FIELD_SIGNATORIES, show_signatories(arena, motion),
                     show_expected_signatories(arena, list));
}

static void compare_motion(struct comparison *comparison, const struct motion *motion,
                           const struct json *expected)
{
    const char *day = day_to_text(comparison->arena, motion->letter_date);
    const struct {
        enum field field;
        const char *found;
    } texts[] = {
        {FIELD_KIND, motion_kind_to_text(motion->kind)},
        {FIELD_LABEL, motion->label},
        {FIELD_TITLE, motion->title},
        {FIELD_LETTER_DATE, day},
        {FIELD_PLACE, motion->place},
        {FIELD_ADDRESSEE, motion->addressee},
        {FIELD_REFERS_TO, motion->refers_to},
        {FIELD_RESOLUTION, motion->resolution},
        {FIELD_REASONING, motion->reasoning},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *key = names[texts[i].field];
        if (json_has(expected, key))
            compare_text(comparison, texts[i].field, texts[i].found, json_text(expected, key));
    }
    if (day != NULL && json_has(expected, "letter_date") &&
        !text_equal(day, json_text(expected, "letter_date")))
        count_harm(comparison, "a wrong date of the letter");
    if (json_has(expected, "confidential"))
        compare_text(comparison, FIELD_CONFIDENTIAL, motion->confidential ? "true" : "false",
                     json_bool(expected, "confidential") ? "true" : "false");
    compare_lists(comparison, motion, expected);
}

bool motion_compare(const char *name, const struct motions *found, const struct json *expected,
                    struct scores *scores_r)
{
    struct arena *arena = arena_new();
    struct comparison comparison = {arena, name, scores_r, true};
    const struct json *list = json_get(expected, "motions");
    size_t n = json_count(list);
    compare_text(&comparison, FIELD_MOTIONS, arena_printf(arena, "%zu", found->n),
                 arena_printf(arena, "%zu", n));
    if (found->n > n)
        count_harm(&comparison, "an invented motion");
    for (size_t i = 0; i < n; i++) {
        static const struct motion nothing = {.letter_date = {INT32_MIN}};
        compare_motion(&comparison, i < found->n ? &found->v[i] : &nothing, json_at(list, i));
    }
    arena_free(arena);
    return comparison.right;
}

#define MAX_EXPECTED 1000

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **motion_list_expected(struct arena *arena, const char *folder, size_t *n_r)
{
    char **list = arena_array(arena, MAX_EXPECTED, sizeof *list);
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    *n_r = 0;
    for (struct dirent *entry = readdir(dir); entry && *n_r < MAX_EXPECTED; entry = readdir(dir)) {
        char *dot = strrchr(entry->d_name, '.');
        if (dot && strcmp(dot, ".json") == 0)
            list[(*n_r)++] = arena_strndup(arena, entry->d_name, (size_t)(dot - entry->d_name));
    }
    closedir(dir);
    qsort(list, *n_r, sizeof *list, compare_names);
    return list;
}

double motion_print_scores(const struct scores *scores)
{
    struct score all = {0};
    printf("%-14s %6s %6s %8s\n", "field", "right", "wrong", "missing");
    for (int i = 0; i < FIELD_COUNT; i++) {
        const struct score *score = &scores->fields[i];
        printf("%-14s %6d %6d %8d\n", names[i], score->right, score->wrong, score->missing);
        all.right += score->right;
        all.wrong += score->wrong;
        all.missing += score->missing;
    }
    double f1 = 2.0 * all.right / (2.0 * all.right + all.wrong + all.missing);
    printf("F1 %.4f, harmful %d\n", f1, scores->harmful);
    return f1;
}

void motion_read_letter(struct arena *arena, const char *text, const char *subject,
                        const char *date, struct motions *motions_r)
{
    struct mail_part part = {.path = "1", .type = "text/plain", .is_body = true};
    mail_part_set_text(arena, &part, text);
    struct mail mail = {.subject = subject, .date = date, .parts = &part, .part_count = 1};
    motion_find(arena, &mail, motions_r);
}
