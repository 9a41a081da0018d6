/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "registry_case.h"

#include "base/file.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SPD "eva@spd.example"
#define CDU "karl@cdu.example"
#define NOBODY 65534

/* SQL of the test's own, past the verbs: false where SQLite refuses. */
static bool run_sql(struct registry_case *f, const char *sql)
{
    sqlite3 *db;
    const char *path = arena_printf(f->arena, "%s/registry.db", f->directory.state);

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_exec(db, "PRAGMA foreign_keys = ON", NULL, NULL, NULL);
    bool ok = sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
    sqlite3_close(db);
    return ok;
}

static int64_t get_sql(struct registry_case *f, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    const char *path = arena_printf(f->arena, "%s/registry.db", f->directory.state);

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return n;
}

static struct message_row message(struct registry_case *f, int64_t id)
{
    struct message_row *rows;
    size_t count;

    if (!registry_list_messages(f->registry, f->arena, -1, id, &rows, &count, &f->err))
        fail_msg("%s", f->err.text);
    assert_int_equal(count, 1);
    return rows[0];
}

static const struct motion_filter no_filter = {
    .meeting = {INT32_MIN}, .since = {INT32_MIN}, .state = -1};

static size_t list_motions(struct registry_case *f, const struct motion_filter *filter,
                           struct motion_row **rows_r)
{
    size_t count;

    if (!registry_list_motions(f->registry, f->arena, filter, rows_r, &count, &f->err))
        fail_msg("%s", f->err.text);
    return count;
}

static size_t list_deliveries(struct registry_case *f, int64_t message_id, struct delivery **rows_r)
{
    size_t count;

    if (!registry_list_deliveries(f->registry, f->arena, message_id, 0, rows_r, &count, &f->err))
        fail_msg("%s", f->err.text);
    return count;
}

static size_t due(struct registry_case *f, int64_t now, struct delivery **rows_r)
{
    size_t count;

    if (!registry_due(f->registry, f->arena, now, &(struct texts){0}, 100, rows_r, &count, &f->err))
        fail_msg("%s", f->err.text);
    return count;
}

static size_t list_events(struct registry_case *f, int64_t id, const char *number,
                          struct event_row **rows_r)
{
    size_t count;

    if (!registry_list_events(f->registry, f->arena, id, number != NULL ? "hau" : NULL, number,
                              rows_r, &count, &f->err))
        fail_msg("%s", f->err.text);
    return count;
}

/* ---- opening ---- */

static void test_open_makes_private_files(void **state)
{
    struct registry_case *f = *state;
    static const char *const names[] = {"", "/lock", "/mails", "/registry.db"};
    struct stat st;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(stat(arena_printf(f->arena, "%s%s", f->directory.state, names[i]), &st),
                         0);
        assert_int_equal(st.st_mode & 077, 0);
    }
}

static void test_second_writer_is_told_where(void **state)
{
    struct registry_case *f = *state;
    struct registry *second;

    assert_false(registry_open(f->directory.state, REGISTRY_WRITE, &second, &f->err));
    assert_null(second);
    assert_int_equal(f->err.kind, ERR_TRY_AGAIN);
    assert_non_null(strstr(f->err.text, f->directory.state));
    /* the failed one must not have taken the first one's lock away */
    assert_false(registry_open(f->directory.state, REGISTRY_WRITE, &second, &f->err));
    registry_close(f->registry);
    case_open(f, REGISTRY_WRITE);
}

static void test_newer_schema_is_left_alone(void **state)
{
    struct registry_case *f = *state;

    registry_close(f->registry);
    assert_true(run_sql(f, "PRAGMA user_version = 99"));
    for (int mode = REGISTRY_READ; mode <= REGISTRY_WRITE; mode++) {
        assert_false(
            registry_open(f->directory.state, (enum registry_mode)mode, &f->registry, &f->err));
        assert_int_equal(f->err.kind, ERR_CONFIG);
        assert_non_null(strstr(f->err.text, "newer"));
        assert_non_null(strstr(f->err.text, "99"));
    }
    assert_int_equal(get_sql(f, "PRAGMA user_version"), 99);
}

static void test_reader_of_nothing(void **state)
{
    struct registry_case *f = *state;
    struct registry *reader;
    char *path = arena_printf(f->arena, "%s/none", f->directory.path);
    struct stat st;

    assert_false(registry_open(path, REGISTRY_READ, &reader, &f->err));
    assert_int_equal(f->err.kind, ERR_NO_INPUT);
    assert_int_not_equal(stat(path, &st), 0); /* and nothing was made */
}

static void write_garbage(struct registry_case *f, off_t at, size_t n)
{
    const char *path = arena_printf(f->arena, "%s/registry.db", f->directory.state);
    int fd = open(path, O_WRONLY);
    char *bytes = arena_alloc(f->arena, n);

    memset(bytes, 'x', n);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, n, at), n);
    close(fd);
}

static void test_damage_is_found_at_start(void **state)
{
    static const struct {
        off_t at;
        size_t n;
    } cases[] = {{4096 * 3, 4096}, {0, 4096}};
    struct registry_case *f = *state;

    case_take(f, (struct sample){.uid = 1, .from = SPD, .message_id = "1@spd", .motions = 1});
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        registry_close(f->registry);
        write_garbage(f, cases[i].at, cases[i].n);
        assert_false(registry_open(f->directory.state, REGISTRY_WRITE, &f->registry, &f->err));
        assert_int_equal(f->err.kind, ERR_DATA);
        assert_non_null(strstr(f->err.text, "backup"));
    }
}

static void test_foreign_database_is_left_alone(void **state)
{
    struct registry_case *f = *state;

    registry_close(f->registry);
    assert_true(run_sql(f, "PRAGMA application_id = 77"));
    assert_false(registry_open(f->directory.state, REGISTRY_WRITE, &f->registry, &f->err));
    assert_int_equal(f->err.kind, ERR_DATA);
}

