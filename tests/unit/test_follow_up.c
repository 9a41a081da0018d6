/* SPDX-License-Identifier: EUPL-1.2 */
/* Replies to our mails, from their bytes to rows and answers. */
#include "test.h"

#include "town_mails.h"

#include <string.h>

/* ---- tests ---- */

static void test_joint(void **state)
{
    struct fixture *f = *state;
    int64_t id;

    TAKE(f, .text = motion_text);
    expect_motion(f, "SPD (CDU) registered 1");
    id = TAKE(f, .from = CDU, .forged = true, .subject = "Re: [A/2015/0001] Ihre Fraktion",
              .answers = answer_to(f, "acknowledgement", CDU), .text = "Ja, das ist richtig.");
    expect_motion(f, "SPD,CDU () registered 1");
    assert_string_equal(told(f, id, "rat@lists.bedburg-hau.example"), "confirmation");
    assert_string_equal(told(f, id, SPD), "acknowledgement");

    id = TAKE(f, .forged = true, .subject = "[A/2015/0001]",
              .text = "Wir ziehen den Antrag zurück.");
    expect_motion(f, "SPD,CDU () registered 1");
    assert_string_equal(told(f, id, CDU), "review");

    id = TAKE(f, .subject = "[A/2015/0001]", .text = "Wir ziehen den Antrag zurück.");
    expect_motion(f, "CDU () registered 1");
    assert_string_equal(told(f, id, SPD), "acknowledgement");
    assert_string_equal(told(f, id, "mitglied@cdu-bedburg-hau.example"), "acknowledgement");
    expect(f,
           "SELECT group_concat(faction || ' ' || m.role, ', ') FROM movers m JOIN documents d"
           " ON d.id = m.document WHERE d.role = 'motion'",
           "SPD left, CDU mover");

    TAKE(f, .subject = "[A/2015/0001]", .text = "Wir ziehen den Antrag zurück.");
    expect_motion(f, "CDU () registered 1");
    TAKE(f, .from = CDU, .subject = "[A/2015/0001]", .text = "Wir ziehen den Antrag zurück.");
    expect_motion(f, "CDU () withdrawn 1");
}

static void test_correction(void **state)
{
    struct fixture *f = *state;

    TAKE(f, .text = motion_text);
    TAKE(f, .forged = true, .answers = answer_to(f, "acknowledgement", SPD),
         .text = "Der Titel muss lauten: „Fußweg“");
    expect(f, "SELECT title FROM documents WHERE role = 'motion'", "Radweg an der Uedemer Straße");
    TAKE(f, .answers = answer_to(f, "acknowledgement", SPD),
         .text = "Der Titel muss lauten: „Fußweg“");
    expect(f, "SELECT title FROM documents WHERE role = 'motion'", "Fußweg");
    expect(f, "SELECT text FROM events WHERE event = 'corrected'",
           "follow-up: A/2015/0001 is corrected; before: \"Radweg an der Uedemer Straße\","
           " Rat=2015-09-24");
    expect(f, "SELECT rowid || '' FROM search WHERE search MATCH 'Fußweg' AND rowid = 1", "1");
}

/* Whoever has an old mail, confirmed as it was, can send it once more with what was not signed of
 * it made new. */
static void test_old_mail_again(void **state)
{
    struct fixture *f = *state;
    static const char plan[] = "Der Titel muss lauten: „Plan“",
                      way[] = "Der Titel muss lauten: „Weg“";
    int64_t id;

    TAKE(f, .text = motion_text);
    TAKE(f, .answers = answer_to(f, "acknowledgement", SPD), .text = plan);
    TAKE(f, .answers = answer_to(f, "acknowledgement", SPD), .text = way);
    expect(f, "SELECT title FROM documents WHERE role = 'motion'", "Weg");
    id = TAKE(f, .answers = answer_to(f, "acknowledgement", SPD), .text = plan,
              .date = "Tue, 04 Aug 2015 12:03:02 +0200");
    expect(f, "SELECT title FROM documents WHERE role = 'motion'", "Weg");
    assert_string_equal(told(f, id, SPD), "review");

    TAKE(f, .answers = answer_to(f, "acknowledgement", SPD),
         .text = "Hiermit ziehen wir den Antrag zurück.",
         .date = "Mon, 03 Aug 2015 12:00:00 +0200");
    expect_motion(f, "SPD (CDU) registered 1");
    TAKE(f, .answers = answer_to(f, "acknowledgement", SPD),
         .text = "Hiermit ziehen wir den Antrag zurück.");
    expect_motion(f, "SPD (CDU) withdrawn 1");
}

