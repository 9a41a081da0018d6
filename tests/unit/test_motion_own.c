/* SPDX-License-Identifier: EUPL-1.2 */
/* The grammar against letters of our own, against mails around them, and against hostile text. */
#include "test.h"

#include "motion_compare.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- letters ---- */

static char *read_text(struct arena *arena, const char *path)
{
    struct err err;
    char *bytes;
    size_t n;
    if (!file_read(arena, path, 1 << 20, &bytes, &n, &err))
        fail_msg("%s", err.text);
    return bytes;
}

static bool read_letter(const char *name, struct scores *scores)
{
    struct err err;
    struct json *expected;
    struct motions motions;
    struct arena *arena = arena_new();
    const char *base = arena_printf(arena, "%s/tests/corpus/%s", getenv("srcdir"), name);
    const char *json = read_text(arena, arena_printf(arena, "%s.json", base));
    if (!json_parse(json, strlen(json), &expected, &err))
        fail_msg("%s: %s", name, err.text);
    motion_read_letter(arena, read_text(arena, arena_printf(arena, "%s.txt", base)),
                       json_text(expected, "subject"), json_text(expected, "mailed"), &motions);
    bool right = motion_compare(name, &motions, expected, scores);
    json_free(expected);
    arena_free(arena);
    return right;
}

static void test_letters(void **state)
{
    (void)state;
    struct scores scores = {0};
    struct arena *arena = arena_new();
    size_t n, right = read_letter("seed-letter", &scores);
    const char *folder = arena_printf(arena, "%s/tests/corpus/letters", getenv("srcdir"));
    char **names = motion_list_expected(arena, folder, &n);
    for (size_t i = 0; i < n; i++)
        right += read_letter(arena_printf(arena, "letters/%s", names[i]), &scores);
    arena_free(arena);
    motion_print_scores(&scores);
    assert_int_equal(right, n + 1);
}

/* ---- mails ---- */

#define ADDRESS "Sehr geehrter Herr Bürgermeister,\n\n"
#define OWN                                                                 \
    ADDRESS "die SPD-Fraktion bittet um Beratung im Rat am 07.05.2026.\n\n" \
            "Antrag: Bänke am See\n\n"                                     \
            "Beschlussvorschlag:\nEs werden zwei Bänke aufgestellt.\n\n"   \
            "Mit freundlichen Grüßen\nRita Moll\n"

struct mail_case {
    const char *name;
    const char *subject;
    const char *body;
    const char *attached[2];
    size_t count;
    const char *title;    /* of the first */
    const char *found_in; /* of the first */
};

