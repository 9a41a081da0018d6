/* SPDX-License-Identifier: EUPL-1.2 */
/* What a body's own words make of a reading, rule by rule. */
#include "test.h"

#include "decision/refine.h"
#include "town.h"

#include <stdio.h>
#include <string.h>

#define ARRIVAL "2015-08-04"
#define LIST_MAX 3

struct refine_case {
    const char *name;
    const char *factions[LIST_MAX]; /* as read */
    const char *organizations[LIST_MAX];
    const char *days[LIST_MAX]; /* of the organizations; NULL: none */
    const char *signatory;
    enum motion_kind kind;
    const char *arrival; /* NULL: ARRIVAL */
    const char *expected_factions;
    const char *expected_organizations; /* "Rat 2015-09-24; HFA" */
    const char *rules;                  /* in order; "": nothing is refined */
};

static const struct refine_case cases[] = {
    {.name = "what is called as configured stays",
     .factions = {"SPD"},
     .organizations = {"Rat"},
     .expected_factions = "SPD",
     .expected_organizations = "Rat",
     .rules = ""},
    {.name = "an alias of a council",
     .organizations = {"Gemeinderat"},
     .days = {"2015-09-24"},
     .expected_organizations = "Rat 2015-09-24",
     .rules = "council-alias"},
    {.name = "an abbreviation that only one council's name has",
     .organizations = {"HFA"},
     .expected_organizations = "Haupt- und Finanzausschuss",
     .rules = "council-acronym"},
    {.name = "an abbreviation that two have",
     .organizations = {"BA"},
     .expected_organizations = "BA",
     .rules = ""},
    {.name = "two names of one council are one, the day is kept",
     .organizations = {"Gemeinderat", "Rat"},
     .days = {NULL, "2015-09-24"},
     .expected_organizations = "Rat 2015-09-24",
     .rules = "council-alias"},
    {.name = "two names with a day each stay two",
     .organizations = {"Gemeinderat", "Rat"},
     .days = {"2015-09-10", "2015-09-24"},
     .expected_organizations = "Rat 2015-09-10; Rat 2015-09-24",
     .rules = "council-alias"},
    {.name = "a council that nobody configured stays as written",
     .organizations = {"Ortsrat Hau"},
     .expected_organizations = "Ortsrat Hau",
     .rules = ""},
    {.name = "a slash between two factions",
     .factions = {"SPD/CDU"},
     .expected_factions = "SPD, CDU",
     .rules = "faction-split"},
    {.name = "a slash within a faction",
     .factions = {"FDP/FWG"},
     .expected_factions = "FDP/FWG",
     .rules = ""},
    {.name = "a slash, and a part that is unknown",
     .factions = {"CDU/FWV"},
     .expected_factions = "CDU/FWV",
     .rules = ""},
    {.name = "a faction's own slash is no list",
     .factions = {"BÜNDNIS 90/DIE GRÜNEN"},
     .expected_factions = "GRÜNE",
     .rules = "faction-alias"},
    {.name = "two labels that only together are a faction",
     .factions = {"FDP", "FWG"},
     .expected_factions = "FDP/FWG",
     .rules = "faction-joined"},
    {.name = "the other way round",
     .factions = {"FWG", "FDP"},
     .expected_factions = "FDP/FWG",
     .rules = "faction-joined"},
    {.name = "one twice",
     .factions = {"CDU", "CDU/SPD"},
     .expected_factions = "CDU, SPD",
     .rules = "faction-split"},
    {.name = "a member signs and nobody is named",
     .signatory = "Wilhelm van Beek",
     .expected_factions = "SPD",
     .rules = "faction-of-member"},
    {.name = "a member signs for the faction that is named",
     .factions = {"CDU"},
     .signatory = "Wilhelm van Beek",
     .expected_factions = "CDU",
     .rules = ""},
    {.name = "a member who has left",
     .signatory = "Wilhelm van Beek",
     .arrival = "2021-01-04",
     .rules = ""},
    {.name = "somebody else signs", .signatory = "Wilhelm Beek", .rules = ""},
    {.name = "a citizen bears a member's name",
     .signatory = "Wilhelm van Beek",
     .kind = MOTION_CITIZEN_SUGGESTION,
     .rules = ""},
};

