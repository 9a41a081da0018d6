/* SPDX-License-Identifier: EUPL-1.2 */
/* Searching, events by what they are about, copies. */
#include "test.h"

#include "registry_case.h"

#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct sample mails[] = {
    {.uid = 1,
     .from = "Eva@spd.example",
     .message_id = "1@x",
     .text = "Der Rat möge einen Radweg an der Kölner Straße bauen, siehe § 24.",
     .motions = 2},
    {.uid = 2,
     .from = "b@cdu.example",
     .message_id = "2@x",
     .text = "Wer zahlt das \"Schwimmbad\"?",
     .attachment = "zwei",
     .state = MESSAGE_HELD,
     .held_motions = 1,
     .reviewed = true},
    {.uid = 3,
     .from = "c@fremd.example",
     .message_id = "3@x",
     .text = "Hallo Schwimmbad",
     .state = MESSAGE_HELD},
    {.uid = 4,
     .from = "d@werbung.example",
     .message_id = "4@x",
     .text = "Schwimmbad billig",
     .state = MESSAGE_IGNORED},
    {.uid = 5, .state = MESSAGE_UNREADABLE, .unreadable = true},
    /* the same mail again says nothing new */
    {.uid = 6,
     .from = "Eva@spd.example",
     .message_id = "1@x",
     .text = "Der Rat möge einen Radweg an der Kölner Straße bauen, siehe § 24.",
     .motions = 2},
};

static int set_up(void **state)
{
    if (case_set_up(state) != 0)
        return -1;
    for (size_t i = 0; i < sizeof mails / sizeof *mails; i++)
        case_take(*state, mails[i]);
    return 0;
}

