/* SPDX-License-Identifier: EUPL-1.2 */
/* OpenDocument texts, flat and packed. */
#include "document_case.h"
#include "test.h"

#include "mail/odt.h"

#include <string.h>
#include <time.h>

#define SPACES                                                              \
    " xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0'"      \
    " xmlns:style='urn:oasis:names:tc:opendocument:xmlns:style:1.0'"        \
    " xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0'"          \
    " xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0'"        \
    " xmlns:draw='urn:oasis:names:tc:opendocument:xmlns:drawing:1.0'"       \
    " xmlns:svg='urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0'" \
    " xmlns:fo='urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0'"
#define STYLES                                                                                 \
    "<office:automatic-styles>"                                                                \
    "<style:style style:name='S' style:family='paragraph' style:master-page-name='First'>"     \
    "<style:paragraph-properties fo:margin-bottom='0.3cm'/></style:style>"                     \
    "<style:style style:name='C' style:family='paragraph' style:parent-style-name='S'>"        \
    "<style:paragraph-properties style:contextual-spacing='true'/></style:style>"              \
    "<style:style style:name='H' style:family='text'><style:text-properties"                   \
    " text:display='none'/></style:style>"                                                     \
    "<text:list-style style:name='L'>"                                                         \
    "<text:list-level-style-number text:level='1' style:num-suffix='.' style:num-format='1'/>" \
    "<text:list-level-style-number text:level='2' style:num-suffix=')' style:num-format='a'/>" \
    "</text:list-style>"                                                                       \
    "<text:list-style style:name='B'><text:list-level-style-bullet text:level='1'"             \
    " text:bullet-char='•'/></text:list-style></office:automatic-styles>"
#define MASTERS                                                                              \
    "<office:master-styles><style:master-page style:name='Standard'><style:header>"          \
    "<text:p>Kopf</text:p></style:header><style:footer><text:p>Konto</text:p><text:p>Seite " \
    "<text:page-number>1</text:page-number></text:p></style:footer></style:master-page>"     \
    "<style:master-page style:name='First'><style:header><text:p>Briefkopf</text:p>"         \
    "</style:header></style:master-page></office:master-styles>"
#define BODY(body) "<office:body><office:text>" body "</office:text></office:body>"
#define FLAT(body) "<office:document" SPACES ">" STYLES MASTERS BODY(body) "</office:document>"
#define P(s) "<text:p>" s "</text:p>"

static void read_flat(struct document_case *result, const char *xml)
{
    document_case_read(
        result, &(struct document_file){.name = "Antrag.fodt", .bytes = xml, .n = strlen(xml)});
}

/* Between the header and the footer of the page that the texts begin with. */
static void assert_text(const char *body, const char *expected)
{
    struct document_case result;
    struct arena *arena = arena_new();
    read_flat(&result, arena_printf(arena, FLAT("%s"), body));
    assert_int_equal(result.part.text, PART_EXTRACTED);
    assert_string_equal(result.part.content, arena_printf(arena, "Kopf\n\n%s\nKonto\n", expected));
    assert_int_equal(result.defects.n, 0);
    document_case_free(&result);
    arena_free(arena);
}

static void paragraphs_and_characters(void **state)
{
    (void)state;
    assert_text("<text:h text:outline-level='1'>Antrag</text:h>" P("eins") "<text:p/>" P("zwei"),
                "Antrag\neins\n\nzwei\n");
    assert_text(P(" a \n  b<text:s/><text:s text:c='2'/>c<text:tab/>d<text:line-break/> e "),
                "a b   c\td\ne\n");
    assert_text(P("a<text:span> b</text:span> <text:span>c</text:span>"), "a b c\n");
    assert_text(P("Klein\u00addenkmale, 10\u00a0Uhr"), "Kleindenkmale, 10 Uhr\n");
    assert_text(P("<text:a>Rat</text:a><text:soft-page-break/>haus"), "Rathaus\n");
}

static void space_between_paragraphs(void **state)
{
    struct document_case result;
    (void)state;
    read_flat(&result, FLAT("<text:p text:style-name='S'>a</text:p><text:p text:style-name='S'>b"
                            "</text:p><text:p text:style-name='C'>c</text:p>"
                            "<text:p text:style-name='C'>d</text:p>" P("e") P("f")));
    assert_string_equal(result.part.content, "Briefkopf\n\na\n\nb\n\nc\nd\n\ne\nf\n");
    document_case_free(&result);
}

