/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "decision/arrival.h"
#include "town.h"

#define MX "mx.bedburg-hau.example"
#define FILTER "filter.krz.example"
#define PEER "mail.spd.example"
#define INTERNALDATE_AT 1000

static const struct {
    const char *name;
    struct mail_hop hops[4]; /* from the top; by NULL and at 0: no more */
    int64_t at;
    const char *basis;
} cases[] = {
    {.name = "no Received", .at = INTERNALDATE_AT, .basis = "INTERNALDATE"},
    {.name = "one hop of ours", .hops = {{MX, PEER, 900}}, .at = 900, .basis = MX},
    {.name = "two of ours: the lower, where it entered the town",
     .hops = {{MX, FILTER, 950}, {FILTER, PEER, 900}, {PEER, "laptop", 800}},
     .at = 900,
     .basis = FILTER},
    {.name = "a stranger on top: the chain does not begin",
     .hops = {{"mda.example", MX, 980}, {MX, PEER, 900}},
     .at = INTERNALDATE_AT,
     .basis = "INTERNALDATE"},
    {.name = "ours again below a stranger counts no more",
     .hops = {{MX, PEER, 900}, {PEER, MX, 850}, {MX, PEER, 100}},
     .at = 900,
     .basis = MX},
    {.name = "a sender writes a hop of ours below, to antedate the mail",
     .hops = {{MX, PEER, 900}, {FILTER, PEER, 100}},
     .at = 900,
     .basis = MX},
    {.name = "local delivery",
     .hops = {{MX, "localhost", 960}, {MX, PEER, 900}},
     .at = 900,
     .basis = MX},
    {.name = "no name of the peer",
     .hops = {{MX, NULL, 960}, {FILTER, PEER, 900}},
     .at = 900,
     .basis = FILTER},
    {.name = "the lower one's time is unreadable",
     .hops = {{MX, FILTER, 960}, {FILTER, PEER, MOMENT_NONE}},
     .at = 960,
     .basis = MX},
    {.name = "no readable time",
     .hops = {{MX, PEER, MOMENT_NONE}},
     .at = INTERNALDATE_AT,
     .basis = "INTERNALDATE"},
    {.name = "a hop without by",
     .hops = {{NULL, PEER, 900}},
     .at = INTERNALDATE_AT,
     .basis = "INTERNALDATE"},
};

static void test_chains(void **state)
{
    struct arena *arena = arena_new();
    const struct conf_mailbox *mailbox = &town_new(arena)->mailboxes[0];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mail_hop hops[4];
        struct mail mail = {.hops = hops};
        struct arrival arrival;

        for (; mail.hop_count < 4 && cases[i].hops[mail.hop_count].at != 0; mail.hop_count++)
            hops[mail.hop_count] = cases[i].hops[mail.hop_count];
        print_message("%s\n", cases[i].name);
        arrival_find(arena, &mail, mailbox, INTERNALDATE_AT, &arrival);
        assert_int_equal(arrival.at, cases[i].at);
        assert_string_equal(arrival.basis, cases[i].basis);
    }
    arena_free(arena);
}

static void test_nothing_read(void **state)
{
    struct arena *arena = arena_new();
    struct conf_mailbox *mailbox = &town_new(arena)->mailboxes[0];
    struct mail_hop hop = {MX, PEER, 900};
    struct mail mail = {.hops = &hop, .hop_count = 1};
    struct arrival arrival;

    (void)state;
    arrival_find(arena, NULL, mailbox, INTERNALDATE_AT, &arrival);
    assert_int_equal(arrival.at, INTERNALDATE_AT);
    arrival_find(arena, &mail, NULL, INTERNALDATE_AT, &arrival);
    assert_int_equal(arrival.at, INTERNALDATE_AT);
    mailbox->own_servers = (struct texts){0};
    arrival_find(arena, &mail, mailbox, INTERNALDATE_AT, &arrival);
    assert_string_equal(arrival.basis, "INTERNALDATE");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_chains),
                                       cmocka_unit_test(test_nothing_read)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
