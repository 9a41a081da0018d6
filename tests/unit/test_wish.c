/* SPDX-License-Identifier: EUPL-1.2 */
/* What the words of a reply ask for, and whether they are clear. */
#include "test.h"

#include "motion/pattern.h"
#include "motion/wish.h"

#include <string.h>

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    pattern_preload();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct wish wish_of(const char *subject, const char *text)
{
    const struct mail mail = {
        .subject = subject, .text = text, .date = "2015-08-05T09:00:00+02:00"};
    struct wish wish;

    wish_find(arena, &mail, &wish);
    return wish;
}

/* of no kind, or not clear */
#define KIND_NONE_CLEARLY WISH_KIND_COUNT

static const struct {
    unsigned kind;
    bool clear;
    const char *text;
    const char *meeting, *instead, *title; /* of a clear correction */
} cases[] = {
#define CASE(kind, clear, text) {WISH_##kind, clear, text, NULL, NULL, NULL},
#define CORRECTION(meeting, instead, title, text) \
    {WISH_CORRECT, true, text, meeting, instead, title},
#define NOTHING(text) {KIND_NONE_CLEARLY, false, text, NULL, NULL, NULL},
#include "wish_beside_cases.def"
#include "wish_cases.def"
#include "wish_other_cases.def"
#include "wish_withdraw_cases.def"
#undef CASE
#undef CORRECTION
#undef NOTHING
};

static const char *day_text(struct day day)
{
    return day_is_none(day) ? NULL : day_to_text(arena, day);
}

/* Cases that give no value have it looked at elsewhere. */
static bool has_values(size_t i, const struct wish *wish)
{
    if (cases[i].meeting == NULL && cases[i].title == NULL)
        return true;
    return text_equal(day_text(wish->meeting), cases[i].meeting) &&
           text_equal(day_text(wish->instead), cases[i].instead) &&
           text_equal(wish->title, cases[i].title);
}

static bool is_as_expected(size_t i, const struct wish *wish)
{
    return (cases[i].kind == KIND_NONE_CLEARLY || wish->kind == cases[i].kind) &&
           wish->clear == cases[i].clear && has_values(i, wish);
}

static void test_words(void **state)
{
    size_t wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wish wish = wish_of("Re: [A/2015/0001] Eingang bestätigt", cases[i].text);

        if (is_as_expected(i, &wish))
            continue;
        wrong++;
        print_message("%s %d (%s, %s, %s) instead of %s %d: %s\n", wish_kind_to_text(wish.kind),
                      wish.clear, day_text(wish.meeting), day_text(wish.instead), wish.title,
                      cases[i].kind == KIND_NONE_CLEARLY
                          ? "nothing"
                          : wish_kind_to_text((enum wish_kind)cases[i].kind),
                      cases[i].clear, cases[i].text);
    }
    print_message("%zu of %zu\n", sizeof cases / sizeof cases[0] - wrong,
                  sizeof cases / sizeof cases[0]);
    assert_int_equal(wrong, 0);
}

static void check_day(struct day day, const char *expected)
{
    assert_false(day_is_none(day));
    assert_string_equal(day_to_text(arena, day), expected);
}

static void test_correction(void **state)
{
    struct wish wish;

    (void)state;
    wish = wish_of(NULL, "Bitte auf der Sitzung am 24.09. statt 10.09. behandeln.");
    check_day(wish.meeting, "2015-09-24");
    check_day(wish.instead, "2015-09-10");
    wish = wish_of(NULL, "Bitte statt am 10.09. am 24.09. im Rat behandeln.");
    check_day(wish.meeting, "2015-09-24");
    check_day(wish.instead, "2015-09-10");
    wish = wish_of(NULL, "Nicht in der Sitzung am 10. September, sondern am 24. September 2015, "
                         "bitte korrigieren.");
    check_day(wish.meeting, "2015-09-24");
    wish = wish_of(NULL, "Bitte die Sitzung am 10.09. auf den 24.09. verschieben.");
    check_day(wish.meeting, "2015-09-24");
    check_day(wish.instead, "2015-09-10");
    wish = wish_of(NULL, "Der Titel muss lauten: Radweg an der\nUedemer Straße.");
    assert_string_equal(wish.title, "Radweg an der Uedemer Straße");
    wish = wish_of(NULL, "Der Titel muss „Radweg, Teil 2“ statt „Radweg“ lauten.");
    assert_string_equal(wish.title, "Radweg, Teil 2");
    assert_true(wish.clear);
}

