/* SPDX-License-Identifier: EUPL-1.2 */
/* Archives: what of them is read, under which names, and what is too much. */
#include "document_case.h"
#include "test.h"

#include <string.h>
#include <time.h>

static void read_zip(struct document_case *result, const char *bytes, size_t n)
{
    document_case_read(result,
                       &(struct document_file){.type = "application/zip", .bytes = bytes, .n = n});
}

static void pack_and_read(struct document_case *result, const struct zip_entry *entries,
                          size_t count)
{
    struct arena *arena = arena_new();
    size_t n;
    char *zip = zip_make(arena, entries, count, &n);
    read_zip(result, zip, n);
    arena_free(arena);
}

static void assert_names(const struct document_case *result, const char *const *names, size_t n)
{
    assert_int_equal(result->part.document_count, n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(result->part.documents[i].name, names[i]);
}

static void assert_word(const struct document_case *result, const char *word)
{
    assert_int_equal(result->defects.n, word ? 1 : 0);
    if (word)
        assert_string_equal(result->defects.v[0], word);
}

#define RTF(s) "{\\rtf1 " s "}"
#define COUNT(v) (sizeof(v) / sizeof *(v))

static void each_file_is_a_document(void **state)
{
    static const struct zip_entry entries[] = {
        {.name = "Antrag 1.rtf", .bytes = RTF("eins")},
        {.name = "Bild.bin", .bytes = "\1\2\3"},
        {.name = "Unterlagen/", .bytes = ""},
        {.name = "Unterlagen/Antrag 2.rtf", .bytes = RTF("zwei"), .is_plain = true},
        {.name = "__MACOSX/._Antrag 1.rtf", .bytes = RTF("Apfel")},
        {.name = ".DS_Store", .bytes = RTF("Apfel")},
        {.name = "~$Antrag.rtf", .bytes = RTF("Sperre")},
    };
    static const char *const names[] = {"Antrag 1.rtf", "Antrag 2.rtf"};
    struct document_case result;
    (void)state;
    pack_and_read(&result, entries, COUNT(entries));
    assert_int_equal(result.part.text, PART_EXTRACTED);
    assert_names(&result, names, COUNT(names));
    assert_string_equal(result.part.content, "eins\n\nzwei\n");
    assert_string_equal(result.part.content + result.part.documents[1].offset, "zwei\n");
    assert_word(&result, NULL);
    document_case_free(&result);
}

static void names_are_safe_and_readable(void **state)
{
    static const struct {
        const char *stored;
        bool is_utf8;
        const char *name;
    } cases[] = {
        {"B\x81rgermeister.rtf", false, "Bürgermeister.rtf"}, /* 437 and 850 */
        {"Stra\xe1"
         "e \x99"
         "l.rtf",
         false, "Straße Öl.rtf"},
        {"M\xfchle.rtf", false, "Mühle.rtf"}, /* 1252 */
        {"Grün.rtf", true, "Grün.rtf"},
        {"Grün.rtf", false, "Grün.rtf"}, /* as a Mac does it */
        {"Gru\u0308n.rtf", true, "Grün.rtf"},
        {"../../etc/x.rtf", true, "x.rtf"},
        {"C:\\Users\\x.rtf", true, "x.rtf"},
        {"a\u202e"
         "b.rtf",
         true, "ab.rtf"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena *arena = arena_new();
        const char *stored = cases[i].stored;
        struct zip_entry entry = {.name = stored, .bytes = RTF("a")};
        struct document_case result;
        size_t n;
        entry.is_utf8 = text_is_utf8(stored, strlen(stored));
        char *zip = zip_make(arena, &entry, 1, &n);
        if (!cases[i].is_utf8)
            zip_set_flags(zip, n, 0);
        read_zip(&result, zip, n);
        assert_names(&result, &cases[i].name, 1);
        document_case_free(&result);
        arena_free(arena);
    }
}

static void archives_in_archives(void **state)
{
    struct arena *arena = arena_new();
    size_t n;
    (void)state;
    char *zip =
        zip_make(arena, (struct zip_entry[]){{.name = "a.rtf", .bytes = RTF("tief")}}, 1, &n);
    for (int depth = 1; depth <= DOCUMENTS_MAX_DEPTH + 1; depth++) {
        struct document_case result;
        bool opened = depth < DOCUMENTS_MAX_DEPTH;
        read_zip(&result, zip, n);
        assert_int_equal(result.part.document_count, opened);
        assert_word(&result, opened ? NULL : "too-many-files");
        zip = zip_make(arena, (struct zip_entry[]){{.name = "x.zip", .bytes = zip, .n = n}}, 1, &n);
        document_case_free(&result);
    }
    arena_free(arena);
}

static void what_cannot_be_read(void **state)
{
    static const struct zip_entry entry = {.name = "a.rtf", .bytes = RTF("a"), .is_plain = true};
    struct arena *arena = arena_new();
    struct document_case result;
    size_t n;
    (void)state;
    char *zip = zip_make(arena, &entry, 1, &n);

    zip_set_flags(zip, n, 1);
    read_zip(&result, zip, n);
    assert_int_equal(result.part.text, PART_ENCRYPTED);
    document_case_free(&result);

    zip_set_flags(zip, n, 0);
    *(char *)memmem(zip, n, "rtf1 a", 6) = 'R'; /* the sum does not fit */
    read_zip(&result, zip, n);
    assert_int_equal(result.part.text, PART_UNREADABLE);
    document_case_free(&result);

    for (size_t cut = 4; cut < n; cut++) {
        read_zip(&result, zip, cut);
        assert_int_equal(result.part.text, PART_UNREADABLE);
        document_case_free(&result);
    }
    pack_and_read(&result, &(struct zip_entry){.name = "x.bin", .bytes = "nichts"}, 1);
    assert_int_equal(result.part.text, PART_NONE);
    document_case_free(&result);
    arena_free(arena);
}

/* What is missing beside what was read is said. */
static void one_of_two_is_damaged(void **state)
{
    static const struct zip_entry entries[] = {
        {.name = "a.rtf", .bytes = RTF("a"), .is_plain = true},
        {.name = "b.rtf", .bytes = RTF("b"), .is_plain = true},
    };
    struct arena *arena = arena_new();
    struct document_case result;
    size_t n;
    (void)state;
    char *zip = zip_make(arena, entries, 2, &n);
    *(char *)memmem(zip, n, "rtf1 b", 6) = 'R';
    read_zip(&result, zip, n);
    assert_int_equal(result.part.text, PART_EXTRACTED);
    assert_string_equal(result.part.content, "a\n");
    assert_word(&result, "file-unread");
    document_case_free(&result);
    arena_free(arena);
}

/* ---- too much ---- */

static char *blanks(struct arena *arena, size_t n)
{
    char *bytes = arena_alloc(arena, n + 1);
    memset(bytes, ' ', n);
    memcpy(bytes, "{\\rtf1 ", 7);
    return bytes;
}

static void assert_too_much(const char *zip, size_t n, const char *word)
{
    struct document_case result;
    clock_t begin = clock();
    read_zip(&result, zip, n);
    assert_true(clock() - begin < 2 * CLOCKS_PER_SEC);
    assert_int_equal(result.part.text, PART_TOO_LARGE);
    assert_word(&result, word);
    document_case_free(&result);
}

static void bombs(void **state)
{
    struct arena *arena = arena_new();
    size_t n, size = (size_t)20 << 20;
    char *zeros = blanks(arena, size);
    struct zip_entry bomb = {.name = "a.rtf", .bytes = zeros, .n = size};
    (void)state;
    char *zip = zip_make(arena, &bomb, 1, &n);
    assert_true(n < 32768);
    assert_too_much(zip, n, "too-much-unpacked");

    bomb.n = 100000;
    bomb.is_plain = true;
    zip = zip_make(arena, &bomb, 1, &n);
    zip = zip_repeat(arena, zip, n, 1000, &n);
    assert_too_much(zip, n, "too-much-unpacked");
    arena_free(arena);
}

/* All that is unpacked for one mail. */
static void more_than_a_mail_may_unpack(void **state)
{
    struct arena *arena = arena_new();
    size_t n, size = (size_t)3 << 20;
    char *noise = arena_alloc(arena, size);
    unsigned x = 1;
    (void)state;
    for (size_t i = 0; i < size; i++)
        noise[i] = (char)((x = x * 1103515245 + 12345) >> 16 & 0x7f);
    memcpy(noise, "{\\rtf1 }", 8);
    struct zip_entry entries[24];
    for (size_t i = 0; i < COUNT(entries); i++)
        entries[i] = (struct zip_entry){
            .name = arena_printf(arena, "%zu.rtf", i), .bytes = noise, .n = size, .is_plain = true};
    char *zip = zip_make(arena, entries, COUNT(entries), &n);
    struct document_case result;
    read_zip(&result, zip, n);
    assert_true(result.unpacked <= DOCUMENTS_MAX_UNPACKED);
    assert_true(texts_has(&result.defects, "too-much-unpacked"));
    document_case_free(&result);
    arena_free(arena);
}

static void too_many_files(void **state)
{
    struct arena *arena = arena_new();
    struct zip_entry *entries = arena_array(arena, 10500, sizeof *entries);
    struct document_case result;
    size_t n;
    (void)state;
    for (size_t i = 0; i < 10500; i++)
        entries[i] =
            (struct zip_entry){.name = arena_printf(arena, "%zu.rtf", i), .bytes = RTF("a")};
    char *zip = zip_make(arena, entries, 300, &n);
    read_zip(&result, zip, n);
    assert_int_equal(result.part.document_count, DOCUMENTS_MAX_FILES - 1);
    assert_word(&result, "too-many-files");
    document_case_free(&result);
    zip = zip_make(arena, entries, 10500, &n);
    assert_too_much(zip, n, "too-many-files");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_file_is_a_document),
        cmocka_unit_test(names_are_safe_and_readable),
        cmocka_unit_test(archives_in_archives),
        cmocka_unit_test(what_cannot_be_read),
        cmocka_unit_test(one_of_two_is_damaged),
        cmocka_unit_test(bombs),
        cmocka_unit_test(more_than_a_mail_may_unpack),
        cmocka_unit_test(too_many_files),
    };
    mail_preload();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
