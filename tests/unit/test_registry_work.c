/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is done for every mail, and for every body each minute, takes no more work in a register
 * that is larger: counted as the instructions of SQLite's machine, which are the same each time.
 */
#include "test.h"

#include "registry_case.h"

#include "decision/decision.h"
#include "registry/erase.h"
#include "registry/private.h"

#include <unistd.h>

#define SMALL 20
#define LARGE 200

struct fixture {
    struct case_directory directory;
    struct arena *arena;
    struct registry *registry;
    uint32_t mails;
};

static int set_up(void **state)
{
    static struct fixture f;
    struct err err;

    f = (struct fixture){.arena = arena_new()};
    case_directory_make(&f.directory);
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

/* ---- a register of so many mails, all of them done ---- */

static void add_mail(struct fixture *f, struct err *err)
{
    uint32_t uid = ++f->mails;
    const struct sample sample = {.uid = uid,
                                  .from = "a@spd.example",
                                  .message_id = arena_printf(f->arena, "%u@x", uid),
                                  .subject = arena_printf(f->arena, "Antrag %u", uid),
                                  .text = arena_printf(f->arena, "Text %u", uid),
                                  .motions = 1};
    const struct reply book = {.kind = REPLY_NOTICE,
                               .to = "rathaus@town.example",
                               .envelope_from = "rathaus@town.example",
                               .subject = "Tagebuch",
                               .message_id = arena_printf(f->arena, "book.%u@town.example", uid),
                               .bytes = "Tag",
                               .size = 3,
                               .occasion = arena_printf(f->arena, "book %u", uid)};
    struct known known;
    int64_t id;

    if (!sample_record(f->registry, f->arena, &sample, &known, &id, err) ||
        !registry_add_reply(f->registry, "hau", 0, &book, CASE_NOW, err))
        fail_msg("%s", err->text);
}

static void fill(struct fixture *f, uint32_t mails)
{
    struct err err;

    if (!registry_begin(f->registry, &err))
        fail_msg("%s", err.text);
    while (f->mails < mails)
        add_mail(f, &err);
    if (!registry_commit(f->registry, &err) ||
        !statement_script(f->registry,
                          "UPDATE deliveries SET state = 'sent', due_at = 2, paced_by = 'SPD'",
                          &err))
        fail_msg("%s", err.text);
}

/* ---- what is done ---- */

static bool look_up(struct fixture *f, struct err *err_r)
{
    const struct sample sample = {.uid = 9999,
                                  .from = "b@spd.example",
                                  .message_id = "new@x",
                                  .text = "Neu",
                                  .subject = "Neu",
                                  .references = {"book.1@town.example"},
                                  .motions = 1};
    struct known known;
    int64_t id;

    /* what it records is taken back, so that each is the first */
    if (!registry_begin(f->registry, err_r))
        return false;
    bool ok = sample_record(f->registry, f->arena, &sample, &known, &id, err_r);
    registry_rollback(f->registry);
    return ok;
}

#define LATER (CASE_NOW + INT64_C(86400) * 1000)

static bool tell_chores(struct fixture *f, struct err *err_r)
{
    struct waiting_mail *rows;
    struct paced_answers *paced;
    struct delivery *failed;
    size_t n[6];
    int64_t at;
    bool ok =
        registry_list_untold(f->registry, f->arena, "hau", &rows, &n[0], err_r) &&
        registry_list_overdue(f->registry, f->arena, "hau", LATER, LATER, &rows, &n[1], err_r) &&
        registry_list_expiring(f->registry, f->arena, "hau", LATER, LATER, &rows, &n[2], err_r) &&
        registry_list_claims(f->registry, f->arena, "hau", &rows, &n[3], err_r) &&
        registry_list_paced(f->registry, f->arena, "hau", 1, &paced, &n[4], err_r) &&
        registry_list_untold_failures(f->registry, f->arena, "hau", &failed, &n[5], err_r) &&
        registry_last_occasion(f->registry, "hau", "held ", LATER, &at, err_r);

    for (size_t i = 0; ok && i < 6; i++)
        assert_int_equal(n[i], 0);
    return ok;
}

static bool find_number(struct fixture *f, struct err *err_r)
{
    const struct mail mail = {.subject = "Re: A/2015/0001"};
    struct reading reading = {.mail = (struct mail *)(uintptr_t)&mail};
    struct known known = {.message = INT64_MAX};

    texts_add(&reading.wish.numbers, f->arena, "A/2015/0001");
    bool ok = registry_find_referred(f->registry, f->arena, "hau", &reading, &known, err_r);
    if (ok)
        assert_non_null(known.referred);
    return ok;
}

/* ---- how much it takes ---- */

static int count(void *context)
{
    ++*(int64_t *)context;
    return 0;
}

static int64_t measure(struct fixture *f, bool (*act)(struct fixture *f, struct err *err_r))
{
    int64_t n = 0;
    struct err err;

    sqlite3_progress_handler(f->registry->db, 1, count, &n);
    if (!act(f, &err))
        fail_msg("%s", err.text);
    sqlite3_progress_handler(f->registry->db, 0, NULL, NULL);
    return n;
}

static void expect_the_same(struct fixture *f, bool (*act)(struct fixture *f, struct err *err_r))
{
    int64_t small, large;

    fill(f, SMALL);
    small = measure(f, act);
    fill(f, LARGE);
    large = measure(f, act);
    print_message("%d mails: %lld, %d: %lld\n", SMALL, (long long)small, LARGE, (long long)large);
    assert_true(small > 0);
    assert_true(large < small + LARGE - SMALL); /* not one for each */
}

static void test_lookup(void **state)
{
    expect_the_same(*state, look_up);
}

static void test_chores(void **state)
{
    expect_the_same(*state, tell_chores);
}

static void test_number(void **state)
{
    expect_the_same(*state, find_number);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lookup, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_chores, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_number, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