/* "A/2015/0001 A/2015/0002 m3": what was found, held ones by their message, sorted. */
static int compare_words(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *search(struct registry_case *f, const char *words, const char *body)
{
    struct found_row *rows;
    struct texts found = {0};
    size_t count;

    case_must(f, registry_search(f->registry, f->arena, words, body, &rows, &count, &f->err));
    for (size_t i = 0; i < count; i++)
        texts_add(&found, f->arena,
                  rows[i].motion.number != NULL
                      ? rows[i].motion.number
                      : arena_printf(f->arena, "m%lld%s", (long long)rows[i].motion.message,
                                     rows[i].has_document ? "+" : ""));
    if (count > 1)
        qsort(found.v, found.n, sizeof *found.v, compare_words);
    return text_join(f->arena, &found, " ");
}

static const struct search_case {
    const char *words, *body, *want;
} search_cases[] = {
    {"Radweg", NULL, "A/2015/0001 A/2015/0002 m2+ m3"}, /* in all subjects */
    {"radweg kölner", NULL, "A/2015/0001 A/2015/0002"},
    {"KOLNER", NULL, "A/2015/0001 A/2015/0002"},
    {"§ 24", NULL, "A/2015/0001 A/2015/0002"},
    {"Rad Stra", NULL, "A/2015/0001 A/2015/0002"},
    {"weg", NULL, ""}, /* beginnings only */
    {"Schwimmbad", NULL, "m2+ m3"},
    {"\"Schwimmbad\"?", NULL, "m2+ m3"},
    {"Schwimmbad OR", NULL, ""}, /* a word, not syntax */
    {"NEAR(", NULL, ""},
    {"title:Radweg", NULL, ""},
    {"eva@spd.example", NULL, "A/2015/0001 A/2015/0002"},
    {"Antrag.pdf", NULL, "m2+"},
    {"zwei", NULL, "m2+"}, /* in the attachment only */
    {"Radweg", "hau", "A/2015/0001 A/2015/0002 m2+ m3"},
    {"Radweg", "kleve", ""},
};

static void check_searches(struct registry_case *f)
{
    for (size_t i = 0; i < sizeof search_cases / sizeof *search_cases; i++) {
        const struct search_case *c = &search_cases[i];
        const char *got = search(f, c->words, c->body);
        if (strcmp(got, c->want) != 0)
            fail_msg("\"%s\": wanted \"%s\", got \"%s\"", c->words, c->want, got);
    }
}

static void test_search(void **state)
{
    check_searches(*state);
}

static void test_search_for_nothing(void **state)
{
    struct registry_case *f = *state;
    struct found_row *rows;
    size_t count;

    assert_false(registry_search(f->registry, f->arena, "  ", NULL, &rows, &count, &f->err));
    assert_int_equal(f->err.kind, ERR_USAGE);
}

static void test_search_gives_rows_of_list(void **state)
{
    struct registry_case *f = *state;
    struct found_row *rows;
    size_t count;

    case_must(f, registry_search(f->registry, f->arena, "Köln", NULL, &rows, &count, &f->err));
    assert_int_equal(count, 2);
    assert_string_equal(rows[0].motion.factions.v[0], "SPD");
    assert_string_equal(rows[0].motion.sender_address, "Eva@spd.example");
    assert_int_equal(rows[0].motion.message, 1);
    assert_true(rows[0].motion.consultation_count > 0);
}

static void run_sql(struct registry_case *f, const char *sql)
{
    const char *path = arena_printf(f->arena, "%s/registry.db", f->directory.state);
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void test_index_follows_a_change(void **state)
{
    struct registry_case *f = *state;

    registry_close(f->registry);
    run_sql(f, "UPDATE documents SET title = 'Parkbank' WHERE message = 1");
    case_must(f, registry_open(f->directory.state, REGISTRY_WRITE, &f->registry, &f->err));
    assert_string_equal(search(f, "Parkbank", NULL), "");
    case_must(f, registry_index_message(f->registry, 1, &f->err));
    assert_string_equal(search(f, "Parkbank", NULL), "A/2015/0001 A/2015/0002");
    assert_string_equal(search(f, "Radweg Köln", NULL), "A/2015/0001 A/2015/0002");
}

/* ---- events ---- */

static const struct event_case {
    const char *name;
    struct event_filter filter;
    const char *want; /* ids of the events' first and last, and the count */
} event_cases[] = {
    {"a message", {.message = 3, .since = MOMENT_NONE}, "held"},
    {"a number",
     {.body = "hau", .number = "A/2015/0002", .since = MOMENT_NONE},
     "registered queued queued"},
    {"an answer", {.delivery = 1, .since = MOMENT_NONE}, "queued"},
    {"an address in capitals", {.address = "B@CDU.example", .since = MOMENT_NONE}, "held queued"},
    {"an address that was only written to",
     {.address = "liste@town.example", .since = MOMENT_NONE},
     "queued queued"},
    {"a part of an address", {.address = "cdu.example", .since = MOMENT_NONE}, ""},
    {"since now", {.message = 3, .since = CASE_NOW}, "held"},
    {"since later", {.since = CASE_NOW + 1}, ""},
    {"behind the last", {.after = 1000, .since = MOMENT_NONE}, ""},
    {"another body", {.body = "kleve", .since = MOMENT_NONE}, ""},
};

static void test_filter_events(void **state)
{
    struct registry_case *f = *state;
    struct event_row *rows;
    size_t count;

    for (size_t i = 0; i < sizeof event_cases / sizeof *event_cases; i++) {
        const struct event_case *c = &event_cases[i];
        struct texts words = {0};

        case_must(
            f, registry_filter_events(f->registry, f->arena, &c->filter, &rows, &count, &f->err));
        for (size_t k = 0; k < count; k++)
            texts_add(&words, f->arena, rows[k].event);
        if (strcmp(text_join(f->arena, &words, " "), c->want) != 0)
            fail_msg("%s: wanted \"%s\", got \"%s\"", c->name, c->want,
                     text_join(f->arena, &words, " "));
    }
}

static void test_after_gives_the_rest(void **state)
{
    struct registry_case *f = *state;
    struct event_filter filter = {.since = MOMENT_NONE};
    struct event_row *rows;
    size_t all, rest;

    case_must(f, registry_filter_events(f->registry, f->arena, &filter, &rows, &all, &f->err));
    filter.after = rows[all - 3].seq;
    case_must(f, registry_filter_events(f->registry, f->arena, &filter, &rows, &rest, &f->err));
    assert_int_equal(rest, 2);
}

static void test_watch_stirs_at_a_commit(void **state)
{
    struct registry_case *f = *state;
    struct registry *reader;
    int64_t id;
    int fd;

    case_must(f, registry_open(f->directory.state, REGISTRY_READ, &reader, &f->err));
    case_must(f, registry_watch(reader, &fd, &f->err));
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&wait, 1, 0), 0);
    case_must(f, sample_take(f->registry, f->arena,
                             &(struct sample){.uid = 9, .from = "e@x.example", .message_id = "9@x"},
                             &id, &f->err));
    assert_int_equal(poll(&wait, 1, 5000), 1);
    close(fd);
    registry_close(reader);
}

/* ---- copies ---- */

static int64_t count_rows(struct registry_case *f, const char *path, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    (void)f;
    return n;
}

