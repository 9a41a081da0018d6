/* SPDX-License-Identifier: EUPL-1.2 */
/* The day's book and the list's mail of the day, as the registry has them. */
#include "test.h"

#include "registry_case.h"

#include "registry/book.h"
#include "registry/private.h"
#include "registry/ruling.h"

#include <string.h>

#define SPD "wilhelm.vanbeek@spd.example"
#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct conf_mailbox mailbox = {.name = "rathaus", .folder = "INBOX", .renew = 300};
static const struct conf_body body = {.id = "hau", .mailboxes = &mailbox, .mailbox_count = 1};

static struct day day_of(int n)
{
    return day_add(moment_day(CASE_NOW), n);
}

static struct book read_book(struct registry_case *f, int day)
{
    struct book book;

    case_must(f, registry_read_book(f->registry, f->arena, &body, day_of(day), CASE_NOW + day * DAY,
                                    &book, &f->err));
    return book;
}

static struct day last_book(struct registry_case *f, int64_t now)
{
    struct day last;

    case_must(f, registry_last_book(f->registry, "hau", now, &last, &f->err));
    return last;
}

static struct book end_day(struct registry_case *f, int day)
{
    struct book book = read_book(f, day);

    case_must(f, registry_note_book(f->registry, "hau", last_book(f, book.until), &book, &f->err));
    return book;
}

/* ---- books */

static void test_each_event_in_one_book(void **state)
{
    struct registry_case *f = *state;
    struct day last;

    case_must(f, registry_last_book(f->registry, "hau", CASE_NOW + DAY, &last, &f->err));
    assert_true(day_is_none(last));
    case_take(
        f, (struct sample){.uid = 1, .from = SPD, .message_id = "1@x", .text = "a", .motions = 1});
    case_must(f, registry_begin_books(f->registry, "hau", day_of(0), CASE_NOW, &f->err));
    struct book book = read_book(f, 1);
    assert_int_equal(book.motion_count, 0); /* what was before the first is not told */
    case_take(
        f, (struct sample){.uid = 2, .from = SPD, .message_id = "2@x", .text = "b", .motions = 2});
    case_take(f, (struct sample){.uid = 3,
                                 .body = "kleve",
                                 .from = SPD,
                                 .message_id = "3@x",
                                 .text = "c",
                                 .motions = 1});
    book = end_day(f, 1);
    assert_int_equal(book.motion_count, 2);
    assert_string_equal(book.motions[0].number, "A/2015/0002");
    assert_string_equal(book.motions[0].factions.v[0], "SPD");
    assert_string_equal(book.motions[0].named.v[0], "GRÜNE");
    assert_int_equal(book.motions[0].arrived_at, CASE_NOW - 30);
    assert_int_equal(book.motions[0].consultation_count, 2);
    assert_string_equal(book.motions[0].consultations[0].organization, "Rat");
    assert_int_equal(book.since, CASE_NOW);
    case_reopen(f);
    book = read_book(f, 2);
    assert_int_equal(book.motion_count, 0);
    assert_int_equal(book.since, CASE_NOW + DAY);
    case_must(f, registry_last_book(f->registry, "hau", CASE_NOW + DAY, &last, &f->err));
    assert_int_equal(last.n, day_of(1).n);
    /* one a day */
    book.day = day_of(1);
    assert_false(registry_note_book(f->registry, "hau", day_of(1), &book, &f->err));
}

static void take_motion(struct registry_case *f, uint32_t uid)
{
    case_take(f, (struct sample){.uid = uid,
                                 .from = SPD,
                                 .message_id = arena_printf(f->arena, "%u@x", uid),
                                 .text = arena_printf(f->arena, "text %u", uid),
                                 .motions = 1});
}

static void test_clock_set_back(void **state)
{
    struct registry_case *f = *state;

    case_must(f,
              registry_begin_books(f->registry, "hau", day_of(0), CASE_NOW + 400 * DAY, &f->err));
    take_motion(f, 1);
    assert_int_equal(end_day(f, 1).motion_count, 1);
}

