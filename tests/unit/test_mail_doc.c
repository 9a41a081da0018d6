/* SPDX-License-Identifier: EUPL-1.2 */
/* Word's older files, made here piece by piece, and OLE2 files that are something else. */
#include "document_case.h"
#include "test.h"

#include "base/file.h"
#include "mail/doc.h"
#include "mail/ole.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uchar.h>

#define TEXT_AT 1024
#define PARAGRAPHS_AT 0x8000 /* the page of paragraphs' looks, then that of characters' */
#define CHARACTERS_AT 0x8200
#define MAIN_SIZE 0x8400
#define TABLE_SIZE 0x2000

/* How some characters look: the properties as Word writes them. */
struct look {
    size_t begin, end; /* characters */
    const char *list;
    size_t size;
};

struct word_file {
    const char *text; /* windows-1252, or UTF-16 in wide */
    const char16_t *wide;
    size_t body, headers; /* lengths of the kinds; the text is both */
    const uint32_t *header_ends;
    size_t header_count;
    struct look paragraphs[8], characters[8];
    unsigned flags, version;
    bool has_list;
};

static void put(char *p, uint32_t number, size_t size)
{
    for (size_t i = 0; i < size; i++)
        p[i] = (char)(number >> 8 * i);
}

static void put_table(char *main, size_t number, size_t at, size_t n)
{
    put(main + 154 + number * 8, (uint32_t)at, 4);
    put(main + 154 + number * 8 + 4, (uint32_t)n, 4);
}

static size_t count_looks(const struct look *looks)
{
    size_t n = 0;
    while (n < 8 && looks[n].end > 0)
        n++;
    return n;
}

/* A page of looks: where each begins, where its list is, and the lists from the end. */
static void put_looks(char *page, const struct look *looks, size_t each, bool is_paragraphs)
{
    size_t n = count_looks(looks), at = 500, entry = is_paragraphs ? 13 : 1;
    page[511] = (char)n;
    for (size_t i = 0; i < n; i++) {
        put(page + i * 4, (uint32_t)(TEXT_AT + looks[i].begin * each), 4);
        put(page + i * 4 + 4, (uint32_t)(TEXT_AT + looks[i].end * each), 4);
        at = (at - looks[i].size - 6) / 2 * 2;
        page[(n + 1) * 4 + i * entry] = (char)(at / 2);
        char *list = page + at + (is_paragraphs ? 4 : 1);
        if (is_paragraphs) /* a length in words, which says 0 first, and the style */
            page[at + 1] = (char)((looks[i].size + 3) / 2);
        else
            page[at] = (char)looks[i].size;
        memcpy(list, looks[i].list, looks[i].size);
    }
}

static void put_pieces(char *main, char *table, const struct word_file *word)
{
    size_t n = word->body + word->headers;
    char *list = table + 100;
    list[0] = 2;
    put(list + 1, 16, 4);
    put(list + 9, (uint32_t)n, 4);
    put(list + 15, word->wide ? TEXT_AT : (TEXT_AT * 2) | 0x40000000, 4);
    put_table(main, 33, 100, 21);
    for (size_t i = 0; i < n; i++)
        put(main + TEXT_AT + i * (word->wide ? 2 : 1),
            word->wide ? word->wide[i] : (unsigned char)word->text[i], word->wide ? 2 : 1);
}

static void put_headers(char *main, char *table, const struct word_file *word)
{
    for (size_t i = 0; i < word->header_count; i++)
        put(table + 1000 + i * 4, word->header_ends[i], 4);
    put_table(main, 11, 1000, word->header_count * 4);
}

/* One list with one level, "1.", and the number that paragraphs name it by. */
static void put_list(char *main, char *table)
{
    char *list = table + 3000, *level = list + 30, *number = table + 3200;
    put(list, 1, 2);
    put(list + 2, 77, 4);
    list[2 + 26] = 1;
    put(level, 1, 4);
    put(level + 28, 2, 2);
    put(level + 32, '.', 2);
    put_table(main, 73, 3000, 30);
    put(number, 1, 4);
    put(number + 4, 77, 4);
    put_table(main, 74, 3200, 20);
}

