/* SPDX-License-Identifier: EUPL-1.2 */
/* The day's book and the list's mail of the day: when they are due, and what they say. */
#include "test.h"

#include "golden.h"
#include "town.h"

#include "decision/decision.h"
#include "reply/book.h"
#include "reply/book_words.h"

#include <string.h>

#define TOKEN "0123456789abcdef0123456789abcdef"
#define OFFICE "ratsbuero@bedburg-hau.example"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct arena *arena;

/* ---- when -------------------------------------------------------------------------------------
 */

static const struct {
    const char *name;
    int book_at;
    const char *now;
    const char *day;  /* NULL: none */
    const char *next; /* NULL: never */
} moments[] = {
    {"before", 420, "2026-11-25T06:59:59+01:00", "2026-11-24", "2026-11-25T07:00:00+01:00"},
    {"at it", 420, "2026-11-25T07:00:00+01:00", "2026-11-25", "2026-11-26T07:00:00+01:00"},
    {"the whole day", 420, "2026-11-25T23:59:59+01:00", "2026-11-25", "2026-11-26T07:00:00+01:00"},
    {"midnight", 0, "2026-11-25T00:00:00+01:00", "2026-11-25", "2026-11-26T00:00:00+01:00"},
    {"24:00 of the day before", 1440, "2026-11-25T00:00:00+01:00", "2026-11-24",
     "2026-11-26T00:00:00+01:00"},
    {"never", -1, "2026-11-25T12:00:00+01:00", NULL, NULL},
    /* the night of 23 hours and that of 25: one book each, an hour away in UTC */
    {"before summer", 420, "2026-03-28T07:00:00+01:00", "2026-03-28", "2026-03-29T07:00:00+02:00"},
    {"summer", 420, "2026-03-29T06:59:59+02:00", "2026-03-28", "2026-03-29T07:00:00+02:00"},
    {"before winter", 420, "2026-10-24T07:00:00+02:00", "2026-10-24", "2026-10-25T07:00:00+01:00"},
    {"winter", 420, "2026-10-25T06:59:59+01:00", "2026-10-24", "2026-10-25T07:00:00+01:00"},
};

static void test_when(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(moments); i++) {
        struct conf_body *body = town_new(arena);
        int64_t now = town_moment(moments[i].now);

        print_message("%s\n", moments[i].name);
        body->book_at = moments[i].book_at;
        assert_true(text_equal(day_to_text(arena, book_day(body, now)), moments[i].day));
        assert_true(text_equal(moment_to_text(arena, book_next(body, now)), moments[i].next));
    }
}

/* An hour that is not there, and one that is there twice: still one book for each day. */
static void test_one_a_day(void **state)
{
    static const char *const nights[] = {"2026-03-29", "2026-10-25"};
    struct conf_body *body = town_new(arena);

    (void)state;
    body->book_at = 2 * 60 + 30;
    for (size_t i = 0; i < COUNT(nights); i++) {
        int64_t now = moment_from_local(day_add(town_day(nights[i]), -1), 720);
        int64_t end = moment_from_local(day_add(town_day(nights[i]), 1), 720);
        struct day last = book_day(body, now);
        int books = 0;

        for (; now <= end; now += 60) {
            struct day day = book_day(body, now);
            assert_true(book_next(body, now) > now);
            if (day.n <= last.n)
                continue; /* as the clerk judges, who remembers the last one */
            assert_int_equal(day.n, last.n + 1);
            last = day;
            books++;
        }
        assert_int_equal(books, 2);
    }
}

/* ---- what -------------------------------------------------------------------------------------
 */

static struct decided_consultation consultations[] = {
    {.organization = "Rat", .deadline = {.state = DEADLINE_IN_TIME}},
    {.organization = "Hauptausschuss", .deadline = {.state = DEADLINE_LATE}},
};

static struct book_mailbox mailboxes[] = {
    {.name = "rathaus", .folder = "INBOX", .counted = true, .seen = 12, .interval = 300},
    {.name = "alt", .folder = "INBOX", .counted = true, .seen = 3, .interval = 300},
};

