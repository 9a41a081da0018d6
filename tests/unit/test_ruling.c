/* SPDX-License-Identifier: EUPL-1.2 */
/* What people decide, from an order to rows and answers, on a registry of its own. */
#include "test.h"

#include "registry_case.h"
#include "town.h"

#include "base/digest.h"
#include "base/file.h"
#include "pipeline/ruling.h"
#include "registry/private.h"
#include "registry/ruling.h"
#include "reply/book.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHAIR "wilhelm.vanbeek@spd-bedburg-hau.example"
#define STRANGER "erika.mustermann@fremd.example"

struct fixture {
    struct case_directory directory;
    struct arena *arena;
    struct registry *registry;
    struct conf_body *body;
    struct conf conf;
    int64_t now;
    uint32_t uid;
};

static int set_up(void **state)
{
    static struct fixture f;
    struct err err;

    f = (struct fixture){.arena = arena_new()};
    case_directory_make(&f.directory);
    f.now = town_moment("2015-08-04T12:10:00+02:00");
    f.body = town_new(f.arena);
    f.body->mailboxes[0].folder = "INBOX";
    f.conf = (struct conf){.state_directory = f.directory.state, .bodies = f.body, .body_count = 1};
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

static const char *fresh_token(struct fixture *f)
{
    static unsigned n;

    return arena_printf(f->arena, "%032x", ++n);
}

static struct reading *letter_from(struct fixture *f, const char *address)
{
    struct reading *reading = town_letter(f->arena);

    reading->mail->from.v[0].address = address;
    reading->mail->message_id = arena_printf(f->arena, "%u@mail.example", f->uid + 1);
    reading->mail->body_digest =
        digest_hex(f->arena, reading->mail->message_id, strlen(reading->mail->message_id));
    reading->mail->parts[1].sha256 =
        digest_hex(f->arena, reading->mail->message_id, strlen(reading->mail->message_id));
    return reading;
}

/* As the clerk takes it in; reading NULL: unreadable. */
static int64_t take_bytes(struct fixture *f, const struct reading *reading, const char *bytes)
{
    struct message message = {.body = f->body,
                              .mailbox = &f->body->mailboxes[0],
                              .reading = reading,
                              .unreadable = reading == NULL ? "it ended the reader" : NULL,
                              .now = f->now,
                              .token = fresh_token(f)};
    struct ruling_context context = {.registry = f->registry,
                                     .arena = f->arena,
                                     .conf = &f->conf,
                                     .now = f->now,
                                     .token = message.token};
    struct conclusion conclusion = {0};
    struct err err;
    bool accepted;

    message.raw = (struct raw_mail){.body = f->body->id,
                                    .mailbox = "rathaus",
                                    .folder = "INBOX",
                                    .uidvalidity = 7,
                                    .uid = ++f->uid,
                                    .internaldate = town_moment("2015-08-04T12:03:20+02:00")};
    if (!memfd_from("mail", bytes, strlen(bytes), &message.raw.fd, &err) ||
        !pipeline_receive(f->registry, &message, &err) || !registry_begin(f->registry, &err) ||
        !pipeline_settle(f->registry, f->arena, &message, &conclusion, &message.id, &err) ||
        !ruling_take_reply(&context, &message, &conclusion, &accepted, &err) ||
        !registry_commit(f->registry, &err))
        fail_msg("%s", err.text);
    close(message.raw.fd);
    return message.id;
}

static int64_t take(struct fixture *f, const struct reading *reading)
{
    return take_bytes(f, reading, arena_printf(f->arena, "Subject: %u\r\n\r\n", f->uid + 1));
}

/* ---- orders ---- */

static struct ruling_context context_of(struct fixture *f)
{
    return (struct ruling_context){.registry = f->registry,
                                   .arena = f->arena,
                                   .conf = &f->conf,
                                   .actor = "anna",
                                   .now = f->now,
                                   .token = fresh_token(f)};
}

/* The answer as text, or the error with its exit code in front. */
static const char *decide_on(struct fixture *f, const struct ruling_order *order)
{
    struct ruling_context context = context_of(f);
    struct json *request = ruling_order_to_json(order), *answer;
    struct ruling_order copy;
    struct err err;
    const char *text;

    bool ok = ruling_order_from_json(f->arena, request, &copy, &err) &&
              ruling_decide(&context, &copy, &answer, &err);
    json_free(request);
    if (!ok)
        return arena_printf(f->arena, "%d %s", err_exit_code(err.kind), err.text);
    text = json_print_compact(f->arena, answer);
    json_free(answer);
    return text;
}

#define DECIDE(f, ...) decide_on(f, &(struct ruling_order){__VA_ARGS__})

static void expect(const char *answer, const char *part)
{
    if (answer == NULL || strstr(answer, part) == NULL)
        fail_msg("wanted \"%s\" in: %s", part, answer == NULL ? "nothing" : answer);
}

static const char *sql(struct fixture *f, const char *statement)
{
    sqlite3_stmt *stmt;
    struct texts rows = {0};

    if (sqlite3_prepare_v2(f->registry->db, statement, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", statement, sqlite3_errmsg(f->registry->db));
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const unsigned char *text = sqlite3_column_text(stmt, 0);

        texts_add(&rows, f->arena, arena_strdup(f->arena, text ? (const char *)text : "NULL"));
    }
    sqlite3_finalize(stmt);
    return text_join(f->arena, &rows, " | ");
}

/* The text of an answer, its transfer encoding undone as far as these letters need it. */
static const char *bytes_of(struct fixture *f, const char *kind, const char *recipient)
{
    return sql(f, arena_printf(f->arena,
                               "SELECT CAST(bytes AS TEXT) FROM deliveries WHERE kind = '%s' AND"
                               " recipient LIKE '%s%%' ORDER BY id DESC LIMIT 1",
                               kind, recipient));
}

/* ---- accept ---- */

static void test_accept_stranger(void **state)
{
    struct fixture *f = *state;

    take(f, letter_from(f, STRANGER));
    expect(DECIDE(f, .verb = RULING_ACCEPT, .subject = "m1"), "64 m1: its sender belongs to no");
    assert_string_equal(sql(f, "SELECT count(*) FROM numbers"), "0");
    const char *answer = DECIDE(f, .verb = RULING_ACCEPT, .subject = "m1", .faction = "SPD");
    expect(answer, "\"motions\":[\"A/2015/0001\"]");
    expect(answer, "\"state\":\"waiting\"");
    assert_string_equal(sql(f, "SELECT state || ' ' || decided_by FROM messages"),
                        "registered accepted");
    assert_string_equal(
        sql(f, "SELECT kind || ' ' || state FROM deliveries WHERE motion = 1 ORDER BY id"),
        "acknowledgement queued | acknowledgement queued | confirmation waiting |"
        " notice queued");
    assert_string_equal(sql(f, "SELECT faction || ' ' || role FROM movers"), "SPD mover");
    assert_string_equal(sql(f, "SELECT actor FROM events WHERE event = 'accepted'"), "anna");
    assert_string_equal(sql(f, "SELECT arrival_basis FROM messages"), "INTERNALDATE");
    expect(DECIDE(f, .verb = RULING_ACCEPT, .subject = "m1", .faction = "SPD"),
           "65 m1 is registered already");
    assert_string_equal(sql(f, "SELECT count(*) FROM numbers"), "1");
}

static void test_accept_refuses(void **state)
{
    static const struct {
        const char *name;
        struct ruling_order order;
        const char *error;
    } cases[] = {
        {"no such message", {.subject = "m7", .faction = "SPD"}, "66 there is no message m7"},
        {"not a message", {.subject = "A/2015/0001", .faction = "SPD"}, "64 accept wants a"},
        {"no such faction", {.subject = "m1", .faction = "XYZ"}, "64 --faction: there is no"},
        {"no such kind", {.subject = "m1", .faction = "SPD", .kind = "x"}, "64 --kind:"},
        {"a withdrawal", {.subject = "m1", .faction = "SPD", .kind = "withdrawal"}, "64 --kind:"},
        {"no proof", {.subject = "m1", .arrived = "2015-08-01T08:00:00Z"}, "64 --arrived and"},
        {"no time", {.subject = "m1", .arrived = "gestern", .evidence = "e"}, "64 --arrived:"},
        {"the future",
         {.subject = "m1", .faction = "SPD", .arrived = "2016-01-01T08:00:00Z", .evidence = "e"},
         "64 --arrived: 2016"},
        {"two lines", {.subject = "m1", .title = "a\nb"}, "64 title: must be one line"},
        {"a reason", {.subject = "m1", .reason = "weil"}, "64 accept takes no --reason"},
        {"silent", {.subject = "m1", .silent = true}, "64 accept takes no --silent"},
        {"nothing", {.subject = NULL}, "64 accept: say which one"},
    };
    struct fixture *f = *state;

    take(f, letter_from(f, STRANGER));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ruling_order order = cases[i].order;

        order.verb = RULING_ACCEPT;
        const char *answer = decide_on(f, &order);
        if (!text_starts(answer, cases[i].error))
            fail_msg("%s: %s", cases[i].name, answer);
    }
    assert_string_equal(sql(f, "SELECT count(*) FROM numbers"), "0");
    assert_string_equal(sql(f, "SELECT state FROM messages"), "held");
}

static void test_accept_meeting(void **state)
{
    struct fixture *f = *state;
    struct ruling_order order = {.verb = RULING_ACCEPT, .subject = "m1", .faction = "CDU"};

    take(f, letter_from(f, STRANGER));
    town_set(f->arena, &order.meetings, "Bauausschuss=2015-09-24");
    expect(decide_on(f, &order), "64 --meeting: the configuration has no council");
    town_set(f->arena, &order.meetings, "Rat=morgen");
    expect(decide_on(f, &order), "64 --meeting: \"Rat=morgen\" is not like");
    town_set(f->arena, &order.meetings, "Gemeinderat=2015-08-14");
    expect(decide_on(f, &order), "A/2015/0001");
    assert_string_equal(
        sql(f, "SELECT organization || ' ' || meeting || ' ' || deadline_state FROM consultations"),
        "Rat 2015-08-14 late");
}

static void test_accept_arrived(void **state)
{
    struct fixture *f = *state;

    take(f, letter_from(f, STRANGER));
    DECIDE(f, .verb = RULING_ACCEPT, .subject = "m1", .faction = "SPD",
           .arrived = "2014-12-30T08:00", .evidence = "Stempel");
    assert_string_equal(sql(f, "SELECT number FROM numbers"), "A/2014/0001");
    assert_string_equal(sql(f, "SELECT arrived_at || ' ' || arrival_evidence FROM messages"),
                        "1419922800 Stempel");
    expect(sql(f, "SELECT text FROM events WHERE event = 'accepted'"), "by evidence: Stempel");
    expect(bytes_of(f, "acknowledgement", "wilhelm"), "Beleg: Stempel");
}

static void test_accept_without_motion(void **state)
{
    struct fixture *f = *state;
    struct reading *reading = letter_from(f, CHAIR);

    reading->motions.n = 0;
    take(f, reading);
    expect(DECIDE(f, .verb = RULING_ACCEPT, .subject = "m1"), "64 m1: no motion was found");
    expect(DECIDE(f, .verb = RULING_ACCEPT, .subject = "m1", .title = "Radweg"), "A/2015/0001");
    assert_string_equal(sql(f, "SELECT kind || ' ' || title FROM documents"), "motion Radweg");
    assert_string_equal(sql(f, "SELECT faction FROM movers"), "SPD");
    expect(DECIDE(f, .verb = RULING_ACCEPT, .subject = "m1", .title = "Radweg"), "65 m1 is");

    int64_t unreadable = take(f, NULL);
    assert_int_equal(unreadable, 2);
    expect(DECIDE(f, .verb = RULING_ACCEPT, .subject = "m2", .title = "Brücke"),
           "64 m2: its sender belongs to no faction");
    expect(DECIDE(f, .verb = RULING_ACCEPT, .subject = "m2", .title = "Brücke", .faction = "CDU",
                  .kind = "inquiry"),
           "A/2015/0002");
    assert_string_equal(sql(f, "SELECT state FROM messages WHERE id = 2"), "registered");
}

static void test_accept_what_is_left(void **state)
{
    struct fixture *f = *state;
    struct reading *reading = letter_from(f, CHAIR);

    town_set(f->arena, &town_add_motion(f->arena, reading)->factions, "GRÜNE");
    town_add_motion(f->arena, reading)->kind = MOTION_WITHDRAWAL;
    take(f, reading);
    assert_string_equal(sql(f, "SELECT count(*) FROM numbers"), "1");
    expect(DECIDE(f, .verb = RULING_ACCEPT, .subject = "m1"), "[\"A/2015/0002\"]");
    assert_string_equal(sql(f, "SELECT coalesce(motion, 0) FROM documents ORDER BY position"),
                        "1 | 2 | 0");
    assert_string_equal(sql(f, "SELECT m.role || ' ' || faction FROM movers m JOIN documents d"
                               " ON d.id = document WHERE motion = 2 ORDER BY m.position"),
                        "mover SPD | named GRÜNE");
    expect(DECIDE(f, .verb = RULING_ACCEPT, .subject = "m1"), "65 m1: what is held in it is a");
    expect(DECIDE(f, .verb = RULING_IGNORE, .subject = "m1", .reason = "erledigt"), "registered");
    expect(bytes_of(f, "review", "wilhelm"), "Nicht alles registriert");
    expect(DECIDE(f, .verb = RULING_IGNORE, .subject = "m1", .reason = "erledigt"), "65 m1 is");
}

static void test_accept_same_bytes(void **state)
{
    struct fixture *f = *state;

    take_bytes(f, letter_from(f, STRANGER), "same");
    take_bytes(f, letter_from(f, STRANGER), "same");
    expect(DECIDE(f, .verb = RULING_ACCEPT, .subject = "m2", .faction = "SPD"), "A/2015/0001");
    expect(DECIDE(f, .verb = RULING_ACCEPT, .subject = "m1", .faction = "SPD"),
           "65 m1: the same bytes are registered as m2");
    assert_string_equal(sql(f, "SELECT count(*) FROM numbers"), "1");
}

/* ---- ignore ---- */

static void test_ignore(void **state)
{
    struct fixture *f = *state;
    struct reading *reading = letter_from(f, CHAIR);

    reading->motions.n = 0;
    take(f, reading);
    expect(DECIDE(f, .verb = RULING_IGNORE, .subject = "m1"), "64 ignore: say why");
    const char *answer = DECIDE(f, .verb = RULING_IGNORE, .subject = "m1", .reason = "kein Antrag");
    expect(answer, "\"state\":\"ignored\"");
    expect(answer, "\"to\":\"" CHAIR "\"");
    expect(bytes_of(f, "review", "wilhelm"), "Grund: kein Antrag");
    assert_string_equal(sql(f, "SELECT state || ' ' || reason FROM messages"),
                        "ignored kein Antrag");
    expect(DECIDE(f, .verb = RULING_IGNORE, .subject = "m1", .reason = "x"), "65 m1 is ignored");
    expect(DECIDE(f, .verb = RULING_ACCEPT, .subject = "m1", .title = "Doch"), "A/2015/0001");

    take(f, letter_from(f, STRANGER));
    expect(DECIDE(f, .verb = RULING_IGNORE, .subject = "m2", .reason = "x"), "\"answers\":[]");
    reading = letter_from(f, CHAIR);
    reading->motions.n = 0;
    take(f, reading);
    expect(DECIDE(f, .verb = RULING_IGNORE, .subject = "m3", .reason = "x", .silent = true),
           "\"answers\":[]");
}

/* ---- what waits, and the office's reply ---- */

#define OFFICE "ratsbuero@bedburg-hau.example"
#define SECRET "0123456789abcdef01234567"

static size_t count_waiting(struct fixture *f, bool untold)
{
    struct waiting_mail *rows;
    struct err err;
    size_t n;
    bool ok = untold
                  ? registry_list_untold(f->registry, f->arena, f->body->id, &rows, &n, &err)
                  : registry_list_waiting(f->registry, f->arena, f->body->id, 0, &rows, &n, &err);

    if (!ok)
        fail_msg("%s", err.text);
    return n;
}

static void test_waiting(void **state)
{
    struct fixture *f = *state;
    struct waiting_mail *rows;
    struct err err;
    size_t n;

    take(f, letter_from(f, STRANGER));
    take(f, letter_from(f, CHAIR));
    assert_int_equal(count_waiting(f, true), 1);
    if (!registry_list_waiting(f->registry, f->arena, NULL, 1, &rows, &n, &err))
        fail_msg("%s", err.text);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].id, 1);
    assert_string_equal(rows[0].row, "unknown-motion");
    assert_string_equal(rows[0].faction, "SPD");
    assert_string_equal(rows[0].from, STRANGER);
    assert_int_equal(rows[0].kind, MOTION_REVIEW_REQUEST);
    if (!registry_note_told(f->registry, f->body->id, 1, f->now, &err))
        fail_msg("%s", err.text);
    assert_int_equal(count_waiting(f, true), 0);
    assert_int_equal(count_waiting(f, false), 1);
    expect(DECIDE(f, .verb = RULING_ACCEPT, .subject = "m1", .faction = "SPD"), "A/2015/0002");
    assert_int_equal(count_waiting(f, false), 0);
}

