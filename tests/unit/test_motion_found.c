/* SPDX-License-Identifier: EUPL-1.2 */
/* Each value of each letter stands where the grammar says that it was found. */
#include "test.h"

#include "base/file.h"
#include "motion/reading.h"
#include "motion/words.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what a place must look like ---- */

static bool is_boundary(const char *s, size_t offset)
{
    return ((unsigned char)s[offset] & 0xC0) != 0x80;
}

/* Whether a is b with characters left out. */
static bool is_within(const char *a, const char *b)
{
    for (; *a != '\0'; a++, b++) {
        b = strchr(b, *a);
        if (b == NULL)
            return false;
    }
    return true;
}

/* Whether a and b are the same but for one letter: "Erster", "Ersten". */
static bool is_changed(const char *a, const char *b)
{
    size_t i = 0;
    while (a[i] != '\0' && a[i] == b[i])
        i++;
    return a[i] != '\0' && b[i] != '\0' && text_equal(a + i + 1, b + i + 1);
}

static bool has_number(const char *s, int number)
{
    while (*s != '\0') {
        if (!isdigit((unsigned char)*s)) {
            s++;
            continue;
        }
        char *end;
        if (strtol(s, &end, 10) == number)
            return true;
        s = end;
    }
    return false;
}

static bool is_day(struct arena *arena, const char *value, const char *there)
{
    struct day day;
    int year, month, mday;
    bool has_month = false;
    assert_true(day_parse(value, &day));
    day_to_ymd(day, &year, &month, &mday);
    for (const char *s = there; *s != '\0' && !has_month; s++)
        if (isalpha((unsigned char)*s))
            for (size_t n = 1; s[n - 1] != '\0' && n < 12 && !has_month; n++)
                has_month = words_month(arena, arena_strndup(arena, s, n)) == month;
    return has_number(there, mday) && (has_month || has_number(there, month));
}

/* How a value may differ from what stands there. */
enum likeness {
    SAME,      /* but for blanks, line ends, hyphens */
    INFLECTED, /* in the nominative */
    PARTS,     /* with lines and other matter between left out */
    DAY,
    SAID, /* is no word of the letter: something stands there */
};

static const enum likeness likenesses[VALUE_COUNT] = {
    [VALUE_KIND] = SAID,          [VALUE_LABEL] = SAME,        [VALUE_TITLE] = SAME,
    [VALUE_ORGANIZATION] = PARTS, [VALUE_MEETING_DATE] = DAY,  [VALUE_FACTION] = INFLECTED,
    [VALUE_NAME] = SAME,          [VALUE_ROLE] = SAME,         [VALUE_EMAIL] = SAME,
    [VALUE_LETTER_DATE] = DAY,    [VALUE_PLACE] = SAME,        [VALUE_ADDRESSEE] = INFLECTED,
    [VALUE_REFERS_TO] = PARTS,    [VALUE_CONFIDENTIAL] = SAID, [VALUE_RESOLUTION] = PARTS,
    [VALUE_REASONING] = PARTS,
};

static bool is_like(struct arena *arena, enum likeness likeness, const char *value,
                    const char *there)
{
    const char *a = words_plain(arena, value), *b = words_plain(arena, there);
    switch (likeness) {
    case SAME:
        return text_equal(a, b);
    case INFLECTED:
        return (strlen(a) + 2 >= strlen(b) && is_within(a, b)) || is_changed(a, b);
    case PARTS:
        return *a == *b && is_within(a, b);
    case DAY:
        return is_day(arena, value, there);
    case SAID:
        return *b != '\0';
    }
    return false;
}

/* "Gemeindevertretung" for "Gemeindevertretersitzung" */
static bool is_body_of_members(struct arena *arena, const struct found *found, const char *value,
                               const char *there)
{
    const char *a = words_plain(arena, value), *b = words_plain(arena, there);
    size_t n = 0;
    while (a[n] != '\0' && a[n] == b[n])
        n++;
    return text_equal(found->rule, "bodies_de") && 3 * n >= 2 * strlen(b);
}

