/* SPDX-License-Identifier: EUPL-1.2 */
/* Authentication-Results: what a field says, and whether it is believed. */
#include "test.h"

#include "town.h"
#include "trust/authres.h"
#include "trust/chain.h"

#include <string.h>

/* ---- the grammar ---- */

static const struct {
    const char *value;
    const char *says; /* "id: method=result property=value ..., ..."; NULL: no field by the RFC */
} fields[] = {
    {"mx.town.example; none", "mx.town.example:"},
    {"mx.town.example 1; none", "mx.town.example:"},
    {"MX.Town.Example; DKIM=Pass Header.D=SPD.example",
     "mx.town.example: dkim=pass header.d=SPD.example"},
    {"mx.town.example; dkim=pass (good (2048 bit) signature) header.d=spd.example; spf=fail",
     "mx.town.example: dkim=pass header.d=spd.example, spf=fail"},
    {"mx (a comment); dmarc=pass (p=reject dis=none) header.from=spd.example",
     "mx: dmarc=pass header.from=spd.example"},
    {"mx; dkim/1=pass header.d=spd.example", "mx: dkim=pass header.d=spd.example"},
    {"mx; dkim = pass header.d = spd.example", "mx: dkim=pass header.d=spd.example"},
    {"mx; dkim=fail reason=\"bad; dkim=pass\" header.d=spd.example",
     "mx: dkim=fail reason=bad; dkim=pass header.d=spd.example"},
    {"mx; dkim=pass header.b=\"a=b\" header.d=spd.example",
     "mx: dkim=pass header.b=a=b header.d=spd.example"},
    {"mx; dkim=pass header.b=ab/c+d== header.d=spd.example",
     "mx: dkim=pass header.b=ab/c+d== header.d=spd.example"},
    {"\"mx\"; auth=pass smtp.auth=a@spd.example", "mx: auth=pass smtp.auth=a@spd.example"},
    {"mx; spf=pass smtp.mailfrom=<a@spd.example>", NULL},
    {"mx; dkim=pass;", "mx: dkim=pass"},
    {"mx;", "mx:"},
    {"mx", "mx:"},
    {"spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=spd.example; dmarc=pass action=none "
     "header.from=spd.example;compauth=pass reason=100",
     ": spf=pass smtp.mailfrom=spd.example, dmarc=pass action=none header.from=spd.example, "
     "compauth=pass reason=100"},
    {"", NULL},
    {"; dkim=pass", NULL},
    {"mx; dkim", NULL},
    {"mx; dkim=", NULL},
    {"mx; =pass", NULL},
    {"mx; dkim=pass header.d", NULL},
    {"mx; dkim=pass (no end header.d=spd.example", NULL},
    {"mx; dkim=\"pass", NULL},
    {"mx; dkim=pass; none", NULL},
    {"mx two; dkim=pass", NULL},
    {"mx 1x; dkim=pass", NULL},
    {"mx; d\xc3\xa4kim=pass", NULL},
    {"mx; dkim=p\"as\"s", NULL},
};

static const char *say(struct arena *arena, const struct authres *authres)
{
    struct text text;
    text_init(&text, arena);
    text_addf(&text, "%s:", authres->authserv_id ? authres->authserv_id : "");
    for (size_t i = 0; i < authres->n; i++) {
        const struct authres_result *result = &authres->results[i];
        text_addf(&text, "%s %s=%s", i > 0 ? "," : "", result->method, result->result);
        for (size_t k = 0; k < result->property_count; k++)
            text_addf(&text, " %s=%s", result->properties[k].name, result->properties[k].value);
    }
    return text.s;
}

static void a_field_is_read_by_the_grammar(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        struct arena *arena = arena_new();
        struct authres authres;
        bool good = authres_parse(arena, fields[i].value, &authres);
        print_message("%s\n", fields[i].value);
        assert_int_equal(good, fields[i].says != NULL);
        if (good)
            assert_string_equal(say(arena, &authres), fields[i].says);
        arena_free(arena);
    }
}

/* ---- what is believed ---- */

