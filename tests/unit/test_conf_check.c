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
    {.name = "bounce-address without a mailbox",
     .old = "from = \"Rat <in@town.example>\"",
     .new_one = "from = \"Rat <in@town.example>\" bounce-address = \"out@town.example\"",
     .mistakes = "test.conf:6: bounce-address: none of the mailboxes of body \"town\" receives "
                 "out@town.example; add it to addresses of one\n"},
    {.name = "a mail a day at no time",
     .old = "from = \"Rat <in@town.example>\"",
     .new_one = "from = \"Rat <in@town.example>\" book-at = \"\" list-mode = \"daily\"",
     .mistakes =
         "test.conf:6: list-mode: without a time in book-at of body \"town\" the list would "
         "get nothing; set one, or write \"each\"\n"},
    {.name = "from without a mailbox",
     .old = "from = \"Rat <in@town.example>\"",
     .new_one = "from = \"Rat <out@town.example>\"",
     .mistakes = "test.conf:6: from: none of the mailboxes of body \"town\" receives "
                 "out@town.example; add it to addresses of one, so that answers and bounces come "
                 "back\n"},
    {.name = "copies into the folder that is watched",
     .old = "addresses = {\"in@town.example\"}",
     .new_one = "addresses = {\"in@town.example\"} sent-folder = \"Inbox\"",
     .mistakes = "test.conf:12: sent-folder is the same folder as folder; each needs its own\n"},
    {.name = "copies among the registered mails, and these among the junk",
     .old = "addresses = {\"in@town.example\"}",
     .new_one = "addresses = {\"in@town.example\"} junk-folder = \"Registriert\"\n"
                "sent-folder = \"Registriert\"",
     .mistakes = "test.conf:12: junk-folder is the same folder as done-folder; each needs its own\n"
                 "test.conf:13: sent-folder is the same folder as done-folder; each needs its own\n"
                 "test.conf:13: sent-folder is the same folder as junk-folder; each needs its "
                 "own\n"},
    {.name = "none is no folder",
     .old = "addresses = {\"in@town.example\"}",
     .new_one = "addresses = {\"in@town.example\"} done-folder = \"\" sent-folder = \"\"",
     .mistakes = ""},
    {.name = "the directory beside itself",
     .old = "host = \"imap.town.example\"\n    ca-file = \"@DIR@/ca.pem\"\n    user = "
            "\"u\"\n    password-file = \"@DIR@/secret\"",
     .new_one = "directory = \"/srv/in/\"\n sent-folder = \"in\"",
     .mistakes = "test.conf:9: sent-folder is the same folder as folder; each needs its own\n"},
    {.name = "from is compared without case",
     .old = "from = \"Rat <in@town.example>\"",
     .new_one = "from = \"IN@Town.Example\"",
     .mistakes = ""},
    {.name = "address twice in a faction, without case",
     .old = "member \"b@spd.example\"",
     .new_one = "member \"A@SPD.example\"",
     .mistakes = "test.conf:23: A@SPD.example stands twice in faction \"SPD\" at the same time, "
                 "already at test.conf:20; take one away or set since and until\n"},
    {.name = "further address is another one's first",
     .old = "name = \"A\"\n",
     .new_one = "name = \"A\"\naddresses = {\"x@y.example\",\n\"b@spd.example\"}\n",
     .mistakes = "test.conf:25: b@spd.example stands twice in faction \"SPD\" at the same time, "
                 "already at test.conf:23; take one away or set since and until\n"},
    {.name = "one after the other",
     .old = "name = \"A\"\n    }\n    member \"b@spd.example\" {",
     .new_one = "until = \"2020-10-31\"\n    }\n    member \"a@spd.example\" { since = "
                "\"2020-11-01\"",
     .mistakes = ""},
    {.name = "overlap of one day",
     .old = "name = \"A\"\n    }\n    member \"b@spd.example\" {",
     .new_one = "until = \"2020-10-31\"\n    }\n    member \"a@spd.example\" { since = "
                "\"2020-10-31\"",
     .mistakes = "test.conf:23: a@spd.example stands twice in faction \"SPD\" at the same time, "
                 "already at test.conf:20; take one away or set since and until\n"},
    {.name = "a long stay meets a later one behind a short one",
     .old = "member \"c@cdu.example\" { name = \"C\" }",
     .new_one = "member \"c@cdu.example\" { since = \"2000-01-01\" until = \"2020-01-01\" }\n"
                "member \"c@cdu.example\" { since = \"2021-01-01\" until = \"2021-02-01\" }\n"
                "member \"c@cdu.example\" { since = \"2019-01-01\" until = \"2019-02-01\" }",
     .mistakes = "test.conf:28: c@cdu.example stands twice in faction \"CDU\" at the same time, "
                 "already at test.conf:26; take one away or set since and until\n"},
    {.name = "address in two factions",
     .old = "member \"c@cdu.example\"",
     .new_one = "member \"b@spd.example\"",
     .mistakes = "test.conf:26: b@spd.example is in faction \"CDU\" and in faction \"SPD\" "
                 "(test.conf:23) at the same time; set since and until\n"},
    {.name = "changed the faction",
     .old = "member \"b@spd.example\" { name = \"B\" }\n  }\n  faction \"CDU\" {\n    member "
            "\"c@cdu.example\" {",
     .new_one = "member \"b@spd.example\" { until = \"2019-12-31\" }\n  }\n  faction \"CDU\" {\n "
                "member \"b@spd.example\" { since = \"2020-01-01\"",
     .mistakes = ""},
    {.name = "until before since",
     .old = "name = \"A\"\n",
     .new_one = "since = \"2020-01-02\"\nuntil = \"2020-01-01\"\n",
     .mistakes = "test.conf:22: until is before since of member \"a@spd.example\"; swap them\n"},
    {.name = "council twice",
     .old = "faction \"SPD\" {",
     .new_one = "council \"RAT\" { } council \"Bau\" { aliases = {\"Ausschuß\",\n\"Rat\"} }\n "
                "faction \"SPD\" {",
     .mistakes = "test.conf:19: a second council called \"RAT\", already at test.conf:14; give it "
                 "another name\n"
                 "test.conf:20: a second council called \"Rat\", already at test.conf:19; give it "
                 "another name\n"},
    {.name = "alias like the own title",
     .old = "faction \"SPD\" {",
     .new_one = "faction \"SPD\" { name = \"SPD\" aliases = {\"spd\", \"Spd\"}",
     .mistakes = ""},
    {.name = "faction twice",
     .old = "faction \"CDU\"",
     .new_one = "faction \"SPD\"",
     .mistakes = "test.conf:25: a second faction called \"SPD\", already at test.conf:19; give it "
                 "another name\n"},
    {.name = "umlauts without case",
     .old = "faction \"CDU\" {",
     .new_one = "faction \"GRÜNE\" { } faction \"CDU\" { aliases = {\"Grüne\"}",
     .mistakes = "test.conf:25: a second faction called \"Grüne\", already at test.conf:25; give "
                 "it another name\n"},
    {.name = "mailbox twice",
     .old = "council \"Rat\" {",
     .new_one = "mailbox \"m\" { directory = \"@DIR@\" addresses = {\"x@y.example\"} }\n council "
                "\"Rat\" {",
     .mistakes = "test.conf:14: a second mailbox called \"m\", already at test.conf:7; give it "
                 "another name\n"},
    {.name = "body twice",
     .old = "body \"town\" {",
     .new_one = "body \"Town\" { name = \"x\" from = \"in@town.example\" mailbox \"m\" { directory "
                "= \"@DIR@\" addresses = {\"in@town.example\"} } }\nbody \"town\" {",
     .mistakes = "test.conf:5: a second body called \"town\", already at test.conf:4; give it "
                 "another name\n"},
    {.name = "workdays without a Land",
     .old = "days = 14",
     .new_one = "days = 14\nunit = \"werktage\"",
     .mistakes = "test.conf:17: this unit needs the holidays of a Land; add state = \"NW\" (or "
                 "another) to body \"town\"\n"},
    {.name = "workdays of the body's deadline",
     .old = "name = \"Gemeinde\"",
     .new_one = "name = \"Gemeinde\" deadline { days = 3 unit = arbeitstage }",
     .mistakes = "test.conf:5: this unit needs the holidays of a Land; add state = \"NW\" (or "
                 "another) to body \"town\"\n"},
    {.name = "workdays with a Land",
     .old = "name = \"Gemeinde\"",
     .new_one = "name = \"Gemeinde\" state = NW deadline { days = 3 unit = arbeitstage }",
     .mistakes = ""},
    {.name = "number without year",
     .old = "name = \"Gemeinde\"",
     .new_one = "name = \"Gemeinde\" number = \"A/%n\"",
     .mistakes = "test.conf:5: number: \"A/%n\" must have the year; write it like A/%Y/%4n\n"},
    {.name = "number with two counters",
     .old = "name = \"Gemeinde\"",
     .new_one = "name = \"Gemeinde\" number = \"%n/%Y/%4n\"",
     .mistakes = "test.conf:5: number: \"%n/%Y/%4n\" must have one counter; write %n, or %4n for "
                 "at least four digits, once\n"},
    {.name = "number with an unknown %",
     .old = "name = \"Gemeinde\"",
     .new_one = "name = \"Gemeinde\" number = \"%n/%Y/%m\"",
     .mistakes = "test.conf:5: number: \"%n/%Y/%m\" has a % that means nothing; write %Y, %n, "
                 "%4n, or %% for a percent sign\n"},
    {.name = "unknown zone",
     .old = "name = \"Gemeinde\"",
     .new_one = "name = \"Gemeinde\" time-zone = \"Europe/Bedburg\"",
     .mistakes = "test.conf:5: time-zone Europe/Bedburg is not known to this system; write it like "
                 "Europe/Berlin, or install tzdata\n"},
    {.name = "zone outside the zones",
     .old = "name = \"Gemeinde\"",
     .new_one = "name = \"Gemeinde\" time-zone = \"../../../etc/passwd\"",
     .mistakes = "test.conf:5: time-zone ../../../etc/passwd is not known to this system; write it "
                 "like Europe/Berlin, or install tzdata\n"},
    {.name = "two zones",
     .old = "body \"town\" {",
     .new_one = "body \"b\" { name = \"x\" from = \"in@town.example\" time-zone = \"UTC\" mailbox "
                "\"m\" { directory = \"@DIR@\" addresses = {\"in@town.example\"} } }\nbody "
                "\"town\" {",
     .mistakes = "test.conf:5: time-zone Europe/Berlin is not the UTC of body \"b\"; all bodies of "
                 "one daemon must have the same\n"},
    {.name = "tls none outside",
     .old = "host = \"imap.town.example\"",
     .new_one = "host = \"imap.town.example\" tls = none",
     .mistakes = "test.conf:8: tls none is for loopback hosts only and imap.town.example is none; "
                 "write tls = \"implicit\" or \"starttls\"\n"},
    {.name = "tls none, nearly loopback",
     .old = "host = \"imap.town.example\"",
     .new_one = "host = \"127.0.0.1.town.example\" tls = none",
     .mistakes = "test.conf:8: tls none is for loopback hosts only and 127.0.0.1.town.example is "
                 "none; write tls = \"implicit\" or \"starttls\"\n"},
    {.name = "tls none on localhost",
     .old = "host = \"imap.town.example\"",
     .new_one = "host = \"localhost\" tls = none",
     .mistakes = ""},
    {.name = "tls none on 127.9.8.7",
     .old = "host = \"imap.town.example\"",
     .new_one = "host = \"127.9.8.7\" tls = none",
     .mistakes = ""},
    {.name = "tls none on ::1",
     .old = "host = \"imap.town.example\"",
     .new_one = "host = \"::1\" tls = none",
     .mistakes = ""},
    {.name = "secret open to the group",
     .old = "@DIR@/secret",
     .new_one = "@DIR@/open-secret",
     .mistakes = "test.conf:11: password-file: open-secret is open to group or others; chmod 600 "
                 "it\n"},
    {.name = "secret missing",
     .old = "@DIR@/secret",
     .new_one = "@DIR@/none",
     .mistakes = "test.conf:11: password-file: none cannot be read: No such file or directory\n"},
    {.name = "secret is a directory",
     .old = "@DIR@/secret",
     .new_one = "@DIR@/bodies.d",
     .mistakes = "test.conf:11: password-file: bodies.d is no file; name the file with the "
                 "secret\n"},
    {.name = "relative path",
     .old = "@DIR@/secret",
     .new_one = "secret",
     .mistakes = "test.conf:11: password-file: \"secret\" is not an absolute path; begin it with "
                 "/\n"},
    {.name = "two passwords",
     .old = "user = \"u\"",
     .new_one = "user = \"u\" password-credential = \"imap\"",
     .mistakes = "test.conf:7: mailbox \"m\" has 2 passwords; leave one of password-file, "
                 "password-command and password-credential\n"},
    {.name = "no user",
     .old = "    user = \"u\"\n",
     .new_one = "",
     .mistakes = "test.conf:7: mailbox \"m\" needs user = …\n"},
    {.name = "token without its auth",
     .old = "user = \"u\"",
     .new_one = "user = \"u\"\ntoken-command = {\"token\"}",
     .mistakes = "test.conf:11: token-command is not used with auth plain; write auth = "
                 "\"xoauth2\" or \"oauthbearer\"\n"},
    {.name = "auth without its token",
     .old = "password-file = \"@DIR@/secret\"",
     .new_one = "auth = \"xoauth2\"",
     .mistakes = "test.conf:11: auth of mailbox \"m\" needs token-command = {\"program\", …}\n"},
    {.name = "token and password",
     .old = "user = \"u\"",
     .new_one = "user = \"u\"\nauth = \"oauthbearer\" token-command = {\"token\"}",
     .mistakes = "test.conf:11: auth of mailbox \"m\" uses tokens and no password; leave the "
                 "password out\n"},
    {.name = "command that is not there",
     .old = "password-file = \"@DIR@/secret\"",
     .new_one = "password-command = {\"@DIR@/none\", \"x\"}",
     .mistakes = "test.conf:11: password-command: none cannot be executed: No such file or "
                 "directory\n"},
    {.name = "command without a name",
     .old = "password-file = \"@DIR@/secret\"",
     .new_one = "password-command = {\"\", \"x\"}",
     .mistakes = "test.conf:11: password-command: the program's name is empty; write "
                 "{\"program\", \"argument\"}\n"},
    {.name = "neither host nor directory",
     .old = "    host = \"imap.town.example\"\n",
     .new_one = "",
     .mistakes = "test.conf:7: mailbox \"m\" needs host = … (or directory = …)\n"},
    {.name = "submission neither",
     .old = "  directory = \"@DIR@\"\n",
     .new_one = "ca-file = \"@DIR@/ca.pem\"\n",
     .mistakes = "test.conf:1: submission needs host = … (or directory = …)\n"},
    {.name = "no submission",
     .old = "submission {\n  directory = \"@DIR@\"\n}\n",
     .new_one = "",
     .mistakes = "test.conf:1: body \"town\" needs a submission { … }, its own or one for all at "
                 "the top\n"},
    {.name = "submission of the body",
     .old = "submission {\n  directory = \"@DIR@\"\n}\nbody \"town\" {\n",
     .new_one =
         "body \"town\" { submission { host = \"h\" ca-file = \"@DIR@/ca.pem\" password-file "
         "= \"@DIR@/secret\" }\n",
     .mistakes = "test.conf:1: submission needs user = …\n"},
    {.name = "authorities that are not there",
     .old = "@DIR@/ca.pem",
     .new_one = "@DIR@/none.pem",
     .mistakes = "test.conf:9: ca-file: none.pem cannot be read: No such file or directory\n"},
    {.name = "files that are not there",
     .old = "name = \"Gemeinde\"",
     .new_one = "name = \"Gemeinde\" trusted-ca = \"@DIR@/1\" roster-file = \"@DIR@/2\"\n "
                "meetings-file = \"@DIR@/3\"",
     .mistakes = "test.conf:5: trusted-ca: cannot open 1: No such file or directory\n"
                 "test.conf:5: roster-file: 2 cannot be read: No such file or directory\n"
                 "test.conf:6: meetings-file: 3 cannot be read: No such file or directory\n"},
    {.name = "certificates that are none",
     .old = "name = \"Gemeinde\"",
     .new_one = "name = \"Gemeinde\" trusted-ca = \"@DIR@/secret\"\n "
                "crl-file = \"@DIR@/ca.pem\"",
     .mistakes = "test.conf:5: trusted-ca: secret: there is no certificate in it; it must be PEM\n"
                 "test.conf:6: crl-file: ca.pem: block 1 is a CERTIFICATE; only lists of revoked "
                 "certificates belong there\n"},
    {.name = "a member's certificate that is none",
     .old = "name = \"A\"",
     .new_one = "name = \"A\"\n      certificate = \"@DIR@/secret\"",
     .mistakes = "test.conf:22: certificate: secret: there is no certificate in it; it must be "
                 "PEM\n"},
    {.name = "revoked by nobody",
     .old = "name = \"Gemeinde\"",
     .new_one = "name = \"Gemeinde\" crl-file = \"@DIR@/none\"",
     .mistakes = "test.conf:5: crl-file: cannot open none: No such file or directory\n"
                 "test.conf:5: crl-file needs trusted-ca = …, whose lists it holds\n"},
    {.name = "no mailbox",
     .old = "  mailbox \"m\" {\n    host = \"imap.town.example\"\n    ca-file = "
            "\"@DIR@/ca.pem\"\n    user = \"u\"\n    password-file = \"@DIR@/secret\"\n    "
            "addresses = {\"in@town.example\"}\n  }\n",
     .new_one = "",
     .mistakes = "test.conf:4: body \"town\" needs a mailbox \"…\" { … }\n"},
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

static void test_nothing(void **state)
{
    struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(conf_help_mistakes(arena, ""),
                        "test.conf:1: there is no body; add body \"…\" { … }\n");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_nothing),
    };

    return cmocka_run_group_tests_name("conf_check", tests, conf_help_setup, conf_help_teardown);
}