static void what_is_not_seen(void **state)
{
    (void)state;
    assert_text("<text:tracked-changes><text:changed-region><text:deletion>" P(
                    "weg") "</text:deletion></"
                           "text:changed-region>"
                           "</"
                           "text:tracked-"
                           "changes>" P("a<office:"
                                        "annotation>" P("dazu") "</"
                                                                "offi"
                                                                "ce:"
                                                                "anno"
                                                                "tati"
                                                                "on>b"
                                                                "<tex"
                                                                "t:"
                                                                "span"
                                                                " tex"
                                                                "t:"
                                                                "styl"
                                                                "e-"
                                                                "name"
                                                                "='H'"
                                                                ">x</"
                                                                "text"
                                                                ":spa"
                                                                "n><"
                                                                "text"
                                                                ":pla"
                                                                "ceho"
                                                                "lder"
                                                                ">hie"
                                                                "r"
                                                                "</"
                                                                "text"
                                                                ":pla"
                                                                "ceho"
                                                                "lder"
                                                                ">c"),
                "abc\n");
    assert_text("<text:section text:display='none'>" P("x") "</text:section><text:section>" P(
                    "a") "</text:section>" P("b<text:hidden-text "
                                             "text:is-hidden='true'>x</text:hidden-text>")
                    P("<text:hidden-paragraph text:is-hidden='true'/>y"),
                "a\nb\n");
    assert_text(P("Bild<draw:frame><draw:image/><svg:title>Titel</svg:title><svg:desc>Text"
                  "</svg:desc></draw:frame>"),
                "Bild\n");
}

#define ITEM(s) "<text:list-item>" s "</text:list-item>"

static void lists(void **state)
{
    (void)state;
    assert_text("<text:list text:style-name='L'>" ITEM(P("a") P("noch a") "<text:list>" ITEM(P("b"))
                                                           ITEM(P("c")) "</text:list>")
                    ITEM(P("d") "<text:list>" ITEM(P("e")) "</text:list>") "</text:list>",
                "1. a\nnoch a\na) b\nb) c\n2. d\na) e\n");
    assert_text(
        "<text:list text:style-name='L'>" ITEM(P("a")) "</text:list>" P(
            "zwischen") "<text:list "
                        "text:style-"
                        "name='L' "
                        "text:continue-"
                        "numbering='"
                        "true'>" ITEM(P("b")) "</text:list><text:list "
                                              "text:style-name='L'><text:list-header>" P(
                                                  "kopf") "</"
                                                          "te"
                                                          "xt"
                                                          ":l"
                                                          "is"
                                                          "t-"
                                                          "he"
                                                          "ad"
                                                          "er"
                                                          ">" ITEM(P("c")) "<text:list-item "
                                                                           "text:start-value='7'"
                                                                           ">" P("d") "</"
                                                                                      "text:list-"
                                                                                      "item></"
                                                                                      "text:list>",
        "1. a\nzwischen\n2. b\nkopf\n1. c\n7. d\n");
    /* what no list counts to is not counted on from */
    assert_text(
        "<text:list text:style-name='L'><text:list-item "
        "text:start-value='9223372036854775807'>" P("a") "</text:list-item>" ITEM(
            P("b")) "</text:list><text:h text:outline-level='-9223372036854775808'>c</text:h>",
        "1. a\n2. b\nc\n");
    assert_text("<text:list text:style-name='B'>" ITEM(P("a")) ITEM("<text:p/>") "</text:list>",
                "- a\n");
}

#define CELL(s) "<table:table-cell>" s "</table:table-cell>"
#define ROW(s) "<table:table-row>" s "</table:table-row>"

static void tables_and_boxes(void **state)
{
    (void)state;
    assert_text(
        "<table:table><table:table-header-rows>" ROW(CELL(P("Kita")) CELL(P(
            "Plätze"))) "</table:table-header-rows>" ROW(CELL(P("Nord"))
                                                             CELL(P(
                                                                 "25"))) "</table:table>" P("Ende"),
        "Kita    Plätze\nNord    25\n\nEnde\n");
    assert_text(P("Ab<draw:frame><draw:text-box>" P("Telefon")
                      P("0123") "</draw:text-box></draw:frame>satz"),
                "Telefon\n0123\n\nAbsatz\n");
    assert_text(P("Satz<text:note><text:note-citation>1</text:note-citation><text:note-body>" P(
                    "Quelle") "</text:note-body></text:note>."),
                "Satz.\n\nQuelle\n");
}

