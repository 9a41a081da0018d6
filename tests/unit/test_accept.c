/* SPDX-License-Identifier: EUPL-1.2 */
/* What a person accepts of a mail that asks something of a motion of the register. */
#include "test.h"

#include "town_mails.h"

#include <string.h>

#define NUMBER "A/2015/0001"
#define ABOUT "Re: [" NUMBER "]"
#define ACCEPT(f, id, ...) DECIDE(f, .verb = RULING_ACCEPT, .subject = id, __VA_ARGS__)

static const char *take_forged(struct fixture *f, const char *text)
{
    int64_t id = TAKE(f, .forged = true, .subject = ABOUT, .text = text);

    return arena_printf(f->arena, "m%lld", (long long)id);
}

/* A motion of SPD alone. */
static void take_motion(struct fixture *f)
{
    TAKE(f, .text = motion_text);
    expect_motion(f, "SPD (CDU) registered 1");
}

static void expect_held(struct fixture *f, const char *id)
{
    expect(f, arena_printf(f->arena, "SELECT state FROM messages WHERE 'm' || id = '%s'", id),
           "held");
}

/* ---- carried out ---- */

static void test_withdrawal(void **state)
{
    struct fixture *f = *state;
    const char *id, *answer;

    texts_add(&f->body->notify, f->arena, "withdrawn");
    take_motion(f);
    id = take_forged(f, "Hiermit ziehen wir unseren Antrag zurück.");
    expect_held(f, id);
    expect_motion(f, "SPD (CDU) registered 1");
    answer = ACCEPT(f, id);
    expect_part(answer, "\"motions\":[\"" NUMBER "\"]");
    expect_part(answer, "\"changes\":[\"withdrawn\"]");
    expect_motion(f, "SPD (CDU) withdrawn 1");
    expect(f, "SELECT count(*) || '' FROM numbers", "1");
    expect(f, "SELECT state || ' ' || decided_by FROM messages WHERE id = 2",
           "registered accepted");
    expect(f, "SELECT actor || ': ' || text FROM events WHERE event = 'withdrawn'",
           "anna: follow-up: " NUMBER " is withdrawn; accepted by a person");
    expect(f, "SELECT role || ' ' || version FROM documents WHERE message = 2", "withdrawal 1");
    /* the whole faction, the one that is named, the list and the office hear of it */
    expect(f,
           "SELECT group_concat(kind || ' ' || state || ' ' || recipient, ', ') FROM (SELECT * FROM"
           " deliveries WHERE ruling = (SELECT seq FROM events WHERE event = 'accepted')"
           " ORDER BY recipient)",
           "acknowledgement queued geschaeftsstelle@spd-bedburg-hau.example, confirmation queued "
           "" LIST ", notice queued " OFFICE ", acknowledgement queued " CDU
           ", acknowledgement queued " SPD);
    expect_part(get(f, arena_printf(f->arena,
                                    "SELECT CAST(bytes AS TEXT) FROM deliveries WHERE recipient ="
                                    " '%s' ORDER BY id DESC LIMIT 1",
                                    LIST)),
                arena_printf(f->arena, "In-Reply-To: <%s>",
                             get(f, "SELECT message_id FROM deliveries WHERE kind = 'confirmation'"
                                    " ORDER BY id LIMIT 1")));
    expect_part(ACCEPT(f, id), "65 m2 is registered already");
}

/* What the list asks for is more than a person can vouch for. */
static void test_list_trust(void **state)
{
    struct fixture *f = *state;

    f->body->list_trust = TRUST_SIGNED;
    take_motion(f);
    ACCEPT(f, take_forged(f, "Hiermit ziehen wir unseren Antrag zurück."));
    expect(f, "SELECT group_concat(state) FROM deliveries WHERE kind = 'confirmation'",
           "waiting,waiting");
}

