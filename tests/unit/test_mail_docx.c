/* SPDX-License-Identifier: EUPL-1.2 */
/* Word's files by what Word, LibreOffice and others write, and by what nobody should. */
#include "document_case.h"
#include "test.h"

#include "mail/docx.h"

#include <string.h>
#include <time.h>

#define SPACES                                                                       \
    " xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'"        \
    " xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'" \
    " xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'"        \
    " xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math'"          \
    " xmlns:wps='http://schemas.microsoft.com/office/word/2010/wordprocessingShape'" \
    " xmlns:v='urn:schemas-microsoft-com:vml'"
#define DOCUMENT(body) "<w:document" SPACES "><w:body>" body "</w:body></w:document>"
#define R(s) "<w:r><w:t xml:space='preserve'>" s "</w:t></w:r>"
#define P(s) "<w:p>" R(s) "</w:p>"

static void assert_text(const char *body, const char *expected)
{
    struct arena *arena = arena_new();
    const char *text, *defect;
    char *xml = arena_printf(arena, DOCUMENT("%s"), body);
    assert_int_equal(docx_xml_to_text(arena, xml, strlen(xml), &text, &defect), PART_EXTRACTED);
    assert_string_equal(text, expected);
    assert_null(defect);
    arena_free(arena);
}

static void paragraphs_and_characters(void **state)
{
    (void)state;
    assert_text(P("eins") "<w:p/>" P("zwei") P("drei"), "eins\n\nzwei\ndrei\n");
    assert_text("<w:p><w:pPr><w:tabs><w:tab w:pos='7'/></w:tabs></w:pPr><w:r><w:t>a</w:t><w:tab/>"
                "<w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t><w:softHyphen/>"
                "<w:t>e</w:t><w:cr/><w:t>f</w:t></w:r></w:p>",
                "a\tb\nc-de\nf\n");
    assert_text("<w:p><w:r><w:t>10\u00a0Uhr, Klein\u00addenkmale</w:t></w:r></w:p>",
                "10 Uhr, Kleindenkmale\n");
    assert_text("<w:p><w:r><w:sym w:font='Wingdings' w:char='F0FE'/><w:t> ja</w:t></w:r></w:p>",
                "\u2611 ja\n");
    assert_text("<w:p><w:r><w:t>a</w:t><w:br w:type='page'/><w:t>b</w:t></w:r></w:p>", "a\n\nb\n");
    assert_text("<w:p><w:r><w:rPr><w:caps/></w:rPr><w:t>Antrag</w:t></w:r></w:p>", "Antrag\n");
    assert_text("<w:p><m:oMath><m:r><m:t>x</m:t></m:r></m:oMath></w:p>", "x\n");
    assert_text("<w:p><w:r><w:t>A &amp; B &lt;C&gt;</w:t></w:r></w:p>", "A & B <C>\n");
}

static void tracked_changes(void **state)
{
    (void)state;
    assert_text("<w:p>" R("die ") "<w:del><w:r><w:delText>alte</w:delText></w:r></w:del>"
                                  "<w:ins>" R("neue") "</w:ins>" R(" Fassung") "</w:p>",
                "die neue Fassung\n");
    assert_text("<w:p><w:moveFrom>" R("fort") "</w:moveFrom><w:moveTo>" R("da") "</w:moveTo></w:p>",
                "da\n");
    /* the paragraph's end is deleted: it goes on in the next */
    assert_text("<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>" R("ein ") "</w:p>" P("Satz"),
                "ein Satz\n");
    assert_text("<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>" P(
                    "weg") "</w:tc></w:tr>"
                           "<w:tr><w:tc>" P("a") "</w:tc><w:tc>" P("b") "</w:tc></w:tr></w:tbl>",
                "a    b\n");
    assert_text("<w:p><w:pPr><w:pPrChange><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr></w:pPrChange>"
                "</w:pPr><w:r><w:rPr><w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange></w:rPr>"
                "<w:t>da</w:t></w:r></w:p>",
                "da\n");
}

