/* SPDX-License-Identifier: EUPL-1.2 */
/* What the clerk does by the clock: who is told of what, once. */
#include "test.h"

#include "registry_case.h"

#include "registry/ruling.h"

#include <string.h>

#define SPD "wilhelm.vanbeek@spd.example"
#define HOUR INT64_C(3600)

static size_t count_overdue(struct registry_case *f, int64_t told_before)
{
    struct waiting_mail *rows;
    size_t count;

    if (!registry_list_overdue(f->registry, f->arena, "hau", told_before, told_before + 24 * HOUR,
                               &rows, &count, &f->err))
        fail_msg("%s", f->err.text);
    return count;
}

static void test_overdue(void **state)
{
    struct registry_case *f = *state;
    int64_t held, mixed;

    held = case_take(
        f, (struct sample){
               .uid = 1, .from = SPD, .message_id = "1@spd", .text = "a", .state = MESSAGE_HELD});
    case_take(f, (struct sample){
                     .uid = 2, .from = SPD, .message_id = "2@spd", .text = "b", .motions = 1});
    mixed = case_take(f, (struct sample){.uid = 3,
                                         .from = SPD,
                                         .message_id = "3@spd",
                                         .text = "c",
                                         .motions = 1,
                                         .held_motions = 1});
    case_take(
        f,
        (struct sample){
            .uid = 4, .from = SPD, .message_id = "4@spd", .text = "d", .state = MESSAGE_IGNORED});
    assert_int_equal(count_overdue(f, CASE_NOW - 1), 0);
    assert_int_equal(count_overdue(f, CASE_NOW), 2);
    assert_true(registry_note_reminded(f->registry, "hau", held, CASE_NOW + 24 * HOUR, &f->err));
    assert_true(registry_note_reminded(f->registry, "hau", mixed, CASE_NOW + 24 * HOUR, &f->err));
    case_reopen(f);
    assert_int_equal(count_overdue(f, CASE_NOW + 24 * HOUR - 1), 0);
    assert_int_equal(count_overdue(f, CASE_NOW + 24 * HOUR), 2); /* a period later */
    /* told, or told again, by a clock that was ahead */
    assert_true(registry_note_reminded(f->registry, "hau", mixed, CASE_NOW + 9999 * HOUR, &f->err));
    assert_int_equal(count_overdue(f, CASE_NOW + 24 * HOUR), 2);
    assert_true(registry_note_told(f->registry, "hau", held, CASE_NOW + 9999 * HOUR, &f->err));
    assert_int_equal(count_overdue(f, CASE_NOW + 24 * HOUR), 2);
}

static struct reply notice(const char *occasion, const char *message_id)
{
    return (struct reply){.kind = REPLY_NOTICE,
                          .to = "office@hau.example",
                          .envelope_from = "rat@hau.example",
                          .subject = "s",
                          .message_id = message_id,
                          .bytes = "x",
                          .size = 1,
                          .occasion = occasion};
}

static size_t count_deliveries(struct registry_case *f)
{
    struct delivery *rows;
    size_t count;

    if (!registry_list_deliveries(f->registry, f->arena, 0, 0, &rows, &count, &f->err))
        fail_msg("%s", f->err.text);
    return count;
}

static void add(struct registry_case *f, int64_t message, const char *occasion, const char *id,
                int64_t now)
{
    struct reply reply = notice(occasion, id);

    if (!registry_add_reply(f->registry, "hau", message, &reply, now, &f->err))
        fail_msg("%s", f->err.text);
}

/* ---- so many answers an hour */

#define PER_HOUR 40

static int64_t due_of(struct registry_case *f, size_t i)
{
    struct delivery *rows;
    size_t count;

    if (!registry_list_deliveries(f->registry, f->arena, 0, 0, &rows, &count, &f->err))
        fail_msg("%s", f->err.text);
    assert_true(i < count);
    assert_int_equal(rows[i].state, DELIVERY_QUEUED);
    return rows[i].next_attempt;
}

static void add_review(struct registry_case *f, const char *to, size_t i, int64_t now)
{
    const char *id = arena_printf(f->arena, "review-%s-%zu", to, i);
    struct reply reply = notice(id, id);

    reply.kind = REPLY_REVIEW;
    reply.to = to;
    reply.per_hour = PER_HOUR;
    if (!registry_add_reply(f->registry, "hau", 0, &reply, now, &f->err))
        fail_msg("%s", f->err.text);
}