/* A motion, and a new version of it that anybody can have sent. */
static void take_version(struct fixture *f)
{
    take_motion(f);
    TAKE(f, .forged = true, .subject = ABOUT, .text = "Anbei die geänderte Fassung.",
         .file =
             arena_printf(f->arena, "Neufassung des Antrags %s\r\n\r\n%s", NUMBER, motion_text));
}

static void test_replacement(void **state)
{
    struct fixture *f = *state;

    take_version(f);
    expect_held(f, "m2");
    expect_part(ACCEPT(f, "m2", .title = "Fußweg"), "64 m2: what it asks of " NUMBER);
    expect_held(f, "m2");
    expect_part(ACCEPT(f, "m2"), "\"changes\":[\"replaced\"]");
    expect_motion(f, "SPD (CDU) registered 2");
    expect(f, "SELECT actor FROM events WHERE event = 'replaced'", "anna");
    expect(f, "SELECT count(*) || '' FROM numbers", "1");
}

/* A person may know that it is a motion of its own. */
static void test_own_motion(void **state)
{
    struct fixture *f = *state;

    take_version(f);
    expect_part(ACCEPT(f, "m2", .kind = "motion"), "\"motions\":[\"A/2015/0002\"]");
    expect_motion(f, "SPD (CDU) registered 1");
    const char *id = take_forged(f, "Der Titel muss lauten: „Fußweg“");
    expect_part(ACCEPT(f, id, .title = "Fußweg"), "64 m3: what it asks of " NUMBER);
    expect_part(ACCEPT(f, id, .title = "Fußweg", .kind = "inquiry"), "A/2015/0003");
    expect_motion(f, "SPD (CDU) registered 1");
}

static void test_correction(void **state)
{
    struct fixture *f = *state;

    take_motion(f);
    expect_part(ACCEPT(f, take_forged(f, "Der Titel muss lauten: „Fußweg“")),
                "\"changes\":[\"corrected\"]");
    expect(f, "SELECT title FROM documents WHERE role = 'motion'", "Fußweg");
    expect(f, "SELECT actor || ': ' || text FROM events WHERE event = 'corrected'",
           "anna: follow-up: " NUMBER " is corrected; accepted by a person; before: \"Radweg an der"
           " Uedemer Straße\", Rat=2015-09-24");
}

/* Who wrote it, from an address that nobody knows, is a person's to say. */
static void test_stranger(void **state)
{
    struct fixture *f = *state;
    const char text[] = "Hiermit ziehen wir unseren Antrag zurück.";

    take_motion(f);
    TAKE(f, .from = STRANGER, .subject = ABOUT, .text = text);
    expect_held(f, "m2");
    expect_part(ACCEPT(f, "m2"), "64 m2: its sender belongs to no faction");
    expect_part(ACCEPT(f, "m2", .faction = "GRÜNE"), "65 m2: " NUMBER " is no motion of GRÜNE");
    expect_motion(f, "SPD (CDU) registered 1");
    expect_part(ACCEPT(f, "m2", .faction = "SPD"), "\"changes\":[\"withdrawn\"]");
    expect_motion(f, "SPD (CDU) withdrawn 1");
    expect(f, "SELECT count(*) || '' FROM deliveries WHERE recipient = '" STRANGER "'", "0");
}

/* One of two factions leaves; it cannot change what is the other's, too. */
static void test_joint(void **state)
{
    struct fixture *f = *state;

    take_motion(f);
    TAKE(f, .from = CDU, .subject = ABOUT, .answers = answer_to(f, "acknowledgement", CDU),
         .text = "Ja, das ist richtig.");
    expect_motion(f, "SPD,CDU () registered 1");
    const char *title = take_forged(f, "Der Titel muss lauten: „Fußweg“");
    expect_part(ACCEPT(f, title), "65 m3: several factions move " NUMBER "; use correct " NUMBER);
    expect_held(f, title);
    expect_part(ACCEPT(f, take_forged(f, "Wir ziehen den Antrag zurück.")),
                "\"changes\":[\"left\"]");
    expect_motion(f, "CDU () registered 1");
}

