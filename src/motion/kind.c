/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/fields.h"
#include "motion/words.h"

#include <string.h>

const char *opening_text(const struct letter *letter)
{
    struct range range = letter->opening;
    size_t bytes = 0;
    for (size_t i = range.begin; i < range.end; i++) {
        bytes += strlen(letter->lines[i].text) + 1;
        if (bytes > LETTER_MAX_OPENING) {
            range.end = i;
            break;
        }
    }
    return letter_join(letter, range);
}

/* ---- which kind ---- */

static bool is_budget(const struct letter *letter, const struct heading *heading)
{
    return pattern_matches(PATTERN_says_budget, heading->phrase) ||
           pattern_matches(PATTERN_says_budget, opening_text(letter));
}

static bool is_citizens(const struct letter *letter, const struct motion *motion,
                        const struct heading *heading)
{
    if (motion->factions.n > 0)
        return false;
    const char *opening = opening_text(letter);
    return pattern_matches(PATTERN_citizen_law, heading->phrase) ||
           pattern_matches(PATTERN_citizen_law, opening) ||
           pattern_matches(PATTERN_citizen_words, opening);
}

/* What a mere "Antrag" asks for. */
static enum motion_kind kind_of_content(const struct letter *letter, const struct heading *heading,
                                        const struct motion *motion)
{
    const char *opening = opening_text(letter);
    const char *title = heading->title != NULL ? heading->title : "";
    if (pattern_matches(PATTERN_says_withdraw, opening))
        return MOTION_WITHDRAWAL;
    if (pattern_matches(PATTERN_says_replace, opening))
        return MOTION_REPLACEMENT;
    if (is_citizens(letter, motion, heading))
        return MOTION_CITIZEN_SUGGESTION;
    if (pattern_matches(PATTERN_demands_convening, title) ||
        pattern_matches(PATTERN_demands_convening, opening))
        return MOTION_CONVENING_DEMAND;
    if (pattern_matches(PATTERN_says_urgent, heading->phrase) ||
        pattern_matches(PATTERN_says_urgent, opening))
        return MOTION_URGENT;
    if (is_budget(letter, heading))
        return MOTION_BUDGET;
    if (pattern_matches(PATTERN_begins_with_review, title))
        return MOTION_REVIEW_REQUEST;
    return MOTION_MOTION;
}

/* A new wording is what an amendment is about; only "ersetzt" makes it replace another one. */
bool kind_is_replaced(enum motion_kind kind, const char *announcement)
{
    if (kind == MOTION_AMENDMENT || kind == MOTION_SUPPLEMENT)
        return pattern_matches(PATTERN_says_replaces, announcement);
    return kind != MOTION_WITHDRAWAL;
}

/* What the letter announces: "ersetzt A/2026/0001", as a line or behind the label. */
static const char *announcement(const struct letter *letter, const struct heading *heading)
{
    if (letter->replaces != NULL)
        return letter->replaces;
    return pattern_matches(PATTERN_subject_replaces, heading->phrase) ? heading->phrase : NULL;
}

void kind_find(const struct letter *letter, const struct heading *heading, struct motion *motion)
{
    enum motion_kind kind = MOTION_MOTION;
    if (heading->label != NULL)
        words_kind_of(letter->arena, heading->label, &kind);
    /* factions suggest, too; only a citizen's suggestion is one of the municipal code */
    if (kind == MOTION_CITIZEN_SUGGESTION && motion->factions.n > 0)
        kind = MOTION_MOTION;
    if (kind == MOTION_MOTION)
        kind = kind_of_content(letter, heading, motion);
    const char *announced = announcement(letter, heading);
    if (announced != NULL && kind_is_replaced(kind, announced))
        kind = MOTION_REPLACEMENT;
    motion->kind = kind;
}

/* ---- whether it is any ---- */

static bool is_something_else(const struct letter *letter)
{
    for (size_t i = 0; i < letter->head.end || i < letter->opening.begin; i++) {
        const struct line *line = &letter->lines[i];
        if (strlen(line->text) < LETTER_MAX_HEADING &&
            (pattern_matches(PATTERN_no_motion_heading, line->text) ||
             pattern_matches(PATTERN_no_motion_words, line->text)))
            return true;
    }
    return pattern_matches(PATTERN_no_motion_words, opening_text(letter));
}

/* "anbei erhalten Sie unseren Antrag": the motion is elsewhere. */
static bool is_cover_note(const struct letter *letter, const struct motion *motion)
{
    return motion->resolution == NULL && motion->reasoning == NULL &&
           pattern_matches(PATTERN_cover_note, opening_text(letter));
}

static bool has_council_role(const struct motion *motion)
{
    for (size_t i = 0; i < motion->signatory_count; i++) {
        const char *role = motion->signatories[i].role;
        if (role != NULL && pattern_matches(PATTERN_council_role, role))
            return true;
    }
    return false;
}

/* Who withdraws what we gave a number need not say again who they are. */
static bool withdraws_registered(const struct motion *motion)
{
    return motion->kind == MOTION_WITHDRAWAL && motion->refers_to != NULL &&
           pattern_matches(PATTERN_registered, motion->refers_to);
}

/* Somebody who may move, or something that only a council can be asked; that a council's meeting is
 * mentioned is not enough by itself. */
static bool concerns_council(const struct letter *letter, const struct motion *motion,
                             const struct heading *heading)
{
    return motion->factions.n > 0 || has_council_role(motion) || withdraws_registered(motion) ||
           is_citizens(letter, motion, heading) ||
           (motion->consultation_count > 0 &&
            (heading->label != NULL || motion->resolution != NULL));
}

bool kind_is_motion(const struct letter *letter, const struct motion *motion,
                    const struct heading *heading)
{
    bool labelled = *heading->phrase != '\0' &&
                    (motion->title != NULL || motion->resolution != NULL ||
                     (motion->kind == MOTION_WITHDRAWAL && motion->refers_to != NULL));
    bool requested = pattern_matches(PATTERN_requests, opening_text(letter));
    if (!labelled && !requested && !(motion->resolution != NULL && motion->reasoning != NULL))
        return false;
    if (is_something_else(letter) || is_cover_note(letter, motion))
        return false;
    return concerns_council(letter, motion, heading);
}
