/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Erasing: no file of the state directory has the words any more, and what must stay does.  The
 * files are searched byte by byte, past all that SQLite would show.
 */
#include "test.h"

#include "registry_case.h"
#include "registry_fault.h"

#include "base/digest.h"
#include "base/file.h"
#include "mail/body_sum.h"
#include "registry/erase.h"
#include "registry/private.h"

#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERASED_AT (CASE_NOW + 86400)
#define LATER (CASE_NOW + 40 * 86400)
#define SPD "wilhelm.vanbeek@spd.example"
#define FILE_MAX_BYTES ((size_t)64 * 1024 * 1024)

static const struct ruled_by anna = {.actor = "anna", .at = ERASED_AT, .text = "Az. 10-24"};

static struct erasure erase(struct registry_case *f, int64_t message)
{
    struct erasure erasure;

    if (!registry_erase(f->registry, f->arena, message, &anna, &erasure, &f->err))
        fail_msg("m%lld: %s", (long long)message, f->err.text);
    return erasure;
}

static bool finish_some(struct registry_case *f)
{
    bool left;

    if (!registry_finish_erasures(f->registry, &left, &f->err))
        fail_msg("%s", f->err.text);
    return left;
}

static void finish(struct registry_case *f)
{
    int turns = 0;

    while (finish_some(f)) {
        if (++turns > 1000)
            fail_msg("it does not come to an end");
    }
}

static int64_t get(struct registry_case *f, const char *sql)
{
    int64_t n;

    if (!statement_get_int(f->registry, sql, NULL, 0, &n, &f->err))
        fail_msg("%s: %s", sql, f->err.text);
    return n;
}