static const struct mail_case mail_cases[] = {
    {.name = "body alone", .body = OWN, .count = 1, .title = "Bänke am See", .found_in = "1"},
    {.name = "attachment beats the cover note",
     .body = ADDRESS "anbei unser Antrag zur Sitzung des Rates am 07.05.2026.\n",
     .attached = {OWN},
     .count = 1,
     .title = "Bänke am See",
     .found_in = "2"},
    {.name = "a cover note alone is no motion",
     .body = ADDRESS "die SPD-Fraktion stellt den beigefügten Antrag.\n\nMit freundlichen Grüßen\n",
     .count = 0},
    {.name = "one letter twice", .attached = {OWN, OWN}, .count = 1, .found_in = "2"},
    {.name = "body and attachment are one letter", .body = OWN, .attached = {OWN}, .count = 1},
    {.name = "title in the subject",
     .subject = "Antrag: Laternen am Wehr",
     .body = ADDRESS "die FDP-Fraktion stellt zur Ratssitzung am 07.05.2026 folgenden Antrag:\n\n"
                     "Am Wehr werden drei Laternen aufgestellt.\n\nMit freundlichen Grüßen\n",
     .count = 1,
     .title = "Laternen am Wehr",
     .found_in = "1"},
    {.name = "no title in the subject of an answer",
     .subject = "AW: Antrag: Laternen am Wehr",
     .body = ADDRESS "die FDP-Fraktion stellt zur Ratssitzung am 07.05.2026 folgenden Antrag:\n\n"
                     "Am Wehr werden drei Laternen aufgestellt.\n\nMit freundlichen Grüßen\n",
     .count = 1,
     .found_in = "1"},
    {.name = "an answer does not move what it quotes",
     .subject = "Re: Antrag",
     .body = "Danke, ist angekommen.\n\nAm 01.05.2026 um 10:00 schrieb Rita Moll:\n" OWN,
     .count = 0},
    {.name = "a forwarded letter counts",
     .subject = "WG: Antrag",
     .body = "z. K.\n\n-----Ursprüngliche Nachricht-----\nVon: Rita Moll\nGesendet: Montag\n\n" OWN,
     .count = 1,
     .title = "Bänke am See",
     .found_in = "1"},
    {.name = "a disclaimer below the signature mark is no part of the letter",
     .body = OWN "\n-- \nvertraulich\nAntrag: Werbung\nKlaus Meier\nFraktionsvorsitzender\n",
     .count = 1,
     .title = "Bänke am See",
     .found_in = "1"},
    {.name = "a withdrawal's enclosure is what it withdraws",
     .body = ADDRESS "die SPD-Fraktion zieht ihren Antrag A/2026/0007 zurück.\n\nMit freundlichen "
                     "Grüßen\nRita Moll\n",
     .attached = {OWN},
     .count = 1,
     .found_in = "1"},
    {.name = "a withdrawal that is none",
     .subject = "AW: [A/2026/0001] Eingang bestätigt: Bänke am See",
     .body = ADDRESS "wir ziehen den Antrag nicht zurück.\n\n"
                     "Mit freundlichen Grüßen\nRita Moll\n",
     .count = 0},
    {.name = "a withdrawal on condition",
     .subject = "AW: [A/2026/0001] Eingang bestätigt: Bänke am See",
     .body = ADDRESS "falls es keine Mehrheit gibt, ziehen wir den Antrag zurück.\n\n"
                     "Mit freundlichen Grüßen\nRita Moll\n",
     .count = 0},
    {.name = "a withdrawal on a later condition",
     .subject = "AW: [A/2026/0001] Eingang bestätigt: Bänke am See",
     .body = ADDRESS "wir ziehen den Antrag nur zurück, wenn der Rat zustimmt.\n\n"
                     "Mit freundlichen Grüßen\nRita Moll\n",
     .count = 0},
    {.name = "a withdrawal that is thought of",
     .subject = "AW: [A/2026/0001] Eingang bestätigt: Bänke am See",
     .body = ADDRESS "wir überlegen noch, ob wir den Antrag zurückziehen.\n\n"
                     "Mit freundlichen Grüßen\nRita Moll\n",
     .count = 0},
    {.name = "nothing", .body = "", .count = 0},
};

static void set_text(struct arena *arena, struct mail_part *part, const char *text)
{
    if (text != NULL)
        mail_part_set_text(arena, part, text);
}

static void test_mails(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mail_cases / sizeof mail_cases[0]; i++) {
        const struct mail_case *c = &mail_cases[i];
        struct arena *arena = arena_new();
        struct motions motions;
        struct mail_part parts[] = {
            {.path = "1", .type = "text/plain", .is_body = true},
            {.path = "2", .type = "application/pdf"},
            {.path = "3", .type = "application/pdf"},
        };
        set_text(arena, &parts[0], c->body);
        set_text(arena, &parts[1], c->attached[0]);
        set_text(arena, &parts[2], c->attached[1]);
        struct mail mail = {.subject = c->subject, .parts = parts, .part_count = 3};
        print_message("  %s\n", c->name);
        motion_find(arena, &mail, &motions);
        assert_int_equal(motions.n, c->count);
        if (c->title != NULL)
            assert_string_equal(motions.v[0].title, c->title);
        else if (c->count > 0 && c->subject != NULL)
            assert_null(motions.v[0].title);
        if (c->found_in != NULL)
            assert_string_equal(motions.v[0].found_in, c->found_in);
        arena_free(arena);
    }
}

/* ---- what a motion does to an earlier one, and lines between label and title ---- */

