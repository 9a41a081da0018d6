/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "town.h"
#include "trust/label.h"
#include "trust/trust.h"

static const struct {
    const char *name;
    const char *from[3];
    const char *day;
    enum trust_level level;
    const char *faction;
} senders[] = {
    {.name = "a member",
     .from = {"wilhelm.vanbeek@spd-bedburg-hau.example"},
     .level = TRUST_LISTED,
     .faction = "SPD"},
    {.name = "addresses compare without case",
     .from = {"Wilhelm.VanBeek@SPD-Bedburg-Hau.example"},
     .level = TRUST_LISTED,
     .faction = "SPD"},
    {.name = "a further address",
     .from = {"vanbeek@mail.example"},
     .level = TRUST_LISTED,
     .faction = "SPD"},
    {.name = "first day",
     .from = {"vanbeek@mail.example"},
     .day = "2014-06-01",
     .level = TRUST_LISTED,
     .faction = "SPD"},
    {.name = "a day before", .from = {"vanbeek@mail.example"}, .day = "2014-05-31"},
    {.name = "last day",
     .from = {"vanbeek@mail.example"},
     .day = "2020-10-31",
     .level = TRUST_LISTED,
     .faction = "SPD"},
    {.name = "a day after", .from = {"vanbeek@mail.example"}, .day = "2020-11-01"},
    {.name = "another faction",
     .from = {"mitglied@cdu-bedburg-hau.example"},
     .level = TRUST_LISTED,
     .faction = "CDU"},
    {.name = "a stranger", .from = {"x@y.example"}},
    {.name = "nobody", .from = {NULL}},
    {.name = "two From", .from = {"vanbeek@mail.example", "mitglied@cdu-bedburg-hau.example"}},
    {.name = "twice the same", .from = {"vanbeek@mail.example", "vanbeek@mail.example"}},
    {.name = "not plain", .from = {"<vanbeek@mail.example>"}},
};

static void test_roster(void **state)
{
    struct arena *arena = arena_new();
    struct conf_body *body = town_new(arena);

    (void)state;
    for (size_t i = 0; i < sizeof(senders) / sizeof(senders[0]); i++) {
        struct reading *reading = town_letter(arena);
        struct mail_address from[3];
        const char *day = senders[i].day == NULL ? "2015-08-04" : senders[i].day;
        struct verdict verdict;

        reading->mail->from = (struct mail_addresses){.v = from};
        for (; senders[i].from[reading->mail->from.n] != NULL; reading->mail->from.n++)
            from[reading->mail->from.n] = (struct mail_address){
                .name = "Wilhelm van Beek", .address = senders[i].from[reading->mail->from.n]};
        print_message("%s\n", senders[i].name);
        trust_judge(arena, reading, body, NULL, town_day(day), &verdict);
        assert_int_equal(verdict.level, senders[i].level);
        assert_non_null(verdict.reason);
        assert_int_equal(verdict.faction == NULL, senders[i].faction == NULL);
        assert_int_equal(verdict.member == NULL, senders[i].faction == NULL);
        if (senders[i].faction != NULL)
            assert_string_equal(verdict.faction->title, senders[i].faction);
        assert_int_equal(verdict.address == NULL,
                         reading->mail->from.n != 1 || senders[i].from[0][0] == '<');
    }
    arena_free(arena);
}

/* One address in two factions, one after the other: the one of the day counts. */
static void test_change_of_faction(void **state)
{
    struct arena *arena = arena_new();
    struct conf_body *body = town_new(arena);
    struct reading *reading = town_letter(arena);
    struct verdict verdict;

    (void)state;
    body->factions[1].members[1].address = "vanbeek@mail.example";
    body->factions[1].members[1].since = town_day("2020-11-01");
    reading->mail->from.v[0].address = "vanbeek@mail.example";
    trust_judge(arena, reading, body, NULL, town_day("2020-10-31"), &verdict);
    assert_string_equal(verdict.faction->title, "SPD");
    trust_judge(arena, reading, body, NULL, town_day("2020-11-01"), &verdict);
    assert_string_equal(verdict.faction->title, "CDU");
    arena_free(arena);
}

static const struct {
    const char *label;
    const char *title; /* NULL: none */
} labels[] = {
    {"SPD", "SPD"},
    {"spd", "SPD"},
    {"SPD-Fraktion", "SPD"},
    {"SPD - Fraktion", "SPD"},
    {"Fraktion der SPD", "SPD"},
    {"Ratsfraktion der SPD", "SPD"},
    {"Gemeinderatsfraktion SPD", "SPD"},
    {"SPDfraktion", "SPD"},
    {"SPD-Ratsfraktion Bedburg-Hau", "SPD"},
    {"SPD-Fraktion im Rat der Gemeinde Bedburg-Hau", "SPD"},
    {"CDU–Fraktion", "CDU"},
    {"Grüne", "GRÜNE"},
    {"Gruene", "GRÜNE"},
    {"Die Grünen", "GRÜNE"},
    {"BÜNDNIS 90/DIE GRÜNEN", "GRÜNE"},
    {"Bündnis 90 / Die Grünen", "GRÜNE"},
    {"Buendnis 90/Die Gruenen", "GRÜNE"},
    {"Fraktion", NULL},
    {"", NULL},
    {"FDP", NULL},
    {"SPD/CDU", NULL},
    {"AfD-Fraktion", NULL},
};

static void test_labels(void **state)
{
    struct arena *arena = arena_new();
    struct conf_body *body = town_new(arena);

    (void)state;
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        const struct conf_faction *faction = trust_find_faction(body, labels[i].label);

        print_message("%s\n", labels[i].label);
        if (labels[i].title == NULL) {
            assert_null(faction);
            continue;
        }
        assert_non_null(faction);
        assert_string_equal(faction->title, labels[i].title);
    }
    arena_free(arena);
}

