/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "conf_help.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct day ymd(int year, int month, int day)
{
    struct day result = DAY_NONE;

    assert_true(day_from_ymd(year, month, day, &result));
    return result;
}

static void assert_texts(const struct texts *texts, const char *joined)
{
    struct arena *arena = arena_new();

    assert_string_equal(text_join(arena, texts, "|"), joined);
    arena_free(arena);
}

/* ---- the example ---- */

static const struct conf *load_example(struct arena *arena)
{
    conf_help_write("bodies.d/bedburg-hau.conf", "# nothing\n");
    return conf_help_load(arena, conf_help_read_source(arena, "tests/unit/conf-example.conf"));
}

static void check_example_body(const struct conf_body *body)
{
    assert_string_equal(body->name, "Gemeinde Bedburg-Hau");
    assert_string_equal(body->language, "de");
    assert_string_equal(body->time_zone, "Europe/Berlin");
    assert_string_equal(body->state, "NW");
    assert_int_equal(body->holiday_count, 1);
    assert_int_equal(body->holidays[0].n, ymd(2026, 11, 11).n);
    assert_string_equal(body->number, "A/%Y/%4n");
    assert_string_equal(body->from, "Ratsbüro <antraege@bedburg-hau.example>");
    assert_string_equal(body->contact, "Ratsbüro, Zimmer 12, Tel. 02821 000-12");
    assert_string_equal(body->privacy_notice, "https://bedburg-hau.example/datenschutz");
    assert_texts(&body->office, "ratsbuero@bedburg-hau.example");
    assert_texts(&body->notify, "held|failed|withdrawn");
    assert_int_equal(body->remind_after, 24);
    assert_int_equal(body->max_answers_per_hour, 40);
    assert_string_equal(body->list, "rat@lists.bedburg-hau.example");
    assert_int_equal(body->list_trust, TRUST_LISTED);
    assert_int_equal(body->max_size, 50 * 1024 * 1024);
    assert_int_equal(body->answers, CONF_ANSWERS_SEND);
    assert_int_equal(body->required_trust, TRUST_LISTED);
    assert_texts(&body->authserv_id, "mx.bedburg-hau.example");
    assert_null(body->authres_profile);
    assert_texts(&body->forwarders, "sekretariat@bedburg-hau.example");
    assert_non_null(strstr(body->trusted_ca, "/ca.pem"));
    assert_int_equal(body->factions[0].members[0].fingerprints.n, 1);
    assert_int_equal(strlen(body->factions[0].members[0].fingerprints.v[0]), 64);
    assert_texts(&body->mayor.offices, "Bürgermeister|Bürgermeisterin");
    assert_string_equal(body->mayor.name, "Peter Driessen");
    assert_texts(&body->mayor.addresses, "buergermeister@bedburg-hau.example");
}

static void check_example_mailbox(const struct conf_mailbox *mailbox)
{
    assert_string_equal(mailbox->name, "rathaus");
    assert_null(mailbox->server.directory);
    assert_string_equal(mailbox->server.host, "imap.krz.example");
    assert_int_equal(mailbox->server.port, 993);
    assert_int_equal(mailbox->server.tls, CONF_TLS_IMPLICIT);
    assert_string_equal(mailbox->server.user, "antraege");
    assert_int_equal(mailbox->server.auth, CONF_AUTH_PLAIN);
    assert_texts(&mailbox->addresses, "antraege@bedburg-hau.example");
    assert_string_equal(mailbox->folder, "INBOX");
    assert_string_equal(mailbox->done_folder, "Registriert");
    assert_string_equal(mailbox->junk_folder, "");
    assert_string_equal(mailbox->sent_folder, "Belege");
    assert_texts(&mailbox->own_servers, "mx.bedburg-hau.example|filter.krz.example");
    assert_true(day_is_none(mailbox->ignore_before.day));
    assert_int_equal(mailbox->poll, 60);
    assert_int_equal(mailbox->renew, 300);
}

