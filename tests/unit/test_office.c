/* SPDX-License-Identifier: EUPL-1.2 */
/* What an office orders by reply: what is understood, and what is better asked again. */
#include "test.h"

#include "decision/office.h"
#include "town.h"

#include <string.h>

static struct arena *arena;
static const struct conf_body *body;

static const char *say_order(const struct office_order *order)
{
    switch (order->verb) {
    case OFFICE_ACCEPT:
        return arena_printf(arena, "%s accept%s%s%s%s", order->id, order->faction ? " " : "",
                            order->faction ? order->faction->title : "", order->title ? ": " : "",
                            order->title ? order->title : "");
    case OFFICE_IGNORE:
        return arena_printf(arena, "%s ignore: %s", order->id, order->reason);
    case OFFICE_CITIZEN:
        return arena_printf(arena, "%s citizen", order->id);
    }
    return NULL;
}

/* The orders joined by " | "; "?" where something is unclear, "" where nothing is said. */
static const char *read_reply(const char *text, const char *const *ids, size_t count)
{
    struct texts notice = {0}, said = {0};
    struct office_orders orders;

    for (size_t i = 0; i < count; i++)
        texts_add(&notice, arena, ids[i]);
    office_read_orders(arena, body, text, &notice, &orders);
    for (size_t i = 0; i < orders.n; i++)
        texts_add(&said, arena, say_order(&orders.v[i]));
    return orders.unclear.n > 0 ? "?" : text_join(arena, &said, " | ");
}

static const char *const one[] = {"m12"};
static const char *const two[] = {"m12", "m13"};

#define QUOTED                                                                           \
    "\n\nAm 25.11.2026 um 09:15 schrieb Ratsbüro:\n> über 2 E-Mails muss ein Mensch\n" \
    ">   m12 annehmen SPD\n>   m12 ignorieren: Begründung\n>   m12 Bürgeranregung\n"

static const struct {
    const char *text;
    const char *orders;
} phrases[] = {
    /* German */
    {"m12 annehmen SPD", "m12 accept SPD"},
    {"m12 annehmen", "m12 accept"},
    {"M12 Annehmen SPD", "m12 accept SPD"},
    {"[m12] annehmen SPD", "m12 accept SPD"},
    {"m12: annehmen, SPD-Fraktion", "m12 accept SPD"},
    {"m12 annehmen: SPD", "m12 accept SPD"},
    {"m12 - annehmen - SPD", "m12 accept SPD"},
    {"m12 annehmen für die SPD", "m12 accept SPD"},
    {"Bitte m12 als Antrag der SPD annehmen.", "m12 accept SPD"},
    {"Bitte m12 annehmen", "m12 accept"},
    {"m12 bitte annehmen als Antrag der SPD-Fraktion", "m12 accept SPD"},
    {"m12 SPD annehmen", "m12 accept SPD"},
    {"annehmen m12 SPD", "m12 accept SPD"},
    {"m12 registrieren SPD", "m12 accept SPD"},
    {"m12 angenommen SPD", "m12 accept SPD"},
    {"m12 annehmen SPD: Radweg zum Bahnhof", "m12 accept SPD: Radweg zum Bahnhof"},
    {"m12 annehmen: Radweg: Neubau", "m12 accept: Radweg: Neubau"},
    {"m12 SPD annehmen: Radweg", "m12 accept SPD: Radweg"},
    {"m12 annehmen BÜNDNIS 90/DIE GRÜNEN", "m12 accept GRÜNE"},
    {"m12 annehmen Grüne", "m12 accept GRÜNE"},
    {"m12 annehmen Gruene", "m12 accept GRÜNE"},
    {"m12 ignorieren: Werbung", "m12 ignore: Werbung"},
    {"m12 ignorieren, weil es Werbung ist", "m12 ignore: weil es Werbung ist"},
    {"m12 ignorieren Werbung", "m12 ignore: Werbung"},
    {"ignorieren m12: Werbung", "m12 ignore: Werbung"},
    {"m12 ignorieren: ist das nicht Werbung?", "m12 ignore: ist das nicht Werbung?"},
    {"m12 ignorieren: der Absender bittet nur um die Sprechzeiten und stellt\nkeinen Antrag",
     "m12 ignore: der Absender bittet nur um die Sprechzeiten und stellt keinen Antrag"},
    {"m12 Bürgeranregung", "m12 citizen"},
    {"m12 Buergeranregung", "m12 citizen"},
    {"m12 Burgeranregung", "m12 citizen"},
    {"m12 BÜRGERANREGUNG", "m12 citizen"},
    {"m12 als Bürgeranregung beantworten", "m12 citizen"},
    {"m12, m13 ignorieren: Werbung", "m12 ignore: Werbung | m13 ignore: Werbung"},
    {"m12 und m13 annehmen CDU", "m12 accept CDU | m13 accept CDU"},
    {"m12 annehmen SPD\nm13 ignorieren: Werbung", "m12 accept SPD | m13 ignore: Werbung"},
    {"m12 annehmen SPD\n\nm13 Bürgeranregung", "m12 accept SPD | m13 citizen"},
    {"Guten Tag,\n\nm12 annehmen SPD\n\nMit freundlichen Grüßen\nSabine Kurz\nRatsbüro",
     "m12 accept SPD"},
    {"m12 annehmen SPD\nDanke!", "m12 accept SPD"},
    {"m12 annehmen SPD\n\nSabine Kurz\nRatsbüro, Zimmer 12", "m12 accept SPD"},
    {"m12 annehmen SPD\n-- \nSabine Kurz. Ruft mich an!", "m12 accept SPD"},
    {"m12 ignorieren: Werbung" QUOTED, "m12 ignore: Werbung"},
    /* English */
    {"m12 accept SPD", "m12 accept SPD"},
    {"Please accept m12 as a motion of the SPD", "m12 accept SPD"},
    {"Hello,\n\nm12 ignore: no motion at all\n\nKind regards\nSabine",
     "m12 ignore: no motion at all"},
    {"m12 citizen", "m12 citizen"},
    {"m12 citizen's suggestion", "m12 citizen"},
    /* of another notice: said, and for others to judge */
    {"m99 annehmen SPD", "m99 accept SPD"},
    /* nothing is said */
    {"", ""},
    {"Guten Tag," QUOTED, ""},
    {QUOTED, ""},
    /* unclear */
    {"m12", "?"},
    {"annehmen SPD", "?"}, /* two mails in the notice */
    {"m12 ja", "?"},
    {"m12 nicht annehmen", "?"},
    {"m12 nicht ignorieren: wichtig", "?"},
    {"m12 annehmen?", "?"},
    {"m12 annehmen FDP", "?"},
    {"m12 annehmen oder ignorieren", "?"},
    {"m12 annehmen SPD, aber erst morgen", "?"},
    {"m12 ablehnen: zu spät", "?"},
    {"m12 ignorieren", "?"},
    {"m12 ignorieren:", "?"},
    {"m12 ignorieren: Begründung", "?"},
    {"m12 ignorieren: -", "?"},
    {"m12 Bürgeranregung der SPD", "?"},
    {"m12 Bürgeranregung?", "?"},
    {"m12 annehmen SPD\nm12 ignorieren: Werbung", "?"},
    {"m12 annehmen SPD\nm12 annehmen SPD", "?"},
    {"m12 annehmen SPD\n\nDanke, aber m13 noch nicht", "?"},
    {"m12 annehmen SPD\n\nOder doch lieber die CDU", "?"},
    {"m12 annehmen SPD\n\nIch bin nicht sicher.", "?"},
    {"m12 annehmen SPD\n\nBitte vorher Frau Meier fragen.", "?"},
    {"m12 annehmen SPD\nSabine Kurz", "?"},
    {"Was soll ich mit der Mail von gestern machen?", "?"},
    {"Danke, m12 annehmen SPD", "?"},
    {"m0 annehmen SPD", "?"},
    {"m012 annehmen SPD", "?"},
    /* a program that quotes without any mark: the notice's examples contradict each other */
    {"m12 annehmen SPD\n\n  m12 annehmen SPD\n  m12 ignorieren: Begründung\n", "?"},
};