#define LETTER                                                                             \
    "SPD-Fraktion im Rat\n\nLindhövel, den 09.02.2026\n\nAntrag: Bänke am See\n\n" ADDRESS \
    "die SPD-Fraktion bittet um Beratung im Rat am 07.05.2026.\n\n"                        \
    "Beschlussvorschlag:\nEs werden zwei Bänke aufgestellt.\n\n"                          \
    "Begründung:\nDer neue Weg ersetzt den alten.\n\n" GREETING
#define GREETING "Mit freundlichen Grüßen\nRita Moll\nFraktionsvorsitzende\n"
#define TAIL \
    "Beschlussvorschlag:\nEs werden zwei Bänke aufgestellt.\n\nBegründung:\nNötig.\n\n" GREETING

struct said_case {
    const char *name;
    const char *subject;
    const char *body;
    const char *attached;
    enum motion_kind kind;
    const char *refers_to;
    const char *title; /* NULL: not judged */
    bool confidential;
};

static const struct said_case said_cases[] = {
    {.name = "nothing is replaced", .body = LETTER, .title = "Bänke am See"},
    {.name = "a letter of one paragraph",
     .body = "Antrag der SPD-Fraktion: Bänke am See. Der Rat möge beschließen, am See zwei Bänke "
             "aufzustellen. Begründung: Es fehlen welche.\n\nSPD-Fraktion\nKarl Reimers\n",
     .title = "Bänke am See"},
    {.name = "new version, replaces a number",
     .body = "Neufassung, ersetzt A/2026/0001\n\n" LETTER,
     .kind = MOTION_REPLACEMENT,
     .refers_to = "A/2026/0001",
     .title = "Bänke am See"},
    {.name = "replaces a number",
     .body = "ersetzt A/2026/0001\n" LETTER,
     .kind = MOTION_REPLACEMENT,
     .refers_to = "A/2026/0001",
     .title = "Bänke am See"},
    {.name = "as the acknowledgement quotes it",
     .body = "„ersetzt A/2026/0001“\n\n" LETTER,
     .kind = MOTION_REPLACEMENT,
     .refers_to = "A/2026/0001",
     .title = "Bänke am See"},
    {.name = "replaces a dated motion",
     .body = "Ersetzt unseren Antrag vom 04.08.2015\n\n" LETTER,
     .kind = MOTION_REPLACEMENT,
     .refers_to = "Antrag vom 04.08.2015",
     .title = "Bänke am See"},
    {.name = "changed version",
     .body = "Geänderte Fassung des Antrags A/2026/0001\n\n" LETTER,
     .kind = MOTION_REPLACEMENT,
     .refers_to = "A/2026/0001",
     .title = "Bänke am See"},
    {.name = "new version of a number",
     .body = "Neufassung des Antrags A/2026/0001\n\n" LETTER,
     .kind = MOTION_REPLACEMENT,
     .refers_to = "A/2026/0001",
     .title = "Bänke am See"},
    {.name = "new version, label below the salutation",
     .body = "Neufassung des Antrags A/2026/0001\n\n" OWN,
     .kind = MOTION_REPLACEMENT,
     .refers_to = "A/2026/0001",
     .title = "Bänke am See"},
    {.name = "behind the label",
     .body = "Antrag: Bänke am See (ersetzt A/2026/0001)\n\n" ADDRESS
             "die SPD-Fraktion bittet um Beratung im Rat am 07.05.2026.\n\n" TAIL,
     .kind = MOTION_REPLACEMENT,
     .refers_to = "A/2026/0001",
     .title = "Bänke am See"},
    {.name = "in the subject",
     .subject = "Antrag: Bänke am See, ersetzt A/2026/0001",
     .body = LETTER,
     .kind = MOTION_REPLACEMENT,
     .refers_to = "A/2026/0001",
     .title = "Bänke am See"},
    {.name = "new version in the subject",
     .subject = "Neufassung des Antrags A/2026/0001",
     .body = LETTER,
     .kind = MOTION_REPLACEMENT,
     .refers_to = "A/2026/0001",
     .title = "Bänke am See"},
    {.name = "an answer to the acknowledgement",
     .subject = "Re: [A/2026/0001] Eingang bestätigt: Bänke am See",
     .body = "Neufassung\n\n" LETTER,
     .kind = MOTION_REPLACEMENT,
     .refers_to = "A/2026/0001",
     .title = "Bänke am See"},
    {.name = "an answer with another letter",
     .subject = "Re: [A/2026/0001] Eingang bestätigt: Parkplätze",
     .body = LETTER,
     .title = "Bänke am See"},
    {.name = "the cover note of a letter",
     .body = ADDRESS "anbei unsere Neufassung.\n\nErsetzt A/2026/0001\n\n" GREETING,
     .attached = LETTER,
     .kind = MOTION_REPLACEMENT,
     .refers_to = "A/2026/0001",
     .title = "Bänke am See"},
    {.name = "the subject of a mail with a letter",
     .subject = "Neufassung, ersetzt A/2026/0001",
     .body = ADDRESS "anbei unser Antrag.\n\n" GREETING,
     .attached = LETTER,
     .kind = MOTION_REPLACEMENT,
     .refers_to = "A/2026/0001",
     .title = "Bänke am See"},
    {.name = "an amendment that words something anew stays one",
     .subject = "Neufassung",
     .body =
         "SPD-Fraktion im Rat\n\nÄnderungsantrag zum Antrag A/2026/0002: Bänke am See\n\n" ADDRESS
         "die SPD-Fraktion bittet um Beratung im Rat am 07.05.2026.\n\n" TAIL,
     .kind = MOTION_AMENDMENT,
     .refers_to = "A/2026/0002",
     .title = "Bänke am See"},
    {.name = "a withdrawal by somebody who need not say who she is",
     .subject = "Re: [A/2026/0001] Eingang bestätigt: Bänke am See",
     .body = ADDRESS "wir ziehen unseren Antrag zurück.\n\n" GREETING,
     .kind = MOTION_WITHDRAWAL,
     .refers_to = "A/2026/0001"},
    {.name = "a withdrawal in an answer",
     .subject = "AW: [A/2026/0001] Eingang bestätigt: Bänke am See",
     .body = ADDRESS "die SPD-Fraktion nimmt ihren Antrag zurück.\n\n" GREETING,
     .kind = MOTION_WITHDRAWAL,
     .refers_to = "A/2026/0001"},
    {.name = "a new version of a by-law replaces no motion",
     .body = "SPD-Fraktion im Rat\n\nAntrag\n\nNeufassung der Hundesatzung\n\n" ADDRESS
             "die SPD-Fraktion bittet um Beratung im Rat am 07.05.2026.\n\n" TAIL,
     .title = "Neufassung der Hundesatzung"},
    {.name = "a new version of a plan replaces no motion",
     .body = "SPD-Fraktion im Rat\n\nAntrag\n\nNeufassung des Lärmaktionsplans\n\n" ADDRESS
             "die SPD-Fraktion bittet um Beratung im Rat am 07.05.2026.\n\n" TAIL,
     .title = "Neufassung des Lärmaktionsplans"},
    {.name = "a confidential line below the label",
     .body = "SPD-Fraktion im Rat\n\nAntrag\n\nnichtöffentlich\n\nBänke am See\n\n" ADDRESS
             "die SPD-Fraktion bittet um Beratung im Rat am 07.05.2026.\n\n" TAIL,
     .title = "Bänke am See",
     .confidential = true},
    {.name = "a confidential line directly above the title",
     .body = "SPD-Fraktion im Rat\n\nAntrag\n- Vertraulich -\nBänke am See\n\n" ADDRESS
             "die SPD-Fraktion bittet um Beratung im Rat am 07.05.2026.\n\n" TAIL,
     .title = "Bänke am See",
     .confidential = true},
    {.name = "a confidential word between label and title",
     .body = "SPD-Fraktion im Rat\n\nAntrag nichtöffentlich: Bänke am See\n\n" ADDRESS
             "die SPD-Fraktion bittet um Beratung im Rat am 07.05.2026.\n\n" TAIL,
     .title = "Bänke am See",
     .confidential = true},
    {.name = "we withdraw a number",
     .body = ADDRESS "wir ziehen A/2026/0001 zurück.\n\nMit freundlichen Grüßen\nRita Moll\n"
                     "Fraktionsvorsitzende der SPD\n",
     .kind = MOTION_WITHDRAWAL,
     .refers_to = "A/2026/0001"},
    {.name = "withdrawal of a number",
     .body = "Rücknahme von A/2026/0001\n\n" ADDRESS
             "die SPD-Fraktion hat es sich anders überlegt.\n\n" GREETING,
     .kind = MOTION_WITHDRAWAL,
     .refers_to = "A/2026/0001"},
    {.name = "label and meeting below the salutation",
     .body = ADDRESS "Antrag für die Sitzung des Rates am 07.05.2026: Bänke am See\n\n" TAIL
                     "SPD-Fraktion\n",
     .title = "Bänke am See"},
    {.name = "the same, and a subject",
     .subject = "Antrag: Bänke am See",
     .body = ADDRESS "Antrag für die Sitzung des Rates am 07.05.2026: Bänke am See\n\n" TAIL
                     "SPD-Fraktion\n",
     .title = "Bänke am See"},
    {.name = "the same without any section",
     .subject = "Antrag: Bänke am See",
     .body = ADDRESS "Antrag für die Sitzung des Rates am 07.05.2026: Bänke am See\n\n"
                     "Es werden zwei Bänke aufgestellt.\n\n" GREETING "SPD-Fraktion\n",
     .title = "Bänke am See"},
    {.name = "salutation and first sentence in one line",
     .subject = "Antrag: Bänke am See",
     .body = "Sehr geehrter Herr Bürgermeister, die SPD-Fraktion bittet um Beratung im Rat am "
             "07.05.2026.\n\n" TAIL,
     .title = "Bänke am See"},
};

