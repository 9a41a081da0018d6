/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "registry_town.h"

#include "registry/book.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The fourth is the second again, the last held with a review. */
static const struct sample mails[TOWN_BATCHES * TOWN_BATCH_SIZE] = {
    {.uid = 1, .from = "a@spd.example", .message_id = "1@x", .text = "eins", .motions = 2},
    {.uid = 2,
     .from = "b@cdu.example",
     .message_id = "2@x",
     .attachment = "zwei",
     .motions = 1,
     .daily = true},
    {.uid = 3, .state = MESSAGE_UNREADABLE, .unreadable = true},
    {.uid = 4, .from = "b@cdu.example", .message_id = "2@x", .attachment = "zwei", .motions = 1},
    {.uid = 5,
     .from = "a@spd.example",
     .message_id = "5@x",
     .text = "vier",
     .motions = 1,
     .held_motions = 1,
     .daily = true},
    {.uid = 6,
     .from = "a@spd.example",
     .message_id = "6@x",
     .text = "Frage",
     .state = MESSAGE_HELD,
     .reviewed = true},
};

static bool take_batch(struct registry *registry, struct arena *arena, const struct sample *first,
                       struct err *err_r)
{
    struct known known;
    int64_t id;

    if (!registry_begin(registry, err_r))
        return false;
    for (size_t i = 0; i < TOWN_BATCH_SIZE; i++) {
        if (!sample_record(registry, arena, &first[i], &known, &id, err_r)) {
            registry_rollback(registry);
            return false;
        }
    }
    return registry_commit(registry, err_r);
}

/* The book and the list's mail of the next morning, as the clerk makes them. */
static bool make_book(struct registry *registry, struct arena *arena, struct day day,
                      struct err *err_r)
{
    const struct conf_body body = {.id = "hau"};
    const struct reply mail = {.kind = REPLY_CONFIRMATION,
                               .to = "liste@town.example",
                               .envelope_from = "rathaus@town.example",
                               .subject = "Tag",
                               .message_id = "tag@town.example",
                               .bytes = "Tag",
                               .size = 3,
                               .occasion = "list 2015-08-05"};
    struct daily_entry *entries;
    struct book book;
    size_t count;

    return registry_read_book(registry, arena, &body, day, CASE_NOW, &book, err_r) &&
           registry_list_entries(registry, arena, "hau", &entries, &count, err_r) &&
           registry_add_reply(registry, "hau", 0, &mail, CASE_NOW, err_r) &&
           registry_gather(registry, entries, count, mail.message_id, CASE_NOW, err_r) &&
           registry_note_book(registry, "hau", DAY_NONE, &book, err_r);
}

static bool end_day(struct registry *registry, struct arena *arena, struct err *err_r)
{
    struct day day = {moment_day(CASE_NOW).n + 1}, last;

    if (!registry_last_book(registry, "hau", CASE_NOW + 86400, &last, err_r))
        return false;
    if (!day_is_none(last))
        return true;
    if (!registry_begin(registry, err_r))
        return false;
    if (make_book(registry, arena, day, err_r))
        return registry_commit(registry, err_r);
    registry_rollback(registry);
    return false;
}

static bool send_one(struct registry *registry, int64_t id, int64_t now,
                     void (*mark)(enum town_mark mark), struct err *err_r)
{
    static const struct attempt_end sent = {DELIVERY_SENT, 250, "ok", MOMENT_NONE};

    if (!registry_attempt_begin(registry, id, now, now + 300, err_r))
        return false;
    mark(TOWN_DIALLED);
    if (!registry_attempt_data(registry, id, now, err_r))
        return false;
    mark(TOWN_DATA);
    if (!registry_attempt_end(registry, id, now, &sent, err_r))
        return false;
    mark(TOWN_SENT);
    return true;
}

static bool send_first(struct registry *registry, struct arena *arena,
                       void (*mark)(enum town_mark mark), struct err *err_r)
{
    struct delivery *due;
    size_t count;
    int64_t now = CASE_NOW + 10000; /* later than any attempt that was interrupted waits */

    if (!registry_recover_attempts(registry, CASE_NOW, err_r) ||
        !registry_due(registry, arena, now + 1000, &(struct texts){0}, 100, &due, &count, err_r))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (due[i].id == 1)
            return send_one(registry, 1, now, mark, err_r);
    }
    return true;
}