static void test_phrases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        const char *got = read_reply(phrases[i].text, two, 2);

        if (strcmp(got, phrases[i].orders) != 0)
            fail_msg("\"%s\": \"%s\", not \"%s\"", phrases[i].text, got, phrases[i].orders);
    }
}

/* With one mail in the notice its id may be left out. */
static void test_one_mail(void **state)
{
    static const struct {
        const char *text, *orders;
    } replies[] = {
        {"annehmen SPD", "m12 accept SPD"},
        {"Annehmen", "m12 accept"},
        {"Ignorieren: Werbung", "m12 ignore: Werbung"},
        {"Bürgeranregung", "m12 citizen"},
        {"accept SPD\n\nRegards\nSabine", "m12 accept SPD"},
        {"annehmen SPD\nignorieren: Werbung", "?"},
        {"annehmen SPD\n\nnein", "?"},
        {"ignorieren: das sollte man nicht\nannehmen", "m12 ignore: das sollte man nicht annehmen"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        const char *got = read_reply(replies[i].text, one, 1);

        if (strcmp(got, replies[i].orders) != 0)
            fail_msg("\"%s\": \"%s\", not \"%s\"", replies[i].text, got, replies[i].orders);
    }
}

#define TOKEN_A "0123456789abcdef01234567"
#define TOKEN_B "fedcba987654321001234567"

static void test_tokens(void **state)
{
    struct texts tokens = {0};

    (void)state;
    office_find_tokens(arena, "AW: [m12] Bitte entscheiden [#" TOKEN_A "]", &tokens);
    office_find_tokens(arena, "> #" TOKEN_A ", #" TOKEN_B "\n#" TOKEN_A "8 #0123 " TOKEN_B,
                       &tokens);
    assert_string_equal(text_join(arena, &tokens, " "), TOKEN_A " " TOKEN_B);
}

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    body = town_new(arena);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_phrases),
        cmocka_unit_test(test_one_mail),
        cmocka_unit_test(test_tokens),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