static void test_said(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof said_cases / sizeof said_cases[0]; i++) {
        const struct said_case *c = &said_cases[i];
        struct arena *arena = arena_new();
        struct motions found;
        struct mail_part parts[] = {
            {.path = "1", .type = "text/plain", .is_body = true},
            {.path = "2", .type = "application/pdf"},
        };
        set_text(arena, &parts[0], c->body);
        set_text(arena, &parts[1], c->attached);
        struct mail mail = {.subject = c->subject, .parts = parts, .part_count = 2};
        motion_find(arena, &mail, &found);
        const struct motion *m = found.v;
        bool right = found.n == 1 && m->kind == c->kind && text_equal(m->refers_to, c->refers_to) &&
                     (c->title == NULL || text_equal(m->title, c->title)) &&
                     m->confidential == c->confidential;
        if (!right)
            print_message("  %s: %zu motions, %s, refers to %s, title %s\n", c->name, found.n,
                          found.n > 0 ? motion_kind_to_text(m->kind) : "-",
                          found.n > 0 && m->refers_to != NULL ? m->refers_to : "-",
                          found.n > 0 && m->title != NULL ? m->title : "-");
        wrong += !right;
        arena_free(arena);
    }
    assert_int_equal(wrong, 0);
}

static void test_kinds(void **state)
{
    (void)state;
    enum motion_kind kind;
    for (int i = 0; i < MOTION_KIND_COUNT; i++) {
        assert_true(motion_kind_from_text(motion_kind_to_text((enum motion_kind)i), &kind));
        assert_int_equal(kind, i);
    }
    assert_false(motion_kind_from_text("Antrag", &kind));
}

