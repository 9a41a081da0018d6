/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of keys: is it sound?  With --print, its rows, to be compared with the manual. */
#include "test.h"

#include "conf/conf_keys.h"
#include "motion/motion.h"

#include <stdio.h>
#include <string.h>

typedef void visit_fn(const struct conf_section *section, const struct conf_key *key);

/* A section that stands in two others is visited once for each. */
static void visit_keys(const struct conf_section *section, visit_fn *visit)
{
    for (size_t i = 0; i < section->key_count; i++)
        visit(section, &section->keys[i]);
    for (size_t i = 0; i < section->child_count; i++)
        visit_keys(section->children[i].section, visit);
}

static void check_key(const struct conf_section *section, const struct conf_key *key)
{
    size_t n = strlen(key->sentence);

    if (n < 10 || key->sentence[n - 1] != '.')
        fail_msg("%s of %s has no sentence", key->name, section->name);
    assert_true(key->audience != 0 && key->audience <= (CONF_FOR_ALL | CONF_FOR_READER));
    assert_true(key->offset < section->size);
    assert_false(key->required && (key->fallback != NULL || key->derived != NULL));
    assert_true(key->type != CONF_TYPE_WORD || key->words != NULL);
    assert_true(key->type != CONF_TYPE_NUMBER || key->max > key->min);
}

static void check_section(const struct conf_section *section)
{
    assert_true(section->key_count <= 64 && section->child_count <= 32);
    for (size_t i = 0; i < section->key_count; i++)
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(section->keys[i].name, section->keys[j].name);
            assert_int_not_equal(section->keys[i].offset, section->keys[j].offset);
        }
    for (size_t i = 0; i < section->child_count; i++)
        check_section(section->children[i].section);
}

static void test_table(void **state)
{
    (void)state;
    visit_keys(&conf_root, check_key);
    check_section(&conf_root);
}

/* The table cannot ask motion/, which is above it, for the kinds that a deadline may name. */
static void check_kinds(const struct conf_section *section, const struct conf_key *key)
{
    if (strcmp(section->name, "deadline") != 0 || strcmp(key->name, "kinds") != 0)
        return;
    for (int i = 0; i < MOTION_KIND_COUNT; i++) {
        assert_non_null(key->words[i]);
        assert_string_equal(key->words[i], motion_kind_to_text((enum motion_kind)i));
    }
    assert_null(key->words[MOTION_KIND_COUNT]);
}

static void test_kinds(void **state)
{
    (void)state;
    visit_keys(&conf_root, check_kinds);
}

static void print_key(const struct conf_section *section, const struct conf_key *key)
{
    printf("%s|%s|%s|", section->name[0] != '\0' ? section->name : "file", key->name,
           conf_type_name(key->type));
    if (key->required)
        puts("required");
    else if (key->fallback != NULL && key->fallback[0] == '\0')
        puts("default: \"\"");
    else if (key->fallback != NULL || key->derived != NULL)
        printf("default: %s\n", key->fallback != NULL ? key->fallback : key->derived);
    else
        puts("optional");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_kinds),
    };

    if (argc > 1 && strcmp(argv[1], "--print") == 0) {
        visit_keys(&conf_root, print_key);
        return fflush(stdout) == 0 ? 0 : 1;
    }
    return cmocka_run_group_tests_name("conf_keys", tests, NULL, NULL);
}