#define FROM "wilhelm.vanbeek@spd-bedburg-hau.example"
#define MX "mx.bedburg-hau.example"
#define IN "Received: from mail.spd.example by " MX "; Tue, 04 Aug 2015 12:03:11 +0200\n"
#define FILTER_IN "Received: from " MX " by filter.krz.example; Tue, 04 Aug 2015 12:03:11 +0200\n"
#define FILTERED "Received: from x by filter.krz.example; Tue, 04 Aug 2015 12:03:11 +0200\n"
#define FOREIGN "Received: from home by mail.spd.example; Tue, 04 Aug 2015 12:03:11 +0200\n"
#define RESULTS "Authentication-Results: " MX "; "
#define REST "From: Wilhelm van Beek <" FROM ">\nSubject: Antrag\n"
#define EXCHANGE_IN                                                                             \
    "Received: from AM0PR07CA0012.eurprd07.prod.outlook.com (2603:10a6::17)\n by "              \
    "DB9PR08MB6620.eurprd08.prod.outlook.com (2603:10a6::6); Tue, 04 Aug 2015 10:03:14 +0000\n" \
    "Received: from DB5EUR03FT036.eop-EUR03.prod.protection.outlook.com (2603:10a6::52)\n by "  \
    "AM0PR07CA0012.outlook.office365.com (2603:10a6::17); Tue, 04 Aug 2015 10:03:13 +0000\n"
#define EXCHANGE_RESULTS "Authentication-Results: dmarc=pass header.from=" OWN "\n"
#define EXCHANGE_EDGE                                                                            \
    "Received: from mail.spd.example (192.0.2.7) by DB5EUR03FT036.mail.protection.outlook.com\n" \
    " (10.152.19.204); Tue, 04 Aug 2015 10:03:12 +0000\n"
#define OWN "spd-bedburg-hau.example"