static size_t count_paced(struct registry_case *f, int64_t now, struct paced_answers **rows_r)
{
    size_t count;

    if (!registry_list_paced(f->registry, f->arena, "hau", now, rows_r, &count, &f->err))
        fail_msg("%s", f->err.text);
    return count;
}

static void test_pacing(void **state)
{
    struct registry_case *f = *state;
    struct paced_answers *rows;
    const int64_t now = 1000000;
    int64_t hurried;

    /* one a second: as many as the limit at once, as many an hour later, and so on */
    for (size_t i = 0; i < 2 * PER_HOUR + 1; i++)
        add_review(f, SPD, i, now + (int64_t)i);
    for (size_t i = 0; i < PER_HOUR; i++)
        assert_int_equal(due_of(f, i), now + (int64_t)i);
    for (size_t i = PER_HOUR; i < 2 * PER_HOUR; i++)
        assert_int_equal(due_of(f, i), now + (int64_t)i - PER_HOUR + HOUR);
    assert_int_equal(due_of(f, 2 * PER_HOUR), now + 2 * HOUR);
    /* who tries all now sends nothing before its time */
    assert_true(registry_retry(f->registry, &(struct ruled_by){.actor = "root", .at = now + 60},
                               &hurried, &f->err));
    assert_int_equal(hurried, PER_HOUR);
    assert_int_equal(due_of(f, PER_HOUR), now + HOUR);
    assert_int_equal(due_of(f, 2 * PER_HOUR), now + 2 * HOUR);
    /* another address has a limit of its own, and a notice none */
    add_review(f, "vorsitz@cdu.example", 0, now + 90);
    assert_int_equal(due_of(f, 2 * PER_HOUR + 1), now + 90);
    add(f, 0, "notice", "notice-1", now + 91);
    assert_int_equal(due_of(f, 2 * PER_HOUR + 2), now + 91);
    assert_int_equal(count_paced(f, now + 100, &rows), 1);
    assert_string_equal(rows[0].whose, SPD);
    assert_int_equal(rows[0].count, PER_HOUR + 1);
    assert_int_equal(rows[0].last_due, now + 2 * HOUR);
    assert_int_equal(count_paced(f, now + 2 * HOUR, &rows), 0);
    /* when all that has passed, one is due at once again */
    add_review(f, SPD, 500, now + 4 * HOUR);
    assert_int_equal(due_of(f, 2 * PER_HOUR + 3), now + 4 * HOUR);
}

/* A motion that so many members have an answer to is one, and all have it at once. */
static void test_pacing_of_a_faction(void **state)
{
    struct registry_case *f = *state;
    struct paced_answers *rows;
    const int64_t now = 1000000;

    for (uint32_t mail = 1; mail <= 4; mail++) {
        int64_t message =
            case_take(f, (struct sample){.uid = mail,
                                         .from = SPD,
                                         .message_id = arena_printf(f->arena, "%u", mail),
                                         .text = arena_printf(f->arena, "t%u", mail),
                                         .state = MESSAGE_IGNORED});
        for (unsigned member = 1; member <= 5; member++) {
            const char *id = arena_printf(f->arena, "ack-%u-%u", mail, member);
            struct reply reply = notice(id, id);

            reply.kind = REPLY_ACKNOWLEDGEMENT;
            reply.to = arena_printf(f->arena, "member-%u@spd.example", member);
            reply.per_hour = 2;
            reply.faction = "SPD";
            assert_true(
                registry_add_reply(f->registry, "hau", message, &reply, now + mail, &f->err));
        }
    }
    for (size_t i = 0; i < 20; i++) {
        int64_t mail = (int64_t)i / 5 + 1;

        assert_int_equal(due_of(f, i), mail <= 2 ? now + mail : now + mail - 2 + HOUR);
    }
    assert_int_equal(count_paced(f, now + 10, &rows), 1);
    assert_string_equal(rows[0].whose, "SPD");
    assert_int_equal(rows[0].count, 10);
}

/* What a clock that was ahead has planned goes out when it is put right, in its order, and what
 * comes then does not wait behind it. */
