/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "conf_help.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const enum conf_audience audiences[] = {CONF_FOR_CLERK, CONF_FOR_WATCH, CONF_FOR_SEND,
                                               CONF_FOR_ALL, CONF_FOR_READER};
#define AUDIENCES (sizeof audiences / sizeof audiences[0])

static const struct conf *parse(struct arena *arena, const char *text)
{
    const struct conf *conf;
    struct err err;

    if (!conf_parse_slice(text, strlen(text), arena, &conf, &err))
        fail_msg("%s in\n%s", err.text, text);
    return conf;
}

static const struct conf *load_example(struct arena *arena)
{
    conf_help_write("bodies.d/bedburg-hau.conf", "");
    return conf_help_load(arena, conf_help_read_source(arena, "tests/unit/conf-example.conf"));
}

/* ---- what each may see ---- */

static void test_clerk(void **state)
{
    struct arena *arena = arena_new();
    const struct conf *conf = load_example(arena);
    const char *text = conf_print(arena, conf, CONF_FOR_CLERK);
    const struct conf_body *body = &parse(arena, text)->bodies[0];

    (void)state;
    assert_null(strstr(text, "password"));
    assert_null(strstr(text, "token-command"));
    assert_null(body->mailboxes[0].server.user);
    assert_string_equal(body->submission.user, "antraege@bedburg-hau.example"); /* whom it paces */
    assert_null(body->mailboxes[0].server.password_file);
    assert_null(body->submission.password_file);
    assert_string_equal(body->mailboxes[0].server.host, "imap.krz.example");
    assert_string_equal(body->factions[0].members[0].name, "Wilhelm van Beek");
    assert_string_equal(body->factions[0].members[0].fingerprints.v[0],
                        conf->bodies[0].factions[0].members[0].fingerprints.v[0]);
    assert_int_equal(body->factions[0].members[0].since.n,
                     conf->bodies[0].factions[0].members[0].since.n);
    assert_string_equal(body->councils[0].deadline.text, "§ 3 Abs. 1 GeschO");
    assert_int_equal(body->councils[0].meetings[0].minute, 18 * 60);
    arena_free(arena);
}

static void test_watch(void **state)
{
    struct arena *arena = arena_new();
    const struct conf *conf = load_example(arena);
    const struct conf_body *body =
        &parse(arena, conf_print(arena, conf, CONF_FOR_WATCH))->bodies[0];

    (void)state;
    assert_string_equal(body->id, "bedburg-hau");
    assert_string_equal(body->mailboxes[0].server.user, "antraege");
    assert_string_equal(body->mailboxes[0].server.password_file,
                        conf->bodies[0].mailboxes[0].server.password_file);
    assert_int_equal(body->max_size, 50 * 1024 * 1024);
    assert_null(body->name);
    assert_null(body->from);
    assert_false(body->submission.set);
    assert_null(body->submission.host);
    assert_int_equal(body->faction_count, 0);
    assert_int_equal(body->council_count, 0);
    arena_free(arena);
}

static void test_send(void **state)
{
    struct arena *arena = arena_new();
    const struct conf *conf = load_example(arena);
    const struct conf_body *body = &parse(arena, conf_print(arena, conf, CONF_FOR_SEND))->bodies[0];

    (void)state;
    assert_string_equal(body->id, "bedburg-hau");
    assert_string_equal(body->from, "Ratsbüro <antraege@bedburg-hau.example>");
    assert_string_equal(body->submission.host, "smtp.krz.example");
    assert_string_equal(body->submission.user, "antraege@bedburg-hau.example");
    assert_int_equal(body->mailbox_count, 0);
    assert_int_equal(body->faction_count, 0);
    assert_null(body->list);
    arena_free(arena);
}

/* Whom to trust for a signature, and nothing of anybody. */
static void test_reader(void **state)
{
    struct arena *arena = arena_new();
    const struct conf *conf = load_example(arena);
    const char *text = conf_print(arena, conf, CONF_FOR_READER);
    const struct conf_body *body = &parse(arena, text)->bodies[0];

    (void)state;
    assert_string_equal(body->id, "bedburg-hau");
    assert_string_equal(body->trusted_ca, conf->bodies[0].trusted_ca);
    assert_null(strchr(text, '@'));
    assert_null(body->name);
    assert_int_equal(body->mailbox_count, 0);
    assert_int_equal(body->faction_count, 0);
    arena_free(arena);
}

