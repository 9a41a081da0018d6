/* SPDX-License-Identifier: EUPL-1.2 */
/* What the registry knows of the other folders of a mailbox: who was left alone in the one for
 * junk, and which copies the one for copies lacks. */
#include "test.h"

#include "registry_case.h"

#include <string.h>

#define SPD "wilhelm.vanbeek@spd.example"
#define MAILBOX "rathaus"

/* ---- junk ---- */

static void leave_alone(struct registry_case *f, uint32_t uidvalidity, uint32_t uid,
                        const char *roster)
{
    const struct raw_mail raw = {.body = "hau",
                                 .mailbox = MAILBOX,
                                 .folder = "Junk",
                                 .uidvalidity = uidvalidity,
                                 .uid = uid};

    case_must(f, registry_leave_alone(f->registry, &raw, roster, &f->err));
}

/* The UIDs that are wanted, as "3 5". */
static const char *wanted(struct registry_case *f, uint32_t uidvalidity, const uint32_t *uids,
                          size_t count, const char *roster)
{
    struct uid_sets sets;
    struct text text;

    case_must(f, registry_compare_junk(f->registry, f->arena, "hau", MAILBOX, "Junk", uidvalidity,
                                       uids, count, roster, &sets, &f->err));
    text_init(&text, f->arena);
    for (size_t i = 0; i < sets.wanted_count; i++)
        text_addf(&text, "%s%u", i > 0 ? " " : "", sets.wanted[i]);
    return text.s;
}

static void test_left_alone(void **state)
{
    static const uint32_t all[] = {5, 3, 4, 6, 5}, later[] = {3, 6};
    struct registry_case *f = *state;
    struct reconciliation sums;

    assert_string_equal(wanted(f, 7, all, 5, "r1"), "3 4 5 6");
    leave_alone(f, 7, 4, "r1");
    leave_alone(f, 7, 3, "r1");
    leave_alone(f, 7, 3, "r1"); /* harmless to repeat */
    assert_string_equal(wanted(f, 7, all, 5, "r1"), "5 6");
    case_reopen(f);
    assert_string_equal(wanted(f, 7, all, 5, "r1"), "5 6");
    case_must(f, registry_reconcile(f->registry, f->arena, "hau", MAILBOX, "Junk", 7, all, 5, &sums,
                                    &f->err));
    assert_int_equal(sums.left_alone, 2);
    assert_int_equal(sums.unexplained, 2);
    /* in another folder the same UIDs are others */
    case_must(f, registry_reconcile(f->registry, f->arena, "hau", MAILBOX, "INBOX", 7, all, 5,
                                    &sums, &f->err));
    assert_int_equal(sums.left_alone, 0);
    /* by another roster they are asked for again */
    assert_string_equal(wanted(f, 7, all, 5, "r2"), "3 4 5 6");
    leave_alone(f, 7, 3, "r2");
    assert_string_equal(wanted(f, 7, all, 5, "r2"), "4 5 6");
    /* what is gone is forgotten, and at another UIDVALIDITY all of it */
    assert_string_equal(wanted(f, 7, later, 2, "r2"), "6");
    assert_string_equal(wanted(f, 7, all, 5, "r1"), "3 4 5 6");
    leave_alone(f, 7, 3, "r1");
    assert_string_equal(wanted(f, 8, all, 5, "r1"), "3 4 5 6");
    assert_string_equal(wanted(f, 7, all, 5, "r1"), "3 4 5 6");
}

/* A folder restored from a backup: UIDs from UIDNEXT on name other mails. */
static void test_restored(void **state)
{
    static const uint32_t all[] = {3, 4, 5};
    struct registry_case *f = *state;
    bool renewed;

    case_must(f, registry_note_visit(f->registry, "hau", MAILBOX, "Junk", 7, 9, CASE_NOW, &renewed,
                                     &f->err));
    for (size_t i = 0; i < 3; i++)
        leave_alone(f, 7, all[i], "r");
    assert_string_equal(wanted(f, 7, all, 3, "r"), "");
    case_must(f, registry_note_visit(f->registry, "hau", MAILBOX, "Junk", 7, 5, CASE_NOW, &renewed,
                                     &f->err));
    assert_true(renewed);
    assert_string_equal(wanted(f, 7, all, 3, "r"), "5");
}

