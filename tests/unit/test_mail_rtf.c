/* SPDX-License-Identifier: EUPL-1.2 */
/* RTF by what Word, LibreOffice, WordPad and Outlook write, and by what nobody should. */
#include "test.h"

#include "mail/mail.h"
#include "mail/rtf.h"

#include <string.h>
#include <time.h>

#define HEAD                                                                      \
    "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\froman\\fcharset0 Times;}" \
    "{\\f1\\fnil\\fcharset2 Symbol;}{\\f2\\fswiss\\fcharset238 Arial CE;}}"

static void assert_text(const char *rtf, const char *expected)
{
    struct arena *arena = arena_new();
    const char *text, *defect;
    assert_int_equal(rtf_to_text(arena, rtf, strlen(rtf), &text, &defect), PART_EXTRACTED);
    assert_string_equal(text, expected);
    assert_null(defect);
    arena_free(arena);
}

static void assert_refused(const char *rtf, size_t n, enum part_text state, const char *word)
{
    struct arena *arena = arena_new();
    const char *text, *defect;
    clock_t begin = clock();
    assert_int_equal(rtf_to_text(arena, rtf, n, &text, &defect), state);
    if (word)
        assert_string_equal(defect, word);
    else
        assert_null(defect);
    assert_true(clock() - begin < 2 * CLOCKS_PER_SEC); /* with sanitizers; 0.2 s without */
    arena_free(arena);
}

static void characters(void **state)
{
    (void)state;
    assert_text(HEAD "B\\'fcrgermeister \\'84M\\'fchle\\'93\\par}", "Bürgermeister „Mühle“\n");
    assert_text(HEAD "gr\\u252\\'fcn gr\\u252?n {\\uc0 gr\\u252n} {\\uc2\\u8364 EU 5}}",
                "grün grün grün € 5\n");
    assert_text(HEAD "\\u-10179?\\u-8704? und \\u-3913?}", "\U0001F600 und \u2022\n");
    assert_text(HEAD "\\f2 \\'b9\\f0  \\'b9}", "ą ¹\n");
    assert_text(HEAD "{\\f1 \\'b7} Punkt\\f0  eins}", "\u2022 Punkt eins\n");
    assert_text("{\\rtf1\\mac Stra\\'a7e}", "Straße\n");
    assert_text("{\\rtf1\\pc K\\'84fer}", "Käfer\n");
    assert_text(HEAD "10\\~Uhr, E\\_Mail, Silben\\-trennung, a\\emdash b\\{\\\\\\}}",
                "10 Uhr, E-Mail, Silbentrennung, a—b{\\}\n");
    assert_text(HEAD "Name:\\tab Wert\\line zweite\n Zeile\\\nAbsatz}",
                "Name:\tWert\nzweite Zeile\nAbsatz\n");
    assert_text(HEAD "{\\upr{B?rger}{\\*\\ud{B\\u252?rger}}} und {\\upr{\\info{\\title x}}"
                     "{\\*\\ud{\\info{\\title \\u252?}}}}Rat}",
                "Bürger und Rat\n");
}

static void what_is_not_seen(void **state)
{
    (void)state;
    assert_text(HEAD "{\\info{\\title Geheim}{\\author A}}{\\stylesheet{\\s0 Normal;}}"
                     "{\\*\\generator Word;}{\\*\\unknown fort}"
                     "a{\\v hidden}b{\\deleted weg\\par}c{\\revised neu}\\par}",
                "abcneu\n");
    assert_text(HEAD
                "{\\pict\\pngblip 89504e47}{\\*\\shppict{\\pict 00}}{\\nonshppict{\\pict 00}}Bild}",
                "Bild\n");
    assert_text(HEAD "x{\\pict\\bin5 }}}\\\\}y}", "xy\n");
    assert_text(HEAD
                "{\\field{\\*\\fldinst HYPERLINK \"https://rat.example\"}{\\fldrslt Rat}} tagt}",
                "Rat tagt\n");
    assert_text(HEAD "{\\object\\objemb{\\*\\objclass X}{\\*\\objdata 0102}{\\result Tabelle}}}",
                "Tabelle\n");
    assert_text(HEAD "Wort{\\*\\annotation {\\*\\atnref 1} Anmerkung}e}", "Worte\n");
    assert_text(HEAD "\\v alles\\plain da}", "da\n");
}

static void paragraphs(void **state)
{
    (void)state;
    assert_text(HEAD "a\\par b\\par\\par c\\par}", "a\nb\n\nc\n");
    assert_text(HEAD "\\pard\\sa160 a\\par b\\par\\pard c\\par d\\par}", "a\n\nb\n\nc\nd\n");
    assert_text(HEAD "a\\page b\\sect c}", "a\n\nb\n\nc\n");
    /* an address that is written with space between its lines, in a letter parted by empty ones */
    assert_text(
        HEAD
        "\\sa160 An den\\par Rat\\par\\par\\par Ort, den 9. Februar 2026\\par\\par\\par x\\par}",
        "An den\nRat\n\nOrt, den 9. Februar 2026\n\nx\n");
}

static void lists(void **state)
{
    (void)state;
    assert_text(HEAD "\\pard Antrag\\par{\\listtext\\pard\\plain 1.\\tab}\\pard\\ls1 eins\\par"
                     "{\\listtext\\pard\\plain 2.\\tab}\\pard\\ls1 zwei\\par"
                     "{\\pntext\\f1\\'B7\\tab}drei\\par{\\listtext\\f0 o\\tab}vier\\par}",
                "Antrag\n1. eins\n2. zwei\n- drei\n- vier\n");
    /* the mark stands before the row that its paragraph belongs to */
    assert_text(HEAD "\\pard vor\\par{\\listtext 1.\\tab}\\pard\\intbl Kita\\cell 5\\cell\\row"
                     "\\pard nach\\par}",
                "vor\n\n1. Kita    5\n\nnach\n");
}

