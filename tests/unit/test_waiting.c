/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the office hears of mails that wait for it, and what a reply to that must bear; what its
 * reply has done; the receipt that a citizen has at its order.
 */
#include "test.h"

#include "golden.h"
#include "town.h"

#include "reply/news.h"

#include <string.h>

#define TOKEN "0123456789abcdef0123456789abcdef"
#define SECRET "fedcba9876543210fedcba9876543210"
#define OFFICE "ratsbuero@bedburg-hau.example"
#define COLLEAGUE "vertretung@bedburg-hau.example"
#define STRANGER "erika.mustermann@fremd.example"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const languages[] = {"de", "en"};

static struct arena *arena;

static struct news news_of(const struct conf_body *body)
{
    return (struct news){.body = body,
                         .now = town_moment("2015-08-04T13:00:00+02:00"),
                         .token = TOKEN,
                         .occasion = "held 12",
                         .secret = SECRET};
}

static struct conf_body *town_in(const char *language)
{
    struct conf_body *body = town_new(arena);

    body->language = language;
    return body;
}

static void compare(const struct conf_body *body, const char *name, const struct reply *reply)
{
    golden_compare(arena, arena_printf(arena, "%s-%s", body->language, name), reply);
}

static const char *text_of(const struct reply *reply)
{
    struct mail *mail;
    struct err err;

    assert_true(mail_read(arena, reply->bytes, reply->size, MAIL_HEAD, &mail, &err));
    return mail->parts[0].content;
}

/* ---- the notice -------------------------------------------------------------------------------
 */

/* A stranger's motion in a faction's name, and a withdrawal that somebody forged perhaps. */
static void make_waiting(const char *language, struct news_mail mails_r[2])
{
    mails_r[0] = (struct news_mail){
        .id = "m12",
        .arrived_at = town_moment("2015-08-04T12:03:14+02:00"),
        .mail_date = town_moment("2015-08-04T12:03:11+02:00"),
        .registered_at = town_moment("2015-08-04T12:03:15+02:00"),
        .from = STRANGER,
        .subject = "Antrag: Radweg an der Bahnhofstraße",
        .title = "Radweg an der Bahnhofstraße",
        .kind = waiting_kind(arena, language, MOTION_MOTION, false),
        .row = "unknown-motion",
        .deadline = {.state = DEADLINE_IN_TIME, .last_day = town_day("2015-09-03")},
        .faction = "SPD"};
    mails_r[1] = (struct news_mail){.id = "m13",
                                    .arrived_at = town_moment("2015-08-04T12:40:00+02:00"),
                                    .mail_date = MOMENT_NONE,
                                    .registered_at = town_moment("2015-08-04T12:40:02+02:00"),
                                    .from = "vorsitz@cdu-bedburg-hau.example",
                                    .subject = "Unser Antrag vom Juni",
                                    .kind = waiting_kind(arena, language, MOTION_WITHDRAWAL, false),
                                    .row = "withdrawal",
                                    .detail = "A/2015/0007",
                                    .deadline = {.state = DEADLINE_NONE, .last_day = DAY_NONE}};
}

static void test_notice(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(languages); i++) {
        const struct conf_body *body = town_in(languages[i]);
        const struct news news = news_of(body);
        struct news_mail mails[2];
        struct replies replies;

        make_waiting(languages[i], mails);
        news_held(arena, &news, mails, 1, 0, &replies);
        compare(body, "held", &replies.v[0]);
        news_held(arena, &news, mails, 2, 3, &replies);
        compare(body, "held-several", &replies.v[0]);
    }
}

static const char *token_of(const struct reply *reply)
{
    struct texts in_subject = {0}, in_text = {0};

    office_find_tokens(arena, reply->subject, &in_subject);
    office_find_tokens(arena, text_of(reply), &in_text);
    assert_int_equal(in_subject.n, 1);
    assert_int_equal(in_text.n, 1);
    assert_string_equal(in_subject.v[0], in_text.v[0]);
    assert_string_equal(in_subject.v[0], reply->token);
    return reply->token;
}

/* Everybody in the office has a token of her own, which neither the Message-ID nor another notice
 * gives away. */
static void test_tokens(void **state)
{
    struct conf_body *body = town_in("de");
    struct news news = news_of(body);
    struct news_mail mails[2];
    struct replies first, second;

    (void)state;
    texts_add(&body->office, arena, COLLEAGUE);
    make_waiting("de", mails);
    news_held(arena, &news, mails, 2, 0, &first);
    news.secret = TOKEN;
    news_held(arena, &news, mails, 2, 0, &second);
    assert_int_equal(first.n, 2);
    assert_string_equal(first.v[1].to, COLLEAGUE);
    assert_string_not_equal(token_of(&first.v[0]), token_of(&first.v[1]));
    assert_string_not_equal(token_of(&first.v[0]), token_of(&second.v[0]));
    assert_null(strstr(first.v[0].message_id, token_of(&first.v[0])));
}