static bool run(struct registry *registry, struct arena *arena, void (*mark)(enum town_mark mark),
                struct err *err_r)
{
    static const uint32_t moved[] = {1, 2, 4, 5};
    bool renewed;

    if (!registry_note_visit(registry, "hau", "rathaus", "INBOX", 7, 7, CASE_NOW, &renewed, err_r))
        return false;
    for (size_t i = 0; i < TOWN_BATCHES; i++) {
        if (!take_batch(registry, arena, &mails[i * TOWN_BATCH_SIZE], err_r))
            return false;
        mark(TOWN_BATCH);
    }
    return registry_note_moved(registry, "hau", "rathaus", "INBOX", 7, moved, 4, CASE_NOW, err_r) &&
           send_first(registry, arena, mark, err_r) && end_day(registry, arena, err_r);
}

static struct case_directory made;

const struct case_directory *town_made(void)
{
    struct registry *registry;
    struct err err;

    if (made.path[0] != '\0')
        return &made;
    case_directory_make(&made);
    if (!registry_open(made.state, REGISTRY_WRITE, &registry, &err))
        fail_msg("%s", err.text);
    registry_close(registry);
    return &made;
}

void town_made_remove(void)
{
    if (made.path[0] != '\0')
        case_directory_remove(&made);
    made.path[0] = '\0';
}

bool town_run(struct registry *registry, void (*mark)(enum town_mark mark), struct err *err_r)
{
    struct arena *arena = arena_new();
    bool ok = run(registry, arena, mark, err_r);

    arena_free(arena);
    return ok;
}

/* ---- checks ---- */

static sqlite3 *open_past_the_verbs(const char *directory)
{
    char path[400];
    sqlite3 *db;

    snprintf(path, sizeof path, "%s/registry.db", directory);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    return db;
}

static int64_t get(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt;

    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return n;
}

int64_t town_get(const char *directory, const char *sql)
{
    sqlite3 *db = open_past_the_verbs(directory);
    int64_t n = get(db, sql);

    sqlite3_close(db);
    return n;
}

static void check_raw(const char *directory, const char *sum, const char *when)
{
    struct arena *arena = arena_new();
    char bytes[4000];
    FILE *file = fopen(arena_printf(arena, "%s/mails/%.2s/%s.eml", directory, sum, sum), "rb");

    if (file == NULL)
        fail_msg("%s: a row names the mail %s, and it is not there", when, sum);
    size_t n = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    if (strcmp(digest_hex(arena, bytes, n), sum) != 0)
        fail_msg("%s: the mail %s has other bytes", when, sum);
    arena_free(arena);
}