/* A day with something of everything, told with a line break and a header that is none. */
static struct book full_book(void)
{
    static struct book_motion motions[2];
    static struct book_change changes[2];
    static struct book_count counts[] = {{MESSAGE_IGNORED, "automatic", 3},
                                         {MESSAGE_DUPLICATE, "same-bytes", 1}};
    static struct book_answer failed[] = {{.id = "o34",
                                           .kind = REPLY_ACKNOWLEDGEMENT,
                                           .number = "A/2015/0001",
                                           .to = "vanbeek@spd.example",
                                           .response = "550 5.1.1 no such\r\nBcc: x@y.example"}};
    static struct book_answer waiting[] = {{.id = "o41",
                                            .kind = REPLY_CONFIRMATION,
                                            .number = "A/2015/0002",
                                            .to = "rat@lists.bedburg-hau.example"}};
    static struct book_held held[2];
    struct book book = {.day = town_day("2015-08-05"),
                        .since = town_moment("2015-08-04T07:00:02+02:00"),
                        .until = town_moment("2015-08-05T07:00:01+02:00"),
                        .motions = motions,
                        .motion_count = 2,
                        .changes = changes,
                        .change_count = 2,
                        .counts = counts,
                        .count_count = 2,
                        .failed = failed,
                        .failed_count = 1,
                        .held = held,
                        .held_count = 2,
                        .waiting = waiting,
                        .waiting_count = 1,
                        .mailboxes = mailboxes,
                        .mailbox_count = 2};

    consultations[0].meeting = consultations[1].meeting = town_day("2015-09-24");
    motions[0] = (struct book_motion){.number = "A/2015/0001",
                                      .kind = MOTION_MOTION,
                                      .title = "Radweg\nBcc: x@y.example",
                                      .arrived_at = town_moment("2015-08-04T12:03:11+02:00"),
                                      .consultations = consultations,
                                      .consultation_count = 2,
                                      .state = MOTION_STATE_WITHDRAWN};
    town_set(arena, &motions[0].factions, "SPD");
    town_set(arena, &motions[0].named, "CDU");
    motions[1] = (struct book_motion){.number = "A/2015/0002",
                                      .kind = MOTION_INQUIRY,
                                      .confidential = true,
                                      .arrived_at = town_moment("2015-08-04T23:59:59+02:00")};
    changes[0] = (struct book_change){.event = "withdrawn",
                                      .number = "A/2015/0001",
                                      .title = "Radweg",
                                      .at = town_moment("2015-08-04T15:00:00+02:00"),
                                      .actor = "mueller"};
    changes[1] = (struct book_change){.event = "meeting-moved",
                                      .number = "A/2014/0107",
                                      .at = town_moment("2015-08-04T16:00:00+02:00"),
                                      .actor = "antragd"};
    held[0] = (struct book_held){.id = "m12",
                                 .row = "unknown-motion",
                                 .arrived_at = town_moment("2015-08-02T11:59:58+02:00"),
                                 .registered_at = town_moment("2015-08-02T12:00:00+02:00"),
                                 .from = "stranger@x.example",
                                 .subject = "Antrag"};
    held[1] = (struct book_held){.id = "m15",
                                 .row = "attachment-missing",
                                 .arrived_at = town_moment("2015-08-05T06:59:00+02:00"),
                                 .registered_at = town_moment("2015-08-05T06:59:01+02:00")};
    for (size_t i = 0; i < 2; i++) {
        mailboxes[i].visited_at = town_moment("2015-08-05T06:59:30+02:00");
        mailboxes[i].counted = true;
        mailboxes[i].interval = 300;
        mailboxes[i].unexplained = 0;
        mailboxes[i].trouble = NULL;
    }
    return book;
}

static struct news news_of(const struct conf_body *body)
{
    return (struct news){.body = body,
                         .now = town_moment("2015-08-05T07:00:01+02:00"),
                         .token = TOKEN,
                         .occasion = "book 2015-08-05"};
}

static const char *text_of(const struct book *book)
{
    const char *subject, *text;

    book_write(arena, town_new(arena), book, &subject, &text);
    return text;
}

