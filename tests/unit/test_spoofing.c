/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Forged mail and honest mail that looks unusual, each through the whole of what happens to a mail:
 * nothing that pretends is believed, all of it is named, and no answer goes to an address that is
 * not of the roster, the office or the list.
 */
#include "test.h"

#include "town_judge.h"
#include "trust/lookalike.h"

#include <stdio.h>
#include <string.h>

#define DOMAIN "spd-bedburg-hau.example"
#define FROM "wilhelm.vanbeek@" DOMAIN
#define MX "mx.bedburg-hau.example"
#define FILTER "filter.krz.example"
#define IN "Received: from mail.spd.example by " MX "; Tue, 04 Aug 2015 12:03:14 +0200\n"
#define FOREIGN "Received: from home by mail.spd.example; Tue, 04 Aug 2015 12:03:11 +0200\n"
#define RESULTS "Authentication-Results: " MX "; "
#define PASS RESULTS "dmarc=pass header.from=" DOMAIN "\n"
#define LETTER                                                                                   \
    "Sehr geehrter Herr Bürgermeister,\n\ndie SPD-Fraktion stellt folgenden Antrag zur "        \
    "Sitzung des Rates am 24.09.2015:\n\nAntrag: Radweg an der Bahnhofstraße\n\n"               \
    "Beschlussvorschlag:\nDer Rat beschließt, an der Bahnhofstraße einen Radweg zu bauen.\n\n" \
    "Mit freundlichen Grüßen\nWilhelm van Beek\nFraktionsvorsitzender\n"

enum { EXCHANGE = 1, UMLAUT = 2 };

struct spoof_case {
    bool honest;
    const char *name;
    int settings;
    const char *header;
    enum trust_level level; /* of a forged one at most, of an honest one exactly */
    const char *words;
    const char *text; /* NULL: the letter */
};