static void check_example_council(const struct conf_council *council)
{
    assert_string_equal(council->name, "Rat");
    assert_texts(&council->aliases, "Gemeinderat|Rat der Gemeinde");
    assert_int_equal(council->meeting_count, 1);
    assert_int_equal(council->meetings[0].day.n, ymd(2015, 9, 24).n);
    assert_int_equal(council->meetings[0].minute, 18 * 60);
    assert_true(council->deadline.set);
    assert_int_equal(council->deadline.days, 14);
    assert_int_equal(council->deadline.unit, CONF_UNIT_CALENDAR);
    assert_int_equal(council->deadline.cutoff, 1440);
    assert_int_equal(council->deadline.count, CONF_COUNT_BEFORE);
    assert_int_equal(council->deadline.kinds.n, 0);
    assert_string_equal(council->deadline.text, "§ 3 Abs. 1 GeschO");
}

static void check_example_faction(const struct conf_faction *faction)
{
    const struct conf_member *member = &faction->members[0];

    assert_string_equal(faction->title, "SPD");
    assert_string_equal(faction->name, "SPD-Ratsfraktion Bedburg-Hau");
    assert_texts(&faction->aliases, "SPD-Fraktion");
    assert_int_equal(faction->member_count, 1);
    assert_string_equal(member->address, "wilhelm.vanbeek@spd-bedburg-hau.example");
    assert_string_equal(member->name, "Wilhelm van Beek");
    assert_string_equal(member->role, "Fraktionsvorsitzender");
    assert_true(member->chair);
    assert_texts(&member->addresses, "vanbeek@mail.example");
    assert_int_equal(member->since.n, ymd(2014, 6, 1).n);
    assert_int_equal(member->until.n, ymd(2020, 10, 31).n);
    assert_true(member->submit);
    assert_true(member->acknowledge);
}

static void test_example(void **state)
{
    struct arena *arena = arena_new();
    const struct conf *conf = load_example(arena);
    const struct conf_body *body = conf_find_body(conf, "bedburg-hau");

    (void)state;
    assert_int_equal(conf->body_count, 1);
    assert_non_null(strstr(conf->state_directory, "/state"));
    assert_non_null(strstr(conf->checkpoint_file, "/last"));
    assert_non_null(body);
    assert_null(conf_find_body(conf, "kleve"));
    assert_true(body->submission.set);
    assert_string_equal(body->submission.host, "smtp.krz.example");
    assert_int_equal(body->submission.port, 465);
    assert_int_equal(body->submission.max_per_minute, 0);
    check_example_body(body);
    assert_int_equal(body->mailbox_count, 1);
    assert_ptr_equal(conf_find_mailbox(body, "rathaus"), &body->mailboxes[0]);
    assert_null(conf_find_mailbox(body, "x"));
    check_example_mailbox(&body->mailboxes[0]);
    assert_int_equal(body->council_count, 1);
    check_example_council(&body->councils[0]);
    assert_int_equal(body->faction_count, 1);
    check_example_faction(&body->factions[0]);
    arena_free(arena);
}

/* ---- the sample we ship ---- */

static char *sample(struct arena *arena)
{
    char *text = conf_help_read_source(arena, "contrib/antragd.conf.sample");

    text = conf_help_replace(arena, text, "/etc/antragd/smtp.password", "@DIR@/secret");
    text = conf_help_replace(arena, text, "/etc/antragd/imap.password", "@DIR@/secret");
    return conf_help_replace(arena, text, "# ca-file = \"/etc/ssl/certs/ca-certificates.crt\"",
                             "ca-file = \"@DIR@/ca.pem\"");
}

static void test_sample(void **state)
{
    struct arena *arena = arena_new();
    const struct conf *conf = conf_help_load(arena, sample(arena));

    (void)state;
    assert_int_equal(conf->body_count, 1);
    assert_string_equal(conf->state_directory, "/var/lib/antragd");
    assert_null(conf->checkpoint_file);
    assert_true(conf->bodies[0].factions[0].members[0].chair);
    arena_free(arena);
}