/* In a child: the count of motions a reader sees, 100 and more for an error. */
static int read_in_child(struct registry_case *f, uid_t uid)
{
    pid_t pid = fork();

    if (pid == 0) {
        struct registry *reader;
        struct motion_row *rows;
        size_t count = 0;
        if (uid != 0 && (setgroups(0, NULL) != 0 || setgid(uid) != 0 || setuid(uid) != 0))
            _exit(103);
        if (!registry_open(f->directory.state, REGISTRY_READ, &reader, &f->err)) {
            fprintf(stderr, "reader: %s\n", f->err.text);
            _exit(100);
        }
        if (!registry_list_motions(reader, f->arena, &no_filter, &rows, &count, &f->err))
            _exit(101);
        if (registry_begin(reader, &f->err) && registry_commit(reader, &f->err))
            count += 0; /* a transaction that writes nothing is none of a reader's business */
        registry_close(reader);
        _exit((int)count);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void remove_log(struct registry_case *f)
{
    unlink(arena_printf(f->arena, "%s/registry.db-wal", f->directory.state));
    unlink(arena_printf(f->arena, "%s/registry.db-shm", f->directory.state));
}

static void test_reader_with_and_without_daemon(void **state)
{
    struct registry_case *f = *state;

    case_take(f, (struct sample){.uid = 1, .from = SPD, .message_id = "1@spd", .motions = 2});
    assert_int_equal(read_in_child(f, 0), 2); /* while the writer is there */
    assert_true(registry_begin(f->registry, &f->err));
    assert_int_equal(read_in_child(f, 0), 2); /* in the middle of its batch */
    registry_rollback(f->registry);
    registry_close(f->registry);
    f->registry = NULL;
    assert_int_equal(read_in_child(f, 0), 2);
    remove_log(f); /* as after a backup that was restored */
    assert_int_equal(read_in_child(f, 0), 2);
    assert_int_equal(read_in_child(f, 0), 2);
    case_open(f, REGISTRY_WRITE); /* what the readers left does not trouble a writer */
    case_take(f, (struct sample){.uid = 2, .from = SPD, .message_id = "2@spd", .motions = 1});
    assert_int_equal(read_in_child(f, 0), 3);
}

static void test_reader_cannot_write(void **state)
{
    struct registry_case *f = *state;
    struct sample sample = {.uid = 1, .from = SPD, .message_id = "1@spd", .motions = 1};
    int64_t id;

    registry_close(f->registry);
    case_open(f, REGISTRY_READ);
    assert_false(sample_take(f->registry, f->arena, &sample, &id, &f->err));
    assert_int_equal(f->err.kind, ERR_CANNOT_CREATE);
}

static void give_to(struct registry_case *f, uid_t uid)
{
    static const char *const names[] = {
        "", "/lock", "/mails", "/registry.db", "/registry.db-wal", "/registry.db-shm"};

    assert_int_equal(chown(f->directory.path, uid, uid), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = arena_printf(f->arena, "%s%s", f->directory.state, names[i]);
        if (access(path, F_OK) == 0)
            assert_int_equal(chown(path, uid, uid), 0);
    }
}

/* The daemon is no root; an administrator who is reads without leaving files that lock it out. */
static void test_reader_as_the_daemons_user(void **state)
{
    struct registry_case *f = *state;
    struct stat st;

    if (geteuid() != 0) {
        print_message("SKIPPED: only root can become the daemon's user\n");
        skip();
    }
    case_take(f, (struct sample){.uid = 1, .from = SPD, .message_id = "1@spd", .motions = 1});
    registry_close(f->registry);
    f->registry = NULL;
    give_to(f, NOBODY);
    assert_int_equal(read_in_child(f, NOBODY), 1);
    remove_log(f);
    assert_int_equal(read_in_child(f, NOBODY), 1);
    remove_log(f);
    assert_int_equal(read_in_child(f, 0), 1); /* root makes them */
    assert_int_equal(stat(arena_printf(f->arena, "%s/registry.db-shm", f->directory.state), &st),
                     0);
    assert_int_equal(st.st_uid, NOBODY);
    assert_int_equal(read_in_child(f, NOBODY), 1);
}

/* ---- raw mails ---- */

static void test_raw_is_kept_by_content(void **state)
{
    struct registry_case *f = *state;
    struct sample sample = {.uid = 1, .from = SPD, .message_id = "1@spd"};
    struct raw_mail raw;
    char bytes[1000];
    int fd;

    sample_make_raw(&sample, f->arena, &raw);
    const char *hex = text_hex(f->arena, raw.sha256, DIGEST_SIZE);
    assert_false(registry_open_raw(f->registry, hex, &fd, &f->err));
    assert_int_equal(f->err.kind, ERR_NO_INPUT);
    for (int i = 0; i < 2; i++)
        assert_true(registry_keep_raw(f->registry, &raw, &f->err));
    assert_true(registry_open_raw(f->registry, hex, &fd, &f->err));
    assert_int_equal(read(fd, bytes, sizeof bytes), raw.size);
    assert_string_equal(hex, digest_hex(f->arena, bytes, raw.size));
    close(fd);
    raw.sha256[5] ^= 1;
    assert_false(registry_keep_raw(f->registry, &raw, &f->err));
    assert_int_equal(f->err.kind, ERR_DATA);
    assert_false(
        registry_open_raw(f->registry, text_hex(f->arena, raw.sha256, DIGEST_SIZE), &fd, &f->err));
    raw.sha256[5] ^= 1;
    raw.size++;
    assert_false(registry_keep_raw(f->registry, &raw, &f->err));
    close(raw.fd);
}

static size_t count_unclaimed(struct registry_case *f, int64_t before, const char *sum)
{
    struct texts paths;

    case_must(f, registry_list_unclaimed(f->registry, f->arena, before, &paths, &f->err));
    for (size_t i = 0; i < paths.n; i++)
        assert_non_null(strstr(paths.v[i], sum));
    return paths.n;
}

/* The daemon was killed before the row of the second: it stays where it is, and is named until a
 * visit brings it again. */
static void test_raw_without_a_row_is_named(void **state)
{
    struct registry_case *f = *state;
    struct sample second = {.uid = 2, .from = SPD, .message_id = "2@spd", .text = "b"};
    int64_t now = (int64_t)time(NULL);
    struct raw_mail raw;

    case_take(f, (struct sample){.uid = 1, .from = SPD, .message_id = "1@spd", .text = "a"});
    sample_make_raw(&second, f->arena, &raw);
    const char *sum = text_hex(f->arena, raw.sha256, DIGEST_SIZE);
    case_must(f, registry_keep_raw(f->registry, &raw, &f->err));
    close(raw.fd);
    case_reopen(f);
    assert_int_equal(count_unclaimed(f, now - 3600, sum), 0); /* it may be on its way */
    assert_int_equal(count_unclaimed(f, now + 3600, sum), 1);
    case_take(f, second);
    assert_int_equal(count_unclaimed(f, now + 3600, sum), 0);
}

static void test_raw_names_are_sums_only(void **state)
{
    static const char *const names[] = {
        "", "../../etc/passwd", "ABCDEF",
        "0000000000000000000000000000000000000000000000000000000000000/..",
        "000000000000000000000000000000000000000000000000000000000000000"};
    struct registry_case *f = *state;
    int fd;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_false(registry_open_raw(f->registry, names[i], &fd, &f->err));
        assert_int_equal(f->err.kind, ERR_USAGE);
        assert_int_equal(fd, -1);
    }
}

/* ---- recording ---- */

static void test_record_is_read_back(void **state)
{
    struct registry_case *f = *state;
    struct motion_row *motions;
    int64_t id = case_take(f, (struct sample){.uid = 21,
                                              .from = SPD,
                                              .message_id = "1@spd",
                                              .motions = 2,
                                              .held_motions = 1,
                                              .kind = MOTION_BUDGET});
    struct message_row row = message(f, id);

    assert_int_equal(row.id, 1);
    assert_string_equal(row.body, "hau");
    assert_string_equal(row.mailbox, "rathaus");
    assert_string_equal(row.folder, "INBOX");
    assert_int_equal(row.uidvalidity, 7);
    assert_int_equal(row.uid, 21);
    assert_int_equal(row.arrived_at, CASE_NOW - 30);
    assert_int_equal(row.registered_at, CASE_NOW);
    assert_string_equal(row.arrival_basis, "mx.town.example");
    assert_string_equal(row.from, SPD);
    assert_string_equal(row.subject, "Antrag: Radweg");
    assert_string_equal(row.message_id, "1@spd");
    assert_string_equal(row.class, "personal");
    assert_int_equal(row.state, MESSAGE_REGISTERED);
    assert_string_equal(row.reason, "a reason");
    assert_string_equal(row.trust, "listed");
    assert_int_equal(row.motions.n, 2);
    assert_string_equal(row.motions.v[1], "A/2015/0002");
    assert_non_null(strstr(row.reading, "antragd/reading/1"));

    assert_int_equal(list_motions(f, &no_filter, &motions), 2);
    assert_string_equal(motions[1].number, "A/2015/0002");
    assert_int_equal(motions[1].version, 1);
    assert_string_equal(motions[1].body, "hau");
    assert_int_equal(motions[1].kind, MOTION_BUDGET);
    assert_string_equal(motions[1].title, "Radweg 2");
    assert_int_equal(motions[1].factions.n, 1);
    assert_string_equal(motions[1].factions.v[0], "SPD");
    assert_int_equal(motions[1].named.n, 1);
    assert_string_equal(motions[1].named.v[0], "GRÜNE");
    assert_int_equal(motions[1].state, MOTION_STATE_REGISTERED);
    assert_string_equal(motions[1].sender_name, "Eva Beispiel");
    assert_string_equal(motions[1].sender_address, SPD);
    assert_int_equal(motions[1].mail_date, CASE_NOW - 191);
    assert_int_equal(motions[1].deadline.state, DEADLINE_IN_TIME);
    assert_int_equal(motions[1].deadline.until, CASE_NOW + 86400);
    assert_string_equal(motions[1].deadline.rule, "zehn Tage");
    assert_string_equal(day_to_text(f->arena, motions[1].deadline.last_day), "2015-09-14");
    assert_int_equal(motions[1].consultation_count, 2);
    assert_string_equal(motions[1].consultations[0].organization, "Rat");
    assert_string_equal(day_to_text(f->arena, motions[1].consultations[0].meeting), "2015-09-24");
    assert_true(day_is_none(motions[1].consultations[1].meeting));
    assert_int_equal(motions[1].consultations[1].deadline.state, DEADLINE_UNKNOWN);
    assert_int_equal(motions[1].consultations[1].deadline.until, MOMENT_NONE);
    assert_string_equal(motions[1].sha256, row.sha256);
    assert_int_equal(motions[1].message, id);
}

static void test_events_tell_what_happened(void **state)
{
    static const struct {
        const char *event, *id, *number;
    } want[] = {
        {"registered", "m1", "A/2015/0001"},
        {"held", "m1", NULL},
        {"queued", "o1", "A/2015/0001"},
        {"queued", "o2", "A/2015/0001"},
        {"ignored", "m2", NULL},
    };
    struct registry_case *f = *state;
    struct event_row *rows;

    case_take(f,
              (struct sample){
                  .uid = 1, .from = SPD, .message_id = "1@spd", .motions = 1, .held_motions = 1});
    case_take(
        f, (struct sample){.uid = 2, .from = SPD, .message_id = "2@spd", .state = MESSAGE_IGNORED});
    assert_int_equal(list_events(f, 0, NULL, &rows), 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(rows[i].seq, i + 1);
        assert_int_equal(rows[i].at, CASE_NOW);
        assert_string_equal(rows[i].event, want[i].event);
        assert_string_equal(rows[i].id, want[i].id);
        assert_true(text_equal(rows[i].number, want[i].number));
        assert_string_equal(rows[i].actor, "antragd");
    }
    assert_int_equal(list_events(f, 1, NULL, &rows), 4);
    assert_int_equal(list_events(f, 2, NULL, &rows), 1);
    assert_int_equal(list_events(f, 0, "A/2015/0001", &rows), 3);
}

static void test_history_cannot_be_changed(void **state)
{
    static const char *const refused[] = {
        "UPDATE events SET text = 'other' WHERE seq = 1",
        "DELETE FROM events",
        "UPDATE numbers SET number = 'A/2015/9999'",
        "DELETE FROM numbers",
        "INSERT INTO numbers VALUES ('hau', 2015, 3, 'x', 1, 1)",
        "UPDATE deliveries SET bytes = x'00'",
        "UPDATE deliveries SET recipient = 'other@x.example'",
        "DELETE FROM messages",
        "UPDATE messages SET state = 'lost'",
        "UPDATE messages SET uid = 'x'", /* STRICT */
        "INSERT INTO deliveries SELECT 99, body, kind, message, motion, occasion, recipient,"
        " recipient_key,"
        " envelope_from, subject, 'new@id', bytes, state, attempts, created_at, next_attempt,"
        " response FROM deliveries WHERE id = 1",
    };
    struct registry_case *f = *state;

    case_take(f, (struct sample){.uid = 1, .from = SPD, .message_id = "1@spd", .motions = 1});
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (run_sql(f, refused[i]))
            fail_msg("was let through: %s", refused[i]);
    }
}