static void test_backup_is_whole_and_can_be_used(void **state)
{
    struct registry_case *f = *state;
    const char *path = arena_printf(f->arena, "%s/copy.db", f->directory.path);
    struct backup_counts counts;
    struct registry *reader;
    struct stat st;
    int64_t id;
    int fd;

    case_must(f, registry_open(f->directory.state, REGISTRY_READ, &reader, &f->err));
    case_must(f, registry_backup(reader, path, &counts, &f->err));
    assert_int_equal(counts.mails, 5); /* the sixth has the bytes of the first */
    assert_int_equal(counts.missing, 0);
    assert_int_equal(count_rows(f, path, "SELECT count(*) FROM messages"), 6);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 077, 0);
    assert_int_not_equal(access(arena_printf(f->arena, "%s-wal", path), F_OK), 0);

    /* what came after the first is in the second, which takes its place */
    case_must(f, sample_take(f->registry, f->arena,
                             &(struct sample){.uid = 9, .from = "e@x.example", .message_id = "9@x"},
                             &id, &f->err));
    case_must(f, registry_backup(reader, path, &counts, &f->err));
    assert_int_equal(counts.mails, 6);
    registry_close(reader);

    /* restoring, as the manual says it */
    const char *fresh = arena_printf(f->arena, "%s/fresh", f->directory.path);
    assert_int_equal(mkdir(fresh, 0700), 0);
    assert_int_equal(rename(path, arena_printf(f->arena, "%s/registry.db", fresh)), 0);
    assert_int_equal(
        rename(arena_printf(f->arena, "%s.mails", path), arena_printf(f->arena, "%s/mails", fresh)),
        0);
    registry_close(f->registry);
    case_must(f, registry_open(fresh, REGISTRY_WRITE, &f->registry, &f->err));
    struct message_row *rows;
    size_t count;
    case_must(f, registry_list_messages(f->registry, f->arena, -1, id, &rows, &count, &f->err));
    case_must(f, registry_open_raw(f->registry, rows[0].sha256, &fd, &f->err));
    close(fd);
    check_searches(f);
}

static void test_backup_counts_what_is_missing(void **state)
{
    struct registry_case *f = *state;
    const char *path = arena_printf(f->arena, "%s/copy.db", f->directory.path);
    struct backup_counts counts;
    struct message_row *rows;
    size_t count;

    case_must(f, registry_list_messages(f->registry, f->arena, -1, 3, &rows, &count, &f->err));
    assert_int_equal(unlink(arena_printf(f->arena, "%s/mails/%.2s/%s.eml", f->directory.state,
                                         rows[0].sha256, rows[0].sha256)),
                     0);
    case_must(f, registry_backup(f->registry, path, &counts, &f->err));
    assert_int_equal(counts.mails, 4);
    assert_int_equal(counts.missing, 1);
}

static void test_backup_that_cannot_be_written(void **state)
{
    struct registry_case *f = *state;
    struct backup_counts counts;

    assert_false(registry_backup(f->registry,
                                 arena_printf(f->arena, "%s/none/copy.db", f->directory.path),
                                 &counts, &f->err));
    assert_int_equal(f->err.kind, ERR_CANNOT_CREATE);
}

static void test_trial_leaves_nothing(void **state)
{
    struct registry_case *f = *state;
    const char *file = arena_printf(f->arena, "%s/registry.db", f->directory.state);
    struct registry *trial;
    struct known known;
    int64_t id;

    case_must(f, registry_open(f->directory.state, REGISTRY_TRIAL, &trial, &f->err));
    case_must(f, registry_begin(trial, &f->err));
    case_must(
        f, sample_record(
               trial, f->arena,
               &(struct sample){.uid = 9, .from = "e@x.example", .message_id = "9@x", .motions = 1},
               &known, &id, &f->err));
    assert_int_equal(id, 7);
    assert_int_equal(known.next_counter, 3);
    case_must(f, registry_commit(trial, &f->err));
    registry_close(trial);
    assert_int_equal(count_rows(f, file, "SELECT count(*) FROM messages"), 6);
}

static void test_trial_of_nothing(void **state)
{
    struct registry_case *f = *state;
    const char *none = arena_printf(f->arena, "%s/none", f->directory.path);
    struct registry *trial;
    struct registry_counts counts;

    case_must(f, registry_open(none, REGISTRY_TRIAL, &trial, &f->err));
    case_must(f, registry_count(trial, f->arena, &counts, &f->err));
    assert_int_equal(counts.motions, 0);
    registry_close(trial);
    assert_int_not_equal(access(none, F_OK), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, case_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_search),
        TEST(test_search_for_nothing),
        TEST(test_search_gives_rows_of_list),
        TEST(test_index_follows_a_change),
        TEST(test_filter_events),
        TEST(test_after_gives_the_rest),
        TEST(test_watch_stirs_at_a_commit),
        TEST(test_backup_is_whole_and_can_be_used),
        TEST(test_backup_counts_what_is_missing),
        TEST(test_backup_that_cannot_be_written),
        TEST(test_trial_leaves_nothing),
        TEST(test_trial_of_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