static const struct belief_case {
    const char *name;
    const char *header;
    bool authentic;
    bool evidence;
    const char *own_server; /* one more than the MX; NULL: none are configured */
    bool exchange;
} beliefs[] = {
    {"DMARC above our Received", RESULTS "dmarc=pass header.from=" OWN "\n" IN FOREIGN REST, true,
     true, NULL, false},
    {"DMARC below our Received", IN RESULTS "dmarc=pass header.from=" OWN "\n" FOREIGN REST, true,
     true, NULL, false},
    {"aligned DKIM", RESULTS "dkim=pass header.d=" OWN "\n" IN FOREIGN REST, true, true, NULL,
     false},
    {"DKIM by the agent's identity", RESULTS "dkim=pass header.i=@" OWN "\n" IN REST, true, true,
     NULL, false},
    {"DKIM of another", RESULTS "dkim=pass header.d=freemail.example\n" IN REST, false, true, NULL,
     false},
    {"DKIM of a domain below", RESULTS "dkim=pass header.d=mail." OWN "\n" IN REST, true, true,
     NULL, false},
    {"DKIM of a look-alike", RESULTS "dkim=pass header.d=xspd-bedburg-hau.example\n" IN REST, false,
     true, NULL, false},
    {"DKIM of the top level", RESULTS "dkim=pass header.d=example\n" IN REST, false, true, NULL,
     false},
    {"two DKIM results",
     RESULTS "dkim=fail header.d=x.example; dkim=pass header.d=" OWN "\n" IN REST, true, true, NULL,
     false},
    {"DKIM passed, DMARC failed",
     RESULTS "dkim=pass header.d=" OWN "; dmarc=fail header.from=" OWN "\n" IN REST, false, true,
     NULL, false},
    {"DMARC of another From", RESULTS "dmarc=pass header.from=freemail.example\n" IN REST, false,
     true, NULL, false},
    {"DMARC that does not say for whom", RESULTS "dmarc=pass\n" IN REST, false, true, NULL, false},
    {"DMARC that failed", RESULTS "dmarc=fail header.from=" OWN "\n" IN REST, false, true, NULL,
     false},
    {"only SPF", RESULTS "spf=pass smtp.mailfrom=" OWN "\n" IN REST, false, true, NULL, false},
    {"no such method", RESULTS "foo=pass header.d=" OWN "\n" IN REST, false, true, NULL, false},
    {"another's id",
     "Authentication-Results: mx.evil.example; dmarc=pass header.from=" OWN "\n" IN REST, false,
     false, NULL, false},
    {"an id that contains ours",
     "Authentication-Results: x" MX "; dmarc=pass header.from=" OWN "\n" IN REST, false, false,
     NULL, false},
    {"below the sender's Received", IN FOREIGN RESULTS "dmarc=pass header.from=" OWN "\n" REST,
     false, false, NULL, false},
    {"below a Received that claims to be ours",
     IN FOREIGN "Received: from x by " MX "; Tue, 04 Aug 2015 12:03:11 +0200\n" RESULTS
                "dmarc=pass header.from=" OWN "\n" REST,
     false, false, NULL, false},
    {"our server took it from a stranger who claims to be us",
     IN "Received: from " MX " by " MX "; Tue, 04 Aug 2015 12:03:11 +0200\n" RESULTS
        "dmarc=pass header.from=" OWN "\n" REST,
     false, false, NULL, false},
    {"a stranger who calls itself our filter",
     "Received: from filter.krz.example (evil.example [198.51.100.6]) by " MX
     "; Tue, 04 Aug 2015 12:03:11 +0200\n" FILTERED RESULTS "dmarc=pass header.from=" OWN "\n" REST,
     false, false, "filter.krz.example", false},
    {"a stranger who calls itself localhost",
     "Received: from localhost (unknown [IPv6:2001:db8::6]) by " MX
     "; Tue, 04 Aug 2015 12:03:11 +0200\n" FILTERED RESULTS "dmarc=pass header.from=" OWN "\n" REST,
     false, false, "filter.krz.example", false},
    {"a stranger whose address claims to be our filter's",
     "Received: from filter.krz.example (filter.krz.example [198.51.100.6] (may be forged)) by " MX
     "; Tue, 04 Aug 2015 12:03:11 +0200\n" FILTERED RESULTS "dmarc=pass header.from=" OWN "\n" REST,
     false, false, "filter.krz.example", false},
    {"our filter, as the server has seen it",
     "Received: from filter.krz.example (filter.krz.example [198.51.100.7]) by " MX
     "; Tue, 04 Aug 2015 12:03:11 +0200\n" FILTERED RESULTS "dmarc=pass header.from=" OWN "\n" REST,
     true, true, "filter.krz.example", false},
    {"our filter, within the town's own network",
     "Received: from filter.krz.example (unknown [10.1.2.3]) by " MX
     "; Tue, 04 Aug 2015 12:03:11 +0200\n" FILTERED RESULTS "dmarc=pass header.from=" OWN "\n" REST,
     true, true, "filter.krz.example", false},
    {"a program on our server",
     "Received: from localhost (localhost [127.0.0.1]) by " MX
     "; Tue, 04 Aug 2015 12:03:11 +0200\n" FILTERED RESULTS "dmarc=pass header.from=" OWN "\n" REST,
     true, true, "filter.krz.example", false},
    {"a value that goes on behind a comment",
     RESULTS "dkim=pass header.d=" OWN "(.evil.example header.s=x)\n" IN REST, false, false, NULL,
     false},
    {"below From", IN REST RESULTS "dmarc=pass header.from=" OWN "\n", false, false, NULL, false},
    {"below Subject", IN "Subject: x\n" RESULTS "dmarc=pass header.from=" OWN "\n" REST, false,
     false, NULL, false},
    {"a broken field", RESULTS "dmarc=pass header.from=" OWN " (\n" IN REST, false, false, NULL,
     false},
    {"a comment that says it", RESULTS "spf=fail (dmarc=pass header.from=" OWN ")\n" IN REST, false,
     true, NULL, false},
    {"a reason that says it",
     RESULTS "spf=fail reason=\"x; dmarc=pass header.from=" OWN "\"\n" IN REST, false, true, NULL,
     false},
    {"behind the filter", FILTER_IN RESULTS "dmarc=pass header.from=" OWN "\n" IN FOREIGN REST,
     true, true, "filter.krz.example", false},
    {"own servers, and this is none",
     "Received: from x by other.example; Tue, 04 Aug 2015 12:03:11 "
     "+0200\n" RESULTS "dmarc=pass header.from=" OWN "\n" REST,
     false, false, "filter.krz.example", false},
    {"Exchange's first",
     "Authentication-Results: spf=pass smtp.mailfrom=x.example; dmarc=pass "
     "action=none header.from=" OWN ";compauth=pass reason=100\n" IN REST,
     true, true, NULL, true},
    {"Exchange's own servers above it", EXCHANGE_IN EXCHANGE_RESULTS EXCHANGE_EDGE REST, true, true,
     NULL, true},
    {"Exchange has written none, and the sender one",
     EXCHANGE_IN EXCHANGE_EDGE EXCHANGE_RESULTS REST, false, false, NULL, true},
    {"servers of Exchange, and no Exchange",
     EXCHANGE_IN RESULTS "dmarc=pass header.from=" OWN "\n" EXCHANGE_EDGE REST, false, false, NULL,
     false},
    {"Exchange's second",
     "Authentication-Results: spf=none\nAuthentication-Results: dmarc=pass "
     "header.from=" OWN "\n" IN REST,
     false, true, NULL, true},
    {"no id, and no Exchange", "Authentication-Results: dmarc=pass header.from=" OWN "\n" IN REST,
     false, false, NULL, false},
    {"an Original that Exchange keeps",
     "Authentication-Results-Original: " MX "; dmarc=pass header.from=" OWN "\n" IN REST, false,
     false, NULL, true},
};

