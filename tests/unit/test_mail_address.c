/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "base/text.h"
#include "mail/address.h"

#include <string.h>

static void plain_addresses_are_told(void **state)
{
    static const struct {
        const char *address;
        bool plain;
    } cases[] = {
        {"rat@spd.example", true},
        {"r.a-t+b_c@spd.example", true},
        {"jürgen@müller.example", true},
        {"'o'hara'@x.example", true},
        {"a@b", true},
        {NULL, false},
        {"", false},
        {"rat", false},
        {"@spd.example", false},
        {"rat@", false},
        {"rat@spd@x.example", false},
        {"rat @spd.example", false},
        {"rat@spd.example\r\nRCPT TO:<x@y>", false},
        {"rat@spd.example\x7f", false},
        {"<rat@spd.example>", false},
        {"\"rat\"@spd.example", false},
        {"rat@[192.0.2.1]", false},
        {"rat(x)@spd.example", false},
        {"rat,x@spd.example", false},
        {"rat;x@spd.example", false},
        {"g:rat@spd.example", false},
        {"r\\at@spd.example", false},
        {"rat\xff@spd.example", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (address_is_plain(cases[i].address) != cases[i].plain)
            fail_msg("%s", cases[i].address ? cases[i].address : "NULL");
}

static void length_has_a_limit(void **state)
{
    char address[300];
    (void)state;
    memset(address, 'a', sizeof address);
    memcpy(address + 250, "@b.c", 5);
    assert_int_equal(strlen(address), 254);
    assert_true(address_is_plain(address));
    memcpy(address + 251, "@b.c", 5);
    address[250] = 'a';
    assert_false(address_is_plain(address));
}

static void addresses_are_compared_without_case(void **state)
{
    (void)state;
    assert_true(address_equal("Rat@SPD.example", "rat@spd.EXAMPLE"));
    assert_true(address_equal("JÜRGEN@x.example", "jürgen@x.example"));
    assert_false(address_equal("rat@spd.example", "rat@spd.examples"));
    assert_false(address_equal("rat@spd.example", NULL));
    assert_false(address_equal(NULL, NULL));
}

/* What is without case the same letter is not the same domain. */
static void letters_beyond_ascii_are_others(void **state)
{
    (void)state;
    assert_false(address_equal("rat@spd.example", "rat@\u017fpd.example"));
    assert_false(address_equal("rat@strasse.example", "rat@straße.example"));
    assert_true(address_equal("rat@Grüne.example", "rat@GRÜNE.example"));
}

static void a_label_equals_its_letters(void **state)
{
    (void)state;
    assert_true(address_equal("rat@grüne.example", "rat@xn--grne-1ra.example"));
    assert_true(address_equal("Rat@XN--GRNE-1RA.example", "rat@Grüne.example"));
    assert_true(address_equal("rat@a.xn--grne-1ra.example", "rat@a.grüne.example"));
    /* stands for plain ASCII: nobody can register it, anybody can write it */
    assert_false(address_equal("rat@spd.example", "rat@xn--spd-.example"));
    assert_false(address_equal("rat@grüne.example", "rat@xn--grne-zzz.example"));
    assert_false(address_equal("rat@grüne.example", "rat@xn--.example"));
    struct arena *arena = arena_new();
    assert_string_equal(address_readable(arena, "rat@xn--grne-1ra.example"), "rat@grüne.example");
    assert_string_equal(address_readable(arena, "rat@xn--spd-.example"), "rat@xn--spd-.example");
    assert_string_equal(address_readable(arena, "xn--grne-1ra"), "xn--grne-1ra");
    arena_free(arena);
}

static void written_addresses_are_split(void **state)
{
    static const struct {
        const char *written, *name, *address; /* address NULL: refused */
    } cases[] = {
        {"rat@spd.example", NULL, "rat@spd.example"},
        {"  rat@spd.example ", NULL, "rat@spd.example"},
        {"<rat@spd.example>", NULL, "rat@spd.example"},
        {"Rat <rat@spd.example>", "Rat", "rat@spd.example"},
        {"Stadt Köln <rat@spd.example> ", "Stadt Köln", "rat@spd.example"},
        {"\"Hövelmann, Andrea\" <a@b.example>", "Hövelmann, Andrea", "a@b.example"},
        {"\"a \\\"b\\\" c\" <a@b.example>", "a \"b\" c", "a@b.example"},
        {"\"\" <a@b.example>", NULL, "a@b.example"},
        {"\"x <a@b.example>\" <c@d.example>", "x <a@b.example>", "c@d.example"},
        {"", NULL, NULL},
        {"Rat", NULL, NULL},
        {"Rat <rat@spd.example", NULL, NULL},
        {"Rat <rat@spd.example> x", NULL, NULL},
        {"Rat <rat>", NULL, NULL},
        {"Rat\n <rat@spd.example>", NULL, NULL},
    };
    (void)state;
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *name, *address;
        bool ok = address_split(arena, cases[i].written, &name, &address);
        if (ok != (cases[i].address != NULL))
            fail_msg("%s", cases[i].written);
        if (ok && (!text_equal(name, cases[i].name) || !text_equal(address, cases[i].address)))
            fail_msg("%s: %s, %s", cases[i].written, name, address);
    }
    arena_free(arena);
}

static void domain_stands_behind_the_at(void **state)
{
    (void)state;
    assert_string_equal(address_domain("rat@spd.example"), "spd.example");
    assert_string_equal(address_domain("rat"), "");
    assert_string_equal(address_domain(NULL), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_addresses_are_told),
        cmocka_unit_test(length_has_a_limit),
        cmocka_unit_test(addresses_are_compared_without_case),
        cmocka_unit_test(letters_beyond_ascii_are_others),
        cmocka_unit_test(a_label_equals_its_letters),
        cmocka_unit_test(written_addresses_are_split),
        cmocka_unit_test(domain_stands_behind_the_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