static void make_streams(char *main, char *table, const struct word_file *word)
{
    size_t each = word->wide ? 2 : 1;
    put(main, 0xa5ec, 2);
    put(main + 2, word->version ? word->version : 0xc1, 2);
    put(main + 10, word->flags, 2);
    put(main + 76, (uint32_t)word->body, 4);
    put(main + 84, (uint32_t)word->headers, 4);
    put_pieces(main, table, word);
    put_headers(main, table, word);
    if (word->has_list)
        put_list(main, table);
    put_looks(main + PARAGRAPHS_AT, word->paragraphs, each, true);
    put_looks(main + CHARACTERS_AT, word->characters, each, false);
    put(table + 2000 + 4, 0xffffffff, 4);
    put(table + 2000 + 8, PARAGRAPHS_AT / 512, 4);
    put_table(main, 13, 2000, 12);
    put(table + 2100 + 4, 0xffffffff, 4);
    put(table + 2100 + 8, CHARACTERS_AT / 512, 4);
    put_table(main, 12, 2100, 12);
}

struct stream {
    const char *name;
    const char *bytes;
    size_t n;
};

#define SECTOR 512
#define END 0xfffffffe

/* The directory is in the sector 1, the table of sectors in 0, then come the streams, each in as
 * many sectors as one of 4096 bytes needs at least. */
static void put_entry(char *entry, const char *name, unsigned type, size_t start, size_t size)
{
    for (size_t i = 0; name[i]; i++)
        entry[i * 2] = name[i];
    put(entry + 64, (uint32_t)(strlen(name) + 1) * 2, 2);
    entry[66] = (char)type;
    put(entry + 68, 0xffffffff, 4);
    put(entry + 72, 0xffffffff, 4);
    put(entry + 76, 0xffffffff, 4);
    put(entry + 116, (uint32_t)start, 4);
    put(entry + 120, (uint32_t)size, 4);
}

static void put_header(char *file)
{
    memcpy(file, OLE_MAGIC, OLE_MAGIC_SIZE);
    put(file + 26, 3, 2);
    put(file + 30, 9, 2);
    put(file + 32, 6, 2);
    put(file + 48, 1, 4);
    put(file + 60, END, 4);
    put(file + 68, END, 4);
    memset(file + 76, 0xff, 109 * 4);
    put(file + 76, 0, 4);
}

static size_t make_ole(char *file, const struct stream *streams, size_t count)
{
    char *table = file + SECTOR, *directory = file + 2 * SECTOR;
    size_t sector = 2;
    put_header(file);
    memset(table, 0xff, SECTOR);
    put(table, 0xfffffffd, 4);
    put(table + 4, END, 4);
    put_entry(directory, "Root Entry", 5, END, 0);
    put(directory + 76, 1, 4);
    for (size_t i = 0; i < count; i++) {
        size_t size = streams[i].n < 4096 ? 4096 : streams[i].n;
        size_t sectors = (size + SECTOR - 1) / SECTOR;
        char *entry = directory + (i + 1) * 128;
        put_entry(entry, streams[i].name, 2, sector, size);
        if (i + 1 < count)
            put(entry + 72, (uint32_t)i + 2, 4);
        memcpy(file + (sector + 1) * SECTOR, streams[i].bytes, streams[i].n);
        for (size_t k = 0; k < sectors; k++, sector++)
            put(table + sector * 4, k + 1 < sectors ? (uint32_t)sector + 1 : END, 4);
    }
    return (sector + 1) * SECTOR;
}

static void read_ole(struct document_case *result, const struct stream *streams, size_t count)
{
    static char file[128 * SECTOR];
    memset(file, 0, sizeof file);
    size_t n = make_ole(file, streams, count);
    document_case_read(result,
                       &(struct document_file){.name = "Antrag.bin", .bytes = file, .n = n});
}

static void read_word(struct document_case *result, const struct word_file *word)
{
    static char main[MAIN_SIZE], table[TABLE_SIZE];
    memset(main, 0, sizeof main);
    memset(table, 0, sizeof table);
    make_streams(main, table, word);
    read_ole(
        result,
        (struct stream[]){{"WordDocument", main, sizeof main}, {"0Table", table, sizeof table}}, 2);
}