/* ---- round trips ---- */

static void check_round_trip(struct arena *arena, const struct conf *conf)
{
    for (size_t i = 0; i < AUDIENCES; i++) {
        const char *text = conf_print(arena, conf, audiences[i]);

        assert_string_equal(conf_print(arena, parse(arena, text), audiences[i]), text);
    }
}

static void test_example_round_trip(void **state)
{
    struct arena *arena = arena_new();

    (void)state;
    check_round_trip(arena, load_example(arena));
    arena_free(arena);
}

static void test_bad_slices(void **state)
{
    static const char *const bad[] = {"body", "body \"x\" {", "include(\"/etc/passwd\")", "x = 1",
                                      "body \"x\" { max-size = many }"};
    struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct conf *conf;
        struct err err;

        assert_false(conf_parse_slice(bad[i], strlen(bad[i]), arena, &conf, &err));
        assert_int_equal(err.kind, ERR_CONFIG);
        assert_null(conf);
    }
    arena_free(arena);
}

/* Nothing but the text itself is looked at, and what is left out has its default. */
static void test_small_slice(void **state)
{
    struct arena *arena = arena_new();
    const struct conf *conf =
        parse(arena,
              "body \"x\" { time-zone = \"Nowhere/None\" mailbox \"m\" { password-file = \"/none\" "
              "} council \"c\" { deadline { } } faction \"f\" { member \"a@b\" { } } }");

    (void)state;
    assert_string_equal(conf->state_directory, "/var/lib/antragd");
    assert_string_equal(conf->bodies[0].mailboxes[0].folder, "INBOX");
    assert_int_equal(conf->bodies[0].mailboxes[0].server.port, 993);
    assert_int_equal(conf->bodies[0].required_trust, TRUST_LISTED);
    assert_int_equal(conf->bodies[0].councils[0].deadline.cutoff, 1440);
    assert_true(conf->bodies[0].factions[0].members[0].submit);
    assert_true(day_is_none(conf->bodies[0].factions[0].members[0].since));
    assert_non_null(conf->bodies[0].office.v);
    arena_free(arena);
}

/* ---- random values ---- */

static unsigned below(unsigned n)
{
    return (unsigned)random() % n;
}

/* Anything printable that could upset quoting. */
static const char *random_text(struct arena *arena)
{
    static const char *const pieces[] = {"\"",  "\\", "'",  "ü",  "ẞ", "€",     "𝄞", "{", "}",
                                         "#",   "//", "/*", "*/", "=", "+=",    ",", " ", "${HOME}",
                                         "\\n", "%s", "a",  "Z",  "0", "\\x41", "(", ")", "\u00a0"};
    struct text text;

    text_init(&text, arena);
    text_add_char(&text, 'x');
    for (unsigned n = below(12); n > 0; n--)
        text_add(&text, pieces[below(sizeof pieces / sizeof pieces[0])]);
    return text.s;
}

static struct texts random_texts(struct arena *arena)
{
    struct texts texts = {.v = arena_array(arena, 1, sizeof(char *))};

    for (unsigned n = below(4); n > 0; n--)
        texts_add(&texts, arena, random_text(arena));
    return texts;
}

static struct texts random_addresses(struct arena *arena)
{
    struct texts texts = {.v = arena_array(arena, 1, sizeof(char *))};

    for (unsigned n = below(4); n > 0; n--)
        texts_add(&texts, arena, arena_printf(arena, "a+%u#'{}=@tölz.example", below(1000)));
    return texts;
}

static struct day random_day(void)
{
    return below(3) == 0 ? DAY_NONE : (struct day){(int32_t)below(30000)};
}

static struct conf_start random_start(void)
{
    struct conf_start start = {.day = random_day()};

    if (!day_is_none(start.day))
        start.second = below(3) == 0 ? 0 : (int)below(86400);
    return start;
}