static void test_numbers(void **state)
{
    struct wish wish;

    (void)state;
    wish = wish_of("AW: [2015-17] Eingang bestätigt: [Eilt] Radweg",
                   "Wir ziehen A/2015/0001 zurück.\n\n> [A/2015/0009] Eingang\n> A/2015/0009");
    assert_int_equal(wish.numbers.n, 3);
    assert_string_equal(wish.numbers.v[0], "2015-17");
    assert_string_equal(wish.numbers.v[1], "Eilt");
    assert_string_equal(wish.numbers.v[2], "A/2015/0001");
}

static void test_speaker(void **state)
{
    (void)state;
    assert_null(wish_of(NULL, "Die Fraktion zieht den Antrag zurück.").speaker);
    assert_string_equal(wish_of(NULL, "Die SPD-Fraktion zieht ihren Antrag zurück.").speaker,
                        "SPD-Fraktion");
    assert_string_equal(wish_of(NULL, "Hiermit zieht die CDU ihren Antrag zurück.").speaker, "CDU");
}

static const struct {
    const char *text;
    bool asks;
} replies[] = {
    {"Vielen Dank!", false},
    {"Danke.\n\n-----Ursprüngliche Nachricht-----\nBitte antworten Sie.\n", false},
    {"Danke\n\nVon: Rathaus\nGesendet: Montag\nBitte", false},
    {"Thank you.\n\nOn Tue, 4 Aug 2015, the town wrote:\n> please", false},
    {"Kommt das noch in die Sitzung?", true},
    {"Bitte um Rückruf.", true},
    {"Wir ziehen den Antrag zurück.", true},
    {"Das Datum ist falsch.", true},
    {"Ich möchte das AENDERN lassen.", true},
    {"Danke. Antrag: Parkbank am See", true},
    {"Danke.\n\nAntrag der Fraktion: Parkbank am See\n", true},
    {"Beschlussvorschlag:\nAm See wird eine Parkbank aufgestellt.", true},
    {"Der Gemeinderat möge in seiner nächsten Sitzung beschließen, eine Bank aufzustellen.", true},
    {"Damit reichen wir einen weiteren\nAntrag ein.", true},
    {"Ich lege Ihnen hiermit die Anfrage zum Bauhof vor.", true},
    {"Wir beantragen eine Parkbank am See.", true},
    {"We hereby move that a bench be put up.", true},
    {"Passt, aber die Sitzung ist am 17.09.2026.", true},
    {"Richtig wäre der 12.11.2026.", true},
    {"Danke, unser Antrag ist gut aufgehoben.", false},
    {"Alles richtig, schönen Tag!", false},
    {"Danke, der Antrag ist da, bis zur Sitzung am 24.09.2026!", false},
    {"Der Eingang unseres Antrags ist vermerkt, danke.", false},
    {"", false},
};

static void test_asking(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        print_message("%s\n", replies[i].text);
        assert_int_equal(wish_of(NULL, replies[i].text).asks, replies[i].asks);
    }
}

static void test_kinds(void **state)
{
    enum wish_kind kind;

    (void)state;
    for (int i = 0; i < WISH_KIND_COUNT; i++) {
        assert_true(wish_kind_from_text(wish_kind_to_text((enum wish_kind)i), &kind));
        assert_int_equal(kind, i);
    }
    assert_false(wish_kind_from_text("withdrawal", &kind));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),   cmocka_unit_test(test_correction),
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_speaker),
        cmocka_unit_test(test_asking),  cmocka_unit_test(test_kinds),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