/* ---- hostile text ---- */

#define HOSTILE_SIZE (1024 * 1024)
/* Seconds of processor time; sanitizers cost some of it. */
#define HOSTILE_SECONDS 4.0

struct hostile_case {
    const char *name;
    const char *head;
    const char *repeated;
};

static const struct hostile_case hostile_cases[] = {
    {"newlines", "", "\n"},
    {"blanks", "", " "},
    {"one long word", "", "a"},
    {"short lines", "", "a\n"},
    {"paragraphs", "", "a\n\n"},
    {"one long line of cues", ADDRESS, "Antrag Beschlussvorschlag: Begründung: "},
    {"resolution headings", ADDRESS, "Beschlussvorschlag:\n"},
    {"label lines", "", "Antrag: X\n"},
    {"label lines behind a salutation", ADDRESS, "1. Antrag: Bänke\n\n"},
    {"salutations", "", ADDRESS},
    {"salutations with sentences", "", "Sehr geehrter Herr Moll, die SPD bittet um Beratung\n"},
    {"salutations in one line", "", "Sehr geehrter Herr Moll, sehr geehrte Frau Berg, "},
    {"lines that replace", "", "Neufassung, ersetzt A/2026/0001\n"},
    {"words that replace", ADDRESS, "ersetzt unseren Antrag Nr. A/2026/0001 vom "},
    {"words that take back", ADDRESS, "die SPD-Fraktion nimmt "},
    {"greetings", ADDRESS, "Mit freundlichen Grüßen\n"},
    {"councils in one line", ADDRESS, "Sitzung des Rates am "},
    {"councils and dates", ADDRESS "wir bitten um Beratung ", "im Rat am 01.02.2026 und "},
    {"councils and dates in lines", ADDRESS "wir bitten um Beratung\n",
     "im Rat am 01.02.2026 und\n"},
    {"movers in lines", ADDRESS, "die CDU-Fraktion und die SPD-Fraktion bitten\n"},
    {"committees", ADDRESS "wir bitten um Beratung im ", "Ausschuss für Umwelt, Bauen und "},
    {"factions", "", "CDU-, SPD- und FDP-Fraktion "},
    {"hyphens of factions", "", "CDU-, "},
    {"lines of factions", "", "CDU-Fraktion\n"},
    {"names", ADDRESS "Mit freundlichen Grüßen\n", "Anna Berg von der Au "},
    {"lines of names", ADDRESS "Mit freundlichen Grüßen\n", "Anna Berg     Jan Tal\nVorsitzende\n"},
    {"dates", "", "01.02.2026 "},
    {"lines of dates", "", "Ort, den 31.02.2026\n"},
    {"quotes", "", "> > > > > \n"},
    {"hyphens", ADDRESS, "Wort-\n"},
    {"tabs", ADDRESS, "a\t"},
    {"addresses", "", "An den\nBürgermeister\n"},
    {"colons", ADDRESS, "wir bitten:\n\n"},
    {"digits and slashes", "Änderungsantrag zur Vorlage ", "12/34/"},
    {"mail headers", "", "Von: a\nGesendet: b\n"},
};