/* ---- packed ---- */

#define CONTENT(body) \
    "<office:document-content" SPACES ">" STYLES BODY(body) "</office:document-content>"
#define STYLES_XML "<office:document-styles" SPACES ">" MASTERS "</office:document-styles>"

static void read_packed(struct document_case *result, const char *type, const char *content,
                        const char *manifest)
{
    struct arena *arena = arena_new();
    const struct zip_entry entries[] = {
        {.name = "mimetype", .bytes = type, .is_plain = true},
        {.name = "META-INF/manifest.xml", .bytes = manifest},
        {.name = "styles.xml", .bytes = STYLES_XML},
        {.name = "content.xml", .bytes = content},
    };
    size_t n, first = *type ? 0 : 1;
    char *zip = zip_make(arena, entries + first, sizeof entries / sizeof *entries - first, &n);
    document_case_read(
        result, &(struct document_file){.type = "application/octet-stream", .bytes = zip, .n = n});
    arena_free(arena);
}

static void packages(void **state)
{
    static const struct {
        const char *type, *content, *manifest;
        enum part_text state;
        const char *text, *defect;
    } cases[] = {
        {ODT_TYPE, CONTENT(P("a")), "<m/>", PART_EXTRACTED, "Kopf\n\na\n\nKonto\n", NULL},
        {ODT_TYPE "-template", CONTENT(P("a")), "<m/>", PART_EXTRACTED, "Kopf\n\na\n\nKonto\n",
         NULL},
        {"", CONTENT(P("a")), "<m/>", PART_EXTRACTED, "Kopf\n\na\n\nKonto\n", NULL},
        {"application/vnd.oasis.opendocument.spreadsheet", CONTENT(P("a")), "<m/>", PART_NONE, NULL,
         NULL},
        {ODT_TYPE, "\x9a\x11\x7f", "<m><encryption-data/></m>", PART_ENCRYPTED, NULL, NULL},
        {ODT_TYPE, "<office:document-content" SPACES ">", "<m/>", PART_UNREADABLE, NULL, NULL},
        {ODT_TYPE, "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>" CONTENT(P("&b;")),
         "<m/>", PART_UNREADABLE, NULL, "xml-entities"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct document_case result;
        read_packed(&result, cases[i].type, cases[i].content, cases[i].manifest);
        assert_int_equal(result.part.text, cases[i].state);
        if (cases[i].text)
            assert_string_equal(result.part.content, cases[i].text);
        assert_int_equal(result.defects.n, cases[i].defect ? 1 : 0);
        if (cases[i].defect)
            assert_string_equal(result.defects.v[0], cases[i].defect);
        document_case_free(&result);
    }
}

static void limits(void **state)
{
    static const struct {
        const char *what;
        size_t times;
        enum part_text state;
        const char *word;
    } cases[] = {
        {"<table:table-row><table:table-cell/></table:table-row>", 100000, PART_TOO_LARGE,
         "too-many-cells"},
        {"<text:section>", 100000, PART_UNREADABLE, "too-deep"},
        {"<text:p>a<text:s text:c='999999999'/></text:p>", 100000, PART_TOO_LARGE, "too-much-text"},
        {"<text:list><text:list-item><text:p>", 40, PART_UNREADABLE, NULL},
    };
    struct arena *arena = arena_new();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct document_case result;
        struct text text;
        text_init(&text, arena);
        text_add(&text, "<office:document" SPACES "><office:body><office:text><table:table>");
        for (size_t k = 0; k < cases[i].times; k++)
            text_add(&text, cases[i].what);
        text_add(&text, "</table:table></office:text></office:body></office:document>");
        clock_t begin = clock();
        read_flat(&result, text.s);
        assert_true(clock() - begin < 3 * CLOCKS_PER_SEC); /* with sanitizers */
        assert_int_equal(result.part.text, cases[i].state);
        assert_int_equal(result.defects.n, cases[i].word ? 1 : 0);
        if (cases[i].word)
            assert_string_equal(result.defects.v[0], cases[i].word);
        document_case_free(&result);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paragraphs_and_characters),
        cmocka_unit_test(space_between_paragraphs),
        cmocka_unit_test(what_is_not_seen),
        cmocka_unit_test(lists),
        cmocka_unit_test(tables_and_boxes),
        cmocka_unit_test(packages),
        cmocka_unit_test(limits),
    };
    mail_preload();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