/* ---- one mail ---- */

struct tally {
    const char *name;
    size_t values;
    size_t inferred; /* stand in no text, the rule says why */
    size_t wrong;
};

static const char *content_of(const struct mail *mail, const char *part)
{
    if (text_equal(part, FOUND_IN_SUBJECT))
        return mail->subject;
    for (size_t i = 0; i < mail->part_count; i++)
        if (text_equal(mail->parts[i].path, part))
            return mail->parts[i].content;
    return NULL;
}

static bool is_there(struct arena *arena, const struct mail *mail, const struct found *found,
                     const char *value, const char **there_r)
{
    const char *content = content_of(mail, found->part);
    *there_r = "";
    if (content == NULL || found->begin >= found->end || found->end > strlen(content))
        return false;
    *there_r = arena_strndup(arena, content + found->begin, found->end - found->begin);
    return is_boundary(content, found->begin) && is_boundary(content, found->end) &&
           text_equal(text_trim(arena, *there_r), *there_r) &&
           (is_like(arena, likenesses[found->value], value, *there_r) ||
            is_body_of_members(arena, found, value, *there_r));
}

static bool is_rule(const char *s)
{
    return *s != '\0' && s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

static void check_found(struct arena *arena, const struct mail *mail, const struct motion *motion,
                        const struct found *found, struct tally *tally)
{
    const char *value = motion_value_text(arena, motion, found->value, found->index);
    const char *there = "";
    assert_non_null(value);
    tally->values++;
    bool right = found->rule != NULL && is_rule(found->rule);
    if (found->part == NULL && found->value == VALUE_KIND)
        tally->inferred++;
    else
        right = is_there(arena, mail, found, value, &there) && right;
    if (right)
        return;
    tally->wrong++;
    printf("  %s %s[%zu] \"%s\": %s %zu-%zu \"%s\" by %s\n", tally->name,
           motion_value_name(found->value), found->index, value, found->part ? found->part : "-",
           found->begin, found->end, there, found->rule ? found->rule : "(no rule)");
}

/* Values and places go together, one to one. */
static size_t count_values(struct arena *arena, const struct motion *motion)
{
    size_t n = 0;
    for (int value = 0; value < VALUE_COUNT; value++)
        for (size_t i = 0; i < motion_value_count(motion, (enum motion_value)value); i++)
            n += motion_value_text(arena, motion, (enum motion_value)value, i) != NULL;
    return n;
}

static void check_motions(struct arena *arena, const struct mail *mail,
                          const struct motions *motions, struct tally *tally)
{
    for (size_t i = 0; i < motions->n; i++) {
        const struct motion *motion = &motions->v[i];
        assert_int_equal(motion->found_count, count_values(arena, motion));
        for (size_t k = 0; k < motion->found_count; k++)
            check_found(arena, mail, motion, &motion->found[k], tally);
    }
}

static void check_mail(struct arena *arena, const struct mail *mail, struct tally *tally)
{
    struct motions motions;
    motion_find(arena, mail, &motions);
    check_motions(arena, mail, &motions, tally);
}

/* ---- letters and mails ---- */

static char *read_file(struct arena *arena, const char *path, size_t *n_r)
{
    struct err err;
    char *bytes;
    if (!file_read(arena, path, 1 << 26, &bytes, n_r, &err))
        fail_msg("%s", err.text);
    return bytes;
}

static void check_letter(struct arena *arena, const char *path, struct tally *tally)
{
    size_t n;
    struct mail_part part = {.path = "1", .type = "text/plain"};
    mail_part_set_text(arena, &part, read_file(arena, path, &n));
    struct mail mail = {.parts = &part, .part_count = 1};
    check_mail(arena, &mail, tally);
    part.is_body = true;
    part.documents[0].is_body = true;
    check_mail(arena, &mail, tally);
}

/* The reading's taker checks places and names of rules as strictly as everything else. */
static void check_message(struct arena *arena, const char *path, struct tally *tally)
{
    struct reading *reading, *taken;
    struct err err;
    size_t n;
    const char *bytes = read_file(arena, path, &n);
    if (!reading_make(arena, bytes, n, MAIL_CONTENT, &reading, &err))
        return;
    check_motions(arena, reading->mail, &reading->motions, tally);
    struct json *json = reading_to_json(reading);
    const char *text = json_print_compact(arena, json);
    json_free(json);
    if (!reading_from_json(arena, text, strlen(text), &taken, &err))
        fail_msg("%s: %s", path, err.text);
    check_motions(arena, taken->mail, &taken->motions, tally);
}

static bool check_folder(const char *folder, const char *ending,
                         void (*check)(struct arena *, const char *, struct tally *))
{
    struct tally tally = {0};
    struct dirent *entry;
    char *path = NULL;
    assert_true(asprintf(&path, "%s/%s", getenv("srcdir"), folder) > 0);
    DIR *dir = opendir(path);
    if (dir == NULL)
        printf("SKIPPED: %s is not there\n", folder);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot == NULL || strcmp(dot, ending) != 0)
            continue;
        struct arena *arena = arena_new();
        tally.name = entry->d_name;
        check(arena, arena_printf(arena, "%s/%s", path, entry->d_name), &tally);
        arena_free(arena);
    }
    if (dir != NULL)
        closedir(dir);
    free(path);
    printf("%s: %zu values, %zu inferred, %zu wrong\n", folder, tally.values, tally.inferred,
           tally.wrong);
    assert_true(dir == NULL || tally.values > 0);
    return tally.wrong == 0;
}

