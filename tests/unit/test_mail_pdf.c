/* SPDX-License-Identifier: EUPL-1.2 */
/* PDFs written here, each for one thing; those with a password were locked with qpdf. */
#include "test.h"

#include "base/file.h"
#include "mail/mail.h"
#include "mail/ocr.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- making one ---- */

#define PAGES_AT 100 /* numbers of the objects of pages; below 100 are those that a test adds */

struct pdf {
    struct arena *arena;
    struct text objects;
    struct text content; /* of the page at work */
    struct text kids;
    int pages;
    const char *catalog;   /* more entries of the catalogue */
    const char *page;      /* more entries of every page */
    const char *resources; /* more of them */
};

/* Codes 1 to 4 are a ligature, a soft hyphen, a bullet of a symbol font and a private character. */
#define FONTS                                                                                 \
    "2 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>endobj\n" \
    "3 0 obj<</Type/Font/Subtype/Type1/BaseFont/Odd/FontDescriptor 5 0 R/ToUnicode 4 0 R>>"   \
    "endobj\n"                                                                                \
    "4 0 obj<</Length 185>>stream\n"                                                          \
    "begincmap 1 begincodespacerange<00><FF>endcodespacerange 4 beginbfchar\n"                \
    "<01><FB01><02><00AD><03><F0B7><04><E123>endbfchar\n"                                     \
    "1 beginbfrange<20><7E><0020>endbfrange endcmap                        \n"                \
    "endstream endobj\n"                                                                      \
    "5 0 obj<</Type/FontDescriptor/FontName/Odd/Flags 4/MissingWidth 500>>endobj\n"

static struct pdf pdf_new(struct arena *arena)
{
    struct pdf pdf = {.arena = arena, .catalog = "", .page = "", .resources = ""};
    text_init(&pdf.objects, arena);
    text_init(&pdf.content, arena);
    text_init(&pdf.kids, arena);
    text_add(&pdf.objects, FONTS);
    return pdf;
}

/* Lines of text (WinAnsi, or font O) 1.2 sizes apart, from x, y (from the top) down. */
static void put(struct pdf *pdf, char font, double size, double x, double y, const char *lines)
{
    text_addf(&pdf->content, "BT/%c %g Tf %g TL %g %g Td", font, size, size * 1.2, x, 842 - y);
    for (const char *s = lines; *s;) {
        size_t n = strcspn(s, "\n");
        text_addf(&pdf->content, "(%.*s)Tj T*\n", (int)n, s);
        s += n + (s[n] == '\n');
    }
    text_add(&pdf->content, "ET\n");
}

static void end_page(struct pdf *pdf)
{
    int at = PAGES_AT + 2 * pdf->pages++;
    text_addf(&pdf->kids, "%d 0 R ", at);
    text_addf(&pdf->objects,
              "%d 0 obj<</Type/Page/Parent 99 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<<"
              "/Font<</F 2 0 R/O 3 0 R>>%s>>%s>>endobj\n",
              at, at + 1, pdf->resources, pdf->page);
    text_addf(&pdf->objects, "%d 0 obj<</Length %zu>>stream\n%s\nendstream endobj\n", at + 1,
              pdf->content.len, pdf->content.s);
    text_init(&pdf->content, pdf->arena);
}

static const char *pdf_finish(struct pdf *pdf)
{
    if (pdf->content.len > 0)
        end_page(pdf);
    return arena_printf(pdf->arena,
                        "%%PDF-1.5\n98 0 obj<</Type/Catalog/Pages 99 0 R%s>>endobj\n"
                        "99 0 obj<</Type/Pages/Kids[%s]/Count %d>>endobj\n%s"
                        "trailer<</Root 98 0 R>>\n%%%%EOF\n",
                        pdf->catalog, pdf->kids.s, pdf->pages, pdf->objects.s);
}

