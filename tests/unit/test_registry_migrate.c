/* SPDX-License-Identifier: EUPL-1.2 */
/* A registry of the first schema, with something of everything in it, comes to the present one: all
 * is there, refers to what it referred to, and is found. */
#include "test.h"

#include "registry/schema_sql.h"
#include "registry_case.h"

#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#define SHA_1 "1111111111111111111111111111111111111111111111111111111111111111"
#define SHA_2 "2222222222222222222222222222222222222222222222222222222222222222"
#define SHA_3 "3333333333333333333333333333333333333333333333333333333333333333"

static const char rows_sql[] =
    "INSERT INTO epochs VALUES (1, 'hau', 'rathaus', 'INBOX', 7, 4, 'first', 100, 200);"
    "INSERT INTO messages (id, body, mailbox, folder, uidvalidity, uid, registered_at, arrived_at,"
    " size, sha256, sender_name, sender_address, sender_key, subject, class, state, trust, reading)"
    " VALUES (1, 'hau', 'rathaus', 'INBOX', 7, 1, 110, 105, 10, '" SHA_1 "', 'Eva', 'e@x.example',"
    " 'e@x.example', 'Antrag', 'personal', 'registered', 'listed',"
    " '{\"mail\":{\"text\":\"Der Radweg fehlt\"},\"motions\":[{\"resolution\":null,"
    "\"reasoning\":\"Schulkinder\"},{\"resolution\":\"Beleuchtung\",\"reasoning\":null}]}'),"
    " (2, 'hau', 'rathaus', 'INBOX', 7, 2, 111, 106, 10, '" SHA_2 "', NULL, 'f@y.example',"
    " 'f@y.example', NULL, 'personal', 'held', 'unknown',"
    " '{\"mail\":{\"text\":\"Schulhof\"},\"motions\":[]}'),"
    " (3, 'hau', 'rathaus', 'INBOX', 7, 3, 112, 107, 10, '" SHA_3 "', NULL, NULL, NULL, NULL, NULL,"
    " 'unreadable', NULL, NULL);"
    "INSERT INTO parts VALUES (1, 0, '2', 'application/pdf', 'Plan.pdf', 3, '" SHA_1
    "', 'none', 1);"
    "INSERT INTO motions VALUES (1, 'hau', 'registered', 1);"
    "INSERT INTO numbers VALUES ('hau', 2015, 1, 'A/2015/0001', 1, 110);"
    "INSERT INTO documents (id, message, position, motion, version, role, kind, title, "
    "confidential,"
    " deadline_state) VALUES (1, 1, 0, 1, 1, 'motion', 'motion', 'Parkbank', 0, 'unknown');"
    "INSERT INTO consultations (document, position, organization, deadline_state)"
    " VALUES (1, 0, 'Rat', 'unknown');"
    "INSERT INTO movers VALUES (1, 0, 'SPD', 'mover');"
    "INSERT INTO deliveries (id, kind, message, motion, recipient, recipient_key, envelope_from,"
    " subject, message_id, bytes, state, attempts, created_at, next_attempt)"
    " VALUES (4, 'acknowledgement', 1, 1, 'e@x.example', 'e@x.example', 'r@hau.example', 's',"
    " 'a@hau.example', x'4d61696c', 'sent', 1, 110, NULL),"
    " (7, 'review', 2, NULL, 'f@y.example', 'f@y.example', 'r@hau.example', 's', 'b@hau.example',"
    " x'4d61696c', 'queued', 0, 111, 111);"
    "INSERT INTO attempts VALUES (4, 1, 120, 121, 122, 'sent', 250, 'ok');"
    "INSERT INTO events (at, event, message, delivery, body, number, actor)"
    " VALUES (110, 'registered', 1, NULL, 'hau', 'A/2015/0001', 'antragd'),"
    " (122, 'sent', 1, 4, 'hau', 'A/2015/0001', 'antragd'),"
    " (112, 'unreadable', 3, NULL, 'hau', NULL, 'antragd');"
    "PRAGMA user_version = 1; PRAGMA application_id = 1634628722;";

static void run_sql(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(db));
}

static int set_up(void **state)
{
    struct registry_case *f = xcalloc(1, sizeof *f);
    sqlite3 *db;

    case_directory_make(&f->directory);
    f->arena = arena_new();
    *state = f;
    assert_int_equal(mkdir(f->directory.state, 0700), 0);
    const char *path = arena_printf(f->arena, "%s/registry.db", f->directory.state);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    run_sql(db, "PRAGMA foreign_keys = ON");
    run_sql(db, schema_sql);
    run_sql(db, rows_sql);
    sqlite3_close(db);
    return 0;
}

