/* SPDX-License-Identifier: EUPL-1.2 */
#include "motion/fields.h"
#include "motion/wish.h"
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

static bool says(enum pattern pattern, const char *s, struct spot *spot_r)
{
    struct match match;
    if (!pattern_find(pattern, s, 0, &match))
        return false;
    *spot_r = spot_of_match(&match);
    return true;
}

static bool is_citizens(const struct letter *letter, const struct motion *motion,
                        const struct heading *heading, struct spot *spot_r)
{
    if (motion->factions.n > 0)
        return false;
    const char *opening = opening_text(letter);
    const char *label = heading->label != NULL ? heading->label : "";
    if (says(PATTERN_citizen_label, label, spot_r))
        return true;
    /* who suggests or complains by the municipal code */
    if (pattern_matches(PATTERN_citizen_word, label) &&
        (says(PATTERN_municipal_law, heading->phrase, spot_r) ||
         says(PATTERN_municipal_law, opening, spot_r)))
        return true;
    if (letter->subject != NULL && says(PATTERN_citizen_law, letter->subject, spot_r))
        return true;
    return says(PATTERN_citizen_law, heading->phrase, spot_r) ||
           says(PATTERN_citizen_law, opening, spot_r) ||
           says(PATTERN_citizen_words, opening, spot_r);
}