static struct mail *read_file(struct arena *arena, const char *bytes, size_t n)
{
    struct text text;
    struct mail *mail;
    struct err err;
    text_init(&text, arena);
    text_add(&text, "From: a@b.example\nDate: Mon, 09 Feb 2026 09:15:04 +0100\n"
                    "Message-ID: <1@b.example>\nContent-Type: application/octet-stream\n"
                    "Content-Transfer-Encoding: binary\n\n");
    text_add_bytes(&text, bytes, n);
    if (!mail_read(arena, text.s, text.len, MAIL_CONTENT, &mail, &err))
        fail_msg("%s", err.text);
    assert_int_equal(mail->part_count, 1);
    return mail;
}

static struct mail *read_pdf(struct pdf *pdf)
{
    const char *bytes = pdf_finish(pdf);
    return read_file(pdf->arena, bytes, strlen(bytes));
}

static void is_text(const struct mail *mail, const char *expected)
{
    assert_int_equal(mail->parts[0].text, PART_EXTRACTED);
    assert_string_equal(mail->parts[0].documents[0].text, expected);
}

static bool has_defect(const struct mail *mail, const char *word)
{
    return texts_has(&mail->defects, word);
}

/* ---- the order of reading ---- */

static void details_beside_an_address_stay_apart(void **state)
{
    struct pdf pdf = pdf_new(*state);
    put(&pdf, 'F', 11, 70, 140,
        "An den\nBuergermeister der Stadt Finkenhagen\nHerrn Egon Paul\n00123 Finkenhagen");
    put(&pdf, 'F', 8, 400, 130,
        "SPD-Fraktion\nMarktplatz 3\n00123 Finkenhagen\nfraktion@spd.example\nTel. 00 00\nZimmer "
        "4");
    put(&pdf, 'F', 11, 70, 260, "Antrag zum Schwimmbad");
    is_text(read_pdf(&pdf),
            "An den\nBuergermeister der Stadt Finkenhagen\nHerrn Egon Paul\n00123 Finkenhagen\n\n"
            "SPD-Fraktion\nMarktplatz 3\n00123 Finkenhagen\nfraktion@spd.example\nTel. 00 00\n"
            "Zimmer 4\n\nAntrag zum Schwimmbad");
}

/* as a table of a word processor sets them */
static void details_level_with_an_address_stay_apart(void **state)
{
    struct pdf pdf = pdf_new(*state);
    put(&pdf, 'F', 11, 70, 140, "An den\nBuergermeister\nHerrn Egon Paul\n00123 Finkenhagen");
    put(&pdf, 'F', 11, 350, 140, "SPD-Fraktion\nMarktplatz 3\n00123 Finkenhagen\nTel. 00 00");
    put(&pdf, 'F', 11, 70, 260, "Antrag zum Schwimmbad");
    is_text(read_pdf(&pdf),
            "An den\nBuergermeister\nHerrn Egon Paul\n00123 Finkenhagen\n\n"
            "SPD-Fraktion\nMarktplatz 3\n00123 Finkenhagen\nTel. 00 00\n\nAntrag zum Schwimmbad");
}

static void columns_of_prose_are_read_in_turn(void **state)
{
    struct pdf pdf = pdf_new(*state);
    put(&pdf, 'F', 14, 70, 100, "Antrag zum Schwimmbad in Finkenhagen und seinen Ortsteilen, neu");
    put(&pdf, 'F', 10, 70, 140,
        "Das Schwimmbad ist seit drei Jahren zu, und\nniemand weiss, wann es wieder aufgemacht\n"
        "wird. Die Kinder lernen nicht mehr, wie man\nschwimmt, und die Eltern fahren sehr weit.\n"
        "Deshalb soll die Verwaltung nun berichten,");
    put(&pdf, 'F', 10, 305, 140,
        "was die Sanierung kostet und wie lange sie\ndauert, und zwar bis zur naechsten Sitzung.\n"
        "Ausserdem soll sie pruefen, ob das Land das\nVorhaben foerdert und was davon uns bleibt\n"
        "und ob der Kreis sich an allem beteiligt.");
    is_text(
        read_pdf(&pdf),
        "Antrag zum Schwimmbad in Finkenhagen und seinen Ortsteilen, neu\n\n"
        "Das Schwimmbad ist seit drei Jahren zu, und\nniemand weiss, wann es wieder aufgemacht\n"
        "wird. Die Kinder lernen nicht mehr, wie man\nschwimmt, und die Eltern fahren sehr weit.\n"
        "Deshalb soll die Verwaltung nun berichten,\n"
        "was die Sanierung kostet und wie lange sie\ndauert, und zwar bis zur naechsten Sitzung.\n"
        "Ausserdem soll sie pruefen, ob das Land das\nVorhaben foerdert und was davon uns bleibt\n"
        "und ob der Kreis sich an allem beteiligt.");
}