static void test_golden(void **state)
{
    static const char *const languages[] = {"de", "en"};
    struct book book = full_book();

    (void)state;
    for (size_t i = 0; i < COUNT(languages); i++) {
        struct conf_body *body = town_new(arena);
        struct news news = news_of(body);
        struct replies replies;

        body->language = languages[i];
        book_render(arena, &news, &book, &replies);
        assert_int_equal(replies.n, 1);
        assert_int_equal(replies.v[0].kind, REPLY_NOTICE);
        assert_string_equal(replies.v[0].to, OFFICE);
        assert_string_equal(replies.v[0].occasion, "book 2015-08-05");
        golden_compare(arena, arena_printf(arena, "%s-book", languages[i]), &replies.v[0]);
    }
}

/* The past has no present. */
static void test_past(void **state)
{
    struct book book = full_book();
    const char *text;

    (void)state;
    book.past = true;
    text = text_of(&book);
    assert_non_null(strstr(text, "A/2015/0001"));
    assert_null(strstr(text, "m12"));
    assert_null(strstr(text, "o41"));
    assert_null(strstr(text, "rathaus"));
    assert_null(strstr(text, "ungeklärt"));
}

/* ---- whether the books close ------------------------------------------------------------------
 */

static void unexplained(struct book *book)
{
    book->mailboxes[1].unexplained = 2;
}

static void never_visited(struct book *book)
{
    book->mailboxes[1].visited_at = MOMENT_NONE;
    book->mailboxes[1].counted = false;
}

static void not_counted(struct book *book)
{
    book->mailboxes[0].counted = false;
}

static void late(struct book *book)
{
    book->mailboxes[0].visited_at = book->until - 3601;
}

static void rare_by_order(struct book *book)
{
    book->mailboxes[0].visited_at = book->until - 3601;
    book->mailboxes[0].interval = 1800;
}

static void in_trouble(struct book *book)
{
    book->mailboxes[1].trouble = "login refused";
}

static const struct {
    void (*change)(struct book *book);
    const char *says;
    bool well, closed;
} states[] = {
    {NULL, "Die Bücher sind geschlossen: 0 ungeklärt.", true, true},
    {unexplained, "Die Bücher sind offen: 2 ungeklärt", false, false},
    {never_visited, "alt (INBOX): noch nie besucht", false, false},
    {not_counted, "noch nicht gezählt", true, false},
    {late, "Das ist zu lange her.", false, true},
    {rare_by_order, "Die Bücher sind geschlossen: 0 ungeklärt.", true, true},
    {in_trouble, "Störung: login refused", false, true},
};

static void test_closing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(states); i++) {
        struct book book = full_book();
        bool well;

        if (states[i].change != NULL)
            states[i].change(&book);
        const char *text = text_of(&book);
        if (strstr(text, states[i].says) == NULL)
            fail_msg("case %zu: \"%s\" is missing in %s", i, states[i].says, text);
        assert_int_equal(strstr(text, "Die Bücher sind geschlossen") != NULL, states[i].closed);
        well = book_mailbox_is_well(&book, &mailboxes[0]) &&
               book_mailbox_is_well(&book, &mailboxes[1]);
        assert_int_equal(well, states[i].well);
        /* nothing happened, and what waits since days is no news: only what is wrong is */
        book.motion_count = book.change_count = book.count_count = book.failed_count = 0;
        assert_int_equal(book_is_empty(&book), states[i].well);
    }
}

static void test_something_happened(void **state)
{
    struct book book = full_book();

    (void)state;
    assert_false(book_is_empty(&book));
    book.motion_count = book.change_count = book.failed_count = 0;
    assert_false(book_is_empty(&book)); /* mails that nobody needs to see came all the same */
    book.count_count = 0;
    book.failed_count = 1;
    assert_false(book_is_empty(&book));
}

/* A flood is counted, not listed. */
static void test_flood(void **state)
{
    struct book book = full_book();
    struct book_held *held = arena_array(arena, 1000, sizeof *held);

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        held[i] = book.held[0];
        held[i].id = arena_printf(arena, "m%zu", 1000 + i);
    }
    book.held = held;
    book.held_count = 1000;
    const char *text = text_of(&book);
    assert_non_null(strstr(text, "warten jetzt: 1000"));
    assert_non_null(strstr(text, "m1199"));
    assert_null(strstr(text, "m1200"));
    assert_non_null(strstr(text, "… und 800 weitere"));
}

/* ---- the list's mail of the day ---------------------------------------------------------------
 */