static struct conf_server random_server(struct arena *arena)
{
    struct conf_server server = {
        .set = true,
        .directory = below(2) == 0 ? NULL : arena_printf(arena, "/%s", random_text(arena)),
        .host = below(2) == 0 ? NULL : "h.example",
        .port = 1 + (int)below(65535),
        .tls = below(3),
        .ca_file = arena_printf(arena, "/%s", random_text(arena)),
        .user = below(2) == 0 ? NULL : random_text(arena),
        .password_file = below(2) == 0 ? NULL : arena_printf(arena, "/%s", random_text(arena)),
        .password_command = random_texts(arena),
        .auth = below(3),
        .token_command = random_texts(arena),
    };

    return server;
}

static struct conf_mailbox random_mailbox(struct arena *arena)
{
    return (struct conf_mailbox){
        .name = random_text(arena),
        .server = random_server(arena),
        .addresses = random_addresses(arena),
        .folder = random_text(arena),
        .done_folder = below(2) == 0 ? "" : random_text(arena),
        .junk_folder = "",
        .sent_folder = random_text(arena),
        .own_servers = {.v = arena_array(arena, 1, sizeof(char *))},
        .ignore_before = random_start(),
        .poll = 1 + (int)below(86400),
        .renew = 1 + (int)below(1740),
    };
}

static struct conf_council random_council(struct arena *arena)
{
    struct conf_council council = {.name = random_text(arena), .aliases = random_texts(arena)};

    council.meeting_count = below(3);
    council.meetings = arena_array(arena, 3, sizeof council.meetings[0]);
    for (size_t i = 0; i < council.meeting_count; i++)
        council.meetings[i] = (struct conf_meeting){{(int32_t)below(30000)}, (int)below(1441) - 1};
    council.deadline = (struct conf_deadline){
        .set = true,
        .days = (int)below(1000),
        .unit = below(4),
        .cutoff = (int)below(1441),
        .count = below(3),
        .kinds = {.v = arena_array(arena, 1, sizeof(char *))},
        .text = below(2) == 0 ? NULL : random_text(arena),
    };
    return council;
}

static struct conf_faction random_faction(struct arena *arena)
{
    struct conf_faction faction = {
        .title = random_text(arena), .name = random_text(arena), .aliases = random_texts(arena)};

    faction.member_count = below(3);
    faction.members = arena_array(arena, 3, sizeof faction.members[0]);
    for (size_t i = 0; i < faction.member_count; i++)
        faction.members[i] = (struct conf_member){
            .address = "ä'{}@b.example",
            .addresses = random_addresses(arena),
            .name = random_text(arena),
            .role = below(2) == 0 ? NULL : random_text(arena),
            .chair = below(2) == 0,
            .since = random_day(),
            .until = random_day(),
            .submit = below(2) == 0,
            .acknowledge = below(2) == 0,
        };
    return faction;
}

static struct conf_body random_body(struct arena *arena)
{
    struct conf_body body = {
        .id = random_text(arena),
        .name = random_text(arena),
        .language = "en",
        .time_zone = "Europe/Vienna",
        .state = below(2) == 0 ? NULL : "BY",
        .holiday_count = 1,
        .number = "%Y-%n%%\"\\",
        .from = "Rät \"\\ # <a@b.example>",
        .bounce_address = "back@b.example",
        .contact = random_text(arena),
        .office = random_addresses(arena),
        .notify = {.v = arena_array(arena, 1, sizeof(char *))},
        .remind_after = 1 + (int)below(8760),
        .max_answers_per_hour = (int)below(100000),
        .book_at = (int)below(1442) - 1,
        .list_trust = 1 + below(3),
        .list_mode = below(2),
        .max_size = (1 + below(1024)) * (size_t)1048576,
        .answers = below(2),
        .required_trust = 1 + below(3),
        .authserv_id = random_texts(arena),
        .forwarders = random_addresses(arena),
        .submission = random_server(arena),
        .retention = {(int)below(36501), (int)below(36501)},
        .mayor = {.offices = random_texts(arena), .addresses = random_addresses(arena)},
        .mailbox_count = 1,
        .council_count = 1,
        .faction_count = 1,
    };