static void names_side_by_side_stay_in_one_line(void **state)
{
    struct pdf pdf = pdf_new(*state);
    put(&pdf, 'F', 11, 70, 500, "Mit freundlichen Gruessen");
    put(&pdf, 'F', 11, 70, 560, "Eva Roth\nFraktionsvorsitzende");
    put(&pdf, 'F', 11, 300, 560, "Dr. Jan Timm\nRatsherr");
    put(&pdf, 'F', 11, 90, 620, "1.");
    put(&pdf, 'F', 11, 115, 620, "Lageplan");
    is_text(read_pdf(&pdf), "Mit freundlichen Gruessen\n\nEva Roth               Dr. Jan Timm\n"
                            "Fraktionsvorsitzende   Ratsherr\n\n1. Lageplan");
}

static void askew_text_comes_last(void **state)
{
    struct pdf pdf = pdf_new(*state);
    text_add(&pdf.content, "BT/F 8 Tf 0 1 -1 0 30 200 Tm(Seitlich am Rand gesetzt)Tj ET\n");
    put(&pdf, 'F', 11, 70, 100, "Antrag zum Schwimmbad\nwir bitten um Beratung");
    is_text(read_pdf(&pdf),
            "Antrag zum Schwimmbad\nwir bitten um Beratung\n\nSeitlich am Rand gesetzt");
}

static void what_repeats_stands_once(void **state)
{
    struct pdf pdf = pdf_new(*state);
    for (int page = 1; page <= 3; page++) {
        static const char *const bodies[] = {"Erste Seite, die weitergeht und", "auf der zweiten.",
                                             "Schluss"};
        put(&pdf, 'F', 11, 70, 50, "SPD-Fraktion Finkenhagen");
        put(&pdf, 'F', 11, 70, 400, bodies[page - 1]);
        put(&pdf, 'F', 8, 70, 790, "Sparkasse Finkenhagen");
        put(&pdf, 'F', 8, 290, 810, arena_printf(*state, "- %d -", page));
        end_page(&pdf);
    }
    is_text(read_pdf(&pdf), "SPD-Fraktion Finkenhagen\n\nErste Seite, die weitergeht und\f"
                            "auf der zweiten.\n\fSchluss\n\nSparkasse Finkenhagen");
}

/* A second letter in the file keeps its letterhead. */
static void a_second_letter_keeps_its_head(void **state)
{
    struct pdf pdf = pdf_new(*state);
    for (int page = 1; page <= 2; page++) {
        put(&pdf, 'F', 11, 70, 50, "SPD-Fraktion Finkenhagen");
        put(&pdf, 'F', 11, 70, 200, "An den Buergermeister");
        put(&pdf, 'F', 11, 70, 400, page == 1 ? "Antrag eins." : "Antrag zwei.");
        end_page(&pdf);
    }
    is_text(read_pdf(&pdf), "SPD-Fraktion Finkenhagen\n\nAn den Buergermeister\n\nAntrag eins.\n"
                            "\fSPD-Fraktion Finkenhagen\n\nAn den Buergermeister\n\nAntrag zwei.");
}