static void a_field_is_believed_where_ours_stand(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof beliefs / sizeof *beliefs; i++) {
        const struct belief_case *c = &beliefs[i];
        struct arena *arena = arena_new();
        struct conf_body *body = town_new(arena);
        struct conf_mailbox mailbox = {0};
        struct authres_finding finding;
        struct mail *mail;
        struct err err;
        town_set(arena, &body->authserv_id, MX);
        body->authres_profile = c->exchange ? "exchange-online" : NULL;
        if (c->own_server) {
            texts_add(&mailbox.own_servers, arena, c->own_server);
            texts_add(&mailbox.own_servers, arena, MX);
        }
        const char *bytes = arena_printf(arena, "%s\nAntrag\n", c->header);
        assert_true(mail_read(arena, bytes, strlen(bytes), MAIL_HEAD, &mail, &err));
        authres_judge(arena, mail, body, &mailbox, FROM, &finding);
        print_message("%s: %s\n", c->name, finding.evidence ? finding.evidence : "no evidence");
        assert_int_equal(finding.authentic, c->authentic);
        assert_int_equal(finding.evidence != NULL, c->evidence);
        arena_free(arena);
    }
}

/* A text may be nothing but such lines, each of them much work. */
static void no_more_lines_of_a_text_are_looked_at_than_fields(void **state)
{
    (void)state;
    for (size_t n = MAIL_MAX_AUTHRES - 1; n <= MAIL_MAX_AUTHRES; n++) {
        struct arena *arena = arena_new();
        struct conf_body *body = town_new(arena);
        struct authres_finding finding;
        struct mail *mail;
        struct text text;
        struct err err;
        town_set(arena, &body->authserv_id, MX);
        text_init(&text, arena);
        text_add(&text, IN REST "\n");
        for (size_t i = 0; i < n; i++)
            text_add(&text, "Authentication-Results: x; none\n");
        text_add(&text, RESULTS "dmarc=pass header.from=" OWN "\n");
        assert_true(mail_read(arena, text.s, text.len, MAIL_CONTENT, &mail, &err));
        authres_judge(arena, mail, body, NULL, FROM, &finding);
        assert_false(finding.authentic);
        assert_int_equal(finding.forged != NULL, n < MAIL_MAX_AUTHRES);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_field_is_read_by_the_grammar),
        cmocka_unit_test(a_field_is_believed_where_ours_stand),
        cmocka_unit_test(no_more_lines_of_a_text_are_looked_at_than_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