/* With a notice about m1 and m2 that bears the token. */
static void set_up_notice(struct fixture *f)
{
    static const int64_t mails[] = {1, 2};
    const struct reply notice = {.kind = REPLY_NOTICE,
                                 .to = OFFICE,
                                 .envelope_from = "antraege@bedburg-hau.example",
                                 .subject = "Wartet",
                                 .message_id = "notice@bedburg-hau.example",
                                 .bytes = "Wartet",
                                 .size = 6,
                                 .token = SECRET,
                                 .occasion = "held 1"};
    struct err err;

    town_set(f->arena, &f->body->authserv_id, "mx.bedburg-hau.example");
    take(f, letter_from(f, STRANGER));
    take(f, letter_from(f, STRANGER));
    if (!registry_begin(f->registry, &err) ||
        !registry_add_notice(f->registry, f->body->id, &notice, mails, 2, f->now, &err) ||
        !registry_commit(f->registry, &err))
        fail_msg("%s", err.text);
}

static void reply_to_notice(struct fixture *f, const char *text)
{
    static struct mail_authres authres = {
        "mx.bedburg-hau.example; dmarc=pass header.from=bedburg-hau.example", 0};
    struct reading *reading = letter_from(f, OFFICE);

    reading->motions.n = 0;
    reading->mail->part_count = 1;
    reading->mail->authres = &authres;
    reading->mail->authres_count = 1;
    reading->mail->subject = "Re: Wartet #" SECRET;
    reading->mail->text = text;
    take(f, reading);
}