static void test_filters(void **state)
{
    struct day there = DAY_NONE, other = DAY_NONE;
    struct registry_case *f = *state;

    day_parse("2015-09-24", &there);
    day_parse("2015-09-25", &other);
    case_take(f, (struct sample){.uid = 1, .from = SPD, .message_id = "1@spd", .motions = 2});
    case_take(f, (struct sample){
                     .uid = 2, .from = "g@x", .message_id = "2@g", .motions = 1, .faction = "ÖDP"});
    case_take(f, (struct sample){
                     .uid = 3, .body = "goch", .from = SPD, .message_id = "3@spd", .motions = 1});
    struct {
        const char *name;
        struct motion_filter filter;
        size_t want;
    } cases[] = {
        {"all", no_filter, 4},
        {"body", {.body = "goch", .meeting = DAY_NONE, .since = DAY_NONE, .state = -1}, 1},
        {"number",
         {.number = "A/2015/0001", .meeting = DAY_NONE, .since = DAY_NONE, .state = -1},
         2},
        {"body and number",
         {.body = "hau",
          .number = "A/2015/0001",
          .meeting = DAY_NONE,
          .since = DAY_NONE,
          .state = -1},
         1},
        {"faction without case",
         {.faction = "ödp", .meeting = DAY_NONE, .since = DAY_NONE, .state = -1},
         1},
        {"named faction",
         {.faction = "grüne", .meeting = DAY_NONE, .since = DAY_NONE, .state = -1},
         4},
        {"meeting", {.meeting = there, .since = DAY_NONE, .state = -1}, 4},
        {"other meeting", {.meeting = other, .since = DAY_NONE, .state = -1}, 0},
        {"since before", {.meeting = DAY_NONE, .since = moment_day(CASE_NOW), .state = -1}, 4},
        {"since after", {.meeting = DAY_NONE, .since = there, .state = -1}, 0},
        {"state", {.meeting = DAY_NONE, .since = DAY_NONE, .state = MOTION_STATE_WITHDRAWN}, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct motion_row *rows;
        size_t count = list_motions(f, &cases[i].filter, &rows);
        if (count != cases[i].want)
            fail_msg("%s: %zu, not %zu", cases[i].name, count, cases[i].want);
    }
}

static void test_replay_changes_nothing(void **state)
{
    struct registry_case *f = *state;
    struct sample sample = {
        .uid = 1, .from = SPD, .message_id = "1@spd", .motions = 1, .reviewed = true};
    struct delivery *deliveries;
    struct event_row *events;

    int64_t id = case_take(f, sample);
    size_t before = list_events(f, 0, NULL, &events);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(case_take(f, sample), id);
        registry_close(f->registry);
        case_open(f, REGISTRY_WRITE);
    }
    assert_int_equal(list_events(f, 0, NULL, &events), before);
    assert_int_equal(list_deliveries(f, 0, &deliveries), 3);
    assert_int_equal(get_sql(f, "SELECT count(*) FROM messages"), 1);
    assert_int_equal(get_sql(f, "SELECT count(*) FROM numbers"), 1);
}