/* What the sample says of defaults is so: written out they change nothing. */
static void test_sample_defaults(void **state)
{
    static const char *const keys[] = {
        "language = \"de\"",  "time-zone = ",     "number = ",          "notify = ",
        "remind-after = ",    "list-trust = ",    "required-trust = ",  "max-size = ",
        "port = 993",         "port = 465",       "folder = ",          "done-folder = ",
        "junk-folder = ",     "poll = ",          "renew = ",           "unit = ",
        "cutoff = ",          "count = ",         "book-at = ",         "list-mode = ",
        "submit = ",          "chair = ",         "state-directory = ", "auth = \"plain\"",
        "tls = \"implicit\"", "ignore-before = ",
    };
    struct arena *arena = arena_new();
    char *plain = sample(arena);
    char *written = plain;
    const struct conf *one = conf_help_load(arena, plain);

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        written = conf_help_replace(arena, written, arena_printf(arena, "# %s", keys[i]), keys[i]);
    assert_string_not_equal(written, plain);
    assert_string_equal(conf_print(arena, conf_help_load(arena, written), CONF_FOR_ALL),
                        conf_print(arena, one, CONF_FOR_ALL));
    arena_free(arena);
}

/* ---- the manual's examples ---- */

static void test_manual(void **state)
{
    struct arena *arena = arena_new();
    const char *at = strstr(conf_help_read_source(arena, "man/antragd.conf.5"), ".Sh EXAMPLES");
    size_t bodies = 0;

    (void)state;
    assert_non_null(at);
    while ((at = strstr(at, ".Bd -literal")) != NULL) {
        const char *start = strchr(at, '\n') + 1;
        const struct conf *conf;
        struct err err;

        at = strstr(start, ".Ed");
        assert_non_null(at);
        if (strncmp(start, "submission", strlen("submission")) != 0)
            continue; /* some keys alone */
        if (!conf_parse_slice(start, (size_t)(at - start), arena, &conf, &err))
            fail_msg("%s", err.text);
        bodies += conf->body_count;
    }
    assert_int_equal(bodies, 2);
    arena_free(arena);
}

/* ---- include ---- */

static void test_include(void **state)
{
    static const char with_include[] = "include(\"bodies.d/a.conf\")\n";
    struct arena *arena = arena_new();
    char *good = conf_help_replace(arena, conf_help_good, "@DIR@", conf_help_directory());

    (void)state;
    conf_help_write("bodies.d/a.conf", "include('b.conf')");
    conf_help_write("bodies.d/b.conf", good);
    assert_string_equal(conf_help_mistakes(arena, with_include), "");
    conf_help_write("bodies.d/b.conf", conf_help_replace(arena, good, "days = 14", "days = x"));
    assert_string_equal(
        conf_help_mistakes(arena, arena_printf(arena, "tls = none\n%s", with_include)),
        "test.conf:1: key tls may not stand in the file; it belongs into "
        "submission\n"
        "bodies.d/b.conf:16: days: \"x\" is not a number from 0 to 1000\n");
    conf_help_write("bodies.d/b.conf",
                    arena_printf(arena,
                                 "%s\n}\ninclude(\"../test.conf\")\ninclude(none.conf)\n"
                                 "include \"x\"\ninclude(\"a\", \"b\")\n",
                                 good));
    assert_string_equal(
        conf_help_mistakes(arena, with_include),
        "bodies.d/b.conf:30: } where a key should begin\n"
        "bodies.d/b.conf:31: include: bodies.d/../test.conf includes itself; take one include() "
        "away\n"
        "bodies.d/b.conf:32: include: cannot open bodies.d/none.conf: No such file or directory\n"
        "bodies.d/b.conf:33: include is followed by x; write include = value, or a section in { "
        "}\n"
        "bodies.d/b.conf:34: include takes one file; write include(\"file.conf\")\n");
    arena_free(arena);
}

/* What several sections share may be included into each of them. */
static void test_include_in_section(void **state)
{
    struct arena *arena = arena_new();
    const struct conf *conf;

    (void)state;
    conf_help_write("bodies.d/a.conf", "poll = 7 renew = 8");
    conf = conf_help_load(arena, conf_help_replace(arena, conf_help_good, "user = \"u\"",
                                                   "user = u include(\"bodies.d/a.conf\")"));
    assert_int_equal(conf->bodies[0].mailboxes[0].poll, 7);
    assert_int_equal(conf->bodies[0].mailboxes[0].renew, 8);
    arena_free(arena);
}