static void assert_word_text(struct word_file *word, const char *expected)
{
    struct document_case result;
    if (word->body == 0)
        word->body = strlen(word->text);
    read_word(&result, word);
    assert_int_equal(result.part.text, PART_EXTRACTED);
    assert_string_equal(result.part.content, expected);
    assert_int_equal(result.defects.n, 0);
    document_case_free(&result);
}

static void characters(void **state)
{
    static const char16_t wide[] = u"Bürger „Rat“ \xd83d\xde00\r";
    (void)state;
    assert_word_text(
        &(struct word_file){.text = "B\xfcrger \x84Rat\x93\rzwei\x0b"
                                    "drei\tvier\r\r10\xa0Uhr E\x1eMail Silben\x1ftrennung\r"},
        "Bürger „Rat“\nzwei\ndrei\tvier\n\n10 Uhr E-Mail Silbentrennung\n");
    assert_word_text(&(struct word_file){.wide = wide, .body = sizeof wide / 2 - 1},
                     "Bürger „Rat“ \U0001F600\n");
    assert_word_text(&(struct word_file){.text = "a\x0c"
                                                 "b\r"},
                     "a\n\nb\n");
}

static void fields(void **state)
{
    (void)state;
    assert_word_text(&(struct word_file){.text =
                                             "Am \x13 DATE \\@ \"d.M.\" \x14"
                                             "9.2.\x15 im \x13 X \x13 Y \x14i\x15 \x14Rat\x15.\r"},
                     "Am 9.2. im Rat.\n");
}

static void looks(void **state)
{
    (void)state;
    assert_word_text(
        &(struct word_file){.text = "sichtbar geheim ja (x\r",
                            .characters = {{9, 16, "\x3c\x08\1", 3},
                                           {16, 19, "", 0},
                                           {19, 20, "\x55\x08\1\x09\x6a\3\0\xfe\xf0", 9}}},
        "sichtbar ja \u2611x\n");
    assert_word_text(&(struct word_file){.text = "a\rb\rc\rd\r",
                                         .paragraphs = {{0, 2, "\x14\xa4\xa0\0", 4},
                                                        {2, 4, "", 0},
                                                        {4, 6, "\x13\xa4\xa0\0", 4}}},
                     "a\n\nb\n\nc\nd\n");
}

static void lists(void **state)
{
    (void)state;
    assert_word_text(
        &(struct word_file){.text = "eins\rzwei\rohne\r",
                            .paragraphs = {{0, 5, "\x0b\x46\1\0", 4}, {5, 10, "\x0b\x46\1\0", 4}},
                            .has_list = true},
        "1. eins\n2. zwei\nohne\n");
}

static void tables(void **state)
{
    static const char in_table[] = "\x16\x24\1", row_end[] = "\x16\x24\1\x17\x24\1";
    (void)state;
    assert_word_text(&(struct word_file){.text = "Anna\rVorsitz\aJens\a\aKarl\a\a\aEnde\r",
                                         .paragraphs = {{0, 18, in_table, 3},
                                                        {18, 19, row_end, 6},
                                                        {19, 25, in_table, 3},
                                                        {25, 26, row_end, 6}}},
                     "Anna       Jens\nVorsitz\nKarl\n\nEnde\n");
}

static void headers(void **state)
{
    /* six that part notes, then the first section's: even, odd, even, odd, first, first */
    static const uint32_t ends[] = {0, 0, 0, 0, 0, 0, 0, 0, 5, 5, 20, 20, 20};
    (void)state;
    assert_word_text(&(struct word_file){.text = "Text\r"
                                                 "Kopf\r"
                                                 "\x13 PAGE \x14"
                                                 "1\x15 Blatt\r",
                                         .body = 5,
                                         .headers = 20,
                                         .header_ends = ends,
                                         .header_count = 13},
                     "Kopf\n\nText\n");
}