/* The second of two mails after the first: what is known of it. */
static void test_lookup(void **state)
{
    const struct sample base = {
        .uid = 1, .from = SPD, .message_id = "1@spd", .text = "Antrag", .motions = 1};
    const struct sample paper = {
        .uid = 1, .from = SPD, .message_id = "1@spd", .attachment = "Antrag", .motions = 1};
    const struct {
        const char *name;
        struct sample first, second;
        bool same_bytes, same_mail, other_of_id, told;
        const char *same_content;
    } cases[] = {
        {.name = "the same bytes",
         .first = base,
         .second = {.uid = 2, .from = SPD, .message_id = "1@spd", .text = "Antrag"},
         .same_bytes = true,
         .same_mail = true},
        {.name = "another way",
         .first = base,
         .second = {.uid = 2, .from = SPD, .message_id = "1@spd", .text = "Antrag", .trace = "mx"},
         .same_mail = true},
        {.name = "sender in capitals",
         .first = base,
         .second = {.uid = 2, .from = "EVA@SPD.example", .message_id = "1@spd", .text = "Antrag"},
         .same_mail = true},
        {.name = "same id, other content",
         .first = base,
         .second = {.uid = 2, .from = SPD, .message_id = "1@spd", .text = "Neu", .motions = 1},
         .other_of_id = true},
        {.name = "same id, other sender",
         .first = base,
         .second = {.uid = 2, .from = "o@x", .message_id = "1@spd", .text = "Antrag", .motions = 1},
         .other_of_id = true},
        {.name = "same text, other id",
         .first = base,
         .second = {.uid = 2, .from = SPD, .message_id = "2@spd", .text = "Antrag", .motions = 1},
         .same_content = "A/2015/0001"},
        {.name = "same text, other id, other sender",
         .first = base,
         .second = {.uid = 2, .from = "o@x", .message_id = "2@x", .text = "Antrag", .motions = 1}},
        {.name = "same paper, other words",
         .first = paper,
         .second = {.uid = 2,
                    .from = SPD,
                    .message_id = "2@spd",
                    .text = "Nochmals",
                    .attachment = "Antrag"},
         .same_content = "A/2015/0001"},
        {.name = "same words and logo, other paper",
         .first = paper,
         .second =
             {.uid = 2, .from = SPD, .message_id = "2@spd", .attachment = "Neu", .motions = 1}},
        {.name = "same id and paper, other words",
         .first = paper,
         .second = {.uid = 2,
                    .from = SPD,
                    .message_id = "1@spd",
                    .text = "Neu",
                    .attachment = "Antrag",
                    .motions = 1},
         .other_of_id = true},
        {.name = "held before",
         .first = {.uid = 1,
                   .from = SPD,
                   .message_id = "1@spd",
                   .state = MESSAGE_HELD,
                   .held_motions = 1},
         .second = {.uid = 2, .from = SPD, .message_id = "1@spd", .held_motions = 1}},
        {.name = "held and told before",
         .first = {.uid = 1,
                   .from = SPD,
                   .message_id = "1@spd",
                   .state = MESSAGE_HELD,
                   .reviewed = true},
         .second = {.uid = 2, .from = SPD, .message_id = "1@spd", .state = MESSAGE_HELD},
         .told = true},
        {.name = "another body",
         .first = base,
         .second = {.uid = 1,
                    .body = "goch",
                    .from = SPD,
                    .message_id = "1@spd",
                    .text = "Antrag",
                    .motions = 1}},
        {.name = "no Message-ID, another second",
         .first = {.uid = 1, .from = SPD, .text = "Antrag", .motions = 1},
         .second =
             {.uid = 2, .from = SPD, .text = "Antrag", .trace = "mx", .later = 1, .motions = 1},
         .same_content = "A/2015/0001"},
        {.name = "no Message-ID, the same second",
         .first = {.uid = 1, .from = SPD, .text = "Antrag", .motions = 1},
         .second = {.uid = 2, .from = SPD, .text = "Antrag", .trace = "mx"},
         .same_mail = true},
        {.name = "no Message-ID, another sender",
         .first = {.uid = 1, .from = SPD, .text = "Antrag", .motions = 1},
         .second = {.uid = 2, .from = "o@x", .text = "Antrag", .trace = "mx", .motions = 1}},
        {.name = "its file has no Message-ID",
         .first = base,
         .second = {.uid = 2, .from = SPD, .text = "Antrag", .trace = "mx"},
         .same_mail = true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct known known;
        int64_t id;
        struct registry_case *f = *state;

        case_take(f, cases[i].first);
        assert_true(registry_begin(f->registry, &f->err));
        if (!sample_record(f->registry, f->arena, &cases[i].second, &known, &id, &f->err))
            fail_msg("%s: %s", cases[i].name, f->err.text);
        assert_true(registry_commit(f->registry, &f->err));
        if ((known.same_bytes == 1) != cases[i].same_bytes ||
            (known.same_mail == 1) != cases[i].same_mail || (known.told == 1) != cases[i].told ||
            (known.other_of_id != NULL) != cases[i].other_of_id ||
            !text_equal(known.same_content, cases[i].same_content))
            fail_msg("%s: bytes %lld mail %lld told %lld other %s content %s", cases[i].name,
                     (long long)known.same_bytes, (long long)known.same_mail, (long long)known.told,
                     known.other_of_id, known.same_content);
        assert_int_equal(known.message, 2);
        assert_int_equal(id, 2);
        case_tear_down(state);
        case_set_up(state);
    }
}

/* What is known of a mail that comes now. */
static struct known look_up(struct registry_case *f, struct sample sample)
{
    struct known known;
    int64_t id;

    assert_true(registry_begin(f->registry, &f->err));
    if (!sample_record(f->registry, f->arena, &sample, &known, &id, &f->err))
        fail_msg("%s", f->err.text);
    registry_rollback(f->registry);
    return known;
}

#define HELD(n, words, ...)                                                                       \
    (struct sample)                                                                               \
    {                                                                                             \
        .uid = (n), .from = SPD, .message_id = #n "@spd", .text = (words), .state = MESSAGE_HELD, \
        __VA_ARGS__                                                                               \
    }

static void test_loops_are_known(void **state)
{
    struct registry_case *f = *state;
    struct known known;

    case_take(f, HELD(1, "a", .reviewed = true));
    case_take(f, HELD(2, "b", .reviewed = true));
    known = look_up(f, HELD(3, "c", .references = {"hau-1-0@town.example"}));
    assert_false(known.loop || known.own || known.told != 0);
    /* an answer to our answer to its answer to ours */
    known =
        look_up(f, HELD(3, "c", .references = {"hau-1-0@town.example", "hau-2-0@town.example"}));
    assert_true(known.loop);
    /* the same content under another Message-ID, while it waits */
    assert_int_equal(look_up(f, HELD(3, "b", .reviewed = true)).told, 2);
    /* by another */
    known = look_up(f, (struct sample){.uid = 3, .from = CDU, .message_id = "3@cdu", .text = "b"});
    assert_int_equal(known.told, 0);
    /* our own mail, whoever says that he sent it */
    known =
        look_up(f, (struct sample){.uid = 3, .from = SPD, .message_id = "hau-1-0@town.example"});
    assert_true(known.own);
    /* the same subject again and again, whatever else it says */
    case_take(f, HELD(3, "c", .reviewed = true));
    assert_true(look_up(f, HELD(4, "d", .reviewed = true)).loop);
    known = look_up(f, (struct sample){.uid = 4, .from = CDU, .message_id = "4@cdu", .text = "d"});
    assert_false(known.loop);
}

static struct sample without_subject(struct registry_case *f, uint32_t n)
{
    return (struct sample){.uid = n,
                           .from = SPD,
                           .message_id = arena_printf(f->arena, "%u@spd", n),
                           .text = arena_printf(f->arena, "text %u", n),
                           .no_subject = true,
                           .state = MESSAGE_HELD,
                           .reviewed = true};
}

static void test_loops_without_subject(void **state)
{
    struct registry_case *f = *state;

    for (uint32_t n = 1; n <= 3; n++) {
        assert_false(look_up(f, without_subject(f, n)).loop);
        case_take(f, without_subject(f, n));
    }
    assert_true(look_up(f, without_subject(f, 4)).loop);
    assert_false(look_up(f, HELD(4, "text 4")).loop);
    /* an hour later it is a new matter */
    assert_true(
        run_sql(f, "UPDATE messages SET registered_at = registered_at - 3600 WHERE id < 3"));
    assert_false(look_up(f, without_subject(f, 4)).loop);
}

static void test_loops_by_content(void **state)
{
    struct registry_case *f = *state;

    case_take(f, HELD(1, "same", .subject = "Re: a", .reviewed = true));
    assert_false(look_up(f, HELD(2, "other", .subject = "Re: Re: a")).loop);
    assert_true(look_up(f, HELD(3, "same", .subject = "Re: Re: Re: a")).loop);
    assert_false(look_up(f, HELD(3, "other", .subject = "Re: Re: Re: a")).loop);
    assert_false(look_up(f, HELD(3, "same", .subject = "b", .lacks_attachment = true)).loop);
    assert_true(run_sql(f, "UPDATE messages SET registered_at = registered_at - 604800"));
    case_take(f, HELD(2, "other", .subject = "c"));
    assert_false(look_up(f, HELD(3, "same", .subject = "Re: Re: Re: a")).loop);
}

static void test_new_uidvalidity_answers_nobody(void **state)
{
    struct registry_case *f = *state;
    struct sample registered = {.uid = 1, .from = SPD, .message_id = "1@spd", .motions = 1};
    struct sample held = {.uid = 2,
                          .from = SPD,
                          .message_id = "2@spd",
                          .text = "Frage",
                          .state = MESSAGE_HELD,
                          .reviewed = true};
    struct delivery *rows;

    case_take(f, registered);
    case_take(f, held);
    assert_int_equal(list_deliveries(f, 0, &rows), 3);
    registered.uidvalidity = held.uidvalidity = 8;
    registered.uid = held.uid + 40;
    held.uid = 44;
    int64_t copy = case_take(f, registered);
    case_take(f, held);
    assert_int_equal(message(f, copy).state, MESSAGE_DUPLICATE);
    assert_true(text_starts(message(f, copy).reason, "m1"));
    assert_int_equal(list_deliveries(f, 0, &rows), 3);
    assert_int_equal(get_sql(f, "SELECT count(*) FROM messages"), 4);
    assert_int_equal(get_sql(f, "SELECT count(*) FROM numbers"), 1);
}

static void test_bodies_count_for_themselves(void **state)
{
    struct registry_case *f = *state;
    struct sample sample = {.from = SPD, .message_id = "1@spd", .motions = 2};

    for (uint32_t i = 1; i <= 2; i++) {
        sample.body = i == 1 ? "hau" : "goch";
        sample.uid = i;
        int64_t id = case_take(f, sample);
        assert_int_equal(message(f, id).state, MESSAGE_REGISTERED);
        assert_string_equal(message(f, id).motions.v[0], "A/2015/0001");
        assert_string_equal(message(f, id).motions.v[1], "A/2015/0002");
    }
}

static void test_numbers_over_rollback(void **state)
{
    struct registry_case *f = *state;
    struct known known;
    int64_t id;

    case_take(f, (struct sample){.uid = 1, .from = SPD, .message_id = "1@spd", .motions = 1});
    assert_true(registry_begin(f->registry, &f->err));
    for (uint32_t uid = 2; uid < 5; uid++) {
        struct sample sample = {.uid = uid,
                                .from = SPD,
                                .text = arena_printf(f->arena, "Antrag %u", uid),
                                .motions = 3};
        assert_true(sample_record(f->registry, f->arena, &sample, &known, &id, &f->err));
    }
    registry_rollback(f->registry);
    case_take(f, (struct sample){.uid = 2, .from = SPD, .text = "Zweiter", .motions = 2});
    assert_int_equal(get_sql(f, "SELECT max(counter) = 3 AND count(*) = 3 FROM numbers"), 1);
    assert_int_equal(get_sql(f, "SELECT max(id) = 2 FROM messages"), 1);
}

static void test_failing_record_leaves_the_batch(void **state)
{
    static const struct {
        const char *name;
        struct sample sample;
    } mistakes[] = {
        {"stale id", {.uid = 9, .from = SPD, .text = "x", .motions = 1, .wrong_message = -1}},
        {"id ahead", {.uid = 9, .from = SPD, .text = "x", .motions = 1, .wrong_message = 1}},
        {"counter ahead", {.uid = 9, .from = SPD, .text = "x", .motions = 1, .wrong_counter = 1}},
        {"unknown number",
         {.uid = 9, .from = SPD, .text = "x", .motions = 1, .wrong_number = "A/2015/0999"}},
        {"Message-ID twice",
         {.uid = 9, .from = SPD, .text = "x", .motions = 1, .same_message_id = "a@town"}},
        {"withdrawal with a number",
         {.uid = 9, .from = SPD, .text = "x", .motions = 1, .kind = MOTION_WITHDRAWAL}},
    };
    struct registry_case *f = *state;
    struct known known;
    int64_t id;

    assert_true(registry_begin(f->registry, &f->err));
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct sample good = {.uid = (uint32_t)(100 + i),
                              .from = SPD,
                              .text = arena_printf(f->arena, "Antrag %zu", i),
                              .motions = 1};
        assert_true(sample_record(f->registry, f->arena, &good, &known, &id, &f->err));
        if (sample_record(f->registry, f->arena, &mistakes[i].sample, &known, &id, &f->err))
            fail_msg("%s was let through", mistakes[i].name);
        assert_int_equal(f->err.kind, ERR_BUG);
        assert_int_equal(id, 0);
    }
    assert_true(registry_commit(f->registry, &f->err));
    int64_t n = (int64_t)(sizeof mistakes / sizeof *mistakes);
    assert_int_equal(get_sql(f, "SELECT count(*) FROM messages"), n);
    assert_int_equal(get_sql(f, "SELECT max(counter) FROM numbers"), n);
    assert_int_equal(get_sql(f, "SELECT count(*) FROM deliveries"), 2 * n);
    assert_int_equal(get_sql(f, "SELECT count(*) FROM motions"), n);
}