static void test_missing_file(void **state)
{
    struct arena *arena = arena_new();
    struct texts mistakes = {0};
    const struct conf *conf;
    struct err err;

    (void)state;
    assert_false(conf_load(conf_help_path(arena, "none"), arena, &conf, &mistakes, &err));
    assert_int_equal(err.kind, ERR_NO_INPUT);
    assert_int_equal(mistakes.n, 0);
    arena_free(arena);
}

/* ---- defaults that follow from others ---- */

static void test_derived(void **state)
{
    struct arena *arena = arena_new();
    const char *text = conf_help_good;
    const struct conf_body *body;

    (void)state;
    text = conf_help_replace(arena, text, "name = \"A\"", "role = \"Fraktionsvorsitzende\"");
    text = conf_help_replace(arena, text, "name = \"B\"", "role = \"Vorsitzender\" chair = no");
    text = conf_help_replace(arena, text, "name = \"Gemeinde\"",
                             "name = x deadline { days = 3 unit = hours }");
    text = conf_help_replace(arena, text, "user = \"u\"", "user = u tls = starttls");
    text = conf_help_replace(arena, text, "faction \"SPD\"", "council \"Bau\" {} faction \"SPD\"");
    body = &conf_help_load(arena, text)->bodies[0];
    assert_int_equal(body->mailboxes[0].server.port, 143);
    assert_true(body->submission.set);
    assert_int_equal(body->submission.port, 465);
    assert_string_equal(body->submission.directory, conf_help_directory());
    assert_string_equal(body->contact, "in@town.example");
    assert_string_equal(body->factions[0].name, "SPD");
    assert_string_equal(body->factions[0].members[0].name, "a@spd.example");
    assert_true(body->factions[0].members[0].chair);
    assert_false(body->factions[0].members[1].chair);
    assert_int_equal(body->councils[0].deadline.days, 14);
    assert_int_equal(body->councils[1].deadline.days, 3);
    assert_int_equal(body->councils[1].deadline.unit, CONF_UNIT_HOURS);
    arena_free(arena);
}

