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

/* of these, what a "wir" behind it cannot belong to */
static const char *const singular[] = {"ist", "macht", "hat",   "weilt", "is",
                                       "has", "est",   "heeft", NULL};

static const char *const pasts[] = {"war",   "waren",  "was",     "were", "étais",
                                    "était", "étions", "gewesen", NULL};

/* What speaks for its owner: parts of words */
static const char *const offices[] = {
    "büro",       "geschäftsstelle", "sekretariat",  "kanzlei",   "praxis",      "postfach",
    "team",       "adresse",         "konto",        "fraktion",  "firma",       "betrieb",
    "verwaltung", "rathaus",         "empfänger",    "inhaber",   "mitarbeiter", "office",
    "mailbox",    "inbox",           "person",       "recipient", "company",     "department",
    "account",    "service",         "bureau",       "équipe",    "boîte",       "secrétariat",
    "secretari",  "mairie",          "destinataire", "kantoor",   "postvak",     "medewerk",
    "bedrijf",    "loket",           "balie",        NULL};

/* "Frau Kempen ist nicht im Büro": a place, and nobody who is away */
static bool is_place(const char *clause, const char *at)
{
    static const char *const before[] = {" im ", "of the ", "in the ", " op ",
                                         " au ", " du ",    "in het "};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        size_t n = strlen(before[i]);
        if ((size_t)(at - clause) >= n && strncmp(at - n, before[i], n) == 0)
            return true;
    }
    return false;
}

static bool names_office(const char *clause)
{
    for (size_t i = 0; offices[i]; i++)
        for (const char *at = clause; (at = strstr(at, offices[i])) != NULL; at++)
            if (!is_place(clause, at))
                return true;
    return false;
}

/* What stands before the first word of his own; the whole clause where there is none. */
static const char *before_self(struct arena *arena, const char *clause)
{
    for (const char *s = clause; *s; s += strspn(s, " ")) {
        const char *word = arena_strndup(arena, s, strcspn(s, " ,"));
        if (text_has_any(word, selves))
            return arena_strndup(arena, clause, (size_t)(s - clause));
        s += strcspn(s, " ");
    }
    return clause;
}

/* "As your clerk is away I will ..." */
static bool begins_with_others(const char *clause)
{
    static const char *const nobody[] = {"es", "it", "il", "het", "there", "hier", NULL};
    struct arena *arena = arena_new();
    const char *before = before_self(arena, clause);
    bool others =
        text_has_any(before, singular) && !text_has_any(before, nobody) && !names_office(before);
    arena_free(arena);
    return others;
}

bool clause_is_of_others(const char *clause, const char *sender)
{
    if (text_has_any(clause, pasts))
        return true;
    if (*sender != '\0' && text_has_word(clause, sender))
        return false;
    if (text_has_any(clause, selves))
        return begins_with_others(clause);
    return text_has_any(clause, thirds) && !names_office(clause);
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
static size_t clause_length(const char *s)
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

const char *clause_next(struct arena *arena, const char **s)
{
    const char *begin = *s;
    if (*begin == '\0')
        return NULL;
    *s = begin + clause_length(begin);
    return arena_strndup(arena, begin, (size_t)(*s - begin));
}