static void test_token(void **state)
{
    struct fixture *f = *state;
    struct err err;
    bool used = false;

    set_up_notice(f);
    f->now += INT64_C(14) * 86400;
    reply_to_notice(f, "m1 ignorieren: kein Mitglied");
    assert_string_equal(sql(f, "SELECT state FROM messages ORDER BY id"),
                        "ignored | held | ignored");
    assert_string_equal(sql(f, "SELECT actor FROM events WHERE event = 'ignored' AND message = 1"
                               " AND actor LIKE '%@%'"),
                        OFFICE);
    reply_to_notice(f, "m1 annehmen SPD");
    assert_string_equal(sql(f, "SELECT state FROM messages WHERE id = 1"), "ignored");
    /* whoever has looked before it was used finds it used */
    const struct known_grant grant = {.message = 1,
                                      .token = digest_hex(f->arena, SECRET, strlen(SECRET))};
    assert_true(registry_use_grant(f->registry, &grant, 4, &used, &err));
    assert_true(used);
    assert_string_equal(sql(f, "SELECT used_by FROM grants WHERE message = 1"), "3");
    assert_string_equal(sql(f, "SELECT count(*) FROM numbers"), "0");
}

/* As nobody's word they pass by what the office may say. */
static void test_no_one_from(void **state)
{
    struct fixture *f = *state;
    struct reading *reading = letter_from(f, OFFICE);

    reading->mail->from.n = 0;
    take(f, reading);
    assert_string_equal(sql(f, "SELECT state || ' ' || decided_by FROM messages"),
                        "held not-one-from");
    take(f, NULL);
    assert_string_equal(sql(f, "SELECT state FROM messages WHERE id = 2"), "unreadable");
}

