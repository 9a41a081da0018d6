/* SPDX-License-Identifier: EUPL-1.2 */
/* Names, UID sets and the guards that are pure. */
#include "test.h"

#include "imap/imap_guard.h"
#include "imap/imap_name.h"

#include <string.h>

static struct arena *arena;

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void test_folders(void **state)
{
    static const struct {
        const char *utf8, *wanted;
    } cases[] = {
        {"INBOX", "\"INBOX\""},
        {"Erledigt & weg", "\"Erledigt &- weg\""},
        {"Entwürfe", "\"Entw&APw-rfe\""},
        {"~peter/mail/台北/日本語", "\"~peter/mail/&U,BTFw-/&ZeVnLIqe-\""}, /* RFC 3501, 5.1.3 */
        {"a\"b\\c", "\"a\\\"b\\\\c\""},
        {"𝄞", "\"&2DTdHg-\""},
        {"\xff", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *got = imap_name_folder(arena, cases[i].utf8);

        if (cases[i].wanted == NULL)
            assert_null(got);
        else
            assert_string_equal(got, cases[i].wanted);
    }
}

static void test_folders_back(void **state)
{
    static const struct {
        const char *name, *wanted;
    } cases[] = {
        {"INBOX", "INBOX"},
        {"Erledigt &- weg", "Erledigt & weg"},
        {"Entw&APw-rfe", "Entwürfe"},
        {"~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"},
        {"&2DTdHg-", "𝄞"},
        {"schon Entwürfe", "schon Entwürfe"},
        {"&APw", NULL},  /* no end */
        {"&A!w-", NULL}, /* no digit */
        {"&2DQ-", NULL}, /* half a pair */
        {"&3R4-", NULL}, /* the other half */
        {"&AAo-", NULL}, /* a line end */
        {"\xff", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *got = imap_name_read_folder(arena, cases[i].name);

        if (cases[i].wanted == NULL)
            assert_null(got);
        else
            assert_string_equal(got, cases[i].wanted);
    }
}

static void test_base64(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *wanted;
    } cases[] = {
        {"", 0, ""},
        {"f", 1, "Zg=="},
        {"fo", 2, "Zm8="},
        {"foo", 3, "Zm9v"},
        {"foob", 4, "Zm9vYg=="},
        {"\0u\0p", 4, "AHUAcA=="},
        {"\xfb\xff", 2, "+/8="},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(imap_name_base64(arena, cases[i].bytes, cases[i].n), cases[i].wanted);
}

static void test_uid_sets(void **state)
{
    static const uint32_t uids[] = {1, 2, 3, 7, 9, 9, 10, 4294967294, 4294967295};
    static const uint32_t odd[] = {1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29};
    size_t next = 0, parts = 0;

    (void)state;
    assert_string_equal(imap_name_uids(arena, uids, 9, 1000, &next),
                        "1:3,7,9:10,4294967294:4294967295");
    assert_int_equal(next, 9);
    for (next = 0; next < 15; parts++)
        assert_true(strlen(imap_name_uids(arena, odd, 15, 40, &next)) <= 40);
    assert_true(parts > 1);
}

static void test_suggested_wait(void **state)
{
    static const struct {
        const char *text;
        int wanted;
    } cases[] = {
        {"Request is throttled. Suggested Backoff Time: 299961 milliseconds", 300},
        {"suggested backoff time: 1000 milliseconds", 1},
        {"Suggested Backoff Time: 1 milliseconds", 1},
        {"Suggested Backoff Time: 0 milliseconds", 0},
        {"Suggested Backoff Time: 99999999999999999999999 milliseconds", 86400},
        {"Suggested Backoff Time: soon", 0},
        {"Suggested Backoff Time:", 0},
        {"", 0},
        {NULL, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(imap_guard_suggested_wait(cases[i].text), cases[i].wanted);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *text;
        enum imap_refusal wanted;
    } cases[] = {
        {"NO [AUTHENTICATIONFAILED] x", IMAP_REFUSAL_LOGIN},
        {"[authenticationfailed]", IMAP_REFUSAL_LOGIN},
        {"NO [LIMIT] too many", IMAP_REFUSAL_PASSES},
        {"NO [LIMITED] x", IMAP_REFUSAL_PLAIN},
        {"NO no", IMAP_REFUSAL_PLAIN},
        {"NO [", IMAP_REFUSAL_PLAIN},
        {"", IMAP_REFUSAL_PLAIN},
        {NULL, IMAP_REFUSAL_PLAIN},
        {"BAD Suggested Backoff Time: 5 milliseconds", IMAP_REFUSAL_PASSES},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(imap_guard_refusal(cases[i].text), cases[i].wanted);
}

static void test_dates(void **state)
{
    static const struct {
        struct mailimap_date_time date;
        bool ok;
        int64_t moment;
    } cases[] = {
        {{4, 8, 2015, 12, 3, 11, 200}, true, 1438682591},
        {{4, 8, 2015, 12, 3, 11, -330}, true, 1438702391},
        {{1, 1, 1970, 0, 0, 0, 0}, true, 0},
        {{32, 1, 2015, 0, 0, 0, 0}, false, 0},
        {{1, 13, 2015, 0, 0, 0, 0}, false, 0},
        {{1, 1, 2015, 0, 0, 0, 2147483647}, false, 0},
        {{1, 1, -5, 0, 0, 0, 0}, false, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t moment = 0;

        assert_int_equal(imap_guard_date(&cases[i].date, &moment), cases[i].ok);
        assert_int_equal(moment, cases[i].moment);
    }
    assert_false(imap_guard_date(NULL, NULL));
}

static void test_arguments(void **state)
{
    struct err err;

    (void)state;
    assert_true(imap_guard_argument("Anträge", "folder", &err));
    assert_false(imap_guard_argument("a\r\n1 DELETE b", "folder", &err));
    assert_false(imap_guard_argument("a\nb", "folder", &err));
    assert_false(imap_guard_argument("", "folder", &err));
    assert_false(imap_guard_argument(NULL, "folder", &err));
    assert_string_equal(err.text, "folder is empty");
}

/* What libetpan leaves behind where a server answers CAPABILITY with nothing. */
static void test_capabilities(void **state)
{
    mailimap *session = mailimap_new(0, NULL);

    (void)state;
    assert_false(imap_guard_has(session, "IDLE"));
    session->imap_connection_info = mailimap_connection_info_new();
    assert_false(imap_guard_has(session, "IDLE"));
    session->imap_connection_info->imap_capability = mailimap_capability_data_new(NULL);
    assert_false(imap_guard_has(session, "IDLE"));
    assert_false(imap_guard_allows_keyword(session, "$Registered"));
    imap_guard_free(session);
    imap_guard_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folders),        cmocka_unit_test(test_folders_back),
        cmocka_unit_test(test_base64),         cmocka_unit_test(test_uid_sets),
        cmocka_unit_test(test_suggested_wait), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_dates),          cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_capabilities),
    };

    return cmocka_run_group_tests_name("imap_name", tests, begin, end);
}