/* What a clock made that was ahead counts for no day, keeps what it told, and is made anew when its
 * day comes. */
static void test_books_of_a_clock_that_was_ahead(void **state)
{
    struct registry_case *f = *state;
    struct book book;

    case_must(f, registry_begin_books(f->registry, "hau", day_of(0), CASE_NOW, &f->err));
    take_motion(f, 1);
    assert_int_equal(end_day(f, 900).motion_count, 1);
    assert_int_equal(last_book(f, CASE_NOW + 900 * DAY).n, day_of(900).n);
    assert_int_equal(last_book(f, CASE_NOW + DAY).n, day_of(0).n);
    take_motion(f, 2);
    book = end_day(f, 1);
    assert_false(book.again);
    assert_int_equal(book.since, CASE_NOW);
    assert_int_equal(book.motion_count, 1);
    assert_string_equal(book.motions[0].number, "A/2015/0002");
    assert_int_equal(last_book(f, CASE_NOW + DAY).n, day_of(1).n);
    case_must(f,
              registry_read_past_book(f->registry, f->arena, &body, day_of(900), &book, &f->err));
    assert_string_equal(book.motions[0].number, "A/2015/0001");
    /* its day comes, at a later hour than that clock had it */
    take_motion(f, 3);
    book = read_book(f, 900);
    assert_true(book.again);
    assert_int_equal(book.motion_count, 1);
    book.until += HOUR;
    case_must(f, registry_note_book(f->registry, "hau", day_of(1), &book, &f->err));
    book = read_book(f, 900);
    assert_int_equal(book.motion_count, 0);
    book.until += 2 * HOUR;
    /* one a day */
    assert_false(registry_note_book(f->registry, "hau", day_of(900), &book, &f->err));
}

/* The clock is mended on the same day, and the book is due a moment later than that clock had it.
 */
static void test_book_of_today_by_a_clock_that_was_ahead(void **state)
{
    struct registry_case *f = *state;
    struct day last;
    struct book book;

    case_must(f, registry_begin_books(f->registry, "hau", day_of(0), CASE_NOW, &f->err));
    take_motion(f, 1);
    end_day(f, 1);
    last = last_book(f, CASE_NOW + DAY - 2 * HOUR);
    assert_int_equal(last.n, day_of(0).n);
    take_motion(f, 2);
    book = read_book(f, 1);
    book.until += 20;
    assert_true(book.again);
    case_must(f, registry_note_book(f->registry, "hau", last, &book, &f->err));
    assert_int_equal(last_book(f, book.until).n, day_of(1).n);
    assert_int_equal(read_book(f, 2).since, CASE_NOW + DAY + 20);
}

static void test_begin_anew(void **state)
{
    struct registry_case *f = *state;

    case_must(f,
              registry_begin_books(f->registry, "hau", day_of(900), CASE_NOW + 900 * DAY, &f->err));
    assert_true(day_is_none(last_book(f, CASE_NOW)));
    take_motion(f, 1);
    case_must(f, registry_begin_books(f->registry, "hau", day_of(0), CASE_NOW, &f->err));
    assert_int_equal(last_book(f, CASE_NOW).n, day_of(0).n);
    assert_int_equal(end_day(f, 1).motion_count, 1);
}