static void test_token_expired(void **state)
{
    struct fixture *f = *state;

    set_up_notice(f);
    f->now += INT64_C(14) * 86400 + 1;
    reply_to_notice(f, "m1 annehmen SPD");
    assert_string_equal(sql(f, "SELECT state FROM messages ORDER BY id"), "held | held | ignored");
    assert_string_equal(sql(f, "SELECT count(*) FROM numbers"), "0");
    assert_string_equal(sql(f, "SELECT count(*) FROM grants WHERE used_by IS NOT NULL"), "0");
    expect(bytes_of(f, "notice", "ratsbuero"), "14 Tage");
}

/* Else it would be good for as long as the clock was ahead. */
static void test_token_of_a_clock_that_was_ahead(void **state)
{
    struct fixture *f = *state;

    f->now += INT64_C(900) * 86400;
    set_up_notice(f);
    f->now -= INT64_C(900) * 86400;
    reply_to_notice(f, "m1 annehmen SPD");
    assert_string_equal(sql(f, "SELECT state FROM messages ORDER BY id"), "held | held | ignored");
    assert_string_equal(sql(f, "SELECT count(*) FROM grants WHERE used_by IS NOT NULL"), "0");
}

/* Another address became the first one of the member since: the same mail by another way is a copy
 * all the same, erased or not. */