static void test_clock_that_was_ahead(void **state)
{
    struct registry_case *f = *state;
    const int64_t now = 1000000, ahead = now + 9999 * HOUR;
    const struct attempt_end deferred = {DELIVERY_DEFERRED, 450, "later", ahead + HOUR};
    struct paced_answers *rows;
    size_t count;

    for (size_t i = 0; i < 2 * PER_HOUR; i++)
        add_review(f, SPD, i, ahead + (int64_t)i);
    assert_true(registry_attempt_begin(f->registry, 1, ahead, ahead + HOUR, &f->err));
    assert_true(registry_attempt_end(f->registry, 1, ahead, &deferred, &f->err));
    add_review(f, SPD, 500, now);
    assert_int_equal(due_of(f, 2 * PER_HOUR), now);
    assert_true(registry_reschedule(f->registry, now + 1, &count, &f->err));
    assert_int_equal(count, 2 * PER_HOUR);
    assert_int_equal(due_of(f, PER_HOUR + 1), now + 1);
    assert_int_equal(count_paced(f, now, &rows), 0);
    /* deferred in its time it waits as all do */
    assert_true(registry_attempt_begin(f->registry, 1, now + 2, now + HOUR, &f->err));
    const struct attempt_end again = {DELIVERY_DEFERRED, 450, "later", now + 2 * HOUR};
    assert_true(registry_attempt_end(f->registry, 1, now + 3, &again, &f->err));
    assert_true(registry_reschedule(f->registry, now + 4, &count, &f->err));
    assert_int_equal(count, 0);
}

/* An order to try all of them, given while the clock was ahead, is no event of each. */
static void test_order_by_a_clock_that_was_ahead(void **state)
{
    struct registry_case *f = *state;
    const struct ruled_by by = {.actor = "anna", .at = CASE_NOW + 9999 * HOUR};
    int64_t ordered;
    size_t count;

    for (size_t i = 0; i < PER_HOUR + 1; i++)
        add_review(f, SPD, i, CASE_NOW);
    assert_true(registry_reschedule(f->registry, CASE_NOW + 1, &count, &f->err));
    assert_int_equal(count, 0);
    assert_true(registry_retry(f->registry, &by, &ordered, &f->err));
    assert_true(registry_reschedule(f->registry, CASE_NOW + 1, &count, &f->err));
    assert_int_equal(count, PER_HOUR + 1);
}

static void test_occasions(void **state)
{
    struct registry_case *f = *state;
    int64_t at, message;

    add(f, 0, "roster-file ab", "1@hau", CASE_NOW);
    add(f, 0, "roster-file ab", "2@hau", CASE_NOW + 1); /* the same is told once */
    assert_int_equal(count_deliveries(f), 1);
    add(f, 0, "roster-file cd", "3@hau", CASE_NOW + 2);
    message = case_take(
        f, (struct sample){.uid = 1, .from = SPD, .message_id = "1@spd", .state = MESSAGE_HELD});
    add(f, message, "failed o1", "4@hau", CASE_NOW + 3);
    add(f, message, "failed o1", "5@hau", CASE_NOW + 3);
    add(f, message, "failed o2", "6@hau", CASE_NOW + 4);
    assert_int_equal(count_deliveries(f), 4);
    assert_true(
        registry_last_occasion(f->registry, "hau", "roster-file ", CASE_NOW + 10, &at, &f->err));
    assert_int_equal(at, CASE_NOW + 2);
    /* a clock that was ahead says nothing of when it was */
    assert_true(
        registry_last_occasion(f->registry, "hau", "roster-file ", CASE_NOW + 1, &at, &f->err));
    assert_int_equal(at, CASE_NOW);
    assert_true(
        registry_last_occasion(f->registry, "other", "roster-file ", CASE_NOW + 10, &at, &f->err));
    assert_int_equal(at, MOMENT_NONE);
}

static void fail_delivery(struct registry_case *f, int64_t id)
{
    const struct attempt_end end = {
        .state = DELIVERY_FAILED, .code = 550, .response = "no", .next_attempt = MOMENT_NONE};

    assert_true(registry_attempt_begin(f->registry, id, CASE_NOW, MOMENT_NONE, &f->err));
    assert_true(registry_attempt_end(f->registry, id, CASE_NOW, &end, &f->err));
}

static size_t list_failures(struct registry_case *f, struct delivery **rows_r)
{
    size_t count;

    if (!registry_list_untold_failures(f->registry, f->arena, "hau", rows_r, &count, &f->err))
        fail_msg("%s", f->err.text);
    return count;
}

