/* SPDX-License-Identifier: EUPL-1.2 */
/* The words of the schema's CHECKs against those of the enums, both ways, in the live schema. */
#include "test.h"

#include "registry_case.h"

#include "registry/private.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define TEXTS_OF(name, type, function)     \
    static const char *name(int value)     \
    {                                      \
        return function((enum type)value); \
    }
TEXTS_OF(message_text, message_state, message_state_to_text)
TEXTS_OF(motion_state_text, motion_state, motion_state_to_text)
TEXTS_OF(delivery_text, delivery_state, delivery_state_to_text)
TEXTS_OF(reply_text, reply_kind, reply_kind_to_text)
TEXTS_OF(kind_text, motion_kind, motion_kind_to_text)
TEXTS_OF(deadline_text, deadline_state, deadline_state_to_text)
TEXTS_OF(class_text, mail_class, mail_class_to_text)
TEXTS_OF(part_text_text, part_text, part_text_to_text)
TEXTS_OF(trust_text, trust_level, trust_level_to_text)

/* An enum one longer than its last constant makes the test fail at the CHECK, one shorter too. */
static const struct pair {
    const char *table, *column;
    const char *(*text)(int value);
    int count;
} pairs[] = {
    {"messages", "state", message_text, MESSAGE_VANISHED + 1},
    {"messages", "class", class_text, MAIL_LIST + 1},
    {"messages", "trust", trust_text, TRUST_SIGNED + 1},
    {"parts", "text", part_text_text, PART_IMAGE + 1},
    {"motions", "state", motion_state_text, MOTION_STATE_VOID + 1},
    {"documents", "kind", kind_text, MOTION_KIND_COUNT},
    {"documents", "deadline_state", deadline_text, DEADLINE_NONE + 1},
    {"consultations", "deadline_state", deadline_text, DEADLINE_NONE + 1},
    {"deliveries", "kind", reply_text, REPLY_NOTICE + 1},
    {"deliveries", "state", delivery_text, DELIVERY_BOUNCED + 1},
};

struct fixture {
    struct case_directory directory;
    struct arena *arena;
    sqlite3 *db;
};

static int set_up(void **state)
{
    static struct fixture f;
    struct registry *registry;
    struct err err;

    case_directory_make(&f.directory);
    f.arena = arena_new();
    if (!registry_open(f.directory.state, REGISTRY_WRITE, &registry, &err))
        fatal(&err);
    registry_close(registry);
    *state = &f;
    const char *path = arena_printf(f.arena, "%s/registry.db", f.directory.state);
    return sqlite3_open(path, &f.db) == SQLITE_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    sqlite3_close(f->db);
    arena_free(f->arena);
    case_directory_remove(&f->directory);
    return 0;
}

static const char *table_sql(struct fixture *f, const char *table)
{
    sqlite3_stmt *stmt;

    assert_int_equal(
        sqlite3_prepare_v2(f->db, "SELECT sql FROM sqlite_schema WHERE name = ?", -1, &stmt, NULL),
        SQLITE_OK);
    sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    const char *sql = arena_strdup(f->arena, (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    return sql;
}

/* The words of "CHECK (column IN ('a', 'b'))". */
static struct texts check_words(struct fixture *f, const struct pair *pair)
{
    const char *head = arena_printf(f->arena, "CHECK (%s IN (", pair->column);
    const char *s = strstr(table_sql(f, pair->table), head);
    struct texts words = {0};

    if (s == NULL)
        fail_msg("%s.%s has no CHECK", pair->table, pair->column);
    const char *end = strchr(s + strlen(head), ')');
    for (s = strchr(s, '\''); s != NULL && s < end; s = strchr(s + 1, '\'')) {
        const char *close = strchr(s + 1, '\'');
        texts_add(&words, f->arena, arena_strndup(f->arena, s + 1, (size_t)(close - s - 1)));
        s = close;
    }
    return words;
}

static void test_words(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct texts words = check_words(f, &pairs[i]);

        for (int value = 0; value < pairs[i].count; value++) {
            if (!texts_has(&words, pairs[i].text(value)))
                fail_msg("%s.%s does not know \"%s\"", pairs[i].table, pairs[i].column,
                         pairs[i].text(value));
        }
        if ((int)words.n != pairs[i].count)
            fail_msg("%s.%s has %zu words, the enum %d", pairs[i].table, pairs[i].column, words.n,
                     pairs[i].count);
    }
}

/* And the way back of what this folder owns. */
static void test_delivery_state_from_text(void **state)
{
    enum delivery_state back;

    (void)state;
    for (int value = 0; value <= DELIVERY_BOUNCED; value++) {
        assert_true(delivery_state_from_text(delivery_text(value), &back));
        assert_int_equal(back, value);
    }
    assert_false(delivery_state_from_text("posted", &back));
    assert_false(delivery_state_from_text("", &back));
    assert_false(delivery_state_from_text(NULL, &back));
}

/* Every CHECK with a list of words is in the table above, or names words of the schema alone. */
static void test_no_list_is_forgotten(void **state)
{
    struct fixture *f = *state;
    int64_t lists = 0;
    sqlite3_stmt *stmt;

    assert_int_equal(sqlite3_prepare_v2(f->db, "SELECT sql FROM sqlite_schema WHERE type = 'table'",
                                        -1, &stmt, NULL),
                     SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *s = (const char *)sqlite3_column_text(stmt, 0);
        while (s != NULL && (s = strstr(s, " IN ('")) != NULL) {
            lists++;
            s++;
        }
    }
    sqlite3_finalize(stmt);
    /* besides: epochs.reason, documents.role, movers.role, attempts.state, completions.state, and
     * the rule that ties deliveries.next_attempt to three states */
    assert_int_equal(lists, sizeof pairs / sizeof *pairs + 6);
}

static void test_tables_are_strict(void **state)
{
    struct fixture *f = *state;
    sqlite3_stmt *stmt;

    assert_int_equal(sqlite3_prepare_v2(f->db,
                                        "SELECT name FROM pragma_table_list WHERE schema = 'main'"
                                        " AND name NOT LIKE 'sqlite%' AND type = 'table'"
                                        " AND strict = 0",
                                        -1, &stmt, NULL),
                     SQLITE_OK);
    if (sqlite3_step(stmt) == SQLITE_ROW)
        fail_msg("%s is not STRICT", (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
}

/* What the writer works under; per connection, so that only its own can say. */
static void test_settings(void **state)
{
    static const struct {
        const char *sql, *want;
    } cases[] = {
        {"PRAGMA foreign_keys", "1"},
        {"PRAGMA synchronous", "2"},
        {"PRAGMA journal_mode", "wal"},
        {"PRAGMA trusted_schema", "0"},
        {"PRAGMA cell_size_check", "1"},
        {"PRAGMA recursive_triggers", "1"},
        {"PRAGMA application_id", "1634628722"},
    };
    struct fixture *f = *state;
    struct registry *registry;
    struct statement *s;
    struct err err;

    assert_true(registry_open(f->directory.state, REGISTRY_WRITE, &registry, &err));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(statement_open(registry, cases[i].sql, NULL, 0, &s, &err));
        assert_true(statement_next(s));
        if (strcmp(statement_peek_text(s, 0), cases[i].want) != 0)
            fail_msg("%s is %s", cases[i].sql, statement_peek_text(s, 0));
        assert_true(statement_close(s, &err));
    }
    registry_close(registry);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_delivery_state_from_text),
        cmocka_unit_test(test_no_list_is_forgotten),
        cmocka_unit_test(test_tables_are_strict),
        cmocka_unit_test(test_settings),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