static void test_copy_after_the_roster_changed(void **state)
{
    struct fixture *f = *state;
    struct reading *letter = letter_from(f, CHAIR);
    struct conf_member *members = f->body->factions[0].members;

    take(f, letter);
    assert_string_equal(members[0].address, CHAIR);
    texts_add(&members[0].addresses, f->arena, members[0].address);
    members[0].address = "vorsitz@neu.example";
    take(f, letter);
    expect(DECIDE(f, .verb = RULING_ERASE, .subject = "m1"), "");
    take(f, letter);
    assert_string_equal(sql(f, "SELECT state || ' ' || coalesce(duplicate_of, '') FROM messages"),
                        "registered  | duplicate 1 | duplicate 1");
}

/* ---- motions ---- */

static void test_withdraw_and_void(void **state)
{
    struct fixture *f = *state;

    texts_add(&f->body->notify, f->arena, "withdrawn");
    take(f, letter_from(f, CHAIR));
    expect(DECIDE(f, .verb = RULING_WITHDRAW, .subject = "A/2015/0007", .reason = "x"),
           "66 there is no motion");
    expect(DECIDE(f, .verb = RULING_WITHDRAW, .subject = "A/2015/0001"), "64 withdraw: say why");
    expect(DECIDE(f, .verb = RULING_WITHDRAW, .subject = "A/2015/0001", .reason = "Anruf"),
           "\"state\":\"withdrawn\"");
    assert_string_equal(
        sql(f, "SELECT d.kind || ' ' || d.state FROM deliveries d JOIN events e ON e.seq = d.ruling"
               " WHERE e.event = 'withdrawn' ORDER BY d.id"),
        "acknowledgement queued | acknowledgement queued | notice queued | confirmation queued");
    const char *first = sql(f, "SELECT message_id FROM deliveries WHERE kind = 'confirmation'"
                               " AND ruling IS NULL");
    expect(bytes_of(f, "confirmation", "rat"), arena_printf(f->arena, "<%s>", first));
    assert_null(strstr(bytes_of(f, "confirmation", "rat"), "Anruf"));
    expect(bytes_of(f, "acknowledgement", "wilhelm"), "Grund: Anruf");
    expect(bytes_of(f, "notice", "ratsbuero"), "Entschieden von: anna");
    expect(DECIDE(f, .verb = RULING_WITHDRAW, .subject = "A/2015/0001", .reason = "x"),
           "65 A/2015/0001 is withdrawn already");
    expect(DECIDE(f, .verb = RULING_VOID, .subject = "A/2015/0001", .reason = "x"),
           "\"state\":\"void\"");
    expect(DECIDE(f, .verb = RULING_CORRECT, .subject = "A/2015/0001", .reason = "x"),
           "65 A/2015/0001 is void already");
    take(f, letter_from(f, CHAIR));
    assert_string_equal(sql(f, "SELECT number FROM numbers ORDER BY counter"),
                        "A/2015/0001 | A/2015/0002");
}

