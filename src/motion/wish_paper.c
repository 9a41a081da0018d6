/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * New versions, and papers that come after.  Both must be here: in this mail, not in one that is
 * to come or that came before.
 */
#include "motion/wish_inside.h"

#include <string.h>

/* ---- new versions -----------------------------------------------------------------------------
 */

static bool speaks_of_version(const char *s)
{
    return pattern_matches(PATTERN_paper_version, s) ||
           pattern_matches(PATTERN_paper_the_right, s) ||
           (pattern_matches(PATTERN_paper_replaces, s) &&
            pattern_matches(PATTERN_paper_replaces_motion, s) &&
            pattern_matches(PATTERN_paper_instead, s) &&
            !pattern_matches(PATTERN_paper_agenda, s) &&
            !pattern_matches(PATTERN_paper_of_else, s));
}

/* A clause that says so, not of what was sent or written before. */
static bool brings(const struct speech *speech, const char *sentence, enum pattern here)
{
    struct texts clauses;

    speech_part_clauses(speech->arena, sentence, &clauses);
    for (size_t i = 0; i < clauses.n; i++) {
        if (pattern_matches(here, clauses.v[i]) &&
            !pattern_matches(PATTERN_paper_read, clauses.v[i]) &&
            !pattern_matches(PATTERN_paper_theirs, clauses.v[i]) &&
            !pattern_matches(PATTERN_paper_sent_before, clauses.v[i]))
            return true;
    }
    return false;
}

bool wish_replaces(const struct speech *speech, struct wish *wish)
{
    bool said = false, here = false, doubted = false;

    for (size_t i = 0; i < speech->said; i++) {
        const char *s = speech->bare.v[i];
        bool is_here = brings(speech, s, PATTERN_paper_here);

        here = here || is_here;
        if (!speaks_of_version(s))
            continue;
        said = true;
        doubted = doubted || pattern_matches(PATTERN_paper_perhaps, s);
    }
    wish->clear = said && here && !doubted && !wish_is_taken_back(speech);
    return said;
}

/* ---- papers that come after -------------------------------------------------------------------
 */

static bool speaks_of_paper(const struct speech *speech, size_t i)
{
    return pattern_matches(PATTERN_paper_paper, speech->bare.v[i]) ||
           (i > 0 && pattern_matches(PATTERN_paper_paper, speech->bare.v[i - 1]));
}

static bool is_late(const struct speech *speech, size_t i)
{
    return speaks_of_paper(speech, i) && pattern_matches(PATTERN_paper_late, speech->bare.v[i]) &&
           !pattern_matches(PATTERN_paper_theirs, speech->bare.v[i]);
}

bool wish_adds(const struct speech *speech, struct wish *wish)
{
    bool late = false, here = false, later = false;

    for (size_t i = 0; i < speech->said; i++) {
        bool now = brings(speech, speech->bare.v[i], PATTERN_paper_now);

        late = late || is_late(speech, i);
        here = here || now;
        later = later || ((now || is_late(speech, i)) &&
                          pattern_matches(PATTERN_paper_later, speech->bare.v[i]));
    }
    wish->clear = late && here && !later && !wish_is_taken_back(speech);
    return late;
}
