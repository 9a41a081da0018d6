/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "conf_help.h"

#include <string.h>

#define ROSTER "faction,address,name,role,addresses,until\n"

/* conf_help_good with a roster-file or a meetings-file; the mistakes of loading it. */
static char *mistakes_of(struct arena *arena, const char *key, const char *table)
{
    const char *body =
        conf_help_replace(arena, conf_help_good,
                          "from = ", arena_printf(arena, "%s = \"@DIR@/table.csv\" from = ", key));

    conf_help_write("table.csv", table);
    return conf_help_mistakes(arena, body);
}

struct fault {
    const char *name;
    const char *key;
    const char *table;
    const char *mistakes;
};

static const struct fault faults[] = {
    {.name = "good",
     .key = "roster-file",
     .table = ROSTER
     "FDP,c@fdp.example,\"C, the \"\"first\"\"\",Vorsitzende,x@y.example; z@y.example,\n",
     .mistakes = ""},
    {.name = "marked as UTF-8, CRLF, columns without case, an empty line",
     .key = "roster-file",
     .table = "\xef\xbb\xbf"
              "Faction,Address\r\n\r\nFDP,c@fdp.example\r\n",
     .mistakes = ""},
    {.name = "empty",
     .key = "roster-file",
     .table = "",
     .mistakes = "table.csv:1: is empty; its first line names the columns faction, address, name, "
                 "role, chair, addresses, since, until, certificate, submit, acknowledge, "
                 "faction-name, faction-aliases\n"},
    {.name = "semicolons between",
     .key = "meetings-file",
     .table = "council;date\nRat;2015-09-24\n",
     .mistakes =
         "table.csv:1: unknown column \"council;date\"; there are council, date, time, with "
         "commas between\n"},
    {.name = "no address",
     .key = "roster-file",
     .table = "faction,name\nFDP,C\n",
     .mistakes = "table.csv:1: the column address is missing; the first line names the columns\n"},
    {.name = "the empty field, the long row, the wrong values, all in one run",
     .key = "roster-file",
     .table =
         ROSTER "FDP,,C,,,\nFDP,c@fdp.example,C,,,,\nFDP,nobody,C,,,\nFDP,d@fdp.example,D,,e,\n"
                "FDP,f@fdp.example,\"F\nG\",,,2015-02-31\n",
     .mistakes = "table.csv:2: the field address is empty\n"
                 "table.csv:3: has 7 fields and the header 6; put fields with commas in quotes\n"
                 "table.csv:4: member \"nobody\" is not a plain address; write it like "
                 "ratsbuero@town.example\n"
                 "table.csv:5: addresses: \"e\" is not a plain address; write it like "
                 "ratsbuero@town.example\n"
                 "table.csv:6: name: \"F\nG\" has a control character; write it in one line of "
                 "printable text\n"
                 "table.csv:6: until: \"2015-02-31\" is not a day; write it like 2015-09-24\n"},
    {.name = "already in the configuration, without case",
     .key = "roster-file",
     .table = ROSTER "spd,A@SPD.example,A,,,\n",
     .mistakes = "table.csv:2: A@SPD.example stands twice in faction \"SPD\" at the same time, "
                 "already at test.conf:20; take one away or set since and until\n"},
    {.name = "quotes",
     .key = "roster-file",
     .table = ROSTER "FDP,c@fdp.example,C \"x\",,,\nFDP,d@fdp.example,\"D\"x,,,\nFDP,e@fdp.example,"
                     "\"E,,,\n",
     .mistakes =
         "table.csv:2: a quotation mark in a field without quotes; put the field in quotes "
         "and write the mark twice\n"
         "table.csv:2: a quotation mark in a field without quotes; put the field in quotes "
         "and write the mark twice\n"
         "table.csv:3: something stands behind a closing quotation mark; put a comma there, "
         "or write quotation marks in a quoted field twice\n"
         "table.csv:4: a quotation mark is not closed; add a \"\n"},
    {.name = "another charset",
     .key = "roster-file",
     .table = "faction,address,name\nFDP,c@fdp.example,C\nGR\xdcNE,g@g.example,G\n",
     .mistakes = "table.csv:3: is no UTF-8 text; save the table as CSV in UTF-8\n"},
    {.name = "meetings",
     .key = "meetings-file",
     .table = "council,date,time\nRat,2015-09-24,18:00\nRat,2015-10-24,\n",
     .mistakes = ""},
    {.name = "a meeting of nobody, on no day, at no time",
     .key = "meetings-file",
     .table =
         "council,date,time\nKreistag,2015-09-24,18:00\nRat,24.09.2015,\nRat,2015-09-24,25:00\n",
     .mistakes = "table.csv:2: there is no council \"Kreistag\"; add it to antragd.conf, or as an "
                 "alias\n"
                 "table.csv:3: meetings: \"24.09.2015\" is not a meeting; write it like "
                 "2015-09-24T18:00\n"
                 "table.csv:4: meetings: \"2015-09-24T25:00\" is not a meeting; write it like "
                 "2015-09-24T18:00\n"},
};