static void test_correct(void **state)
{
    struct fixture *f = *state;
    struct ruling_order order = {.verb = RULING_CORRECT,
                                 .subject = "A/2015/0001",
                                 .reason = "verlesen",
                                 .faction = "CDU",
                                 .title = "Neuer Titel",
                                 .kind = "amendment"};

    take(f, letter_from(f, CHAIR));
    town_set(f->arena, &order.meetings, "Rat=2015-08-14");
    expect(decide_on(f, &order), "\"state\":\"registered\"");
    assert_string_equal(
        sql(f, "SELECT kind || ' ' || title || ' ' || deadline_state FROM documents"),
        "amendment Neuer Titel none");
    assert_string_equal(sql(f, "SELECT faction || ' ' || role FROM movers"), "CDU mover");
    assert_string_equal(sql(f, "SELECT meeting FROM consultations"), "2015-08-14");
    expect(sql(f, "SELECT text FROM events WHERE event = 'corrected'"),
           "verlesen; title: \"Neuer Titel\", before: \"");
    /* who moved it before is told, too */
    expect(bytes_of(f, "acknowledgement", "wilhelm"), "Berichtigt");
    expect(bytes_of(f, "acknowledgement", "mitglied@cdu"), "Berichtigt");
    /* what is not named stays */
    DECIDE(f, .verb = RULING_CORRECT, .subject = "A/2015/0001", .reason = "nur ein Vermerk");
    assert_string_equal(sql(f, "SELECT title FROM documents"), "Neuer Titel");
    assert_string_equal(sql(f, "SELECT faction FROM movers"), "CDU");
}

/* ---- answers ---- */

static void test_release(void **state)
{
    struct fixture *f = *state;

    f->body->answers = CONF_ANSWERS_HOLD;
    take(f, letter_from(f, CHAIR));
    expect(DECIDE(f, .verb = RULING_RELEASE, .subject = "o99"), "66 there is no answer o99");
    expect(DECIDE(f, .verb = RULING_RESEND, .subject = "o1"), "65 o1 waits for a person");
    expect(DECIDE(f, .verb = RULING_RELEASE, .subject = "o1"), "\"id\":\"o1\"");
    assert_string_equal(sql(f, "SELECT state FROM deliveries ORDER BY id"),
                        "queued | waiting | waiting");
    expect(DECIDE(f, .verb = RULING_RELEASE, .subject = "o1"), "65 o1: no answer waits");
    DECIDE(f, .verb = RULING_RELEASE, .subject = "A/2015/0001");
    assert_string_equal(sql(f, "SELECT state FROM deliveries ORDER BY id"),
                        "queued | queued | queued");
    assert_string_equal(
        sql(f, "SELECT actor || ' o' || delivery FROM events WHERE event = 'released'"),
        "anna o1 | anna o2 | anna o3");
}

static void try_once(struct fixture *f, int64_t delivery, enum delivery_state end)
{
    struct err err;
    struct attempt_end how = {.state = end,
                              .next_attempt = end == DELIVERY_SENT ? MOMENT_NONE : f->now + 900};

    if (!registry_attempt_begin(f->registry, delivery, f->now, f->now + 900, &err) ||
        !registry_attempt_end(f->registry, delivery, f->now, &how, &err))
        fail_msg("%s", err.text);
}