static const struct spoof_case cases[] = {
#define SPOOF(name, header, level, words) {false, name, 0, header, TRUST_##level, words, NULL},
#define SPOOF_TEXT(name, header, level, words, text) \
    {false, name, 0, header, TRUST_##level, words, text},
#define HONEST(name, settings, header, level) \
    {true, name, settings, header, TRUST_##level, "", NULL},
#include "spoofing_cases.def"
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

static int set_up(void **state)
{
    struct err err;

    (void)state;
    mail_preload();
    return zone_set("Europe/Berlin", &err) ? 0 : -1;
}

/* ---- a mail and its town ----------------------------------------------------------------------
 */

/* "{NUL}" becomes a NUL byte. */
static void add_with_nul(struct text *text, const char *s)
{
    for (const char *at; (at = strstr(s, "{NUL}")) != NULL; s = at + strlen("{NUL}")) {
        text_add_bytes(text, s, (size_t)(at - s));
        text_add_bytes(text, "", 1);
    }
    text_add(text, s);
}

static struct text write_mail(struct arena *arena, const struct spoof_case *one)
{
    struct text text;

    text_init(&text, arena);
    add_with_nul(&text, one->header);
    text_add(&text, "To: <antraege@bedburg-hau.example>\nDate: Tue, 04 Aug 2015 12:03:11 +0200\n"
                    "Message-ID: <1@mail.example>\n");
    if (strstr(one->header, "Subject:") == NULL)
        text_add(&text, "Subject: Antrag: Radweg\n");
    if (strstr(one->header, "Content-Type:") == NULL)
        text_add(&text, "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
                        "Content-Transfer-Encoding: 8bit\n");
    text_addf(&text, "\n%s", one->text != NULL ? one->text : LETTER);
    return text;
}

static struct conf_body *make_town(struct arena *arena, const struct spoof_case *one,
                                   enum trust_level required)
{
    struct conf_body *body = town_new(arena);

    body->required_trust = required;
    town_set(arena, &body->authserv_id, MX);
    texts_add(&body->authserv_id, arena, FILTER);
    texts_add(&body->notify, arena, "registered");
    if (one->settings & EXCHANGE)
        body->authres_profile = "exchange-online";
    if (one->settings & UMLAUT) {
        body->factions[0].members[2].address = "post@gr\u00fcne-hau.example";
        body->factions[0].members[2].name = "J\u00f6rg Tann";
    }
    return body;
}

static void conclude(struct arena *arena, const struct conf_body *body, const struct text *mail,
                     struct conclusion *conclusion_r)
{
    const struct reading *reading;

    town_judge(arena, body, mail->s, mail->len, &reading, conclusion_r);
}

/* ---- what must hold ---------------------------------------------------------------------------
 */

static bool is_ours(const struct conf_body *body, const char *to)
{
    if (texts_has(&body->office, to) || text_equal(body->list, to))
        return true;
    for (size_t i = 0; i < body->faction_count; i++)
        for (size_t k = 0; k < body->factions[i].member_count; k++)
            if (text_equal(body->factions[i].members[k].address, to))
                return true;
    return false;
}

/* Recipients of the envelope and of the header; only the text may speak of the forger. */
static const char *check_answers(struct arena *arena, const struct conf_body *body,
                                 const struct conclusion *c)
{
    for (size_t i = 0; i < c->replies.n; i++) {
        const struct reply *reply = &c->replies.v[i];
        const char *end = strstr(reply->bytes, "\r\n\r\n");
        const char *header = arena_strndup(arena, reply->bytes, (size_t)(end - reply->bytes));

        if (!is_ours(body, reply->to))
            return arena_printf(arena, "an answer goes to %s", reply->to);
        if (strstr(header, "evil") != NULL)
            return arena_printf(arena, "an answer's header names the forger: %s", header);
    }
    return NULL;
}

static size_t count_kind(const struct replies *replies, enum reply_kind kind, const char *to)
{
    size_t n = 0;

    for (size_t i = 0; i < replies->n; i++)
        n += replies->v[i].kind == kind && (to == NULL || text_equal(replies->v[i].to, to));
    return n;
}

/* Each word in the reason that is logged; the pretences in the decision's, too. */
static const char *check_words(struct arena *arena, const struct spoof_case *one,
                               const struct conclusion *c)
{
    const char *s = one->words;

    while (*s != '\0') {
        size_t n = strcspn(s, "|");
        const char *word = arena_strndup(arena, s, n);

        if (strstr(c->verdict.reason, word) == NULL)
            return arena_printf(arena, "the reason does not say \"%s\"", word);
        s += n + (s[n] == '|');
    }
    for (size_t i = 0; i < c->verdict.pretences.n; i++) {
        const char *word = pretence_to_text(c->verdict.pretences.v[i].kind);

        if (c->decision.reason == NULL || strstr(c->decision.reason, word) == NULL)
            return arena_printf(arena, "the decision does not name \"%s\"", word);
    }
    return NULL;
}

/* A forged mail of a member's address is told to the member, at the roster's first address, and to
 * the office; one of another address to the office only. */
static const char *check_told(struct arena *arena, enum trust_level required,
                              const struct conclusion *c)
{
    bool listed = c->verdict.level >= TRUST_LISTED;
    size_t to_member = count_kind(&c->replies, REPLY_REVIEW, FROM) +
                       count_kind(&c->replies, REPLY_ACKNOWLEDGEMENT, FROM);

    if (c->decision.state !=
        (listed && required == TRUST_LISTED ? MESSAGE_REGISTERED : MESSAGE_HELD))
        return arena_printf(arena, "it is %s", message_state_to_text(c->decision.state));
    if (to_member != (listed ? 1 : 0))
        return arena_printf(arena, "%zu answers to the member", to_member);
    if (count_kind(&c->replies, REPLY_NOTICE, NULL) != 1)
        return "the office is not told";
    return NULL;
}

static const char *check_forged(struct arena *arena, const struct spoof_case *one)
{
    static const enum trust_level levels[] = {TRUST_LISTED, TRUST_AUTHENTICATED, TRUST_SIGNED};
    const struct text mail = write_mail(arena, one);

    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        const struct conf_body *body = make_town(arena, one, levels[i]);
        struct conclusion c;
        const char *wrong;

        conclude(arena, body, &mail, &c);
        if (c.verdict.level >= TRUST_AUTHENTICATED || c.verdict.level > one->level)
            return arena_printf(arena, "it is %s", trust_level_to_text(c.verdict.level));
        if ((wrong = check_words(arena, one, &c)) != NULL ||
            (wrong = check_answers(arena, body, &c)) != NULL ||
            (wrong = check_told(arena, levels[i], &c)) != NULL)
            return wrong;
    }
    return NULL;
}

static const char *check_honest(struct arena *arena, const struct spoof_case *one)
{
    const struct text mail = write_mail(arena, one);
    const struct conf_body *body = make_town(arena, one, TRUST_LISTED);
    struct conclusion c;

    conclude(arena, body, &mail, &c);
    if (c.verdict.level != one->level || c.verdict.pretences.n > 0)
        return arena_printf(arena, "it is %s: %s", trust_level_to_text(c.verdict.level),
                            c.verdict.reason);
    return check_answers(arena, body, &c);
}

static const char *find_words(struct arena *arena, const struct spoof_case *one)
{
    const struct text mail = write_mail(arena, one);
    struct texts words = {0};
    struct conclusion c;

    conclude(arena, make_town(arena, one, TRUST_LISTED), &mail, &c);
    for (size_t i = 0; i < c.verdict.pretences.n; i++)
        texts_add(&words, arena, pretence_to_text(c.verdict.pretences.v[i].kind));
    return arena_printf(arena, "%-13s %-10s %s", trust_level_to_text(c.verdict.level),
                        message_state_to_text(c.decision.state),
                        words.n > 0 ? text_join(arena, &words, " ") : "-");
}

static bool check_case(const struct spoof_case *one)
{
    struct arena *arena = arena_new();
    const char *wrong = one->honest ? check_honest(arena, one) : check_forged(arena, one);

    print_message("%s %-6s %-50s %s\n", wrong == NULL ? "     " : "WRONG",
                  one->honest ? "honest" : "forged", one->name, find_words(arena, one));
    if (wrong != NULL)
        print_message("      %s\n", wrong);
    arena_free(arena);
    return wrong == NULL;
}

static void nothing_forged_is_believed_and_honest_mail_is(void **state)
{
    size_t wrong = 0, counts[2] = {0}, authenticated = 0;

    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        wrong += !check_case(&cases[i]);
        counts[cases[i].honest]++;
        authenticated += cases[i].honest && cases[i].level == TRUST_AUTHENTICATED;
    }
    print_message("%zu forged mails, %zu honest ones (%zu authenticated), %zu wrong\n", counts[0],
                  counts[1], authenticated, wrong);
    assert_int_equal(wrong, 0);
    assert_true(counts[0] >= 60 && authenticated >= 15);
}

/* The table of cases has one for each kind. */
static void every_kind_is_shown(void **state)
{
    (void)state;
    for (int kind = 0; kind < PRETENCE_COUNT; kind++) {
        const char *word = pretence_to_text((enum pretence_kind)kind);
        bool shown = false;

        for (size_t i = 0; i < CASES; i++)
            shown = shown || (!cases[i].honest && strstr(cases[i].words, word) != NULL);
        print_message("%s\n", word);
        assert_true(shown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_forged_is_believed_and_honest_mail_is),
        cmocka_unit_test(every_kind_is_shown),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