static void what_is_not_seen(void **state)
{
    (void)state;
    assert_text("<w:p>" R("a") "<w:r><w:rPr><w:vanish/></w:rPr><w:t>x</w:t></w:r>"
                               "<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>b</w:t></w:r></w:p>",
                "ab\n");
    assert_text("<w:p><w:commentRangeStart/><w:r><w:commentReference/></w:r>" R("a") "</w:p>",
                "a\n");
    assert_text(
        "<w:p><w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>" R(
            "hier tippen") "</w:sdtContent></w:sdt><w:sdt><w:sdtPr/><w:sdtContent>" R("Text") "</"
                                                                                              "w:"
                                                                                              "sdtC"
                                                                                              "onte"
                                                                                              "nt><"
                                                                                              "/w:"
                                                                                              "sdt>"
                                                                                              "</"
                                                                                              "w:"
                                                                                              "p>",
        "Text\n");
    assert_text("<w:p><w:ruby><w:rt>" R("x") "</w:rt><w:rubyBase>" R("a") "</w:rubyBase></w:ruby>"
                                                                          "</w:p>",
                "a\n");
}

#define FIELD(type) "<w:r><w:fldChar w:fldCharType='" type "'/></w:r>"
#define INSTRUCTION(s) "<w:r><w:instrText>" s "</w:instrText></w:r>"

static void fields(void **state)
{
    (void)state;
    assert_text("<w:p>" FIELD("begin") INSTRUCTION(" DATE ") FIELD("separate") R("9.2.2026")
                    FIELD("end") R(" Ort") "</w:p>",
                "9.2.2026 Ort\n");
    assert_text("<w:p>" FIELD("begin") INSTRUCTION("IF ") FIELD("begin") INSTRUCTION("X")
                    FIELD("separate") R("innen") FIELD("end") FIELD("separate") R("Ergebnis")
                        FIELD("end") "</w:p>",
                "Ergebnis\n");
    assert_text("<w:p><w:fldSimple w:instr='AUTHOR'>" R("Beck") "</w:fldSimple></w:p>", "Beck\n");
    assert_text("<w:p><w:hyperlink r:id='x'>" R("Rat") "</w:hyperlink></w:p>", "Rat\n");
}

static void tables(void **state)
{
    (void)state;
    assert_text("<w:tbl><w:tr><w:tc>" P("Anna Beck") P("Vorsitzende") "</w:tc><w:tc>" P("Jens Ott")
                    P("Stellvertreter") "</w:tc></w:tr></w:tbl>" P("Ende"),
                "Anna Beck      Jens Ott\nVorsitzende    Stellvertreter\n\nEnde\n");
    assert_text(
        "<w:tbl><w:tr><w:tc><w:tbl><w:tr><w:tc>" P("1") "</w:tc><w:tc>" P(
            "2") "</w:tc></w:tr></w:tbl><w:p/></w:tc><w:tc>" P("b") "</w:tc></w:tr></w:tbl>",
        "1    2    b\n");
    assert_text(
        "<w:tbl><w:tr><w:tc>" P("Dies ist ein Satz, der so lang ist, dass er keine Spalte "
                                "mehr ist.") "</w:tc><w:tc>" P("b") "</w:tc></w:tr></w:tbl>",
        "Dies ist ein Satz, der so lang ist, dass er keine Spalte mehr ist.\nb\n");
}

#define BOX(s) "<w:txbxContent>" s "</w:txbxContent>"

static void text_boxes(void **state)
{
    (void)state;
    assert_text(P("oben") "<w:p>" R(
                    "Ab") "<w:r><mc:AlternateContent><mc:Choice Requires='wps'>"
                          "<wps:txbx>" BOX(P("Telefon") P(
                              "0123")) "</wps:txbx></mc:Choice><mc:Fallback>"
                                       "<w:pict><v:textbox>" BOX(P("Telefon") P(
                                           "0123")) "</v:textbox></w:pict>"
                                                    "</mc:Fallback></mc:AlternateContent></w:r>" R(
                                                        "satz") "</w:p>",
                "oben\n\nTelefon\n0123\n\nAbsatz\n");
    assert_text("<w:p><w:r><w:pict><v:textbox>" BOX(P("alt")) "</v:textbox></w:pict></w:r></w:p>",
                "alt\n");
}

static void strict_names(void **state)
{
    static const char xml[] =
        "\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?>"
        "<document xmlns='http://purl.oclc.org/ooxml/wordprocessingml/main'><body>"
        "<p><r><t>streng</t></r></p></body></document>";
    struct arena *arena = arena_new();
    const char *text, *defect;
    (void)state;
    assert_int_equal(docx_xml_to_text(arena, xml, sizeof xml - 1, &text, &defect), PART_EXTRACTED);
    assert_string_equal(text, "streng\n");
    arena_free(arena);
}

