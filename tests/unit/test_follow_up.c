/* SPDX-License-Identifier: EUPL-1.2 */
/* Replies to our mails, from their bytes to rows and answers, on a registry of its own. */
#include "test.h"

#include "registry_case.h"
#include "town.h"

#include "base/file.h"
#include "pipeline/pipeline.h"
#include "registry/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SPD "wilhelm.vanbeek@spd-bedburg-hau.example"
#define CDU "vorsitz@cdu-bedburg-hau.example"

struct fixture {
    struct case_directory directory;
    struct arena *arena;
    struct registry *registry;
    struct conf_body *body;
    unsigned mails;
};

static int set_up(void **state)
{
    static struct fixture f;
    struct err err;

    f = (struct fixture){.arena = arena_new()};
    case_directory_make(&f.directory);
    f.body = town_new(f.arena);
    f.body->mailboxes[0].folder = "INBOX";
    town_set(f.arena, &f.body->authserv_id, "mx.bedburg-hau.example");
    if (!registry_open(f.directory.state, REGISTRY_WRITE, &f.registry, &err))
        fail_msg("%s", err.text);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    registry_close(f->registry);
    case_directory_remove(&f->directory);
    arena_free(f->arena);
    return 0;
}

/* ---- mails ---- */

struct letter {
    const char *from; /* NULL: SPD */
    bool forged;      /* no server has confirmed the sender */
    const char *subject, *answers;
    const char *text;
    const char *file; /* a text that is attached, or NULL */
    const char *date; /* NULL: each a second after the one before */
};

static const char *domain_of(const char *address)
{
    return strchr(address, '@') + 1;
}

static const char *write_mail(struct fixture *f, const struct letter *letter)
{
    const char *from = letter->from != NULL ? letter->from : SPD;
    struct text text;

    text_init(&text, f->arena);
    if (!letter->forged)
        text_addf(&text,
                  "Authentication-Results: mx.bedburg-hau.example; dmarc=pass header.from=%s\r\n",
                  domain_of(from));
    text_addf(&text,
              "From: <%s>\r\nTo: <antraege@bedburg-hau.example>\r\nDate: %s\r\n"
              "Message-ID: <%u@mail.example>\r\nSubject: %s\r\n",
              from,
              letter->date != NULL
                  ? letter->date
                  : arena_printf(f->arena, "Tue, 04 Aug 2015 12:03:%02u +0200", f->mails),
              f->mails, letter->subject != NULL ? letter->subject : "Antrag");
    if (letter->answers != NULL)
        text_addf(&text, "In-Reply-To: <%s>\r\n", letter->answers);
    text_addf(&text,
              "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
              "Content-Type: text/plain; charset=UTF-8\r\n\r\n%s\r\n",
              letter->text);
    if (letter->file != NULL)
        text_addf(&text,
                  "--b\r\nContent-Type: text/plain; charset=UTF-8; name=\"Anlage.txt\"\r\n"
                  "Content-Disposition: attachment; filename=\"Anlage.txt\"\r\n\r\n%s\r\n",
                  letter->file);
    text_add(&text, "--b--\r\n");
    return text.s;
}

static int64_t take_letter(struct fixture *f, const struct letter *letter)
{
    const char *bytes;
    struct reading *reading;
    struct conclusion conclusion;
    struct err err;
    int64_t id;

    f->mails++;
    bytes = write_mail(f, letter);
    struct message message = {.body = f->body,
                              .mailbox = &f->body->mailboxes[0],
                              .now = town_moment("2015-08-04T12:30:00+02:00") + f->mails,
                              .token = arena_printf(f->arena, "%032x%032x", f->mails, f->mails)};
    message.raw =
        (struct raw_mail){.body = f->body->id,
                          .mailbox = "rathaus",
                          .folder = "INBOX",
                          .uidvalidity = 7,
                          .uid = f->mails,
                          .internaldate = town_moment("2015-08-04T12:10:00+02:00") + f->mails};
    if (!reading_make(f->arena, bytes, strlen(bytes), MAIL_CONTENT, &reading, &err))
        fail_msg("%s", err.text);
    message.reading = reading;
    if (!memfd_from("mail", bytes, strlen(bytes), &message.raw.fd, &err) ||
        !pipeline_receive(f->registry, &message, &err) || !registry_begin(f->registry, &err) ||
        !pipeline_settle(f->registry, f->arena, &message, &conclusion, &id, &err) ||
        !registry_commit(f->registry, &err))
        fail_msg("%s", err.text);
    close(message.raw.fd);
    print_message("m%lld: %s, %s\n", (long long)id, conclusion.decision.row,
                  conclusion.decision.reason);
    return id;
}

#define TAKE(f, ...) take_letter(f, &(struct letter){__VA_ARGS__})

static const char motion_text[] =
    "SPD-Ratsfraktion und CDU-Fraktion\r\n\r\nAn den Bürgermeister der Gemeinde Bedburg-Hau\r\n\r\n"
    "Antrag: Radweg an der Uedemer Straße\r\n\r\nSehr geehrter Herr Bürgermeister,\r\n\r\nwir "
    "bitten, den Antrag in der Sitzung des Rates am 24.09.2015 zu behandeln.\r\n\r\n"
    "Beschlussvorschlag:\r\nDer Rat beauftragt die Verwaltung, einen Radweg zu planen.\r\n\r\n"
    "Mit freundlichen Grüßen\r\nWilhelm van Beek\r\nFraktionsvorsitzender\r\n";

/* ---- what became of it ---- */

static const char *get(struct fixture *f, const char *sql)
{
    struct statement *s;
    struct err err;
    const char *text = NULL;

    if (!statement_open(f->registry, sql, NULL, 0, &s, &err))
        fail_msg("%s", err.text);
    if (statement_next(s))
        text = statement_text(s, f->arena, 0);
    if (!statement_close(s, &err))
        fail_msg("%s", err.text);
    return text != NULL ? text : "";
}

static void expect(struct fixture *f, const char *sql, const char *wanted)
{
    assert_string_equal(get(f, sql), wanted);
}

/* "SPD,CDU (GRÜNE) registered 1" of A/2015/0001 */
static void expect_motion(struct fixture *f, const char *wanted)
{
    struct motion_filter filter = {
        .number = "A/2015/0001", .meeting = DAY_NONE, .since = DAY_NONE, .state = -1};
    struct motion_row *rows;
    struct err err;
    size_t count;

    if (!registry_list_motions(f->registry, f->arena, &filter, &rows, &count, &err))
        fail_msg("%s", err.text);
    assert_int_equal(count, 1);
    assert_string_equal(arena_printf(f->arena, "%s (%s) %s %d",
                                     text_join(f->arena, &rows->factions, ","),
                                     text_join(f->arena, &rows->named, ","),
                                     motion_state_to_text(rows->state), rows->version),
                        wanted);
}

static const char *answer_to(struct fixture *f, const char *kind, const char *to)
{
    return get(f, arena_printf(f->arena,
                               "SELECT message_id FROM deliveries WHERE kind = '%s' AND"
                               " recipient = '%s' ORDER BY id DESC LIMIT 1",
                               kind, to));
}

static const char *told(struct fixture *f, int64_t message, const char *to)
{
    return get(f, arena_printf(f->arena,
                               "SELECT kind FROM deliveries WHERE message = %lld AND recipient ="
                               " '%s' ORDER BY id LIMIT 1",
                               (long long)message, to));
}

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