static void test_unreadable_and_vanished(void **state)
{
    struct registry_case *f = *state;
    struct sample sample = {.uid = 5, .state = MESSAGE_UNREADABLE, .unreadable = true};
    struct raw_mail raw;
    enum message_state found;
    int64_t id;

    id = case_take(f, sample);
    struct message_row row = message(f, id);
    assert_int_equal(row.state, MESSAGE_UNREADABLE);
    assert_null(row.class);
    assert_null(row.trust);
    assert_null(row.reading);
    assert_int_equal(strlen(row.sha256), 64);

    sample = (struct sample){.uid = 6, .from = SPD, .message_id = "6@spd", .motions = 1};
    sample_make_raw(&sample, f->arena, &raw);
    for (int i = 0; i < 2; i++)
        assert_true(registry_record_vanished(f->registry, &raw, CASE_NOW, &f->err));
    assert_int_equal(get_sql(f, "SELECT count(*) FROM messages"), 2);
    row = message(f, 2);
    assert_int_equal(row.state, MESSAGE_VANISHED);
    assert_null(row.sha256);
    /* there after all: nothing is lost */
    assert_true(registry_find_uid(f->registry, &raw, &id, &found, &f->err));
    assert_int_equal(id, 0);
    id = case_take(f, sample);
    assert_int_equal(message(f, id).state, MESSAGE_REGISTERED);
    assert_true(registry_find_uid(f->registry, &raw, &id, &found, &f->err));
    assert_int_equal(id, 3);
    assert_int_equal(found, MESSAGE_REGISTERED);
    assert_true(registry_record_vanished(f->registry, &raw, CASE_NOW, &f->err));
    assert_int_equal(get_sql(f, "SELECT count(*) FROM messages"), 3);
    close(raw.fd);
}