static void test_past_book(void **state)
{
    struct registry_case *f = *state;
    struct book book;

    case_must(f, registry_begin_books(f->registry, "hau", day_of(0), CASE_NOW, &f->err));
    case_take(
        f, (struct sample){.uid = 1, .from = SPD, .message_id = "1@x", .text = "a", .motions = 1});
    end_day(f, 1);
    case_take(
        f, (struct sample){.uid = 2, .from = SPD, .message_id = "2@x", .text = "b", .motions = 1});
    end_day(f, 4);
    case_must(f, registry_read_past_book(f->registry, f->arena, &body, day_of(4), &book, &f->err));
    assert_true(book.past);
    assert_int_equal(book.motion_count, 1);
    assert_string_equal(book.motions[0].number, "A/2015/0002");
    assert_int_equal(book.since, CASE_NOW + DAY);
    assert_false(registry_read_past_book(f->registry, f->arena, &body, day_of(2), &book, &f->err));
    assert_int_equal(f->err.kind, ERR_NO_INPUT);
}

static struct book_count find_count(const struct book *book, enum message_state state)
{
    for (size_t i = 0; i < book->count_count; i++) {
        if (book->counts[i].state == state)
            return book->counts[i];
    }
    fail_msg("nothing is counted as %s", message_state_to_text(state));
    return (struct book_count){0};
}

static void test_what_got_no_number(void **state)
{
    struct registry_case *f = *state;

    case_take(f, (struct sample){.uid = 1, .text = "before", .state = MESSAGE_IGNORED});
    case_must(f, registry_begin_books(f->registry, "hau", day_of(0), CASE_NOW, &f->err));
    case_take(
        f, (struct sample){.uid = 2, .from = SPD, .message_id = "2@x", .text = "b", .motions = 1});
    case_take(
        f, (struct sample){.uid = 3, .from = SPD, .message_id = "2@x", .text = "b", .motions = 1});
    case_take(f, (struct sample){.uid = 4, .text = "c", .state = MESSAGE_IGNORED});
    case_take(f, (struct sample){.uid = 5, .text = "d", .state = MESSAGE_IGNORED});
    case_take(f, (struct sample){.uid = 6, .state = MESSAGE_UNREADABLE, .unreadable = true});
    int64_t held = case_take(f, (struct sample){.uid = 7, .text = "e", .state = MESSAGE_HELD});
    struct book book = end_day(f, 1);
    assert_int_equal(book.count_count, 3);
    assert_int_equal(find_count(&book, MESSAGE_IGNORED).n, 2);
    assert_string_equal(find_count(&book, MESSAGE_IGNORED).row, "sample");
    assert_int_equal(find_count(&book, MESSAGE_DUPLICATE).n, 1);
    assert_int_equal(find_count(&book, MESSAGE_UNREADABLE).n, 1);
    /* what waits is told each day, that it came only once */
    assert_int_equal(book.held_count, 2);
    assert_string_equal(book.held[1].id, arena_printf(f->arena, "m%lld", (long long)held));
    book = read_book(f, 2);
    assert_int_equal(book.count_count, 0);
    assert_int_equal(book.held_count, 2);
}

static void test_failed_and_changed(void **state)
{
    static const struct attempt_end refused = {DELIVERY_FAILED, 550, "550 no", MOMENT_NONE};
    struct registry_case *f = *state;
    struct motion_change change = {
        .number = "A/2015/0001", .event = "withdrawn", .state = MOTION_STATE_WITHDRAWN};
    const struct ruled_by by = {.actor = "mueller", .at = CASE_NOW + 5};
    struct replies none = {0};
    struct registry_entry entry = {.body = &body, .replies = &none, .registered_at = CASE_NOW + 5};
    int64_t ruling;

    change.message = case_take(f, (struct sample){.uid = 1,
                                                  .from = SPD,
                                                  .message_id = "1@x",
                                                  .text = "a",
                                                  .motions = 1,
                                                  .waiting = false});
    case_must(f, registry_begin_books(f->registry, "hau", day_of(0), CASE_NOW, &f->err));
    case_must(f, registry_change_motion(f->registry, &change, &entry, &by, &ruling, &f->err));
    case_must(f, registry_attempt_begin(f->registry, 1, CASE_NOW, CASE_NOW + 60, &f->err));
    case_must(f, registry_attempt_end(f->registry, 1, CASE_NOW, &refused, &f->err));
    struct book book = end_day(f, 1);
    assert_int_equal(book.motion_count, 0);
    assert_int_equal(book.change_count, 1);
    assert_string_equal(book.changes[0].event, "withdrawn");
    assert_string_equal(book.changes[0].actor, "mueller");
    assert_int_equal(book.failed_count, 1);
    assert_string_equal(book.failed[0].id, "o1");
    assert_string_equal(book.failed[0].response, "550 no");
    book = read_book(f, 2);
    assert_int_equal(book.change_count + book.failed_count, 0);
}