static void glyphs_become_letters(void **state)
{
    struct pdf pdf = pdf_new(*state);
    put(&pdf, 'O', 11, 70, 100, "O\\001zielle Bera\\002\ntung ver\\002langt\n\\003 Punkt");
    is_text(read_pdf(&pdf), "Ofizielle Bera-\ntung verlangt\n\u2022 Punkt");
}

/* ---- what is not on the page itself ---- */

static void fields_and_typed_text_stand_in_their_place(void **state)
{
    struct pdf pdf = pdf_new(*state);
    pdf.catalog = "/AcroForm<</NeedAppearances true/Fields[10 0 R 11 0 R]/DA(/X 0 Tf)>>";
    pdf.page = "/Annots[10 0 R 11 0 R 12 0 R 13 0 R]";
    text_add(
        &pdf.objects,
        "10 0 obj<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(Mehr B\\344ume)/Rect[150 632 400 648]"
        "/DA(/X 12 Tf)/F 4>>endobj\n"
        "11 0 obj<</Type/Annot/Subtype/Widget/FT/Ch/Ff 131072/T(b)/Opt[(Rat)(Hauptausschuss)]"
        "/V(Hauptausschuss)/Rect[150 602 400 618]/F 4>>endobj\n"
        "12 0 obj<</Type/Annot/Subtype/FreeText/Contents(Sitzung am 12.03.2026)"
        "/Rect[70 560 400 576]/DA(/X 12 Tf)/F 4>>endobj\n"
        "13 0 obj<</Type/Annot/Subtype/FreeText/Contents(verborgen)"
        "/Rect[70 500 400 516]/DA(/X 12 Tf)/F 2>>endobj\n");
    put(&pdf, 'F', 11, 70, 205, "Thema:");
    put(&pdf, 'F', 11, 70, 235, "Gremium:");
    is_text(read_pdf(&pdf), "Thema:     Mehr B\u00e4ume\n\nGremium:   Hauptausschuss\n\n"
                            "Sitzung am 12.03.2026");
}

static void files_within_are_read(void **state)
{
    struct pdf inner = pdf_new(*state), pdf = pdf_new(*state);
    put(&inner, 'F', 11, 70, 100, "Der eigentliche Antrag");
    const char *bytes = pdf_finish(&inner);
    pdf.catalog = "/Names<</EmbeddedFiles<</Names[(a)10 0 R]>>>>";
    text_addf(&pdf.objects,
              "10 0 obj<</Type/Filespec/F(x)/UF(../Antrag.pdf)/EF<</F 11 0 R>>>>endobj\n"
              "11 0 obj<</Type/EmbeddedFile/Filter/ASCIIHexDecode/Length %zu>>stream\n%s>\n"
              "endstream endobj\n",
              2 * strlen(bytes) + 1, text_hex(*state, (const unsigned char *)bytes, strlen(bytes)));
    put(&pdf, 'F', 11, 70, 100, "Deckblatt der Mappe");
    struct mail *mail = read_pdf(&pdf);
    is_text(mail, "Deckblatt der Mappe");
    assert_int_equal(mail->parts[0].document_count, 2);
    assert_string_equal(mail->parts[0].documents[1].name, "Antrag.pdf");
    assert_string_equal(mail->parts[0].documents[1].text, "Der eigentliche Antrag");
}

/* ---- what is no text ---- */

#define PICTURE                                             \
    "20 0 obj<</Type/XObject/Subtype/Image/Width 1/Height " \
    "1/ColorSpace/DeviceGray/BitsPerComponent "             \
    "8/Length 1>>stream\nx\nendstream endobj\n"

static void put_picture(struct pdf *pdf)
{
    pdf->resources = "/XObject<</I 20 0 R>>";
    if (pdf->pages == 0)
        text_add(&pdf->objects, PICTURE);
    text_add(&pdf->content, "q 595 0 0 842 0 0 cm/I Do Q\n");
}

static void a_picture_is_no_text(void **state)
{
    struct pdf pdf = pdf_new(*state);
    put_picture(&pdf);
    assert_int_equal(read_pdf(&pdf)->parts[0].text, PART_IMAGE);
}