static const char *header(const struct reply *reply, const char *name)
{
    const char *at = strstr(reply->bytes, arena_printf(arena, "\r\n%s: ", name));

    return at == NULL
               ? NULL
               : arena_strndup(arena, at + strlen(name) + 4, strcspn(at + strlen(name) + 4, "\r"));
}

static void test_daily(void **state)
{
    static const struct daily_entry entries[] = {
        {.delivery = 3,
         .text = "[A/2015/0001] SPD: Antrag\n  Titel: Radweg\n  Gewünschte Beratung:\n"
                 "  - Rat am Donnerstag, 24.09.2015\n  Eingang: 04.08.2015"},
        {.delivery = 7,
         .text = "[A/2015/0002] Zurückgezogen: CDU: Anfrage\n  Titel: Spielplatz",
         .earlier = "first@b.example"},
    };
    struct conf_body *body = town_new(arena);
    struct news news = news_of(body);
    struct replies replies;

    (void)state;
    /* what a person must let go was let go entry by entry */
    body->answers = CONF_ANSWERS_HOLD;
    news.occasion = "list 2015-08-05";
    daily_render(arena, &news, town_day("2015-08-05"), entries, 2, &replies);
    assert_int_equal(replies.n, 1);
    assert_int_equal(replies.v[0].kind, REPLY_CONFIRMATION);
    assert_string_equal(replies.v[0].to, body->list);
    assert_null(replies.v[0].number);
    assert_false(replies.v[0].waiting);
    assert_string_equal(header(&replies.v[0], "References"), "<first@b.example>");
    assert_string_equal(header(&replies.v[0], "In-Reply-To"), "<first@b.example>");
    assert_string_equal(header(&replies.v[0], "Auto-Submitted"), "auto-generated");
    golden_compare(arena, "de-daily", &replies.v[0]);
    body->language = "en";
    daily_render(arena, &news, town_day("2015-08-05"), entries, 1, &replies);
    assert_null(header(&replies.v[0], "References"));
    assert_null(header(&replies.v[0], "In-Reply-To"));
    golden_compare(arena, "en-daily", &replies.v[0]);
}

/* A header stays short, whatever a day brings; the newest threads count. */
static void test_daily_threads(void **state)
{
    struct daily_entry entries[40];
    struct conf_body *body = town_new(arena);
    struct news news = news_of(body);
    struct replies replies;

    (void)state;
    for (size_t i = 0; i < COUNT(entries); i++)
        entries[i] = (struct daily_entry){.text = "[A/2015/0001] x",
                                          .earlier = arena_printf(arena, "%zu@b.example", i / 2)};
    daily_render(arena, &news, town_day("2015-08-05"), entries, COUNT(entries), &replies);
    assert_string_equal(header(&replies.v[0], "In-Reply-To"), "<19@b.example>");
    assert_null(strstr(replies.v[0].bytes, "<9@b.example>"));
    assert_non_null(strstr(replies.v[0].bytes, "<10@b.example>"));
}

/* ---- words ------------------------------------------------------------------------------------
 */

static void test_every_row_has_brief_words(void **state)
{
    static const char *const others[] = {"ignored-by-person", "vanished"};
    static const char *const languages[] = {"de", "en"};

    (void)state;
    for (size_t l = 0; l < COUNT(languages); l++) {
        for (size_t i = 0; decide_row_name(i) != NULL; i++)
            if (book_words_find(languages[l], decide_row_name(i)) == NULL)
                fail_msg("book_words_%s.def has no BRIEF(\"%s\", ...)", languages[l],
                         decide_row_name(i));
        for (size_t i = 0; i < COUNT(others); i++)
            assert_non_null(book_words_find(languages[l], others[i]));
    }
    assert_string_equal(book_brief("de", "nobody's"), "nobody's");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_when),          cmocka_unit_test(test_one_a_day),
        cmocka_unit_test(test_golden),        cmocka_unit_test(test_past),
        cmocka_unit_test(test_closing),       cmocka_unit_test(test_something_happened),
        cmocka_unit_test(test_flood),         cmocka_unit_test(test_daily),
        cmocka_unit_test(test_daily_threads), cmocka_unit_test(test_every_row_has_brief_words),
    };
    struct err err;

    if (!zone_set("Europe/Berlin", &err))
        fatal(&err);
    arena = arena_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