static void test_papers(void **state)
{
    struct fixture *f = *state;
    int64_t id;

    TAKE(f, .text = motion_text);
    id = TAKE(f, .forged = true, .answers = answer_to(f, "acknowledgement", SPD),
              .text = "Anbei die vergessene Anlage.", .file = "Lageplan");
    expect_motion(f, "SPD (CDU) registered 1");
    expect(f, "SELECT group_concat(role || ' ' || message, ', ') FROM documents WHERE motion = 1",
           "motion 1, papers 2");
    assert_string_equal(told(f, id, SPD), "acknowledgement");
    assert_string_equal(told(f, id, "rat@lists.bedburg-hau.example"), "");
}

/* What was missing is the motion: the mail that brings it counts. */
static void test_motion_later(void **state)
{
    struct fixture *f = *state;

    TAKE(f, .text = "Guten Tag, anbei unser Antrag.");
    expect(f, "SELECT state FROM messages WHERE id = 1", "held");
    TAKE(f, .answers = answer_to(f, "review", SPD), .text = "Hier.", .file = motion_text);
    expect(f, "SELECT group_concat(state || ' ' || decided_by, ', ') FROM messages",
           "registered completed, registered registered");
    expect(f, "SELECT group_concat(role || ' ' || message, ', ') FROM documents WHERE motion = 1",
           "motion 2, papers 1");
    expect(f, "SELECT count(*) || '' FROM numbers", "1");
}

/* What was missing is an enclosure: the first mail counts. */
static void test_enclosure_later(void **state)
{
    struct fixture *f = *state;
    const char *text = enclosing_text(f);

    TAKE(f, .text = text);
    expect(f, "SELECT decided_by FROM messages WHERE id = 1", "attachment-missing");
    TAKE(f, .from = CDU, .answers = answer_to(f, "review", SPD), .text = "Hier.", .file = "Plan");
    expect(f, "SELECT group_concat(state, ', ') FROM messages", "held, held");
    TAKE(f, .answers = answer_to(f, "review", SPD), .text = "Hier.", .file = "Lageplan");
    expect(f, "SELECT decided_by FROM messages WHERE id = 1", "completed");
    expect(f, "SELECT group_concat(role || ' ' || message, ', ') FROM documents WHERE motion = 1",
           "motion 1, papers 3");
    expect(f, "SELECT count(*) || '' FROM numbers", "1");
}

/* When it came stands, whatever the configuration knows of its mailbox today. */
static void test_arrival_stands(void **state)
{
    struct fixture *f = *state;
    const char *text = enclosing_text(f);

    TAKE(f, .text = text);
    run_sql(f, "UPDATE messages SET arrived_at = arrived_at - 3600, arrival_basis = 'mx.example'");
    TAKE(f, .answers = answer_to(f, "review", SPD), .text = "Hier.", .file = "Lageplan");
    expect(f,
           "SELECT decided_by || ' ' || (arrived_at - internaldate) || ' ' || arrival_basis"
           " FROM messages WHERE id = 1",
           "completed -3600 mx.example");
}