/* ---- not clear ---- */

static void test_unclear(void **state)
{
    static const struct {
        const char *text, *file;
        const char *why, *commands;
    } cases[] = {
        {"Wir überlegen, unseren Antrag zurückzuziehen.", NULL,
         "65 m2: its words do not say clearly", "use withdraw " NUMBER " --reason, then ignore m2"},
        {"Wir ziehen unseren Antrag zurück, falls die Verwaltung es so sieht.", NULL,
         "65 m3: its words do not say clearly", "use withdraw " NUMBER " --reason, then ignore m3"},
        {"Der Antrag soll am 01.10.2015 statt am 02.10.2015 behandelt werden.", NULL,
         "65 m4: its words do not say clearly", "use correct " NUMBER " --reason, or --kind"},
        {"Mit freundlichen Grüßen", "Lageplan", "65 m5: its words do not say clearly",
         "use withdraw or correct " NUMBER " --reason, or --title"},
    };
    struct fixture *f = *state;

    take_motion(f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t id =
            TAKE(f, .forged = true, .subject = ABOUT, .text = cases[i].text, .file = cases[i].file);
        const char *subject = arena_printf(f->arena, "m%lld", (long long)id);
        const char *answer = ACCEPT(f, subject);

        expect_part(answer, cases[i].why);
        expect_part(answer, cases[i].commands);
        expect_held(f, subject);
    }
    expect_motion(f, "SPD (CDU) registered 1");
    expect(f, "SELECT count(*) || '' FROM events WHERE event = 'accepted'", "0");
}

/* It is withdrawn already. */
static void test_too_late(void **state)
{
    struct fixture *f = *state;
    const char *first, *second;

    take_motion(f);
    first = take_forged(f, "Hiermit ziehen wir unseren Antrag zurück.");
    second = take_forged(f, "Wir ziehen den Antrag hiermit endgültig zurück.");
    expect_part(ACCEPT(f, first), "withdrawn");
    expect_part(ACCEPT(f, second), "65 m3: " NUMBER " is withdrawn already");
    expect_held(f, second);
}

/* A letter of its own beside a withdrawal: one gets its number, the other waits on. */
static void test_beside(void **state)
{
    struct fixture *f = *state;

    f->body->required_trust = TRUST_AUTHENTICATED;
    TAKE(f, .text = motion_text);
    TAKE(f, .forged = true, .subject = ABOUT,
         .text = "Wir ziehen unseren Antrag zurück und reichen stattdessen den beigefügten ein.",
         .file = arena_printf(f->arena,
                              "SPD-Ratsfraktion\r\n\r\nAn den Bürgermeister der Gemeinde "
                              "Bedburg-Hau\r\n\r\nAntrag: Brücke über die Kalflack\r\n\r\n"
                              "Beschlussvorschlag:\r\nDer Rat beauftragt die Verwaltung, eine "
                              "Brücke zu planen.\r\n"));
    expect_held(f, "m2");
    expect_part(ACCEPT(f, "m2"), "\"changes\":[\"registered\"]");
    expect_motion(f, "SPD (CDU) registered 1");
    expect(f,
           "SELECT group_concat(position || ' ' || role || ' ' || coalesce(motion, 0), ', ')"
           " FROM documents WHERE message = 2",
           "0 motion 2, 1 withdrawal 0");
    expect_part(ACCEPT(f, "m2"), "65 m2: what is held in it is a withdrawal");
}

/* ---- by the office's reply ---- */

/* Quoted-printable and folding undone as far as these words need it. */
static const char *receipt_of(struct fixture *f)
{
    return get(f, "SELECT replace(replace(CAST(bytes AS TEXT), '=' || char(13, 10), ''),"
                  " char(13, 10) || '    ', ' ') FROM deliveries WHERE occasion = 'decided'"
                  " ORDER BY id DESC LIMIT 1");
}

