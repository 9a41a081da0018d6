/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "conf_help.h"

#include <string.h>

struct fault {
    const char *name;
    const char *old; /* in conf_help_good, replaced by … */
    const char *new_one;
    const char *mistakes;
};

static const struct fault faults[] = {
    {.name = "no fault", .old = "days = 14", .new_one = "days = 15", .mistakes = ""},
    {.name = "comments everywhere",
     .old = "{\"in@town.example\"}",
     .new_one = "# a\n { // b }\n \"in@town.example\" /* c\n } */ , // d\n 'x@y.example' }",
     .mistakes = ""},
    {.name = "lines are counted through comments and continued strings",
     .old = "  name = \"Gemeinde\"",
     .new_one = "# a\n// b\n/* c\n\n*/ name = \"Ge\\\nmeinde\" nam = x",
     .mistakes = "test.conf:10: unknown key nam in body \"town\"; did you mean name?\n"},
    {.name = "unknown key",
     .old = "user =",
     .new_one = "use =",
     .mistakes = "test.conf:7: mailbox \"m\" needs user = …\n"
                 "test.conf:10: unknown key use in mailbox \"m\"; did you mean user?\n"},
    {.name = "underscore for hyphen",
     .old = "password-file",
     .new_one = "password_file",
     .mistakes = "test.conf:7: mailbox \"m\" has a user without a password; add password-file, "
                 "password-command or password-credential\n"
                 "test.conf:11: unknown key password_file in mailbox \"m\"; did you mean "
                 "password-file?\n"},
    {.name = "key of another section",
     .old = "days = 14",
     .new_one = "days = 14 poll = 5",
     .mistakes = "test.conf:16: key poll may not stand in deadline; it belongs into mailbox\n"},
    {.name = "key of nowhere",
     .old = "days = 14",
     .new_one = "days = 14 quintessence = {a, b}",
     .mistakes = "test.conf:16: unknown key quintessence in deadline; see antragd.conf(5)\n"},
    {.name = "unknown section is passed over whole",
     .old = "days = 14",
     .new_one = "days = 14 rhubarb \"x\" { a { b = {1, 2} } }",
     .mistakes = "test.conf:16: unknown section rhubarb in deadline; see antragd.conf(5)\n"},
    {.name = "section as key",
     .old = "days = 14\n    }",
     .new_one = "days = 14 } meetings { }",
     .mistakes = "test.conf:16: meetings is no section; write meetings = …\n"},
    {.name = "key as section",
     .old = "name = \"Gemeinde\"",
     .new_one = "name = \"Gemeinde\" mayor = \"x\"",
     .mistakes = "test.conf:5: mayor is a section; write mayor { … }\n"},
    {.name = "word for number",
     .old = "days = 14",
     .new_one = "days = many",
     .mistakes = "test.conf:16: days: \"many\" is not a number from 0 to 1000\n"},
    {.name = "number with a tail",
     .old = "days = 14",
     .new_one = "days = 14d",
     .mistakes = "test.conf:16: days: \"14d\" is not a number from 0 to 1000\n"},
    {.name = "number out of range",
     .old = "user = \"u\"",
     .new_one = "user = \"u\" port = 65536 poll = 0 renew = 99999999999999999999",
     .mistakes = "test.conf:10: port: \"65536\" is not a number from 1 to 65535\n"
                 "test.conf:10: poll: \"0\" is not a number from 1 to 86400\n"
                 "test.conf:10: renew: \"99999999999999999999\" is not a number from 1 to 1740\n"},
    {.name = "list for a single value",
     .old = "days = 14",
     .new_one = "days = {14}",
     .mistakes = "test.conf:16: days of deadline takes one value; write it without { }\n"},
    {.name = "single value for a list",
     .old = "{\"in@town.example\"}",
     .new_one = "in@town.example",
     .mistakes = ""},
    {.name = "not a word of the key",
     .old = "days = 14",
     .new_one = "days = 14 unit = \"weeks\"",
     .mistakes = "test.conf:16: unit: \"weeks\" is none of its words; write calendar, werktage, "
                 "arbeitstage or hours\n"},
    {.name = "trust unknown may not be asked for",
     .old = "name = \"Gemeinde\"",
     .new_one = "name = \"Gemeinde\" list-trust = unknown required-trust = none",
     .mistakes = "test.conf:5: list-trust: \"unknown\" is none of its words; write listed, "
                 "authenticated or signed\n"
                 "test.conf:5: required-trust: \"none\" is none of its words; write listed, "
                 "authenticated or signed\n"},
    {.name = "a wrong one in a list has its own line",
     .old = "name = \"Gemeinde\"",
     .new_one = "name = \"Gemeinde\" notify = {\"held\",\n \"hold\"}\n holidays = {\"2026-02-30\"}",
     .mistakes = "test.conf:6: notify: \"hold\" is none of its words; write held, failed, "
                 "withdrawn or registered\n"
                 "test.conf:7: holidays: \"2026-02-30\" is not a day; write it like 2015-09-24\n"},
    {.name = "deadline kinds",
     .old = "days = 14",
     .new_one = "days = 14 kinds = {\"motion\", \"Antrag\"}",
     .mistakes = "test.conf:16: kinds: \"Antrag\" is none of its words; write motion, "
                 "urgent-motion, amendment, supplement, inquiry, review-request, resolution, "
                 "budget-motion, convening-demand, withdrawal, replacement or "
                 "citizen-suggestion\n"},
    {.name = "times and meetings",
     .old = "days = 14\n    }",
     .new_one = "days = 14 cutoff = \"24:01\" }\n meetings = {\"2015-09-24T24:00\", "
                "\"2015-09-24T18\", \"24.09.2015\", \"2015-09-24T18:00\"}",
     .mistakes = "test.conf:16: cutoff: \"24:01\" is not a time of day; write it like 18:00\n"
                 "test.conf:17: meetings: \"2015-09-24T24:00\" is not a meeting; write it like "
                 "2015-09-24T18:00\n"
                 "test.conf:17: meetings: \"2015-09-24T18\" is not a meeting; write it like "
                 "2015-09-24T18:00\n"
                 "test.conf:17: meetings: \"24.09.2015\" is not a meeting; write it like "
                 "2015-09-24T18:00\n"},
    {.name = "neither yes nor no",
     .old = "name = \"A\"",
     .new_one = "name = \"A\" chair = maybe submit = TRUE acknowledge = off",
     .mistakes = "test.conf:21: chair: \"maybe\" is neither yes nor no\n"},
    {.name = "repeated key",
     .old = "days = 14",
     .new_one = "days = 14\n days = 15",
     .mistakes = "test.conf:17: days stands twice in deadline, already in line 16; leave one of "
                 "them\n"},
    {.name = "repeated single section",
     .old = "name = \"Gemeinde\"",
     .new_one = "name = \"Gemeinde\" mayor { }\n mayor { }",
     .mistakes = "test.conf:6: a second section mayor in body \"town\"; leave one of them\n"},
    {.name = "+=",
     .old = "user = \"u\"",
     .new_one = "user = \"u\"\n own-servers += {\"a.example\", \"b.example\"}",
     .mistakes = "test.conf:11: += is not known here; write all of own-servers in one list\n"},
    {.name = "no value",
     .old = "days = 14",
     .new_one = "days =\n unit = calendar",
     .mistakes = "test.conf:16: no value behind days =; write one\n"},
    {.name = "no equals sign",
     .old = "days = 14",
     .new_one = "days 14",
     .mistakes = "test.conf:15: deadline needs days = …\n"
                 "test.conf:16: days is followed by 14; write days = value, or a section in { }\n"},
    {.name = "string without an end, reported where it is",
     .old = "name = \"Gemeinde\"",
     .new_one = "name = \"Gemeinde",
     .mistakes = "test.conf:5: the string does not end on its line; close it with \"\n"},
    {.name = "comment without an end",
     .old = "    member \"c@",
     .new_one = "/* member \"c@",
     .mistakes = "test.conf:4: body \"town\" is not closed; add a }\n"
                 "test.conf:25: faction \"CDU\" is not closed; add a }\n"
                 "test.conf:26: the comment does not end; close it with */\n"},
    {.name = "brace missing",
     .old = "    }\n  }\n  faction \"SPD\"",
     .new_one = "    }\n  faction \"SPD\"",
     .mistakes = "test.conf:4: body \"town\" is not closed; add a }\n"
                 "test.conf:18: section faction may not stand in council \"Rat\"; it belongs into "
                 "body\n"
                 "test.conf:24: section faction may not stand in council \"Rat\"; it belongs into "
                 "body\n"},
    {.name = "brace too many",
     .old = "submission {",
     .new_one = "} submission {",
     .mistakes = "test.conf:1: } where a key should begin\n"},
    {.name = "comma missing or too much in a list",
     .old = "{\"in@town.example\"}",
     .new_one = "{\"in@town.example\" \"x@y.example\",, \"z@y.example\",}",
     .mistakes = "test.conf:12: a comma is missing before x@y.example\n"
                 "test.conf:12: a comma without a value before it\n"},
    {.name = "list without an end",
     .old = "user = \"u\"",
     .new_one = "user = \"u\" own-servers = {\"a.example\",\n \"b.example\"",
     .mistakes = "test.conf:10: the list is not closed; add a }\n"},
    {.name = "title missing or too much",
     .old = "council \"Rat\" {\n    deadline {",
     .new_one = "council {\n    deadline \"x\" {",
     .mistakes = "test.conf:14: council has no title; write council \"…\" { … }\n"
                 "test.conf:15: deadline takes no title; write deadline { … }\n"},
    {.name = "escapes",
     .old = "name = \"Gemeinde\"",
     .new_one =
         "name = \"\\x41\\102\\\"\\\\\\q\" contact = 'a\\'b\\\\\\x' privacy-notice = \"${HOME}\"",
     .mistakes = ""},
    {.name = "escapes that mean no byte",
     .old = "name = \"Gemeinde\"",
     .new_one = "name = \"a\\0\" contact = \"a\\400\" privacy-notice = \"\\9\"",
     .mistakes = "test.conf:5: an escaped byte must be from \\001 to \\377; write \\\\ for a "
                 "backslash\n"
                 "test.conf:5: an escaped byte must be from \\001 to \\377; write \\\\ for a "
                 "backslash\n"
                 "test.conf:5: an escaped byte must be from \\001 to \\377; write \\\\ for a "
                 "backslash\n"
                 "test.conf:5: privacy-notice: \"\" is empty; write something or leave it out\n"},
    {.name = "control characters",
     .old = "from = \"Rat <in@town.example>\"",
     .new_one = "from = \"Rat\\nBcc: x <in@town.example>\"",
     .mistakes = "test.conf:6: from: \"Rat\nBcc: x <in@town.example>\" has a control character; "
                 "write it in one line of printable text\n"},
    {.name = "Latin-1",
     .old = "name = \"Gemeinde\"",
     .new_one = "name = \"B\xfcrgermeister\" # B\xfcrger in a comment",
     .mistakes = "test.conf:5: not UTF-8; save the file in this encoding\n"},
    {.name = "stray bytes",
     .old = "user = \"u\"",
     .new_one = "user = u+v@town.example\n * \001 poll = 5",
     .mistakes = "test.conf:11: \"*\" may not stand here; put values in quotes\n"
                 "test.conf:11: a byte 0x01 may not stand here; this must be a text file in "
                 "UTF-8\n"},
    {.name = "semicolon",
     .old = "user = \"u\"",
     .new_one = "user = \"u\";",
     .mistakes = "test.conf:10: a ; stands behind no value; take it away\n"},
    {.name = "key of the file in a section",
     .old = "user = \"u\"",
     .new_one = "user = u; state-directory = \"/x\"",
     .mistakes = "test.conf:10: a ; stands behind no value; take it away\n"
                 "test.conf:10: key state-directory may not stand in mailbox \"m\"; it belongs "
                 "into the file itself, outside of sections\n"},
    {.name = "addresses",
     .old = "member \"c@cdu.example\"",
     .new_one = "member \"C <c@cdu.example>\"",
     .mistakes = "test.conf:26: member \"C <c@cdu.example>\" is not a plain address; write it like "
                 "ratsbuero@town.example\n"},
    {.name = "more addresses",
     .old = "name = \"Gemeinde\"",
     .new_one =
         "name = \"Gemeinde\" list = \"a@b@c\" office = {\"a b@c\", \"@c\", \"a@\", \"a,b@c\"}",
     .mistakes = "test.conf:5: list: \"a@b@c\" is not a plain address; write it like "
                 "ratsbuero@town.example\n"
                 "test.conf:5: office: \"a b@c\" is not a plain address; write it like "
                 "ratsbuero@town.example\n"
                 "test.conf:5: office: \"@c\" is not a plain address; write it like "
                 "ratsbuero@town.example\n"
                 "test.conf:5: office: \"a@\" is not a plain address; write it like "
                 "ratsbuero@town.example\n"
                 "test.conf:5: office: \"a,b@c\" is not a plain address; write it like "
                 "ratsbuero@town.example\n"},
    {.name = "number without counter",
     .old = "name = \"Gemeinde\"",
     .new_one = "name = \"Gemeinde\" number = \"A/%Y\"",
     .mistakes = "test.conf:5: number: \"A/%Y\" must have one counter; write %n, or %4n for at "
                 "least four digits, once\n"},
    {.name = "required keys",
     .old = "name = \"Gemeinde\"\n  from = \"Rat <in@town.example>\"",
     .new_one = "",
     .mistakes = "test.conf:4: body \"town\" needs name = …\n"
                 "test.conf:4: body \"town\" needs from = …\n"},
};

static void test_faults(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        const struct fault *fault = &faults[i];
        struct arena *arena = arena_new();
        const char *mistakes = conf_help_mistakes(
            arena, conf_help_replace(arena, conf_help_good, fault->old, fault->new_one));

        if (strcmp(mistakes, fault->mistakes) != 0)
            fail_msg("%s: expected\n%sbut there is\n%s", fault->name, fault->mistakes, mistakes);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests_name("conf_parse", tests, conf_help_setup, conf_help_teardown);
}