static void test_settled_in_junk(void **state)
{
    static const uint32_t all[] = {1, 2};
    struct registry_case *f = *state;
    struct uid_sets sets;
    struct waiting_mail *rows;
    int64_t id;
    size_t count;

    case_must(f,
              sample_take(
                  f->registry, f->arena,
                  &(struct sample){
                      .uid = 1, .folder = "Junk", .from = SPD, .message_id = "1@spd", .motions = 1},
                  &id, &f->err));
    case_must(f, registry_compare_junk(f->registry, f->arena, "hau", MAILBOX, "Junk", 7, all, 2,
                                       "r", &sets, &f->err));
    assert_int_equal(sets.wanted_count, 1);
    assert_int_equal(sets.wanted[0], 2);
    assert_int_equal(sets.to_move_count, 1);
    assert_int_equal(sets.to_move[0], 1);
    for (int turn = 0; turn < 2; turn++) { /* the office is told once */
        case_must(f, registry_list_misfiled(f->registry, f->arena, "hau", MAILBOX, "Junk", &rows,
                                            &count, &f->err));
        assert_int_equal(count, turn == 0);
        if (turn == 0) {
            assert_int_equal(rows[0].id, id);
            case_must(f, registry_note_misfiled_told(f->registry, "hau", id, CASE_NOW, &f->err));
        }
    }
}

/* ---- copies ---- */

static void send_all(struct registry_case *f)
{
    struct delivery *due;
    size_t count;

    case_must(f, registry_due(f->registry, f->arena, CASE_NOW + 10, &(struct texts){0}, 100, &due,
                              &count, &f->err));
    for (size_t i = 0; i < count; i++) {
        const struct attempt_end end = {DELIVERY_SENT, 250, "ok", MOMENT_NONE};

        case_must(
            f, registry_attempt_begin(f->registry, due[i].id, CASE_NOW, CASE_NOW + 99, &f->err) &&
                   registry_attempt_data(f->registry, due[i].id, CASE_NOW, &f->err) &&
                   registry_attempt_end(f->registry, due[i].id, CASE_NOW + 5, &end, &f->err));
    }
}

static struct unfiled next(struct registry_case *f, int64_t after)
{
    struct unfiled row;

    case_must(f,
              registry_find_unfiled(f->registry, f->arena, "hau", MAILBOX, after, &row, &f->err));
    return row;
}

static int64_t count_unfiled(struct registry_case *f, const char *mailbox, int64_t oldest)
{
    struct unfiled_count count;

    case_must(f, registry_count_unfiled(f->registry, "hau", mailbox, &count, &f->err));
    assert_int_equal(count.oldest, oldest);
    return count.count;
}

static void test_copies(void **state)
{
    struct registry_case *f = *state;
    struct delivery *rows;
    size_t count;
    int64_t id;

    case_must(
        f, sample_take(f->registry, f->arena,
                       &(struct sample){.uid = 1, .from = SPD, .message_id = "1@spd", .motions = 2},
                       &id, &f->err));
    assert_int_equal(next(f, 0).delivery, 0); /* nothing is sent yet */
    send_all(f);
    assert_int_equal(count_unfiled(f, MAILBOX, CASE_NOW + 5), 2); /* acknowledgements only */
    assert_int_equal(count_unfiled(f, "anderswo", MOMENT_NONE), 0);

    struct unfiled first = next(f, 0), second = next(f, first.delivery);
    assert_true(second.delivery > first.delivery);
    assert_int_equal(next(f, second.delivery).delivery, first.delivery); /* round and round */
    assert_false(first.may_be_there);
    case_must(f, registry_list_deliveries(f->registry, f->arena, 0, first.delivery, &rows, &count,
                                          &f->err));
    assert_int_equal(rows[0].filed_at, MOMENT_NONE);
    assert_int_equal(first.size, rows[0].size);
    assert_memory_equal(first.bytes, rows[0].bytes, first.size);
    assert_string_equal(first.message_id, rows[0].message_id);

    /* refused: surely not there; not heard of: perhaps there, also after a restart */
    case_must(f, registry_filing_begin(f->registry, first.delivery, CASE_NOW + 6, &f->err));
    assert_true(next(f, 0).may_be_there);
    case_must(f, registry_filing_end(f->registry, first.delivery, CASE_NOW + 6, NULL, &f->err));
    assert_false(next(f, 0).may_be_there);
    case_must(f, registry_filing_begin(f->registry, first.delivery, CASE_NOW + 7, &f->err));
    case_reopen(f);
    assert_true(next(f, 0).may_be_there);
    case_must(f, registry_filing_end(f->registry, first.delivery, CASE_NOW + 8, "Belege", &f->err));
    assert_int_equal(next(f, 0).delivery, second.delivery);
    case_must(f, registry_list_deliveries(f->registry, f->arena, 0, first.delivery, &rows, &count,
                                          &f->err));
    assert_int_equal(rows[0].filed_at, CASE_NOW + 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_left_alone, case_set_up, case_tear_down),
        cmocka_unit_test_setup_teardown(test_restored, case_set_up, case_tear_down),
        cmocka_unit_test_setup_teardown(test_settled_in_junk, case_set_up, case_tear_down),
        cmocka_unit_test_setup_teardown(test_copies, case_set_up, case_tear_down),
    };

    return cmocka_run_group_tests_name("registry_folders", tests, NULL, NULL);
}