/* "[m1]" anybody can write; only the faction has our review in hand. */
static void test_forged_reply_completes_nothing(void **state)
{
    struct fixture *f = *state;

    TAKE(f, .text = "Guten Tag, anbei unser Antrag.");
    TAKE(f, .forged = true, .subject = "Re: [m1]", .text = "Hier.", .file = motion_text);
    expect(f, "SELECT group_concat(state || ' ' || decided_by, ', ') FROM messages",
           "held attachment-missing, registered registered");
    expect(f, "SELECT number || ': ' || text FROM events WHERE message = 1 AND event = 'answered'",
           "A/2015/0001: m2 answers its review and is registered as A/2015/0001: if this is the"
           " same, ignore m1");
    TAKE(f, .forged = true, .answers = answer_to(f, "review", SPD), .text = "Hier, bitte.",
         .file = other_text);
    expect(f, "SELECT decided_by FROM messages WHERE id = 1", "completed");
}

static void test_forged_reply_brings_no_enclosure(void **state)
{
    struct fixture *f = *state;
    const char *text = enclosing_text(f);

    TAKE(f, .text = text);
    TAKE(f, .forged = true, .subject = "[m1]", .text = "Hier.", .file = "Irgendein Plan");
    expect(f, "SELECT state FROM messages WHERE id = 1", "held");
    expect(f, "SELECT count(*) || '' FROM numbers", "0");
    TAKE(f, .subject = "[m1]", .text = "Hier.", .file = "Lageplan");
    expect(f, "SELECT decided_by FROM messages WHERE id = 1", "completed");
}

/* What a scan says nobody has read: what comes in answer to its review may be something else. */
static void test_unread_letter_waits(void **state)
{
    struct fixture *f = *state;
    struct waiting_mail *rows;
    struct err err;
    size_t n;

    TAKE(f, .text = "Guten Tag, anbei unser Antrag.");
    run_sql(f, "UPDATE messages SET decided_by = 'scanned-letter'");
    TAKE(f, .answers = answer_to(f, "review", SPD), .text = "Hier.", .file = motion_text);
    expect(f, "SELECT group_concat(state || ' ' || decided_by, ', ') FROM messages",
           "held scanned-letter, registered registered");
    expect(f, "SELECT told_at || '' FROM messages WHERE id = 1", "0");
    if (!registry_list_waiting(f->registry, f->arena, NULL, 1, &rows, &n, &err))
        fail_msg("%s", err.text);
    assert_int_equal(n, 1);
    assert_string_equal(rows[0].brought, "A/2015/0001");
    DECIDE(f, .verb = RULING_VOID, .subject = "A/2015/0001", .reason = "doppelt");
    if (!registry_list_waiting(f->registry, f->arena, NULL, 1, &rows, &n, &err))
        fail_msg("%s", err.text);
    assert_null(rows[0].brought);
}

/* A person finds that the number was given to something else. */
static void test_void_gives_back(void **state)
{
    struct fixture *f = *state;

    TAKE(f, .text = "Guten Tag, anbei unser Antrag.");
    TAKE(f, .answers = answer_to(f, "review", SPD), .text = "Hier.", .file = motion_text);
    expect(f, "SELECT decided_by FROM messages WHERE id = 1", "completed");
    expect_part(DECIDE(f, .verb = RULING_VOID, .subject = "A/2015/0001", .reason = "ein anderer"),
                "\"state\":\"void\"");
    expect(f, "SELECT state || ' ' || decided_by || ' ' || reason FROM messages WHERE id = 1",
           "held attachment-missing attachment missing: the mail speaks of one and has none");
    expect(f, "SELECT group_concat(role || ' ' || message, ', ') FROM documents", "motion 2");
    expect(f, "SELECT group_concat(event, ', ') FROM events WHERE message = 1 AND delivery IS NULL",
           "held, completed, reopened");
    expect_part(DECIDE(f, .verb = RULING_ACCEPT, .subject = "m1", .title = "Radweg"),
                "A/2015/0002");
}

static const struct waiting_mail *list_untold(struct fixture *f, size_t wanted)
{
    struct waiting_mail *rows;
    struct err err;
    size_t n;

    if (!registry_list_untold(f->registry, f->arena, f->body->id, &rows, &n, &err))
        fail_msg("%s", err.text);
    assert_int_equal(n, wanted);
    return rows;
}