static void run(struct registry_case *f, const char *sql)
{
    if (sqlite3_exec(f->registry->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(f->registry->db));
}

/* ---- the files, byte by byte ---- */

static const char *needle;
static char found_in[400];

static int search_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    struct arena *arena;
    struct err err;
    char *bytes;
    size_t n;

    (void)ftw;
    if (type != FTW_F || st->st_size == 0 || found_in[0] != '\0')
        return 0;
    arena = arena_new();
    if (!file_read(arena, path, FILE_MAX_BYTES, &bytes, &n, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i + strlen(needle) <= n; i++) {
        /* the index has them in small letters */
        if (strncasecmp(bytes + i, needle, strlen(needle)) == 0) {
            snprintf(found_in, sizeof found_in, "%s at %zu", path, i);
            break;
        }
    }
    arena_free(arena);
    return 0;
}

/* Where a word is below that directory; NULL: nowhere. */
static const char *search_files(const char *directory, const char *word)
{
    needle = word;
    found_in[0] = '\0';
    if (nftw(directory, search_one, 16, FTW_PHYS) != 0)
        fail_msg("cannot look through %s", directory);
    return found_in[0] == '\0' ? NULL : found_in;
}

static void expect_words(struct registry_case *f, const char *const *words, bool there,
                         const char *when)
{
    for (; *words != NULL; words++) {
        const char *place = search_files(f->directory.state, *words);

        if (there && place == NULL)
            fail_msg("%s: \"%s\" is nowhere", when, *words);
        if (!there && place != NULL)
            fail_msg("%s: \"%s\" is in %s", when, *words, place);
    }
}

/* ---- one mail among others ---- */

#define TARGET_FROM "gertrud.gerstenkorn@fraktion.example"
static const char *const target_words[] = {"gerstenkorn", "Straßenlaterne", "Blumenkübel",
                                           "kennung-4711", NULL};
static const char *const other_words[] = {"huberta@spd.example", "Zebrastreifen", NULL};

static struct sample target_mail(uint32_t uid)
{
    return (struct sample){.uid = uid,
                           .from = TARGET_FROM,
                           .message_id = "kennung-4711@fraktion.example",
                           .text = "Eine Straßenlaterne fehlt.",
                           .attachment = "Und ein Blumenkübel dazu.",
                           .motions = 1};
}

static struct sample other_mail(uint32_t uid, struct registry_case *f)
{
    return (struct sample){.uid = uid,
                           .from = "huberta@spd.example",
                           .message_id = arena_printf(f->arena, "%u@spd.example", uid),
                           .text = arena_printf(f->arena, "Der %u. Zebrastreifen fehlt.", uid),
                           .motions = 1};
}

static int64_t take_day(struct registry_case *f)
{
    int64_t id = 0;

    for (uint32_t uid = 1; uid <= 9; uid++)
        case_take(f, other_mail(uid, f));
    id = case_take(f, target_mail(10));
    for (uint32_t uid = 11; uid <= 20; uid++)
        case_take(f, other_mail(uid, f));
    /* the words of a correction and of a server's answer */
    run(f, "UPDATE deliveries SET state = 'sent', next_attempt = NULL,"
           " response = '250 ok " TARGET_FROM "' WHERE message = 10;"
           "INSERT INTO events (at, event, message, body, number, actor, text, seal)"
           " SELECT 1, 'corrected', 10, body, number, 'karl',"
           " 'title \"Blumenkübel\"', event_seal('title \"Blumenkübel\"')"
           " FROM numbers WHERE counter = 10;"
           "INSERT INTO attempts (delivery, n, begun_at, ended_at, state, response)"
           " SELECT id, 1, 1, 1, 'sent', 'to gerstenkorn' FROM deliveries WHERE message = 10");
    return id;
}

static void test_words_go(void **state)
{
    struct registry_case *f = *state;
    int64_t id = take_day(f);

    expect_words(f, target_words, true, "before");
    erase(f, id);
    finish(f);
    expect_words(f, target_words, false, "after");
    expect_words(f, other_words, true, "of the others");
    assert_int_equal(get(f, "SELECT count(*) FROM erasures"), 0);
    assert_true(registry_check(f->registry, &f->err));
    run(f, "INSERT INTO search (search) VALUES ('integrity-check')");
}

static void test_what_stays(void **state)
{
    static const char *const numbers[] = {
        "SELECT total(length(sha256) + size + uid + arrived_at + registered_at + mail_date"
        " + length(body_digest)) FROM messages",
        "SELECT count(*) FROM messages WHERE state = 'registered' AND trust = 'listed'"
        " AND class = 'personal'",
        "SELECT total(length(sha256) + size) FROM parts",
        "SELECT count(*) FROM numbers n JOIN documents d ON d.motion = n.motion",
        "SELECT total(deadline_until) FROM documents",
        "SELECT count(*) FROM consultations JOIN movers USING (document)",
        "SELECT total(length(message_id)) FROM deliveries WHERE state = 'sent'",
        "SELECT total(at) FROM events WHERE event <> 'erased'",
    };
    enum { COUNT = sizeof numbers / sizeof *numbers };
    struct registry_case *f = *state;
    int64_t id = take_day(f), before[COUNT];

    for (int i = 0; i < COUNT; i++)
        before[i] = get(f, numbers[i]);
    erase(f, id);
    finish(f);
    for (int i = 0; i < COUNT; i++) {
        if (before[i] == 0 || get(f, numbers[i]) != before[i])
            fail_msg("%s was %lld", numbers[i], (long long)before[i]);
    }
    assert_int_equal(get(f, "SELECT count(*) FROM events WHERE event = 'erased' AND actor = 'anna'"
                            " AND message = 10 AND text = 'Az. 10-24'"),
                     1);
}

/* Where what a message said could stand. */
static const struct {
    const char *table, *where; /* the rows of message 10 */
    const char *kept;          /* columns without words of a mail, or that erasing replaces */
} tables[] = {
    {"messages", "id = 10",
     " body mailbox folder arrival_basis sha256 body_digest class state decided_by trust erased_by"
     " mail_mark id_mark reason "},
    {"parts", "message = 10", " path type sha256 text "},
    {"documents", "message = 10",
     " role kind letter_date found_in decided_by deadline_state deadline_day deadline_rule "},
    {"deliveries", "message = 10", " body kind occasion envelope_from message_id state "},
    {"attempts", "delivery IN (SELECT id FROM deliveries WHERE message = 10)", " state "},
    {"consultations", "document IN (SELECT id FROM documents WHERE message = 10)",
     " organization meeting deadline_state deadline_day deadline_rule "},
    {"movers", "document IN (SELECT id FROM documents WHERE message = 10)", " faction role "},
};

/* A column that may hold words is emptied (erase.c) or named above: in all others a word is put,
 * and is gone. */
static void test_no_column_is_forgotten(void **state)
{
    struct registry_case *f = *state;
    int64_t id = take_day(f);
    size_t filled = 0;

    run(f, "DROP TRIGGER deliveries_same_bytes");
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct statement *s;

        assert_true(statement_open(f->registry,
                                   "SELECT name, type FROM pragma_table_info(?)"
                                   " WHERE type IN ('TEXT', 'BLOB')",
                                   STATEMENT_VALUES(value_text(tables[i].table)), &s, &f->err));
        while (statement_next(s)) {
            const char *column = statement_text(s, f->arena, 0);

            if (strstr(tables[i].kept, arena_printf(f->arena, " %s ", column)) != NULL)
                continue;
            run(f, arena_printf(
                       f->arena,
                       "UPDATE %s SET %s = CAST('Vogelscheuche' || hex(randomblob(4)) AS %s)"
                       " WHERE %s",
                       tables[i].table, column, statement_text(s, f->arena, 1), tables[i].where));
            filled++;
        }
        assert_true(statement_close(s, &f->err));
    }
    assert_true(filled > 15);
    assert_non_null(search_files(f->directory.state, "Vogelscheuche"));
    erase(f, id);
    finish(f);
    if (search_files(f->directory.state, "Vogelscheuche") != NULL)
        fail_msg("a word stays in %s; see registry/erase.c, or name its column here", found_in);
}

/* A word between the pointers and the cells of a page, as a page that was split has it. */
static void put_into_gap(const char *path, const char *word)
{
    static unsigned char page[4096];
    FILE *file = fopen(path, "r+b");
    long at = 4096;

    assert_non_null(file);
    for (;; at += 4096) {
        assert_int_equal(fseek(file, at, SEEK_SET), 0);
        if (fread(page, 1, sizeof page, file) != sizeof page)
            fail_msg("no page has room between its cells");
        size_t begin = 8 + 2 * ((size_t)page[3] << 8 | page[4]);
        size_t end = (size_t)page[5] << 8 | page[6];
        if (page[0] == 13 && page[4] > 0 && begin + 100 < end)
            break;
    }
    assert_int_equal(fseek(file, at + 8 + 2 * (page[3] << 8 | page[4]) + 20, SEEK_SET), 0);
    assert_int_equal(fwrite(word, 1, strlen(word), file), strlen(word));
    fclose(file);
}