/* ---- UIDs ---- */

/* UIDs 1 registered, 2 held, 3 duplicate of 1, 4 vanished, 5 unreadable. */
static void fill_folder(struct registry_case *f)
{
    struct sample gone = {.uid = 4, .from = SPD};
    struct raw_mail raw;

    case_take(f, (struct sample){.uid = 1, .from = SPD, .message_id = "1@spd", .motions = 1});
    case_take(
        f, (struct sample){
               .uid = 2, .from = SPD, .message_id = "2@spd", .state = MESSAGE_HELD, .text = "b"});
    case_take(f, (struct sample){.uid = 3, .from = SPD, .message_id = "1@spd", .motions = 1});
    sample_make_raw(&gone, f->arena, &raw);
    close(raw.fd);
    assert_true(registry_record_vanished(f->registry, &raw, CASE_NOW, &f->err));
    case_take(f, (struct sample){.uid = 5, .state = MESSAGE_UNREADABLE, .unreadable = true});
}

static void test_compare_uids(void **state)
{
    static const uint32_t uids[] = {4294967295, 5, 3, 2, 1, 4, 9, 9};
    struct registry_case *f = *state;
    struct uid_sets sets;

    fill_folder(f);
    for (int i = 0; i < 2; i++) {
        assert_true(registry_compare_uids(f->registry, f->arena, "hau", "rathaus", "INBOX", 7, uids,
                                          8, &sets, &f->err));
        assert_int_equal(sets.wanted_count, 3);
        assert_int_equal(sets.wanted[0], 4);
        assert_int_equal(sets.wanted[1], 9);
        assert_int_equal(sets.wanted[2], 4294967295);
        assert_int_equal(sets.to_move_count, 2);
        assert_int_equal(sets.to_move[0], 1);
        assert_int_equal(sets.to_move[1], 3);
        /* told to be moved and still there: to be moved again */
        assert_true(registry_note_moved(f->registry, "hau", "rathaus", "INBOX", 7, sets.to_move, 2,
                                        CASE_NOW, &f->err));
    }
    assert_int_equal(get_sql(f, "SELECT count(*) FROM events WHERE event = 'moved'"), 2);
    assert_true(registry_compare_uids(f->registry, f->arena, "hau", "rathaus", "INBOX", 8, uids, 8,
                                      &sets, &f->err));
    assert_int_equal(sets.wanted_count, 7);
    assert_true(registry_compare_uids(f->registry, f->arena, "hau", "rathaus", "INBOX", 7, NULL, 0,
                                      &sets, &f->err));
    assert_int_equal(sets.wanted_count + sets.to_move_count, 0);
}

static void test_reconcile(void **state)
{
    static const uint32_t uids[] = {1, 2, 3, 5, 9, 4};
    struct registry_case *f = *state;
    struct reconciliation r;

    fill_folder(f);
    assert_true(registry_reconcile(f->registry, f->arena, "hau", "rathaus", "INBOX", 7, uids, 6, &r,
                                   &f->err));
    assert_int_equal(r.in_mailbox, 6);
    assert_int_equal(r.by_state[MESSAGE_REGISTERED], 1);
    assert_int_equal(r.by_state[MESSAGE_HELD], 1);
    assert_int_equal(r.by_state[MESSAGE_DUPLICATE], 1);
    assert_int_equal(r.by_state[MESSAGE_UNREADABLE], 1);
    assert_int_equal(r.unexplained, 2);
    assert_int_equal(r.unexplained_uids[0], 4);
    assert_int_equal(r.unexplained_uids[1], 9);
}

static void visit(struct registry_case *f, uint32_t uidvalidity, uint32_t uidnext, bool want)
{
    bool renewed;

    assert_true(registry_note_visit(f->registry, "hau", "rathaus", "INBOX", uidvalidity, uidnext,
                                    CASE_NOW, &renewed, &f->err));
    if (renewed != want)
        fail_msg("UIDVALIDITY %u, UIDNEXT %u: %s", uidvalidity, uidnext,
                 renewed ? "renewed" : "not renewed");
}

