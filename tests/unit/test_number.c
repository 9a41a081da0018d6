/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "decision/number.h"

static const struct {
    const char *format;
    bool valid;
    int counter;
    const char *number; /* in 2015 */
} cases[] = {
    {.format = "A/%Y/%4n", .valid = true, .counter = 1, .number = "A/2015/0001"},
    {.format = "A/%Y/%4n", .valid = true, .counter = 12345, .number = "A/2015/12345"},
    {.format = "%n-%Y", .valid = true, .counter = 7, .number = "7-2015"},
    {.format = "%Y%%%9n", .valid = true, .counter = 42, .number = "2015%000000042"},
    {.format = "%Y/%1n", .valid = true, .counter = 3, .number = "2015/3"},
    {.format = "%n %Y %Y", .valid = true, .counter = 3, .number = "3 2015 2015"},
    {.format = "Anträge/%Y/%n", .valid = true, .counter = 3, .number = "Anträge/2015/3"},
    {.format = ""},
    {.format = "A/%Y"},
    {.format = "A/%n"}, /* the counter begins anew each year */
    {.format = "%Y %n %n"},
    {.format = "%Y %n %s"},
    {.format = "%Y %n %"},
    {.format = "%Y %0n"},
    {.format = "%Y %10n"},
    {.format = "%Y %4d"},
    {.format = "%4Y %n"},
    {.format = "%Y/%n\r\nBcc: x@y.example"},
};

static void test_formats(void **state)
{
    struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        print_message("%s\n", cases[i].format);
        assert_int_equal(number_format_is_valid(cases[i].format), cases[i].valid);
        if (cases[i].valid)
            assert_string_equal(number_format(arena, cases[i].format, 2015, cases[i].counter),
                                cases[i].number);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_formats)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