static void test_resend_and_retry(void **state)
{
    struct fixture *f = *state;
    struct delivery *due;
    size_t count;
    struct err err;

    take(f, letter_from(f, CHAIR));
    const char *before = sql(f, "SELECT hex(bytes) || message_id FROM deliveries WHERE id = 1");
    try_once(f, 1, DELIVERY_SENT);
    try_once(f, 2, DELIVERY_DEFERRED);
    f->now += 60;
    expect(DECIDE(f, .verb = RULING_RESEND, .subject = "m1"), "64 resend wants an answer");
    expect(DECIDE(f, .verb = RULING_RESEND, .subject = "o1"), "\"state\":\"queued\"");
    assert_string_equal(sql(f, "SELECT hex(bytes) || message_id FROM deliveries WHERE id = 1"),
                        before);
    assert_true(
        registry_due(f->registry, f->arena, f->now, &(struct texts){0}, 9, &due, &count, &err));
    assert_int_equal(count, 2); /* the confirmation and what is sent again */
    expect(DECIDE(f, .verb = RULING_RETRY, .subject = NULL), "\"count\":3");
    assert_true(
        registry_due(f->registry, f->arena, f->now, &(struct texts){0}, 9, &due, &count, &err));
    assert_int_equal(count, 3);
    try_once(f, 1, DELIVERY_SENT);
    assert_string_equal(sql(f, "SELECT attempts FROM deliveries WHERE id = 1"), "2");
    assert_true(registry_attempt_begin(f->registry, 2, f->now, f->now, &err));
    expect(DECIDE(f, .verb = RULING_RESEND, .subject = "o2"), "75 o2 is being sent");
}

/* ---- reread ---- */

static const char *reread(struct fixture *f, const char *id, const struct reading *reading)
{
    struct ruling_context context = context_of(f);
    struct ruling_order order = {.verb = RULING_REREAD, .subject = id};
    struct message message;
    struct json *answer;
    struct err err;

    if (!ruling_open_message(&context, &order, &message, &err))
        return arena_printf(f->arena, "%d %s", err_exit_code(err.kind), err.text);
    close(message.raw.fd);
    message.reading = reading;
    message.unreadable = reading == NULL ? "still so" : NULL;
    if (!registry_begin(f->registry, &err))
        fail_msg("%s", err.text);
    if (!ruling_reread(&context, &message, &answer, &err)) {
        registry_rollback(f->registry);
        return arena_printf(f->arena, "%d %s", err_exit_code(err.kind), err.text);
    }
    if (!registry_commit(f->registry, &err))
        fail_msg("%s", err.text);
    const char *text = json_print_compact(f->arena, answer);
    json_free(answer);
    return text;
}

static void test_reread(void **state)
{
    struct fixture *f = *state;

    take(f, NULL);
    expect(reread(f, "m1", NULL), "\"state\":\"unreadable\"");
    expect(reread(f, "m1", letter_from(f, STRANGER)), "\"state\":\"held\"");
    /* the office has been told of it for this reason */
    expect(reread(f, "m1", letter_from(f, STRANGER)), "\"answers\":[]");
    const char *answer = reread(f, "m1", letter_from(f, CHAIR));
    expect(answer, "\"motions\":[\"A/2015/0001\"]");
    expect(answer, "\"kind\":\"confirmation\"");
    assert_string_equal(sql(f, "SELECT count(*) FROM messages"), "1");
    assert_string_equal(sql(f, "SELECT count(*) FROM documents"), "1");
    assert_string_equal(sql(f, "SELECT trust FROM messages"), "listed");
    expect(reread(f, "m1", NULL), "65 m1 is registered");
    assert_string_equal(sql(f, "SELECT count(*) FROM events WHERE event = 'reread'"), "4");
}

/* ---- the list's mail of the day ---- */

/* What a person decides comes to the list with it, too; it does not go out by itself. */
static void test_daily(void **state)
{
    struct fixture *f = *state;

    f->body->list_mode = CONF_LIST_DAILY;
    f->body->book_at = 7 * 60;
    f->body->list_trust = TRUST_SIGNED;
    take(f, letter_from(f, CHAIR));
    const char *id = arena_printf(f->arena, "o%s",
                                  sql(f, "SELECT id FROM deliveries WHERE kind = 'confirmation'"));
    expect(DECIDE(f, .verb = RULING_RESEND, .subject = id), "65 o");
    expect(DECIDE(f, .verb = RULING_VOID, .subject = "A/2015/0001", .reason = "x"), "void");
    assert_string_equal(sql(f, "SELECT count(*) FROM deliveries WHERE kind = 'confirmation'"
                               " AND state = 'waiting' AND entry IS NOT NULL"),
                        "2");
    /* both were told of at once, and wait for the same word */
    assert_string_equal(sql(f, "SELECT count(*) FROM deliveries WHERE occasion = 'release'"), "1");
    expect(DECIDE(f, .verb = RULING_RELEASE, .subject = "A/2015/0001"), "released");
    assert_string_equal(sql(f, arena_printf(f->arena,
                                            "SELECT count(*) FROM deliveries WHERE state = 'queued'"
                                            " AND entry IS NOT NULL AND next_attempt = %lld",
                                            (long long)book_next(f->body, f->now))),
                        "2");
    expect(DECIDE(f, .verb = RULING_RESEND, .subject = id), "65 o");
}

/* ---- a neutral receipt ---- */