static double seconds_of(const char *text, size_t *count_r)
{
    struct arena *arena = arena_new();
    struct motions motions;
    clock_t begin = clock();
    motion_read_letter(arena, text, "Fwd: Antrag: X", NULL, &motions);
    double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    *count_r = motions.n;
    arena_free(arena);
    return seconds;
}

static void test_hostile(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hostile_cases / sizeof hostile_cases[0]; i++) {
        const struct hostile_case *c = &hostile_cases[i];
        struct arena *arena = arena_new();
        struct text text;
        size_t count;
        text_init(&text, arena);
        text_add(&text, c->head);
        while (text.len < HOSTILE_SIZE)
            text_add(&text, c->repeated);
        double seconds = seconds_of(text.s, &count);
        print_message("  %-32s %6.3f s, %zu motions\n", c->name, seconds, count);
        assert_true(seconds < HOSTILE_SECONDS);
        arena_free(arena);
    }
}

/* Every beginning of a letter is read without harm. */
static void test_truncated(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    const char *path = arena_printf(arena, "%s/tests/corpus/seed-letter.txt", getenv("srcdir"));
    char *text = read_text(arena, path);
    for (size_t n = strlen(text); n > 0; n -= n > 7 ? 7 : n) {
        struct arena *inner = arena_new();
        struct motions motions;
        motion_read_letter(inner, arena_strndup(inner, text, n), NULL, NULL, &motions);
        assert_true(motions.n <= 1);
        arena_free(inner);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letters), cmocka_unit_test(test_mails),
        cmocka_unit_test(test_said),    cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_hostile), cmocka_unit_test(test_truncated),
    };
    motion_preload();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