static void test_mistakes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct arena *arena = arena_new();
        const char *found = mistakes_of(arena, faults[i].key, faults[i].table);

        if (strcmp(found, faults[i].mistakes) != 0)
            fail_msg("%s:\n%s", faults[i].name, found);
        arena_free(arena);
    }
}

static const struct conf *load_with(struct arena *arena, bool own)
{
    const char *text = conf_help_replace(arena, conf_help_good,
                                         "from = ", "roster-file = \"@DIR@/table.csv\" from = ");
    struct texts mistakes = {0};
    const struct conf *conf;
    struct err err;

    assert_string_equal(conf_help_mistakes(arena, text), "");
    if (!own)
        return conf_help_load(arena, text);
    assert_true(conf_load_own(conf_help_path(arena, "test.conf"), arena, &conf, &mistakes, &err));
    return conf;
}

static void test_values(void **state)
{
    struct arena *arena = arena_new();
    const struct conf_body *body;
    const struct conf_member *member;

    (void)state;
    conf_help_write(
        "table.csv",
        "faction,address,name,role,addresses,until,submit,faction-name,faction-aliases\n"
        "SPD,c@spd.example,C,Schriftführerin,,,no,,\n"
        "FDP,d@fdp.example,\"D, E\",Fraktionsvorsitzende,x@y.example;z@y.example,"
        "2015-09-24,,FDP-Ratsfraktion,Union; Die Union\n"
        "fdp,f@fdp.example,,,,,,,\n");
    body = &load_with(arena, false)->bodies[0];
    assert_int_equal(body->faction_count, 3);
    member = &body->factions[0].members[2];
    assert_string_equal(member->address, "c@spd.example");
    assert_false(member->submit);
    assert_true(member->acknowledge);
    assert_false(member->chair);
    assert_string_equal(body->factions[2].title, "FDP");
    assert_string_equal(body->factions[2].name, "FDP-Ratsfraktion");
    assert_string_equal(text_join(arena, &body->factions[2].aliases, "|"), "Union|Die Union");
    assert_int_equal(body->factions[2].member_count, 2);
    member = &body->factions[2].members[0];
    assert_string_equal(member->name, "D, E");
    assert_true(member->chair);
    assert_string_equal(text_join(arena, &member->addresses, "|"), "x@y.example|z@y.example");
    assert_string_equal(day_to_text(arena, member->until), "2015-09-24");
    assert_true(day_is_none(member->since));
    assert_string_equal(body->factions[2].members[1].name, "f@fdp.example");
    arena_free(arena);
}

/* What the clerk does: its own slice, and the tables as they are now. */
static void test_join(void **state)
{
    static const char roster[] = "faction,address\nSPD,c@spd.example\n";
    static const char bad[] = "faction,address\nSPD,a@spd.example\n";
    static const char meetings[] = "council,date,time\nRat,2015-09-24,18:00\n";
    struct arena *arena = arena_new();
    struct conf_table tables[2] = {{"/x/r.csv", roster, sizeof roster - 1},
                                   {"/x/m.csv", meetings, sizeof meetings - 1}};
    struct texts mistakes = {0};
    const struct conf_body *own, *body;
    struct err err;

    (void)state;
    conf_help_write("table.csv", roster);
    own = &load_with(arena, true)->bodies[0];
    assert_int_equal(own->factions[0].member_count, 2);
    assert_true(conf_join_tables(own, &tables[0], &tables[1], arena, &body, &mistakes, &err));
    assert_int_equal(body->factions[0].member_count, 3);
    assert_string_equal(body->factions[0].members[2].address, "c@spd.example");
    assert_int_equal(body->councils[0].meeting_count, own->councils[0].meeting_count + 1);
    assert_int_equal(body->councils[0].deadline.days, own->councils[0].deadline.days);
    tables[0] = (struct conf_table){"/x/r.csv", bad, sizeof bad - 1};
    assert_false(conf_join_tables(own, &tables[0], &tables[1], arena, &body, &mistakes, &err));
    assert_int_equal(mistakes.n, 1);
    assert_string_equal(mistakes.v[0],
                        "/x/r.csv:2: a@spd.example stands twice in faction \"SPD\" at the same "
                        "time, already at antragd.conf; take one away or set since and until");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_join),
    };

    return cmocka_run_group_tests(tests, conf_help_setup, conf_help_teardown);
}