static void a_stamp_on_a_picture_is_no_text(void **state)
{
    struct pdf pdf = pdf_new(*state);
    put_picture(&pdf);
    put(&pdf, 'F', 11, 300, 100, "Stadt Finkenhagen\nEingegangen 12. Feb. 2026\nAnlagen: 0");
    assert_int_equal(read_pdf(&pdf)->parts[0].text, PART_IMAGE);
}

#define LETTER                                                                              \
    "Sehr geehrter Herr Buergermeister, wir bitten Sie, diesen Antrag in der Sitzung des\n" \
    "Rates am 12. Maerz zu behandeln und zu beschliessen, dass die Verwaltung berichtet,\n" \
    "wann das Schwimmbad wieder geoeffnet wird und was die Sanierung kosten wird."

static void what_a_copier_has_recognized_is_marked(void **state)
{
    struct pdf pdf = pdf_new(*state);
    put_picture(&pdf);
    put(&pdf, 'F', 11, 70, 100, LETTER);
    struct mail *mail = read_pdf(&pdf);
    is_text(mail, LETTER);
    assert_true(mail->parts[0].documents[0].is_ocr);
}

static void pages_without_text_are_told(void **state)
{
    struct pdf pdf = pdf_new(*state);
    put_picture(&pdf);
    end_page(&pdf);
    put(&pdf, 'F', 11, 70, 100, LETTER);
    struct mail *mail = read_pdf(&pdf);
    is_text(mail, LETTER);
    assert_false(mail->parts[0].documents[0].is_ocr);
    assert_true(has_defect(mail, "pages-without-text"));
}

static void private_characters_are_no_text(void **state)
{
    struct pdf pdf = pdf_new(*state);
    for (int i = 0; i < 10; i++)
        put(&pdf, 'O', 11, 70, 100 + 20 * i, "\\004\\004\\004\\004\\004 \\004\\004\\004\\004");
    struct mail *mail = read_pdf(&pdf);
    assert_int_equal(mail->parts[0].text, PART_IMAGE);
    assert_true(has_defect(mail, "garbled-text"));
}

/* a font that was cut down without a table of its letters */
static void shifted_letters_are_no_text(void **state)
{
    struct pdf pdf = pdf_new(*state);
    char *shifted = arena_strdup(*state, LETTER);
    for (char *s = shifted; *s; s++)
        if (*s > ' ')
            *s = *s == 'e' ? '#' : (char)(*s % 21 + 'C');
    for (char *s = shifted; *s; s++)
        if (strchr("aeiouyAEIOUY\\", *s))
            *s = 'x';
    put(&pdf, 'F', 11, 70, 100, shifted);
    struct mail *mail = read_pdf(&pdf);
    assert_int_equal(mail->parts[0].text, PART_IMAGE);
    assert_true(has_defect(mail, "garbled-text"));
}

static struct mail *read_named(struct arena *arena, const char *path)
{
    char *bytes;
    size_t n;
    struct err err;
    const char *dir = getenv("srcdir") ? getenv("srcdir") : ".";
    if (!file_read(arena, arena_printf(arena, "%s/tests/corpus/%s", dir, path), 1 << 20, &bytes, &n,
                   &err))
        fail_msg("%s", err.text);
    return read_file(arena, bytes, n);
}

/* Behind a picture text that has lost its letters, in a font that the file has not: it is not
 * looked for. */