static void test_reader_asks_for_the_daemon(void **state)
{
    struct registry_case *f = *state;

    assert_false(registry_open(f->directory.state, REGISTRY_READ, &f->registry, &f->err));
    assert_int_equal(f->err.kind, ERR_TRY_AGAIN);
    assert_non_null(strstr(f->err.text, "older schema"));
}

static void test_all_is_there(void **state)
{
    struct registry_case *f = *state;
    struct event_filter filter = {.delivery = 4, .since = MOMENT_NONE};
    struct registry_counts counts;
    struct delivery *deliveries;
    struct event_row *events;
    size_t count;

    case_must(f, registry_open(f->directory.state, REGISTRY_WRITE, &f->registry, &f->err));
    case_must(f, registry_check(f->registry, &f->err));
    case_must(f, registry_count(f->registry, f->arena, &counts, &f->err));
    assert_int_equal(counts.messages[MESSAGE_REGISTERED], 1);
    assert_int_equal(counts.messages[MESSAGE_HELD], 1);
    assert_int_equal(counts.motions, 1);
    assert_int_equal(counts.visit_count, 1);
    case_must(f,
              registry_list_deliveries(f->registry, f->arena, 0, 0, &deliveries, &count, &f->err));
    assert_int_equal(count, 2);
    assert_int_equal(deliveries[0].id, 4);
    assert_string_equal(deliveries[0].number, "A/2015/0001");
    assert_int_equal(deliveries[0].state, DELIVERY_SENT);
    assert_int_equal(deliveries[1].id, 7);
    assert_int_equal(deliveries[1].message, 2);
    case_must(f, registry_filter_events(f->registry, f->arena, &filter, &events, &count, &f->err));
    assert_int_equal(count, 1);
    assert_string_equal(events[0].event, "sent");
    /* what was queued goes out */
    case_must(f, registry_due(f->registry, f->arena, 1000, &(struct texts){0}, 10, &deliveries,
                              &count, &f->err));
    assert_int_equal(count, 1);
    assert_memory_equal(deliveries[0].bytes, "Mail", 4);
}

static void test_words_are_found(void **state)
{
    static const struct {
        const char *words;
        const char *number; /* NULL: held */
        int64_t message;    /* 0: nothing */
    } cases[] = {
        {"Radweg", "A/2015/0001", 1},
        {"Schulkinder", "A/2015/0001", 1},
        {"Beleuchtung", "A/2015/0001", 1},
        {"Parkbank", "A/2015/0001", 1},
        {"Plan.pdf", "A/2015/0001", 1},
        {"Eva", "A/2015/0001", 1},
        {"Schulhof", NULL, 2},
        {"Nichts", NULL, 0},
    };
    struct registry_case *f = *state;
    struct found_row *rows;
    size_t count;

    case_must(f, registry_open(f->directory.state, REGISTRY_WRITE, &f->registry, &f->err));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        case_must(f, registry_search(f->registry, f->arena, cases[i].words, NULL, &rows, &count,
                                     &f->err));
        if (count != (cases[i].message != 0))
            fail_msg("\"%s\" is found %zu times", cases[i].words, count);
        if (count == 0)
            continue;
        assert_int_equal(rows[0].motion.message, cases[i].message);
        assert_true(text_equal(rows[0].motion.number, cases[i].number));
    }
}

/* A dry run must not need the daemon to have run before it, nor change the file. */
static void test_trial_migrates_its_copy_only(void **state)
{
    struct registry_case *f = *state;
    struct registry *reader;
    struct registry_counts counts;

    case_must(f, registry_open(f->directory.state, REGISTRY_TRIAL, &f->registry, &f->err));
    case_must(f, registry_count(f->registry, f->arena, &counts, &f->err));
    assert_int_equal(counts.motions, 1);
    assert_false(registry_open(f->directory.state, REGISTRY_READ, &reader, &f->err));
    assert_int_equal(f->err.kind, ERR_TRY_AGAIN);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, case_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_reader_asks_for_the_daemon),
        TEST(test_all_is_there),
        TEST(test_words_are_found),
        TEST(test_trial_migrates_its_copy_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