    body.deadline.kinds = random_texts(arena); /* not set: must not be printed */
    body.holidays = ARENA_NEW(arena, struct day);
    body.mailboxes = ARENA_NEW(arena, struct conf_mailbox);
    body.councils = ARENA_NEW(arena, struct conf_council);
    body.factions = ARENA_NEW(arena, struct conf_faction);
    body.mailboxes[0] = random_mailbox(arena);
    body.councils[0] = random_council(arena);
    body.factions[0] = random_faction(arena);
    return body;
}

static void check_random_values(struct arena *arena, const struct conf *one)
{
    const struct conf *two = parse(arena, conf_print(arena, one, CONF_FOR_ALL));
    const struct conf_body *a = &one->bodies[0];
    const struct conf_body *b = &two->bodies[0];

    assert_string_equal(b->id, a->id);
    assert_string_equal(b->bounce_address, a->bounce_address);
    assert_string_equal(b->contact, a->contact);
    assert_string_equal(b->from, a->from);
    assert_int_equal(b->max_size, a->max_size);
    assert_int_equal(b->book_at, a->book_at);
    assert_int_equal(b->list_trust, a->list_trust);
    assert_int_equal(b->list_mode, a->list_mode);
    assert_string_equal(text_join(arena, &b->mayor.offices, "\n"),
                        text_join(arena, &a->mayor.offices, "\n"));
    assert_string_equal(text_join(arena, &b->mailboxes[0].server.password_command, "\n"),
                        text_join(arena, &a->mailboxes[0].server.password_command, "\n"));
    assert_int_equal(b->mailboxes[0].ignore_before.day.n, a->mailboxes[0].ignore_before.day.n);
    assert_int_equal(b->mailboxes[0].ignore_before.second, a->mailboxes[0].ignore_before.second);
    assert_int_equal(b->councils[0].deadline.cutoff, a->councils[0].deadline.cutoff);
    assert_int_equal(b->factions[0].member_count, a->factions[0].member_count);
    assert_false(b->deadline.set);
}

static void test_random_round_trip(void **state)
{
    const char *given = getenv("SEED");
    unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);

    (void)state;
    print_message("SEED=%u\n", seed);
    srandom(seed);
    for (int i = 0; i < 200; i++) {
        struct arena *arena = arena_new();
        struct conf_body body = random_body(arena);
        struct conf conf = {
            .state_directory = "/x", .control_group = "antragd", .bodies = &body, .body_count = 1};

        check_random_values(arena, &conf);
        check_round_trip(arena, &conf);
        arena_free(arena);
    }
}

/* ---- every prefix ---- */

static void test_zero_byte(void **state)
{
    static const char bytes[] = "state-directory = \"/x\"\n\n \0 }}}";
    struct arena *arena = arena_new();
    const struct conf *conf;
    struct err err;

    (void)state;
    assert_false(conf_parse_slice(bytes, sizeof bytes - 1, arena, &conf, &err));
    assert_non_null(strstr(err.text, "slice:3: a zero byte"));
    arena_free(arena);
}

static void test_prefixes(void **state)
{
    struct arena *arena = arena_new();
    const char *text = conf_help_read_source(arena, "tests/unit/conf-example.conf");
    size_t whole = strlen(text);
    size_t good = 0;

    (void)state;
    for (size_t n = 0; n <= whole; n++) {
        struct arena *small = arena_new();
        char *copy = malloc(n > 0 ? n : 1); /* of its own, so that a byte behind it is seen */
        const struct conf *conf;
        struct err err;

        assert_non_null(copy);
        memcpy(copy, text, n);
        if (conf_parse_slice(copy, n, small, &conf, &err))
            good++;
        else
            assert_int_equal(err.kind, ERR_CONFIG);
        free(copy);
        arena_free(small);
    }
    assert_in_range(good, 1, whole / 4); /* before include() only: it has no place in a slice */
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clerk),
        cmocka_unit_test(test_watch),
        cmocka_unit_test(test_send),
        cmocka_unit_test(test_reader),
        cmocka_unit_test(test_example_round_trip),
        cmocka_unit_test(test_bad_slices),
        cmocka_unit_test(test_small_slice),
        cmocka_unit_test(test_random_round_trip),
        cmocka_unit_test(test_zero_byte),
        cmocka_unit_test(test_prefixes),
    };

    return cmocka_run_group_tests_name("conf_slice", tests, conf_help_setup, conf_help_teardown);
}