static void test_reply(void **state)
{
    struct fixture *f = *state;

    take_motion(f);
    take_forged(f, "Wir überlegen, unseren Antrag zurückzuziehen.");
    take_forged(f, "Der Titel muss lauten: „Fußweg“");
    give_token(f, 2);
    give_token(f, 3);
    TAKE(f, .from = OFFICE, .subject = REPLY_TO_NOTICE, .text = "m2 annehmen\r\nm3 annehmen");
    expect_held(f, "m2");
    expect(f, "SELECT title FROM documents WHERE role = 'motion'", "Fußweg");
    expect(f, "SELECT actor FROM events WHERE event = 'corrected'", OFFICE);
    expect_part(receipt_of(f), "nicht getan: m2: its words do not say clearly");
    expect_part(receipt_of(f), "getan: " NUMBER " berichtigt");
    /* the token is not used by what was refused */
    expect(f, "SELECT group_concat(message) FROM grants WHERE used_by IS NULL", "2");
}

/* ---- twice ---- */

/* One mail in two mailboxes, with other bytes; a person who means it has it read again before. */
static void test_same_mail(void **state)
{
    struct fixture *f = *state;
    const char *mail = same_bytes(f);

    f->body->required_trust = TRUST_AUTHENTICATED;
    TAKE(f, .bytes = arena_printf(f->arena, "X-Mailbox: rathaus\r\n%s", mail));
    TAKE(f, .bytes = arena_printf(f->arena, "X-Mailbox: ratsbuero\r\n%s", mail));
    expect_held(f, "m1");
    expect_held(f, "m2");
    expect_part(ACCEPT(f, "m2"), NUMBER);
    expect_part(ACCEPT(f, "m1"), "65 m1: the same mail is registered as m2 already");
    expect_held(f, "m1");
    expect_part(reread(f, "m1"), "\"state\":\"duplicate\"");
    expect_part(ACCEPT(f, "m1"), "A/2015/0002");
}

/* ---- what a held mail lacked ---- */

static void test_completes(void **state)
{
    struct fixture *f = *state;

    f->body->required_trust = TRUST_AUTHENTICATED;
    TAKE(f, .text = "Guten Tag, anbei unser Antrag.");
    TAKE(f, .forged = true, .answers = answer_to(f, "review", SPD), .text = "Hier.",
         .file = motion_text);
    expect_held(f, "m2");
    expect_part(ACCEPT(f, "m2"), "\"motions\":[\"" NUMBER "\"]");
    expect(f, "SELECT state || ' ' || decided_by FROM messages WHERE id = 1",
           "registered completed");
    expect_part(ACCEPT(f, "m1"), "65 m1 is registered already");
    expect(f, "SELECT count(*) || '' FROM numbers", "1");
}

/* The mail with the motion's text is first, its paper belongs to it then. */
static void test_papers(void **state)
{
    struct fixture *f = *state;
    const char *text = enclosing_text(f);

    f->body->required_trust = TRUST_AUTHENTICATED;
    TAKE(f, .forged = true, .text = text);
    TAKE(f, .answers = answer_to(f, "review", SPD), .text = "Hier.", .file = "Lageplan");
    expect_held(f, "m2");
    expect_part(ACCEPT(f, "m2"), "65 m2: it brings what m1 lacked; accept m1 first");
    expect_part(ACCEPT(f, "m1"), NUMBER);
    expect_part(ACCEPT(f, "m2"), "\"changes\":[\"papers-added\"]");
    expect(f, "SELECT group_concat(role || ' ' || message, ', ') FROM documents WHERE motion = 1",
           "motion 1, papers 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_withdrawal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_list_trust, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_replacement, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_own_motion, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_correction, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stranger, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_joint, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unclear, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_late, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_beside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reply, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_same_mail, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_completes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_papers, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, begin_group, NULL);
}