/* Without a secret nothing can be decided by a reply, and nobody is told to try. */
static void test_no_token(void **state)
{
    struct conf_body *body = town_in("de");
    struct news news = news_of(body);
    struct news_mail mails[2];
    struct replies replies;

    (void)state;
    news.secret = NULL;
    make_waiting("de", mails);
    news_held(arena, &news, mails, 2, 0, &replies);
    assert_null(replies.v[0].token);
    assert_null(strchr(replies.v[0].subject, '#'));
    assert_null(strstr(text_of(&replies.v[0]), "m12 annehmen"));
    assert_non_null(strstr(text_of(&replies.v[0]), "antragctl accept m12"));
}

/* ---- what the reply has done ------------------------------------------------------------------
 */

static void render_decided(const struct conf_body *body, const struct news_order *orders,
                           size_t count, const char *unclear, bool bare, const char *name)
{
    const struct news news = news_of(body);
    struct texts lines = {0};
    struct replies replies;

    if (unclear != NULL)
        texts_add(&lines, arena, unclear);
    news_decided(arena, &news,
                 &(struct news_reply){.notice = "o34",
                                      .from = OFFICE,
                                      .orders = orders,
                                      .count = count,
                                      .unclear = &lines,
                                      .bare = bare},
                 &replies);
    assert_int_equal(replies.n, 1);
    assert_string_equal(replies.v[0].to, OFFICE);
    assert_null(replies.v[0].token);
    compare(body, name, &replies.v[0]);
}

static void test_decided(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(languages); i++) {
        const struct conf_body *body = town_in(languages[i]);
        const struct office_order accept = {.id = "m12",
                                            .verb = OFFICE_ACCEPT,
                                            .faction = &body->factions[0],
                                            .title = "Radweg"},
                                  ignore = {.id = "m13",
                                            .verb = OFFICE_IGNORE,
                                            .reason = "Werbung"},
                                  citizen = {.id = "m14", .verb = OFFICE_CITIZEN};
        const struct news_order done[] = {{&accept, NEWS_DONE, "A/2015/0001"},
                                          {&ignore, NEWS_DONE, NULL},
                                          {&citizen, NEWS_DONE, NULL}};
        const struct news_order left[] = {{&accept, NEWS_LEFT, NULL}};
        const struct news_order bare[] = {{&accept, NEWS_FOREIGN, NULL}};
        const struct news_order not_done[] = {{&accept, NEWS_USED, NULL},
                                              {&ignore, NEWS_EXPIRED, NULL},
                                              {&citizen, NEWS_FOREIGN, NULL},
                                              {&ignore, NEWS_REFUSED, "m13 is registered"}};

        render_decided(body, done, COUNT(done), NULL, false, "decided");
        render_decided(body, left, COUNT(left), "m13 vielleicht", false, "decided-unclear");
        render_decided(body, not_done, COUNT(not_done), NULL, false, "decided-refused");
        render_decided(body, bare, COUNT(bare), NULL, true, "decided-bare");
    }
}

/* ---- the neutral receipt ----------------------------------------------------------------------
 */

/* It says that the mail has arrived, and nothing that stands in it. */
static void test_neutral(void **state)
{
    const struct known known = {.message = 12, .next_counter = 1};
    const struct raw_mail raw = {.size = 2081, .fd = -1};

    (void)state;
    for (size_t i = 0; i < COUNT(languages); i++) {
        const struct conf_body *body = town_in(languages[i]);
        struct reading *reading = town_letter(arena);
        struct verdict verdict;
        struct decision decision;
        struct replies replies;

        reading->mail->from.v[0].address = STRANGER;
        struct case_file file = {.body = body,
                                 .mailbox = &body->mailboxes[0],
                                 .reading = reading,
                                 .verdict = &verdict,
                                 .known = &known,
                                 .arrival = {.at = town_moment("2015-08-04T12:03:14+02:00"),
                                             .basis = "mx.bedburg-hau.example"}};
        trust_judge(arena, reading, body, file.mailbox, moment_day(file.arrival.at), &verdict);
        decide(arena, &file, &decision);
        reply_render_neutral(arena,
                             &(struct reply_input){.body = body,
                                                   .mailbox = file.mailbox,
                                                   .raw = &raw,
                                                   .reading = reading,
                                                   .verdict = &verdict,
                                                   .known = &known,
                                                   .decision = &decision,
                                                   .registered_at = file.arrival.at + 6,
                                                   .token = TOKEN},
                             &replies);
        assert_int_equal(replies.n, 1);
        assert_string_equal(replies.v[0].to, STRANGER);
        compare(body, "neutral", &replies.v[0]);
        for (size_t k = 0; k < reading->motions.n; k++)
            assert_null(strstr(text_of(&replies.v[0]), reading->motions.v[k].title));
    }
}

/* -----------------------------------------------------------------------------------------------
 */

static int set_up(void **state)
{
    struct err err;

    (void)state;
    arena = arena_new();
    mail_preload();
    return zone_set("Europe/Berlin", &err) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notice),   cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_no_token), cmocka_unit_test(test_decided),
        cmocka_unit_test(test_neutral),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