/* ---- the package ---- */

#define TYPES                                                                      \
    "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>" \
    "<Override PartName='/word/document.xml' ContentType='application/"            \
    "vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'/></Types>"
#define TYPE_OF(s) "http://schemas.openxmlformats.org/officeDocument/2006/relationships/" s
#define RELATION(id, type) \
    "<Relationship Id='" id "' Type='" TYPE_OF(type) "' Target='" id ".xml'/>"
#define RELATIONS                                                                              \
    "<Relationships "                                                                          \
    "xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>" RELATION("styles", \
                                                                                     "styles") \
        RELATION("numbering", "numbering") RELATION("h1", "header") RELATION("h2", "header")   \
            RELATION("f1", "footer") RELATION("footnotes", "footnotes") "</Relationships>"
#define STYLES                                                                            \
    "<w:styles" SPACES ">"                                                                \
    "<w:docDefaults><w:pPrDefault><w:pPr><w:spacing w:after='0'/></w:pPr></w:pPrDefault>" \
    "</w:docDefaults><w:style w:type='paragraph' w:default='1' w:styleId='N'/>"           \
    "<w:style w:type='paragraph' w:styleId='Body'><w:pPr><w:spacing "                     \
    "w:after='160'/></w:pPr></w:style>"                                                   \
    "<w:style w:type='paragraph' w:styleId='List'><w:basedOn w:val='Body'/><w:pPr>"       \
    "<w:numPr><w:numId w:val='1'/></w:numPr><w:contextualSpacing/></w:pPr></w:style>"     \
    "<w:style w:type='paragraph' w:styleId='Ring'><w:basedOn w:val='Ring'/></w:style>"    \
    "<w:style w:type='character' w:styleId='Off'><w:rPr><w:vanish/></w:rPr></w:style>"    \
    "</w:styles>"
#define LEVEL(i, format, text)                                                 \
    "<w:lvl w:ilvl='" i "'><w:start w:val='1'/><w:numFmt w:val='" format "'/>" \
    "<w:lvlText w:val='" text "'/></w:lvl>"
#define NUMBERING                                                                                  \
    "<w:numbering" SPACES ">"                                                                      \
    "<w:abstractNum w:abstractNumId='7'>" LEVEL("0", "decimal", "%1.")                             \
        LEVEL("1", "lowerLetter", "%2)")                                                           \
            LEVEL("2", "decimal",                                                                  \
                  "%1.%3") "</w:abstractNum>"                                                      \
                           "<w:abstractNum w:abstractNumId='8'>" LEVEL(                            \
                               "0", "bullet",                                                      \
                               "\uf0b7") "</w:abstractNum>"                                        \
                                         "<w:num w:numId='1'><w:abstractNumId w:val='7'/></w:num>" \
                                         "<w:num w:numId='2'><w:abstractNumId w:val='8'/></w:num>" \
                                         "<w:num w:numId='3'><w:abstractNumId "                    \
                                         "w:val='7'/><w:lvlOverride w:ilvl='0'>"                   \
                                         "<w:startOverride "                                       \
                                         "w:val='5'/></w:lvlOverride></w:num></w:numbering>"
#define HEADER(s) "<w:hdr" SPACES ">" s "</w:hdr>"
#define NUM(id, level) \
    "<w:p><w:pPr><w:numPr><w:ilvl w:val='" level "'/><w:numId w:val='" id "'/></w:numPr></w:pPr>"
#define STYLED(style, s) "<w:p><w:pPr><w:pStyle w:val='" style "'/></w:pPr>" R(s) "</w:p>"

struct package {
    const char *body;
    const char *text; /* NULL: nothing is extracted */
    enum part_text state;
    const char *defect;
};

