/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int setup(void **state)
{
    *state = arena_new();
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

struct text_case {
    const char *name;
    const char *in;
    size_t n; /* 0: strlen */
    const char *out;
};

static size_t case_length(const struct text_case *c)
{
    return c->n > 0 ? c->n : strlen(c->in);
}

static void test_nfc(void **state)
{
    static const struct text_case cases[] = {
        {.name = "empty", .in = "", .out = ""},
        {.name = "ASCII", .in = "Antrag", .out = "Antrag"},
        {.name = "composed stays", .in = "B\xC3\xBCrgermeister", .out = "B\xC3\xBCrgermeister"},
        {.name = "from a Mac", .in = "Bu\xCC\x88rgermeister", .out = "B\xC3\xBCrgermeister"},
        {.name = "lone byte", .in = "a\xFFz", .out = "a\xEF\xBF\xBDz"},
        {.name = "Latin-1", .in = "f\xFCr", .out = "f\xEF\xBF\xBDr"},
        {.name = "cut at the end", .in = "\xC3", .out = "\xEF\xBF\xBD"},
        {.name = "surrogate", .in = "\xED\xA0\x80", .n = 3, .out = NULL},
        {.name = "overlong slash", .in = "\xC0\xAF", .n = 2, .out = NULL},
        {.name = "NUL dropped", .in = "a\0b", .n = 3, .out = "ab"},
        {.name = "only NUL", .in = "\0", .n = 1, .out = ""},
        {.name = "U+FFFD itself", .in = "\xEF\xBF\xBD", .out = "\xEF\xBF\xBD"},
        {.name = "beyond the BMP", .in = "\xF0\x9F\x8F\x9B", .out = "\xF0\x9F\x8F\x9B"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct text_case *c = &cases[i];
        char *got = text_nfc(*state, c->in, case_length(c));
        if (!text_is_utf8(got, strlen(got)))
            fail_msg("%s: not UTF-8", c->name);
        if (c->out == NULL && strstr(got, "\xEF\xBF\xBD") != got)
            fail_msg("%s: got \"%s\", wanted replacement characters", c->name, got);
        if (c->out != NULL && strcmp(got, c->out) != 0)
            fail_msg("%s: got \"%s\"", c->name, got);
    }
}

static void test_utf8(void **state)
{
    (void)state;
    assert_true(text_is_utf8("", 0));
    assert_true(text_is_utf8("R\xC3\xA4te", 5));
    assert_false(text_is_utf8("R\xC3\xA4te", 2));
    assert_false(text_is_utf8("\xE4", 1));
    assert_false(text_is_utf8("\xF4\x90\x80\x80", 4));
}

static void test_fold(void **state)
{
    assert_string_equal(text_fold(*state, "STRASSE"), text_fold(*state, "stra\xC3\x9F"
                                                                        "e"));
    assert_string_equal(text_fold(*state, "U\xCC\x88"), "\xC3\xBC");
    assert_string_equal(text_fold(*state, ""), "");
    assert_string_equal(text_fold(*state, "A\xFF"), "a\xEF\xBF\xBD");
}

/* A letter beyond those that need no tables, last, so that it changes nothing before it. */
static void compare_with_tables(struct arena *arena, uint32_t c)
{
    char character[8] = "";
    if (c < 0x80)
        character[0] = (char)c;
    else if (c < 0x800)
        memcpy(character, (char[]){(char)(0xC0 | c >> 6), (char)(0x80 | (c & 63))}, 2);
    else
        memcpy(
            character,
            (char[]){(char)(0xE0 | c >> 12), (char)(0x80 | (c >> 6 & 63)), (char)(0x80 | (c & 63))},
            3);
    const char *alone = arena_printf(arena, "aZ%sß ", character);
    const char *by_tables = arena_printf(arena, "%s\xC4\x81", alone);
    const char *folded = text_fold(arena, alone);
    assert_string_equal(arena_printf(arena, "%s\xC4\x81", folded), text_fold(arena, by_tables));
    const char *nfc = text_nfc(arena, alone, strlen(alone));
    assert_string_equal(arena_printf(arena, "%s\xC4\x81", nfc),
                        text_nfc(arena, by_tables, strlen(by_tables)));
}

static void test_what_needs_no_tables(void **state)
{
    for (uint32_t c = 1; c < 0x250; c++)
        compare_with_tables(*state, c);
    for (uint32_t c = 0x2000; c < 0x2200; c++)
        compare_with_tables(*state, c);
}

static void test_compare(void **state)
{
    static const char *const words[] = {"Antrag", "Rat"};
    char mixed[] = "AnTRAG \xC3\x84@Z[1]";
    size_t i;
    (void)state;
    assert_true(text_equal(NULL, NULL));
    assert_false(text_equal(NULL, ""));
    assert_false(text_equal("a", "A"));
    assert_true(text_equal_nocase(NULL, NULL));
    assert_false(text_equal_nocase("", NULL));
    assert_true(text_equal_nocase("Rat@Example.DE", "rat@example.de"));
    assert_false(text_equal_nocase("rat", "rate"));
    assert_false(text_equal_nocase("[", "{"));
    assert_true(text_equal_nocase("B\xC3\x9CRGER", "bu\xCC\x88rger"));
    assert_true(text_equal_nocase("Stra\xC3\x9F"
                                  "e",
                                  "STRASSE"));
    assert_false(text_equal_nocase("Stra\xC3\x9F"
                                   "e",
                                   "Strase"));
    assert_true(text_starts("Antrag", "Ant"));
    assert_true(text_starts("Antrag", ""));
    assert_false(text_starts("Ant", "Antrag"));
    assert_string_equal(text_lower(mixed), "antrag \xC3\x84@z[1]");
    assert_null(text_lower(NULL));
    assert_true(text_find_word(words, 2, "Rat", &i));
    assert_int_equal(i, 1);
    assert_true(text_find_word(words, 2, "Antrag", NULL));
    assert_false(text_find_word(words, 2, "rat", &i));
    assert_false(text_find_word(words, 1, "Rat", &i));
    assert_false(text_find_word(words, 2, NULL, &i));
}

static void test_blanks(void **state)
{
    struct arena *arena = *state;
    assert_string_equal(text_squeeze(arena, "  \t a \xC2\xA0\n b\xE2\x80\xAF"
                                            "c \r\n"),
                        "a b c");
    assert_string_equal(text_squeeze(arena, "\xC2\xA0"), "");
    assert_string_equal(text_squeeze(arena, ""), "");
    assert_string_equal(text_squeeze(arena, "x\xFF y"), "x\xFF y");
    assert_string_equal(text_trim(arena, " \xC2\xA0 a  b \n"), "a  b");
    assert_string_equal(text_trim(arena, "   "), "");
    assert_true(text_has_control("a\rb"));
    assert_true(text_has_control("\x7f"));
    assert_true(text_has_control("\t"));
    assert_false(text_has_control("R\xC3\xA4te \xC2\x85"));
}

static void test_width(void **state)
{
    (void)state;
    assert_int_equal(text_width(""), 0);
    assert_int_equal(text_width("R\xC3\xA4te"), 4);
    assert_int_equal(text_width("Ra\xCC\x88te"), 4);
    assert_int_equal(text_width("\xE6\xBC\xA2"), 2);
}

static void test_builder(void **state)
{
    struct text text;
    text_init(&text, *state);
    assert_string_equal(text.s, "");
    for (int i = 0; i < 1000; i++)
        text_addf(&text, "%d,", i);
    text_add_char(&text, '!');
    text_add_bytes(&text, "ab", 1);
    text_add(&text, "");
    assert_int_equal(text.len, 10 * 2 + 90 * 3 + 900 * 4 + 2);
    assert_int_equal(strlen(text.s), text.len);
    assert_string_equal(text.s + text.len - 6, "999,!a");
}

static void test_lists(void **state)
{
    struct texts texts = {0};
    assert_string_equal(text_join(*state, &texts, ", "), "");
    for (int i = 0; i < 100; i++)
        texts_add(&texts, *state, arena_printf(*state, "w%d", i));
    assert_int_equal(texts.n, 100);
    for (int i = 0; i < 100; i++)
        assert_string_equal(texts.v[i], arena_printf(*state, "w%d", i));
    assert_true(texts_has(&texts, "w99"));
    assert_false(texts_has(&texts, "W99"));
    assert_true(texts_has_nocase(&texts, "W99"));
    assert_false(texts_has_nocase(&texts, "w100"));
    texts.n = 3;
    assert_string_equal(text_join(*state, &texts, ", "), "w0, w1, w2");
}

static void test_arena(void **state)
{
    struct arena *arena = *state;
    char *before = NULL;
    for (size_t size = 0; size < 20000; size = size * 2 + 1) {
        char *p = arena_alloc(arena, size);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0x55, size);
        assert_true(p != before);
        before = p;
    }
    int three[] = {1, 2, 3};
    int *grown = arena_grow(arena, three, 3, 6, sizeof *grown);
    assert_int_equal(grown[2], 3);
    assert_int_equal(grown[5], 0);
    assert_null(arena_strdup(arena, NULL));
    assert_string_equal(arena_strndup(arena, "Antrag", 3), "Ant");
    assert_string_equal(arena_strndup(arena, "Ant", 30), "Ant");
    arena_free(NULL);
}

static void test_errors(void **state)
{
    (void)state;
    struct err err;
    errno = ENOENT;
    assert_false(err_set_errno(&err, ERR_NO_INPUT, "cannot open %s", "x"));
    assert_string_equal(err.text, "cannot open x: No such file or directory");
    assert_int_equal(err_exit_code(err.kind), 66);
    assert_false(err_add_where(&err, "line %d", 7));
    assert_string_equal(err.text, "line 7: cannot open x: No such file or directory");

    /* cut at a character, wherever the limit falls in one */
    char long_text[2 * sizeof err.text];
    for (size_t shift = 0; shift < 4; shift++) {
        memset(long_text, 'a', shift);
        for (size_t i = shift; i + 4 < sizeof long_text; i += 4)
            memcpy(long_text + i, "\xF0\x9F\x8F\x9B", 5);
        err_set(&err, ERR_DATA, "%s", long_text);
        assert_true(text_is_utf8(err.text, strlen(err.text)));
        assert_true(strlen(err.text) > sizeof err.text - 5);
        err_add_where(&err, "w");
        assert_true(text_is_utf8(err.text, strlen(err.text)));
    }
}

static void test_digest(void **state)
{
    /* FIPS 180-4, example "abc", and the empty text */
    assert_string_equal(digest_hex(*state, "abc", 3),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_string_equal(digest_hex(*state, "", 0),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    struct digest *digest = digest_new();
    digest_add(digest, "a", 1);
    digest_add(digest, "bc", 2);
    unsigned char sum[DIGEST_SIZE];
    digest_end(digest, sum);
    assert_string_equal(text_hex(*state, sum, sizeof sum), digest_hex(*state, "abc", 3));
}

static void test_printable(void **state)
{
    struct arena *arena = arena_new();
    (void)state;
    assert_string_equal(text_printable(arena, "Straße\u2026"), "Straße\u2026");
    assert_string_equal(text_printable(arena, "a\x1b[2Jb\n"), "a\ufffd[2Jb\ufffd");
    assert_string_equal(text_printable(arena, "\xc2\x9b"
                                              "31m"),
                        "\ufffd31m");
    assert_string_equal(text_printable(arena, "fdp.\u202egnp.exe"), "fdp.\ufffdgnp.exe");
    assert_string_equal(text_printable(arena, ""), "");
    arena_free(arena);
}

static void what_an_eye_makes_of_it(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    assert_string_equal(text_bare(arena, "ＳＰＤ-Grüne\u200b\u00ad.example"), "spd-grune.example");
    assert_string_equal(text_bare(arena, ""), "");
    assert_string_equal(text_bare(arena, "\xff"), "\xef\xbf\xbd");
    arena_free(arena);
}

static void what_nobody_sees_is_shown(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    assert_null(text_show_hidden(arena, "Jürgen Müller <a@b.example>"));
    assert_string_equal(text_show_hidden(arena, "a\u200b@b\u202e.\u00a0x"),
                        "a[U+200B]@b[U+202E].[U+00A0]x");
    arena_free(arena);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_an_eye_makes_of_it),
        cmocka_unit_test(what_nobody_sees_is_shown),
        T(test_nfc),
        T(test_utf8),
        T(test_fold),
        T(test_compare),
        T(test_what_needs_no_tables),
        T(test_blanks),
        T(test_width),
        T(test_builder),
        T(test_lists),
        T(test_arena),
        T(test_errors),
        T(test_digest),
        T(test_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