static void test_own_letters(void **state)
{
    (void)state;
    assert_true(check_folder("tests/corpus/letters", ".txt", check_letter));
}

static void test_corpus_letters(void **state)
{
    (void)state;
    assert_true(check_folder("../shared/corpus/letters", ".txt", check_letter));
}

static void test_corpus_mails(void **state)
{
    (void)state;
    assert_true(check_folder("../shared/corpus/mails", ".eml", check_message));
}

/* ---- texts that are a part of the part's ---- */

#define LETTER                                                                                 \
    "Sehr geehrter Herr Bürgermeister,\n\ndie SPD-Fraktion stellt zur Sitzung des Rates am\n" \
    "07.05.2026 folgenden Antrag:\n\nBeschlussvorschlag:\nEs werden zwei Bänke auf-\n"        \
    "gestellt.\n\nMit freundlichen Grüßen\nRita Moll\n"

static void check_one(const char *name, const struct mail *mail, size_t begin_least)
{
    struct arena *arena = arena_new();
    struct motions motions;
    struct tally tally = {.name = name};
    motion_find(arena, mail, &motions);
    assert_int_equal(motions.n, 1);
    check_motions(arena, mail, &motions, &tally);
    assert_true(tally.values >= 6);
    assert_int_equal(tally.wrong, 0);
    for (size_t i = 0; i < motions.v[0].found_count; i++)
        assert_true(motions.v[0].found[i].begin >= begin_least);
    arena_free(arena);
}

static void test_second_document(void **state)
{
    (void)state;
    static const char content[] = "Ein Lageplan\n" LETTER;
    const size_t n = strlen("Ein Lageplan\n");
    struct mail_document documents[] = {{.text = "Ein Lageplan"},
                                        {.text = content + n, .offset = n}};
    struct mail_part part = {.path = "2",
                             .type = "application/zip",
                             .text = PART_EXTRACTED,
                             .content = content,
                             .documents = documents,
                             .document_count = 2};
    struct mail mail = {.parts = &part, .part_count = 1};
    check_one("second document", &mail, n);
}

static const char *quoted(struct arena *arena, const char *s)
{
    struct text text;
    text_init(&text, arena);
    while (*s != '\0') {
        size_t n = strcspn(s, "\n") + 1;
        text_add(&text, "> ");
        text_add_bytes(&text, s, n);
        s += n;
    }
    return text.s;
}

