/* SPDX-License-Identifier: EUPL-1.2 */
/* Which answer a report is on, and who is believed. */
#include "test.h"

#include "registry/private.h"
#include "registry_case.h"

#include <string.h>

#define PLAIN "rat@hau.example"
#define MARKED "rat+0123456789abcdef01234567@hau.example"
#define OTHER_MARK "rat+76543210fedcba9876543210@hau.example"
#define MEMBER "a@spd.example"

static void answer(struct registry_case *f, const char *id, const char *envelope_from,
                   const char *state)
{
    const struct reply reply = {.kind = REPLY_ACKNOWLEDGEMENT,
                                .to = MEMBER,
                                .envelope_from = envelope_from,
                                .subject = "s",
                                .message_id = id,
                                .bytes = "x",
                                .size = 1,
                                .occasion = id};
    const char *sql = arena_printf(
        f->arena, "UPDATE deliveries SET state = '%s' WHERE message_id = '%s'", state, id);

    if (!registry_add_reply(f->registry, "hau", 0, &reply, CASE_NOW, &f->err))
        fail_msg("%s", f->err.text);
    assert_int_equal(sqlite3_exec(f->registry->db, sql, NULL, NULL, NULL), SQLITE_OK);
}

/* The answers are o1, sent without a mark; o2, sent with one; o3, not sent yet. */
static const struct report_case {
    const char *name;
    const char *to; /* the address that the report came to */
    const char *message_id, *envelope_id;
    const char *recipient;
    bool plain; /* without bounce-address */
    int64_t reported;
} cases[] = {
    {"returned Message-ID", PLAIN, "1@hau", NULL, MEMBER, true, 1},
    {"ENVID", PLAIN, NULL, "1@hau", MEMBER, true, 1},
    {"no recipient", PLAIN, "1@hau", NULL, NULL, true, 1},
    {"the recipient in capitals", PLAIN, "1@hau", NULL, "A@SPD.example", true, 1},
    {"another recipient", PLAIN, "1@hau", NULL, "b@spd.example", true, 0},
    {"a guessed Message-ID", PLAIN, "9@hau", NULL, MEMBER, true, 0},
    {"a guessed ENVID", PLAIN, NULL, "9@hau", MEMBER, true, 0},
    {"nothing", PLAIN, NULL, NULL, MEMBER, true, 0},
    {"an answer that was not sent", PLAIN, "3@hau", NULL, MEMBER, true, 0},
    {"sent before bounce-address was set", PLAIN, "1@hau", NULL, MEMBER, false, 1},
    {"the mark", MARKED, NULL, NULL, NULL, false, 2},
    {"the mark, in capitals", "RAT+0123456789ABCDEF01234567@HAU.example", NULL, NULL, NULL, false,
     2},
    {"the mark, another recipient: forwarded", MARKED, NULL, NULL, "b@c.example", false, 2},
    {"a guessed mark", OTHER_MARK, NULL, NULL, MEMBER, false, 0},
    {"a guessed mark, the true Message-ID", OTHER_MARK, "2@hau", NULL, MEMBER, false, 0},
    {"the true Message-ID without the mark", PLAIN, "2@hau", NULL, MEMBER, false, 0},
    {"the true ENVID without the mark", PLAIN, NULL, "2@hau", MEMBER, false, 0},
    {"the same where bounce-address was taken away", PLAIN, "2@hau", NULL, MEMBER, true, 0},
};

static void test_reports_are_tied(void **state)
{
    struct registry_case *f = *state;

    answer(f, "1@hau", PLAIN, "sent");
    answer(f, "2@hau", MARKED, "sent");
    answer(f, "3@hau", PLAIN, "queued");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct report_case *c = &cases[i];
        struct mail_report report = {
            .message_id = c->message_id, .envelope_id = c->envelope_id, .recipient = c->recipient};
        struct mail_address to = {.address = c->to};
        const struct mail mail = {.to = {&to, 1}, .report = &report};
        const struct conf_body body = {.id = "hau", .bounce_address = c->plain ? NULL : PLAIN};
        struct known known = {0};

        print_message("%s\n", c->name);
        if (!registry_find_reported(f->registry, f->arena, &body, &mail, &known, &f->err))
            fail_msg("%s", f->err.text);
        assert_int_equal(known.reported, c->reported);
    }
}

/* A late report on an answer whose mail was erased brings no words back. */
static void test_report_after_erasing(void **state)
{
    struct registry_case *f = *state;
    struct mail_report report = {.action = REPORT_FAILED,
                                 .reason = REPORT_UNKNOWN_USER,
                                 .status = "5.1.1",
                                 .diagnostic = "550 <" MEMBER "> unknown"};
    struct mail_address to = {.address = MARKED};
    struct mail mail = {.to = {&to, 1}, .report = &report};
    const struct reading reading = {.mail = &mail};
    const struct conf_body body = {.id = "hau", .bounce_address = PLAIN};
    struct known known = {0};
    const struct registry_entry entry = {.known = &known, .reading = &reading};
    struct recording recording = {
        .registry = f->registry, .arena = f->arena, .entry = &entry, .body = "hau"};
    struct delivery *rows;
    size_t count;

    answer(f, "2@hau", MARKED, "sent");
    assert_int_equal(sqlite3_exec(f->registry->db,
                                  "UPDATE deliveries SET bytes = x'', subject = '', recipient = '',"
                                  " recipient_key = 'erased o1', erased_at = 1",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    case_must(f, registry_find_reported(f->registry, f->arena, &body, &mail, &known, &f->err));
    assert_int_equal(known.reported, 1);
    case_must(f, recording_add_report(&recording, &f->err));
    case_must(f, registry_list_deliveries(f->registry, f->arena, 0, 0, &rows, &count, &f->err));
    assert_int_equal(rows[0].state, DELIVERY_BOUNCED);
    assert_null(strstr(rows[0].response, MEMBER));
    assert_non_null(strstr(rows[0].response, "5.1.1"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reports_are_tied, case_set_up, case_tear_down),
        cmocka_unit_test_setup_teardown(test_report_after_erasing, case_set_up, case_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