static void test_gap_is_overwritten(void **state)
{
    struct registry_case *f = *state;
    int64_t id = take_day(f);

    registry_close(f->registry);
    put_into_gap(arena_printf(f->arena, "%s/registry.db", f->directory.state), "Vogelscheuche");
    case_open(f, REGISTRY_WRITE);
    erase(f, id);
    finish(f);
    assert_null(search_files(f->directory.state, "Vogelscheuche"));
    assert_true(registry_check(f->registry, &f->err));
}

/* The same by itself: many mails of many sizes, some read twice.
 */
static void test_gaps(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 12; seed++) {
        struct registry_case f = {.arena = arena_new()};
        int64_t ids[120];

        srand(seed);
        case_directory_make(&f.directory);
        case_open(&f, REGISTRY_WRITE);
        for (uint32_t i = 0; i < 120; i++) {
            struct text text;

            text_init(&text, f.arena);
            for (int k = rand() % 300; k >= 0; k--)
                text_addf(&text, "wort%uzahl%u ", seed, i);
            ids[i] = case_take(
                &f, (struct sample){.uid = i + 1,
                                    .from = arena_printf(f.arena, "von%u@%u.example", i, seed),
                                    .message_id = arena_printf(f.arena, "%u@x", i),
                                    .text = text.s,
                                    .motions = 1});
            int64_t again = ids[(uint32_t)rand() % (i + 1)];
            if (rand() % 3 == 0 && !registry_index_message(f.registry, again, &f.err))
                fail_msg("%s", f.err.text);
        }
        for (uint32_t i = 0; i < 120; i += 4)
            erase(&f, ids[i]);
        finish(&f);
        for (uint32_t i = 0; i < 120; i += 4) {
            const char *words[] = {arena_printf(f.arena, "wort%uzahl%u ", seed, i),
                                   arena_printf(f.arena, "von%u@%u.", i, seed), NULL};
            expect_words(&f, words, false, arena_printf(f.arena, "registry %u", seed));
        }
        assert_true(registry_check(f.registry, &f.err));
        run(&f, "INSERT INTO search (search) VALUES ('integrity-check')");
        registry_close(f.registry);
        case_directory_remove(&f.directory);
        arena_free(f.arena);
    }
}

/* ---- what comes after ---- */

/* As a version before kept the content's sum, which held how lines end. */
static void make_older(struct registry_case *f, int64_t message)
{
    struct mail_part parts[8];
    struct mail mail = {.parts = parts};
    struct statement *s;

    assert_true(STATEMENT_OPEN(f->registry, &s, &f->err,
                               "SELECT type, name, sha256 FROM parts WHERE message = ?"
                               " ORDER BY position",
                               value_int(message)));
    while (statement_next(s))
        parts[mail.part_count++] = (struct mail_part){.type = statement_text(s, f->arena, 0),
                                                      .name = statement_text(s, f->arena, 1),
                                                      .sha256 = statement_text(s, f->arena, 2)};
    assert_true(statement_close(s, &f->err));
    assert_true(STATEMENT_RUN(f->registry, &f->err,
                              "UPDATE messages SET body_digest = ? WHERE id = ?",
                              value_text(body_sum_exact(f->arena, &mail)), value_int(message)));
}

/* The file that somebody puts into a folder: without the newline at its end. */
static void test_source_is_recognised(void **state)
{
    struct registry_case *f = *state;
    struct sample first = target_mail(10), source = target_mail(11), same = target_mail(12),
                  other = target_mail(13);
    struct known known;
    int64_t m;

    first.text = "Eine Straßenlaterne\nfehlt.\n";
    source.text = "Eine Straßenlaterne\r\nfehlt.";
    same.text = first.text;
    same.trace = "by another relay";
    other.text = "Eine Straßenlaterne fehlt nicht.\n";
    for (int erased = 0; erased < 2; erased++) {
        for (int older = 0; older < 2; older++) {
            int64_t id = case_take(f, first);

            if (older)
                make_older(f, id);
            if (erased)
                erase(f, id);
            assert_true(registry_begin(f->registry, &f->err));
            assert_true(sample_record(f->registry, f->arena, &same, &known, &m, &f->err));
            assert_int_equal(known.same_mail, id);
            assert_null(known.other_of_id);
            assert_true(sample_record(f->registry, f->arena, &source, &known, &m, &f->err));
            assert_int_equal(known.same_mail, older ? 0 : id);
            assert_true(sample_record(f->registry, f->arena, &other, &known, &m, &f->err));
            assert_int_equal(known.same_mail, 0);
            assert_string_equal(known.other_of_id, arena_printf(f->arena, "m%lld", (long long)id));
            registry_rollback(f->registry);
            first.message_id = source.message_id = same.message_id = other.message_id =
                arena_printf(f->arena, "%d%d@fraktion.example", erased, older);
            first.uid += 10;
            first.trace = first.message_id;
        }
    }
}

/* A server gave it a Message-ID, the file of it has none; or neither has one. */
static void test_recognised_without_message_id(void **state)
{
    struct registry_case *f = *state;
    struct sample first = target_mail(10), file = target_mail(11), other = target_mail(12);
    struct known known;
    int64_t m;

    file.trace = other.trace = "no server";
    file.message_id = NULL;
    other.message_id = "other@fraktion.example";
    for (int round = 0; round < 4; round++) {
        if (round == 2)
            first.message_id = NULL;
        first.text = file.text = other.text = arena_printf(f->arena, "Straßenlaterne %d", round);
        first.attachment = file.attachment = other.attachment = first.text;
        int64_t id = case_take(f, first);
        if (round % 2 != 0)
            erase(f, id);
        assert_true(registry_begin(f->registry, &f->err));
        assert_true(sample_record(f->registry, f->arena, &file, &known, &m, &f->err));
        assert_int_equal(known.same_mail, id);
        /* each with one of its own are two */
        assert_true(sample_record(f->registry, f->arena, &other, &known, &m, &f->err));
        assert_int_equal(known.same_mail, first.message_id == NULL ? id : 0);
        registry_rollback(f->registry);
        first.uid += 10;
    }
}