static void check_raws(sqlite3 *db, const char *directory, const char *when)
{
    sqlite3_stmt *stmt;

    assert_int_equal(sqlite3_prepare_v2(db, "SELECT sha256 FROM messages", -1, &stmt, NULL),
                     SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        check_raw(directory, (const char *)sqlite3_column_text(stmt, 0), when);
    sqlite3_finalize(stmt);
}

struct rule {
    const char *name;
    const char *sql; /* counts what breaks the rule */
};

static void check_rules(sqlite3 *db, const struct rule *rules, size_t count, const char *when)
{
    for (size_t i = 0; i < count; i++) {
        int64_t n = get(db, rules[i].sql);
        if (n != 0)
            fail_msg("%s: %s (%lld)", when, rules[i].name, (long long)n);
    }
}

static const struct rule always[] = {
    {"a mail of the day is not that of its entries",
     "SELECT (SELECT count(*) FROM books) <> (SELECT count(*) FROM deliveries"
     " WHERE message IS NULL) OR (SELECT count(*) FROM books) * 2 <>"
     " (SELECT count(*) FROM deliveries WHERE gathered_in IS NOT NULL)"},
    {"an entry goes out by itself, too",
     "SELECT count(*) FROM deliveries WHERE entry IS NOT NULL AND (attempts > 0"
     " OR (state = 'sent') <> (gathered_in IS NOT NULL))"},
    {"the file is damaged", "SELECT integrity_check <> 'ok' FROM pragma_integrity_check"},
    {"a row refers to nothing", "SELECT count(*) FROM pragma_foreign_key_check"},
    {"numbers have gaps", "SELECT count(*) FROM (SELECT 1 FROM numbers GROUP BY body, year"
                          " HAVING count(*) <> max(counter) OR min(counter) <> 1)"},
    {"a batch is half there", "SELECT count(*) % 2 FROM messages"},
    {"a motion has no number",
     "SELECT count(*) FROM motions WHERE id NOT IN (SELECT motion FROM numbers)"},
    {"a number has no document", "SELECT count(*) FROM numbers WHERE motion NOT IN"
                                 " (SELECT motion FROM documents WHERE motion IS NOT NULL)"},
    {"a registered message lacks documents",
     "SELECT count(*) FROM messages m WHERE state = 'registered' AND NOT EXISTS"
     " (SELECT 1 FROM documents WHERE message = m.id)"},
    {"a number lacks answers", "SELECT count(*) FROM numbers n WHERE"
                               " (SELECT count(*) FROM deliveries WHERE motion = n.motion) <> 2"},
    {"a message has no event", "SELECT count(*) FROM messages WHERE id NOT IN"
                               " (SELECT message FROM events WHERE message IS NOT NULL)"},
    {"a UID has two rows",
     "SELECT count(*) FROM (SELECT 1 FROM messages GROUP BY uid HAVING count(*) > 1)"},
};

static const struct rule finally[] = {
    {"not all mails have a row", "SELECT count(*) <> 6 FROM messages"},
    {"not one duplicate", "SELECT count(*) <> 1 FROM messages WHERE state = 'duplicate'"},
    {"not four numbers", "SELECT count(*) <> 4 FROM numbers"},
    {"not ten answers", "SELECT count(*) <> 10 FROM deliveries"},
    {"not four moved", "SELECT count(*) <> 4 FROM events WHERE event = 'moved'"},
    {"an answer was announced twice or never",
     "SELECT count(*) <> 10 FROM events WHERE event = 'queued' AND text IN"
     " ('acknowledgement', 'confirmation', 'review')"},
    {"not one book", "SELECT count(*) <> 1 FROM books"},
    {"the first answer is not sent",
     "SELECT count(*) <> 1 FROM deliveries WHERE id = 1 AND state = 'sent'"},
    {"an attempt is open", "SELECT count(*) FROM attempts WHERE ended_at IS NULL"},
};

static const struct rule as_made[] = {
    {"the schema lacks something",
     "SELECT count(*) FROM (SELECT type, name, tbl_name, sql FROM made.sqlite_schema"
     " EXCEPT SELECT type, name, tbl_name, sql FROM main.sqlite_schema)"},
    {"the schema has too much",
     "SELECT count(*) FROM (SELECT type, name, tbl_name, sql FROM main.sqlite_schema"
     " EXCEPT SELECT type, name, tbl_name, sql FROM made.sqlite_schema)"},
    {"something has happened",
     "SELECT (SELECT count(*) FROM main.events) <> (SELECT count(*) FROM made.events)"},
};

void town_check_made(const char *directory, const char *when)
{
    sqlite3 *db = open_past_the_verbs(directory);
    char *attach = sqlite3_mprintf("ATTACH '%q/registry.db' AS made", town_made()->state);

    assert_int_equal(sqlite3_exec(db, attach, NULL, NULL, NULL), SQLITE_OK);
    check_rules(db, always, sizeof always / sizeof *always, when);
    check_rules(db, as_made, sizeof as_made / sizeof *as_made, when);
    if (get(db, "PRAGMA main.user_version") != get(db, "PRAGMA made.user_version"))
        fail_msg("%s: it is of another step", when);
    sqlite3_free(attach);
    sqlite3_close(db);
}

static void check_all(const char *directory, bool end, const char *when)
{
    sqlite3 *db = open_past_the_verbs(directory);

    check_rules(db, always, sizeof always / sizeof *always, when);
    check_raws(db, directory, when);
    if (end)
        check_rules(db, finally, sizeof finally / sizeof *finally, when);
    sqlite3_close(db);
}

void town_check(const char *directory, const char *when)
{
    check_all(directory, false, when);
}

void town_check_end(const char *directory, const char *when)
{
    check_all(directory, true, when);
}
