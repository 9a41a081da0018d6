/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Of whom a clause speaks, by its verb and its pronouns (German, English, French, Dutch).  A notice
 * tells of the absence of its sender, now; people tell of others', and of their own that is over.
 */
#include "mail/inside.h"

#include <string.h>

/* The writer himself is its subject. */
static const char *const selves[] = {"ich",   "wir",  "bin", "i",    "i'm",   "i'll",  "am", "we",
                                     "we're", "je",   "j",   "suis", "nous",  "serai", "ik", "wij",
                                     "ben",   "mich", "mir", "uns",  "meine", "mijn",  NULL};

static const char *const thirds[] = {"ist",   "sind",  "macht", "machen", "hat",    "weilt",
                                     "fehlt", "is",    "are",   "has",    "est",    "sont",
                                     "zijn",  "heeft", "wird",  "kommt",  "bleibt", NULL};

static const char *const pasts[] = {"war",   "waren",  "was",     "were", "étais",
                                    "était", "étions", "gewesen", NULL};

/* What speaks for its owner: parts of words */
static const char *const offices[] = {"büro",         "geschäftsstelle",
                                      "sekretariat",  "kanzlei",
                                      "praxis",       "postfach",
                                      "team",         "adresse",
                                      "konto",        "fraktion",
                                      "firma",        "betrieb",
                                      "verwaltung",   "rathaus",
                                      "empfänger",    "inhaber",
                                      "mitarbeiter",  "office",
                                      "mailbox",      "inbox",
                                      "person",       "recipient",
                                      "company",      "department",
                                      "account",      "service",
                                      "bureau",       "équipe",
                                      "boîte",        "mairie",
                                      "destinataire", "kantoor",
                                      "postvak",      "medewerk",
                                      "bedrijf",      "loket",
                                      "balie",        NULL};

bool clause_is_of_others(const char *clause, const char *sender)
{
    if (text_has_any(clause, pasts))
        return true;
    if (text_has_any(clause, selves) || (*sender != '\0' && text_has_word(clause, sender)))
        return false;
    return text_has_any(clause, thirds) && !text_has_part(clause, offices);
}

/* "Ihre Mail sei automatisch erstellt": yours is none where this one speaks of itself. */
bool clause_is_on_yours(const char *clause)
{
    static const char *const finite[] = {"sei", "wäre", "ist",   "war", "is",
                                         "was", "est",  "était", NULL};
    static const char *const own[] = {"dies",    "diese",   "dieser", "auf ihre", "auf deine",
                                      "this",    "to your", "ce",     "cette",    "ceci",
                                      "à votre", "dit",     "deze",   "op uw",    NULL};
    return strstr(clause, "automat") && text_has_any(clause, finite) && !text_has_any(clause, own);
}

/* A full stop within a number ends no clause. */
size_t clause_length(const char *s)
{
    static const char *const links[] = {" und ",  " and ",  " et ",   " aber ", " but ",
                                        " mais ", " maar ", " denn ", " - ",    " – "};
    size_t n = strcspn(s, ".!?;,:");
    while (s[n] && s[n + 1] && s[n + 1] != ' ')
        n += 1 + strcspn(s + n + 1, ".!?;,:");
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        const char *link = strstr(s, links[i]);
        if (link && (size_t)(link - s) < n)
            n = (size_t)(link - s);
    }
    return n + (s[n] != '\0');
}