static void test_still_recognised(void **state)
{
    struct registry_case *f = *state;
    struct sample again = target_mail(11), other_way = target_mail(12),
                  same_paper = target_mail(13);
    struct known known;
    int64_t id, m;

    id = case_take(f, target_mail(10));
    erase(f, id);
    finish(f);
    other_way.trace = "by another relay";
    same_paper.message_id = "new@fraktion.example";
    same_paper.text = "Noch einmal.";
    assert_true(registry_begin(f->registry, &f->err));
    assert_true(sample_record(f->registry, f->arena, &again, &known, &m, &f->err));
    assert_int_equal(known.same_bytes, id);
    assert_true(sample_record(f->registry, f->arena, &other_way, &known, &m, &f->err));
    assert_int_equal(known.same_mail, id);
    assert_true(sample_record(f->registry, f->arena, &same_paper, &known, &m, &f->err));
    assert_string_equal(known.same_content, "A/2015/0001");
    assert_true(registry_commit(f->registry, &f->err));
}

/* What is found again goes again, without anybody being asked. */
static void test_copies_follow(void **state)
{
    static const struct retention nothing_else = {MOMENT_NONE, MOMENT_NONE, MOMENT_NONE, LATER};
    struct registry_case *f = *state;
    int64_t id = case_take(f, target_mail(10)), *ids;
    size_t count;

    erase(f, id);
    finish(f);
    int64_t copy = case_take(f, target_mail(11));
    assert_true(registry_list_expired(f->registry, f->arena, "hau", &nothing_else, 10, &ids, &count,
                                      &f->err));
    assert_int_equal(count, 1);
    assert_int_equal(ids[0], copy);
    erase(f, copy);
    finish(f);
    expect_words(f, target_words, false, "of the copy");
}

static void test_duplicates_go_with_it(void **state)
{
    struct registry_case *f = *state;
    int64_t id = case_take(f, target_mail(10));
    int64_t copy = case_take(f, target_mail(11));
    struct erasure erasure = erase(f, id);

    assert_int_equal(erasure.place_count, 2);
    assert_int_equal(erasure.places[0].message, id);
    assert_int_equal(erasure.places[1].message, copy);
    assert_int_equal(erasure.places[1].uid, 11);
    assert_string_equal(erasure.places[0].message_id, "kennung-4711@fraktion.example");
    assert_int_equal(erasure.answer_count, 2);
    assert_string_equal(erasure.answers[0].to, TARGET_FROM);
    assert_int_equal(erasure.open.n, 1);
    assert_string_equal(erasure.open.v[0], "A/2015/0001");
    finish(f);
    expect_words(f, target_words, false, "with its copy");
}

/* Mails that quote it: a reply to its review, the office's that decided it, a report on an answer
 * to it.  They stay, and are named. */
static void test_what_quotes_it_is_named(void **state)
{
    static const char *const links[] = {
        "UPDATE messages SET answers = 10 WHERE id = 3",
        "INSERT INTO grants (token, message, delivery, valid_until, used_by)"
        " SELECT printf('%064d', 1), 10, min(id), 0, 12 FROM deliveries",
        "INSERT INTO events (at, event, message, delivery, body, actor)"
        " SELECT 1, 'bounced', 14, min(id), 'hau', 'antragd' FROM deliveries WHERE message = 10",
    };
    struct registry_case *f = *state;
    int64_t id = take_day(f);

    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        run(f, links[i]);
    struct erasure erasure = erase(f, id);
    assert_string_equal(text_join(f->arena, &erasure.related, " "), "m3 m12 m14");
}

/* What was told and erased comes again under another UID: it is told no second time. */
static void test_told_stays(void **state)
{
    struct registry_case *f = *state;
    struct sample held = target_mail(10), again = target_mail(11), untold = target_mail(12);
    struct known known;
    int64_t id, m;

    held.motions = again.motions = untold.motions = 0;
    held.state = again.state = untold.state = MESSAGE_HELD;
    untold.text = "Eine andere Straßenlaterne.";
    id = case_take(f, held);
    assert_true(registry_note_told(f->registry, "hau", id, CASE_NOW, &f->err));
    erase(f, id);
    finish(f);
    assert_true(registry_begin(f->registry, &f->err));
    assert_true(sample_record(f->registry, f->arena, &again, &known, &m, &f->err));
    assert_int_equal(known.told, id);
    registry_rollback(f->registry);
    /* what was still to be told was not */
    id = case_take(f, untold);
    run(f, "UPDATE messages SET told_at = 0 WHERE uid = 12");
    erase(f, id);
    assert_int_equal(get(f, "SELECT count(*) FROM messages WHERE uid = 12 AND told_at IS NULL"), 1);
}