static void test_epochs(void **state)
{
    struct registry_case *f = *state;

    visit(f, 7, 10, false);
    visit(f, 7, 10, false);
    visit(f, 7, 12, false);
    visit(f, 7, 0, false); /* not told */
    visit(f, 7, 11, true);
    visit(f, 7, 11, false);
    visit(f, 8, 50, true);
    visit(f, 8, 51, false);
    visit(f, 7, 60, true);
    assert_int_equal(get_sql(f, "SELECT count(*) FROM epochs"), 4);
    assert_int_equal(get_sql(f, "SELECT count(*) FROM events WHERE event = 'renewed'"), 3);
}

/* A restored backup gives UIDs again that the registry has seen: no mail is lost by it. */
static void test_uidnext_back(void **state)
{
    static const uint32_t uids[] = {1, 2};
    struct registry_case *f = *state;
    struct uid_sets sets;

    visit(f, 7, 3, false);
    case_take(f, (struct sample){.uid = 1, .from = SPD, .message_id = "1@spd", .motions = 1});
    case_take(f, (struct sample){.uid = 2, .from = SPD, .text = "b", .motions = 1});
    visit(f, 7, 2, true);
    assert_true(registry_compare_uids(f->registry, f->arena, "hau", "rathaus", "INBOX", 7, uids, 2,
                                      &sets, &f->err));
    assert_int_equal(sets.wanted_count, 1);
    assert_int_equal(sets.wanted[0], 2);
    int64_t id = case_take(f, (struct sample){.uid = 2, .from = SPD, .text = "c", .motions = 1});
    assert_int_equal(id, 3);
    assert_string_equal(message(f, id).motions.v[0], "A/2015/0003");
    /* and had it been the old mail, it would be its duplicate */
    visit(f, 7, 1, true);
    id = case_take(f, (struct sample){.uid = 1, .from = SPD, .message_id = "1@spd", .motions = 1});
    assert_int_equal(message(f, id).state, MESSAGE_DUPLICATE);
}

/* ---- the outbox ---- */

static void test_outbox_rows(void **state)
{
    struct registry_case *f = *state;
    struct delivery *rows;
    int64_t at;

    assert_true(registry_next_due(f->registry, f->arena, &(struct texts){0}, &at, &f->err));
    assert_int_equal(at, MOMENT_NONE);
    case_take(f, (struct sample){.uid = 1, .from = SPD, .message_id = "1@spd", .motions = 1});
    case_take(f,
              (struct sample){.uid = 2, .from = SPD, .text = "b", .motions = 1, .waiting = true});
    assert_int_equal(list_deliveries(f, 1, &rows), 2);
    assert_int_equal(list_deliveries(f, 0, &rows), 4);
    assert_int_equal(rows[0].id, 1);
    assert_string_equal(rows[0].body, "hau");
    assert_int_equal(rows[0].kind, REPLY_ACKNOWLEDGEMENT);
    assert_string_equal(rows[0].number, "A/2015/0001");
    assert_int_equal(rows[0].message, 1);
    assert_string_equal(rows[0].to, SPD);
    assert_string_equal(rows[0].envelope_from, "rathaus@town.example");
    assert_string_equal(rows[0].message_id, "hau-1-0@town.example");
    assert_int_equal(rows[0].state, DELIVERY_QUEUED);
    assert_int_equal(rows[0].next_attempt, CASE_NOW);
    assert_null(rows[0].bytes);
    assert_int_equal(rows[2].state, DELIVERY_WAITING);
    assert_int_equal(rows[2].next_attempt, MOMENT_NONE);
    assert_int_equal(due(f, CASE_NOW - 1, &rows), 0);
    assert_int_equal(due(f, CASE_NOW, &rows), 2);
    assert_non_null(strstr(rows[1].bytes, "hau-1-1@town.example"));
    assert_int_equal(rows[1].size, strlen(rows[1].bytes));
    assert_true(registry_next_due(f->registry, f->arena, &(struct texts){0}, &at, &f->err));
    assert_int_equal(at, CASE_NOW);
}

/* One town's submission server is down; the others' answers go out. */
static void test_outbox_of_other_bodies(void **state)
{
    struct registry_case *f = *state;
    struct delivery *rows;
    struct texts hau = {0};
    size_t count;
    int64_t at;

    case_take(f, (struct sample){.uid = 1, .from = SPD, .message_id = "1@spd", .motions = 1});
    texts_add(&hau, f->arena, "hau");
    assert_true(registry_due(f->registry, f->arena, CASE_NOW, &hau, 100, &rows, &count, &f->err));
    assert_int_equal(count, 0);
    assert_true(registry_next_due(f->registry, f->arena, &hau, &at, &f->err));
    assert_int_equal(at, MOMENT_NONE);
    texts_add(&hau, f->arena, "kleve");
    hau = (struct texts){.v = hau.v + 1, .n = 1};
    assert_true(registry_due(f->registry, f->arena, CASE_NOW, &hau, 100, &rows, &count, &f->err));
    assert_int_equal(count, 2);
}

static struct delivery delivery(struct registry_case *f, int64_t id)
{
    struct delivery *rows;
    size_t count;

    assert_true(registry_list_deliveries(f->registry, f->arena, 0, id, &rows, &count, &f->err));
    assert_int_equal(count, 1);
    return rows[0];
}

static void begin(struct registry_case *f, int64_t id)
{
    if (!registry_attempt_begin(f->registry, id, CASE_NOW, CASE_NOW + 300, &f->err))
        fail_msg("%s", f->err.text);
}

static void test_attempts(void **state)
{
    struct registry_case *f = *state;
    struct delivery *rows;
    struct attempt_end deferred = {DELIVERY_DEFERRED, 451, "try later", CASE_NOW + 900};
    struct attempt_end sent = {DELIVERY_SENT, 250, "ok queued", MOMENT_NONE};
    struct attempt_end odd = {DELIVERY_QUEUED, 0, NULL, CASE_NOW};

    case_take(f, (struct sample){.uid = 1, .from = SPD, .message_id = "1@spd", .motions = 1});
    const char *bytes = delivery(f, 1).bytes;
    assert_false(registry_attempt_data(f->registry, 1, CASE_NOW, &f->err));
    assert_false(registry_attempt_end(f->registry, 1, CASE_NOW, &sent, &f->err));
    begin(f, 1);
    assert_int_equal(delivery(f, 1).state, DELIVERY_SENDING);
    assert_int_equal(delivery(f, 1).attempts, 1);
    assert_int_equal(due(f, CASE_NOW + 1000, &rows), 1); /* the other one */
    assert_false(registry_attempt_begin(f->registry, 1, CASE_NOW, CASE_NOW, &f->err));
    assert_false(registry_attempt_end(f->registry, 1, CASE_NOW, &odd, &f->err));
    assert_true(registry_attempt_end(f->registry, 1, CASE_NOW + 5, &deferred, &f->err));
    assert_string_equal(delivery(f, 1).response, "try later");
    assert_int_equal(delivery(f, 1).next_attempt, CASE_NOW + 900);
    assert_int_equal(due(f, CASE_NOW + 899, &rows), 1);
    assert_int_equal(due(f, CASE_NOW + 900, &rows), 2);
    begin(f, 1);
    assert_true(registry_attempt_data(f->registry, 1, CASE_NOW, &f->err));
    assert_true(registry_attempt_end(f->registry, 1, CASE_NOW + 5, &sent, &f->err));
    assert_false(registry_attempt_begin(f->registry, 1, CASE_NOW, CASE_NOW, &f->err));
    assert_int_equal(delivery(f, 1).state, DELIVERY_SENT);
    assert_int_equal(delivery(f, 1).attempts, 2);
    assert_int_equal(delivery(f, 1).next_attempt, MOMENT_NONE);
    assert_string_equal(delivery(f, 1).bytes, bytes);
    assert_int_equal(get_sql(f, "SELECT count(*) FROM attempts WHERE ended_at IS NOT NULL"), 2);
}