static void what_is_not_read(void **state)
{
    static const struct stream other = {"Workbook", "x", 1}, packed = {"EncryptedPackage", "x", 1},
                               small = {"WordDocument", "\xec\xa5", 2};
    static const struct {
        struct stream stream;
        enum part_text state;
    } cases[] = {{other, PART_NONE}, {packed, PART_ENCRYPTED}, {small, PART_UNREADABLE}};
    struct document_case result;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        read_ole(&result, &cases[i].stream, 1);
        assert_int_equal(result.part.text, cases[i].state);
        document_case_free(&result);
    }
    read_word(&result, &(struct word_file){.text = "a\r", .body = 2, .flags = 0x100});
    assert_int_equal(result.part.text, PART_ENCRYPTED);
    document_case_free(&result);
    read_word(&result, &(struct word_file){.text = "a\r", .body = 2, .version = 0x68});
    assert_int_equal(result.part.text, PART_UNREADABLE);
    document_case_free(&result);
    document_case_read(
        &result, &(struct document_file){.name = "a.doc", .bytes = OLE_MAGIC, .n = OLE_MAGIC_SIZE});
    assert_int_equal(result.part.text, PART_UNREADABLE);
    document_case_free(&result);
}

/* A file of LibreOffice's, with small streams. */
static void a_whole_file(void **state)
{
    static const char expected[] =
        "Fraktion Blau im Rat der Stadt Lindhövel\n\n"
        "Telefon 0123\nmail@blau.example\n\n"
        "An den\nBürgermeister der Stadt Lindhövel\n\n"
        "Antrag zum Radweg\nDer Rat möge „beschließen“ – 10 €:\n\n"
        "Zweiter Absatz mit\tTab\nund Zeile.\n\n"
        "1. Erstens\na) Unterpunkt\n2. Zweitens\n- Punkt\n\n"
        "Anna Beck      Jens Ott\nVorsitzende    Stellvertreter\nlinks unten    rechts unten\n\n"
        "Ende\n\n\tQuelle: Haushalt\n\nKonto 1234 bei der Sparkasse\n";
    struct arena *arena = arena_new();
    struct document_case result;
    char *bytes;
    size_t n;
    struct err err;
    (void)state;
    if (!file_read(arena,
                   arena_printf(arena, "%s/tests/fuzz/seeds/office/letter.doc", getenv("srcdir")),
                   1 << 20, &bytes, &n, &err))
        fail_msg("%s", err.text);
    document_case_read(&result, &(struct document_file){.bytes = bytes, .n = n});
    assert_int_equal(result.part.text, PART_EXTRACTED);
    assert_string_equal(result.part.content, expected);
    document_case_free(&result);
    arena_free(arena);
}

/* Every byte of what tells where things are, once with all its bits: it is read or refused. */
static void damage(void **state)
{
    static char main[MAIN_SIZE], table[TABLE_SIZE];
    static const char in_table[] = "\x16\x24\1";
    struct word_file word = {.text = "Anna\aJens\a\aEnde\r",
                             .body = 15,
                             .paragraphs = {{0, 10, in_table, 3}},
                             .characters = {{0, 4, "\x55\x08\1", 3}}};
    (void)state;
    clock_t begin = clock();
    for (size_t i = 0; i < 700; i++) {
        struct document_case result;
        memset(main, 0, sizeof main);
        memset(table, 0, sizeof table);
        make_streams(main, table, &word);
        if (i < 430)
            main[i] = (char)~main[i];
        else if (i < 460)
            table[100 + i - 430] = (char)~table[100 + i - 430];
        else if (i < 580)
            main[PARAGRAPHS_AT + (i - 460) * 512 / 120] = (char)0xff;
        else
            main[CHARACTERS_AT + (i - 580) * 512 / 120] = (char)0xff;
        read_ole(
            &result,
            (struct stream[]){{"WordDocument", main, sizeof main}, {"0Table", table, sizeof table}},
            2);
        assert_true(result.part.text == PART_EXTRACTED || !result.part.content);
        document_case_free(&result);
    }
    assert_true(clock() - begin < 20 * CLOCKS_PER_SEC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters),
        cmocka_unit_test(fields),
        cmocka_unit_test(looks),
        cmocka_unit_test(lists),
        cmocka_unit_test(tables),
        cmocka_unit_test(headers),
        cmocka_unit_test(what_is_not_read),
        cmocka_unit_test(a_whole_file),
        cmocka_unit_test(damage),
    };
    mail_preload();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