/* ---- what visits saw */

static void visit(struct registry_case *f, uint32_t uidvalidity, const uint32_t *uids, size_t count,
                  int64_t now)
{
    struct uid_sets sets;
    bool renewed;

    case_must(f, registry_note_visit(f->registry, "hau", "rathaus", "INBOX", uidvalidity, 0, now,
                                     &renewed, &f->err));
    case_must(f, registry_compare_uids(f->registry, f->arena, "hau", "rathaus", "INBOX",
                                       uidvalidity, uids, count, &sets, &f->err));
    case_must(f, registry_note_seen(f->registry, "hau", "rathaus", "INBOX", sets.seen, sets.wanted,
                                    sets.wanted_count, &f->err));
}

/* The book must count as reconcile does with the same UIDs. */
static void expect_books(struct registry_case *f, uint32_t uidvalidity, const uint32_t *uids,
                         size_t count, size_t unexplained)
{
    struct book book = read_book(f, 1);
    struct reconciliation sums;

    case_must(f, registry_reconcile(f->registry, f->arena, "hau", "rathaus", "INBOX", uidvalidity,
                                    uids, count, &sums, &f->err));
    assert_int_equal(sums.unexplained, unexplained);
    assert_int_equal(book_unexplained(&book), unexplained);
    assert_int_equal(book.mailboxes[0].seen, sums.in_mailbox);
    assert_true(book.mailboxes[0].counted);
}

static void test_unexplained(void **state)
{
    static const uint32_t uids[] = {9, 1, 2, 3, 3, 7};
    struct registry_case *f = *state;
    struct book book = read_book(f, 1);

    assert_int_equal(book.mailbox_count, 1);
    assert_int_equal(book.mailboxes[0].visited_at, MOMENT_NONE);
    assert_false(book.mailboxes[0].counted);
    visit(f, 7, uids, COUNT(uids), CASE_NOW - 10);
    expect_books(f, 7, uids, COUNT(uids), 5);
    case_take(
        f, (struct sample){.uid = 2, .from = SPD, .message_id = "2@x", .text = "b", .motions = 1});
    case_take(f, (struct sample){.uid = 9, .text = "c", .state = MESSAGE_IGNORED});
    expect_books(f, 7, uids, COUNT(uids), 3);
    visit(f, 7, uids, COUNT(uids), CASE_NOW);
    expect_books(f, 7, uids, COUNT(uids), 3);
    case_reopen(f);
    case_take(f, (struct sample){.uid = 1, .text = "d", .state = MESSAGE_HELD});
    case_take(f, (struct sample){.uid = 3, .state = MESSAGE_UNREADABLE, .unreadable = true});
    case_take(
        f, (struct sample){.uid = 7, .from = SPD, .message_id = "2@x", .text = "b", .motions = 1});
    expect_books(f, 7, uids, COUNT(uids), 0);
    /* a new UIDVALIDITY: what was known of the old UIDs explains none of these */
    visit(f, 8, uids, 2, CASE_NOW + 10);
    expect_books(f, 8, uids, 2, 2);
}

