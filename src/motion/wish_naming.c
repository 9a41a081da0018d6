/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Yes and no of a faction that another one names.  Only what it says of its own consent, of being
 * named, or in answer to the question alone: who denies a date refuses nothing.
 */
#include "motion/wish_inside.h"

static bool refuses(const char *s)
{
    if (pattern_matches(PATTERN_naming_no, s) || pattern_matches(PATTERN_naming_denies, s))
        return true;
    return (pattern_matches(PATTERN_naming_wrongly, s) ||
            (pattern_matches(PATTERN_naming_refuses, s) &&
             pattern_matches(PATTERN_naming_self, s))) &&
           !pattern_matches(PATTERN_naming_of_else, s);
}

static bool answers_yes(const char *s)
{
    return pattern_matches(PATTERN_naming_yes, s) || pattern_matches(PATTERN_naming_agrees, s);
}

static bool consents(const char *s)
{
    return answers_yes(s) || (pattern_matches(PATTERN_naming_joins, s) &&
                              !pattern_matches(PATTERN_naming_of_else, s) &&
                              !pattern_matches(PATTERN_naming_negates, s));
}

bool wish_refuses(const struct speech *speech, struct wish *wish)
{
    bool said = false, doubted = false;

    for (size_t i = 0; i < speech->said; i++) {
        const char *s = speech->bare.v[i];

        if (!refuses(s))
            continue;
        said = true;
        doubted = doubted || pattern_matches(PATTERN_naming_perhaps, s);
    }
    wish->clear = said && !doubted;
    return said;
}

/* A doubt in any of its sentences is one about all: "Grundsätzlich ja. Die Fraktion berät noch." */
bool wish_consents(const struct speech *speech, struct wish *wish)
{
    bool said = false, clear = false;

    for (size_t i = 0; i < speech->said; i++) {
        clear = clear || consents(speech->bare.v[i]);
        said = said || clear || pattern_matches(PATTERN_naming_nearly, speech->bare.v[i]);
    }
    wish->clear = clear && !speech_says(speech, PATTERN_naming_perhaps);
    return said;
}