static void test_duplicate_alone(void **state)
{
    struct registry_case *f = *state;
    int64_t id = case_take(f, target_mail(10));
    int64_t copy = case_take(f, target_mail(11));
    struct erasure erasure = erase(f, copy);

    assert_int_equal(erasure.related.n, 1);
    assert_string_equal(erasure.related.v[0], "m1");
    finish(f);
    /* its original needs the bytes */
    expect_words(f, target_words, true, "of the original");
    assert_true(registry_has_raw(f->registry, erasure.places[0].sha256));
    erase(f, id);
    finish(f);
    expect_words(f, target_words, false, "of both");
}

static void test_two_towns(void **state)
{
    struct registry_case *f = *state;
    struct sample elsewhere = target_mail(10);

    elsewhere.body = "kalkar";
    int64_t here = case_take(f, target_mail(10)), there = case_take(f, elsewhere);
    const char *sum = erase(f, here).places[0].sha256;
    finish(f);
    assert_true(registry_has_raw(f->registry, sum));
    erase(f, there);
    finish(f);
    assert_false(registry_has_raw(f->registry, sum));
    expect_words(f, target_words, false, "of both towns");
}

/* ---- who may not, and what waits ---- */

static void expect_refusal(struct registry_case *f, int64_t message, enum err_kind kind,
                           const char *words)
{
    struct erasure erasure;

    assert_false(registry_erase(f->registry, f->arena, message, &anna, &erasure, &f->err));
    assert_int_equal(f->err.kind, kind);
    if (strstr(f->err.text, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", f->err.text, words);
}

static void test_refusals(void **state)
{
    static const struct raw_mail gone = {
        .body = "hau", .mailbox = "rathaus", .folder = "INBOX", .uidvalidity = 7, .uid = 99};
    struct registry_case *f = *state;
    int64_t id = case_take(f, target_mail(10));

    assert_true(registry_record_vanished(f->registry, &gone, CASE_NOW, &f->err));
    expect_refusal(f, 77, ERR_NO_INPUT, "no message m77");
    expect_refusal(f, 2, ERR_DATA, "vanished");
    run(f, "UPDATE deliveries SET state = 'sending' WHERE id = 1");
    expect_refusal(f, id, ERR_TRY_AGAIN, "o1 is being sent");
    run(f, "UPDATE deliveries SET state = 'sent' WHERE id = 1");
    erase(f, id);
    expect_refusal(f, id, ERR_DATA, "was erased on 2015-08-05 by anna");
}

static void test_what_waits(void **state)
{
    struct registry_case *f = *state;
    struct sample held = target_mail(10);
    int64_t id, due;

    held.state = MESSAGE_HELD;
    held.motions = 0;
    held.held_motions = 1;
    held.reviewed = true;
    id = case_take(f, held);
    struct erasure erasure = erase(f, id);
    assert_int_equal(erasure.answer_count, 1);
    assert_true(registry_is_unsent(erasure.answers[0].state));
    assert_int_equal(get(f, "SELECT count(*) FROM messages WHERE state = 'ignored'"), 1);
    assert_int_equal(get(f, "SELECT count(*) FROM events WHERE event = 'ignored'"), 1);
    assert_int_equal(get(f, "SELECT count(*) FROM deliveries WHERE state = 'failed'"), 1);
    assert_true(registry_next_due(f->registry, f->arena, &(struct texts){0}, &due, &f->err));
    assert_int_equal(due, MOMENT_NONE);
    finish(f);
    expect_words(f, target_words, false, "of what was held");
}

static void test_reader_holds_the_log(void **state)
{
    struct registry_case *f = *state;
    int64_t id = take_day(f);
    sqlite3 *reader;

    assert_int_equal(sqlite3_open_v2(arena_printf(f->arena, "%s/registry.db", f->directory.state),
                                     &reader, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM messages", NULL, NULL, NULL),
                     SQLITE_OK);
    erase(f, id);
    for (int i = 0; i < 5; i++)
        assert_true(finish_some(f));
    assert_int_equal(get(f, "SELECT count(*) FROM erasures"), 1);
    assert_int_equal(sqlite3_exec(reader, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(reader);
    finish(f);
    expect_words(f, target_words, false, "when the reader has ended");
}

/* A reminder tells of several mails; what stands in it is known to nobody but its bytes. */
/* clock: SQL that says what a clock noted which was ahead for a while. */
static void check_gathered(struct registry_case *f, const char *clock)
{
    static const char bytes[] = "m1 von Gerstenkorn";
    const struct reply reminder = {REPLY_NOTICE,
                                   .to = "amt@town.example",
                                   .envelope_from = "rathaus@town.example",
                                   .subject = "Gerstenkorn wartet",
                                   .message_id = "reminder@town.example",
                                   .occasion = "reminder today",
                                   .bytes = bytes,
                                   .size = sizeof bytes - 1};
    int64_t id = case_take(f, target_mail(10));

    assert_true(registry_add_reply(f->registry, "hau", 0, &reminder, CASE_NOW + 60, &f->err));
    run(f, clock);
    erase(f, id);
    /* it is not sent with a hole in it */
    assert_true(finish_some(f));
    assert_int_equal(get(f, "SELECT length(bytes) FROM deliveries WHERE message IS NULL"),
                     sizeof bytes - 1);
    run(f, "UPDATE deliveries SET state = 'sent', next_attempt = NULL WHERE message IS NULL");
    finish(f);
    expect_words(f, target_words, false, "of a reminder");
    assert_int_equal(get(f, "SELECT count(*) FROM deliveries WHERE recipient = 'amt@town.example'"),
                     1);
}

static void test_gathered(void **state)
{
    check_gathered(*state, "");
}

static void test_gathered_while_the_clock_was_ahead(void **state)
{
    check_gathered(*state, "UPDATE messages SET registered_at = registered_at + 99999999;"
                           "UPDATE deliveries SET created_at = created_at + 99999999");
}

static void test_gathered_after_the_clock_was_ahead(void **state)
{
    check_gathered(*state, "UPDATE messages SET registered_at = registered_at + 99999999");
}

/* ---- events ---- */

static void read_seal(struct registry_case *f, const char **text_r, const unsigned char **seal_r,
                      size_t *n_r)
{
    struct statement *s;

    assert_true(statement_open(f->registry,
                               "SELECT text, seal FROM events WHERE event = 'corrected'", NULL, 0,
                               &s, &f->err));
    assert_true(statement_next(s));
    *text_r = statement_text(s, f->arena, 0);
    *seal_r = (const unsigned char *)statement_blob(s, f->arena, 1, n_r);
    assert_true(statement_close(s, &f->err));
}

static void test_seals(void **state)
{
    struct registry_case *f = *state;
    const unsigned char *before, *after;
    const char *text, *gone;
    size_t n;

    int64_t id = take_day(f);
    read_seal(f, &text, &before, &n);
    assert_int_equal(n, 48);
    /* 16 random bytes, and the sum of these and the text */
    size_t length = strlen(text);
    unsigned char *all = arena_alloc(f->arena, 16 + length);
    memcpy(all, before, 16);
    memcpy(all + 16, text, length);
    assert_string_equal(digest_hex(f->arena, all, 16 + length),
                        text_hex(f->arena, before + 16, 32));
    erase(f, id);
    read_seal(f, &gone, &after, &n);
    assert_null(gone);
    assert_int_equal(n, 32);
    assert_memory_equal(after, before + 16, 32);
    assert_int_equal(get(f, "SELECT count(*) FROM events WHERE (text IS NULL) <> (seal IS NULL)"
                            " AND message IS NOT 10"),
                     0);
}

static void test_events_stay(void **state)
{
    static const char *const refused[] = {
        "UPDATE events SET text = NULL, seal = substr(seal, 17) WHERE message = 9",
        "UPDATE events SET text = 'other' WHERE message = 10 AND event = 'erased'",
        "UPDATE events SET text = NULL WHERE message = 10 AND event = 'erased'",
        "UPDATE events SET text = NULL, seal = NULL WHERE message = 10 AND event = 'erased'",
        "UPDATE events SET at = 0 WHERE message = 10",
        "UPDATE events SET actor = 'x', text = NULL, seal = substr(seal, 17)"
        " WHERE message = 10 AND event = 'erased'",
        "DELETE FROM events WHERE message = 10",
        "UPDATE deliveries SET bytes = x'' WHERE message = 9",
        "UPDATE deliveries SET recipient = 'x@y.example' WHERE message = 10",
        "UPDATE deliveries SET bytes = 'x' WHERE message = 10",
        "UPDATE deliveries SET bytes = 'x', erased_at = 1 WHERE message = 9",
        "UPDATE deliveries SET message_id = 'x', bytes = x'', erased_at = 1, state = 'sent'"
        " WHERE message = 9",
    };
    struct registry_case *f = *state;

    erase(f, take_day(f));
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (sqlite3_exec(f->registry->db, refused[i], NULL, NULL, NULL) == SQLITE_OK)
            fail_msg("taken: %s", refused[i]);
    }
}

/* ---- backups ---- */

static void backup(struct registry_case *f, const char *path, size_t mails)
{
    struct backup_counts counts;

    if (!registry_backup(f->registry, path, &counts, &f->err))
        fail_msg("%s", f->err.text);
    assert_int_equal(counts.mails, mails);
    assert_int_equal(counts.missing, 0);
}

static void expect_not_in(const char *directory)
{
    for (const char *const *word = target_words; *word != NULL; word++) {
        if (search_files(directory, *word) != NULL)
            fail_msg("\"%s\" is in the backup, %s", *word, found_in);
    }
}

static void test_backup(void **state)
{
    struct registry_case *f = *state;
    const char *directory = arena_printf(f->arena, "%s/backups", f->directory.path);
    const char *path = arena_printf(f->arena, "%s/b", directory);
    int64_t id = take_day(f);

    assert_int_equal(mkdir(directory, 0700), 0);
    backup(f, path, 20);
    assert_non_null(search_files(directory, "gerstenkorn"));
    /* before it is finished, over the older one */
    struct erasure erasure = erase(f, id);
    assert_int_equal(erasure.linked, 1);
    backup(f, path, 19);
    expect_not_in(directory);
    finish(f);
    backup(f, path, 19);
    expect_not_in(directory);
}

/* ---- what is too old ---- */

static void test_expired(void **state)
{
    enum { DAY = 86400 };
    static const struct {
        const char *name;
        struct retention retention;
        const char *wanted;
    } cases[] = {
        {"nothing", {MOMENT_NONE, MOMENT_NONE, MOMENT_NONE, LATER}, ""},
        {"ignored ones", {CASE_NOW + 10, MOMENT_NONE, MOMENT_NONE, LATER}, " 2"},
        {"ignored by a person later",
         {CASE_NOW + 10 * DAY, MOMENT_NONE, MOMENT_NONE, LATER},
         " 2 3"},
        {"not yet", {CASE_NOW, CASE_NOW, CASE_NOW, LATER}, ""},
        {"held, and nobody was told", {MOMENT_NONE, CASE_NOW + 10, CASE_NOW - 1, LATER}, ""},
        {"held and told", {MOMENT_NONE, CASE_NOW + 10, CASE_NOW + 5 * DAY, LATER}, " 4"},
    };
    struct registry_case *f = *state;

    case_take(f, other_mail(1, f));
    case_take(f, (struct sample){.uid = 2, .from = "x@y.example", .state = MESSAGE_IGNORED});
    case_take(
        f, (struct sample){.uid = 3, .from = "x@y.example", .text = "c", .state = MESSAGE_IGNORED});
    case_take(f,
              (struct sample){.uid = 4, .from = "x@y.example", .text = "d", .state = MESSAGE_HELD});
    case_take(f,
              (struct sample){.uid = 5, .from = "x@y.example", .text = "e", .state = MESSAGE_HELD});
    run(f, "INSERT INTO events (at, event, message, body, actor)"
           " VALUES (1438682591 + 5 * 86400, 'ignored', 3, 'hau', 'anna')");
    assert_true(registry_note_expiring(f->registry, "hau", 4, CASE_NOW + 5 * DAY, &f->err));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t *ids;
        size_t count;
        struct text got;

        text_init(&got, f->arena);
        assert_true(registry_list_expired(f->registry, f->arena, "hau", &cases[i].retention, 10,
                                          &ids, &count, &f->err));
        for (size_t k = 0; k < count; k++)
            text_addf(&got, " %lld", (long long)ids[k]);
        if (strcmp(got.s, cases[i].wanted) != 0)
            fail_msg("%s: \"%s\", wanted \"%s\"", cases[i].name, got.s, cases[i].wanted);
    }
}

static size_t count_expired(struct registry_case *f, const struct retention *retention)
{
    int64_t *ids;
    size_t count;

    assert_true(
        registry_list_expired(f->registry, f->arena, "hau", retention, 10, &ids, &count, &f->err));
    return count;
}

/* What came while the clock was ahead is as old as what came after it at least. */
static void test_expired_by_a_clock_that_was_ahead(void **state)
{
    struct registry_case *f = *state;
    const struct retention ignored = {CASE_NOW + 10, MOMENT_NONE, MOMENT_NONE, LATER};
    const struct retention held = {MOMENT_NONE, CASE_NOW + 10, CASE_NOW + 10, LATER};
    struct waiting_mail *rows;
    size_t count;

    case_take(f, (struct sample){.uid = 1, .from = "x@y.example", .state = MESSAGE_IGNORED});
    case_take(f,
              (struct sample){.uid = 2, .from = "x@y.example", .text = "d", .state = MESSAGE_HELD});
    assert_true(registry_note_expiring(f->registry, "hau", 2, CASE_NOW + 900000000, &f->err));
    run(f, "DROP TRIGGER events_no_update; DROP TRIGGER events_no_delete;"
           "UPDATE events SET at = at + 900000000 WHERE at < 1500000000;"
           "UPDATE messages SET registered_at = registered_at + 900000000");
    assert_int_equal(count_expired(f, &ignored), 0); /* nobody knows */
    assert_int_equal(count_expired(f, &held), 0);
    case_take(
        f, (struct sample){.uid = 3, .from = SPD, .message_id = "3@x", .text = "e", .motions = 1});
    assert_int_equal(count_expired(f, &ignored), 1);
    assert_int_equal(count_expired(f, &held), 1);
    run(f, "DELETE FROM events WHERE event = 'expiry-told'");
    assert_true(registry_list_expiring(f->registry, f->arena, "hau", CASE_NOW + 1, LATER, &rows,
                                       &count, &f->err));
    assert_int_equal(count, 1);
}

static void test_expiring(void **state)
{
    struct registry_case *f = *state;
    struct waiting_mail *rows;
    size_t count;

    case_take(f,
              (struct sample){.uid = 4, .from = "x@y.example", .text = "d", .state = MESSAGE_HELD});
    case_take(f, (struct sample){.uid = 5, .unreadable = true, .state = MESSAGE_UNREADABLE});
    assert_true(registry_list_expiring(f->registry, f->arena, "hau", CASE_NOW, LATER, &rows, &count,
                                       &f->err));
    assert_int_equal(count, 0);
    assert_true(registry_list_expiring(f->registry, f->arena, "hau", CASE_NOW + 1, LATER, &rows,
                                       &count, &f->err));
    assert_int_equal(count, 2);
    assert_true(registry_note_expiring(f->registry, "hau", 1, CASE_NOW, &f->err));
    assert_true(registry_list_expiring(f->registry, f->arena, "hau", CASE_NOW + 1, LATER, &rows,
                                       &count, &f->err));
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].id, 2);
}

static size_t count_expiring(struct registry_case *f, int64_t before)
{
    struct waiting_mail *rows;
    size_t count;

    assert_true(registry_list_expiring(f->registry, f->arena, "hau", before, LATER, &rows, &count,
                                       &f->err));
    return count;
}

/* What waits again waits from then on, and what was told before is not of that. */
static void test_reopened(void **state)
{
    enum { DAY = 86400 };
    struct registry_case *f = *state;
    const struct event reopened = {
        .event = "reopened", .at = CASE_NOW + 20 * DAY, .message = 1, .body = "hau"};
    const struct retention old = {MOMENT_NONE, CASE_NOW + 10 * DAY, LATER, LATER};
    const struct retention since = {MOMENT_NONE, CASE_NOW + 20 * DAY + 1, LATER, LATER};

    case_take(f,
              (struct sample){.uid = 4, .from = "x@y.example", .text = "d", .state = MESSAGE_HELD});
    assert_true(registry_note_expiring(f->registry, "hau", 1, CASE_NOW + 5 * DAY, &f->err));
    assert_int_equal(count_expired(f, &old), 1);
    assert_true(registry_add_event(f->registry, &reopened, &f->err));
    assert_int_equal(count_expired(f, &old), 0);
    assert_int_equal(count_expired(f, &since), 0); /* nobody was told */
    assert_int_equal(count_expiring(f, CASE_NOW + 20 * DAY), 0);
    assert_int_equal(count_expiring(f, CASE_NOW + 20 * DAY + 1), 1);
    assert_true(registry_note_expiring(f->registry, "hau", 1, CASE_NOW + 25 * DAY, &f->err));
    assert_int_equal(count_expiring(f, CASE_NOW + 20 * DAY + 1), 0);
    assert_int_equal(count_expired(f, &old), 0);
    assert_int_equal(count_expired(f, &since), 1);
}

/* ---- killed at every step to the disk ---- */

static _Noreturn void erase_and_die(const struct case_directory *directory, enum fault_kind kind,
                                    int at)
{
    struct registry_case f = {.directory = *directory, .arena = arena_new()};
    struct erasure erasure;
    bool left = true;

    fault_arm(kind, at, 0);
    if (!registry_open(directory->state, REGISTRY_WRITE, &f.registry, &f.err) ||
        !registry_erase(f.registry, f.arena, 10, &anna, &erasure, &f.err))
        _exit(1);
    while (left) {
        if (!registry_finish_erasures(f.registry, &left, &f.err))
            _exit(1);
    }
    registry_close(f.registry);
    _exit(0);
}

static bool kill_at(const struct case_directory *directory, enum fault_kind kind, int at,
                    const char *when)
{
    pid_t pid = fork();

    if (pid == 0)
        erase_and_die(directory, kind, at);
    return fault_has_killed(pid, when);
}

/* All there or all gone; going on ends as if nothing had happened. */
static void check_and_go_on(struct registry_case *f, const char *when)
{
    case_open(f, REGISTRY_WRITE);
    assert_true(registry_check(f->registry, &f->err));
    if (get(f, "SELECT count(*) FROM messages WHERE id = 10 AND erased_at IS NULL") == 1) {
        expect_words(f, target_words, true, when);
        erase(f, 10);
    }
    finish(f);
    expect_words(f, target_words, false, when);
    expect_words(f, other_words, true, when);
    assert_int_equal(get(f, "SELECT count(*) FROM events WHERE event = 'erased'"), 1);
    assert_true(registry_check(f->registry, &f->err));
    run(f, "INSERT INTO search (search) VALUES ('integrity-check')");
    registry_close(f->registry);
}

static void sweep(enum fault_kind kind, const char *name)
{
    struct registry_case day = {.arena = arena_new()};
    bool killed = true;
    int at = 1;

    case_directory_make(&day.directory);
    case_open(&day, REGISTRY_WRITE);
    take_day(&day);
    registry_close(day.registry);

    for (; killed; at++) {
        struct registry_case f = {.arena = arena_new()};
        const char *when = arena_printf(f.arena, "%s at step %d", name, at);

        case_directory_copy(&day.directory, &f.directory);
        killed = kill_at(&f.directory, kind, at, when);
        check_and_go_on(&f, when);
        case_directory_remove(&f.directory);
        arena_free(f.arena);
    }
    case_directory_remove(&day.directory);
    arena_free(day.arena);
    print_message("%s: %d steps\n", name, at - 2);
    /* fewer would mean that the disk is not what is counted */
    assert_true(at > 40);
}

static void test_killed_before(void **state)
{
    (void)state;
    sweep(FAULT_KILL, "killed");
}

static void test_killed_with_half_a_write(void **state)
{
    (void)state;
    sweep(FAULT_TORN, "killed with half of it written");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, case_set_up, case_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        CASE(test_words_go),
        CASE(test_what_stays),
        CASE(test_no_column_is_forgotten),
        CASE(test_gap_is_overwritten),
        cmocka_unit_test(test_gaps),
        CASE(test_still_recognised),
        CASE(test_recognised_without_message_id),
        CASE(test_source_is_recognised),
        CASE(test_copies_follow),
        CASE(test_duplicates_go_with_it),
        CASE(test_what_quotes_it_is_named),
        CASE(test_told_stays),
        CASE(test_duplicate_alone),
        CASE(test_two_towns),
        CASE(test_refusals),
        CASE(test_what_waits),
        CASE(test_reader_holds_the_log),
        CASE(test_gathered),
        CASE(test_gathered_while_the_clock_was_ahead),
        CASE(test_gathered_after_the_clock_was_ahead),
        CASE(test_seals),
        CASE(test_events_stay),
        CASE(test_backup),
        CASE(test_expired),
        CASE(test_expired_by_a_clock_that_was_ahead),
        CASE(test_expiring),
        CASE(test_reopened),
        cmocka_unit_test(test_killed_before),
        cmocka_unit_test(test_killed_with_half_a_write),
    };
    struct err err;

    if (!zone_set("Europe/Berlin", &err))
        fatal(&err);
    fault_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