/* Whatever comes before it, beside it and after it. */
static void test_withdrawal_is_told_first(void **state)
{
    struct fixture *f = *state;
    const struct waiting_mail *rows;

    TAKE(f, .text = motion_text);
    f->body->required_trust = TRUST_AUTHENTICATED;
    TAKE(f, .from = "someone@mail.example", .text = other_text);
    TAKE(f, .forged = true, .text = "Was ist mit unserem Antrag?", .subject = "Frage");
    TAKE(f, .forged = true, .text = other_text);
    TAKE(f, .forged = true, .subject = "[A/2015/0001]",
         .text = "Wir ziehen den Antrag A/2015/0001 zurück. Anbei ein anderer.",
         .file = other_text);
    TAKE(f, .forged = true, .text = other_text, .subject = "Noch einer");
    rows = list_untold(f, 5);
    assert_int_equal(rows[0].id, 5);
    assert_true(rows[0].changes);
    assert_int_equal(rows[0].kind, MOTION_WITHDRAWAL);
    assert_int_equal(rows[1].id, 4); /* it is due */
    assert_int_equal(rows[2].id, 6);
    assert_int_equal(rows[3].id, 3);
    assert_int_equal(rows[4].id, 2); /* no member's address */
    for (size_t i = 1; i < 5; i++)
        assert_false(rows[i].changes);
}

/* However many strangers claim to withdraw something, a member's mail has its room. */
static void test_strangers_are_told_last(void **state)
{
    struct fixture *f = *state;
    const struct waiting_mail *rows;

    f->body->required_trust = TRUST_AUTHENTICATED;
    TAKE(f, .from = STRANGER, .text = other_text);
    TAKE(f, .from = STRANGER, .subject = "A/2015/0007",
         .text = "Wir ziehen unseren Antrag A/2015/0007 zurück.");
    TAKE(f, .forged = true, .text = motion_text);
    TAKE(f, .forged = true, .subject = "A/2015/0007",
         .text = "Wir ziehen unseren Antrag A/2015/0007 zurück.");
    rows = list_untold(f, 4);
    assert_int_equal(rows[0].id, 4);
    assert_int_equal(rows[1].id, 3);
    assert_int_equal(rows[2].id, 2);
    assert_true(rows[2].changes);
    assert_int_equal(rows[3].id, 1);
}

static bool knows_of(struct fixture *f, int64_t message, const char *address)
{
    return *told(f, message, address) != '\0';
}

static bool is_untold(struct fixture *f, int64_t message)
{
    return text_equal(
        get(f, arena_printf(f->arena, "SELECT told_at = 0 || '' FROM messages WHERE id = %lld",
                            (long long)message)),
        "1");
}

/* The same words in answer to another motion ask for something else. */
static void test_same_words_about_another(void **state)
{
    struct fixture *f = *state;
    const char *first, *other;
    int64_t id;

    TAKE(f, .text = motion_text);
    first = answer_to(f, "acknowledgement", SPD);
    TAKE(f, .text = other_text);
    other = answer_to(f, "acknowledgement", SPD);
    id = TAKE(f, .forged = true, .subject = "Re: Antrag", .answers = first,
              .text = "Wir ziehen den Antrag zurück.");
    assert_true(knows_of(f, id, SPD));
    run_sql(f, "UPDATE messages SET told_at = 1 WHERE told_at = 0");
    id = TAKE(f, .forged = true, .subject = "Re: Antrag", .answers = other,
              .text = "Wir ziehen den Antrag zurück.");
    assert_true(knows_of(f, id, SPD));
    assert_true(is_untold(f, id));
    run_sql(f, "UPDATE messages SET told_at = 1 WHERE told_at = 0");
    id = TAKE(f, .forged = true, .subject = "Re: Antrag", .answers = other,
              .text = "Wir ziehen den Antrag zurück.");
    assert_false(knows_of(f, id, SPD)); /* nothing new */
    assert_false(is_untold(f, id));
}