static void assert_package(const char *types, const struct package *package)
{
    struct arena *arena = arena_new();
    const struct zip_entry entries[] = {
        {.name = "[Content_Types].xml", .bytes = types},
        {.name = "word/document.xml", .bytes = package->body},
        {.name = "word/_rels/document.xml.rels", .bytes = RELATIONS},
        {.name = "word/styles.xml", .bytes = STYLES},
        {.name = "word/numbering.xml", .bytes = NUMBERING},
        {.name = "word/h1.xml", .bytes = HEADER(P("Fraktion Blau"))},
        {.name = "word/h2.xml", .bytes = HEADER(P("Blatt 2"))},
        {.name = "word/f1.xml",
         .bytes = HEADER(P("Konto 1") "<w:p>" R("Seite ") "<w:fldSimple w:instr=' PAGE '>" R(
             "1") "</w:fldSimple></w:p>")},
        {.name = "word/footnotes.xml",
         .bytes = HEADER("<w:footnote w:type='separator'>" P(
             "-----") "</w:footnote>"
                      "<w:footnote w:id='2'>" P("Quelle") "</w:footnote>")},
    };
    struct document_case result;
    size_t n;
    char *zip = zip_make(arena, entries, sizeof entries / sizeof *entries, &n);
    document_case_read(&result,
                       &(struct document_file){.name = "Antrag.bin", .bytes = zip, .n = n});
    assert_int_equal(result.part.text, package->state);
    if (package->text)
        assert_string_equal(result.part.content, package->text);
    assert_int_equal(result.defects.n, package->defect ? 1 : 0);
    if (package->defect)
        assert_string_equal(result.defects.v[0], package->defect);
    document_case_free(&result);
    arena_free(arena);
}