static void pictures_are_read_where_ocr_is_on(void **state)
{
    struct err err;
    static const char *const files[] = {"ocr/scan.pdf", "ocr/garbled.pdf"};
    if (!ocr_is_built()) {
        print_message("SKIPPED: built without tesseract\n");
        skip();
    }
    if (!ocr_enable(&err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct mail *mail = read_named(*state, files[i]);
        assert_int_equal(mail->parts[0].text, PART_EXTRACTED);
        assert_non_null(strstr(mail->parts[0].content, "am Schulhof einen Trinkbrunnen\n"));
        assert_true(mail->parts[0].documents[0].is_ocr);
    }
}

static enum part_text state_of(struct arena *arena, const char *name)
{
    return read_named(arena, arena_printf(arena, "pdf/%s", name))->parts[0].text;
}

static void passwords(void **state)
{
    assert_int_equal(state_of(*state, "user-password.pdf"), PART_ENCRYPTED);
    assert_int_equal(state_of(*state, "owner-password.pdf"), PART_EXTRACTED);
}

static void damaged_files(void **state)
{
    static const char *const files[] = {"%PDF-1.4", "%PDF-1.4\n1 0 obj<<", "%PDF-1.7\nxxxxxxxxx\n",
                                        "%PDF-1.4\ntrailer<</Root 1 0 R>>"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        assert_int_equal(read_file(*state, files[i], strlen(files[i]))->parts[0].text,
                         PART_UNREADABLE);
}

/* ---- limits ---- */

static void pages_have_an_end(void **state)
{
    struct pdf pdf = pdf_new(*state);
    for (int i = 0; i < 201; i++) {
        put(&pdf, 'F', 11, 70, 400,
            arena_printf(*state, "Dies ist Seite %c%c", 'A' + i / 26, 'A' + i % 26));
        end_page(&pdf);
    }
    struct mail *mail = read_pdf(&pdf);
    assert_int_equal(mail->parts[0].text, PART_EXTRACTED);
    assert_true(has_defect(mail, "too-many-pages"));
    assert_non_null(strstr(mail->parts[0].content, "Seite HR"));
    assert_null(strstr(mail->parts[0].content, "Seite HS"));
}

/* Ten forms, each of which draws the next one ten times. */
static void forms_within_forms_cost_seconds(void **state)
{
    struct pdf pdf = pdf_new(*state);
    pdf.resources = "/XObject<</X 10 0 R>>";
    for (int i = 10; i < 22; i++)
        text_addf(
            &pdf.objects,
            "%d 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</X %d "
            "0 R>>>>/Length 60>>stream\n"
            "/X Do /X Do /X Do /X Do /X Do /X Do /X Do /X Do /X Do /X Do \nendstream endobj\n",
            i, i + 1);
    put(&pdf, 'F', 11, 70, 100, "Antrag vor der Bombe");
    text_add(&pdf.content, "/X Do");
    struct mail *mail = read_pdf(&pdf);
    is_text(mail, "Antrag vor der Bombe");
    assert_true(has_defect(mail, "too-slow"));
}

static void trees_without_end(void **state)
{
    static const char *const kids[] = {"99 0 R 99 0 R", "97 0 R", "98 0 R"};
    for (size_t i = 0; i < sizeof kids / sizeof *kids; i++) {
        struct pdf pdf = pdf_new(*state);
        pdf.pages = 2000000000;
        text_add(&pdf.kids, kids[i]);
        assert_int_not_equal(read_pdf(&pdf)->parts[0].text, PART_EXTRACTED);
    }
}

static int begin(void **state)
{
    *state = arena_new();
    return 0;
}

static int end(void **state)
{
    arena_free(*state);
    return 0;
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(details_beside_an_address_stay_apart),
        T(details_level_with_an_address_stay_apart),
        T(columns_of_prose_are_read_in_turn),
        T(names_side_by_side_stay_in_one_line),
        T(askew_text_comes_last),
        T(what_repeats_stands_once),
        T(a_second_letter_keeps_its_head),
        T(glyphs_become_letters),
        T(fields_and_typed_text_stand_in_their_place),
        T(files_within_are_read),
        T(a_picture_is_no_text),
        T(a_stamp_on_a_picture_is_no_text),
        T(what_a_copier_has_recognized_is_marked),
        T(pages_without_text_are_told),
        T(private_characters_are_no_text),
        T(shifted_letters_are_no_text),
        T(passwords),
        T(damaged_files),
        T(pages_have_an_end),
        T(forms_within_forms_cost_seconds),
        T(trees_without_end),
        T(pictures_are_read_where_ocr_is_on), /* the last: it stays on */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