static void test_forwarded_and_quoted(void **state)
{
    (void)state;
    static const char cover[] = "z. K.\n\n-----Weitergeleitete Nachricht-----\n";
    struct arena *arena = arena_new();
    struct mail_part part = {.path = "1", .type = "text/plain"};
    mail_part_set_text(arena, &part, arena_printf(arena, "%s%s", cover, quoted(arena, LETTER)));
    part.documents[0].is_body = true;
    struct mail mail = {.subject = "WG: Post", .parts = &part, .part_count = 1};
    check_one("forwarded", &mail, strlen(cover));
    arena_free(arena);
}

/* ---- a letter that a picture parts ---- */

#define BEFORE                                                                                 \
    "Sehr geehrter Herr Bürgermeister,\n\ndie SPD-Fraktion stellt zur Sitzung des Rates am\n" \
    "07.05.2026 folgenden Antrag:\n\nBeschlussvorschlag:\nEs werden zwei Bänke aufgestellt.\n"
#define AFTER "Ebenso ein Papierkorb.\n\nMit freundlichen Grüßen\n\nRita Moll\n"

static struct mail_part body_part(struct arena *arena, const char *path, const char *text)
{
    struct mail_part part = {.path = path, .type = "text/plain", .is_body = true};
    mail_part_set_text(arena, &part, text);
    part.documents[0].is_body = true;
    return part;
}

/* The motions of: a text, something else, a text. */
static struct motions read_parted(struct arena *arena, const char *before, const char *type,
                                  const char *after)
{
    struct motions motions;
    struct mail_part parts[] = {
        body_part(arena, "1", before), {.path = "2", .type = type}, body_part(arena, "3", after)};
    struct mail mail = {.parts = parts, .part_count = 3};
    motion_find(arena, &mail, &motions);
    return motions;
}

static void check_place(const struct motion *motion, enum motion_value value, const char *part,
                        size_t begin, size_t end)
{
    size_t i = 0;
    while (i < motion->found_count && motion->found[i].value != value)
        i++;
    assert_true(i < motion->found_count);
    assert_string_equal(motion->found[i].part, part);
    assert_int_equal(motion->found[i].begin, begin);
    assert_int_equal(motion->found[i].end, end);
}

static void test_parted_by_picture(void **state)
{
    (void)state;
    static const char before[] = BEFORE, after[] = AFTER;
    struct arena *arena = arena_new();
    struct motions motions = read_parted(arena, before, "image/jpeg", after);
    assert_int_equal(motions.n, 1);
    const struct motion *motion = motions.v;
    assert_string_equal(motion->found_in, "1");
    assert_int_equal(motion->signatory_count, 1);
    assert_string_equal(motion->signatories[0].name, "Rita Moll");
    size_t name = (size_t)(strstr(after, "Rita Moll") - after);
    check_place(motion, VALUE_NAME, "3", name, name + strlen("Rita Moll"));
    /* what goes on in the other text is shown to the end of the first */
    assert_non_null(strstr(motion->resolution, "Papierkorb"));
    size_t resolution = (size_t)(strstr(before, "Es werden") - before);
    check_place(motion, VALUE_RESOLUTION, "1", resolution, strlen(before));
    arena_free(arena);
}

/* What is no picture parts a letter from something else. */
static void test_parted_by_file(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct motions motions = read_parted(arena, BEFORE, "application/octet-stream", AFTER);
    assert_int_equal(motions.n, 1);
    assert_int_equal(motions.v[0].signatory_count, 0);
    arena_free(arena);
}

static void test_two_letters_and_picture(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct motions motions = read_parted(arena, BEFORE AFTER, "image/png", LETTER);
    assert_int_equal(motions.n, 2);
    assert_string_equal(motions.v[0].found_in, "1");
    assert_string_equal(motions.v[1].found_in, "3");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_second_document), cmocka_unit_test(test_forwarded_and_quoted),
        cmocka_unit_test(test_own_letters),     cmocka_unit_test(test_corpus_letters),
        cmocka_unit_test(test_corpus_mails),    cmocka_unit_test(test_parted_by_picture),
        cmocka_unit_test(test_parted_by_file),  cmocka_unit_test(test_two_letters_and_picture),
    };
    motion_preload();
    mail_preload();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
