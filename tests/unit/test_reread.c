/* SPDX-License-Identifier: EUPL-1.2 */
/* What a mail entails when it can be read at last is what it would have entailed at first. */
#include "test.h"

#include "town_mails.h"

#include "registry/ruling.h"

#include <string.h>

/* m1 and m2 wait, and a notice about both bears the token. */
static void set_up_notice(struct fixture *f)
{
    TAKE(f, .from = STRANGER, .text = motion_text);
    TAKE(f, .from = STRANGER, .text = "Wann ist die Sprechstunde?");
    give_token(f, 1);
    give_token(f, 2);
}

static void expect_states(struct fixture *f, const char *wanted)
{
    expect(f, "SELECT group_concat(state, ' ') FROM (SELECT state FROM messages ORDER BY id)",
           wanted);
}

/* ---- the office's reply ---- */

static void test_reply_unreadable(void **state)
{
    struct fixture *f = *state;

    set_up_notice(f);
    TAKE(f, .from = OFFICE, .subject = REPLY_TO_NOTICE, .unreadable = true,
         .text = "m1 ignorieren: kein Mitglied\r\nm2 ignorieren: nur eine Frage");
    expect_states(f, "held held unreadable");
    expect_part(reread(f, "m3"), "\"state\":\"ignored\"");
    expect_states(f, "ignored ignored ignored");
    expect(f, "SELECT group_concat(actor) FROM events WHERE event = 'ignored' AND actor <> 'anna'",
           OFFICE "," OFFICE);
    expect(f, "SELECT count(*) || '' FROM deliveries WHERE occasion = 'decided' AND message = 3",
           "1");
}

static void test_reply_unconfirmed(void **state)
{
    struct fixture *f = *state;

    set_up_notice(f);
    town_set(f->arena, &f->body->authserv_id, NULL);
    TAKE(f, .from = OFFICE, .subject = REPLY_TO_NOTICE, .text = "m1 annehmen SPD");
    expect_states(f, "held held held");
    town_set(f->arena, &f->body->authserv_id, "mx.bedburg-hau.example");
    const char *answer = reread(f, "m3");
    expect_part(answer, "\"state\":\"ignored\"");
    expect_states(f, "registered held ignored");
    expect_motion(f, "SPD (CDU) registered 1");
}

/* What a reply that came later has decided stays so. */
static void test_reply_outrun(void **state)
{
    struct fixture *f = *state;

    set_up_notice(f);
    TAKE(f, .from = OFFICE, .subject = REPLY_TO_NOTICE, .unreadable = true,
         .text = "m1 annehmen SPD");
    TAKE(f, .from = OFFICE, .subject = REPLY_TO_NOTICE, .text = "m1 ignorieren: kein Mitglied");
    expect_states(f, "ignored held unreadable ignored");
    expect_part(reread(f, "m3"), "\"state\":\"ignored\"");
    expect_states(f, "ignored held ignored ignored");
    expect(f, "SELECT count(*) || '' FROM numbers", "0");
}

/* Of the same reply in two mailboxes the first that can be read decides, and only one is answered.
 */
static void test_reply_twice(void **state)
{
    struct fixture *f = *state;
    const char reply[] =
        "Authentication-Results: mx.bedburg-hau.example; dmarc=pass header.from=bedburg-hau.example"
        "\r\nFrom: <" OFFICE ">\r\nTo: <antraege@bedburg-hau.example>\r\n"
        "Date: Tue, 04 Aug 2015 12:20:00 +0200\r\nMessage-ID: <reply@mail.example>\r\n"
        "Subject: " REPLY_TO_NOTICE "\r\n\r\nm1 ignorieren: kein Mitglied\r\n";

    set_up_notice(f);
    TAKE(f, .bytes = reply, .unreadable = true);
    TAKE(f, .bytes = reply);
    expect_states(f, "ignored held unreadable ignored");
    expect_part(reread(f, "m3"), "\"state\":\"ignored\"");
    expect(f, "SELECT count(*) || '' FROM deliveries WHERE occasion = 'decided'", "1");
}

/* ---- the answer to a review ---- */

static void test_motion_later(void **state)
{
    struct fixture *f = *state;

    TAKE(f, .text = "Guten Tag, anbei unser Antrag.");
    TAKE(f, .answers = answer_to(f, "review", SPD), .text = "Hier.", .file = motion_text,
         .unreadable = true);
    expect_part(reread(f, "m2"), "\"motions\":[\"A/2015/0001\"]");
    expect_states(f, "registered registered");
    expect(f, "SELECT answers || '' FROM messages WHERE id = 2", "1");
    expect_part(DECIDE(f, .verb = RULING_ACCEPT, .subject = "m1"), "65 m1 is registered already");
    expect(f, "SELECT count(*) || '' FROM numbers", "1");
}