static void test_failures(void **state)
{
    struct registry_case *f = *state;
    int64_t message = case_take(
        f,
        (struct sample){
            .uid = 1, .from = SPD, .message_id = "1@spd", .state = MESSAGE_HELD, .reviewed = true});
    struct delivery *rows;

    assert_int_equal(list_failures(f, &rows), 0);
    fail_delivery(f, 1);
    assert_int_equal(list_failures(f, &rows), 1);
    assert_int_equal(rows[0].message, message);
    add(f, message, "failed o1", "n1@hau", CASE_NOW);
    assert_int_equal(list_failures(f, &rows), 0);
    fail_delivery(f, 2); /* that the notice itself failed is told to nobody */
    assert_int_equal(list_failures(f, &rows), 0);
}

/* ---- meetings that move */

static struct conf_body with_meetings(struct registry_case *f, const char *const *days,
                                      size_t count, int minute)
{
    struct conf_body body = {.id = "hau", .council_count = 1};

    body.councils = ARENA_NEW(f->arena, struct conf_council);
    body.councils[0] = (struct conf_council){.name = "Rat", .meeting_count = count};
    body.councils[0].meetings = arena_array(f->arena, count + 1, sizeof(struct conf_meeting));
    for (size_t i = 0; i < count; i++) {
        body.councils[0].meetings[i].minute = minute;
        assert_true(day_parse(days[i], &body.councils[0].meetings[i].day));
    }
    return body;
}

static size_t note(struct registry_case *f, const char *const *days, size_t count, int minute)
{
    struct conf_body body = with_meetings(f, days, count, minute);
    size_t moved;

    if (!registry_note_meetings(f->registry, &body, CASE_NOW, &moved, &f->err))
        fail_msg("%s", f->err.text);
    return moved;
}

static const char *last_text(struct registry_case *f)
{
    struct event_row *rows;
    size_t count;

    assert_true(registry_list_events(f->registry, f->arena, 1, NULL, NULL, &rows, &count, &f->err));
    assert_string_equal(rows[count - 1].event, "meeting-moved");
    return rows[count - 1].text;
}

static void test_meetings(void **state)
{
    static const char *const first[] = {"2015-07-01", "2015-09-24", "2015-11-05"};
    static const char *const moved[] = {"2015-09-29", "2015-11-05"};
    static const char *const gone[] = {"2015-11-05"};
    struct registry_case *f = *state;
    struct motion_row *before, *after;
    const struct motion_filter all = {.meeting = DAY_NONE, .since = DAY_NONE, .state = -1};
    size_t count;

    case_take(f, (struct sample){.uid = 1, .from = SPD, .message_id = "1@spd", .motions = 1});
    assert_true(registry_list_motions(f->registry, f->arena, &all, &before, &count, &f->err));
    assert_int_equal(before[0].consultation_count, 2);
    assert_string_equal(day_to_text(f->arena, before[0].consultations[0].meeting), "2015-09-24");
    assert_int_equal(note(f, first, 3, 18 * 60), 0); /* the first time nothing is known */
    assert_int_equal(note(f, first, 3, 18 * 60), 0);
    assert_int_equal(note(f, first, 3, 17 * 60), 1);
    assert_string_equal(last_text(f), "Rat on 2015-09-24 now begins at 17:00, not at 18:00");
    case_reopen(f);
    /* what is over may leave the list */
    assert_int_equal(note(f, moved, 2, 17 * 60), 1);
    assert_string_equal(last_text(f), "Rat moved from 2015-09-24 to 2015-09-29");
    assert_int_equal(note(f, first, 3, 17 * 60), 0);
    assert_int_equal(note(f, gone, 1, 17 * 60), 1);
    assert_string_equal(last_text(f), "Rat on 2015-09-24 is no longer among the known meetings");
    assert_true(registry_list_motions(f->registry, f->arena, &all, &after, &count, &f->err));
    assert_int_equal(after[0].consultations[0].meeting.n, before[0].consultations[0].meeting.n);
    assert_int_equal(after[0].deadline.state, before[0].deadline.state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_overdue, case_set_up, case_tear_down),
        cmocka_unit_test_setup_teardown(test_pacing, case_set_up, case_tear_down),
        cmocka_unit_test_setup_teardown(test_pacing_of_a_faction, case_set_up, case_tear_down),
        cmocka_unit_test_setup_teardown(test_clock_that_was_ahead, case_set_up, case_tear_down),
        cmocka_unit_test_setup_teardown(test_order_by_a_clock_that_was_ahead, case_set_up,
                                        case_tear_down),
        cmocka_unit_test_setup_teardown(test_occasions, case_set_up, case_tear_down),
        cmocka_unit_test_setup_teardown(test_failures, case_set_up, case_tear_down),
        cmocka_unit_test_setup_teardown(test_meetings, case_set_up, case_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