/* What a mere "Antrag" asks for. */
static enum motion_kind kind_of_content(const struct letter *letter, const struct heading *heading,
                                        const struct motion *motion, struct spot *spot_r)
{
    const char *opening = opening_text(letter);
    const char *title = heading->title != NULL ? heading->title : "";
    if (!pattern_matches(PATTERN_withdraws_perhaps, opening) &&
        says(PATTERN_says_withdraw, opening, spot_r))
        return MOTION_WITHDRAWAL;
    if (says(PATTERN_says_replace, opening, spot_r))
        return MOTION_REPLACEMENT;
    if (is_citizens(letter, motion, heading, spot_r))
        return MOTION_CITIZEN_SUGGESTION;
    if (says(PATTERN_demands_convening, title, spot_r) ||
        says(PATTERN_demands_convening, opening, spot_r))
        return MOTION_CONVENING_DEMAND;
    if (says(PATTERN_says_urgent, heading->phrase, spot_r) ||
        says(PATTERN_says_urgent, opening, spot_r))
        return MOTION_URGENT;
    if (says(PATTERN_says_budget, heading->phrase, spot_r) ||
        says(PATTERN_says_budget, opening, spot_r))
        return MOTION_BUDGET;
    if (says(PATTERN_begins_with_review, title, spot_r))
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

/* A label, or a line that says what is replaced, is clear by itself. */
static bool is_doubtful(const struct letter *letter, enum motion_kind kind, const char *announced)
{
    struct wish wish;
    if (kind == MOTION_REPLACEMENT)
        return announced == NULL &&
               pattern_matches(PATTERN_wish_replaces_perhaps, opening_text(letter));
    if (kind != MOTION_WITHDRAWAL)
        return false;
    wish_read(letter->arena, opening_text(letter), letter->mailed, &wish);
    return wish.kind == WISH_WITHDRAW && !wish.clear;
}

void kind_find(const struct letter *letter, const struct heading *heading, struct motion *motion)
{
    enum motion_kind kind = MOTION_MOTION;
    struct spot spot = {.rule = "asks_without_label"};
    if (heading->label != NULL)
        spot = (struct spot){heading->label, strlen(heading->label), "kinds_de"};
    if (heading->label != NULL)
        words_kind_of(letter->arena, heading->label, &kind);
    /* factions suggest, too; only a citizen's suggestion is one of the municipal code */
    if (kind == MOTION_CITIZEN_SUGGESTION && motion->factions.n > 0)
        kind = MOTION_MOTION;
    if (kind == MOTION_MOTION)
        kind = kind_of_content(letter, heading, motion, &spot);
    const char *announced = announcement(letter, heading);
    if (announced != NULL && kind_is_replaced(kind, announced)) {
        kind = MOTION_REPLACEMENT;
        spot = (struct spot){announced, strlen(announced), "announced_replacement"};
    }
    motion->kind = kind;
    motion->is_doubtful = is_doubtful(letter, kind, announced);
    trace_note(letter->trace, motion, VALUE_KIND, 0, spot);
}

/* ---- whether it is any ---- */

/* A letter that names who moves it, what is to be decided and whom it asks has all that a motion
 * has, whatever it is about. */
static bool is_whole(const struct letter *letter, const struct motion *motion,
                     const struct heading *heading)
{
    return heading->label != NULL && motion->resolution != NULL && motion->factions.n > 0 &&
           (motion->addressee != NULL || motion->consultation_count > 0) &&
           pattern_matches(PATTERN_requests, opening_text(letter));
}

static bool head_says(const struct letter *letter, size_t end, enum pattern pattern)
{
    for (size_t i = 0; i < end; i++)
        if (strlen(letter->lines[i].text) < LETTER_MAX_HEADING &&
            pattern_matches(pattern, letter->lines[i].text))
            return true;
    return false;
}

/* Below its label a motion may be about an invitation. */
static size_t end_above_label(const struct letter *letter)
{
    size_t i = 0;
    while (i < letter->head.end && letter->lines[i].role != LINE_LABEL)
        i++;
    return i;
}

#define SIGNING_LINES 8

/* What the mayor or an officer signs is the administration's; who gets a copy stands lower. */
static bool is_administrations(const struct letter *letter)
{
    size_t end = letter->signing.begin + SIGNING_LINES;
    for (size_t i = letter->signing.begin; i < letter->signing.end && i < end; i++) {
        const char *line = letter->lines[i].text;
        if (line_ends_signing(&letter->lines[i]))
            return false;
        if (pattern_matches(PATTERN_administration_signs, line))
            return true;
    }
    return false;
}

/* One of our own mails, which names the motion that it is about. */
static bool is_receipt(const struct letter *letter)
{
    for (size_t i = letter->n; i-- > 0;)
        if (strlen(letter->lines[i].text) < LETTER_MAX_HEADING &&
            pattern_matches(PATTERN_receipt_ends, letter->lines[i].text))
            return true;
    return false;
}

static bool text_is_something_else(const struct letter *letter)
{
    size_t end =
        letter->opening.begin > letter->head.end ? letter->opening.begin : letter->head.end;
    return is_receipt(letter) || is_administrations(letter) ||
           head_says(letter, end_above_label(letter), PATTERN_no_motion_heading) ||
           head_says(letter, end, PATTERN_no_motion_words) ||
           pattern_matches(PATTERN_no_motion_words, opening_text(letter));
}

static bool subject_says(const struct letter *letter, enum pattern pattern)
{
    return letter->subject != NULL && strlen(letter->subject) < LETTER_MAX_HEADING &&
           pattern_matches(pattern, letter->subject);
}

bool kind_is_something_else(const struct letter *letter)
{
    return subject_says(letter, PATTERN_no_motion_heading) || text_is_something_else(letter);
}

/* "Newsletter der Gemeinde" may be what a motion is about. */
static bool is_vetoed(const struct letter *letter, const struct motion *motion,
                      const struct heading *heading)
{
    if (subject_says(letter, PATTERN_no_motion_topic) && is_whole(letter, motion, heading))
        return text_is_something_else(letter);
    return kind_is_something_else(letter);
}
/* A letter with all that a motion has may speak of a newsletter. */
static bool hints_at_something_else(const struct letter *letter, const struct motion *motion,
                                    const struct heading *heading)
{
    if (is_whole(letter, motion, heading))
        return false;
    if (*heading->phrase != '\0' && motion->resolution != NULL && motion->factions.n > 0)
        return false;
    return head_says(letter, letter->opening.begin, PATTERN_no_motion_hints) ||
           pattern_matches(PATTERN_no_motion_hints, opening_text(letter));
}

/* "anbei erhalten Sie unseren Antrag": the motion is elsewhere. */
static bool is_cover_note(const struct letter *letter, const struct motion *motion)
{
    const char *opening = opening_text(letter);
    if (motion->kind == MOTION_WITHDRAWAL && pattern_matches(PATTERN_withdraws_enclosed, opening))
        return false;
    return motion->resolution == NULL && motion->reasoning == NULL &&
           pattern_matches(PATTERN_cover_note, opening);
}

/* "wir werden bis Ende der Woche einen Antrag einreichen" */
static bool is_to_come(const struct letter *letter, const struct motion *motion,
                       const struct heading *heading)
{
    return motion->resolution == NULL && motion->kind != MOTION_WITHDRAWAL &&
           *heading->phrase == '\0' && pattern_matches(PATTERN_comes_later, opening_text(letter));
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

/* Who withdraws what we gave a number need not say again who they are; of another paper only a
 * faction's withdrawal is the council's. */
static bool withdraws_known(const struct letter *letter, const struct motion *motion)
{
    return motion->kind == MOTION_WITHDRAWAL && motion->refers_to != NULL &&
           (pattern_matches(PATTERN_registered, motion->refers_to) ||
            pattern_matches(PATTERN_faction_in_head, opening_text(letter)));
}

/* A whole letter of a faction whose name nobody knows, or of a member who belongs to none. */
static bool is_movers(const struct letter *letter, const struct motion *motion,
                      const struct heading *heading)
{
    if (heading->label == NULL || motion->resolution == NULL)
        return false;
    return head_says(letter, letter->head.end, PATTERN_mover_in_head) ||
           (motion->reasoning != NULL &&
            (head_says(letter, letter->head.end, PATTERN_faction_in_head) ||
             pattern_matches(PATTERN_municipal_rule, heading->phrase)));
}

static bool has_section(const struct letter *letter, enum line_role role)
{
    for (size_t i = letter->opening.begin; i < letter->sections.end; i++)
        if (letter->lines[i].role == role)
            return true;
    return false;
}

/* Only motions have a heading for what is to be decided and are sent to who puts them on an agenda;
 * that her faction needs no name there, a member of the council knows. */
static bool is_addressed(const struct letter *letter, const struct motion *motion,
                         const struct heading *heading)
{
    return heading->label != NULL && motion->resolution != NULL && motion->addressee != NULL &&
           has_section(letter, LINE_RESOLUTION);
}

/* Somebody who may move, or something that only a council can be asked; that a council's meeting is
 * mentioned is not enough by itself. */
static bool concerns_council(const struct letter *letter, const struct motion *motion,
                             const struct heading *heading)
{
    struct spot spot;
    return motion->factions.n > 0 || has_council_role(motion) || withdraws_known(letter, motion) ||
           is_citizens(letter, motion, heading, &spot) || is_movers(letter, motion, heading) ||
           is_addressed(letter, motion, heading) ||
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
    /* people ask for much that is no council's: only a faction's bare request is a motion */
    if (heading->label == NULL && motion->title == NULL && motion->resolution == NULL &&
        motion->kind == MOTION_MOTION && motion->factions.n == 0)
        return false;
    if (is_vetoed(letter, motion, heading) || hints_at_something_else(letter, motion, heading) ||
        is_cover_note(letter, motion) || is_to_come(letter, motion, heading))
        return false;
    return concerns_council(letter, motion, heading);
}