static void test_enclosure_later(void **state)
{
    struct fixture *f = *state;
    const char *text = enclosing_text(f);

    TAKE(f, .text = text);
    TAKE(f, .answers = answer_to(f, "review", SPD), .text = "Hier.", .file = "Lageplan",
         .unreadable = true);
    expect_part(reread(f, "m2"), "\"state\":\"registered\"");
    expect(f, "SELECT decided_by FROM messages WHERE id = 1", "completed");
    expect(f, "SELECT group_concat(role || ' ' || message, ', ') FROM documents WHERE motion = 1",
           "motion 1, papers 2");
}

/* It answers a review no more where its sender is of another faction now. */
static void test_answers_no_more(void **state)
{
    struct fixture *f = *state;

    TAKE(f, .text = "Guten Tag, anbei unser Antrag.");
    TAKE(f, .answers = answer_to(f, "review", SPD), .text = "Wann entscheiden Sie darüber?");
    expect(f, "SELECT answers || '' FROM messages WHERE id = 2", "1");
    f->body->factions[0].members[0].address = "neu@spd-bedburg-hau.example";
    town_set(f->arena, &f->body->factions[0].members[0].addresses, NULL);
    reread(f, "m2");
    expect(f, "SELECT answers || '' FROM messages WHERE id = 2", "");
}

/* ---- a bounce ---- */

static void test_bounce(void **state)
{
    struct fixture *f = *state;
    struct attempt_end sent = {.state = DELIVERY_SENT, .next_attempt = MOMENT_NONE};
    struct err err;

    TAKE(f, .text = motion_text);
    if (!registry_attempt_begin(f->registry, 1, 0, 900, &err) ||
        !registry_attempt_end(f->registry, 1, 0, &sent, &err))
        fail_msg("%s", err.text);
    const char *bytes = arena_printf(
        f->arena,
        "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\r\n"
        "To: antraege@bedburg-hau.example\r\nSubject: Undelivered Mail\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n"
        "Content-Type: text/plain\r\n\r\nIt could not be delivered.\r\n--b\r\n"
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; %s\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n\r\n--b\r\nContent-Type: "
        "text/rfc822-headers\r\n\r\nMessage-ID: <%s>\r\nSubject: x\r\n\r\n--b--\r\n",
        get(f, "SELECT recipient FROM deliveries WHERE id = 1"),
        get(f, "SELECT message_id FROM deliveries WHERE id = 1"));
    TAKE(f, .bytes = bytes, .unreadable = true);
    expect_part(reread(f, "m2"), "bounce: o1 failed");
    expect(f, "SELECT state FROM deliveries WHERE id = 1", "bounced");
    expect(f, "SELECT count(*) || '' FROM events WHERE event = 'bounced' AND delivery = 1", "1");
}

/* ---- one mail twice ---- */

static void test_same_bytes(void **state)
{
    struct fixture *f = *state;
    const char *bytes = same_bytes(f);

    f->body->required_trust = TRUST_AUTHENTICATED;
    TAKE(f, .bytes = bytes);
    TAKE(f, .bytes = bytes);
    expect_states(f, "held held");
    expect_part(DECIDE(f, .verb = RULING_ACCEPT, .subject = "m2"), "A/2015/0001");
    f->body->required_trust = TRUST_LISTED;
    expect_part(reread(f, "m1"), "\"state\":\"duplicate\"");
    expect(f, "SELECT duplicate_of || ' ' || reason FROM messages WHERE id = 1",
           "2 m2: the same bytes were registered before");
    expect(f, "SELECT count(*) || '' FROM numbers", "1");
}

/* The same letter in another mail that was registered meanwhile. */
static void test_same_letter(void **state)
{
    struct fixture *f = *state;

    f->body->required_trust = TRUST_AUTHENTICATED;
    TAKE(f, .forged = true, .text = "Anbei unser Antrag.", .file = motion_text);
    TAKE(f, .text = "Anbei noch einmal unser Antrag.", .file = motion_text);
    expect_states(f, "held registered");
    f->body->required_trust = TRUST_LISTED;
    expect_part(reread(f, "m1"), "\"state\":\"held\"");
    expect(f, "SELECT decided_by FROM messages WHERE id = 1", "same-content");
    expect(f, "SELECT count(*) || '' FROM numbers", "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reply_unreadable, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reply_unconfirmed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reply_outrun, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reply_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_motion_later, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_enclosure_later, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_answers_no_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bounce, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_same_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_same_letter, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, begin_group, NULL);
}