/* Gone before it was fetched is an outcome; seen again it is none. */
static void test_vanished(void **state)
{
    static const uint32_t uids[] = {4};
    struct registry_case *f = *state;
    struct raw_mail raw = {
        .body = "hau", .mailbox = "rathaus", .folder = "INBOX", .uidvalidity = 7, .uid = 4};

    visit(f, 7, uids, 1, CASE_NOW);
    case_must(f, registry_record_vanished(f->registry, &raw, CASE_NOW + 1, &f->err));
    struct book book = read_book(f, 1);
    assert_int_equal(book_unexplained(&book), 0);
    visit(f, 7, uids, 1, CASE_NOW + 60);
    expect_books(f, 7, uids, 1, 1);
}

/* ---- the list's mail of the day */

static size_t list_entries(struct registry_case *f, struct daily_entry **entries_r)
{
    size_t count;

    case_must(f, registry_list_entries(f->registry, f->arena, "hau", entries_r, &count, &f->err));
    return count;
}

static bool gather(struct registry_case *f, const char *message_id,
                   const struct daily_entry *entries, size_t count)
{
    const struct reply mail = {.kind = REPLY_CONFIRMATION,
                               .to = "liste@town.example",
                               .envelope_from = "rathaus@town.example",
                               .subject = "Tag",
                               .message_id = message_id,
                               .bytes = "Tag",
                               .size = 3,
                               .occasion = message_id};

    case_must(f, registry_add_reply(f->registry, "hau", 0, &mail, CASE_NOW, &f->err));
    return registry_gather(f->registry, entries, count, message_id, CASE_NOW, &f->err);
}

static size_t count_due(struct registry_case *f)
{
    struct delivery *due;
    size_t count;

    case_must(f, registry_due(f->registry, f->arena, CASE_NOW + 10 * DAY, &(struct texts){0}, 100,
                              &due, &count, &f->err));
    return count;
}

static void test_entries(void **state)
{
    struct registry_case *f = *state;
    const struct ruled_by by = {.actor = "mueller", .at = CASE_NOW};
    struct daily_entry *entries;
    struct delivery *rows;
    int64_t *ids, message, count_at;
    const char *confirmation;
    bool waits;
    size_t count;

    case_take(
        f,
        (struct sample){
            .uid = 1, .from = SPD, .message_id = "1@x", .text = "a", .motions = 1, .daily = true});
    message = case_take(f, (struct sample){.uid = 2,
                                           .from = SPD,
                                           .message_id = "2@x",
                                           .text = "b",
                                           .motions = 1,
                                           .daily = true,
                                           .waiting = true});
    assert_int_equal(list_entries(f, &entries), 1); /* the other one waits for a person */
    assert_string_equal(entries[0].text, "[A/2015/0001] entry");
    assert_null(entries[0].earlier);
    assert_int_equal(count_due(f), 1); /* the acknowledgement of the first */
    case_must(f, registry_retry(f->registry, &by, &count_at, &f->err));
    assert_int_equal(count_at, 1);
    assert_true(gather(f, "tag1@town.example", entries, 1));
    assert_int_equal(list_entries(f, &entries), 0);
    assert_int_equal(count_due(f), 2); /* and the mail of the day, not its entry */
    case_must(f, registry_find_confirmation(f->registry, f->arena, "hau", "A/2015/0001",
                                            &confirmation, &waits, &f->err));
    assert_string_equal(confirmation, "tag1@town.example");
    case_must(f, registry_release(f->registry, f->arena, 0, "hau", "A/2015/0002", CASE_NOW + DAY,
                                  &by, &ids, &count, &f->err));
    assert_int_equal(count, 2);
    case_must(f,
              registry_list_deliveries(f->registry, f->arena, message, 0, &rows, &count, &f->err));
    assert_true(rows[1].daily);
    assert_int_equal(rows[1].next_attempt, CASE_NOW + DAY);
    assert_int_equal(list_entries(f, &entries), 1);
    assert_string_equal(entries[0].text, "[A/2015/0002] entry");
}