static struct conf_body *town_with_more(struct arena *arena)
{
    struct conf_body *body = town_new(arena);
    static const char *const names[] = {"Haupt- und Finanzausschuss", "Bauausschuss",
                                        "Bildungsausschuss"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        body->councils = arena_grow(arena, body->councils, body->council_count,
                                    body->council_count + 1, sizeof *body->councils);
        body->councils[body->council_count++] = (struct conf_council){.name = names[i]};
    }
    body->factions = arena_grow(arena, body->factions, body->faction_count, body->faction_count + 1,
                                sizeof *body->factions);
    body->factions[body->faction_count++] =
        (struct conf_faction){.title = "FDP/FWG", .name = "FDP/FWG"};
    return body;
}

static void set_motion(struct arena *arena, const struct refine_case *c, struct motion *motion)
{
    motion->kind = c->kind;
    motion->factions = (struct texts){0};
    motion->consultation_count = 0;
    motion->consultations = arena_array(arena, LIST_MAX, sizeof *motion->consultations);
    for (size_t i = 0; i < LIST_MAX; i++) {
        if (c->factions[i] != NULL)
            texts_add(&motion->factions, arena, c->factions[i]);
        if (c->organizations[i] == NULL)
            continue;
        motion->consultations[motion->consultation_count++] = (struct motion_consultation){
            c->organizations[i], c->days[i] != NULL ? town_day(c->days[i]) : DAY_NONE};
    }
    motion->signatory_count = c->signatory != NULL;
    motion->signatories = ARENA_NEW(arena, struct motion_signatory);
    motion->signatories[0].name = c->signatory;
}

static const char *show_organizations(struct arena *arena, const struct motion *motion)
{
    struct texts texts = {0};
    for (size_t i = 0; i < motion->consultation_count; i++) {
        const char *day = day_to_text(arena, motion->consultations[i].meeting);
        texts_add(&texts, arena,
                  arena_printf(arena, "%s%s%s", motion->consultations[i].organization,
                               day != NULL ? " " : "", day != NULL ? day : ""));
    }
    return text_join(arena, &texts, "; ");
}

static const char *show_rules(struct arena *arena, const struct refinements *refinements)
{
    struct texts texts = {0};
    for (size_t i = 0; i < refinements->n; i++)
        texts_add(&texts, arena, refinements->v[i].rule);
    return text_join(arena, &texts, ", ");
}

static bool is_right(const char *name, const char *what, const char *found, const char *expected)
{
    expected = expected != NULL ? expected : "";
    if (strcmp(found, expected) == 0)
        return true;
    print_message("  %s: %s are \"%s\", not \"%s\"\n", name, what, found, expected);
    return false;
}

static bool run(struct arena *arena, const struct refine_case *c)
{
    struct refinements refinements;
    struct conf_body *body = town_with_more(arena);
    struct reading *reading = town_letter(arena);
    struct motion *read = &reading->motions.v[0];
    set_motion(arena, c, read);
    size_t factions = read->factions.n, consultations = read->consultation_count;
    const struct reading *refined = refine_reading(
        arena, body, town_day(c->arrival != NULL ? c->arrival : ARRIVAL), reading, &refinements);
    const struct motion *motion = &refined->motions.v[0];
    /* the reading is evidence and stays as it is */
    assert_int_equal(read->factions.n, factions);
    assert_int_equal(read->consultation_count, consultations);
    return is_right(c->name, "the factions", text_join(arena, &motion->factions, ", "),
                    c->expected_factions) &&
           is_right(c->name, "the councils", show_organizations(arena, motion),
                    c->expected_organizations) &&
           is_right(c->name, "the rules", show_rules(arena, &refinements), c->rules);
}

static void test_rules(void **state)
{
    size_t wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena *arena = arena_new();
        wrong += !run(arena, &cases[i]);
        arena_free(arena);
    }
    assert_int_equal(wrong, 0);
}

static void test_nothing(void **state)
{
    struct refinements refinements;
    struct arena *arena = arena_new();
    (void)state;
    assert_null(refine_reading(arena, town_new(arena), town_day(ARRIVAL), NULL, &refinements));
    assert_int_equal(refinements.n, 0);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rules),
                                       cmocka_unit_test(test_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