static void test_recovery(void **state)
{
    struct registry_case *f = *state;
    struct delivery *rows;

    case_take(f, (struct sample){.uid = 1, .from = SPD, .message_id = "1@spd", .motions = 1});
    begin(f, 1);
    begin(f, 2);
    assert_true(registry_attempt_data(f->registry, 2, CASE_NOW, &f->err));
    registry_close(f->registry);
    case_open(f, REGISTRY_WRITE);
    for (int i = 0; i < 2; i++)
        assert_true(registry_recover_attempts(f->registry, CASE_NOW + 10, &f->err));
    assert_int_equal(delivery(f, 1).state, DELIVERY_QUEUED);
    assert_int_equal(delivery(f, 1).next_attempt, CASE_NOW + 10);
    assert_int_equal(delivery(f, 1).attempts, 1);
    assert_int_equal(delivery(f, 2).state, DELIVERY_MAYBE);
    assert_int_equal(delivery(f, 2).next_attempt, CASE_NOW + 10 + 1800);
    assert_int_equal(due(f, CASE_NOW + 1809, &rows), 1);
    assert_int_equal(due(f, CASE_NOW + 1810, &rows), 2);
    begin(f, 2); /* the same bytes once more */
    assert_int_equal(delivery(f, 2).attempts, 2);
    begin(f, 1); /* a second crash waits as was planned when the attempt began */
    assert_true(registry_recover_attempts(f->registry, CASE_NOW + 10, &f->err));
    assert_int_equal(delivery(f, 1).next_attempt, CASE_NOW + 300);
}

/* What a program that only reads does where it meets the head of the log half written: it takes the
 * writer's lock, to look again.  Here it keeps it for a while. */
static pid_t hold_write_lock(const struct registry_case *f, int *held_r)
{
    int held[2];
    sqlite3 *db;

    assert_int_equal(pipe(held), 0);
    pid_t pid = fork();
    if (pid == 0) {
        const char *path = arena_printf(f->arena, "%s/registry.db", f->directory.state);
        bool ok = sqlite3_open(path, &db) == SQLITE_OK &&
                  sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK;
        if (ok && write(held[1], "", 1) == 1)
            poll(NULL, 0, 300);
        _exit(!ok);
    }
    close(held[1]);
    *held_r = held[0];
    return pid;
}

static void test_a_lock_held_for_a_moment_is_waited_for(void **state)
{
    struct registry_case *f = *state;
    char byte;
    int held, status;

    case_take(f, (struct sample){.uid = 1, .from = SPD, .message_id = "1@spd", .motions = 1});
    begin(f, 1);
    pid_t pid = hold_write_lock(f, &held);
    assert_int_equal(read(held, &byte, 1), 1);
    /* it reads before it writes */
    bool ok = registry_recover_attempts(f->registry, CASE_NOW + 10, &f->err);
    close(held);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    if (!ok)
        fail_msg("%s", f->err.text);
    assert_int_equal(delivery(f, 1).state, DELIVERY_QUEUED);
}

static void test_counts(void **state)
{
    struct registry_case *f = *state;
    struct registry_counts counts;

    assert_true(registry_count(f->registry, f->arena, &counts, &f->err));
    assert_int_equal(counts.last_message_at, MOMENT_NONE);
    assert_int_equal(counts.visit_count, 0);
    fill_folder(f);
    visit(f, 7, 10, false);
    visit(f, 8, 10, true);
    assert_true(registry_count(f->registry, f->arena, &counts, &f->err));
    for (int i = 0; i < 6; i++)
        assert_int_equal(counts.messages[i], i == MESSAGE_IGNORED ? 0 : 1);
    assert_int_equal(counts.motions, 1);
    assert_int_equal(counts.deliveries[DELIVERY_QUEUED], 2);
    assert_int_equal(counts.last_message_at, CASE_NOW);
    assert_int_equal(counts.visit_count, 1);
    assert_string_equal(counts.visits[0].mailbox, "rathaus");
    assert_int_equal(counts.visits[0].visited_at, CASE_NOW);
}

static void test_hostile_text_is_a_value(void **state)
{
    static const char evil[] = "x'); DROP TABLE events; --\xc3\xa4\n\t%s?1";
    struct registry_case *f = *state;

    int64_t id = case_take(f, (struct sample){.uid = 1,
                                              .from = evil,
                                              .message_id = evil,
                                              .folder = evil,
                                              .body = evil,
                                              .faction = evil,
                                              .motions = 1});
    struct message_row row = message(f, id);
    assert_string_equal(row.from, evil);
    assert_string_equal(row.folder, evil);
    assert_string_equal(row.message_id, evil);
    assert_true(get_sql(f, "SELECT count(*) FROM events") > 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, case_set_up, case_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_open_makes_private_files),
        TEST(test_loops_are_known),
        TEST(test_loops_without_subject),
        TEST(test_loops_by_content),
        TEST(test_second_writer_is_told_where),
        TEST(test_newer_schema_is_left_alone),
        TEST(test_reader_of_nothing),
        TEST(test_damage_is_found_at_start),
        TEST(test_foreign_database_is_left_alone),
        TEST(test_reader_with_and_without_daemon),
        TEST(test_reader_cannot_write),
        TEST(test_reader_as_the_daemons_user),
        TEST(test_raw_is_kept_by_content),
        TEST(test_raw_without_a_row_is_named),
        TEST(test_raw_names_are_sums_only),
        TEST(test_record_is_read_back),
        TEST(test_events_tell_what_happened),
        TEST(test_history_cannot_be_changed),
        TEST(test_filters),
        TEST(test_replay_changes_nothing),
        TEST(test_lookup),
        TEST(test_new_uidvalidity_answers_nobody),
        TEST(test_bodies_count_for_themselves),
        TEST(test_numbers_over_rollback),
        TEST(test_failing_record_leaves_the_batch),
        TEST(test_unreadable_and_vanished),
        TEST(test_compare_uids),
        TEST(test_reconcile),
        TEST(test_epochs),
        TEST(test_uidnext_back),
        TEST(test_outbox_rows),
        TEST(test_outbox_of_other_bodies),
        TEST(test_attempts),
        TEST(test_recovery),
        TEST(test_a_lock_held_for_a_moment_is_waited_for),
        TEST(test_counts),
        TEST(test_hostile_text_is_a_value),
    };
    struct err err;

    if (!zone_set("Europe/Berlin", &err))
        fatal(&err);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