/* Without the alias "Bündnis 90/Die Grünen" the label is not guessed to be GRÜNE. */
static void test_no_guess(void **state)
{
    struct arena *arena = arena_new();
    struct conf_body *body = town_new(arena);

    (void)state;
    body->factions[2].aliases = (struct texts){0};
    assert_null(trust_find_faction(body, "Bündnis 90/Die Grünen"));
    arena_free(arena);
}

/* A title wins over another faction's alias. */
static void test_title_wins(void **state)
{
    struct arena *arena = arena_new();
    struct conf_body *body = town_new(arena);

    (void)state;
    town_set(arena, &body->factions[0].aliases, "CDU");
    assert_string_equal(trust_find_faction(body, "CDU")->title, "CDU");
    arena_free(arena);
}

/* ---- what the town's staff hands on -----------------------------------------------------------
 */

static void hand_on(struct arena *arena, struct mail *mail, const char *from, const char *inner)
{
    mail->from.v[0].address = from;
    mail->forward_count = inner != NULL;
    mail->forwards = ARENA_NEW(arena, struct mail_forward);
    mail->forwards[0] = (struct mail_forward){
        .path = "2", .from = {.v = ARENA_NEW(arena, struct mail_address), .n = 1}};
    mail->forwards[0].from.v[0].address = inner;
}

#define SECRETARY "sekretariat@bedburg-hau.example"
#define CHAIR "wilhelm.vanbeek@spd-bedburg-hau.example"

static const struct {
    const char *from;
    const char *inner; /* NULL: nothing handed on */
    size_t count;
    enum trust_level level;
    const char *address;
    const char *forwarder;
    const char *key; /* for comparing senders */
} forwards[] = {
    {"Sekretariat@Bedburg-Hau.example", "VanBeek@mail.example", 1, TRUST_LISTED,
     "VanBeek@mail.example", "Sekretariat@Bedburg-Hau.example", CHAIR},
    {SECRETARY, "stranger@x.example", 1, TRUST_UNKNOWN, "stranger@x.example", SECRETARY,
     "stranger@x.example"},
    {SECRETARY, NULL, 0, TRUST_UNKNOWN, SECRETARY, NULL, SECRETARY},
    /* whose motion it is of two is not guessed */
    {SECRETARY, CHAIR, 2, TRUST_UNKNOWN, SECRETARY, NULL, SECRETARY},
    {SECRETARY, "not plain", 1, TRUST_UNKNOWN, SECRETARY, NULL, SECRETARY},
    /* nobody else's word counts for another one */
    {"stranger@x.example", CHAIR, 1, TRUST_UNKNOWN, "stranger@x.example", NULL,
     "stranger@x.example"},
    {"mitglied@cdu-bedburg-hau.example", CHAIR, 1, TRUST_LISTED, "mitglied@cdu-bedburg-hau.example",
     NULL, "mitglied@cdu-bedburg-hau.example"},
};

static void test_forwards(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(forwards) / sizeof(forwards[0]); i++) {
        struct arena *arena = arena_new();
        struct conf_body *body = town_new(arena);
        struct reading *reading = town_letter(arena);
        struct verdict verdict;

        hand_on(arena, reading->mail, forwards[i].from, forwards[i].inner);
        reading->mail->forward_count = forwards[i].count;
        trust_judge(arena, reading, body, NULL, town_day("2015-08-04"), &verdict);
        print_message("%s %s\n", forwards[i].from, verdict.reason);
        assert_int_equal(verdict.level, forwards[i].level);
        assert_string_equal(verdict.address, forwards[i].address);
        assert_true(text_equal(verdict.forwarder, forwards[i].forwarder));
        assert_string_equal(trust_sender_key(arena, reading->mail, body), forwards[i].key);
        arena_free(arena);
    }
}

static void test_sender_keys(void **state)
{
    static const struct {
        const char *from, *keys;
    } cases[] = {
        {CHAIR, CHAIR " vanbeek@mail.example"},
        {"VanBeek@Mail.example", CHAIR " vanbeek@mail.example"},
        {"Stranger@X.example", "stranger@x.example"},
    };
    struct arena *arena = arena_new();
    struct conf_body *body = town_new(arena);
    struct reading *reading = town_letter(arena);
    struct texts keys;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        reading->mail->from.v[0].address = cases[i].from;
        trust_sender_keys(arena, reading->mail, body, &keys);
        assert_string_equal(text_join(arena, &keys, " "), cases[i].keys);
    }
    reading->mail->from.n = 0;
    trust_sender_keys(arena, reading->mail, body, &keys);
    assert_int_equal(keys.n, 0);
    arena_free(arena);
}

/* A member who works in the town hall, too, speaks for herself. */
static void test_member_is_no_forwarder(void **state)
{
    struct arena *arena = arena_new();
    struct conf_body *body = town_new(arena);
    struct reading *reading = town_letter(arena);
    struct verdict verdict;

    (void)state;
    texts_add(&body->forwarders, arena, CHAIR);
    hand_on(arena, reading->mail, CHAIR, "mitglied@cdu-bedburg-hau.example");
    trust_judge(arena, reading, body, NULL, town_day("2015-08-04"), &verdict);
    assert_string_equal(verdict.faction->title, "SPD");
    assert_null(verdict.forwarder);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roster),      cmocka_unit_test(test_change_of_faction),
        cmocka_unit_test(test_labels),      cmocka_unit_test(test_no_guess),
        cmocka_unit_test(test_title_wins),  cmocka_unit_test(test_forwards),
        cmocka_unit_test(test_sender_keys), cmocka_unit_test(test_member_is_no_forwarder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