/* Its state is the mail's, and it stands in no second one. */
static void test_gathered_once(void **state)
{
    static const struct attempt_end refused = {DELIVERY_FAILED, 550, "550 no", MOMENT_NONE};
    struct registry_case *f = *state;
    struct daily_entry *entries;
    struct delivery *rows;
    size_t count;

    int64_t message = case_take(
        f,
        (struct sample){
            .uid = 1, .from = SPD, .message_id = "1@x", .text = "a", .motions = 1, .daily = true});
    assert_int_equal(list_entries(f, &entries), 1);
    assert_true(gather(f, "tag1@town.example", entries, 1));
    assert_false(gather(f, "tag2@town.example", entries, 1));
    case_must(f,
              registry_list_deliveries(f->registry, f->arena, message, 0, &rows, &count, &f->err));
    assert_int_equal(rows[1].state, DELIVERY_QUEUED);
    int64_t mail = rows[1].gathered_in;
    case_must(f, registry_attempt_begin(f->registry, mail, CASE_NOW, CASE_NOW + 60, &f->err));
    case_must(f, registry_attempt_end(f->registry, mail, CASE_NOW, &refused, &f->err));
    case_must(f,
              registry_list_deliveries(f->registry, f->arena, message, 0, &rows, &count, &f->err));
    assert_int_equal(rows[1].state, DELIVERY_FAILED);
    /* without its mail there is nothing to stand in */
    assert_false(registry_gather(f->registry, entries, 1, "none@town.example", CASE_NOW, &f->err));
}

static void test_each_again(void **state)
{
    struct registry_case *f = *state;
    struct daily_entry *entries;

    case_take(
        f,
        (struct sample){
            .uid = 1, .from = SPD, .message_id = "1@x", .text = "a", .motions = 1, .daily = true});
    case_take(f, (struct sample){.uid = 2,
                                 .from = SPD,
                                 .message_id = "2@x",
                                 .text = "b",
                                 .motions = 1,
                                 .daily = true,
                                 .waiting = true});
    assert_int_equal(count_due(f), 1);
    case_must(f, registry_free_entries(f->registry, "hau", CASE_NOW, &f->err));
    assert_int_equal(list_entries(f, &entries), 0);
    assert_int_equal(count_due(f), 2); /* what waits for a person waits on */
}

/* A morning away, an entry is neither late nor beyond a limit. */
static void test_entries_are_no_backlog(void **state)
{
    struct registry_case *f = *state;
    struct registry_backlog backlog;
    struct paced_answers *paced;
    const struct attempt_end sent = {DELIVERY_SENT, 250, "ok", MOMENT_NONE};
    size_t count;

    case_take(
        f,
        (struct sample){
            .uid = 1, .from = SPD, .message_id = "1@x", .text = "a", .motions = 1, .daily = true});
    case_must(f, registry_attempt_begin(f->registry, 1, CASE_NOW, CASE_NOW + 60, &f->err));
    case_must(f, registry_attempt_end(f->registry, 1, CASE_NOW, &sent, &f->err));
    case_must(f, registry_find_backlog(f->registry, &backlog, &f->err));
    assert_int_equal(backlog.oldest_unsent, MOMENT_NONE);
    case_must(f,
              registry_list_paced(f->registry, f->arena, "hau", CASE_NOW, &paced, &count, &f->err));
    assert_int_equal(count, 0);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, case_set_up, case_tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(test_each_event_in_one_book),
        TEST(test_clock_set_back),
        TEST(test_books_of_a_clock_that_was_ahead),
        TEST(test_book_of_today_by_a_clock_that_was_ahead),
        TEST(test_begin_anew),
        TEST(test_past_book),
        TEST(test_what_got_no_number),
        TEST(test_failed_and_changed),
        TEST(test_unexplained),
        TEST(test_vanished),
        TEST(test_entries),
        TEST(test_gathered_once),
        TEST(test_each_again),
        TEST(test_entries_are_no_backlog),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