static void package_parts(void **state)
{
    static const struct package cases[] = {
        {DOCUMENT(P("Text") "<w:sectPr><w:headerReference w:type='default' r:id='h1'/>"
                            "<w:headerReference w:type='even' r:id='h2'/>"
                            "<w:footerReference w:type='default' r:id='f1'/></w:sectPr>"),
         "Fraktion Blau\n\nText\n\nQuelle\n\nKonto 1\n", PART_EXTRACTED, NULL},
        {DOCUMENT(P("Text") "<w:sectPr><w:headerReference w:type='default' r:id='h2'/>"
                            "<w:headerReference w:type='first' r:id='h1'/><w:titlePg/></w:sectPr>"),
         "Fraktion Blau\n\nText\n\nQuelle\n", PART_EXTRACTED, NULL},
        {DOCUMENT("<w:p><w:pPr><w:sectPr><w:headerReference w:type='default' r:id='h1'/></w:sectPr>"
                  "</w:pPr></w:p>" P("Text") "<w:sectPr><w:headerReference w:type='default' "
                                             "r:id='h2'/></w:sectPr>"),
         "Fraktion Blau\n\nText\n\nQuelle\n", PART_EXTRACTED, NULL},
        {DOCUMENT(STYLED("Body", "a") STYLED("Body", "b") STYLED("List", "c") STYLED("List", "d")
                      STYLED("Ring", "e") P("f")),
         "a\n\nb\n\n1. c\n2. d\n\ne\nf\n\nQuelle\n", PART_EXTRACTED, NULL},
        {DOCUMENT(NUM("1", "0") R("a") "</w:p>" NUM("1", "1") R("b") "</w:p>" NUM("1", "1")
                      R("c") "</w:p>" NUM("1", "0") R("d") "</w:p>" NUM("1", "1")
                          R("e") "</w:p>" NUM("1", "2") R("f") "</w:p>" NUM("2", "0")
                              R("g") "</w:p>" NUM("3", "0") R("h") "</w:p>" NUM("3", "0")
                                  R("i") "</w:p>" NUM("9", "0") R("j") "</w:p>"),
         "1. a\na) b\nb) c\n2. d\na) e\n2.1 f\n- g\n5. h\n6. i\nj\n\nQuelle\n", PART_EXTRACTED,
         NULL},
        {DOCUMENT(
             "<w:p><w:r><w:rPr><w:rStyle w:val='Off'/></w:rPr><w:t>x</w:t></w:r>" R("a") "</w:p>"),
         "a\n\nQuelle\n", PART_EXTRACTED, NULL},
        {"<w:document" SPACES "><w:body>" P("halb"), NULL, PART_UNREADABLE, NULL},
        {"<!DOCTYPE x [<!ENTITY a 'b'>]>" DOCUMENT(P("&a;")), NULL, PART_UNREADABLE,
         "xml-entities"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_package(TYPES, &cases[i]);
    assert_package("<Types/>",
                   &(struct package){DOCUMENT(P("a")), "a\n\nQuelle\n", PART_EXTRACTED, NULL});
}

static void pictures_only(void **state)
{
    static const struct zip_entry entries[] = {
        {.name = "word/document.xml", .bytes = DOCUMENT("<w:p/>")},
        {.name = "word/media/image1.jpeg", .bytes = "\xff\xd8"},
    };
    struct arena *arena = arena_new();
    struct document_case result;
    size_t n;
    (void)state;
    char *zip = zip_make(arena, entries, 2, &n);
    document_case_read(&result, &(struct document_file){.bytes = zip, .n = n});
    assert_int_equal(result.part.text, PART_IMAGE);
    document_case_free(&result);
    arena_free(arena);
}

/* ---- too much ---- */

static char *repeat(struct arena *arena, const char *before, const char *what, size_t times,
                    const char *after)
{
    struct text text;
    text_init(&text, arena);
    text_add(&text, "<w:document" SPACES "><w:body>");
    text_add(&text, before);
    for (size_t i = 0; i < times; i++)
        text_add(&text, what);
    text_add(&text, after);
    text_add(&text, "</w:body></w:document>");
    return text.s;
}

static void limits(void **state)
{
    static const struct {
        const char *before, *what;
        size_t times;
        const char *after;
        enum part_text state;
        const char *word;
    } cases[] = {
        {"<w:tbl><w:tr>", "<w:tc><w:p/></w:tc>", 1000000, "</w:tr></w:tbl>", PART_TOO_LARGE,
         "too-many-cells"},
        {"", "<w:tbl><w:tr><w:tc>", 60, "", PART_UNREADABLE, NULL},
        {"", "<w:sdt>", 100000, "", PART_UNREADABLE, "too-deep"},
        {"", P("Wort "), 500000, "", PART_EXTRACTED, NULL},
        {"", P("Dreizehn Worte, die zusammen so lang sind, dass es bald zu viele werden."), 100000,
         "", PART_TOO_LARGE, "too-much-text"},
        {"<w:p ", "a='", 100000, "'/>", PART_UNREADABLE, "xml-attributes"},
        {"<!-- <a b=' --><w:p ", "a=\"b\" ", 100000, "/>", PART_UNREADABLE, "xml-attributes"},
        {"<w:p><![CDATA[<a b=\"]]></w:p><w:p ", "a='b' ", 100000, "/>", PART_UNREADABLE,
         "xml-attributes"},
        {"<!-- ", "=", 100000, " -->" P("Wort"), PART_EXTRACTED, NULL},
        {"", "<w:p><w:r><w:txbxContent>", 60, "", PART_UNREADABLE, NULL},
    };
    struct arena *arena = arena_new();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text, *defect;
        char *xml = repeat(arena, cases[i].before, cases[i].what, cases[i].times, cases[i].after);
        clock_t begin = clock();
        assert_int_equal(docx_xml_to_text(arena, xml, strlen(xml), &text, &defect), cases[i].state);
        assert_true(clock() - begin < 3 * CLOCKS_PER_SEC); /* with sanitizers */
        if (cases[i].word)
            assert_string_equal(defect, cases[i].word);
        else
            assert_null(defect);
    }
    arena_free(arena);
}

/* A table in a table, sixty times, is read as far as tables are laid out, and flows on below. */
static void deep_tables(void **state)
{
    struct arena *arena = arena_new();
    struct text text;
    const char *result, *defect;
    (void)state;
    text_init(&text, arena);
    text_add(&text, "<w:document" SPACES "><w:body>");
    for (int i = 0; i < 60; i++)
        text_add(&text, "<w:tbl><w:tr><w:tc>");
    text_add(&text, P("tief"));
    for (int i = 0; i < 60; i++)
        text_add(&text, "</w:tc></w:tr></w:tbl>");
    text_add(&text, P("Ende") "</w:body></w:document>");
    assert_int_equal(docx_xml_to_text(arena, text.s, text.len, &result, &defect), PART_EXTRACTED);
    assert_string_equal(result, "tief\n\nEnde\n");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paragraphs_and_characters),
        cmocka_unit_test(tracked_changes),
        cmocka_unit_test(what_is_not_seen),
        cmocka_unit_test(fields),
        cmocka_unit_test(tables),
        cmocka_unit_test(text_boxes),
        cmocka_unit_test(strict_names),
        cmocka_unit_test(package_parts),
        cmocka_unit_test(pictures_only),
        cmocka_unit_test(limits),
        cmocka_unit_test(deep_tables),
    };
    mail_preload();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