/* The one answer outside the roster: at a person's order, once, and to no program. */
static void test_receipt(void **state)
{
    struct fixture *f = *state;
    struct reading *robot = letter_from(f, "noreply@fremd.example");

    take(f, letter_from(f, STRANGER));
    take(f, robot);
    DECIDE(f, .verb = RULING_IGNORE, .subject = "m1", .receipt = true);
    assert_string_equal(sql(f, "SELECT state || ' ' || reason FROM messages WHERE id = 1"),
                        "ignored citizen's suggestion");
    assert_string_equal(sql(f, "SELECT group_concat(kind || ' ' || recipient) FROM deliveries"
                               " WHERE message = 1"),
                        "review " STRANGER);
    DECIDE(f, .verb = RULING_IGNORE, .subject = "m2", .receipt = true);
    assert_string_equal(sql(f, "SELECT count(*) FROM deliveries WHERE message = 2"), "0");
    assert_string_equal(sql(f, "SELECT state <> 'registered' FROM messages WHERE id = 2"), "1");
}

/* ---- an older registry ---- */

static void test_schema_before(void **state)
{
    struct fixture *f = *state;
    struct err err;

    take(f, letter_from(f, CHAIR));
    /* as the step of the schema before left it */
    assert_int_equal(
        sqlite3_exec(
            f->registry->db,
            "DROP TABLE grants; DROP TABLE completions; DROP INDEX messages_untold;"
            "ALTER TABLE messages DROP COLUMN told_at;"
            "DROP INDEX messages_date; DROP INDEX messages_answers;"
            "ALTER TABLE messages DROP COLUMN answers;"
            "DROP TABLE erasures; DROP INDEX messages_mark; DROP INDEX messages_kept;"
            "DROP INDEX deliveries_gathered; DROP TRIGGER events_no_update;"
            "DROP TRIGGER deliveries_same_bytes;"
            "ALTER TABLE messages DROP COLUMN erased_at;"
            "ALTER TABLE messages DROP COLUMN erased_by;"
            "ALTER TABLE messages DROP COLUMN mail_mark; DROP INDEX messages_id_mark;"
            "ALTER TABLE messages DROP COLUMN id_mark;"
            "ALTER TABLE deliveries DROP COLUMN erased_at;"
            "ALTER TABLE events DROP COLUMN seal;"
            "DROP TABLE left_alone; DROP INDEX messages_folder; DROP INDEX messages_sender;"
            "DROP INDEX deliveries_unfiled;"
            "ALTER TABLE deliveries DROP COLUMN filing_at;"
            "ALTER TABLE deliveries DROP COLUMN filed_at;"
            "DROP TABLE books; DROP TABLE unsettled; ALTER TABLE epochs DROP COLUMN seen;"
            "DROP TRIGGER deliveries_gathered_once; DROP INDEX deliveries_entries;"
            "ALTER TABLE deliveries DROP COLUMN entry;"
            "ALTER TABLE deliveries DROP COLUMN gathered_in;"
            "DROP INDEX deliveries_once; DROP INDEX deliveries_return; DROP INDEX "
            "deliveries_ruling; ALTER TABLE "
            "deliveries DROP COLUMN ruling;"
            "ALTER TABLE deliveries DROP COLUMN resent_at;"
            "DROP INDEX deliveries_paced; ALTER TABLE deliveries DROP COLUMN due_at;"
            "ALTER TABLE deliveries DROP COLUMN paced_by;"
            "ALTER TABLE messages DROP COLUMN arrival_evidence;"
            "CREATE UNIQUE INDEX deliveries_once ON deliveries (message, kind,"
            " coalesce(motion, 0), recipient_key, occasion);"
            "CREATE TRIGGER deliveries_same_bytes BEFORE UPDATE OF bytes ON deliveries"
            " BEGIN SELECT RAISE(ABORT, 'no'); END;"
            "CREATE TRIGGER events_no_update BEFORE UPDATE ON events"
            " BEGIN SELECT RAISE(ABORT, 'no'); END; PRAGMA user_version = 3;",
            NULL, NULL, NULL),
        SQLITE_OK);
    registry_close(f->registry);
    if (!registry_open(f->directory.state, REGISTRY_WRITE, &f->registry, &err))
        fail_msg("%s", err.text);
    expect(DECIDE(f, .verb = RULING_WITHDRAW, .subject = "A/2015/0001", .reason = "x"),
           "withdrawn");
    assert_int_not_equal(
        sqlite3_exec(f->registry->db, "UPDATE deliveries SET ruling = NULL", NULL, NULL, NULL),
        SQLITE_OK);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_waiting, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_token, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_one_from, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_copy_after_the_roster_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_token_expired, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_token_of_a_clock_that_was_ahead, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_accept_stranger, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_accept_refuses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_accept_meeting, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_accept_arrived, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_accept_without_motion, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_accept_what_is_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_accept_same_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ignore, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_withdraw_and_void, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_correct, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_release, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_resend_and_retry, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_daily, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reread, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_receipt, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_schema_before, set_up, tear_down),
    };
    struct err err;

    if (!zone_set("Europe/Berlin", &err))
        fatal(&err);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