static void test_chair(void **state)
{
    static const struct {
        const char *role;
        bool is_chair;
    } rows[] = {
        {"Fraktionsvorsitzender", true},
        {"Fraktionsvorsitzende", true},
        {"VORSITZENDE", true},
        {"Co-Fraktionsvorsitzende", true},
        {"Fraktionssprecherin", true},
        {"stellv. Fraktionsvorsitzender", false},
        {"Stellvertretende Vorsitzende", false},
        {"Vorsitzender (stellv.)", false},
        {"Ratsmitglied", false},
        {"", false},
        {NULL, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (conf_role_is_chair(rows[i].role) != rows[i].is_chair)
            fail_msg("%s", rows[i].role);
}

static void test_trust_words(void **state)
{
    (void)state;
    assert_string_equal(trust_level_to_text(TRUST_UNKNOWN), "unknown");
    assert_string_equal(trust_level_to_text(TRUST_LISTED), "listed");
    assert_string_equal(trust_level_to_text(TRUST_AUTHENTICATED), "authenticated");
    assert_string_equal(trust_level_to_text(TRUST_SIGNED), "signed");
}

/* ---- secrets ---- */

static bool read_secret(struct arena *arena, const char *contents, char **secret_r,
                        struct err *err_r)
{
    struct conf_server server = {.password_file = conf_help_path(arena, "other-secret")};

    conf_help_write("other-secret", contents);
    return conf_read_secret(&server, arena, secret_r, err_r);
}

static void test_secret_file(void **state)
{
    struct arena *arena = arena_new();
    struct conf_server server = {.password_file = conf_help_path(arena, "open-secret")};
    struct err err;
    char *secret;

    (void)state;
    assert_true(read_secret(arena, "mit Leerzeichen \n", &secret, &err));
    assert_string_equal(secret, "mit Leerzeichen ");
    assert_true(read_secret(arena, "x\r\n", &secret, &err));
    assert_string_equal(secret, "x");
    assert_true(read_secret(arena, "ohne", &secret, &err));
    assert_string_equal(secret, "ohne");
    assert_false(read_secret(arena, "\n", &secret, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_false(read_secret(arena, "zwei\nZeilen\n", &secret, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_false(conf_read_secret(&server, arena, &secret, &err));
    assert_int_equal(err.kind, ERR_PERMISSION);
    arena_free(arena);
}

/* The daemon's own user is known by the state directory; only root can give files away. */
static void test_secret_owner(void **state)
{
    static const char stranger[] =
        "test.conf:11: password-file: other-secret belongs to a stranger; "
        "chown it to root or to the daemon\n";
    struct arena *arena = arena_new();
    const char *text =
        conf_help_replace(arena, conf_help_good, "@DIR@/secret", "@DIR@/other-secret");
    const char *with_state =
        arena_printf(arena, "%s\nstate-directory = \"@DIR@/bodies.d\"\n", text);

    (void)state;
    if (geteuid() != 0) {
        print_message("SKIPPED: only root can make files of other users\n");
        arena_free(arena);
        skip();
    }
    conf_help_write("other-secret", "x\n");
    assert_int_equal(chown(conf_help_path(arena, "other-secret"), 65534, 65534), 0);
    assert_string_equal(conf_help_mistakes(arena, text), stranger);
    assert_string_equal(conf_help_mistakes(arena, with_state), stranger);
    assert_int_equal(chown(conf_help_path(arena, "bodies.d"), 65534, 65534), 0);
    assert_string_equal(conf_help_mistakes(arena, with_state), "");
    assert_int_equal(chown(conf_help_path(arena, "bodies.d"), 0, 0), 0);
    arena_free(arena);
}

static void test_secret_credential(void **state)
{
    struct arena *arena = arena_new();
    struct conf_server server = {.password_credential = "secret"};
    struct conf_server command = {.host = "h"};
    struct err err;
    char *secret;

    (void)state;
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", conf_help_directory(), 1), 0);
    assert_true(conf_read_secret(&server, arena, &secret, &err));
    assert_string_equal(secret, "geheim");
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    assert_false(conf_read_secret(&server, arena, &secret, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    texts_add(&command.password_command, arena, "prog");
    assert_false(conf_read_secret(&command, arena, &secret, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    arena_free(arena);
}

/* ---- a data centre's ---- */

/* 10,000 bodies take some 0.1 s; twice as many must not take four times as long. */
static double load_bodies(size_t n)
{
    struct arena *arena = arena_new();
    char *body = strstr(conf_help_replace(arena, conf_help_good, "@DIR@", conf_help_directory()),
                        "body \"town\"");
    struct text text;
    clock_t start;

    text_init(&text, arena);
    text_addf(&text, "submission { directory = \"%s\" }\n", conf_help_directory());
    for (size_t i = 0; i < n; i++)
        text_addf(&text, "body \"town%zu%s", i, body + strlen("body \"town"));
    start = clock();
    assert_int_equal(conf_help_load(arena, text.s)->body_count, n);
    start = clock() - start;
    arena_free(arena);
    return (double)start / CLOCKS_PER_SEC;
}

static void test_many_bodies(void **state)
{
    double some = load_bodies(2500);
    double many = load_bodies(10000);

    (void)state;
    print_message("2500 bodies: %.3f s, 10000 bodies: %.3f s\n", some, many);
    assert_true(many < some * 10 + 0.05);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example),
        cmocka_unit_test(test_sample),
        cmocka_unit_test(test_sample_defaults),
        cmocka_unit_test(test_manual),
        cmocka_unit_test(test_include),
        cmocka_unit_test(test_include_in_section),
        cmocka_unit_test(test_missing_file),
        cmocka_unit_test(test_derived),
        cmocka_unit_test(test_chair),
        cmocka_unit_test(test_trust_words),
        cmocka_unit_test(test_secret_file),
        cmocka_unit_test(test_secret_owner),
        cmocka_unit_test(test_secret_credential),
        cmocka_unit_test(test_many_bodies),
    };

    return cmocka_run_group_tests_name("conf_load", tests, conf_help_setup, conf_help_teardown);
}