/* Nothing that a forger writes around it keeps it from whose motion it is. */
static void test_forged_correction_is_told(void **state)
{
    struct fixture *f = *state;
    int64_t id;

    TAKE(f, .text = motion_text);
    id = TAKE(f, .forged = true, .subject = "Antrag A/2015/0001",
              .head = "X-Auto-Response-Suppress: All\r\n",
              .text = "Der Titel muss lauten: „Fußweg“");
    assert_true(knows_of(f, id, SPD));
    assert_true(is_untold(f, id));
    for (unsigned i = 0; i < 3; i++)
        TAKE(f, .forged = true, .subject = "Zu A/2015/0001",
             .text = arena_printf(f->arena, "Was heißt das, %u?", i));
    id = TAKE(f, .forged = true, .subject = "Zu A/2015/0001",
              .text = "Der Titel muss lauten: „Reitweg“");
    assert_true(knows_of(f, id, SPD));
    assert_true(is_untold(f, id));
}

/* Nor do as many mails as are answered in an hour. */
static void test_forged_withdrawal_is_not_paced(void **state)
{
    struct fixture *f = *state;
    int64_t id;

    f->body->max_answers_per_hour = 3;
    TAKE(f, .text = motion_text);
    for (unsigned i = 0; i < 5; i++)
        TAKE(f, .forged = true, .subject = arena_printf(f->arena, "Frage %u", i),
             .text = arena_printf(f->arena, "Wie geht es mit %u weiter?", i));
    expect(f, "SELECT count(*) || '' FROM deliveries WHERE due_at > created_at", "2");
    id = TAKE(f, .forged = true, .subject = "[A/2015/0001]",
              .text = "Wir ziehen den Antrag zurück.");
    assert_true(knows_of(f, id, SPD));
    expect(f, "SELECT count(*) || '' FROM deliveries WHERE due_at > created_at", "2");
}

/* The council's factions have other names than when the motion came. */
static void rename_faction(struct fixture *f, const char *from, const char *to)
{
    struct conf_faction *faction =
        (struct conf_faction *)(uintptr_t)trust_find_faction(f->body, from);

    texts_add(&faction->aliases, f->arena, faction->title);
    faction->title = to;
}

static void test_renamed_faction_leaves(void **state)
{
    struct fixture *f = *state;

    TAKE(f, .text = motion_text);
    TAKE(f, .from = CDU, .answers = answer_to(f, "acknowledgement", CDU),
         .text = "Ja, das ist richtig.");
    expect_motion(f, "SPD,CDU () registered 1");
    rename_faction(f, "CDU", "CDU/FWG");
    TAKE(f, .from = CDU, .subject = "[A/2015/0001]", .text = "Wir ziehen den Antrag zurück.");
    expect_motion(f, "SPD () registered 1");
    expect(f, "SELECT text FROM events WHERE event = 'left'",
           "follow-up: one of the factions that move A/2015/0001 withdraws; the others go on:"
           " CDU/FWG");
}

static void test_renamed_faction_joins(void **state)
{
    struct fixture *f = *state;

    TAKE(f, .text = motion_text);
    rename_faction(f, "CDU", "CDU/FWG");
    TAKE(f, .from = CDU, .answers = answer_to(f, "acknowledgement", CDU),
         .text = "Ja, das ist richtig.");
    expect_motion(f, "SPD,CDU () registered 1");
}

/* Two that moved it are one faction today: nobody else is left to move it. */
static void test_merged_factions_withdraw(void **state)
{
    struct fixture *f = *state;
    struct conf_faction *spd = (struct conf_faction *)(uintptr_t)trust_find_faction(f->body, "SPD");

    TAKE(f, .text = motion_text);
    TAKE(f, .from = CDU, .answers = answer_to(f, "acknowledgement", CDU),
         .text = "Ja, das ist richtig.");
    rename_faction(f, "CDU", "Nobody");
    ((struct conf_faction *)(uintptr_t)trust_find_faction(f->body, "Nobody"))->aliases =
        (struct texts){0};
    texts_add(&spd->aliases, f->arena, "CDU");
    TAKE(f, .subject = "[A/2015/0001]", .text = "Wir ziehen den Antrag zurück.");
    expect_motion(f, "SPD,CDU () withdrawn 1");
}

