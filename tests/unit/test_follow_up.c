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
    const char *text =
        arena_printf(f->arena, "%s\r\nDen Lageplan finden Sie in der Anlage.\r\n", motion_text);

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

/* What its trust would not let through is not let through by an enclosure. */
static void test_enclosure_is_not_enough(void **state)
{
    struct fixture *f = *state;
    const char *text =
        arena_printf(f->arena, "%s\r\nDen Lageplan finden Sie in der Anlage.\r\n", motion_text);

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
        cmocka_unit_test_setup_teardown(test_enclosure_is_not_enough, set_up, tear_down),
    };
    struct err err;

    mail_preload();
    if (!zone_set("Europe/Berlin", &err))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