static void tables(void **state)
{
    (void)state;
    assert_text(HEAD "\\trowd\\cellx1\\cellx2\\pard\\intbl Anna Beck\\par Vorsitzende\\cell "
                     "Jens Ott\\par Stellvertreter\\cell\\row\\pard Ende\\par}",
                "Anna Beck      Jens Ott\nVorsitzende    Stellvertreter\n\nEnde\n");
    assert_text(HEAD "\\trowd A\\cell B\\cell\\row\\trowd CC\\cell D\\cell\\row\\pard E\\par}",
                "A     B\nCC    D\n\nE\n");
    assert_text(HEAD "\\pard\\intbl aussen\\par\\pard\\intbl\\itap2 innen\\nestcell 2\\nestcell"
                     "{\\*\\nesttableprops\\trowd\\nestrow}{\\nonesttables\\par}"
                     "\\pard\\intbl\\itap1 danach\\cell rechts\\cell\\row\\pard E\\par}",
                "aussen        rechts\n\ninnen    2\n\ndanach\n\nE\n");
}

static void asides(void **state)
{
    (void)state;
    assert_text(HEAD "{\\header\\pard Fraktion Blau\\par Seite {\\field{\\*\\fldinst PAGE }"
                     "{\\fldrslt 1}}\\par}{\\footer\\pard Konto 1\\par\\chpgn}Text\\par}",
                "Fraktion Blau\n\nText\n\nKonto 1\n");
    assert_text(HEAD "\\titlepg{\\header weiter}{\\headerf Kopf\\par}{\\footerf}Text\\par"
                     "\\sect{\\headerf anderer}Ende\\par}",
                "Kopf\n\nText\n\nEnde\n");
    assert_text(HEAD "Satz{\\footnote\\pard Quelle: Haushalt}.\\par}",
                "Satz.\n\nQuelle: Haushalt\n");
    assert_text(HEAD "Der {\\shp{\\*\\shpinst{\\sp{\\sn x}{\\sv 7}}{\\shptxt\\pard Telefon 0\\par}}"
                     "{\\shprslt{\\*\\do\\dptxbx{\\dptxbxtext Telefon 0\\par}}}}Rat\\par}",
                "Telefon 0\n\nDer Rat\n");
}

/* Outlook packs HTML into RTF; what stands in \htmltag is for HTML only. */
static void html_in_rtf(void **state)
{
    (void)state;
    assert_text("{\\rtf1\\ansi\\fromhtml1{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 Guten Tag,"
                "{\\*\\htmltag4 <br>}\\htmlrtf \\line\\htmlrtf0 anbei"
                "\\htmlrtf\\par}\\htmlrtf0{\\*\\htmltag72 </p>}}",
                "Guten Tag,\nanbei\n");
}

static void damage(void **state)
{
    struct arena *arena = arena_new();
    const char *text, *defect;
    (void)state;
    assert_refused("", 0, PART_UNREADABLE, NULL);
    assert_refused("{\\rt", 4, PART_UNREADABLE, NULL);
    assert_int_equal(rtf_to_text(arena, "{\\rtf1 Antr", 11, &text, &defect), PART_EXTRACTED);
    assert_string_equal(text, "Antr\n");
    assert_string_equal(defect, "truncated");
    assert_text("{\\rtf1 a}}}{b}\\par c", "a\n");
    assert_refused("{\\rtf1 a\\bin99999999999999999999 b}", 33, PART_EXTRACTED, "truncated");
    arena_free(arena);
}

static char *repeat(struct arena *arena, const char *what, size_t times)
{
    struct text text;
    text_init(&text, arena);
    text_add(&text, "{\\rtf1 ");
    for (size_t i = 0; i < times; i++)
        text_add(&text, what);
    return text.s;
}

static void limits(void **state)
{
    static const struct {
        const char *what;
        size_t times;
        enum part_text state;
        const char *word;
    } cases[] = {
        {"{", 1000000, PART_UNREADABLE, "too-deep"},
        {"{}", 1000000, PART_EXTRACTED, "truncated"},
        {"\\intbl x\\cell\\row", 100000, PART_TOO_LARGE, "too-many-cells"},
        {"\\u8364?", 1000000, PART_EXTRACTED, "truncated"},
        {"\\u8364?\\u8364?", 1000000, PART_TOO_LARGE, "too-much-text"},
        {"\\'fc\\b ", 500000, PART_EXTRACTED, "truncated"},
        {"{\\shptxt ", 190, PART_EXTRACTED, "truncated"},
        {"{\\header ", 190, PART_EXTRACTED, "truncated"},
        {"{\\fonttbl{\\f1\\fcharset2 A;}}\\f1 \\'b7", 100000, PART_EXTRACTED, "truncated"},
        {"{\\footnote\\par}{\\shptxt\\par}", 200000, PART_EXTRACTED, "truncated"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        char *rtf = repeat(arena, cases[i].what, cases[i].times);
        assert_refused(rtf, strlen(rtf), cases[i].state, cases[i].word);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters),  cmocka_unit_test(what_is_not_seen),
        cmocka_unit_test(paragraphs),  cmocka_unit_test(lists),
        cmocka_unit_test(tables),      cmocka_unit_test(asides),
        cmocka_unit_test(html_in_rtf), cmocka_unit_test(damage),
        cmocka_unit_test(limits),
    };
    mail_preload();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