/* A mistake of ours is a person's to see: no mail stays without an outcome, no number is lost. */
static void test_not_recorded(void **state)
{
    struct fixture *f = *state;

    run_sql(
        f, "CREATE TRIGGER wrong BEFORE INSERT ON numbers BEGIN SELECT RAISE(ABORT, 'wrong'); END");
    TAKE(f, .text = motion_text);
    expect(f, "SELECT state || ' ' || decided_by || ' ' || trust FROM messages WHERE id = 1",
           "held not-recorded authenticated");
    expect(f, "SELECT count(*) || '' FROM messages WHERE reason LIKE '%: wrong (1811)%'", "1");
    expect(f,
           "SELECT told_at || ' ' || (SELECT count(*) FROM documents WHERE motion IS NULL)"
           " FROM messages WHERE id = 1",
           "0 1");
    assert_string_equal(told(f, 1, SPD), "review");
    run_sql(f, "DROP TRIGGER wrong");
    TAKE(f, .text = other_text);
    expect(f, "SELECT group_concat(number) FROM numbers", "A/2015/0001");
}

/* Whatever it is that fails. */
static void test_nothing_of_it_recorded(void **state)
{
    struct fixture *f = *state;

    run_sql(f,
            "CREATE TRIGGER wrong BEFORE INSERT ON parts BEGIN SELECT RAISE(ABORT, 'wrong'); END");
    town_set(f->arena, &f->body->mailboxes[0].own_servers, "mx.bedburg-hau.example");
    TAKE(f, .text = motion_text,
         .head = "Received: from a.example (a.example [192.0.2.7]) by mx.bedburg-hau.example"
                 " with ESMTPS; Tue, 04 Aug 2015 12:05:00 +0200\r\n");
    expect(f, "SELECT state || ' ' || decided_by || ' ' || told_at FROM messages WHERE id = 1",
           "held not-recorded 0");
    assert_string_equal(
        get(f, "SELECT arrived_at || '' FROM messages"),
        arena_printf(f->arena, "%lld", (long long)town_moment("2015-08-04T12:05:00+02:00")));
    expect(f, "SELECT count(*) || '' FROM deliveries", "0");
    run_sql(f, "DROP TRIGGER wrong");
    TAKE(f, .text = other_text);
    expect(f, "SELECT group_concat(state, ', ') FROM messages", "held, registered");
}

/* What its trust would not let through is not let through by an enclosure. */
static void test_enclosure_is_not_enough(void **state)
{
    struct fixture *f = *state;
    const char *text = enclosing_text(f);

    f->body->required_trust = TRUST_AUTHENTICATED;
    TAKE(f, .forged = true, .text = text);
    TAKE(f, .answers = answer_to(f, "review", SPD), .text = "Hier.", .file = "Lageplan");
    expect(f, "SELECT group_concat(state || ' ' || decided_by, ', ') FROM messages",
           "held attachment-missing, held held-papers");
    expect(f, "SELECT answers || '' FROM messages WHERE id = 2", "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_joint, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_correction, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_old_mail_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_papers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_motion_later, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_enclosure_later, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_arrival_stands, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_enclosure_is_not_enough, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_of_it_recorded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_not_recorded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_merged_factions_withdraw, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_renamed_faction_joins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_renamed_faction_leaves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_withdrawal_is_told_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_strangers_are_told_last, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_same_words_about_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_forged_correction_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_forged_withdrawal_is_not_paced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_void_gives_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unread_letter_waits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_forged_reply_brings_no_enclosure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_forged_reply_completes_nothing, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, begin_group, NULL);
}
