/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "base/json.h"

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

static void test_print(void **state)
{
    struct texts texts = {0};
    texts_add(&texts, *state, "eins");
    texts_add(&texts, *state, "zwei \"2\"");
    struct json *json = json_object_new();
    json_put_text(json, "titel", "R\xC3\xA4te\n");
    json_put_text(json, "leer", NULL);
    json_put_int(json, "zahl", INT64_MIN);
    json_put_bool(json, "ja", true);
    json_put_null(json, "nichts");
    json_put_texts(json, "liste", &texts);
    struct json *inner = json_array_new();
    json_add_text(inner, NULL);
    json_add(inner, json_object_new());
    json_put(json, "innen", inner);
    assert_string_equal(json_print_compact(*state, json),
                        "{\"titel\":\"R\xC3\xA4te\\n\",\"leer\":null,\"zahl\":-9223372036854775808,"
                        "\"ja\":true,\"nichts\":null,\"liste\":[\"eins\",\"zwei \\\"2\\\"\"],"
                        "\"innen\":[null,{}]}");
    char *indented = json_print(*state, json);
    assert_int_equal(indented[strlen(indented) - 1], '\n');
    assert_non_null(strstr(indented, "\n  \"ja\": true,\n"));

    struct json *again;
    struct err err;
    assert_true(json_parse(indented, strlen(indented), &again, &err));
    assert_string_equal(json_print_compact(*state, again), json_print_compact(*state, json));
    json_free(again);
    json_free(json);
    json_free(NULL);
}

static void test_get(void **state)
{
    static const char s[] = "{\"t\":\"x\",\"i\":7,\"r\":1.5,\"b\":true,\"n\":null,"
                            "\"a\":[\"p\",3,null,\"q\"],\"o\":{\"t\":\"y\"}}";
    struct json *json;
    struct err err;
    assert_true(json_parse(s, strlen(s), &json, &err));
    assert_string_equal(json_text(json, "t"), "x");
    assert_int_equal(json_int(json, "i"), 7);
    assert_true(json_bool(json, "b"));
    assert_string_equal(json_text(json_get(json, "o"), "t"), "y");
    const struct json *array = json_get(json, "a");
    assert_int_equal(json_count(array), 4);
    assert_string_equal(json_text_at(array, 3), "q");
    assert_non_null(json_at(array, 1));
    struct texts texts;
    json_get_texts(json, "a", *state, &texts);
    assert_int_equal(texts.n, 2);
    assert_string_equal(texts.v[1], "q");

    /* missing, null or of another type */
    assert_null(json_text(json, "i"));
    assert_null(json_text(json, "none"));
    assert_null(json_text(NULL, "t"));
    assert_null(json_text(array, "t"));
    assert_int_equal(json_int(json, "t"), 0);
    assert_int_equal(json_int(json, "r"), 0);
    assert_false(json_bool(json, "i"));
    assert_null(json_get(json, "n"));
    assert_int_equal(json_count(json), 0);
    assert_int_equal(json_count(NULL), 0);
    assert_null(json_at(array, 4));
    assert_null(json_at(array, 2));
    assert_null(json_text_at(array, 1));
    json_get_texts(json, "t", *state, &texts);
    assert_int_equal(texts.n, 0);
    json_free(json);
}

static void test_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        const char *where; /* must stand in the error */
    } cases[] = {
        {"", "line 1"},
        {"{\"a\":1,}", "column"},
        {"{\n\"a\": tru\n}", "line 2"},
        {"[1] x", "line 1"},
        {"{\"a\":1,\"a\":2}", "duplicate"},
        {"\"\\u0000\"", "line 1"},
        {"\"\xFF\"", "line 1"},
        {"\"a\nb\"", "line 1"},
        {"{'a':1}", "line 1"},
        {"NaN", "line 1"},
        {"01", "line 1"},
        {"// x\n1", "line 1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json *json;
        struct err err = {0};
        if (json_parse(cases[i].s, strlen(cases[i].s), &json, &err))
            fail_msg("%s is JSON", cases[i].s);
        assert_null(json);
        assert_int_equal(err.kind, ERR_DATA);
        if (strstr(err.text, cases[i].where) == NULL)
            fail_msg("%s: \"%s\"", cases[i].s, err.text);
    }
}

static bool parse_nested(struct arena *arena, int depth, const char *start)
{
    struct text text;
    text_init(&text, arena);
    text_add(&text, start);
    for (int i = 0; i < depth; i++)
        text_add_char(&text, '[');
    for (int i = 0; i < depth; i++)
        text_add_char(&text, ']');
    if (start[0] != '\0')
        text_add_char(&text, ']');
    struct json *json;
    struct err err;
    bool ok = json_parse(text.s, text.len, &json, &err);
    json_free(json);
    return ok;
}

static void test_depth(void **state)
{
    assert_true(parse_nested(*state, 64, ""));
    assert_false(parse_nested(*state, 65, ""));
    assert_false(parse_nested(*state, 100000, ""));
    /* brackets in strings are no depth, and an escaped quote does not end one */
    struct text text;
    text_init(&text, *state);
    text_add(&text, "[\"\\\"");
    for (int i = 0; i < 200; i++)
        text_add_char(&text, '[');
    text_add(&text, "\"]");
    struct json *json;
    struct err err;
    assert_true(json_parse(text.s, text.len, &json, &err));
    json_free(json);
    assert_false(parse_nested(*state, 64, "[\"\\\\\","));
    assert_true(parse_nested(*state, 63, "[\"\\\\\","));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {T(test_print), T(test_get), T(test_wrong), T(test_depth)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
